"""Which classes of data the sources cover, and which of those that were expected are absent."""

from __future__ import annotations

import logging
from collections.abc import Mapping

import pyarrow as pa

from journey_research.business.goals import Business
from journey_research.engine import Table, run_sql

LOG = logging.getLogger("journey_research")


def cover_data_classes(source_files: Table, business: Business) -> Table:
    """Count sources and rows of each class of data.

    Args:
        source_files: Contract ``SOURCE_FILES``.
        business: Which classes are expected.

    Returns:
        One row per class, contract ``DATA_CLASSES``. A warning line is logged for each class that was
        expected and is absent: what rests on it will look as if nothing had happened there.
    """
    expected = pa.table({"data_class": pa.array(business.expected_data_classes, pa.string())})
    told = run_sql(
        "data_classes.sql", source_files=source_files, expected=Table.from_arrow(expected)
    ).to_arrow()
    for one in sorted(told.to_pylist(), key=_by_class):
        if one["is_expected"] and one["is_absent"]:
            LOG.warning("no source holds %s data, which were expected", one["data_class"])
    return Table.from_arrow(told)


def _by_class(row: Mapping[str, str]) -> str:
    return row["data_class"]
