"""What is called unused can be left out of mappings, and no figure moves."""

import pytest
import yaml

from journey_research.business.goals import FIGURE_TABLES
from journey_research.engine import Table
from journey_research.engine.duckdb_engine import DuckDBLimits, configure
from journey_research.pipelines.ingestion.language.mapping_words import BLOCKS, columns_of, columns_read
from journey_research.pipelines.reports.week_tables import week_table

pytestmark = pytest.mark.slow
SHOWN = ("as_of", "journey_touches", "journeys", "outcomes", "orders", "people", "spend", "source_files")


def without_fields(mapping, fields):
    """A mapping that speaks no more of some fields."""
    left = dict(mapping)
    for name in ("required", "checks", "times", "numbers"):
        if isinstance(left.get(name), list):
            left[name] = [one for one in left[name] if one not in fields]
        elif name in left:
            left[name] = {key: said for key, said in left[name].items() if key not in fields}
    for kind in set(left) & set(BLOCKS):
        blocks = left[kind] if isinstance(left[kind], list) else [left[kind]]
        left[kind] = [_block_without(kind, block, fields) for block in blocks]
        left[kind] = left[kind] if isinstance(mapping[kind], list) else left[kind][0]
    return left


def _block_without(kind, block, fields):
    left = {}
    for name, said in block.items():
        how = BLOCKS[kind].get(name, "word").rstrip("?")
        if how == "cells":
            said = {key: cell for key, cell in said.items() if not fields & set(columns_of(cell))}
        elif how != "word" and fields & set(columns_read(how, said)):
            continue
        left[name] = said
    return left


def week_of(project):
    outputs = project.manifest()["outputs"]
    configure(DuckDBLimits(folders=(str(project.data),)))
    tables = [Table.from_parquet(project.data / outputs[name]["file"]) for name in SHOWN]
    table = week_table(*tables, window_days=7)
    return table.to_csv(), table.attrs["values"]


def test_leaving_out_what_nothing_uses_moves_no_figure(project):
    before, hashes = week_of(project), project.hashes()
    unused = {}
    for one in project.manifest()["field_use"]:
        if one["use"] == "none":
            unused.setdefault(one["source"], set()).add(one["field"])
    assert len(unused) >= 2
    for source, fields in unused.items():
        path = project.root / f"conf/demo/sources/{source}.yml"
        mapping = yaml.safe_load(path.read_text(encoding="utf-8"))[source]
        left = {source: without_fields(mapping, fields)}
        path.write_text(yaml.safe_dump(left, sort_keys=False, allow_unicode=True), encoding="utf-8")

    ended = project.journey("run", "--pipelines", "ingestion,identity,journeys")

    assert ended.returncode == 0, ended.stderr
    assert "0 of" in next(line for line in ended.stdout.splitlines() if line.startswith("Fields"))
    assert week_of(project) == before
    now = project.hashes()
    figures = {name for names in FIGURE_TABLES.values() for name in names} | set(SHOWN)
    # What spend's own table holds of an ad's campaign is one of the unused fields.
    assert {name for name in figures if now[name] != hashes[name]} <= {"spend"}


def test_every_kpi_stands_on_files_and_the_command_tells_which(finished):
    manifest = finished.manifest()
    business = manifest["parameters"]["business"]

    told = {row["kpi"]: [] for row in manifest["lineage"]["kpis"]}
    for row in manifest["lineage"]["kpis"]:
        told[row["kpi"]] += row["sha256"]
    assert told.keys() == business["kpis"].keys()
    read = {sha[:12] for sha in manifest["inputs"].values()}
    assert all(hashes and set(hashes) <= read for hashes in told.values())

    shown = finished.journey("show", "--lineage", "revenue")
    assert shown.returncode == 0, shown.stderr
    assert "KPI revenue: serves come_back, at stage repeat" in shown.stdout
    assert manifest["inputs"]["shopify_orders/shopify_orders.csv"][:12] in shown.stdout
    unknown = finished.journey("show", "--lineage", "revnue")
    assert (unknown.returncode, len(unknown.stderr.splitlines())) == (2, 1)
    listed = finished.journey("show", "--unused")
    assert "salesforce_leads: LeadSource, Status" in listed.stdout
