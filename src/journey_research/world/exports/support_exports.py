"""The help desk's tickets, as Zendesk's API gives them; its users and the calls stand beside."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from journey_research.world.simulation.block import Block
from journey_research.world.simulation.calendar import MINUTE_MS

from .call_exports import twilio_calls
from .exporting import Exporter, Part, speakers_of
from .json_objects import json_objects, only_where, quoted
from .social_exports import authors
from .support_users import user_ids, user_way, zendesk_users
from .text import (
    chosen,
    digit_ids,
    epoch_seconds,
    iso_seconds,
    joined,
    looked_up,
    over_distinct,
    shares,
    texts,
)

VIA = {"email": "email", "web": "web", "phone": "voice"}
_SITES = {"x.com": "twitter", "facebook.com": "facebook"}  # all others come through one gate


def zendesk_tickets(block: Block) -> Part:
    """Tickets with what they took in minutes; an API's row, its parts inside one another."""
    tickets = block.tickets
    rows = tickets["person"].to_numpy()
    numbers = tickets["number"].to_numpy()
    asked, replied, solved = (tickets[name].to_numpy() for name in ("at_ms", "replied_ms", "solved_ms"))
    is_answered, is_solved = replied > 0, solved > 0
    gave = tickets["satisfaction"].isin(["good", "bad"]).to_numpy()
    rated = block.touches[block.touches["kind"] == "satisfaction_given"]
    rated_ms = np.zeros(len(tickets), dtype="int64")
    rated_ms[rated["ticket"].to_numpy()] = rated["at_ms"].to_numpy()
    rated_ms = np.where(gave, np.maximum(rated_ms, solved), 0)
    updated = np.maximum.reduce([asked, replied, solved, rated_ms])
    is_bad = (tickets["satisfaction"] == "bad").to_numpy()
    reopens = (shares(numbers, "zendesk reopens") * np.where(is_bad, 4, 1.15)).astype("int64") * is_solved
    via, handle = _came_by(block, tickets)
    user = user_ids(block, rows, user_way(block, tickets))
    score = np.select([rated_ms > 0, is_solved], [tickets["satisfaction"], "offered"], "unoffered")
    rating = chosen(rated_ms > 0, digit_ids(numbers, "zendesk rating", 13), None)
    lines = json_objects(
        {
            "id": texts(numbers + 100_001),
            "created_at": quoted(iso_seconds(asked)),
            "updated_at": quoted(iso_seconds(updated)),
            "generated_timestamp": epoch_seconds(updated),
            "via": json_objects(
                {
                    "channel": quoted(via),
                    "source": joined(
                        '{"from":$sender,"to":{}}', sender=json_objects({"username": quoted(handle)})
                    ),
                }
            ),
            "subject": quoted(tickets["topic"]),
            "priority": quoted(tickets["priority"]),
            "status": chosen(is_solved, '"solved"', chosen(is_answered, '"pending"', '"open"')),
            "requester_id": user,
            "submitter_id": user,
            "tags": joined('["$topic"]', topic=over_distinct(tickets["topic"].to_numpy(), _tag)),
            "satisfaction_rating": json_objects({"score": quoted(score), "id": rating}),
            "metric_set": json_objects(
                {
                    "reopens": texts(reopens),
                    "replies": texts(is_answered + reopens),
                    "reply_time_in_minutes": _minutes(asked, replied),
                    "full_resolution_time_in_minutes": _minutes(asked, solved),
                    "assignee_updated_at": only_where(is_answered, quoted(iso_seconds(replied))),
                    "solved_at": only_where(is_solved, quoted(iso_seconds(solved))),
                }
            ),
        }
    )
    n_touches = len(tickets) + int(is_answered.sum()) + int(is_solved.sum()) + int((rated_ms > 0).sum())
    return Part(lines, speakers_of("zendesk_tickets", user, rows), {"touchpoints": n_touches})


def _came_by(block: Block, tickets: pd.DataFrame) -> tuple[pa.Array, pa.Array]:
    """The vendor's word for the way of each ticket, and the public name of those who asked in public."""
    who = authors(block)
    rows = np.where(tickets["channel"] == "social", tickets["person"].to_numpy(), -1)
    site = over_distinct(looked_up(who["domain"], rows), _gate)
    return pc.coalesce(site, over_distinct(tickets["channel"].to_numpy(), VIA.get)), looked_up(
        who["author"], rows
    )


def _gate(domain: str) -> str:
    return _SITES.get(domain, "any_channel")


def _minutes(begin_ms: np.ndarray, end_ms: np.ndarray) -> pa.Array:
    """Minutes by the calendar and of office hours (a third of them); null each before the end is known."""
    minutes = (end_ms - begin_ms) // MINUTE_MS
    is_over = end_ms > 0
    calendar, business = (chosen(is_over, texts(one), "null") for one in (minutes, minutes // 3))
    return joined('{"calendar":$calendar,"business":$business}', calendar=calendar, business=business)


def _tag(topic: str) -> str:
    return "_".join(topic.lower().split())


EXPORTERS = (
    Exporter("zendesk_tickets.jsonl", b"", zendesk_tickets, dirt=("json", "cut", "bytes")),
    Exporter("zendesk_users.jsonl", b"", zendesk_users),
    Exporter(
        "twilio_calls.csv",
        b"sid,from,to,direction,status,start_time,end_time,duration,price,price_unit,answered_by,queue_time,"
        b"caller_name,caller_city\n",
        twilio_calls,
        dirt=("cut", "extra", "quote"),
    ),
)
