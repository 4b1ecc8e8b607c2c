"""Figures from full and from empty tables: Axes with a finding, a unit and the numbers given."""

import matplotlib
import pandas as pd
import pytest
from matplotlib.axes import Axes
from worlds import empty_world, small_world, table

from journey_research.engine import Table
from journey_research.pipelines.reports import figures, identity_tables, week_tables

matplotlib.use("Agg")


def draw(name, world):
    if name == "touches_by_day":
        told = week_tables.touches_by_day(world["as_of"], world["journey_touches"], 7)
        return figures.touches_by_day(told)
    if name == "records_per_person":
        return figures.records_per_person(identity_tables.cluster_sizes(world["persons"]))
    table = {
        "persons_by_threshold": "identity_thresholds",
        "credit_by_channel": "credits",
        "calibration": "calibration_bins",
        "journey_lengths": "journeys",
    }[name]
    return getattr(figures, name)(world[table])


NAMES = [
    "touches_by_day",
    "records_per_person",
    "persons_by_threshold",
    "credit_by_channel",
    "calibration",
    "journey_lengths",
]


@pytest.fixture(autouse=True)
def _close_figures():
    import matplotlib.pyplot as plt

    yield
    plt.close("all")


@pytest.mark.parametrize("name", NAMES)
def test_a_figure_says_its_finding_and_names_its_axes(name):
    axes = draw(name, small_world())

    assert isinstance(axes, Axes)
    assert axes.figure.get_suptitle()
    assert axes.get_xlabel()
    assert axes.has_data()


@pytest.mark.parametrize("name", NAMES)
def test_an_empty_table_gives_axes_with_a_sentence(name):
    axes = draw(name, empty_world())

    assert isinstance(axes, Axes)
    (text,) = axes.texts
    assert "this environment" in text.get_text() or "no scored pairs" in text.get_text()


def test_every_person_is_in_a_bar():
    world = small_world()
    axes = draw("records_per_person", world)
    assert sum(bar.get_height() for bar in axes.patches) == world["persons"].count()


def test_more_channels_than_can_be_told_apart_become_others():
    from worlds import MOMENT, table

    touches = table(
        "JOURNEY_TOUCHES",
        *(
            {"touch_id": f"web:{n}", "channel": f"channel {n}", "touched_at": MOMENT.replace(day=29)}
            for n in range(9)
        ),
    )
    world = empty_world()
    axes = figures.touches_by_day(week_tables.touches_by_day(world["as_of"], touches, 7))
    labels = [text.get_text() for text in axes.get_legend().get_texts()]
    assert len(labels) == 6
    assert labels[-1] == "others"
    assert sum(line.get_ydata().sum() for line in axes.lines) == 9


def words_of(axes):
    return " ".join(text.get_text() for text in axes.texts)


def test_one_probability_for_everybody_is_no_ten_groups():
    """Ten groups of equal probability were drawn on one line and called right eight times in ten."""
    same = [{"bin_number": n, "mean_probability": 0.0125, "n": 12} for n in range(1, 11)]

    axes = figures.calibration(table("CALIBRATION_BINS", *same))

    assert "the same probability" in words_of(axes)
    assert not axes.has_data()


def test_one_record_each_is_said_and_not_drawn():
    alone = table("PERSONS", *({"person_id": f"person:{n}", "n_records": 1} for n in range(3)))

    axes = figures.records_per_person(identity_tables.cluster_sizes(alone))

    assert "Each of 3 persons has one record" in words_of(axes)


def test_a_channel_without_another_is_no_disagreement():
    rows = [{"model": model, "channel": "web", "share": 1.0} for model in ("last", "markov")]

    axes = figures.credit_by_channel(table("CREDITS", *rows))

    assert axes.figure.get_suptitle() == "Web has all credit"


def test_a_threshold_that_moves_nobody_is_no_picture():
    rows = [{"threshold": at / 10, "n_persons": 630} for at in range(1, 10)]

    assert "there are 630 persons" in words_of(
        figures.persons_by_threshold(table("IDENTITY_THRESHOLDS", *rows))
    )


def test_expected_stands_against_what_came_with_the_diagonal():
    axes = figures.expected_and_come(small_world()["value_deciles"])

    assert axes.figure.get_suptitle() == "10 of 10 groups bought as often as was expected, within chance"
    diagonal, groups = (line.get_xydata() for line in axes.lines)
    assert (diagonal[:, 0] == diagonal[:, 1]).all()
    assert len(groups) == 10
    assert figures.expected_and_come(empty_world()["value_deciles"]) is None


def test_days_are_written_apart_over_the_end_of_a_year():
    days = [{"touched_date": f"2013-12-{day}", "channel": "web", "n_touches": 1} for day in range(25, 32)]
    days.append({"touched_date": "2014-01-01", "channel": "web", "n_touches": 2})
    frame = pd.DataFrame(days).assign(touched_date=lambda told: pd.to_datetime(told["touched_date"]))

    axes = figures.touches_by_day(Table.from_pandas(frame))

    assert [label.get_text() for label in axes.get_xticklabels()] == ["25 Dec", "27 Dec", "29 Dec", "31 Dec"]
    assert axes.get_xlabel() == "day (UTC) of 2013 and 2014"
