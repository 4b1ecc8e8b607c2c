"""Recency, frequency, monetary value: fifths, with ties that a layman can check."""

from decimal import Decimal

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from journey_research.pipelines.journeys.segmentation.rfm import count_rfm_cells, score_rfm
from tests.pipelines.journeys.segmentation.people_of_kinds import END, at, nobody
from tests.worlds import broken_rules, table

DAY = 24 * 60
AS_OF = table("AS_OF", {"as_of": END.to_pydatetime()})


def outcomes_of(rows):
    """Outcomes from (person, day, amount)."""
    return table(
        "OUTCOMES",
        *(
            {"outcome_id": f"shop:{n}", "person_id": f"person:{person}", "occurred_at": at(day * DAY),
             "outcome_amount": Decimal(amount)}
            for n, (person, day, amount) in enumerate(rows)
        ),
    )  # fmt: skip


def rfm_by_hand(outcomes):
    """Scores from the share of persons who lie strictly below."""
    told = outcomes[outcomes["occurred_at"] <= END].groupby("person_id").agg(
        last=("occurred_at", "max"), n_outcomes=("outcome_id", "size"), amount=("outcome_amount", "sum")
    )  # fmt: skip
    for name, by in (("recency", "last"), ("frequency", "n_outcomes"), ("monetary", "amount")):
        below = told[by].astype(float if by == "amount" else told[by].dtype).rank(method="min") - 1
        told[f"{name}_score"] = 1 + np.floor(5 * below / len(told)).astype(int)
    return told.sort_index()


def test_worked_example():
    # Five persons: the latest bought most often, three of them once; one bought for the same as another.
    rows = [
        (1, 5, 10),
        (2, 10, 50),
        (3, 20, 10),
        (4, 30, 30),
        (4, 31, 40),
        (5, 40, 5),
        (5, 41, 5),
        (5, 42, 5),
    ]

    told = score_rfm(outcomes_of(rows), AS_OF).to_pandas().set_index("person_id").sort_index()

    assert told["recency_score"].tolist() == [1, 2, 3, 4, 5]
    assert told["frequency_score"].tolist() == [1, 1, 1, 4, 5]
    assert told["monetary_score"].tolist() == [1, 4, 1, 5, 3]
    assert told["recency_days"].tolist() == [51, 46, 36, 25, 14]


one_outcome = st.tuples(st.integers(1, 12), st.integers(0, 70), st.integers(0, 5))


@settings(max_examples=12, deadline=None)
@given(st.lists(one_outcome, min_size=1, max_size=40))
def test_sql_scores_as_pandas_does_and_cells_add_up(rows):
    outcomes = outcomes_of(rows)
    by_hand = rfm_by_hand(outcomes.to_pandas())

    rfm = score_rfm(outcomes, AS_OF)

    told = rfm.to_pandas().set_index("person_id").sort_index()
    assert list(told.index) == list(by_hand.index)
    for name in ("n_outcomes", "recency_score", "frequency_score", "monetary_score"):
        assert told[name].tolist() == by_hand[name].tolist(), name
    cells = count_rfm_cells(rfm).to_pandas()
    assert cells["n_persons"].sum() == len(told)
    assert cells["amount"].sum() == (told["amount"].sum() if len(told) else 0)
    assert broken_rules("RFM", rfm) == []
    assert broken_rules("RFM_CELLS", count_rfm_cells(rfm)) == []


@settings(max_examples=6, deadline=None)
@given(st.lists(one_outcome, min_size=1, max_size=30), st.randoms(use_true_random=False))
def test_scores_follow_values_alone(rows, draws):
    mixed = list(rows)
    draws.shuffle(mixed)

    one, other = (
        score_rfm(outcomes_of(told), AS_OF).to_pandas().set_index("person_id").sort_index()
        for told in (rows, mixed)
    )

    pd.testing.assert_frame_equal(one, other)
    for value, score in (("n_outcomes", "frequency_score"), ("amount", "monetary_score")):
        ordered = one.assign(value=one[value].astype(float)).sort_values(["value", score])
        assert ordered[score].is_monotonic_increasing
        assert (ordered.groupby("value")[score].nunique() == 1).all()


@pytest.mark.parametrize("outcomes", [nobody()[2], outcomes_of([(1, 100, 5)])], ids=["none", "later"])
def test_nobody_bought(outcomes):
    rfm = score_rfm(outcomes, AS_OF)

    assert rfm.count() == 0
    assert count_rfm_cells(rfm).count() == 0
