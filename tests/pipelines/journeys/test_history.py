"""How far back an anonymous history joins: by hand, by definition, and by what must never happen."""

from io import StringIO

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from journey_research.pipelines.journeys.cutting import cut_journeys
from journey_research.pipelines.journeys.history import StitchingRule, hold_history
from journey_research.pipelines.journeys.paths import count_paths, summarise_journeys
from journey_research.pipelines.journeys.stitching import count_stitching, find_outcomes
from journey_research.pipelines.journeys.thresholds import count_threshold_paths
from tests.pipelines.journeys.small_world import (
    RULE,
    moment,
    orders_from,
    people_from,
    shuffled,
    touches_from,
    variants_from,
)
from tests.worlds import broken_rules, empty_world, table

HISTORY = StitchingRule()
# A browser, its receipt in a consent tool, the shop's customer, and another browser of hers.
KINDS = {"web:a": "anonymous", "tool:a": "anonymous", "shop:a": "profile", "app:a": "anonymous"}
PEOPLE = dict.fromkeys(KINDS, 1)
LINKS = [("tool:a", "web:a"), ("shop:a", "web:a"), ("app:a", "shop:a")]

WORKED_EXAMPLE = """
minute  action       person
0       page_viewed  own      # nobody had asked yet
10      page_viewed  Ann      # she said yes at this very minute
20      page_viewed  Ann
30      page_viewed  own      # she took it back at this minute
40      logged_in    Ann      # here she says who she is
50      page_viewed  Ann      # and from here on it is no anonymous history
"""
SAID = [("tool:a", 10, "granted"), ("tool:a", 30, "withdrawn")]


def records_from(kinds=KINDS):
    rows = [
        {"record_id": one, "source": one.split(":")[0], "kind": kind, "recorded_at": moment(0)}
        for one, kind in kinds.items()
    ]
    return table("RECORDS", *rows)


def links_from(pairs=LINKS, **columns):
    rows = [
        {"record_id_a": min(p), "record_id_b": max(p), "rule": "shared_identifier", "is_accepted": True}
        for p in pairs
    ]
    return table("LINKS", *({**row, **columns} for row in rows))


def consents_from(said, purpose="analytics"):
    rows = [
        {
            "consent_id": f"tool:{n}", "record_id": one[0], "stated_at": moment(one[1]), "status": one[2],
            "purpose": purpose, "expires_at": moment(one[3]) if len(one) > 3 else None,
        }
        for n, one in enumerate(said)
    ]  # fmt: skip
    return table("CONSENTS", *rows)


def held_of(touches, said, rule=HISTORY, records=None, links=None, consents=None):
    """Touch -> reason."""
    consents = consents_from(said) if consents is None else consents
    held, _ = hold_history(touches, records or records_from(), consents, links or links_from(), rule)
    told = held.to_pandas()
    return dict(zip(told["touch_id"], told["reason"], strict=True))


def persons_of(touches, people, held, naming):
    outcomes = table("OUTCOMES")
    found = cut_journeys(touches, people_from(people), outcomes, RULE, held, naming)
    assert broken_rules("JOURNEY_TOUCHES", found) == []
    return found.to_pandas().set_index("touch_id")["person_id"].sort_index()


def example():
    told = pd.read_csv(StringIO(WORKED_EXAMPLE), sep=r"\s+", comment="#")
    return told, touches_from(["web:a"] * len(told), told["minute"], action=told["action"])


def test_worked_example():
    told, touches = example()
    tables = hold_history(touches, records_from(), consents_from(SAID), links_from(), HISTORY)

    persons = persons_of(touches, PEOPLE, *tables)

    assert broken_rules("HELD_TOUCHES", tables[0]) == []
    own = persons.iloc[0]
    assert persons.tolist() == [{"own": own, "Ann": "person:0001"}[one] for one in told["person"]]
    assert len(own) == len("person:") + 32  # identity's have 16: no person of identity is called like that


