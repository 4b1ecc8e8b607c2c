"""Contracts of how far persons have come, and of who began what."""

import pandera.pandas as pa
from pandera.typing import Series

from .people import PERSON_KEY
from .table_contract import NONE, PSEUDONYMOUS, Bool, Float, Instant, Int, TableContract, Text

RUNG_NAMES = ["connection", "contact", "subscriber", "relationship", "customer", "repeat"]


class Ladder(pa.DataFrameModel):
    """One row per person and rung that the person has reached."""

    person_id: Series[Text] = pa.Field(str_matches=PERSON_KEY, metadata=PSEUDONYMOUS)
    rung: Series[Text] = pa.Field(isin=RUNG_NAMES, metadata=NONE)
    rung_number: Series[Int] = pa.Field(ge=1, le=6, metadata=NONE, description="1: connection, the lowest")
    first_reached_at: Series[Instant] = pa.Field(metadata=NONE, description="UTC")
    evidence: Series[Text] = pa.Field(metadata=NONE, description="touch, record, consent, order, or the goal")
    is_out_of_order: Series[Bool] = pa.Field(metadata=NONE, description="a lower rung was reached later")


class LadderMoves(pa.DataFrameModel):
    """One row per step down the ladder, or back up."""

    person_id: Series[Text] = pa.Field(str_matches=PERSON_KEY, metadata=PSEUDONYMOUS)
    move: Series[Text] = pa.Field(isin=["unsubscribed", "resubscribed", "returned", "lapsed"], metadata=NONE)
    evidence_id: Series[Text] = pa.Field(
        metadata=PSEUDONYMOUS, description="a consent, an order, a last touch"
    )
    channel: Series[Text] = pa.Field(nullable=True, metadata=NONE, description="null: not of a channel")
    moved_at: Series[Instant] = pa.Field(
        nullable=True, metadata=NONE, description="UTC; null: nobody says when"
    )
    from_rung: Series[Text] = pa.Field(isin=RUNG_NAMES, metadata=NONE)


class LadderCounts(pa.DataFrameModel):
    """One row per rung of the ladder."""

    rung: Series[Text] = pa.Field(isin=RUNG_NAMES, metadata=NONE)
    rung_number: Series[Int] = pa.Field(ge=1, le=6, metadata=NONE)
    n_persons: Series[Int] = pa.Field(ge=0, metadata=NONE)
    reached_share: Series[Float] = pa.Field(ge=0, le=1, nullable=True, metadata=NONE, description="of n")
    low: Series[Float] = pa.Field(ge=0, le=1, nullable=True, metadata=NONE)
    high: Series[Float] = pa.Field(ge=0, le=1, nullable=True, metadata=NONE)
    n: Series[Int] = pa.Field(ge=0, metadata=NONE, description="persons on the ladder")
    n_out_of_order: Series[Int] = pa.Field(ge=0, metadata=NONE)


class ProcessViews(pa.DataFrameModel):
    """One row per view of the process: whose initiative, in which direction; and all of them together."""

    initiative: Series[Text] = pa.Field(isin=["company", "customer", "peer", "all"], metadata=NONE)
    direction: Series[Text] = pa.Field(isin=["inbound", "outbound", "all"], metadata=NONE)
    n_touches: Series[Int] = pa.Field(ge=0, metadata=NONE)
    touch_share: Series[Float] = pa.Field(ge=0, le=1, metadata=NONE)
    low: Series[Float] = pa.Field(ge=0, le=1, metadata=NONE, description="by person")
    high: Series[Float] = pa.Field(ge=0, le=1, metadata=NONE, description="by person")
    n_records: Series[Int] = pa.Field(
        ge=0, metadata=NONE, description="whom one would count without identity"
    )
    n_persons: Series[Int] = pa.Field(ge=0, metadata=NONE)
    n_converted: Series[Int] = pa.Field(ge=0, metadata=NONE, description="of these persons")


LADDER = TableContract(Ladder, ("person_id", "rung"))
LADDER_MOVES = TableContract(LadderMoves, ("person_id", "move", "evidence_id"))
LADDER_COUNTS = TableContract(LadderCounts, ("rung",))
PROCESS_VIEWS = TableContract(ProcessViews, ("initiative", "direction"))
