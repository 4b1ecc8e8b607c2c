"""Contracts of what is known of the sources: their files, how well they keep rules, what they cover."""

import pandera.pandas as pa
from pandera.typing import Series

from .table_contract import (
    NONE,
    SHA256,
    SOURCE_NAME,
    Bool,
    Float,
    Instant,
    Int,
    TableContract,
    Text,
)


class Rejected(pa.DataFrameModel):
    """One row per source row set aside, with the first rule it broke; never its text."""

    source: Series[Text] = pa.Field(str_matches=SOURCE_NAME, metadata=NONE)
    file_name: Series[Text] = pa.Field(metadata=NONE)
    file_sha256: Series[Text] = pa.Field(str_matches=SHA256, metadata=NONE)
    row_number: Series[Int] = pa.Field(ge=1, metadata=NONE, description="first row after the header is 1")
    byte_offset: Series[Int] = pa.Field(
        ge=0, nullable=True, metadata=NONE, description="null in Parquet, XLSX"
    )
    byte_length: Series[Int] = pa.Field(ge=0, nullable=True, metadata=NONE)
    column: Series[Text] = pa.Field(nullable=True, metadata=NONE, description="null: the row as a whole")
    rule: Series[Text] = pa.Field(metadata=NONE)


class LostValues(pa.DataFrameModel):
    """One row per source, field and reason for which values were left out of rows that were kept.

    The row stands; the value had no form in which it could be compared, and nobody guesses it.
    """

    source: Series[Text] = pa.Field(str_matches=SOURCE_NAME, metadata=NONE)
    field: Series[Text] = pa.Field(metadata=NONE, description="record.<field> or identifier.<type>")
    reason: Series[Text] = pa.Field(metadata=NONE)
    n_rows: Series[Int] = pa.Field(ge=1, metadata=NONE)


class SourceFiles(pa.DataFrameModel):
    """One row per file read; ``n_rows`` = ``n_accepted`` + ``n_rejected``, always."""

    source: Series[Text] = pa.Field(str_matches=SOURCE_NAME, metadata=NONE)
    file_name: Series[Text] = pa.Field(metadata=NONE)
    file_sha256: Series[Text] = pa.Field(str_matches=SHA256, metadata=NONE)
    mapping_version: Series[Int] = pa.Field(ge=1, metadata=NONE)
    data_class: Series[Text] = pa.Field(metadata=NONE)
    business_line: Series[Text] = pa.Field(nullable=True, metadata=NONE)
    legal_basis: Series[Text] = pa.Field(nullable=True, metadata=NONE)
    cadence: Series[Text] = pa.Field(nullable=True, metadata=NONE)
    n_bytes: Series[Int] = pa.Field(ge=0, metadata=NONE)
    n_rows: Series[Int] = pa.Field(ge=0, metadata=NONE)
    n_accepted: Series[Int] = pa.Field(ge=0, metadata=NONE)
    n_rejected: Series[Int] = pa.Field(ge=0, metadata=NONE)
    n_left_out: Series[Int] = pa.Field(
        ge=0, metadata=NONE, description="accepted rows the mapping leaves out: test rows, truth of others"
    )
    newest_at: Series[Instant] = pa.Field(
        nullable=True, metadata=NONE, description="UTC, last instant its rows tell of; null: they tell none"
    )


class SourceQuality(pa.DataFrameModel):
    """One row per source that kept its agreed share of rejects."""

    source: Series[Text] = pa.Field(str_matches=SOURCE_NAME, metadata=NONE)
    n_rows: Series[Int] = pa.Field(ge=0, metadata=NONE)
    n_rejected: Series[Int] = pa.Field(ge=0, metadata=NONE)
    max_rejected_share: Series[float] = pa.Field(ge=0, le=1, metadata=NONE)


class Promises(pa.DataFrameModel):
    """One row per promise of plausibility that a source's mapping makes."""

    source: Series[Text] = pa.Field(str_matches=SOURCE_NAME, metadata=NONE)
    promise: Series[Text] = pa.Field(isin=["last_of_record", "first_of_record", "preceded_by"], metadata=NONE)
    action: Series[Text] = pa.Field(metadata=NONE)
    earlier_action: Series[Text] = pa.Field(nullable=True, metadata=NONE)
    promised_share: Series[Float] = pa.Field(gt=0, le=1, metadata=NONE)
    stops_run: Series[Bool] = pa.Field(metadata=NONE, description="a breach stops the run; else it warns")


class Expectations(Promises):
    """One row per promise of a source, with what its touches show."""

    n_touches: Series[Int] = pa.Field(ge=0, metadata=NONE, description="touches it is about")
    seen_share: Series[Float] = pa.Field(ge=0, le=1, nullable=True, metadata=NONE)
    is_kept: Series[Bool] = pa.Field(metadata=NONE)


