"""Precision and recall from labels: six pairs by hand, 200 worlds for the intervals, and laws."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from worlds import broken_rules

from journey_research.engine import Table
from journey_research.errors import UserError
from journey_research.pipelines.identity.label_sample import (
    SampleRule,
    draw_sample,
    estimate,
)
from journey_research.pipelines.identity.reviewer_agreement import measure_agreement

SHARES = ["precision", "recall_compared", "f1_compared"]


def answered_by(truth, sample):
    """The sample with the answers of a reviewer who knows the truth."""
    return sample.assign(answer=np.where(np.asarray(truth)[sample["pair"]], "same", "distinct"))


def estimated(sample):
    return estimate(sample).set_index("metric")


def true_shares(truth, is_found):
    both = (truth & is_found).sum()
    found, true = is_found.sum(), truth.sum()
    return np.array([both / found, both / true, 2 * both / (found + true)])


WORKED_EXAMPLE = """
stratum  is_found  n_pairs  answers
0        no        90       distinct distinct distinct   # nobody met here: 0 of 90
1        no        10       same distinct                # 1 of 2, so 5 of 10 were missed
2        yes       20       same same same distinct      # 3 of 4, so 15 of 20 are right
3        yes       30       same same unsure             # all that were sure: 30 of 30
"""


def test_worked_example():
    rows = []
    for line in WORKED_EXAMPLE.strip().splitlines()[1:]:
        stratum, is_found, n_pairs, *answers = line.split("#")[0].split()
        for answer in answers:
            rows.append((len(rows), is_found == "yes", int(stratum), int(n_pairs), 0.1, 12, answer))
    columns = ["pair", "is_found", "stratum", "n_pairs", "inclusion_probability", "n_labels", "answer"]
    told = estimated(pd.DataFrame(rows, columns=columns))

    # 45 of 50 found pairs are right; 5 more were missed.
    assert told["value"][SHARES].tolist() == pytest.approx([45 / 50, 45 / 50, 90 / 100], abs=1e-6)
    assert told["value"][["n_answers", "n_unsure", "n_unanswered"]].tolist() == [11, 1, 0]
    assert told["n"]["precision"] == 6
    # The definition of the lower end of precision: distances below, added as squares. Of 2 right of 2
    # a Jeffreys interval begins at the 2.5 % point of Beta(2.5, 0.5); of 3 in 4 at that of Beta(3.5, 1.5).
    from scipy.stats import beta

    below = [
        20 * (3 / 4 - beta.ppf(0.025, 3.5, 1.5)) * np.sqrt(1 - 4 / 20),
        30 * (1 - beta.ppf(0.025, 2.5, 0.5)) * np.sqrt(1 - 2 / 30),
    ]
    assert told["low"]["precision"] == pytest.approx((45 - np.hypot(*below)) / 50, abs=1e-6)


def made_up_pairs(seed, n=4_000, tilt=0.0):
    """Scores as a matcher gives them, who is found, and who is the same person."""
    random = np.random.default_rng(seed)
    n_high = n // 6
    scores = np.concatenate([random.beta(0.25, 5, n - n_high), random.beta(5, 0.4, n_high)])
    is_found = (scores > 0.5) ^ (random.random(n) < 0.01)  # clusters do not follow scores alone
    odds = np.log(np.clip(scores, 1e-9, 1 - 1e-9) / (1 - np.clip(scores, 1e-9, 1 - 1e-9))) + tilt
    return scores, is_found, random.random(n) < 1 / (1 + np.exp(-odds))


@pytest.fixture(scope="module")
def coverage():
    """How often 200 worlds' intervals held their truth, by how far the scores were off (log-odds)."""
    held = {}
    for tilt in (0.0, -1.0):
        hits = []
        for seed in range(200):
            scores, is_found, truth = made_up_pairs(seed, tilt=tilt)
            told = estimated(answered_by(truth, draw_sample(scores, is_found, 200, seed))).loc[SHARES]
            real = true_shares(truth, is_found)
            hits.append((told["low"] - 1e-6 <= real) & (real <= told["high"] + 1e-6))
        held[tilt] = np.mean(hits, axis=0)
    return held


def test_intervals_hold_the_truth_as_often_as_they_say(coverage):
    assert (coverage[0.0] >= 0.93).all(), coverage
    assert (coverage[0.0] <= 0.97).all(), coverage


def test_scores_that_are_too_sure_of_matches_do_little_harm(coverage):
    assert (coverage[-1.0] >= 0.9).all(), coverage
    assert 0.93 <= coverage[-1.0][SHARES.index("precision")] <= 0.97, coverage


