"""Kinds of persons as a reader sees them."""

from journey_research.pipelines.reports.segment_tables import (
    choices_table,
    moves_table,
    rfm_table,
    styles_table,
)
from tests.worlds import empty_world, small_world

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
        ["kmeans", "2", "0.900 (0.800 to 1.000)", "0.600 (0.500 to 0.700)", "0.0%", "passes"]
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
