"""Who agreed to what, until when; and who changed their mind."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from .block import CONSENTS
from .calendar import DAY_MS, HOUR_MS
from .scene import Scene

NEVER = np.iinfo("int64").max
VALID_MS = 730 * DAY_MS  # an agreement to mail that nobody renews
RENEWED_BEFORE = 20 * DAY_MS
COOKIE_MS = 365 * DAY_MS
AGREES = {"email": 0.64, "sms": 0.26, "messenger": 0.1, "call_centre": 0.24}
ASKED = {"email": 0.94, "sms": 0.36, "messenger": 0.14, "call_centre": 0.36}
RENEWS, WITHDRAWS, RETURNS = 0.5, 0.04, 0.4
ANSWERS_BANNER = 0.6
COOKIES = {"granted": 0.66, "denied": 0.22, "unknown": 0.12}
_PURPOSES = {"email": "newsletter", "sms": "offers", "messenger": "advice", "call_centre": "advice by phone"}


@dataclass(frozen=True)
class Agreement:
    """From when to when each person agrees to be approached on a channel; twice, as some come back.

    Attributes:
        asked: Whether the person was asked at all.
        begins: 2 x n instants; ``NEVER`` where there is no agreement.
        ends: 2 x n instants.
        runs_out: Whether the first one ran out (and was not withdrawn).
        renews: Whether the person renews it, shortly before it would run out.
    """

    asked: np.ndarray
    begins: np.ndarray
    ends: np.ndarray
    runs_out: np.ndarray
    renews: np.ndarray

    def holds(self, persons: np.ndarray, at_ms: np.ndarray) -> np.ndarray:
        """Whether each person agrees at that instant."""
        inside = (self.begins[:, persons] <= at_ms) & (at_ms < self.ends[:, persons])
        return np.asarray(inside.any(axis=0))


def agreement(scene: Scene, channel: str) -> Agreement:
    """Draw who agrees to a channel."""
    chance = scene.chance(f"consent to {channel}")
    people, end = scene.people, scene.calendar.end_ms
    n = len(people)
    asked = chance.random(n) < ASKED[channel]
    fond = np.where(
        people["channel_preference"] == ("phone" if channel == "call_centre" else "email"), 1.25, 0.9
    )
    agrees = asked & (chance.random(n) < np.minimum(AGREES[channel] / ASKED[channel] * fond, 1.0))
    begins = np.where(agrees, people["joined_ms"].to_numpy() + HOUR_MS, NEVER)
    runs_out = np.where(agrees, begins + VALID_MS, NEVER)
    # What would have run out long before the calendar was renewed, or nobody would speak of it.
    renews = (chance.random(n) < RENEWS) | (runs_out < scene.calendar.start_ms - 60 * DAY_MS)
    runs_out = np.where(renews, NEVER, runs_out)
    since = np.maximum(np.where(agrees, begins, 0), scene.calendar.start_ms)
    withdrawn = since + (chance.random(n) * np.maximum(end - since, 1)).astype("int64")
    withdrawn = np.where(agrees & (chance.random(n) < WITHDRAWS), withdrawn, NEVER)
    ends = np.minimum(runs_out, withdrawn)
    again = ends + (chance.exponential(12, n) * DAY_MS).astype("int64") + DAY_MS
    returns = (ends < end) & (chance.random(n) < RETURNS) & (again < end)
    again = np.where(returns, again, NEVER)
    later = np.where(returns, again + VALID_MS, NEVER)
    begins, ends = np.stack([begins, again]), np.stack([ends, later])
    return Agreement(asked, begins, ends, runs_out <= withdrawn, renews)


def _decisions(scene: Scene, channel: str, agreed: Agreement) -> list[pd.DataFrame]:
    people, end = scene.people, scene.calendar.end_ms
    about = "email" if channel == "email" else "phone"
    said = {"about": about, "channel": channel, "purpose": _PURPOSES[channel], "device": -1}
    found = []
    refuses = agreed.asked & (agreed.begins[0] == NEVER)
    for who, status, at_ms, expires in [
        (refuses, "denied", people["joined_ms"].to_numpy() + HOUR_MS, None),
        (agreed.begins[0] < end, "granted", agreed.begins[0], VALID_MS),
        (agreed.begins[1] < end, "granted", agreed.begins[1], VALID_MS),
        *(_renewals(agreed, time, end) for time in (1, 2)),
        ((agreed.ends[0] < end) & agreed.runs_out, "expired", agreed.ends[0], None),
        ((agreed.ends[0] < end) & ~agreed.runs_out, "withdrawn", agreed.ends[0], None),
    ]:
        who = np.flatnonzero(who)
        at = at_ms[who]
        runs_out = at + expires if expires else np.zeros(len(who), dtype="int64")
        found.append(
            pd.DataFrame({"person": who, **said, "status": status, "at_ms": at, "expires_ms": runs_out})
        )
    return found


def _renewals(agreed: Agreement, time: int, end: int) -> tuple[np.ndarray, str, np.ndarray, int]:
    known = agreed.begins[0] < end
    at_ms = np.where(known, agreed.begins[0], 0) + time * (VALID_MS - RENEWED_BEFORE)
    return known & agreed.renews & (at_ms < np.minimum(agreed.ends[0], end)), "granted", at_ms, VALID_MS


def _cookies(scene: Scene) -> pd.DataFrame:
    """What each device's banner was told: when it first came, changed by some, renewed after a year."""
    chance = scene.chance("consent to cookies")
    own = np.flatnonzero(scene.devices["person"].to_numpy() >= 0)
    own = own[chance.random(len(own)) < ANSWERS_BANNER]
    n, end = len(own), scene.calendar.end_ms
    status = np.array(list(COOKIES), dtype=object)[chance.choice(3, size=n, p=list(COOKIES.values()))]
    at_ms = end - (chance.random(n) * 420 * DAY_MS).astype("int64")
    changed = (chance.random(n) < 0.05) & (status != "unknown")
    later = at_ms + (chance.random(n) * (end - at_ms)).astype("int64")
    person = scene.devices["person"].to_numpy()[own]
    first = pd.DataFrame({"person": person, "device": own, "status": status, "at_ms": at_ms})
    second = first.assign(at_ms=later, status=np.where(status == "granted", "withdrawn", "granted"))[changed]
    expired = first.assign(at_ms=at_ms + COOKIE_MS, status="expired")
    expired = expired[(status == "granted") & ~changed & (expired["at_ms"] < end)]
    found = pd.concat([first, second, expired], ignore_index=True)
    found["about"], found["channel"], found["purpose"] = "cookie", "direct", "analytics"
    found["expires_ms"] = np.where(found["status"] == "granted", found["at_ms"] + COOKIE_MS, 0)
    return found


