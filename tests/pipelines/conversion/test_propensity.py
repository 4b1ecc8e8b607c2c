"""The model: finds what is there, says when it cannot, refuses what it was not trained on."""

import json
from datetime import datetime

import numpy as np
import pytest

from journey_research.errors import UserError
from journey_research.pipelines.conversion.propensity import (
    PropensityRule,
    document_hash,
    fit_propensity,
    score_examples,
)
from tests.worlds import broken_rules, table

CUT_OFF = datetime(2025, 3, 1)


def examples(n=600, seed=1, split="train", strength=1.5):
    """Persons with 0 to 5 touches in the last week; each touch raises the odds to convert."""
    random = np.random.default_rng(seed)
    touches = random.integers(0, 6, n)
    chance = 1 / (1 + np.exp(2 - strength * np.log1p(touches)))
    converted = random.random(n) < chance
    return [
        {
            "example_id": f"person:{i:x}@{seed}",
            "person_id": f"person:{i:x}",
            "cut_off_at": CUT_OFF,
            "split": split,
            "is_converted": bool(converted[i]) if split != "current" else None,
            "n_touches_7_days": int(touches[i]),
            "days_since_touch": float(7 - touches[i]) if touches[i] else None,
        }
        for i in range(n)
    ]


RULE = PropensityRule()


def test_recovers_how_much_a_touch_changes_the_odds():
    rows = examples(6000)
    for row in rows:
        row["days_since_touch"] = None  # one feature alone, or they share the effect
    model = fit_propensity(table("EXAMPLES", *rows), RULE)
    place = model["columns"].index("n_touches_7_days")
    per_log_touch = model["weights"][place] / model["scales"][place] * model["calibration"]["slope"]
    assert per_log_touch == pytest.approx(1.5, abs=0.15)


def test_scores_are_probabilities_that_mean_what_they_say():
    model = fit_propensity(table("EXAMPLES", *examples(3000)), RULE)
    fresh = table("EXAMPLES", *examples(3000, seed=2, split="test"))
    made = score_examples(fresh, model)
    assert broken_rules("SCORES", made) == []
    scores = made.to_pandas()
    assert scores["conversion_probability"].between(0, 1).all()
    high = scores["conversion_probability"] > scores["conversion_probability"].median()
    for part in (high, ~high):
        told, seen = scores[part]["conversion_probability"].mean(), scores[part]["is_converted"].mean()
        assert told == pytest.approx(seen, abs=0.04)


def test_too_few_conversions_make_the_base_rate_and_say_so():
    rows = examples(100)
    for n, row in enumerate(rows):
        row["is_converted"] = n < 10
    model = fit_propensity(table("EXAMPLES", *rows), RULE)
    assert (model["kind"], model["base_rate"]) == ("base_rate", 0.1)
    assert "10 of 100" in model["reason"]
    assert set(score_examples(table("EXAMPLES", *rows), model).to_pandas()["conversion_probability"]) == {0.1}


def test_the_test_and_current_examples_teach_nothing():
    rows = examples(400)
    alone = fit_propensity(table("EXAMPLES", *rows), RULE)
    others = [
        {**row, "example_id": f"{row['example_id']}@{split}", "split": split, "is_converted": known}
        for row in rows
        for split, known in (("test", True), ("current", None))
    ]
    assert fit_propensity(table("EXAMPLES", *rows, *others), RULE) == alone


def test_the_order_of_rows_changes_nothing():
    rows = examples(500)
    assert fit_propensity(table("EXAMPLES", *rows), RULE) == fit_propensity(
        table("EXAMPLES", *reversed(rows)), RULE
    )


def test_no_examples_no_model_and_no_scores():
    model = fit_propensity(table("EXAMPLES"), RULE)
    assert (model["kind"], model["base_rate"]) == ("none", None)
    assert score_examples(table("EXAMPLES", *examples(5, split="current")), model).count() == 0


def test_survives_json_and_carries_its_hash():
    model = fit_propensity(table("EXAMPLES", *examples(300)), RULE)
    again = json.loads(json.dumps(model))
    assert again == model
    assert document_hash(again) == model["sha256"]


def test_another_feature_list_is_refused():
    rows = table("EXAMPLES", *examples(300))
    model = fit_propensity(rows, RULE)
    with pytest.raises(UserError, match="another list of features"):
        score_examples(rows, model | {"features": model["features"][:-1]})
    with pytest.raises(UserError, match="not as it was saved"):
        score_examples(rows, model | {"intercept": 0.0})
