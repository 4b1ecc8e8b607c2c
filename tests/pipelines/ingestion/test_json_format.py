import io
import json

import pytest
from held_exports import held
from hypothesis import given, settings
from hypothesis import strategies as st

from journey_research.errors import UserError
from journey_research.pipelines.ingestion.files import json_columns, json_document
from journey_research.pipelines.ingestion.files.formats import joined, read_rows
from journey_research.pipelines.ingestion.files.json_format import MOST_NESTED, read_json
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
    b'{"a": {"b": 1},}',
    b'{"a": {"b": 1}} {"a": {"b": 1}}',
    b" ",
]
RULES = {
    LINES[1]: "is JSON",
    LINES[2]: "is a JSON object",
    LINES[3]: "is UTF-8 text",
    LINES[4]: "is JSON",
    LINES[5]: "is UTF-8 text",
    LINES[6]: "is JSON",
    LINES[8]: "is JSON",
    LINES[9]: "is JSON",
    LINES[10]: "is JSON",
}


def rows_of(*rows, wanted, **form):
    data = b"\n".join(row if isinstance(row, bytes) else json.dumps(row).encode() for row in rows)
    return read_rows(held("web", {}, data), Format("jsonl", **form), wanted)


@given(st.lists(st.sampled_from(LINES), max_size=8), st.integers(1, 40))
@settings(max_examples=25, deadline=None)
def test_every_line_is_kept_or_set_aside_by_its_rule(lines, batch_bytes):
    data = b"\n".join(lines) + b"\n"
    rows = joined(list(read_json(io.BytesIO(data), Format("jsonl"), ["a.b"], "web", batch_bytes)))

    written = [line for line in lines if line]
    assert rows.n_rows == len(written)
    assert rows.columns["a.b"].to_pylist() == ["1"] * written.count(LINES[0])
    kept = [number for number, line in enumerate(written, 1) if line not in RULES]
    assert rows.row_number.tolist() == kept
    places = zip(rows.byte_offset, rows.byte_length, strict=True)
    assert [data[at:][:n_bytes] for at, n_bytes in places] == [LINES[0]] * len(kept)
    cut = {one.row_number: data[one.byte_offset :][: one.byte_length] for one in rows.rejects}
    assert cut == {number: line for number, line in enumerate(written, 1) if line in RULES}
    assert all(one.rule == RULES[cut[one.row_number]] for one in rows.rejects)


def test_values_keep_the_text_they_were_written_in():
    row = b'{"n": 0.10, "big": 12345678901234567890, "yes": true, "none": null, "minus": -0, '
    row += b'"context": {"page": {"url": "/a"}}, "much": 1E400}'
    wanted = ["n", "big", "yes", "none", "context.page.url", "never", "minus", "much"]
    told = ["0.10", "12345678901234567890", "true", None, "/a", None, "-0", "1E400"]

    # Beside a row with a nested cell numbers are parsed in another way; nothing may show of it.
    for beside in ([], [{"n": [1]}]):
        rows = rows_of(row, *beside, wanted=wanted)
        assert rows.columns.slice(0, 1).to_pylist() == [dict(zip(wanted, told, strict=True))]


def test_a_nested_cell_is_json_whose_numbers_are_as_written():
    rows = rows_of(b'{"a": {"z": 1.50, "b": [true, null, "1", "\xc3\xa4"]}}', wanted=["a"])

    assert rows.columns["a"].to_pylist() == ['{"b": [true, null, "1", "ä"], "z": 1.50}']


def test_the_last_of_two_equal_names_counts():
    assert rows_of(b'{"a": 1, "a": 2}', wanted=["a"]).columns["a"].to_pylist() == ["2"]


