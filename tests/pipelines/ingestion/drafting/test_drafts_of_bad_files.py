"""Whatever a file holds, its draft is YAML that reads it, or one line says why there is none."""

import pytest
import yaml

from journey_research.contracts.exports import export_of
from journey_research.errors import UserError
from journey_research.pipelines.ingestion.drafting.drafting import draft_mapping
from journey_research.pipelines.ingestion.reading import OUTPUTS, read_sources

KEY = b"a key for nothing but drafting"
LARGEST_TEST_BYTES = 1 << 20


def check(path):
    """Draft and read; returns whether the file was refused, by the look at it or by the reader."""
    try:
        draft = draft_mapping(path, {})
        told = yaml.safe_load(draft.text)
        assert told == {draft.source: draft.says}, path.name
        optional = {**told[draft.source], "optional": True}
        tables = dict(zip(OUTPUTS, read_sources([export_of(draft.source, optional, path)], KEY), strict=True))
    except UserError as error:
        one_line = str(error)
    else:
        [file] = tables["source_files"].to_arrow().to_pylist()
        assert tables["rejected"].count() == file["n_rejected"] == file["n_rows"] - file["n_accepted"]
        return False
    assert "\n" not in one_line
    return True


def test_collected_bad_files(shared):
    if not (shared / "corpora").is_dir():
        pytest.skip(f"the collected bad files are not there ({shared}); set JOURNEY_SHARED")
    paths = [path for path in sorted((shared / "corpora").rglob("*")) if path.is_file()]
    refused = [check(path) for path in paths if path.stat().st_size <= LARGEST_TEST_BYTES]
    assert 100 < sum(refused) < len(refused) - 100


@pytest.mark.parametrize(
    ("name", "data", "is_read"),
    [
        ("returns.csv", b"id,mail\r1,ada@example.org\r2,bo@example.org\r", True),
        ("two_returns.csv", b"id,mail\r\r\n1,ada@example.org\r\r\n2,bo@example.org\r\r\n", True),
        ("controls.csv", b"id\0,\x0bmail\n1,ada@example.org\n", False),
        ("controls_in_row.csv", b"id,\x0bma\x10il\n1,a\n2,b\n", True),
        ("lines_in_header.csv", b'id,"mail\n\nof\nwork"\n1,a\n2,b\n', True),
        ("quotes.csv", b'""\n', False),
        ("no_mark.csv", "id,mail\n1,ada@example.org\n2,bo@example.org\n".encode("utf-16-le"), True),
        ("no_mark_be.csv", "id,mail\n1,ada@example.org\n2,bo@example.org\n".encode("utf-16-be"), True),
        ("mark_32.csv", "id,mail\n1,ada@example.org\n".encode("utf-32"), True),
        ("half_a_pair.jsonl", b'{"\\udfaa": 1, "id": "\\ud800", "n": "x"}\n{"id": "2"}\n', True),
        ("first_line_broken.jsonl", b'{"id": \n{"id": "2"}\n{"id": "3"}\n', True),
        ("separators_of_lines.jsonl", '{"id": "a\u2028b\x85"}\n{"id": "2"}\n'.encode(), True),
        ("cut.json", b'[{"id": 1}, {"id"', False),
        ("no_utf8.json", b'[{"id": "\xff"}]', True),
    ],
)  # fmt: skip
def test_what_else_may_come(tmp_path, name, data, is_read):
    (tmp_path / name).write_bytes(data)

    assert check(tmp_path / name) is not is_read
