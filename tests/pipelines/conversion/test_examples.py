"""Examples: three touches and a cut-off by hand, a pandas definition, and blindness to the future."""

from datetime import datetime, timedelta
from decimal import Decimal

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from journey_research.pipelines.conversion.examples import ExampleRule, below_share, build_examples
from tests.worlds import broken_rules, table

AS_OF = datetime(2025, 4, 1)
RULE = ExampleRule(
    step_days=14, horizon_days=14, history_days=60, n_cut_offs=4, n_test_cut_offs=1, test_share=0.0
)
# The cut-offs of that rule: 4 February, 18 February and 4 March train (the last one's horizon ends just at
# the test), 18 March is the test, of nobody here, and 1 April is now.
CUT_OFFS = [datetime(2025, 2, 4), datetime(2025, 2, 18), datetime(2025, 3, 4), AS_OF]


def touch(number, person, at, initiative="customer", channel="web"):
    return {
        "touch_id": f"web:{number}",
        "person_id": f"person:{person}",
        "touched_at": at,
        "session_id": f"web:{at:%Y%m%d}",
        "journey_id": "web:0",
        "channel": channel,
        "action": "page_viewed",
        "initiative": initiative,
    }


def order(number, record, at, amount="10.00", status="paid"):
    return {
        "order_id": f"shop:{number}",
        "record_id": f"crm:{record}",
        "ordered_at": at,
        "status": status,
        "order_amount": Decimal(amount),
    }


def outcome(number, person, at):
    return {"outcome_id": f"shop:{number}", "person_id": f"person:{person}", "occurred_at": at}


PEOPLE = table("PEOPLE", *({"record_id": f"crm:{n}", "person_id": f"person:{n}"} for n in range(4)))
NOW = table("AS_OF", {"as_of": AS_OF})


def built(touches=(), outcomes=(), orders=(), rule=RULE, now=NOW):
    made = build_examples(
        table("JOURNEY_TOUCHES", *touches),
        table("OUTCOMES", *outcomes),
        table("ORDERS", *orders),
        PEOPLE,
        now,
        rule,
    )
    assert broken_rules("EXAMPLES", made) == []
    return made.to_pandas()


def test_three_touches_and_a_cut_off():
    cut_off = datetime(2025, 2, 18)
    examples = built(
        touches=[
            touch(1, 1, cut_off - timedelta(days=20), "company", "email"),
            touch(2, 1, cut_off - timedelta(days=2)),
            touch(3, 1, cut_off),  # at the cut-off: not known before it
        ],
        orders=[order(1, 1, cut_off - timedelta(days=100), "12.50", "refunded")],  # before is before
        outcomes=[outcome(2, 1, cut_off + timedelta(days=14))],  # the horizon's end belongs to it
    ).set_index("cut_off_at")
    row = examples.loc[cut_off]
    assert (row["n_touches_7_days"], row["n_touches_30_days"]) == (1, 2)
    assert (row["n_inbound_30_days"], row["n_outbound_30_days"], row["n_channels_30_days"]) == (1, 1, 2)
    assert (row["n_orders_before"], row["ordered_amount_before"], row["n_outcomes_before"]) == (1, 12.5, 0)
    assert (row["days_since_touch"], row["days_since_order"]) == (2.0, 100.0)
    assert row["is_converted"]
    assert row["split"] == "train"


def test_an_outcome_at_the_cut_off_is_neither_before_nor_after():
    cut_off = datetime(2025, 2, 18)
    examples = built(
        touches=[touch(1, 1, cut_off - timedelta(days=2))], outcomes=[outcome(1, 1, cut_off)]
    ).set_index("cut_off_at")
    assert examples.loc[cut_off, "n_outcomes_before"] == 0
    assert not examples.loc[cut_off, "is_converted"]


def test_training_ends_a_whole_horizon_before_the_test():
    daily = [touch(n, 1, datetime(2025, 1, 1) + timedelta(days=n)) for n in range(90)]
    examples = built(touches=daily)
    assert dict(zip(examples["cut_off_at"], examples["split"], strict=True)) == {
        pd.Timestamp("2025-02-04"): "train",
        pd.Timestamp("2025-02-18"): "train",
        pd.Timestamp("2025-03-04"): "train",
        pd.Timestamp("2025-04-01"): "current",
    }
    assert examples.set_index("split").loc["current", "is_converted"] is None


def test_a_cut_off_whose_horizon_reaches_into_the_test_is_left_out():
    daily = [touch(n, 1, datetime(2025, 1, 1) + timedelta(days=n)) for n in range(90)]
    rule = ExampleRule(step_days=7, horizon_days=14, n_cut_offs=4, n_test_cut_offs=1, test_share=0.0)
    examples = built(touches=daily, rule=rule).set_index("cut_off_at")
    assert pd.Timestamp("2025-03-04") in examples.index  # ends with the test's first instant
    assert pd.Timestamp("2025-03-11") not in examples.index


