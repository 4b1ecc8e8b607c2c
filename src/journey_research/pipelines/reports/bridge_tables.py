"""What each type of identifier joins, as a reader is told of it."""

from __future__ import annotations

import pandas as pd

from journey_research.engine import Table

from .tables import rows_of
from .words import Finding, number, plain, ranged, things

WORDS = {
    "alias": "changed address, told by a source",
    "crm_id": "key of a CRM",
    "email": "e-mail address",
    "lead_conversion": "lead made a contact by its source",
    "likeness": "likeness of names and addresses",
    "login": "login told by a source",
    "loyalty_id": "loyalty card",
    "maid": "advertising id of a phone",
    "phone": "phone number",
    "source_merge": "records merged by their source",
    "user_id": "login",
}


def bridges_answer(link_bridges: Table) -> Finding:
    """What most persons would fall apart without, in one sentence.

    Args:
        link_bridges: Contract ``LinkBridges``.
    """
    rows = rows_of(
        link_bridges, "select * from this order by n_apart desc, n_pairs_lost desc, bridge limit 1"
    )
    if not rows:
        return Finding("No two records are one person, so no identifier joins anybody.")
    row = rows[0]
    return Finding(
        f"Most hangs on one thing: without {name_bridge(row['bridge'])}, "
        f"{things(row['n_apart'], 'person', 'persons')} of several records would fall apart: "
        f"{ranged(row['apart_share'], row['apart_low'], row['apart_high'], 'share')}."
    )


def bridges_table(link_bridges: Table) -> pd.DataFrame:
    """One row per thing that joins records, what most hangs on first.

    Args:
        link_bridges: Contract ``LinkBridges``.

    Returns:
        ``what joins``, ``links``, ``share of links (95 in 100)``, ``resting on it alone``, ``persons
        apart without it``, ``of persons (95 in 100)``, ``pairs lost without it (95 in 100)``.
    """
    shown = [
        (
            name_bridge(row["bridge"]),
            number(row["n_links"]),
            ranged(row["link_share"], row["link_low"], row["link_high"], "share"),
            number(row["n_links_only"]),
            number(row["n_apart"]),
            ranged(row["apart_share"], row["apart_low"], row["apart_high"], "share"),
            ranged(row["lost_share"], row["lost_low"], row["lost_high"], "share"),
        )
        for row in rows_of(link_bridges, "select * from this order by n_apart desc, n_links desc, bridge")
    ]
    columns = [
        "what joins", "links", "share of links (95 in 100)", "resting on it alone",
        "persons apart without it", "of persons (95 in 100)", "pairs lost without it (95 in 100)",
    ]  # fmt: skip
    return pd.DataFrame(shown, columns=columns)


def name_bridge(bridge: str) -> str:
    """What joins two records, in words.

    Example:
        >>> name_bridge("email"), name_bridge("device_id")
        ('e-mail address', 'device id')
    """
    return WORDS.get(bridge, plain(bridge))
