"""How people move, in sentences that a layman can check against the small world's numbers."""

import math
from collections import Counter
from datetime import datetime

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from journey_research.engine import Table
from journey_research.pipelines.reports import journey_tables, moving_tables
from tests.journeys_world import journeys_world
from tests.worlds import empty_world, table

WORLD, EMPTY = journeys_world(), empty_world()


def test_stitching_says_who_joined_and_who_was_kept_apart():
    assert journey_tables.stitching_finding(WORLD["stitching_counts"]) == (
        "96.0% of 1,000 touches stand in a journey: 200 were anonymous until a login or a form named the "
        "person; 60 are kept apart because consent does not let them join anybody."
    )


def test_the_ladder_says_how_far_people_come():
    assert journey_tables.ladder_finding(WORLD["ladder_counts"]) == (
        "Of 200 persons on the ladder, 30.0% (25.0% to 35.0%) have a relationship with us, "
        "15.0% (10.0% to 20.0%) have become customers and 5.0% (0.0% to 10.0%) have bought again. "
        "3 rungs were reached before a lower one."
    )


def test_a_ladder_that_nobody_climbs_says_where_it_ends():
    rungs = [
        {"rung": "connection", "rung_number": 1, "n_persons": 9, "n": 9},
        {"rung": "customer", "rung_number": 5, "n_persons": 0, "n": 9},
    ]

    assert journey_tables.ladder_finding(table("LADDER_COUNTS", *rungs)) == (
        "None of 9 persons on the ladder comes further than 'connection'."
    )


JOURNEYS = table(
    "JOURNEYS",
    *(
        {"journey_id": f"web:{n}", "person_id": f"person:{n // 2:x}", "kind": kind, "is_post_sale": n == 3}
        for n, kind in enumerate(["buying", "buying", "service", "buying"])
    ),
)


def test_kinds_are_counted_and_the_range_knows_that_a_persons_journeys_come_together():
    # Two persons with two journeys each, 2 and 1 of them buying: squares 5, products 6, squares of all 8.
    # That varies by less than one journey more or less, which is the least that is believed of so few.
    assert 5 - 2 * 0.75 * 6 + 0.75**2 * 8 < 1
    assert 0.75 - 1.96 * math.sqrt(1) / 4 == pytest.approx(0.26)
    assert journey_tables.kinds_table(JOURNEYS).to_numpy().tolist() == [
        ["buying", "3", "75.0% (26.0% to 100.0%)", "2"],
        ["service", "1", "25.0% (0.0% to 74.0%)", "1"],
    ]
    assert journey_tables.kinds_finding(JOURNEYS) == (
        "Of 4 journeys, 75.0% (26.0% to 100.0%) are buying; 25.0% (0.0% to 74.0%) begin after a first "
        "conversion."
    )


@given(st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from("xyz")), max_size=30))
def test_shares_agree_with_their_definition(rows):
    told = pd.DataFrame(rows, columns=["person_id", "kind"], dtype="str")
    n = Counter(person for person, _ in rows)

    found = journey_tables.mark_shares(Table.from_pandas(told), "kind")

    assert set(found) == {kind for _, kind in rows}
    for kind, row in found.items():
        hits = Counter(person for person, other in rows if other == kind)
        assert row["amount"] == sum(hits.values())
        assert row["amount_squares"] == sum(count**2 for count in hits.values())
        assert row["products"] == sum(count * n[person] for person, count in hits.items())
        assert row["base"] == len(rows)
        assert row["base_squares"] == sum(count**2 for count in n.values())
        assert (row["n_persons"], row["n_all_persons"]) == (len(hits), len(n))
    assert sum(row["amount"] for row in found.values()) == len(rows)


def test_the_answer_is_the_whole_way_and_its_narrowest_step():
    assert journey_tables.funnel_answer(WORLD["funnel"]) == (
        "Of 100 persons at 'product viewed', 30.0% (22.0% to 40.0%) come to 'order'; the narrowest step is "
        "from 'product viewed' to 'added to cart', which 40.0% (31.0% to 50.0%) of 100 take."
    )
    assert journey_tables.funnel_table(WORLD["funnel"], WORLD["as_of"]).to_numpy().tolist() == [
        ["product viewed", "100", "50.0% (43.0% to 57.0%) of all", "-"],
        ["added to cart", "40", "40.0% (31.0% to 50.0%)", "1.5 minutes (1.0 to 2.0)"],
        ["order", "30", "30.0% (22.0% to 40.0%)", "2.0 hours"],
    ]


@pytest.mark.parametrize(
    ("n_persons", "said"),
    [
        ([0, 0], "Nobody comes to 'look', the first stage of the funnel"),
        (
            [5, 0],
            "Of 5 persons at 'look', nobody comes to 'buy'; the last stage that anybody reaches is 'look'",
        ),
        ([5], "5 persons come to 'look'"),
    ],
)
def test_a_funnel_that_ends_early_says_where(n_persons, said):
    rows = [
        {"stage_number": number, "stage": stage, "n_persons": n, "previous_share": 0.5}
        for number, (stage, n) in enumerate(zip(("look", "buy"), n_persons, strict=False), 1)
    ]

    assert journey_tables.funnel_answer(table("FUNNEL", *rows)).startswith(said)


