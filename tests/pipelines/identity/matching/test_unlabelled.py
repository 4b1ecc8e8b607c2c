"""Matching without labels: made-up people whose truth is known, and sets that must be refused."""

import os
import subprocess
import sys
from itertools import combinations
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from made_up_goods import WORDS
from made_up_people import COLUMNS, draw_people, frame_of

from journey_research.pipelines.identity.matching import unlabelled
from journey_research.pipelines.identity.matching.candidates import KeyRing, candidate_pairs
from journey_research.pipelines.identity.matching.columns import find_columns
from journey_research.pipelines.identity.matching.levels import N_LEVELS, Strangers
from journey_research.pipelines.identity.matching.likeness import Likeness
from journey_research.pipelines.identity.matching.linkage import average_linkage
from journey_research.pipelines.identity.matching.mixture import Expected
from journey_research.pipelines.identity.matching.unlabelled import (
    AnchoredRing,
    fit_unlabelled,
    is_credible,
    main_columns,
    pairs_to_fit,
)
from journey_research.verbs.resolve import resolve

BUDGET = {"pairs_per_record": 40.0, "most_rules": 16, "most_in_block": 30}
SRC = Path(__file__).resolve().parents[4] / "src"


def fit(people, seed=1, names=COLUMNS):
    columns = find_columns(people, list(names))[0]
    likeness, ring = Likeness(columns), KeyRing(columns)
    return fit_unlabelled(likeness, ring, **BUDGET, training_seed=seed), likeness, ring


def f1_of(people, seed=1, names=COLUMNS):
    """Of the pairs found and the pairs there are, two by two."""
    fitted, likeness, ring = fit(people, seed, names)
    assert fitted.refusal == ""
    pairs = candidate_pairs(ring, fitted.rules, BUDGET["most_in_block"])

    def score(first, second):
        return fitted.logistic.probability(likeness.compare(first, second))

    merges = average_linkage(len(people), pairs.first, pairs.second, score(pairs.first, pairs.second), score)
    found, true = pairs_of(merges.clusters(len(people), fitted.threshold)), pairs_of(people["person"])
    return 2 * len(found & true) / (len(found) + len(true))


def pairs_of(groups):
    told = pd.Series(np.asarray(groups))
    return {pair for _, own in told.groupby(told) for pair in combinations(own.index.tolist(), 2)}


def test_repeats_are_found():
    assert f1_of(draw_people(900, seed=1, repeated=0.4)) > 0.97


@pytest.mark.parametrize("seed", [1, 2])
def test_repeats_are_found_among_relatives(seed):
    assert f1_of(draw_people(900, seed=seed, repeated=0.3, relatives=0.4), seed) > 0.93


def test_few_repeats_are_found():
    assert f1_of(draw_people(1500, seed=4, repeated=0.03)) > 0.9


def test_where_few_repeat_two_are_joined_only_where_that_is_likelier_than_not():
    few, *_ = fit(draw_people(1500, seed=4, repeated=0.03))
    many = draw_people(300, seed=5, repeated=1.0)
    more = pd.concat([many, many[many.index % 2 == 0], many[many.index % 3 == 0]], ignore_index=True)
    several, *_ = fit(more.sample(frac=1, random_state=1, ignore_index=True))
    assert 0.45 < few.threshold < 0.5
    assert several.threshold < 0.35


@pytest.mark.parametrize("relatives", [0.0, 0.3, 0.7])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_without_repeats_it_does_not_answer(seed, relatives):
    fitted, *_ = fit(draw_people(1200, seed=seed, relatives=relatives), seed)
    assert fitted.logistic is None
    assert fitted.refusal
    assert "\n" not in fitted.refusal


def turned(people):
    """A tenth of the records with first and last name in each other's place: the columns share values."""
    told = people.copy()
    rows = np.random.default_rng(1).random(len(told)) < 0.1
    told.loc[rows, ["first", "last"]] = people.loc[rows, ["last", "first"]].to_numpy()
    return told


