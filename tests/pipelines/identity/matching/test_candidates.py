"""Pairs worth comparing, against two loops over all records."""

import tracemalloc
from collections import defaultdict
from itertools import combinations, product
from math import comb

import numpy as np
import pandas as pd
import pytest
from dedupe import predicate_functions
from hypothesis import given, settings
from hypothesis import strategies as st

from journey_research.pipelines.identity.matching import candidates
from journey_research.pipelines.identity.matching.candidates import (
    KeyRing,
    blocks,
    candidate_pairs,
    packed_keys,
    pairs_in,
    runs,
    sorted_unique,
    split,
    spread,
)
from journey_research.pipelines.identity.matching.columns import encode
from journey_research.pipelines.identity.matching.fields import Field
from journey_research.pipelines.identity.matching.predicate_keys import Keys

FIELDS = [Field("name", "phrase"), Field("town", "text"), Field("code", "code")]
RULES = [
    ("firstTokenPredicate(name)",),
    ("tokenFieldPredicate(name)",),
    ("commonFourGram(name)",),
    ("wholeFieldPredicate(town)",),
    ("sameThreeCharStartPredicate(code)",),
    ("firstTokenPredicate(name)", "wholeFieldPredicate(town)"),
    ("tokenFieldPredicate(name)", "commonFourGram(code)"),
    ("wholeFieldPredicate(town)", "sameThreeCharStartPredicate(code)", "commonFourGram(name)"),
]
people = st.lists(
    st.tuples(
        st.none() | st.sampled_from(["ann lee", "ann ray", "lee ann", "bob", "bob ann lee", "zoe o'neil"]),
        st.none() | st.sampled_from(["bonn", "kiel", "köln"]),
        st.none() | st.sampled_from(["04109", "04107", "10115"]),
    ),
    max_size=14,
)
some_rules = st.lists(st.sampled_from(RULES), min_size=1, max_size=3, unique=True)


def ring_of(records):
    return KeyRing(encode(pd.DataFrame(records, columns=[one.name for one in FIELDS], dtype=object), FIELDS))


def pairs_of(found):
    return list(zip(found.first.tolist(), found.second.tolist(), strict=True))


def keys_by_hand(ring, rule, record):
    """Every key of a record by a rule: one of each part's, together."""
    told = []
    for part in rule:
        predicate, name = split(part)
        column = ring.columns[name]
        code = column.codes[record]
        told.append(() if code < 0 else getattr(predicate_functions, predicate)(column.values[code]))
    return set(product(*told))


def pairs_by_hand(ring, rules, most_in_block):
    """The definition: blocks as a dictionary, pairs by two loops; those made and left out by each rule."""
    made, left_out = {}, {}
    for rule in rules:
        members = defaultdict(set)
        for record in range(ring.n_records):
            for key in keys_by_hand(ring, rule, record):
                members[key].add(record)
        small, of_large, n_large = set(), set(), 0
        for block in members.values():
            if len(block) <= most_in_block:
                small |= set(combinations(sorted(block), 2))
                continue
            n_large += comb(len(block), 2)
            for name in ring.columns.keys() - {split(part)[1] for part in rule}:
                parts = defaultdict(list)
                for record in sorted(block):
                    parts[ring.columns[name].codes[record]].append(record)
                for code, part in parts.items():
                    if code >= 0 and len(part) <= most_in_block:
                        of_large |= set(combinations(part, 2))
                    elif code >= 0:
                        of_large |= neighbours_by_hand(ring, part)
        made[rule] = small | of_large
        left_out[rule] = n_large - len(of_large)
    return made, left_out


def neighbours_by_hand(ring, part):
    """Each of many with the three that follow it, in the order of their values."""
    codes = [column.codes for column in ring.columns.values()]
    ordered = sorted(part, key=lambda record: (*(own[record] for own in reversed(codes)), record))
    return {
        (min(ordered[at], other), max(ordered[at], other))
        for at in range(len(ordered))
        for other in ordered[at + 1 : at + 4]
    }


