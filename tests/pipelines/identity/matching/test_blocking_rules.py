"""Blocking rules learnt: what they cover, what they cost, and that nothing else decides."""

import inspect
import os
import subprocess
import sys
from collections import defaultdict
from itertools import product

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from predicates_by_hand import keys_by_hand

from journey_research.pipelines.identity.matching.blocking_rules import (
    WORTH_OF_COVERS,
    covers,
    learn_rules,
    parts_of,
    worth_comparing,
)
from journey_research.pipelines.identity.matching.candidates import KeyRing, split
from journey_research.pipelines.identity.matching.columns import encode
from journey_research.pipelines.identity.matching.fields import Field
from journey_research.pipelines.identity.matching.predicate_keys import PREDICATES

FIELDS = [Field("name", "phrase"), Field("town", "text"), Field("code", "code")]
CAP = 30
FIRST = "anna bernd clara dieter emma franz greta hans".split()
LAST = "schmidt weber fischer wagner becker hoffmann koch".split()
TOWNS = "leipzig berlin hamburg kiel".split()


def make_people(n_persons=40, seed=1):
    """Two rows a person, the second with a slip of the pen and every second time without a code."""
    draw = np.random.default_rng(seed)
    rows = []
    for _ in range(n_persons):
        name = f"{draw.choice(FIRST)} {draw.choice(LAST)}{draw.choice(['', 'er', 'mann'])}"
        town, code = draw.choice(TOWNS), f"{draw.integers(10_000, 99_999)}"
        place = int(draw.integers(1, len(name) - 1))
        rows.append((name, town, code))
        rows.append((name[:place] + name[place + 1 :], town, code if draw.random() < 0.5 else None))
    return pd.DataFrame(rows, columns=["name", "town", "code"], dtype=object)


def learn(people, budget=5.0, most_rules=6, cap=CAP, sample=None):
    """The keys of some people, the value numbers of their matches, and the rules learnt from them."""
    ring = KeyRing(encode(people, FIELDS))
    codes = np.stack([column.codes.astype(np.int64) for column in ring.columns.values()])
    matches = np.stack([codes[:, 0::2], codes[:, 1::2]])
    sample = np.arange(len(people)) if sample is None else sample
    return ring, matches, learn_rules(ring, matches, budget, most_rules, cap, sample)


def tell(bought):
    """A line a rule, to the last digit."""
    return [f"{one.rule} {one.price!r} {one.covers.tolist()}" for one in bought]


def keys_of_code(ring, part, code):
    predicate, name = split(part)
    values = ring.columns[name].values
    return () if code < 0 else keys_by_hand(values, predicate, values[code])


def covered_by_hand(ring, rule, matches, cap=None):
    """The definition: a match's sides have a key of each part in common, in a block not too large."""
    names, members = list(ring.columns), blocks_by_hand(ring, rule)
    told = []
    for at in range(matches.shape[2]):
        shared = [
            set(keys_of_code(ring, part, matches[0, names.index(split(part)[1]), at]))
            & set(keys_of_code(ring, part, matches[1, names.index(split(part)[1]), at]))
            for part in rule
        ]
        sizes = [len(members[key]) for key in product(*shared)]
        told.append(any(cap is None or size <= max(cap, 1) for size in sizes))
    return told


def blocks_by_hand(ring, rule):
    """Key -> records that have it."""
    members = defaultdict(set)
    for record in range(ring.n_records):
        keys = [keys_of_code(ring, part, ring.columns[split(part)[1]].codes[record]) for part in rule]
        for key in product(*keys):
            members[key].add(record)
    return members


def price_by_hand(ring, rule, cap):
    """Pairs a record, of blocks as a dictionary; a large one makes what blocks of the cap would."""
    sizes = [len(block) for block in blocks_by_hand(ring, rule).values()]
    return sum(min(n * (n - 1) / 2, n * cap / 2) for n in sizes if n > 1) / ring.n_records


