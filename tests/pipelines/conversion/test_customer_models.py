"""BG/NBD and Gamma-Gamma: the paper's own customer, simulated truth, and the likelihood's slope."""

from datetime import datetime, timedelta
from decimal import Decimal

import numpy as np
import pytest

from journey_research.pipelines.conversion.bg_nbd import (
    _bg_nbd,
    _expected_if_alive,
    _integral,
    alive_probability,
    expected_purchases,
    fit_bg_nbd,
)
from journey_research.pipelines.conversion.fitting import Fit
from journey_research.pipelines.conversion.gamma_gamma import _gamma_gamma, expected_amount, fit_gamma_gamma
from journey_research.pipelines.conversion.lifetime_value import LifetimeRule, estimate_lifetime_values
from tests.worlds import broken_rules, table

CDNOW = Fit({"r": 0.243, "alpha": 4.414, "a": 0.793, "b": 2.426}, {}, 0.0, 2357)
SPENDING = Fit({"p": 6.25, "q": 3.74, "v": 15.44}, {}, 0.0, 946)
TRUTH = {"r": 0.8, "alpha": 4.0, "a": 0.8, "b": 2.5}


def live(n, seed, ahead=0.0):
    """Customers who follow the model: purchases, recency, age, purchases in the time ahead, who is alive."""
    random = np.random.default_rng(seed)
    rates = random.gamma(TRUTH["r"], 1 / TRUTH["alpha"], n)
    stops = random.beta(TRUTH["a"], TRUTH["b"], n)
    ages = random.uniform(20, 40, n).round(1)
    told = np.zeros((n, 4))
    for i in range(n):
        at, alive = 0.0, True
        while alive:
            at += random.exponential(1 / rates[i])
            if at > ages[i] + ahead:
                break
            if at <= ages[i]:
                told[i, :2] = told[i, 0] + 1, at
            else:
                told[i, 2] += 1
            alive = random.random() >= stops[i]
            told[i, 3] = at > ages[i] or alive
        told[i, 3] = told[i, 3] or alive
    return told[:, 0], told[:, 1], ages, told[:, 2]


def test_the_papers_own_customer():
    """Bought twice again, last in week 30.43 of 38.86: 1.226 purchases in the next 39 weeks."""
    history = np.array([2.0]), np.array([30.43]), np.array([38.86])
    assert expected_purchases(CDNOW, *history, 39.0)[0] == pytest.approx(1.226, abs=0.001)
    assert 0.7 < alive_probability(CDNOW, *history)[0] < 0.75


def test_who_never_bought_again_cannot_have_stopped():
    assert alive_probability(CDNOW, np.zeros(1), np.zeros(1), np.full(1, 38.0)).tolist() == [1.0]


@pytest.mark.parametrize("purchases", [0.0, 1.0, 40.0, 3000.0])
def test_expectations_stay_finite_and_start_at_nothing(purchases):
    history = np.array([purchases]), np.array([38.0 * (purchases > 0)]), np.array([39.0])
    ahead = [expected_purchases(CDNOW, *history, weeks)[0] for weeks in (1e-9, 1.0, 10.0, 100.0)]
    assert ahead[0] == pytest.approx(0, abs=1e-5)
    assert all(np.isfinite(ahead))
    assert ahead == sorted(ahead)
    assert ahead[1] <= (purchases + 0.243) / (4.414 + 39) + 1e-9  # never faster than the rate itself


def test_customers_who_do_not_differ_are_expected_to_go_on_at_their_rate():
    """Where rates hardly differ and hardly anybody stops, the paper's function is out of range."""
    alike = Fit({"r": 162_800.0, "alpha": 2_555_000.0, "a": 0.001955, "b": 1568.0}, {}, 0.0, 1)
    found = expected_purchases(alike, np.array([2.0, 5.0]), np.array([30.0, 30.0]), np.full(2, 38.0), 39.0)
    assert found == pytest.approx(39 * 162_800 / 2_555_000, rel=0.01)


def test_the_integral_is_what_the_paper_writes_as_a_function():
    x, ages = np.array([0.0, 2.0, 9.0]), np.array([10.0, 38.86, 38.0])
    exact = _expected_if_alive(CDNOW, x, ages, 39.0)
    assert _integral(CDNOW, x, ages, 39.0) == pytest.approx(exact, rel=1e-3)


def test_recovers_the_truth_within_its_own_errors():
    purchases, recency, age, later = live(6000, seed=4, ahead=20.0)
    fit = fit_bg_nbd(purchases, recency, age)
    for name, truth in TRUTH.items():
        assert abs(fit.estimates[name] - truth) < 3.5 * fit.standard_errors[name]
        assert fit.standard_errors[name] < truth / 2
    expected = expected_purchases(fit, purchases, recency, age, 20.0)
    assert expected.sum() == pytest.approx(later.sum(), rel=0.06)
    heavy = purchases >= 3
    assert expected[heavy].sum() == pytest.approx(later[heavy].sum(), rel=0.1)


