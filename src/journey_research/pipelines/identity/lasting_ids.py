"""Ids of persons that last: this run's clusters against the persons of the runs before.

Context: a cluster is named by what is in it, so one new record or one retrained matcher would rename
people whom reports, exports and other systems already know by an id. Choice: a log of events is the
only memory, and who is who after any run is its replay. A cluster takes the id of the person with
whom it shares most records, one to one; the log tells who began, merged, split, moved and left. An
id that has ended is never given again, so two people never go by one id, whatever is judged later.
Given up: that a merge taken back restores both ids (the survivor's returns to its records, the other
group gets a new one), that records which vanish for a run come back under their old id, and the most
overlap over all persons together (claims are settled one by one, the strongest first).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import numpy as np

from journey_research.contracts.people import PERSON_EVENTS
from journey_research.engine import Table, run_sql
from journey_research.errors import UserError

from .clustering import person_name

if TYPE_CHECKING:
    import pyarrow as pa


def begin_person_events() -> Table:
    """The log before the first run: no rows, contract ``PERSON_EVENTS``."""
    columns = ", ".join(f'cast(null as {kind}) as "{name}"' for name, kind in PERSON_EVENTS.columns.items())
    return Table(f"select {columns} where false")


def assign_lasting_ids(
    clusters: Table, past_events: Table, erased: Table | None = None, run_number: int | None = None
) -> tuple[Table, Table]:
    """Give every cluster the id of the person it was, or a new one, and write down what changed.

    Claims are settled one by one: most shared records first, then the older person, then the cluster
    with the record that has been in the person longest. Persons begun in one run are as old as their
    smallest record ids are small, and so are stays begun in one run: there alone do names decide.

    Args:
        clusters: n rows of record_id and cluster_id, each record once; what a cluster is called does
            not matter.
        past_events: k rows, contract ``PERSON_EVENTS``: all runs before; ``begin_person_events()`` for none.
        erased: Rows of record_id that were erased on purpose, now or ever; none of them is in ``clusters``.
            The log keeps their pseudonyms, without which no earlier run could be replayed.
        run_number: Number of this run, above all in the log; None is the next.

    Returns:
        n rows of record_id and person_id, and the log: k rows as they were and m >= 0 more, contract
        ``PERSON_EVENTS``. m is 0 where no record came, left or moved. Neither is in any order; event_number
        gives the log's. The first run names each person ``person_name`` of its smallest record.

    Raises:
        UserError: Records that were erased are clustered again.
        ValueError: A record stands in ``clusters`` twice or without a cluster, or ``run_number`` is not
            above the log's.

    Example:
        >>> import pandas as pd
        >>> def clusters(ids):
        ...     told = {"record_id": ["shop:1", "shop:2", "web:1"], "cluster_id": list(ids)}
        ...     return Table.from_pandas(pd.DataFrame(told))
        >>> first, log = assign_lasting_ids(clusters("xxy"), begin_person_events())
        >>> then, log = assign_lasting_ids(clusters("zzz"), log)
        >>> len(set(first.to_pandas()["person_id"])), len(set(then.to_pandas()["person_id"]))
        (2, 1)
        >>> log.query("select event, cause from this where run_number = 2").to_pandas().values.tolist()
        [['moved', 'merged'], ['merged', 'whole']]
    """
    last_run, last_event = past_events.query(
        "select coalesce(max(run_number), 0), coalesce(max(event_number), 0) from this"
    ).first_row()
    number = last_run + 1 if run_number is None else run_number
    if number <= last_run:
        raise ValueError(f"run_number is {number}; the log already holds run {last_run}")
    erased = _computed(Table("select distinct record_id from erased", {"erased": erased or _NOBODY}))
    clusters = _named_by_smallest(clusters, erased)
    placements = _computed(run_sql("placements.sql", person_events=past_events, run_number=None))
    shared = run_sql("shared_records.sql", placements=placements, clusters=clusters).to_arrow()
    owners = _find_owners(clusters, shared, past_events, number)
    new_events = run_sql(
        "person_events.sql",
        past_events=past_events,
        placements=placements,
        clusters=clusters,
        shared_records=Table.from_arrow(shared),
        owners=owners,
        erased=erased,
        last_event_number=last_event,
        run_number=number,
    )
    people = Table(
        "select record_id, person_id from clusters join owners using (cluster_id)",
        {"clusters": clusters, "owners": owners},
    )
    listed = ", ".join(PERSON_EVENTS.columns)
    log = Table(
        f"select {listed} from past_events union all select {listed} from new_events",
        {"past_events": past_events, "new_events": new_events},
    )
    return people, log


def replay(person_events: Table, run_number: int | None = None) -> Table:
    """Who was who after a run.

    Args:
        person_events: Contract ``PERSON_EVENTS``.
        run_number: The run; one that changed nothing has no rows and is answered like the one before.
            None is the last.

    Returns:
        One row per record that was in a person then: record_id, person_id.
    """
    placements = run_sql("placements.sql", person_events=person_events, run_number=run_number)
    return placements.query("select record_id, person_id from this")


def superseded_by(person_events: Table) -> Table:
    """Who goes on for each person that was merged: merges followed to the person alive today.

    A merge that was taken back still counts: the id has ended, and its survivor is who answers to it.

    Args:
        person_events: Contract ``PERSON_EVENTS``.

    Returns:
        One row per merged person: person_id, surviving_person_id, in order of person_id. Left out: who
        was retired or erased, and who was merged into somebody that then was.

    Raises:
        ValueError: Merges lead in a circle, so this is no log of ``assign_lasting_ids``.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    ended = person_events.query(
        "select person_id, other_person_id from this "
        "where record_id is null and event in ('merged', 'retired', 'erased') order by person_id"
    ).to_arrow()
    persons, others = (ended[name].combine_chunks() for name in ended.column_names)
    own = np.arange(len(ended))
    # Where the survivor ended, too, its row; at the end of a chain, the row itself.
    onward = pc.fill_null(pc.index_in(others, value_set=persons), -1).to_numpy(zero_copy_only=False)
    onward = np.where(onward < 0, own, onward)
    for _ in range(len(ended).bit_length()):
        onward = onward[onward]
    survivors = others.take(pa.array(onward))
    told = pa.table({"person_id": persons, "surviving_person_id": survivors})
    if pc.any(pc.is_in(survivors.drop_null(), value_set=persons)).as_py():
        raise ValueError("merges lead in a circle")
    return Table.from_arrow(told.filter(pc.is_valid(survivors)))


