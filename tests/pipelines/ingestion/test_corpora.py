"""Files that others have collected to break readers with, and some of our own: no line is lost."""

import gzip
import io
import json
import zipfile

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from held_exports import held

from benchmarks import hostile
from benchmarks.bad_copies import make_bad_copies
from journey_research.errors import UserError
from journey_research.pipelines.ingestion.files.formats import read_rows
from journey_research.pipelines.ingestion.mapping import Format
from journey_research.runs.usage import peak_mb

SLOWEST_SECONDS = 10  # for reading a file three times, and all that it yields
MOST_MEMORY_MB = 1024  # over what the process already held; the largest file has 8 MB
LARGEST_TEST_BYTES = 8 << 20
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
    try:
        return read_rows(held("given", {}, data, name), form, wanted)
    except UserError:
        return None


def check(path, kind=""):
    """Nothing is lost, whatever becomes of the file; and it takes no longer than it may."""
    told = hostile.outcome(path, kind)
    assert told.n_told == told.n_lines, f"{path.name} as {told.kind}: a line is in no row"
    assert told.seconds < SLOWEST_SECONDS, f"{path.name} as {told.kind} took {told.seconds:.0f} s"
    return told


@pytest.mark.parametrize("corpus", CORPORA)
def test_no_row_is_lost_and_no_file_breaks_the_reader(corpora, corpus):
    before, told = peak_mb(), []
    for path in sorted((corpora / corpus).rglob("*")):
        if path.is_file() and path.stat().st_size <= LARGEST_TEST_BYTES:
            # Any file may come under any name: each is read as what it says it is, and as plain text.
            kinds = dict.fromkeys((hostile.kind_of(path), *hostile.TEXT))
            told += [check(path, kind) for kind in kinds]
    assert told
    assert peak_mb() - before < MOST_MEMORY_MB


def zipped(**parts):
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w") as file:
        for name, data in parts.items():
            file.writestr(name, data)
    return sink.getvalue()


def saved(book):
    sink = io.BytesIO()
    book.save(sink)
    return sink.getvalue()


def parquet(**columns):
    sink = io.BytesIO()
    pq.write_table(pa.table(columns), sink)
    return sink.getvalue()


TEXT = 'name,city\r\nänne,Köln\r\nbob,"a ""q"" b"\r\n'
READ, REFUSED = True, False
OURS = {
    **{f"{e}.csv": (TEXT.encode(e), READ) for e in ("utf-8", "utf-8-sig", "utf-16", "utf-32", "cp1252")},
    **{f"{e}.csv": (TEXT.encode(e), REFUSED) for e in ("utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be")},
    "utf-16-be-mark.csv": (b"\xfe\xff" + TEXT.encode("utf-16-be"), READ),
    "utf-16.jsonl": ('{"a": 1}\n{"a": 2}\n'.encode("utf-16"), READ),
    "mark-inside.csv": (b"a,b\n1,\xef\xbb\xbf2\n\xef\xbb\xbf3,4\n", READ),
    "nul.csv": (b"a,b\n1,\0\n\0,2\n", READ),
    "nul-in-header.csv": (b"a\0,b\n1,2\n", REFUSED),
    "long-field.csv": (b"a,b\n" + b"x" * 3_000_000 + b",1\n2,3\n", READ),
    "header-only.csv": (b"a,b", READ),
    "no-last-end.csv": (b"a,b\n1,2", READ),
    "returns.csv": (b"a,b\r1,2\r3,4", READ),
    "mixed-ends.csv": (b"a,b\r\n1,2\n3,4\r5,6\r\n", READ),
    "says-its-separator.csv": (b"sep=;\na;b\n1;2\n", READ),
    "html.csv": (b"<html><body><table><tr><td>a</td></tr></table></body></html>\n" * 20, READ),
    "zip.csv": (zipped(a="a,b\n1,2\n"), REFUSED),
    "no-names.csv": (b",,\n1,2,3\n", READ),
    "equal-names.csv": (b"a,a,b\n1,2,3\n", REFUSED),
    "wide.csv": (
        b",".join(b"c%d" % at for at in range(100_000)) + b"\n" + b"1," * 99_999 + b"1\n1,2\n",
        READ,
    ),
    "quotes.csv": (b'a,b\n"x"y,1\nx"y",2\n"x""y,3\n","\n"""\n"a\nb",4\n"never closed,5\n6,7\n', READ),
    "many-quotes.csv": (b"a,b\n" + b'"' * 200_001 + b"\n1,2\n", READ),
    "separators.csv": (b"a,b\n" + b"," * 3_000_000 + b"\n", READ),
    "other-ends.csv": ("a,b\n1\x0b,2\x0c\n3\u2028,4\x85\n\x1a".encode(), READ),
    "empty.csv": (b"", REFUSED),
    "blank.csv": (b"\n\n\r\n", REFUSED),
    "tabs.tsv": (b"a\tb\n1\t2\n", READ),
    "cut.csv.gz": (gzip.compress(bytes(range(256)) * 20)[:-9], REFUSED),
    "no-gzip.csv.gz": (b"a,b\n1,2\n", READ),
    "gzip-inside-gzip.csv.gz": (gzip.compress(gzip.compress(b"a,b\n1,2\n")), REFUSED),
    "garbage-behind.csv.gz": (gzip.compress(b"a,b\n1,2\n") + b"garbage", REFUSED),
    "gzip-in-disguise.csv": (gzip.compress(b"a,b\n1,2\n"), READ),
    "bomb.csv.gz": (gzip.compress(b"a,b\n" + b"\0" * 50_000_000), REFUSED),
    "deep.json": (b"[" * 100_000, REFUSED),
    "deep.jsonl": (b'{"a":' * 100_000 + b"1" + b"}" * 100_000 + b'\n{"a":1}\n', READ),
    "long-number.jsonl": (b'{"a":' + b"9" * 1_000_000 + b'}\n{"a":1e999999999}\n', READ),
    "cut.json": (b"[" + b'{"a":1},' * 50_000 + b'{"a":1', REFUSED),
    "half-a-pair.jsonl": (b'{"\\ud800":1,"a":"\\udc00"}\n{"a\\u0000":"\\u0000"}\n', READ),
    "rows-of-an-api.json": (b'{"meta": {}, "data": [{"id": "1", "attributes": {"n": 1}}]}', READ),
    "csv.parquet": (b"a,b\n1,2\n", REFUSED),
    "only-marks.parquet": (b"PAR1\0\0\0\0PAR1", REFUSED),
    "footer-too-long.parquet": (parquet(a=["x"])[:-8] + b"\xff\xff\xff\xffPAR1", REFUSED),
    "cut.parquet": (parquet(a=["x"] * 100)[:-20], REFUSED),
    "parquet.csv": (parquet(a=["x"]), REFUSED),
    "bytes.parquet": (parquet(a=pa.array([b"\xff", b"x"]).dictionary_encode()), READ),
    "durations.parquet": (parquet(a=pa.array([1], pa.duration("s")), b=pa.array([1], pa.time32("s"))), READ),
    "many-rows-few-bytes.parquet": (parquet(a=pa.array(["x" * 100_000] * 2000)), READ),
    "empty.xlsx": (saved(openpyxl.Workbook()), REFUSED),
    "text.xlsx": (b"a,b\n1,2\n", REFUSED),
    "zip.xlsx": (zipped(a="a,b\n1,2\n"), REFUSED),
    "old.xls": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 1000, REFUSED),
    "sheet.ods": (zipped(mimetype="application/vnd.oasis.opendocument.spreadsheet"), REFUSED),
    "spoilt.sqlite": (b"SQLite format 3\0" + b"\1" * 5000, REFUSED),
}


