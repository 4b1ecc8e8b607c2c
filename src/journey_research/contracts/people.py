"""Contracts of who is who: links between records, and the persons they make."""

import pandera.pandas as pa
from pandera.typing import Series

from .table_contract import (
    NONE,
    PSEUDONYMOUS,
    SOURCE_KEY,
    Bool,
    Float,
    Int,
    Money,
    TableContract,
    Text,
)

PERSON_KEY = r"^person:[0-9a-f]+$"
VARIANTS = ["cautious", "chosen", "generous"]
PERSON_EVENT_NAMES = ["created", "split", "moved", "merged", "retired", "erased"]
PERSON_EVENT_CAUSES = [
    "new", "returned", "whole", "part", "merged", "split", "regrouped", "gone", "erased",
]  # fmt: skip


class Links(pa.DataFrameModel):
    """One row per compared or linked pair; ``record_id_a`` sorts before ``record_id_b``."""

    record_id_a: Series[Text] = pa.Field(str_matches=SOURCE_KEY, metadata=PSEUDONYMOUS)
    record_id_b: Series[Text] = pa.Field(str_matches=SOURCE_KEY, metadata=PSEUDONYMOUS)
    rule: Series[Text] = pa.Field(
        isin=["source_link", "shared_identifier", "dedupe", "judgement"], metadata=NONE
    )
    link_probability: Series[Float] = pa.Field(ge=0, le=1, metadata=NONE)
    is_accepted: Series[Bool] = pa.Field(metadata=NONE)
    refusal: Series[Text] = pa.Field(nullable=True, metadata=NONE, description="why not; null: accepted")
    comparisons: Series[Text] = pa.Field(
        nullable=True, metadata=NONE, description="JSON: how alike each field is, never its value"
    )


class People(pa.DataFrameModel):
    """One row per source record of a person, with that person. Firms are nobody and have no row."""

    record_id: Series[Text] = pa.Field(str_matches=SOURCE_KEY, metadata=PSEUDONYMOUS)
    person_id: Series[Text] = pa.Field(str_matches=PERSON_KEY, metadata=PSEUDONYMOUS)
    person_probability: Series[Float] = pa.Field(
        ge=0, le=1, metadata=NONE, description="that the record belongs to the person; alone: 1"
    )


class RecordClusters(pa.DataFrameModel):
    """One row per source record of a person, with its cluster, named after its smallest record."""

    record_id: Series[Text] = pa.Field(str_matches=SOURCE_KEY, metadata=PSEUDONYMOUS)
    cluster_id: Series[Text] = pa.Field(str_matches=SOURCE_KEY, metadata=PSEUDONYMOUS)
    person_probability: Series[Float] = pa.Field(
        ge=0, le=1, metadata=NONE, description="that the record belongs to the cluster; alone: 1"
    )


class ThresholdClusters(pa.DataFrameModel):
    """One row per threshold and record whose cluster it would change; others are as in ``RecordClusters``.

    A cluster is named after its smallest record, so names are comparable across thresholds. The
    chosen threshold has no rows.
    """

    threshold: Series[Float] = pa.Field(ge=0, le=1, metadata=NONE)
    record_id: Series[Text] = pa.Field(str_matches=SOURCE_KEY, metadata=PSEUDONYMOUS)
    cluster_id: Series[Text] = pa.Field(str_matches=SOURCE_KEY, metadata=PSEUDONYMOUS)


class PeopleVariants(pa.DataFrameModel):
    """One row per variant of identity and record: who is who if we were more or less cautious.

    Only who is together counts: ``person_id`` is made of the smallest record together, and is not the
    lasting id of ``People``, not even in the variant that was chosen.
    """

    variant: Series[Text] = pa.Field(isin=VARIANTS, metadata=NONE)
    record_id: Series[Text] = pa.Field(str_matches=SOURCE_KEY, metadata=PSEUDONYMOUS)
    person_id: Series[Text] = pa.Field(str_matches=PERSON_KEY, metadata=PSEUDONYMOUS)


class Persons(pa.DataFrameModel):
    """One row per person."""

    person_id: Series[Text] = pa.Field(str_matches=PERSON_KEY, metadata=PSEUDONYMOUS)
    kind: Series[Text] = pa.Field(isin=["known", "anonymous"], metadata=NONE)
    n_records: Series[Int] = pa.Field(ge=1, metadata=NONE)
    n_sources: Series[Int] = pa.Field(ge=1, metadata=NONE)


