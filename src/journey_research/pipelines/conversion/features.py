"""Columns from what was known before a cut-off; nothing here knows what happened after it.

Who is who is the one thing that looks ahead: persons are resolved once, as of the run, so a record
that was joined late lends its touches to earlier cut-offs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from journey_research.engine import Table, run_sql

if TYPE_CHECKING:
    import pyarrow as pa

DAY_US = 86_400_000_000

# What the model reads. Counts and days are skewed, so their logarithms are taken.
FEATURES = (
    "n_touches_7_days",
    "n_touches_30_days",
    "n_inbound_30_days",
    "n_outbound_30_days",
    "n_channels_30_days",
    "n_sessions_30_days",
    "n_outcomes_before",
    "n_orders_before",
    "ordered_amount_before",
    "days_since_touch",
    "days_since_order",
)
MAY_BE_MISSING = ("days_since_touch", "days_since_order")


def gather_features(
    journey_touches: Table,
    outcomes: Table,
    orders: Table,
    people: Table,
    cut_offs: Table,
    history_days: int,
) -> Table:
    """What was known about each active person strictly before each cut-off.

    Args:
        journey_touches: n rows, contract ``JourneyTouches``.
        outcomes: m rows, contract ``Outcomes``.
        orders: l rows, contract ``Orders``.
        people: k rows, contract ``People``.
        cut_offs: c rows with ``cut_off_at``, UTC.
        history_days: A person counts as active with a touch or an order in so many days.

    Returns:
        At most persons x c rows with ``person_id``, ``cut_off_at`` and ``FEATURES``, sorted by both.
        Touches are counted in the 7 and 30 days before, orders and outcomes in all time before;
        days are null where there was no touch in the history, or never an order.
    """
    return run_sql(
        "features.sql",
        journey_touches=journey_touches,
        outcomes=outcomes,
        orders=orders,
        people=people,
        cut_offs=cut_offs,
        history_us=history_days * DAY_US,
        us_7_days=7 * DAY_US,
        us_30_days=30 * DAY_US,
        day_us=DAY_US,
    )


def model_columns() -> list[str]:
    """Names of the columns of ``feature_matrix``, in order.

    Example:
        >>> model_columns()[-1]
        'has_days_since_order'
    """
    return [*FEATURES, *(f"has_{name}" for name in MAY_BE_MISSING)]


def feature_matrix(examples: pa.Table) -> npt.NDArray[np.float64]:
    """Features as the model reads them.

    Args:
        examples: n rows with ``FEATURES``.

    Returns:
        n x f numbers, columns as ``model_columns`` names them: log(1 + value) with its sign kept, 0
        where a value is missing, and one column for each value that may be, 1 where it is there.

    Example:
        >>> import pyarrow as pa
        >>> rows = pa.table({name: [0.0] for name in FEATURES} | {"days_since_touch": [None]})
        >>> dict(zip(model_columns(), feature_matrix(rows)[0].tolist()))["has_days_since_touch"]
        0.0
    """
    columns = []
    there = []
    for name in FEATURES:
        values = examples.column(name).to_numpy().astype(np.float64)
        known = np.isfinite(values)
        filled = np.where(known, values, 0.0)
        columns.append(np.sign(filled) * np.log1p(np.abs(filled)))
        if name in MAY_BE_MISSING:
            there.append(known.astype(np.float64))
    return np.column_stack([*columns, *there])
