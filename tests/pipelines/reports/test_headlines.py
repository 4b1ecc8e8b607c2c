"""Three figures and their ranges, checked by hand."""

import math

import pytest
from worlds import broken_rules, empty_world, small_world, table

from journey_research.engine import Table
from journey_research.pipelines.reports.headlines import HeadlineRule, ranges_in_words, state_headlines

RULE = HeadlineRule(model="markov")

PERSONS = table(
    "PERSONS",
    {"person_id": "person:a", "n_records": 2},
    {"person_id": "person:b", "n_records": 1},
)
VARIANTS = table(
    "PEOPLE_VARIANTS",
    # Cautious: three persons. Chosen: a and b. Generous: everybody is one.
    *({"variant": "cautious", "record_id": f"crm:{n}", "person_id": f"person:{n}"} for n in (1, 2, 3)),
    {"variant": "chosen", "record_id": "crm:1", "person_id": "person:a"},
    {"variant": "chosen", "record_id": "crm:2", "person_id": "person:a"},
    {"variant": "chosen", "record_id": "crm:3", "person_id": "person:b"},
    *({"variant": "generous", "record_id": f"crm:{n}", "person_id": "person:a"} for n in (1, 2, 3)),
)
PATHS = table(
    "PATHS",
    {"variant": "cautious", "path": "email", "n_conversions": 1, "n_nulls": 9},
    {"variant": "chosen", "path": "email", "n_conversions": 1, "n_nulls": 3},
    {"variant": "chosen", "path": "email > store", "n_conversions": 1, "n_nulls": 3},
    {"variant": "generous", "path": "email", "n_conversions": 2, "n_nulls": 2},
)
METRICS = table("METRICS", {"metric": "conversion_rate", "value": 0.25, "low": 0.1, "high": 0.5, "n": 8})
CREDITS = table(
    "CREDITS",
    # Markov's leader is the store, although last touch gives more to e-mail.
    {"model": "markov", "channel": "email", "share": 0.4, "low": 0.3, "high": 0.5},
    {"model": "markov", "channel": "store", "share": 0.6, "low": 0.5, "high": 0.7, "identity_low": 0.55,
     "identity_high": 0.65},
    {"model": "last_touch", "channel": "email", "share": 0.9},
    {"model": "last_touch", "channel": "store", "share": 0.1},
)  # fmt: skip


def rows(frame):
    return {row["headline"]: row for row in Table.from_pandas(frame).to_arrow().to_pylist()}


def test_worked_example():
    frame = state_headlines(PERSONS, VARIANTS, METRICS, PATHS, CREDITS, RULE)
    told = rows(frame)

    assert broken_rules("HEADLINES", Table.from_pandas(frame)) == []
    persons, rate, leader = told["persons"], told["conversion_rate"], told["leading_channel_share"]
    assert (persons["value"], persons["identity_low"], persons["identity_high"], persons["n"]) == (2, 1, 3, 3)
    assert (rate["value"], rate["low"], rate["high"], rate["n"]) == (0.25, 0.1, 0.5, 8)
    assert (rate["identity_low"], rate["identity_high"]) == (0.1, 0.5)
    assert (leader["value"], leader["low"], leader["high"], leader["n"]) == (0.6, 0.5, 0.7, 2)
    assert (leader["identity_low"], leader["identity_high"]) == (0.55, 0.65)
    assert (leader["model_low"], leader["model_high"]) == (0.1, 0.6)
    assert persons["sentence"] == "Behind 3 source records we see 2 persons."
    assert rate["sentence"] == "25.0% of 8 journeys ended in a conversion."
    assert leader["sentence"].startswith(
        "Store leads: the Markov model credits it with 60.0% of 2 conversions."
    )


def test_without_data_there_are_no_numbers_but_words():
    world = empty_world()

    frame = state_headlines(
        world["persons"],
        world["people_variants"],
        world["journey_metrics"],
        world["paths"],
        world["credits"],
        RULE,
    )

    assert broken_rules("HEADLINES", Table.from_pandas(frame)) == []
    for row in rows(frame).values():
        assert row["n"] == 0
        assert all(row[name] is None for name in row if name.endswith(("value", "low", "high")))
        assert row["sentence"].endswith(".")


def test_journeys_without_a_conversion_have_the_rate_zero_and_no_leader():
    paths = table("PATHS", {"variant": "chosen", "path": "email", "n_conversions": 0, "n_nulls": 4})
    credits = table("CREDITS", {"model": "markov", "channel": "email", "share": None, "conversions": 0.0})

    told = rows(state_headlines(PERSONS, VARIANTS, METRICS, paths, credits, RULE))

    assert told["conversion_rate"]["value"] == 0
    assert told["leading_channel_share"]["value"] is None
    assert "No conversions yet" in told["leading_channel_share"]["sentence"]


def test_every_range_holds_its_value():
    world = small_world()
    frame = state_headlines(
        *(world[name] for name in ("persons", "people_variants", "journey_metrics", "paths", "credits")), RULE
    )

    for row in rows(frame).values():
        for low, high in (("identity_low", "identity_high"), ("model_low", "model_high")):
            if row[low] is not None:
                assert row[low] <= row["value"] <= row[high]


def test_ranges_that_are_not_known_are_left_out():
    row = {"unit": "share", "low": math.nan, "high": 0.2, "model_low": 0.1, "model_high": 0.3}
    assert ranges_in_words(row) == ["Model: 10.0% to 30.0%"]


def test_a_rule_without_a_model_is_refused():
    with pytest.raises(ValueError, match="markov"):
        HeadlineRule(model="")
