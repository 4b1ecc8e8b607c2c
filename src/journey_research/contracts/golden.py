"""Contract of the golden record: for each person and field the value believed, and those that lost."""

import pandera.pandas as pa
from pandera.typing import Series

from .people import PERSON_KEY
from .table_contract import (
    NONE,
    PERSONAL,
    PSEUDONYMOUS,
    SOURCE_KEY,
    Bool,
    Float,
    Instant,
    Int,
    TableContract,
    Text,
)

GOLDEN_FIELDS = [
    "first_name", "last_name", "full_name", "company", "job_title", "gender", "birth_date", "street",
    "postal_code", "city", "country", "language", "email", "phone",
]  # fmt: skip
SURVIVORSHIP_RULES = ["verified", "source_priority", "most_frequent", "most_recent", "longest"]


class GoldenValues(pa.DataFrameModel):
    """One row per person, field and value that the person's records hold; vault only.

    One value of each person and field has won. Null is no value and has no row.
    """

    person_id: Series[Text] = pa.Field(str_matches=PERSON_KEY, metadata=PSEUDONYMOUS)
    field: Series[Text] = pa.Field(isin=GOLDEN_FIELDS, metadata=NONE)
    value: Series[Text] = pa.Field(
        metadata=PERSONAL, description="as record_id spells it; a day as YYYY-MM-DD"
    )
    is_winner: Series[Bool] = pa.Field(metadata=NONE)
    rule: Series[Text] = pa.Field(
        isin=[*SURVIVORSHIP_RULES, "only", "tie_break"],
        nullable=True,
        metadata=NONE,
        description="what set the winner above the next best value; null: lost",
    )
    record_id: Series[Text] = pa.Field(
        str_matches=SOURCE_KEY, metadata=PSEUDONYMOUS, description="the record that stands for the value"
    )
    n_records: Series[Int] = pa.Field(ge=1, metadata=NONE, description="records that hold the value")
    agreement_share: Series[Float] = pa.Field(
        ge=0, le=1, metadata=NONE, description="of the person's records that tell the field"
    )
    observed_at: Series[Instant] = pa.Field(
        nullable=True, metadata=NONE, description="UTC, newest recorded_at of those records"
    )


GOLDEN_VALUES = TableContract(GoldenValues, ("person_id", "field", "value"), vault=True)
