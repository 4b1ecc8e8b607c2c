"""What is learnt, and that it is learnt the same way everywhere."""

import json
import logging
import os
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest
from people_at_hand import make_labels, make_people
from worlds import table

from journey_research.errors import UserError
from journey_research.pipelines.identity.evidence import EvidenceRule
from journey_research.pipelines.identity.matching.fields import Field
from journey_research.pipelines.identity.matching.matcher import document_hash, feature_names
from journey_research.pipelines.identity.scored import score_values
from journey_research.pipelines.identity.training import (
    MatcherRule,
    comparable_values,
    prepare_columns,
    train,
    train_matcher,
)

COLUMNS = ["name", "town", "birth_date", "phone"]
RULE = MatcherRule(compared_columns=tuple(COLUMNS))
NO_EVIDENCE = pd.DataFrame(columns=["record_id_a", "record_id_b", "is_accepted", "comparisons"])


def learn_people(people, labels, group_of=None):
    judged = labels.rename(columns={"id_a": "record_id_a", "id_b": "record_id_b"})
    return train(people["key"].tolist(), people[COLUMNS], judged, group_of or {}, NO_EVIDENCE, RULE)


@pytest.fixture(scope="module")
def trained():
    people = make_people()
    return people, learn_people(people, make_labels(people, range(40)))


def test_the_document_can_be_read_and_holds_no_value(trained):
    people, model = trained
    text = json.dumps(model)
    assert model["training"]["labels"]["judgement: same"] == 40
    fields = [Field(**field) for field in model["fields"]]
    assert set(model["weights"]) == set(feature_names(fields, [tuple(pair) for pair in model["swapped"]]))
    assert all("Predicate" in part or "(" in part for rule in model["predicates"] for part in rule)
    for value in people["name"].tolist() + people["phone"].dropna().tolist():
        assert value not in text


def test_unseen_people_are_found(trained):
    people, model = trained
    scored = score_values(people["key"].tolist(), people[COLUMNS], model)
    likely = scored[scored["link_probability"] >= model["threshold"]]
    found = {(a, b) for a, b in zip(likely["record_id_a"], likely["record_id_b"], strict=True) if a >= "r041"}
    true = {(f"r{number:03}a", f"r{number:03}b") for number in range(41, 60)}
    assert len(found & true) >= 17
    assert len(found - true) <= 2


def test_row_order_changes_neither_model_nor_scores(trained):
    people, model = trained
    mixed = people.sample(frac=1, random_state=3)
    assert learn_people(mixed, make_labels(people, range(40)).iloc[::-1]) == model
    pd.testing.assert_frame_equal(
        score_values(people["key"].tolist(), people[COLUMNS], model),
        score_values(mixed["key"].tolist(), mixed[COLUMNS], model),
    )


@pytest.mark.slow
def test_every_process_learns_and_scores_the_same():
    program = (
        "import sys, json; sys.path[:0] = sys.argv[1:]\n"
        "from people_at_hand import *; from test_training import *\n"
        "people = make_people(30); model = learn_people(people, make_labels(people, range(28)))\n"
        "scored = score_values(people['key'].tolist(), people[COLUMNS], model)\n"
        "print(json.dumps(model, sort_keys=True), scored.to_csv())"
    )
    here = Path(__file__).parent
    running = [
        subprocess.Popen(
            [sys.executable, "-c", program, str(here), str(here.parents[1])],
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONHASHSEED": seed, "OPENBLAS_NUM_THREADS": threads},
        )
        for seed, threads in (("1", "1"), ("77", "2"))
    ]
    told = {process.communicate()[0] for process in running}
    assert len(told) == 1
    assert len(told.pop()) > 1000


def test_the_order_in_which_a_document_is_kept_means_nothing(trained):
    people, model = trained
    kept = json.loads(json.dumps(model, sort_keys=True))
    assert list(kept["weights"]) != list(model["weights"])
    pd.testing.assert_frame_equal(
        score_values(people["key"].tolist(), people[COLUMNS], model),
        score_values(people["key"].tolist(), people[COLUMNS], kept),
    )


def test_a_model_changed_by_hand_is_refused(trained):
    people, model = trained
    changed = {**model, "threshold": 0.01}
    with pytest.raises(UserError, match="hash"):
        score_values(people["key"].tolist(), people[COLUMNS], changed)
    with pytest.raises(UserError, match="column 'phone'"):
        score_values(people["key"].tolist(), people[["name", "town", "birth_date"]], model)
    other = {**model, "weights": {**model["weights"], "name: charm": 1.0}}
    with pytest.raises(UserError, match="other features"):
        score_values(people["key"].tolist(), people[COLUMNS], {**other, "sha256": document_hash(other)})


