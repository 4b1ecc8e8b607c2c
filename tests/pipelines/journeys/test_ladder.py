"""How far up persons have come, by hand and by definition, and the ways down again."""

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from journey_research.engine import Table
from journey_research.pipelines.journeys.intervals import wilson_interval
from journey_research.pipelines.journeys.ladder import (
    RUNGS,
    LadderRule,
    climb_ladder,
    count_ladder,
    find_ladder_moves,
)
from tests.pipelines.journeys.small_world import as_of, moment, orders_from, people_from, shuffled
from tests.worlds import broken_rules, empty_world, table

LADDER = LadderRule()
DAY = 24 * 60
PEOPLE = {"crm:a": 1, "web:a": 1, "crm:b": 2, "web:c": 3}


def walked(*told):
    """Person number, minute, action."""
    rows = [
        {"touch_id": f"web:{n}", "person_id": f"person:{who:04x}", "touched_at": moment(minute),
         "action": action, "initiative": "customer"}
        for n, (who, minute, action) in enumerate(told)
    ]  # fmt: skip
    return table("JOURNEY_TOUCHES", *rows)


def recorded(*told):
    rows = [
        {"record_id": one, "kind": "anonymous" if one.startswith("web") else "profile",
         "recorded_at": None if minute is None else moment(minute)}
        for one, minute in told
    ]  # fmt: skip
    return table("RECORDS", *rows)


def agreed(*told):
    rows = [
        {"consent_id": f"crm:{n}", "record_id": one, "stated_at": moment(minute), "status": status,
         "channel": channel, "purpose": "marketing"}
        for n, (one, minute, status, channel) in enumerate(told)
    ]  # fmt: skip
    return table("CONSENTS", *rows)


def climbed(touches, records, consents, orders, rule=LADDER, outcomes=None):
    outcomes = outcomes or table("OUTCOMES")
    told = climb_ladder(touches, records, consents, orders, outcomes, people_from(PEOPLE), rule)
    return Table.from_arrow(told.to_arrow())


def rungs_of(ladder, number=1):
    """Rung -> minute, of one person; a rung out of order has its minute below nought."""
    rows = ladder.to_pandas()
    rows = rows[rows["person_id"] == f"person:{number:04x}"].sort_values("rung_number")
    minutes = (rows["first_reached_at"] - pd.Timestamp(moment(0))) / pd.Timedelta(minutes=1)
    return dict(zip(rows["rung"], minutes.where(~rows["is_out_of_order"], -minutes), strict=True))


def test_worked_example():
    """She looks, signs up, agrees to mail, logs in, buys twice."""
    ladder = climbed(
        walked((1, 0, "page_viewed"), (1, 10, "signed_up"), (1, 30, "logged_in"), (1, 90, "logged_in")),
        recorded(("crm:a", 10), ("web:a", 0)),
        agreed(("crm:a", 20, "granted", "email"), ("crm:a", 25, "granted", "sms")),
        orders_from(["web:a"] * 3, [40, 50, 60]),
    )

    assert broken_rules("LADDER", ladder) == []
    assert rungs_of(ladder) == dict(zip(RUNGS, [0, 10, 20, 30, 40, 50], strict=True))
    assert set(ladder.to_pandas().set_index("rung").loc[["customer", "repeat"], "evidence"]) == {"order"}


def test_a_rung_may_be_skipped_and_one_too_early_is_marked():
    """She buys at the till, and becomes a contact and a subscriber afterwards."""
    ladder = climbed(
        walked((1, 5, "page_viewed")),
        recorded(("crm:a", 20)),
        agreed(("crm:a", 30, "granted", "email"), ("crm:b", 0, "denied", "email")),
        orders_from(["web:a", "web:a", "web:c"], [10, 25, 0], status=["paid", "paid", "cancelled"]),
    )

    assert rungs_of(ladder) == {
        "connection": 5,  # the touch; no relationship
        "contact": 20,
        "subscriber": 30,
        "customer": -10,
        "repeat": -25,
    }
    assert rungs_of(ladder, 2) == {"connection": 0}  # a no is a connection, and no subscription
    assert rungs_of(ladder, 3) == {}


def test_the_goal_of_the_environment_may_make_the_customer():
    outcomes = table(
        "OUTCOMES",
        *(
            {
                "outcome_id": f"web:{n}",
                "person_id": "person:0001",
                "kind": "deal_won",
                "occurred_at": moment(n),
            }
            for n in (7, 9)
        ),
    )
    ladder = climbed(
        walked(),
        recorded(),
        agreed(),
        orders_from(["web:a"], [0]),
        LadderRule(customer_by="outcomes"),
        outcomes,
    )
    assert rungs_of(ladder) == {"connection": 7, "customer": 7, "repeat": 9}


def test_counts_are_of_everybody_on_the_ladder():
    ladder = climbed(
        walked((1, 0, "page_viewed"), (2, 0, "page_viewed"), (3, 0, "logged_in")),
        recorded(("crm:a", 5)),
        agreed(),
        orders_from(["web:a"], [2]),
    )

    counts = count_ladder(ladder).set_index("rung")

    assert counts.index.tolist() == list(RUNGS)
    assert counts["n_persons"].tolist() == [3, 1, 0, 1, 1, 0]
    assert counts["n_out_of_order"].tolist() == [0, 0, 0, 0, 1, 0]
    assert tuple(counts.loc["contact", ["low", "high"]]) == wilson_interval(1, 3)
    assert counts["n"].tolist() == [3] * 6


