import json
import sys
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from journey_research.errors import UserError
from journey_research.privacy.pseudonyms import record_id
from journey_research.review.judgement_file import (
    append_judgement,
    read_judgements,
    read_labels,
    undo_judgement,
)

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "pipelines" / "ingestion"))
from held_exports import KEY, held, read

# Ann changes her mind, and takes that back; Bob is unsure, and takes that back as well.
WORKED_EXAMPLE = [
    ("ann", "1", "2", "same"),
    ("ann", "3", "2", "distinct"),
    ("ann", "2", "1", "distinct"),
    ("bob", "2", "3", "unsure"),
    ("ann", "1", "2", None),
    ("bob", "2", "3", None),
]
IN_FORCE = {("1", "2", "ann"): "same", ("2", "3", "ann"): "distinct"}
MAPPING = {
    "version": 1, "file": "*.jsonl", "format": "jsonl", "grain": "answer", "data_class": "support",
    "leave_out": {"format": "journey_research.judgements"}, "times": {"judged_at": "iso"},
    "judgement": {
        "source_a": {"is": "crm"}, "key_a": "record_id_a", "source_b": {"is": "crm"}, "key_b": "record_id_b",
        "answer": {"from": "answer", "blank": {"is": "unsure"}}, "reviewer": "reviewer", "when": "judged_at",
    },
}  # fmt: skip


def at(second):
    return f"2026-03-01T10:{second // 60:02}:{second % 60:02}Z"


def write(file, told):
    for second, (reviewer, a, b, answer) in enumerate(told):
        if answer is None:
            undo_judgement(file, a, b, reviewer, at(second))
        else:
            append_judgement(file, a, b, answer, reviewer, at(second), "active")


def in_force_by_hand(told):
    """The definition: answers on a pile for each pair and reviewer; an undo takes the top away."""
    piles = {}
    for reviewer, a, b, answer in told:
        pile = piles.setdefault((min(a, b), max(a, b), reviewer), [])
        pile.pop() if answer is None else pile.append(answer)
    return {key: pile[-1] for key, pile in piles.items() if pile}


def in_force(file):
    told = read_judgements(file).answers
    keys = zip(told["record_id_a"], told["record_id_b"], told["reviewer"], strict=True)
    return dict(zip(keys, told["answer"], strict=True))


def test_worked_example(tmp_path):
    file = tmp_path / "told.jsonl"
    write(file, WORKED_EXAMPLE)

    assert in_force(file) == IN_FORCE == in_force_by_hand(WORKED_EXAMPLE)
    lines = [json.loads(line) for line in file.read_text().splitlines()]
    assert lines[0] == {"format": "journey_research.judgements", "version": 1}
    assert lines[5] == {
        "record_id_a": "1", "record_id_b": "2", "answer": "same", "reviewer": "ann",
        "judged_at": "2026-03-01T10:00:04.000000Z", "stratum": "active", "undo": True,
    }  # fmt: skip
    assert lines[6]["answer"] is None
    assert read_judgements(file).history["row"].tolist() == [1, 2, 3, 4, 5, 6]
    assert read_labels(file).to_numpy().tolist() == [["1", "2", "same"], ["2", "3", "distinct"]]


@st.composite
def stories(draw):
    told = []
    for _ in range(draw(st.integers(0, 12))):
        who, (a, b) = draw(st.sampled_from("xy")), draw(st.sampled_from([("1", "2"), ("2", "1"), ("2", "3")]))
        has_one = (min(a, b), max(a, b), who) in in_force_by_hand(told)
        told.append((who, a, b, draw(st.sampled_from(["same", "distinct", "unsure", *[None] * has_one]))))
    return told


@settings(max_examples=40, deadline=None)
@given(stories())
def test_what_is_in_force_agrees_with_the_definition(tmp_path_factory, told):
    file = tmp_path_factory.mktemp("story") / "told.jsonl"
    write(file, told)

    assert (in_force(file) if told else {}) == in_force_by_hand(told)


