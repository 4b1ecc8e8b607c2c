"""What a dialogue could go by, in sentences and small tables; persons only as their number."""

from datetime import timedelta
from fractions import Fraction

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from journey_research.pipelines.reports import dialogue_tables
from tests.journeys_world import journeys_world
from tests.worlds import MOMENT, empty_world, table

WORLD, EMPTY = journeys_world(), empty_world()
AS_OF = WORLD["as_of"]


def agreements(*counts, unit="week"):
    return table(
        "MESSAGE_CONSISTENCY",
        *(
            {
                "unit": unit,
                "unit_id": f"{n}",
                "person_id": f"person:{n % 4:x}",
                "n_messages": n_all,
                "n_agreeing": n_same,
                "consistency_index": n_same / n_all,
            }
            for n, (n_all, n_same) in enumerate(counts)
        ),
    )


def test_preferences_are_told_of_those_who_come_often_enough():
    said = dialogue_tables.preferences_finding(WORLD["person_preferences"], WORLD["touchpoint_metrics"])

    assert said == (
        "Of those who come of their own accord, 20.0% (15.0% to 25.0%) of 22 persons surely prefer one "
        "channel; 0.0% (0.0% to 5.0%) of 3 persons surely prefer one part of the day: a preference is said "
        "to be there only where it beats the next by more than chance, and few come often enough for that."
    )


def test_where_there_is_one_channel_nobody_prefers_it():
    row = {"dimension": "channel", "leading_value": "web", "preferred_value": "web", "n_runner_up": 0}
    rows = [{**row, "person_id": f"person:{n:x}"} for n in range(3)]
    metrics = WORLD["touchpoint_metrics"]

    said = dialogue_tables.preferences_finding(table("PERSON_PREFERENCES", *rows), metrics)
    assert "accord, all come by web alone, which is no preference:" in said
    elsewhere = {**row, "person_id": "person:f", "n_runner_up": 1}
    said = dialogue_tables.preferences_finding(table("PERSON_PREFERENCES", *rows, elsewhere), metrics)
    assert "20.0% (15.0% to 25.0%) of 22 persons surely prefer one channel" in said


def test_small_channels_are_told_as_one_and_of_few_persons_no_share():
    # Twelve persons come by app, on 4 to 15 days, and six surely prefer it; six other channels have one each.
    by_app = [
        {"person_id": f"person:{n:x}", "leading_value": "app", "n_days": 4 + n,
         "preferred_value": "app" if n < 6 else None}
        for n in range(12)
    ]  # fmt: skip
    others = [{"person_id": f"person:f{n:x}", "leading_value": f"c{n}", "n_days": 2} for n in range(6)]
    told = table("PERSON_PREFERENCES", *({"dimension": "channel", **row} for row in by_app + others))

    assert dialogue_tables.preferences_table(told).to_numpy().tolist() == [
        ["channel", "app", "12", "10", "50.0% (21.7% to 78.3%)"],
        *(["channel", f"c{n}", "1", "2", "too few to say"] for n in range(4)),
        ["channel", "2 other channels", "2", "-", "too few to say"],
    ]
    shown = dialogue_tables.preferences_table(WORLD["person_preferences"])
    assert shown["what"].tolist() == ["channel"] * 6 + ["part of day"]
    assert sum(int(n) for n in shown["persons"]) == WORLD["person_preferences"].count()


def test_who_knows_one_channel_prefers_none():
    rows = [{"person_id": f"person:{n:x}", "leading_value": "web", "is_clear": n < 4} for n in range(12)]
    told = table("PERSON_PREFERENCES", *({"dimension": "channel", **row} for row in rows))

    assert dialogue_tables.preferences_table(told)["surely prefer it (95 in 100)"].tolist() == ["-"]


