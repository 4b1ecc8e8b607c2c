"""Persons who behave alike, found in what was planted and in nothing else."""

import dataclasses
import random

import numpy as np
import pytest

from journey_research.engine import Table
from journey_research.pipelines.journeys.segmentation.agreement import adjusted_rand
from journey_research.pipelines.journeys.segmentation.rule import METHODS, SegmentRule
from journey_research.pipelines.journeys.segmentation.segments import segment_persons
from tests.pipelines.journeys.segmentation.people_of_kinds import (
    HOME,
    KINDS,
    PRODUCT,
    RULE,
    SALE,
    nobody,
    persons_of,
)
from tests.pipelines.journeys.small_world import shuffled
from tests.worlds import broken_rules

TABLES = ("SEGMENTS", "SEGMENT_PROFILES", "SEGMENT_TRAITS", "SEGMENT_CHOICES", "SEGMENT_MOVES", "METRICS")
SAME = (3.0, {"email": 0.4, "store": 0.3, "direct": 0.3}, 0.1, 0.3, {PRODUCT: 0.5, SALE: 0.3, HOME: 0.2})


@pytest.fixture(scope="module")
def planted():
    return segment_persons(*persons_of(KINDS.values(), 30), RULE)


def kept_rules(told):
    for name, one in zip(TABLES, told, strict=True):
        assert broken_rules(name, one if isinstance(one, Table) else Table.from_pandas(one)) == [], name


def test_planted_kinds_are_found_and_named(planted):
    segments, profiles, traits, choices, _, metrics = planted
    found = segments.to_pandas()
    kinds = found.groupby("segment")["person_id"].agg(lambda people: {p[7] for p in people})

    assert sorted(map(sorted, kinds)) == [["0"], ["1"], ["2"]]
    of_kind = {next(iter(kind)): name for name, kind in kinds.items()}
    assert "email" in of_kind["0"] or "addressed by us" in of_kind["0"]
    assert "store" in of_kind["1"] or "conversions" in of_kind["1"]
    assert "search" in of_kind["2"] or "products viewed" in of_kind["2"]
    told = profiles.to_pandas().set_index("segment")
    assert told["n_persons"].tolist() == [30, 30, 30]
    assert told["person_share"].sum() == pytest.approx(1)
    assert told["amount_share"].sum() == pytest.approx(1)
    assert told.loc[of_kind["0"], "main_channel"] == "email"
    assert "mostly addressed by us" in told.loc[of_kind["0"], "style"]
    store = traits.set_index(["segment", "trait"]).loc[(of_kind["1"], "store")]
    assert store["low"] < 0.8 < store["high"]
    assert choices["is_chosen"].sum() == 1
    assert metrics.set_index("metric").loc["n_segments", "value"] == 3
    kept_rules(planted)


@pytest.mark.parametrize("method", METHODS)
def test_every_method_finds_them(method):
    rule = dataclasses.replace(RULE, method=method)

    segments, *_ = segment_persons(*persons_of(KINDS.values(), 30, seed=3), rule)

    found = segments.to_pandas()
    kind = found["person_id"].str[7].astype(int).to_numpy()
    label = np.unique(found["segment"].to_numpy(object).astype(str), return_inverse=True)[1]
    # Density may part a kind into crowds of its own.
    assert adjusted_rand(kind, label) > (0.75 if method == "density" else 0.9)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_persons_without_structure_are_everybody(seed):
    told = segment_persons(*persons_of([SAME], 120, seed=seed), RULE)

    assert set(told[0].to_pandas()["segment"]) == {"everybody"}
    choices = told[3]
    chosen = choices[choices["is_chosen"]].iloc[0]
    assert (chosen["method"], chosen["n_segments"]) == ("everybody", 1)
    assert (choices["repeatability_low"].dropna() < 0.05).all()
    kept_rules(told)


