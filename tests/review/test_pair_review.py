import json
from datetime import UTC, datetime, timedelta

import pandas as pd
import pytest
from small_review import PAIRS, RECORDS, VALUES, SmallReview

from journey_research.errors import UserError
from journey_research.review.differing import compare_values, mark_differences
from journey_research.review.judgement_file import append_judgement, read_judgements
from journey_research.review.pair_review import PairReview
from journey_research.review.progress import draw_pairs
from journey_research.review.widgets import reply, show

NOW = datetime(2026, 3, 1, 10, tzinfo=UTC)


@pytest.fixture
def small():
    return SmallReview()


@pytest.fixture
def file(tmp_path):
    return tmp_path / "told.jsonl"


def answer(review, answer, shown=None, minute=0):
    shown = shown or review.handle({"kind": "ready"}, NOW)
    message = {"kind": "answer", "pair": shown["pair"], "answer": answer}
    return review.handle(message, NOW + timedelta(minutes=minute))


def test_a_pair_is_shown_without_its_probability_which_comes_with_the_next(small, file):
    review = PairReview(small.pairs, file, "ann")
    shown = review.handle({"kind": "ready"}, NOW)

    assert shown["kind"] == "pair"
    assert "probability" not in json.dumps(shown)
    told = answer(review, "same", shown)
    [score] = PAIRS[(PAIRS["id_a"] == shown["pair"][0]) & (PAIRS["id_b"] == shown["pair"][1])]["probability"]
    assert told["last"] == {
        "answer": "same", "probability": score, "sentence": "These two met mostly because city agrees.",
    }  # fmt: skip
    assert told["pair"] != shown["pair"]
    assert read_judgements(file).answers[["answer", "reviewer", "stratum"]].to_numpy().tolist() == [
        ["same", "ann", "active"]
    ]


def test_the_second_click_of_a_double_click_judges_nothing(small, file):
    review = PairReview(small.pairs, file, "ann")
    shown = review.handle({"kind": "ready"}, NOW)
    answer(review, "same", shown)
    answer(review, "same", shown)

    assert len(read_judgements(file).history) == 1


@pytest.mark.parametrize(
    "message", [{}, {"kind": "answer"}, {"kind": "answer", "pair": 7, "answer": "same"}, {"kind": "undo"}]
)
def test_nonsense_writes_nothing(small, file, message):
    review = PairReview(small.pairs, file, "ann")
    review.handle({"kind": "ready"}, NOW)

    assert reply(review, message, NOW)["kind"] in ("pair", "trouble")
    assert not file.exists()


def test_undo_brings_the_pair_back_also_in_the_next_session(small, file):
    review = PairReview(small.pairs, file, "ann")
    shown = review.handle({"kind": "ready"}, NOW)
    answer(review, "same", shown)
    later = PairReview(small.pairs, file, "ann")

    # Within the same second, or with a clock put back: the undo is still later than the answer.
    back = later.handle({"kind": "undo"}, NOW - timedelta(hours=1))
    assert (back["pair"], back["can_undo"], back["last"]) == (shown["pair"], False, None)
    assert read_judgements(file).answers.empty
    answer(later, "distinct", back, minute=1)
    assert read_judgements(file).answers["answer"].tolist() == ["distinct"]
    assert len(read_judgements(file).history) == 3


def test_learning_ends_when_all_is_judged_by_anybody(small, file):
    bob = PairReview(small.pairs, file, "bob")
    for minute in range(4):
        answer(bob, "same", minute=minute)
    ann = PairReview(small.pairs, file, "ann")
    told = ann.handle({"kind": "ready"}, NOW)
    while told["kind"] == "pair":
        told = answer(ann, "unsure", told, minute=9)

    judged = read_judgements(file).answers
    assert len(judged) == len(PAIRS)
    assert not judged.duplicated(["record_id_a", "record_id_b"]).any()
    assert told["progress"]["n_by_answer"] == {"same": 0, "distinct": 0, "unsure": 5}


def true_answer(pair):
    person = RECORDS.set_index("id")["person_id"]
    return "same" if person[pair[0]] == person[pair[1]] else "distinct"


def test_measuring_shows_the_sample_and_only_its_answers_count(small, file):
    # Chosen to be cut, and wrong: it must not count into precision.
    append_judgement(file, "1", "2", "distinct", "ann", NOW, "cut")
    review = PairReview(small.pairs, file, "ann", "measure", n_labels=9)
    told = review.handle({"kind": "ready"}, NOW)
    assert (told["progress"]["n_judged"], told["progress"]["n_answered"]) == (1, 0)
    assert told["progress"]["precision"] is None
    shown = []
    while told["kind"] == "pair":
        shown.append(tuple(told["pair"]))
        told = answer(review, true_answer(told["pair"]), told, minute=1)

    assert sorted(shown) == sorted(zip(PAIRS["id_a"], PAIRS["id_b"], strict=True))
    precision = told["progress"]["precision"]
    assert (precision["value"], precision["n"]) == (1.0, 7)
    strata = read_judgements(file).answers["stratum"]
    assert strata.str.fullmatch(r"sample:\d").all()