def test_without_the_link_they_are_apart_and_with_it_removed_again():
    _, touches = example()
    tables = hold_history(touches, records_from(), consents_from(SAID), links_from(), HISTORY)
    known = touches_from(["shop:a"], [15])
    both = touches.to_pandas().assign(touch_id=lambda t: "app:" + t["touch_id"].str[4:])
    touches = touches.from_pandas(pd.concat([both, known.to_pandas()], ignore_index=True))
    tables = hold_history(touches, records_from(), consents_from(SAID), links_from(), HISTORY)

    apart = {**PEOPLE, "web:a": 2, "tool:a": 2}
    before = persons_of(touches, apart, *tables)
    linked = persons_of(touches, PEOPLE, *tables)
    after = persons_of(touches, apart, *tables)

    assert before["web:0"] == "person:0001"
    assert "person:0001" not in before.drop("web:0").tolist()  # nothing of hers
    assert (linked == "person:0001").sum() == 5
    pd.testing.assert_series_equal(before, after)


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ([("web:a", 0, "granted")], None),
        ([("tool:a", 0, "granted")], None),  # a receipt for this browser
        ([("shop:a", 0, "granted")], None),  # the customer it is tied to
        ([("app:a", 0, "granted")], "no consent stated"),  # another browser says nothing about this one
        ([("web:a", 0, "granted", 60)], None),
        ([("web:a", 0, "granted", 30)], "consent expired"),  # at this very minute
        ([("web:a", 0, "expired")], "consent expired"),
        ([("web:a", 0, "denied")], "consent refused"),
        ([("web:a", 0, "unknown")], "no consent stated"),
        ([("web:a", 31, "granted")], "before consent"),
        ([("web:a", 0, "granted"), ("tool:a", 0, "denied")], "consent refused"),  # of two the more cautious
        ([("web:a", 0, "denied"), ("web:a", 20, "granted")], None),
    ],
)
def test_a_statement_speaks_for_its_device_as_of_the_touch(said, reason):
    touches = touches_from(["web:a", "app:a"], [30, 30])
    # What the other browser states is stated in the source 'web' too, so that this source asks.
    asks = [("web:b", 0, "denied")]
    records = records_from({**KINDS, "web:b": "anonymous"})
    links = links_from([*LINKS, ("app:a", "web:a")])

    assert held_of(touches, [*said, *asks], records=records, links=links).get("web:0") == reason


def test_other_purposes_and_uncertain_ties_say_nothing():
    touches = touches_from(["web:a"], [30])
    asks = [("web:b", 0, "denied")]
    records = records_from({**KINDS, "web:b": "anonymous"})

    marketing = consents_from([("web:a", 0, "granted")], purpose="marketing")
    assert held_of(touches, [], records=records, consents=marketing) == {}  # nobody asks about analytics
    for refused in ({"is_accepted": False}, {"rule": "dedupe"}):
        told = held_of(
            touches, [("tool:a", 0, "granted"), *asks], records=records, links=links_from(**refused)
        )
        assert told == {"web:0": "no consent stated"}


def test_a_source_that_asks_nobody_is_a_matter_of_the_rule():
    touches = touches_from(["web:a", "shop:a"], [0, 0])
    silent = table("CONSENTS")

    assert held_of(touches, [], consents=silent) == {}
    strict = StitchingRule(history_without_statement=False)
    assert held_of(touches, [], rule=strict, consents=silent) == {"web:0": "no consent stated"}


def test_what_is_held_back_is_called_after_its_record_alone():
    """Or its name would tell whose it is, and change with what identity makes of it."""
    touches = touches_from(["web:a", "app:a"], [0, 0])
    records = records_from({**KINDS, "shop:a": "lead"})  # a lead names somebody too
    strict = StitchingRule(history_without_statement=False)
    tables = hold_history(touches, records, table("CONSENTS"), links_from(), strict)

    hers = persons_of(touches, PEOPLE, *tables)
    somebodys = persons_of(touches, dict.fromkeys(PEOPLE, 7), *tables)

    assert hers.nunique() == 2
    assert not hers.str.len().eq(len("person:0001")).any()
    pd.testing.assert_series_equal(hers, somebodys)


def test_a_visitor_whom_nobody_knows_stays_whole():
    _, touches = example()
    touches = touches.from_pandas(touches.to_pandas().query("action != 'logged_in'"))
    tables = hold_history(touches, records_from(), consents_from(SAID), links_from(), HISTORY)

    alone = persons_of(touches, {"web:a": 2, "tool:a": 2, "shop:a": 1}, *tables)

    assert set(alone) == {"person:0002"}


