"""Signals that call for an answer: a cart that was left, a third look, a complaint that nobody settles.

Context: an answer is due when something has happened and something else has not, which is known only when
the wait is over. Choice: rules are configuration, and a trigger carries the instant at which it could be
known and the touch that is its evidence; what comes to light later changes none that fired. Given up: rules
over several kinds of signals in an order; ``paths`` finds those.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from journey_research.engine import Table, run_sql

MINUTE_US = 60_000_000
# Key of a rule -> what it is where the rule does not say.
SAID: dict[str, Any] = {
    "signals": (), "unless": (), "tactic": None, "times": 1, "within_hours": None, "wait_hours": 0,
    "is_by_product": False, "is_restarted": False, "quiet_hours": None, "owner": "unknown",
}  # fmt: skip
SCHEMA = pa.schema(
    [("rule", pa.string()), ("tactic", pa.string()), ("times", pa.int64()), ("within_us", pa.int64()),
     ("wait_us", pa.int64()), ("is_by_product", pa.bool_()), ("is_restarted", pa.bool_()),
     ("quiet_us", pa.int64()), ("owner", pa.string())]
)  # fmt: skip


@dataclass(frozen=True)
class TriggerRule:
    """Which signals call for an answer.

    Attributes:
        rules: Name -> ``signals`` (actions), ``unless`` (actions, or kinds of outcomes such as ``order``,
            that settle it), ``tactic`` (of the signal alone), ``times`` within ``within_hours``,
            ``wait_hours`` without what settles it, ``is_by_product`` (signals of one product),
            ``is_restarted`` (a further signal begins the wait anew), ``quiet_hours`` (after so long
            without a signal, one that was not settled is a new occurrence; else only settling ends
            it), ``owner`` (the team that answers).

    Raises:
        ValueError: A rule says what is not known, has no signal, or counts without a window.
    """

    rules: Mapping[str, Mapping[str, Any]]

    def __post_init__(self) -> None:
        for name, told in self.rules.items():
            where = f"trigger_rule.rules.{name}"
            if strange := set(told) - set(SAID):
                raise ValueError(f"{where} says '{min(strange)}'; known are {', '.join(SAID)}")
            rule = {**SAID, **told}
            if any(isinstance(rule[key], str) for key in ("signals", "unless")) or not rule["signals"]:
                raise ValueError(f"{where}.signals and unless are lists of actions, and there is a signal")
            if rule["times"] < 1 or rule["wait_hours"] < 0:
                raise ValueError(f"{where}: times is at least 1, wait_hours at least 0")
            if rule["times"] > 1 and not rule["within_hours"]:
                raise ValueError(f"{where} counts {rule['times']} signals; say within_hours")

    def tables(self) -> dict[str, Table]:
        """The rules as tables: ``rules``, ``signal_actions``, ``settling_actions``."""
        told = {name: {**SAID, **rule} for name, rule in self.rules.items()}
        rows = [
            {
                "rule": name, "tactic": rule["tactic"], "times": rule["times"],
                "within_us": _us(rule["within_hours"]), "wait_us": _us(rule["wait_hours"]),
                "is_by_product": rule["is_by_product"], "is_restarted": rule["is_restarted"],
                "quiet_us": _us(rule["quiet_hours"]), "owner": rule["owner"],
            }
            for name, rule in told.items()
        ]  # fmt: skip
        return {
            "rules": Table.from_arrow(pa.Table.from_pylist(rows, schema=SCHEMA)),
            "signal_actions": _pairs({name: rule["signals"] for name, rule in told.items()}),
            "settling_actions": _pairs({name: rule["unless"] for name, rule in told.items()}),
        }


def _us(hours: float | None) -> int | None:
    """Hours in microseconds, in whole minutes."""
    return None if hours is None else round(hours * 60) * MINUTE_US


def _pairs(actions: Mapping[str, Sequence[str]]) -> Table:
    rows = sorted({(name, action) for name, listed in actions.items() for action in listed or ()})
    schema = pa.schema([("rule", pa.string()), ("action", pa.string())])
    return Table.from_arrow(pa.Table.from_pylist([{"rule": a, "action": b} for a, b in rows], schema=schema))


def fire_triggers(
    touches: Table, journey_touches: Table, outcomes: Table, as_of: Table, rule: TriggerRule
) -> Table:
    """The triggers that have fired by ``as_of``, each once per occurrence of its signal.

    Args:
        touches: n rows, contract ``Touches``; any order.
        journey_touches: m rows, contract ``JourneyTouches``: whose they are.
        outcomes: k rows, contract ``Outcomes``: conversions settle what says ``order``.
        as_of: The instant the run looks from; one row.
        rule: Which signals, how long to wait, and what settles them.

    Returns:
        Contract ``Triggers``: ``touch_id`` is the signal that was enough, ``fired_at`` (UTC) when it
        had been waited for. What settles it at that very instant is in time.
    """
    return run_sql(
        "triggers.sql",
        touches=touches,
        journey_touches=journey_touches,
        outcomes=outcomes,
        as_of=as_of,
        **rule.tables(),
    )
