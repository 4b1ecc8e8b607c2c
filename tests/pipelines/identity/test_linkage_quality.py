"""Precision, recall and F1 of pairs, and what the stage hands on."""

from itertools import combinations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from people_at_hand import make_people
from worlds import broken_rules, empty_world, table

from journey_research.engine import Table
from journey_research.pipelines.identity.evidence import EvidenceRule, gather_evidence
from journey_research.pipelines.identity.lasting_people import keep_person_ids
from journey_research.pipelines.identity.linkage_quality import match_exactly, measure_identity
from journey_research.pipelines.identity.pair_measures import count_pairs, precision_recall_f1
from journey_research.pipelines.identity.persons import cluster_records
from journey_research.pipelines.identity.scored import score_pairs
from journey_research.pipelines.identity.ties import ClusterRule
from journey_research.pipelines.identity.training import MatcherRule, train_matcher


def counted_by_hand(told, judged=()):
    """Both, found, true: every pair of records looked at once."""
    rows = list(told.itertuples(index=False))
    counts = np.zeros(3)
    for a, b in combinations(rows, 2):
        if (a.record_id, b.record_id) not in judged:
            found, true = a.person == b.person, a.true_person_id == b.true_person_id
            counts += [found and true, found, true]
    return counts


PEOPLE = st.lists(st.tuples(st.sampled_from("xyz"), st.sampled_from("pqr")), min_size=1, max_size=9)


@settings(max_examples=25, deadline=None)
@given(PEOPLE, st.sets(st.sampled_from(list(combinations("abcdefghi", 2))), max_size=4))
def test_agrees_with_the_definition(rows, judged):
    told = pd.DataFrame(rows, columns=["person", "true_person_id"])
    told["record_id"] = list("abcdefghi")[: len(told)]
    left_out = pd.DataFrame(sorted(judged), columns=["record_id_a", "record_id_b"])
    counts = count_pairs(told, left_out).sum(axis=0) / 2
    np.testing.assert_array_equal(counts, counted_by_hand(told, judged))


def test_nothing_found_is_no_number():
    assert np.isnan(precision_recall_f1(np.zeros(3))).all()


def test_exact_match_wants_the_name_and_one_thing_more():
    values = table(
        "RECORD_VALUES",
        {"record_id": "a:1", "first_name": "Zoë", "last_name": "Wolf", "email": "z@w.example"},
        {"record_id": "a:2", "full_name": "Zoe Wolf", "email": "Z@W.example"},
        {"record_id": "a:3", "full_name": "Zoe Wolff", "email": "z@w.example"},
        {"record_id": "a:4", "full_name": "Zoe Wolf"},
        {"record_id": "a:5", "company": "Wolf & Sons", "street": "High St. 1"},
        {"record_id": "a:6", "company": "wolf sons", "street": "high st 1"},
    )
    place = pd.Index(["a:1", "a:2", "a:3", "a:4", "a:5", "a:6"])
    assert place[match_exactly(place, values)].tolist() == ["a:1", "a:1", "a:3", "a:4", "a:5", "a:5"]


def run_stage(tables):
    """The stage's nodes, one after the other; every table by its dataset's name."""
    made = dict(tables)
    made["evidence_links"] = gather_evidence(
        made["records"], made["identifiers"], made["record_values"], made["source_links"], EvidenceRule()
    )
    model = train_matcher(
        made["records"],
        made["record_values"],
        made["evidence_links"],
        made["judgements"],
        made["labelled_groups"],
        MatcherRule(),
    )
    made["scored_links"] = Table.from_pandas(
        score_pairs(made["records"], made["record_values"], made["evidence_links"], model)
    )
    names = ("links", "record_clusters", "people_variants", "threshold_clusters")
    frames = cluster_records(
        made["records"],
        made["record_values"],
        made["evidence_links"],
        made["scored_links"],
        made["judgements"],
        model,
        ClusterRule(),
    )
    made.update({name: Table.from_pandas(frame) for name, frame in zip(names, frames, strict=True)})
    made["people"], made["persons"], _ = keep_person_ids(
        made["record_clusters"],
        table("PERSON_EVENTS"),
        made["records"],
        made["record_values"],
        made["identifiers"],
    )
    metrics, thresholds = measure(made, model)
    made["identity_metrics"], made["identity_thresholds"] = map(Table.from_pandas, (metrics, thresholds))
    return made, model


def measure(made, model, rule=None):
    inputs = (
        "records record_values record_clusters threshold_clusters links evidence_links judgements true_people"
    )
    return measure_identity(*(made[name] for name in inputs.split()), model, rule or ClusterRule())


def keeps_contracts(made):
    contracts = {
        "evidence_links": "LINKS", "scored_links": "LINKS", "links": "LINKS", "people": "PEOPLE",
        "record_clusters": "RECORD_CLUSTERS", "threshold_clusters": "THRESHOLD_CLUSTERS",
        "people_variants": "PEOPLE_VARIANTS", "persons": "PERSONS", "identity_metrics": "METRICS",
        "identity_thresholds": "IDENTITY_THRESHOLDS",
    }  # fmt: skip
    return {name: broken_rules(contract, made[name]) for name, contract in contracts.items()}


