"""Files that others have collected to break readers with: every row is kept or set aside."""

import json
import time
from itertools import pairwise

import numpy as np
import pytest
from held_exports import held

from journey_research.errors import UserError
from journey_research.pipelines.ingestion.formats import read_rows
from journey_research.pipelines.ingestion.mapping import Format
from journey_research.runs.usage import peak_mb

SLOWEST_SECONDS = 5
MOST_MEMORY_MB = 1024  # over what the process already held; the largest file has 8 MB
LARGEST_TEST_BYTES = 8 << 20
KINDS = {
    ".csv": "csv",
    ".tsv": "csv",
    ".json": "json",
    ".jsonl": "jsonl",
    ".parquet": "parquet",
    ".xlsx": "xlsx",
}
TEXT = ("csv", "jsonl")
CORPORA = (
    "csv-spectrum",
    "duckdb-csv",
    "duckdb-parquet-broken",
    "frictionless",
    "ours",
    "JSONTestSuite",
    "parquet-bad",
    "naughty",
)


@pytest.fixture(scope="module")
def corpora(shared):
    folder = shared / "corpora"
    if not folder.is_dir():
        pytest.skip(f"the collected bad files are not there ({folder}); set JOURNEY_SHARED")
    return folder


def read_as(kind, data, wanted=(), name="file"):
    """The rows of some bytes, or nothing where the file as a whole is refused in one line."""
    form = Format(kind, separator="\t" if name.endswith(".tsv") else ",")
    began = time.perf_counter()
    try:
        rows = read_rows(held("given", {}, data, name), form, wanted)
    except UserError:
        rows = None
    finally:
        assert time.perf_counter() - began < SLOWEST_SECONDS, f"{name} as {kind} took too long"
    return rows


def check_conserved(rows, kind, data):
    """Each row is accepted or set aside, once; a place in the file is a place in the file."""
    accepted = np.unique(rows.row_number).tolist()
    rejected = [one.row_number for one in rows.rejects]
    assert sorted(accepted + rejected) == list(range(1, rows.n_rows + 1))
    assert len(rows.row_number) == rows.columns.num_rows or not rows.columns.num_columns
    if kind in TEXT:
        told = [(int(at), int(n)) for at, n in zip(rows.byte_offset, rows.byte_length, strict=True)]
        told += [(one.byte_offset, one.byte_length) for one in rows.rejects]
        told.sort()
        assert all(at >= 0 and at + n <= len(data) for at, n in told)
        assert all(at + n <= later for (at, n), (later, _) in pairwise(told))


@pytest.mark.parametrize("corpus", CORPORA)
def test_no_row_is_lost_and_no_file_breaks_the_reader(corpora, corpus):
    before, n_read, n_refused = peak_mb(), 0, 0
    for path in sorted((corpora / corpus).rglob("*")):
        if not path.is_file() or path.stat().st_size > LARGEST_TEST_BYTES:
            continue
        data = path.read_bytes()
        # Any file may come under any name: each is read as what it says it is, and as plain text.
        for kind in dict.fromkeys((KINDS.get(path.suffix, "csv"), *TEXT)):
            first = read_as(kind, data, name=path.name)
            # A mapping that knows the file: it wants every column by its name.
            rows = first and read_as(kind, data, [name for name in first.found if name], path.name)
            if rows is None:
                n_refused += 1
                continue
            n_read += 1
            check_conserved(rows, kind, data)
    assert n_read + n_refused > 0
    assert peak_mb() - before < MOST_MEMORY_MB


def test_json_is_judged_as_its_writers_judged_it(corpora):
    """``y_`` is JSON, ``n_`` is not; ``i_`` is for each reader to say."""
    for path in sorted((corpora / "JSONTestSuite" / "test_parsing").glob("[yn]_*.json")):
        text = path.read_bytes().strip()
        if b"\n" in text or b"\r" in text:
            continue  # several lines are several rows
        # What is no JSON spoils its own row and no other.
        data = b'{"a": 1}\n{"a": ' + text + b'}\n{"a": 3}\n'
        rows = read_as("jsonl", data, ["a"], path.name)
        kept = [1, 2, 3] if path.name.startswith("y_") else [1, 3]
        assert rows.row_number.tolist() == kept, path.name


def test_naughty_names_come_through_unchanged(corpora):
    names = json.loads((corpora / "naughty" / "blns.json").read_text(encoding="utf-8"))
    lines = [json.dumps({"name": name}, ensure_ascii=False) for name in names]
    rows = read_as("jsonl", "\n".join(lines).encode(), ["name"])
    assert rows.columns["name"].to_pylist() == names
    assert not rows.rejects


def test_expected_cells_of_the_acid_test(corpora):
    """csv-spectrum tells in JSON what each of its files holds."""
    n_compared = 0
    for path in sorted((corpora / "csv-spectrum" / "csvs").glob("*.csv")):
        told = json.loads(
            (corpora / "csv-spectrum" / "json" / f"{path.stem}.json").read_text(encoding="utf-8")
        )
        told = told if isinstance(told, list) else [told]
        rows = read_as("csv", path.read_bytes(), list(told[0]), path.name)
        if path.stem != "location_coordinates":  # its JSON tells another phone number
            assert rows.columns.to_pylist() == told, path.name
            n_compared += 1
    assert n_compared >= 10