class PromiseQuality(pa.DataFrameModel):
    """One row per source that promises something, once its promises let the run go on."""

    source: Series[Text] = pa.Field(str_matches=SOURCE_NAME, metadata=NONE)
    n_promises: Series[Int] = pa.Field(ge=1, metadata=NONE)
    n_broken: Series[Int] = pa.Field(ge=0, metadata=NONE, description="of those that only warn")


class Channels(pa.DataFrameModel):
    """One row per channel and tactic that sources speak of. Null tactic: the source tells none."""

    channel: Series[Text] = pa.Field(metadata=NONE)
    tactic: Series[Text] = pa.Field(nullable=True, metadata=NONE)
    n_touches: Series[Int] = pa.Field(ge=0, metadata=NONE)
    n_orders: Series[Int] = pa.Field(ge=0, metadata=NONE)
    n_spend_rows: Series[Int] = pa.Field(ge=0, metadata=NONE)
    first_touched_at: Series[Instant] = pa.Field(nullable=True, metadata=NONE, description="UTC")
    last_touched_at: Series[Instant] = pa.Field(nullable=True, metadata=NONE, description="UTC")
    status: Series[Text] = pa.Field(isin=["reviewed", "unreviewed"], metadata=NONE)


class Freshness(pa.DataFrameModel):
    """One row per source: how far behind the run's instant its data are, and how far they may be."""

    source: Series[Text] = pa.Field(str_matches=SOURCE_NAME, metadata=NONE)
    cadence: Series[Text] = pa.Field(nullable=True, metadata=NONE)
    newest_at: Series[Instant] = pa.Field(nullable=True, metadata=NONE, description="UTC")
    as_of: Series[Instant] = pa.Field(metadata=NONE, description="UTC")
    lag_days: Series[Float] = pa.Field(
        ge=0, nullable=True, metadata=NONE, description="0 when the source ran ahead"
    )
    allowed_days: Series[Float] = pa.Field(
        ge=0, nullable=True, metadata=NONE, description="null: it comes once, or does not say how often"
    )
    is_stale: Series[Bool] = pa.Field(metadata=NONE)


class DataClasses(pa.DataFrameModel):
    """One row per class of data that is there or was expected."""

    data_class: Series[Text] = pa.Field(metadata=NONE)
    n_sources: Series[Int] = pa.Field(ge=0, metadata=NONE)
    n_rows: Series[Int] = pa.Field(ge=0, metadata=NONE, description="accepted, not left out")
    is_expected: Series[Bool] = pa.Field(metadata=NONE)
    is_absent: Series[Bool] = pa.Field(metadata=NONE)


class PlantedDirt(pa.DataFrameModel):
    """One row per row of an export that was damaged on purpose; read by evaluation alone."""

    file_name: Series[Text] = pa.Field(metadata=NONE)
    row_number: Series[Int] = pa.Field(ge=1, metadata=NONE, description="first row after the header is 1")
    damage: Series[Text] = pa.Field(metadata=NONE)


class DirtFound(pa.DataFrameModel):
    """One row per source, damage and rule: what was planted, what a rule found of it, and what it set
    aside beside that. ``none`` stands for no damage, and for no rule.
    """

    source: Series[Text] = pa.Field(str_matches=SOURCE_NAME, metadata=NONE)
    damage: Series[Text] = pa.Field(metadata=NONE, description="none: nobody damaged these rows")
    rule: Series[Text] = pa.Field(metadata=NONE, description="none: these rows broke no rule")
    n_planted: Series[Int] = pa.Field(ge=0, metadata=NONE)
    n_found: Series[Int] = pa.Field(ge=0, metadata=NONE)
    n_false: Series[Int] = pa.Field(ge=0, metadata=NONE)


class AsOf(pa.DataFrameModel):
    """One row: the instant a run looks from. Nothing later is known to it."""

    as_of: Series[Instant] = pa.Field(metadata=NONE, description="UTC")


# By its name: the same bytes may be delivered twice.
REJECTED = TableContract(Rejected, ("source", "file_name", "row_number"))
LOST_VALUES = TableContract(LostValues, ("source", "field", "reason"))
SOURCE_FILES = TableContract(SourceFiles, ("source", "file_name", "file_sha256"))
SOURCE_QUALITY = TableContract(SourceQuality, ("source",))
PROMISES = TableContract(Promises, ("source", "promise", "action", "earlier_action"))
EXPECTATIONS = TableContract(Expectations, ("source", "promise", "action", "earlier_action"))
PROMISE_QUALITY = TableContract(PromiseQuality, ("source",))
CHANNELS = TableContract(Channels, ("channel", "tactic"))
FRESHNESS = TableContract(Freshness, ("source",))
DATA_CLASSES = TableContract(DataClasses, ("data_class",))
PLANTED_DIRT = TableContract(PlantedDirt, ("file_name", "row_number", "damage"))
DIRT_FOUND = TableContract(DirtFound, ("source", "damage", "rule"))
AS_OF = TableContract(AsOf, ("as_of",))
