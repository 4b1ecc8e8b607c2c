"""One text, two engines: what is passed on, what is refused, and functions of ours."""

from decimal import Decimal

import pytest

from journey_research.engine import Table
from journey_research.engine.dialect import to_spark, unknown_functions

MOMENT = "timestamp '2025-03-30 12:00:00.25'"


def value_of(expression):
    return Table(f"select {expression} as value").first_row()[0]


def test_worked_example_in_sparks_spelling():
    told = to_spark("select person_id, x::bigint as n from touches where gap > $max_gap_us")

    assert told == "SELECT person_id, CAST(x AS BIGINT) AS n FROM touches WHERE gap > :max_gap_us"


def test_nulls_stand_where_duckdb_puts_them():
    assert "NULLS LAST" in to_spark("select row_number() over (order by x) as n from t")


@pytest.mark.parametrize(
    ("sql", "unknown"),
    [
        ("select epoch_us(touched_at) from t", {"epoch_us"}),
        ("select list_sort(x) from t", {"array_sort"}),
        ("select random()", {"rand"}),
        ("select now(), current_date", {"now", "current_date"}),
        ("select jaro_winkler_similarity(a, b) from t", {"jarowinkler_similarity"}),
        ("select sum(x) filter (where x > 1), count(*), coalesce(a, b), x::date from t", set()),
        ("select case when a and not b or exists (select 1) then 1 end from t", set()),
        ("select micros(x), money(y), folded(z), present(z) from t", set()),
    ],
)
def test_a_function_is_known_on_both_engines_or_named(sql, unknown):
    assert unknown_functions(sql) == unknown


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("micros(timestamp '1970-01-01 00:00:01')", 1_000_000),
        ("micros(timestamp '1969-12-31 23:59:59.5')", -500_000),
        ("money(0.005)", Decimal("0.01")),  # half a cent: away from zero
        ("money(-0.005)", Decimal("-0.01")),
        ("money(cast(2.675 as double))", Decimal("2.68")),
        ("money('12.3')", Decimal("12.30")),
        ("folded('  Émile  O''Neil-2 ')", "emile o neil 2"),
        ("folded('--')", None),
        ("present(' a b ')", "a b"),
        ("present('   ')", None),
    ],
)
def test_functions_of_ours_on_a_worked_example(expression, value):
    assert value_of(expression) == value


@pytest.mark.parametrize(
    "expression",
    [
        "micros(cast(null as timestamp))",
        "money(null)",
        "folded(cast(null as varchar))",
        "present(cast(null as varchar))",
    ],
)
def test_null_in_null_out(expression):
    assert value_of(expression) is None


def test_money_has_the_contracts_type():
    assert value_of("typeof(money(1))") == "DECIMAL(18,2)"
