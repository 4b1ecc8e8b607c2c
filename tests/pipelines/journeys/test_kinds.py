"""What journeys are about, which cycle they are in, and whose initiative it was."""

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from journey_research.engine import Table
from journey_research.pipelines.journeys.cutting import cut_journeys
from journey_research.pipelines.journeys.intervals import clustered_interval
from journey_research.pipelines.journeys.kinds import KindRule
from journey_research.pipelines.journeys.paths import summarise_journeys
from journey_research.pipelines.journeys.process_views import count_process_views
from journey_research.pipelines.journeys.stitching import find_outcomes
from tests.pipelines.journeys.small_world import (
    HOUR,
    RULE,
    START,
    orders_from,
    people_from,
    touches_from,
    worlds,
)
from tests.worlds import broken_rules, empty_world, table

KINDS = KindRule(complaint_actions=("complained",), service_actions=("called",), buying_actions=("carted",))
DAY = 24 * 60


def journeys_of(touches, orders, people, kinds=KINDS):
    people = people_from(people)
    outcomes = Table.from_arrow(find_outcomes(touches, orders, people, RULE).to_arrow())
    walked = Table.from_arrow(cut_journeys(touches, people, outcomes, RULE).to_arrow())
    told = summarise_journeys(walked, outcomes, RULE, kinds)
    return told.to_pandas().set_index("journey_id").sort_index(), walked, outcomes


@pytest.mark.parametrize(
    ("actions", "kind"),
    [
        (["looked"], "information_seeking"),
        (["looked", "carted"], "buying"),
        (["carted", "called"], "service"),
        (["called", "complained", "carted"], "complaint"),
    ],
)
def test_the_gravest_touch_tells_what_a_journey_is_about(actions, kind):
    touches = touches_from(["web:a"] * len(actions), range(len(actions)), action=actions)

    open_, _, _ = journeys_of(touches, orders_from([], []), {"web:a": 1})
    converted, _, _ = journeys_of(touches, orders_from(["web:a"], [60]), {"web:a": 1})

    assert open_["kind"].tolist() == [kind]
    assert converted["kind"].tolist() == ["buying"]
    assert converted["has_complaint"].tolist() == ["complained" in actions]
    assert converted["has_service"].tolist() == ["called" in actions]


def test_a_second_purchase_ends_cycle_2():
    """A look, a purchase, a call, a look and a purchase, and a look; each two days after the last."""
    minutes = [0, 2 * DAY, 4 * DAY, 8 * DAY]
    touches = touches_from(
        ["web:a"] * 4, minutes, action=["looked", "called", "looked", "looked"],
        channel=["email", "phone", "store", "email"],
    )  # fmt: skip
    orders = orders_from(["web:a", "web:a"], [10, 4 * DAY + 10])

    found, _, _ = journeys_of(touches, orders, {"web:a": 1})

    assert broken_rules("JOURNEYS", Table.from_pandas(found.reset_index())) == []
    assert found["cycle_number"].tolist() == [1, 2, 2, 3]
    assert found["is_post_sale"].tolist() == [False, True, True, True]
    assert found["kind"].tolist() == ["buying", "service", "buying", "information_seeking"]
    assert found["first_channel"].tolist() == ["email", "phone", "store", "email"]


def test_a_touch_at_the_instant_of_a_purchase_is_of_the_cycle_that_it_ends():
    found, _, _ = journeys_of(touches_from(["web:a"], [10]), orders_from(["web:a"], [10]), {"web:a": 1})
    assert found["cycle_number"].tolist() == [1]


@settings(max_examples=12, deadline=None)
@given(worlds())
def test_cycles_agree_with_the_definition(world):
    found, walked, outcomes = journeys_of(*world)

    bought, steps = outcomes.to_pandas(), walked.to_pandas().set_index("touch_id")
    for journey in found.itertuples():
        own = bought[bought["person_id"] == journey.person_id]
        assert journey.cycle_number == 1 + (own["occurred_at"] < journey.started_at).sum()
        first = steps.loc[journey.Index]
        assert journey.first_channel == first["channel"] == journey.path.split(" > ")[0]


@settings(max_examples=8, deadline=None)
@given(worlds(), st.integers(0, 72))
def test_later_touches_and_orders_change_no_cycle(world, hours):
    touches, orders, people = world
    cut_off = START + hours * HOUR
    told, bought = touches.to_pandas(), orders.to_pandas()

    then, _, _ = journeys_of(
        Table.from_arrow(touches.to_arrow().filter((told["touched_at"] < cut_off).to_numpy())),
        Table.from_arrow(orders.to_arrow().filter((bought["ordered_at"] < cut_off).to_numpy())),
        people,
    )
    now, _, _ = journeys_of(touches, orders, people)

    stable = ["person_id", "started_at", "first_channel", "cycle_number", "is_post_sale"]
    pd.testing.assert_frame_equal(then[stable], now.loc[then.index, stable])


def test_an_action_of_two_kinds_is_refused():
    with pytest.raises(ValueError, match="two places"):
        KindRule(service_actions=("called",), buying_actions=("called",))


def views_of(records, initiatives, people, orders):
    touches = touches_from(
        records, range(len(records)), initiative=initiatives,
        direction=["outbound" if one == "company" else "inbound" for one in initiatives],
    )  # fmt: skip
    people = people_from(people)
    outcomes = find_outcomes(touches, orders, people, RULE)
    walked = cut_journeys(touches, people, outcomes, RULE)
    told = count_process_views(walked, touches, outcomes)
    assert broken_rules("PROCESS_VIEWS", Table.from_pandas(told)) == []
    return told.set_index("initiative")


def test_two_views_of_one_person_are_one_person_resolved():
    """The campaign system knows the mail's address, the shop the browser: one person, two records."""
    found = views_of(
        ["crm:a", "crm:a", "web:a", "web:b"], ["company", "company", "customer", "peer"],
        {"crm:a": 1, "web:a": 1, "web:b": 2}, orders_from(["web:a"], [9]),
    )  # fmt: skip

    assert found["n_touches"].to_dict() == {"all": 4, "company": 2, "customer": 1, "peer": 1}
    assert found["n_records"].to_dict() == {"all": 3, "company": 1, "customer": 1, "peer": 1}
    assert found["n_persons"].to_dict() == {"all": 2, "company": 1, "customer": 1, "peer": 1}
    assert found["n_converted"].to_dict() == {"all": 1, "company": 1, "customer": 1, "peer": 0}
    assert tuple(found.loc["company", ["low", "high"]]) == clustered_interval(2, 4, 2, hh=4, hn=6, nn=10)


def test_without_touches_there_is_no_view():
    world = empty_world()
    told = count_process_views(world["journey_touches"], world["touches"], table("OUTCOMES"))
    assert told.empty
