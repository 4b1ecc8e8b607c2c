"""Triggers fire at the planted signal, when it could be known, and once."""

from decimal import Decimal
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from journey_research.pipelines.journeys.touchpoints.triggers import TriggerRule, fire_triggers
from tests.pipelines.journeys.touchpoints.met import hour, kept, met, person, rows_of
from tests.worlds import table

CART = {"signals": ["added_to_cart"], "unless": ["order"], "wait_hours": 24, "is_restarted": True}
THRICE = {"signals": ["product_viewed"], "times": 3, "within_hours": 168, "is_by_product": True}
OPEN = {"signals": ["ticket_opened"], "unless": ["ticket_solved"], "wait_hours": 48, "owner": "service team"}


def fired(rule, rows, bought=(), as_of=10_000):
    """Hours at which one rule fires, by person."""
    touches, journey_touches = met(*({"channel": "web", **row} for row in rows))
    outcomes = table(
        "OUTCOMES",
        *(
            {"outcome_id": f"shop:{number}", "person_id": person(who), "occurred_at": hour(at),
             "kind": "order", "outcome_amount": Decimal(1)}
            for number, (who, at) in enumerate(bought)
        ),
    )  # fmt: skip
    made = fire_triggers(
        touches,
        journey_touches,
        outcomes,
        table("AS_OF", {"as_of": hour(as_of)}),
        TriggerRule({"rule": rule}),
    )
    return sorted(
        (int(row["person_id"][-4:], 16), (row["fired_at"] - hour(0)).total_seconds() / 3600)
        for row in rows_of(kept(made, "TRIGGERS"))
    )


def cart(at, who=1):
    return {"person": who, "at": at, "action": "added_to_cart"}


def look(at, product="tent", who=1):
    return {"person": who, "at": at, "action": "product_viewed", "product_id": product}


def test_a_cart_that_is_left_for_a_day_fires_a_day_later():
    assert fired(CART, [cart(10), cart(10, who=2)], bought=[(2, 20)]) == [(1, 34)]


def test_an_order_to_the_second_is_in_time_and_one_before_the_cart_settles_nothing():
    assert fired(CART, [cart(10)], bought=[(1, 34)]) == []
    assert fired(CART, [cart(10)], bought=[(1, 34.1)]) == [(1, 34)]
    assert fired(CART, [cart(10)], bought=[(1, 10)]) == []
    assert fired(CART, [cart(10)], bought=[(1, 9)]) == [(1, 34)]


def test_it_is_not_known_before_the_day_is_over():
    assert fired(CART, [cart(10)], as_of=33.9) == []
    assert fired(CART, [cart(10)], as_of=34) == [(1, 34)]


def test_each_time_it_is_left_is_one_occurrence_and_a_further_item_begins_the_day_anew():
    assert fired(CART, [cart(10), cart(20), cart(100)]) == [(1, 44), (1, 124)]
    assert fired(CART, [cart(10), cart(34), cart(58.5)]) == [(1, 58), (1, 82.5)]


def test_the_third_look_in_a_week_at_one_product_fires_at_once_and_the_fourth_does_not():
    assert fired(THRICE, [look(1), look(50), look(100), look(120)]) == [(1, 100)]
    assert fired(THRICE, [look(1), look(50), look(169)]) == [(1, 169)], "a week to the second is a week"
    assert fired(THRICE, [look(1), look(50), look(169.1)]) == []
    assert fired(THRICE, [look(1), look(2, "boot"), look(3, "sock")]) == []
    assert fired(THRICE | {"is_by_product": False}, [look(1), look(2, "boot"), look(3, "sock")]) == [(1, 3)]


def test_looks_that_come_again_after_a_pause_are_another_occurrence():
    again = [look(at) for at in (1, 2, 3, 4, 1001, 1002, 1003, 1004)]

    assert fired(THRICE, again) == [(1, 3), (1, 1003)]


def test_an_order_ends_the_counting():
    bought = THRICE | {"unless": ["order"]}

    assert fired(bought, [look(1), look(2), look(4)], bought=[(1, 3)]) == []
    assert fired(bought, [look(1), look(2), look(4), look(5), look(6)], bought=[(1, 3)]) == [(1, 6)]


def test_a_complaint_that_nobody_settles_fires_once_however_often_it_is_told():
    opened = [{"person": 1, "at": at, "action": "ticket_opened"} for at in (0, 10, 200)]
    solved = {"person": 1, "at": 210, "action": "ticket_solved"}

    assert fired(OPEN, opened) == [(1, 48)]
    assert fired(OPEN, [*opened, {**solved, "at": 47}]) == [(1, 248)], "the one at 200 is another"
    assert fired(OPEN, [*opened, {**solved, "at": 47}, solved]) == []
    assert fired(OPEN | {"quiet_hours": 100}, opened) == [(1, 48), (1, 248)]


