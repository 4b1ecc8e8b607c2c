"""What business.yml may say."""

from datetime import date
from pathlib import Path

import pytest
import yaml

from journey_research.business.goals import STAGES, Business
from journey_research.commands.run import wrong_parameter
from journey_research.pipelines.journeys.ladder import RUNGS

ROOT = Path(__file__).resolve().parents[2]

SAID = {
    "name": "Outdoor shop",
    "goals": {"come_back": "More people buy a second time."},
    "kpis": {
        "revenue": {
            "goal": "come_back",
            "figure": "revenue",
            "owner": "head of shop",
            "stage": "repeat",
            "action": "Send a  coupon.",
            "target": 9000,
        }
    },
    "calendar": {"weeks": "4-4-5"},
    "events": [{"name": "spring sale", "first_date": "2025-03-01", "last_date": date(2025, 3, 9)}],
}


def test_worked_example():
    business = Business(**SAID)

    assert business.kpis["revenue"].target == 9000
    assert (business.kpis["revenue"].stage, business.kpis["revenue"].action) == ("repeat", "Send a coupon.")
    assert business.calendar.weeks == "4-4-5"
    assert [one.name for one in business.events_between(date(2025, 3, 9), date(2025, 3, 15))] == [
        "spring sale"
    ]
    assert business.events_between(date(2025, 3, 10), date(2025, 3, 15)) == []


@pytest.mark.parametrize(
    ("changed", "named"),
    [
        ({"grain": "household"}, "known are person, account"),
        ({"goals": {"come_back": " "}}, "come_back is empty"),
        (
            {"kpis": {"revenue": {"goal": "x", "figure": "revenue", "owner": "a", "stage": "repeat"}}},
            "goals are come_back",
        ),
        (
            {"kpis": {"revenue": {"goal": "come_back", "figure": "revenue", "owner": "", "stage": "repeat"}}},
            "has no owner",
        ),
        ({"kpis": {"revenue": {"goal": "come_back", "fgure": "revenue"}}}, "did you mean 'figure'"),
        ({"kpis": {"revenue": {"goal": "come_back"}}}, "revenue does not say figure and owner and stage"),
        (
            {"kpis": {"a": {"goal": "come_back", "figure": "clicks", "owner": "b", "stage": "repeat"}}},
            "no figure of a week",
        ),
        (
            {"kpis": {"a": {"goal": "come_back", "figure": "revenu", "owner": "b", "stage": "repeat"}}},
            "did you mean 'revenue'",
        ),
        (
            {
                "kpis": {
                    "a": {
                        "goal": "come_back",
                        "figure": "revenue",
                        "owner": "b",
                        "stage": "repeat",
                        "target": "high",
                    }
                }
            },
            "a.target is no number",
        ),
        (
            {
                "kpis": {
                    "a": {
                        "goal": "come_back",
                        "figure": "revenue",
                        "owner": "b",
                        "stage": "repeat",
                        "at_least": "no",
                    }
                }
            },
            "a.at_least is neither",
        ),
        (
            {"kpis": {"a": {"goal": "come_back", "figure": "revenue", "owner": "b"}}},
            "a does not say stage",
        ),
        (
            {"kpis": {"a": {"goal": "come_back", "figure": "revenue", "owner": "b", "stage": "loyal"}}},
            "a has no stage of a journey; known are connection",
        ),
        (
            {
                "kpis": {
                    "a": {
                        "goal": "come_back",
                        "figure": "revenue",
                        "owner": "b",
                        "stage": "repeat",
                        "action": 3,
                    }
                }
            },
            "a.action is no text",
        ),
        ({"kpis": {"revenue": "much"}}, "holds goal, figure, owner"),
        ({"events": [{"name": "x", "first_date": "1 March", "last_date": "2025-03-09"}]}, "no day"),
        ({"events": [{"name": "x", "first_date": "2025-03-10", "last_date": "2025-03-09"}]}, "ends before"),
        ({"expected_data_classes": ["weather"]}, "names 'weather'"),
        ({"calendar": {"weeks": "monthly"}}, "known are iso"),
    ],
)
def test_what_cannot_be_is_named(changed, named):
    with pytest.raises(ValueError, match=named):
        Business(**{**SAID, **changed})


def test_the_nearest_right_word_reaches_the_reader():
    told = (
        "Parameter validation failed:\n- Parameter 'params:business': Failed to instantiate Business for "
        "parameter 'business': business.calendar says 'weekz', which is not known; did you mean 'weeks'?"
    )

    assert "did you mean 'weeks'" in str(wrong_parameter(told))


def test_stages_are_the_rungs_of_the_ladder():
    assert STAGES == RUNGS


def test_a_goal_that_no_figure_measures_is_named():
    business = Business(**{**SAID, "goals": {**SAID["goals"], "trust": "We count what happened."}})

    assert business.unwatched_goals == ["trust"]


@pytest.mark.parametrize(
    "path", sorted((ROOT / "conf").glob("*/business.yml")), ids=lambda one: one.parent.name
)
def test_every_figure_of_every_environment_has_goal_stage_and_owner(path):
    said = yaml.safe_load(path.read_text(encoding="utf-8"))["business"]
    business = Business(**{"name": "base", **said})

    assert all(kpi.goal and kpi.stage and kpi.owner for kpi in business.kpis.values())
