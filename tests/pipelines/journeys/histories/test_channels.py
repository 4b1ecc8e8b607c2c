"""Hops between channels, whom channels reach, who stays, and how long until somebody does something."""

from collections import Counter
from itertools import chain, combinations, pairwise

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from journey_research.engine import Table
from journey_research.pipelines.journeys.histories.following import measure_transitions, transition_matrix
from journey_research.pipelines.journeys.histories.hopping import hop_rates
from journey_research.pipelines.journeys.histories.reach import channel_overlaps, event_sets, rank_reach
from journey_research.pipelines.journeys.histories.retention import WEEK_US, measure_retention
from journey_research.pipelines.journeys.histories.waiting import DAY_US, kaplan_meier, time_to_event
from journey_research.pipelines.journeys.intervals import clustered_interval, wilson_interval
from tests.pipelines.journeys.histories.made_histories import MINUTE_US, frame_of, histories, steps_of, walks

WORKED = frame_of(
    ("a", 0, "web"), ("a", 1, "web"), ("a", 2, "store"), ("a", 9, "web"),
    ("b", 0, "store"), ("b", 1, "store"),
    ("c", 0, "mail"),
)  # fmt: skip


def test_worked_example_of_hops():
    told = hop_rates(steps_of(WORKED)).set_index("event")

    assert told.loc["web", ["n", "n_all", "share"]].tolist() == [
        1,
        2,
        0.5,
    ]  # the last web is followed by nothing
    assert told.loc["store", ["n", "n_all", "share"]].tolist() == [1, 2, 0.5]
    assert told.iloc[-1][["n", "n_all", "n_persons"]].tolist() == [
        2,
        4,
        2,
    ]  # all of them; c is never followed
    assert "mail" not in told.index


@settings(max_examples=8, deadline=None)
@given(histories(), st.sampled_from([None, "session"]))
def test_hops_agree_with_the_definition(frame, per):
    hits, own = {}, {}
    for (person, _), rows in walks(frame, per).items():
        events = rows["event"].tolist()
        for one, other in pairwise(events):
            for event in (one, None):
                own.setdefault(event, Counter())[person] += 1
                hits.setdefault(event, Counter())[person] += one != other

    told = hop_rates(steps_of(frame), per=per)

    assert len(told) == len(own)
    for row in told.to_dict("records"):
        event = row["event"] if row["event"] == row["event"] else None
        mine, all_of = hits[event], own[event]
        n, n_all = sum(mine.values()), sum(all_of.values())
        sums = (
            sum(h * h for h in mine.values()),
            sum(h * all_of[person] for person, h in mine.items()),
            sum(h * h for h in all_of.values()),
        )
        assert (row["n"], row["n_all"], row["n_persons"]) == (n, n_all, len(all_of))
        assert (row["low"], row["high"]) == pytest.approx(clustered_interval(n, n_all, len(all_of), *sums))


def hopping_persons(seed, rate, n_persons=150, n_touches=12):
    """Histories of persons who each hop at their own rate around a common one."""
    draws = np.random.default_rng(seed)
    own = draws.beta(8 * rate, 8 * (1 - rate), n_persons)
    hops = draws.random((n_persons, n_touches)) < own[:, None]
    hops[:, 0] = False
    events = (
        draws.integers(0, 4, (n_persons, 1)) + np.cumsum(hops * draws.integers(1, 4, hops.shape), axis=1)
    ) % 4
    step = np.tile(np.arange(n_touches), n_persons)
    person = np.repeat(np.arange(n_persons), n_touches)
    told = pd.DataFrame({"person": person, "step": step, "event": events.ravel(), "happened_at": step})
    return Table.from_pandas(told)


def test_the_planted_hop_rate_is_covered_as_often_as_agreed():
    covered = []
    for seed in range(30):
        everybody = hop_rates(hopping_persons(seed, 0.3)).iloc[-1]
        covered.append(everybody["low"] <= 0.3 <= everybody["high"])

    assert sum(covered) >= 26  # of 30; 95 % are agreed


def test_rows_of_the_hop_matrix_add_up_and_its_diagonal_is_who_stays():
    steps = hopping_persons(1, 0.3)

    matrix = transition_matrix(measure_transitions(steps))

    rates = hop_rates(steps).set_index("event")["share"]
    assert matrix.sum(axis=1).to_numpy() == pytest.approx(1)
    for event in matrix.index:
        assert 1 - matrix.loc[event, event] == pytest.approx(rates[event])


