"""Contracts of efforts: sessions, journeys and their paths."""

import pandera.pandas as pa
from pandera.typing import Series

from .people import PERSON_KEY, VARIANTS
from .table_contract import (
    NONE,
    PSEUDONYMOUS,
    SOURCE_KEY,
    Bool,
    Float,
    Instant,
    Int,
    Money,
    TableContract,
    Text,
)


class JourneyTouches(pa.DataFrameModel):
    """One row per touch of a resolved person, with its session and its journey."""

    touch_id: Series[Text] = pa.Field(str_matches=SOURCE_KEY, metadata=PSEUDONYMOUS)
    person_id: Series[Text] = pa.Field(str_matches=PERSON_KEY, metadata=PSEUDONYMOUS)
    touched_at: Series[Instant] = pa.Field(metadata=NONE, description="UTC")
    session_id: Series[Text] = pa.Field(metadata=PSEUDONYMOUS, description="the session's first touch")
    journey_id: Series[Text] = pa.Field(metadata=PSEUDONYMOUS, description="the journey's first touch")
    touch_number: Series[Int] = pa.Field(ge=1, metadata=NONE, description="1..n inside the journey")
    channel: Series[Text] = pa.Field(metadata=NONE)
    action: Series[Text] = pa.Field(metadata=NONE)
    initiative: Series[Text] = pa.Field(metadata=NONE)


class Outcomes(pa.DataFrameModel):
    """One row per conversion of a person: an order, or a touch with the action the environment calls one."""

    outcome_id: Series[Text] = pa.Field(str_matches=SOURCE_KEY, metadata=PSEUDONYMOUS)
    person_id: Series[Text] = pa.Field(str_matches=PERSON_KEY, metadata=PSEUDONYMOUS)
    occurred_at: Series[Instant] = pa.Field(metadata=NONE, description="UTC")
    kind: Series[Text] = pa.Field(metadata=NONE, description="'order' or the action")
    outcome_amount: Series[Money] = pa.Field(metadata=NONE, description="0 where it has no price")


class Sessions(pa.DataFrameModel):
    """One row per session."""

    session_id: Series[Text] = pa.Field(metadata=PSEUDONYMOUS)
    person_id: Series[Text] = pa.Field(str_matches=PERSON_KEY, metadata=PSEUDONYMOUS)
    started_at: Series[Instant] = pa.Field(metadata=NONE, description="UTC")
    ended_at: Series[Instant] = pa.Field(metadata=NONE, description="UTC")
    n_touches: Series[Int] = pa.Field(ge=1, metadata=NONE)
    n_channels: Series[Int] = pa.Field(ge=1, metadata=NONE)
    n_devices: Series[Int] = pa.Field(ge=0, metadata=NONE, description="0: no touch tells of a device")
    is_simultaneous: Series[Bool] = pa.Field(metadata=NONE, description="two devices were in use at once")


class Journeys(pa.DataFrameModel):
    """One row per journey; a converted one ends at its order."""

    journey_id: Series[Text] = pa.Field(metadata=PSEUDONYMOUS)
    person_id: Series[Text] = pa.Field(str_matches=PERSON_KEY, metadata=PSEUDONYMOUS)
    started_at: Series[Instant] = pa.Field(metadata=NONE, description="UTC, first touch")
    ended_at: Series[Instant] = pa.Field(metadata=NONE, description="UTC, last touch or conversion")
    n_touches: Series[Int] = pa.Field(ge=1, metadata=NONE)
    n_sessions: Series[Int] = pa.Field(ge=1, metadata=NONE)
    outcome: Series[Text] = pa.Field(isin=["converted", "open"], metadata=NONE)
    outcome_id: Series[Text] = pa.Field(nullable=True, metadata=PSEUDONYMOUS)
    outcome_amount: Series[Money] = pa.Field(nullable=True, metadata=NONE)
    path: Series[Text] = pa.Field(metadata=NONE, description="channels in order, ' > ' between")
    first_channel: Series[Text] = pa.Field(metadata=NONE, description="of its first touch")
    kind: Series[Text] = pa.Field(
        isin=["buying", "complaint", "information_seeking", "service"], metadata=NONE, description="as of now"
    )
    has_service: Series[Bool] = pa.Field(metadata=NONE, description="help was asked for or given")
    has_complaint: Series[Bool] = pa.Field(metadata=NONE)
    cycle_number: Series[Int] = pa.Field(ge=1, metadata=NONE, description="1 + conversions before it")
    is_post_sale: Series[Bool] = pa.Field(metadata=NONE, description="begins after a first conversion")


