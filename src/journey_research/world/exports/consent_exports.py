"""Export of the keeper of consents: one receipt for all that somebody answered at once."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from journey_research.world.simulation.block import Block

from .crm_exports import hubspot_copies, hubspot_ids
from .exporting import AnyExporter, Exporter, Part, speakers_of
from .json_objects import json_objects, only_where
from .text import chosen, iso_millis, joined, json_text, looked_up, mixed, over_distinct, shares, uuids
from .web_visits import cookies_of, was_cleared

SOURCE = "onetrust_receipts"
_SAID = {
    "granted": "CONFIRMED", "denied": "OPT_OUT", "withdrawn": "WITHDRAWN", "expired": "EXPIRED",
    "unknown": "NO_CHOICE",
}  # fmt: skip
_TYPES = {"email": "Email", "phone": "Phone", "cookie": "Cookie"}
_TEST_EMAIL = "consent-test@shop.example.de"
_LAW = {"DE": "EU-GDPR", "AT": "EU-GDPR", "CH": "CH-FADP"}
_EVERY_TEST = 60  # one receipt in so many is somebody's who tries the form
_PROCESSING_MS = 37 * 60_000  # a withdrawal by mail is entered some time later


def purpose_name(words: str) -> str:
    """A purpose as the form names it, from what it is about and the purpose.

    Example:
        >>> purpose_name("call_centre newsletter")
        'Call centre: newsletter'
    """
    channel, _, purpose = words.partition(" ")
    return f"{channel.replace('_', ' ').capitalize()}: {purpose}"


def onetrust_receipts(block: Block) -> Part:
    """Receipts of consent. What was not answered is no choice, neither yes nor no."""
    told = _answers(block)
    told = told.sort_values(["at_ms", "person", "about", "device", "row", "channel"], ignore_index=True)
    same = (
        told[["at_ms", "person", "about", "device"]] == told[["at_ms", "person", "about", "device"]].shift()
    ).all(axis=1)
    starts = np.flatnonzero(~same.to_numpy())
    receipt = told.iloc[starts].reset_index(drop=True)
    person, about = receipt["person"].to_numpy(), receipt["about"].to_numpy()
    known = person >= 0
    identifier = _identifiers(block, receipt)
    at_ms = receipt["at_ms"].to_numpy()
    withdrawn = (
        np.logical_or.reduceat((told["status"] == "withdrawn").to_numpy(), starts)
        if len(starts)
        else np.empty(0, bool)
    )
    entered = np.minimum(at_ms + np.where(withdrawn, _PROCESSING_MS, 0), block.calendar.end_ms - 1)
    instant = iso_millis(at_ms)
    keys = mixed(receipt["row"], f"receipts of block {block.number}").astype("int64")
    fields = {
        "receiptId": json_text(uuids(keys, "onetrust receipt")),
        "identifier": json_text(identifier),
        "identifierType": json_text(over_distinct(about, _TYPES.get)),
        "additionalIdentifiers": _others(block, receipt),
        "interactionDate": json_text(iso_millis(entered)),
        "consentDate": chosen(withdrawn, "null", json_text(instant)),
        "withdrawnDate": chosen(withdrawn, json_text(instant), "null"),
        "jurisdiction": json_text(over_distinct(looked_up(block.people["country"], person), _LAW.get)),
        "language": json_text(looked_up(block.people["language"], person)),
        "purposes": _purposes(told, starts),
        "test": "false",
    }
    lines = json_objects(fields)
    trials = np.arange(0, len(receipt), _EVERY_TEST)
    tried = {
        name: one if isinstance(one, str) else one.take(pa.array(trials)) for name, one in fields.items()
    }
    tried |= {
        "receiptId": json_text(uuids(keys[trials], "onetrust trial")),
        "identifier": json_text(np.full(len(trials), _TEST_EMAIL, dtype=object)),
        "identifierType": '"Email"',
        "additionalIdentifiers": "[]",
        "test": "true",
    }
    speakers = speakers_of(SOURCE, pc.utf8_lower(identifier).filter(pa.array(known)), person[known])
    return Part(pa.concat_arrays([lines, json_objects(tried)]), speakers)


def _answers(block: Block) -> pd.DataFrame:
    """Every decision; and on the first form that a person saw, no choice where nothing was answered."""
    told = block.consents.assign(row=np.arange(len(block.consents)))
    forms = told.loc[told["about"] != "cookie", ["about", "channel", "purpose"]].drop_duplicates()
    first = told[told["about"] != "cookie"].drop_duplicates(["person", "about"])
    silent = first.drop(columns=["channel", "purpose"]).merge(forms, on="about")
    answered = pd.MultiIndex.from_frame(told[["person", "channel"]])
    silent = silent[~pd.MultiIndex.from_frame(silent[["person", "channel"]]).isin(answered)]
    silent = silent.assign(status="unknown", expires_ms=0)
    return pd.concat([told, silent[told.columns]], ignore_index=True)


def _cookies(block: Block, receipt: pd.DataFrame) -> pa.Array:
    """The name that each receipt's browser went by at the time; null where it was no browser."""
    on_device = receipt["device"].to_numpy() >= 0
    number = np.append(block.devices["number"].to_numpy(), -1)[receipt["device"].to_numpy()]
    cleared = was_cleared(block, number, receipt["at_ms"].to_numpy())
    return chosen(on_device, cookies_of(pd.DataFrame({"number": number, "cleared": cleared})), None)


