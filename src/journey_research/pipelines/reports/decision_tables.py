"""What is decided: how many persons get what, why, and what the ways of choosing are worth."""

from __future__ import annotations

import pandas as pd

from journey_research.engine import Table

from .tables import rows_of
from .words import Sentence, number, plain, ranged, things

N_GROUPS = 12
POLICIES = """
    select * from this where (select max(n_approached) from this) > 0 order by value desc nulls last, policy
"""


def what_to_do(decisions: Table, permissions: Table) -> Sentence:
    """How many persons get an offer, a message or nothing, in one sentence."""
    counts = {
        row["action"]: row["n"]
        for row in rows_of(decisions, "select action, count(*) as n from this group by action")
    }
    n_permitted = permissions.query(
        "select count(distinct person_id) from this where is_permitted"
    ).first_row()[0]
    n_stated = permissions.query("select count(*) from this where basis <> 'never asked'").first_row()[0]
    if not n_permitted:
        why = "no consent is in force" if n_stated else "there is no consent log"
        return Sentence(f"Nobody may be approached: {why}, so every decision is to do nothing.")
    return Sentence(
        f"Send {things(counts.get('offer', 0), 'offer')} and "
        f"{things(counts.get('message', 0), 'message')}, and leave "
        f"{things(counts.get('nothing', 0), 'person', 'persons')} alone; "
        f"{things(n_permitted, 'person', 'persons')} may be approached at all."
    )


def decisions_table(decisions: Table) -> pd.DataFrame:
    """Persons by ``arm``, ``action``, ``channel`` and ``reason``; 12 groups and one of the others."""
    rows = rows_of(
        decisions,
        "select arm, action, coalesce(channel, '-') as channel, reason, count(*) as n from this "
        "group by arm, action, channel, reason order by arm, n desc, action, channel, reason",
    )
    shown = [
        (row["arm"], row["action"], plain(row["channel"]), row["reason"], number(row["n"]))
        for row in rows[:N_GROUPS]
    ]
    if left := rows[N_GROUPS:]:
        shown.append(
            ("-", "-", "-", things(len(left), "smaller group"), number(sum(row["n"] for row in left)))
        )
    return pd.DataFrame(shown, columns=["arm", "action", "channel", "reason", "persons"])


def policies_table(policy_value: Table) -> pd.DataFrame:
    """Policies compared: ``policy``, ``approached``, ``value a person (95 in 100)``.

    No rows where no policy approaches anybody: all are worth nothing, and differ in nothing.
    """
    shown = [
        (
            plain(row["policy"]),
            number(row["n_approached"]),
            ranged(row["value"], row["low"], row["high"], "score"),
        )
        for row in rows_of(policy_value, POLICIES)
    ]
    return pd.DataFrame(shown, columns=["policy", "approached", "value a person (95 in 100)"])