def test_hundreds_of_equal_names_and_one_record_are_no_trouble(trained):
    _, model = trained
    crowd = pd.DataFrame(
        {"name": ["hans wolf"] * 300, "town": ["kiel"] * 300, "birth_date": None, "phone": None}
    )
    crowd.loc[:149, "birth_date"] = [f"1970-{1 + n % 12:02}-{1 + n // 12:02}" for n in range(150)]
    scored = score_values([f"c{n:03}" for n in range(300)], crowd, model)
    assert len(scored) < 20_000
    for n in (0, 1):
        assert score_values(["c1"][:n], crowd.head(n), model).empty


def test_an_empty_column_and_one_that_says_nothing_are_left_out():
    people = make_people().assign(phone=None, town="kiel")
    columns, _ = prepare_columns(people[COLUMNS], RULE)
    assert [column.name for column in columns] == ["name", "birth_date"]


def test_identifiers_alone_teach_and_are_not_all_that_is_learnt():
    """Half of the people share an address; the others have none, and are found by what else is alike."""
    people = make_people(120)
    has_mail = people["person"] // 2 % 2 == 1
    people["mail"] = people["person"].map("{}@x.example".format).where(has_mail, None)
    told = people[has_mail].sort_values("key")
    ends = told.groupby("person")["key"].agg(["first", "last"])
    links = pd.DataFrame(
        {"record_id_a": ends["first"], "record_id_b": ends["last"], "is_accepted": True,
         "comparisons": json.dumps({"mail": 1.0})}
    )  # fmt: skip
    columns = [*COLUMNS, "mail"]
    rule = MatcherRule(compared_columns=tuple(columns))
    nobody = pd.DataFrame(columns=["record_id_a", "record_id_b", "answer"])

    model = train(people["key"].tolist(), people[columns], nobody, {}, links, rule)

    assert model["training"]["labels"]["evidence: same"] == 60
    scored = score_values(people["key"].tolist(), people[columns], model)
    likely = scored[scored["link_probability"] >= model["threshold"]]
    person = dict(zip(people["key"], people["person"], strict=True))
    found = [
        (person[a], person[b]) for a, b in zip(likely["record_id_a"], likely["record_id_b"], strict=True)
    ]
    unmailed = {a for a, b in found if a == b and a // 2 % 2 == 0}
    assert len(unmailed) >= 55
    assert sum(a != b for a, b in found) <= 3


def test_nothing_to_compare_and_nothing_to_learn_from_are_said(caplog):
    told = ("RECORDS", "RECORD_VALUES", "LINKS", "JUDGEMENTS", "LABELLED_GROUPS")
    nothing = [table(name) for name in told]
    assert train_matcher(*nothing, MatcherRule()) == {"state": "no matcher: nothing to compare"}

    values = table(
        "RECORD_VALUES",
        *(
            {"record_id": f"crm:{n}", "last_name": name, "city": city}
            for n, (name, city) in enumerate([("Wolf", "Bonn"), ("Koch", "Kiel")] * 4)
        ),
    )
    with caplog.at_level(logging.WARNING):
        model = train_matcher(nothing[0], values, *nothing[2:], MatcherRule())
    assert "too few to learn from without labels" in model["state"]
    assert len(caplog.records) == 1


def test_too_many_records_are_refused():
    frame = pd.DataFrame({"name": ["a", "b", "c"]})
    with pytest.raises(UserError, match="at most 2"):
        prepare_columns(frame, MatcherRule(compared_columns=("name",), most_records=2))


def test_values_that_say_nothing_are_not_compared():
    """Whoever holds nothing but a test address and a name has one value left, too few to be compared."""
    told = [("shop:1", "Koch", "test@test.com"), ("shop:2", "Wolf", "wolf@web.example")]
    rows = [{"record_id": key, "last_name": name, "email": mail} for key, name, mail in told]
    records, values = table("RECORDS"), table("RECORD_VALUES", *rows)

    compared = comparable_values(records, values, EvidenceRule())

    assert compared[["record_id", "email"]].values.tolist() == [["shop:2", "wolf@web.example"]]
    of_all = comparable_values(records, values, EvidenceRule(blocked_values=()))
    assert of_all["record_id"].tolist() == ["shop:1", "shop:2"]
