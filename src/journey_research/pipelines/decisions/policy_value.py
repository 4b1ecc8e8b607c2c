"""What policies would bring per person if the assumed effects were true.

No outcome of a decision is in these figures: they compare the policies under one assumption, and
their ranges say what drawing other persons would change, not how wrong the assumption is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd

from journey_research.engine import Table, run_sql

from .policy import PolicyRule, value_actions

if TYPE_CHECKING:
    import pyarrow as pa

Floats = npt.NDArray[np.float64]


def value_policies(decisions: Table, scores: Table, permissions: Table, rule: PolicyRule) -> pd.DataFrame:
    """Compare doing nothing, a message or an offer to all we may approach, and our decisions.

    Args:
        decisions: n rows, contract ``Decisions``.
        scores: m rows, contract ``Scores``.
        permissions: k rows, contract ``Permissions``.
        rule: Costs and assumed effects; draws behind the ranges.

    Returns:
        Contract ``PolicyValue``: ``assumed amount per person`` over all known persons, those whom a
        policy leaves alone counting 0. Null without persons.
    """
    rows = run_sql(
        "policy_amounts.sql", decisions=decisions, action_values=value_actions(scores, permissions, rule)
    ).to_arrow()
    eligible = rows.column("is_eligible").to_numpy(zero_copy_only=False).astype(bool)
    acted = np.array([action != "nothing" for action in rows.column("action").to_pylist()], bool)
    nobody = np.zeros(len(rows), bool)
    policies = {
        "message to all permitted": (eligible, _amounts(rows, "message_amount", eligible)),
        "nothing": (nobody, np.zeros(len(rows))),
        "offer to all permitted": (eligible, _amounts(rows, "offer_amount", eligible)),
        "our decisions": (acted, _amounts(rows, "expected_amount", acted)),
    }
    ranges = _intervals(np.array([amounts for _, amounts in policies.values()]), rule)
    table = pd.DataFrame(
        [
            (name, int(approached.sum()), *found, len(rows))
            for (name, (approached, _)), found in zip(policies.items(), ranges, strict=True)
        ],
        columns=["policy", "n_approached", "value", "low", "high", "n"],
    )
    return table.astype({"policy": "str", "value": float, "low": float, "high": float})


def _amounts(rows: pa.Table, name: str, counted: npt.NDArray[np.bool_]) -> Floats:
    values = rows.column(name).to_numpy(zero_copy_only=False).astype(np.float64)
    return np.where(counted, np.nan_to_num(values), 0.0)


def _intervals(amounts: Floats, rule: PolicyRule) -> list[tuple[float | None, float | None, float | None]]:
    """Mean of each row, and 95 % of its means when the columns, persons, are drawn again."""
    n = amounts.shape[1]
    if n == 0:
        return [(None, None, None)] * len(amounts)
    random = np.random.default_rng(rule.policy_seed)
    drawn = []
    for _ in range(rule.intervals):
        counts = np.bincount(random.integers(0, n, n), minlength=n)
        drawn.append((amounts * counts).sum(axis=1) / n)
    low, high = np.quantile(np.array(drawn), [0.025, 0.975], axis=0)
    values = amounts.mean(axis=1)
    return [
        (float(value), float(min(least, value)), float(max(most, value)))
        for value, least, most in zip(values, low, high, strict=True)
    ]
