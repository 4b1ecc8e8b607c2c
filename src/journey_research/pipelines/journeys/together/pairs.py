"""Which pairs of channels do more together than each alone.

Context: every channel is measured alone, and what a mail does for somebody who then searches is in neither
figure. Choice: a person's day is the grain. Days with a contact of the second channel and one of the first
not long before are held against days with only one of them, and with neither, of the same person: the
interaction of both on the additive scale, a difference of differences, with a level of each person's own and
less what is usual on such a day. What makes one person buy more, or one week busier, is so in all four.
Who is about to buy meets several channels in whatever order, so a pair is declared only if it goes with
more conversions in this order than in the other. Given up: persons whom nobody knows (they could not be
seen to convert); contacts in channels where people go to buy, as the second of a pair; pairs whose
order does not matter; and cause: who searches after a mail may have been about to buy.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import cast

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa

from journey_research.engine import Table, run_sql
from journey_research.pipelines.journeys.false_discovery import q_values, upper_tail
from journey_research.pipelines.journeys.intervals import Z

from .pair_rule import DAY_US, PairRule

Floats = npt.NDArray[np.float64]
MILLION = 1_000_000
CONNECTION = "connection"  # the lowest rung: somebody was seen
COLUMNS = {
    "first_channel": "str", "second_channel": "str", "together_rate": "float64", "low": "float64",
    "high": "float64", "first_rate": "float64", "second_rate": "float64", "reverse_rate": "float64",
    "n_days": "int64", "n_conversions": "int64", "n_persons": "int64", "p_value": "float64",
    "q_value": "float64", "is_declared": "bool",
}  # fmt: skip


@dataclass(frozen=True)
class Sums:
    """Days and gained conversions of n persons: ``days`` alike for all; by channel, and by pair.

    Attributes:
        days: Days of each person.
        gained: n, conversions of all days less the usual.
        usual: Conversions of a day of a person, on average.
        noise: Variance of the conversions of a day inside persons.
        first: Channel -> (n days, n gained) with the channel on the day or before.
        second: Channel -> the same with the channel on the day.
        both: (first, second) -> n days, gained, conversions with both, the first before the second; then
            n days and gained with the first only later on the second's day.
    """

    days: int
    gained: Floats
    usual: float
    noise: float
    first: dict[str, tuple[Floats, Floats]]
    second: dict[str, tuple[Floats, Floats]]
    both: dict[tuple[str, str], tuple[Floats, Floats, Floats, Floats, Floats]]


def find_channel_pairs(
    journey_touches: Table, outcomes: Table, ladder: Table, as_of: Table, rule: PairRule
) -> pd.DataFrame:
    """Ordered pairs of channels, and how many more conversions go with both than with each alone.

    Args:
        journey_touches: n rows, contract ``JourneyTouches``; any order.
        outcomes: m rows, contract ``Outcomes``.
        ladder: Contract ``Ladder``: whoever is on a rung above connection is known well enough to be seen
            to convert.
        as_of: The instant the run looks from; one row.
        rule: What makes a pair, and how few are too few.

    Returns:
        Contract ``ChannelPairs``: a row per pair that enough persons have, the surest first.
        ``together_rate`` is in conversions per day with both, beyond what each has alone, with a 95 %
        interval by person that knows nothing of the other pairs. An association, no effect.

    Source:
        Interaction on the additive scale: VanderWeele and Knol (2014), "A tutorial on interaction".
        Both tests at once: Berger (1982), "Multiparameter hypothesis testing and acceptance sampling".
    """
    told = _sums_of(journey_touches, outcomes, ladder, as_of, rule)
    if told is None:
        return pd.DataFrame({name: pd.Series(dtype=kind) for name, kind in COLUMNS.items()})
    return judge_pairs(told, rule)


def judge_pairs(told: Sums, rule: PairRule) -> pd.DataFrame:
    """The same, of sums by person."""
    fits = {}
    for pair in sorted(told.both):
        with_both, _, converted, _, _ = told.both[pair]
        n_persons = int((with_both > 0).sum())
        expected = told.usual * float(with_both.sum())
        if n_persons >= rule.least_persons and expected >= rule.least_conversions:
            fit = fit_pair(told, *pair)
            if fit is not None:
                fits[pair] = (*fit, int(with_both.sum()), int(converted.sum()), n_persons)
    rows = []
    for (first, second), (rates, pulls, plain, n_days, n_conversions, n_persons) in fits.items():
        spread = math.sqrt(max(float((pulls**2).sum()), plain))
        p = upper_tail(rates[2] / spread) if spread > 0 else 1.0
        reverse = fits.get((second, first))
        back = math.nan
        if reverse is not None:
            back = float(reverse[0][2])
            apart = math.sqrt(max(float(((pulls - reverse[1]) ** 2).sum()), plain + reverse[2]))
            p = max(p, upper_tail((rates[2] - back) / apart) if apart > 0 else 1.0)
        rows.append(
            (
                first, second, rates[2], rates[2] - Z * spread, rates[2] + Z * spread, rates[0], rates[1],
                back, n_days, n_conversions, n_persons, p, math.nan, False,
            )
        )  # fmt: skip
    found = pd.DataFrame(rows, columns=list(COLUMNS)).astype(COLUMNS)
    found["q_value"] = q_values(found["p_value"].to_numpy())
    found["is_declared"] = (found["q_value"] <= rule.false_discovery_rate).to_numpy()
    found = found.sort_values(["p_value", "first_channel", "second_channel"], ignore_index=True)
    return found[list(COLUMNS)]


def fit_pair(told: Sums, first: str, second: str) -> tuple[Floats, Floats, float] | None:
    """Conversions of a day by the first channel, the second and both, each person with a level of its own.

    Returns:
        The three rates; what each of n persons pulls the third away from its value, whose squares add up
        to its variance; and the variance it would have if days were independent. None: nothing tells
        the three apart.

    Source:
        Persons are clusters: Liang and Zeger (1986), "Longitudinal data analysis using generalized linear
        models".
    """
    a, gained_a = told.first[first]
    b, gained_b = told.second[second]
    ab, gained_ab, _, late, gained_late = told.both[first, second]
    days, gains = np.stack([a - late, b, ab]), np.stack([gained_a - gained_late, gained_b, gained_ab])
    cells = np.array([[days[0], ab, ab], [ab, days[1], ab], [ab, ab, ab]])
    inside = cells - days[:, None] * days[None, :] / told.days
    whole = inside.sum(axis=2)
    if np.linalg.matrix_rank(whole) < 3:
        return None
    inverse = np.linalg.inv(whole)
    scores = gains - days / told.days * told.gained
    rates = inverse @ scores.sum(axis=1)
    left = scores - (inside * rates[None, :, None]).sum(axis=1)
    pulls = (inverse[2][:, None] * left).sum(axis=0)
    return rates, pulls, float(told.noise * inverse[2, 2])


def _sums_of(
    journey_touches: Table, outcomes: Table, ladder: Table, as_of: Table, rule: PairRule
) -> Sums | None:
    """Days and conversions by person; None where there are no two persons, or the data is too short."""
    seen = run_sql("pair_days.sql", journey_touches=journey_touches, as_of=as_of, day_us=DAY_US)
    n_days = min(rule.max_days, int(seen.first_row()[0] or 0))
    days = {"last_day": rule.horizon_days - 1, "first_day": n_days - rule.within_days}
    spans = {"day_us": DAY_US, "max_us": n_days * DAY_US}
    if days["first_day"] <= days["last_day"]:
        return None
    contact_days = run_sql(
        "contact_days.sql", journey_touches=journey_touches, ladder=ladder, as_of=as_of,
        connection=CONNECTION, **spans,
    )  # fmt: skip
    conversion_days = run_sql(
        "conversion_days.sql", outcomes=outcomes, contact_days=contact_days, as_of=as_of, 
        steps=_steps(rule.horizon_days), horizon_days=rule.horizon_days, **spans, **days,
    )  # fmt: skip
    persons = contact_days.to_arrow().column("person_id").unique()
    if len(persons) < 2:
        return None
    earlier = run_sql(
        "earlier_contacts.sql", contact_days=contact_days, steps=_steps(rule.within_days),
        within_days=rule.within_days, **days,
    )  # fmt: skip
    closing = pa.table({"channel": pa.array(sorted(set(rule.closing_channels)), pa.string())})
    sums = run_sql(
        "pair_sums.sql", contact_days=contact_days, earlier_contacts=earlier, conversion_days=conversion_days,
        closing_channels=Table.from_arrow(closing), n_persons=len(persons), **days,
    )  # fmt: skip
    gains = run_sql(
        "person_gains.sql", contact_days=contact_days, conversion_days=conversion_days, n_persons=len(persons)
    )
    wide = days["first_day"] - days["last_day"] + 1
    return _gathered(gains.to_arrow(), sums.to_arrow(), wide)


def _gathered(gains: pa.Table, sums: pa.Table, days: int) -> Sums:
    import pyarrow.compute as pc

    gains = gains.sort_by("person_id")
    gained = gains["gained_millionths"].to_numpy() / MILLION
    n = len(gained)
    place = pc.index_in(sums["person_id"], value_set=gains["person_id"].combine_chunks()).to_numpy()
    words = {name: sums[name].to_numpy(zero_copy_only=False) for name in ("first_channel", "second_channel")}
    groups = pd.DataFrame({"kind": sums["kind"].to_numpy(zero_copy_only=False), **words}).groupby(
        ["kind", "first_channel", "second_channel"], dropna=False
    )
    measures = {"days": sums["n_days"].to_numpy(), "conversions": sums["n_conversions"].to_numpy()}
    measures["gained"] = sums["gained_millionths"].to_numpy() / MILLION
    of: dict[tuple[str, str, str], npt.NDArray[np.int64]] = {}
    for key, rows in groups.indices.items():
        kind, one, other = (str(word) for word in cast("tuple[object, ...]", key))
        of[kind, one, other] = np.asarray(rows, np.int64)
    none = np.zeros(0, np.int64)

    def spread(rows: npt.NDArray[np.int64], measure: str) -> Floats:
        values = np.zeros(n)
        values[place[rows]] = measures[measure][rows]
        return values

    first: dict[str, tuple[Floats, Floats]] = {}
    second: dict[str, tuple[Floats, Floats]] = {}
    both: dict[tuple[str, str], tuple[Floats, Floats, Floats, Floats, Floats]] = {}
    for (kind, one, other), rows in sorted(of.items(), key=lambda item: item[0]):
        if kind == "first":
            first[one] = (spread(rows, "days"), spread(rows, "gained"))
        elif kind == "second":
            second[other] = (spread(rows, "days"), spread(rows, "gained"))
        elif kind == "both":
            late = of.get(("late", one, other), none)
            counts = (spread(rows, "days"), spread(rows, "gained"), spread(rows, "conversions"))
            both[one, other] = (*counts, spread(late, "days"), spread(late, "gained"))
    inside = gains["squared_gain"].to_numpy().sum() - float((gained**2).sum()) / days
    usual = float(gains["n_conversions"].to_numpy().sum()) / (n * days)
    return Sums(days, gained, usual, float(inside) / max(n * (days - 1), 1), first, second, both)


def _steps(n: int) -> Table:
    return Table.from_arrow(pa.table({"step": pa.array(range(n), pa.int64())}))
