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
from journey_research.pipelines.identity.linkage_quality import match_exactly, measure_identity
from journey_research.pipelines.identity.pair_measures import (
    QualityRule,
    count_pairs,
    precision_recall_f1,
    with_intervals,
)
from journey_research.pipelines.identity.persons import cluster_records
from journey_research.pipelines.identity.scored import score_pairs
from journey_research.pipelines.identity.ties import ClusterRule
from journey_research.pipelines.identity.training import MatcherRule, train_matcher

RULE = QualityRule(n_draws=50)


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


def test_intervals_hold_the_value_and_repeat():
    people = make_people(80)
    told = pd.DataFrame({"record_id": people["key"], "true_person_id": people["person"].astype(str)})
    told["person"] = [name if number % 5 else "lost" for number, name in enumerate(told["true_person_id"])]
    shares = with_intervals(count_pairs(told), RULE)
    assert (shares[:, 1] <= shares[:, 0]).all()
    assert (shares[:, 0] <= shares[:, 2]).all()
    assert (shares[:, 1] < shares[:, 2]).all()
    np.testing.assert_array_equal(
        shares, with_intervals(count_pairs(told.sample(frac=1, random_state=1)), RULE)
    )


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
    assert match_exactly(["a:1", "a:2", "a:3", "a:4", "a:5", "a:6"], values) == {
        "a:1": "a:1", "a:2": "a:1", "a:3": "a:3", "a:4": "a:4", "a:5": "a:5", "a:6": "a:5",
    }  # fmt: skip


def run_stage(tables):
    """The stage's five nodes, one after the other; every table by its dataset's name."""
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
    links, people, variants, made["persons"] = cluster_records(
        made["records"],
        made["record_values"],
        made["identifiers"],
        made["evidence_links"],
        made["scored_links"],
        made["judgements"],
        model,
        ClusterRule(),
    )
    for name, frame in (("links", links), ("people", people), ("people_variants", variants)):
        made[name] = Table.from_pandas(frame)
    metrics, thresholds = measure_identity(
        made["record_values"],
        made["people"],
        made["links"],
        made["evidence_links"],
        made["scored_links"],
        made["judgements"],
        made["true_people"],
        model,
        ClusterRule(),
        RULE,
    )
    made["identity_metrics"], made["identity_thresholds"] = map(Table.from_pandas, (metrics, thresholds))
    return made, model


def keeps_contracts(made):
    contracts = {
        "evidence_links": "LINKS", "scored_links": "LINKS", "links": "LINKS", "people": "PEOPLE",
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
