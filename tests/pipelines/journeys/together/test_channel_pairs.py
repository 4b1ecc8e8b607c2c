"""Pairs of channels: by hand, against the plain definition, and in worlds whose truth is known."""

import dataclasses
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.journey_truth.together import pairs_of_world, rank_planted_pair
from journey_research.engine import Table
from journey_research.pipelines.journeys.intervals import Z
from journey_research.pipelines.journeys.together.pair_rule import PairRule
from journey_research.pipelines.journeys.together.pairs import find_channel_pairs
from tests.worlds import broken_rules, table

CONF = Path(__file__).resolve().parents[4] / "conf" / "base" / "parameters_journeys.yml"
RULE = PairRule(
    within_days=2,
    horizon_days=1,
    max_days=60,
    least_persons=1,
    least_conversions=0.0,
    closing_channels=("direct",),
    false_discovery_rate=0.05,
)
AS_OF = pd.Timestamp("2025-03-31")
DAY = pd.Timedelta(days=1)


def demo_rule() -> PairRule:
    return PairRule(**yaml.safe_load(CONF.read_text(encoding="utf-8"))["pair_rule"])


def tables_from(touches, conversions, unknown=()):
    """Of (person, channel, days before the end) and (person, days before the end)."""
    persons = {row[0] for row in [*touches, *conversions]} - set(unknown)
    return {
        "journey_touches": table("JOURNEY_TOUCHES", *(
            {"touch_id": f"web:{i}", "person_id": f"person:{person:04x}", "channel": channel,
             "touched_at": (AS_OF - back * DAY).to_pydatetime()}
            for i, (person, channel, back) in enumerate(touches)
        )),
        "outcomes": table("OUTCOMES", *(
            {"outcome_id": f"shop:{i}", "person_id": f"person:{person:04x}",
             "occurred_at": (AS_OF - back * DAY).to_pydatetime()}
            for i, (person, back) in enumerate(conversions)
        )),
        "ladder": table("LADDER", *(
            {"person_id": f"person:{person:04x}", "rung": "contact", "rung_number": 2} for person in persons
        )),
        "as_of": table("AS_OF", {"as_of": AS_OF.to_pydatetime()}),
    }  # fmt: skip


def looked_around(n_persons=40, n_days=21):
    """Each person, on days of its own, has a mail alone, a search alone, and a mail and then a search."""
    touches, bought = [(0, "direct", n_days - 0.1)], []
    for person in range(n_persons):
        mail, search, both = (((person + step) % 18) + 1.5 for step in (0, 6, 12))
        touches += [(person, "email", mail), (person, "organic_search", search)]
        touches += [(person, "email", both + 0.2), (person, "organic_search", both)]
        bought.append((person, both - 0.1))
    return touches, bought


def test_who_buys_only_after_a_mail_and_a_search_is_told_so():
    found = find_channel_pairs(**tables_from(*looked_around()), rule=RULE)
    pair = found.iloc[0]

    assert (pair["first_channel"], pair["second_channel"]) == ("email", "organic_search")
    assert pair["together_rate"] == pytest.approx(1, abs=0.15)
    assert pair[["first_rate", "second_rate"]].abs().max() < 0.05
    assert (pair["n_days"], pair["n_conversions"], pair["is_declared"]) == (40, 40, True)
    assert broken_rules("CHANNEL_PAIRS", Table.from_pandas(found)) == []


def test_who_buys_after_a_search_whatever_was_before_is_no_pair():
    touches, _ = looked_around()
    bought = [(person, back - 0.1) for person, channel, back in touches if channel == "organic_search"]
    found = find_channel_pairs(**tables_from(touches, bought), rule=RULE)
    pair = found.set_index(["first_channel", "second_channel"]).loc["email", "organic_search"]

    assert pair["together_rate"] == pytest.approx(0, abs=0.1)
    assert pair["second_rate"] == pytest.approx(1, abs=0.1)
    assert not pair["is_declared"]


def test_a_pair_that_goes_with_orders_in_either_order_is_not_declared():
    """Whoever is about to buy meets both, now the one first, now the other: nothing says together."""
    touches, bought = looked_around()
    one = {0: "email", 1: "organic_search"}
    swapped = [
        (person, one[1 - list(one.values()).index(channel)] if channel in one.values() else channel, back)
        for person, channel, back in touches
    ]
    later = [(person + 40 if person or channel != "direct" else 0, channel, back)
             for person, channel, back in swapped]  # fmt: skip
    found = find_channel_pairs(
        **tables_from(touches + later, bought + [(person + 40, back) for person, back in bought]), rule=RULE
    )

    assert len(found) >= 2
    assert (found["together_rate"] > 0.3).sum() >= 2
    assert not found["is_declared"].any()


