"""Hashes of blocking keys against dedupe's own keys."""

from itertools import combinations

import numpy as np
import pytest
from dedupe import predicate_functions
from hypothesis import given, settings
from hypothesis import strategies as st

from journey_research.pipelines.identity.matching import predicate_keys
from journey_research.pipelines.identity.matching.predicate_keys import GRAMS, PREDICATES, hashed, keys_of

NAMES = sorted({name for names in PREDICATES.values() for name in names})
# Few letters, so that keys meet; then whatever letters there are.
few = st.text("ab 01é'-ß中😀", min_size=1, max_size=14)
words = st.lists(st.sampled_from("ann lee 04109 4109 o'neil st. 12 東京 smith smyth".split()), min_size=1)
values = st.lists(
    few | words.map(" ".join) | st.text(st.characters(exclude_categories=["Cs"]), max_size=20),
    max_size=8,
    unique=True,
).map(lambda told: np.array([*told, None], dtype=object)[:-1])


def keys_by_value(keys):
    return [keys.key[a:b].tolist() for a, b in zip(keys.starts[:-1], keys.starts[1:], strict=True)]


def test_worked_example():
    told = np.array(["ann lee", "annabel", "lee ann", "bob"], dtype=object)
    ann, annabel, lee, bob = map(set, keys_by_value(keys_of(told, "tokenFieldPredicate")))
    assert ann == lee  # the same two words
    assert len(ann) == 2
    assert len(annabel) == len(bob) == 1
    assert not ann & (annabel | bob)
    ann, annabel, lee, bob = map(set, keys_by_value(keys_of(told, "sameThreeCharStartPredicate")))
    assert ann == annabel  # both begin with "ann"
    assert not ann & (lee | bob)


@pytest.mark.parametrize("name", NAMES)
@settings(deadline=None)
@given(values=values)
def test_two_values_share_a_key_exactly_when_dedupe_gives_them_one(name, values):
    own = [set(told) for told in keys_by_value(keys_of(values, name))]
    theirs = [getattr(predicate_functions, name)(value) for value in values]
    assert list(map(len, own)) == list(map(len, theirs))
    for a, b in combinations(range(len(values)), 2):
        assert len(own[a] & own[b]) == len(theirs[a] & theirs[b]), (name, values[a], values[b])


@pytest.mark.parametrize("name", NAMES)
@settings(deadline=None, max_examples=20)
@given(values=values)
def test_a_key_does_not_depend_on_the_other_values(name, values):
    keys = keys_of(values, name)
    assert (keys.starts[0], keys.starts[-1], keys.key.dtype) == (0, len(keys.key), np.uint64)
    alone = [keys_by_value(keys_of(values[at : at + 1], name))[0] for at in range(len(values))]
    assert keys_by_value(keys) == alone
    if name not in GRAMS and name != "suffixArray":
        assert all(told == sorted(set(told)) for told in alone)  # whatever order dedupe's sets have


@pytest.mark.parametrize("name", GRAMS)
def test_many_values_are_cut_piece_by_piece(name, monkeypatch):
    told = np.array(["anneliese", "bob", "a", "bartholomew", "anne-liese", "bart"], dtype=object)
    at_once = keys_by_value(keys_of(told, name))
    monkeypatch.setattr(predicate_keys, "CHUNK", 2)
    assert keys_by_value(keys_of(told, name)) == at_once


@pytest.mark.parametrize("name", GRAMS)
def test_hashes_of_a_hundred_thousand_pieces_never_meet(name):
    n = GRAMS[name]
    draw = np.random.default_rng(1)
    letters = np.array(list("abcdefghijklmnopqrstuvwxyz0123456789äé中"))
    told = np.unique(letters[draw.integers(0, len(letters), (100_000, n))].view(f"U{n}")).astype(object)
    assert len(np.unique(keys_of(told, name).key)) == len(told)


def test_no_value_has_no_key():
    for name in NAMES:
        keys = keys_of(np.zeros(0, dtype=object), name)
        assert (keys.starts.tolist(), keys.key.tolist(), keys.key.dtype) == ([0], [], np.uint64)


def test_hashes_are_the_same_in_every_process():
    assert hashed(np.array(["ann"], dtype=object)).tolist() == [15203920426015911114]


def test_an_unknown_predicate_is_refused():
    with pytest.raises(ValueError, match="no predicate called sameShoeSize"):
        keys_of(np.array(["ann"], dtype=object), "sameShoeSize")