def called(people):
    """The columns of names are called so."""
    return people.rename(columns={"first": "First Name", "last": "surname"})


@pytest.mark.parametrize("seed", [1, 2, 3])
@pytest.mark.parametrize("known", [turned, called])
def test_where_names_and_addresses_are_all_there_is_families_are_no_repeats(seed, known):
    people = known(draw_people(1200, seed=seed, relatives=0.7))
    fitted, *_ = fit(people, seed, people.columns[1:5])
    assert fitted.logistic is None


@pytest.mark.parametrize("seed", [1, 2, 3])
@pytest.mark.parametrize("known", [turned, called])
def test_where_names_and_addresses_are_all_there_is_repeats_are_found_among_families(seed, known):
    people = known(draw_people(900, seed=seed, repeated=0.4, relatives=0.7))
    assert f1_of(people, seed, people.columns[1:5]) > 0.85


def test_so_few_repeats_are_not_told_from_namesakes():
    # About thirty-six pairs among six thousand records, and no relatives to take for them.
    fitted, *_ = fit(draw_people(6000, seed=1, repeated=0.006))
    assert fitted.logistic is None
    assert "look like repeats" in fitted.refusal
    assert 0 < fitted.match_share < 0.1


def test_few_records_are_refused():
    fitted, *_ = fit(draw_people(25, seed=1, repeated=0.2))
    assert fitted.logistic is None
    assert "too few" in fitted.refusal


def test_one_column_or_none_is_refused():
    people = draw_people(200, seed=1, repeated=0.4)
    fitted, _, ring = fit(people, names=["last"])
    assert "1 column" in fitted.refusal
    assert fit_unlabelled(Likeness([]), ring, **BUDGET, training_seed=1).refusal.startswith("0 columns")


def test_records_that_are_all_the_same_are_no_crash():
    people = pd.DataFrame({"first": ["ann", "bob"] * 40, "last": ["lee", "ray"] * 40})
    fitted, *_ = fit(people, names=["first", "last"])
    assert fitted.logistic is None
    assert fitted.refusal


def test_a_refusal_holds_no_value():
    people = draw_people(600, seed=2, relatives=0.5)
    words = set(fit(people)[0].refusal.lower().split())
    values = {word for name in COLUMNS for value in people[name].dropna() for word in value.split()}
    # Counts may be house numbers; words and telephone numbers may not be there.
    assert not {word for word in words & values if len(word) > 3}


TOLD = """
import sys, numpy as np
sys.path.insert(0, {here!r})
from test_unlabelled import fit
from made_up_people import draw_people
fitted = fit(draw_people(500, seed=3, repeated=0.3, relatives=0.2))[0]
print(fitted.rules, fitted.logistic.weights.tobytes().hex(), fitted.logistic.intercept, fitted.match_share)
"""


def test_two_processes_agree():
    def run(hash_seed):
        return subprocess.run(
            [sys.executable, "-c", TOLD.format(here=str(Path(__file__).parent))],
            env={**os.environ, "PYTHONHASHSEED": hash_seed, "PYTHONPATH": str(SRC)},
            capture_output=True, text=True, check=True, timeout=300,
        ).stdout  # fmt: skip

    told = run("1")
    assert len(told) > 500
    assert told == run("2")


def test_many_records_are_fitted_on_whole_neighbourhoods(monkeypatch):
    for name in ("MOST_FITTED", "ENOUGH_FITTED"):
        monkeypatch.setattr(f"journey_research.pipelines.identity.matching.unlabelled.{name}", 16_000)
    people = draw_people(1500, seed=5, repeated=0.4)
    assert f1_of(people) > 0.95