def test_worked_example():
    # Both records of a person have one code and live in one of two towns; their names have nothing in common.
    people = pd.DataFrame(
        {
            "name": ["ann", "xyz", "bob", "uvw", "zoe", "rst"],
            "town": ["bonn", "bonn", "kiel", "kiel", "bonn", "bonn"],
            "code": ["04109", "04109", "10115", "10115", "20095", "20095"],
        },
        dtype=object,
    )
    ring, matches, (bought, *others) = learn(people, most_rules=2)
    assert split(bought.rule[0])[1] == "code"
    assert bought.covers.tolist() == [True, True, True]
    assert bought.price == 0.5  # three pairs of six records
    # What covers the same matches for the same price is still worth a quarter; the town would cost more.
    assert [split(other.rule[0])[1] for other in others] == ["code"]
    town = covers(ring, "wholeFieldPredicate(town)", matches)
    assert town.all()
    assert not covers(ring, "wholeFieldPredicate(name)", matches).any()


@pytest.mark.parametrize(("cap", "price"), [(30, 2.5), (6, 2.5)])
def test_a_block_costs_its_pairs_and_one_too_large_covers_nothing(cap, price):
    # Six of one name are fifteen pairs, two and a half a record.
    ring = KeyRing(encode(pd.DataFrame({"name": ["ann"] * 6}), [Field("name", "text")]))
    matches = np.zeros((2, 1, 3), dtype=np.int64)
    (bought,) = learn_rules(ring, matches, 9.0, 1, cap, np.arange(6))
    assert bought.price == price
    # Three of them are three pairs; twice the records are reckoned to make four times as many.
    (bought,) = learn_rules(ring, matches, 9.0, 1, cap, np.arange(3))
    assert bought.price == min(3 * 4, 6 * cap / 2) / 6
    # In blocks of at most five they are compared with nobody, and three of six records tell as much.
    assert learn_rules(ring, matches, 9.0, 1, 5, np.arange(6)) == []
    assert learn_rules(ring, matches, 9.0, 1, 5, np.arange(3)) == []
    # Two of six, each of which stands for more than a block may hold, tell nothing of how large blocks are.
    (bought,) = learn_rules(ring, matches, 9.0, 1, 2, np.arange(2))
    assert bought.covers.all()


@settings(deadline=None, max_examples=10)
@given(
    st.integers(0, 99), st.sampled_from([0.6, 2.0, 8.0]), st.sampled_from([1, 4, 9]), st.sampled_from([3, 30])
)
def test_rules_cover_and_cost_what_they_say(seed, budget, most_rules, cap):
    ring, matches, bought = learn(make_people(seed=seed), budget, most_rules, cap)
    assert len(bought) <= most_rules
    assert len({one.rule for one in bought}) == len(bought)
    assert sum(one.price for one in bought) <= budget + 1e-9
    for one in bought:
        assert one.covers.tolist() == covered_by_hand(ring, one.rule, matches, cap)
        assert one.price == pytest.approx(price_by_hand(ring, one.rule, cap))


@settings(deadline=None, max_examples=10)
@given(st.integers(0, 99))
def test_each_bargain_is_the_best_left(seed):
    ring, matches, bought = learn(make_people(seed=seed), budget=4.0)
    worth = np.array([*WORTH_OF_COVERS, *[0.0] * len(bought)])
    singles = [(part,) for part in parts_of(list(ring.columns.values()))]
    priced = {rule: price_by_hand(ring, rule, CAP) for rule in singles}
    covered = {rule: np.array(covered_by_hand(ring, rule, matches, CAP)) for rule in singles}
    times, budget = np.zeros(matches.shape[2], dtype=int), 4.0
    for one in bought:
        gain = worth[times[one.covers]].sum() / (one.price + 0.02)
        for rule in singles:
            if priced[rule] <= budget:
                assert gain >= worth[times[covered[rule]]].sum() / (priced[rule] + 0.02) - 1e-9
        priced.pop(one.rule, None)
        singles = list(priced)
        times += one.covers
        budget -= one.price


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(-1, 5), st.integers(-1, 5)), max_size=10), st.data())
def test_covers_agree_with_dedupe_on_any_pairs(pairs, data):
    names = ["ann lee", "lee ann", "anna leigh", "bob o'neil", "東京 12", "12 ann"]
    ring = KeyRing(encode(pd.DataFrame({"name": names}), [Field("name", "phrase")]))
    part = data.draw(st.sampled_from(parts_of(list(ring.columns.values()))))
    matches = np.array(pairs, dtype=np.int64).reshape(-1, 2).T[:, None, :]
    assert covers(ring, part, matches).tolist() == covered_by_hand(ring, (part,), matches)


