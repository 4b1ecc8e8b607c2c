"""Vendors' files of one small world, and what ingestion reads in them by the demo's mappings."""

import csv
import hashlib
import io
import json
import tempfile
from dataclasses import replace
from fnmatch import fnmatch
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import yaml

from journey_research.contracts.exports import Export
from journey_research.pipelines.ingestion.reading import OUTPUTS, read_sources
from journey_research.privacy.pseudonyms import pseudonyms
from journey_research.world.exports import (
    ads_exports,
    feedback_exports,
    mail_exports,
    offline_exports,
    social_exports,
    support_exports,
)
from journey_research.world.exports.exporting import Part, TotalExporter, Totals
from journey_research.world.simulation.block import TOUCHES, Block
from journey_research.world.simulation.calendar import Calendar
from journey_research.world.simulation.catalogue import make_catalogue
from journey_research.world.simulation.living import make_block

KEY = b"a key that only the tests know"
SOURCES = Path(__file__).parents[2] / "conf" / "demo" / "sources"
EXPORTERS = {
    one.file_name: one
    for module in (
        ads_exports,
        feedback_exports,
        mail_exports,
        offline_exports,
        social_exports,
        support_exports,
    )
    for one in module.EXPORTERS
}
_NOTHING = {"i": -1, "f": 0.0, "b": False, "O": ""}


@cache
def small_block() -> Block:
    """1,200 people, twelve weeks."""
    calendar = Calendar(12)
    return make_block(0, 1200, 1, calendar, make_catalogue(1, calendar))


@cache
def totals() -> Totals:
    """Clicks of one campaign on one day; the platforms know others beside."""
    block = small_block()
    clicks = pd.DataFrame({"campaign": [block.catalogue.campaign("Spring Prospecting")], "day": [3]})
    return Totals(1, block.calendar, block.catalogue, clicks.assign(clicks=4000))


def living(**touch: Any) -> Block:
    """The small block in which nothing happens but these touches; what is not said of them is nothing."""
    n = len(next(iter(touch.values())))
    said = {name: touch.get(name, [_NOTHING[kind]] * n) for name, kind in TOUCHES.items()}
    said |= {"id": list(range(n)), "ended_ms": touch.get("ended_ms", said["at_ms"])}
    kinds = {
        name: {"i": "int64", "f": "float64", "b": "bool", "O": "object"}[kind]
        for name, kind in TOUCHES.items()
    }
    frame = pd.DataFrame(said).astype(kinds)
    return replace(small_block(), touches=frame)


def part(name: str, block: Block | None = None) -> Part:
    """The rows of one file."""
    one = EXPORTERS[name]
    if isinstance(one, TotalExporter):
        return one.of_totals(totals())
    return one.of_block(block or small_block())


def body(name: str, block: Block | None = None) -> bytes:
    """A file as it is written when the world has one block and no dirt."""
    one = EXPORTERS[name]
    header = one.header(small_block().calendar) if callable(one.header) else one.header
    footer = one.footer(totals()) if callable(one.footer) else one.footer
    lines = part(name, block).lines.to_pylist()
    return header + "".join(f"{line}\n" for line in lines).encode(one.encoding) + footer


def json_rows(name: str, block: Block | None = None) -> list[dict[str, Any]]:
    """The rows of a file of JSON lines."""
    return [json.loads(line) for line in part(name, block).lines.to_pylist()]


def csv_rows(name: str, block: Block | None = None) -> list[dict[str, str]]:
    """The rows of a CSV file without preamble."""
    return csv_of(name, part(name, block).lines.to_pylist())


def csv_of(name: str, lines: list[str]) -> list[dict[str, str]]:
    """Lines of a CSV file under its header."""
    header = EXPORTERS[name].header
    assert isinstance(header, bytes)
    return list(
        csv.DictReader(io.StringIO(header.decode("utf-8-sig") + "".join(f"{line}\n" for line in lines)))
    )


@cache
def told(source: str) -> dict[str, pd.DataFrame]:
    """What ingestion reads in a source's files of the small world, by table."""
    with tempfile.TemporaryDirectory() as folder:
        return read_in(source, Path(folder))


def read_in(source: str, folder: Path, block: Block | None = None) -> dict[str, pd.DataFrame]:
    """The same for any block; the files are written to ``folder``."""
    mapping = yaml.safe_load((SOURCES / f"{source}.yml").read_text("utf-8"))[source]
    exports = []
    for name in sorted(EXPORTERS):
        if fnmatch(name, mapping["file"]):
            path = folder / name
            path.write_bytes(body(name, block))
            sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
            exports.append(Export(source, mapping, path, name, sha256, path.stat().st_size))
    tables = read_sources(exports, KEY)
    return {name: table.to_arrow().to_pandas() for name, table in zip(OUTPUTS, tables, strict=True)}


def names_of(source: str, keys: list[str], kind: str = "record") -> list[str]:
    """Native keys as ingestion names them."""
    return pseudonyms(source, pa.array(keys, pa.string()), KEY, kind).to_pylist()


def pairs_of(links: pd.DataFrame) -> set[frozenset[str]]:
    """The pairs of records that a source says are one, without an order."""
    return {frozenset(pair) for pair in links[["record_id_a", "record_id_b"]].itertuples(index=False)}


def touch_of(source: str, key: str) -> pd.Series:
    """The one touch with a native key."""
    touches = told(source)["touches"].set_index("touch_id")
    return touches.loc[names_of(source, [key], "touch")[0]]


def assert_read_whole(source: str, *files: str) -> None:
    """No row is set aside, and the records are those of the keys that the world says were spoken."""
    tables = told(source)
    assert tables["rejected"].empty, tables["rejected"].groupby(["column", "rule"]).size()
    assert tables["source_files"]["n_rows"].sum() > 0
    spoken = pd.concat([part(name).speakers for name in files])
    assert set(spoken["source"]) == {source}
    assert set(tables["records"]["record_id"]) == set(names_of(source, spoken["key"].unique().tolist()))
    contacts = sum(part(name).counts.get("touchpoints", 0) for name in files)
    assert len(tables["touches"]) == contacts