@pytest.mark.parametrize("name", OURS)
def test_what_else_may_come(tmp_path, name):
    data, is_read = OURS[name]
    (tmp_path / name).write_bytes(data)

    told = check(tmp_path / name)

    assert told.refused == "" if is_read else told.refused


def test_what_is_no_file_is_refused(tmp_path):
    (tmp_path / "folder.csv").mkdir()
    (tmp_path / "nowhere.csv").symlink_to(tmp_path / "gone")
    for name in ("folder.csv", "nowhere.csv", "never.csv"):
        assert "file cannot be read" in check(tmp_path / name).refused


def test_json_documents_are_judged_as_their_writers_judged_them(corpora):
    """A document that is JSON may hold no list of rows; one that is none is refused as none."""
    for path in sorted((corpora / "JSONTestSuite" / "test_parsing").glob("[yn]_*.json")):
        refused = hostile.outcome(path, "json").refused
        if path.name.startswith("y_"):
            assert not refused or "no list of rows" in refused, path.name
        else:
            assert "not JSON" in refused or "file is empty" in refused, path.name


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


def test_damaged_copies_lose_no_line_either(tmp_path):
    """A few hundred accidents; ``benchmarks/run.py hostile --mutated`` makes thousands."""
    (tmp_path / "whole.csv").write_text('id,mail,note\n1,a@x.example,"two\nlines"\n2,b@x.example,"x ""y"""\n')
    (tmp_path / "whole.jsonl").write_text('{"id": "1", "tags": [{"k": "é"}]}\n{"id": "2"}\n' * 5)
    (tmp_path / "whole.parquet").write_bytes(parquet(a=["x"] * 20, b=list(range(20))))
    sources = sorted(tmp_path.iterdir())
    make_bad_copies(sources, tmp_path / "copies", 400, damage_seed=1)

    told = [check(path) for path in sorted((tmp_path / "copies").iterdir())]

    assert len(told) == 400
    assert 100 < sum(not one.refused for one in told) < 380
    make_bad_copies(sources, tmp_path / "again", 400, damage_seed=1)
    for path in (tmp_path / "copies").iterdir():
        assert (tmp_path / "again" / path.name).read_bytes() == path.read_bytes()
