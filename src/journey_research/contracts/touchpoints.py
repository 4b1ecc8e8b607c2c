"""Contracts of the touchpoint map and of what it says: shares, roles, coverage, messages, triggers."""

import pandera.pandas as pa
from pandera.typing import Series

from .people import PERSON_KEY
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


class TouchpointKinds(pa.DataFrameModel):
    """One row per kind of touchpoint in the data or in the map. What nobody said is ``unknown``."""

    channel: Series[Text] = pa.Field(metadata=NONE, description="any: the map leaves it open")
    tactic: Series[Text] = pa.Field(nullable=True, metadata=NONE, description="null: none is told")
    action: Series[Text] = pa.Field(metadata=NONE, description="any: the map leaves it open")
    tool: Series[Text] = pa.Field(metadata=NONE, description="what people hire it as: peers, service ...")
    initiative: Series[Text] = pa.Field(isin=["company", "customer", "peer", "unknown"], metadata=NONE)
    influence: Series[Text] = pa.Field(
        isin=["company", "shared", "peer", "unknown"], metadata=NONE, description="peer: facilitate only"
    )
    lever: Series[Text] = pa.Field(metadata=NONE)
    stage: Series[Text] = pa.Field(
        isin=["connection", "contact", "subscriber", "relationship", "customer", "repeat", "unknown"],
        metadata=NONE,
    )
    role: Series[Text] = pa.Field(
        isin=["discover", "evaluate", "buy", "use", "complain", "unknown"], metadata=NONE
    )
    need: Series[Text] = pa.Field(metadata=NONE)
    customer_outcome: Series[Text] = pa.Field(metadata=NONE)
    business_outcome: Series[Text] = pa.Field(metadata=NONE)
    owner: Series[Text] = pa.Field(metadata=NONE, description="a team, never a person")
    n_touches: Series[Int] = pa.Field(ge=0, metadata=NONE)
    n_persons: Series[Int] = pa.Field(ge=0, metadata=NONE)
    n_unknown: Series[Int] = pa.Field(ge=0, metadata=NONE, description="attributes that nobody said")
    is_missing_from_map: Series[Bool] = pa.Field(metadata=NONE)
    is_absent_from_data: Series[Bool] = pa.Field(metadata=NONE)


class TouchpointRoles(pa.DataFrameModel):
    """One row per stage, role and tool of the touchpoint map; touches of it, also of no known person."""

    stage: Series[Text] = pa.Field(metadata=NONE)
    role: Series[Text] = pa.Field(metadata=NONE)
    tool: Series[Text] = pa.Field(metadata=NONE)
    n_touches: Series[Int] = pa.Field(ge=1, metadata=NONE)
    n_persons: Series[Int] = pa.Field(
        ge=1, metadata=NONE, description="records without a person count as one"
    )
    stage_share: Series[Float] = pa.Field(ge=0, le=1, metadata=NONE, description="of the stage's touches")
    low: Series[Float] = pa.Field(ge=0, le=1, metadata=NONE)
    high: Series[Float] = pa.Field(ge=0, le=1, metadata=NONE)


class ChannelShares(pa.DataFrameModel):
    """One row per level, base and channel or tool: its part of interactions, money and attention.

    An interaction is what a person does there in one session. Base ``paid``: among those that money
    is told for. Null share of spend: no spend is told, or in several currencies.
    """

    level: Series[Text] = pa.Field(isin=["channel", "tool"], metadata=NONE)
    base: Series[Text] = pa.Field(isin=["all", "paid"], metadata=NONE)
    name: Series[Text] = pa.Field(metadata=NONE)
    n_interactions: Series[Int] = pa.Field(ge=0, metadata=NONE)
    n_persons: Series[Int] = pa.Field(ge=0, metadata=NONE)
    interaction_share: Series[Float] = pa.Field(ge=0, le=1, nullable=True, metadata=NONE)
    low: Series[Float] = pa.Field(ge=0, le=1, nullable=True, metadata=NONE)
    high: Series[Float] = pa.Field(ge=0, le=1, nullable=True, metadata=NONE)
    spent_amount: Series[Money] = pa.Field(ge=0, nullable=True, metadata=NONE)
    spend_share: Series[Float] = pa.Field(ge=0, le=1, nullable=True, metadata=NONE)
    spend_index: Series[Float] = pa.Field(
        ge=0, nullable=True, metadata=NONE, description="over interactions'"
    )
    spend_index_low: Series[Float] = pa.Field(ge=0, nullable=True, metadata=NONE)
    spend_index_high: Series[Float] = pa.Field(ge=0, nullable=True, metadata=NONE)
    n_impressions: Series[Int] = pa.Field(ge=0, metadata=NONE)
    attention_share: Series[Float] = pa.Field(ge=0, le=1, nullable=True, metadata=NONE)
    attention_index: Series[Float] = pa.Field(ge=0, nullable=True, metadata=NONE)
    attention_index_low: Series[Float] = pa.Field(ge=0, nullable=True, metadata=NONE)
    attention_index_high: Series[Float] = pa.Field(ge=0, nullable=True, metadata=NONE)
    is_shiny: Series[Bool] = pa.Field(
        metadata=NONE, description="an index is above 1, all of the table taken together"
    )


