"""Scenarios found beside those that the world lived: how many, how many of them rightly, and why not more.

An occasion that was found is right where the world has one of the same person at the same time (of the same
product, peer or order). Whose a row is, is asked of the record it was told by, so a person who is torn in
two loses occasions and a person made of two gains false ones. The same is counted a second time with the
world's own identities: what is still missing then nobody could find, because vendors did not write it down.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq
import yaml

from journey_research.engine import Table
from journey_research.pipelines.journeys.intervals import wilson_interval
from journey_research.pipelines.journeys.rule import JourneyRule
from journey_research.pipelines.journeys.scenarios.after_sale import (
    AfterSaleRule,
    follow_collected_orders,
    follow_post_sale_mails,
)
from journey_research.pipelines.journeys.scenarios.complaints import ComplaintRule, follow_complaints
from journey_research.pipelines.journeys.scenarios.friends import (
    FriendRule,
    find_friend_reviews,
    tell_conversion_natures,
)
from journey_research.pipelines.journeys.scenarios.store_visits import (
    VisitRule,
    find_store_visits,
    list_interests,
)
from journey_research.pipelines.journeys.stitching import find_outcomes
from journey_research.privacy.pseudonyms import pseudonym

ROOT = Path(__file__).resolve().parents[2]
WITHIN = pd.Timedelta(minutes=1)  # some vendors write whole seconds, and browsers' clocks are off
NEEDED = (
    "touches", "orders", "order_lines", "order_sightings", "availability", "referrals", "consents", "as_of",
    "people", "true_people",
)  # fmt: skip
# Scenario -> the instant that an occasion is known by, and what else has to be the same; a column that is
# blank in the truth has to be blank in what was found.
SCENARIOS = {
    "store check-in": ("began_at", ("product",)),
    "friend's review": ("ended_at", ("peer", "product")),
    "collected at the counter": ("ordered_at", ()),
    "coupon redeemed": ("began_at", ("ordered_at",)),
    "complaint in public": ("began_at", ()),
    "complaint answered": ("began_at", ("ended_at",)),
    "complaint and its order": ("began_at", ("ordered_at",)),
    "recommended by a friend": ("ordered_at", ()),
}
_INSTANTS = ("began_at", "ended_at", "ordered_at")
COLUMNS = [
    "scenario", "n_planted", "n_found", "n_right", "recall_share", "low", "high", "precision_share",
    "recall_share_by_true_identity",
]  # fmt: skip


def tables_of_run(run_folder: Path) -> dict[str, Table]:
    """The tables that a run reads, wherever the runs before it have left them."""
    manifest = json.loads((run_folder / "manifest.json").read_text(encoding="utf-8"))
    data = run_folder.parents[1]
    files = {name: data / manifest["outputs"][name]["file"] for name in NEEDED}
    return {name: Table.from_arrow(pq.read_table(file)) for name, file in files.items()}


def compare(run_folder: Path, raw_folder: Path) -> tuple[pd.DataFrame, str]:
    """What a run finds of the scenarios beside what the world says it lived.

    Args:
        run_folder: A run's folder, ``data/demo/runs/<run_id>``.
        raw_folder: The exports it was made of, ``data/demo/00_raw``.

    Returns:
        A row per scenario, see ``measure_scenarios``, and the same in a line.
    """
    settings = yaml.safe_load((ROOT / "conf" / "demo" / "globals.yml").read_text(encoding="utf-8"))
    measured = measure_scenarios(
        tables_of_run(run_folder), raw_folder, settings["pseudonym_key"].encode("utf-8")
    )
    return measured, told(measured)


def measure_scenarios(tables: Mapping[str, Table], raw_folder: Path, key: bytes) -> pd.DataFrame:
    """Recall and precision of each scenario.

    Args:
        tables: Name -> table, the names of ``NEEDED``.
        raw_folder: Where ``truth_scenarios.csv`` stands.
        key: What the tables' pseudonyms are made with.

    Returns:
        ``scenario, n_planted, n_found, n_right, recall_share`` (n_right of n_planted) with a 95 % interval by
        Wilson, ``precision_share`` (of what was found), and the recall if who is who were known.
    """
    lived = planted(raw_folder, key)
    owners = tables["true_people"].to_pandas(1_000_000).set_index("record_id")["true_person_id"]
    true_people = tables["true_people"].query(
        "select record_id, concat('person:', split_part(true_person_id, ':', 2)) as person_id from this"
    )
    found = scenarios_found(tables, tables["people"], owners)
    at_best = scenarios_found(tables, true_people, owners)
    rows = []
    for scenario, (instant, others) in SCENARIOS.items():
        n_planted = len(lived[scenario])
        n_right, n_precise = _matched(lived[scenario], found[scenario], instant, others)
        best, _ = _matched(lived[scenario], at_best[scenario], instant, others)
        low, high = wilson_interval(n_right, n_planted) if n_planted else (None, None)
        rows.append(
            [scenario, n_planted, len(found[scenario]), n_right, _share(n_right, n_planted), low, high,
             _share(n_precise, len(found[scenario])), _share(best, n_planted)]
        )  # fmt: skip
    return pd.DataFrame(rows, columns=COLUMNS)


def told(measured: pd.DataFrame) -> str:
    """The measurement in a line: recall, precision, and the recall that true identities would give."""
    parts = [
        f"{row.scenario} {_spelt(row.recall_share)} (precision {_spelt(row.precision_share)},"
        f" at best {_spelt(row.recall_share_by_true_identity)}, n {row.n_planted:,})"
        for row in measured.itertuples()
    ]
    return "scenarios: recall " + "; ".join(parts)


def planted(raw_folder: Path, key: bytes) -> dict[str, pd.DataFrame]:
    """What the world lived, by scenario; persons as the run's truth names them."""
    lived = pd.read_csv(raw_folder / "truth_scenarios.csv", dtype=str, keep_default_na=False)
    for name in ("person", "peer"):
        named = {one: pseudonym("truth_people", one, key, "person") for one in set(lived[name]) - {""}}
        lived[name] = lived[name].map(named)
    for name in _INSTANTS:
        lived[name] = pd.to_datetime(lived[name].where(lived[name] != ""), utc=True).dt.tz_localize(None)
    by = {scenario: rows.reset_index(drop=True) for scenario, rows in lived.groupby("scenario")}
    none = lived.iloc[:0]
    coupons = by.get("coupon for the next visit", none)
    complaints = by.get("complaint in public", none)
    return {name: by.get(name, none) for name in SCENARIOS} | {
        "coupon redeemed": coupons[coupons["ordered_at"].notna()],
        "complaint answered": complaints[complaints["ended_at"].notna()],
        "complaint and its order": complaints,
    }


