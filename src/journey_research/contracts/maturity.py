"""Contract of the checklist: how far a business is with knowing its customers."""

import pandera.pandas as pa
from pandera.typing import Series

from .table_contract import NONE, Float, Int, TableContract, Text


class Maturity(pa.DataFrameModel):
    """One row per question, with the answer that the run's own tables give and the number behind it.

    ``not known``: the run has no observation to answer from, or too few to tell.
    """

    position: Series[Int] = pa.Field(ge=1, metadata=NONE)
    topic: Series[Text] = pa.Field(
        isin=["data", "consent", "identity", "journeys", "decisions"], metadata=NONE
    )
    question: Series[Text] = pa.Field(metadata=NONE)
    answer: Series[Text] = pa.Field(isin=["yes", "no", "not known"], metadata=NONE)
    figure: Series[Text] = pa.Field(metadata=NONE, description="what value counts, in words")
    unit: Series[Text] = pa.Field(isin=["share", "count"], metadata=NONE)
    value: Series[Float] = pa.Field(nullable=True, ge=0, metadata=NONE)
    low: Series[Float] = pa.Field(
        nullable=True, ge=0, metadata=NONE, description="95 %; null: all are counted, or not known"
    )
    high: Series[Float] = pa.Field(nullable=True, ge=0, metadata=NONE)
    least: Series[Float] = pa.Field(
        nullable=True,
        ge=0,
        metadata=NONE,
        description="from which on the answer is yes; null: told by a word",
    )
    n: Series[Int] = pa.Field(ge=0, metadata=NONE, description="observations behind value")


MATURITY = TableContract(Maturity, ("position",))
