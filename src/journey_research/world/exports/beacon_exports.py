"""The log of the stores' beacons, as a phone's SDK writes it: sightings of iBeacon and Eddystone frames.

No standard exists. Here a line is one sighting: which beacon, how strong, who carried the phone. The
hardware address changes with every visit. Who has not agreed is seen without any number of theirs; who
is logged in to the loyalty app is seen under its login instead of the device's. Who checks in shows the
card in the app, so that this one line tells both.

Source:
    AltBeacon ``Beacon.java`` (rssi, tx_power, bluetooth address); Google Eddystone-UID ``README.md``
    (10 bytes namespace, 6 bytes instance, power at 0 m: 41 dB above iBeacon's at 1 m).
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pyarrow as pa

from journey_research.world.delivering import delivered
from journey_research.world.simulation.block import Block
from journey_research.world.simulation.calendar import chance_for

from .exporting import Exporter, Part, speakers_of
from .json_objects import json_objects, only_where, quoted
from .text import chosen, fixed_width, hex_ids, iso_millis, json_value, looked_up, shares, texts, uuids

_EVENTS = {
    "beacon_entered": "enter",
    "beacon_ranged": "range",
    "beacon_left": "exit",
    "checked_in": "checkin",
}
_EDDYSTONE_SHARE = 0.3
_AGREED, _LOGGED_IN = 0.82, 0.35
_ZONES = ("entrance", "shoes", "tents", "checkout")


def beacon_log(block: Block) -> Part:
    """Sightings in the stores."""
    seen = block.touches[block.touches["kind"].isin(list(_EVENTS))].reset_index(drop=True)
    chance = chance_for(block.world_seed, "beacon log", block.number)
    at = delivered(len(seen), chance, twice=0.006, late=0.02, far=300)
    seen = seen.iloc[at].reset_index(drop=True)
    ids, person = seen["id"].to_numpy(), seen["person"].to_numpy()
    number = block.people["number"].to_numpy()[person]
    agreed = shares(number, "beacon consent") < _AGREED
    loyalty = looked_up(block.people["loyalty_id"], person)
    by_login = agreed & (shares(number, "beacon login") < _LOGGED_IN) & _filled(loyalty)
    shows_card = agreed & ~by_login & (seen["kind"] == "checked_in").to_numpy() & _filled(loyalty)
    device = uuids(_phones(block, seen), "beacon device")
    eddystone = shares(seen["store"].to_numpy(), "beacon brand") < _EDDYSTONE_SHARE
    power = np.where(eddystone, -18, -59)
    metres = np.exp(1.2 + 0.8 * chance.standard_normal(len(seen)))
    rssi = np.rint(-59 - 22 * np.log10(metres) + 3 * chance.standard_normal(len(seen))).astype("int64")
    known = chance.random(len(seen)) > 0.05
    near = np.select([~known, metres < 0.7, metres < 4], ["unknown", "immediate", "near"], "far")
    stores = block.catalogue.stores
    zone = (shares(ids, "beacon zone") * len(_ZONES)).astype("int64")
    minor = texts(zone + 1)
    uuid = looked_up(stores["beacon_uuid"], seen["store"])
    mac = _addresses(seen)
    lines = json_objects(
        {
            "event_id": quoted(uuids(ids, "beacon event")),
            "ts": quoted(iso_millis(seen["at_ms"].to_numpy())),
            "event": quoted(seen["kind"].map(_EVENTS)),
            "device_id": only_where(agreed & ~by_login, quoted(device)),
            "loyalty_login": only_where(by_login | shows_card, quoted(loyalty)),
            "consented": json_value(agreed),
            "beacon_type": quoted(chosen(eddystone, "eddystone_uid", "ibeacon")),
            "beacon_uuid": only_where(~eddystone, quoted(uuid)),
            "major": only_where(~eddystone, looked_up(texts(stores["major"]), seen["store"])),
            "minor": only_where(~eddystone, minor),
            "namespace": only_where(eddystone, quoted(hex_ids(seen["store"], "namespace", 20))),
            "instance": only_where(eddystone, quoted(hex_ids(zone, "instance", 12))),
            "rssi": texts(rssi),
            "tx_power": texts(power),
            "proximity": quoted(near),
            "accuracy_m": only_where(known, texts(np.round(metres, 1))),
            "bluetooth_address": quoted(mac),
            "store_id": quoted(looked_up(stores["store_id"], seen["store"])),
            "zone": quoted(np.array(_ZONES, dtype=object)[zone]),
        }
    )
    key = chosen(by_login | shows_card, loyalty, chosen(agreed, device, None))
    return Part(lines, speakers_of("beacon_log", key, person), {"touchpoints": len(seen)})


def _filled(column: pa.Array) -> np.ndarray:
    return np.asarray(column.to_pandas().fillna("") != "")


def _phones(block: Block, seen: pd.DataFrame) -> np.ndarray:
    """The number of the phone that was carried; who has no device of ours carries one all the same."""
    devices = block.devices["number"].to_numpy()
    own = block.people["number"].to_numpy()[seen["person"].to_numpy()]
    at = seen["device"].to_numpy()
    return np.where(at >= 0, devices[np.maximum(at, 0)], -1 - own)


def _addresses(seen: pd.DataFrame) -> pa.Array:
    """A hardware address, drawn anew for every day, as phones do to hide who they are."""
    day = seen["at_ms"].to_numpy() // 86_400_000
    digits = hex_ids(seen["person"].to_numpy() * 100_000 + day, "address", 12)
    letters = np.frombuffer(digits.buffers()[2], "uint8").reshape(len(digits), 12) if len(digits) else None
    if letters is None:
        return digits
    colon = np.full((len(digits), 1), ord(":"), "uint8")
    pairs = [piece for at in range(0, 12, 2) for piece in (letters[:, at : at + 2], colon)]
    return fixed_width(np.concatenate(pairs[:-1], axis=1))


EXPORTERS = (Exporter("beacon_log.jsonl", b"", beacon_log, dirt=("json", "cut", "bytes")),)
