"""Identity health: how records became persons, how right that is, and what was refused."""

from __future__ import annotations

from typing import Any

import pandas as pd

from journey_research.engine import Table, run_sql

from .headlines import metric
from .tables import rows_of, told_unit
from .words import Sentence, is_known, number, plain, ranged, things

TRUTH = ("precision", "recall", "f1")
QUALITY = (*TRUTH, *(f"{name}_named" for name in TRUTH))
# What else is measured, in the order in which it is shown; all other figures follow under their names.
OTHER_QUALITY = {
    "bcubed_precision_named": "precision by record (B-cubed), with a name",
    "bcubed_recall_named": "recall by record (B-cubed), with a name",
    "bcubed_f1_named": "F1 by record (B-cubed), with a name",
    "whole_precision_named": "persons that are one whole person, with a name",
    "whole_recall_named": "true persons found whole, with a name",
    "whole_f1_named": "F1 of whole persons, with a name",
    "f1_unjudged": "F1, pairs that nobody judged",
    "blocking_recall": "true pairs ever brought together, with a name",
    "blocking_rules_recall": "of them by the matcher's rules alone",
    "clustering_lost_share": "brought together, and not one person here",
    "clustering_regained_share": "never brought together, one through others",
    "blocking_known_recall": "pairs known before, brought together by rules",
}
OF_PAIRS = ("blocking_", "clustering_")  # counted in pairs of records, not in records
# Subject, event and cause of a change of who is who -> how a reader is told of it, in this order.
CHANGES = {
    ("person", "created", "new"): "persons that are new",
    ("person", "created", "returned"): "persons whose records had left and are back",
    ("person", "split", "whole"): "persons split off another",
    ("person", "split", "part"): "persons split off several others",
    ("person", "merged", "whole"): "persons merged into another",
    ("person", "merged", "part"): "persons merged into several others",
    ("person", "retired", "gone"): "persons that are gone",
    ("person", "erased", "erased"): "persons that were erased",
    ("record", "moved", "new"): "records that are new",
    ("record", "moved", "returned"): "records that had left and are back",
    ("record", "moved", "merged"): "records of persons merged into others",
    ("record", "moved", "split"): "records split off",
    ("record", "moved", "regrouped"): "records moved between persons that stay",
    ("record", "retired", "gone"): "records that are gone",
    ("record", "erased", "erased"): "records that were erased",
}
N_NEAREST = 3  # sources told that know the same persons
CHANGED_PERSONS = ("merged", "split", "regrouped")


def identity_answer(persons: Table, people_variants: Table, identity_metrics: Table) -> Sentence:
    """How many persons there are and whether that can be believed, in one sentence."""
    n_records, n_persons = persons.query(
        "select cast(coalesce(sum(n_records), 0) as bigint), count(*) from this"
    ).first_row()
    if not n_records:
        return Sentence("There are no records in this environment, so there is nobody to find.")
    low, high = people_variants.query(
        "select min(n), max(n) "
        "from (select variant, count(distinct person_id) as n from this group by variant)"
    ).first_row()
    precision = metric(identity_metrics, "pairwise_precision")
    said = "how right that is, is not known: nobody has told us who is who"
    if is_known(precision["value"]):
        said = (
            "where the truth is known, "
            f"{ranged(precision['value'], precision['low'], precision['high'], 'share')} "
            "of the linked pairs are one person"
        )
    moved = f"{number(low)} to {number(high)} if we link more or less cautiously"
    if low == high:
        moved = "however cautiously we link"
    return Sentence(
        f"{things(n_records, 'record')} are {things(n_persons, 'person', 'persons')} ({moved}); {said}."
    )


def quality_table(identity_metrics: Table) -> pd.DataFrame:
    """How right the linking is, beside linking by exact match alone.

    Args:
        identity_metrics: Contract ``Metrics``; what is measured of us begins with ``pairwise_``, of
            exact match with ``exact_match_``.

    Returns:
        One row per figure, quality first: ``figure``, ``ours (95 in 100)``, ``exact match``,
        ``records``. Where the truth is not known, precision, recall and F1 say so.
    """
    rows = {row["metric"]: row for row in rows_of(identity_metrics, "select * from this order by metric")}
    shown = []
    for name in QUALITY:
        ours, exact = rows.get(f"pairwise_{name}"), rows.get(f"exact_match_{name}")
        known = ours if ours is not None and is_known(ours["value"]) else None
        if known is None and name not in TRUTH:
            continue
        label = plain(name).replace("f1", "F1").replace(" named", ", records with a name")
        said = _told(known) if known else "not known: no truth to compare with"
        shown.append(
            (label, said, _told(exact) if known and exact else "-", number(ours["n"] if ours else 0))
        )
    for name in (*OTHER_QUALITY, *(name for name in rows if name not in OTHER_QUALITY)):
        row = rows.get(name)
        if row and not name.startswith(("pairwise_", "exact_match_")) and is_known(row["value"]):
            n = number(row["n"]) + (" pairs" if name.startswith(OF_PAIRS) else "")
            shown.append((OTHER_QUALITY.get(name, plain(name)), _told(row), "-", n))
    return pd.DataFrame(shown, columns=["figure", "ours (95 in 100)", "exact match", "records"])


