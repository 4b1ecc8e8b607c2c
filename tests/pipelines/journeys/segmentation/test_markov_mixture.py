"""Chains that walk differently are told apart, by sums that a plain loop gives as well."""

import math
import os
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from journey_research.pipelines.journeys.segmentation.agreement import adjusted_rand
from journey_research.pipelines.journeys.segmentation.markov_mixture import MarkovMixture, step_counts

SHARED = Path(os.environ.get("JOURNEY_SHARED", Path(__file__).resolve().parents[5] / "shared"))
CLICKS = SHARED / "data" / "msnbc323" / "msnbc323.csv"


def log_likelihood_by_hand(sequences, model):
    """Sum over sequences of the logarithm of the chance that one of the chains walks it."""
    n_states, told = model.n_states, 0.0
    for sequence in sequences:
        chance = 0.0
        for weight, row in zip(model.weights_, model.probabilities_, strict=True):
            start, steps = row[:n_states], row[n_states:].reshape(n_states, n_states)
            walked = math.log(start[sequence[0]])
            for here, there in pairwise(sequence):
                walked += math.log(steps[here][there])
            chance += weight * math.exp(walked + 500)  # clicks are many, so chances are tiny
        told += math.log(chance) - 500
    return told


def em_by_hand(sequences, n_states, starts, shares, smoothing, n_steps):
    """EM with loops over chains, sequences and steps, from given memberships."""
    n, k = len(sequences), len(shares[0])
    for _ in range(n_steps):
        first = np.full((k, n_states), smoothing)
        then = np.full((k, n_states, n_states), smoothing)
        for sequence, share in zip(sequences, shares, strict=True):
            for chain in range(k):
                first[chain, sequence[0]] += share[chain]
                for here, there in pairwise(sequence):
                    then[chain, here, there] += share[chain]
        weights = np.mean(shares, axis=0)
        first /= first.sum(axis=1, keepdims=True)
        then /= then.sum(axis=2, keepdims=True)
        shares = []
        for sequence in sequences:
            chance = weights * first[:, sequence[0]]
            for here, there in pairwise(sequence):
                chance = chance * then[:, here, there]
            shares.append(chance / chance.sum())
    assert starts == n
    return weights, first, then


def walks(chains, n_each, length, seed):
    """Sequences from known chains (start, steps), and which chain each is from."""
    draws = np.random.default_rng(seed)
    told, owners = [], []
    for owner, (start, steps) in enumerate(chains):
        for _ in range(n_each):
            walk = [draws.choice(len(start), p=start)]
            for _ in range(length - 1):
                walk.append(draws.choice(len(start), p=steps[walk[-1]]))
            told.append([int(state) for state in walk])
            owners.append(owner)
    return told, np.array(owners)


STAYS = ([1 / 3] * 3, [[0.8, 0.1, 0.1], [0.1, 0.8, 0.1], [0.1, 0.1, 0.8]])
TURNS = ([1 / 3] * 3, [[0.1, 0.8, 0.1], [0.1, 0.1, 0.8], [0.8, 0.1, 0.1]])
RETURNS = ([1 / 3] * 3, [[0.1, 0.1, 0.8], [0.8, 0.1, 0.1], [0.1, 0.8, 0.1]])


def test_worked_example():
    # Two who stay where they are, two who go to and fro between shop (0) and mail (1).
    rows = step_counts([[0, 0, 0, 0], [1, 1, 1, 1], [0, 1, 0, 1], [1, 0, 1, 0]], 2)

    model = MarkovMixture(2, n_states=2, smoothing=0, random_state=3).fit(rows)

    labels = model.predict(rows)
    assert labels[0] == labels[1] != labels[2] == labels[3]
    assert model.weights_.tolist() == pytest.approx([0.5, 0.5])
    stays = model.probabilities_[labels[0]]
    assert stays.tolist() == pytest.approx([0.5, 0.5, 1, 0, 0, 1])
    # Every sequence: half the persons, half the starts, then nothing left to chance.
    assert model.score_samples(rows).tolist() == pytest.approx([math.log(0.25)] * 4)
    assert model.n_parameters() == 1 + 2 * 3
    assert model.bic(rows) == pytest.approx(7 * math.log(4) - 2 * 4 * math.log(0.25))


def test_planted_chains_are_recovered_and_counted():
    told, owners = walks([STAYS, TURNS, RETURNS], 60, 25, seed=5)
    rows = step_counts(told, 3)

    fits = {k: MarkovMixture(k, n_states=3, random_state=1).fit(rows) for k in range(1, 6)}

    assert min(fits, key=lambda k: fits[k].bic(rows)) == 3
    assert adjusted_rand(fits[3].predict(rows), owners) > 0.98
    for label in range(3):
        steps = fits[3].probabilities_[label, 3:].reshape(3, 3)
        planted = [STAYS, TURNS, RETURNS][int(np.bincount(owners[fits[3].predict(rows) == label]).argmax())]
        assert np.abs(steps - planted[1]).max() < 0.06


def test_one_chain_is_one_chain():
    told, _ = walks([TURNS], 150, 12, seed=2)
    rows = step_counts(told, 3)

    bics = [MarkovMixture(k, n_states=3, random_state=1).fit(rows).bic(rows) for k in (1, 2, 3)]

    assert np.argmin(bics) == 0


