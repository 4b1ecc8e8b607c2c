"""Where a figure comes from."""

from pathlib import Path
from types import SimpleNamespace

import pytest
import sqlglot
from sqlglot import exp

from journey_research.business.goals import FIGURE_TABLES
from journey_research.engine.table import without_comments
from journey_research.errors import UserError
from journey_research.pipelines.ingestion.language.mapping_words import BLOCKS
from journey_research.pipelines.ingestion.reading import OUTPUTS
from journey_research.pipelines.reports import week_tables
from journey_research.runs.lineage import (
    BLOCK_TABLES,
    OF_EVERY_FILE,
    counted_tables,
    graph_of,
    kpi_lineage,
    trace,
    traced_in_words,
    way_back,
    yields_of,
)

NODES = [
    SimpleNamespace(
        name="read_sources", inputs=["exports"], outputs=["orders", "touches", "records", "spend"]
    ),
    SimpleNamespace(name="resolve", inputs=["records", "params:rule"], outputs=["people"]),
    SimpleNamespace(name="cut", inputs=["touches", "people"], outputs=["journey_touches"]),
]
SOURCES = {
    "till": {"file": "till.csv", "record": {"key": "card"}, "order": {"key": "no"}},
    "web": {"file": "web.csv", "record": {"key": "visitor"}, "touch": {"key": "id"}},
}
LINEAGE = {"graph": graph_of(NODES), "yields": yields_of(SOURCES)}
FILES = [
    {"source": source, "file_name": f"{source}.csv", "file_sha256": letter * 64}
    for source, letter in (("till", "a"), ("web", "b"))
]
KPIS = {
    "sales": {"goal": "sell", "figure": "revenue", "owner": "head of shop", "stage": "repeat"},
    "ads": {"goal": "sell", "figure": "spend", "owner": "head of marketing", "stage": "contact"},
}
PARAMETERS = {"business": {"kpis": KPIS}}


def test_worked_example():
    """Revenue sums the orders of the till; the web's records only help to tell persons."""
    traced = trace("sales", LINEAGE, PARAMETERS, FILES)

    assert [step["table"] for step in traced["steps"]] == ["orders", "people", "records"]
    assert [(one["source"], one["tables"], one["is_counted"]) for one in traced["files"]] == [
        ("till", ["orders", "records"], True),
        ("web", ["records"], False),
    ]
    assert traced["kpis"] == {"sales": KPIS["sales"]}
    assert trace("revenue", LINEAGE, PARAMETERS, FILES)["files"] == traced["files"]


def test_a_kpi_without_a_source_of_its_kind_has_no_file_and_says_so():
    rows = {row["kpi"]: row for row in kpi_lineage(LINEAGE, PARAMETERS, FILES)}

    assert rows["sales"] == {
        "kpi": "sales", "figure": "revenue", "tables": ["orders"], "source": "till", "sha256": ["a" * 12],
    }  # fmt: skip
    assert (rows["ads"]["source"], rows["ads"]["sha256"]) == (None, [])
    said = "\n".join(traced_in_words(trace("ads", LINEAGE, PARAMETERS, FILES)))
    assert "none: no source of this environment gives such rows" in said


def test_without_files_nothing_is_counted():
    assert {row["source"] for row in kpi_lineage(LINEAGE, PARAMETERS, [])} == {None}
    assert kpi_lineage(LINEAGE, {}, FILES) == []


def test_a_table_is_traced_and_what_is_neither_is_refused():
    traced = trace("journey_touches", LINEAGE, PARAMETERS, FILES)

    assert [one["source"] for one in traced["files"]] == ["till", "web"]
    assert traced["counts"] == []
    with pytest.raises(UserError, match="no figure or table 'turnover'"):
        trace("turnover", LINEAGE, PARAMETERS, FILES)


def test_the_way_back_ends_where_a_table_is_made_of_itself():
    graph = {"a": {"node": "f", "of": ["b"]}, "b": {"node": "g", "of": ["a", "c"]}}

    assert way_back(graph, ["a"]) == ["a", "b", "c"]


def test_a_source_of_many_files_is_one_line():
    files = [{**FILES[0], "file_name": f"till_{n:02}.csv"} for n in range(20)]
    told = traced_in_words(trace("sales", LINEAGE, PARAMETERS, files))

    assert [line for line in told if "till_" in line] == [
        f"  {'a' * 12}  till_00.csv and 19 more files (--json lists them)  (orders, records)"
    ]


def test_every_block_of_a_mapping_and_every_table_of_the_sources_is_known():
    assert BLOCK_TABLES.keys() == BLOCKS.keys()
    assert {name for names in BLOCK_TABLES.values() for name in names} | set(OF_EVERY_FILE) == set(OUTPUTS)


def test_the_tables_of_figures_are_those_that_their_statement_reads():
    path = Path(week_tables.__file__).with_name("week_figures.sql")
    parsed = sqlglot.parse_one(without_comments(path.read_text(encoding="utf-8")), read="duckdb")
    events = next(one for one in parsed.find_all(exp.CTE) if one.alias == "events")
    read = {}
    for select in events.find_all(exp.Select):
        figure = select.expressions[0].find(exp.Literal).this
        read[figure] = {table.name for table in select.find_all(exp.Table)}

    assert read == {figure: set(FIGURE_TABLES[figure]) for figure in read}
    assert set(FIGURE_TABLES) - set(read) == {"active persons", "spend", "rejected share"}


@pytest.mark.parametrize("figure", FIGURE_TABLES)
@pytest.mark.parametrize("action", ["order", "booked"])
def test_what_a_figure_counts_comes_from_the_sources(figure, action):
    counted = counted_tables(figure, {"journey_rule": {"conversion_action": action}})

    assert counted
    assert set(counted) <= set(OUTPUTS)
