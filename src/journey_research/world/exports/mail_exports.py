"""What became of every newsletter, as SendGrid's event webhook tells it."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from journey_research.world.simulation.block import Block
from journey_research.world.simulation.names import AGENTS, SITE

from .audience_exports import AUDIENCE, address_at
from .exporting import Exporter, Part, speakers_of
from .json_objects import json_objects, only_where, quoted
from .message_exports import klaviyo_events
from .text import chosen, epoch_seconds, hex_ids, joined, letter_ids, looked_up, shares, texts

MAILS = {
    "mail_sent": "processed",
    "mail_delivered": "delivered",
    "mail_bounced": "bounce",
    "mail_opened": "open",
    "mail_machine_opened": "open",
    "mail_clicked": "click",
    "mail_unsubscribed": "unsubscribe",
    "mail_complained": "spamreport",
}
# What reached a person, or came from one.
_CONTACTS = ("delivered", "open", "click", "spamreport", "unsubscribe", "group_unsubscribe")
_GROUP = "14821"
_REGRET = 0.02  # of clicks: somebody leaves the group by mistake and is back two minutes later


def _events(block: Block) -> pd.DataFrame:
    """One row per event, oldest first: those of the mails, and slips of people who stay."""
    touches = block.touches
    mails = touches[touches["kind"].isin(list(MAILS)) & (touches["person"] >= 0)]
    mails = mails[mails["tactic"] == "newsletter"]
    mails = mails.assign(event=mails["kind"].map(MAILS), slip=0)
    by_group = (mails["event"] == "unsubscribe") & (shares(mails["message"], "sendgrid group") < 0.4)
    mails.loc[by_group, "event"] = "group_unsubscribe"
    slips = mails[(mails["event"] == "click") & ~mails["person"].isin(_leavers(block))]
    slips = slips[slips["at_ms"] + 300_000 < block.calendar.end_ms]
    slips = slips[shares(slips["id"], "sendgrid regret") < _REGRET]
    found = [mails]
    for slip, (event, after) in enumerate(
        {"group_unsubscribe": 180_000, "group_resubscribe": 300_000}.items()
    ):
        found.append(slips.assign(event=event, slip=slip + 1, at_ms=slips["at_ms"] + after))
    return pd.concat(found).sort_values(["at_ms", "id", "slip"], ignore_index=True)


def _leavers(block: Block) -> np.ndarray:
    """People who at any time said no to mail; theirs are no slips."""
    gone = block.touches["kind"].isin(["mail_unsubscribed", "mail_complained"])
    refused = (block.consents["about"] == "email") & block.consents["status"].isin(["withdrawn", "denied"])
    found = [block.touches.loc[gone, "person"], block.consents.loc[refused, "person"]]
    return np.unique(np.concatenate(found))


def sendgrid_events(block: Block) -> Part:
    """Events of the newsletter's mails; times in whole seconds, our own argument beside the vendor's keys."""
    events = _events(block)
    rows, event = events["person"].to_numpy(), events["event"].to_numpy()
    emails = address_at(block, rows, events["at_ms"].to_numpy())
    numbers = block.people["number"].to_numpy()[rows]
    # Some people's address books begin names with capitals; the mail reaches them all the same.
    spelled = chosen(shares(numbers, "sendgrid capitals") < 0.02, pc.utf8_title(emails), emails)
    campaign = events["campaign"].to_numpy()
    is_open, is_click = event == "open", event == "click"
    agent = np.where(shares(events["message"], "sendgrid agent") < 0.6, AGENTS["mobile"], AGENTS["desktop"])
    name = looked_up(block.catalogue.campaigns["name"], campaign)
    event_no = events["id"].to_numpy() * 3 + events["slip"].to_numpy()
    lines = json_objects(
        {
            "email": quoted(spelled),
            "timestamp": epoch_seconds(events["at_ms"]),
            "event": quoted(event),
            "category": _category(events),
            "sg_event_id": quoted(letter_ids(event_no, "sendgrid event", 22)),
            "sg_message_id": joined(
                '"$id.recvd-canary-0"', id=letter_ids(events["message"], "sendgrid message", 22)
            ),
            "smtp-id": joined('"<$id@ismtpd>"', id=hex_ids(events["message"], "sendgrid smtp")),
            "marketing_campaign_id": looked_up(block.catalogue.campaigns["campaign_id"], campaign),
            "marketing_campaign_name": quoted(name),
            "sg_machine_open": only_where(
                is_open, chosen(events["kind"] == "mail_machine_opened", "true", "false")
            ),
            "useragent": only_where(is_open | is_click, quoted(agent)),
            "url": only_where(is_click, f'"{SITE}/?utm_source=sendgrid&utm_medium=email"'),
            "reason": only_where(event == "bounce", '"550 5.1.1 mailbox unavailable"'),
            "asm_group_id": only_where(np.char.startswith(event.astype(str), "group_"), _GROUP),
            "shop_user": quoted(looked_up(block.people["login_id"], rows)),
        }
    )
    speakers = speakers_of("sendgrid_events", pc.utf8_lower(emails), rows)
    reached = np.isin(event, _CONTACTS)
    return Part(lines, speakers, {"touchpoints": int(reached.sum())})


def _category(events: pd.DataFrame) -> pa.Array:
    """One word, or a list of words: the vendor sends back whatever it was sent."""
    alone = shares(events["message"], "sendgrid category") < 0.25
    week = joined('["newsletter","issue-$no"]', no=texts(events["campaign"]))
    return chosen(alone, '"newsletter"', week)


EXPORTERS = (
    Exporter("sendgrid_events.jsonl", b"", sendgrid_events, dirt=("json", "cut", "bytes")),
    Exporter("klaviyo_events.jsonl", b"", klaviyo_events, dirt=("json", "cut", "bytes")),
    *AUDIENCE,
)