def test_a_coupon_is_told_by_its_tactic():
    rule = {
        "signals": ["email_delivered"],
        "tactic": "coupon",
        "unless": ["coupon_redeemed"],
        "wait_hours": 600,
    }
    mails = [
        {"person": who, "at": 0, "action": "email_delivered", "tactic": tactic, "direction": "outbound"}
        for who, tactic in [(1, "coupon"), (2, "newsletter"), (3, "coupon"), (4, None)]
    ]

    assert fired(rule, [*mails, {"person": 3, "at": 99, "action": "coupon_redeemed"}]) == [(1, 600)]


def test_the_team_and_the_evidence_stand_beside_it():
    touches, journey_touches = met({"person": 1, "at": 0, "action": "ticket_opened"})
    made = fire_triggers(
        touches,
        journey_touches,
        table("OUTCOMES"),
        table("AS_OF", {"as_of": hour(99)}),
        TriggerRule({"o": OPEN}),
    )

    assert [(row["rule"], row["touch_id"], row["owner"]) for row in rows_of(made)] == [
        ("o", "web:00000", "service team")
    ]


HAPPENED = st.lists(
    st.tuples(st.integers(1, 2), st.integers(0, 40), st.sampled_from(["added_to_cart", "order", "seen"])),
    max_size=10,
)


def left_by_hand(happened, wait, as_of):
    """A cart is left when nothing is added to it and nothing ordered for so long."""
    found = []
    for who, at, what in set(happened):
        later = [t for w, t, kind in happened if w == who and t > at and kind == "added_to_cart"]
        added = any(t <= at + wait for t in later)
        orders = [t for w, t, kind in happened if w == who and kind == "order" and at <= t <= at + wait]
        if what == "added_to_cart" and at + wait <= as_of and not orders and not added:
            found.append((who, at + wait))
    return sorted(found)


@settings(deadline=None, max_examples=25)
@given(HAPPENED, st.integers(0, 60))
def test_the_plain_definition_agrees(happened, as_of):
    rule = CART | {"wait_hours": 6}
    rows = [{"person": who, "at": at, "action": what} for who, at, what in set(happened) if what != "order"]
    bought = [(who, at) for who, at, what in set(happened) if what == "order"]

    assert fired(rule, rows, bought, as_of) == left_by_hand(happened, 6, as_of)


@settings(deadline=None, max_examples=15)
@given(HAPPENED, st.integers(0, 60), st.sampled_from([CART, THRICE, OPEN]))
def test_what_has_fired_is_blind_to_what_comes_later(happened, cut_off, rule):
    """Run on what was known then, or on all: the same triggers up to then."""
    words = {"added_to_cart": rule["signals"][0], "seen": "ticket_solved"}
    rule = rule | {"unless": ["order", "ticket_solved"]}

    def run(known, as_of):
        rows = [
            {"person": w, "at": at, "action": words[what], "product_id": "tent"}
            for w, at, what in known
            if what != "order"
        ]
        return fired(rule, rows, [(w, at) for w, at, what in known if what == "order"], as_of)

    then = run([one for one in happened if one[1] <= cut_off], cut_off)
    now = [one for one in run(happened, 10_000) if one[1] <= cut_off]

    assert then == now


def test_nothing_in_nothing_out_and_no_rule_no_trigger():
    assert fired(CART, []) == []
    made = fire_triggers(
        *met(cart(0)), table("OUTCOMES"), table("AS_OF", {"as_of": hour(99)}), TriggerRule({})
    )
    assert made.count() == 0


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        ({"signals": "added_to_cart"}, "lists"),
        ({"unless": ["order"]}, "there is a signal"),
        ({"signals": ["seen"], "times": 3}, "within_hours"),
        ({"signals": ["seen"], "wait_days": 3}, "'wait_days'"),
    ],
)
def test_a_rule_that_cannot_be_meant_stops_the_run(rule, said):
    with pytest.raises(ValueError, match=said):
        TriggerRule({"rule": rule})


def test_the_shipped_rules_are_those_of_the_documents():
    conf = Path(__file__).resolve().parents[4] / "conf" / "base" / "parameters_touchpoints.yml"
    rules = TriggerRule(**yaml.safe_load(conf.read_text(encoding="utf-8"))["trigger_rule"]).rules

    assert set(rules) == {"cart_left", "looked_three_times", "complaint_open", "coupon_expiring"}
    assert fired(rules["cart_left"], [cart(10)]) == [(1, 34)]
    assert fired(rules["looked_three_times"], [look(1), look(2), look(3)]) == [(1, 3)]
    assert fired(rules["complaint_open"], [{"person": 1, "at": 0, "action": "complained"}]) == [(1, 48)]
