"""Credits of the run's paths, with what sampling and identity can do to them."""

from __future__ import annotations

import numpy as np
import pandas as pd

from journey_research.engine import Table

from .crediting import AttributionRule, ModelCredits, credit_channels
from .paths import PathCounts, count_paths


def attribute_conversions(paths: Table, rule: AttributionRule) -> pd.DataFrame:
    """Credit conversions to channels, with what sampling and identity can do to each share.

    Args:
        paths: k rows, contract ``Paths``; one per identity variant and distinct path.
        rule: Which models, and how many draws.

    Returns:
        m rows, contract ``Credits``: models times channels of all variants. ``low`` and ``high``
        are 95 % of bootstrap draws of the journeys; the identity range is the smallest and
        largest share over the variants. Shares are null where nothing converted.

    Example:
        >>> rows = {"variant": ["chosen"], "path": ["email > web"], "n_conversions": [4], "n_nulls": [0]}
        >>> paths = Table.from_pandas(pd.DataFrame(rows | {"value_amount": [8.0], "n_persons": [4]}))
        >>> credits = attribute_conversions(paths, AttributionRule(models=("last",)))
        >>> credits[["channel", "share"]].values.tolist()
        [['email', 0.0], ['web', 1.0]]
    """
    variants = _credits_of_variants(paths, rule)
    channels = sorted({channel for counted, _ in variants.values() for channel in counted.channels})
    rows = [
        _credit_row(model, channel, variants)
        for model in rule.models
        for channel in channels
        if "chosen" in variants
    ]
    return pd.DataFrame(rows, columns=_COLUMNS).astype(_TYPES)


_TYPES = {"model": "str", "channel": "str"} | dict.fromkeys(
    ["conversions", "share", "value_amount", "low", "high", "identity_low", "identity_high"], "float64"
)
_COLUMNS = list(_TYPES)
Variants = dict[str, tuple[PathCounts, dict[str, ModelCredits]]]


def _credits_of_variants(paths: Table, rule: AttributionRule) -> Variants:
    data = paths.query(
        "select variant, path, n_conversions, n_nulls, cast(value_amount as double) as value_amount from this"
    ).to_arrow()
    frame = data.to_pandas()
    found: Variants = {}
    for variant, rows in frame.groupby("variant", sort=True):
        counted = count_paths(rows["path"], rows["n_conversions"], rows["n_nulls"], rows["value_amount"])
        draws = rule.intervals if variant == "chosen" else 0
        drawn = AttributionRule(rule.models, rule.order, rule.half_life_steps, draws, rule.attribution_seed)
        found[str(variant)] = counted, credit_channels(counted, drawn)
    return found


def _credit_row(model: str, channel: str, variants: Variants) -> tuple[object, ...]:
    shares = {name: _share_of(model, channel, *found) for name, found in variants.items()}
    known = [share for share in shares.values() if share is not None]
    counted, credits = variants["chosen"]
    if channel not in counted.channels:
        return model, channel, 0.0, shares["chosen"], 0.0, None, None, *_range(known)
    column = counted.channels.index(channel)
    found = credits[model]
    totals = found.draws.sum(axis=1)
    drawn = found.draws[totals > 0, column] / totals[totals > 0]
    low, high = np.quantile(drawn, [0.025, 0.975]) if len(drawn) else (None, None)
    return (
        model,
        channel,
        found.conversions[column],
        shares["chosen"],
        found.values[column],
        low,
        high,
        *_range(known),
    )


def _share_of(
    model: str, channel: str, counted: PathCounts, credits: dict[str, ModelCredits]
) -> float | None:
    total = credits[model].conversions.sum()
    if total <= 0:
        return None
    if channel not in counted.channels:
        return 0.0
    return float(min(credits[model].conversions[counted.channels.index(channel)] / total, 1.0))


def _range(shares: list[float]) -> tuple[float | None, float | None]:
    return (min(shares), max(shares)) if shares else (None, None)
