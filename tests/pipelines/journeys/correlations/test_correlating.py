"""Correlations across sources: the definition, what is planted, and silence where nothing is."""

import numpy as np
import pandas as pd
import pytest

from benchmarks.journey_truth.block_tables import filled
from benchmarks.journey_truth.correlations import FOLLOWS, beside_what_follows
from journey_research.engine import Table
from journey_research.pipelines.journeys.correlations.correlating import correlate_panel, correlate_sources
from journey_research.pipelines.journeys.correlations.correlation_rule import CorrelationRule
from journey_research.pipelines.journeys.correlations.panel import Panel, usual_counts, weeks_known
from journey_research.pipelines.journeys.false_discovery import q_values
from tests.pipelines.journeys.small_world import as_of, moment, people_from
from tests.worlds import broken_rules, table

WEEK = 7 * 24 * 60
RULE = CorrelationRule(
    max_weeks=26, max_lag_weeks=1, least_persons=20, max_measures=60, max_persons=20_000,
    false_discovery_rate=0.05,
)  # fmt: skip


def panel(seed, persons=150, weeks=10, sources=3, each=2, rate=0.4):
    """Counts that have nothing in common but the person's activity, a trend, and when each person came."""
    chance = np.random.default_rng(seed)
    activity = chance.gamma(0.7, 1 / 0.7, (persons, 1))
    trend = np.exp(0.15 * np.arange(weeks) * chance.choice([-1, 1]) + chance.normal(0, 0.2, weeks))
    here = np.arange(weeks)[None, :] >= chance.integers(-weeks, weeks // 2, persons)[:, None]
    n = sources * each
    counts = np.stack(
        [chance.poisson(rate * chance.uniform(0.3, 2) * activity * trend * here) for _ in range(n)]
    )
    names = [(f"s{i // each} m{i % each}", f"s{i // each}") for i in range(n)]
    return Panel([name for name, _ in names], [source for _, source in names], counts.astype(float))


def followed(told, chance, share=0.6):
    """The same, where the last source's last measure follows the first's first a week later."""
    counts = told.counts.copy()
    first = (counts[0] > 0) & (chance.random(counts[0].shape) < share)
    counts[-1][:, 1:] += first[:, :-1]
    return Panel(told.measures, told.sources, counts)


def test_a_null_world_is_quiet():
    worlds = [correlate_panel(panel(seed), RULE) for seed in range(120)]

    assert min(len(found) for found in worlds) > 20
    assert np.mean([found["is_declared"].any() for found in worlds]) <= 0.05
    p_values = np.concatenate([found["p_value"].to_numpy() for found in worlds])
    assert 0.02 < (p_values < 0.05).mean() < 0.06


def test_what_is_planted_comes_first_with_its_lag():
    hits, first = 0, 0
    for seed in range(10):
        found = correlate_panel(followed(panel(seed, 400), np.random.default_rng(seed)), RULE)
        row = found.iloc[0]
        first += (row["measure_a"], row["measure_b"], row["lag_weeks"]) == ("s0 m0", "s2 m1", 1)
        hits += bool(row["is_declared"])
        assert found["is_declared"].sum() <= 3
    assert min(hits, first) >= 9


def test_rho_is_the_correlation_of_what_goes_beyond_the_usual():
    told = panel(3, sources=2)  # of two sources, no third is taken out
    found = correlate_panel(told, RULE).set_index(["measure_a", "measure_b", "lag_weeks"])
    known = weeks_known(told.counts)
    usual = np.stack([usual_counts(own, known) for own in told.counts])
    beyond = (told.counts * known - usual) / np.sqrt(usual + 0.5)

    same = found.loc[("s0 m1", "s1 m0", 0)]
    later = found.loc[("s1 m0", "s0 m1", 1)]
    a, b = beyond[1], beyond[2]
    assert same["rho"] == pytest.approx((a * b).sum() / np.sqrt((a**2).sum() * (b**2).sum()), abs=1e-6)
    first, then = b[:, :-1], a[:, 1:]
    assert later["rho"] == pytest.approx(
        (first * then).sum() / np.sqrt((first**2).sum() * (then**2).sum()), abs=1e-6
    )
    assert (found["low"] <= found["rho"]).all()
    assert (found["rho"] <= found["high"]).all()
    assert (found["source_a"] != found["source_b"]).all()
    p_values = found["p_value"].to_numpy()
    assert found["q_value"].to_numpy() == pytest.approx(q_values(p_values, any_dependence=True))


def test_the_order_of_persons_does_not_matter():
    told = panel(4)
    turned = Panel(told.measures, told.sources, told.counts[:, ::-1])

    pd.testing.assert_frame_equal(correlate_panel(told, RULE), correlate_panel(turned, RULE))


def test_the_usual_has_the_sums_of_the_counts():
    told = panel(5)
    known = weeks_known(told.counts)
    for own in told.counts:
        usual = usual_counts(own, known)
        assert usual.sum(axis=1) == pytest.approx((own * known).sum(axis=1))
        assert usual.sum(axis=0) == pytest.approx((own * known).sum(axis=0), rel=0.02, abs=0.05)


def test_a_persons_first_week_is_not_looked_at():
    counts = np.array([[[0.0, 2, 0, 1], [0, 0, 0, 0]], [[0, 0, 1, 0], [0, 0, 0, 3]]])

    assert weeks_known(counts).tolist() == [[0, 0, 1, 1], [0, 0, 0, 0]]


def tables_of(told: Panel):
    """The counts as touches of two sources and more, and the orders of the last measure."""
    rows, ordered = [], []
    weeks = told.counts.shape[2]
    for m, p, w in np.argwhere(told.counts > 0):
        for k in range(int(told.counts[m, p, w])):
            minute = w * WEEK + 60 * m + k + 1
            (ordered if m == len(told.measures) - 1 else rows).append((m, p, minute))
    at = [np.datetime64(moment(row[2]), "us") for row in rows]
    touches = filled(
        "TOUCHES", len(rows), touch_id=[f"s:{n:06d}" for n in range(len(rows))],
        record_id=[f"s:{p}" for _, p, _ in rows], source=[told.sources[m] for m, _, _ in rows],
        touched_at=at, is_date_only=False, channel="web", direction="inbound", initiative="customer",
        action=[told.measures[m].split()[1] for m, _, _ in rows], is_bot=False,
    )  # fmt: skip
    orders = filled(
        "ORDERS", len(ordered), order_id=[f"s:{n:06d}" for n in range(len(ordered))],
        record_id=[f"s:{p}" for _, p, _ in ordered], source="shop",
        ordered_at=[np.datetime64(moment(row[2]), "us") for row in ordered], status="paid", channel="web",
        order_amount=["1.00"] * len(ordered), refunded_amount=["0.00"] * len(ordered), currency="EUR",
    )  # fmt: skip
    persons = range(told.counts.shape[1])
    people = people_from({f"s:{p}": p for p in persons})
    return touches, orders, people, as_of(weeks * WEEK)


def test_tables_and_arrays_say_the_same():
    told = followed(panel(6, 120), np.random.default_rng(6))
    names = [*told.measures[:-1], "shop ordered web"]
    sources = [*told.sources[:-1], "shop"]
    # The oldest week may be no whole one, so the tables' panel begins a week later.
    known = Panel(names, sources, told.counts[:, :, 1:])

    from_tables = correlate_sources(*tables_of(told), RULE)

    order = np.argsort(names)
    sorted_panel = Panel([names[i] for i in order], [sources[i] for i in order], known.counts[order])
    expected = correlate_panel(sorted_panel, RULE)
    pd.testing.assert_frame_equal(from_tables, expected)
    assert broken_rules("CORRELATIONS", Table.from_pandas(from_tables)) == []


def test_bots_cancelled_orders_and_what_few_have_are_left_out():
    touch = {"source": "web", "direction": "inbound"}
    rows = [
        {**touch, "touch_id": f"web:{kind}{n}", "record_id": f"web:{n % 30}", "action": kind,
         "touched_at": moment(n % 7 * WEEK + 60), "is_bot": kind == "crawled"}
        for kind, many in (("viewed", 200), ("crawled", 200), ("rare", 10))
        for n in range(many)
    ]  # fmt: skip
    calls = [{**row, "source": "calls", "touch_id": "calls:" + row["touch_id"]} for row in rows]
    orders = [
        {"order_id": f"shop:{n}", "record_id": f"web:{n % 30}", "ordered_at": moment(n % 7 * WEEK),
         "source": "shop", "status": "cancelled", "channel": "web"} for n in range(200)
    ]  # fmt: skip
    people = people_from({f"web:{n}": n for n in range(30)})

    found = correlate_sources(
        table("TOUCHES", *rows, *calls), table("ORDERS", *orders), people, as_of(7 * WEEK), RULE
    )

    assert set(found["measure_a"]) | set(found["measure_b"]) == {"web viewed", "calls viewed"}


def test_nothing_in_nothing_out():
    found = correlate_sources(table("TOUCHES"), table("ORDERS"), table("PEOPLE"), as_of(0), RULE)

    assert found.empty
    assert broken_rules("CORRELATIONS", Table.from_pandas(found)) == []
    assert correlate_panel(panel(1, weeks=4), RULE).empty  # too short to lag


@pytest.mark.parametrize(
    ("name", "value"), [("max_weeks", 0), ("max_lag_weeks", 26), ("false_discovery_rate", 0.0)]
)
def test_a_rule_that_cannot_be_is_refused_where_it_is_born(name, value):
    with pytest.raises(ValueError, match=name):
        CorrelationRule(**{**RULE.__dict__, name: value})


def test_beside_what_follows_counts_the_links_that_are_declared():
    row = {"lag_weeks": 0, "rho": 0.2, "low": 0.1, "high": 0.3, "is_declared": True}
    a, b = FOLLOWS["orders by phone"]
    found = pd.DataFrame(
        [{**row, "measure_a": b, "measure_b": a}, {**row, "measure_a": a, "measure_b": b, "rho": 0.1}]
    )

    told, line = beside_what_follows(found)

    assert told.set_index("link")["rho"].dropna().to_dict() == {"orders by phone": 0.2}
    assert line.startswith("correlations: 1 of 4 links of the simulation declared; 2 of 2")
