"""What to fix first: friction times value times reach."""

from __future__ import annotations

import pandas as pd

from journey_research.engine import Table

COLUMNS = {
    "fix_rank": "int64", "process": "str", "step": "str", "metric": "str", "is_declared": "bool",
    "excess_share": "float64", "excess_low": "float64", "excess_high": "float64",
    "stake_each_amount": "float64", "reach_share": "float64", "n_cases": "int64",
    "goals_at_stake": "float64", "stake_amount": "float64", "stake_low_amount": "float64",
    "stake_high_amount": "float64",
}  # fmt: skip
MOST_FIXES = 10


def rank_fixes(friction: Table, journey_touches: Table) -> pd.DataFrame:
    """The places where there is something to gain, the most first.

    Three questions make the ranking: how many of the cases at the step are held up beyond the usual
    (friction), what one of these is worth (value), and which share of all persons with touches comes to
    the step (reach). Their product, times the cases a person has there, is the amount at stake.

    Args:
        friction: Contract ``Friction``.
        journey_touches: Contract ``JourneyTouches``; for how many persons there are.

    Returns:
        Contract ``Fixes``: at most ten rows, of steps where the excess is above 0 for all its range. What is
        declared, and so surely worth a repair, stands before what is not.
    """
    n_persons = int(journey_touches.query("select count(distinct person_id) from this").first_row()[0])
    found = friction.to_pandas()
    worth = found[(found["stake_amount"] > 0) & (found["excess_low"] > 0)]
    worth = worth.sort_values("stake_rank").head(MOST_FIXES).reset_index(drop=True)
    stopped = worth["excess_share"] * worth["n_cases"]
    told = worth.assign(
        fix_rank=range(1, len(worth) + 1),
        excess_share=worth["excess_share"].clip(upper=1.0),
        stake_each_amount=(worth["stake_amount"] / stopped).round(6),
        reach_share=(worth["n_persons"] / max(n_persons, 1)).round(6),
    )
    return told[list(COLUMNS)].astype(COLUMNS)
