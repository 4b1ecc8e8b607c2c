"""What is said at the end of a stay in a store: by the assistant on a tablet, by the customer at the door.

No vendor's format: a form of the shop's own, as many have one. Both sides of one stay are two rows with one
card; who carries no card is served all the same, but nothing is noted.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from journey_research.world.simulation.block import Block
from journey_research.world.simulation.calendar import MINUTE_MS

from .exporting import Exporter, Part, speakers_of
from .text import chosen, csv_lines, hex_ids, iso_seconds, joined, looked_up, shares, texts

SERVED, ANSWERS = 0.45, 0.5  # of stays of people with a card; of those who were served
_PLEASED = 0.7
_ASSISTANTS = 4  # in each store


def store_feedback(block: Block) -> Part:
    """Judgements, in order of time; the assistant's lies within the stay, the customer's at its end."""
    touches = block.touches
    stays = touches[(touches["kind"] == "beacon_entered") & (touches["person"] >= 0)]
    stays = stays[(block.people["loyalty_id"].to_numpy() != "")[stays["person"].to_numpy()]]
    stays = stays[shares(stays["id"], "served in store") < SERVED].reset_index(drop=True)
    begin, end = stays["at_ms"].to_numpy(), stays["ended_ms"].to_numpy()
    stays["noted_ms"] = begin + ((end - begin) * (0.2 + 0.6 * shares(stays["id"], "noted"))).astype("int64")
    spoke = stays[shares(stays["id"], "answered at the door") < ANSWERS]
    last = block.calendar.end_ms - 1
    given = pd.concat(
        [
            stays.assign(author="assistant", given_ms=stays["noted_ms"]),
            spoke.assign(author="customer", given_ms=np.minimum(spoke["ended_ms"] + MINUTE_MS, last)),
        ]
    )
    given = given.sort_values(["given_ms", "id", "author"], ignore_index=True)
    is_ours = (given["author"] == "assistant").to_numpy()
    ids, rows = given["id"].to_numpy(), given["person"].to_numpy()
    store = looked_up(block.catalogue.stores["store_id"], given["store"])
    desk = 1 + (shares(ids, "assistant") * _ASSISTANTS).astype("int64")
    card = looked_up(block.people["loyalty_id"], rows)
    columns = [
        joined("F-$no", no=hex_ids(2 * ids + is_ours, "store feedback", 14)),
        iso_seconds(given["given_ms"].to_numpy()), store, texts(given["author"].tolist()),
        chosen(is_ours, joined("$store-A$desk", store=store, desk=texts(desk)), None), card,
        texts(_stars(2 * ids + is_ours)),
    ]  # fmt: skip
    speakers = speakers_of("store_feedback", card, rows)
    return Part(csv_lines(columns, n=len(given)), speakers, {"touchpoints": len(given)})


def _stars(numbers: np.ndarray) -> np.ndarray:
    """From 1 to 5; most are pleased, and the two sides of a stay need not agree."""
    drawn = shares(numbers, "store stars")
    pleased = shares(numbers, "store pleased") < _PLEASED
    return np.where(pleased, 4 + (drawn < 0.6), 1 + (3 * drawn).astype("int64"))


EXPORTERS = (
    Exporter(
        "store_feedback.csv",
        b"note_id,given_at,store,said_by,assistant,loyalty_card,stars\n",
        store_feedback,
    ),
)
