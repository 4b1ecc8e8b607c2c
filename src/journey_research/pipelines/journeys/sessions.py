"""Sessions: touches without a long silence between them."""

from __future__ import annotations

from journey_research.engine import Table, run_sql


def summarise_sessions(journey_touches: Table, device_sessions: Table, device_pairs: Table) -> Table:
    """When each session began and ended, and what is in it.

    Args:
        journey_touches: n rows, contract ``JourneyTouches``; any order.
        device_sessions: d rows, contract ``DeviceSessions``, of the same touches.
        device_pairs: p rows, contract ``DevicePairs``, of the same sessions.

    Returns:
        At most n rows, contract ``Sessions``; times in UTC. A session of one touch ends when it
        begins; an outcome inside a session does not end it, so it may span two journeys.
        ``n_devices`` counts devices whose sessions begin in it; ``is_simultaneous``: one of these
        overlaps one of another device.
    """
    return run_sql(
        "sessions.sql",
        journey_touches=journey_touches,
        device_sessions=device_sessions,
        device_pairs=device_pairs,
    )
