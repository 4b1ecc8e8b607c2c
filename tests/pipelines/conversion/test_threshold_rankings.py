"""Which channels change places between thresholds: by hand, by the definition, and laws."""

from itertools import combinations, pairwise

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from journey_research.engine import Table
from journey_research.pipelines.conversion.crediting import AttributionRule
from journey_research.pipelines.conversion.threshold_rankings import FlipRule, find_flips, rank_channels
from tests.worlds import broken_rules, empty_world, table

PLAIN = FlipRule(least_lead=0.0, fewest_journeys=1)


def ranked(leads, ranking="last", n_journeys=1000):
    """A table of values: channel -> its value at thresholds .1, .2 ..."""
    rows = [
        {
            "threshold": round((place + 1) / 10, 1), "ranking": ranking, "channel": channel, "value": value,
            "n_journeys": n_journeys,
        }
        for channel, values in leads.items()
        for place, value in enumerate(values)
    ]  # fmt: skip
    return table("THRESHOLD_CHANNELS", *rows)


def flips(leads, rule=PLAIN, **told):
    found = find_flips(ranked(leads, **told), rule)
    assert broken_rules("RANKING_FLIPS", Table.from_pandas(found)) == []
    columns = ["channel_before", "channel_after", "low_threshold", "high_threshold"]
    return found[columns].values.tolist()


def test_worked_example():
    # Mail leads up to .2, is level at .3, and the store leads from .4 on; the app is always last.
    leads = {"mail": [0.5, 0.45, 0.4, 0.3], "store": [0.3, 0.35, 0.4, 0.5], "app": [0.2, 0.2, 0.2, 0.2]}
    assert flips(leads) == [["mail", "store", 0.2, 0.4]]
    told = find_flips(ranked(leads), PLAIN).iloc[0]
    assert (told["lead_before"], told["lead_after"], told["best_place"]) == pytest.approx((0.1, 0.2, 1))


def test_two_that_are_nearly_level_do_not_change_places_at_every_breath():
    leads = {"mail": [0.502, 0.499, 0.501, 0.45], "store": [0.498, 0.501, 0.499, 0.55]}
    assert flips(leads, FlipRule(0.005, 1)) == []  # mail never led by half a point
    assert len(flips(leads)) == 3
    there = {"mail": [0.6, 0.499, 0.501, 0.45], "store": [0.4, 0.501, 0.499, 0.55]}
    assert flips(there, FlipRule(0.005, 1)) == [["mail", "store", 0.3, 0.4]]


def test_rates_of_few_journeys_are_not_ranked_and_their_shares_are():
    leads = {"mail": [0.6, 0.4], "store": [0.5, 0.5]}
    rule = FlipRule(0.0, 100)
    assert flips(leads, rule, ranking="conversion_rate", n_journeys=99) == []
    assert len(flips(leads, rule, ranking="conversion_rate", n_journeys=100)) == 1
    assert len(flips(leads, rule, ranking="linear", n_journeys=99)) == 1


VALUES = st.lists(st.integers(0, 4), min_size=5, max_size=5)


@settings(max_examples=15, deadline=None)
@given(st.fixed_dictionaries(dict.fromkeys("abc", VALUES)))
def test_without_a_least_lead_every_change_of_sign_is_one(leads):
    expected = []
    for a, b in combinations("abc", 2):
        ahead = [(i, x > y) for i, (x, y) in enumerate(zip(leads[a], leads[b], strict=True)) if x != y]
        for (i, first), (j, second) in pairwise(ahead):
            if first != second:
                pair = [a, b] if first else [b, a]
                expected.append([*pair, round((i + 1) / 10, 1), round((j + 1) / 10, 1)])
    shares = {channel: [value / 4 for value in values] for channel, values in leads.items()}
    assert sorted(flips(shares)) == sorted(expected)
    # A least lead only ever takes changes away.
    assert len(flips(shares, FlipRule(0.3, 1))) <= len(expected)


def paths(*rows):
    names = ("threshold", "path", "n_conversions", "n_nulls")
    return table("THRESHOLD_PATHS", *(dict(zip(names, row, strict=True)) for row in rows))


def test_channels_are_credited_at_each_threshold_as_they_are_alone():
    told = rank_channels(
        paths(
            (0.2, "mail > store", 3, 1), (0.2, "mail", 1, 5), (0.8, "mail > app", 0, 2), (0.8, "app", 2, 2)
        ),
        AttributionRule(models=("last", "linear"), intervals=0),
    )
    assert broken_rules("THRESHOLD_CHANNELS", Table.from_pandas(told)) == []
    value = told.set_index(["threshold", "ranking", "channel"])["value"].to_dict()
    assert value == pytest.approx(
        {
            (0.2, "conversion_rate", "mail"): 4 / 10,
            (0.2, "conversion_rate", "store"): 3 / 4,
            (0.2, "last", "app"): 0.0,  # of a channel that nobody passes here the share is known, no rate
            (0.2, "last", "mail"): 1 / 4,
            (0.2, "last", "store"): 3 / 4,
            (0.2, "linear", "app"): 0.0,
            (0.2, "linear", "mail"): (3 / 2 + 1) / 4,
            (0.2, "linear", "store"): 3 / 2 / 4,
            (0.8, "conversion_rate", "app"): 2 / 6,
            (0.8, "conversion_rate", "mail"): 0.0,
            (0.8, "last", "app"): 1.0,
            (0.8, "last", "mail"): 0.0,
            (0.8, "last", "store"): 0.0,
            (0.8, "linear", "app"): 1.0,
            (0.8, "linear", "mail"): 0.0,
            (0.8, "linear", "store"): 0.0,
        }
    )


def test_a_channel_passed_twice_is_one_journey():
    told = rank_channels(paths((0.4, "mail > store > mail", 1, 1)), AttributionRule(models=("last",)))
    rates = told[told["ranking"] == "conversion_rate"]
    assert rates[["channel", "value", "n_journeys"]].values.tolist() == [["mail", 0.5, 2], ["store", 0.5, 2]]


def test_nothing_converted_has_no_shares_and_empty_tables_pass_through():
    told = rank_channels(paths((0.4, "mail", 0, 3)), AttributionRule())
    assert told[["ranking", "value"]].values.tolist() == [["conversion_rate", 0.0]]
    none = rank_channels(empty_world()["threshold_paths"], AttributionRule())
    assert len(none) == 0
    assert len(find_flips(Table.from_pandas(none), PLAIN)) == 0
    pd.testing.assert_series_equal(none.dtypes, told.dtypes)


@pytest.mark.parametrize("told", [{"least_lead": -0.1}, {"least_lead": 1.0}, {"fewest_journeys": 0}])
def test_a_rule_that_makes_no_sense_is_refused(told):
    with pytest.raises(ValueError, match=next(iter(told))):
        FlipRule(**({"least_lead": 0.005, "fewest_journeys": 100} | told))
