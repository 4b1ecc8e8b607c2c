"""How far segments are those that the world planted, and how far any method could see them at all.

The world gives each person a segment (how often somebody buys of their own accord, how readily they answer),
habits (site, app, preferred channel) and manners of looking around that go with the segment. The ceiling is a
random forest that is told the truth of four fifths of the persons, on the same features, and judged on the
rest: what it misses, twelve weeks of behaviour do not say. *Persons found* are those of the run, each with
the real person of most of its records; the *main person found* is, of those of one real person, the one with
most touches; *real persons* are as if identity were perfect, and those *often seen* did ten things or more,
for nobody can tell apart who did nothing. Real persons are also segmented with the number that each method
chooses itself, which no truth has told it.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from journey_research.engine import Table
from journey_research.pipelines.journeys.segmentation.agreement import agreement_interval
from journey_research.pipelines.journeys.segmentation.behaviours import NOW, Behaviours, Scale
from journey_research.pipelines.journeys.segmentation.choosing import compare_methods
from journey_research.pipelines.journeys.segmentation.estimator import Labels
from journey_research.pipelines.journeys.segmentation.gathering import gather_behaviours
from journey_research.pipelines.journeys.segmentation.methods import CHAINS, rows_for
from journey_research.pipelines.journeys.segmentation.rule import METHODS, SegmentRule
from journey_research.pipelines.journeys.segmentation.segments import fit_method
from journey_research.privacy.pseudonyms import pseudonym

DEMO_KEY = b"the-people-of-the-demo-world-are-made-up"
TRUTHS = ("segment", "channel_preference", "uses_web", "uses_app")
FOUND, MAIN, REAL = "persons found", "main person found of each", "real persons"
SEEN, OFTEN = "real persons often seen", 10  # touches of their own
OWN_NUMBER = ", its own number"
CEILING = "ceiling: told the truth of others"
FOLDS = 5
Words = npt.NDArray[np.object_]


def recover_segments(
    run: Path, raw: Path, key: bytes = DEMO_KEY, truth_seed: int = 1, n_trees: int = 200
) -> pd.DataFrame:
    """Compare segments with the truth of the world.

    Args:
        run: Folder of a run, with its ``manifest.json``; tables of earlier runs are found by it.
        raw: Folder of the exports that it was made from.
        key: The environment's pseudonym key.
        truth_seed: Seed of the ceiling's forest and of intervals.
        n_trees: Trees of the forest.

    Returns:
        One row per view, truth and method: ``view, truth, method, n_segments, adjusted_rand, low, high,
        right_share`` (of the ceiling; null elsewhere), ``most_share`` (of the commonest value), ``n``.
        The segments of the run are method ``run``; each method is also fitted with as many segments as
        the truth has values; of real persons also with the number that it chooses, as ``method`` tells.
    """
    tables = {name: _read(run, name) for name in ("journey_touches", "outcomes", "people", "segments")}
    tables |= {name: _read(run, name) for name in ("touches", "orders", "as_of", "true_people")}
    rule = SegmentRule(**json.loads((run / "manifest.json").read_text("utf-8"))["parameters"]["segment_rule"])
    told = pd.read_csv(raw / "truth_segments.csv", dtype=str, keep_default_na=False).set_index("person")
    told.index = pd.Index([pseudonym("truth_people", person, key, "person") for person in told.index])
    real = tables["true_people"].to_pandas().astype(str).set_index("record_id")["true_person_id"]
    rows = []
    for view in (FOUND, MAIN, REAL):
        periods, owner = _persons(view, tables, real, rule)
        now = periods[NOW]
        known = np.isin(owner, told.index.to_numpy(object).astype(str))
        now, owner = now.of_persons(now.person_ids[known]), owner[known]
        if view == MAIN:
            kept = _main_of_each(now, owner)
            now, owner = now.of_persons(now.person_ids[kept]), owner[kept]
        of_run = None
        if view != REAL:
            given = tables["segments"].to_pandas().astype(str).set_index("person_id")["segment"]
            of_run = given.loc[now.person_ids.astype(str)].to_numpy(object).astype(str)
        of_own_number = _by_their_own_number(periods, now, rule) if view == REAL else {}
        often = now.deed_counts.sum(axis=1) >= OFTEN
        for truth in TRUTHS:
            values = told.loc[owner, truth].to_numpy(object).astype(str)
            labelled = _labelled(now, values, of_run, rule, truth_seed, n_trees) | of_own_number
            rows += _agreeing(view, truth, values, labelled, truth_seed)
            if view == REAL:
                seen = {method: labels[often] for method, labels in labelled.items()}
                rows += _agreeing(SEEN, truth, values[often], seen, truth_seed)
    return pd.DataFrame(rows)


def told_line(recovered: pd.DataFrame) -> str:
    """The figures in one line: the run's own segments, and the methods at the numbers they chose."""
    here = recovered[recovered["truth"] == "segment"]
    parts = []
    for view in (FOUND, MAIN, REAL, SEEN):
        rows = here[here["view"] == view]
        ceiling = rows[rows["method"] == CEILING]
        chosen = rows[(rows["method"] == "run") | rows["method"].str.endswith(OWN_NUMBER)]
        if len(chosen):
            ours = chosen.sort_values(["adjusted_rand", "method"]).iloc[-1]
            parts.append(
                f"{view}: {ours['method']} ({ours['n_segments']}) {ours['adjusted_rand']:.3f} "
                f"({ours['low']:.3f} to {ours['high']:.3f}), n {ours['n']:,}"
                + "".join(f", ceiling {one:.3f}" for one in ceiling["adjusted_rand"])
            )
    return "planted segments, adjusted Rand index: " + "; ".join(parts)


