"""Where journeys end without reaching their goal."""

from __future__ import annotations

import pandas as pd

from journey_research.engine import Table, run_sql

from .intervals import wilson_interval
from .rule import JourneyRule

COLUMNS = ["channel", "n_journeys", "dropped_share", "low", "high"]


def find_friction(journey_touches: Table, journeys: Table, as_of: Table, rule: JourneyRule) -> pd.DataFrame:
    """How often a journey that passes a channel stops there for good.

    A journey whose last touch is no older than ``max_gap_days`` at ``as_of`` may still go on; it
    is left out, whatever became of it, or fresh journeys would look dropped. The share says where
    journeys stop, not why.

    Args:
        journey_touches: n rows, contract ``JourneyTouches``; any order.
        journeys: m rows, contract ``Journeys``, of the same touches.
        as_of: The instant the run looks from; one row.
        rule: The rule that the journeys were cut with.

    Returns:
        Contract ``Friction``, by channel: of the decided journeys with a touch in the channel,
        the share whose last touch is there and which did not convert; 95 % interval by Wilson.
    """
    counts = run_sql(
        "friction.sql",
        journey_touches=journey_touches,
        journeys=journeys,
        as_of=as_of,
        max_gap_us=rule.max_gap_us,
    ).to_pandas()
    rows = [
        (channel, n, n_dropped / n, *wilson_interval(int(n_dropped), int(n)))
        for channel, n, n_dropped in counts.sort_values("channel").itertuples(index=False)
    ]
    types = {
        "channel": "str",
        "n_journeys": "int64",
        "dropped_share": "float64",
        "low": "float64",
        "high": "float64",
    }
    return pd.DataFrame(rows, columns=COLUMNS).astype(types)
