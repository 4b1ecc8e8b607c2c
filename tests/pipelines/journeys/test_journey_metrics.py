"""The stage's figures, and what becomes of nothing."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from journey_research.pipelines.journeys.cutting import cut_journeys
from journey_research.pipelines.journeys.intervals import (
    clustered_interval,
    median_interval,
    wilson_interval,
)
from journey_research.pipelines.journeys.journey_metrics import measure_journeys
from journey_research.pipelines.journeys.paths import count_paths, count_transitions, summarise_journeys
from journey_research.pipelines.journeys.rule import JourneyRule
from journey_research.pipelines.journeys.sessions import summarise_sessions
from journey_research.pipelines.journeys.stitching import find_outcomes
from tests.pipelines.journeys.small_world import RULE, as_of, orders_from, people_from, touches_from
from tests.worlds import broken_rules, table

DAY = 24 * 60
# Five persons; the run looks from the end of day 4.
TOUCHES = [
    ("web:a", 0, "email"), ("web:a", 10, "store"),   # buys at minute 20
    ("web:b", 0, "email"), ("web:b", 10, "store"),   # stops at the store
    ("web:c", 0, "email"),                           # stops at the e-mail
    ("web:d", 4 * DAY - 10, "email"),                # too fresh to say
]  # fmt: skip
PEOPLE = {"web:a": 1, "web:b": 2, "web:c": 3, "web:d": 4, "web:e": 5}


def stage(rule=RULE):
    touches = touches_from([t[0] for t in TOUCHES], [t[1] for t in TOUCHES], channel=[t[2] for t in TOUCHES])
    people, orders = people_from(PEOPLE), orders_from(["web:a", "web:e"], [20, 30])
    outcomes = find_outcomes(touches, orders, people, rule)
    journey_touches = cut_journeys(touches, people, outcomes, rule)
    return journey_touches, summarise_journeys(journey_touches, outcomes, rule), outcomes


def test_metrics_of_the_worked_example():
    journey_touches, journeys, outcomes = stage()

    found = measure_journeys(journey_touches, journeys, outcomes, as_of(4 * DAY), RULE).set_index("metric")

    values = found["value"].to_dict()
    assert values["n_persons_with_touches"] == values["n_journeys"] == 4
    assert values["conversion_rate"] == 1 / 4
    assert values["conversion_rate_decided"] == 1 / 3
    assert values["touches_per_journey_median"] == 1.5
    assert values["days_to_convert_median"] == pytest.approx(20 / DAY)
    assert values["outcomes_without_touch_share"] == values["outcomes_without_journey_share"] == 1 / 2
    assert tuple(found.loc["conversion_rate", ["low", "high"]]) == wilson_interval(1, 4)
    assert math.isnan(found.loc["days_to_convert_median", "low"])  # one observation has no range


def test_nothing_in_nothing_out():
    people, outcomes = table("PEOPLE"), table("OUTCOMES")
    journey_touches = cut_journeys(table("TOUCHES"), people, outcomes, RULE)
    journeys = summarise_journeys(journey_touches, outcomes, RULE)

    for name, told in {
        "OUTCOMES": find_outcomes(table("TOUCHES"), table("ORDERS"), people, RULE),
        "JOURNEY_TOUCHES": journey_touches,
        "JOURNEYS": journeys,
        "SESSIONS": summarise_sessions(journey_touches, table("DEVICE_SESSIONS"), table("DEVICE_PAIRS")),
        "TRANSITIONS": count_transitions(journey_touches),
        "PATHS": count_paths(table("TOUCHES"), table("ORDERS"), table("PEOPLE_VARIANTS"), RULE),
    }.items():
        assert told.count() == 0
        assert broken_rules(name, told) == []
    metrics = measure_journeys(journey_touches, journeys, outcomes, as_of(0), RULE).set_index("metric")
    assert metrics.loc["n_journeys", "value"] == 0
    assert math.isnan(metrics.loc["conversion_rate", "value"])
    assert metrics["n"].tolist() == [0] * len(metrics)


def clustered(journeys_of_person):
    """The interval by its plain definition: a list of 0 and 1 for each person."""
    n, hits = [len(own) for own in journeys_of_person], [sum(own) for own in journeys_of_person]
    return clustered_interval(
        sum(hits),
        sum(n),
        len(n),
        hh=sum(h * h for h in hits),
        hn=sum(h * own for h, own in zip(hits, n, strict=True)),
        nn=sum(own * own for own in n),
    )


def test_the_same_journeys_told_twice_make_no_rate_surer():
    persons = [[1], [0], [0], [1], [0], [1], [0], [0]]
    twice = [own * 2 for own in persons]

    low, high = clustered(persons)
    assert (low, high) == pytest.approx(wilson_interval(3, 8))
    assert clustered(twice) == pytest.approx((low, high), abs=0.02)
    assert wilson_interval(6, 16)[1] < high - 0.05


@given(st.lists(st.lists(st.integers(0, 1), min_size=1, max_size=4), min_size=1, max_size=30))
def test_a_clustered_interval_holds_its_share_and_is_no_narrower_than_wilsons(persons):
    n, hits = sum(map(len, persons)), sum(map(sum, persons))
    low, high = clustered(persons)
    plain_low, plain_high = wilson_interval(hits, n)

    assert 0 <= low <= hits / n <= high <= 1
    assert high - low >= plain_high - plain_low - 1e-12


def test_wilson_interval_is_that_of_the_literature():
    # Newcombe (1998), table I: 81 of 263 is 0.2553 to 0.3662; 0 of 20 is 0 to 0.1611.
    assert wilson_interval(81, 263) == pytest.approx((0.2553, 0.3662), abs=5e-5)
    assert wilson_interval(0, 20) == pytest.approx((0, 0.1611), abs=5e-5)
    assert wilson_interval(20, 20)[1] == 1.0


def test_median_interval_holds_the_median_95_times_in_100():
    draws = np.random.default_rng(1)
    hits = 0
    for _ in range(1000):
        _, low, high = median_interval(draws.exponential(size=25))
        hits += low <= math.log(2) <= high
    assert hits >= 940


@pytest.mark.parametrize(
    ("minutes", "days", "action"),
    [(0, 1, "order"), (30, 0, "order"), (30, -1, "order"), (1441, 1, "order"), (30, 1, " ")],
)
def test_a_rule_that_cannot_be_is_refused_where_it_is_born(minutes, days, action):
    with pytest.raises(ValueError, match=r"gap|conversion_action"):
        JourneyRule(session_gap_minutes=minutes, max_gap_days=days, conversion_action=action)