def test_no_person_is_trained_on_and_tested():
    rule = ExampleRule(n_cut_offs=6, n_test_cut_offs=2, test_share=0.5)
    days = [datetime(2025, 1, 1) + timedelta(days=n) for n in range(0, 90, 5)]
    touches = [touch(100 * n + p, p, day) for p in range(40) for n, day in enumerate(days)]
    examples = built(touches=touches, rule=rule)
    sets = {split: set(rows["person_id"]) for split, rows in examples.groupby("split")}
    assert sets["train"]
    assert sets["test"]
    assert not sets["train"] & sets["test"]
    assert sets["current"] == {f"person:{p}" for p in range(40)}
    tests, trains = (examples.loc[examples["split"] == name, "cut_off_at"] for name in ("test", "train"))
    assert trains.max() + timedelta(days=rule.horizon_days) <= tests.min()


def test_a_person_silent_for_the_whole_history_is_no_example():
    examples = built(touches=[touch(1, 1, datetime(2024, 10, 1))], orders=[order(1, 2, datetime(2025, 3, 1))])
    assert set(examples["person_id"]) == {"person:2"}


EVENTS = st.lists(
    st.tuples(
        st.sampled_from(["touch", "order", "outcome"]), st.integers(0, 2), st.integers(0, 100), st.booleans()
    ),
    max_size=12,
)
FIRST_DAY = datetime(2024, 12, 22)


def told(events):
    at = [(kind, person, FIRST_DAY + timedelta(days=day), flag) for kind, person, day, flag in events]
    return {
        "touches": [
            touch(n, person, when, "company" if flag else "customer", "email" if flag else "web")
            for n, (kind, person, when, flag) in enumerate(at)
            if kind == "touch"
        ],
        "orders": [order(n, p, when) for n, (kind, p, when, _) in enumerate(at) if kind == "order"],
        "outcomes": [outcome(n, p, when) for n, (kind, p, when, _) in enumerate(at) if kind == "outcome"],
    }


def features_by_hand(events, person, cut_off):
    """The definition, for one person at one cut-off; None: no example."""
    before = [
        (kind, FIRST_DAY + timedelta(days=day), flag)
        for kind, who, day, flag in events
        if who == person and FIRST_DAY + timedelta(days=day) < cut_off
    ]

    def since(days, kind):
        return [(at, flag) for k, at, flag in before if k == kind and at >= cut_off - timedelta(days=days)]

    touches, orders = since(RULE.history_days, "touch"), [at for k, at, _ in before if k == "order"]
    if not touches and not since(RULE.history_days, "order"):
        return None
    month = since(30, "touch")
    return {
        "n_touches_7_days": len(since(7, "touch")),
        "n_touches_30_days": len(month),
        "n_inbound_30_days": sum(not flag for _, flag in month),
        "n_outbound_30_days": sum(flag for _, flag in month),
        "n_channels_30_days": len({flag for _, flag in month}),
        "n_sessions_30_days": len({at for at, _ in month}),
        "n_outcomes_before": sum(k == "outcome" for k, *_ in before),
        "n_orders_before": len(orders),
        "ordered_amount_before": 10.0 * len(orders),
        "days_since_touch": (cut_off - max(at for at, _ in touches)).days if touches else None,
        "days_since_order": (cut_off - max(orders)).days if orders else None,
    }


@settings(max_examples=12, deadline=None)
@given(EVENTS)
def test_agrees_with_the_definition(events):
    examples = built(**told(events)).astype(object)
    examples = examples.where(examples.notna(), None)
    found = {(row["person_id"], row["cut_off_at"]): row for row in examples.to_dict("records")}
    wanted = {
        (f"person:{person}", pd.Timestamp(cut_off)): features
        for person in range(3)
        for cut_off in CUT_OFFS
        if (features := features_by_hand(events, person, cut_off)) is not None
    }
    assert found.keys() == wanted.keys()
    for key, features in wanted.items():
        assert {name: found[key][name] for name in features} == features


@settings(max_examples=12, deadline=None)
@given(EVENTS, EVENTS, st.sampled_from(CUT_OFFS))
def test_what_comes_at_or_after_the_cut_off_changes_no_feature(events, others, cut_off):
    def then(found):
        rows = built(**told(found))
        rows = rows[rows["cut_off_at"] == cut_off].drop(columns="is_converted")
        return rows.to_csv(index=False)

    past = [event for event in events if FIRST_DAY + timedelta(days=event[2]) < cut_off]
    future = [event for event in others if FIRST_DAY + timedelta(days=event[2]) >= cut_off]
    assert then(past) == then(past + future)


def test_empty_tables_make_an_empty_table():
    assert len(built()) == 0
    assert len(built(touches=[touch(1, 1, AS_OF)], now=table("AS_OF"))) == 0


def test_half_of_all_hashes_sort_below_a_share_of_a_half():
    assert below_share(0.5) == "80000000"
    assert below_share(0.0) == "00000000"
    assert below_share(1.0) > "ffffffff"


@pytest.mark.parametrize(
    "wrong", [{"step_days": 0}, {"test_share": 1.5}, {"history_days": 7}, {"n_test_cut_offs": 12}]
)
def test_a_rule_out_of_bounds_is_refused_where_it_is_born(wrong):
    with pytest.raises(ValueError, match=next(iter(wrong))):
        ExampleRule(**wrong)
