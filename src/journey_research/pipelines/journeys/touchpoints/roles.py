"""What people hire each tool for: friends to weigh up, service to complain, the shop to buy."""

from __future__ import annotations

import pandas as pd

from journey_research.engine import Table, run_sql

from .labelling import interval_of

COLUMNS = {
    "stage": "str", "role": "str", "tool": "str", "n_touches": "int64", "n_persons": "int64",
    "stage_share": "float64", "low": "float64", "high": "float64",
}  # fmt: skip


def count_roles(touches: Table, journey_touches: Table, touchpoint_kinds: Table) -> pd.DataFrame:
    """Touches by stage of the ladder, role and tool.

    Stage and role are those of the kind of touchpoint, as the map says; the rung that a person has
    reached is another question.

    Args:
        touches: n rows, contract ``Touches``; any order.
        journey_touches: m rows, contract ``JourneyTouches``: whose touches they are.
        touchpoint_kinds: k rows, contract ``TouchpointKinds``, made of the same touches.

    Returns:
        Contract ``TouchpointRoles``. ``n_touches`` sums to the touches of the map, kinds of which
        nobody said a stage or role among them as ``unknown``; ``stage_share`` is of the stage's
        touches, with a 95 % interval by person.
    """
    counts = run_sql(
        "touchpoint_roles.sql",
        touches=touches,
        journey_touches=journey_touches,
        touchpoint_kinds=touchpoint_kinds,
    )
    rows = [
        (
            row["stage"], row["role"], row["tool"], row["n_hits"], row["n_role_persons"],
            row["n_hits"] / row["n"],
            *interval_of(row),
        )
        for row in counts.to_arrow().to_pylist()
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=list(COLUMNS)).astype(COLUMNS)