class CoverageWarnings(pa.DataFrameModel):
    """One row per area that the picture of the customer should not lack."""

    area: Series[Text] = pa.Field(metadata=NONE)
    n_interactions: Series[Int] = pa.Field(ge=0, metadata=NONE)
    n_persons: Series[Int] = pa.Field(ge=0, metadata=NONE)
    interaction_share: Series[Float] = pa.Field(ge=0, le=1, metadata=NONE)
    low: Series[Float] = pa.Field(ge=0, le=1, metadata=NONE)
    high: Series[Float] = pa.Field(ge=0, le=1, nullable=True, metadata=NONE, description="null: none seen")
    min_share: Series[Float] = pa.Field(ge=0, le=1, metadata=NONE)
    status: Series[Text] = pa.Field(isin=["missing", "small", "unsure", "covered"], metadata=NONE)
    is_warning: Series[Bool] = pa.Field(metadata=NONE)


class DirectionKpis(pa.DataFrameModel):
    """One row per direction: what people begin, and what we begin."""

    direction: Series[Text] = pa.Field(isin=["inbound", "outbound"], metadata=NONE)
    n_touches: Series[Int] = pa.Field(ge=1, metadata=NONE)
    n_persons: Series[Int] = pa.Field(ge=1, metadata=NONE)
    touch_share: Series[Float] = pa.Field(ge=0, le=1, metadata=NONE)
    low: Series[Float] = pa.Field(ge=0, le=1, metadata=NONE)
    high: Series[Float] = pa.Field(ge=0, le=1, metadata=NONE)
    n_journeys: Series[Int] = pa.Field(ge=0, metadata=NONE, description="that begin so")
    conversion_rate: Series[Float] = pa.Field(ge=0, le=1, nullable=True, metadata=NONE)
    conversion_low: Series[Float] = pa.Field(ge=0, le=1, nullable=True, metadata=NONE)
    conversion_high: Series[Float] = pa.Field(ge=0, le=1, nullable=True, metadata=NONE)


class MessageClaims(pa.DataFrameModel):
    """One row per message to a known person and claim that it makes."""

    touch_id: Series[Text] = pa.Field(str_matches=SOURCE_KEY, metadata=PSEUDONYMOUS)
    person_id: Series[Text] = pa.Field(str_matches=PERSON_KEY, metadata=PSEUDONYMOUS)
    journey_id: Series[Text] = pa.Field(metadata=PSEUDONYMOUS)
    touched_at: Series[Instant] = pa.Field(metadata=NONE, description="UTC")
    channel: Series[Text] = pa.Field(metadata=NONE)
    campaign_id: Series[Text] = pa.Field(nullable=True, metadata=NONE)
    claim: Series[Text] = pa.Field(metadata=NONE)
    subject: Series[Text] = pa.Field(metadata=NONE, description="what the claim is about")
    owner: Series[Text] = pa.Field(metadata=NONE, description="a team, never a person")


class Contradictions(pa.DataFrameModel):
    """One row per pair of messages to one person, near in time, whose claims exclude each other."""

    person_id: Series[Text] = pa.Field(str_matches=PERSON_KEY, metadata=PSEUDONYMOUS)
    first_touch_id: Series[Text] = pa.Field(str_matches=SOURCE_KEY, metadata=PSEUDONYMOUS)
    second_touch_id: Series[Text] = pa.Field(str_matches=SOURCE_KEY, metadata=PSEUDONYMOUS)
    first_at: Series[Instant] = pa.Field(metadata=NONE, description="UTC")
    second_at: Series[Instant] = pa.Field(metadata=NONE, description="UTC")
    gap_days: Series[Float] = pa.Field(ge=0, metadata=NONE)
    first_claim: Series[Text] = pa.Field(metadata=NONE)
    second_claim: Series[Text] = pa.Field(metadata=NONE)
    first_channel: Series[Text] = pa.Field(metadata=NONE)
    second_channel: Series[Text] = pa.Field(metadata=NONE)
    first_campaign_id: Series[Text] = pa.Field(nullable=True, metadata=NONE)
    second_campaign_id: Series[Text] = pa.Field(nullable=True, metadata=NONE)
    first_owner: Series[Text] = pa.Field(metadata=NONE)
    second_owner: Series[Text] = pa.Field(metadata=NONE)
    is_across_channels: Series[Bool] = pa.Field(metadata=NONE)
    is_across_owners: Series[Bool] = pa.Field(metadata=NONE)


