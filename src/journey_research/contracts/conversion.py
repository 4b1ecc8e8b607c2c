"""Contracts of what was known then and what happened next: examples, scores, credits."""

import pandera.pandas as pa
from pandera.typing import Series

from .people import PERSON_KEY
from .table_contract import (
    NONE,
    PSEUDONYMOUS,
    Bool,
    Float,
    Instant,
    Int,
    TableContract,
    Text,
)

SPLITS = ["train", "test", "current"]


class Examples(pa.DataFrameModel):
    """One row per person and cut-off: what was known before it, what happened after it.

    Key: ``example_id``. Split: ``test`` persons and cut-offs are never trained on;
    ``current`` rows stand at ``as_of``, have no outcome yet, and are scored for decisions.
    """

    example_id: Series[Text] = pa.Field(metadata=PSEUDONYMOUS)
    person_id: Series[Text] = pa.Field(str_matches=PERSON_KEY, metadata=PSEUDONYMOUS)
    cut_off_at: Series[Instant] = pa.Field(metadata=NONE, description="UTC; features are from before it")
    split: Series[Text] = pa.Field(isin=SPLITS, metadata=NONE)
    is_converted: Series[Bool] = pa.Field(nullable=True, metadata=NONE, description="null: not known yet")
    n_touches_7_days: Series[Int] = pa.Field(ge=0, metadata=NONE)
    n_touches_30_days: Series[Int] = pa.Field(ge=0, metadata=NONE)
    n_inbound_30_days: Series[Int] = pa.Field(ge=0, metadata=NONE)
    n_outbound_30_days: Series[Int] = pa.Field(ge=0, metadata=NONE)
    n_channels_30_days: Series[Int] = pa.Field(ge=0, metadata=NONE)
    n_sessions_30_days: Series[Int] = pa.Field(ge=0, metadata=NONE)
    n_outcomes_before: Series[Int] = pa.Field(ge=0, metadata=NONE, description="earlier conversions")
    n_orders_before: Series[Int] = pa.Field(ge=0, metadata=NONE)
    ordered_amount_before: Series[Float] = pa.Field(metadata=NONE)
    days_since_touch: Series[Float] = pa.Field(ge=0, nullable=True, metadata=NONE)
    days_since_order: Series[Float] = pa.Field(ge=0, nullable=True, metadata=NONE)


class Scores(pa.DataFrameModel):
    """One row per example, with its probability to convert inside the horizon."""

    example_id: Series[Text] = pa.Field(metadata=PSEUDONYMOUS)
    person_id: Series[Text] = pa.Field(str_matches=PERSON_KEY, metadata=PSEUDONYMOUS)
    cut_off_at: Series[Instant] = pa.Field(metadata=NONE, description="UTC")
    split: Series[Text] = pa.Field(isin=SPLITS, metadata=NONE)
    is_converted: Series[Bool] = pa.Field(nullable=True, metadata=NONE)
    conversion_probability: Series[Float] = pa.Field(ge=0, le=1, metadata=NONE)


class CalibrationBins(pa.DataFrameModel):
    """One row per tenth of the scored test examples, by rising probability."""

    bin_number: Series[Int] = pa.Field(ge=1, metadata=NONE)
    mean_probability: Series[Float] = pa.Field(ge=0, le=1, metadata=NONE)
    converted_share: Series[Float] = pa.Field(ge=0, le=1, metadata=NONE)
    low: Series[Float] = pa.Field(ge=0, le=1, metadata=NONE)
    high: Series[Float] = pa.Field(ge=0, le=1, metadata=NONE)
    n: Series[Int] = pa.Field(ge=1, metadata=NONE)


class Credits(pa.DataFrameModel):
    """One row per attribution model and channel; a model's credits sum to all conversions."""

    model: Series[Text] = pa.Field(metadata=NONE)
    channel: Series[Text] = pa.Field(metadata=NONE)
    conversions: Series[Float] = pa.Field(ge=0, metadata=NONE)
    share: Series[Float] = pa.Field(ge=0, le=1, nullable=True, metadata=NONE)
    value_amount: Series[Float] = pa.Field(metadata=NONE)
    low: Series[Float] = pa.Field(nullable=True, metadata=NONE, description="share; sampling, 95 %")
    high: Series[Float] = pa.Field(nullable=True, metadata=NONE)
    identity_low: Series[Float] = pa.Field(
        nullable=True, metadata=NONE, description="share; smallest over the identity variants"
    )
    identity_high: Series[Float] = pa.Field(nullable=True, metadata=NONE)