EVENT = {
    "params": [
        {"key": "page", "value": {"text": "/a"}},
        {"key": "session", "value": {"int": 7}},
        {"key": "page", "value": {"text": "/b"}},
        "no record",
    ],
    "items": [{"id": "x"}, {"id": "y"}],
    "flags": [{"on": True, "who": "me"}],
    "a.b": "its very name",
    "a": {"b": "inside", "c": "also inside"},
}


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("params[key=page].value.text", "/a"),  # the first of equals
        ("params[key=session].value.int", "7"),
        ("params[key=nobody].value.int", None),
        ("params[0].key", "page"),
        ("items[1].id", "y"),
        ("items[2].id", None),
        ("flags[on=true].who", "me"),
        ("a.b", "its very name"),
        ("a.c", "also inside"),
        ("items.id", None),  # a list has no names
        ("params[key=page", None),
    ],
)
def test_a_path_leads_to_a_value_inside(path, text):
    assert rows_of(EVENT, wanted=[path]).columns[path].to_pylist() == [text]


WORKED_EXAMPLE = [
    {"who": "a", "consent": {"purposes": [{"name": "mail", "on": True}, {"name": "sms", "on": False}]}},
    {"who": "b", "consent": {"purposes": []}},  # nothing to explode: the row stands once
    {"who": "c", "consent": {"purposes": ["mail"]}},  # an element without fields
]


def test_a_row_stands_once_for_each_element_of_a_nested_list():
    rows = rows_of(
        *WORKED_EXAMPLE,
        wanted=["who", "consent.purposes.name", "consent.purposes.on"],
        explode="consent.purposes",
    )

    assert [tuple(row.values()) for row in rows.columns.to_pylist()] == [
        ("a", "mail", "true"),
        ("a", "sms", "false"),
        ("b", None, None),
        ("c", None, None),
    ]
    assert rows.row_number.tolist() == [1, 1, 2, 3]
    assert rows.n_rows == 3


def test_a_row_is_set_aside_with_all_its_elements():
    rows = rows_of(
        b'{"l": [{"x": "fine"}, {"x": "\\ud800"}]}', {"l": [{"x": "2"}]}, wanted=["l.x"], explode="l"
    )

    assert rows.columns["l.x"].to_pylist() == ["2"]
    assert [(one.row_number, one.rule) for one in rows.rejects] == [(1, "is UTF-8 text")]


def test_depth_is_judged_alike_whoever_calls():
    def nested(depth):
        return b'{"a": ' + b"[" * (depth - 1) + b"]" * (depth - 1) + b"}"

    wide = b'{"a": "' + b"[" * 3000 + b'", "b": [' + b"{}," * 3000 + b"{}]}"
    rows = rows_of(nested(MOST_NESTED), nested(MOST_NESTED + 1), wide, wanted=["c"])

    assert rows.row_number.tolist() == [1, 3]


SPELLINGS = [
    ([{"a": 1}, 7], ""),
    ({"data": {"rows": [{"a": 1}, 7]}, "next": None}, "data.rows"),
    ({"jsonapi": {}, "data": [{"a": 1}, 7], "links": {"self": "/"}}, ""),
]


@pytest.mark.parametrize(("told", "rows_at"), SPELLINGS)
@pytest.mark.parametrize("block", [1, 7, 1 << 20])
def test_rows_may_lie_inside_a_document_of_any_spelling(told, rows_at, block, monkeypatch):
    monkeypatch.setattr(json_document, "_BLOCK", block)
    data = 2 * b"\xef\xbb\xbf" + json.dumps(told, indent=1).encode() + b"\n"

    rows = read_rows(held("web", {}, data), Format("json", rows_at=rows_at), ["a"])

    assert rows.columns.to_pylist() == [{"a": "1"}]
    assert rows.n_rows == 2
    assert [(one.row_number, one.rule) for one in rows.rejects] == [(2, "is a JSON object")]


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b'{"rows": [{"a": 1}]}', "no list of rows"),
        (b"42", "no list of rows"),
        (b'{"data": [{"a": 1}], "data": []}', "list of rows twice"),
        (b'[{"a": 1}] [2]', "not JSON"),
        (b'[{"a": 1},]', "not JSON .*row 2"),
        (b'[{"a": 1}', "not JSON .*row 1"),
        (b'[{"a": NaN}]', "not JSON"),
        (b'{"data": [{"a": 1}], "more": tru}', "not JSON"),
        (b"[" * 100_000, "not JSON"),
        (b"\xff\xfe[\x00]\x00", "not JSON"),
    ],
)
@pytest.mark.parametrize("block", [1, 1 << 20])
def test_a_document_that_is_none_is_refused_in_one_line(data, said, block, monkeypatch):
    monkeypatch.setattr(json_document, "_BLOCK", block)
    with pytest.raises(UserError, match=said):
        read_rows(held("web", {}, data), Format("json"), ["a"])


