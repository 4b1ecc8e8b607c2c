"""Scenarios of trade over several channels, in sentences: first answers, coupons, two devices."""

from __future__ import annotations

from typing import Any

import pandas as pd

from journey_research.engine import Table, run_sql

from .estimates import rate
from .journey_tables import mark_shares
from .tables import rows_of
from .words import Finding, is_known, number, plain, ranged, things

SPANS = {
    1: "within 1 hour",
    2: "1 to 4 hours",
    3: "4 to 24 hours",
    4: "1 to 3 days",
    5: "later",
    6: "no answer so far",
}
N_DEVICES = 8
MAIL_COLUMNS = ["mail", "came", "opened", "clicked", "redeemed", "days to the till (median)", "persons"]
DEVICE_COLUMNS = ["first on", "then on", "times", "at the same time", "persons"]


def scenarios_finding(scenarios: Table) -> Finding:
    """How many of the scenarios occur at all."""
    rows = rows_of(
        scenarios, "select scenario, max(n_found) as n from this group by scenario order by scenario"
    )
    lived = [row["scenario"] for row in rows if row["n"]]
    if not lived:
        return Finding("None of the scenarios happens in these data: they tell of none of its occasions.")
    return Finding(
        f"Occasions for {number(len(lived))} of {things(len(rows), 'scenario')} are in these data."
    )


def response_finding(scenarios: Table, complaints: Table) -> Finding:
    """How often a complaint in public gets its first answer too late, on whatever channel."""
    n = complaints.count()
    if not n:
        return Finding("Nobody complains in public in these data.")
    late = [
        row
        for row in rows_of(scenarios, "select * from this order by scenario, figure")
        if row["figure"] == "answered too late" and is_known(row["found_share"])
    ]
    if not late:
        return Finding(f"{things(n, 'complaint')} in public: too few to say how many are answered too late.")
    row = late[0]
    return Finding(
        f"{ranged(row['found_share'], row['low'], row['high'], 'share')} of "
        f"{things(row['n_found'], 'complaint')} in public get no answer in time, on "
        "whatever channel."
    )


def response_times(complaints: Table) -> pd.DataFrame:
    """Complaints by how long the first answer took: ``span`` in words and ``n``, all spans there."""
    counts = {
        row["place"]: row["n"]
        for row in run_sql("response_times.sql", complaints=complaints).to_arrow().to_pylist()
    }
    if not counts:
        return pd.DataFrame({"span": pd.Series(dtype="str"), "n": pd.Series(dtype="int64")})
    return pd.DataFrame({"span": SPANS.values(), "n": [counts.get(place, 0) for place in SPANS]})


def coupons_finding(scenarios: Table) -> Finding:
    """How many of the coupons that are mailed come back at a till."""
    rows = rows_of(scenarios, "select * from this where figure = 'coupon redeemed' order by scenario")
    if not rows or not rows[0]["n_found"]:
        return Finding("No coupon is mailed after a sale in these data.")
    row = rows[0]
    if not is_known(row["found_share"]):
        return Finding(f"{things(row['n_found'], 'coupon')} mailed: too few to say how many come back.")
    return Finding(
        f"{ranged(row['found_share'], row['low'], row['high'], 'share')} of "
        f"{things(row['n_found'], 'coupon')} mailed come back at a till "
        f"({things(row['n_persons'], 'person')})."
    )


def mails_table(post_sale_mails: Table) -> pd.DataFrame:
    """Mails after a sale, a row a kind: how many came, were opened, clicked, and brought a coupon back."""
    shown = [
        (
            plain(row["kind"]),
            number(row["n"]),
            number(row["n_opened"] / row["n"], "share"),
            number(row["n_clicked"] / row["n"], "share"),
            number(row["n_redeemed"]),
            f"{row['redeemed_days']:,.1f}" if is_known(row["redeemed_days"]) else "-",
            number(row["n_persons"]),
        )
        for row in run_sql("post_sale_ways.sql", post_sale_mails=post_sale_mails).to_arrow().to_pylist()
    ]
    return pd.DataFrame(shown, columns=MAIL_COLUMNS)


def devices_finding(device_pairs: Table) -> Finding:
    """How often persons use two devices at once, and how often one after the other."""
    shares = mark_shares(device_pairs, "pattern")
    if not shares:
        return Finding("Nobody is known to use two devices beside or soon after one another.")
    row: dict[str, Any] = next(iter(shares.values()))
    times, who = things(int(row["base"]), "time"), things(row["n_all_persons"], "person")
    if "simultaneous" not in shares:
        return Finding(f"{who} went from one device to another {times}; nobody used two at once.")
    return Finding(
        f"{who} used two devices beside or soon after one another {times}, "
        f"{rate(shares['simultaneous']).in_words} of these at once."
    )


def devices_table(device_pairs: Table) -> pd.DataFrame:
    """From which class of device to which, most often first."""
    shown = [
        (
            plain(row["first_device_class"]),
            plain(row["second_device_class"]),
            number(row["n_pairs"]),
            number(row["n_simultaneous"]),
            number(row["n_persons"]),
        )
        for row in run_sql("device_ways.sql", device_pairs=device_pairs).to_arrow().to_pylist()[:N_DEVICES]
    ]
    return pd.DataFrame(shown, columns=DEVICE_COLUMNS)
