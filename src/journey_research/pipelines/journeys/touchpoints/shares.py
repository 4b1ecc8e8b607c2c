"""How large a part of what people do with us each channel is, beside its part of money and of attention.

Context: a channel that is talked about takes money and attention, whether or not people use it. Choice:
the index is a channel's share of spend (or of impressions) over its share of interactions. Interactions
are counted by person and session, so that twenty pages of one visit weigh as one letter does; the
interval is by person. It is told twice, among all channels and among those that money is told for,
because channels without told costs make every other look dear. Given up: what the same money would have
done elsewhere, which takes an experiment.
"""

from __future__ import annotations

import logging
import math
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from statistics import NormalDist
from typing import Any

import pandas as pd

from journey_research.engine import Table

from .blueprint import TouchpointMap
from .labelling import count_labels, interval_of, kinds_in_data, labelled

LOG = logging.getLogger("journey_research")
LEVELS = ("channel", "tool")
BASES = ("all", "paid")
COLUMNS = {
    "level": "str", "base": "str", "name": "str", "n_interactions": "int64", "n_persons": "int64",
    "interaction_share": "float64", "low": "float64", "high": "float64",
    "spent_amount": "object", "spend_share": "float64", "spend_index": "float64",
    "spend_index_low": "float64", "spend_index_high": "float64",
    "n_impressions": "int64", "attention_share": "float64", "attention_index": "float64",
    "attention_index_low": "float64", "attention_index_high": "float64", "is_shiny": "bool",
}  # fmt: skip


@dataclass(frozen=True)
class ShareRule:
    """When a channel is called a shiny object.

    Attributes:
        min_interactions: Fewer of a channel, and no index is told.
        error_share: Chance, of all indexes of one table that are 1 or less, that any is flagged.
    """

    min_interactions: int
    error_share: float

    def __post_init__(self) -> None:
        if self.min_interactions < 1:
            raise ValueError(f"min_interactions is {self.min_interactions}; it is at least 1")
        if not 0 < self.error_share < 1:
            raise ValueError(f"error_share is {self.error_share}; it lies between 0 and 1")


def share_channels(
    touches: Table,
    journey_touches: Table,
    touchpoint_kinds: Table,
    spend: Table,
    touchpoint_map: TouchpointMap,
    rule: ShareRule,
) -> pd.DataFrame:
    """Interaction share by channel and by tool, beside spend and attention share, and the shiny-object index.

    Args:
        touches: n rows, contract ``Touches``; any order.
        journey_touches: m rows, contract ``JourneyTouches``: their persons and sessions.
        touchpoint_kinds: k rows, contract ``TouchpointKinds``: which tool a kind is.
        spend: s rows, contract ``Spend``. In several currencies, no share of spend is told.
        touchpoint_map: Which tool a channel with spend is.
        rule: When an index is told, and when it is flagged.

    Returns:
        Contract ``ChannelShares``: one row per level (``channel``, ``tool``), base (``all``; ``paid``:
        among those with spend) and name. Shares 0 to 1 with 95 % intervals by person, of spend without,
        for it is counted in full. ``is_shiny``: an index is more than 1 by an interval that is wide
        enough for all indexes of the table together (Bonferroni).

    Source:
        Rao and Scott (1992) for the interval, as in ``clustered_interval``; Bonferroni (1936).
    """
    kinds = kinds_in_data(touchpoint_kinds)
    money = _money(spend, touchpoint_map)
    labels = []
    for kind in kinds:
        for level in LEVELS:
            labels.append(labelled(kind, f"{level} all", kind[level]))
            if kind[level] in money[level]:
                labels.append(labelled(kind, f"{level} paid", kind[level]))
    counts = count_labels(touches, journey_touches, labels)
    n_indexes = 2 * sum(len(money[level]) * len(BASES) for level in LEVELS)
    rows = []
    for level in LEVELS:
        for base in BASES:
            named = {label for scheme, label in counts if scheme == f"{level} {base}"} | set(money[level])
            for name in sorted(named):
                count = counts.get((f"{level} {base}", name))
                rows.append((level, base, name, *_row(count, money[level], name, rule, max(n_indexes, 1))))
    return pd.DataFrame(rows, columns=list(COLUMNS)).astype(COLUMNS)


def _money(spend: Table, touchpoint_map: TouchpointMap) -> dict[str, dict[str, tuple[Decimal | None, int]]]:
    """Level -> name -> what was spent and how often it was shown."""
    told = spend.query(
        "select channel, tactic, currency, cast(sum(spent_amount) as decimal(18, 2)) as amount, "
        "cast(sum(coalesce(n_impressions, 0)) as bigint) as n from this group by all order by all"
    )
    rows = told.to_arrow().to_pylist()
    currencies = {row["currency"] for row in rows}
    if len(currencies) > 1:
        LOG.warning("channel_shares: spend is in %s currencies, so no share of it is told", len(currencies))
    money: dict[str, dict[str, tuple[Decimal | None, int]]] = {level: {} for level in LEVELS}
    for row in rows:
        tool = touchpoint_map.describe(row["channel"], row["tactic"], None)["tool"]
        for level, name in (("channel", row["channel"]), ("tool", tool)):
            amount, shown = money[level].get(name, (Decimal(0), 0))
            added = None if len(currencies) > 1 or amount is None else amount + row["amount"]
            money[level][name] = (added, shown + row["n"])
    return money


def _row(
    count: Mapping[str, Any] | None,
    money: Mapping[str, tuple[Decimal | None, int]],
    name: str,
    rule: ShareRule,
    n_indexes: int,
) -> tuple[Any, ...]:
    amount, n_shown = money.get(name, (None, 0))
    spent = sum((one for one, _ in money.values() if one is not None), Decimal(0))
    shown = sum(n for _, n in money.values())
    spend_share = float(amount / spent) if amount is not None and spent else math.nan
    attention_share = n_shown / shown if name in money and shown else math.nan
    if count is None:
        none = (math.nan,) * 3
        return (0, 0, *none, amount, spend_share, *none, n_shown, attention_share, *none, False)
    share, (low, high) = count["n_hits"] / count["n"], interval_of(count)
    wide = NormalDist().inv_cdf(1 - rule.error_share / (2 * n_indexes))
    widest = interval_of(count, wide)[1]
    enough = count["n_hits"] >= rule.min_interactions
    spend_index = _index(spend_share, share, low, high, enough)
    attention_index = _index(attention_share, share, low, high, enough)
    # A comparison with NaN is false: without a share told, nothing is flagged.
    shiny = enough and (spend_share > widest or attention_share > widest)
    return (
        count["n_hits"], count["n_label_persons"], share, low, high, amount, spend_share, *spend_index,
        n_shown, attention_share, *attention_index, shiny,
    )  # fmt: skip


def _index(part: float, share: float, low: float, high: float, enough: bool) -> tuple[float, float, float]:
    """A share over the share of interactions, with the interval that the latter's gives it."""
    if not enough or math.isnan(part):
        return math.nan, math.nan, math.nan
    return part / share, part / high, part / low if low > 0 else math.nan
