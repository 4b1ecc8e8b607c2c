"""How many segments, by which method: the rules, one by one."""

import dataclasses

import numpy as np
import pytest

from journey_research.engine import Table
from journey_research.pipelines.journeys.segmentation.choosing import choose, everybody_is_one
from tests.pipelines.journeys.segmentation.people_of_kinds import RULE
from tests.worlds import broken_rules


def measured(method, n_segments, **figures):
    """What was measured of one fit: sound segments, unless told otherwise."""
    sound = {
        "bic": 100.0 if method.endswith("mixture") else np.nan, "silhouette": 0.4, "smallest_share": 0.3,
        "unassigned_share": 0.0, "stability": 0.9, "stability_low": 0.8, "stability_high": 1.0,
        "repeatability": 0.6, "repeatability_low": 0.5, "repeatability_high": 0.7,
    }  # fmt: skip
    rest = {"n": 90, "n_twice_seen": 80, "is_best_of_method": False, "is_chosen": False, "reason": ""}
    return {"method": method, "n_segments": n_segments, **sound, **rest, **figures}


def one(method, bic):
    """A mixture of one."""
    nothing = dict.fromkeys(("silhouette", "stability", "repeatability", "repeatability_low"), np.nan)
    return measured(method, 1, bic=bic, smallest_share=1.0, **nothing)


def chosen(choices):
    rows = choices[choices["is_chosen"]]
    assert len(rows) == 1
    return rows["method"].iloc[0], rows["n_segments"].iloc[0]


def test_bic_chooses_of_a_mixture_and_silhouette_of_k_means():
    rows = [
        one("gaussian_mixture", 200.0), measured("gaussian_mixture", 2, bic=150.0),
        measured("gaussian_mixture", 3, bic=120.0), measured("gaussian_mixture", 4, bic=130.0),
        measured("kmeans", 2, silhouette=0.5), measured("kmeans", 3, silhouette=0.3),
    ]  # fmt: skip

    told = choose(rows, RULE)

    best = told[told["is_best_of_method"]]
    assert list(zip(best["method"], best["n_segments"], strict=True)) == [
        ("gaussian_mixture", 3),
        ("kmeans", 2),
    ]
    assert told.set_index(["method", "n_segments"]).loc[("kmeans", 3), "reason"] == (
        "passes, but silhouette prefers 2"
    )
    assert chosen(told) == ("gaussian_mixture", 3)  # equally repeatable: the first by name
    assert broken_rules("SEGMENT_CHOICES", Table.from_pandas(told)) == []


def test_the_most_repeatable_method_is_the_runs_unless_one_is_asked_for():
    rows = [
        measured("kmeans", 2),
        measured("markov_mixture", 3, repeatability=0.8),
        one("markov_mixture", 500),
    ]

    assert chosen(choose(rows, RULE)) == ("markov_mixture", 3)
    assert chosen(choose(rows, dataclasses.replace(RULE, method="kmeans"))) == ("kmeans", 2)
    assert chosen(choose(rows, dataclasses.replace(RULE, method="density"))) == ("everybody", 1)


@pytest.mark.parametrize(
    ("figures", "reason"),
    [
        ({"stability": 0.49}, "fits on resamples agree by less than 0.5"),
        ({"repeatability_low": 0.05}, "odd and even weeks of a person do not agree beyond chance"),
        ({"repeatability_low": np.nan}, "odd and even weeks of a person do not agree beyond chance"),
        ({"n_twice_seen": 11}, "fewer than 12 persons have touches in odd and in even weeks"),
        ({"smallest_share": 0.04}, "a segment holds less than 5% of persons"),
        ({"silhouette": 0.09}, "silhouette is below 0.1"),
    ],
)
def test_segments_that_are_not_sound_do_not_count(figures, reason):
    told = choose([measured("kmeans", 2, **figures)], RULE)

    assert chosen(told) == ("everybody", 1)
    assert told["reason"].iloc[1] == reason


def test_one_segment_may_have_the_lowest_bic():
    told = choose([one("markov_mixture", 90.0), measured("markov_mixture", 2)], RULE)

    assert chosen(told) == ("everybody", 1)
    assert told["reason"].iloc[2] == "bic prefers one segment"


def test_what_was_measured_is_not_changed():
    rows = [measured("kmeans", 2)]

    choose(rows, RULE)

    assert rows == [measured("kmeans", 2)] or rows[0]["reason"] == ""


def test_few_persons_are_told_so():
    told = everybody_is_one(7, "few")

    assert chosen(told) == ("everybody", 1)
    assert (told["n"].iloc[0], told["reason"].iloc[0]) == (7, "few")
