"""Tables of the reports: what stands beside what, and what is said where there is nothing."""

from worlds import empty_world, small_world, table

from journey_research.pipelines.reports import conversion_tables, identity_tables, tables


def metrics(*told):
    return table("METRICS", *({"metric": name, "value": value, "n": 9} for name, value in told))


def test_a_measure_stands_beside_its_baselines_in_one_unit():
    told = conversion_tables.model_table(
        metrics(("brier", 0.05), ("brier_base_rate", 0.06), ("brier_one_feature", 0.055), ("auc", 0.7))
    ).set_index("measure")

    assert list(told.index) == ["auc", "brier"]
    assert told.loc["brier"].tolist() == ["0.050", "0.060", "0.055", "-", "9"]
    assert told.loc["auc", "base rate"] == "-"


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

    told = identity_tables.source_overlap(people, records).set_index("persons known to")

    assert told.to_dict("index") == {"crm": {"crm": "1", "web": "1"}, "web": {"crm": "1", "web": "2"}}


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
    assert tables.or_said(full, "none") is full


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
