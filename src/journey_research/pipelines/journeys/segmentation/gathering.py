"""From touches, outcomes and orders to what persons did, period by period.

Context: persons are compared as of now, as of a week before, and by two halves of their weeks, and the
same model has to read all four. Choice: SQL counts each period alike; channels, deeds and scale are learnt
from now, counts are brought to the length of now. Given up: a trait that is seen only since this week has no
week before.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from journey_research.engine import Table, run_sql

from .behaviours import (
    COUNTS,
    EVEN_WEEKS,
    NOW,
    ODD_WEEKS,
    OTHER,
    OTHER_DEED,
    PERIODS,
    WEEK_BEFORE,
    Behaviours,
)
from .estimator import Floats


@dataclass(frozen=True)
class Told:
    """How much is told apart in ``gather_behaviours``.

    Attributes:
        n_channels: Channels that are told apart, the busiest of now first.
        n_deeds: Deeds that are told apart, the most frequent of now first.
        paged_action: The action that is many deeds, one for each page told (``content_id``).
    """

    n_channels: int
    n_deeds: int
    paged_action: str


def gather_behaviours(
    journey_touches: Table, touches: Table, outcomes: Table, orders: Table, as_of: Table, apart: Told
) -> tuple[dict[str, Behaviours], Table]:
    """What persons with touches did, by period.

    Args:
        journey_touches: n rows, contract ``JourneyTouches``.
        touches: l rows, contract ``Touches``; they tell the pages. May be empty: then deeds are actions.
        outcomes: m rows, contract ``Outcomes``.
        orders: k rows, contract ``Orders``; they say which outcomes were reduced.
        as_of: The instant the run looks from; later rows count nowhere.
        apart: How many channels and deeds are told apart.

    Returns:
        Each of ``PERIODS`` with its persons (``now`` has all), and the counts behind them, one row per
        person and period.
    """
    touched = {"journey_touches": journey_touches, "as_of": as_of, "periods": run_sql("periods.sql")}
    counted = run_sql("person_behaviour.sql", outcomes=outcomes, orders=orders, **touched)
    behaviour = counted.to_arrow().sort_by([("period", "ascending"), ("person_id", "ascending")])
    mixes = run_sql("person_channels.sql", **touched).to_arrow()
    steps = run_sql("person_steps.sql", **touched).to_arrow()
    done = run_sql("person_deeds.sql", touches=touches, paged_action=apart.paged_action, **touched).to_arrow()
    days = _days_seen(journey_touches, as_of)
    channels = _busiest(_where(mixes, NOW), "channel", "n_touches", apart.n_channels, OTHER)
    to_deeds = done.filter(pc.not_equal(done["to_deed"], ""))
    deeds = _busiest(_where(to_deeds, NOW), "to_deed", "n_steps", apart.n_deeds, OTHER_DEED)
    usual = _usual(_where(to_deeds, NOW), deeds)
    longer = {NOW: 1.0, WEEK_BEFORE: days / max(days - 7, 7.0), ODD_WEEKS: 2.0, EVEN_WEEKS: 2.0}
    told = {
        period: _of_period(
            _where(behaviour, period), _where(mixes, period), _where(steps, period), channels,
            _where(done, period), deeds, usual, longer[period], days,
        )
        for period in PERIODS
    }  # fmt: skip
    return told, Table.from_arrow(behaviour)


def _where(table: pa.Table, period: str) -> pa.Table:
    return table.filter(pc.equal(table["period"], period))


def _of_period(
    behaviour: pa.Table,
    mixes: pa.Table,
    steps: pa.Table,
    channels: tuple[str, ...],
    done: pa.Table,
    deeds: tuple[str, ...],
    usual: Floats,
    longer: float,
    days: float,
) -> Behaviours:
    ids = behaviour["person_id"].combine_chunks()
    raw = {name: _floats(behaviour[name]) for name in (*COUNTS, "silent_days", "no_outcome_days")}
    traits: dict[str, Floats] = {
        name: raw[name] * (1.0 if name == "n_channels" else longer) for name in COUNTS
    }
    traits["company_share"] = raw["n_company"] / np.maximum(raw["n_touches"], 1)
    traits["late_share"] = raw["n_late"] / np.maximum(raw["n_touches"], 1)
    traits["weekend_share"] = raw["n_weekend"] / np.maximum(raw["n_touches"], 1)
    traits["opened_share"] = np.divide(
        np.minimum(raw["n_opened"], raw["n_delivered"]), raw["n_delivered"],
        out=np.full(len(ids), np.nan), where=raw["n_delivered"] > 0,
    )  # fmt: skip
    traits["silent_days"] = raw["silent_days"]
    # Whoever never reached the goal has gone without it for as long as anybody was seen.
    traits["no_outcome_days"] = np.where(np.isnan(raw["no_outcome_days"]), days, raw["no_outcome_days"])
    c = len(channels)
    shares = _matrix(ids, mixes, {"channel": (channels, 1, c - 1)}, "n_touches", c)
    walked = _matrix(
        ids,
        steps,
        {"from_channel": (("", *channels), c, c), "to_channel": (channels, 1, c - 1)},
        "n_steps",
        c * (c + 1),
    )
    d = len(deeds)
    deed_steps = _matrix(
        ids,
        done,
        {"from_deed": (("", *deeds), d + 1, d), "to_deed": ((*deeds, ""), 1, d - 1)},
        "n_steps",
        (d + 1) * (d + 1),
    )
    counts = deed_steps.reshape(len(ids), d + 1, d + 1).sum(axis=1)[:, :d]
    return Behaviours(
        np.asarray(ids.to_pylist(), object), traits, channels,
        shares / np.maximum(raw["n_touches"], 1)[:, None], walked, deeds, counts, deed_steps, usual,
    )  # fmt: skip


def _matrix(
    ids: pa.Array, table: pa.Table, axes: dict[str, tuple[tuple[str, ...], int, int]], value: str, width: int
) -> Floats:
    """(n, width): values summed by person and by the column that words make.

    Each axis has its words, how many columns lie between two of them, and the place of any other word.
    """
    row = pc.index_in(table["person_id"], ids).to_numpy().astype(np.int64)
    column = np.zeros(table.num_rows, np.int64)
    for name, (words, stride, other) in axes.items():
        place = pc.fill_null(pc.index_in(table[name], pa.array(words, pa.string())), other)
        column += place.to_numpy().astype(np.int64) * stride
    summed = np.bincount(row * width + column, weights=_floats(table[value]), minlength=len(ids) * width)
    return np.asarray(summed, np.float64)[: len(ids) * width].reshape(len(ids), width)


def _busiest(table: pa.Table, name: str, value: str, most: int, other: str) -> tuple[str, ...]:
    """Words with most of the value, then a place for all others where there are more."""
    summed = table.group_by(name).aggregate([(value, "sum")]).to_pylist()
    ranked = sorted(summed, key=lambda row: (-row[f"{value}_sum"], row[name]))
    names = tuple(row[name] for row in ranked)
    return names if len(names) <= most else (*names[:most], other)


def _usual(done: pa.Table, deeds: tuple[str, ...]) -> Floats:
    """(d) share of each deed in everybody's."""
    place = pc.fill_null(pc.index_in(done["to_deed"], pa.array(deeds, pa.string())), len(deeds) - 1)
    n = np.bincount(place.to_numpy().astype(np.int64), _floats(done["n_steps"]), minlength=len(deeds))
    return np.asarray(n / max(float(n.sum()), 1.0), np.float64)[: len(deeds)]


def _days_seen(journey_touches: Table, as_of: Table) -> float:
    """Days from the first touch to the instant the run looks from, at least one."""
    sql = """
        select cast(max(micros(as_of)) - min(micros(touched_at)) as double) / 86400000000 as days
        from journey_touches cross join as_of where touched_at <= as_of
    """
    days = Table(sql, {"journey_touches": journey_touches, "as_of": as_of}).first_row()[0]
    return max(float(days or 0), 1.0)


def _floats(column: pa.ChunkedArray) -> Floats:
    return np.asarray(pc.cast(column, pa.float64()).to_numpy(), np.float64)
