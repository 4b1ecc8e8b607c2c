"""Contracts of what persons' histories say: funnel, hops, reach, retention, telling sequences."""

import pandera.pandas as pa
from pandera.typing import Series

from .table_contract import NONE, Bool, Float, Instant, Int, TableContract, Text


class Funnel(pa.DataFrameModel):
    """One row per stage of the funnel: the persons who reach it after the stages before, in time.

    Null: nobody could reach it, or too few did to say how long it takes.
    """

    stage_number: Series[Int] = pa.Field(ge=1, metadata=NONE)
    stage: Series[Text] = pa.Field(metadata=NONE, description="an action, or the kind of an outcome")
    n_persons: Series[Int] = pa.Field(ge=0, metadata=NONE, description="who reach it")
    n_all_persons: Series[Int] = pa.Field(ge=1, metadata=NONE, description="who have a touch or an outcome")
    first_share: Series[Float] = pa.Field(
        ge=0, le=1, nullable=True, metadata=NONE, description="of those who reach the first stage"
    )
    first_low: Series[Float] = pa.Field(ge=0, le=1, nullable=True, metadata=NONE)
    first_high: Series[Float] = pa.Field(ge=0, le=1, nullable=True, metadata=NONE)
    previous_share: Series[Float] = pa.Field(
        ge=0,
        le=1,
        nullable=True,
        metadata=NONE,
        description="of those who reach the stage before; first: of all",
    )
    previous_low: Series[Float] = pa.Field(ge=0, le=1, nullable=True, metadata=NONE)
    previous_high: Series[Float] = pa.Field(ge=0, le=1, nullable=True, metadata=NONE)
    median_seconds: Series[Float] = pa.Field(
        ge=0, nullable=True, metadata=NONE, description="since the last event of the stage before"
    )
    median_low_seconds: Series[Float] = pa.Field(ge=0, nullable=True, metadata=NONE)
    median_high_seconds: Series[Float] = pa.Field(ge=0, nullable=True, metadata=NONE)


class HopRates(pa.DataFrameModel):
    """One row per channel, and one for all: how often the next touch of the journey is in another."""

    channel: Series[Text] = pa.Field(metadata=NONE, description="(all) is all channels")
    n_hops: Series[Int] = pa.Field(ge=0, metadata=NONE)
    n_followed: Series[Int] = pa.Field(ge=1, metadata=NONE, description="touches that another follows")
    n_persons: Series[Int] = pa.Field(ge=1, metadata=NONE)
    hop_share: Series[Float] = pa.Field(ge=0, le=1, metadata=NONE)
    low: Series[Float] = pa.Field(ge=0, le=1, metadata=NONE)
    high: Series[Float] = pa.Field(ge=0, le=1, metadata=NONE)


class ChannelReach(pa.DataFrameModel):
    """One row per channel, ranked by how many persons each adds to those of the ranks before."""

    rank: Series[Int] = pa.Field(ge=1, metadata=NONE)
    channel: Series[Text] = pa.Field(metadata=NONE)
    n_persons: Series[Int] = pa.Field(ge=1, metadata=NONE, description="persons with a touch in it")
    n_all_persons: Series[Int] = pa.Field(ge=1, metadata=NONE)
    n_only: Series[Int] = pa.Field(ge=0, metadata=NONE, description="persons with touches in no other")
    n_new: Series[Int] = pa.Field(ge=0, metadata=NONE, description="persons whom no rank before reaches")
    reach_share: Series[Float] = pa.Field(ge=0, le=1, metadata=NONE)
    low: Series[Float] = pa.Field(ge=0, le=1, metadata=NONE)
    high: Series[Float] = pa.Field(ge=0, le=1, metadata=NONE)
    only_share: Series[Float] = pa.Field(ge=0, le=1, metadata=NONE)
    new_share: Series[Float] = pa.Field(ge=0, le=1, metadata=NONE)
    reached_share: Series[Float] = pa.Field(
        ge=0, le=1, metadata=NONE, description="this rank and those before"
    )
    reached_low: Series[Float] = pa.Field(ge=0, le=1, metadata=NONE)
    reached_high: Series[Float] = pa.Field(ge=0, le=1, metadata=NONE)


class Retention(pa.DataFrameModel):
    """One row per week of a first touch and week since: the share of the cohort that is active then.

    Null: the data ends before the week does.
    """

    cohort_at: Series[Instant] = pa.Field(metadata=NONE, description="UTC, Monday 00:00")
    week_number: Series[Int] = pa.Field(ge=0, metadata=NONE, description="0 is the week of the first touch")
    n_active: Series[Int] = pa.Field(ge=0, nullable=True, metadata=NONE)
    n_persons: Series[Int] = pa.Field(ge=1, metadata=NONE, description="of the cohort")
    active_share: Series[Float] = pa.Field(ge=0, le=1, nullable=True, metadata=NONE)
    low: Series[Float] = pa.Field(ge=0, le=1, nullable=True, metadata=NONE)
    high: Series[Float] = pa.Field(ge=0, le=1, nullable=True, metadata=NONE)
    is_complete: Series[Bool] = pa.Field(metadata=NONE, description="whether the data holds the whole week")


class TellingSequences(pa.DataFrameModel):
    """One row per sequence of channels, the surest difference between journeys that convert and others first.

    Sequences of a journey's first days; converted or not in the days after.
    """

    rank: Series[Int] = pa.Field(ge=1, metadata=NONE)
    sequence: Series[Text] = pa.Field(
        metadata=NONE, description="channels in order, ' > ' between; others may lie between"
    )
    n_channels: Series[Int] = pa.Field(ge=1, metadata=NONE)
    n_converted: Series[Int] = pa.Field(ge=0, metadata=NONE, description="converted journeys that hold it")
    n_converted_journeys: Series[Int] = pa.Field(ge=1, metadata=NONE)
    converted_share: Series[Float] = pa.Field(ge=0, le=1, metadata=NONE)
    n_other: Series[Int] = pa.Field(ge=0, metadata=NONE, description="other journeys that hold it")
    n_other_journeys: Series[Int] = pa.Field(ge=1, metadata=NONE)
    other_share: Series[Float] = pa.Field(ge=0, le=1, metadata=NONE)
    difference: Series[Float] = pa.Field(ge=-1, le=1, metadata=NONE, description="converted less other")
    low: Series[Float] = pa.Field(ge=-1, le=1, metadata=NONE)
    high: Series[Float] = pa.Field(ge=-1, le=1, metadata=NONE)
    p_value: Series[Float] = pa.Field(ge=0, le=1, metadata=NONE)
    q_value: Series[Float] = pa.Field(ge=0, le=1, metadata=NONE, description="adjusted for n_tested")
    n_tested: Series[Int] = pa.Field(ge=1, metadata=NONE, description="sequences tested, told or not")


FUNNEL = TableContract(Funnel, ("stage_number",))
HOP_RATES = TableContract(HopRates, ("channel",))
CHANNEL_REACH = TableContract(ChannelReach, ("rank",))
RETENTION = TableContract(Retention, ("cohort_at", "week_number"))
TELLING_SEQUENCES = TableContract(TellingSequences, ("rank",))
