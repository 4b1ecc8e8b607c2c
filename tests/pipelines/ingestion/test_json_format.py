import json

from held_exports import held
from hypothesis import given, settings
from hypothesis import strategies as st

from journey_research.pipelines.ingestion.formats import read_rows
from journey_research.pipelines.ingestion.mapping import Format

LINES = [
    b'{"a": {"b": 1}}',
    b'{"a": ',
    b"[1]",
    b'{"a": {"b": "\\ud800"}}',
    b'{"a": NaN}',
    b"\xff",
    b"[" * 3000,
    b"",
]
RULES = {
    LINES[1]: "is JSON",
    LINES[2]: "is a JSON object",
    LINES[3]: "is UTF-8 text",
    LINES[4]: "is JSON",
    LINES[5]: "is UTF-8 text",
    LINES[6]: "is JSON",
}


@given(st.lists(st.sampled_from(LINES), max_size=8))
@settings(max_examples=25, deadline=None)
def test_every_line_is_kept_or_set_aside_by_its_rule(lines):
    data = b"\n".join(lines) + b"\n"
    rows = read_rows(held("web", {}, data), Format("jsonl"), ["a.b"])

    written = [line for line in lines if line]
    assert rows.n_rows == len(written)
    assert rows.columns["a.b"].to_pylist() == ["1"] * written.count(LINES[0])
    cut = {one.row_number: data[one.byte_offset :][: one.byte_length] for one in rows.rejects}
    assert cut == {number: line for number, line in enumerate(written, 1) if line in RULES}
    assert all(one.rule == RULES[cut[one.row_number]] for one in rows.rejects)


def test_values_keep_the_text_they_were_written_in():
    row = b'{"n": 0.10, "big": 12345678901234567890, "yes": true, "none": null, '
    row += b'"context": {"page": {"url": "/a"}}}'
    wanted = ["n", "big", "yes", "none", "context.page.url", "never"]

    rows = read_rows(held("web", {}, row), Format("jsonl"), wanted)

    assert rows.columns.to_pylist() == [
        dict(zip(wanted, ["0.10", "12345678901234567890", "true", None, "/a", None], strict=True))
    ]


def test_rows_may_lie_inside_a_document():
    data = json.dumps({"data": {"rows": [{"a": 1}, 7]}}).encode()

    rows = read_rows(held("web", {}, data), Format("json", rows_at="data.rows"), ["a"])

    assert rows.columns.to_pylist() == [{"a": "1"}]
    assert [(one.row_number, one.rule) for one in rows.rejects] == [(2, "is a JSON object")]
