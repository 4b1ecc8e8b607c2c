"""Environments as they stand in conf/, and the tables that come of them."""

from functools import cache
from pathlib import Path
from types import SimpleNamespace

import yaml

from journey_research import contracts
from journey_research.datasets.source_files import SourceFiles
from journey_research.engine import Table
from journey_research.pipelines.ingestion.reading import OUTPUTS, read_sources

KEY = b"a key that only the tests know of"
CONF = Path(__file__).resolve().parents[3] / "conf"


@cache
def mappings(environment, shared="nowhere"):
    """Source -> mapping; nobody changes it."""
    told = {}
    for file in sorted((CONF / environment / "sources").glob("*.yml")):
        text = file.read_text(encoding="utf-8").replace("${globals:shared}", str(shared))
        one = yaml.safe_load(text)
        assert list(one) == [file.stem], f"{file.name} holds exactly the source of its name"
        told |= one
    return told


def tables_of(sources, raw="nowhere"):
    """Name -> table of all that a few sources hold."""
    files = SourceFiles()
    files.bind(SimpleNamespace(project=CONF, raw=Path(raw), sources=sources, inputs={}))
    told = zip(OUTPUTS, read_sources(files.load(), KEY), strict=True)
    return {name: Table.from_arrow(table.to_arrow()) for name, table in told}  # worked out once


def tables(environment, raw="nowhere", shared="nowhere"):
    """Name -> table of all that an environment holds."""
    return tables_of(mappings(environment, shared), raw)


def keeps_contracts(told):
    for name, table in told.items():
        contract = getattr(contracts, name.upper())
        assert contract.findings(table.query(contract.count_broken("this")).first_row()) == [], name


def counts(table, *columns, where="true"):
    """Values of columns -> number of rows."""
    names = ", ".join(columns)
    told = table.query(f"select {names}, count(*) from this where {where} group by {names}")
    rows = told.relation().fetchall()
    return {row[0] if len(columns) == 1 else row[:-1]: row[-1] for row in rows}


def one(table, select):
    """The first row of what is selected of a table."""
    row = table.query(f"select {select} from this").first_row()
    return row[0] if len(row) == 1 else row
