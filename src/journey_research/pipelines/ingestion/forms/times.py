"""Times as UTC instants in microseconds, with what was doubtful about them.

Local times need a zone. When a clock is put back and a local time happens twice, the earlier instant
is meant; when it is put forward, a time that never was is the first instant after the gap. Both are
noted beside the instant, so that nobody takes them for what the source said.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from journey_research.pipelines.ingestion.language.mapping_forms import TimeForm, is_day

from .distinct import one_array
from .time_texts import INSTANT, NEVER, read_times
from .zones import zone_called, zone_said

# By what read_times notes: nothing, REPEATED, SKIPPED.
NOTES = (None, "repeated hour", "skipped hour")


@dataclass(frozen=True)
class Moments:
    """n times.

    Attributes:
        at: UTC, microseconds; a day is its midnight, whatever the zone; null: it cannot be read.
        is_day: Whether the source told a day and no time.
        note: ``repeated hour`` or ``skipped hour`` where the zone's clock was changed, else null.
    """

    at: pa.Array
    is_day: np.ndarray
    note: pa.Array


def moments(column: pa.Array, form: TimeForm, zones: pa.Array | None = None) -> Moments:
    """Read a column of times.

    Args:
        column: n texts.
        form: How they are spelled.
        zones: n names of zones, where the source says them row by row; a time in a zone that
            nobody calls so cannot be read, one without a name is in the zone of ``form``.
    """
    column = one_array(column)
    at = np.full(len(column), NEVER)
    is_days, noted = np.zeros(len(column), dtype=bool), np.zeros(len(column), dtype=np.int8)
    for zone, rows in _rows_by_zone(column, form, zones):
        for time_format in form.formats:
            read, note = read_times(column.take(pa.array(rows)), time_format, zone)
            found = ~np.isnat(read)
            at[rows[found]], noted[rows[found]] = read[found], note[found]
            is_days[rows[found]] = is_day(time_format)
            rows = rows[~found]
    notes = pa.array(NOTES, pa.string()).take(pa.array(noted))
    return Moments(pa.array(at, INSTANT), is_days, notes)


def instants(column: pa.Array, form: TimeForm) -> pa.Array:
    """The instants alone."""
    return moments(column, form).at


def time_rule(form: TimeForm) -> str:
    """The rule that ``moments`` holds a text against, in words."""
    where = f" in the zone of '{form.zone_from}'" if form.zone_from else ""
    return " or ".join(_spelled(one, form.zone) for one in form.formats) + where


def _spelled(time_format: str, zone: str) -> str:
    if time_format == "iso":
        return f"is a time in {zone}" if zone else "ends in Z or an offset"
    if time_format.startswith("epoch_"):
        return f"counts {time_format.removeprefix('epoch_')} since 1970"
    return {"date": "is a day (YYYY-MM-DD)", "rfc2822": "is a time as in e-mail"}.get(
        time_format, f"is a {'day' if is_day(time_format) else 'time'} written {time_format}"
    )


def _rows_by_zone(
    column: pa.Array, form: TimeForm, zones: pa.Array | None
) -> list[tuple[str | None, np.ndarray]]:
    """(zone, places of its rows), without the rows of zones that nobody knows."""
    valid = column.is_valid().to_numpy(zero_copy_only=False)
    default = zone_said(form.zone) if form.zone else None
    if zones is None:
        return [(default, np.flatnonzero(valid))]
    encoded = pc.fill_null(one_array(zones), "").dictionary_encode()
    codes = encoded.indices.to_numpy()
    told: list[tuple[str | None, np.ndarray]] = []
    for code, name in enumerate(encoded.dictionary.to_pylist()):
        zone = zone_called(name) if name else default
        if zone is not None:
            told.append((zone, np.flatnonzero(valid & (codes == code))))
    return told
