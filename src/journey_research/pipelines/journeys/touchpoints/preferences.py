"""Where and when a person comes of their own accord, with the evidence; no preference where it is thin.

Context: asked for a preference, most frequent is always some channel, and of two touches it means
nothing. Choice: days are counted and not touches; a value is preferred when it beats the runner-up by a
sign test, which needs no correction for how many values there were to choose from. Given up: a preference
for everybody; of persons who have none, one in twenty at most is said to have one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import pyarrow as pa

from journey_research.engine import Table, run_sql
from journey_research.pipelines.journeys.intervals import Z

DAY_US = 86_400_000_000
EPOCH = datetime(1970, 1, 1)


@dataclass(frozen=True)
class PreferenceRule:
    """When a preference is said to be there.

    Attributes:
        min_days: Fewest days of evidence.
        prior_days: Days that what is usual weighs in ``shrunk_share``.
        answer_days: A message is answered by what comes in the same channel within so many days.
        zone: Where the day is reckoned, as in ``Europe/Berlin``.
        parts_of_day: Part -> its first hour, 0 to 23; a part ends where the next begins, the last at
            midnight; hours before the first belong to the last.
        unwanted_actions: Actions that say that somebody wants less of a channel.
    """

    min_days: int
    prior_days: float
    answer_days: int
    zone: str
    parts_of_day: Mapping[str, int]
    unwanted_actions: Sequence[str] = ()

    def __post_init__(self) -> None:
        if self.min_days < 1 or self.answer_days < 1 or self.prior_days < 0:
            raise ValueError("min_days and answer_days are at least 1, prior_days at least 0")
        hours = list(self.parts_of_day.values())
        if not hours or len(set(hours)) < len(hours) or not all(0 <= hour <= 23 for hour in hours):
            raise ValueError("parts_of_day names parts with their first hours, each 0 to 23 and once")
        try:
            ZoneInfo(self.zone)
        except (ZoneInfoNotFoundError, ValueError):
            raise ValueError(f"zone is '{self.zone}'; write it as in Europe/Berlin") from None

    def parts(self) -> Table:
        """Hours of the day by part: ``part, from_hour, until_hour``."""
        begin = sorted((hour, part) for part, hour in self.parts_of_day.items())
        ends = [hour for hour, _ in begin[1:]] + [24]
        rows = [(part, hour, end) for (hour, part), end in zip(begin, ends, strict=True)]
        rows.append((begin[-1][1], 0, begin[0][0]))
        names = ("part", "from_hour", "until_hour")
        return Table.from_arrow(pa.table(dict(zip(names, zip(*rows, strict=True), strict=True))))


def find_preferences(touches: Table, journey_touches: Table, rule: PreferenceRule) -> Table:
    """The channel and the part of the day that lead for each person, and whether that is a preference.

    Args:
        touches: n rows, contract ``Touches``; any order.
        journey_touches: m rows, contract ``JourneyTouches``: whose they are.
        rule: What counts, and how much of it is enough.

    Returns:
        Contract ``PersonPreferences``, at most two rows a person. ``preferred_value`` is null unless
        there are ``min_days`` days and the leading value beats the runner-up: their difference less 1
        is at least 1.96 times the root of their sum.

    Source:
        Hung and Fithian (2019), "Rank verification for exponential families": winner against
        runner-up needs no correction; the sign test by normal approximation with Yates' correction.
    """
    unwanted = pa.table({"action": pa.array(sorted(set(rule.unwanted_actions or ())), pa.string())})
    return run_sql(
        "person_preferences.sql",
        touches=touches,
        journey_touches=journey_touches,
        zone_offsets=zone_offsets(touches, rule.zone),
        parts_of_day=rule.parts(),
        unwanted=Table.from_arrow(unwanted),
        min_days=rule.min_days,
        prior_days=float(rule.prior_days),
        answer_us=rule.answer_days * DAY_US,
        z=Z,
    )


def zone_offsets(touches: Table, zone: str) -> Table:
    """From when until when a zone is how far ahead of UTC, in microseconds, over the span of the touches.

    Args:
        touches: n rows with ``touched_at``.
        zone: As in ``Europe/Berlin``.

    Returns:
        ``from_us, until_us, offset_us``: as many rows as the clocks were changed, and one.
    """
    first, last = touches.query("select min(touched_at), max(touched_at) from this").first_row()
    rows = []
    if first is not None:
        place, begin, end = ZoneInfo(zone), first, last + timedelta(days=1)
        while begin < end:
            until = _next_change(begin, end, place)
            rows.append((_us(begin), _us(until), int(_offset(begin, place) / timedelta(microseconds=1))))
            begin = until
    columns = list(zip(*rows, strict=True)) or [(), (), ()]
    names = ("from_us", "until_us", "offset_us")
    return Table.from_arrow(
        pa.table({name: pa.array(told, pa.int64()) for name, told in zip(names, columns, strict=True)})
    )


def _next_change(begin: datetime, end: datetime, place: ZoneInfo) -> datetime:
    """The first quarter hour after ``begin`` with another offset; ``end`` where there is none before."""
    offset, step = _offset(begin, place), timedelta(days=1)
    moment = begin
    while moment < end and _offset(moment + step, place) == offset:
        moment += step
    moment = moment.replace(minute=moment.minute // 15 * 15, second=0, microsecond=0)
    while moment < end and _offset(moment, place) == offset:
        moment += timedelta(minutes=15)
    return min(moment, end)


def _offset(moment: datetime, place: ZoneInfo) -> timedelta:
    return moment.replace(tzinfo=ZoneInfo("UTC")).astimezone(place).utcoffset() or timedelta(0)


def _us(moment: datetime) -> int:
    return (moment - EPOCH) // timedelta(microseconds=1)
