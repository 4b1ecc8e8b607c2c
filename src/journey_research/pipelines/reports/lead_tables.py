"""What became of leads, in sentences: contacts and customers, by where they were first met."""

from __future__ import annotations

from typing import Any

import pandas as pd

from journey_research.engine import Table

from .estimates import FEWEST, TOO_FEW
from .tables import rows_of
from .words import Finding, is_known, number, plain, ranged, things

N_CHANNELS, N_SOURCES = 5, 4
LEAD_COLUMNS = [
    "leads", "how many", "became contacts (95 in 100)", "could become customers", "did (95 in 100)",
    "days until then (median)",
]  # fmt: skip


def leads_finding(lead_outcomes: Table) -> Finding:
    """How many leads became contacts and customers, and how long it took."""
    rows = rows_of(lead_outcomes, "select * from this where grouped_by = 'all'")
    if not rows or not rows[0]["n_leads"]:
        return Finding("No source here holds leads.")
    row = rows[0]
    contacts = ranged(row["contact_share"], row["contact_low"], row["contact_high"], "share")
    told = f"{contacts} of {things(row['n_leads'], 'lead')} became contacts"
    if row["n"] < FEWEST:
        return Finding(f"{told}; too few of them are neither older than the data nor customers before.")
    customers = ranged(row["customer_share"], row["customer_low"], row["customer_high"], "share")
    days = f", half of them within {_days(row)} days" if is_known(row["customer_days"]) else ""
    return Finding(
        f"{told}. Of {number(row['n'])} that are neither older than the data nor were customers before, "
        f"{customers} have bought so far{days}."
    )


def leads_table(lead_outcomes: Table) -> pd.DataFrame:
    """All leads, then those of the busiest channels of first contact and of the largest sources."""
    sql = "select * from this where grouped_by = $by and n_leads > 0 order by n_leads desc, name limit $n"
    shown = []
    for by, n, words in (
        ("all", 1, "all"), ("channel", N_CHANNELS, "first met by {}"), ("source", N_SOURCES, "held by {}")
    ):  # fmt: skip
        for row in rows_of(lead_outcomes, sql, by=by, n=n):
            name = (
                "never met" if (by, row["name"]) == ("channel", "none") else words.format(plain(row["name"]))
            )
            shown.append(_lead(name, row))
    return pd.DataFrame(shown, columns=LEAD_COLUMNS)


def _lead(name: str, row: dict[str, Any]) -> tuple[str, str, str, str, str, str]:
    contacts, customers = (
        ranged(row[f"{who}_share"], row[f"{who}_low"], row[f"{who}_high"], "share")
        if n >= FEWEST
        else TOO_FEW
        for who, n in (("contact", row["n_leads"]), ("customer", row["n"]))
    )
    days = _days(row) if is_known(row["customer_days_low"]) else "-"
    return name, number(row["n_leads"]), contacts, number(row["n"]), customers, days


def _days(row: dict[str, Any]) -> str:
    low, high = row["customer_days_low"], row["customer_days_high"]
    inside = f" ({low:,.0f} to {high:,.0f})" if is_known(low) and is_known(high) else ""
    return f"{row['customer_days']:,.0f}{inside}"
