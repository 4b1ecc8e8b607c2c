"""Segments of a user's own events: planted ones are found, and none where there are none."""

import numpy as np
import pandas as pd
import pytest

from journey_research.errors import UserError
from journey_research.pipelines.journeys.segmentation.agreement import adjusted_rand
from journey_research.verbs.journey_segments import find_segments
from journey_research.verbs.journeys import journeys
from journey_research.verbs.segment_fitting import OTHER

COLUMNS = {"person": "who", "time": "when", "event": "what"}


def drawn(kinds, n, seed, least=4, most=25):
    """n persons of each kind, which is the chances of its events; the events, and each person's kind."""
    chance = np.random.default_rng(seed)
    rows, planted = [], []
    for kind, chances in enumerate(kinds):
        for _ in range(n):
            who = f"p{len(planted):05}"
            planted.append(kind)
            length = int(chance.integers(least, most))
            rows += [(who, what) for what in chance.choice(list(chances), length, p=list(chances.values()))]
    table = pd.DataFrame(rows, columns=["who", "what"])
    days = pd.to_timedelta(chance.integers(0, 10**6, len(table)), unit="s")
    return table.assign(when=pd.Timestamp("2025-01-01") + days), np.array(planted)


KINDS = (
    {"look": 0.7, "cart": 0.2, "buy": 0.05, "help": 0.05},
    {"look": 0.2, "cart": 0.3, "buy": 0.45, "help": 0.05},
    {"look": 0.2, "cart": 0.1, "buy": 0.05, "help": 0.65},
)


def test_planted_segments_are_found_and_named():
    table, planted = drawn(KINDS, 150, seed=1, least=12)

    found = journeys(table, **COLUMNS).segments()

    told, _ = pd.factorize(found.persons["segment"])
    assert adjusted_rand(told, planted) > 0.8
    assert found.sizes["n"].sum() == 450
    assert len(found.sizes) == 3
    names = found.persons.groupby(planted)["segment"].agg(lambda own: own.value_counts().index[0]).tolist()
    assert [name.split(",")[0].split()[0] + " " + name.split(",")[0].split()[1] for name in names] == [
        "often look", "often buy", "often help",
    ]  # fmt: skip
    assert "3 of 6 segments tried" in repr(found)


@pytest.mark.parametrize("seed", range(6))
def test_where_persons_are_alike_there_is_one_segment(seed):
    # Many have few events, and few events look like a kind of their own; dealing them out anew tells.
    table, _ = drawn(({"a": 0.3, "b": 0.2, "c": 0.2, "d": 0.1, "e": 0.1, "f": 0.1},), 700, seed, least=1)

    assert journeys(table, **COLUMNS).segments().sizes["segment"].tolist() == ["everybody"]


def test_chains_tell_orders_apart_that_shares_do_not():
    # Both kinds do as much of each; one goes a b a b, the other a a b b.
    there, runs = ["a", "b"] * 8, ["a", "a", "b", "b"] * 4
    chance = np.random.default_rng(4)
    rows = []
    for number in range(160):
        history = list(there if number % 2 else runs)
        at = int(chance.integers(0, 16))
        history[at] = "c"
        rows += [(f"p{number:03}", what) for what in history]
    table = pd.DataFrame(rows, columns=["who", "what"])
    table["when"] = pd.date_range("2025-01-01", periods=len(table), freq="min")
    events = journeys(table, **COLUMNS)

    found = events.segments(2, method="chains")

    told, _ = pd.factorize(found.persons["segment"])
    assert adjusted_rand(told, np.arange(160) % 2) == 1.0
    assert set(found.sizes["segment"]) == {"often a > a, seldom a > b", "seldom a > a, often a > b"}


def test_a_segment_is_a_group_to_compare():
    table, _ = drawn(KINDS, 100, seed=2, least=12)
    found = journeys(table, **COLUMNS).segments()
    buyers = next(name for name in found.sizes["segment"] if "often buy" in name)
    lookers = next(name for name in found.sizes["segment"] if "often look" in name)

    shares = found.events.event_shares(diff=("segment", buyers, lookers)).set_index("event")

    assert shares.loc["buy", "low"] > 0
    assert (
        found.events.where(segment=buyers).summary["n_persons"]
        == (found.sizes.set_index("segment").loc[buyers, "n"])
    )


def test_the_order_of_rows_changes_nothing():
    table, _ = drawn(KINDS, 60, seed=3)
    table["when"] = pd.date_range("2025-01-01", periods=len(table), freq="s")
    one, other = (journeys(told, **COLUMNS).segments() for told in (table, table[::-1]))

    assert one.persons.equals(other.persons)
    assert one.choices.equals(other.choices)


def test_rare_kinds_are_one():
    table, _ = drawn(({"a": 0.5, "b": 0.3, "c": 0.1, "d": 0.1},), 80, seed=1)

    traits = journeys(table, **COLUMNS).segments(2, n_states=3).traits

    assert sorted(traits["trait"].unique()) == ["a", "b", OTHER]
    assert traits.groupby("segment")["value"].sum().round(9).tolist() == [1.0, 1.0]


def test_few_persons_are_one_segment():
    table, _ = drawn(KINDS, 15, seed=1)

    assert len(journeys(table, **COLUMNS).segments().sizes) == 1


@pytest.mark.parametrize(
    "wrong", [{"n_segments": 0}, {"n_segments": 999}, {"n_states": 1}, {"method": "taste"}]
)
def test_what_cannot_be_is_refused(wrong):
    table, _ = drawn(KINDS, 5, seed=1)

    with pytest.raises(UserError):
        find_segments(journeys(table, **COLUMNS), **wrong)
