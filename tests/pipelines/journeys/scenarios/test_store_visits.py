"""Stays in stores and what an assistant sees at the check-in: an example, the plain definition, laws."""

from datetime import timedelta
from decimal import Decimal

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from journey_research.pipelines.journeys.scenarios.store_visits import (
    VisitRule,
    find_store_visits,
    list_interests,
    view_visitors,
)
from tests.pipelines.journeys.small_world import moment, orders_from, people_from, shuffled
from tests.worlds import broken_rules, table

RULE = VisitRule(visit_gap_minutes=60, lookback_days=2, approach_days=3)
DAY = 24 * 60
PEOPLE = people_from({"web:a": 1, "beacon:a": 1, "phone:a": 1, "beacon:b": 2})
NOBODY = {name: table(name.upper()) for name in ("orders", "order_lines", "availability")}


def sighted(*rows):
    """Sightings of ``(record, minute, action, store)``."""
    return [
        {
            "touch_id": f"beacon:{i}", "record_id": record, "touched_at": moment(minute), "action": action,
            "store_id": store, "channel": "store", "direction": "inbound", "initiative": "customer",
        }
        for i, (record, minute, action, store) in enumerate(rows)
    ]  # fmt: skip


def looked(number, minute, product, action="product_viewed", record="web:a", **more):
    return {
        "touch_id": f"web:{number}", "record_id": record, "touched_at": moment(minute), "action": action,
        "product_id": product, "channel": "direct", "direction": "inbound", "initiative": "customer", **more,
    }  # fmt: skip


def visits_of(rows, rule=RULE, people=PEOPLE):
    found = find_store_visits(table("TOUCHES", *rows), people, rule)
    assert broken_rules("STORE_VISITS", found) == []
    return found


def interests_of(rows, rule=RULE, **tables):
    touches = table("TOUCHES", *rows)
    told = {**NOBODY, **tables}
    found = list_interests(visits_of(rows, rule), touches, people=PEOPLE, rule=rule, **told)
    assert broken_rules("CHECKIN_INTERESTS", found) == []
    return found.to_pandas().set_index("product_id").sort_index()


STAY = sighted(
    ("beacon:a", 3 * DAY, "store_entered", "ST01"),
    ("beacon:a", 3 * DAY + 1, "checked_in", "ST01"),
    ("beacon:a", 3 * DAY + 20, "store_browsed", "ST01"),
    ("beacon:a", 3 * DAY + 30, "store_left", "ST01"),
)


# --- stays ----------------------------------------------------------------------------------


def test_a_stay_goes_from_entering_to_leaving():
    (row,) = visits_of(STAY).to_pandas().to_dict("records")

    assert row["entered_at"] == moment(3 * DAY)
    assert row["left_at"] == moment(3 * DAY + 30)
    assert (row["visit_id"], row["n_sightings"]) == ("beacon:0", 4)
    assert row["is_checked_in"]
    assert row["is_seen_leaving"]


def test_leaving_ends_a_stay_and_so_does_a_silence_but_not_one_of_exactly_the_gap():
    rows = sighted(
        ("beacon:a", 0, "store_entered", "ST01"),
        ("beacon:a", 60, "store_browsed", "ST01"),  # exactly the gap: the same stay
        ("beacon:a", 121, "store_browsed", "ST01"),  # longer: another
        ("beacon:a", 122, "store_left", "ST01"),
        ("beacon:a", 123, "store_entered", "ST01"),  # after leaving: another
        ("beacon:a", 124, "store_entered", "ST01"),  # lost and found again: the same
        ("beacon:a", 124, "store_browsed", "ST02"),  # another store
        ("beacon:b", 124, "store_browsed", "ST01"),  # another person
    )
    found = visits_of(rows).to_pandas().set_index("visit_id")["n_sightings"]

    assert found.to_dict() == {"beacon:0": 2, "beacon:2": 2, "beacon:4": 2, "beacon:6": 1, "beacon:7": 1}


def test_robots_strangers_and_sightings_without_a_store_are_no_stays():
    rows = sighted(("beacon:a", 0, "store_entered", None), ("nobody:x", 0, "store_entered", "ST01"))
    rows += [{**sighted(("beacon:a", 5, "store_entered", "ST01"))[0], "touch_id": "beacon:9", "is_bot": True}]

    assert visits_of(rows).count() == 0


def visits_by_hand(touches: pd.DataFrame, people: pd.DataFrame, gap: pd.Timedelta) -> set:
    seen = touches.merge(people, on="record_id").dropna(subset="store_id")
    seen["place"] = seen["action"].map({"store_entered": 1, "store_left": 3}).fillna(2)
    seen = seen.sort_values(["person_id", "store_id", "touched_at", "place", "touch_id"])
    stay = seen.groupby(["person_id", "store_id"])
    opens = (stay["action"].shift() == "store_left") | (stay["touched_at"].diff() > gap)
    opens |= stay.cumcount() == 0
    told = seen.groupby(opens.cumsum()).agg({"touch_id": "first", "touched_at": ["min", "max", "size"]})
    return set(told.itertuples(index=False, name=None))