def test_labels_go_where_the_doubt_is():
    scores, is_found, truth = made_up_pairs(1)
    widths, plain = [], []
    for seed in range(40):
        widths.append(estimated(answered_by(truth, draw_sample(scores, is_found, 200, seed)))["value"])
        pair = np.sort(np.random.default_rng(seed).choice(len(scores), 200, replace=False))
        plain.append((truth & is_found)[pair].sum() / max(1, truth[pair].sum()))
    assert np.std([told["recall_compared"] for told in widths]) < 0.8 * np.std(plain)


PAIRS = st.lists(
    st.tuples(st.sampled_from([0.0, 0.1, 0.5, 0.5, 0.9, 1.0]), st.booleans(), st.booleans()),
    min_size=1,
    max_size=40,
)


@settings(max_examples=30, deadline=None)
@given(PAIRS, st.integers(1, 60), st.integers(0, 3))
def test_a_sample_is_what_it_says(pairs, n_labels, seed):
    scores, is_found, _ = zip(*pairs, strict=True)
    rule = SampleRule(fewest_in_stratum=1, n_strata=2)
    if n_labels < 4:
        n_labels += 4
    sample = draw_sample(scores, is_found, n_labels, seed, rule)

    assert len(sample) == min(n_labels, len(pairs))
    assert sample["pair"].is_monotonic_increasing
    assert sample["pair"].is_unique
    np.testing.assert_array_equal(sample["is_found"], np.array(is_found)[sample["pair"]])
    # Every pair drawn stands for as many as it must: the weights add up to all pairs.
    assert (1 / sample["inclusion_probability"]).sum() == pytest.approx(len(pairs))
    assert sample.groupby("stratum").first()["n_pairs"].sum() == len(pairs)
    assert sample.equals(draw_sample(scores, is_found, n_labels, seed, rule))


@settings(max_examples=30, deadline=None)
@given(PAIRS)
def test_with_every_pair_labelled_nothing_is_left_to_guess(pairs):
    scores, is_found, truth = (np.array(column) for column in zip(*pairs, strict=True))
    told = estimated(answered_by(truth, draw_sample(scores, is_found, len(pairs), 1)))
    with np.errstate(invalid="ignore"):
        real = true_shares(truth, is_found)
    for name, share in zip(SHARES, real, strict=True):
        assert told.loc[name, ["value", "low", "high"]].tolist() == pytest.approx(
            [share] * 3, abs=2e-6, nan_ok=True
        )


@settings(max_examples=30, deadline=None)
@given(PAIRS, st.data())
def test_ranges_hold_their_value_and_stay_between_0_and_1(pairs, data):
    scores, is_found, _ = zip(*pairs, strict=True)
    sample = draw_sample(scores, is_found, 20, 1, SampleRule(fewest_in_stratum=1))
    words = st.sampled_from(["same", "distinct", "unsure", None])
    answers = data.draw(st.lists(words, min_size=len(sample), max_size=len(sample)))
    metrics = estimate(sample.assign(answer=answers))
    told = metrics[metrics["metric"].isin(SHARES)].dropna()
    assert ((told["low"] <= told["value"]) & (told["value"] <= told["high"])).all()
    assert told[["low", "high"]].stack().between(0, 1).all()
    assert broken_rules("METRICS", Table.from_pandas(metrics)) == []


def test_more_labels_make_ranges_narrower():
    scores, is_found, truth = made_up_pairs(2)
    few, many = (
        estimated(answered_by(truth, draw_sample(scores, is_found, n, 1))).loc[SHARES] for n in (100, 900)
    )
    assert ((many["high"] - many["low"]) < 0.6 * (few["high"] - few["low"])).all()


def test_unsure_and_open_answers_are_left_out_and_counted():
    scores, is_found, truth = made_up_pairs(3)
    sample = answered_by(truth, draw_sample(scores, is_found, 200, 1))
    sample.loc[sample.index % 10 == 0, "answer"] = "unsure"
    sample.loc[sample.index % 10 == 1, "answer"] = None
    told = estimated(sample)
    assert told["value"][["n_answers", "n_unsure", "n_unanswered"]].tolist() == [160, 20, 20]
    assert told.equals(estimated(sample.sample(frac=1, random_state=1)))


def test_a_stratum_without_answers_borrows_from_the_next_one():
    scores, is_found, truth = made_up_pairs(4)
    sample = answered_by(truth, draw_sample(scores, is_found, 200, 1))
    lowest_found = sample.loc[sample["is_found"], "stratum"].min()
    sample.loc[sample["stratum"] == lowest_found, "answer"] = "unsure"
    told = estimated(sample)
    rest = sample[sample["is_found"] & (sample["stratum"] > lowest_found)]
    n_pairs = rest.groupby("stratum")["n_pairs"].first().to_numpy(dtype=float)
    n_pairs[0] += sample.loc[sample["stratum"] == lowest_found, "n_pairs"].iloc[0]
    share = (rest["answer"] == "same").groupby(rest["stratum"]).mean().to_numpy()
    assert told["value"]["precision"] == pytest.approx((share @ n_pairs) / n_pairs.sum(), abs=1e-6)