def test_row_order_does_not_matter(planted):
    draws = random.Random(3)
    *tables, as_of = persons_of(KINDS.values(), 30)

    again = segment_persons(*(shuffled(one, draws) for one in tables), as_of, RULE)

    for one, other in zip(planted, again, strict=True):
        if isinstance(one, Table):
            key = [(one.columns[0], "ascending")]
            assert one.to_arrow().sort_by(key).equals(other.to_arrow().sort_by(key))
        else:
            assert one.equals(other)


def test_few_persons_are_everybody():
    told = segment_persons(*persons_of(KINDS.values(), 3), RULE)

    assert set(told[0].to_pandas()["segment"]) == {"everybody"}
    assert told[1].to_pandas()["person_share"].tolist() == [1.0]
    assert told[1].to_pandas()["style"].tolist() == ["as everybody"]
    assert told[3]["reason"].tolist() == ["fewer than 12 persons are one segment"]
    kept_rules(told)


def test_who_is_seen_in_one_week_alone_cannot_be_seen_twice():
    touches, *rest = persons_of(KINDS.values(), 20)
    last = "select * from this where touched_at > timestamp '2025-02-19 12:00:00'"

    told = segment_persons(touches.query(last), *rest, RULE)

    assert set(told[0].to_pandas()["segment"]) == {"everybody"}
    reasons = set(told[3]["reason"])
    assert "fewer than 12 persons have touches in odd and in even weeks" in reasons
    assert set(told[0].to_pandas()["segment_before"].isna()) == {True}
    kept_rules(told)


def test_no_persons_are_no_segments():
    told = segment_persons(*nobody(), RULE)

    assert [told[0].count(), told[1].count(), len(told[2]), len(told[4])] == [0, 0, 0, 0]
    assert told[5]["n"].sum() == 0
    kept_rules(told)


def test_who_did_nothing_has_no_segment_by_deeds():
    rule = dataclasses.replace(RULE, method="deed_mixture")
    touches, *rest = persons_of(KINDS.values(), 30, seed=3)
    silent = (
        "select * replace(case when person_id in ('person:0000', 'person:1000') then 'company' "
        "else initiative end as initiative) from this"
    )

    told = segment_persons(touches.query(silent), *rest, rule)

    segments = told[0].to_pandas().set_index("person_id")["segment"]
    assert set(segments[["person:0000", "person:1000"]]) == {"no segment"}
    assert segments.nunique() == 4
    assert told[5].set_index("metric").loc["unassigned_share", "value"] >= 2 / 90
    kept_rules(told)


def test_where_nobody_did_anything_deeds_compare_nobody():
    touches, *rest = persons_of(KINDS.values(), 30)

    choices = segment_persons(
        touches.query("select * replace('company' as initiative) from this"), *rest, RULE
    )[3]

    of_deeds = choices[choices["method"] == "deed_mixture"]
    assert set(of_deeds["reason"]) == {"fewer than 12 persons did anything that can be compared"}
    assert of_deeds["repeatability"].isna().all()


def test_persons_who_did_all_the_same_are_everybody():
    touches, *rest = persons_of([(1.0, {"email": 1.0}, 0.0, 0.0, {PRODUCT: 1.0})], 1)
    copies = """
        select 'web:' || copy || touch_id as touch_id, 'person:' || copy as person_id, touched_at,
            'web:' || copy || session_id as session_id, 'web:' || copy as journey_id, touch_number, channel,
            action, initiative
        from this cross join (select unnest(range(1, 40)) as copy)
    """

    told = segment_persons(touches.query(copies), *rest, RULE)

    assert set(told[0].to_pandas()["segment"]) == {"everybody"}
    assert told[3]["reason"].tolist() == ["persons behave in too few ways to be compared"]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("method", "taste"),
        ("max_segments", 1),
        ("n_channels", 0),
        ("n_deeds", 0),
        ("n_starts", 0),
        ("n_resamples", 1),
        ("min_persons", 4),
        ("max_judged_persons", 11),
        ("min_segment_share", 1.0),
        ("min_silhouette", 2),
    ],
)
def test_a_rule_that_cannot_be_is_refused_where_it_is_born(name, value):
    with pytest.raises(ValueError, match=name):
        SegmentRule(**{**RULE.__dict__, name: value})