SIGHTINGS = st.lists(
    st.tuples(
        st.sampled_from(["beacon:a", "web:a", "beacon:b", "nobody:x"]),
        st.integers(0, 40).map(lambda tens: 10 * tens),
        st.sampled_from(["store_entered", "store_browsed", "checked_in", "store_left"]),
        st.sampled_from(["ST01", "ST02", None]),
    ),
    max_size=14,
)


@settings(max_examples=25, deadline=None)
@given(SIGHTINGS, st.randoms(use_true_random=False))
def test_stays_are_those_of_the_plain_definition_in_any_order(rows, draws):
    touches = table("TOUCHES", *sighted(*rows))
    found = find_store_visits(shuffled(touches, draws), PEOPLE, RULE).to_pandas()

    by_hand = visits_by_hand(touches.to_pandas(), PEOPLE.to_pandas(), pd.Timedelta(minutes=60))
    columns = ["visit_id", "entered_at", "left_at", "n_sightings"]
    assert set(found[columns].itertuples(index=False, name=None)) == by_hand
    assert found["n_sightings"].sum() == sum(
        store is not None and record != "nobody:x" for record, _, _, store in rows
    )


# --- what was looked at before --------------------------------------------------------------


def test_a_product_looked_at_online_before_is_listed_and_nothing_looked_at_from_then_on():
    rows = [
        *STAY,
        looked(1, 3 * DAY - 100, "SKU-1"),
        looked(2, 3 * DAY - 50, "SKU-1"),
        looked(3, 3 * DAY - 40, "SKU-1", "added_to_wishlist"),
        looked(4, DAY, "SKU-2", "added_to_cart"),  # exactly two days before: listed
        looked(5, DAY - 1, "SKU-3"),  # longer ago
        looked(6, 3 * DAY, "SKU-4"),  # at the check-in
        looked(7, 3 * DAY + 5, "SKU-5"),  # in the store
        looked(8, 3 * DAY - 5, "SKU-6", record="beacon:b"),  # another person
        looked(9, 3 * DAY - 5, "SKU-7", is_bot=True),
        looked(10, 3 * DAY - 5, "SKU-8", channel="store"),
        looked(11, 3 * DAY - 5, "SKU-9", "review_read"),
    ]
    found = interests_of(rows)

    assert found.index.tolist() == ["SKU-1", "SKU-2"]
    assert found.loc["SKU-1", "last_viewed_at"] == moment(3 * DAY - 40)
    assert found["n_views"].to_dict() == {"SKU-1": 2, "SKU-2": 0}
    assert found["is_wished"].to_dict() == {"SKU-1": True, "SKU-2": False}
    assert found["is_in_cart"].to_dict() == {"SKU-1": False, "SKU-2": True}


def stock(product, minute, quantity=None, state=None, location="ST01", source="stock"):
    return {
        "source": source, "product_id": product, "location_id": location, "measured_at": moment(minute),
        "quantity": quantity, "state": state,
    }  # fmt: skip


def test_stock_is_what_was_last_said_of_that_store_before_the_check_in():
    rows = [*STAY, *(looked(i, 3 * DAY - 9, f"SKU-{i}") for i in range(1, 6))]
    said = table(
        "AVAILABILITY",
        stock("SKU-1", 10, state="out"),
        stock("SKU-1", 20, state="low"),
        stock("SKU-1", 3 * DAY + 1, state="out"),  # not known yet
        stock("SKU-2", 10, quantity=0.0),
        stock("SKU-2", 20, state="in_stock", location="ST02"),  # elsewhere
        stock("SKU-3", 20, state="in_stock", location=None),  # everywhere
        stock("SKU-4", 10, state="out"),
        stock("SKU-4", 20, state="in_stock", location=None),  # the store's own word goes before
    )
    found = interests_of(rows, availability=said)["is_in_stock"]

    assert found.loc[["SKU-1", "SKU-2", "SKU-3", "SKU-4"]].tolist() == [True, False, True, False]
    assert pd.isna(found.loc["SKU-5"])


def test_what_was_bought_before_is_marked():
    rows = [*STAY, looked(1, 3 * DAY - 9, "SKU-1"), looked(2, 3 * DAY - 9, "SKU-2")]
    orders = orders_from(["web:a", "web:a", "web:a"], [0, 3 * DAY, 5], status=["paid", "paid", "cancelled"])
    lines = table(
        "ORDER_LINES",
        {"order_id": "shop:0", "line_number": 1, "product_id": "SKU-1"},
        {"order_id": "shop:1", "line_number": 1, "product_id": "SKU-2"},  # at the check-in
        {"order_id": "shop:2", "line_number": 1, "product_id": "SKU-2"},  # not paid
    )
    found = interests_of(rows, orders=orders, order_lines=lines)

    assert found["is_bought"].to_dict() == {"SKU-1": True, "SKU-2": False}


