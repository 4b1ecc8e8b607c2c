"""Exports of Salesforce: accounts, their contacts and leads, under the names of its API.

Deleted rows are exported too: a record that lost a merge is deleted and names its master. A lead that
was converted names the contact and the account it became.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np
import pandas as pd
import pyarrow as pa

from journey_research.world.simulation.block import Block
from journey_research.world.simulation.calendar import DAY_MS, HOUR_MS
from journey_research.world.simulation.mistakes import noted

from .exporting import AnyExporter, Exporter, Part, speakers_of
from .salesforce_ids import account_ids, account_of, contact_ids, contact_numbers, salesforce_ids
from .spellings import phones_as_typed
from .standing import refused, standing, web_origin
from .text import Column, chosen, csv_lines, local_time, looked_up, over_distinct, shares

LEADS, CONTACTS, ACCOUNTS = "salesforce_leads", "salesforce_contacts", "salesforce_accounts"
ACCOUNT_FIELDS = (
    "Id", "IsDeleted", "MasterRecordId", "Name", "Type", "ParentId", "BillingStreet", "BillingCity",
    "BillingPostalCode", "BillingCountry", "Phone", "AccountNumber", "Website", "Industry", "AnnualRevenue",
    "NumberOfEmployees", "AccountSource", "CreatedDate", "SystemModstamp", "LastActivityDate",
)  # fmt: skip
CONTACT_FIELDS = (
    "Id", "IsDeleted", "MasterRecordId", "AccountId", "Salutation", "FirstName", "LastName", "Title",
    "MailingStreet", "MailingCity", "MailingPostalCode", "MailingCountry", "Phone", "MobilePhone", "Email",
    "Birthdate", "LeadSource", "HasOptedOutOfEmail", "DoNotCall", "CreatedDate", "SystemModstamp",
)  # fmt: skip
LEAD_FIELDS = (
    "Id", "IsDeleted", "MasterRecordId", "FirstName", "LastName", "Company", "Street", "City", "PostalCode",
    "Country", "Phone", "Email", "Status", "LeadSource", "HasOptedOutOfEmail", "IsConverted", "ConvertedDate",
    "ConvertedContactId", "ConvertedAccountId", "CreatedDate", "SystemModstamp",
)  # fmt: skip
DIRT = ("day", "cut", "extra", "quote", "bytes")
API_TIME = "%Y-%m-%dT%H:%M:%S.%f%z"
_SOURCES = {
    "direct": "Web", "organic_search": "Web", "paid_search": "Web", "display": "Web", "social": "Other",
    "referral": "Partner Referral", "email": "Web", "": "Phone Inquiry",
}  # fmt: skip


def _doubled(who: np.ndarray, number: np.ndarray, purpose: str, share: float) -> pd.DataFrame:
    """Records 2 n of people or firms and 2 n + 1 for a share that stands twice: ``who``, ``number``."""
    copies = 1 + (shares(number, purpose) < share)
    who, number = np.repeat(who, copies), np.repeat(number, copies)
    second = np.concatenate([[False], who[1:] == who[:-1]]) if len(who) else np.empty(0, dtype=bool)
    return pd.DataFrame({"who": who, "number": 2 * number + second})


def _made(
    block: Block, number: np.ndarray, known_ms: np.ndarray, purpose: str
) -> tuple[np.ndarray, np.ndarray]:
    """When records were made, after ``known_ms``, and last changed; in milliseconds."""
    end = block.calendar.end_ms - HOUR_MS
    known_ms = np.minimum(known_ms, end - 3 * DAY_MS)
    created = known_ms + ((end - known_ms) * shares(number, f"{purpose} made") ** 2).astype("int64")
    return created, created + ((end - created) * shares(number, f"{purpose} changed")).astype("int64")


def _losers(number: np.ndarray, prefix: str) -> dict[str, pa.Array]:
    """The second record of two has lost the merge."""
    lost = number % 2 == 1
    return {
        "Id": salesforce_ids(prefix, number),
        "IsDeleted": chosen(lost, "true", "false"),
        "MasterRecordId": salesforce_ids(prefix, np.where(lost, number - 1, -1), is_short=number % 3 == 1),
    }


def _rows(fields: Sequence[str], cells: Mapping[str, Column]) -> pa.Array:
    return csv_lines([cells[name] for name in fields])


def _office(block: Block, person: pd.DataFrame, prefix: str) -> dict[str, pa.Array]:
    """Where a person's firm sits; the person's own address where there is no firm."""
    firm, is_firm = person["account"], person["account"] >= 0
    return {
        f"{prefix}{field}": chosen(is_firm, looked_up(block.accounts[column], firm), person[column])
        for field, column in (
            ("Street", "street"), ("City", "city"), ("PostalCode", "postal_code"), ("Country", "country"),
        )
    }  # fmt: skip


def _lead_source(block: Block, who: np.ndarray) -> pa.Array:
    return over_distinct(web_origin(block, latest=False)["channel"].iloc[who], _SOURCES.get)


def _refusals(block: Block, who: np.ndarray, number: np.ndarray) -> dict[str, pa.Array]:
    """Only a no is kept here: a box that is not ticked says nothing."""
    heard = shares(number, "refusal reached salesforce") < 0.85
    no_mail = refused(standing(block, "email", who)) & heard
    no_calls = refused(standing(block, "call_centre", who)) & heard
    return {
        "HasOptedOutOfEmail": chosen(no_mail, "true", "false"),
        "DoNotCall": chosen(no_calls, "true", "false"),
    }


def salesforce_accounts(block: Block) -> Part:
    """Firms; some stand twice, one of the two has lost the merge."""
    rows = np.arange(len(block.accounts))
    made = _doubled(rows, block.accounts["number"].to_numpy(), "firm stands twice", 0.12)
    number, firm = made["number"].to_numpy(), block.accounts.iloc[made["who"]].reset_index(drop=True)
    start = np.full(len(number), block.calendar.start_ms - 900 * DAY_MS)
    created, changed = _made(block, number, start, "firm")
    form = (shares(number, "website") * 3).astype("int64")
    website = np.where(form == 0, "https://www." + firm["domain"] + "/", "www." + firm["domain"])
    cells = {
        **_losers(number, "001"),
        "Name": firm["name"],
        "Type": chosen(shares(number, "type of firm") < 0.7, "Customer", "Prospect"),
        "ParentId": account_ids(account_of(block, firm["parent"].to_numpy()), is_short=number % 5 == 3),
        "BillingStreet": firm["street"],
        "BillingCity": firm["city"],
        "BillingPostalCode": firm["postal_code"],
        "BillingCountry": firm["country"],
        "Phone": firm["phone"],
        "AccountNumber": firm["account"].str.upper(),
        "Website": np.where(form == 2, firm["domain"], website),
        "Industry": firm["industry"],
        "AnnualRevenue": firm["revenue"],
        "NumberOfEmployees": firm["employees"],
        "AccountSource": chosen(shares(number, "source of firm") < 0.6, "Web", "Trade Show"),
        "CreatedDate": local_time(created, "UTC", API_TIME),
        "SystemModstamp": local_time(changed, "UTC", API_TIME),
        "LastActivityDate": local_time(changed, "UTC", "%Y-%m-%d"),
    }
    return Part(_rows(ACCOUNT_FIELDS, cells))


def salesforce_contacts(block: Block) -> Part:
    """People who buy for firms, under the address of their office; some stand twice, one lost the merge."""
    numbers = contact_numbers(block)
    people = np.flatnonzero(numbers >= 0)
    made = _doubled(people, numbers[people], "contact stands twice", 0.18)
    who, number = made["who"].to_numpy(), made["number"].to_numpy()
    person = block.people.iloc[who].reset_index(drop=True)
    told = noted(block.people, who, CONTACTS, block.world_seed, block.number)
    at_work = shares(number, "address of the contact") < 0.85
    created, changed = _made(block, number, person["joined_ms"].to_numpy(), "contact")
    cells = {
        **_losers(number, "003"),
        "AccountId": account_ids(
            account_of(block, person["account"].to_numpy()), is_short=number // 2 % 3 == 1
        ),
        "Salutation": chosen(person["female"], "Frau", "Herr"),
        "FirstName": told["first_name"],
        "LastName": told["last_name"],
        "Title": chosen(shares(number, "title") < 0.6, "Einkauf", None),
        **_office(block, person, "Mailing"),
        "Phone": looked_up(block.accounts["phone"], person["account"]),
        "MobilePhone": chosen(
            shares(number, "mobile") < 0.7, phones_as_typed(told["phone"], number, CONTACTS), None
        ),
        "Email": chosen(at_work & (person["work_email"] != ""), person["work_email"], told["email"]),
        "Birthdate": chosen(shares(number, "birthdate") < 0.25, told["birth_date"], None),
        "LeadSource": _lead_source(block, who),
        **_refusals(block, who, number),
        "CreatedDate": local_time(created, "UTC", API_TIME),
        "SystemModstamp": local_time(changed, "UTC", API_TIME),
    }
    return Part(
        _rows(CONTACT_FIELDS, cells), speakers_of(CONTACTS, salesforce_ids("003", number, is_short=True), who)
    )


def salesforce_leads(block: Block) -> Part:
    """People who showed interest for a firm, or at a fair; converted once they were a contact."""
    people, touches = block.people, block.touches
    met = np.isin(np.arange(len(people)), touches.loc[touches["kind"] == "badge_scanned", "person"])
    firm = (people["account"] >= 0).to_numpy() & (shares(people["number"], "was a lead") < 0.75)
    leads = np.flatnonzero(firm | met)
    made = _doubled(leads, people["number"].to_numpy()[leads], "lead stands twice", 0.08)
    who, number = made["who"].to_numpy(), made["number"].to_numpy()
    person = people.iloc[who].reset_index(drop=True)
    told = noted(people, who, LEADS, block.world_seed, block.number)
    created, changed = _made(block, number, person["joined_ms"].to_numpy() - 60 * DAY_MS, "lead")
    became = contact_ids(block, np.where(number % 2 == 0, who, -1), is_short=number // 2 % 4 == 1)
    is_converted = became.is_valid().to_numpy(zero_copy_only=False)
    at_work = (shares(number, "address of the lead") < 0.5) & (person["work_email"] != "")
    cells = {
        **_losers(number, "00Q"),
        "FirstName": told["first_name"],
        "LastName": told["last_name"],
        "Company": looked_up(block.accounts["name"], person["account"]),
        **_office(block, person, ""),
        "Phone": phones_as_typed(told["phone"], number, LEADS),
        "Email": chosen(at_work, person["work_email"], told["email"]),
        "Status": chosen(is_converted, "Closed - Converted", "Working - Contacted"),
        "LeadSource": chosen(met[who], "Trade Show", _lead_source(block, who)),
        **_refusals(block, who, number),
        "IsConverted": chosen(is_converted, "true", "false"),
        "ConvertedDate": chosen(is_converted, local_time(changed, "UTC", "%Y-%m-%d"), None),
        "ConvertedContactId": became,
        "ConvertedAccountId": chosen(
            is_converted, account_ids(account_of(block, person["account"].to_numpy())), None
        ),
        "CreatedDate": local_time(created, "UTC", API_TIME),
        "SystemModstamp": local_time(changed, "UTC", API_TIME),
    }
    return Part(
        _rows(LEAD_FIELDS, cells), speakers_of(LEADS, salesforce_ids("00Q", number, is_short=True), who)
    )


def _exporter(source: str, fields: Sequence[str], of_block: Callable[[Block], Part]) -> Exporter:
    return Exporter(f"{source}.csv", ",".join(fields).encode() + b"\n", of_block, dirt=DIRT)


SALESFORCE: tuple[AnyExporter, ...] = (
    _exporter(LEADS, LEAD_FIELDS, salesforce_leads),
    _exporter(CONTACTS, CONTACT_FIELDS, salesforce_contacts),
    _exporter(ACCOUNTS, ACCOUNT_FIELDS, salesforce_accounts),
)
