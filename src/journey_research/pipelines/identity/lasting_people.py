"""Who is who under ids that last, and what hangs on every change of it.

Context: a report, an export and another system know a person by an id, and clusters are made anew
in every run. Choice: the log of persons of the run before is an input of this run, its clusters are
held against it, and what changed is added; a run that changes nothing adds nothing and so makes the
same bytes. Run numbers count the runs that changed something. Given up: that the same exports give
the same ids in a workspace with another past (the partition is the same, the names are not).
"""

from __future__ import annotations

from journey_research.engine import Table, run_sql
from journey_research.errors import UserError

from .lasting_ids import assign_lasting_ids, superseded_by


def keep_person_ids(
    record_clusters: Table,
    past_person_events: Table,
    records: Table,
    record_values: Table,
    identifiers: Table,
) -> tuple[Table, Table, Table]:
    """Give every cluster the id of the person it was in the run before, and write down what changed.

    Args:
        record_clusters: n rows, contract ``RECORD_CLUSTERS``.
        past_person_events: k rows, contract ``PERSON_EVENTS``: the log of the run before; no row before
            the first.
        records: Contract ``RECORDS``; at least the n.
        record_values: Contract ``RECORD_VALUES``; only who has a row is read.
        identifiers: Contract ``IDENTIFIERS``; only who has a verified one is read.

    Returns:
        ``PEOPLE`` (n rows), ``PERSONS``, and ``PERSON_EVENTS``: the k rows as they were and m >= 0 more.
    """
    lasting, person_events = assign_lasting_ids(record_clusters, past_person_events)
    people = Table(
        "select record_id, person_id, person_probability from lasting join record_clusters using (record_id)",
        {"lasting": lasting, "record_clusters": record_clusters},
    )
    persons = run_sql(
        "persons.sql", people=people, records=records, record_values=record_values, identifiers=identifiers
    )
    return people, persons, person_events


def count_identity_changes(person_events: Table, touches: Table, orders: Table) -> Table:
    """What every change of who is who moved: persons, records, and the touches and orders behind them.

    Args:
        person_events: k rows, contract ``PERSON_EVENTS``.
        touches: n rows, contract ``TOUCHES``.
        orders: m rows, contract ``ORDERS``.

    Returns:
        Contract ``IDENTITY_CHANGES``; few rows. Touches and orders are those that are known in this run:
        what a record did after it moved counts with it, and a record that has left has none.
    """
    return run_sql("identity_changes.sql", person_events=person_events, touches=touches, orders=orders)


def who_answers(person_events: Table, person_id: str) -> str | None:
    """Whom an id that was written down once means today.

    Args:
        person_events: Contract ``PERSON_EVENTS``.
        person_id: Any id that was ever given.

    Returns:
        The id itself while the person lives, the survivor's where it was merged, None where nobody is left.

    Raises:
        UserError: The id was never given.

    Example:
        >>> from journey_research.pipelines.identity.lasting_ids import begin_person_events
        >>> apart = Table("select 'shop:1' as record_id, 'x' as cluster_id union all select 'web:1', 'y'")
        >>> people, log = assign_lasting_ids(apart, begin_person_events())
        >>> kept, merged = people.query("select person_id from this order by record_id").to_pandas().person_id
        >>> _, log = assign_lasting_ids(apart.query("select record_id, 'x' as cluster_id from this"), log)
        >>> who_answers(log, kept) == kept, who_answers(log, merged) == kept
        (True, True)
    """
    n_begun, n_ended = person_events.query(
        "select count(*) filter (where event in ('created', 'split')), "
        "count(*) filter (where event in ('merged', 'retired', 'erased')) "
        "from this where record_id is null and person_id = $person_id",
        person_id=person_id,
    ).first_row()
    if not n_begun:
        raise UserError("no person ever had this id", do="ask with an id from 'people' of some run")
    if not n_ended:
        return person_id
    found = (
        superseded_by(person_events)
        .query("select surviving_person_id from this where person_id = $person_id", person_id=person_id)
        .to_arrow()["surviving_person_id"]
    )
    return found[0].as_py() if len(found) else None
