"""Names of persons that last while records are added and judgements change, without a log of all runs.

Context: the log of ``lasting_ids`` tells all runs of a pipeline; somebody who cuts a person in a notebook
wants the other names to stay, at once. Choice: only the persons that changed are put to the same rules,
as if they had just begun.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from journey_research.contracts.people import PERSON_EVENTS
from journey_research.engine import Table

from .clustering import person_name
from .lasting_ids import assign_lasting_ids, name_persons

CHANGE_COLUMNS = ["event", "person_id", "other_person_id", "record_id", "cause"]


def name_roots(ids: pd.Index, roots: np.ndarray) -> np.ndarray:
    """Each record's person, named after the smallest record: n names, object array."""
    smallest, person = np.unique(roots, return_inverse=True)
    told: np.ndarray = np.array([person_name(record_id) for record_id in ids[smallest]], dtype=object)[person]
    return told


def no_changes() -> pd.DataFrame:
    """No rows of what ``carry_names`` tells."""
    return pd.DataFrame({name: pd.Series(dtype="str") for name in CHANGE_COLUMNS})


def carry_names(
    ids: pd.Index,
    names: np.ndarray,
    roots: np.ndarray,
    taken: frozenset[str],
    asked: np.ndarray | None = None,
) -> tuple[np.ndarray, pd.DataFrame]:
    """The persons' names after records came or clusters changed.

    Args:
        ids: n record ids; those that are new stand last.
        names: m <= n names of persons so far.
        roots: n numbers, the smallest record of each record's cluster now.
        taken: Names that have ended; they are given to nobody.
        asked: Records among which anything may have changed, rising: whole persons and whole clusters;
            None: all.

    Returns:
        n names, and what happened: rows of event, person_id, other_person_id, record_id, cause, as in
        contract ``PERSON_EVENTS``, in the order in which they happened.

    Example:
        >>> names = name_roots(pd.Index(["a", "b"]), np.array([0, 1]))
        >>> now, changes = carry_names(pd.Index(["a", "b"]), names, np.array([0, 0]), frozenset())
        >>> (now == names[0]).all(), changes["event"].tolist()
        (np.True_, ['moved', 'merged'])
    """
    asked = np.arange(len(ids)) if asked is None else asked
    n_known = int(np.searchsorted(asked, len(names)))
    before = np.full(len(asked), -1, dtype=np.int64)
    before[:n_known], _ = pd.factorize(names[asked[:n_known]])
    rows = _has_changed(before, roots[asked])
    changed = asked[rows]
    if not len(changed):
        return names, no_changes()
    own, known = ids[changed].to_numpy(dtype=object), changed < len(names)
    past = _as_if_begun(own[known], names[changed[known]])
    clusters = pd.DataFrame({"record_id": own, "cluster_id": own[np.searchsorted(changed, roots[changed])]})
    people, log = assign_lasting_ids(Table.from_pandas(clusters.astype("str")), past, run_number=2)
    of = people.to_pandas(len(own)).set_index("record_id")["person_id"]
    events = log.query("select * from this where run_number > 1 order by event_number").to_pandas(
        9 * len(own)
    )
    # Only the persons that changed were asked, so a new name may be somebody else's.
    begun = events[events["record_id"].isna() & events["event"].isin(["created", "split"])]["person_id"]
    at_rest = roots[: len(names)] == np.arange(len(names))  # one record a person
    at_rest[changed[known]] = False
    resting = names[at_rest].tolist()
    clashes = sorted(taken.intersection(begun) | set(begun).intersection(resting))
    ever = {*taken, *of, *(resting if clashes else ())}
    fresh = dict(zip(clashes, name_persons(clashes, ever, 2), strict=True))
    now = np.concatenate([names, np.full(len(ids) - len(names), None, dtype=object)])
    now[changed] = of.replace(fresh).loc[own].to_numpy(dtype=object)
    told = events.replace({"person_id": fresh, "other_person_id": fresh})[CHANGE_COLUMNS]
    return now, told.astype("str").reset_index(drop=True)


def _has_changed(before: np.ndarray, roots: np.ndarray) -> np.ndarray:
    """Records of persons that got or lost one, rising; ``before`` is -1 where a record is new."""
    _, cluster = np.unique(roots, return_inverse=True)
    n_clusters, n_persons = cluster.max(initial=-1) + 1, before.max(initial=-1) + 1
    pairs = np.unique(cluster * (n_persons + 1) + before + 1)
    of_cluster, of_person = pairs // (n_persons + 1), pairs % (n_persons + 1)
    mixed = np.bincount(of_cluster, minlength=n_clusters) > 1
    mixed[of_cluster[of_person == 0]] = True
    parted = np.append(np.bincount(of_person, minlength=n_persons + 1)[1:] > 1, True)
    # A person that lost a record changed whole, and so did all that its clusters hold.
    is_in = mixed[cluster] | parted[before]
    persons = np.zeros(n_persons + 1, dtype=bool)
    persons[before[is_in]] = True
    persons[-1] = True
    return np.flatnonzero(is_in | persons[before])


def _as_if_begun(record_ids: np.ndarray, names: np.ndarray) -> Table:
    """A log in which these persons have just begun."""
    order = np.argsort(record_ids.astype(str), kind="stable")
    record_ids, names = record_ids[order], names[order]
    persons = pd.unique(pd.Series(names, dtype=object)).tolist()
    n = len(persons) + len(names)
    told = pd.DataFrame(
        {
            "event_number": np.arange(1, n + 1),
            "run_number": 1,
            "event": np.repeat(["created", "moved"], [len(persons), len(names)]),
            "person_id": [*persons, *names],
            "other_person_id": [None] * n,
            "record_id": [*[None] * len(persons), *record_ids],
            "cause": "new",
        }
    )
    return Table.from_pandas(told.astype(dict.fromkeys(CHANGE_COLUMNS, "str"))[list(PERSON_EVENTS.columns)])