def _identifiers(block: Block, receipt: pd.DataFrame) -> pa.Array:
    """Who answered: an address, a telephone number, or the cookie of a browser that nobody may name."""
    about, people = receipt["about"], block.people
    by_name = chosen(
        about == "phone",
        looked_up(people["phone"], receipt["person"]),
        looked_up(people["email"], receipt["person"]),
    )
    return chosen(about == "cookie", _cookies(block, receipt), by_name)


def _others(block: Block, receipt: pd.DataFrame) -> pa.Array:
    """What else the form knew: the login, and the CRM's number, often one that the CRM has merged since."""
    person, people = receipt["person"].to_numpy(), block.people
    is_named = (receipt["about"] != "cookie").to_numpy() & (person >= 0)
    login = looked_up(people["login_id"], np.where(is_named, person, -1))
    made = hubspot_copies(block).sort_values(["who", "merged", "number"], ascending=[True, False, True])
    oldest = made.drop_duplicates("who").set_index("who")["number"].reindex(person).fillna(-1).to_numpy()
    from_crm = is_named & (oldest >= 0) & (shares(oldest, "receipt came by the CRM") < 0.35)
    crm = chosen(from_crm, hubspot_ids(oldest.astype("int64")), None)
    named = [
        json_objects({"identifier": json_text(pc.fill_null(column, "")), "identifierType": f'"{kind}"'})
        for column, kind in ((login, "CustomerId"), (crm, "HubspotId"))
    ]
    has = [pc.fill_null(pc.not_equal(column, ""), False) for column in (login, crm)]
    first, second = (chosen(np.asarray(one), column, "") for one, column in zip(has, named, strict=True))
    comma = chosen(np.asarray(pc.and_(*has)), ",", "")
    return joined("[$first$comma$second]", first=first, comma=comma, second=second)


def _purposes(told: pd.DataFrame, starts: np.ndarray) -> pa.Array:
    """What each receipt says of every purpose, as JSON lists."""
    name = over_distinct(
        joined(
            "$on $purpose",
            on=chosen(told["about"] == "cookie", "cookie", told["channel"]),
            purpose=told["purpose"],
        ),
        purpose_name,
    )
    expires = told["expires_ms"].to_numpy()
    one = json_objects(
        {
            "Id": json_text(over_distinct(name, _purpose_id)),
            "Name": json_text(name),
            "TransactionType": json_text(over_distinct(told["status"], _SAID.get)),
            "ExpiryDate": only_where(expires > 0, json_text(iso_millis(expires))),
        }
    )
    ends = np.append(starts, len(told))
    lists = pa.ListArray.from_arrays(pa.array(ends, pa.int32()), one)
    return joined("[$all]", all=pc.binary_join(lists, ","))


def _purpose_id(name: str) -> str:
    return str(uuids([sum(at * letter for at, letter in enumerate(name.encode(), 1))], "onetrust purpose")[0])


EXPORTERS: tuple[AnyExporter, ...] = (
    Exporter("onetrust_receipts.jsonl", b"", onetrust_receipts, dirt=("json", "cut", "day")),
)
