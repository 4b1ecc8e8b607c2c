"""Pictures of how people move: a finding, named axes, the numbers given; nothing where there is nothing."""

import re
from itertools import pairwise

import matplotlib
import numpy as np
import pytest
from matplotlib.axes import Axes

from journey_research.pipelines.reports import (
    journey_figures,
    moving_figures,
    peer_figures,
    peer_tables,
    role_tables,
    scenario_figures,
    scenario_tables,
    segment_figures,
    touchpoint_figures,
    touchpoint_tables,
)
from tests.journeys_world import journeys_world
from tests.worlds import empty_world, table

matplotlib.use("Agg")
FIGURES = {
    "stitched_touches": lambda of: journey_figures.stitched_touches(of["stitching_counts"]),
    "ladder_rungs": lambda of: journey_figures.ladder_rungs(of["ladder_counts"]),
    "funnel_stages": lambda of: journey_figures.funnel_stages(of["funnel"]),
    "retention_weeks": lambda of: journey_figures.retention_weeks(of["retention"]),
    "channel_moves": lambda of: moving_figures.channel_moves(of["transitions"]),
    "hops_by_channel": lambda of: moving_figures.hops_by_channel(of["hop_rates"]),
    "reach_of_channels": lambda of: moving_figures.reach_of_channels(of["channel_reach"]),
    "interactions_and_spend": lambda of: touchpoint_figures.interactions_and_spend(of["channel_shares"]),
    "contradictions_over_time": lambda of: touchpoint_figures.contradictions_over_time(
        touchpoint_tables.contradictions_by_week(of["contradictions"])
    ),
    "pairs_together": lambda of: moving_figures.pairs_together(of["channel_pairs"]),
    "tools_by_role": lambda of: touchpoint_figures.tools_by_role(
        role_tables.roles_by_tool(of["touchpoint_roles"])
    ),
    "givers_by_reach": lambda of: peer_figures.givers_by_reach(
        peer_tables.reach_of_givers(of["influence_spheres"])
    ),
    "traits_by_segment": lambda of: segment_figures.traits_by_segment(
        of["segment_traits"], of["segment_profiles"]
    ),
    "rfm_cells": lambda of: segment_figures.rfm_cells(of["rfm_cells"]),
    "scenario_shares": lambda of: scenario_figures.scenario_shares(of["scenarios"]),
    "response_spans": lambda of: scenario_figures.response_spans(
        scenario_tables.response_times(of["complaints"])
    ),
    "fixes_at_stake": lambda of: scenario_figures.fixes_at_stake(of["fixes"]),
}
WORLD = journeys_world()


@pytest.fixture(autouse=True)
def _close_figures():
    import matplotlib.pyplot as plt

    yield
    plt.close("all")


@pytest.fixture(scope="module")
def drawn():
    return {name: draw(WORLD) for name, draw in FIGURES.items()}


@pytest.mark.parametrize("name", FIGURES)
def test_a_figure_says_its_finding_and_names_its_axes(drawn, name):
    axes = drawn[name]

    assert isinstance(axes, Axes)
    assert axes.figure.get_suptitle()
    assert axes.get_xlabel()
    assert axes.has_data()


@pytest.mark.parametrize("name", FIGURES)
def test_no_two_names_lie_on_each_other_and_all_are_on_the_picture(name):
    axes = FIGURES[name](WORLD)  # a closed figure would not be laid out
    axes.figure.canvas.draw()
    paper = axes.figure.bbox
    for axis, low, high in ((axes.xaxis, *axes.get_xlim()), (axes.yaxis, *sorted(axes.get_ylim()))):
        seen = [
            tick.label1
            for tick in axis.get_major_ticks()
            if low <= tick.get_loc() <= high and tick.label1.get_text() and not tick.label1.get_rotation()
        ]
        boxes = [label.get_window_extent() for label in seen]
        assert not any(one.overlaps(other) for one, other in pairwise(boxes))
        outside = [box for box in boxes if box.x0 < -2 or box.y0 < -2 or box.x1 > paper.x1 + 2]
        assert outside == []


@pytest.mark.parametrize("name", FIGURES)
def test_of_nothing_there_is_no_figure(name):
    assert FIGURES[name](empty_world()) is None


@pytest.mark.parametrize("name", FIGURES)
def test_no_id_stands_on_a_picture(drawn, name):
    from matplotlib.text import Text

    words = " ".join(text.get_text() for text in drawn[name].figure.findobj(Text))
    assert not re.search(r"(person|web|mail|app|crm):[0-9a-f]", words)


