"""The help desk's users, as Zendesk's API gives them: people, once or twice, and who answers them."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pyarrow as pa

from journey_research.world.simulation.block import Block
from journey_research.world.simulation.calendar import DAY_MS
from journey_research.world.simulation.mistakes import noted

from .exporting import Part, speakers_of
from .json_objects import json_objects, only_where, quoted
from .social_exports import authors
from .text import chosen, digit_ids, iso_seconds, joined, looked_up, shares, texts

# A person who rings, or writes in public, is at first somebody else to the help desk than who wrote a mail.
_BY_MAIL, _BY_VOICE, _BY_HANDLE = 0, 1, 2
_RECOGNISED = 0.5  # of callers, by the clerk who asks for their address
_ERASED = 0.02
_AGENTS = [(190_000_000_001, "agent"), (190_000_000_002, "agent"), (190_000_000_003, "admin")]


def user_way(block: Block, tickets: pd.DataFrame) -> np.ndarray:
    """By which of a person's users each ticket was asked."""
    recognised = shares(block.people["number"].to_numpy()[tickets["person"]], "zendesk knows") < _RECOGNISED
    voice = np.where(recognised, _BY_MAIL, _BY_VOICE)
    return np.select([tickets["channel"] == "phone", tickets["channel"] == "social"], [voice, _BY_HANDLE], 0)


def user_ids(block: Block, rows: np.ndarray, way: np.ndarray) -> pa.Array:
    """The vendor's numbers of the users that people are, each by one way."""
    return digit_ids(block.people["number"].to_numpy()[rows] * 3 + way, "zendesk user", 14)


def _users(block: Block) -> pd.DataFrame:
    """One row per user, in order of first asking: ``person``, ``way``, ``first_ms``, ``last_ms``."""
    asked = block.tickets.assign(way=user_way(block, block.tickets)).groupby(
        ["person", "way"], as_index=False
    )
    users = asked.agg(first_ms=("at_ms", "min"), last_ms=("at_ms", "max"))
    return users.sort_values(["first_ms", "person", "way"], ignore_index=True)


def zendesk_users(block: Block) -> Part:
    """Users of the help desk; of those who were erased only the number is left."""
    users, people = _users(block), block.people
    rows, way = users["person"].to_numpy(), users["way"].to_numpy()
    user = user_ids(block, rows, way)
    numbers = people["number"].to_numpy()[rows] * 3 + way
    told = noted(people, rows, "zendesk_users", block.world_seed, block.number)
    old = users["last_ms"].to_numpy() < block.calendar.end_ms - 21 * DAY_MS
    erased = old & (shares(numbers, "zendesk erased") < _ERASED)
    at_home = (way == _BY_VOICE) & (shares(numbers, "zendesk landline") < 0.4)
    phone = np.where(at_home, people["landline"].to_numpy()[rows], people["phone"].to_numpy()[rows])
    phone = np.where(
        (way == _BY_VOICE) | ((way == _BY_MAIL) & (shares(numbers, "zendesk phone") < 0.5)), phone, ""
    )
    is_family = people["phone"].duplicated(keep=False).to_numpy()[rows]
    is_shared = (phone != "") & (at_home | is_family)
    is_known = ~erased & (way == _BY_MAIL)
    # Whoever clicked the link in the mail has shown that the address is theirs.
    is_own = (told["mistake"] != "junk_email").to_numpy() & (told["email"] != "").to_numpy()
    is_verified = is_known & is_own & (shares(numbers, "zendesk verified") < 0.7)
    handle = looked_up(authors(block)["author"], np.where(way == _BY_HANDLE, rows, -1))
    full_name = joined("$first $last", first=texts(told["first_name"]), last=texts(told["last_name"]))
    name = chosen(way == _BY_HANDLE, handle, full_name)
    updated = np.where(erased, users["last_ms"].to_numpy() + 14 * DAY_MS, users["last_ms"].to_numpy())
    login = only_where(
        is_known & (shares(numbers, "zendesk login") < 0.6), quoted(people["login_id"].to_numpy()[rows])
    )
    lines = json_objects(
        {
            "id": user,
            "name": quoted(chosen(erased, "Permanently Deleted User", name)),
            "email": only_where(is_known, quoted(told["email"])),
            "phone": only_where(~erased, quoted(phone)),
            "shared_phone_number": chosen(is_shared & ~erased, "true", "false"),
            "external_id": login,
            "role": '"end-user"',
            "verified": chosen(is_verified, "true", "false"),
            "locale": only_where(~erased, quoted(looked_up(people["language"], rows))),
            "time_zone": '"Berlin"',
            "active": chosen(erased, "false", "true"),
            "permanently_deleted": chosen(erased, "true", "false"),
            "created_at": quoted(iso_seconds(users["first_ms"])),
            "updated_at": quoted(iso_seconds(updated)),
        }
    )
    speakers = speakers_of("zendesk_users", user, rows)
    if block.number:
        return Part(lines, speakers)
    return Part(pa.concat_arrays([_agents(block), lines]), speakers)


def _agents(block: Block) -> pa.Array:
    """Who answers: users like the others, but for their role."""
    begin = iso_seconds([block.calendar.start_ms])[0].as_py()
    return pa.array(
        [
            f'{{"id":{number},"name":"Bergfreund {role}","email":"{role}{number % 10}@bergfreund.example",'
            f'"shared_phone_number":false,"role":"{role}","verified":true,"locale":"de","active":true,'
            f'"permanently_deleted":false,"created_at":"{begin}","updated_at":"{begin}"}}'
            for number, role in _AGENTS
        ]
    )
