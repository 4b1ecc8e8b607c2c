"""The old newsletter's audience: three files, one for each state of a member, and changes of addresses."""

from __future__ import annotations

from functools import partial

import numpy as np
import pandas as pd
import pyarrow as pa

from journey_research.world.simulation.block import Block
from journey_research.world.simulation.mistakes import noted

from .exporting import Exporter, Part, speakers_of
from .text import chosen, csv_lines, digit_ids, hex_ids, local_time, looked_up, shares, texts

MEMBERS, DEAD, MOVED = 0.10, 0.08, 0.12  # shares: of those who ever agreed, of members, of members
STATES = ("subscribed", "unsubscribed", "cleaned")
_COLUMNS = (
    '"Email Address","First Name","Last Name",MEMBER_RATING,OPTIN_TIME,OPTIN_IP,CONFIRM_TIME,CONFIRM_IP,'
    "LATITUDE,LONGITUDE,GMTOFF,DSTOFF,TIMEZONE,CC,REGION,LAST_CHANGED,LEID,EUID,NOTES,TAGS"
)
_HEADERS = {
    "subscribed": _COLUMNS,
    "unsubscribed": _COLUMNS.replace(
        ",LEID", ",UNSUB_TIME,UNSUB_CAMPAIGN_TITLE,UNSUB_CAMPAIGN_ID,UNSUB_REASON,UNSUB_REASON_OTHER,LEID"
    ),
    "cleaned": _COLUMNS.replace(",LEID", ",CLEAN_TIME,CLEAN_CAMPAIGN_TITLE,CLEAN_CAMPAIGN_ID,LEID"),
}


def audience(block: Block) -> pd.DataFrame:
    """The members of one block.

    Returns:
        One row per member, in order of the people: ``person`` (row), ``state``, ``optin_ms``, ``left_ms``
        (end of the membership; 0: still a member), ``moved_ms`` (when the address changed; 0: never).
        An address is one member, so of people who share one the first stands for all.
    """
    told = block.consents[(block.consents["about"] == "email") & (block.consents["channel"] == "email")]
    agreed = told[told["status"] == "granted"].drop_duplicates("person")[["person", "at_ms"]]
    left = told[told["status"].isin(["withdrawn", "denied"])].drop_duplicates("person", keep="last")
    members = agreed.rename(columns={"at_ms": "optin_ms"}).sort_values("person", ignore_index=True)
    numbers = block.people["number"].to_numpy()[members["person"]]
    members = members[shares(numbers, "mailchimp member") < MEMBERS]
    emails = block.people["email"].to_numpy()[members["person"]]
    members = members[~pd.Series(emails, index=members.index).duplicated()].reset_index(drop=True)
    numbers = block.people["number"].to_numpy()[members["person"]]
    gone = members["person"].map(left.set_index("person")["at_ms"]).fillna(0).to_numpy().astype("int64")
    gone = np.where(gone > members["optin_ms"].to_numpy(), gone, 0)
    dead = (gone == 0) & (shares(numbers, "mailchimp dead address") < DEAD)
    since = np.maximum(members["optin_ms"].to_numpy(), block.calendar.start_ms)
    later = since + (shares(numbers, "mailchimp later") * (block.calendar.end_ms - since)).astype("int64")
    has_other = block.people["other_email"].to_numpy()[members["person"]] != ""
    moves = (gone == 0) & ~dead & has_other & (shares(numbers, "mailchimp address") < MOVED)
    return members.assign(
        state=np.select([gone > 0, dead], ["unsubscribed", "cleaned"], "subscribed"),
        left_ms=np.where(dead, later, gone),
        moved_ms=np.where(moves, later, 0),
    )


def address_at(block: Block, rows: np.ndarray, at_ms: np.ndarray) -> pa.Array:
    """The address under which a person is written to at an instant: before a change, the old one."""
    members = audience(block)
    moved_ms = np.zeros(len(block.people), dtype="int64")
    moved_ms[members["person"].to_numpy()] = members["moved_ms"].to_numpy()
    former = looked_up(block.people["other_email"], rows)
    return chosen(at_ms < moved_ms[rows], former, looked_up(block.people["email"], rows))


def _members(block: Block, state: str) -> Part:
    members = audience(block)
    members = members[members["state"] == state].reset_index(drop=True)
    rows = members["person"].to_numpy()
    known = noted(block.people, rows, "mailchimp_members", block.world_seed, block.number)
    numbers = block.people["number"].to_numpy()[rows]
    optin, left = _stamp(members["optin_ms"]), _stamp(members["left_ms"])
    newsletters = block.catalogue.campaigns
    newsletters = newsletters[newsletters["tactic"] == "newsletter"]
    week = (members["left_ms"].to_numpy() - block.calendar.start_ms) // (7 * 86_400_000)
    last = np.clip(week, 0, len(newsletters) - 1)
    title, campaign = (looked_up(newsletters[name].tolist(), last) for name in ("name", "campaign_id"))
    leaving: dict[str, list[pa.Array | str]] = {
        "subscribed": [],
        "unsubscribed": [left, title, campaign, "NORMAL", ""],
        "cleaned": [left, title, campaign],
    }
    emails = looked_up(block.people["email"], rows)
    changed = _stamp(np.maximum(members["optin_ms"], np.maximum(members["left_ms"], members["moved_ms"])))
    rating = texts(2 + (shares(numbers, "mailchimp rating") * 4).astype("int64"))
    columns = [
        emails, texts(known["first_name"]), texts(known["last_name"]), rating, optin, "", optin, "", "", "",
        "1", "2", "Europe/Berlin", looked_up(block.people["country"], rows), "", changed, *leaving[state],
        digit_ids(numbers, "mailchimp leid", 9), hex_ids(numbers, "mailchimp euid", 16), "", '"Newsletter"',
    ]  # fmt: skip
    speakers = speakers_of("mailchimp_members", emails, rows)
    return Part(csv_lines(columns, n=len(rows)), speakers)


def _changes(block: Block) -> Part:
    members = audience(block)
    moved = members[members["moved_ms"] > 0].sort_values(["moved_ms", "person"], ignore_index=True)
    rows = moved["person"].to_numpy()
    old, new = (looked_up(block.people[name], rows) for name in ("other_email", "email"))
    speakers = speakers_of("mailchimp_upemails", new, rows)
    return Part(csv_lines([old, new, _stamp(moved["moved_ms"])], n=len(rows)), speakers)


def _stamp(at_ms: pd.Series | np.ndarray) -> pa.Array:
    """Instants as the vendor writes them: UTC, and no word of it."""
    return local_time(np.asarray(at_ms), "UTC", "%Y-%m-%d %H:%M:%S")


AUDIENCE = (
    *(
        Exporter(f"{state}_members.csv", f"{_HEADERS[state]}\n".encode(), partial(_members, state=state))
        for state in STATES
    ),
    Exporter("mailchimp_upemails.csv", b"old_email,new_email,fired_at\n", _changes),
)