class ThresholdChannels(pa.DataFrameModel):
    """One row per threshold of identity, ranking and channel: what the channel is ranked by."""

    threshold: Series[Float] = pa.Field(ge=0, le=1, metadata=NONE)
    ranking: Series[Text] = pa.Field(metadata=NONE, description="an attribution model, or conversion_rate")
    channel: Series[Text] = pa.Field(metadata=NONE)
    value: Series[Float] = pa.Field(
        ge=0, le=1, metadata=NONE, description="share of conversions, or of the channel's journeys"
    )
    n_journeys: Series[Int] = pa.Field(ge=0, metadata=NONE, description="that pass the channel")


class RankingFlips(pa.DataFrameModel):
    """One row per change of places of two channels as the threshold of identity rises."""

    ranking: Series[Text] = pa.Field(metadata=NONE, description="an attribution model, or conversion_rate")
    channel_before: Series[Text] = pa.Field(metadata=NONE, description="ahead up to low_threshold")
    channel_after: Series[Text] = pa.Field(metadata=NONE, description="ahead from high_threshold")
    low_threshold: Series[Float] = pa.Field(ge=0, le=1, metadata=NONE)
    high_threshold: Series[Float] = pa.Field(ge=0, le=1, metadata=NONE)
    lead_before: Series[Float] = pa.Field(ge=0, le=1, metadata=NONE, description="at low_threshold")
    lead_after: Series[Float] = pa.Field(ge=0, le=1, metadata=NONE, description="at high_threshold")
    best_place: Series[Int] = pa.Field(ge=1, metadata=NONE, description="of the two, at either threshold")


class LifetimeValues(pa.DataFrameModel):
    """One row per person with an order: what is expected of them in the horizon."""

    person_id: Series[Text] = pa.Field(str_matches=PERSON_KEY, metadata=PSEUDONYMOUS)
    n_purchases: Series[Int] = pa.Field(ge=0, metadata=NONE, description="repeats, days counted once")
    recency_weeks: Series[Float] = pa.Field(ge=0, metadata=NONE)
    age_weeks: Series[Float] = pa.Field(ge=0, metadata=NONE)
    alive_probability: Series[Float] = pa.Field(ge=0, le=1, metadata=NONE)
    expected_purchases: Series[Float] = pa.Field(ge=0, metadata=NONE)
    expected_amount: Series[Float] = pa.Field(nullable=True, metadata=NONE)
    horizon_weeks: Series[Float] = pa.Field(gt=0, metadata=NONE, description="weeks ahead that are meant")


class ValueDeciles(pa.DataFrameModel):
    """One row per measure and tenth of the customers: what was expected of a time held out, and what came.

    Figures are means a customer. ``observed`` and its 95 % range, by customer, are null where the tenth has
    too few customers to say.
    """

    measure: Series[Text] = pa.Field(isin=["amount", "purchases"], metadata=NONE)
    tenth: Series[Int] = pa.Field(ge=1, le=10, metadata=NONE, description="10: most was expected")
    n: Series[Int] = pa.Field(ge=1, metadata=NONE, description="customers")
    expected: Series[Float] = pa.Field(metadata=NONE, description="purchase days, or base currency")
    observed: Series[Float] = pa.Field(nullable=True, metadata=NONE)
    low: Series[Float] = pa.Field(nullable=True, metadata=NONE)
    high: Series[Float] = pa.Field(nullable=True, metadata=NONE)
    held_out_weeks: Series[Float] = pa.Field(gt=0, metadata=NONE)


EXAMPLES = TableContract(Examples, ("example_id",))
SCORES = TableContract(Scores, ("example_id",))
CALIBRATION_BINS = TableContract(CalibrationBins, ("bin_number",))
CREDITS = TableContract(Credits, ("model", "channel"))
THRESHOLD_CHANNELS = TableContract(ThresholdChannels, ("threshold", "ranking", "channel"))
RANKING_FLIPS = TableContract(RankingFlips, ("ranking", "channel_before", "channel_after", "low_threshold"))
LIFETIME_VALUES = TableContract(LifetimeValues, ("person_id",))
VALUE_DECILES = TableContract(ValueDeciles, ("measure", "tenth"))
