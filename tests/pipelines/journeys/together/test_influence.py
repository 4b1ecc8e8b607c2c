"""Who reaches whom, in how many steps, in which circles, and what came after."""

import dataclasses

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from journey_research.engine import Table
from journey_research.pipelines.journeys.together.communities import spread_labels
from journey_research.pipelines.journeys.together.influence import (
    InfluenceRule,
    link_persons,
    measure_spheres,
    tell_influence,
)
from tests.worlds import broken_rules, table

RULE = InfluenceRule(
    kinds=("share", "review"), peer_channels=("referral",), adoption_days=14, community_seed=1, max_rounds=30
)
START = pd.Timestamp("2025-01-01")


def moment(day):
    return (START + pd.Timedelta(days=day)).to_pydatetime()


def edges_from(said, bought=(), rule=RULE):
    """Of (giver, receiver, day) or (giver, receiver, day, kind); and (person, day)."""
    persons = sorted({one for row in said for one in row[:2]} | {one for one, _ in bought})
    referrals = table("REFERRALS", *(
        {"referral_id": f"web:{i}", "giver_record_id": f"web:{row[0]}", "receiver_record_id": f"web:{row[1]}",
         "kind": row[3] if len(row) > 3 else "share", "referred_at": moment(row[2])}
        for i, row in enumerate(said)
    ))  # fmt: skip
    people = table("PEOPLE", *({"record_id": f"web:{n}", "person_id": f"person:{n:04x}"} for n in persons))
    outcomes = table("OUTCOMES", *(
        {"outcome_id": f"shop:{i}", "person_id": f"person:{person:04x}", "occurred_at": moment(day)}
        for i, (person, day) in enumerate(bought)
    ))  # fmt: skip
    return Table.from_arrow(link_persons(referrals, people, outcomes, rule).to_arrow())


def spheres_of(edges):
    return measure_spheres(edges, RULE).set_index("person_id")


def test_a_chain_by_hand():
    """1 tells 2 and 3, then 2 tells 4; 3 told 5 before it heard from 1, so 1 does not reach 5. 4 buys."""
    edges = edges_from([(1, 2, 0), (1, 2, 1), (1, 3, 4), (2, 4, 2), (3, 5, 3)], [(4, 10), (5, 30)])
    spheres = spheres_of(edges)

    assert spheres.loc["person:0001", ["n_reached", "n_reached_further", "n_acts"]].tolist() == [2, 1, 3]
    assert spheres.loc["person:0002", ["n_reached", "n_followed", "n_givers"]].tolist() == [1, 1, 1]
    assert spheres.loc["person:0003", ["n_reached", "n_reached_further", "n_followed"]].tolist() == [1, 0, 0]
    assert spheres.loc["person:0005", "n_givers"] == 1
    assert set(spheres["component_id"]) == {"person:0001"}
    assert broken_rules("INFLUENCE_EDGES", edges) == []
    assert broken_rules("INFLUENCE_SPHERES", Table.from_pandas(spheres.reset_index())) == []


def test_only_words_asked_for_between_two_persons_known_count_and_in_time():
    said = [(1, 1, 0), (1, 2, 0, "mention"), (1, 3, 0, "review"), (1, 4, 0)]
    edges = edges_from(said, [(3, 14), (4, 14.01)]).to_pandas().set_index("receiver_person_id")
    assert edges["is_followed"].to_dict() == {"person:0003": True, "person:0004": False}
    before = edges_from([(1, 2, 5)], [(2, 5), (2, 4)]).to_pandas()
    assert not before["is_followed"].any(), "what was bought before the word did not follow it"