def test_matrix_and_loops_climb_alike():
    told, owners = walks([STAYS, TURNS], 8, 6, seed=4)
    rows = step_counts(told, 3)
    start = np.where(owners[:, None] == [0, 1], 0.7, 0.3)
    model = MarkovMixture(2, n_states=3, smoothing=0.25, max_iter=1)
    weights, chances = start.mean(axis=0), model._chances(start.T @ rows)
    for _ in range(4):
        model.weights_, model.probabilities_, model.n_features_in_ = weights, chances, rows.shape[1]
        share = model.predict_proba(rows)
        weights, chances = share.mean(axis=0), model._chances(share.T @ rows)

    by_hand = em_by_hand(told, 3, len(told), list(start), 0.25, 5)

    assert weights == pytest.approx(by_hand[0], abs=1e-10)
    assert chances[:, :3] == pytest.approx(by_hand[1], abs=1e-10)
    assert chances[:, 3:].reshape(2, 3, 3) == pytest.approx(by_hand[2], abs=1e-10)


sequences = st.lists(st.lists(st.integers(0, 2), min_size=1, max_size=8), min_size=4, max_size=15)


@settings(max_examples=25, deadline=None)
@given(told=sequences, k=st.integers(1, 4), smoothing=st.sampled_from([0.0, 0.1, 1.0]))
def test_the_objective_never_falls_and_the_loops_agree(told, k, smoothing):
    rows = step_counts(told, 3)

    model = MarkovMixture(k, n_states=3, smoothing=smoothing, n_init=2, max_iter=60, tol=0, random_state=0)
    model.fit(rows)

    assert (np.diff(model.history_) >= -1e-9 * (1 + np.abs(model.history_[:-1]))).all()
    assert model.weights_.sum() == pytest.approx(1)
    blocks = model.probabilities_.reshape(k, 4, 3)
    assert np.allclose(blocks.sum(axis=2), 1)
    if smoothing:
        assert model.score(rows) * len(rows) == pytest.approx(log_likelihood_by_hand(told, model), abs=1e-8)
    assert np.allclose(model.predict_proba(rows).sum(axis=1), 1)


@settings(max_examples=15, deadline=None)
@given(told=sequences, order=st.permutations(range(3)))
def test_names_of_states_do_not_matter(told, order):
    renamed = [[order[state] for state in sequence] for sequence in told]

    one, other = (
        MarkovMixture(2, n_states=3, n_init=1, random_state=7).fit(step_counts(seen, 3))
        for seen in (told, renamed)
    )

    assert one.history_[-1] == pytest.approx(other.history_[-1], abs=1e-6)


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"n_states": 4}, "states"),
        ({"n_components": 9}, "n_components"),
        ({"smoothing": -1}, "smoothing"),
        ({"n_init": 0}, "n_init"),
    ],
)
def test_what_cannot_be_fitted_is_refused(change, word):
    rows = step_counts([[0, 1], [1, 0], [0, 0]], 2)

    with pytest.raises(ValueError, match=word):
        MarkovMixture(**{"n_components": 2, "n_states": 2, **change}).fit(rows)


@pytest.mark.skipif(not CLICKS.is_file(), reason="the shared data sets are not here (JOURNEY_SHARED)")
def test_published_clickstreams():
    clicks = pd.read_csv(CLICKS)
    codes = clicks["state"].to_numpy(np.int64) - 1
    told = [codes[rows].tolist() for rows in clicks.groupby("sequence_id").indices.values()]
    rows = step_counts(told, 17)

    fits = {
        k: MarkovMixture(k, n_states=17, smoothing=0.1 if k > 1 else 0, n_init=10, random_state=1).fit(rows)
        for k in (1, 2, 3, 4)
    }

    assert rows.shape == (323, 17 * 18)
    assert rows.sum() == 27_380
    assert min(fits, key=lambda k: fits[k].bic(rows)) == 3
    one = fits[1].score(rows) * 323
    assert one == pytest.approx(-56825.551, abs=1e-3)  # closed form: counts times logarithms of shares
    counts = rows.sum(axis=0).reshape(18, 17)
    shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    assert one == pytest.approx(float((counts * np.log(np.where(counts > 0, shares, 1))).sum()), abs=1e-8)
    assert fits[3].score(rows) * 323 == pytest.approx(plain_mixture(told, fits[3]), abs=1e-7)
    assert fits[3].score(rows) * 323 > -54_200


def plain_mixture(told, model):
    """The log-likelihood of a mixture, one sequence and one step at a time, in logarithms."""
    total = 0.0
    for sequence in told:
        walked = []
        for weight, row in zip(model.weights_, model.probabilities_, strict=True):
            with np.errstate(divide="ignore"):
                start, steps = np.log(row[:17]), np.log(row[17:].reshape(17, 17))
            told_by = math.log(weight) + start[sequence[0]]
            for here, there in pairwise(sequence):
                told_by += steps[here, there]
            walked.append(told_by)
        most = max(walked)
        total += most + math.log(sum(math.exp(one - most) for one in walked))
    return total