def scenarios_found(tables: Mapping[str, Table], people: Table, owners: pd.Series) -> dict[str, pd.DataFrame]:
    """The same columns of what is found with some identities; owners: the true person of each record."""
    touches, orders, referrals = tables["touches"], tables["orders"], tables["referrals"]
    visits = find_store_visits(touches, people, VisitRule())
    lines, stock = tables["order_lines"], tables["availability"]
    interests = list_interests(visits, touches, orders, lines, stock, people, VisitRule())
    reviews = find_friend_reviews(referrals, people, FriendRule())
    waiting = follow_collected_orders(orders, tables["order_sightings"], visits, people, AfterSaleRule())
    mails = follow_post_sale_mails(touches, orders, tables["consents"], people, AfterSaleRule())
    complaints = follow_complaints(touches, orders, people, tables["as_of"], ComplaintRule())
    rule = JourneyRule(session_gap_minutes=30, max_gap_days=30, conversion_action="order")
    outcomes = find_outcomes(touches, orders, people, rule)
    natures = tell_conversion_natures(outcomes, orders, reviews, touches, people, FriendRule())
    of_touch = _owner_of(touches, "touch_id", "record_id", owners)
    of_order = _owner_of(orders, "order_id", "record_id", owners)
    of_asker = _owner_of(referrals, "referral_id", "receiver_record_id", owners)
    of_giver = _owner_of(referrals, "referral_id", "giver_record_id", owners)

    def listed(table: Table, **columns: str) -> pd.DataFrame:
        frame = table.to_pandas(1_000_000)
        return pd.DataFrame({name: frame[column] for name, column in columns.items()})

    seen = listed(interests, key="visit_id", began_at="entered_at", product="product_id")
    read = listed(reviews, key="review_id", ended_at="read_at", product="product_id")
    mailed = listed(mails, key="mail_id", began_at="mailed_at", ordered_at="redeemed_at")
    said = listed(
        complaints, key="complaint_id", began_at="complained_at", ended_at="answered_at",
        ordered_at="ordered_at",
    )  # fmt: skip
    said["person"] = said["key"].map(of_touch)
    nature = natures.to_pandas(1_000_000)
    advised = nature[nature["nature"] == "recommended"]
    waits = listed(waiting, key="order_id", ordered_at="ordered_at")
    redeemed = mailed[mailed["ordered_at"].notna()]
    return {
        "store check-in": seen.assign(person=seen["key"].map(of_touch)),
        "friend's review": read.assign(person=read["key"].map(of_asker), peer=read["key"].map(of_giver)),
        "collected at the counter": waits.assign(person=waits["key"].map(of_order)),
        "coupon redeemed": redeemed.assign(person=redeemed["key"].map(of_touch)),
        "complaint in public": said,
        "complaint answered": said[said["ended_at"].notna()],
        "complaint and its order": said[said["ordered_at"].notna()],
        "recommended by a friend": pd.DataFrame(
            {"person": advised["outcome_id"].map(of_order), "ordered_at": advised["occurred_at"]}
        ),
    }


def _owner_of(table: Table, key: str, record: str, owners: pd.Series) -> pd.Series:
    keys = table.query(f"select {key}, {record} from this where {record} is not null").to_pandas(10_000_000)
    return keys.set_index(key)[record].map(owners)


def _matched(
    lived: pd.DataFrame, found: pd.DataFrame, instant: str, others: tuple[str, ...]
) -> tuple[int, int]:
    """Occasions lived that were found, and occasions found that were lived."""
    same = ["person", *(name for name in others if name not in (*_INSTANTS, "peer"))]
    one = lived.assign(at_lived=range(len(lived))).dropna(subset=["person"])
    both = one.merge(
        found.assign(at_found=range(len(found))).dropna(subset=["person"]), on=same, suffixes=("", "_found")
    )
    if "peer" in others:  # a friend whom no source lists is nobody's record, and so nobody's mistake
        both = both[(both["peer"] == both["peer_found"]) | both["peer_found"].isna()]
    for name in (instant, *(name for name in others if name in _INSTANTS)):
        # A vendor may write down whole seconds, or minutes, of the same instant.
        both = both[(both[name] - both[f"{name}_found"]).abs() <= WITHIN]
    return both["at_lived"].nunique(), both["at_found"].nunique()


def _share(n: int, of: int) -> float | None:
    return n / of if of else None


def _spelt(share: float | None) -> str:
    return "-" if share is None or pd.isna(share) else f"{share:.3f}"
