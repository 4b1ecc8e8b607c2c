"""Calls as Twilio lists them: to the shop and from it, answered by people and by machines."""

from __future__ import annotations

import numpy as np

from journey_research.world.simulation.block import Block
from journey_research.world.simulation.mistakes import noted

from .exporting import Part, speakers_of
from .text import chosen, csv_lines, hex_ids, joined, padded, rfc2822, shares, texts

CALLS = ("call_in", "call_out", "call_machine")
# What the network says of callers who withhold their number; the second spells ANONYMOUS on the keys.
WITHHELD = ("anonymous", "+266696687")


def twilio_calls(block: Block) -> Part:
    """One row per call; names and cities of callers as a clerk has heard them."""
    calls = block.touches[block.touches["kind"].isin(CALLS) & (block.touches["person"] >= 0)]
    calls = calls.reset_index(drop=True)
    rows, numbers = calls["person"].to_numpy(), calls["id"].to_numpy()
    comes_in = (calls["kind"] == "call_in").to_numpy()
    by_machine = (calls["kind"] == "call_machine").to_numpy()
    people = block.people
    drawn = shares(numbers, "twilio number")
    number = np.where(drawn < 0.06, people["landline"].to_numpy()[rows], people["phone"].to_numpy()[rows])
    withheld = comes_in & (drawn > 0.95)
    shown = np.where(withheld, np.where(drawn > 0.985, WITHHELD[1], WITHHELD[0]), number)
    shop = block.catalogue.shop_phone
    begin = calls["at_ms"].to_numpy() // 1000 * 1000
    seconds = np.maximum(calls["ended_ms"].to_numpy() - begin, 0) // 1000
    is_answered = (seconds > 0) | by_machine
    seconds = np.where(by_machine & (seconds == 0), 4, seconds)
    told = noted(people, rows, "twilio_calls", block.world_seed, block.number)
    is_asked = comes_in & is_answered & (shares(numbers, "twilio name") < 0.92)
    name = joined("$first $last", first=texts(told["first_name"]), last=texts(told["last_name"]))
    has_city = is_asked & (shares(numbers, "twilio city") < 0.85)
    sid = joined("CA$id", id=hex_ids(numbers, "twilio call", 32))
    going = np.where(shares(numbers, "twilio dial") < 0.3, "outbound-dial", "outbound-api")
    minutes = -(-seconds // 60)
    answered_by = np.select([by_machine, is_answered], ["machine_start", "human"], "")
    lines = csv_lines(
        [
            sid,
            chosen(comes_in, texts(shown), shop),
            chosen(comes_in, shop, texts(shown)),
            chosen(comes_in, "inbound", texts(going)),
            chosen(is_answered, "completed", "no-answer"),
            rfc2822(begin),
            rfc2822(begin + 1000 * seconds),
            texts(seconds),
            chosen(minutes > 0, joined("-$whole.$rest", whole=texts(minutes * 85 // 10_000),
                                       rest=padded(minutes * 85 % 10_000 * 10, 5)), None),
            "USD",
            texts(answered_by),
            texts((shares(numbers, "twilio queue") * np.where(comes_in, 90_000, 0)).astype("int64")),
            chosen(is_asked, name, None),
            chosen(has_city, texts(told["city"]), None),
        ],
        n=len(calls),
    )  # fmt: skip
    keys = chosen(withheld, sid, texts(shown))
    return Part(lines, speakers_of("twilio_calls", keys, rows), {"touchpoints": len(calls)})
