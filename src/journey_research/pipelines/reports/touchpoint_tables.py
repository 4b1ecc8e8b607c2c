"""Where we meet, in sentences: what channels cost and do, what the picture lacks, what messages say."""

from __future__ import annotations

from typing import Any

import pandas as pd

from journey_research.engine import Table, run_sql

from .tables import rows_of
from .words import Finding, Remark, begun, is_known, listed, number, plain, ranged, things

MONDAY = pd.Timestamp("1969-12-29")
N_MISSING, N_LAGS = 8, 8
MISSING_COLUMNS = ["channel", "tactic", "action", "touches"]
LAG_COLUMNS = ["what is said", "first in", "then in", "hours later (95 in 100)", "persons"]
VIEW_COLUMNS = [
    "whose initiative",
    "direction",
    "share of touches (95 in 100)",
    "records",
    "persons",
    "converted",
]
DIRECTION_COLUMNS = ["begun by", "share of touches (95 in 100)", "journeys", "conversion rate (95 in 100)"]
COVERAGE_COLUMNS = ["area", "share of interactions (95 in 100)", "persons", "at least", "covered"]


def shares_finding(channel_shares: Table) -> Finding:
    """Which channels take more money or attention than people give them, by name."""
    rows = rows_of(
        channel_shares, "select * from this where level = 'channel' and base = 'all' order by name"
    )
    met = [row for row in rows if row["n_interactions"]]
    if not met:
        return Finding("There are no interactions here, so nothing can be held against spend.")
    if not any(is_known(row["spend_share"]) for row in rows):
        first = max(met, key=_interactions)
        share = ranged(first["interaction_share"], first["low"], first["high"], "share")
        return Finding(
            f"{plain(first['name']).capitalize()} has {share} of "
            f"{things(sum(row['n_interactions'] for row in met), 'interaction')}; no spend is told in one "
            "currency, so nothing can be said of what channels cost for it."
        )
    shiny = sorted((row for row in rows if row["is_shiny"]), key=_spend, reverse=True)
    if not shiny:
        return Finding("No channel surely takes more of the money or attention than of the interactions.")
    told = [
        f"{plain(row['name'])} ({_part(row, 'spend', 'spend')}, "
        f"{ranged(row['interaction_share'], row['low'], row['high'], 'share')} of interactions)"
        for row in shiny
    ]
    verb = "takes" if len(shiny) == 1 else "take"
    return Finding(
        f"{begun(listed(told))} {verb} more than people give: shiny, all channels tested together."
    )


def coverage_finding(coverage_warnings: Table) -> Finding:
    """Which areas the picture of the customer lacks."""
    rows = rows_of(coverage_warnings, "select * from this order by area")
    if not rows:
        return Finding("No area was asked for.")
    warned = [f"{plain(row['area'])} ({row['status']})" for row in rows if row["is_warning"]]
    if not warned:
        return Finding(f"The areas that are easily forgotten are covered: {_areas(rows)}.")
    return Finding(f"Be careful: of what people may do there, these data hold little: {listed(warned)}.")


def coverage_table(coverage_warnings: Table) -> pd.DataFrame:
    """Areas that are easily forgotten, with their share of what people do."""
    shown = [
        (
            plain(row["area"]),
            ranged(row["interaction_share"], row["low"], row["high"], "share"),
            number(row["n_persons"]),
            number(row["min_share"], "share"),
            row["status"],
        )
        for row in rows_of(coverage_warnings, "select * from this order by area")
    ]
    return pd.DataFrame(shown, columns=COVERAGE_COLUMNS)


def map_finding(touchpoint_map: Table) -> Finding:
    """How much of what happens the map of touchpoints does not know."""
    rows = rows_of(touchpoint_map, "select * from this where n_touches > 0 order by channel, tactic, action")
    if not rows:
        return Finding("There are no touches to place on the map.")
    missing = [row for row in rows if row["is_missing_from_map"]]
    n_all = sum(row["n_touches"] for row in rows)
    if not missing:
        return Finding(f"All kinds of touchpoint in the data ({len(rows)}) are on the map.")
    share = number(sum(row["n_touches"] for row in missing) / n_all, "share")
    return Finding(
        f"{things(len(missing), 'kind')} of touchpoint of {number(len(rows))} in the data are missing from "
        f"the map: {share} of {things(n_all, 'touch', 'touches')}."
    )


def missing_table(touchpoint_map: Table) -> pd.DataFrame:
    """Kinds of touchpoint that the map lacks, the busiest first."""
    sql = """
        select * from this where is_missing_from_map and n_touches > 0
        order by n_touches desc, channel, tactic, action limit $n
    """
    shown = [
        (plain(row["channel"]), plain(row["tactic"] or "-"), plain(row["action"]), number(row["n_touches"]))
        for row in rows_of(touchpoint_map, sql, n=N_MISSING)
    ]
    return pd.DataFrame(shown, columns=MISSING_COLUMNS)


def messages_finding(touchpoint_metrics: Table, contradictions: Table) -> Finding:
    """Whether the messages that a person gets agree."""
    figures = {row["metric"]: row for row in rows_of(touchpoint_metrics, "select * from this")}
    met, agree = figures.get("contradicted_person_share"), figures.get("consistency_index_by_week")
    if not met or not met["n"]:
        return Finding("No message makes a claim that another could contradict.")
    n_pairs = contradictions.count()
    if not n_pairs:
        return Finding(f"No message contradicts another, in {things(met['n'], 'person')} who get any.")
    consistent = (
        f"; {ranged(agree['value'], agree['low'], agree['high'], 'share')} of a week's messages say the usual"
        if agree and agree["n"]
        else ""
    )
    return Finding(
        f"{ranged(met['value'], met['low'], met['high'], 'share')} of {number(met['n'])} persons with "
        f"messages get two that exclude each other, {things(n_pairs, 'pair')} in all{consistent}."
    )