def test_every_touch_has_one_reason_and_journeys_hold_what_is_said():
    _, told = example()
    rows = told.to_pandas()
    more = touches_from(
        ["web:a", "shop:a", "web:x", "web:s", "shop:a"], [1, 2, 3, 4, 5],
        is_bot=[True, False, False, False, False], direction=["inbound", "none", *["inbound"] * 3],
    ).to_pandas()  # fmt: skip
    more["touch_id"] = "more:" + more["touch_id"].str[4:]
    touches = told.from_pandas(pd.concat([rows, more], ignore_index=True))
    records = records_from({**KINDS, "web:x": "anonymous", "web:s": "anonymous"})
    # A device that two persons share; and a browser that is hers all the same.
    shared = links_from(
        [("shop:a", "web:s"), ("shop:a", "web:a")], is_accepted=False, refusal="shared device"
    ).to_pandas()
    links = told.from_pandas(pd.concat([links_from().to_pandas(), shared], ignore_index=True))
    people = people_from({**PEOPLE, "web:s": 3})
    held, naming = hold_history(touches, records, consents_from(SAID), links, HISTORY)

    counts = count_stitching(touches, records, people, links, held, naming, RULE)

    assert broken_rules("STITCHING_COUNTS", counts) == []
    found = counts.to_pandas().set_index("reason")
    assert found["n_touches"].to_dict() == {
        "bot": 1, "no contact": 1, "no person": 1, "undecidable device": 1, "known record": 1,
        "before consent": 1, "consent refused": 1, "joined": 4,
    }  # fmt: skip
    walked = cut_journeys(touches, people, table("OUTCOMES"), RULE, held, naming)
    assert found.loc[found["is_in_journey"], "n_touches"].sum() == walked.count()
    assert broken_rules("NAMING_RECORDS", naming) == []


STATUSES = ["granted", "denied", "withdrawn", "expired", "unknown"]
HOURS = st.integers(0, 12)


@st.composite
def consented(draw):
    """Touches of two browsers and a customer, with what was said of them."""
    records = ["web:a", "app:a", "shop:a"]
    told = draw(
        st.lists(
            st.tuples(
                st.sampled_from(records), HOURS, st.sampled_from(["page_viewed"] * 4 + ["logged_in"])
            ),
            min_size=1, max_size=10,
        )
    )  # fmt: skip
    said = draw(
        st.lists(
            st.tuples(st.sampled_from([*records, "tool:a"]), HOURS, st.sampled_from(STATUSES), HOURS),
            max_size=6,
        )
    )
    touches = touches_from([t[0] for t in told], [60 * t[1] for t in told], action=[t[2] for t in told])
    return touches, [(r, 60 * h, s, 60 * e + 30) if s == "granted" else (r, 60 * h, s) for r, h, s, e in said]


@settings(max_examples=30, deadline=None)
@given(consented(), st.booleans())
def test_agrees_with_the_definition(world, without):
    touches, said = world
    rule = StitchingRule(history_without_statement=without)

    found = held_of(touches, said, rule=rule)

    assert set(found) == held_by_hand(touches.to_pandas(), said, without)


@settings(max_examples=6, deadline=None)
@given(consented(), st.randoms(use_true_random=False))
def test_row_order_does_not_matter_and_no_touch_is_lost(world, draws):
    touches, said = world
    tables = [records_from(), consents_from(said), links_from()]

    once = hold_history(touches, *tables, HISTORY)
    again = hold_history(shuffled(touches, draws), *(shuffled(one, draws) for one in tables), HISTORY)

    for one, other in zip(once, again, strict=True):
        frames = [t.to_pandas().sort_values("record_id", kind="stable") for t in (one, other)]
        keys = list(frames[0].columns)
        pd.testing.assert_frame_equal(*(f.sort_values(keys, ignore_index=True) for f in frames))
    assert sorted(persons_of(touches, PEOPLE, *once).index) == sorted(touches.to_pandas()["touch_id"])


