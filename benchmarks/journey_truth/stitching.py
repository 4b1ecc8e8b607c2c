"""Whose the joined anonymous touches are, beside whose the made-up world says they are."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq

from journey_research.pipelines.journeys.intervals import clustered_interval

KEPT_APART = ("shared device", "undecidable: it fits more than one person")


def measure_stitching(run: Path, raw: Path) -> tuple[pd.DataFrame, str]:
    """How right the joined histories are, and whether devices of several persons stayed nobody's.

    Args:
        run: Folder of a run that made all stages up to journeys.
        raw: Folder of the world's exports; not read, the run holds the truth about records.

    Returns:
        ``figure, value, low, high, n``. ``joined_right_share``: of the anonymous touches that walk with a
        named person, those of whoever most of that person's touches are; interval by person.
        ``first_channel_share``: of named persons, those whose first channel is that of the first touch of
        their true person. ``joined_of_shared_devices``: anonymous touches on a device that identity found to
        fit several persons and that walk with one of these; it has to be 0. And one line.
    """
    del raw
    read = {name: _read(run, stage, name) for name, stage in TABLES.items()}
    touches = read["touches"].merge(read["true_people"], on="record_id")
    walked = read["journey_touches"][["touch_id", "person_id"]].merge(
        touches[["touch_id", "record_id", "touched_at", "channel", "true_person_id"]], on="touch_id"
    )
    walked = walked.merge(read["records"][["record_id", "kind"]], on="record_id")
    named = walked.groupby("person_id")["kind"].transform(lambda kinds: (kinds != "anonymous").any())
    walked = walked[named].sort_values(["touched_at", "touch_id"])
    owner = walked.groupby("person_id")["true_person_id"].agg(lambda who: who.value_counts().index[0])
    walked["owner"] = walked["person_id"].map(owner)

    joined = walked[walked["kind"] == "anonymous"]
    by_person = joined.assign(hit=joined["true_person_id"] == joined["owner"]).groupby("person_id")["hit"]
    hits, sizes = by_person.sum().astype(int), by_person.size()
    rows = [("joined_right_share", *_share(hits, sizes))]

    lived = touches[~touches["is_bot"] & (touches["direction"] != "none")]
    truly_first = lived.sort_values(["touched_at", "touch_id"]).drop_duplicates("true_person_id")
    truly_first = truly_first.set_index("true_person_id")["channel"]
    first = walked.drop_duplicates("person_id")
    agrees = (first["owner"].map(truly_first) == first["channel"]).astype(int)
    rows.append(("first_channel_share", *_share(agrees, agrees * 0 + 1)))

    links, people = read["links"], read["people"].set_index("record_id")["person_id"]
    links = links[~links["is_accepted"] & links["refusal"].isin(KEPT_APART)]
    ends = ["record_id_a", "record_id_b"]
    both = pd.concat([links[ends], links[ends[::-1]].set_axis(ends, axis=1)])
    others = both["record_id_b"].map(people).groupby(both["record_id_a"]).agg(set)
    others = others[others.map(len) > 1]
    theirs = joined[joined["record_id"].isin(others.index)]
    pairs = zip(theirs["record_id"], theirs["person_id"], strict=True)
    n_joined = sum(person in others[record] for record, person in pairs)
    n_shared = int(touches["record_id"].isin(others.index).sum())
    rows.append(("joined_of_shared_devices", float(n_joined), float("nan"), float("nan"), n_shared))

    frame = pd.DataFrame(rows, columns=["figure", "value", "low", "high", "n"])
    right, channel = frame.loc[0], frame.loc[1]
    line = (
        f"stitching: {_told(right)} joined anonymous touches are the person's; first channel right for "
        f"{_told(channel)} persons; {n_joined} of {n_shared:,} touches on devices that fit several persons "
        "given to one of them"
    )
    return frame, line


TABLES = {
    "touches": "01_ingestion",
    "true_people": "01_ingestion",
    "records": "01_ingestion",
    "links": "02_identity",
    "people": "02_identity",
    "journey_touches": "03_journeys",
}


def _read(run: Path, stage: str, name: str) -> pd.DataFrame:
    return pq.read_table(run / stage / f"{name}.parquet").to_pandas()


def _told(row: pd.Series) -> str:
    return f"{row['value']:.1%} ({row['low']:.1%} to {row['high']:.1%}) of {row['n']:,}"


def _share(hits: pd.Series, sizes: pd.Series) -> tuple[float, float, float, int]:
    """Share with its interval by person, from the hits and the observations of each."""
    n = int(sizes.sum())
    if n == 0:
        return float("nan"), float("nan"), float("nan"), 0
    sums = (int((hits * hits).sum()), int((hits * sizes).sum()), int((sizes * sizes).sum()))
    low, high = clustered_interval(int(hits.sum()), n, len(hits), *sums)
    return float(hits.sum() / n), low, high, n
