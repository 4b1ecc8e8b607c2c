"""An answer that earlier ones contradict."""

from datetime import UTC, datetime, timedelta

import pytest
from small_review import PAIRS, SmallReview

from journey_research.errors import UserError
from journey_research.review.cluster_view import ClusterView
from journey_research.review.doubts import find_doubt
from journey_research.review.judgement_file import append_judgement, read_judgements
from journey_research.review.pair_review import PairReview
from journey_research.verbs.labels import read_labels

NOW = datetime(2026, 3, 1, 10, tzinfo=UTC)


@pytest.fixture
def file(tmp_path):
    """Bob has answered all pairs but 1 and 3: all the same, but 2 and 9."""
    file = tmp_path / "told.jsonl"
    for a, b in zip(PAIRS["id_a"], PAIRS["id_b"], strict=True):
        if (a, b) not in {("1", "3"), ("1", "9")}:
            append_judgement(file, a, b, "distinct" if b == "9" else "same", "bob", NOW, "active")
    append_judgement(file, "1", "9", "unsure", "bob", NOW, "active")
    return file


def n_lines(file):
    return len(read_judgements(file).history)


def test_a_doubt_names_the_answers_and_their_lines(file):
    judgements = read_judgements(file)
    assert find_doubt(judgements, ("1", "3"), "same") is None
    assert find_doubt(judgements, ("1", "3"), "unsure") is None
    doubt = find_doubt(judgements, ("1", "3"), "distinct")
    assert doubt["answer"] == "distinct"
    assert "'1' same '2' (row 1), '2' same '3' (row 2), '1' distinct '3'." in doubt["text"]
    # What takes the place of an answer does not contradict it.
    assert find_doubt(judgements, ("2", "3"), "distinct") is None
    assert "'9'" in find_doubt(judgements, ("1", "9"), "same")["text"]
    # An earlier answer on the pair itself is out of force, and takes no doubt away.
    append_judgement(file, "1", "3", "same", "bob", NOW, "active")
    assert find_doubt(read_judgements(file), ("1", "3"), "distinct") == doubt


def test_what_was_contradicted_before_is_no_doubt_about_another_pair(file):
    append_judgement(file, "1", "3", "distinct", "bob", NOW, "active")
    judgements = read_judgements(file)
    assert find_doubt(judgements, ("4", "7"), "same") is None
    assert find_doubt(judgements, ("1", "7"), "distinct") is None


def test_an_answer_in_doubt_is_not_written_until_it_is_meant(file):
    review = PairReview(SmallReview().pairs, file, "ann")
    shown = review.handle({"kind": "ready"}, NOW)
    assert (shown["pair"], shown["doubt"]) == (["1", "3"], None)
    before = n_lines(file)
    said = {"kind": "answer", "pair": ["1", "3"], "answer": "distinct"}
    for _ in range(2):  # a double click is no second thought
        told = review.handle(said, NOW + timedelta(minutes=1))
        assert (told["pair"], told["doubt"]["answer"]) == (["1", "3"], "distinct")
    assert n_lines(file) == before
    assert review.handle({"kind": "ready"}, NOW)["doubt"] is None
    told = review.handle({**said, "anyway": True}, NOW + timedelta(minutes=2))
    assert (told["kind"], told["doubt"], told["last"]["answer"]) == ("done", None, "distinct")
    assert n_lines(file) == before + 1
    # What was written all the same is mended before anybody learns from it.
    with pytest.raises(UserError, match="contradict one another"):
        read_labels(file, SmallReview().pairs.person_of.index)


def test_a_cut_in_doubt_is_not_made_until_it_is_meant(file):
    view = ClusterView(SmallReview().pairs, "P1", file, "ann")
    before = n_lines(file)
    told = view.handle({"kind": "cut", "pair": ["3", "1"]}, NOW + timedelta(minutes=1))
    assert (told["doubt"]["answer"], told["chosen"]["answer"]) == ("distinct", None)
    assert n_lines(file) == before
    told = view.handle({"kind": "cut", "pair": ["3", "1"], "anyway": True}, NOW + timedelta(minutes=2))
    assert (told["doubt"], told["chosen"]["answer"]) == (None, "distinct")
    assert n_lines(file) == before + 1