def test_a_sample_tells_the_price_for_all():
    people = pd.concat([make_people(400, seed=at) for at in range(4)], ignore_index=True)
    half = np.sort(np.random.default_rng(1).permutation(len(people))[: len(people) // 2])
    ring, _, bought = learn(people, budget=40.0, sample=half)
    assert bought
    for one in bought:
        assert one.price == pytest.approx(price_by_hand(ring, one.rule, CAP), rel=0.5, abs=0.3)


def test_two_processes_buy_the_same_rules():
    lines = [
        "import numpy as np, pandas as pd",
        *(f"from {one.__module__} import {one.__name__}" for one in (learn_rules, KeyRing, encode, Field)),
        f"CAP, FIRST, LAST, TOWNS = {CAP}, {FIRST}, {LAST}, {TOWNS}",
        f"FIELDS = {FIELDS}",
        *map(inspect.getsource, (make_people, learn, tell)),
        "print(*tell(learn(make_people(), most_rules=9)[2]), sep='\\n')",
    ]
    told = [
        subprocess.run(
            [sys.executable, "-c", "\n".join(lines)],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout.splitlines()
        for seed in ("1", "77")
    ]
    assert told[0] == told[1] == tell(learn(make_people(), most_rules=9)[2])
    assert len(told[0]) > 1


def test_what_brings_nothing_together_is_not_bought():
    people = make_people()
    ring, matches, _ = learn(people)
    everyone = np.arange(len(people))
    assert learn_rules(ring, np.full_like(matches, -1), 9.0, 9, CAP, everyone) == []
    assert learn_rules(ring, matches[:, :, :0], 9.0, 9, CAP, everyone) == []
    assert learn_rules(ring, matches, 0.0, 9, CAP, everyone) == []
    assert learn_rules(ring, matches, 9.0, 0, CAP, everyone) == []


def test_a_category_of_few_values_blocks_nothing():
    people = pd.DataFrame({"name": [f"n{at}" for at in range(64)], "sex": ["m", "f"] * 32}, dtype=object)
    people["month"] = [str(at % 12) for at in range(64)]
    fields = [Field("name", "text"), Field("sex", "category"), Field("month", "category")]
    parts = parts_of(encode(people, fields))
    assert [part for part in parts if not part.endswith("(name)")] == ["wholeFieldPredicate(month)"]
    assert [split(part)[0] for part in parts if part.endswith("(name)")] == list(PREDICATES["text"])


def test_a_birthday_that_names_bring_as_well_is_not_worth_its_strangers():
    """Names bring 1,000 matches; birthdays 999 of these, one of their own, and 2,000 pairs of strangers."""
    by_name = np.r_[np.ones(1000), 0, np.zeros(2000)].astype(bool)
    by_day = np.r_[0, np.ones(999), 1, np.ones(2000)].astype(bool)
    probability = np.r_[np.full(1000, 0.99), 0.9, np.full(2000, 1e-6)]
    assert worth_comparing(np.stack([by_name, by_day]), probability) == [0]
    few = np.r_[0:100, 1000:3001]  # of a hundred matches the one is too many to lose
    assert worth_comparing(np.stack([by_name, by_day])[:, few], probability[few]) == [0, 1]
    fewer_strangers = np.r_[0:1500]
    assert worth_comparing(np.stack([by_name, by_day])[:, fewer_strangers], probability[:1500]) == [0, 1]


@given(st.integers(0, 2**32 - 1), st.integers(1, 6), st.integers(0, 60))
def test_what_is_left_out_holds_one_match_in_a_thousand_at_most(seed, n_rules, n_pairs):
    draw = np.random.default_rng(seed)
    brought = draw.random((n_rules, n_pairs)) < 0.4
    probability = draw.random(n_pairs) ** draw.integers(1, 30)
    kept = worth_comparing(brought, probability)
    assert kept
    assert kept == sorted(set(kept))
    lost = brought.any(axis=0) & ~brought[kept].any(axis=0)
    assert probability[lost].sum() <= 1e-3 * probability.sum() + 1e-12
    alone = brought[kept] & (brought[kept].sum(axis=0) == 1)
    assert len(kept) == 1 or alone.any(axis=1).all()  # none that only repeats the others


def test_of_rules_that_bring_the_same_the_one_bought_first_stays():
    brought = np.array([[True, True], [True, True], [True, True]])
    assert worth_comparing(brought, np.array([0.9, 0.8])) == [0]
