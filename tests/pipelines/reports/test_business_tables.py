"""What the business is after, beside what the week brought."""

import pandas as pd
import pytest

from journey_research.business.goals import Business
from journey_research.pipelines.reports.business_tables import goals_table

GOALS = {"come_back": "Who has bought comes back.", "trust": "We count what happened."}
KPI = {"goal": "come_back", "figure": "revenue", "owner": "head of shop", "stage": "repeat", "target": 100}


@pytest.fixture
def week():
    table = pd.DataFrame()
    table.attrs["values"] = {"revenue": 120.0}
    return table


def test_every_figure_stands_with_goal_stage_owner_and_what_it_steers(week):
    kpi = {**KPI, "action": "Send a coupon."}
    told = goals_table(Business(name="shop", goals=GOALS, kpis={"revenue": kpi}), week)

    assert told.columns.tolist() == [
        "goal", "figure", "stage", "this week", "target", "reached", "owner", "action",
    ]  # fmt: skip
    first = told.iloc[0]
    assert (first["goal"], first["stage"], first["reached"]) == (GOALS["come_back"], "repeat", "yes")
    assert (first["owner"], first["action"]) == ("head of shop", "Send a coupon.")
    assert told.iloc[1]["figure"] == "no figure measures it"


def test_where_nobody_says_an_action_there_is_no_column_of_them(week):
    told = goals_table(Business(name="shop", goals=GOALS, kpis={"revenue": KPI}), week)

    assert told.columns[-1] == "owner"
