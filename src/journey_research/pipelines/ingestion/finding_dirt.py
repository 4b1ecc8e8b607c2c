"""How much of the damage that was done on purpose the reading found, and what else it set aside.

For exports of a made-up world, which tells which rows it has damaged. Only evaluation reads it.
"""

from __future__ import annotations

import pyarrow.compute as pc

from journey_research.engine import Table, run_sql


def measure_reading(rejected: Table, source_files: Table, planted_dirt: Table) -> Table:
    """Compare rows set aside with rows damaged.

    Args:
        rejected: Contract ``REJECTED``.
        source_files: Contract ``SOURCE_FILES``.
        planted_dirt: Contract ``PLANTED_DIRT``; a file is known by its name without folders.

    Returns:
        One row per source, damage and rule, contract ``DIRT_FOUND``.
    """
    files = source_files.query("select distinct source, file_name, file_sha256 from this").to_arrow()
    bare = pc.replace_substring_regex(files["file_name"], r"^.*[/\\]", "")
    files = files.set_column(files.column_names.index("file_name"), "file_name", bare)
    return run_sql(
        "dirt_found.sql", rejected=rejected, files=Table.from_arrow(files), planted_dirt=planted_dirt
    )
