"""Persons, or the firms they buy for: the grain at which a business counts its customers."""

from __future__ import annotations

from journey_research.business.goals import Business
from journey_research.engine import Table, run_sql


def total_entities(
    people: Table, memberships: Table, source_links: Table, orders: Table, business: Business
) -> Table:
    """What every customer bought, counted at the business's grain.

    Args:
        people: n rows, contract ``PEOPLE``.
        memberships: k rows, contract ``MEMBERSHIPS``: which records belong to which firm.
        source_links: Contract ``SOURCE_LINKS``: which firms were merged.
        orders: m rows, contract ``ORDERS``.
        business: Its ``grain``: with ``account`` the persons of one firm are one entity, and a person
            without a firm stays one of its own.

    Returns:
        Contract ``ENTITY_TOTALS``. Sums over all entities are the same at both grains.
    """
    return run_sql(
        "entity_totals.sql",
        people=people,
        memberships=memberships,
        source_links=source_links,
        orders=orders,
        by_account=business.grain == "account",
    )
