"""Mails after a sale and with coupons, and messages to telephones and in the app, as Klaviyo tells them."""

from __future__ import annotations

import zlib

import numpy as np
import pandas as pd

from journey_research.world.simulation.block import Block

from .audience_exports import address_at
from .exporting import Part, speakers_of
from .json_objects import json_objects, only_where, quoted
from .text import chosen, epoch_seconds, letter_ids, local_time, looked_up, over_distinct, uuids

METRICS = {
    "mail_delivered": "Received Email",
    "mail_bounced": "Bounced Email",
    "mail_opened": "Opened Email",
    "mail_machine_opened": "Opened Email",
    "mail_clicked": "Clicked Email",
    "mail_unsubscribed": "Unsubscribed from Email Marketing",
    "mail_complained": "Marked Email as Spam",
    "sms_sent": "Received SMS",
    "push_sent": "Received Push",
    "messenger_sent": "Received WhatsApp",
    "in_app_shown": "Received In-App Message",
}


def _owners(people: pd.DataFrame) -> np.ndarray:
    """For each person the row of the first one with the same address: an address is one profile."""
    return np.asarray(pd.Series(np.arange(len(people))).groupby(people["email"].to_numpy()).transform("min"))


def klaviyo_events(block: Block) -> Part:
    """Events of messages; JSON:API, with profile and metric beside the event that belongs to them."""
    touches = block.touches
    is_ours = touches["kind"].isin(list(METRICS)) & (touches["person"] >= 0)
    events = touches[is_ours & (touches["tactic"] != "newsletter")].reset_index(drop=True)
    kind, at_ms = events["kind"].to_numpy(), events["at_ms"].to_numpy()
    owner = _owners(block.people)[events["person"].to_numpy()]
    profile = letter_ids(block.people["number"].to_numpy()[owner], "klaviyo profile", 22)
    metric = over_distinct(kind, METRICS.get)
    numbers, campaign = events["id"].to_numpy(), events["campaign"].to_numpy()
    name = looked_up(block.catalogue.campaigns["name"], campaign)
    properties = json_objects(
        {
            "Campaign Name": quoted(name),
            "$flow": quoted(over_distinct(events["tactic"].to_numpy(), _flow)),
            "$message": quoted(letter_ids(events["message"], "klaviyo message", 8)),
            "machine_open": only_where(
                np.isin(kind, ["mail_opened", "mail_machine_opened"]),
                chosen(kind == "mail_machine_opened", "true", "false"),
            ),
        }
    )
    lines = json_objects(
        {
            "type": '"event"',
            "id": quoted(letter_ids(numbers, "klaviyo event", 11)),
            "attributes": json_objects(
                {
                    "timestamp": epoch_seconds(at_ms),
                    "datetime": quoted(local_time(at_ms, "UTC", "%Y-%m-%dT%H:%M:%S%:z")),
                    "uuid": quoted(uuids(numbers, "klaviyo uuid")),
                    "event_properties": properties,
                }
            ),
            "metric": json_objects({"id": quoted(over_distinct(metric, _metric_id)), "name": quoted(metric)}),
            "profile": json_objects(
                {
                    "id": quoted(profile),
                    "email": quoted(address_at(block, owner, at_ms)),
                    "phone_number": quoted(looked_up(block.people["phone"], owner)),
                    "external_id": quoted(looked_up(block.people["login_id"], owner)),
                }
            ),
        }
    )
    speakers = speakers_of("klaviyo_events", profile, events["person"].to_numpy())
    return Part(lines, speakers, {"touchpoints": int((kind != "mail_bounced").sum())})


def _flow(tactic: str) -> str:
    """What the marketing people call the sequence a message belongs to."""
    return {"post_sale": "Thank you after purchase", "coupon": "Coupon for next visit"}.get(
        tactic, tactic.replace("_", " ").capitalize()
    )


def _metric_id(metric: str) -> str:
    return str(letter_ids([zlib.crc32(metric.encode())], "klaviyo metric", 6)[0].as_py())
