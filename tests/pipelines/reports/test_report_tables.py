"""Tables of the reports: what stands beside what, and what is said where there is nothing."""

import pandas as pd
from worlds import empty_world, small_world, table

from journey_research.pipelines.reports import (
    budget_tables,
    conversion_tables,
    decision_tables,
    identity_tables,
    reading_tables,
    tables,
)


def metrics(*told):
    return table("METRICS", *({"metric": name, "value": value, "n": 9} for name, value in told))


def test_a_measure_stands_beside_its_baselines_in_one_unit():
    told = conversion_tables.model_table(
        metrics(("brier", 0.05), ("brier_base_rate", 0.06), ("brier_one_feature", 0.055), ("auc", 0.7))
    ).set_index("measure")

    assert list(told.index) == ["AUC (0.5 is chance)", "Brier score"]
    assert told.loc["Brier score"].tolist() == ["0.050", "0.060", "0.055", "-", "9"]
    assert told.loc["AUC (0.5 is chance)", "base rate"] == "-"


def test_precision_stands_beside_exact_match():
    told = identity_tables.quality_table(
        metrics(("pairwise_precision", 0.9), ("exact_match_precision", 0.8), ("n_persons", 5.0))
    ).set_index("figure")

    assert told.loc["precision"].tolist() == ["0.900", "0.800", "9"]
    assert told.loc["recall", "ours (95 in 100)"] == "not known: no truth to compare with"
    assert told.loc["persons", "ours (95 in 100)"] == "5"


def test_without_truth_precision_is_not_known():
    world = small_world()
    said = identity_tables.identity_answer(world["persons"], world["people_variants"], metrics())
    assert said.endswith("how right that is, is not known: nobody has told us who is who.")


def test_two_sources_share_the_persons_they_both_know():
    people = table(
        "PEOPLE",
        {"record_id": "crm:1", "person_id": "person:a"},
        {"record_id": "web:1", "person_id": "person:a"},
        {"record_id": "web:2", "person_id": "person:a"},  # the same person twice counts once
        {"record_id": "web:3", "person_id": "person:b"},
    )
    records = table(
        "RECORDS", *({"record_id": f"{s}:{n}", "source": s} for s in ("crm", "web") for n in (1, 2, 3))
    )

    told = identity_tables.source_overlap(people, records).to_numpy().tolist()

    assert told == [["crm", "1", "web (1)"], ["web", "2", "crm (1)"]]


def test_rows_read_are_accepted_and_rejected():
    told = tables.sources_table(small_world()["source_files"]).set_index("source")
    assert told.loc["web"].tolist() == ["400", "395", "5", "1.2%"]


def test_the_widest_range_is_named():
    headlines = table(
        "HEADLINES",
        {"headline": "leading_channel_share", "low": 0.2, "high": 0.3, "model_low": 0.1, "model_high": 0.6},
    )
    assert "the choice of attribution model: its range is 50.0 points wide" in tables.widest_range(headlines)


def test_an_empty_table_becomes_a_sentence():
    empty = conversion_tables.credits_table(empty_world()["credits"])
    assert tables.or_said(empty, "No channel has any credit.") == "No channel has any credit."
    full = conversion_tables.credits_table(small_world()["credits"])
    assert tables.or_said(full, "none").equals(full)


def test_a_table_is_shown_with_every_word_of_it():
    long = "refused: undecidable: it fits more than one person, and nothing tells which of them"
    shown = tables.or_said(pd.DataFrame({"outcome": [long]}), "none")
    assert long in shown._repr_html_()


def test_many_sources_are_told_by_their_nearest():
    """A grid of 25 by 25 was wider than any page, and its middle was left out."""
    sources = [f"s{at:02}" for at in range(25)]
    people = table("PEOPLE", *({"record_id": f"{name}:1", "person_id": "person:a"} for name in sources))
    records = table("RECORDS", *({"record_id": f"{name}:1", "source": name} for name in sources))

    told = identity_tables.source_overlap(people, records)

    assert told.shape == (25, 3)
    assert told.iloc[24].tolist() == ["s24", "1", "s00 (1), s01 (1), s02 (1)"]


def test_a_rate_is_in_per_cent_whatever_it_is_of():
    told = tables.metrics_table(metrics(("conversion_rate", 0.184), ("conversion_rate_decided", 0.253)))
    assert told["value (95 in 100)"].tolist() == ["18.4%", "25.3%"]


def test_where_nothing_moves_the_share_no_reason_is_named():
    alone = {
        "headline": "leading_channel_share",
        "low": 1.0,
        "high": 1.0,
        "model_low": 1.0,
        "model_high": 1.0,
    }
    assert "is the same whatever" in tables.widest_range(table("HEADLINES", alone))


def test_a_channel_without_any_credit_is_no_row():
    told = conversion_tables.credits_table(
        table("CREDITS", {"model": "last", "channel": "web", "share": None})
    )
    assert told.empty


def test_the_thirteenth_group_of_decisions_is_not_lost():
    rows = [
        {"person_id": f"person:{at}", "arm": "policy", "action": "nothing", "reason": f"r{at:02}"}
        for at in range(14)
    ]
    told = decision_tables.decisions_table(table("DECISIONS", *rows))
    assert told.iloc[-1].tolist() == ["-", "-", "-", "2 smaller groups", "2"]


def test_policies_that_approach_nobody_do_not_differ():
    nobody = [{"policy": name, "n_approached": 0, "value": 0.0} for name in ("nothing", "our_decisions")]
    assert decision_tables.policies_table(table("POLICY_VALUE", *nobody)).empty


def test_without_amounts_nobody_is_worth_0():
    row = {"channel": "web", "n_won": 36, "mean_worth_amount": 0.0, "is_told": True}
    told = budget_tables.values_table(table("CHANNEL_VALUES", row))
    assert told["worth of each"].tolist() == ["no amounts told"]


