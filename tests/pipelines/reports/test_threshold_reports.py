"""What hangs on the threshold: said in two sentences, drawn once, listed."""

import matplotlib
import pytest
from worlds import empty_world, table

from journey_research.pipelines.reports.threshold_figures import kpis_by_threshold
from journey_research.pipelines.reports.threshold_tables import flips_answer, flips_table

matplotlib.use("Agg")


@pytest.fixture(autouse=True)
def _close_figures():
    import matplotlib.pyplot as plt

    yield
    plt.close("all")


def kpis():
    """Thresholds .2 to .8, of which .4 is chosen; the rate falls from 24 to 18 per cent."""
    return table(
        "THRESHOLD_KPIS",
        *(
            {
                "threshold": step / 10, "is_chosen": step == 4, "n_persons": 100 + step, "n_buyers": 50,
                "orders_per_buyer": 1.5, "repeat_buyer_share": 0.3, "n_journeys": 200,
                "conversion_rate": (26 - step) / 100,
            }
            for step in (2, 4, 6, 8)
        ),
    )  # fmt: skip


def flips(*rows):
    names = ("ranking", "channel_before", "channel_after", "low_threshold", "high_threshold", "best_place")
    return table("RANKING_FLIPS", *(dict(zip(names, row, strict=True)) for row in rows))


def test_where_nothing_changes_places_it_says_so():
    assert flips_answer(flips(), kpis()) == (
        "By credited conversions no two channels change places from 0.2 to 0.8. "
        "By conversion rate no two channels change places from 0.2 to 0.8."
    )


def test_how_far_the_threshold_can_go_and_who_is_next():
    told = flips(
        ("markov", "direct_mail", "push", 0.6, 0.8, 2),
        ("last", "store", "email", 0.6, 0.8, 1),
        ("conversion_rate", "app", "sms", 0.4, 0.6, 3),
        ("conversion_rate", "app", "web", 0.2, 0.4, 2),
    )
    assert flips_answer(told, kpis()) == (
        "By credited conversions no two channels change places from 0.2 to 0.6; the next to do so are store "
        "and email, between 0.6 and 0.8 (by last). By conversion rate app and web change places next to the "
        "chosen threshold of 0.4, between 0.2 and 0.4."
    )
    listed = flips_table(told)
    assert listed["between"].tolist() == ["0.6 and 0.8", "0.2 and 0.4", "0.6 and 0.8", "0.4 and 0.6"]
    assert listed["first ahead"].iloc[0] == "store (by 50.0%)"


def test_two_that_are_level_at_the_chosen_threshold_change_places_at_it():
    told = flips(("last", "store", "email", 0.2, 0.6, 1))
    assert "store and email change places next to the chosen threshold of 0.4, between 0.2 and 0.6" in (
        flips_answer(told, kpis())
    )


def test_the_figure_says_what_moves_most_and_marks_the_changes():
    axes = kpis_by_threshold(
        kpis(), flips(("last", "store", "email", 0.6, 0.8, 1), ("last", "a", "b", 0.6, 0.8, 3))
    )
    assert axes.figure.get_suptitle() == "Most hangs on it: conversion rate, 24.0% to 18.0%"
    lines = {line.get_label(): line for line in axes.lines}
    assert lines["conversion rate"].get_ydata().tolist() == pytest.approx(
        [9.0909, 0, -9.0909, -18.1818], abs=1e-3
    )
    assert lines["pairs of channels that change places"].get_xdata().tolist() == pytest.approx([0.7])
    assert [text.get_text() for text in axes.texts] == ["2"]
    assert axes.get_xlabel()


def test_empty_tables_say_so():
    world = empty_world()
    assert "this environment" in flips_answer(world["ranking_flips"], world["threshold_kpis"])
    (text,) = kpis_by_threshold(world["threshold_kpis"], world["ranking_flips"]).texts
    assert "this environment" in text.get_text()
    assert flips_table(world["ranking_flips"]).empty


def test_figures_of_pairs_say_that_they_count_pairs():
    from journey_research.pipelines.reports.identity_tables import quality_table

    row = {"value": 0.9, "low": 0.8, "high": 0.95, "n": 1200}
    names = ("blocking_recall", "clustering_lost_share", "f1_unjudged")
    told = quality_table(table("METRICS", *({"metric": name, **row} for name in names))).set_index("figure")
    assert told["records"]["true pairs ever brought together, with a name"] == "1,200 pairs"
    assert told["records"]["brought together, and not one person here"] == "1,200 pairs"
    assert told["records"]["F1, pairs that nobody judged"] == "1,200"
