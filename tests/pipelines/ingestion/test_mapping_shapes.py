"""A mapping that says a thing in another shape than it is read in is told, never a fault of ours."""

import contextlib

import pytest
from held_exports import held, mapping, read
from hypothesis import given, settings
from hypothesis import strategies as st

from journey_research.errors import UserError
from journey_research.pipelines.ingestion.language.mapping_words import BLOCKS, KEY_WORDS
from journey_research.pipelines.ingestion.mapping import read_mapping

SHAPES = st.sampled_from([None, 0, -1, True, "text", "", [], ["a"], {}, {"a": 1}, [{"by": "a"}], 1.5])

CELLS = SHAPES | st.dictionaries(
    st.sampled_from(sorted(KEY_WORDS)), SHAPES | st.just("medium") | st.just(["medium"]), max_size=2
)
VISIT = b"visitor,ts,medium\nada,2025-01-06T10:00:00Z,cpc\n"


@pytest.mark.parametrize(
    ("more", "named"),
    [
        ({"version": "one"}, "'version'.*a whole number"),
        ({"required": "visitor"}, "'required'.*a list"),
        ({"times": "ts"}, "'times'.*names with values"),
        ({"times": {"ts": {"format": "iso", "zone": "Europe/Berln"}}}, "zone that is not known"),
        ({"times": {"ts": "isoo"}}, "spells the time in 'ts'"),
        ({"times": {"ts": "%Q %"}}, "spells the time in 'ts'"),
        ({"numbers": {"total": {"divide_by": 0}}}, "divides 'total'"),
        ({"numbers": {"total": {"decimal": ";"}}}, "decimal sign"),
        ({"format": {"type": "csv", "separator": ";;"}}, "format.separator"),
        ({"format": {"type": "csv", "separator": ""}}, "format.separator"),
        ({"format": {"type": "csv", "skip_rows": "two"}}, "format.skip_rows"),
        ({"format": {"encoding": "utf-8"}}, "does not say 'format.type'"),
        ({"format": {"type": "csv", "encoding": "utf9"}}, "'format.encoding'.*did you mean 'utf-8'"),
        ({"format": {"type": "csv", "encoding": "base64"}}, "'format.encoding'"),
        ({"checks": {"medium": {"one_of": 5}}}, "'checks.medium.one_of'"),
        ({"checks": {"medium": 5}}, "rule that is not known"),
        ({"leave_out": {"medium": {"is": "cpc"}}}, "'leave_out.medium'"),
        ({"leave_out": {"medium": []}}, "'leave_out.medium'"),
        ({"record": {"key": "visitor", "only": {"medium": None}}}, "'record.only.medium'"),
        ({"record": {"key": 5}}, "'record.key' in another shape.*is: "),
        ({"record": {"key": "visitor", "sample": {"by": "visitor", "share": 5, "seed": 1}}}, "sample.share"),
        (
            {"record": {"key": "visitor", "sample": {"by": "visitor", "share": "x", "seed": 1}}},
            "sample.share",
        ),
        (
            {
                "record": {
                    "key": "visitor",
                    "sample": {"by": "visitor", "share": 0.5, "seed": 1, "kep": "inside"},
                }
            },
            "did you mean 'keep'",
        ),
        ({"fill": {"by": "visitor"}}, "'fill.columns'"),
        ({"lookup": [{"file": "a.csv"}]}, "'lookup.by'"),
        ({"phone_region": "XX"}, "phone_region"),
        ({"record": "visitor"}, "'record' in another shape"),
        ({"record": {"key": "visitor", "values": {"emial": "visitor"}}}, "record.values.emial"),
        ({"record": {"key": "visitor", "kind": "profil"}}, "record.kind"),
        ({"identifiers": {"value": "visitor", "type": "emial"}}, "identifiers.type"),
        ({"identifiers": {"value": "visitor", "type": "email", "verified": "maybe"}}, "identifiers.verified"),
    ],
)
def test_what_stands_in_another_shape_is_named(more, named):
    with pytest.raises(UserError, match=named):
        read_mapping("web", mapping(**more))


def test_a_source_is_called_as_pseudonyms_are():
    with pytest.raises(UserError, match="a name that cannot be used"):
        read_mapping("Web 1", mapping())


@given(st.sampled_from([*mapping(), "optional", "checks", "leave_out", "fill", "lookup", "numbers"]), SHAPES)
@settings(max_examples=60, deadline=None)
def test_no_shape_of_any_word_is_a_fault_of_ours(word, value):
    with contextlib.suppress(UserError):
        read(held("web", {**mapping(), word: value}, VISIT))


@given(
    st.sampled_from([(kind, word) for kind in BLOCKS for word in (*BLOCKS[kind], "only", "sample")]), CELLS
)
@settings(max_examples=100, deadline=None)
def test_no_shape_of_a_block_s_cell_is_a_fault_of_ours(place, value):
    kind, word = place
    told = mapping()
    known = told.get(kind, {})
    told[kind] = {**(known[0] if isinstance(known, list) else known), word: value}
    with contextlib.suppress(UserError):
        read(held("web", told, VISIT))


def test_a_source_whose_files_hold_nothing_has_to_be_optional():
    empty = b"visitor,ts,medium\n"
    with pytest.raises(UserError, match="holds no rows"):
        read(held("web", mapping(), empty))
    # One empty day among others is no mistake.
    full = held("web", mapping(), b"visitor,ts,medium\nada,2025-01-06T10:00:00Z,cpc\n", "day2.csv")
    assert len(read(held("web", mapping(), empty, "day1.csv"), full)["touches"]) == 1
    assert read(held("web", mapping(optional=True), empty))["touches"] == []


@pytest.mark.parametrize("encoding", ["utf-16", "utf-32", "idna"])
def test_a_file_in_another_encoding_than_its_mapping_says_is_told(encoding):
    with pytest.raises(UserError, match="encoding"):
        read(held("web", mapping(format={"type": "csv", "encoding": encoding}), VISIT))


@pytest.mark.parametrize(
    "more",
    [
        {"fill": {"by": "vistor", "columns": ["medium"]}},
        {"record": {"key": "visitor", "sample": {"by": "vistor", "share": 0.5, "seed": 1}}},
    ],
)
def test_a_column_that_rows_are_chosen_by_has_to_be_there(more):
    with pytest.raises(UserError, match=r"column is missing .*'vistor'"):
        read(held("web", mapping(**more), VISIT))


def test_columns_that_no_file_has_are_told(caplog):
    told = mapping(leave_out={"mediun": ["test"]})

    read(held("web", told, VISIT, "a.csv"), held("web", told, VISIT, "b.csv"))
    assert "web: no file has what its mapping reads; it stays empty: 'mediun'" in caplog.text

    caplog.clear()
    read(held("web", told, VISIT, "a.csv"), held("web", told, VISIT.replace(b"medium", b"mediun"), "b.csv"))
    assert "'mediun'" not in caplog.text