def test_anchors_keep_all_their_pairs():
    columns = find_columns(frame_of(draw_people(300, seed=1, repeated=0.4)), COLUMNS)[0]
    ring, rule = KeyRing(columns), [("firstTokenPredicate(last)",)]
    is_anchor = np.random.default_rng(1).random(ring.n_records) < 0.2
    all_of, some = candidate_pairs(ring, rule, 30), candidate_pairs(AnchoredRing(ring, is_anchor), rule, 30)
    whole, kept = (
        {
            pair
            for pair in zip(found.first.tolist(), found.second.tolist(), strict=True)
            if is_anchor[list(pair)].any()
        }
        for found in (all_of, some)
    )
    assert whole == kept
    assert len(some.first) < len(all_of.first)


def test_pairs_to_fit_are_all_that_the_sampled_records_have(monkeypatch):
    columns = find_columns(frame_of(draw_people(2000, seed=1, repeated=0.4)), COLUMNS)[0]
    ring, rules = KeyRing(columns), [("firstTokenPredicate(last)",), ("wholeFieldPredicate(born)",)]
    all_of = candidate_pairs(ring, rules, 30)
    for name in ("MOST_FITTED", "ENOUGH_FITTED"):
        monkeypatch.setattr(f"journey_research.pipelines.identity.matching.unlabelled.{name}", 20_000)
    asked = pairs_to_fit(ring, rules, 40.0, 30, np.random.default_rng(1))
    first, second, n_asked = asked.first, asked.second, asked.n_asked
    share = n_asked / ring.n_records
    assert n_asked == 500
    # A pair is there when either of its records was drawn.
    assert len(first) / len(all_of.first) == pytest.approx(1 - (1 - share) ** 2, abs=0.05)
    assert (first < second).all()


