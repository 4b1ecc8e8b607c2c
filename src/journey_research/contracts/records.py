"""Contracts of what the sources said: records, their values in the vault, and what was set aside."""

import pandera.pandas as pa
from pandera.typing import Series

from .table_contract import (
    NONE,
    PERSONAL,
    PSEUDONYMOUS,
    SHA256,
    SOURCE_KEY,
    SOURCE_NAME,
    Bool,
    Day,
    Instant,
    Int,
    TableContract,
    Text,
)

IDENTIFIER_TYPES = ["email", "phone", "user_id", "cookie", "device_id", "loyalty_id", "crm_id"]


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


class RecordValues(pa.DataFrameModel):
    """One row per record of which the source holds values; vault only. Null: the source is silent."""

    record_id: Series[Text] = pa.Field(str_matches=SOURCE_KEY, metadata=PSEUDONYMOUS)
    first_name: Series[Text] = pa.Field(nullable=True, metadata=PERSONAL)
    last_name: Series[Text] = pa.Field(nullable=True, metadata=PERSONAL)
    full_name: Series[Text] = pa.Field(nullable=True, metadata=PERSONAL)
    company: Series[Text] = pa.Field(nullable=True, metadata=PERSONAL)
    birth_date: Series[Day] = pa.Field(nullable=True, metadata=PERSONAL)
    street: Series[Text] = pa.Field(nullable=True, metadata=PERSONAL)
    postal_code: Series[Text] = pa.Field(nullable=True, metadata=PERSONAL)
    city: Series[Text] = pa.Field(nullable=True, metadata=PERSONAL)
    country: Series[Text] = pa.Field(nullable=True, metadata=PERSONAL)
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


class Rejected(pa.DataFrameModel):
    """One row per source row set aside, with the first rule it broke; never its text."""

    source: Series[Text] = pa.Field(str_matches=SOURCE_NAME, metadata=NONE)
    file_sha256: Series[Text] = pa.Field(str_matches=SHA256, metadata=NONE)
    row_number: Series[Int] = pa.Field(ge=1, metadata=NONE, description="first row after the header is 1")
    byte_offset: Series[Int] = pa.Field(
        ge=0, nullable=True, metadata=NONE, description="null in Parquet, XLSX"
    )
    byte_length: Series[Int] = pa.Field(ge=0, nullable=True, metadata=NONE)
    column: Series[Text] = pa.Field(nullable=True, metadata=NONE, description="null: the row as a whole")
    rule: Series[Text] = pa.Field(metadata=NONE)


class SourceFiles(pa.DataFrameModel):
    """One row per file read; ``n_rows`` = ``n_accepted`` + ``n_rejected``, always."""

    source: Series[Text] = pa.Field(str_matches=SOURCE_NAME, metadata=NONE)
    file_name: Series[Text] = pa.Field(metadata=NONE)
    file_sha256: Series[Text] = pa.Field(str_matches=SHA256, metadata=NONE)
    mapping_version: Series[Int] = pa.Field(ge=1, metadata=NONE)
    data_class: Series[Text] = pa.Field(metadata=NONE)
    n_bytes: Series[Int] = pa.Field(ge=0, metadata=NONE)
    n_rows: Series[Int] = pa.Field(ge=0, metadata=NONE)
    n_accepted: Series[Int] = pa.Field(ge=0, metadata=NONE)
    n_rejected: Series[Int] = pa.Field(ge=0, metadata=NONE)
    n_left_out: Series[Int] = pa.Field(
        ge=0, metadata=NONE, description="accepted rows the mapping leaves out: test rows, truth of others"
    )


class SourceQuality(pa.DataFrameModel):
    """One row per source that kept its agreed share of rejects."""

    source: Series[Text] = pa.Field(str_matches=SOURCE_NAME, metadata=NONE)
    n_rows: Series[Int] = pa.Field(ge=0, metadata=NONE)
    n_rejected: Series[Int] = pa.Field(ge=0, metadata=NONE)
    max_rejected_share: Series[float] = pa.Field(ge=0, le=1, metadata=NONE)


class AsOf(pa.DataFrameModel):
    """One row: the instant a run looks from. Nothing later is known to it."""

    as_of: Series[Instant] = pa.Field(metadata=NONE, description="UTC")


RECORDS = TableContract(Records, ("record_id",))
RECORD_VALUES = TableContract(RecordValues, ("record_id",), vault=True)
IDENTIFIERS = TableContract(Identifiers, ("record_id", "identifier_type", "identifier_value"), vault=True)
JUDGEMENTS = TableContract(Judgements, ("record_id_a", "record_id_b"))
LABELLED_GROUPS = TableContract(LabelledGroups, ("record_id",))
TRUE_PEOPLE = TableContract(TruePeople, ("record_id",))
REJECTED = TableContract(Rejected, ("source", "file_sha256", "row_number"))
SOURCE_FILES = TableContract(SourceFiles, ("source", "file_name", "file_sha256"))
SOURCE_QUALITY = TableContract(SourceQuality, ("source",))
AS_OF = TableContract(AsOf, ("as_of",))
