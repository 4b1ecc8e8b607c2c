"""Which channel is ahead of which, at every threshold of identity, and where two of them change places.

Context: a reader acts on the order of channels, and the order hangs on who is who. Choice: channels
are ranked at each threshold by the credits of each model and by the conversion rate of the journeys
that pass them; two change places where first one and then the other is ahead by a lead worth
mentioning. Given up: calling every crossing of two equal channels a change.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import combinations

import numpy as np
import pandas as pd

from journey_research.engine import Table

from .crediting import AttributionRule, credit_channels
from .paths import PathCounts, count_paths

BY_RATE = "conversion_rate"
_CHANNEL_TYPES = {
    "threshold": "float64", "ranking": "str", "channel": "str", "value": "float64", "n_journeys": "int64",
}  # fmt: skip
_FLIP_TYPES = {
    "ranking": "str", "channel_before": "str", "channel_after": "str", "low_threshold": "float64",
    "high_threshold": "float64", "lead_before": "float64", "lead_after": "float64", "best_place": "int64",
}  # fmt: skip


@dataclass(frozen=True)
class FlipRule:
    """When two channels are said to change places.

    Attributes:
        least_lead: Share by which each must be ahead at some threshold; 0.005 is half a point.
        fewest_journeys: Channels that fewer journeys pass at a threshold are not ranked by their
            conversion rate there.
    """

    least_lead: float
    fewest_journeys: int

    def __post_init__(self) -> None:
        if not 0 <= self.least_lead < 1:
            raise ValueError(f"least_lead is {self.least_lead}; a share lies between 0 and 1")
        if self.fewest_journeys < 1:
            raise ValueError(f"fewest_journeys is {self.fewest_journeys}; a rate wants at least 1")


def rank_channels(threshold_paths: Table, rule: AttributionRule) -> pd.DataFrame:
    """What channels are ranked by, at each threshold of identity.

    Args:
        threshold_paths: k rows, contract ``ThresholdPaths``.
        rule: Which models; nothing is drawn.

    Returns:
        Contract ``ThresholdChannels``; one row per threshold, ranking and channel of any threshold.
        ``value`` is the model's share of conversions, or the share of the channel's journeys that
        converted. Left out: shares where nothing converted, rates of channels that no journey passes.

    Example:
        >>> told = {"threshold": [0.4], "path": ["email > web"], "n_conversions": [4], "n_nulls": [1]}
        >>> paths = Table.from_pandas(pd.DataFrame(told | {"value_amount": [8.0]}))
        >>> ranked = rank_channels(paths, AttributionRule(models=("last",)))
        >>> ranked[["ranking", "channel", "value"]].values.tolist()[1:]
        [['conversion_rate', 'web', 0.8], ['last', 'email', 0.0], ['last', 'web', 1.0]]
    """
    told = threshold_paths.query(
        "select threshold, path, n_conversions, n_nulls, cast(value_amount as double) as value_amount "
        "from this"
    ).to_arrow()
    counted = {
        float(str(threshold)): count_paths(
            rows["path"], rows["n_conversions"], rows["n_nulls"], rows["value_amount"]
        )
        for threshold, rows in told.to_pandas().groupby("threshold", sort=True)
    }
    channels = sorted({channel for paths in counted.values() for channel in paths.channels})
    rows = [
        (threshold, ranking, channel, round(value, 9), n_journeys)
        for threshold, paths in counted.items()
        for ranking, channel, value, n_journeys in _values(paths, channels, replace(rule, intervals=0))
    ]
    frame = pd.DataFrame(rows, columns=list(_CHANNEL_TYPES)).astype(_CHANNEL_TYPES)
    return frame.sort_values(["threshold", "ranking", "channel"], ignore_index=True)


def _values(
    paths: PathCounts, channels: list[str], rule: AttributionRule
) -> Iterator[tuple[str, str, float, int]]:
    passes = np.unique(np.column_stack([paths.path_of_touch, paths.codes]), axis=0)
    converted, nulls = (
        np.bincount(passes[:, 1], counts[passes[:, 0]], len(paths.channels)).astype(np.int64)
        for counts in (paths.conversions, paths.nulls)
    )
    n_journeys = dict(zip(paths.channels, (converted + nulls).tolist(), strict=True))
    for channel, n_converted in zip(paths.channels, converted.tolist(), strict=True):
        if n_journeys[channel]:
            yield BY_RATE, channel, n_converted / n_journeys[channel], n_journeys[channel]
    for model, credits in credit_channels(paths, rule).items():
        total = credits.conversions.sum()
        share_of = dict(zip(paths.channels, credits.conversions.tolist(), strict=True))
        for channel in channels if total > 0 else ():
            yield model, channel, share_of.get(channel, 0.0) / total, n_journeys.get(channel, 0)


def find_flips(threshold_channels: Table, rule: FlipRule) -> pd.DataFrame:
    """Where two channels change places as the threshold rises.

    Args:
        threshold_channels: k rows, contract ``ThresholdChannels``.
        rule: By how much each must have been ahead, and which rates are worth ranking.

    Returns:
        Contract ``RankingFlips``, one row per change of places: ``channel_before`` is ahead up to
        ``low_threshold``, ``channel_after`` from ``high_threshold``, the next one looked at.

    Example:
        >>> told = {"threshold": [0.2, 0.2, 0.8, 0.8], "ranking": "last", "channel": ["app", "web"] * 2}
        >>> table = Table.from_pandas(pd.DataFrame(told | {"value": [0.6, 0.4, 0.3, 0.7], "n_journeys": 9}))
        >>> flips = find_flips(table, FlipRule(0.005, 1))
        >>> flips[["channel_before", "channel_after", "low_threshold", "high_threshold"]].values.tolist()
        [['app', 'web', 0.2, 0.8]]
    """
    told = threshold_channels.query(
        "select * from this where ranking <> $by_rate or n_journeys >= $fewest",
        by_rate=BY_RATE,
        fewest=rule.fewest_journeys,
    ).to_pandas(expected_rows=1_000_000)
    rows = []
    for ranking, values in told.groupby("ranking", sort=True):
        wide = values.pivot(index="threshold", columns="channel", values="value").sort_index()
        place = wide.rank(axis=1, ascending=False, method="min").to_numpy()
        thresholds, by_channel = wide.index.to_numpy(), wide.to_numpy().T
        for a, b in combinations(range(len(by_channel)), 2):
            known = np.flatnonzero(~np.isnan(by_channel[a] - by_channel[b]))
            lead = (by_channel[a] - by_channel[b])[known].round(9)
            for before, after in _changes(lead, rule.least_lead):
                ahead, then = (a, b) if lead[before] > 0 else (b, a)
                at = np.array([before, after])
                rows.append(
                    (
                        str(ranking),
                        *(str(wide.columns[channel]) for channel in (ahead, then)),
                        *thresholds[known[at]].tolist(),
                        *np.abs(lead[at]).tolist(),
                        int(place[known[at]][:, [a, b]].min()),
                    )
                )
    frame = pd.DataFrame(rows, columns=list(_FLIP_TYPES)).astype(_FLIP_TYPES)
    return frame.sort_values(
        ["ranking", "channel_before", "channel_after", "low_threshold"], ignore_index=True
    )


def _changes(lead: np.ndarray, least: float) -> Iterator[tuple[int, int]]:
    """Places before and after which the sign changes, from a lead of at least so much to another."""
    holder = 0
    for at in np.flatnonzero((np.abs(lead) >= least) & (lead != 0)):
        sign = int(np.sign(lead[at]))
        if holder and sign != holder:
            before = int(np.flatnonzero(np.sign(lead[:at]) == holder)[-1])
            after = before + 1 + int(np.flatnonzero(np.sign(lead[before + 1 :]) == sign)[0])
            yield before, after
        holder = sign