def test_a_file_without_a_row_has_one_batch():
    for kind, data in (("json", b"[]"), ("jsonl", b"\xef\xbb\xbf"), ("jsonl", b"\n\n")):
        assert read_rows(held("web", {}, data), Format(kind), ["a"]).n_rows == 0


# ---- the fast version against the definition: one row at a time, one step at a time


NAMES = st.sampled_from(["a", "b", "k"])
LEAVES = st.none() | st.booleans() | st.sampled_from(["v", "w", "ä"])
VALUES = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3),
    max_leaves=8,
)
OBJECTS = st.dictionaries(NAMES | st.just("a.b"), VALUES, max_size=3)
PATHS = ["a", "a.b", "a.b.k", "a[0]", "a[1].b", "a[k=v]", "a[k=v].b", "b[k=true].a", "k[0].k[k=w].k"]


def by_hand(row, path):
    if row.get(path) is not None:
        return row[path]
    value = row
    for word in path.replace("[", ".[").split("."):
        if word.startswith("["):
            inside = word[1:-1]
            elements = value if isinstance(value, list) else []
            if "=" in inside:
                key, meant = inside.split("=")
                elements = [
                    one for one in elements if isinstance(one, dict) and as_text(one.get(key)) == meant
                ]
                inside = 0
            value = elements[int(inside)] if int(inside) < len(elements) else None
        else:
            value = value.get(word) if isinstance(value, dict) else None
    return value


def as_text(value):
    if isinstance(value, bool):
        return "true" if value else "false"
    nested = isinstance(value, dict | list)
    return json.dumps(value, ensure_ascii=False, sort_keys=True) if nested else value


@given(st.lists(OBJECTS, min_size=1, max_size=5), st.sampled_from(["", "a", "a.b", "k"]))
@settings(max_examples=25, deadline=None)
def test_columns_agree_with_the_definition(objects, explode):
    told = rows_of(*objects, wanted=PATHS, explode=explode)

    expected = []
    for row in objects:
        elements = by_hand(row, explode) if explode else None
        elements = elements if isinstance(elements, list) and elements else [None]
        for one in elements:
            cells = []
            for path in PATHS:
                under = explode and (path == explode or path.startswith((explode + ".", explode + "[")))
                if under:
                    inside = path[len(explode) :]
                    value = by_hand({"it": one}, "it" + inside)
                    own = row.get(path) if path != explode else None
                    value = own if own is not None else value
                else:
                    value = by_hand(row, path)
                cells.append(as_text(value))
            expected.append(cells)
    assert [list(row.values()) for row in told.columns.to_pylist()] == expected


def test_chunks_of_rows_show_nowhere(monkeypatch):
    objects = [{"n": at, "a": [at] if at % 3 else at} for at in range(20)]
    whole = rows_of(*objects, wanted=["n", "a"])
    monkeypatch.setattr(json_columns, "CHUNK_ROWS", 3)
    monkeypatch.setattr("journey_research.pipelines.ingestion.files.json_format.CHUNK_ROWS", 3)
    assert rows_of(*objects, wanted=["n", "a"]).columns.equals(whole.columns)
