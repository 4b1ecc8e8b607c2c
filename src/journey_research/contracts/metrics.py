"""Contract of measured figures: the one shape in which every stage states a number and its range."""

import pandera.pandas as pa
from pandera.typing import Series

from .table_contract import NONE, PSEUDONYMOUS, Float, Int, Money, TableContract, Text


class Metrics(pa.DataFrameModel):
    """One row per figure: ``value`` between ``low`` and ``high`` (95 %), from ``n`` observations.

    Null: the data cannot tell (too few observations, or no truth to compare with).
    """

    metric: Series[Text] = pa.Field(metadata=NONE)
    value: Series[Float] = pa.Field(nullable=True, metadata=NONE)
    low: Series[Float] = pa.Field(nullable=True, metadata=NONE)
    high: Series[Float] = pa.Field(nullable=True, metadata=NONE)
    n: Series[Int] = pa.Field(ge=0, metadata=NONE)


class Headlines(pa.DataFrameModel):
    """One row per figure on the front page, with what sampling and identity can do to it."""

    headline: Series[Text] = pa.Field(metadata=NONE)
    position: Series[Int] = pa.Field(ge=1, metadata=NONE)
    sentence: Series[Text] = pa.Field(metadata=NONE, description="what it means, in one sentence")
    unit: Series[Text] = pa.Field(isin=["share", "count", "amount"], metadata=NONE)
    value: Series[Float] = pa.Field(nullable=True, metadata=NONE)
    low: Series[Float] = pa.Field(nullable=True, metadata=NONE, description="sampling, 95 %")
    high: Series[Float] = pa.Field(nullable=True, metadata=NONE)
    identity_low: Series[Float] = pa.Field(
        nullable=True, metadata=NONE, description="smallest value over the identity variants"
    )
    identity_high: Series[Float] = pa.Field(nullable=True, metadata=NONE)
    model_low: Series[Float] = pa.Field(
        nullable=True, metadata=NONE, description="smallest value over the models compared"
    )
    model_high: Series[Float] = pa.Field(nullable=True, metadata=NONE)
    n: Series[Int] = pa.Field(ge=0, metadata=NONE)


class EntityTotals(pa.DataFrameModel):
    """One row per customer at the business's grain and currency: what it bought, refunds taken off."""

    entity_id: Series[Text] = pa.Field(metadata=PSEUDONYMOUS, description="a person, or a firm's record")
    kind: Series[Text] = pa.Field(isin=["person", "account"], metadata=NONE)
    currency: Series[Text] = pa.Field(str_matches=r"^[A-Z]{3}$", metadata=NONE, description="XXX: no order")
    n_persons: Series[Int] = pa.Field(ge=1, metadata=NONE)
    n_orders: Series[Int] = pa.Field(ge=0, metadata=NONE)
    order_amount: Series[Money] = pa.Field(metadata=NONE)


METRICS = TableContract(Metrics, ("metric",))
HEADLINES = TableContract(Headlines, ("position",))
ENTITY_TOTALS = TableContract(EntityTotals, ("entity_id", "currency"))
