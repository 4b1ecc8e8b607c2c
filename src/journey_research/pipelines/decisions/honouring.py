"""Whether every refusal was honoured, counted over all decisions of a run.

Context: a permission is weighed from many statements of many records; a mistake there is a letter to
somebody who asked for none. Choice: after deciding, the statements are read once more, in another way,
and every decision is held against them; the contract allows no violation, so a run with one stops.
Given up: a sample or an interval, as all decisions are counted.
"""

from __future__ import annotations

from journey_research.engine import Table, run_sql

from .permissions import PermissionRule, gather_statements, name_channels


def count_violations(
    decisions: Table,
    consents: Table,
    people: Table,
    touches: Table,
    person_preferences: Table,
    as_of: Table,
    rule: PermissionRule,
) -> Table:
    """Hold every decision against what any record of the person refused.

    Args:
        decisions: n rows, contract ``Decisions``.
        consents: m rows, contract ``Consents``.
        people: k rows, contract ``People``.
        touches: j rows, contract ``Touches``; only refusing actions are read.
        person_preferences: Contract ``PersonPreferences``.
        as_of: 1 row, contract ``AsOf``.
        rule: Purpose, channels, and what says no.

    Returns:
        Contract ``HonouredRefusals``, one row per channel of the rule; ``n_violations`` must be 0.
        A record that refuses and agrees at one instant refuses.
    """
    return run_sql(
        "honoured_refusals.sql",
        decisions=decisions,
        statements=gather_statements(consents, people, as_of, rule, touches),
        person_preferences=person_preferences,
        channels=name_channels(rule),
    )