class Paths(pa.DataFrameModel):
    """One row per identity variant and distinct path, with how often it converted."""

    variant: Series[Text] = pa.Field(isin=VARIANTS, metadata=NONE)
    path: Series[Text] = pa.Field(metadata=NONE, description="channels in order, ' > ' between")
    n_conversions: Series[Int] = pa.Field(ge=0, metadata=NONE)
    n_nulls: Series[Int] = pa.Field(ge=0, metadata=NONE, description="journeys without conversion")
    value_amount: Series[Money] = pa.Field(metadata=NONE)
    n_persons: Series[Int] = pa.Field(ge=0, metadata=NONE)


class ThresholdPaths(pa.DataFrameModel):
    """One row per threshold of identity and distinct path, with how often it converted there."""

    threshold: Series[Float] = pa.Field(ge=0, le=1, metadata=NONE)
    path: Series[Text] = pa.Field(metadata=NONE, description="channels in order, ' > ' between")
    n_conversions: Series[Int] = pa.Field(ge=0, metadata=NONE)
    n_nulls: Series[Int] = pa.Field(ge=0, metadata=NONE, description="journeys without conversion")
    value_amount: Series[Money] = pa.Field(metadata=NONE)
    n_persons: Series[Int] = pa.Field(ge=0, metadata=NONE)


class ThresholdKpis(pa.DataFrameModel):
    """One row per threshold of identity: what it makes of the figures that rest on who is who."""

    threshold: Series[Float] = pa.Field(ge=0, le=1, metadata=NONE)
    is_chosen: Series[Bool] = pa.Field(metadata=NONE)
    n_persons: Series[Int] = pa.Field(ge=0, metadata=NONE)
    n_buyers: Series[Int] = pa.Field(
        ge=0, metadata=NONE, description="persons with a paid order and more than a browser or receipt"
    )
    orders_per_buyer: Series[Float] = pa.Field(ge=1, nullable=True, metadata=NONE, description="paid ones")
    repeat_buyer_share: Series[Float] = pa.Field(
        ge=0, le=1, nullable=True, metadata=NONE, description="buyers with several paid orders"
    )
    n_journeys: Series[Int] = pa.Field(ge=0, metadata=NONE)
    conversion_rate: Series[Float] = pa.Field(
        ge=0, le=1, nullable=True, metadata=NONE, description="of all journeys, as on the front page"
    )


class Transitions(pa.DataFrameModel):
    """One row per pair of channels that follow each other inside a journey."""

    from_channel: Series[Text] = pa.Field(metadata=NONE)
    to_channel: Series[Text] = pa.Field(metadata=NONE)
    n_transitions: Series[Int] = pa.Field(ge=1, metadata=NONE)
    median_gap_minutes: Series[Float] = pa.Field(ge=0, metadata=NONE)


JOURNEY_TOUCHES = TableContract(JourneyTouches, ("touch_id",))
OUTCOMES = TableContract(Outcomes, ("outcome_id",))
SESSIONS = TableContract(Sessions, ("session_id",))
JOURNEYS = TableContract(Journeys, ("journey_id",))
PATHS = TableContract(Paths, ("variant", "path"))
THRESHOLD_PATHS = TableContract(ThresholdPaths, ("threshold", "path"))
THRESHOLD_KPIS = TableContract(ThresholdKpis, ("threshold",))
TRANSITIONS = TableContract(Transitions, ("from_channel", "to_channel"))
