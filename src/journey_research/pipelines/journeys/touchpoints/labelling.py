"""Kinds of touchpoints under labels, and the interactions of each label, with what an interval takes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import pyarrow as pa

from journey_research.engine import Table, run_sql
from journey_research.pipelines.journeys.intervals import Z, clustered_interval

SCHEMA = pa.schema([(name, pa.string()) for name in ("scheme", "label", "channel", "tactic", "action")])


def kinds_in_data(touchpoint_map: Table) -> list[dict[str, Any]]:
    """Rows of the touchpoint map that some touch is of."""
    return [row for row in touchpoint_map.to_arrow().to_pylist() if not row["is_absent_from_data"]]


def labelled(kind: Mapping[str, Any], scheme: str, label: str) -> dict[str, Any]:
    """A kind of touchpoint under a label of a scheme."""
    return {"scheme": scheme, "label": label} | {name: kind[name] for name in ("channel", "tactic", "action")}


def count_labels(
    touches: Table, journey_touches: Table, labels: Iterable[Mapping[str, Any]]
) -> dict[tuple[str, str], dict[str, Any]]:
    """Count interactions: what a person does under one label in one session, however many touches it has.

    Args:
        touches: n rows, contract ``Touches``; any order.
        journey_touches: m rows, contract ``JourneyTouches``: their persons and sessions.
        labels: ``scheme, label, channel, tactic, action``; a kind has one label in a scheme at most.

    Returns:
        (scheme, label) -> ``n_hits`` interactions of ``n_label_persons`` persons, among ``n`` of
        ``n_persons`` in the scheme; ``hh, hn, nn`` for ``clustered_interval``. Labels without
        interactions are left out.
    """
    table = Table.from_arrow(pa.Table.from_pylist(list(labels), schema=SCHEMA))
    counts = run_sql("label_counts.sql", touches=touches, journey_touches=journey_touches, labels=table)
    return {(row["scheme"], row["label"]): row for row in counts.to_arrow().to_pylist()}


def interval_of(count: Mapping[str, Any], z: float = Z) -> tuple[float, float]:
    """The interval by person of ``n_hits`` in ``n``; ``n_persons, hh, hn, nn`` stand beside them."""
    n_hits, n, n_persons = count["n_hits"], count["n"], count["n_persons"]
    return clustered_interval(n_hits, n, n_persons, count["hh"], count["hn"], count["nn"], z)