def test_worked_example():
    ring = ring_of(
        [
            ("ann lee", "bonn", "04109"),
            ("bob ray", "bonn", "04109"),
            ("ann li", "kiel", None),
            ("anna lee", "bonn", "10115"),
        ]
    )
    assert pairs_of(candidate_pairs(ring, [("firstTokenPredicate(name)",)], 9)) == [(0, 2)]
    assert pairs_of(candidate_pairs(ring, [("tokenFieldPredicate(name)",)], 9)) == [(0, 2), (0, 3)]
    town = ("wholeFieldPredicate(town)",)
    assert pairs_of(candidate_pairs(ring, [town], 9)) == [(0, 1), (0, 3), (1, 3)]
    # Both of a rule's parts have to agree; of two rules either.
    both = ("wholeFieldPredicate(town)", "wholeFieldPredicate(code)")
    assert pairs_of(candidate_pairs(ring, [both], 9)) == [(0, 1)]
    found = candidate_pairs(ring, [both, ("firstTokenPredicate(name)",)], 9)
    assert pairs_of(found) == [(0, 1), (0, 2)]
    # Bonn's three are too many for blocks of two: the two with one post code are still compared.
    found = candidate_pairs(ring, [town], 2)
    assert pairs_of(found) == [(0, 1)]
    assert found.left_out == {town: 2}
    # Of seven with one name six live in Bonn, too many for blocks of two: each meets three neighbours.
    ring = ring_of([("ann", town, None) for town in ("bonn",) * 6 + ("kiel",)])
    found = pairs_of(candidate_pairs(ring, [("firstTokenPredicate(name)",)], 2))
    assert found == [(a, b) for a in range(6) for b in range(a + 1, min(a + 4, 6))]
    assert len(candidate_pairs(ring, [("firstTokenPredicate(name)",)], 6).first) == 15


@settings(deadline=None)
@given(people, some_rules, st.integers(2, 5))
def test_agrees_with_the_definition(records, rules, most_in_block):
    ring = ring_of(records)
    found = candidate_pairs(ring, rules, most_in_block)
    made, left_out = pairs_by_hand(ring, rules, most_in_block)
    assert pairs_of(found) == sorted(set().union(*made.values()))
    assert found.left_out == left_out


@settings(deadline=None)
@given(people, some_rules, st.integers(2, 14), st.randoms(use_true_random=False))
def test_moving_records_moves_their_pairs(records, rules, most_in_block, shuffling):
    order = list(range(len(records)))
    shuffling.shuffle(order)
    before = candidate_pairs(ring_of(records), rules, most_in_block)
    after = candidate_pairs(ring_of([records[at] for at in order]), rules, most_in_block)
    moved = [tuple(sorted((order[a], order[b]))) for a, b in pairs_of(after)]
    assert sorted(moved) == pairs_of(before)
    assert after.left_out == before.left_out


@settings(deadline=None)
@given(people, st.sampled_from(RULES), st.data())
def test_keys_of_some_records_are_their_keys_among_all(records, rule, data):
    ring = ring_of(records)
    some = np.array(
        sorted(data.draw(st.sets(st.integers(0, len(records) - 1)))) if records else [], dtype=int
    )
    all_keys, some_keys = defaultdict(set), defaultdict(set)
    for record, key in zip(*ring.of_rule(rule), strict=True):
        all_keys[record].add(key)
    for place, key in zip(*ring.of_rule(rule, some), strict=True):
        some_keys[some[place]].add(key)
    assert some_keys == {record: all_keys[record] for record in some if record in all_keys}
    assert {record: len(keys) for record, keys in all_keys.items()} == {
        record: len(keys) for record in range(len(records)) if (keys := keys_by_hand(ring, rule, record))
    }


def test_a_value_without_a_key_does_not_shift_the_keys_of_others():
    # Three values and three keys, but two are of the first, none of the last.
    keys = Keys(np.array([0, 2, 3, 3]), np.array([11, 12, 21], dtype=np.uint64))
    rows, told = spread(np.array([7]), np.array([1]), keys)
    assert (rows.tolist(), told.tolist()) == ([7], [21])
    rows, told = spread(np.array([7, 8, 9]), np.array([2, 0, 1]), keys)
    assert (rows.tolist(), told.tolist()) == ([8, 8, 9], [11, 12, 21])


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 4)), max_size=6))
def test_runs_one_after_the_other(told):
    starts, counts = np.array(told, dtype=np.int64).reshape(-1, 2).T
    assert runs(starts, counts).tolist() == [a + i for a, count in told for i in range(count)]


