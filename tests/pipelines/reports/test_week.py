"""The week beside the week before: which days count, what is a change, how far off it may be."""

from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from worlds import MOMENT, empty_world, table

from journey_research.pipelines.reports.decision_tables import what_to_do
from journey_research.pipelines.reports.estimates import Estimate, change, rate
from journey_research.pipelines.reports.running import ReportRule
from journey_research.pipelines.reports.week_tables import last_window, week_answer, week_shown, week_table

FIRST = datetime(2025, 3, 24)


def touches_at(*told):
    return table(
        "JOURNEY_TOUCHES",
        *(
            {"touch_id": f"web:{n}", "person_id": f"person:{who}", "touched_at": at}
            for n, (who, at) in enumerate(told)
        ),
    )


def week_of(**tables):
    world = {**empty_world(), **tables}
    names = "as_of journey_touches journeys outcomes orders people spend source_files".split()
    return week_table(*(world[name] for name in names), window_days=7).set_index("figure")


def test_worked_example():
    touches = touches_at(
        ("a", FIRST - timedelta(microseconds=1)),  # the week before, by a hair
        ("a", FIRST),  # the first instant of the week
        ("b", FIRST + timedelta(days=3)),
        ("b", FIRST + timedelta(days=6, hours=23)),
        ("c", FIRST + timedelta(days=7)),  # today: not over yet
    )
    orders = table(
        "ORDERS",
        {"order_id": "shop:1", "record_id": "crm:1", "status": "paid", "ordered_at": FIRST,
         "order_amount": Decimal(30), "refunded_amount": Decimal(10)},
        {"order_id": "shop:2", "record_id": "crm:1", "status": "cancelled", "ordered_at": FIRST,
         "order_amount": Decimal(500)},
    )  # fmt: skip
    people = table("PEOPLE", {"record_id": "crm:1", "person_id": "person:a"})

    week = week_of(journey_touches=touches, orders=orders, people=people)

    assert week.loc["touches", "this week"].startswith("3 (")
    assert week.loc["touches", "week before"].startswith("1 (")
    assert week.loc["active persons", "this week"].startswith("2 (")
    assert week.loc["revenue, EUR", "this week"].startswith("20.00 (")
    assert len(week) == 7


def test_touches_of_one_person_come_together():
    many = week_of(journey_touches=touches_at(*((n, FIRST) for n in range(100))))
    one = week_of(journey_touches=touches_at(*(("a", FIRST) for _ in range(100))))

    assert many.loc["touches", "this week"] == "100 (80 to 120)"
    assert one.loc["touches", "this week"] == "100 (0 to 296)"


def test_a_jump_is_called_and_a_wobble_is_not():
    before = [(n, FIRST - timedelta(days=2)) for n in range(100)]
    jump = week_of(journey_touches=touches_at(*before, *((n, FIRST) for n in range(300))))
    wobble = week_of(journey_touches=touches_at(*before, *((n, FIRST) for n in range(110))))

    assert jump.loc["touches", "change"] == "▲ up"
    assert wobble.loc["touches", "change"] == "within chance"


def test_the_answer_names_what_moved():
    before = [(n, FIRST - timedelta(days=2)) for n in range(100)]
    week = week_of(journey_touches=touches_at(*before, *((n, FIRST) for n in range(300)))).reset_index()
    as_of = table("AS_OF", {"as_of": MOMENT})

    answer = week_answer(as_of, week, 7)

    assert answer.startswith("In the 7 days to 30 March 2025, 300 persons were in touch with us")
    assert "beyond chance: touches up, active persons up" in answer


def test_without_an_instant_nothing_is_compared():
    week = week_of(as_of=table("AS_OF", {"as_of": datetime(1970, 1, 1)}))
    assert week.loc["touches", "this week"] == "not known"
    assert set(week["change"]) == {""}


NO_INSTANT = table("AS_OF", {"as_of": datetime(1970, 1, 1)})


def test_without_an_instant_there_is_no_week_and_no_table():
    week = week_of(as_of=NO_INSTANT).reset_index()

    assert week_answer(NO_INSTANT, week, 7) == (
        "The data hold no instant, so there is no week to compare with another."
    )
    assert week_shown(NO_INSTANT, week) is None


def test_a_week_without_touches_after_one_with_them_is_compared():
    before = [(n, FIRST - timedelta(days=2)) for n in range(100)]
    week = week_of(journey_touches=touches_at(*before)).reset_index()
    as_of = table("AS_OF", {"as_of": MOMENT})

    answer = week_answer(as_of, week, 7)

    assert answer.startswith("In the 7 days to 30 March 2025, 0 persons were in touch with us")
    assert "touches down" in answer
    assert week_shown(as_of, week) is week


def test_without_orders_revenue_is_not_known_and_not_0():
    week = week_of(journey_touches=touches_at(("a", FIRST)))
    assert week.loc["revenue", ["this week", "week before", "change"]].tolist() == [
        "not known", "not known", ""
    ]  # fmt: skip


@settings(max_examples=25)
@given(st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1)), st.integers(1, 7))
def test_the_window_is_whole_days_that_are_over(as_of, n_days):
    window = last_window(as_of, n_days)
    assert window.end_at <= as_of < window.end_at + timedelta(days=1)
    assert window.end_at - window.start_at == window.start_at - window.before_at == timedelta(days=n_days)
    assert window.start_at.time() == datetime.min.time()


@settings(max_examples=25)
@given(st.integers(0, 1000), st.integers(0, 1000), st.integers(1, 50), st.integers(1, 50))
def test_a_change_turned_round_points_the_other_way(a, b, error_a, error_b):
    there = change(Estimate(a, error_a, "count"), Estimate(b, error_b, "count"))
    back = change(Estimate(b, error_b, "count"), Estimate(a, error_a, "count"))
    turned = {"▲ up": "▼ down", "▼ down": "▲ up"}
    assert back == turned.get(there, there)


def test_one_journey_a_person_has_the_binomial_error():
    told = {"amount": 30.0, "base": 100.0, "amount_squares": 30.0, "products": 30.0, "base_squares": 100.0}
    assert rate(told).error == pytest.approx((0.3 * 0.7 / 100) ** 0.5)


def test_a_window_of_eight_days_is_refused():
    with pytest.raises(ValueError, match="1 to 7 days"):
        ReportRule(window_days=8, n_paths=5)


@pytest.mark.parametrize(
    ("basis", "said"), [("never asked", "there is no consent log"), ("withdrawn", "no consent is in force")]
)
def test_it_says_why_nobody_may_be_approached(basis, said):
    permissions = table("PERMISSIONS", {"person_id": "person:a", "channel": "email", "basis": basis})
    decisions = table("DECISIONS", {"person_id": "person:a", "action": "nothing"})
    assert said in what_to_do(decisions, permissions)


def test_the_latest_conversion_rate_is_not_called_down():
    """Open journeys pile up before ``as_of``: the newest rate falls even where nothing changed."""
    journeys = table(
        "JOURNEYS",
        *(
            {
                "journey_id": f"web:{n}",
                "person_id": f"person:{n}",
                "ended_at": FIRST - timedelta(days=1) if n < 200 else FIRST,
                "outcome": "converted" if n < 100 else "open",
            }
            for n in range(400)
        ),
    )
    week = week_of(journeys=journeys)
    assert week.loc["conversion rate", "week before"].startswith("50.0% (")
    assert week.loc["conversion rate", "change"] == "too early to tell"
