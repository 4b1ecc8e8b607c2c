"""What people hire each kind of contact for, in sentences: which tool serves to discover, evaluate, buy, use.

Stage and role are those that the map of touchpoints says of a kind of contact; nobody's mind is read.
"""

from __future__ import annotations

from typing import Any

import pandas as pd

from journey_research.engine import Table

from .tables import rows_of
from .words import Finding, listed, number, plain, ranged, things

STAGES = ["connection", "contact", "subscriber", "relationship", "customer", "repeat", "unknown"]
ROLES = ["discover", "evaluate", "buy", "use", "complain"]
UNKNOWN = "unknown"
N_USES = 2
ROLE_COLUMNS = ["stage", "touches", "most of them (95 in 100)", "then"]


def roles_finding(touchpoint_roles: Table) -> Finding:
    """Which tool serves most to each end, by touches."""
    counts = roles_by_tool(touchpoint_roles)
    n_all = touchpoint_roles.query("select cast(sum(n_touches) as bigint) from this").first_row()[0] or 0
    if not n_all:
        return Finding("There are no touches, so nobody is seen to hire anything.")
    if counts.empty:
        return Finding(
            f"Nobody has said what the kinds of contact here are for ({things(n_all, 'touch', 'touches')})."
        )
    told = []
    for role in counts.columns:
        n, tool = int(counts[role].sum()), str(counts[role].idxmax())
        told.append(
            f"to {role} {plain(tool)} ({number(counts[role].max() / n, 'share')} of {number(n)} touches)"
        )
    return Finding(f"What serves most: {listed(told)}.")


def roles_table(touchpoint_roles: Table) -> pd.DataFrame:
    """For each stage of the ladder the two uses that have most of its touches; the range counts persons.

    Left out: stages of whose touches nobody has said what they are for.
    """
    rows = rows_of(touchpoint_roles, "select * from this order by n_touches desc, stage, role, tool")
    shown = []
    for stage in STAGES:
        uses = [row for row in rows if row["stage"] == stage]
        if any(row["role"] != UNKNOWN for row in uses):
            told = [_use(row) for row in uses[:N_USES]]
            told += [""] * (N_USES - len(told))
            shown.append((plain(stage), number(sum(row["n_touches"] for row in uses)), *told))
    return pd.DataFrame(shown, columns=ROLE_COLUMNS)


def roles_by_tool(touchpoint_roles: Table) -> pd.DataFrame:
    """Touches by tool (rows, the busiest first) and role (columns, in the order of a purchase).

    What nobody has said a role of is left out.
    """
    told = touchpoint_roles.query(
        "select tool, role, cast(sum(n_touches) as bigint) as n from this where role <> $unknown "
        "group by tool, role order by tool, role",
        unknown=UNKNOWN,
    ).to_pandas()
    grid = told.pivot(index="tool", columns="role", values="n").fillna(0).astype("int64")
    grid = grid.reindex(columns=[role for role in ROLES if role in grid.columns])
    order = grid.sum(axis=1).sort_values(ascending=False, kind="stable").index
    return grid.loc[order]


def _use(row: dict[str, Any]) -> str:
    what = plain(row["tool"]) if row["role"] == UNKNOWN else f"{plain(row['tool'])} to {row['role']}"
    return f"{what}: {ranged(row['stage_share'], row['low'], row['high'], 'share')}"
