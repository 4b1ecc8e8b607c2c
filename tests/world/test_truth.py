"""Exact matching is not enough to find the people again, and what is needed to do better is there."""

import csv
import json
import unicodedata
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

COLUMNS = ["source", "key", "name", "email", "phone", "zip", "born"]


def json_lines(path: Path) -> list[dict]:
    found = []
    for line in path.read_text(encoding="utf-8", errors="replace").splitlines():
        try:
            found.append(json.loads(line))
        except json.JSONDecodeError:  # planted
            continue
    return found


def whole_rows(path: Path) -> pd.DataFrame:
    """Lines of a CSV file that are as wide as its header, each read alone: a damaged one hides no other."""
    lines = path.read_bytes().decode("utf-8-sig", errors="replace").splitlines()
    rows = [next(csv.reader([line]), []) for line in lines]
    whole = pd.DataFrame([row for row in rows[1:] if len(row) == len(rows[0])], columns=rows[0], dtype=object)
    return whole.mask(whole == "")


def named_records(world: Path) -> pd.DataFrame:
    """One row per record that carries a name, keyed as the truth keys it."""
    crm = whole_rows(world / "hubspot_contacts.csv")
    crm = crm.assign(
        source="hubspot_contacts", key=crm["Record ID"], name=crm["First Name"] + " " + crm["Last Name"],
        email=crm["Email"], phone=crm["Phone Number"], zip=crm["Postal Code"], born=crm["Date of birth"],
    )  # fmt: skip
    shop = whole_rows(world / "shopify_orders.csv")
    shop = shop[shop["Billing Name"].notna()]
    shop = shop.assign(
        source="shopify_orders", key=shop["Email"].str.lower().fillna(shop["Name"]),
        name=shop["Billing Name"], email=shop["Email"], phone=shop["Phone"],
        zip=shop["Billing Zip"].str.lstrip("'"), born=None,
    )  # fmt: skip
    cards = pd.read_excel(world / "loyalty_members.xlsx", dtype=str)
    cards = cards.assign(
        source="loyalty_members", key=cards["Kartennummer"], name=cards["Vorname"] + " " + cards["Nachname"],
        email=cards["E-Mail"], phone=cards["Mobil"], zip=cards["PLZ"], born=cards["Geburtsdatum"].str[:10],
    )  # fmt: skip
    users = pd.DataFrame(json_lines(world / "zendesk_users.jsonl"))
    users = users.assign(source="zendesk_users", key=users["id"].astype(str), zip=None, born=None)
    rows = pd.concat([table[COLUMNS] for table in (crm, shop, cards, users)])
    return rows[rows["name"].notna()].drop_duplicates(["source", "key"], keep="last")


def plain(text: object) -> str:
    if not isinstance(text, str):
        return ""
    return unicodedata.normalize("NFKD", text.strip().lower()).encode("ascii", "ignore").decode()


def last_digits(text: object) -> str:
    digits = "".join(filter(str.isdigit, text.replace("(0)", ""))) if isinstance(text, str) else ""
    return digits[-9:]


def pairs_within(labels: pd.Series) -> int:
    sizes = labels.value_counts()
    return int((sizes * (sizes - 1) // 2).sum())


def pairwise_f1(cluster: pd.Series, person: pd.Series) -> float:
    both = pairs_within(cluster.astype(str) + "|" + person.astype(str))
    return 2 * both / (pairs_within(cluster) + pairs_within(person))


def exact_clusters(records: pd.DataFrame) -> pd.Series:
    """Records joined where name and mail, name and phone, or name, postal code and birth date are equal."""
    keys = pd.DataFrame(
        {
            "mail": records["email"].map(plain), "phone": records["phone"].map(last_digits),
            "birth": (records["zip"] + records["born"]).fillna(""),
        }
    )  # fmt: skip
    name, cluster = records["name"].map(plain), pd.Series(np.arange(len(records)), index=records.index)
    for _ in range(6):  # the longest chain of equal keys is short
        for column in keys:
            has = keys[column] != ""
            joined = cluster[has].groupby([name[has], keys.loc[has, column]]).transform("min")
            lowest = joined.groupby(cluster[has]).min()
            cluster = cluster.map(lowest).fillna(cluster).astype(int)
    return cluster


@pytest.fixture(scope="module")
def records(world: Path) -> pd.DataFrame:
    """Named records with the person behind each."""
    truth = pd.read_csv(world / "truth_people.csv", dtype=str)
    found = named_records(world)
    told = found.merge(truth, on=["source", "key"])
    assert len(told) > 0.97 * len(found), "the truth names the person of every key that is not damaged"
    return told


def test_exact_matching_is_far_from_enough(records):
    f1 = pairwise_f1(exact_clusters(records), records["person"])

    assert 0.45 < f1 < 0.8


def test_what_is_needed_to_do_better_is_there(records):
    """Nearly every record of a person shares a mail, a phone, a postal code or a name with another."""
    traits = [records["email"].map(plain), records["phone"].map(last_digits), records["zip"].fillna("")]
    traits.append(records["name"].map(plain))
    many = records["person"].map(records["person"].value_counts()) > 1
    reachable = pd.Series(False, index=records.index)
    for trait in traits:
        reachable |= (trait != "") & (trait.groupby([records["person"], trait]).transform("size") > 1)

    assert reachable[many].mean() > 0.93


def test_junk_identifiers_join_strangers_and_are_few(world, records):
    junk = pd.read_csv(world / "truth_identifiers.csv", dtype=str)
    mails = set(junk.loc[junk["type"] == "email", "value"])
    phones = {last_digits(value) for value in junk.loc[junk["type"] == "phone", "value"]}

    found = records["email"].map(plain).isin(mails) | records["phone"].map(last_digits).isin(phones)

    assert 0 < found.mean() < 0.03