def pairs_by_hand(touches, conversions, rule):
    """Least squares of a person's day on the first channel, the second, both, and a level for each person."""
    if len({who for who, *_ in touches}) < 2 or max(back for *_, back in touches) < rule.within_days:
        return {}
    days = min(rule.max_days, int(np.ceil(max(back for *_, back in touches))))
    told = pd.DataFrame(touches, columns=["person", "channel", "back"]).query("back < @days")
    bought = pd.DataFrame(conversions, columns=["person", "back"]).query("back < @days")
    grid = [(who, day) for who in sorted(set(told["person"]))
            for day in range(rule.horizon_days - 1, days - rule.within_days + 1)]  # fmt: skip
    y = pd.Series(
        [((bought["person"] == who) & (bought["back"] < day + 1)
          & (bought["back"] >= day + 1 - rule.horizon_days)).sum() for who, day in grid],
        pd.MultiIndex.from_tuples(grid), dtype=float,
    )  # fmt: skip
    y -= y.groupby(level=1).transform("mean").round(6)

    def seen(who, channel, low, high):
        rows = told[(told["person"] == who) & (told["channel"] == channel)]
        return rows.loc[(rows["back"] >= low) & (rows["back"] < high), "back"].max()

    rows = {}
    for first in sorted(set(told["channel"])):
        for second in sorted(set(told["channel"]) - {first, *rule.closing_channels}):
            x = []
            for who, day in grid:
                a, b = seen(who, first, day, day + rule.within_days), seen(who, second, day, day + 1)
                x.append([a == a and not a <= b, b == b, a > b])
            x = pd.DataFrame(x, y.index, dtype=float)
            inside = x - x.groupby(level=0).transform("mean")
            if np.linalg.matrix_rank(inside) == 3:
                own = y - y.groupby(level=0).transform("mean")
                rate = np.linalg.lstsq(inside, own, rcond=None)[0]
                left = inside.mul(own - inside @ rate, axis=0).groupby(level=0).sum()
                inverse = np.linalg.inv(inside.T @ inside)
                usual = (own**2).sum() / (len(own) - own.index.get_level_values(0).nunique())
                spread = max((inverse @ left.T @ left @ inverse).iloc[2, 2], usual * inverse[2, 2])
                rows[first, second] = (rate, np.sqrt(spread))
    return rows


@settings(max_examples=10, deadline=None)
@given(st.data())
def test_the_sums_give_what_least_squares_gives(data):
    back = st.floats(0.05, 7.95).map(lambda x: round(x, 2))
    channels = st.sampled_from(["email", "direct", "store"])
    touches = data.draw(st.lists(st.tuples(st.integers(0, 2), channels, back), min_size=6, max_size=20))
    conversions = data.draw(st.lists(st.tuples(st.integers(0, 2), back), max_size=6))
    rule = dataclasses.replace(RULE, within_days=3, horizon_days=2)

    found = find_channel_pairs(**tables_from(touches, conversions), rule=rule)

    expected = pairs_by_hand(touches, conversions, rule)
    for _, row in found.iterrows():
        rate, spread = expected[row["first_channel"], row["second_channel"]]
        assert row[["first_rate", "second_rate", "together_rate"]].tolist() == pytest.approx(rate, abs=1e-5)
        assert row["high"] - row["low"] == pytest.approx(2 * Z * spread, abs=1e-4)


def test_other_names_of_channels_change_nothing_but_names_and_rows_may_come_in_any_order():
    touches, bought = looked_around()
    other = {"email": "store", "organic_search": "email", "direct": "direct"}
    found = find_channel_pairs(**tables_from(touches, bought), rule=RULE)
    renamed = find_channel_pairs(
        **tables_from([(who, other[channel], back) for who, channel, back in touches[::-1]], bought[::-1]),
        rule=RULE,
    )

    found["first_channel"] = found["first_channel"].map(other)
    found["second_channel"] = found["second_channel"].map(other)
    keys = ["first_channel", "second_channel"]
    pd.testing.assert_frame_equal(
        found.sort_values(keys, ignore_index=True), renamed.sort_values(keys, ignore_index=True)
    )


def test_where_people_go_to_buy_is_no_second_of_a_pair():
    rule = dataclasses.replace(RULE, closing_channels=("organic_search",))
    assert "organic_search" not in set(
        find_channel_pairs(**tables_from(*looked_around()), rule=rule)["second_channel"]
    )


def test_who_is_not_known_counts_for_nothing():
    touches, bought = looked_around()
    more = [(100 + who, channel, back) for who, channel, back in touches]
    with_unknown = tables_from(touches + more, bought, unknown=range(100, 200))
    pd.testing.assert_frame_equal(
        find_channel_pairs(**with_unknown, rule=RULE),
        find_channel_pairs(**tables_from(touches, bought), rule=RULE),
    )


def test_too_few_are_not_told():
    tables = tables_from(*looked_around())
    assert find_channel_pairs(**tables, rule=dataclasses.replace(RULE, least_persons=41)).empty
    assert find_channel_pairs(**tables, rule=dataclasses.replace(RULE, least_conversions=40.0)).empty


@pytest.mark.parametrize(
    ("touches", "bought"), [([], []), ([(1, "email", 5)], []), ([(1, "email", 0.5), (2, "store", 1)], [])]
)
def test_nobody_or_days_too_few_give_no_rows(touches, bought):
    found = find_channel_pairs(**tables_from(touches, bought), rule=RULE)
    assert found.empty
    assert broken_rules("CHANNEL_PAIRS", Table.from_pandas(found)) == []


def test_without_conversions_there_are_pairs_and_none_is_declared():
    found = find_channel_pairs(**tables_from(looked_around()[0], []), rule=RULE)
    assert len(found) > 0
    assert not found["is_declared"].any()


def test_the_planted_pair_stands_first_and_without_it_nothing_is_declared():
    rule = demo_rule()
    told = rank_planted_pair(3000, [5], rule).iloc[0]
    nothing = pairs_of_world(3000, 5, rule, ("synergy",))

    assert (told["rank"], told["is_declared"], told["n_other_declared"]) == (1, True, 0)
    assert told["low"] > 0
    assert not nothing["is_declared"].any()
    pair = nothing[(nothing["first_channel"] == "email") & (nothing["second_channel"] == "organic_search")]
    assert pair["low"].iloc[0] < 0 < pair["high"].iloc[0]


@pytest.mark.parametrize(
    "change",
    [
        {"within_days": 0},
        {"least_conversions": -1.0},
        {"closing_channels": "store"},
        {"false_discovery_rate": 1},
    ],
)
def test_a_rule_that_cannot_be_is_refused(change):
    with pytest.raises(ValueError, match=next(iter(change))):
        dataclasses.replace(RULE, **change)