def moves_of(touches, consents, orders, at, rule=LADDER):
    ladder = climbed(touches, recorded(), consents, orders, rule)
    moves = find_ladder_moves(ladder, touches, consents, orders, people_from(PEOPLE), as_of(at), rule)
    assert broken_rules("LADDER_MOVES", moves) == []
    told = moves.to_pandas().sort_values(["moved_at", "move"])
    return [(row.person_id[-1], row.move, row.evidence_id) for row in told.itertuples()]


def test_yes_and_no_by_turns():
    consents = agreed(
        ("crm:a", 0, "granted", "email"),
        ("crm:a", 1, "unknown", "email"),  # neither yes nor no
        ("web:a", 2, "withdrawn", "email"),  # another record of hers
        ("crm:a", 3, "denied", "email"),  # she has said so already
        ("crm:a", 4, "granted", "email"),
        ("crm:a", 5, "denied", "sms"),  # never agreed to
        ("crm:b", 6, "denied", "email"),
        ("crm:b", 7, "granted", "email"),  # the first yes is no return
    )
    assert moves_of(walked(), consents, orders_from([], []), 10) == [
        ("1", "unsubscribed", "crm:2"),
        ("1", "resubscribed", "crm:4"),
    ]


def test_what_came_back_and_who_fell_silent():
    orders = orders_from(
        ["crm:a", "crm:b", "web:c"], [0, 0, 0], status=["refunded", "paid", "pending"]
    )  # fmt: skip
    touches = walked((2, DAY, "page_viewed"), (3, 0, "page_viewed"))
    rule = LadderRule(lapsed_days=2)

    returned = ("1", "returned", "shop:0")
    assert moves_of(touches, agreed(), orders, 2 * DAY, rule) == [returned]
    assert moves_of(touches, agreed(), orders, 2 * DAY + 1, rule) == [("1", "lapsed", "shop:0"), returned]
    assert moves_of(touches, agreed(), orders, 3 * DAY + 1, rule) == [
        ("1", "lapsed", "shop:0"), ("2", "lapsed", "web:0"), returned,
    ]  # fmt: skip


ACTIONS = ["page_viewed", "signed_up", "logged_in"]


@st.composite
def lives(draw):
    hours = st.integers(0, 20)
    touches = draw(
        st.lists(st.tuples(st.sampled_from([1, 2, 3]), hours, st.sampled_from(ACTIONS)), max_size=8)
    )
    records = draw(st.dictionaries(st.sampled_from(["crm:a", "crm:b", "web:c"]), hours))
    said = draw(
        st.lists(
            st.tuples(st.sampled_from(["crm:a", "crm:b"]), hours, st.sampled_from(["granted", "denied"])),
            max_size=4,
        )
    )  # fmt: skip
    bought = draw(st.lists(st.tuples(st.sampled_from(["web:a", "crm:b"]), hours), max_size=4))
    return touches, records, said, bought


@settings(max_examples=15, deadline=None)
@given(lives(), st.randoms(use_true_random=False))
def test_agrees_with_the_definition_and_is_monotone_but_where_it_says_so(world, draws):
    touches, records, said, bought = world
    tables = (
        walked(*touches), recorded(*records.items()), agreed(*((*one, "email") for one in said)),
        orders_from([r for r, _ in bought], [m for _, m in bought]),
    )  # fmt: skip

    ladder = climbed(*(shuffled(one, draws) for one in tables))

    rows = ladder.to_pandas()
    for number in (1, 2, 3):
        found = rungs_of(ladder, number)
        assert {rung: abs(minute) for rung, minute in found.items()} == rungs_by_hand(number, *world)
        own = rows[rows["person_id"] == f"person:{number:04x}"].sort_values("rung_number")
        in_order = own.loc[~own["is_out_of_order"], "first_reached_at"]
        assert in_order.is_monotonic_increasing
        if len(own):
            assert own["rung"].iloc[0] == "connection"
            assert own["first_reached_at"].iloc[0] == own["first_reached_at"].min()


def rungs_by_hand(number, touches, records, said, bought):
    """The definition: the first of what each rung asks for."""
    own = {record for record, who in PEOPLE.items() if who == number}
    orders = sorted(minute for record, minute in bought if record in own)
    seen = [(minute, action) for who, minute, action in touches if who == number]
    known = [minute for record, minute in records.items() if record in own and record.startswith("crm")]
    stated = [(minute, status) for record, minute, status in said if record in own]
    asked = {
        "connection": [m for m, _ in seen] + known + [m for m, _ in stated] + orders,
        "contact": known + [m for m, action in seen if action == "signed_up"],
        "subscriber": [m for m, status in stated if status == "granted"],
        "relationship": [m for m, action in seen if action == "logged_in"],
        "customer": orders[:1],
        "repeat": orders[1:2],
    }
    return {rung: min(minutes) for rung, minutes in asked.items() if minutes}


def test_empty_tables_pass_through():
    world = empty_world()
    names = ["journey_touches", "records", "consents", "orders", "outcomes", "people"]
    ladder = climb_ladder(*(world[name] for name in names), LADDER)
    assert ladder.count() == 0
    counts = count_ladder(ladder)
    assert counts["n_persons"].tolist() == [0] * 6
    assert counts["reached_share"].isna().all()
    names = ["journey_touches", "consents", "orders", "people", "as_of"]
    assert find_ladder_moves(ladder, *(world[name] for name in names), LADDER).count() == 0


@pytest.mark.parametrize(
    "words", [{"customer_by": "baskets"}, {"lapsed_days": 0}, {"contact_actions": ["a", "a"]}]
)
def test_a_rule_that_cannot_be_is_refused_where_it_is_born(words):
    with pytest.raises(ValueError, match=next(iter(words))):
        LadderRule(**words)