def test_the_unit_of_time_only_scales():
    purchases, recency, age, _ = live(800, seed=5)
    weeks, days = fit_bg_nbd(purchases, recency, age), fit_bg_nbd(purchases, 7 * recency, 7 * age)
    assert days.estimates["alpha"] == pytest.approx(7 * weeks.estimates["alpha"], rel=1e-3)
    assert days.estimates["r"] == pytest.approx(weeks.estimates["r"], rel=1e-3)


@pytest.mark.parametrize(
    ("likelihood", "at"),
    [
        (
            lambda p: _bg_nbd(
                p, np.array([0.0, 3.0]), np.array([0.0, 7.0]), np.array([9.0, 8.0]), np.ones(2)
            ),
            4,
        ),
        (lambda p: _gamma_gamma(p, np.array([1.0, 4.0]), np.array([20.0, 9.0]), np.ones(2)), 3),
    ],
)
def test_the_gradient_is_the_slope(likelihood, at):
    logs = np.linspace(-0.3, 0.8, at)
    _, gradient = likelihood(np.exp(logs))
    for place in range(at):
        step = np.eye(at)[place] * 1e-6
        slope = (likelihood(np.exp(logs + step))[0] - likelihood(np.exp(logs - step))[0]) / 2e-6
        assert gradient[place] == pytest.approx(slope, rel=1e-5, abs=1e-7)


def test_recovers_how_people_spend():
    random = np.random.default_rng(6)
    p, q, v = SPENDING.values()
    x = random.integers(1, 8, 6000).astype(float)
    rates = random.gamma(q, 1 / v, 6000)
    means = random.gamma(p * x, 1 / (rates * x))
    fit = fit_gamma_gamma(x, means)
    for name, truth in SPENDING.estimates.items():
        assert abs(fit.estimates[name] - truth) < 3.5 * fit.standard_errors[name]


def test_expected_amounts_lie_between_a_persons_mean_and_everybodys():
    everybody = 6.25 * 15.44 / 2.74
    found = expected_amount(SPENDING, np.array([0.0, 1.0, 50.0]), np.array([np.nan, 100.0, 100.0]))
    assert found[0] == pytest.approx(everybody)
    assert everybody < found[1] < found[2] < 100


def orders(n_people, n_again):
    rows, people = [], []
    for n in range(n_people):
        people.append({"record_id": f"shop:{n}", "person_id": f"person:{n:x}"})
        for again in range(1 + (n < n_again) * (1 + n % 3)):
            at = datetime(2025, 1, 1) + timedelta(days=n % 30 + 9 * again)
            row = {
                "record_id": f"shop:{n}",
                "ordered_at": at,
                "order_amount": Decimal(10 + (n * 7 + again) % 13),
            }
            rows.append({"order_id": f"shop:{n}-{again}", "status": "paid", **row})
    return rows, people


NOW = table("AS_OF", {"as_of": datetime(2025, 4, 1)})


def test_one_row_for_every_person_with_an_order_that_stood():
    rows, people = orders(60, 30)
    rows += [
        {**rows[0], "order_id": "shop:again", "ordered_at": rows[0]["ordered_at"] + timedelta(hours=1)},
        {**rows[0], "order_id": "shop:late", "ordered_at": datetime(2025, 5, 1)},
        {**rows[0], "order_id": "shop:gone", "ordered_at": datetime(2025, 3, 30), "status": "cancelled"},
    ]
    made = estimate_lifetime_values(table("ORDERS", *rows), table("PEOPLE", *people), NOW, LifetimeRule())
    assert broken_rules("LIFETIME_VALUES", made) == []
    found = made.to_pandas().set_index("person_id")
    assert len(found) == 60
    # Person 0 bought on 1 and 10 January: one repeat, nine days on; 90 days to 1 April.
    first = found.loc["person:0"]
    assert (first["n_purchases"], first["recency_weeks"], first["age_weeks"]) == (1, 9 / 7, 90 / 7)
    assert (found["expected_amount"] > 0).all()


@pytest.mark.parametrize(("n_people", "n_again"), [(0, 0), (40, 0), (40, 19)])
def test_too_few_repeat_buyers_leave_the_table_empty(n_people, n_again):
    rows, people = orders(n_people, n_again)
    made = estimate_lifetime_values(table("ORDERS", *rows), table("PEOPLE", *people), NOW, LifetimeRule())
    assert made.count() == 0
    assert broken_rules("LIFETIME_VALUES", made) == []


def test_what_is_expected_comes_in_every_tenth_of_the_customers():
    """Customers who follow the model, fitted on their past: what came in each tenth of what was expected."""
    purchases, recency, ages, came = live(6_000, seed=4, ahead=15.0)
    said = expected_purchases(fit_bg_nbd(purchases, recency, ages), purchases, recency, ages, 15.0)
    tenth = np.argsort(np.argsort(said, kind="stable"), kind="stable") * 10 // len(said)

    expected = np.bincount(tenth, said) / np.bincount(tenth)
    happened = np.bincount(tenth, came) / np.bincount(tenth)
    slope, intercept = np.polyfit(expected, happened, 1)
    assert slope == pytest.approx(1.0, abs=0.1)
    assert intercept == pytest.approx(0.0, abs=0.1)
    assert (np.diff(expected) >= 0).all()
    assert happened[-1] > 3 * happened[0]
