"""One world, each of its files written in every format there is: the canonical tables are equal.

Rows become text by readers of the tests' own and are written again: as CSV, JSON lines, one JSON document
of nested objects, Parquet of text, Parquet of whole numbers, decimals and truth values, XLSX and SQLite.
What is particular:

- A sheet holds no control signs. Keys of several parts in the world's own truth have one (U+001F) between
  them, so files that do stay CSV where all others are XLSX: ``truth_people`` and ``reviewer_judgements``.
- A receipt of ``onetrust_receipts`` holds several purposes. A flat row cannot, so there it stands once for
  each purpose, and more rows speak of its record: ``records.n_rows`` is not compared there. Nested JSON
  keeps the list, and there it is.
- Text in a list (``category``, ``tags``) stands as the list's JSON in a flat cell.

Not compared: ``source_files``, which tells of the files themselves, and ``rejected``, empty everywhere here;
that formats reject the same rows stands in ``test_invariants``.
"""

import json
import re
from collections import Counter
from decimal import Decimal

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from clean_world import build_clean_world, files_of, form_of, objects_of, plain_json, text_rows
from environments import KEY, mappings
from written_as import FORMATS

from journey_research.contracts.exports import export_of
from journey_research.errors import UserError
from journey_research.pipelines.ingestion.reading import OUTPUTS, read_sources

pytestmark = pytest.mark.slow
SOURCES = sorted(mappings("demo"))
COUNTS_DIFFER = {"onetrust_receipts"}
NO_SHEET = {"truth_people", "reviewer_judgements"}
# A world of this size and seed tells nothing of these.
EMPTY = {"offers", "labelled_groups", "planted_dirt", "promises"}


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    return build_clean_world(tmp_path_factory.mktemp("world") / "raw", size="tiny", weeks=4)


@pytest.fixture(scope="module")
def as_exported(world):
    """The canonical tables of the vendors' own files."""
    return tables(
        export_of(source, mappings("demo")[source], world / name, name)
        for source in SOURCES
        for name in files_of(source, world)
    )


@pytest.fixture(scope="module")
def texts(world):
    """(source, file's name without ending) -> columns and rows of text."""
    return {
        (source, stem(name)): text_rows(source, world / name)
        for source in SOURCES
        for name in files_of(source, world)
    }


def stem(name):
    folder, _, base = name.rpartition("/")
    return f"{folder}/{base.split('.')[0]}".removeprefix("/")


def tables(exports):
    """Table -> (source or nothing, columns without counts) and the whole rows, counted."""
    made = dict(zip(OUTPUTS, read_sources(list(exports), KEY), strict=True))
    read = {name: table.to_arrow().to_pylist() for name, table in made.items() if name != "source_files"}
    assert read.pop("rejected") == []
    assert sum(row["n_rejected"] for row in made["source_files"].to_arrow().to_pylist()) == 0
    return read


def comparable(read, but_counts_of=()):
    """Rows by value, whatever their order."""
    told = {}
    for name, rows in read.items():
        kept = []
        for row in rows:
            is_counted = row.get("source") not in but_counts_of
            kept.append(
                str({column: cell for column, cell in row.items() if is_counted or column != "n_rows"})
            )
        told[name] = Counter(kept)
    return told


def typed_parquet(path, columns, rows):
    """Whole numbers, decimals and truth values where a whole column is nothing else; text otherwise."""
    told = {}
    for name in columns:
        values = [row.get(name) or None for row in rows]
        present = [one for one in values if one is not None]
        if present and all(one in ("true", "false") for one in present):
            told[name] = pa.array([None if one is None else one == "true" for one in values])
        elif present and all(re.fullmatch(r"0|-?[1-9]\d{0,17}", one) for one in present):
            told[name] = pa.array([None if one is None else int(one) for one in values], pa.int64())
        elif present and all(re.fullmatch(r"-?\d{1,9}\.\d{2}", one) for one in present):
            told[name] = pa.array(
                [None if one is None else Decimal(one) for one in values], pa.decimal128(12, 2)
            )
        else:
            told[name] = pa.array(values, pa.string())
    pq.write_table(pa.table(told), path)


VARIANTS = {**FORMATS, "parquet with types": ({"type": "parquet"}, ".parquet", typed_parquet)}


