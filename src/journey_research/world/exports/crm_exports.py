"""Exports of the CRMs: HubSpot's contacts as its web pages write them, and what Salesforce holds."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from journey_research.world.simulation.block import Block
from journey_research.world.simulation.calendar import DAY_MS, HOUR_MS, MINUTE_MS, chance_for
from journey_research.world.simulation.mistakes import noted

from .exporting import AnyExporter, Exporter, Part, speakers_of
from .salesforce_exports import DIRT, SALESFORCE
from .salesforce_ids import contact_ids
from .social_exports import authors
from .spellings import emails_as_typed, phones_as_typed, streets_as_typed
from .standing import refused, standing, web_origin
from .text import (
    Column,
    chosen,
    csv_cells,
    csv_lines,
    epoch_millis,
    joined,
    local_time,
    looked_up,
    over_distinct,
    shares,
    texts,
)

HUBSPOT = (
    "Record ID", "First Name", "Last Name", "Email", "Phone Number", "Date of birth", "Street Address",
    "City", "Postal Code", "Country/Region", "Preferred language", "Job Title", "Associated Company",
    "Associated Company IDs", "Lifecycle Stage", "Original Source", "Latest Source",
    "hs_latest_source_timestamp", "Unsubscribed from all email", "Create Date", "Last Modified Date",
    "Merged object IDs", "Salesforce Contact ID", "Twitter Username",
)  # fmt: skip
SOURCE = "hubspot_contacts"
_TELLS_HANDLE = 0.7
_ORIGINS = {
    "direct": "DIRECT_TRAFFIC", "organic_search": "ORGANIC_SEARCH", "paid_search": "PAID_SEARCH",
    "display": "OTHER_CAMPAIGNS", "social": "PAID_SOCIAL", "referral": "REFERRALS",
    "email": "EMAIL_MARKETING", "": "OFFLINE",
}  # fmt: skip
_COUNTRIES = {
    "DE": ["Germany", "Germany", "Deutschland", "DE"], "AT": ["Austria", "Österreich"],
    "CH": ["Switzerland", "Schweiz"],
}  # fmt: skip


def hubspot_ids(numbers: Column) -> pa.Array:
    """Record ids of contacts: of a person's first record 4 n, of the later ones 4 n + 1 ..."""
    return texts(512_000_000 + 37 * np.asarray(numbers, dtype="int64"))


def hubspot_copies(block: Block) -> pd.DataFrame:
    """Which people stand in the CRM, how often, and what it has merged itself.

    Returns:
        One row per record that was ever made: ``who`` (row of people), ``number`` (of the record),
        ``merged`` (it went into the person's first record and is listed no more).
    """
    number = block.people["number"].to_numpy()
    twice = shares(number, "twice in hubspot") < 0.24
    thrice = twice & (shares(number, "thrice in hubspot") < 0.25)
    copies = (shares(number, "in hubspot") < 0.62) * (1 + twice + thrice)
    who = np.repeat(np.arange(len(number)), copies)
    copy = np.arange(len(who)) - np.repeat(np.cumsum(copies) - copies, copies)
    record = 4 * number[who] + copy
    merged = (copy > 0) & (shares(record, "merged in hubspot") < 0.45)
    return pd.DataFrame({"who": who, "number": record, "merged": merged})


def hubspot_contacts(block: Block) -> Part:
    """Contacts of the CRM. Times are on the portal's clock, which the file does not name."""
    made = hubspot_copies(block)
    chance = chance_for(block.world_seed, "hubspot contacts", block.number)
    listed = made[~made["merged"]]
    listed = listed.iloc[chance.permutation(len(listed))].reset_index(drop=True)
    who, record = listed["who"].to_numpy(), listed["number"].to_numpy()
    person = block.people.iloc[who].reset_index(drop=True)
    told = noted(block.people, who, SOURCE, block.world_seed, block.number)
    created, modified = _times(block, person, who, record)
    no = standing(block, "email", who)
    left = np.maximum(no["since_ms"].to_numpy() + 30 * MINUTE_MS, created)
    left = np.minimum(left, block.calendar.end_ms - MINUTE_MS)
    opted_out = refused(no) & (shares(record, "opt-out reached hubspot") < 0.9)
    asked = (no["status"] != "").to_numpy()
    origin, latest = web_origin(block, latest=False).iloc[who], web_origin(block, latest=True).iloc[who]
    lines = csv_lines(
        [
            hubspot_ids(record),
            told["first_name"],
            told["last_name"],
            emails_as_typed(told["email"], record, SOURCE),
            _excel_phones(told["phone"], record),
            told["birth_date"],
            streets_as_typed(told["street"], record, SOURCE),
            told["city"],
            told["postal_code"],
            _countries(person["country"], record),
            person["language"],
            _titles(person, record),
            looked_up(block.accounts["name"], person["account"]),
            _companies(block, person["account"].to_numpy()),
            _stages(block, who),
            over_distinct(origin["channel"], _ORIGINS.get),
            over_distinct(latest["channel"], _ORIGINS.get),
            epoch_millis(np.maximum(latest["at_ms"].to_numpy(), created)),
            # The box is empty for people whom nobody has asked: that is no answer.
            chosen(opted_out, "true", chosen(asked, "false", None)),
            local_time(created, pattern="%Y-%m-%d %H:%M"),
            local_time(np.where(opted_out, left, modified), pattern="%Y-%m-%d %H:%M"),
            _swallowed(made, record),
            _synced(block, who, record),
            _handles(block, who),
        ]
    )
    return Part(lines, speakers_of(SOURCE, hubspot_ids(record), who))


