"""Functions of ours that both engines know under one name, because they spell them differently.

Each is a DuckDB macro here; a second engine will define the same name in its own words, and must
agree on the cases that the tests name: nulls, halves, empty text, letters with marks.
"""

from __future__ import annotations

MACROS: dict[str, str] = {
    # Instants as whole microseconds, so that durations are integers on both engines.
    "micros": "(t) as epoch_us(t)",
    # Half a cent is rounded away from zero on both, and the type is the money of the contracts.
    "money": "(x) as cast(round(cast(x as decimal(28, 8)), 2) as decimal(18, 2))",
    # Lower case ASCII letters and digits with single spaces; empty is null.
    "folded": "(s) as nullif(trim(regexp_replace(lower(strip_accents(s)), '[^a-z0-9]+', ' ', 'g')), '')",
    # Trimmed text, empty is null.
    "present": "(s) as nullif(trim(s), '')",
}