class MessageConsistency(pa.DataFrameModel):
    """One row per person and week, and per person and journey, with two messages about one subject."""

    unit: Series[Text] = pa.Field(isin=["week", "journey"], metadata=NONE)
    unit_id: Series[Text] = pa.Field(
        metadata=PSEUDONYMOUS, description="the week's Monday (UTC), or the journey"
    )
    person_id: Series[Text] = pa.Field(str_matches=PERSON_KEY, metadata=PSEUDONYMOUS)
    n_messages: Series[Int] = pa.Field(ge=2, metadata=NONE)
    n_agreeing: Series[Int] = pa.Field(ge=1, metadata=NONE, description="make their subject's usual claim")
    consistency_index: Series[Float] = pa.Field(gt=0, le=1, metadata=NONE)


class SyncLags(pa.DataFrameModel):
    """One row per claim or campaign and pair of channels: how long the second takes to follow the first."""

    level: Series[Text] = pa.Field(isin=["claim", "campaign"], metadata=NONE)
    name: Series[Text] = pa.Field(metadata=NONE)
    first_channel: Series[Text] = pa.Field(metadata=NONE)
    second_channel: Series[Text] = pa.Field(metadata=NONE)
    n_persons: Series[Int] = pa.Field(ge=1, metadata=NONE)
    median_lag_hours: Series[Float] = pa.Field(ge=0, metadata=NONE)
    low: Series[Float] = pa.Field(ge=0, nullable=True, metadata=NONE, description="null: below six persons")
    high: Series[Float] = pa.Field(ge=0, nullable=True, metadata=NONE)


class PersonPreferences(pa.DataFrameModel):
    """One row per person and dimension: where, or when, the person comes most, and whether that is clear."""

    person_id: Series[Text] = pa.Field(str_matches=PERSON_KEY, metadata=PSEUDONYMOUS)
    dimension: Series[Text] = pa.Field(isin=["channel", "part_of_day"], metadata=NONE)
    leading_value: Series[Text] = pa.Field(metadata=NONE)
    preferred_value: Series[Text] = pa.Field(nullable=True, metadata=NONE, description="null: too few to say")
    is_clear: Series[Bool] = pa.Field(metadata=NONE)
    n_days: Series[Int] = pa.Field(ge=1, metadata=NONE, description="days by value, over all values")
    n_leading: Series[Int] = pa.Field(ge=1, metadata=NONE)
    n_runner_up: Series[Int] = pa.Field(ge=0, metadata=NONE)
    leading_share: Series[Float] = pa.Field(gt=0, le=1, metadata=NONE)
    low: Series[Float] = pa.Field(ge=0, le=1, metadata=NONE)
    high: Series[Float] = pa.Field(ge=0, le=1, metadata=NONE)
    shrunk_share: Series[Float] = pa.Field(
        ge=0, le=1, metadata=NONE, description="drawn towards what is usual"
    )
    n_sent: Series[Int] = pa.Field(ge=0, metadata=NONE, description="by us, in that channel")
    n_answered: Series[Int] = pa.Field(ge=0, metadata=NONE)


class Triggers(pa.DataFrameModel):
    """One row per rule and occurrence of its signal that called for an answer."""

    rule: Series[Text] = pa.Field(metadata=NONE)
    touch_id: Series[Text] = pa.Field(
        str_matches=SOURCE_KEY, metadata=PSEUDONYMOUS, description="the signal that was enough"
    )
    person_id: Series[Text] = pa.Field(str_matches=PERSON_KEY, metadata=PSEUDONYMOUS)
    product_id: Series[Text] = pa.Field(nullable=True, metadata=NONE)
    signal_at: Series[Instant] = pa.Field(metadata=NONE, description="UTC")
    fired_at: Series[Instant] = pa.Field(metadata=NONE, description="UTC; not known before")
    owner: Series[Text] = pa.Field(metadata=NONE, description="the team that answers")


TOUCHPOINT_MAP = TableContract(TouchpointKinds, ("channel", "tactic", "action"))
TOUCHPOINT_ROLES = TableContract(TouchpointRoles, ("stage", "role", "tool"))
CHANNEL_SHARES = TableContract(ChannelShares, ("level", "base", "name"))
COVERAGE_WARNINGS = TableContract(CoverageWarnings, ("area",))
DIRECTION_KPIS = TableContract(DirectionKpis, ("direction",))
MESSAGE_CLAIMS = TableContract(MessageClaims, ("touch_id", "claim"))
CONTRADICTIONS = TableContract(
    Contradictions, ("first_touch_id", "second_touch_id", "first_claim", "second_claim")
)
MESSAGE_CONSISTENCY = TableContract(MessageConsistency, ("unit", "unit_id", "person_id"))
SYNC_LAGS = TableContract(SyncLags, ("level", "name", "first_channel", "second_channel"))
PERSON_PREFERENCES = TableContract(PersonPreferences, ("person_id", "dimension"))
TRIGGERS = TableContract(Triggers, ("rule", "touch_id"))