def _handles(block: Block, who: np.ndarray) -> pa.Array:
    """The public name of those who told it to the shop; the field is for one site alone."""
    public = authors(block).iloc[who].reset_index(drop=True)
    told = shares(block.people["number"].to_numpy()[who], "handle told") < _TELLS_HANDLE
    return chosen((public["domain"] == "x.com").to_numpy() & told, public["author"].tolist(), None)


def _times(
    block: Block, person: pd.DataFrame, who: np.ndarray, record: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """When a record was made, some time after the shop heard of the person, and last changed (ms)."""
    end = block.calendar.end_ms - HOUR_MS
    joined_ms = np.minimum(person["joined_ms"].to_numpy(), end - DAY_MS)
    created = joined_ms + ((end - joined_ms) * shares(record, "hubspot made") ** 3).astype("int64")
    modified = created + ((end - created) * shares(record, "hubspot changed")).astype("int64")
    return created, modified


def _excel_phones(phones: pd.Series, record: np.ndarray) -> pa.Array:
    """Some numbers have been through a spreadsheet, which keeps three digits of them."""

    def kept(phone: str) -> str | None:
        digits = "".join(one for one in phone if one.isdigit())
        return f"{int(digits):.2E}" if digits else None

    column = texts(phones_as_typed(phones, record, SOURCE))
    damaged = pa.array((record // 4) % 61 == 7)
    short = over_distinct(pc.if_else(damaged, column, pa.scalar(None, pa.string())), kept)
    return pc.if_else(damaged, short, column)


def _countries(countries: pd.Series, record: np.ndarray) -> pa.Array:
    spelled = countries.to_numpy().astype(object)
    drawn = shares(record, "country as typed")
    found = np.empty(len(spelled), dtype=object)
    for code, words in _COUNTRIES.items():
        here = spelled == code
        found[here] = np.array(words, dtype=object)[(drawn[here] * len(words)).astype("int64")]
    return texts(found)


def _titles(person: pd.DataFrame, record: np.ndarray) -> pa.Array:
    words = np.array(["Einkauf", "Geschäftsführung", "Office Management", "Marketing", ""], dtype=object)
    title = words[(shares(record, "job title") * len(words)).astype("int64")]
    return chosen(person["account"] >= 0, texts(title), None)


def _companies(block: Block, account: np.ndarray) -> pa.Array:
    """The contact's company and the one above it, as a list with semicolons."""
    number = 8_800_000_000 + 13 * block.accounts["number"]
    parents = block.accounts["parent"].to_numpy()
    above = np.where(account >= 0, parents[account], -1) if len(parents) else np.full(len(account), -1)
    own, parent = looked_up(number, account), looked_up(number, above)
    return chosen(above >= 0, joined("$own;$parent", own=own, parent=parent), own)


def _stages(block: Block, who: np.ndarray) -> pa.Array:
    bought = np.isin(who, block.orders["person"].to_numpy())
    known = block.people["joined_ms"].to_numpy()[who] < block.calendar.start_ms
    return chosen(bought, "customer", chosen(known, "lead", "subscriber"))


def _swallowed(made: pd.DataFrame, record: np.ndarray) -> pa.Array:
    """Ids of the records that went into these, as lists with semicolons."""
    gone = made[made["merged"]]
    into = gone["number"].to_numpy() // 4 * 4
    lists = pd.Series(hubspot_ids(gone["number"]).to_pylist(), dtype="str").groupby(into).agg(";".join)
    place = pd.Series(np.arange(len(lists)), index=lists.index)
    return looked_up(lists, place.reindex(record).fillna(-1))


def _synced(block: Block, who: np.ndarray, record: np.ndarray) -> pa.Array:
    """The Salesforce contact that a first record is kept in step with; some ids are the short ones."""
    number = block.people["number"].to_numpy()[who]
    is_kept = (record % 4 == 0) & (shares(number, "kept in step with salesforce") < 0.5)
    return contact_ids(block, np.where(is_kept, who, -1), is_short=number % 2 == 1)


EXPORTERS: tuple[AnyExporter, ...] = (
    # Excel's byte order mark
    Exporter(
        "hubspot_contacts.csv",
        b"\xef\xbb\xbf" + ",".join(csv_cells(list(HUBSPOT)).to_pylist()).encode() + b"\n",
        hubspot_contacts,
        dirt=DIRT,
    ),
    *SALESFORCE,
)