def test_empty_tables_pass_through_and_quality_is_null():
    made, model = run_stage(empty_world())
    assert model == {"state": "no matcher: nothing to compare"}
    assert not any(keeps_contracts(made).values())
    figures = made["identity_metrics"].to_pandas().set_index("metric")["value"]
    assert figures["n_records"] == 0
    assert figures[["pairwise_f1", "exact_match_f1", "f1_unjudged", "links_dedupe_share"]].isna().all()
    assert figures[["blocking_recall", "blocking_known_recall", "clustering_lost_share"]].isna().all()


def test_card_numbers_alone_join_records():
    tables = empty_world()
    tables["records"] = table("RECORDS", *({"record_id": f"shop:{n}", "source": "shop"} for n in range(6)))
    tables["identifiers"] = table(
        "IDENTIFIERS",
        *(
            {
                "record_id": f"shop:{n}",
                "identifier_type": "loyalty_id",
                "identifier_value": str(n // 2),
                "is_verified": True,
            }
            for n in range(6)
        ),
    )
    made, _ = run_stage(tables)
    persons = made["persons"].to_pandas()
    assert persons["n_records"].tolist() == [2, 2, 2]
    assert set(persons["kind"]) == {"known"}


@pytest.fixture(scope="module")
def known_people():
    """People of two records each, half of them judged, one more record without a name each fifth."""
    people = make_people(60)
    ids = [f"crm:{key}" for key in people["key"]]
    mailed = [f"mail:{number}" for number in range(0, 60, 5)]
    tables = empty_world()
    tables["records"] = table(
        "RECORDS",
        *({"record_id": record_id, "source": "crm", "kind": "profile"} for record_id in ids),
        *({"record_id": record_id, "source": "mail", "kind": "lead"} for record_id in mailed),
    )
    tables["record_values"] = table(
        "RECORD_VALUES",
        *(
            {
                "record_id": record_id, "full_name": row.name, "city": row.town,
                    "phone": None if pd.isna(row.phone) else row.phone,
                "birth_date": None if pd.isna(row.birth_date) else pd.Timestamp(row.birth_date).date(),
            }
            for record_id, row in zip(ids, people.itertuples(index=False), strict=True)
        ),
    )  # fmt: skip
    tables["identifiers"] = table(
        "IDENTIFIERS",
        *(
            {"record_id": record_id, "identifier_type": "email", "identifier_value": f"{number}@x.example"}
            for number in range(0, 60, 5)
            for record_id in (f"crm:r{number:03}a", f"mail:{number}")
        ),
    )
    tables["judgements"] = table(
        "JUDGEMENTS",
        *(
            {"record_id_a": f"crm:r{a:03}a", "record_id_b": f"crm:r{b:03}b", "answer": answer}
            for number in range(30)
            for a, b, answer in ((number, number, "same"), (number, number + 1, "distinct"))
        ),
    )
    tables["true_people"] = table(
        "TRUE_PEOPLE",
        *({"record_id": i, "true_person_id": str(p)} for i, p in zip(ids, people["person"], strict=True)),
        *({"record_id": i, "true_person_id": i.split(":")[1]} for i in mailed),
    )
    return tables, run_stage(tables)


def test_people_are_found_more_surely_than_by_exact_match(known_people):
    _, (made, _) = known_people
    assert not any(keeps_contracts(made).values())
    figures = made["identity_metrics"].to_pandas().set_index("metric")
    assert figures.loc["pairwise_f1_named", "value"] > 0.95
    assert figures.loc["pairwise_f1", "low"] > figures.loc["exact_match_f1", "high"]
    assert 0.9 < figures.loc["f1_unjudged", "value"] <= 1
    thresholds = made["identity_thresholds"].to_pandas()
    assert thresholds["is_chosen"].sum() == 1
    assert thresholds["precision_share"].notna().all()
    chosen = thresholds[thresholds["is_chosen"]].iloc[0]
    assert chosen["n_persons"] == figures.loc["n_persons", "value"]
    assert chosen["recall_share"] == figures.loc["pairwise_recall", "value"]


def test_what_blocking_and_clustering_lost_is_what_recall_lacks(known_people):
    _, (made, _) = known_people
    value = made["identity_metrics"].to_pandas().set_index("metric")["value"]
    assert value["pairwise_recall_named"] == pytest.approx(
        value["blocking_recall"] - value["clustering_lost_share"] + value["clustering_regained_share"],
        abs=2e-6,
    )
    assert value["blocking_rules_recall"] <= value["blocking_recall"] <= 1
    assert value["blocking_known_recall"] > 0.9


def test_without_truth_blocking_is_asked_for_the_pairs_that_people_joined(known_people):
    _, (made, model) = known_people
    metrics, thresholds = measure({**made, "true_people": table("TRUE_PEOPLE")}, model)
    figures = metrics.set_index("metric")
    assert np.isnan(figures.loc["blocking_recall", "value"])
    # Thirty pairs were judged the same; the e-mail tool's records have no name.
    assert figures.loc["blocking_known_recall", "n"] == 30
    assert figures.loc["blocking_known_recall", "low"] < figures.loc["blocking_known_recall", "value"]
    assert thresholds["n_persons"].gt(0).all()
    assert thresholds["precision_share"].isna().all()


THRESHOLDS = """
record  chosen  true   at_0.9  at_0.1
a:1     a:1     Ann    a:1     a:1
a:2     a:1     Ann    a:2     a:1    # at .9 nobody is joined
a:3     a:3     Bob    a:3     a:1    # at .1 everybody is
"""


def test_who_moves_at_a_threshold_tells_what_it_makes():
    rows = [line.split("#")[0].split() for line in THRESHOLDS.strip().splitlines()[1:]]
    made = empty_world() | {"evidence_links": table("LINKS")}
    made["record_clusters"] = table(
        "RECORD_CLUSTERS", *({"record_id": r[0], "cluster_id": r[1]} for r in rows)
    )
    made["true_people"] = table("TRUE_PEOPLE", *({"record_id": r[0], "true_person_id": r[2]} for r in rows))
    made["threshold_clusters"] = table(
        "THRESHOLD_CLUSTERS",
        {"threshold": 0.9, "record_id": "a:2", "cluster_id": "a:2"},
        {"threshold": 0.1, "record_id": "a:3", "cluster_id": "a:1"},
    )
    rule = ClusterRule(threshold=0.5, other_thresholds=(0.9, 0.1, 0.2))
    _, thresholds = measure(made, {"state": "no matcher: nothing to compare"}, rule)
    told = thresholds.fillna(-1).values.tolist()
    assert told == [
        [0.1, False, 1, pytest.approx(1 / 3, abs=1e-6), 1.0],  # three pairs, of which one is Ann
        [0.2, False, 2, 1.0, 1.0],  # changes nothing, and is shown all the same
        [0.5, True, 2, 1.0, 1.0],
        [0.9, False, 3, -1, 0.0],  # no pair was found: how right they are is not known
    ]


def test_judgements_are_followed_in_every_variant(known_people):
    tables, (made, _) = known_people
    judged = tables["judgements"].to_pandas()
    for _, who in made["people_variants"].to_pandas().groupby("variant"):
        person = who.set_index("record_id")["person_id"]
        together = (
            person.loc[judged["record_id_a"]].to_numpy() == person.loc[judged["record_id_b"]].to_numpy()
        )
        assert (together == (judged["answer"] == "same")).all()


def test_no_personal_value_leaves_the_vault(known_people):
    tables, (made, model) = known_people
    told = str(model) + "".join(
        made[name].to_pandas().to_csv() for name in ("links", "people", "persons", "identity_metrics")
    )
    values = tables["record_values"].to_pandas()
    for value in [*values["full_name"], *values["phone"].dropna()]:
        assert value not in told


def test_what_identifiers_tie_has_met_and_what_others_join_is_regained():
    # Ann's first two records share a mail address through a third, and were parted again; her third
    # record met neither and was joined to the first. Bob's two were tied and stayed together.
    clusters = {"a:1": "a:1", "a:2": "a:2", "a:3": "a:1", "b:1": "b:1", "b:2": "b:1", "mail:1": "a:1"}
    made = empty_world()
    made["record_clusters"] = table(
        "RECORD_CLUSTERS", *({"record_id": record, "cluster_id": own} for record, own in clusters.items())
    )
    made["record_values"] = table(
        "RECORD_VALUES",
        *({"record_id": record, "full_name": "x"} for record in clusters if ":" in record[:2]),
    )
    made["true_people"] = table(
        "TRUE_PEOPLE", *({"record_id": record, "true_person_id": record[0]} for record in clusters)
    )
    ties = (("a:1", "mail:1", True), ("a:2", "mail:1", True), ("b:1", "b:2", True), ("a:3", "b:1", False))
    made["evidence_links"] = table(
        "LINKS",
        *({"record_id_a": a, "record_id_b": b, "is_accepted": is_accepted} for a, b, is_accepted in ties),
    )
    metrics, _ = measure(made, {"state": "no matcher: nothing to compare"})
    figures = metrics.set_index("metric")
    assert figures.loc["blocking_recall", "n"] == 4  # Ann's three pairs and Bob's one; mail has no name
    names = ["blocking_recall", "clustering_lost_share", "clustering_regained_share", "pairwise_recall_named"]
    assert figures["value"][names].tolist() == [2 / 4, 1 / 4, 1 / 4, 2 / 4]
    assert figures.loc["blocking_rules_recall", "value"] == 0
    assert figures.loc["blocking_known_recall", "n"] == 1  # of the ties, Bob's alone is between two names
