"""The app's analytics as Google Analytics 4 exports it: one gzipped file of nested events a day.

Days are the property's (Berlin); instants are microseconds in UTC, as a text in one line and a number in
the next. Whoever refused is counted without any identifier. ``traffic_source`` is how the user first
came, ``collected_traffic_source`` how this visit did. No event has a number of its own, some are there
twice, and the file of the running day repeats what the last day's file holds.

Source:
    Google, "[GA4] BigQuery Export schema"; Velir/dbt-ga4 ``macros/base_select.sql`` and issues 74, 340.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from journey_research.world.delivering import delivered
from journey_research.world.simulation.block import Block
from journey_research.world.simulation.calendar import DAY_MS, HOUR_MS, Calendar, chance_for

from .exporting import DailyExporter, Part, speakers_of
from .ga4_fields import collected, ecommerce, first_origin, items, params
from .text import (
    chosen,
    epoch_micros,
    hex_ids,
    joined,
    json_text,
    local_time,
    looked_up,
    over_distinct,
    shares,
    uuids,
)
from .text_times import day_numbers
from .web_visits import cookie_status, logged_in, seen_at

STREAM = "7731904455"
_NAMES = {
    "page_viewed": "screen_view",
    "product_viewed": "view_item",
    "added_to_wishlist": "add_to_wishlist",
    "product_shared": "share",
    "added_to_cart": "add_to_cart",
    "checkout_started": "begin_checkout",
    "coupon_applied": "select_promotion",
    "order_completed": "purchase",
    "signed_up": "sign_up",
    "logged_in": "login",
    "friends_asked": "ask_a_friend",
    "review_read": "view_review",
}
_NOT_YET_MS = 4 * HOUR_MS  # the running day's file was written at eight in the evening


def ga4_files(calendar: Calendar) -> Sequence[str]:
    """A file a day of the calendar, and the running day's."""
    noon = calendar.start_ms + np.arange(calendar.days) * DAY_MS + DAY_MS // 2
    days = local_time(noon, pattern="%Y%m%d").to_pylist()
    return [*(f"events_{day}.jsonl.gz" for day in days), f"events_intraday_{days[-1]}.jsonl.gz"]


def ga4_events(block: Block) -> dict[str, Part]:
    """Events of the app, parted by day."""
    seen = _with_sessions(seen_at(block, "app"))
    names = ga4_files(block.calendar)
    if not len(seen):
        return {}
    pseudo = _instances(block, seen)
    lines = _lines(block, seen, pseudo)
    order = delivered(len(seen), chance_for(block.world_seed, "ga4 delivery", block.number), far=500)
    at_ms = seen["at_ms"].to_numpy()[order]
    day = np.clip(day_numbers(at_ms, block.calendar.start_ms), 0, block.calendar.days - 1)
    is_touch = (seen["kind"] != "session").to_numpy()[order]
    last = len(names) - 2
    running = (day == last) & (at_ms < block.calendar.end_ms - _NOT_YET_MS)
    parts = {}
    for number, name in enumerate(names):
        rows = np.flatnonzero(running if number > last else day == number)
        taken = pa.array(order[rows])
        keys = speakers_of("ga4_events", pseudo.take(taken), seen["person"].to_numpy()[order[rows]])
        counts = {"touchpoints": 0 if number > last else int(is_touch[rows].sum())}
        parts[name] = Part(lines.take(taken), keys, counts)
    return parts


def _with_sessions(seen: pd.DataFrame) -> pd.DataFrame:
    """The touches, each visit's begin before its first, and per visit its number and first instant."""
    first = ~seen["visit"].duplicated().to_numpy()
    seen = seen.assign(
        begun_ms=seen.groupby("visit")["at_ms"].transform("min"),
        session_number=pd.Series(first.astype("int64")).groupby(seen["number"].to_numpy()).cumsum(),
    )
    begins = seen[first].assign(kind="session", at_ms=lambda rows: rows["at_ms"] - 1, product=-1, order=-1)
    both = pd.concat([begins.assign(id=-1 - begins["id"]), seen], ignore_index=True)
    return both.sort_values(["at_ms", "id"], ignore_index=True)