def test_one_channel_is_no_picture():
    one = {"channel": "web", "n_followed": 5, "n_persons": 2}
    assert moving_figures.hops_by_channel(table("HOP_RATES", one, {**one, "channel": "(all)"})) is None
    way = {"from_channel": "web", "to_channel": "web", "n_transitions": 5}
    assert moving_figures.channel_moves(table("TRANSITIONS", way)) is None


def texts_in(axes):
    return [text.get_text() for text in axes.texts]


def test_the_likeliest_change_leaves_out_staying(drawn):
    # From paid search: 10 to direct, 15 to email, 25 to store, 60 stay: 25 of 110; nobody moves as often.
    axes = drawn["channel_moves"]
    title = "Likeliest change: 22.7% of touches in paid search are followed by store"
    assert axes.figure.get_suptitle() == title
    assert len(texts_in(axes)) == 16


def test_weeks_that_are_not_over_stay_empty(drawn):
    # Three whole weeks of the first cohort, two of the second, one of the third; none of the fourth.
    assert sorted(texts_in(drawn["retention_weeks"])) == ["15", "20", "20", "25", "25", "25"]
    names = [label.get_text() for label in drawn["retention_weeks"].get_yticklabels()]
    assert names == ["03 Mar 2025 (100)", "10 Mar 2025 (100)", "17 Mar 2025 (100)"]


def test_small_cohorts_are_not_shown():
    row = {"week_number": 1, "n_active": 1, "active_share": 1.0, "is_complete": True, "n_persons": 19}
    assert journey_figures.retention_weeks(table("RETENTION", row)) is None
    assert journey_figures.retention_weeks(table("RETENTION", {**row, "n_persons": 20})) is not None


def test_every_touch_is_in_a_bar(drawn):
    assert sum(bar.get_width() for bar in drawn["stitched_touches"].patches) == 1000


def test_shiny_channels_are_named_in_colour(drawn):
    labels = drawn["interactions_and_spend"].get_yticklabels()
    bold = [label.get_text() for label in labels if label.get_fontweight() == "bold"]
    assert bold == ["social"]


def test_traits_that_hardly_differ_are_left_out(drawn):
    names = [label.get_text() for label in drawn["traits_by_segment"].get_yticklabels()]
    assert names == ["messages opened", "share of email", "touches"]


def test_weeks_without_contradictions_are_there_with_none(drawn):
    heights = [bar.get_height() for bar in drawn["contradictions_over_time"].patches]
    assert np.reshape(heights, (2, 3)).tolist() == [[1, 0, 1], [2, 0, 0]]


def test_scenarios_without_occasions_are_not_drawn(drawn):
    assert len(drawn["scenario_shares"].get_yticklabels()) == 2


def test_a_pair_that_may_be_chance_is_grey_and_the_other_order_is_beside_it(drawn):
    axes = drawn["pairs_together"]
    assert axes.figure.get_suptitle() == "Email, then display: more together than alone"
    dots, others = axes.collections[1:3]
    assert [value for value, _ in dots.get_offsets()] == pytest.approx([30, 10, -20])
    assert [value for value, _ in others.get_offsets()][:2] == pytest.approx([10, 30])
    sure, *unsure = [tuple(colour) for colour in dots.get_facecolors()]
    assert sure not in unsure
    assert len(set(unsure)) == 1


def test_roles_are_per_cent_of_a_column(drawn):
    axes = drawn["tools_by_role"]
    assert axes.figure.get_suptitle() == "Of touches to complain, 100.0% are service"
    # Search and website of 100 to discover; service alone to complain; store and website of 11 to buy.
    assert sorted(texts_in(axes)) == ["100", "36", "40", "60", "64"]


def test_every_giver_is_in_a_bar(drawn):
    bars = drawn["givers_by_reach"].patches
    assert sum(bar.get_height() for bar in bars) == 4
    # Two givers reach ten or more, the word of one goes on: the one stands on the other.
    two = [{"person_id": f"person:{n}", "n_reached": 10 + n, "n_reached_further": n} for n in range(2)]
    axes = peer_figures.givers_by_reach(peer_tables.reach_of_givers(table("INFLUENCE_SPHERES", *two)))
    assert (axes.patches[-1].get_y(), axes.patches[-1].get_height()) == (1, 1)