def test_an_empty_tactic_is_none_told():
    row = {"channel": "email", "status": "reviewed"}
    told = reading_tables.channels_table(
        table("CHANNELS", {**row, "tactic": ""}, {**row, "tactic": "coupon"}, {**row, "tactic": None})
    )
    assert told["tactics"].tolist() == ["coupon, none told"]


def test_a_number_of_persons_that_no_threshold_moves_has_no_range():
    persons = table("PERSONS", {"person_id": "person:a", "n_records": 1})
    variants = table("PEOPLE_VARIANTS", {"variant": "chosen", "person_id": "person:a"})
    said = identity_tables.identity_answer(persons, variants, metrics())
    assert said.startswith("1 record are 1 person (however cautiously we link); ")


def test_what_is_measured_by_record_and_by_person_stands_in_words_behind_the_pairs():
    told = ("whole_f1_named", "pairwise_f1", "n_persons", "bcubed_precision_named", "pairwise_precision")
    metrics = table("METRICS", *({"metric": name, "value": 0.5, "n": 7} for name in told))

    shown = identity_tables.quality_table(metrics)["figure"].tolist()

    assert shown.index("F1") < shown.index("precision by record (B-cubed), with a name")
    assert shown.index("F1 of whole persons, with a name") < shown.index("persons")


def changes(*told):
    names = ("run_number", "subject", "event", "cause", "n_persons", "n_records", "n_touches", "n_orders")
    rows = [dict(zip((*names, "order_amount"), row, strict=True)) for row in told]
    return table("IDENTITY_CHANGES", *rows)


FIRST = (1, "person", "created", "new", 9, 12, 40, 3, 90), (1, "record", "moved", "new", 9, 12, 40, 3, 90)


def test_who_was_nobody_before_has_not_changed():
    said = identity_tables.changes_answer(changes(*FIRST))

    assert said.startswith("Everybody has the id that the first run gave: nobody was known before it")


def test_only_what_went_from_one_person_to_another_moved():
    told = changes(
        *FIRST,
        (2, "record", "moved", "new", 2, 2, 8, 1, 50),
        (2, "record", "moved", "merged", 1, 1, 4, 1, 20),
        (2, "record", "moved", "regrouped", 1, 1, 3, 0, 0),
        (2, "person", "merged", "whole", 1, 1, 4, 1, 20),
    )

    assert identity_tables.changes_answer(told) == (
        "In the latest change of who is who, number 2, 2 records went from one person to another, "
        "and with them 7 touches and 1 paid order (20.00)."
    )
    shown = identity_tables.changes_table(told).set_index("what changed")
    assert list(shown.index) == [
        "persons merged into another",
        "records that are new",
        "records of persons merged into others",
        "records moved between persons that stay",
    ]
    assert shown.loc["persons merged into another"].tolist() == ["1", "1", "4", "1", "20.00"]


def test_a_change_without_moves_says_that_nobody_moved():
    told = changes(*FIRST, (2, "record", "retired", "gone", 1, 1, 0, 0, 0))

    assert identity_tables.changes_answer(told).endswith("no record went from one person to another.")


def test_every_kind_of_change_has_its_words():
    from journey_research.contracts.people import PERSON_EVENT_CAUSES, PERSON_EVENT_NAMES

    assert {event for _, event, _ in identity_tables.CHANGES} == set(PERSON_EVENT_NAMES)
    assert {cause for *_, cause in identity_tables.CHANGES} == set(PERSON_EVENT_CAUSES)
    nobody = empty_world()["identity_changes"]
    assert identity_tables.changes_answer(nobody).startswith("There are no records")


def test_lifetime_value_says_for_how_long_and_does_not_promise_that_nobody_stops():
    row = {"expected_purchases": 2.0, "expected_amount": 10.0, "horizon_weeks": 39.0}
    rows = [{**row, "person_id": f"person:{n}", "alive_probability": 1.0} for n in range(3)]

    said = conversion_tables.lifetime_answer(table("LIFETIME_VALUES", *rows))

    assert said.startswith("Of 3 persons who have bought, none is seen to stop, which takes a longer time")
    assert "in the 39 weeks ahead 6 purchases are expected of them, worth 30.00." in said


def test_payments_without_orders_are_not_called_nobody_has_bought():
    said = conversion_tables.lifetime_answer(empty_world()["lifetime_values"])
    assert said.startswith("No orders here, or too few people who bought twice")


def test_what_was_expected_stands_beside_what_came():
    deciles = small_world()["value_deciles"]

    assert conversion_tables.held_out_finding(deciles) == (
        "Fitted without the last 3.0 weeks, the model expected 220 purchases in them and 242 came, worth "
        "9,680 where 8,800 were expected; in 10 of 10 tenths of the customers what was expected lies "
        "inside the range of what came (by amount, in 10)."
    )
    shown = conversion_tables.deciles_table(deciles)
    assert shown.iloc[0].tolist() == [
        "10", "40", "1.00", "1.10 (0.80 to 1.40)", "40.00", "44.00 (32.00 to 56.00)"
    ]  # fmt: skip


def test_too_few_customers_to_judge_the_model_by_are_said_to_be():
    row = {"measure": "purchases", "n": 12, "expected": 0.4, "observed": None, "low": None, "high": None}
    deciles = table("VALUE_DECILES", *({**row, "tenth": n} for n in range(1, 11)))

    assert conversion_tables.held_out_finding(deciles).startswith("Too few to say")
    assert set(conversion_tables.deciles_table(deciles)["came (95 in 100)"]) == {"too few to say"}
    assert conversion_tables.deciles_table(empty_world()["value_deciles"]).empty
