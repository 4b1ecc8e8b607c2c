"""Pairs that must match whatever one column says: bits by hand, chance against draws, relatives."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from made_up_people import draw_people, frame_of

from journey_research.pipelines.identity.matching.columns import encode, find_columns
from journey_research.pipelines.identity.matching.fields import Field
from journey_research.pipelines.identity.matching.levels import DIFFERENT, N_LEVELS, meet_strangers
from journey_research.pipelines.identity.matching.likeness import Likeness
from journey_research.pipelines.identity.matching.pseudo_matches import (
    BITS_STEP,
    agreement_bits,
    chance_bits,
    chance_tail,
    expect_matches,
    find_pseudo_matches,
    make_matches,
)


def test_worked_example():
    # Of eight records four are ann, two bob, one cy; one is silent. Seven tell the column.
    names = ["ann", "ann", "ann", "ann", "bob", "bob", "cy", None]
    (column,) = encode(pd.DataFrame({"name": names}), [Field("name", "text")])
    told = agreement_bits([column], np.array([0, 4, 0, 7]), np.array([1, 5, 4, 7]))
    assert told[:, 0] == pytest.approx([np.log2(7 / 4), np.log2(7 / 2), 0.0, 0.0])


def test_chance_agrees_with_all_pairs():
    # Sixteen even first names and four even towns, every one with every other: 4 and 2 bits.
    frame = pd.DataFrame(
        [(f"name{i}", f"town{j}") for i in range(16) for j in range(4)], columns=["name", "town"]
    )
    columns = encode(frame, [Field("name", "text"), Field("town", "text")])
    tail = chance_tail([chance_bits(column) for column in columns])
    # Equal name 1 in 16, equal town 1 in 4, both 1 in 64.
    assert tail[int(6 / BITS_STEP)] == pytest.approx(1 / 64)
    assert tail[int(4 / BITS_STEP)] == pytest.approx(1 / 16)
    assert tail[int(2 / BITS_STEP)] == pytest.approx(1 - 15 / 16 * 3 / 4)
    assert tail[0] == pytest.approx(1.0)


def shown_by(people, seed=1):
    likeness = Likeness(find_columns(frame_of(people), list(frame_of(people).columns))[0])
    strangers = meet_strangers(likeness, np.random.default_rng(seed))
    return likeness, strangers, find_pseudo_matches(likeness, strangers, np.random.default_rng(seed))


def test_what_is_shown_is_one_person():
    people = draw_people(900, seed=1, repeated=0.4)
    likeness, _, pseudo = shown_by(people)
    is_one = people["person"].to_numpy()[pseudo.first] == people["person"].to_numpy()[pseudo.second]
    shown = pseudo.weight > 0
    assert (shown.sum(axis=0) > 50).all()
    assert all(is_one[shown[:, at]].mean() > 0.95 for at in range(len(likeness.columns)))


def test_what_columns_of_few_values_show_is_nothing_to_go_by():
    _, _, pseudo = shown_by(draw_people(900, seed=1, repeated=0.4))
    assert pseudo.shows
    assert not replace(pseudo, is_varied=np.zeros_like(pseudo.is_varied)).shows
    is_first = np.arange(len(pseudo.is_varied)) == 0
    assert replace(pseudo, is_varied=is_first).shows
    assert not replace(pseudo, weight=pseudo.weight * is_first).shows


def test_relatives_are_seen_through():
    # As many relatives as repeats: they agree in name, street and town and differ in the first name.
    people = draw_people(900, seed=2, repeated=0.3, relatives=0.4)
    likeness, strangers, pseudo = shown_by(people)
    at = [column.name for column in likeness.columns].index("first")
    assert pseudo.kin[at] > 0.5
    person = people["person"].to_numpy()
    relatives = (person[pseudo.first] != person[pseudo.second]) & (pseudo.weight[:, at] > 0)
    assert relatives.sum() > 20
    assert pseudo.weight[relatives, at].mean() < 0.5
    expected = expect_matches(likeness, pseudo, strangers)
    assert expected.level[at][strangers.unlike[at]].sum() <= 0.1 + 1e-9
    assert expected.pairs[at] == np.inf
    assert expected.level.sum(axis=1) == pytest.approx(1.0)


def test_made_matches_share_what_matches_share():
    people = draw_people(900, seed=1, repeated=0.4)
    likeness, _, pseudo = shown_by(people)
    made = make_matches(likeness, pseudo, 1000, np.random.default_rng(1))
    both = (made >= 0).all(axis=0)
    equal = (made[0] == made[1]) & both
    assert made.shape == (2, len(likeness.columns), 1000)
    assert (equal.sum(axis=1) / both.sum(axis=1) > 0.6).all()


def test_many_records_are_sampled_by_value(monkeypatch):
    monkeypatch.setattr("journey_research.pipelines.identity.matching.pseudo_matches.MOST_RECORDS", 400)
    people = draw_people(2000, seed=3, repeated=0.4)
    _, _, some = shown_by(people)
    monkeypatch.undo()
    _, _, all_of = shown_by(people)
    codes = [set(zip(one.first.tolist(), one.second.tolist(), strict=True)) for one in (some, all_of)]
    assert codes[0] < codes[1]
    assert len(codes[0]) > 50


def test_known_matches_say_what_matches_look_like():
    """Two hundred that are unlike in the first name stand beside fifty and five; none change nothing."""
    people = draw_people(900, seed=2, repeated=0.3, relatives=0.4)
    likeness, strangers, pseudo = shown_by(people)
    at = [column.name for column in likeness.columns].index("first")
    told = np.zeros((200, len(likeness.columns)), dtype=np.int8)
    told[:, at] = DIFFERENT
    before = expect_matches(likeness, pseudo, strangers)
    none = expect_matches(likeness, pseudo, strangers, told[:0])
    after = expect_matches(likeness, pseudo, strangers, told)
    assert none.level == pytest.approx(before.level)
    by_hand = (200 * (np.arange(N_LEVELS) == DIFFERENT) + 55 * before.level[at]) / 255
    assert after.level[at] == pytest.approx(by_hand)
    others = np.arange(len(likeness.columns)) != at
    assert after.level[others] == pytest.approx(before.level[others])
    assert after.level.sum(axis=1) == pytest.approx(1.0)
