"""The truth names everybody, the reviewer is nearly always right, and exact matching is not enough."""

import io
import json
import unicodedata
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

NAMED = ["hubspot_contacts", "shopify_orders", "call_centre"]


def json_lines(path: Path) -> list[dict]:
    found = []
    for line in path.read_text(encoding="utf-8").splitlines():
        try:
            found.append(json.loads(line))
        except json.JSONDecodeError:  # planted
            continue
    return found


def whole_rows(path: Path) -> pd.DataFrame:
    """Rows of a CSV file that are as wide as its header."""
    return pd.read_csv(io.BytesIO(path.read_bytes()), dtype=str, encoding="utf-8-sig")


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
        name=shop["Billing Name"],
        email=shop["Email"], phone=shop["Phone"], zip=shop["Billing Zip"].str.lstrip("'"), born=None,
    )  # fmt: skip
    calls = pd.read_excel(world / "call_centre.xlsx", dtype=str)
    hidden = calls["from"] == "anonymous"
    calls = calls.assign(
        source="call_centre", key=calls["from"].mask(hidden, calls["sid"]), name=calls["caller_name"],
        email=None, phone=calls["from"].mask(hidden), zip=None, born=None,
    )  # fmt: skip
    columns = ["source", "key", "name", "email", "phone", "zip", "born"]
    rows = pd.concat([table[columns] for table in (crm, shop, calls)])
    return rows[rows["name"].notna()].drop_duplicates(["source", "key"], keep="last")


def plain(text: object) -> str:
    if not isinstance(text, str):
        return ""
    return unicodedata.normalize("NFKD", text.strip().lower()).encode("ascii", "ignore").decode()


def last_digits(text: object) -> str:
    digits = "".join(filter(str.isdigit, text.replace("(0)", ""))) if isinstance(text, str) else ""
    return digits[-10:]


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
def truth(world: Path) -> pd.DataFrame:
    return pd.read_csv(world / "truth_people.csv", dtype=str)


def test_truth_names_the_person_of_every_key_once(world, truth):
    keys = {
        "segment_events": {event["anonymousId"] for event in json_lines(world / "segment_events.jsonl")},
        "sendgrid_events": {event["email"].lower() for event in json_lines(world / "sendgrid_events.jsonl")},
        "onetrust_receipts": {r["identifier"].lower() for r in json_lines(world / "onetrust_receipts.jsonl")},
    }
    records = named_records(world)
    keys |= {source: set(records.loc[records["source"] == source, "key"]) for source in NAMED}

    assert not truth.duplicated(["source", "key"]).any()
    assert truth["person"].notna().all()
    for source, used in keys.items():
        known = set(truth.loc[truth["source"] == source, "key"])
        assert used <= known, source
        assert used, source


def test_exact_matching_is_far_from_enough(world, truth):
    records = named_records(world).merge(truth, on=["source", "key"])

    f1 = pairwise_f1(exact_clusters(records), records["person"])

    assert 0.5 < f1 < 0.8


def test_what_is_needed_to_do_better_is_there(world, truth):
    """Nearly every record of a person shares a mail, a phone, a postal code or a name with another."""
    records = named_records(world).merge(truth, on=["source", "key"])
    traits = [records["email"].map(plain), records["phone"].map(last_digits), records["zip"].fillna("")]
    traits.append(records["name"].map(plain))
    many = records["person"].map(records["person"].value_counts()) > 1
    reachable = pd.Series(False, index=records.index)
    for trait in traits:
        reachable |= (trait != "") & (trait.groupby([records["person"], trait]).transform("size") > 1)

    assert reachable[many].mean() > 0.93


def test_the_reviewer_is_nearly_always_right_and_looks_at_hard_pairs(world, truth):
    judged = pd.read_csv(world / "reviewer_judgements.csv", dtype=str)
    person = truth.set_index(["source", "key"])["person"]
    a = person.loc[list(zip(judged["source_a"], judged["key_a"], strict=True))].to_numpy()
    b = person.loc[list(zip(judged["source_b"], judged["key_b"], strict=True))].to_numpy()
    sure = judged["answer"] != "unsure"

    wrong = ((a == b) != (judged["answer"] == "same")) & sure

    assert wrong.mean() < 0.04
    assert (~sure).mean() < 0.08
    assert 0.4 < (a == b).mean() < 0.6
    records = named_records(world).set_index(["source", "key"])["name"]
    apart = judged[(judged["answer"] == "distinct") & (judged["source_a"] != "sendgrid_events")]
    last = [
        [str(records.get((row[f"source_{side}"], row[f"key_{side}"]), "")).split(" ")[-1] for side in "ab"]
        for _, row in apart.iterrows()
    ]
    assert np.mean([one == two for one, two in last]) > 0.5, "most distinct pairs share a surname"