class PersonEvents(pa.DataFrameModel):
    """One row per thing that happened to a person or a record; rows are added, none is changed.

    A row without ``record_id`` is of the person: ``created`` or ``split`` begin it, ``merged``,
    ``retired`` or ``erased`` end it, each once at most. A row with ``record_id`` is of the record:
    ``moved`` puts it into the person, ``retired`` and ``erased`` take it out. The last row of each
    record tells where it is.
    """

    event_number: Series[Int] = pa.Field(ge=1, metadata=NONE, description="from 1, without gaps")
    run_number: Series[Int] = pa.Field(ge=1, metadata=NONE, description="rises; no run need have rows")
    event: Series[Text] = pa.Field(isin=PERSON_EVENT_NAMES, metadata=NONE)
    person_id: Series[Text] = pa.Field(str_matches=PERSON_KEY, metadata=PSEUDONYMOUS)
    other_person_id: Series[Text] = pa.Field(
        nullable=True,
        str_matches=PERSON_KEY,
        metadata=PSEUDONYMOUS,
        description="merged into, split from, moved from; null: nobody",
    )
    record_id: Series[Text] = pa.Field(
        nullable=True, str_matches=SOURCE_KEY, metadata=PSEUDONYMOUS, description="null: the person as such"
    )
    cause: Series[Text] = pa.Field(
        isin=PERSON_EVENT_CAUSES,
        metadata=NONE,
        description="whole: all that was shared was with the other person; part: most of it",
    )


class IdentityChanges(pa.DataFrameModel):
    """One row per run, subject, event and cause of ``PersonEvents``, and how much hangs on it.

    Rows of records share no record within a run, so they add up to all that moved, came and left. Rows of
    persons (who began, who ended) tell the same moves again, by person. ``run_number`` counts runs that
    changed something; a run that did not leaves the table as it was.
    """

    run_number: Series[Int] = pa.Field(ge=1, metadata=NONE)
    subject: Series[Text] = pa.Field(isin=["person", "record"], metadata=NONE)
    event: Series[Text] = pa.Field(isin=PERSON_EVENT_NAMES, metadata=NONE)
    cause: Series[Text] = pa.Field(isin=PERSON_EVENT_CAUSES, metadata=NONE)
    n_persons: Series[Int] = pa.Field(
        ge=1, metadata=NONE, description="began or ended; of records: whom they came to, or left for nobody"
    )
    n_records: Series[Int] = pa.Field(
        ge=0, metadata=NONE, description="of persons: that came to who began, or left who ended"
    )
    n_touches: Series[Int] = pa.Field(ge=0, metadata=NONE, description="of these records, known today")
    n_orders: Series[Int] = pa.Field(ge=0, metadata=NONE, description="paid; of these records")
    order_amount: Series[Money] = pa.Field(
        metadata=NONE, description="of these orders, less refunds; currencies are added up, as in outcomes"
    )


class IdentityThresholds(pa.DataFrameModel):
    """One row per threshold: how many persons it makes, and how right it is where truth is known."""

    threshold: Series[Float] = pa.Field(ge=0, le=1, metadata=NONE)
    is_chosen: Series[Bool] = pa.Field(metadata=NONE)
    n_persons: Series[Int] = pa.Field(ge=0, metadata=NONE)
    precision_share: Series[Float] = pa.Field(ge=0, le=1, nullable=True, metadata=NONE)
    recall_share: Series[Float] = pa.Field(ge=0, le=1, nullable=True, metadata=NONE)


LINKS = TableContract(Links, ("record_id_a", "record_id_b"))
PEOPLE = TableContract(People, ("record_id",))
RECORD_CLUSTERS = TableContract(RecordClusters, ("record_id",))
THRESHOLD_CLUSTERS = TableContract(ThresholdClusters, ("threshold", "record_id"))
PEOPLE_VARIANTS = TableContract(PeopleVariants, ("variant", "record_id"))
PERSONS = TableContract(Persons, ("person_id",))
PERSON_EVENTS = TableContract(PersonEvents, ("event_number",))
IDENTITY_CHANGES = TableContract(IdentityChanges, ("run_number", "subject", "event", "cause"))
IDENTITY_THRESHOLDS = TableContract(IdentityThresholds, ("threshold",))
