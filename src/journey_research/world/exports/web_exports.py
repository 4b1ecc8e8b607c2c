"""The export of the web shop's event collector, Segment: one call a line, by cookie, seldom by name.

Four clocks: the device's (``originalTimestamp``, ``sentAt``), the server's (``receivedAt``), and the
device's as the server corrects it (``timestamp``). Some devices' clocks are wrong by minutes, a few by
years. The spelling of events follows the vendor's own list for shops.

Source:
    Segment's documentation, "Spec: Common Fields", "Spec: V2 Ecommerce Events", "Consent in Unify".
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from journey_research.world.delivering import delivered
from journey_research.world.simulation.block import Block
from journey_research.world.simulation.calendar import DAY_MS, HOUR_MS, MINUTE_MS, chance_for

from .exporting import Exporter, Part, speakers_of
from .text import (
    chosen,
    iso_millis,
    joined,
    json_text,
    looked_up,
    shares,
    uuids,
)
from .web_context import agents_of, campaign_of, consent_of, page_of
from .web_properties import properties
from .web_visits import cookies_of, logged_in, seen_at

_EVENTS = {
    "product_viewed": "Product Viewed",
    "added_to_wishlist": "Product Added to Wishlist",
    "product_shared": "Product Shared",
    "added_to_cart": "Product Added",
    "checkout_started": "Checkout Started",
    "coupon_applied": "Coupon Applied",
    "order_completed": "Order Completed",
    "signed_up": "Signed Up",
    "friends_asked": "Friends Asked",
    "review_read": "Product Review Read",
    "consent": "Segment Consent Preference Updated",
}
# What programs sent as the login of people who had none.
_NO_USERS, _NO_USER_SHARE = ("null", "anonymous", "0000"), 0.004
_FORGETS_USER = 0.08  # of calls that should name the user


def segment_events(block: Block) -> Part:
    """Calls of the web shop's pages; a cookie is known from its first login on, many never are."""
    seen = _with_banner(block, seen_at(block, "shop"))
    if not len(seen):
        return Part(pa.array([], pa.string()))
    chance = chance_for(block.world_seed, "segment delivery", block.number)
    cookie = cookies_of(seen)
    user = _users(block, seen)
    row = {
        "type": seen["kind"].map({"page_viewed": "page", "logged_in": "identify"}).fillna("track"),
        "id": joined("ajs-next-$a", a=uuids(seen["id"].to_numpy(), "segment message")),
        "cookie": cookie,
        "user": json_text(user),
        "event": _fragment(seen["kind"].map(_EVENTS), ',"event":$a'),
        "traits": _traits(block, seen, user),
        "page": page_of(block, seen),
        "campaign": campaign_of(block, seen),
        "consent": consent_of(block, seen),
        "agent": json_text(agents_of(block, seen)),
        "device": looked_up(block.devices["kind"], seen["device"]),
        "properties": properties(block, seen),
        **_clocks(seen),
    }
    lines = joined(
        '{"messageId":"$id","anonymousId":"$cookie","userId":$user,"type":"$type"$event$traits,'
        '"originalTimestamp":"$original","sentAt":"$sent","receivedAt":"$received","timestamp":"$timestamp",'
        '"context":{"page":$page$campaign$consent,"device":{"type":"$device"},"userAgent":$agent,'
        '"library":{"name":"analytics.js","version":"next-1.64.0"},"timezone":"Europe/Berlin"},'
        '"properties":$properties}',
        **row,
    )
    order = delivered(len(seen), chance)
    taken = pa.array(order)
    keys = speakers_of("segment_events", cookie.take(taken), seen["person"].to_numpy()[order])
    is_touch = (seen["kind"] != "consent").to_numpy()[order]
    return Part(lines.take(taken), keys, {"touchpoints": int(is_touch.sum())})