def _instances(block: Block, seen: pd.DataFrame) -> pa.Array:
    """The app instance's number; null for whoever refused to be measured."""
    refused = np.isin(cookie_status(block, seen), ["denied", "withdrawn", "expired"])
    return chosen(refused, None, hex_ids(seen["number"].to_numpy(), "app instance", 32))


def _lines(block: Block, seen: pd.DataFrame, pseudo: pa.Array) -> pa.Array:
    ids, kind = seen["id"].to_numpy(), seen["kind"]
    at_ms = seen["at_ms"].to_numpy()
    refused = np.asarray(pseudo.is_null())
    as_number = shares(ids, "ga4 writes a number") < 0.1
    micros = epoch_micros(at_ms)
    user = looked_up(block.people["login_id"], np.where(refused, -1, logged_in(block, seen)))
    first = seen.groupby("number")["at_ms"].transform("min").to_numpy()
    system = looked_up(block.devices["system"], seen["device"])
    return joined(
        '{"event_date":"$day","event_timestamp":$stamp,"event_name":"$event","event_params":[$params],'
        '"user_id":$user,"user_pseudo_id":$pseudo,'
        '"privacy_info":{"analytics_storage":"$measured","ads_storage":"$ads","uses_transient_token":"$transient"},'
        '"user_first_touch_timestamp":$first,"device":{"category":"$category","operating_system":"$system",'
        '"language":"$language","advertising_id":$maid},"geo":{"country":"$country"},'
        '"app_info":{"id":"de.example.bergfreund","version":"4.2.0"},"stream_id":"$stream",'
        '"platform":"$platform"$origin$collected$ecommerce,"items":[$items]}',
        day=local_time(at_ms, pattern="%Y%m%d"),
        stamp=chosen(as_number, micros, joined('"$a"', a=micros)),
        event=kind.map(_NAMES).fillna("session_start"),
        params=params(block, seen),
        user=json_text(user),
        pseudo=json_text(pseudo),
        measured=chosen(refused, "No", "Yes"),
        ads=chosen(_allows_ads(block, seen) & ~refused, "Yes", "No"),
        transient=chosen(refused, "Yes", "No"),
        first=chosen(refused, "null", joined('"$a"', a=epoch_micros(first))),
        category=looked_up(block.devices["kind"], seen["device"]),
        system=over_distinct(system, _system),
        language=joined("$a-de", a=looked_up(block.people["language"], seen["person"])),
        maid=json_text(_ad_ids(block, seen, refused)),
        country=over_distinct(looked_up(block.people["country"], seen["person"]), _country),
        stream=STREAM,
        platform=pc.utf8_upper(system),
        origin=first_origin(block, seen, refused),
        collected=collected(block, seen),
        ecommerce=ecommerce(block, seen),
        items=items(block, seen),
    )


def _system(system: str) -> str:
    return {"ios": "iOS", "android": "Android"}.get(system, "Web")


def _country(code: str) -> str:
    return {"DE": "Germany", "AT": "Austria", "CH": "Switzerland"}.get(code, code)


def _allows_ads(block: Block, seen: pd.DataFrame) -> np.ndarray:
    return block.devices["allows_ads_id"].to_numpy(dtype=bool)[seen["device"].to_numpy()]


def _ad_ids(block: Block, seen: pd.DataFrame, refused: np.ndarray) -> pa.Array:
    """The telephone's advertising number; noughts where it is switched off."""
    numbers = uuids(seen["number"].to_numpy(), "advertising id")
    off = "00000000-0000-0000-0000-000000000000"
    return chosen(refused, None, chosen(_allows_ads(block, seen), numbers, off))


EXPORTERS = (DailyExporter("ga4_events", ga4_files, ga4_events, dirt=("json", "cut", "bytes")),)
