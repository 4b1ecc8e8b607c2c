"""What became of leads: contacts and customers, by where they came from, and how long it took.

Context: a lead is a person before we know her, and systems disagree on when she stops being one. Choice: a
person is counted once, as the first lead that any source holds of her; a contact is what a source says it
made of a lead, or a known record of the same person; a customer is whoever bought after she became a lead.
Given up: the status and the source of a lead in the words of the sales team, which lie in the vault; a score
of leads, which the conversion stage has for all persons, leads among them.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from journey_research.engine import Table, run_sql

from .intervals import median_interval, wilson_interval

TYPES = {
    "grouped_by": "str",
    "name": "str",
    "n_leads": "int64",
    "n_were_customers": "int64",
    "n_older": "int64",
    "n_converted": "int64",
    "n_contacts": "int64",
    "contact_share": "float64",
    "contact_low": "float64",
    "contact_high": "float64",
    "n_customers": "int64",
    "customer_share": "float64",
    "customer_low": "float64",
    "customer_high": "float64",
    "n": "int64",
    "customer_days": "float64",
    "customer_days_low": "float64",
    "customer_days_high": "float64",
}
CONTACTS = ("contact_share", "contact_low", "contact_high")
CUSTOMERS = ("customer_share", "customer_low", "customer_high")
DAYS = ("customer_days", "customer_days_low", "customer_days_high")
NOBODY = {"grouped_by": "all", "name": "all"} | {name: 0 for name in TYPES if name.startswith("n_")}


def follow_leads(
    records: Table, source_links: Table, people: Table, journey_touches: Table, ladder: Table
) -> pd.DataFrame:
    """How many leads have become contacts and customers, by source and by channel of the first touch.

    Args:
        records: Contract ``Records``; those of kind ``lead``.
        source_links: Contract ``SourceLinks``; those of rule ``lead_conversion``.
        people: Contract ``People``.
        journey_touches: Contract ``JourneyTouches``, for the channel of a person's first touch.
        ladder: Contract ``Ladder``, for the first purchase.

    Returns:
        Contract ``LeadOutcomes``: a row for all leads, one per source of the first lead and one per channel
        of the first touch (``none``: no touch). Shares with Wilson's 95 % interval: of contacts among
        ``n_leads``, of customers among ``n``, the leads that were no customers before and are not older than
        the data, in which nobody could see what they had bought. ``customer_days`` is the median, from lead
        to first purchase, of those who have bought so far, so it is short where many leads are young; its
        interval is missing below six of them. No lead: one row of zeros.

    Source:
        Wilson (1927); Conover (1999) for the median.

    Example:
        >>> [name for name in TYPES if name.endswith("_share")]
        ['contact_share', 'customer_share']
    """
    leads = run_sql(
        "leads.sql",
        records=records,
        source_links=source_links,
        people=people,
        journey_touches=journey_touches,
        ladder=ladder,
    )
    counts = run_sql("lead_counts.sql", leads=leads).to_arrow().to_pylist() or [NOBODY]
    bought = leads.query(
        "select source, channel, cast(customer_days as double) as customer_days from this "
        "where is_customer and not was_customer and not is_older and customer_days is not null "
        "order by person_id"
    ).to_pandas()
    rows = []
    for told in sorted(counts, key=lambda one: (one["grouped_by"], one["name"])):
        own = bought if told["grouped_by"] == "all" else bought[bought[told["grouped_by"]] == told["name"]]
        n = told["n_leads"] - told["n_were_customers"] - told["n_older"]
        contacts = dict(zip(CONTACTS, _share(told["n_contacts"], told["n_leads"]), strict=True))
        customers = dict(zip(CUSTOMERS, _share(told["n_customers"], n), strict=True))
        days = dict(zip(DAYS, _median(own["customer_days"].to_numpy(np.float64)), strict=True))
        rows.append({**told, **contacts, **customers, "n": n, **days})
    return pd.DataFrame(rows, columns=list(TYPES)).astype(TYPES)


def _share(n_hits: int, n: int) -> tuple[float, float, float]:
    if n == 0:
        return float("nan"), float("nan"), float("nan")
    return n_hits / n, *wilson_interval(n_hits, n)


def _median(days: npt.NDArray[np.float64]) -> tuple[float, float, float]:
    return median_interval(days) if len(days) else (float("nan"), float("nan"), float("nan"))