def _labelled(
    now: Behaviours, values: Words, of_run: Words | None, rule: SegmentRule, truth_seed: int, n_trees: int
) -> dict[str, Labels]:
    """Method -> cluster of each person, as many as the truth has values; the run's; the ceiling's guesses."""
    from sklearn.ensemble import RandomForestClassifier
    from sklearn.model_selection import StratifiedKFold, cross_val_predict
    from threadpoolctl import threadpool_limits

    kinds, truth = np.unique(values, return_inverse=True)
    scale = Scale.of(now.features())
    told: dict[str, Labels] = {}
    if of_run is not None:
        told["run"] = np.unique(of_run, return_inverse=True)[1]
    with threadpool_limits(1):
        for method in METHODS:
            told[method] = fit_method(method, len(kinds), now, scale, rule).labels(now)
        if np.bincount(truth).min() >= FOLDS:
            forest = RandomForestClassifier(n_trees, min_samples_leaf=5, random_state=truth_seed)
            features = np.hstack([rows_for(name, now, scale) for name in (*CHAINS, "kmeans")])
            folds = StratifiedKFold(FOLDS, shuffle=True, random_state=truth_seed)
            told[CEILING] = cross_val_predict(forest, features, truth, cv=folds)
    return told


def _by_their_own_number(
    periods: dict[str, Behaviours], now: Behaviours, rule: SegmentRule
) -> dict[str, Labels]:
    """Method -> cluster of each person, with the number that its criteria choose; methods that pass none."""
    from threadpoolctl import threadpool_limits

    scale = Scale.of(periods[NOW].features())
    with threadpool_limits(1):
        choices = compare_methods(periods, scale, rule)
        best = choices[choices["is_best_of_method"]]
        return {
            f"{method}{OWN_NUMBER}": fit_method(method, n_segments, periods[NOW], scale, rule).labels(now)
            for method, n_segments in zip(best["method"], best["n_segments"].tolist(), strict=True)
        }


def _agreeing(
    view: str, truth: str, values: Words, labelled: dict[str, Labels], truth_seed: int
) -> list[dict[str, Any]]:
    kinds, true = np.unique(values, return_inverse=True)
    draws = np.random.default_rng(truth_seed)
    rows = []
    for method, labels in labelled.items():
        value, low, high, n = agreement_interval(true, labels, draws)
        right = float((labels == true).mean()) if method == CEILING and len(kinds) else np.nan
        rows.append(
            {
                "view": view, "truth": truth, "method": method, "n_segments": len(np.unique(labels)),
                "adjusted_rand": value, "low": low, "high": high, "right_share": right,
                "most_share": np.bincount(true).max() / n if n else np.nan, "n": n,
            }
        )  # fmt: skip
    return rows


def _persons(
    view: str, tables: dict[str, pa.Table], real: pd.Series, rule: SegmentRule
) -> tuple[dict[str, Behaviours], Words]:
    """Behaviours of persons with touches, by period, and the real person of each of now."""
    touches, outcomes = tables["journey_touches"], tables["outcomes"]
    if view == REAL:
        owner_of = {
            "touch_id": tables["touches"].select(["touch_id", "record_id"]),
            "outcome_id": tables["orders"]
            .select(["order_id", "record_id"])
            .rename_columns(["outcome_id", "record_id"]),
        }
        touches = _owned(touches, "touch_id", owner_of["touch_id"], real)
        outcomes = _owned(outcomes, "outcome_id", owner_of["outcome_id"], real)
    periods, _ = gather_behaviours(
        Table.from_arrow(touches), Table.from_arrow(tables["touches"]), Table.from_arrow(outcomes),
        Table.from_arrow(tables["orders"]), Table.from_arrow(tables["as_of"]), rule.apart,
    )  # fmt: skip
    now = periods[NOW]
    if view == REAL:
        return periods, now.person_ids.astype(str)
    people = tables["people"].select(["record_id", "person_id"]).to_pandas().astype(str)
    people["real"] = people["record_id"].map(real)
    counted = people.dropna(subset=["real"]).groupby(["person_id", "real"]).size().reset_index(name="n")
    main = counted.sort_values(["person_id", "n", "real"], ascending=[True, False, True])
    main = main.drop_duplicates("person_id").set_index("person_id")["real"]
    ids = pd.Index(now.person_ids.astype(str))
    return periods, main.reindex(ids).fillna("").to_numpy(object).astype(str)


def _main_of_each(now: Behaviours, owner: Words) -> npt.NDArray[np.int64]:
    """Rows of the persons with most touches among those of the same real person; of equals the first."""
    rows = pd.DataFrame({"owner": owner, "n": -now.traits["n_touches"], "row": np.arange(len(now))})
    first = rows.sort_values(["owner", "n", "row"]).drop_duplicates("owner")
    return np.sort(first["row"].to_numpy(np.int64))


def _owned(table: pa.Table, key: str, owners: pa.Table, real: pd.Series) -> pa.Table:
    """The same rows with their real person; rows of nobody known are left out."""
    records = owners.to_pandas().astype(str).set_index(key)["record_id"]
    keys = pd.Series(table[key].to_pylist())
    persons = keys.map(records).map(real)
    place = table.column_names.index("person_id")
    named = table.set_column(place, "person_id", pa.array(persons.fillna("").tolist(), pa.string()))
    return named.filter(pa.array(persons.notna().to_numpy()))


def _read(run: Path, name: str) -> pa.Table:
    manifest = json.loads((run / "manifest.json").read_text(encoding="utf-8"))
    return pq.read_table(run.parents[1] / manifest["outputs"][name]["file"])