def test_the_sample_is_the_same_next_time_and_takes_turns_among_the_strata(small):
    sample = draw_pairs(small.pairs, 9, 1)

    pd.testing.assert_frame_equal(sample, draw_pairs(small.pairs, 9, 1))
    assert set(sample["stratum"].head(2)) != {sample["stratum"].iloc[-1]}
    assert (sample["id_a"] < sample["id_b"]).all()


def test_two_reviewers_of_one_sample_see_how_far_they_agree(small, file):
    for reviewer in ("ann", "bob"):
        review = PairReview(small.pairs, file, reviewer, "measure", n_labels=9)
        told = review.handle({"kind": "ready"}, NOW)
        while told["kind"] == "pair":
            told = answer(review, true_answer(told["pair"]), told, minute=1)

    [other] = told["progress"]["agreement"]
    assert (other["reviewer"], other["n"], other["agreement_share"]) == ("ann", 9, 1.0)
    assert other["kappa"]["value"] == 1.0


def test_values_are_asked_for_one_pair_at_a_time(small, file):
    review = PairReview(small.pairs, file, "ann")
    told = review.handle({"kind": "ready"}, NOW)
    answer(review, "same", told)

    assert [len(ids) for ids in small.asked] == [2, 2]


def test_a_torn_line_is_told_and_trouble_with_the_file_keeps_the_pair(small, file):
    review = PairReview(small.pairs, file, "ann")
    shown = review.handle({"kind": "ready"}, NOW)
    answer(review, "same", shown)
    with file.open("a") as torn:
        torn.write('{"record_id_a": "')
    assert "row 2" in review.handle({"kind": "ready"}, NOW)["warning"]
    file.write_text("something else\n")

    told = reply(review, {"kind": "ready"}, NOW)
    assert told["kind"] == "trouble"
    assert "holds no judgements" in told["text"]


class Broken:
    def handle(self, message, now):
        raise KeyError("Margarete Schönfeld")


def test_a_fault_of_ours_shows_its_class_and_no_value(caplog):
    told = reply(Broken(), {}, NOW)

    assert told["kind"] == "trouble"
    assert "KeyError" in told["text"]
    assert "Margarete" not in told["text"] + caplog.text


def test_the_widget_keeps_nothing_of_what_it_shows(small, file):
    pytest.importorskip("anywidget")
    sent = []
    widget = show(PairReview(small.pairs, file, "ann"), "pair_review")
    widget.send = sent.append
    widget._handle_custom_msg({"kind": "ready"}, [])
    widget._handle_custom_msg({"kind": "answer", "pair": sent[0]["pair"], "answer": "same"}, [])

    assert [one["kind"] for one in sent] == ["pair", "pair"]
    assert any(value in json.dumps(sent, ensure_ascii=False) for value in VALUES)
    kept = json.dumps(widget.get_state(), ensure_ascii=False, default=str) + repr(widget)
    assert [value for value in VALUES if value in kept] == []
    assert len(read_judgements(file).history) == 1


@pytest.mark.parametrize(
    ("how", "said"),
    [
        ({"mode": "guess"}, "mode is one of"),
        ({"reviewer": " "}, "reviewer is blank"),
        ({"file": "told.csv"}, "end the name in .jsonl"),
        ({"file": "no/told.jsonl"}, "folder is not there"),
        ({"mode": "measure", "n_labels": 1}, "too few"),
    ],
)
def test_what_cannot_be_is_refused_at_once(small, tmp_path, monkeypatch, how, said):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UserError, match=said):
        PairReview(**({"reviewed": small.pairs, "file": "told.jsonl", "reviewer": "ann"} | how))


@pytest.mark.parametrize(
    ("left", "right", "marked"),
    [
        ("Lindenstraße 12", "Lindenstraße 21", (["2"], ["2"])),
        ("same", "same", ([], [])),
        ("", "new", ([], [])),
        ("Ulm", "Berlin", (["Ulm"], ["Berlin"])),
    ],
)
def test_differing_characters_are_marked(left, right, marked):
    pieces = mark_differences(left, right)

    assert tuple([text for text, differs in side if differs] for side in pieces) == marked
    assert ["".join(text for text, _ in side) for side in pieces] == [left, right]


def test_what_both_leave_blank_is_not_shown():
    rows = compare_values({"a": None, "b": float("nan"), "c": "x"}, {"a": " ", "b": "y", "c": "x"})

    assert [(row["field"], row["state"]) for row in rows] == [("b", "blank"), ("c", "equal")]
