"""What an exporter writes of one small block: as the plainest reader reads it, and as ingestion does."""

import csv
import io
import json
import tempfile
from functools import cache
from pathlib import Path

import pandas as pd
import pyarrow as pa
import yaml

from journey_research.contracts.exports import export_of
from journey_research.pipelines.ingestion.reading import OUTPUTS, read_sources
from journey_research.privacy.pseudonyms import pseudonyms
from journey_research.world.exports.exporting import Exporter, Part, SheetExporter
from journey_research.world.exports.workbook import sheet_rows, write_workbook
from journey_research.world.simulation.block import Block
from journey_research.world.simulation.calendar import Calendar
from journey_research.world.simulation.catalogue import make_catalogue
from journey_research.world.simulation.living import make_block

SOURCES = Path(__file__).parents[2] / "conf" / "demo" / "sources"
KEY = b"a key of made-up people"


@cache
def small_block(number: int = 0, world_seed: int = 1, persons: int = 600) -> Block:
    """A block of some people, six weeks."""
    calendar = Calendar(6)
    return make_block(number, persons, world_seed, calendar, make_catalogue(world_seed, calendar))


def exporter_of(exporters: tuple, file_name: str) -> Exporter | SheetExporter:
    """The one exporter of a file."""
    (found,) = [one for one in exporters if one.file_name == file_name]
    return found


@cache
def part_of(exporter: Exporter, block_number: int = 0) -> Part:
    """What it makes of the small block."""
    return exporter.of_block(small_block(block_number))


def written(exporter: Exporter, block_number: int = 0) -> str:
    """The file, through the bytes of its encoding and back."""
    part = part_of(exporter, block_number)
    lines = [line.encode(exporter.encoding) + exporter.line_end for line in part.lines.to_pylist()]
    return (exporter.header + b"".join(lines) + exporter.footer).decode(exporter.encoding)


def csv_rows(exporter: Exporter, separator: str = ",", block_number: int = 0) -> pd.DataFrame:
    """Its rows as text; every row is as wide as the header."""
    text = written(exporter, block_number).removeprefix("\ufeff")
    rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=separator))
    assert {len(row) for row in rows} == {len(rows[0])}
    return pd.DataFrame(rows[1:], columns=rows[0])


def json_rows(exporter: Exporter, block_number: int = 0) -> list[dict]:
    """Its rows as JSON objects."""
    return [json.loads(line) for line in written(exporter, block_number).splitlines()]


def speakers_of(exporter: Exporter | SheetExporter, block_number: int = 0) -> set[str]:
    """The keys it says somebody speaks under."""
    speakers = part_of(exporter, block_number).speakers
    assert list(speakers) == ["source", "key", "person"]
    assert speakers["person"].between(0, len(small_block(block_number).people) - 1).all()
    return set(speakers["key"])


@cache
def read_back(*exporters: Exporter | SheetExporter) -> dict[str, pd.DataFrame]:
    """What ingestion makes of the files by their mappings: its tables by name."""
    exports = []
    with tempfile.TemporaryDirectory() as folder:
        for exporter in exporters:
            path, source = Path(folder) / exporter.file_name, Path(exporter.file_name).stem
            if isinstance(exporter, SheetExporter):
                rows = part_of(exporter).rows
                (Path(folder) / "rows").write_bytes(sheet_rows(rows, exporter.columns, NO_DAMAGE))
                write_workbook(path, exporter.sheet, exporter.columns, [Path(folder) / "rows"])
            else:
                path.write_bytes(written(exporter).encode(exporter.encoding))
            mapping = yaml.safe_load((SOURCES / f"{source}.yml").read_text(encoding="utf-8"))[source]
            exports.append(export_of(source, mapping, path))
        tables = dict(zip(OUTPUTS, read_sources(exports, KEY), strict=True))
        return {name: table.to_pandas() for name, table in tables.items()}


NO_DAMAGE = pd.DataFrame({"row": pd.Series(dtype="int64"), "column": [], "text": []})


def names_of(source: str, keys: list[str] | pd.Series, kind: str = "record") -> list[str]:
    """What ingestion calls the things of a source with these native keys."""
    return pseudonyms(source, pa.array(list(keys), pa.string()), KEY, kind).to_pylist()


def people_of(*exporters: Exporter | SheetExporter) -> dict[str, int]:
    """Record -> the person who speaks there most."""
    told: dict[str, int] = {}
    for exporter in exporters:
        speakers = part_of(exporter).speakers
        counted = speakers.groupby(["key", "person"]).size().sort_values(kind="stable")
        for key, person in counted.index:
            told[names_of(str(speakers["source"].iloc[0]), [key])[0]] = person
    return told


def assert_all_read(exporter: Exporter | SheetExporter) -> None:
    """No row is set aside, and the records are those that somebody speaks in."""
    told = read_back(exporter)
    assert not len(told["rejected"]), told["rejected"].groupby(["column", "rule"]).size()
    source = Path(exporter.file_name).stem
    assert set(told["records"]["record_id"]) == set(names_of(source, sorted(speakers_of(exporter))))


def micros(at_ms: pd.Series) -> pd.Series:
    """Milliseconds as ingestion holds instants."""
    return pd.to_datetime(at_ms, unit="ms").astype("datetime64[us]")