@pytest.mark.parametrize("n_lines", [1, 3, 5])
def test_a_run_reads_the_file_as_it_stands(tmp_path, n_lines):
    """The last line of a pair counts there; a pair that is taken back is unsure."""
    file = tmp_path / "told.jsonl"
    told = [*[one for one in WORKED_EXAMPLE if one[0] == "ann"], ("ann", "2", "3", None)][:n_lines]
    write(file, told)
    tables = read(held("judged", MAPPING, file.read_bytes(), "told.jsonl"))

    native = {record_id("crm", key, KEY): key for key in "123"}
    found = {
        tuple(sorted((native[one["record_id_a"]], native[one["record_id_b"]]))): one["answer"]
        for one in tables["judgements"]
    }
    expected = {(a, b): answer for (a, b, _), answer in in_force_by_hand(told).items()}
    asked = {(min(a, b), max(a, b)) for _, a, b, _ in told}
    assert found == {pair: expected.get(pair, "unsure") for pair in asked}
    assert tables["rejected"] == []


def test_a_review_of_a_runs_own_records_comes_back_under_their_names(tmp_path):
    """The mapping that docs/mappings.md shows; a key that names no record of a run is set aside."""
    text = (Path(__file__).resolve().parents[2] / "docs" / "mappings.md").read_text(encoding="utf-8")
    mapping = yaml.safe_load(text.partition("```yaml\nrun_judgements:")[2].partition("```")[0])
    a, b = (record_id("crm", key, KEY) for key in ("1", "2"))
    file = tmp_path / "run_judgements.jsonl"
    append_judgement(file, a, b, "same", "ann", at(0), "active")
    append_judgement(file, "17", b, "same", "ann", at(1), "active")

    tables = read(held("judged", mapping, file.read_bytes(), "run_judgements.jsonl"))

    (told,) = tables["judgements"]
    assert ({told["record_id_a"], told["record_id_b"]}, told["answer"]) == ({a, b}, "same")
    (rejected,) = tables["rejected"]
    assert "is the name of a record in a run" in rejected["rule"]


def test_where_reviewers_differ_the_latest_counts(tmp_path):
    file = tmp_path / "told.jsonl"
    write(file, [("ann", "1", "2", "same"), ("bob", "1", "2", "distinct")])

    assert read_labels(file)["answer"].tolist() == ["distinct"]


def test_a_torn_last_line_loses_nothing_and_is_told_in_one_line(tmp_path):
    file = tmp_path / "told.jsonl"
    write(file, WORKED_EXAMPLE[:3])
    whole = file.read_bytes()
    last = whole.splitlines(keepends=True)[-1]
    for cut in range(1, len(last) - 1, 5):
        file.write_bytes(whole[: len(whole) - cut])
        told = read_judgements(file)
        if cut == 1:  # the line's end alone is missing
            assert told.torn == ()
            continue
        assert told.torn == (3,)
        assert told.warning == (
            "1 line not written to the end (file told.jsonl, row 3); "
            "all others are read; judge that pair again"
        )
        assert len(told.history) == 2

    append_judgement(file, "8", "9", "same", "ann", at(9), "join")
    assert read_judgements(file).torn == (3,)
    assert ("8", "9", "ann") in in_force(file)
    assert file.read_bytes().startswith(whole[: len(whole) - cut])


def line(**changes):
    told = {
        "record_id_a": "1", "record_id_b": "2", "answer": "same", "reviewer": "ann",
        "judged_at": "2026-03-01T10:00:00.000000Z", "stratum": "active",
    }  # fmt: skip
    return json.dumps({key: value for key, value in (told | changes).items() if value != "left out"})