def contradictions_by_week(contradictions: Table) -> pd.DataFrame:
    """Contradictions by ``week_at`` (Monday, UTC): ``n_pairs, n_across_owners, n_persons``.

    From the first week with one to the last, weeks without among them.
    """
    told = run_sql("contradictions_by_week.sql", contradictions=contradictions).to_pandas()
    numbers = told["week_number"]
    every = range(int(numbers.min()), int(numbers.max()) + 1) if len(told) else range(0)
    told = told.set_index("week_number").reindex(pd.Index(every, dtype="int64"), fill_value=0)
    weeks = pd.to_timedelta(7 * told.index.to_numpy(), unit="D") + MONDAY
    return told.reset_index(drop=True).assign(week_at=weeks)


def lags_table(sync_lags: Table) -> pd.DataFrame:
    """How long a message takes from one channel to another, the slowest first."""
    sql = """
        select * from this
        order by median_lag_hours desc, level, name, first_channel, second_channel limit $n
    """
    shown = [
        (
            plain(row["name"]),
            plain(row["first_channel"]),
            plain(row["second_channel"]),
            _hours(row),
            number(row["n_persons"]),
        )
        for row in rows_of(sync_lags, sql, n=N_LAGS)
    ]
    return pd.DataFrame(shown, columns=LAG_COLUMNS)


def views_finding(process_views: Table) -> Finding:
    """How many persons the company's view and the customers' view hold apart, and together."""
    rows = rows_of(process_views, "select * from this where n_touches > 0 order by initiative, direction")
    every = [row for row in rows if row["initiative"] == "all"]
    if not every:
        return Finding("There are no touches, so there is no process to look at.")
    whole = every[0]
    row = max((row for row in rows if row["initiative"] != "all"), key=_touches)
    share = ranged(row["touch_share"], row["low"], row["high"], "share")
    who = {"company": "us", "customer": "customers", "peer": "their peers"}[row["initiative"]]
    apart = (
        f"; counted by record they would be of {number(whole['n_records'])} people, and are of "
        f"{number(whole['n_persons'])}"
        if whole["n_records"] != whole["n_persons"]
        else ""
    )
    return Finding(
        f"{share} of {things(whole['n_touches'], 'touch', 'touches')} are {row['direction']} and begun by "
        f"{who}{apart}."
    )


def views_table(process_views: Table) -> pd.DataFrame:
    """The process by whose initiative it was and in which direction; all of them last."""
    sql = """
        select * from this where n_touches > 0
        order by case when initiative = 'all' then 1 else 0 end, n_touches desc, initiative, direction
    """
    shown = [
        (
            row["initiative"],
            row["direction"],
            ranged(row["touch_share"], row["low"], row["high"], "share")
            if row["initiative"] != "all"
            else "",
            number(row["n_records"]),
            number(row["n_persons"]),
            number(row["n_converted"]),
        )
        for row in rows_of(process_views, sql)
    ]
    return pd.DataFrame(shown, columns=VIEW_COLUMNS)


def directions_table(direction_kpis: Table) -> pd.DataFrame:
    """What people begin beside what we begin: touches, journeys that begin so, and how they convert."""
    begun = {"inbound": "customers (inbound)", "outbound": "us (outbound)"}
    shown = [
        (
            begun[row["direction"]],
            ranged(row["touch_share"], row["low"], row["high"], "share"),
            number(row["n_journeys"]),
            ranged(row["conversion_rate"], row["conversion_low"], row["conversion_high"], "share"),
        )
        for row in rows_of(direction_kpis, "select * from this order by direction")
    ]
    return pd.DataFrame(shown, columns=DIRECTION_COLUMNS)


def unmapped_remark(touchpoint_map: Table) -> Remark:
    """How many kinds of touchpoint the map expects that nobody has told us of."""
    n = touchpoint_map.query("select count(*) from this where is_absent_from_data").first_row()[0]
    return Remark(f"The map also knows {things(n, 'kind')} of touchpoint that no source here tells of.")


def _hours(row: dict[str, Any]) -> str:
    inside = (
        f" ({row['low']:,.1f} to {row['high']:,.1f})"
        if is_known(row["low"]) and is_known(row["high"])
        else ""
    )
    return f"{row['median_lag_hours']:,.1f}{inside}"


def _part(row: dict[str, Any], of: str, said: str) -> str:
    return f"{number(row[f'{of}_share'], 'share')} of {said}"


def _areas(rows: list[dict[str, Any]]) -> str:
    return listed([f"{plain(row['area'])} ({number(row['interaction_share'], 'share')})" for row in rows])


def _touches(row: dict[str, Any]) -> tuple[int, str, str]:
    return row["n_touches"], row["initiative"], row["direction"]


def _interactions(row: dict[str, Any]) -> tuple[int, str]:
    return row["n_interactions"], row["name"]


def _spend(row: dict[str, Any]) -> tuple[float, str]:
    return row["spend_share"] or 0.0, row["name"]
