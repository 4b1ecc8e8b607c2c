"""Whether anybody reached a rung of the ladder later than a higher one, without the ladder saying so."""

from __future__ import annotations

from pathlib import Path

import pandas as pd


def check_ladder(run: Path, raw: Path) -> tuple[pd.DataFrame, str]:
    """Rungs that break the order of the ladder.

    Args:
        run: Folder of a run that made all stages up to journeys.
        raw: Folder of the world's exports; not read.

    Returns:
        By rung: ``n_persons, n_out_of_order`` (told as such) and ``n_broken`` (not told; it has to be
        0). And one line.
    """
    del raw
    ladder = pd.read_parquet(run / "03_journeys" / "ladder.parquet")
    ladder = ladder.sort_values(["person_id", "rung_number"])
    latest = ladder.groupby("person_id")["first_reached_at"].cummax()
    ladder["is_broken"] = (ladder["first_reached_at"] < latest) & ~ladder["is_out_of_order"]
    told = ladder.groupby("rung_number", as_index=False).agg(
        rung=("rung", "first"),
        n_persons=("person_id", "size"),
        n_out_of_order=("is_out_of_order", "sum"),
        n_broken=("is_broken", "sum"),
    )
    climbed = " > ".join(f"{row.rung} {row.n_persons:,}" for row in told.itertuples())
    return told, (
        f"ladder: {climbed}; {told['n_out_of_order'].sum():,} rungs told as out of order, "
        f"{told['n_broken'].sum():,} out of order and not told"
    )