def test_worked_example_of_reach():
    sets = event_sets(steps_of(WORKED))
    told = rank_reach(sets)

    assert sets[["members", "n"]].values.tolist() == [[("mail",), 1], [("store",), 1], [("store", "web"), 1]]
    # The store reaches a and b; mail adds c; the web adds nobody.
    assert told["event"].tolist() == ["store", "mail", "web"]
    assert told["n"].tolist() == [2, 1, 1]
    assert told["n_only"].tolist() == [1, 1, 0]
    assert told["n_new"].tolist() == [2, 1, 0]
    assert told["reached_share"].tolist() == [2 / 3, 1, 1]
    assert (told["low"][0], told["high"][0]) == wilson_interval(2, 3)
    assert channel_overlaps(sets).loc["store", "web"] == 1


@settings(max_examples=8, deadline=None)
@given(histories())
def test_the_algebra_of_sets_is_exact(frame):
    has = {event: set(rows["person"]) for event, rows in frame.groupby("event")}
    everybody = set(frame["person"])

    sets = event_sets(steps_of(frame))
    told, overlaps = rank_reach(sets), channel_overlaps(sets)

    assert sets["n"].sum() == len(everybody)
    for members, n in zip(sets["members"], sets["n"], strict=True):
        exactly = set.intersection(*(has[e] for e in members)) - set().union(
            *(has[e] for e in has if e not in members)
        )
        assert n == len(exactly)
    for one in has:
        for other in has:
            assert overlaps.loc[one, other] == len(has[one] & has[other])
    reached = set()
    for row in told.to_dict("records"):
        rest = [event for event in has if event not in told["event"].tolist()[: row["rank"] - 1]]
        assert row["n_new"] == len(has[row["event"]] - reached) == max(len(has[e] - reached) for e in rest)
        assert row["n_only"] == len(
            has[row["event"]] - set().union(*(has[e] for e in has if e != row["event"]))
        )
        reached |= has[row["event"]]
        assert row["reached_share"] == len(reached) / len(everybody)
    # No pair of channels reaches more than greedy can be behind of.
    best = max(len(has[a] | has[b]) for a, b in chain(combinations(has, 2), ((e, e) for e in has)))
    assert told["n_new"].head(2).sum() >= (1 - 1 / np.e) * best


def weeks_of(*rows):
    """Steps from rows of person and days since a Monday."""
    frame = frame_of(*((person, round(day * 1440), "look") for person, day in rows))
    frame["happened_at"] += 4 * DAY_US  # the first Monday
    return steps_of(frame)


def test_worked_example_of_retention():
    steps = weeks_of(("a", 0), ("a", 6.9), ("a", 7), ("b", 3), ("c", 8), ("b", 15))

    told = measure_retention(steps, ends_us=(4 + 16) * DAY_US)

    rows = told[["cohort_at", "age", "n", "n_all"]].astype({"cohort_at": "str"}).values.tolist()
    assert rows == [
        ["1970-01-05", 0, 2, 2],  # a and b
        ["1970-01-05", 1, 1, 2],  # a, on the Monday after
        ["1970-01-05", 2, pd.NA, 2],  # the third week is not over: b's visit does not count yet
        ["1970-01-12", 0, 1, 1],
        ["1970-01-12", 1, pd.NA, 1],
    ]
    assert (told["low"][1], told["high"][1]) == wilson_interval(1, 2)
    assert told["share"].isna().tolist() == [False, False, True, False, True]
    earlier = measure_retention(steps, ends_us=(4 + 2) * DAY_US)
    assert earlier["n_all"].tolist() == [1]  # b has not come yet
    later = measure_retention(steps, ends_us=(4 + 21) * DAY_US)
    assert later["n"].tolist()[:3] == [
        2,
        1,
        1,
    ]  # the last instant of the data is Monday, 00:00: the week is over


