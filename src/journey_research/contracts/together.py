"""Contracts of what channels do together, and of how far persons carry each other."""

import pandera.pandas as pa
from pandera.typing import Series

from .people import PERSON_KEY
from .table_contract import NONE, PSEUDONYMOUS, Bool, Float, Instant, Int, TableContract, Text


class ChannelPairs(pa.DataFrameModel):
    """One row per ordered pair of channels, with conversions of a day beyond what is usual for the person.

    Associations, no effects. Left out: pairs that too few have.
    """

    first_channel: Series[Text] = pa.Field(metadata=NONE)
    second_channel: Series[Text] = pa.Field(metadata=NONE)
    together_rate: Series[Float] = pa.Field(
        metadata=NONE, description="conversions per day with both, beyond the sum of each alone"
    )
    low: Series[Float] = pa.Field(metadata=NONE, description="by person, knows nothing of other pairs")
    high: Series[Float] = pa.Field(metadata=NONE)
    first_rate: Series[Float] = pa.Field(metadata=NONE, description="per day with the first alone")
    second_rate: Series[Float] = pa.Field(metadata=NONE, description="per day with the second alone")
    reverse_rate: Series[Float] = pa.Field(
        nullable=True, metadata=NONE, description="of the other order; null: too few have it"
    )
    n_days: Series[Int] = pa.Field(ge=1, metadata=NONE, description="days of persons with both")
    n_conversions: Series[Int] = pa.Field(ge=0, metadata=NONE, description="in the days after those")
    n_persons: Series[Int] = pa.Field(ge=1, metadata=NONE)
    p_value: Series[Float] = pa.Field(
        ge=0, le=1, metadata=NONE, description="one-sided: more together, and more than in the other order"
    )
    q_value: Series[Float] = pa.Field(ge=0, le=1, metadata=NONE)
    is_declared: Series[Bool] = pa.Field(metadata=NONE)


class EarlyTouches(pa.DataFrameModel):
    """One row per phase and group of channels: journeys that begin there."""

    phase: Series[Text] = pa.Field(isin=["before_contact", "after_contact", "later_cycle"], metadata=NONE)
    channel_group: Series[Text] = pa.Field(metadata=NONE)
    n_hits: Series[Int] = pa.Field(ge=0, metadata=NONE, description="journeys that begin in the group")
    early_share: Series[Float] = pa.Field(ge=0, le=1, metadata=NONE, description="of n")
    low: Series[Float] = pa.Field(ge=0, le=1, metadata=NONE, description="by person")
    high: Series[Float] = pa.Field(ge=0, le=1, metadata=NONE)
    n_persons: Series[Int] = pa.Field(ge=1, metadata=NONE)
    n: Series[Int] = pa.Field(ge=1, metadata=NONE, description="journeys of the phase")


class OfflineShares(pa.DataFrameModel):
    """One row per offline channel, and ``offline`` for all of them."""

    area: Series[Text] = pa.Field(metadata=NONE)
    n_touched: Series[Int] = pa.Field(ge=1, metadata=NONE, description="persons with a contact there")
    touched_share: Series[Float] = pa.Field(ge=0, le=1, metadata=NONE, description="of n")
    low: Series[Float] = pa.Field(ge=0, le=1, metadata=NONE)
    high: Series[Float] = pa.Field(ge=0, le=1, metadata=NONE)
    n_only: Series[Int] = pa.Field(ge=0, metadata=NONE, description="persons with all contacts there")
    offline_share: Series[Float] = pa.Field(ge=0, le=1, metadata=NONE, description="of n")
    offline_low: Series[Float] = pa.Field(ge=0, le=1, metadata=NONE)
    offline_high: Series[Float] = pa.Field(ge=0, le=1, metadata=NONE)
    n_journeys: Series[Int] = pa.Field(ge=0, metadata=NONE, description="of those with all contacts there")
    n_converted: Series[Int] = pa.Field(ge=0, metadata=NONE, description="of these journeys")
    n: Series[Int] = pa.Field(ge=1, metadata=NONE, description="persons with touches")


class InfluenceEdges(pa.DataFrameModel):
    """One row per giver and receiver of a word between persons."""

    giver_person_id: Series[Text] = pa.Field(str_matches=PERSON_KEY, metadata=PSEUDONYMOUS)
    receiver_person_id: Series[Text] = pa.Field(str_matches=PERSON_KEY, metadata=PSEUDONYMOUS)
    n_acts: Series[Int] = pa.Field(ge=1, metadata=NONE)
    first_at: Series[Instant] = pa.Field(metadata=NONE, description="UTC")
    last_at: Series[Instant] = pa.Field(metadata=NONE, description="UTC")
    is_followed: Series[Bool] = pa.Field(metadata=NONE, description="the receiver converted soon after")


class InfluenceSpheres(pa.DataFrameModel):
    """One row per person who gives or hears a word."""

    person_id: Series[Text] = pa.Field(str_matches=PERSON_KEY, metadata=PSEUDONYMOUS)
    n_reached: Series[Int] = pa.Field(ge=0, metadata=NONE, description="persons, in one step")
    n_reached_further: Series[Int] = pa.Field(
        ge=0, metadata=NONE, description="more persons in a second, later step"
    )
    n_acts: Series[Int] = pa.Field(ge=0, metadata=NONE)
    n_followed: Series[Int] = pa.Field(ge=0, metadata=NONE, description="of n_reached, who converted after")
    n_givers: Series[Int] = pa.Field(ge=0, metadata=NONE, description="persons it hears from")
    community_id: Series[Text] = pa.Field(
        str_matches=PERSON_KEY, metadata=PSEUDONYMOUS, description="the circle's first person"
    )
    component_id: Series[Text] = pa.Field(
        str_matches=PERSON_KEY, metadata=PSEUDONYMOUS, description="the first of all that hang together"
    )


class InfluenceFigures(pa.DataFrameModel):
    """One row per figure."""

    figure: Series[Text] = pa.Field(metadata=NONE)
    share: Series[Float] = pa.Field(ge=0, le=1, nullable=True, metadata=NONE)
    low: Series[Float] = pa.Field(ge=0, le=1, nullable=True, metadata=NONE)
    high: Series[Float] = pa.Field(ge=0, le=1, nullable=True, metadata=NONE)
    n: Series[Int] = pa.Field(ge=0, metadata=NONE, description="what the share is of")


CHANNEL_PAIRS = TableContract(ChannelPairs, ("first_channel", "second_channel"))
EARLY_TOUCHES = TableContract(EarlyTouches, ("phase", "channel_group"))
OFFLINE_SHARES = TableContract(OfflineShares, ("area",))
INFLUENCE_EDGES = TableContract(InfluenceEdges, ("giver_person_id", "receiver_person_id"))
INFLUENCE_SPHERES = TableContract(InfluenceSpheres, ("person_id",))
INFLUENCE_FIGURES = TableContract(InfluenceFigures, ("figure",))