def consents_of(scene: Scene, agreements: dict[str, Agreement], left: pd.DataFrame) -> pd.DataFrame:
    """All decisions: the frame ``consents``.

    Args:
        scene: The block.
        agreements: Channel -> who agrees, before anybody followed a mail's link to leave.
        left: ``person, at_ms``: who left by such a link.
    """
    found = [_cookies(scene)]
    for channel, agreed in agreements.items():
        found += _decisions(scene, channel, agreed)
    by_link = left[["person", "at_ms"]].assign(
        about="email", channel="email", purpose="newsletter", status="withdrawn", expires_ms=0, device=-1
    )
    told = pd.concat([*found, by_link], ignore_index=True)
    # Whoever left by a link neither runs out nor comes back.
    gone = told["person"].map(left.set_index("person")["at_ms"]).fillna(NEVER).to_numpy()
    told = told[(told["channel"] != "email") | (told["at_ms"].to_numpy() <= gone)]
    told = told[(told["at_ms"] < scene.calendar.end_ms)]
    return told.sort_values(["at_ms", "person", "channel", "device"], ignore_index=True)[list(CONSENTS)]


def without_leavers(agreed: Agreement, persons: np.ndarray, at_ms: np.ndarray) -> Agreement:
    """The agreement with those out who followed a link to leave, from that instant on."""
    ends = agreed.ends.copy()
    ends[:, persons] = np.minimum(ends[:, persons], at_ms)
    return replace(agreed, ends=ends)