def name_persons(smallest_record_ids: Iterable[str], taken: Iterable[str], run_number: int) -> list[str]:
    """An id that nobody ever had, for each new person.

    Args:
        smallest_record_ids: Of each new person.
        taken: Every id there ever was.
        run_number: Part of the name where ``person_name`` of the record is taken.

    Returns:
        The ids, in the order of the records.

    Example:
        >>> first = name_persons(["shop:1"], [], 1)
        >>> first == [person_name("shop:1")], first == name_persons(["shop:1"], first, 2)
        (True, False)
    """
    ever, names = set(taken), []
    for record_id in smallest_record_ids:
        name, attempt = person_name(record_id), 0
        while name in ever:
            attempt += 1
            name = person_name(f"{record_id} {run_number} {attempt}")
        ever.add(name)
        names.append(name)
    return names


def settle_claims(shared: pa.Table) -> np.ndarray:
    """Which claims are granted, when each person and each cluster is granted one at most.

    Args:
        shared: k rows of person_id, cluster_id, is_uncontested; the first claim first.

    Returns:
        Row numbers of the granted claims, shape (m,), rising; m <= k.
    """
    granted = shared["is_uncontested"].to_numpy().astype(bool)
    contested = np.flatnonzero(~granted)
    rows = shared.take(contested)
    given: set[str] = set()
    named: set[str] = set()
    # Whether a claim is granted hangs on all before it. Only people who merged, split or swapped come here.
    for row, person_id, cluster_id in zip(
        contested, rows["person_id"].to_pylist(), rows["cluster_id"].to_pylist(), strict=True
    ):
        if person_id not in given and cluster_id not in named:
            granted[row] = True
            given.add(person_id)
            named.add(cluster_id)
    return np.flatnonzero(granted)


_NOBODY = Table("select cast(null as varchar) as record_id where false")


def _computed(table: Table) -> Table:
    return Table.from_arrow(table.to_arrow())


def _named_by_smallest(clusters: Table, erased: Table) -> Table:
    """The clusters, each called after its smallest record, so that no name of the caller's counts."""
    named = _computed(
        clusters.query(
            "select record_id, case when cluster_id is not null "
            "then min(record_id) over (partition by cluster_id) end as cluster_id from this"
        )
    )
    repeated, unclustered, n_erased = Table(
        "select count(*) - count(distinct record_id), count(*) - count(cluster_id), "
        "(select count(*) from clusters join erased using (record_id)) from clusters",
        {"clusters": named, "erased": erased},
    ).first_row()
    if repeated or unclustered:
        raise ValueError(f"{repeated:,} records are repeated or null, {unclustered:,} have no cluster")
    if n_erased:
        raise UserError(
            f"{n_erased:,} records that were erased are among the records again",
            rule="an erased record is nobody's",
            do="leave them out of the export, or take them off the list of erased records",
        )
    return named


def _find_owners(clusters: Table, shared: pa.Table, past_events: Table, run_number: int) -> Table:
    """One row per cluster: cluster_id, person_id, and born, the event that began the person; null: new."""
    import pyarrow as pa

    kept = shared.take(settle_claims(shared)).select(["cluster_id", "person_id", "born"])
    new = Table(
        "select cluster_id from clusters where record_id = cluster_id "
        "and cluster_id not in (select cluster_id from kept) order by cluster_id",
        {"clusters": clusters, "kept": Table.from_arrow(kept)},
    ).to_arrow()["cluster_id"]
    ever = (
        past_events.query("select distinct person_id from this").to_arrow()["person_id"] if len(new) else []
    )
    names = name_persons(new.to_pylist(), (name.as_py() for name in ever), run_number)
    begun = pa.table(
        {"cluster_id": new, "person_id": pa.array(names, pa.string()), "born": pa.nulls(len(new), pa.int64())}
    )
    return Table.from_arrow(pa.concat_tables([kept, begun.cast(kept.schema)]))
