"""Persons who behave alike, and names that say why."""

import random

import numpy as np
import pytest

from journey_research.engine import Table
from journey_research.pipelines.journeys.segments import SegmentRule, cluster_rows, segment_persons
from tests.pipelines.journeys.small_world import moment, shuffled
from tests.worlds import broken_rules, table

RULE = SegmentRule(
    segment_seed=1, min_segments=3, max_segments=6, n_channels=8, n_starts=3,
    max_fitted_persons=500, max_silhouette_persons=200, min_silhouette=0.1,
)  # fmt: skip
KINDS = {"email": (6, 3), "store": (2, 0), "social": (12, 1)}  # channel -> touches, outcomes


def kinds_of_people(n_each=15):
    """Three kinds of persons: each has a channel of its own, a number of touches and of outcomes."""
    touches, outcomes = [], []
    for place, (channel, (n_touches, n_outcomes)) in enumerate(KINDS.items()):
        for number in range(n_each):
            person = f"person:{place}{number:03x}"
            for touch in range(n_touches + number % 2):
                key = f"web:{len(touches)}"
                touches.append(
                    {"touch_id": key, "person_id": person, "touched_at": moment(touch), "session_id": key,
                     "journey_id": key, "channel": channel if touch else "direct"}
                )  # fmt: skip
            outcomes += [
                {"outcome_id": f"shop:{len(outcomes) + n}", "person_id": person, "outcome_amount": 10}
                for n in range(n_outcomes)
            ]
    return table("JOURNEY_TOUCHES", *touches), table("OUTCOMES", *outcomes)


def test_planted_kinds_are_found_and_named():
    segments, profiles = segment_persons(*kinds_of_people(), RULE)

    found = segments.to_pandas()
    kinds = found.groupby("segment")["person_id"].agg(lambda people: sorted({p[7] for p in people}))
    assert kinds.to_dict() == {
        "email, many conversions": ["0"],
        "social, usual conversions, many touches": ["2"],
        "store, no conversions, few touches": ["1"],
    }
    told = profiles.to_pandas().set_index("segment")
    assert told["n_persons"].tolist() == [15, 15, 15]
    email = told.loc["email, many conversions"]
    assert (email["outcomes_mean"], email["amount_mean"], email["main_channel"]) == (3, 30, "email")
    assert email["touches_mean"] == pytest.approx(6 + 7 / 15)
    assert broken_rules("SEGMENTS", segments) == []
    assert broken_rules("SEGMENT_PROFILES", profiles) == []


def test_row_order_does_not_matter():
    touches, outcomes = kinds_of_people(5)
    draws = random.Random(3)

    first = segment_persons(touches, outcomes, RULE)
    second = segment_persons(shuffled(touches, draws), shuffled(outcomes, draws), RULE)

    for one, other in zip(first, second, strict=True):
        key = [(one.columns[0], "ascending")]
        assert one.to_arrow().sort_by(key).equals(other.to_arrow().sort_by(key))


def test_few_persons_are_everybody():
    touch = {"touch_id": "web:1", "person_id": "person:1", "channel": "email"}

    segments, profiles = segment_persons(table("JOURNEY_TOUCHES", touch), table("OUTCOMES"), RULE)

    assert segments.to_pandas()["segment"].tolist() == ["everybody"]
    assert profiles.to_pandas()["main_channel_share"].tolist() == [1.0]


def test_no_persons_are_no_segments():
    tables = segment_persons(table("JOURNEY_TOUCHES"), table("OUTCOMES"), RULE)

    assert [told.count() for told in tables] == [0, 0]
    assert all(isinstance(told, Table) for told in tables)


def test_rows_without_structure_are_one_cluster():
    cloud = np.random.default_rng(5).normal(size=(300, 12))

    assert set(cluster_rows(cloud, RULE)) == {0}


def test_samples_smaller_than_the_rows_still_label_every_row():
    centres = np.repeat(np.eye(3) * 10, 400, axis=0)
    rows = centres + np.random.default_rng(2).normal(size=centres.shape) * 0.1

    labels = cluster_rows(rows, RULE)

    assert [len(set(labels[start : start + 400])) for start in (0, 400, 800)] == [1, 1, 1]
    assert len(set(labels)) == 3


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("min_segments", 1),
        ("min_segments", 7),
        ("n_starts", 0),
        ("max_fitted_persons", 6),
        ("min_silhouette", 2),
    ],
)
def test_a_rule_that_cannot_be_is_refused_where_it_is_born(name, value):
    with pytest.raises(ValueError, match=name):
        SegmentRule(**{**RULE.__dict__, name: value})
