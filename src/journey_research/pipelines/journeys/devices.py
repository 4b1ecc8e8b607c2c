"""One person on two devices: one after the other, or both at once.

Context: a second screen beside the first is another habit than a basket begun on the telephone and paid at
the desk. Choice: sessions of a person on each device, cut by the same silence as all sessions, and two of
them are simultaneous exactly if their intervals overlap, sequential if the second begins within the hand-over
time after the first. Given up: guessing how long the last page was looked at; a session ends at its last
touch unless its source gives an end, so some that were beside one another look like one after the other.
"""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from journey_research.engine import Table, run_sql

from .rule import JourneyRule


@dataclass(frozen=True)
class DeviceRule:
    """What is a change of device.

    Attributes:
        handover_minutes: Longest time from the end of a session on one device to the beginning of the
            one on the other, in minutes. Exactly this long is not too long.
        away_channels: Channels whose touches tell of a place and not of a device in use.
    """

    handover_minutes: int = 30
    away_channels: tuple[str, ...] = ("store",)

    def __post_init__(self) -> None:
        object.__setattr__(self, "away_channels", tuple(self.away_channels))
        if self.handover_minutes < 0:
            raise ValueError(f"handover_minutes is {self.handover_minutes}; it is 0 or more")

    @property
    def handover_us(self) -> int:
        """The longest hand-over, in microseconds."""
        return self.handover_minutes * 60_000_000


def summarise_device_sessions(
    journey_touches: Table, touches: Table, rule: JourneyRule, device_rule: DeviceRule
) -> Table:
    """The sessions of each person on each device.

    Args:
        journey_touches: n rows, contract ``JourneyTouches``; any order.
        touches: m rows, contract ``Touches``, among them those n.
        rule: The silence that ends a session, and whether sessions of the sources count.
        device_rule: Which channels tell of no device.

    Returns:
        At most n rows, contract ``DeviceSessions``. A device is a record and a class of device in it.
    """
    channels = pd.DataFrame({"channel": pd.Series(sorted(device_rule.away_channels), dtype="str")})
    return run_sql(
        "device_sessions.sql",
        journey_touches=journey_touches,
        touches=touches,
        away_channels=Table.from_pandas(channels),
        session_gap_us=rule.session_gap_us,
        keeps_native_sessions=rule.keeps_native_sessions,
    )


def pair_devices(device_sessions: Table, device_rule: DeviceRule) -> Table:
    """Pairs of sessions of one person on two devices, beside or soon after one another.

    Args:
        device_sessions: n rows, contract ``DeviceSessions``; any order.
        device_rule: How long a hand-over may take.

    Returns:
        Contract ``DevicePairs``; what the devices are called changes no pattern.

    Source:
        Google (2012), "The new multi-screen world": sequential and simultaneous screening.
    """
    return run_sql("device_pairs.sql", device_sessions=device_sessions, handover_us=device_rule.handover_us)