def changes_answer(identity_changes: Table) -> Sentence:
    """What the latest change of who is who moved from one person to another, in one sentence.

    Args:
        identity_changes: Contract ``IdentityChanges``.
    """
    rows = _latest_changes(identity_changes)
    if not rows:
        return Sentence("There are no records, so there is nobody whose id could change.")
    if rows[0]["run_number"] == 1:
        return Sentence(
            "Everybody has the id that the first run gave: nobody was known before it, and no record has "
            "come, left or moved since."
        )
    changed = [row for row in rows if row["subject"] == "record" and row["cause"] in CHANGED_PERSONS]
    said = "no record went from one person to another"
    if changed:
        n_records, n_touches, n_orders = (
            sum(row[name] for row in changed) for name in ("n_records", "n_touches", "n_orders")
        )
        amount = sum(row["order_amount"] for row in changed)
        said = (
            f"{things(n_records, 'record')} went from one person to another, and with them "
            f"{things(n_touches, 'touch', 'touches')} and {things(n_orders, 'paid order')} "
            f"({number(amount, 'amount')})"
        )
    return Sentence(f"In the latest change of who is who, number {rows[0]['run_number']:,}, {said}.")


def changes_table(identity_changes: Table) -> pd.DataFrame:
    """The latest change of who is who.

    Args:
        identity_changes: Contract ``IdentityChanges``.

    Returns:
        One row per kind of change, persons before records: ``what changed``, ``persons``, ``records``,
        ``touches``, ``paid orders``, ``amount``.
    """
    found = {(row["subject"], row["event"], row["cause"]): row for row in _latest_changes(identity_changes)}
    shown = [
        (
            words,
            *(number(found[kind][name]) for name in ("n_persons", "n_records", "n_touches", "n_orders")),
            number(found[kind]["order_amount"], "amount"),
        )
        for kind, words in CHANGES.items()
        if kind in found
    ]
    columns = ["what changed", "persons", "records", "touches", "paid orders", "amount"]
    return pd.DataFrame(shown, columns=columns)


def _latest_changes(identity_changes: Table) -> list[dict[str, Any]]:
    return rows_of(
        identity_changes,
        "select * from this where run_number = (select max(run_number) from this) "
        "order by subject, event, cause",
    )


def _told(row: dict[str, Any]) -> str:
    return ranged(row["value"], row["low"], row["high"], told_unit(row))


def cluster_sizes(persons: Table) -> Table:
    """How many persons have how many records: ``n_records``, ``n_persons``."""
    return persons.query(
        "select n_records, count(*) as n_persons from this group by n_records order by n_records"
    )


def links_table(links: Table) -> pd.DataFrame:
    """Links by rule, and what was refused: ``rule``, ``outcome``, ``pairs``."""
    rows = rows_of(
        links,
        "select rule, case when is_accepted then 'accepted' "
        "else 'refused: ' || coalesce(refusal, 'no reason given') end as outcome, count(*) as n "
        "from this group by all order by rule, outcome",
    )
    shown = [(plain(row["rule"]), plain(row["outcome"]), number(row["n"])) for row in rows]
    return pd.DataFrame(shown, columns=["rule", "outcome", "pairs"])


def source_overlap(people: Table, records: Table) -> pd.DataFrame:
    """Persons by the sources that know them; of 25 sources a grid would be wider than any page.

    Returns:
        One row per source: ``source``, ``persons``, and the three sources that know most of the same
        persons, with how many.
    """
    rows = run_sql("source_overlap.sql", people=people, records=records).to_arrow().to_pylist()
    sources = sorted({row["source_a"] for row in rows})
    found = {(row["source_a"], row["source_b"]): row["n_persons"] for row in rows}
    shown = []
    for source in sources:
        common = {
            other: found.get((min(source, other), max(source, other)), 0)
            for other in sources
            if other != source
        }
        nearest = sorted((name for name in common if common[name]), key=lambda name: (-common[name], name))
        told = ", ".join(f"{plain(name)} ({number(common[name])})" for name in nearest[:N_NEAREST])
        shown.append((plain(source), number(found[source, source]), told or "none"))
    return pd.DataFrame(shown, columns=["source", "persons", "most in common with (persons of both)"])