LOOKS = st.lists(st.tuples(st.integers(0, 5 * 24), st.sampled_from(["SKU-1", "SKU-2"])), max_size=12)


@settings(max_examples=12, deadline=None)
@given(LOOKS, st.integers(0, 5 * 24))
def test_interests_are_those_of_the_plain_definition_and_the_future_changes_nothing(looks, hour):
    stay = sighted(("beacon:a", 60 * hour, "store_entered", "ST01"))
    rows = [*stay, *(looked(i, 60 * at, product) for i, (at, product) in enumerate(looks))]
    found = interests_of(rows)

    views = [(at, product) for at, product in looks if at < hour and hour - at <= 48]
    by_hand = pd.DataFrame(views, columns=["at", "product"]).groupby("product")["at"].agg(["max", "size"])
    assert found.index.tolist() == by_hand.index.tolist()
    assert found["n_views"].tolist() == by_hand["size"].tolist()
    assert found["last_viewed_at"].tolist() == [moment(60 * at) for at in by_hand["max"]]
    known = [row for row in rows if row["touched_at"] <= moment(60 * hour)]
    pd.testing.assert_frame_equal(interests_of(known), found)


# --- the assistant's view -------------------------------------------------------------------


def view_of(rows, orders=None, rule=RULE):
    touches, visits = table("TOUCHES", *rows), visits_of(rows, rule)
    orders = orders or NOBODY["orders"]
    interests = list_interests(
        visits, touches, orders, NOBODY["order_lines"], NOBODY["availability"], PEOPLE, rule
    )
    found = view_visitors(visits, interests, touches, orders, PEOPLE, rule)
    assert broken_rules("ASSISTANT_VIEWS", found) == []
    assert found.count() == visits.count()
    return found.to_pandas().set_index("visit_id")


def spoke(minute, action="called", **more):
    return {
        "touch_id": f"phone:{minute}", "record_id": "phone:a", "touched_at": moment(minute), "action": action,
        "channel": "call_centre", "direction": "outbound", "initiative": "company", **more,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("rows", "before", "inside"),
    [
        ([], None, None),
        ([spoke(0)], 0, None),  # exactly three days before
        ([spoke(-1)], None, None),
        ([spoke(10), spoke(20)], 20, None),
        ([spoke(3 * DAY + 10, "assistant_rated"), spoke(3 * DAY + 20)], None, 3 * DAY + 10),
        ([spoke(3 * DAY + 31)], None, None),  # she has gone
        ([spoke(10, "letter_sent")], None, None),  # nobody spoke
        ([spoke(10, is_bot=True)], None, None),
    ],
)
def test_whether_somebody_of_ours_spoke_to_her_before_or_in_the_stay(rows, before, inside):
    row = view_of([*STAY, *rows]).loc["beacon:0"]

    for column, minute in (("approached_before_at", before), ("approached_in_visit_at", inside)):
        assert pd.isna(row[column]) if minute is None else row[column] == moment(minute)
    assert row["is_approached"] == (before is not None or inside is not None)


def test_buying_pattern_and_engagement_are_those_before_the_check_in():
    orders = orders_from(
        ["web:a", "web:a", "web:a", "web:a", "beacon:b"],
        [0, 10, 20, 3 * DAY + 5, 0],
        channel=["web", "store", "web", "web", "web"],
        order_amount=["10", "20", "40", "80", "99"],
        refunded_amount=["0", "5", "0", "0", "0"],
    )
    rows = [*STAY, looked(1, 2 * DAY, "SKU-1"), spoke(2 * DAY + 5), looked(2, 10, "SKU-2")]
    row = view_of(rows, orders).loc["beacon:0"]

    assert (row["n_orders"], row["spent_amount"]) == (3, Decimal("65.00"))
    assert (row["usual_channel"], row["last_ordered_at"]) == ("web", moment(20))
    assert (row["n_touches"], row["n_inbound_touches"]) == (2, 1)
    assert row["last_touched_at"] == moment(2 * DAY + 5)
    assert row["n_interests"] == 1


def test_a_view_is_the_same_whatever_happens_after_the_stay():
    rows = [*STAY, looked(1, 2 * DAY, "SKU-1"), spoke(2 * DAY + 5)]
    later = [looked(2, 4 * DAY, "SKU-2"), spoke(4 * DAY)]
    later_order = orders_from(["web:a"], [4 * DAY])

    pd.testing.assert_frame_equal(view_of([*rows, *later], later_order), view_of(rows))


@pytest.mark.parametrize(
    "wrong", [{"visit_gap_minutes": 0}, {"lookback_days": -1}, {"rep_actions": ["a", "a"]}]
)
def test_a_rule_out_of_bounds_is_refused(wrong):
    with pytest.raises(ValueError, match=next(iter(wrong))):
        VisitRule(**wrong)


def test_words_of_time_are_read_as_days():
    assert RULE.visit_gap_us == timedelta(minutes=60).total_seconds() * 1e6