@pytest.mark.parametrize(
    ("bad", "column", "rule"),
    [
        (line(answer="perhaps"), "answer", "is one of same, distinct, unsure"),
        (line(record_id_a="3"), "record_id_a", "the smaller id first"),
        (line(record_id_b="1"), "record_id_a", "the smaller id first"),
        (line(reviewer=" "), "reviewer", "not blank"),
        (line(reviewer=7), "reviewer", "is text"),
        (line(judged_at="2026-03-01 10:00"), "judged_at", "instant in UTC"),
        (line(judged_at="2026-13-01T10:00:00.000000Z"), "judged_at", "instant in UTC"),
        (line(stratum="sample"), "stratum", "is active, cut, join or sample"),
        (line(stratum="left out"), "stratum", "is present"),
        (line(note="secret"), "note", "is one of"),
        (line(undo=False), "undo", "is true"),
        (line(undo=True, answer=None, stratum=None), "undo", "there is an answer to take back"),
        ("not JSON", None, "is a JSON object"),
        ("[1]", None, "is a JSON object"),
        ('{"a": 1} x', None, "is a JSON object"),
        ("[" * 100_000, None, "is a JSON object"),
    ],
)
def test_a_wrong_line_is_told_by_file_row_column_and_rule(tmp_path, bad, column, rule):
    file = tmp_path / "told.jsonl"
    file.write_text('{"format": "journey_research.judgements", "version": 1}\n' + bad + "\n")

    with pytest.raises(UserError, match=rule) as caught:
        read_judgements(file)

    assert (caught.value.file, caught.value.row, caught.value.column) == ("told.jsonl", 1, column)
    assert "secret" not in str(caught.value)


def test_times_of_a_pair_rise_and_an_undo_tells_what_is_in_force(tmp_path):
    file = tmp_path / "told.jsonl"
    write(file, [("ann", "1", "2", "same")])

    with pytest.raises(UserError, match="later than the reviewer's line before"):
        append_judgement(file, "1", "2", "same", "ann", at(0), "active")
    with pytest.raises(UserError, match="no answer to take back"):
        undo_judgement(file, "1", "2", "bob", at(5))
    with file.open("a") as more:
        more.write(line(undo=True, judged_at="2026-03-01T11:00:00.000000Z") + "\n")
    with pytest.raises(UserError, match="an undo tells the answer in force again"):
        read_judgements(file)


@pytest.mark.parametrize("header", ["id_a,id_b,answer", "{}", '{"format": "journey_research.judge', "7"])
def test_another_file_is_refused(tmp_path, header):
    file = tmp_path / "told.jsonl"
    file.write_text(header + "\n")

    with pytest.raises(UserError, match="holds no judgements"):
        read_judgements(file)
    with pytest.raises(UserError, match="holds no judgements"):
        append_judgement(file, "1", "2", "same", "ann", at(0), "active")


def test_another_version_a_missing_file_and_an_empty_one(tmp_path):
    file = tmp_path / "told.jsonl"
    with pytest.raises(UserError, match="file is not there"):
        read_judgements(file)
    with pytest.raises(UserError, match="cannot be written"):
        append_judgement(tmp_path / "no" / "told.jsonl", "1", "2", "same", "ann", at(0), "active")
    file.touch()
    assert len(read_judgements(file).answers) == 0
    append_judgement(file, "1", "2", "same", "ann", at(0), "active")
    assert len(read_judgements(file).answers) == 1
    file.write_text('{"format": "journey_research.judgements", "version": 2}\n')
    with pytest.raises(UserError, match="another version"):
        read_judgements(file)


def test_what_a_reader_would_refuse_is_not_written(tmp_path):
    file = tmp_path / "told.jsonl"
    for wrong in ({"answer": "yes"}, {"id_b": "1"}, {"reviewer": ""}, {"stratum": ""}, {"judged_at": "now"}):
        told = {"id_a": "1", "id_b": "2", "answer": "same", "reviewer": "ann", "judged_at": at(0)}
        with pytest.raises(UserError):
            append_judgement(file, **({**told, "stratum": "cut"} | wrong))
    assert not file.exists()