def held_by_hand(touches, said, without):
    """The definition, one touch at a time."""
    speaks = {"web:a": ["web:a", "tool:a", "shop:a"], "app:a": ["app:a", "shop:a"]}
    tool_walks = (touches["record_id"] == "tool:a").any()
    assert not tool_walks
    held = set()
    for touch in touches.itertuples():
        if touch.record_id not in speaks:
            continue
        logins = touches[(touches["record_id"] == touch.record_id) & (touches["action"] == "logged_in")]
        if (logins["touched_at"] <= touch.touched_at).any():
            continue
        of_device = [
            (one[1], STATUSES.index(one[2]) if one[2] != "granted" else -1, n, one)
            for n, one in enumerate(said)
            if one[0] in speaks[touch.record_id]
        ]
        known = [one for one in of_device if moment(one[0]) <= touch.touched_at]
        if not of_device:
            is_allowed = without
        elif not known:
            is_allowed = False
        else:
            latest = max(one[0] for one in known)
            last = [one[3] for one in known if one[0] == latest]
            expiry = [one[3] for one in last if one[2] == "granted"]
            # Of several yeses at one instant the last stated counts; a no among them outweighs all.
            is_allowed = len(expiry) == len(last) and touch.touched_at < moment(expiry[-1])
        if not is_allowed:
            held.add(touch.touch_id)
    return held


def test_a_goal_that_is_held_back_is_nobody_elses():
    touches = touches_from(["web:a", "web:a"], [0, 5], action=["page_viewed", "coupon_redeemed"])
    rule = RULE.__class__(session_gap_minutes=30, max_gap_days=1, conversion_action="coupon_redeemed")
    tables = hold_history(touches, records_from(), consents_from(SAID), links_from(), HISTORY)
    people = people_from(PEOPLE)

    outcomes = find_outcomes(touches, orders_from([], []), people, rule, *tables)
    walked = cut_journeys(touches, people, outcomes, rule, *tables)

    journeys = summarise_journeys(walked, outcomes, rule).to_pandas()
    assert journeys["outcome"].tolist() == ["converted"]
    assert journeys["person_id"].tolist() == outcomes.to_pandas()["person_id"].tolist() != ["person:0001"]


def test_variants_and_thresholds_hold_back_the_same():
    """At .9 the browser is nobody's: whole. At .4 it is the customer's: its first touch walks alone."""
    touches = touches_from(["web:a", "web:a", "shop:a"], [0, 20, 25], channel=["email", "direct", "store"])
    orders = orders_from(["shop:a"], [26])
    held = hold_history(touches, records_from(), consents_from(SAID), links_from(), HISTORY)
    apart = {"web:a": 2, "tool:a": 2, "shop:a": 1}
    variants = variants_from({"cautious": apart, "chosen": PEOPLE})

    paths = count_paths(touches, orders, variants, RULE, *held)

    told = paths.to_pandas().sort_values(["variant", "path"])
    assert told[["variant", "path", "n_conversions", "n_nulls", "n_persons"]].values.tolist() == [
        ["cautious", "email > direct", 0, 1, 1],
        ["cautious", "store", 1, 0, 1],
        ["chosen", "direct > store", 1, 0, 1],
        ["chosen", "email", 0, 1, 1],
    ]
    assert broken_rules("PATHS", paths) == []
    clusters = [{"record_id": one, "cluster_id": "app:a"} for one in PEOPLE]
    moved = [
        {"threshold": 0.9, "record_id": one, "cluster_id": "tool:a"} for one in ("web:a", "tool:a")
    ]  # fmt: skip
    chosen = paths.from_pandas(told[told["variant"] == "chosen"])
    at = count_threshold_paths(
        touches,
        orders,
        table("RECORD_CLUSTERS", *clusters),
        table("THRESHOLD_CLUSTERS", *moved),
        table("IDENTITY_THRESHOLDS", {"threshold": 0.4, "is_chosen": True}, {"threshold": 0.9}),
        chosen,
        RULE,
        *held,
    ).to_pandas()
    found = at.sort_values(["threshold", "path"])[["threshold", "path", "n_conversions", "n_nulls"]]
    assert found.values.tolist() == [
        [0.4, "direct > store", 1, 0],
        [0.4, "email", 0, 1],
        [0.9, "email > direct", 0, 1],
        [0.9, "store", 1, 0],
    ]


def test_empty_tables_pass_through():
    world = empty_world()
    names = ["touches", "records", "consents", "links"]
    held, naming = hold_history(*(world[name] for name in names), HISTORY)
    assert held.count() == naming.count() == 0
    counts = count_stitching(
        world["touches"], world["records"], world["people"], world["links"], held, naming, RULE
    )
    assert counts.count() == 0


@pytest.mark.parametrize("words", [{"consent_purposes": ["a", "a"]}, {"linking_actions": [" "]}])
def test_a_rule_that_cannot_be_is_refused_where_it_is_born(words):
    with pytest.raises(ValueError, match="each word once"):
        StitchingRule(**words)
