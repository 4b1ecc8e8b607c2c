"""What people begin and what we begin, apart."""

import math

import pytest

from journey_research.engine import Table
from journey_research.pipelines.journeys.intervals import wilson_interval
from journey_research.pipelines.journeys.touchpoints.directions import split_by_direction
from tests.pipelines.journeys.touchpoints.met import hour, met, person
from tests.worlds import broken_rules, table


def split(rows, converted):
    """Every person has one journey, which is named after the person."""
    touches, stitched = met(*rows)
    numbered = stitched.query(
        "select * exclude (touch_number), row_number() over (partition by journey_id order by touched_at) "
        "as touch_number from this"
    )
    journeys = table(
        "JOURNEYS",
        *(
            {
                "journey_id": f"j{who}", "person_id": person(who), "started_at": hour(0), "ended_at": hour(0),
                "outcome": "converted" if who in converted else "open",
            }
            for who in {row["person"] for row in rows}
        ),
    )  # fmt: skip
    made = split_by_direction(touches, numbered, journeys)
    assert broken_rules("DIRECTION_KPIS", Table.from_pandas(made)) == []
    return made.set_index("direction")


def test_a_journey_is_counted_where_it_begins_and_a_touch_where_it_stands():
    found = split(
        [
            {"person": 1, "at": 0},
            {"person": 2, "at": 0},
            {"person": 2, "at": 1, "direction": "outbound"},
            {"person": 3, "at": 0, "direction": "outbound"},
            {"person": 3, "at": 1},
            {"person": 3, "at": 2},
        ],
        converted={1, 3},
    )

    assert found["n_touches"].to_dict() == {"inbound": 4, "outbound": 2}
    assert found["touch_share"].tolist() == pytest.approx([4 / 6, 2 / 6])
    assert found["n_persons"].to_dict() == {"inbound": 3, "outbound": 2}
    assert found["n_journeys"].to_dict() == {"inbound": 2, "outbound": 1}
    assert found["conversion_rate"].to_dict() == {"inbound": 0.5, "outbound": 1}
    assert tuple(found.loc["inbound", ["conversion_low", "conversion_high"]]) == wilson_interval(1, 2)


def test_a_direction_that_begins_nothing_has_no_rate_and_nothing_is_nothing():
    found = split([{"person": 1, "at": 0}, {"person": 1, "at": 1, "direction": "outbound"}], converted={1})

    assert math.isnan(found.loc["outbound", "conversion_rate"])
    assert split_by_direction(table("TOUCHES"), table("JOURNEY_TOUCHES"), table("JOURNEYS")).empty