def test_columns_that_a_source_fills_alone_do_not_hide_who_is_who():
    people = draw_people(600, seed=5, repeated=0.4)
    frame = frame_of(people)
    draw = np.random.default_rng(1)
    source = draw.integers(0, 6, len(frame))
    for number in range(12):  # of each source two columns, which agree in it and are silent elsewhere
        value = draw.choice(["a", "b", "c"], len(frame), p=[0.8, 0.1, 0.1])
        frame[f"own {number}"] = np.where(source == number // 2, value, None)
    frame["source"] = [f"source {number}" for number in source]
    frame["running number"] = [str(number) for number in draw.permutation(len(frame)) + 1]
    columns = find_columns(frame, list(frame.columns))[0]
    assert {column.name for column in columns} > {"source", "running number", "own 3"}
    kept = {column.name for column in main_columns(columns)}
    assert not {name for name in kept if name.startswith(("own", "running"))}
    assert kept >= {"first", "last", "street"}
    fitted = fit_unlabelled(Likeness(columns), KeyRing(columns), **BUDGET, training_seed=1)
    assert fitted.logistic is not None
    assert len(fitted.logistic.weights) == len(Likeness(columns).names)


def test_a_published_list_of_thirty_columns_is_answered_as_its_main_ones_are(shared):
    file = shared / "data" / "dedupe_examples" / "csv_example_input_with_true_ids.csv"
    told = pd.read_csv(file, dtype="str")
    resolved = resolve(told.drop(columns="True Id"), id="Id", progress=False)
    found, true = resolved.persons["person_id"].to_numpy(), told["True Id"].to_numpy()
    n_found, n_true, both = (
        int((sizes * (sizes - 1) // 2).sum())
        for sizes in (
            pd.Series(found).value_counts(),
            pd.Series(true).value_counts(),
            (pd.Series(found) + "/" + pd.Series(true)).value_counts(),
        )
    )
    assert 2 * both / (n_found + n_true) > 0.92


def test_two_starts_of_five_gone_astray_move_nothing(monkeypatch):
    guess = unlabelled.guess_matches

    def fitted_where(n_astray):
        def guesses(*given):
            one = guess(*given)[0]
            return [one] * (5 - n_astray) + [np.zeros(len(one))] * n_astray

        monkeypatch.setattr(unlabelled, "guess_matches", guesses)
        return fit(draw_people(600, seed=6, repeated=0.4))[0].logistic

    alone, among = fitted_where(0), fitted_where(2)
    assert among.weights.tolist() == alone.weights.tolist()
    assert among.intercept == alone.intercept


def test_parts_of_one_thing_are_no_repeats():
    """Episodes of a series have seven people in common, and titles of their own."""
    draw = np.random.default_rng(1)
    rows = []
    for _ in range(200):
        people = [" ".join(draw.choice(WORDS, 2)) for _ in range(7)]
        rows += [(" ".join(draw.choice(WORDS, 3)), *people) for _ in range(draw.integers(3, 7))]
    frame = pd.DataFrame(rows, columns=["title", *(f"by {number}" for number in range(7))])
    fitted, *_ = fit(frame, names=frame.columns)
    assert fitted.logistic is None
    assert fitted.says_nothing


def test_what_differs_as_strangers_do_is_not_believed():
    # Two columns, strangers differ in 9 of 10 pairs, matches in 1 of 20.
    level = np.zeros((2, N_LEVELS))
    level[:, 1], level[:, 7] = 0.9, 0.1
    matches = np.zeros((2, N_LEVELS))
    matches[:, 1], matches[:, 7] = 0.05, 0.95
    strangers = Strangers(level, np.arange(N_LEVELS)[None].repeat(2, 0) == 1, np.array([True, True]))
    expected = Expected(matches, np.array([100.0, 100.0]))
    taken = np.array([1.0] * 10 + [0.0] * 10)

    def found(n_different):
        told = np.full((20, 2), 7)
        told[:n_different, 1] = 1
        return told

    assert is_credible(found(3), taken, expected, strangers, 200)
    assert not is_credible(found(5), taken, expected, strangers, 200)  # 5 of 10, where chance is 9 of 10
    matches[:, 1], matches[:, 7] = 0.5, 0.5
    many, every = np.tile(found(7), (100, 1)), np.tile(taken, 100)
    shown = Expected(matches, np.array([2000.0, 2000.0]))
    assert is_credible(found(7), taken, shown, strangers, 200)  # 7 of 10 may be chance where 5 are usual
    assert not is_credible(many, every, shown, strangers, 4000)  # 700 of 1000 are none
    assert is_credible(many, every, shown, strangers, 20)  # but where all are pairs of the same few records
    # 14 of 20 beside 5 of 9 may be chance in one of two columns, and is none in one alone.
    hundred, twice, one_alone = (
        Expected(matches, np.array([100.0, 100.0])),
        np.ones(20),
        np.array([False, True]),
    )
    assert is_credible(found(14), twice, hundred, strangers, 4000)
    assert not is_credible(found(14), twice, hundred, strangers._replace(is_telling=one_alone), 4000)
    matches[:, 1], matches[:, 7] = 0.05, 0.95
    for n_shown in (5.0, np.inf):  # what was guessed, or has to stay, pleads no doubt
        assert not is_credible(found(4), taken, Expected(matches, np.array([n_shown] * 2)), strangers, 10)
    few = np.where(np.arange(20)[:, None] < 8, [7, 0], found(5))  # told by two pairs alone
    assert is_credible(few, taken, expected, strangers, 200)


@pytest.mark.parametrize(
    ("name", "least"), [("fake_1000", 0.97), ("restaurants", 0.85), ("chicago", 0.93), ("rldata500", 0.95)]
)
def test_published_sets(shared, name, least):
    from benchmarks.identity_sets import load, pairwise

    told = load(name, shared)
    found = resolve(told.frame, id="id", fields=told.fields).persons["person_id"]
    assert pairwise(found, told.truth).f1 > least


@pytest.mark.parametrize("name", ["chicago", "febrl4", "rldata10000"])
def test_published_sets_with_one_record_each_are_refused(shared, name):
    from benchmarks.identity_sets import load, one_record_each

    told = load(name, shared)
    people = told.frame[list(told.fields)].iloc[one_record_each(told.truth, 1)].reset_index(drop=True)
    fitted, *_ = fit(people, names=told.fields)
    assert fitted.logistic is None
    assert fitted.refusal
