"""How well records of two restaurant guides are joined, learnt from half of the restaurants.

The other half examines: pairwise F1 over records whose restaurant taught nothing, three seeds,
beside exact match on the folded name and address.
"""

from __future__ import annotations

import os
import random
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd

FIELDS = ["name", "address", "city", "cuisine"]
SEEDS = (1, 2, 3)


def read_restaurants(shared: Path) -> pd.DataFrame:
    """864 rows of id, name, address, city, cuisine, restaurant.

    Source:
        Fodor's and Zagat's guides (Tejada and others 2001), as in dedupe's benchmarks, without phones.
    """
    file = shared / "data" / "restaurants_fodors_zagat" / "restaurant-nophone-training.csv"
    told = pd.read_csv(file, skipinitialspace=True, dtype=str)
    told["restaurant"] = told["unique_id"].str.strip(" '")
    told["id"] = [f"guide:{number:03}" for number in range(len(told))]
    return told[["id", *FIELDS, "restaurant"]]


def score_restaurants(told: pd.DataFrame, seed: int) -> dict[str, Any]:
    """Train on half of the restaurants' groups, cluster everything, examine on the other half.

    Args:
        told: n rows, from ``read_restaurants``.
        seed: Which half teaches, and every draw of the training.

    Returns:
        One row: seed, f1, precision, recall, exact_match_f1, n_labels, seconds.
    """
    from journey_research.pipelines.identity.matching.columns import fold_column
    from journey_research.pipelines.identity.matching.matcher import columns_for, read_matcher
    from journey_research.pipelines.identity.pair_measures import count_pairs, precision_recall_f1
    from journey_research.pipelines.identity.resolution import resolve_columns
    from journey_research.pipelines.identity.training import MatcherRule, train

    started = time.perf_counter()
    restaurants = sorted(set(told["restaurant"]))
    taught = set(random.Random(seed).sample(restaurants, len(restaurants) // 2))
    teaching = told[told["restaurant"].isin(taught)]
    rule = MatcherRule(compared_columns=tuple(FIELDS), training_seed=seed)
    model = train(
        told["id"].tolist(),
        told[FIELDS],
        pd.DataFrame(columns=["record_id_a", "record_id_b", "answer"]),
        dict(zip(teaching["id"], teaching["restaurant"], strict=True)),
        pd.DataFrame(columns=["record_id_a", "record_id_b", "is_accepted", "comparisons"]),
        rule,
    )
    place = pd.Index(told["id"]).sort_values()
    compared = columns_for(told.set_index("id").loc[place].reset_index(), read_matcher(model, FIELDS))
    nobody = pd.DataFrame(columns=["record_id_a", "record_id_b", "answer"])
    found = resolve_columns(place, compared, model, nobody, model["threshold"], ())
    roots = dict(zip(place, place[found.roots], strict=True))
    seconds = time.perf_counter() - started
    examined = told[~told["restaurant"].isin(taught)]
    truth = pd.DataFrame({"record_id": examined["id"], "true_person_id": examined["restaurant"]})
    found = precision_recall_f1(count_pairs(truth.assign(person=truth["record_id"].map(roots))).sum(axis=0))
    names, addresses = (pd.Series(fold_column(examined[name]).texts) for name in ("name", "address"))
    equal = names + "|" + addresses
    exact = precision_recall_f1(count_pairs(truth.assign(person=equal.to_numpy())).sum(axis=0))
    precision, recall, f1 = found.round(4).tolist()
    return {
        "seed": seed,
        "f1": f1,
        "precision": precision,
        "recall": recall,
        "exact_match_f1": round(float(exact[2]), 4),
        "n_labels": sum(model["training"]["labels"].values()),
        "seconds": round(seconds, 2),
    }


def measure(arguments: Sequence[str]) -> list[dict[str, Any]]:
    """Examine each seed's half.

    Args:
        arguments: None are known.

    Returns:
        One row per seed.

    Raises:
        RuntimeError: The shared folder is not there.
    """
    shared = Path(os.environ.get("JOURNEY_SHARED", Path(__file__).resolve().parents[2] / "shared"))
    if not (shared / "data" / "restaurants_fodors_zagat").is_dir():
        raise RuntimeError("the shared folder of real data sets is not there; set JOURNEY_SHARED")
    told = read_restaurants(shared)
    return [score_restaurants(told, seed) for seed in SEEDS]
