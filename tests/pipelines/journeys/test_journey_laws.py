"""What cutting and counting journeys promises of any touches. Shown elsewhere and not again here:

======  ====================================================================================
law     test
======  ====================================================================================
I21     ``test_cutting``: every touch lands once; ``test_history``: every touch has one reason, and
        journeys hold what is said
I22     ``test_cutting::test_agrees_with_the_definition`` (numbers 1..n, cut at the conversion)
I27     ``scenarios/test_friends``: a nature wants a friend's word before, and nobody is a friend of
        oneself
I28     ``test_devices::test_what_the_devices_are_called_changes_no_pattern``, at once if they overlap
I29     ``test_ladder::test_agrees_with_the_definition_and_is_monotone_but_where_it_says_so``
======  ====================================================================================

Here: what channels are called changes the names in the results and nothing else (S41).
"""

import pandas as pd
import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st
from small_world import CHANNELS, RULE, people_from, worlds

from journey_research.engine import Table
from journey_research.pipelines.journeys.cutting import cut_journeys
from journey_research.pipelines.journeys.histories.hopping import hop_rates
from journey_research.pipelines.journeys.histories.reach import event_sets
from journey_research.pipelines.journeys.histories.steps import touch_steps
from journey_research.pipelines.journeys.paths import count_transitions, summarise_journeys
from journey_research.pipelines.journeys.stitching import find_outcomes


def everything(touches, orders, people):
    """All that is made of a world, by the name of the table."""
    outcomes = find_outcomes(touches, orders, people, RULE)
    journey_touches = cut_journeys(touches, people, outcomes, RULE)
    journeys = summarise_journeys(journey_touches, outcomes, RULE)
    steps = touch_steps(journey_touches, "channel")
    return {
        "journey_touches": journey_touches.to_pandas(),
        "journeys": journeys.to_pandas(),
        "transitions": count_transitions(journey_touches).to_pandas(),
        "hops": hop_rates(steps),
        "reach": event_sets(steps),
    }


def renamed(told, names):
    """A table with the channels called by other names: whole cells, the steps of a path, sets."""

    def word(value):
        if isinstance(value, str):
            return " > ".join(names.get(part, part) for part in value.split(" > "))
        if isinstance(value, list | tuple):
            return tuple(sorted(names.get(part, part) for part in value))
        return value

    return told.map(lambda value: word(value.tolist() if hasattr(value, "tolist") else value))


def as_bag(told):
    rows = [tuple("-" if pd.isna(cell) is True else cell for cell in row) for row in told.to_numpy().tolist()]
    return sorted(map(repr, rows))


@settings(max_examples=10, deadline=None)
@given(worlds(), st.permutations(CHANNELS))
def test_what_channels_are_called_changes_names_alone(world, others):
    touches, orders, people = world
    names = dict(zip(CHANNELS, others, strict=True))
    data = touches.to_arrow()
    called = pa.array([names[one] for one in data["channel"].to_pylist()], pa.string())
    place = data.column_names.index("channel")
    other = Table.from_arrow(data.set_column(place, "channel", called))

    plain = everything(touches, orders, people_from(people))
    relabelled = everything(other, orders, people_from(people))

    for name, told in plain.items():
        assert as_bag(renamed(told, names)) == as_bag(renamed(relabelled[name], {})), name
