"""Sequential and simultaneous use of two devices, beside what the made-up world planted.

Two questions are kept apart: what is found with the persons that identity found, most of whose browsers
nobody ever logged in on, and what would be found if it were known whose every browser is. The second judges
the rule, the first the whole.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq

from journey_research.engine import Table
from journey_research.pipelines.journeys.cutting import cut_journeys
from journey_research.pipelines.journeys.devices import DeviceRule, pair_devices, summarise_device_sessions
from journey_research.pipelines.journeys.rule import JourneyRule
from journey_research.privacy.pseudonyms import pseudonym

DEMO_KEY = b"the-people-of-the-demo-world-are-made-up"  # public, as in conf/demo/globals.yml
NEAR = pd.Timedelta(seconds=60)
RULE = JourneyRule(session_gap_minutes=30, max_gap_days=30, conversion_action="order")
COLUMNS = ["persons", "planted", "found", "n"]


def confuse_devices(
    run: Path,
    raw: Path,
    rule: JourneyRule = RULE,
    device_rule: DeviceRule | None = None,
    key: bytes = DEMO_KEY,
) -> tuple[pd.DataFrame, str]:
    """How often each planted pattern is found, and as what.

    Args:
        run: Folder of a run that made all stages up to journeys.
        raw: Folder of the world's exports, with ``truth_devices.csv``.
        rule: The silence that ends a session.
        device_rule: The longest hand-over. None: its defaults.
        key: Key of the environment's pseudonyms.

    Returns:
        One row per ``persons`` (``as identified``, ``as they are``), planted pattern and what was found:
        a pattern, ``no pair`` (two persons, or too far apart), ``not seen`` (a visit left no touch within a
        minute, on a device of the class that was planted). And one line that sums it up.
    """
    device_rule = device_rule or DeviceRule()
    touches = _read(run / "01_ingestion" / "touches.parquet")
    true_people = _read(run / "01_ingestion" / "true_people.parquet").to_pandas(10_000_000)
    planted = pd.read_csv(raw / "truth_devices.csv")
    planted["true_person_id"] = [pseudonym("truth_people", one, key, "person") for one in planted["person"]]
    visits = _visits(touches, true_people, planted, device_rule)

    journeys = run / "03_journeys"
    sessions = _read(journeys / "device_sessions.parquet")
    pairs = _read(journeys / "device_pairs.parquet")
    found = {"as identified": (sessions, pairs)}
    people = true_people.assign(person_id=[_person_id(one) for one in true_people["true_person_id"]])
    nobody = _read(journeys / "outcomes.parquet").query("select * from this where false")
    walked = cut_journeys(touches, Table.from_pandas(people[["record_id", "person_id"]]), nobody, rule)
    known = Table.from_arrow(summarise_device_sessions(walked, touches, rule, device_rule).to_arrow())
    found["as they are"] = (known, pair_devices(known, device_rule))

    told = [_confused(planted, visits, *tables).assign(persons=persons) for persons, tables in found.items()]
    frame = pd.concat(told).groupby(COLUMNS[:-1]).size().reset_index(name="n")
    return frame, _line(frame)


def _read(path: Path) -> Table:
    return Table.from_arrow(pq.read_table(path))


def _visits(
    touches: Table, true_people: pd.DataFrame, planted: pd.DataFrame, device_rule: DeviceRule
) -> pd.DataFrame:
    """The touch next to each planted visit, on a device of its class: pair, side, record, instant."""
    seen = touches.query(
        "select record_id, touched_at, device_class, channel from this where device_class is not null"
    ).to_pandas(100_000_000)
    seen = seen[~seen["channel"].isin(device_rule.away_channels)].merge(true_people, on="record_id")
    rows = []
    for side in ("first", "second"):
        asked = planted.rename_axis("pair").reset_index()
        asked["visited_at"] = pd.to_datetime(asked[f"{side}_at"]).dt.tz_localize(None)
        near = asked.merge(
            seen, left_on=["true_person_id", f"{side}_device"], right_on=["true_person_id", "device_class"]
        )
        near["off"] = (near["touched_at"] - near["visited_at"]).abs()
        near = near[near["off"] <= NEAR].assign(side=side)
        rows.append(near[["pair", "side", "record_id", "touched_at", "off"]])
    near = pd.concat(rows).sort_values(["pair", "side", "off", "record_id", "touched_at"])
    return near.drop_duplicates(["pair", "side", "record_id"])


def _confused(planted: pd.DataFrame, visits: pd.DataFrame, sessions: Table, pairs: Table) -> pd.DataFrame:
    """What each planted pair was found as."""
    devices = sessions.to_pandas(100_000_000)[["device_session_id", "record_id", "started_at", "ended_at"]]
    inside = visits.merge(devices, on="record_id")
    inside = inside[inside["touched_at"].between(inside["started_at"], inside["ended_at"])]
    sides = dict(list(inside.groupby("side")))
    empty = inside.iloc[:0]
    both = sides.get("first", empty).merge(sides.get("second", empty), on="pair", suffixes=("_a", "_b"))
    both = both[both["record_id_a"] != both["record_id_b"]]
    told = pairs.to_pandas(100_000_000)[["first_session_id", "second_session_id", "pattern"]]
    pattern = {frozenset(row[:2]): row[2] for row in told.itertuples(index=False)}
    ends = zip(both["device_session_id_a"], both["device_session_id_b"], strict=True)
    both = both.assign(found=[pattern.get(frozenset(pair), "no pair") for pair in ends])
    both["off"] = both["off_a"] + both["off_b"]
    best = both.sort_values(["pair", "off", "record_id_a", "record_id_b"]).drop_duplicates("pair")
    found = best.set_index("pair")["found"].reindex(range(len(planted))).fillna("not seen")
    return pd.DataFrame({"planted": planted["pattern"], "found": found.to_numpy()})


def _line(frame: pd.DataFrame) -> str:
    parts = []
    for persons, rows in frame.groupby("persons"):
        n = {(row.planted, row.found): row.n for row in rows.itertuples()}
        paired = sum(count for (_, found), count in n.items() if found in ("sequential", "simultaneous"))
        right = sum(count for (planted, found), count in n.items() if planted == found)
        parts.append(f"{persons}: {paired} of {sum(n.values())} planted pairs found, {right} as planted")
    return "devices: " + "; ".join(parts)


def _person_id(true_person_id: str) -> str:
    return "person:" + hashlib.sha256(true_person_id.encode()).hexdigest()[:16]