@pytest.mark.parametrize("variant", sorted(VARIANTS))
def test_the_same_world_in_another_format_gives_the_same_tables(variant, world, texts, as_exported, tmp_path):
    exports = []
    for (source, name), (columns, rows) in texts.items():
        says, ending, write = VARIANTS["csv" if variant == "xlsx" and source in NO_SHEET else variant]
        path = tmp_path / source / f"{name}{ending}"
        path.parent.mkdir(parents=True, exist_ok=True)
        form = dict(says)
        if variant == "nested json" and form_of(source)["type"] == "jsonl":
            [original] = [one for one in files_of(source, world) if stem(one) == name]
            path.write_text(json.dumps(plain_json(objects_of(world / original)), ensure_ascii=False))
            form |= {word: said for word, said in form_of(source).items() if word == "explode"}
        else:
            write(path, columns, rows)
        exports.append(
            export_of(source, {**mappings("demo")[source], "format": form}, path, f"{name}{ending}")
        )
    but = () if variant == "nested json" else COUNTS_DIFFER
    read, expected = comparable(tables(exports), but), comparable(as_exported, but)
    differing = {
        name: (
            list((expected[name] - read[name]).items())[:2],
            list((read[name] - expected[name]).items())[:2],
        )
        for name in expected
        if read[name] != expected[name]
    }
    assert differing == {}


def test_a_column_that_no_mapping_knows_changes_nothing(texts, as_exported, tmp_path):
    says, ending, write = VARIANTS["csv"]
    exports = []
    for (source, name), (columns, rows) in texts.items():
        path = tmp_path / source / f"{name}{ending}"
        path.parent.mkdir(parents=True, exist_ok=True)
        write(
            path,
            ["something new", *columns, "x.y"],
            [row | {"something new": "1;2", "x.y": "z"} for row in rows],
        )
        mapping = {**mappings("demo")[source], "format": says}
        exports.append(export_of(source, mapping, path, f"{name}{ending}"))
    assert comparable(tables(exports), COUNTS_DIFFER) == comparable(as_exported, COUNTS_DIFFER)


def read_or_refused(export):
    """What is told of the file, or why it is refused."""
    try:
        told = dict(zip(OUTPUTS, read_sources([export], KEY), strict=True))
    except UserError as refused:
        return refused
    [file] = told["source_files"].to_arrow().to_pylist()
    return file


@pytest.mark.parametrize("source", SOURCES)
def test_a_column_that_is_missing_stops_with_its_name_or_costs_no_file(source, texts, tmp_path):
    """What no row could do without is required, and said by name; nothing else takes all rows with it."""
    says, ending, write = VARIANTS["csv"]
    name, (columns, rows) = next((name, told) for (one, name), told in texts.items() if one == source)
    mapping = {**mappings("demo")[source], "format": says, "optional": True}
    path = tmp_path / f"{name.replace('/', '_')}{ending}"
    for column in columns:
        write(path, [one for one in columns if one != column], rows[:60])
        told = read_or_refused(export_of(source, mapping, path))
        if isinstance(told, UserError):
            assert "column is missing" in str(told)
            assert told.column in {column, *mapping.get("aliases", {})}
            continue
        assert column not in mapping.get("required", ())
        assert told["n_rejected"] < told["n_rows"] - told["n_left_out"] or not rows, column


def test_the_world_tells_something_of_every_table_that_is_compared(as_exported):
    assert {name for name, rows in as_exported.items() if not rows} <= EMPTY
    told = {row["source"] for name in ("records", "spend", "availability") for row in as_exported[name]}
    assert told == set(SOURCES) - {"truth_people", "truth_dirt", "reviewer_judgements", "mailchimp_upemails"}


def test_a_world_told_otherwise_is_seen(world, texts):
    """The comparison itself: one cell of one file is changed, and a table differs."""
    source, name = "stripe_charges", "stripe_charges"
    columns, rows = texts[source, name]
    changed = [dict(row) for row in rows]
    place = next(
        n for n, row in enumerate(changed) if row["status"] == "succeeded" and row["livemode"] == "true"
    )
    changed[place]["amount"] = str(int(changed[place]["amount"]) + 1)
    said, ending, write = FORMATS["sql"]
    told = []
    for number, one in enumerate((rows, changed)):
        path = world.parent / f"charges_{number}{ending}"
        write(path, columns, one)
        told.append(
            comparable(tables([export_of(source, {**mappings("demo")[source], "format": said}, path)]))
        )
    assert {name for name in told[0] if told[0][name] != told[1][name]} == {"orders", "order_sightings"}