def test_a_side_without_answers_has_no_figure():
    scores, is_found, truth = made_up_pairs(5)
    sample = answered_by(truth, draw_sample(scores, is_found, 100, 1))
    sample.loc[~sample["is_found"], "answer"] = None
    told = estimated(sample)["value"]
    assert told[["recall_compared", "f1_compared"]].isna().all()
    assert 0 < told["precision"] < 1
    empty = draw_sample([], [], 100, 1)
    assert estimated(empty.assign(answer=[]))["value"][SHARES].isna().all()


def test_mistakes_are_told_in_one_line():
    scores, is_found, truth = made_up_pairs(6)
    sample = answered_by(truth, draw_sample(scores, is_found, 100, 1))
    with pytest.raises(UserError, match=r"^10 labels are too few for 6 strata .*at least 30 labels$"):
        draw_sample(scores, is_found, 10, 1)
    with pytest.raises(UserError, match=r"^the sample has 100 pairs, and 99 rows for 99 of them are here"):
        estimate(sample[1:])
    with pytest.raises(UserError, match=r"^2 answers are not understood") as told:
        estimate(sample.assign(answer=["Bob Ray", "yes", *sample["answer"][2:]]))
    assert "Bob" not in str(told.value)
    with pytest.raises(UserError, match="'answer'"):
        estimate(sample.drop(columns="answer"))
    for wrong in ([0.5, 1.1], [0.5, float("nan")]):
        with pytest.raises(ValueError, match="probability"):
            draw_sample(wrong, [True, False], 2, 1)


AGREEMENT = """
           b: same  b: distinct
same            20            5
distinct        10           15
"""


def test_kappa_by_hand():
    counts = {("same", "same"): 20, ("same", "distinct"): 5, ("distinct", "same"): 10}
    pairs = [pair for pair, n in (counts | {("distinct", "distinct"): 15}).items() for _ in range(n)]
    told = measure_agreement(*zip(*pairs, strict=True)).set_index("metric")
    # They agree on 35 of 50. By chance they would on .5 * .6 + .5 * .4 = half.
    assert told["value"]["agreement_share"] == 0.7
    assert told["value"]["kappa"] == pytest.approx((0.7 - 0.5) / (1 - 0.5))
    assert told["low"]["kappa"] < 0.4 < told["high"]["kappa"]
    assert broken_rules("METRICS", Table.from_pandas(told.reset_index())) == []


def kappa_of(told):
    """Cohen's definition for two answers, from the four shares of their table."""
    agree = told[0] + told[3]
    chance = (told[0] + told[1]) * (told[0] + told[2]) + (told[3] + told[1]) * (told[3] + told[2])
    return (agree - chance) / (1 - chance)


@pytest.mark.parametrize("error", [0.2, 0.05])
def test_the_range_of_kappa_holds_it_as_often_as_it_says(error):
    random = np.random.default_rng(1)
    right, wrong = (1 - error) ** 2, error**2
    shares = np.array([0.3 * right + 0.7 * wrong, (1 - error) * error, (1 - error) * error, 0])
    shares[3] = 1 - shares.sum()
    words = [("same", "same"), ("same", "distinct"), ("distinct", "same"), ("distinct", "distinct")]
    hits = []
    for _ in range(200):
        drawn = random.choice(4, 80, p=shares)
        told = measure_agreement(*zip(*(words[one] for one in drawn), strict=True)).set_index("metric")
        hits.append(told["low"]["kappa"] <= kappa_of(shares) <= told["high"]["kappa"])
    assert 0.92 <= np.mean(hits) <= 0.98


@given(st.lists(st.tuples(*[st.sampled_from(["same", "distinct", "unsure", None])] * 2), max_size=12))
def test_agreement_has_no_sides(pairs):
    a, b = ([pair[side] for pair in pairs] for side in (0, 1))
    there, back = measure_agreement(a, b), measure_agreement(b, a)
    pd.testing.assert_frame_equal(there, back)
    kappa = there.set_index("metric").loc["kappa"]
    if not np.isnan(kappa["value"]):
        assert kappa["low"] <= kappa["value"] <= kappa["high"] <= 1


def test_reviewers_who_never_differ_are_not_certain():
    told = measure_agreement(["same", "distinct"] * 10, ["same", "distinct"] * 10).set_index("metric")
    assert told["value"]["kappa"] == told["high"]["kappa"] == 1
    assert 0.5 < told["low"]["kappa"] < 0.95
    alike = measure_agreement(["same"] * 9, ["same"] * 9).set_index("metric")
    assert np.isnan(alike["value"]["kappa"])  # one word alone cannot agree beyond chance
