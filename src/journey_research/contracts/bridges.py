"""Contract of what each type of identifier joins."""

import pandera.pandas as pa
from pandera.typing import Series

from .table_contract import NONE, Float, Int, TableContract, Text


class LinkBridges(pa.DataFrameModel):
    """One row per thing that brings a link, and what would fall apart without it; intervals by person."""

    bridge: Series[Text] = pa.Field(
        metadata=NONE, description="type of identifier, word of a source, judgement, or likeness of values"
    )
    n_links: Series[Int] = pa.Field(ge=1, metadata=NONE, description="accepted links of which it is a part")
    n_links_only: Series[Int] = pa.Field(ge=0, metadata=NONE, description="of them, resting on nothing else")
    link_share: Series[Float] = pa.Field(
        ge=0, le=1, metadata=NONE, description="of all accepted links; a link may have several bridges"
    )
    link_low: Series[Float] = pa.Field(nullable=True, ge=0, le=1, metadata=NONE)
    link_high: Series[Float] = pa.Field(nullable=True, ge=0, le=1, metadata=NONE)
    n_apart: Series[Int] = pa.Field(
        ge=0, metadata=NONE, description="persons who would be several without it"
    )
    apart_share: Series[Float] = pa.Field(
        ge=0, le=1, metadata=NONE, description="of persons of several records"
    )
    apart_low: Series[Float] = pa.Field(nullable=True, ge=0, le=1, metadata=NONE)
    apart_high: Series[Float] = pa.Field(nullable=True, ge=0, le=1, metadata=NONE)
    n_pairs_lost: Series[Int] = pa.Field(
        ge=0, metadata=NONE, description="pairs of records that would no longer be one person"
    )
    lost_share: Series[Float] = pa.Field(ge=0, le=1, metadata=NONE, description="of all pairs found")
    lost_low: Series[Float] = pa.Field(nullable=True, ge=0, le=1, metadata=NONE)
    lost_high: Series[Float] = pa.Field(nullable=True, ge=0, le=1, metadata=NONE)
    n_persons: Series[Int] = pa.Field(ge=1, metadata=NONE, description="persons of several records")
    n_pairs: Series[Int] = pa.Field(ge=1, metadata=NONE, description="pairs of records that are one person")


LINK_BRIDGES = TableContract(LinkBridges, ("bridge",))