@given(st.lists(st.tuples(st.integers(0, 6), st.integers(0, 3)), max_size=20))
def test_blocks_hold_each_record_once(told):
    record = np.array([a for a, _ in told], dtype=np.int64)
    key = np.array([b << 60 for _, b in told], dtype=np.uint64)
    members, starts, sizes = blocks(*packed_keys(record, key, 7))
    by_key = defaultdict(set)
    for a, b in told:
        by_key[b].add(a)
    found = [members[at : at + size].tolist() for at, size in zip(starts, sizes, strict=True)]
    assert found == [sorted(by_key[b]) for b in sorted(by_key) if len(by_key[b]) > 1]
    first, second = pairs_in(members, starts, sizes)
    pairs = [pair for block in found for pair in combinations(block, 2)]
    assert list(zip(first.tolist(), second.tolist(), strict=True)) == pairs


@given(st.lists(st.integers(0, 9)))
def test_sorted_numbers_each_once(numbers):
    assert sorted_unique(np.array(numbers, dtype=np.int64)).tolist() == sorted(set(numbers))


def test_a_hundred_thousand_of_one_name_do_not_explode():
    n = 100_000
    towns = [f"town {at // 2}" for at in range(n)]
    records = pd.DataFrame({"name": ["ann lee"] * n, "town": towns, "code": ["1"] * n}, dtype=object)
    ring = KeyRing(encode(records, FIELDS))
    rules = [("tokenFieldPredicate(name)",), ("wholeFieldPredicate(name)",), ("commonFourGram(name)",)]
    tracemalloc.start()
    try:
        found = candidate_pairs(ring, rules, 30)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    # Of five thousand million pairs those of one town are left, and those of neighbours by their values.
    told = pairs_of(found)
    assert {(at, at + 1) for at in range(0, n, 2)} < set(told)
    assert len(told) < 3 * n
    assert found.left_out[("wholeFieldPredicate(name)",)] == comb(n, 2) - (n - 1)
    assert peak < 300 * 2**20


def test_without_another_column_a_large_block_is_left_out_and_counted():
    ring = KeyRing(encode(pd.DataFrame({"name": ["ann"] * 40}), [Field("name", "text")]))
    rule = ("wholeFieldPredicate(name)",)
    found = candidate_pairs(ring, [rule], 39)
    assert (pairs_of(found), found.left_out) == ([], {rule: comb(40, 2)})
    assert len(candidate_pairs(ring, [rule], 40).first) == comb(40, 2)  # exactly the cap is not too large


@pytest.mark.parametrize(
    "records", [[], [("ann lee", "bonn", "04109")], [(None, None, None)] * 3, [("ann lee", None, None)] * 1]
)
def test_nobody_to_compare(records):
    found = candidate_pairs(ring_of(records), RULES, 30)
    assert pairs_of(found) == []
    assert set(found.left_out.values()) == {0}
    assert found.first.dtype == found.second.dtype == np.int64


def test_a_silent_column_joins_nobody():
    found = candidate_pairs(ring_of([("ann lee", None, "1"), ("ann lee", None, "2")]), RULES, 30)
    assert pairs_of(found) == [(0, 1)]
    silent = [("wholeFieldPredicate(town)",), ("firstTokenPredicate(name)", "wholeFieldPredicate(town)")]
    assert (
        pairs_of(candidate_pairs(ring_of([("ann lee", None, "1"), ("ann lee", None, "2")]), silent, 30)) == []
    )


def test_many_pairs_are_sorted_range_by_range(monkeypatch):
    ring = ring_of([(f"n{at % 40} n{at % 7}", "bonn", f"{at % 11}") for at in range(300)])
    rules = [("tokenFieldPredicate(name)",), ("wholeFieldPredicate(code)",)]
    whole = candidate_pairs(ring, rules, 50)
    monkeypatch.setattr(candidates, "LEAST_PARTED", 1)
    parted = candidate_pairs(ring, rules, 50)
    assert len(whole.first) > 2000
    assert (parted.first == whole.first).all()
    assert (parted.second == whole.second).all()
