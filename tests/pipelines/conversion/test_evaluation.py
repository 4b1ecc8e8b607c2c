"""Figures about scores: five people by hand, against scikit-learn, and honest nulls."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from journey_research.engine import Table
from journey_research.pipelines.conversion.evaluation import EvaluationRule, evaluate_scores
from journey_research.pipelines.conversion.ranking import (
    average_precision,
    brier,
    calibration_line,
    log_loss,
    rank_area,
)
from tests.worlds import broken_rules, table

RULE = EvaluationRule(intervals=60, n_bins=5)


def world(scored, split="test"):
    """Scores and examples of (person, probability, converted, touches in the last week)."""
    scores, examples = [], []
    for n, (person, probability, converted, touches) in enumerate(scored):
        key = {"example_id": f"{split}{n}", "person_id": f"person:{person:x}", "split": split}
        scores.append({**key, "conversion_probability": probability, "is_converted": converted})
        examples.append({**key, "is_converted": converted, "n_touches_7_days": touches})
    return scores, examples


def evaluated(*worlds):
    scores = [row for found, _ in worlds for row in found]
    examples = [row for _, found in worlds for row in found]
    return evaluate_scores(table("SCORES", *scores), table("EXAMPLES", *examples), RULE)


def test_five_people_by_hand():
    train = world([(9, 0.5, True, 1), (10, 0.5, False, 1), (11, 0.5, False, 0), (12, 0.5, False, 0)], "train")
    test = world(
        [(1, 0.9, True, 3), (2, 0.8, False, 2), (3, 0.7, True, 0), (4, 0.2, False, 0), (5, 0.1, False, 0)]
    )
    found = evaluated(train, test)[0].set_index("metric")["value"]
    assert found["base_rate"] == 0.4
    assert found["base_rate_train"] == 0.25
    assert found["auc"] == pytest.approx(5 / 6)  # 6 pairs; only (.7, .8) stands the wrong way round
    assert found["average_precision"] == pytest.approx((1 + 2 / 3) / 2)
    assert found["brier"] == pytest.approx((0.01 + 0.64 + 0.09 + 0.04 + 0.01) / 5)
    assert found["brier_base_rate"] == pytest.approx((2 * 0.75**2 + 3 * 0.25**2) / 5)
    # Touched in the last week: half of those trained on converted, of the others nobody.
    assert found["brier_one_feature"] == pytest.approx((0.25 + 0.25 + 1) / 5)
    # One of the two converters was touched: pairs won 2, tied 1 + 2, lost 1.
    assert found["auc_one_feature"] == pytest.approx((2 + 3 / 2) / 6)


OUTCOMES = st.lists(
    st.tuples(st.booleans(), st.sampled_from([0.1, 0.2, 0.2, 0.5, 0.9]), st.integers(0, 3)),
    min_size=2,
    max_size=20,
)


@settings(max_examples=10, deadline=None)
@given(OUTCOMES)
def test_figures_agree_with_scikit_learn(told):
    from sklearn import metrics

    y, p, w = (np.array(column, float) for column in zip(*told, strict=True))
    if len(set(y[w > 0])) < 2:
        return
    assert rank_area(y, p, w) == pytest.approx(metrics.roc_auc_score(y, p, sample_weight=w))
    assert average_precision(y, p, w) == pytest.approx(metrics.average_precision_score(y, p, sample_weight=w))
    assert brier(y, p, w) == pytest.approx(metrics.brier_score_loss(y, p, sample_weight=w))
    assert log_loss(y, p, w) == pytest.approx(metrics.log_loss(y, p, sample_weight=w))


def test_the_calibration_line_tells_scores_that_are_too_far_apart():
    random = np.random.default_rng(1)
    odds = random.normal(-1, 1, 20_000)
    y = (random.random(20_000) < 1 / (1 + np.exp(-odds))).astype(float)
    honest = calibration_line(y, 1 / (1 + np.exp(-odds)), np.ones(20_000))
    assert honest == pytest.approx((0, 1), abs=0.06)
    assert calibration_line(y, 1 / (1 + np.exp(-2 * odds)), np.ones(20_000))[1] == pytest.approx(
        0.5, abs=0.03
    )


def test_intervals_hold_their_value_and_draw_persons_not_examples():
    random = np.random.default_rng(2)
    people = [(n, float(p), bool(random.random() < p), 0) for n, p in enumerate(random.uniform(0.1, 0.9, 60))]
    once, _ = evaluated(world(people))
    fourfold, _ = evaluated(world(people * 4))
    for metrics in (once, fourfold):
        told = metrics.dropna()
        assert ((told["low"] <= told["value"]) & (told["value"] <= told["high"])).all()
    width = [m.set_index("metric").eval("high - low")["brier"] for m in (once, fourfold)]
    assert width[1] == pytest.approx(width[0])  # the same 60 people, however often they are asked


def test_bins_cover_every_test_example_by_rising_probability():
    _, bins = evaluated(world([(n, n / 100, n % 3 == 0, 0) for n in range(53)]))
    assert bins["n"].sum() == 53
    assert bins["bin_number"].tolist() == [1, 2, 3, 4, 5]
    assert bins["mean_probability"].is_monotonic_increasing
    assert bins["converted_share"].between(bins["low"], bins["high"]).all()
    assert broken_rules("CALIBRATION_BINS", Table.from_pandas(bins)) == []


@pytest.mark.parametrize("worlds", [[], [world([(1, 0.5, True, 0)], "train")]])
def test_without_test_examples_every_figure_of_the_test_is_unknown(worlds):
    metrics, bins = evaluated(*worlds)
    unknown = metrics[metrics["metric"] != "base_rate_train"]
    assert unknown["value"].isna().all()
    assert (unknown["n"] == 0).all()
    assert len(bins) == 0
    assert broken_rules("METRICS", Table.from_pandas(metrics)) == []


def test_where_nobody_converted_ranking_is_unknown_and_the_brier_score_is_not():
    metrics, _ = evaluated(world([(1, 0.5, False, 0), (2, 0.25, False, 1)]))
    found = metrics.set_index("metric")["value"]
    assert np.isnan(found["auc"])
    assert found["brier"] == pytest.approx((0.25 + 0.0625) / 2)
