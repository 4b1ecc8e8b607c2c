"""Functions of ours that both engines know under one name, because they spell them differently.

Each is a DuckDB macro here; Spark's engine defines the same name in its own words. Every one is
null for a null, and is tested on the cases on which the engines would differ.
"""

from __future__ import annotations

MACROS: dict[str, str] = {
    # Instants as whole microseconds, so that durations are integers on both engines.
    "micros": "(t) as epoch_us(t)",
    # An instant so many microseconds after another.
    "plus_micros": "(t, n) as make_timestamp(cast(epoch_us(t) + n as bigint))",
    # Half a cent is rounded away from zero on both, and the type is the money of the contracts.
    "money": "(x) as cast(round(cast(x as decimal(28, 8)), 2) as decimal(18, 2))",
    # Lower case ASCII letters and digits with single spaces; empty is null.
    "folded": "(s) as nullif(trim(regexp_replace(lower(strip_accents(s)), '[^a-z0-9]+', ' ', 'g')), '')",
    # Trimmed text, empty is null.
    "present": "(s) as nullif(trim(s), '')",
}

SPARK: dict[str, str] = {
    "micros": "(t timestamp_ntz) returns bigint return unix_micros(cast(t as timestamp))",
    "plus_micros": (
        "(t timestamp_ntz, n bigint) returns timestamp_ntz "
        "return cast(timestamp_micros(unix_micros(cast(t as timestamp)) + n) as timestamp_ntz)"
    ),
    "money": ("(x decimal(28, 8)) returns decimal(18, 2) return cast(round(x, 2) as decimal(18, 2))"),
    "folded": (
        "(s string) returns string return nullif(trim(regexp_replace(lower("
        "regexp_replace(normalize(s, 'NFD'), '\\\\p{M}', '')), '[^a-z0-9]+', ' ')), '')"
    ),
    "present": "(s string) returns string return nullif(trim(s), '')",
}
