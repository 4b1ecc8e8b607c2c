"""Contracts of persons who behave alike: segments, what sets them apart, how they were chosen, RFM."""

import pandera.pandas as pa
from pandera.typing import Series

from .people import PERSON_KEY
from .table_contract import NONE, PSEUDONYMOUS, Bool, Float, Int, Money, TableContract, Text

MEASURED = ["deed_mixture", "density", "everybody", "gaussian_mixture", "kmeans", "markov_mixture"]


class Segments(pa.DataFrameModel):
    """One row per person with touches, with the segment it falls into."""

    person_id: Series[Text] = pa.Field(str_matches=PERSON_KEY, metadata=PSEUDONYMOUS)
    segment: Series[Text] = pa.Field(metadata=NONE, description="named by rule after what sets it apart")
    segment_before: Series[Text] = pa.Field(
        nullable=True,
        metadata=NONE,
        description="as of a week before, by the same model; null: no touch then",
    )


class SegmentProfiles(pa.DataFrameModel):
    """One row per segment; the shares of persons add up to 1."""

    segment: Series[Text] = pa.Field(metadata=NONE)
    n_persons: Series[Int] = pa.Field(ge=1, metadata=NONE)
    person_share: Series[Float] = pa.Field(ge=0, le=1, metadata=NONE)
    touches_mean: Series[Float] = pa.Field(metadata=NONE)
    outcomes_mean: Series[Float] = pa.Field(metadata=NONE)
    amount_mean: Series[Float] = pa.Field(metadata=NONE)
    amount_share: Series[Float] = pa.Field(nullable=True, metadata=NONE, description="null: nothing was paid")
    main_channel: Series[Text] = pa.Field(nullable=True, metadata=NONE)
    main_channel_share: Series[Float] = pa.Field(nullable=True, metadata=NONE)
    style: Series[Text] = pa.Field(metadata=NONE, description="how its persons communicate, against others")


class SegmentTraits(pa.DataFrameModel):
    """One row per segment and trait: how its persons differ from all others."""

    segment: Series[Text] = pa.Field(metadata=NONE)
    trait: Series[Text] = pa.Field(metadata=NONE, description="a behaviour, or the share of a channel")
    kind: Series[Text] = pa.Field(metadata=NONE)
    value: Series[Float] = pa.Field(nullable=True, metadata=NONE, description="mean of its persons")
    low: Series[Float] = pa.Field(nullable=True, metadata=NONE, description="95 %, by persons")
    high: Series[Float] = pa.Field(nullable=True, metadata=NONE)
    others: Series[Float] = pa.Field(nullable=True, metadata=NONE, description="mean of all other persons")
    difference: Series[Float] = pa.Field(
        nullable=True, metadata=NONE, description="in standard deviations; counts by their logarithm"
    )
    n: Series[Int] = pa.Field(ge=0, metadata=NONE, description="persons who show it")
    place: Series[Int] = pa.Field(ge=1, metadata=NONE, description="1: differs most")


class SegmentChoices(pa.DataFrameModel):
    """One row per method and number of segments that was tried, with its criteria; one is chosen."""

    method: Series[Text] = pa.Field(isin=MEASURED, metadata=NONE)
    n_segments: Series[Int] = pa.Field(ge=0, metadata=NONE, description="found, where density found them")
    bic: Series[Float] = pa.Field(nullable=True, metadata=NONE, description="lower is better, in a method")
    silhouette: Series[Float] = pa.Field(ge=-1, le=1, nullable=True, metadata=NONE)
    smallest_share: Series[Float] = pa.Field(ge=0, le=1, metadata=NONE)
    unassigned_share: Series[Float] = pa.Field(ge=0, le=1, metadata=NONE)
    stability: Series[Float] = pa.Field(
        nullable=True, metadata=NONE, description="adjusted Rand index with fits on resamples of persons"
    )
    stability_low: Series[Float] = pa.Field(nullable=True, metadata=NONE, description="95 % of resamples")
    stability_high: Series[Float] = pa.Field(nullable=True, metadata=NONE)
    repeatability: Series[Float] = pa.Field(
        nullable=True, metadata=NONE, description="adjusted Rand index of a person's odd and even weeks"
    )
    repeatability_low: Series[Float] = pa.Field(nullable=True, metadata=NONE, description="95 %, by persons")
    repeatability_high: Series[Float] = pa.Field(nullable=True, metadata=NONE)
    n: Series[Int] = pa.Field(ge=0, metadata=NONE, description="persons the criteria are measured on")
    n_twice_seen: Series[Int] = pa.Field(
        ge=0, metadata=NONE, description="persons with touches in odd and in even weeks, sampled"
    )
    is_best_of_method: Series[Bool] = pa.Field(metadata=NONE)
    is_chosen: Series[Bool] = pa.Field(metadata=NONE)
    reason: Series[Text] = pa.Field(metadata=NONE)


class SegmentMoves(pa.DataFrameModel):
    """One row per segment of the week before and segment of now that some person has."""

    from_segment: Series[Text] = pa.Field(metadata=NONE, description="'new': no touch before this week")
    to_segment: Series[Text] = pa.Field(metadata=NONE, description="'gone': no touch is left")
    n_persons: Series[Int] = pa.Field(ge=1, metadata=NONE)
    is_move: Series[Bool] = pa.Field(metadata=NONE)
    reason: Series[Text] = pa.Field(metadata=NONE, description="what changed most")
    change: Series[Float] = pa.Field(nullable=True, metadata=NONE, description="in standard deviations, mean")


class Rfm(pa.DataFrameModel):
    """One row per person with an outcome. Scores: 5 is the latest, most frequent, most valuable fifth."""

    person_id: Series[Text] = pa.Field(str_matches=PERSON_KEY, metadata=PSEUDONYMOUS)
    recency_days: Series[Float] = pa.Field(ge=0, metadata=NONE, description="since the last outcome")
    n_outcomes: Series[Int] = pa.Field(ge=1, metadata=NONE)
    amount: Series[Money] = pa.Field(metadata=NONE)
    recency_score: Series[Int] = pa.Field(ge=1, le=5, metadata=NONE)
    frequency_score: Series[Int] = pa.Field(ge=1, le=5, metadata=NONE)
    monetary_score: Series[Int] = pa.Field(ge=1, le=5, metadata=NONE)


class RfmCells(pa.DataFrameModel):
    """One row per combination of the three scores that some person has."""

    recency_score: Series[Int] = pa.Field(ge=1, le=5, metadata=NONE)
    frequency_score: Series[Int] = pa.Field(ge=1, le=5, metadata=NONE)
    monetary_score: Series[Int] = pa.Field(ge=1, le=5, metadata=NONE)
    n_persons: Series[Int] = pa.Field(ge=1, metadata=NONE)
    n_outcomes: Series[Int] = pa.Field(ge=1, metadata=NONE)
    amount: Series[Money] = pa.Field(metadata=NONE)


SEGMENTS = TableContract(Segments, ("person_id",))
SEGMENT_PROFILES = TableContract(SegmentProfiles, ("segment",))
SEGMENT_TRAITS = TableContract(SegmentTraits, ("segment", "trait"))
SEGMENT_CHOICES = TableContract(SegmentChoices, ("method", "n_segments"))
SEGMENT_MOVES = TableContract(SegmentMoves, ("from_segment", "to_segment"))
RFM = TableContract(Rfm, ("person_id",))
RFM_CELLS = TableContract(RfmCells, ("recency_score", "frequency_score", "monetary_score"))