@settings(max_examples=8, deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 30)), min_size=1, max_size=10),
    st.integers(0, 35),
)
def test_retention_agrees_with_the_definition(rows, ends):
    told = measure_retention(weeks_of(*rows), ends_us=(4 + ends) * DAY_US)

    seen = {(person, day // 7) for person, day in rows if day <= ends}
    first = {person: min(week for who, week in seen if who == person) for person, _ in seen}
    by_hand = {}
    for cohort in sorted(set(first.values())):
        mine = [person for person in first if first[person] == cohort]
        for age in range(ends // 7 - cohort + 1):
            n = sum((person, cohort + age) in seen for person in mine) if cohort + age < ends // 7 else None
            by_hand[cohort, age] = (n, len(mine))
    found = {
        ((at - pd.Timestamp("1970-01-05")).days // 7, age): (None if n is pd.NA else n, n_all)
        for at, age, n, n_all in zip(told["cohort_at"], told["age"], told["n"], told["n_all"], strict=True)
    }
    assert found == by_hand


def test_worked_example_of_waiting():
    day = 1440
    frame = frame_of(
        ("a", 0, "look"), ("a", 2 * day, "buy"), ("a", 3 * day, "buy"),
        ("b", 0, "look"), ("b", 4 * day, "look"),
        ("c", 2 * day, "look"), ("c", 6 * day, "buy"),
        ("d", 5 * day, "buy"),
    )  # fmt: skip

    curve, median = time_to_event(steps_of(frame), "buy", at_days=(0, 2, 4, 6, 7), ends_us=6 * DAY_US)

    # d at once, a after 2 days, c after 4, b not within the 6 days it was watched.
    assert curve["days"].tolist() == [0, 2, 4, 6]
    assert curve["share"].tolist() == [0.25, 0.5, 0.75, 0.75]
    assert curve["n_at_risk"].tolist() == [4, 3, 2, 1]
    assert median.iloc[0][["n", "n_all", "median_days"]].tolist() == [3, 4, 2]
    early, _ = time_to_event(steps_of(frame), "buy", at_days=(1,), ends_us=1 * DAY_US)
    assert early["share"].tolist() == [0]  # what comes later is not known yet


def curve_by_hand(persons):
    """The definition: at each time, who are still there lose those who reach it then."""
    left, told = 1.0, {}
    for time in sorted({wait for wait, _ in persons}):
        at_risk = sum(wait >= time for wait, _ in persons)
        reached = sum(wait == time and done for wait, done in persons)
        left *= 1 - reached / at_risk
        told[time] = 1 - left
    return told


def curve_of(persons):
    waits = sorted({wait for wait, _ in persons})
    counts = Counter(persons)
    return kaplan_meier(
        np.array(waits),
        np.array([counts[w, True] for w in waits]),
        np.array([counts[w, False] for w in waits]),
    )


@given(st.lists(st.tuples(st.integers(0, 5), st.booleans()), min_size=1, max_size=12))
def test_the_curve_agrees_with_the_definition(persons):
    curve = curve_of(persons)

    for time, share in curve_by_hand(persons).items():
        found, low, high, _ = curve.at(time)
        assert found == pytest.approx(share)
        assert 0 <= low <= found + 1e-12
        assert found - 1e-12 <= high <= 1


@given(st.lists(st.integers(0, 5), min_size=1, max_size=12))
def test_without_anybody_lost_the_interval_is_the_one_of_a_share(waits):
    curve = curve_of([(wait, True) for wait in waits])

    for time in waits:
        n = sum(wait <= time for wait in waits)
        if n < len(waits):
            assert curve.at(time)[1:3] == pytest.approx(wilson_interval(n, len(waits)))
            assert curve.at(time)[3] == pytest.approx(len(waits))


def test_the_planted_time_to_convert_is_covered_as_often_as_agreed():
    covered = []
    for seed in range(200):
        draws = np.random.default_rng(seed)
        waits = draws.exponential(10, 80) * 1000
        watched = draws.uniform(0, 25, 80) * 1000
        persons = [(int(min(w, end)), bool(w <= end)) for w, end in zip(waits, watched, strict=True)]
        curve = curve_of(persons)
        _, low, high, _ = curve.at(7000)
        _, early, late = curve.median()
        covered.append(
            (
                low <= 1 - np.exp(-0.7) <= high,
                early <= 10_000 * np.log(2) <= (late if late == late else np.inf),
            )
        )

    assert np.mean(covered, axis=0).min() > 0.92


def test_half_that_never_comes_has_no_time():
    curve = curve_of([(1, True), (5, False), (5, False), (5, False)])

    assert all(np.isnan(end) for end in (curve.median()[0], curve.median()[2]))


def test_nobody_and_nothing_has_no_figures():
    empty = steps_of(WORKED.iloc[:0])

    for told in (
        hop_rates(empty),
        event_sets(empty),
        rank_reach(event_sets(empty)),
        measure_retention(empty),
    ):
        assert told.empty
    curve, median = time_to_event(empty, "buy")
    assert curve.empty
    assert median.empty
    alone = steps_of(WORKED[WORKED["person"] == "c"])
    assert hop_rates(alone).empty
    assert measure_retention(alone)["n"].isna().all()
    assert time_to_event(alone, "mail")[1]["median_days"].tolist() == [0]
    with pytest.raises(ValueError, match="more than 0"):
        measure_retention(alone, period_us=0)
    assert WEEK_US == 7 * 24 * 60 * MINUTE_US
