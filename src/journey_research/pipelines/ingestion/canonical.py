"""Mapped rows to the canonical tables, one SQL file each."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import pyarrow as pa

from journey_research.engine import Table, run_sql

from .mapped_rows import MAPPED

if TYPE_CHECKING:
    from journey_research.contracts.parts import Part

TABLES = (
    "records", "record_values", "identifiers", "source_links", "memberships", "touches", "orders",
    "order_sightings", "order_lines", "consents", "spend", "offers", "availability", "referrals",
    "judgements", "labelled_groups", "true_people", "planted_dirt", "promises", "lost_values",
)  # fmt: skip


def canonical_tables(parts: Mapping[str, Part]) -> dict[str, Table]:
    """The canonical tables, by name; see each SQL file for its grain and what it leaves out.

    Args:
        parts: What came of each file, under the name that its rows call the file; in the order of
            the files, of which the last is believed.
    """
    return {
        **_order_tables(parts),
        "records": run_sql("records.sql", mapped_records=_mapped(parts, "records")),
        "record_values": run_sql("record_values.sql", mapped_values=_mapped(parts, "record_values")),
        "identifiers": run_sql("identifiers.sql", mapped_identifiers=_mapped(parts, "identifiers")),
        "source_links": run_sql("source_links.sql", mapped_source_links=_mapped(parts, "source_links")),
        "memberships": run_sql("memberships.sql", mapped_memberships=_mapped(parts, "memberships")),
        "touches": run_sql("touches.sql", mapped_touches=_mapped(parts, "touches")),
        "consents": run_sql("consents.sql", mapped_consents=_mapped(parts, "consents")),
        "spend": run_sql("spend.sql", mapped_spend=_mapped(parts, "spend")),
        "offers": run_sql("offers.sql", mapped_offers=_mapped(parts, "offers")),
        "availability": run_sql("availability.sql", mapped_availability=_mapped(parts, "availability")),
        "referrals": run_sql("referrals.sql", mapped_referrals=_mapped(parts, "referrals")),
        "judgements": run_sql("judgements.sql", mapped_judgements=_mapped(parts, "judgements")),
        "labelled_groups": run_sql("labelled_groups.sql", mapped_groups=_mapped(parts, "labelled_groups")),
        "true_people": run_sql("true_people.sql", mapped_people=_mapped(parts, "true_people")),
        "planted_dirt": run_sql("planted_dirt.sql", mapped_planted_dirt=_mapped(parts, "planted_dirt")),
        "promises": run_sql("promises.sql", mapped_promises=_mapped(parts, "promises")),
        "lost_values": run_sql("lost_values.sql", mapped_lost_values=_mapped(parts, "lost_values")),
    }


def _mapped(parts: Mapping[str, Part], name: str) -> Table:
    """All mapped rows of one kind."""
    from .parts_in_memory import table_of

    return table_of(parts.values(), name, MAPPED[name])


def _order_tables(parts: Mapping[str, Part]) -> dict[str, Table]:
    """The tables of orders; what few orders need is worked out for few.

    ``files`` tells the place of each file: it may change while the file's part does not.
    """
    mapped_orders = _mapped(parts, "orders")
    files = Table.from_arrow(
        pa.table(
            {
                "file_id": pa.array(list(parts), pa.string()),
                "file_rank": pa.array(range(len(parts)), pa.int64()),
            }
        )
    )
    told = {"mapped_orders": mapped_orders, "files": files}
    repeated = run_sql("repeated_orders.sql", **told)
    retellings = mapped_orders.query(
        "select * from this where order_id in (select order_id from this where original_order_id is not null)"
    )
    told_retellings = run_sql(
        "told_orders.sql", mapped_orders=retellings, files=files, repeated_orders=repeated
    )
    sighted = run_sql("sighted_orders.sql", mapped_orders=mapped_orders, told_retellings=told_retellings)
    told_orders = run_sql("told_orders.sql", **told, repeated_orders=repeated)
    return {
        "orders": run_sql("orders.sql", told_orders=told_orders, sighted_orders=sighted),
        "order_sightings": run_sql(
            "order_sightings.sql", told_retellings=told_retellings, sighted_orders=sighted
        ),
        "order_lines": run_sql(
            "order_lines.sql", **told, repeated_orders=repeated, retellings=retellings, sighted_orders=sighted
        ),
    }
