"""Mapped rows to the canonical tables, one SQL file each."""

from __future__ import annotations

from journey_research.engine import Table, run_sql

from .mapped_rows import MappedRows

TABLES = (
    "records", "record_values", "identifiers", "touches", "orders", "order_lines", "consents", "spend",
    "offers", "judgements", "labelled_groups", "true_people",
)  # fmt: skip


def canonical_tables(mapped: MappedRows) -> dict[str, Table]:
    """The canonical tables, by name; see each SQL file for its grain and what it leaves out."""
    orders = mapped.table("orders")
    return {
        "records": run_sql("records.sql", mapped_records=mapped.table("records")),
        "record_values": run_sql("record_values.sql", mapped_values=mapped.table("record_values")),
        "identifiers": run_sql("identifiers.sql", mapped_identifiers=mapped.table("identifiers")),
        "touches": run_sql("touches.sql", mapped_touches=mapped.table("touches")),
        "orders": run_sql("orders.sql", mapped_orders=orders),
        "order_lines": run_sql("order_lines.sql", mapped_orders=orders),
        "consents": run_sql("consents.sql", mapped_consents=mapped.table("consents")),
        "spend": run_sql("spend.sql", mapped_spend=mapped.table("spend")),
        "offers": run_sql("offers.sql", mapped_offers=mapped.table("offers")),
        "judgements": run_sql("judgements.sql", mapped_judgements=mapped.table("judgements")),
        "labelled_groups": run_sql("labelled_groups.sql", mapped_groups=mapped.table("labelled_groups")),
        "true_people": run_sql("true_people.sql", mapped_people=mapped.table("true_people")),
    }
