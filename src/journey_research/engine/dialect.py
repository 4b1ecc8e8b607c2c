"""DuckDB's spelling to Spark's, and the functions that mean the same on both.

sqlglot passes on a function that it does not know without a word, so a statement may use only
what stands here. To use one more: check that it means the same on both engines for nulls, ties,
negative numbers and Sundays, then add it.
"""

from __future__ import annotations

import sqlglot
from sqlglot import exp

from .functions import MACROS

ALLOWED_FUNCTIONS = frozenset(
    """
    abs and any_value array_agg avg ceil cast case coalesce concat_ws count count_if date_trunc dense_rank
    distinct exists exp first_value floor greatest if in is lag last_value lead least left length ln lower
    max md5 median min mod ntile nullif or over percentile_cont rank regexp_like regexp_matches replace
    row_number round sign sqrt strpos substring sum trim try_cast upper starts_with string_agg group_concat
    split_part
    """.split()
) | frozenset(MACROS)

# What looks like a function to sqlglot's parser, but is syntax.
_SYNTAX = (exp.And, exp.Or, exp.Not, exp.Cast, exp.Case, exp.If, exp.Exists, exp.Interval)


def to_spark(sql: str) -> str:
    """The same statement in Spark's spelling.

    Args:
        sql: One statement in DuckDB's spelling; parameters as ``$name``.

    Returns:
        The statement for Spark SQL; parameters as ``:name``.

    Raises:
        sqlglot.errors.SqlglotError: The text is no statement or has no Spark spelling.
    """
    return sqlglot.transpile(sql, read="duckdb", write="spark", unsupported_level=sqlglot.ErrorLevel.RAISE)[0]


def unknown_functions(sql: str) -> set[str]:
    """Names of functions in ``sql`` that are not known to mean the same on both engines."""
    found = set()
    for node in sqlglot.parse_one(sql, read="duckdb").find_all(exp.Func):
        if isinstance(node, _SYNTAX):
            continue
        name = node.name if isinstance(node, exp.Anonymous) else node.sql_name()
        if name.lower() not in ALLOWED_FUNCTIONS:
            found.add(name.lower())
    return found
