"""Kinds of persons as a reader sees them."""

from journey_research.pipelines.reports.segment_tables import (
    balance_table,
    buyers_finding,
    choices_table,
    moves_finding,
    moves_table,
    rfm_table,
    segments_finding,
    styles_table,
)
from tests.worlds import empty_world, small_world, table

WORLD = small_world()


def test_styles_tell_shares_and_words():
    told = styles_table(WORLD["segment_profiles"])

    assert told.to_numpy().tolist() == [
        ["lookers", "77.4%", "16.0%", "come by themselves"],
        ["frequent buyers", "22.6%", "84.0%", "much email"],
    ]


def test_choices_tell_the_best_of_each_method_and_why():
    told = choices_table(WORLD["segment_choices"])

    assert told.to_numpy().tolist() == [
        ["k-means", "2", "0.900 (0.800 to 1.000)", "0.600 (0.500 to 0.700)", "0.0%", "passes"]
    ]


def test_moves_leave_out_those_who_stayed():
    assert moves_table(WORLD["segment_moves"]).to_numpy().tolist() == [
        ["lookers", "frequent buyers", "2", "more: conversions"]
    ]


def test_fifths_of_buyers_are_told_the_latest_first():
    assert rfm_table(WORLD["rfm_cells"]).to_numpy().tolist() == [
        ["5", "7", "9", "500.00", "7"],
        ["1", "3", "9", "100.00", "0"],
    ]


def test_nothing_is_an_empty_table_with_its_columns():
    world = empty_world()

    for tell, name in (
        (styles_table, "segment_profiles"),
        (choices_table, "segment_choices"),
        (moves_table, "segment_moves"),
        (rfm_table, "rfm_cells"),
    ):
        told = tell(world[name])
        assert len(told) == 0
        assert len(told.columns) >= 4


def test_segments_are_told_with_how_far_they_can_be_trusted():
    names = ("segment_choices", "segment_profiles", "segment_metrics")

    assert segments_finding(*(WORLD[name] for name in names)) == (
        "53 persons are of 2 kinds, told apart by k-means; they come again on resamples of persons "
        "0.900 (0.800 to 1.000) (1 is the same, 0 is chance)."
    )
    assert segments_finding(*(empty_world()[name] for name in names)).startswith("Nobody has touches")


def test_who_fits_no_kind_is_no_kind_of_their_own():
    """Four kinds and 16 % whom none of them fits were told as five kinds."""
    names = {"much email": 60, "lookers": 30, "no segment": 10}
    profiles = table("SEGMENT_PROFILES", *({"segment": name, "n_persons": n} for name, n in names.items()))

    said = segments_finding(WORLD["segment_choices"], profiles, WORLD["segment_metrics"])

    assert said.startswith("100 persons are of 2 kinds, and 10.0% of none of them, told apart by k-means")


def test_one_segment_is_said_to_be_one():
    one = table("SEGMENT_PROFILES", {"segment": "everybody", "n_persons": 9, "person_share": 1.0})

    said = segments_finding(WORLD["segment_choices"], one, WORLD["segment_metrics"])

    assert said.startswith("9 persons are one segment")


def test_moves_are_a_share_and_the_commonest_is_named():
    moved = table("METRICS", {"metric": "moved_share", "value": 0.05, "low": 0.02, "high": 0.1, "n": 42})

    assert moves_finding(WORLD["segment_moves"], moved) == (
        "5.0% (2.0% to 10.0%) of 42 persons changed segment since the week before, most (2) from 'lookers' "
        "to 'frequent buyers'."
    )
    assert moves_finding(empty_world()["segment_moves"], moved) == (
        "Nobody of 42 changed segment since the week before."
    )
    assert moves_finding(WORLD["segment_moves"], empty_world()["segment_metrics"]).startswith("Nobody was")


def test_the_balance_adds_up():
    new = {"from_segment": "new", "to_segment": "lookers", "n_persons": 3, "is_move": True}
    gone = {"from_segment": "frequent buyers", "to_segment": "gone", "n_persons": 1, "is_move": True}
    moves = [*WORLD["segment_moves"].to_arrow().to_pylist(), new, gone]

    told = balance_table(table("SEGMENT_MOVES", *moves))

    assert told.to_numpy().tolist() == [
        ["lookers", "42", "2", "0", "3", "43"],
        ["frequent buyers", "1", "1", "2", "0", "2"],
    ]
    for _, before, left, came, new, now in told.itertuples(index=False):
        assert int(before) - int(left) + int(came) + int(new) == int(now)


def test_the_best_buyers_and_what_they_bring():
    row = {"frequency_score": 5, "monetary_score": 4, "n_persons": 2, "n_outcomes": 6, "amount": 300}
    cells = [
        {**row, "recency_score": 5},
        {**row, "recency_score": 3, "n_persons": 5, "amount": 500},
        {**row, "recency_score": 5, "frequency_score": 1, "n_persons": 3, "amount": 200},
    ]

    assert buyers_finding(table("RFM_CELLS", *cells)) == (
        "2 of 10 persons who converted score 4 or 5 in all three, and bring 30.0% of the amount."
    )
    free = table("RFM_CELLS", *({**cell, "amount": 0} for cell in cells))
    assert buyers_finding(free) == (
        "2 of 10 persons who converted did so lately and often (score 4 or 5 in both); no amount is told."
    )
    assert buyers_finding(empty_world()["rfm_cells"]).startswith("Nobody converted")
