"""What business.yml may say."""

from datetime import date

import pytest

from journey_research.business.goals import Business
from journey_research.commands.run import wrong_parameter

SAID = {
    "name": "Outdoor shop",
    "goals": {"come_back": "More people buy a second time."},
    "kpis": {"revenue": {"goal": "come_back", "figure": "revenue", "owner": "head of shop", "target": 9000}},
    "calendar": {"weeks": "4-4-5"},
    "events": [{"name": "spring sale", "first_date": "2025-03-01", "last_date": date(2025, 3, 9)}],
}


def test_worked_example():
    business = Business(**SAID)

    assert business.kpis["revenue"].target == 9000
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
        ({"kpis": {"revenue": {"goal": "x", "figure": "revenue", "owner": "a"}}}, "goals are come_back"),
        ({"kpis": {"revenue": {"goal": "come_back", "figure": "revenue", "owner": ""}}}, "has no owner"),
        ({"kpis": {"revenue": {"goal": "come_back", "fgure": "revenue"}}}, "did you mean 'figure'"),
        ({"kpis": {"revenue": {"goal": "come_back"}}}, "missing 2 required positional arguments"),
        ({"kpis": {"a": {"goal": "come_back", "figure": "clicks", "owner": "b"}}}, "no figure of a week"),
        ({"kpis": {"a": {"goal": "come_back", "figure": "revenu", "owner": "b"}}}, "did you mean 'revenue'"),
        (
            {"kpis": {"a": {"goal": "come_back", "figure": "revenue", "owner": "b", "target": "high"}}},
            "a.target is no number",
        ),
        (
            {"kpis": {"a": {"goal": "come_back", "figure": "revenue", "owner": "b", "at_least": "no"}}},
            "a.at_least is neither",
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
