"""What a weekly report shows of its persons' histories.

Context: of all that can be asked of histories, a reader of a report wants the funnel, hops between
channels, whom channels reach, who stays, and what sets journeys that convert apart. Choice: these
five, as small tables; everything else is a function to call. Given up: a table for each question.
"""

from __future__ import annotations

import pandas as pd

from journey_research.engine import Table, run_sql

from .funnels import funnel
from .history_rule import HistoryRule
from .hopping import hop_rates
from .reach import event_sets, rank_reach
from .retention import measure_retention
from .sequences import telling_sequences
from .steps import outcome_steps, small_table, touch_steps

ALL_CHANNELS = "(all)"
TOLD_AS = {
    "n_events": "n_channels",
    "first_n": "n_converted",
    "first_n_all": "n_converted_journeys",
    "first_share": "converted_share",
    "second_n": "n_other",
    "second_n_all": "n_other_journeys",
    "second_share": "other_share",
}


def measure_funnel(journey_touches: Table, outcomes: Table, history_rule: HistoryRule) -> pd.DataFrame:
    """How many persons pass the stages of the funnel, one after another.

    Args:
        journey_touches: n rows, contract ``JourneyTouches``; any order.
        outcomes: m rows, contract ``Outcomes``; any order.
        history_rule: The stages, and how long the whole may take.

    Returns:
        Contract ``Funnel``; no row without touches and outcomes.
    """
    told = funnel(
        outcome_steps(journey_touches, outcomes),
        history_rule.funnel_stages,
        window_us=history_rule.funnel_window_us,
    )
    return told.assign(stage=told["stage"].astype("str")).rename(
        columns={"n": "n_persons", "n_all": "n_all_persons"}
    )


def measure_hops(journey_touches: Table, history_rule: HistoryRule) -> pd.DataFrame:
    """How often persons change the channel inside a journey, from one touch that they begin to the next.

    Args:
        journey_touches: n rows, contract ``JourneyTouches``; any order.
        history_rule: Whose touches count.

    Returns:
        Contract ``HopRates``; ``(all)`` is all channels.
    """
    told = hop_rates(touch_steps(_active(journey_touches, history_rule), "channel"), per="journey")
    told = told.assign(event=told["event"].fillna(ALL_CHANNELS).astype("str"))
    names = {"event": "channel", "n": "n_hops", "n_all": "n_followed", "share": "hop_share"}
    return told.rename(columns=names).drop(columns="n_worth")


def measure_reach(journey_touches: Table) -> pd.DataFrame:
    """Whom each channel reaches, alone, and beyond the channels that reach more.

    Args:
        journey_touches: n rows, contract ``JourneyTouches``; any order.

    Returns:
        Contract ``ChannelReach``, in the order of what each channel adds.
    """
    told = rank_reach(event_sets(touch_steps(journey_touches, "channel")))
    names = {"event": "channel", "n": "n_persons", "n_all": "n_all_persons", "share": "reach_share"}
    return told.assign(event=told["event"].astype("str")).rename(columns=names)


def measure_cohorts(journey_touches: Table, as_of: Table, history_rule: HistoryRule) -> pd.DataFrame:
    """Who is still active in the weeks after their first, by the week of the first touch that they began.

    Args:
        journey_touches: n rows, contract ``JourneyTouches``; any order.
        as_of: The instant the run looks from; one row.
        history_rule: Whose touches count.

    Returns:
        Contract ``Retention``; weeks begin on Monday, 00:00 UTC.
    """
    ends_us = int(as_of.query("select max(micros(as_of)) from this").first_row()[0])
    told = measure_retention(touch_steps(_active(journey_touches, history_rule), "channel"), ends_us=ends_us)
    names = {"age": "week_number", "n": "n_active", "share": "active_share"}
    return told.rename(columns=names).drop(columns=["n_all", "n_worth"])


def find_telling_sequences(
    journey_touches: Table, journeys: Table, as_of: Table, history_rule: HistoryRule
) -> pd.DataFrame:
    """Sequences of channels in a journey's first days that go with converting in the days after.

    All journeys are looked at for as long, and judged after as long: those that had not converted at
    the end of their first days, and whose horizon has passed at ``as_of``. Else a journey would hold
    more because it lasted, and last because it had not yet converted. A sequence that goes with
    converting need not be why.

    Args:
        journey_touches: n rows, contract ``JourneyTouches``; any order.
        journeys: m rows, contract ``Journeys``, of the same touches.
        as_of: The instant the run looks from; one row.
        history_rule: How long, which sequences are tested, and how many told.

    Returns:
        Contract ``TellingSequences``; ``q_value`` counts all ``n_tested``, told or not.

    Source:
        Anderson, Cain and Gelber (1983), "Analysis of survival by tumor response": the landmark.
    """
    steps = run_sql(
        "landmark_steps.sql",
        steps=touch_steps(journey_touches, "channel"),
        journeys=journeys,
        as_of=as_of,
        landmark_us=history_rule.landmark_us,
        horizon_us=history_rule.horizon_us,
    )
    told = telling_sequences(
        steps, "converted", "other", history_rule.sequence_rule, by="outcome", per="journey"
    )
    told = told.assign(n_tested=len(told), sequence=told["sequence"].astype("str"))
    told.insert(0, "rank", range(1, len(told) + 1))
    return told.head(history_rule.told_sequences).rename(columns=TOLD_AS)


def _active(journey_touches: Table, history_rule: HistoryRule) -> Table:
    return run_sql(
        "active_touches.sql",
        journey_touches=journey_touches,
        initiatives=small_table(initiative=list(history_rule.active_initiatives)),
    )
