"""A made-up world without dirt, and its files as the plainest readers read them."""

import csv
import gzip
import io
import json
import re
from fnmatch import fnmatch

import openpyxl
import pytest
from environments import mappings

from journey_research.pipelines.ingestion.mapping import read_mapping
from journey_research.world import block_files
from journey_research.world.building import build_world

_STEP = re.compile(r"([^.\[\]]+)|\[(\d+)\]|\[([^=\[\]]+)=([^\]]*)\]")


def build_clean_world(folder, **size):
    """A world in which no row was damaged; what vendors do on purpose stays."""
    real, cells = block_files.soil, block_files.soiled_cells

    def clean(rows, chance, kinds, separator, **others):
        return real(rows, chance, (), separator, **others)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(block_files, "soil", clean)
        patched.setattr(block_files, "soiled_cells", lambda n, columns, chance: cells(n, (), chance))
        build_world(folder, processes=1, **size)
    return folder


def files_of(source, folder):
    """Names of a source's files, sorted."""
    pattern = mappings("demo")[source]["file"]
    names = (path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
    depth = pattern.count("/")
    return sorted(name for name in names if fnmatch(name, pattern) and name.count("/") == depth)


def form_of(source):
    """How a source's files are written, as its mapping says it."""
    told = mappings("demo")[source]["format"]
    return {"type": told} if isinstance(told, str) else dict(told)


def objects_of(path):
    """The objects of a file of JSON lines; numbers are the text that stands there."""
    with path.open("rb") as file:
        data = file.read()
    text = (gzip.decompress(data) if data[:2] == b"\x1f\x8b" else data).decode("utf-8")
    return [json.loads(line, parse_float=_Literal, parse_int=_Literal) for line in text.split("\n") if line]


def text_rows(source, path):
    """(columns, rows of text) of one file; a JSON column is called by the path that its mapping reads."""
    form = form_of(source)
    if form["type"] == "csv":
        return _csv_rows(source, path, form)
    if form["type"] == "xlsx":
        sheet = openpyxl.load_workbook(path, read_only=True)[form["sheet"]]
        columns, *cells = sheet.iter_rows(values_only=True)
        return list(columns), [dict(zip(columns, map(_cell_text, row), strict=True)) for row in cells]
    columns = read_mapping(source, mappings("demo")[source]).own_columns
    told, exploded = objects_of(path), form.get("explode")
    if exploded:
        told = [{**row, exploded: one} for row in told for one in row[exploded]]
    return columns, [{name: json_text(at(row, name)) for name in columns} for row in told]


def at(value, path):
    """What stands at the end of a path such as ``a.b``, ``a[0]`` or ``a[k=v].b``."""
    for field, place, key, wanted in _STEP.findall(path):
        if field:
            value = value.get(field) if isinstance(value, dict) else None
        elif place:
            value = value[int(place)] if isinstance(value, list) and int(place) < len(value) else None
        else:
            value = next((one for one in value or () if one.get(key) == wanted), None)
    return value


class _Literal(str):
    """A number of a JSON file, as it is spelled there."""

    __slots__ = ()


def json_text(value):
    """A JSON value as text; null and what is not there are none."""
    if value is None or isinstance(value, str):
        return value if value is None else str(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    return json.dumps(value, ensure_ascii=False)


def plain_json(value):
    """A JSON value with its numbers as numbers again."""
    if isinstance(value, _Literal):
        return float(value) if "." in value else int(value)
    if isinstance(value, dict):
        return {name: plain_json(one) for name, one in value.items()}
    return [plain_json(one) for one in value] if isinstance(value, list) else value


def _csv_rows(source, path, form):
    text = path.read_bytes().decode(form.get("encoding", "utf-8")).removeprefix("\ufeff")
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=form.get("separator", ","))
    required = set(mappings("demo")[source].get("required", ()))
    table = [row for row in lines if row]
    first = 0
    if form.get("skip_rows") == "auto":
        first = next(place for place, row in enumerate(table) if required <= set(row))
    columns = table[first]
    return columns, [dict(zip(columns, row, strict=True)) for row in table[first + 1 :]]


def _cell_text(value):
    """A cell of a sheet as text; a day is a day."""
    if value is None or isinstance(value, str):
        return value
    if hasattr(value, "isoformat"):
        return value.isoformat().removesuffix("T00:00:00")
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)