def _with_banner(block: Block, seen: pd.DataFrame) -> pd.DataFrame:
    """The touches, and between them a call for each new answer to the banner on a browser in use."""
    told = block.consents
    told = told[(told["about"] == "cookie") & (told["status"] != "unknown") & (told["status"] != "expired")]
    first = seen.groupby("device")["at_ms"].min()
    told = told[told["at_ms"] > told["device"].map(first).fillna(block.calendar.end_ms)]
    added = pd.DataFrame(
        {
            "id": -1 - block.number * 10_000_000 - np.arange(len(told)),
            "at_ms": told["at_ms"].to_numpy(),
            "device": told["device"].to_numpy(),
            "person": told["person"].to_numpy(),
            "kind": "consent",
            "number": block.devices["number"].to_numpy()[told["device"].to_numpy()],
            "cleared": False,
            "is_bot": False,
            "campaign": -1,
            "product": -1,
            "order": -1,
            "peer": -1,
            "visit": -1,
            "channel": "direct",
            "tactic": "",
            "referrer": "",
        }
    )
    both = pd.concat([seen[list(added.columns)], added], ignore_index=True)
    return both.sort_values(["at_ms", "id"], ignore_index=True)


def _fragment(values: pd.Series | pa.Array, template: str) -> pa.Array:
    """A piece of JSON in the rows that have a value, nothing in the others."""
    column = values if isinstance(values, pa.Array) else pa.array(values, pa.string(), from_pandas=True)
    return pc.if_else(column.is_valid(), joined(template, a=json_text(column)), "")


def _users(block: Block, seen: pd.DataFrame) -> pa.Array:
    """The login a call carries, null mostly; some calls forget it, some carry a program's word for nobody."""
    ids = seen["id"].to_numpy()
    known = logged_in(block, seen)
    forgets = (shares(ids, "segment forgets the user") < _FORGETS_USER) & (seen["kind"] != "signed_up")
    user = looked_up(block.people["login_id"], np.where(forgets, -1, known))
    luck = shares(ids, "segment has no user") / _NO_USER_SHARE
    words = np.array(_NO_USERS, dtype=object)[np.minimum(luck * 3, 2).astype("int64")]
    return chosen((luck < 1) & (known < 0), pa.array(words, pa.string()), user)


def _traits(block: Block, seen: pd.DataFrame, user: pa.Array) -> pa.Array:
    """What an identify call tells: the address, if the call knows the user at all."""
    person = np.where(seen["kind"] == "logged_in", logged_in(block, seen), -1)
    email = looked_up(block.people["email"], person)
    as_typed = shares(seen["id"].to_numpy(), "capitals") < 0.03
    told = joined(
        ',"traits":{"email":$email,"language":"$language"}',
        email=json_text(chosen(as_typed, pc.utf8_title(email), email)),
        language=looked_up(block.people["language"], person),
    )
    identifies = (seen["kind"] == "logged_in").to_numpy()
    named = identifies & np.asarray(user.is_valid()) & (person >= 0)
    return chosen(named, told, chosen(identifies, ',"traits":{}', ""))


def _clocks(seen: pd.DataFrame) -> dict[str, pa.Array]:
    """The four clocks. What waits for the network is sent later; ``timestamp`` takes both errors out."""
    ids, number, at = seen["id"].to_numpy(), seen["number"].to_numpy(), seen["at_ms"].to_numpy()
    luck = shares(number, "device clock")
    minutes = ((shares(number, "device clock is off by") - 0.5) * 20 * MINUTE_MS).astype("int64")
    off = np.where(luck < 0.1, minutes, np.where(luck < 0.106, -400 * DAY_MS, 0))
    waits = shares(ids, "without network")
    wait = np.where(waits < 0.015, (waits / 0.015 * 6 * HOUR_MS).astype("int64"), 250)
    travel = 40 + (shares(ids, "network") * 300).astype("int64")
    received = at + wait + travel
    return {
        "original": iso_millis(at + off),
        "sent": iso_millis(at + off + wait),
        "received": iso_millis(received),
        "timestamp": iso_millis(received - wait),
    }


EXPORTERS = (Exporter("segment_events.jsonl", b"", segment_events, dirt=("json", "cut", "bytes")),)
