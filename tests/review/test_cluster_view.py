from datetime import UTC, datetime, timedelta

import pytest
from small_review import SmallReview

from journey_research.errors import UserError
from journey_research.review.cluster_view import MOST_MEMBERS, ClusterView, place_records
from journey_research.review.judgement_file import read_judgements

NOW = datetime(2026, 3, 1, 10, tzinfo=UTC)


@pytest.fixture
def view(tmp_path):
    return ClusterView(SmallReview().pairs, "P1", tmp_path / "told.jsonl", "ann")


def test_a_person_is_shown_with_its_records_its_edges_and_who_is_near(view):
    told = view.handle({"kind": "ready"}, NOW)

    assert [(one["id"], one["is_member"]) for one in told["records"]] == [
        ("1", True), ("2", True), ("3", True), ("9", False),
    ]  # fmt: skip
    assert [(one["pair"], one["probability"]) for one in told["edges"]] == [
        (["1", "2"], 0.98), (["1", "3"], 0.81), (["1", "9"], 0.28), (["2", "3"], 0.64), (["2", "9"], 0.15),
    ]  # fmt: skip
    assert told["chosen"] is None
    assert told["fields"] == ["first_name", "last_name", "street", "city", "email"]


def test_a_record_leads_to_its_person(tmp_path):
    view = ClusterView(SmallReview().pairs, "9", tmp_path / "told.jsonl", "ann")

    assert (view.person, view.members) == ("P4", ["9"])
    assert view.outside == ["1", "2"]


def test_cut_and_join_are_judgements_that_can_be_taken_back(view):
    asked = view.handle({"kind": "ask", "pair": ["3", "1"]}, NOW)["chosen"]
    assert (asked["pair"], asked["probability"], asked["answer"]) == (["1", "3"], 0.81, None)
    told = view.handle({"kind": "cut", "pair": ["1", "3"]}, NOW)
    assert told["chosen"]["answer"] == "distinct"
    view.handle({"kind": "join", "pair": ["3", "9"]}, NOW + timedelta(seconds=1))

    judged = read_judgements(view.file)
    assert judged.answers[["record_id_a", "record_id_b", "answer", "stratum"]].to_numpy().tolist() == [
        ["1", "3", "distinct", "cut"],
        ["3", "9", "same", "join"],
    ]
    told = view.handle({"kind": "undo"}, NOW + timedelta(seconds=2))
    assert len(read_judgements(view.file).answers) == 1
    # A pair that was never compared is an edge once it is judged.
    assert ["3", "9"] not in [one["pair"] for one in told["edges"]]


@pytest.mark.parametrize("pair", [None, ["1"], ["1", "1"], ["1", "4"], ["1", "2", "3"], 7])
def test_a_pair_that_is_not_shown_is_not_judged(view, pair):
    view.handle({"kind": "cut", "pair": pair}, NOW)

    assert not view.file.exists()


def test_nobody_and_a_crowd_are_refused(tmp_path):
    pairs = SmallReview().pairs
    with pytest.raises(UserError, match="no person or record"):
        ClusterView(pairs, "P9", tmp_path / "told.jsonl", "ann")
    crowd = pairs.person_of.reindex([f"{at}" for at in range(MOST_MEMBERS + 10)]).fillna("P1")
    object.__setattr__(pairs, "person_of", crowd)
    with pytest.raises(UserError, match="44 records"):
        ClusterView(pairs, "P1", tmp_path / "told.jsonl", "ann")


def test_no_two_records_stand_in_one_place():
    for n_members in range(1, MOST_MEMBERS + 1):
        placed = place_records(n_members, [0, 0, n_members - 1])
        assert len(set(placed)) == n_members + 3
        assert all(0 <= x <= 1 and 0 <= y <= 1 for x, y in placed)