def test_who_comes_again_is_told_of_whole_weeks_alone():
    # After three weeks only the first cohort's week is over: 15 of 100.
    assert journey_tables.retention_finding(WORLD["retention"]) == (
        "3 weeks after their first, 15.0% (8.0% to 22.0%) of 100 persons were active."
    )


def test_hops_are_of_all_channels():
    assert moving_tables.hops_finding(WORLD["hop_rates"]) == (
        "17.5% (12.5% to 22.5%) of 400 touches that people begin are followed by one in another channel "
        "(90 persons)."
    )


def test_one_channel_is_said_to_be_one():
    rows = [{"channel": channel, "n_followed": 7, "n_persons": 2} for channel in ("(all)", "web")]

    assert moving_tables.hops_finding(table("HOP_RATES", *rows)).startswith("There is one channel, web")
    told = table("CHANNEL_REACH", {"rank": 1, "channel": "web", "n_persons": 4, "n_all_persons": 4})
    assert moving_tables.reach_finding(told) == "One channel, web, reaches all 4 persons."


def test_reach_says_how_many_channels_it_takes():
    assert moving_tables.reach_finding(WORLD["channel_reach"]) == (
        "Direct reaches 60.0% (55.0% to 65.0%) of 200 persons; it takes 2 channels to reach 95.0%, and "
        "37.5% are met in one channel alone."
    )


def test_only_sequences_beyond_chance_are_told():
    assert moving_tables.sequences_finding(WORLD["telling_sequences"]) == (
        "'email > direct' stands in 50.0% of 40 journeys that then convert and in 10.0% of 300 others, "
        "+40.0 (+25.0 to +55.0) points: the surest difference of 7 sequences tested."
    )
    assert moving_tables.sequences_table(WORLD["telling_sequences"]).to_numpy().tolist() == [
        ["email > direct", "50.0%", "10.0%", "+40.0 (+25.0 to +55.0)"]
    ]


@pytest.mark.parametrize(("n", "said"), [(1, "The one sequence tested does not"), (4, "None of 4 sequences")])
def test_sequences_within_chance_are_counted(n, said):
    row = {"rank": 1, "sequence": "web", "q_value": 0.2, "n_tested": n}

    assert moving_tables.sequences_finding(table("TELLING_SEQUENCES", row)).startswith(said)


@pytest.mark.parametrize(
    ("tell", "name", "said"),
    [
        (journey_tables.stitching_finding, "stitching_counts", "no touches"),
        (journey_tables.ladder_finding, "ladder_counts", "Nobody stands on the ladder"),
        (journey_tables.kinds_finding, "journeys", "no journeys"),
        (journey_tables.funnel_answer, "funnel", "nobody moves anywhere"),
        (journey_tables.retention_finding, "retention", "nothing can be said of who stays"),
        (moving_tables.hops_finding, "hop_rates", "nobody changes channel"),
        (moving_tables.reach_finding, "channel_reach", "No channel reaches anybody"),
        (moving_tables.sequences_finding, "telling_sequences", "no sequence tells anything"),
    ],
)
def test_of_nothing_it_is_said_that_nothing_can_be_said(tell, name, said):
    assert said in tell(EMPTY[name])


def test_of_nothing_the_tables_are_empty():
    assert journey_tables.kinds_table(EMPTY["journeys"]).empty
    assert journey_tables.funnel_table(EMPTY["funnel"], EMPTY["as_of"]).empty
    assert moving_tables.sequences_table(EMPTY["telling_sequences"]).empty


def test_a_pair_of_channels_is_told_with_its_range_and_how_many_were_tested():
    assert moving_tables.pairs_finding(WORLD["channel_pairs"]) == (
        "Email and then display goes with +30.0 (+10.0 to +50.0) conversions per 1,000 days beyond what each "
        "has alone (60 persons): the surest of 1 declared among 3 pairs tested."
    )


def test_pairs_within_chance_are_counted():
    one = {"first_channel": "email", "second_channel": "sms", "is_declared": False}

    assert moving_tables.pairs_finding(table("CHANNEL_PAIRS", one)).startswith(
        "The one pair of channels does not go with more conversions"
    )
    two = table("CHANNEL_PAIRS", one, {**one, "second_channel": "store"})
    assert moving_tables.pairs_finding(two).startswith("None of 2 pairs of channels goes with more")
    assert moving_tables.pairs_finding(empty_world()["channel_pairs"]).startswith(
        "No two channels stand near"
    )


def test_without_instants_no_step_takes_seconds():
    """Page views in order and without times: their places were told as seconds."""
    timeless = table("AS_OF", {"as_of": datetime(1970, 1, 1)})

    told = journey_tables.funnel_table(WORLD["funnel"], timeless)

    assert list(told.columns) == ["stage", "persons", "of the first stage (95 in 100)"]
