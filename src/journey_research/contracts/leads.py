"""Contract of what became of leads."""

import pandera.pandas as pa
from pandera.typing import Series

from .table_contract import NONE, Float, Int, TableContract, Text


class LeadOutcomes(pa.DataFrameModel):
    """One row for all leads, per source of the first lead, and per channel of the first touch.

    A person is counted once. Shares and medians have 95 % intervals; null where there are too few to say.
    """

    grouped_by: Series[Text] = pa.Field(isin=["all", "source", "channel"], metadata=NONE)
    name: Series[Text] = pa.Field(metadata=NONE, description="source or channel; none: no touch")
    n_leads: Series[Int] = pa.Field(ge=0, metadata=NONE, description="persons of whom a source holds a lead")
    n_were_customers: Series[Int] = pa.Field(ge=0, metadata=NONE, description="who had bought before")
    n_older: Series[Int] = pa.Field(ge=0, metadata=NONE, description="leads before the data begin")
    n_converted: Series[Int] = pa.Field(ge=0, metadata=NONE, description="a source says that it did")
    n_contacts: Series[Int] = pa.Field(ge=0, metadata=NONE, description="those, and who is known besides")
    contact_share: Series[Float] = pa.Field(
        ge=0, le=1, nullable=True, metadata=NONE, description="of n_leads"
    )
    contact_low: Series[Float] = pa.Field(ge=0, le=1, nullable=True, metadata=NONE)
    contact_high: Series[Float] = pa.Field(ge=0, le=1, nullable=True, metadata=NONE)
    n_customers: Series[Int] = pa.Field(ge=0, metadata=NONE, description="who bought after they were a lead")
    customer_share: Series[Float] = pa.Field(ge=0, le=1, nullable=True, metadata=NONE, description="of n")
    customer_low: Series[Float] = pa.Field(ge=0, le=1, nullable=True, metadata=NONE)
    customer_high: Series[Float] = pa.Field(ge=0, le=1, nullable=True, metadata=NONE)
    n: Series[Int] = pa.Field(ge=0, metadata=NONE, description="leads neither older nor customers before")
    customer_days: Series[Float] = pa.Field(
        ge=0, nullable=True, metadata=NONE, description="median from lead to first purchase, so far"
    )
    customer_days_low: Series[Float] = pa.Field(ge=0, nullable=True, metadata=NONE)
    customer_days_high: Series[Float] = pa.Field(ge=0, nullable=True, metadata=NONE)


LEAD_OUTCOMES = TableContract(LeadOutcomes, ("grouped_by", "name"))