def test_signals_are_told_by_rule_and_of_late_means_less_than_seven_days_ago():
    # Carts left 30, 9 and 6 days ago by two persons; a complaint exactly seven days ago.
    assert dialogue_tables.triggers_finding(WORLD["triggers"], AS_OF) == (
        "4 times, 1 of these in the last 7 days, a signal called for an answer, with 3 persons; most often "
        "it was 'cart left', in 75.0% (26.0% to 100.0%)."
    )
    assert dialogue_tables.triggers_table(WORLD["triggers"], AS_OF).to_numpy().tolist() == [
        ["cart left", "shop team", "3", "2", "1.0 days", "1"],
        ["complaint open", "service team", "1", "1", "at once", "0"],
    ]


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 4), st.integers(0, 20 * 24)), max_size=15))
def test_signals_by_rule_agree_with_their_definition(rows):
    made = [
        {"rule": rule, "touch_id": f"web:{n}", "person_id": f"person:{person:x}", "owner": f"team {rule}",
         "signal_at": MOMENT - timedelta(hours=hours + 2), "fired_at": MOMENT - timedelta(hours=hours)}
        for n, (rule, person, hours) in enumerate(rows)
    ]  # fmt: skip
    found = dialogue_tables.triggers_table(table("TRIGGERS", *made), AS_OF)

    told = pd.DataFrame(rows, columns=["rule", "person", "hours"])
    wanted = {
        rule: [
            f"team {rule}", str(len(rows)), str(rows["person"].nunique()), "2.0 hours",
            str((rows["hours"] < 7 * 24).sum()),
        ]
        for rule, rows in told.groupby("rule")
    }  # fmt: skip
    assert {rule: rest for rule, *rest in found.to_numpy().tolist()} == wanted


def test_messages_agree_by_how_many_say_the_usual():
    # Of ten weeks four hold only one claim; one has 2 of 3, which is two thirds; four have half; one 2 of 5.
    told = agreements(*[(2, 2)] * 3, (7, 7), (3, 2), *[(2, 1)] * 4, (5, 2))

    shown = dialogue_tables.agreement_table(told)
    assert [row[1].split(" ")[0] for row in shown.to_numpy()] == ["40.0%", "10.0%", "40.0%", "10.0%"]
    assert shown["messages that say the usual"].tolist() == [
        "all", "two thirds or more", "half or more", "less than half",
    ]  # fmt: skip
    assert set(shown["journeys (95 in 100)"]) == {"-"}
    assert dialogue_tables.agreement_finding(told).startswith(
        "Where somebody gets several messages on one subject, all say the same in 40.0% ("
    )


def test_of_few_weeks_no_share_is_told():
    assert dialogue_tables.agreement_finding(WORLD["message_consistency"]) == (
        "7 weeks and journeys with several messages on one subject: too few to say how often they agree."
    )
    assert set(dialogue_tables.agreement_table(WORLD["message_consistency"]).iloc[:, 1]) == {"too few to say"}


@settings(max_examples=25, deadline=None)
@given(st.lists(st.integers(2, 9).flatmap(lambda n: st.tuples(st.just(n), st.integers(1, n))), min_size=10,
                max_size=30))  # fmt: skip
def test_agreement_agrees_with_its_definition(counts):
    shown = dialogue_tables.agreement_table(agreements(*counts, unit="journey"))

    bands = {"all": 1, "two thirds or more": Fraction(2, 3), "half or more": Fraction(1, 2),
             "less than half": Fraction(0)}  # fmt: skip
    wanted = dict.fromkeys(bands, 0)
    for n_all, n_same in counts:
        wanted[next(band for band, least in bands.items() if Fraction(n_same, n_all) >= least)] += 1
    found = {row[0]: row[2].split(" ")[0] for row in shown.to_numpy()}
    assert found == {
        band: f"{100 * n / len(counts):.1f}%" if 100 * n >= len(counts) else found[band]
        for band, n in wanted.items()
        if n
    }


@pytest.mark.parametrize(
    ("said", "words"),
    [
        (
            dialogue_tables.preferences_finding(EMPTY["person_preferences"], EMPTY["touchpoint_metrics"]),
            "Nobody is seen",
        ),
        (dialogue_tables.triggers_finding(EMPTY["triggers"], AS_OF), "No signal here"),
        (dialogue_tables.agreement_finding(EMPTY["message_consistency"]), "Nobody gets two messages"),
    ],
)  # fmt: skip
def test_of_nothing_one_sentence(said, words):
    assert said.startswith(words)


def test_of_nothing_no_table():
    assert dialogue_tables.preferences_table(EMPTY["person_preferences"]).empty
    assert dialogue_tables.triggers_table(EMPTY["triggers"], AS_OF).empty
    assert dialogue_tables.agreement_table(EMPTY["message_consistency"]).empty


def test_nobody_is_listed():
    shown = [
        dialogue_tables.preferences_table(WORLD["person_preferences"]),
        dialogue_tables.triggers_table(WORLD["triggers"], AS_OF),
        dialogue_tables.agreement_table(WORLD["message_consistency"]),
    ]
    assert "person:" not in " ".join(frame.to_string() for frame in shown)
