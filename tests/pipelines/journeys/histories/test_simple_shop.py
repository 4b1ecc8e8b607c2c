"""A real click log: what another tool counts in it, verified with that tool, is what is counted here."""

import pandas as pd
import pytest

from journey_research.engine import Table
from journey_research.pipelines.journeys.histories.following import measure_transitions
from journey_research.pipelines.journeys.histories.funnels import funnel
from journey_research.pipelines.journeys.histories.step_matrices import step_matrix

# Verified with retentioneering 5.2.4: funnel_data, step_matrix_data and transition_graph_data.
FUNNELS = [
    (["catalog", "cart", "payment_done"], [3611, 1924, 653]),
    (["main", "catalog", "cart", "payment_done"], [2385, 2015, 1109, 396]),
    (["catalog", "product1", "cart", "delivery_choice", "payment_done"], [3611, 1122, 707, 516, 248]),
    (["payment_done", "main"], [653, 242]),
    (["catalog", "catalog", "cart"], [3611, 2624, 1404]),
]


@pytest.fixture(scope="module")
def shop(shared):
    file = shared / "data" / "retentioneering_simple_shop" / "simple-onlineshop.csv.gz"
    events = pd.read_csv(file).rename(columns={"user_id": "person"})
    events["happened_at"] = pd.to_datetime(events.pop("timestamp"))
    events = events.sort_values(["person", "happened_at"], kind="stable", ignore_index=True)
    events["step"] = events.groupby("person").cumcount() + 1
    return Table.from_arrow(Table.from_pandas(events).to_arrow())


@pytest.mark.parametrize(("stages", "n"), FUNNELS)
def test_funnels_are_the_same(shop, stages, n):
    told = funnel(shop, stages)

    assert told["n"].tolist() == n
    assert set(told["n_all"]) == {3751}


def test_steps_are_the_same(shop):
    told = (
        step_matrix(shop, n_steps=5).pivot(index="event", columns="step", values="share").fillna(0).round(6)
    )

    assert told.loc["catalog"].tolist() == [0.716076, 0.445215, 0.384164, 0.310051, 0.251400]
    assert told.loc["product1"].tolist() == [0, 0.070115, 0.045055, 0.042655, 0.031991]
    ended = step_matrix(shop, n_steps=5)
    ended = ended[ended["event"].isna()]["share"].round(6)
    assert ended.tolist() == [0.118102, 0.219408, 0.313250, 0.388430]


def test_steps_around_the_first_visit_of_the_cart_are_the_same(shop):
    told = step_matrix(shop, n_steps=3, centre="cart")
    shares = told.pivot(index="event", columns="step", values="share").fillna(0).round(6)

    assert shares.loc["catalog", [-3, -2, 2, 3]].tolist() == [0.338877, 0.609667, 0.194906, 0.134615]
    assert shares.loc["main", [-3, -2, 2, 3]].tolist() == [0.175676, 0.133576, 0.063410, 0.086798]


def test_transitions_are_the_same(shop):
    told = measure_transitions(shop)
    counts = {
        (a if a == a else None, b if b == b else None): n
        for a, b, n in zip(told["from_event"], told["to_event"], told["n"], strict=True)
    }

    assert counts[None, "catalog"] == 2686
    assert counts["catalog", "catalog"] == 4857
    assert counts["catalog", "cart"] == 1709
    assert counts["main", "catalog"] == 4064
    assert counts["catalog", None] == 1720
    assert counts["payment_done", None] == 437
    assert ("payment_done", "cart") not in counts
