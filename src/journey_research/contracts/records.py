"""Contracts of what the sources hold: records, and their values and identifiers in the vault."""

import pandera.pandas as pa
from pandera.typing import Series

from .table_contract import (
    NONE,
    PERSONAL,
    PSEUDONYMOUS,
    SOURCE_KEY,
    SOURCE_NAME,
    Bool,
    Day,
    Instant,
    Int,
    TableContract,
    Text,
)

IDENTIFIER_TYPES = [
    "email", "phone", "user_id", "cookie", "device_id", "maid", "loyalty_id", "crm_id", "social_handle",
    "click_id", "card_fp", "household_key", "account_id", "domain",
]  # fmt: skip


class Records(pa.DataFrameModel):
    """One row per source record: what a source holds about somebody.

    Key: ``record_id``, which is ``source:`` and a keyed hash of the source's own key.
    """

    record_id: Series[Text] = pa.Field(str_matches=SOURCE_KEY, metadata=PSEUDONYMOUS)
    source: Series[Text] = pa.Field(str_matches=SOURCE_NAME, metadata=NONE)
    kind: Series[Text] = pa.Field(isin=["profile", "lead", "account", "anonymous"], metadata=NONE)
    recorded_at: Series[Instant] = pa.Field(nullable=True, metadata=NONE, description="UTC")
    business_line: Series[Text] = pa.Field(nullable=True, metadata=NONE)
    n_rows: Series[Int] = pa.Field(ge=1, metadata=NONE, description="source rows that speak of it")
    is_deleted: Series[Bool] = pa.Field(nullable=True, metadata=NONE, description="its source has dropped it")


class RecordValues(pa.DataFrameModel):
    """One row per record of which the source holds values; vault only. Null: the source is silent."""

    record_id: Series[Text] = pa.Field(str_matches=SOURCE_KEY, metadata=PSEUDONYMOUS)
    first_name: Series[Text] = pa.Field(nullable=True, metadata=PERSONAL)
    last_name: Series[Text] = pa.Field(nullable=True, metadata=PERSONAL)
    full_name: Series[Text] = pa.Field(nullable=True, metadata=PERSONAL)
    company: Series[Text] = pa.Field(nullable=True, metadata=PERSONAL)
    job_title: Series[Text] = pa.Field(nullable=True, metadata=PERSONAL)
    gender: Series[Text] = pa.Field(nullable=True, metadata=PERSONAL, description="female, male, other")
    birth_date: Series[Day] = pa.Field(nullable=True, metadata=PERSONAL)
    street: Series[Text] = pa.Field(nullable=True, metadata=PERSONAL)
    postal_code: Series[Text] = pa.Field(nullable=True, metadata=PERSONAL)
    city: Series[Text] = pa.Field(nullable=True, metadata=PERSONAL)
    country: Series[Text] = pa.Field(nullable=True, metadata=PERSONAL, description="ISO 3166-1, two letters")
    language: Series[Text] = pa.Field(nullable=True, metadata=PERSONAL, description="ISO 639, small letters")
    email: Series[Text] = pa.Field(nullable=True, metadata=PERSONAL)
    phone: Series[Text] = pa.Field(nullable=True, metadata=PERSONAL)
    extra: Series[Text] = pa.Field(
        nullable=True, metadata=PERSONAL, description="other mapped fields of the source, as JSON"
    )


class Identifiers(pa.DataFrameModel):
    """One row per record, identifier type and normalised value; vault only."""

    record_id: Series[Text] = pa.Field(str_matches=SOURCE_KEY, metadata=PSEUDONYMOUS)
    identifier_type: Series[Text] = pa.Field(isin=IDENTIFIER_TYPES, metadata=NONE)
    identifier_value: Series[Text] = pa.Field(metadata=PERSONAL)
    is_verified: Series[Bool] = pa.Field(metadata=NONE, description="the source checked it, as by a login")
    first_seen_at: Series[Instant] = pa.Field(nullable=True, metadata=NONE, description="UTC")
    strength: Series[Text] = pa.Field(
        isin=["strong", "weak", "never"],
        nullable=True,
        metadata=NONE,
        description="as evidence of one person; never: shared by many, or nobody's",
    )


class Judgements(pa.DataFrameModel):
    """One row per judged pair of records; ``record_id_a`` sorts before ``record_id_b``."""

    record_id_a: Series[Text] = pa.Field(str_matches=SOURCE_KEY, metadata=PSEUDONYMOUS)
    record_id_b: Series[Text] = pa.Field(str_matches=SOURCE_KEY, metadata=PSEUDONYMOUS)
    answer: Series[Text] = pa.Field(isin=["same", "distinct", "unsure"], metadata=NONE)
    reviewer: Series[Text] = pa.Field(nullable=True, metadata=PSEUDONYMOUS)
    judged_at: Series[Instant] = pa.Field(nullable=True, metadata=NONE, description="UTC")


class LabelledGroups(pa.DataFrameModel):
    """One row per record that people have put into a group of records of one person."""

    record_id: Series[Text] = pa.Field(str_matches=SOURCE_KEY, metadata=PSEUDONYMOUS)
    group_id: Series[Text] = pa.Field(metadata=PSEUDONYMOUS)


class TruePeople(pa.DataFrameModel):
    """One row per record of which the true person is known; read by evaluation alone."""

    record_id: Series[Text] = pa.Field(str_matches=SOURCE_KEY, metadata=PSEUDONYMOUS)
    true_person_id: Series[Text] = pa.Field(metadata=PSEUDONYMOUS)


RECORDS = TableContract(Records, ("record_id",))
RECORD_VALUES = TableContract(RecordValues, ("record_id",), vault=True)
IDENTIFIERS = TableContract(Identifiers, ("record_id", "identifier_type", "identifier_value"), vault=True)
JUDGEMENTS = TableContract(Judgements, ("record_id_a", "record_id_b"))
LABELLED_GROUPS = TableContract(LabelledGroups, ("record_id",))
TRUE_PEOPLE = TableContract(TruePeople, ("record_id",))
