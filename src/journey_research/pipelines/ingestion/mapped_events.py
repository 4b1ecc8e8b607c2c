"""Blocks that tell what happened and what was there, as rows of their tables."""

from __future__ import annotations

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from .cells import truth_of
from .forms.zones import zone_said
from .making import Made, in_all, said
from .naming import Naming
from .yielding import Yielded


def _touch(naming: Naming, one: Yielded, ids: pa.Array | None) -> Made:
    values = one.values
    clock = pa.scalar(str(one.block.says.get("clock", "unknown")))
    if _is_made_up(naming, one):
        clock = pa.scalar("unknown")
    columns = {
        **said(one),
        "touch_id": naming.numbered(one, "touch"),
        "record_id": ids,
        "source": in_all(naming.source, one),
        "touched_at": values["when"],
        "is_date_only": values["when.is_day"],
        "time_quality": pc.if_else(values["when.is_day"], pa.scalar("date_only"), clock),
        "time_note": values["when.note"],
        "session_id": naming.own(values["session"], "session") if "session" in values else None,
        "counterpart_record_id": naming.party(one, "counterpart"),
        "is_bot": truth_of(values.get("is_bot", in_all(None, one))),
    }
    return Made("touches", columns, one.applies)


def _is_made_up(naming: Naming, one: Yielded) -> bool:
    """Whether the time is the mapping's own, because the source tells none."""
    return bool(naming.mapping.times[one.block.says["when"]].always)


def _order(naming: Naming, one: Yielded, ids: pa.Array | None) -> Made:
    columns = {
        **said(one, "sum"),
        "order_id": naming.own(one.values["key"], "order"),
        "piece": in_all(str(one.block.number), one),
        "record_id": ids,
        "source": in_all(naming.source, one),
        "file_id": in_all(naming.file_id, one),
        "ordered_at": one.values["when"],
        "addend": one.values.get("sum"),
        "original_order_id": naming.party(one, "sighting_of", "order"),
    }
    return Made("orders", columns, one.applies)


def _consent(naming: Naming, one: Yielded, ids: pa.Array | None) -> Made:
    columns = {
        **said(one),
        "consent_id": naming.numbered(one, "consent"),
        "record_id": ids,
        "source": in_all(naming.source, one),
        "stated_at": one.values["when"],
    }
    return Made("consents", columns, one.applies)


def _spend(naming: Naming, one: Yielded, ids: pa.Array | None) -> Made:
    columns = {
        **said(one),
        "spend_id": naming.own(one.values["key"], "spend"),
        "source": in_all(naming.source, one),
        "spent_at": _by_the_clock(naming, one),
    }
    return Made("spend", columns, one.applies)


def _by_the_clock(naming: Naming, one: Yielded) -> pa.Array:
    """When it was, as the account's own clock showed it: a day of spend begins at its midnight."""
    at, zone = one.values["when"], naming.mapping.times[one.block.says["when"]].zone
    if not zone:
        return at
    instants = pd.DatetimeIndex(at.to_pandas(), tz="UTC").tz_convert(zone_said(zone))
    shown = pa.array(instants.tz_localize(None).to_numpy().astype("datetime64[us]"), at.type)
    return pc.if_else(one.values["when.is_day"], at, shown)


def _offer(naming: Naming, one: Yielded, ids: pa.Array | None) -> Made:
    named = {"offer_id": naming.own(one.values["key"], "offer"), "source": in_all(naming.source, one)}
    return Made("offers", {**said(one), **named}, one.applies)


def _availability(naming: Naming, one: Yielded, ids: pa.Array | None) -> Made:
    columns = {**said(one), "source": in_all(naming.source, one), "measured_at": one.values["when"]}
    return Made("availability", columns, one.applies)


def _referral(naming: Naming, one: Yielded, ids: pa.Array | None) -> Made:
    given = one.block.says.get("direction", "given") == "given"
    other = naming.party(one, "to")
    columns = {
        **said(one),
        "referral_id": naming.numbered(one, "referral"),
        "source": in_all(naming.source, one),
        "giver_record_id": ids if given else other,
        "receiver_record_id": other if given else ids,
        "referred_at": one.values["when"],
    }
    return Made("referrals", columns, one.applies)


def _planted_dirt(naming: Naming, one: Yielded, ids: pa.Array | None) -> Made:
    # A list of damages may say in which folder a file lies; a file is known by its name alone.
    columns = {
        "file_name": pc.replace_substring_regex(one.values["file"], r"^.*[/\\]", ""),
        "row_number": one.values["row"],
        "damage": one.values["damage"],
    }
    return Made("planted_dirt", columns, one.applies)


MAKERS = {
    "touch": _touch,
    "order": _order,
    "consent": _consent,
    "spend": _spend,
    "offer": _offer,
    "availability": _availability,
    "referral": _referral,
    "planted_dirt": _planted_dirt,
}
