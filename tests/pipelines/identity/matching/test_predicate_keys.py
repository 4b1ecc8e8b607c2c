"""Hashes of blocking keys against dedupe's own keys."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from predicates_by_hand import keys_by_hand

from journey_research.pipelines.identity.matching import predicate_keys
from journey_research.pipelines.identity.matching.predicate_keys import GRAMS, PREDICATES, hashed, keys_of
from journey_research.pipelines.identity.matching.words import WordCounts

NAMES = sorted({name for names in PREDICATES.values() for name in names})
# Few letters, so that keys meet; then whatever letters there are.
few = st.text("ab 01é'-ß中😀", min_size=1, max_size=14)
words = st.lists(st.sampled_from("ann lee 04109 4109 o'neil st. 12 東京 smith smyth".split()), min_size=1)
measured = st.sampled_from(
    [
        "52.5,13.4",
        "52.53, 13.41",
        "-0.1 0.2",
        "91,0",
        "0.0,0.0",
        "9.99",
        "12.0",
        "-3.5",
        "1,5",
        "0.0",
        "007.5",
    ]
)
models = st.sampled_from(["sony ps-lx350h", "pslx350h belt drive", "ps_lx 350h", "dvd/vcr-2", "2"])
values = st.lists(
    few
    | measured
    | models
    | words.map(" ".join)
    | st.text(st.characters(exclude_categories=["Cs"]), max_size=20),
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
@example(values=np.array(["", "\0", "a", "a\0"], dtype=object))
@example(values=np.array(["+49 030 7", "٣ 07é", "3", "00", "0", "a07b7"], dtype=object))
def test_two_values_share_a_key_exactly_when_the_definition_gives_them_one(name, values):
    own = [set(told) for told in keys_by_value(keys_of(values, name))]
    theirs = [keys_by_hand(values, name, value) for value in values]
    assert list(map(len, own)) == list(map(len, theirs))
    for a, b in combinations(range(len(values)), 2):
        assert len(own[a] & own[b]) == len(theirs[a] & theirs[b]), (name, values[a], values[b])


def test_a_model_number_is_one_word_however_it_is_parted():
    told = np.array(["sony ps-lx350h turntable", "sony pslx350h", "sony belt-drive"], dtype=object)
    parted, whole, none = map(set, keys_by_value(keys_of(told, "codeWords")))
    assert parted == whole
    assert not none  # no digit in it
    parted, whole, none = map(set, keys_by_value(keys_of(told, "rareWords")))
    assert parted == whole == none  # "sony" alone stands in more than one


def test_rare_words_are_those_that_fewest_values_hold():
    told = np.array(
        [*(f"the {word}" for word in "abcd"), "the red fox dog a", "fox red dog the"], dtype=object
    )
    long, short = map(set, keys_by_value(keys_of(told, "rareWords"))[-2:])
    assert (len(long), len(short), len(long & short)) == (3, 3, 2 if long != short else 3)
    the = set(keys_by_value(keys_of(np.array(["the", "the b"], dtype=object), "rareWords"))[0])
    assert not the & (long | short)  # held by all six, where four words are held by two


def test_some_values_have_the_rare_words_that_they_have_among_all():
    told = np.array(["ann lee", "ann ray", "bob lee", "bob ray", "ann fox"], dtype=object)
    all_keys = keys_by_value(keys_of(told, "rareWords"))
    some = keys_by_value(keys_of(told[3:4], "rareWords", WordCounts(told)))
    assert some == all_keys[3:4]
    assert keys_by_value(keys_of(told[3:4], "rareWords")) == [[]]  # alone it shares no word


@pytest.mark.parametrize("name", [name for name in NAMES if name != "rareWords"])
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