def test_the_figures_by_hand():
    edges = edges_from([(1, 2, 0), (2, 3, 1), (1, 4, 0)], [(3, 2)])
    touches = table("JOURNEY_TOUCHES", *(
        {"touch_id": f"web:{person}", "person_id": f"person:{person:04x}", "channel": channel,
         "initiative": "customer"}
        for person, channel in [(1, "direct"), (2, "direct"), (3, "direct"), (5, "referral"), (6, "email")]
    ))  # fmt: skip
    figures = tell_influence(touches, edges, Table.from_pandas(measure_spheres(edges, RULE)), RULE)
    told = figures.set_index("figure")

    assert told["share"].drop("largest_community_share").round(3).to_dict() == {
        "followed_share": 0.333, "giving_share": 0.4, "passed_on_share": 0.5, "touched_by_peers_share": 0.6,
    }  # fmt: skip
    assert told["n"].to_dict() == {
        "followed_share": 3, "giving_share": 5, "largest_community_share": 4, "passed_on_share": 2,
        "touched_by_peers_share": 5,
    }  # fmt: skip
    assert broken_rules("INFLUENCE_FIGURES", Table.from_pandas(figures)) == []


def test_nobody_says_anything():
    edges = edges_from([])
    spheres = measure_spheres(edges, RULE)
    figures = tell_influence(table("JOURNEY_TOUCHES"), edges, Table.from_pandas(spheres), RULE)
    assert spheres.empty
    assert figures["share"].isna().all()
    assert (figures["n"] == 0).all()
    for name, frame in (("INFLUENCE_SPHERES", spheres), ("INFLUENCE_FIGURES", figures)):
        assert broken_rules(name, Table.from_pandas(frame)) == []


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5), st.integers(0, 6)), max_size=14))
def test_spheres_are_what_walking_the_words_one_by_one_gives(said):
    said = [row for row in said if row[0] != row[1]]
    found = spheres_of(edges_from(said))
    for person in range(6):
        name = f"person:{person:04x}"
        near = {two for one, two, _ in said if one == person}
        far = {
            other for one, two, day in said if one == person
            for start, other, later in said if start == two and later > day
        } - near - {person}  # fmt: skip
        if name in found.index:
            assert found.loc[name, ["n_reached", "n_reached_further"]].tolist() == [len(near), len(far)]
        else:
            assert not near


def circles(n_circles=4, size=15, inside=0.5, across=0.01, seed=3):
    """A graph with circles planted in it, and whose each person is."""
    draws = np.random.default_rng(seed)
    circle = np.repeat(np.arange(n_circles), size)
    one, other = np.triu_indices(n_circles * size, 1)
    kept = draws.random(len(one)) < np.where(circle[one] == circle[other], inside, across)
    return circle, one[kept], other[kept]


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_planted_circles_are_recovered_though_all_hangs_together(seed):
    from sklearn.metrics import adjusted_rand_score

    circle, one, other = circles(seed=seed)
    edges = edges_from([(int(a), int(b), 0) for a, b in zip(one, other, strict=True)])
    spheres = spheres_of(edges)
    names = [int(name[7:], 16) for name in spheres.index]

    assert spheres["component_id"].nunique() == 1
    assert adjusted_rand_score(circle[names], spheres["community_id"]) > 0.95


def test_labels_do_not_hang_on_the_order_of_links_or_their_direction():
    _, one, other = circles()
    strong = np.ones(len(one), np.int64)
    given = spread_labels(one, other, strong, 60, 1, 30)
    turned = spread_labels(other[::-1], one[::-1], strong, 60, 1, 30)
    assert given.tolist() == turned.tolist()
    assert spread_labels(one[:0], one[:0], strong[:0], 3, 1, 30).tolist() == [0, 1, 2]


@pytest.mark.parametrize("change", [{"adoption_days": 0}, {"max_rounds": 0}, {"kinds": "share"}])
def test_a_rule_that_cannot_be_is_refused(change):
    with pytest.raises(ValueError, match=next(iter(change))):
        dataclasses.replace(RULE, **change)


@pytest.mark.parametrize("seed", range(5))
def test_many_words_with_one_count_more_than_one_word_with_each_of_two(seed):
    one, other = np.array([0, 2, 0, 1, 2]), np.array([1, 3, 4, 4, 4])
    labels = spread_labels(one, other, np.array([5, 5, 1, 1, 9]), 5, seed, 30)
    assert labels.tolist() == [0, 0, 1, 1, 1]
    assert spread_labels(one, other, np.array([5, 5, 1, 1, 1]), 5, seed, 30)[4] == 0
