"""Pairs of channels, offline persons and the reach of recommenders, beside what was planted of them."""

from __future__ import annotations

import math
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from benchmarks.journey_truth.block_tables import filled
from journey_research.engine import Table
from journey_research.pipelines.journeys.intervals import wilson_interval
from journey_research.pipelines.journeys.together.pair_rule import PairRule
from journey_research.pipelines.journeys.together.pairs import find_channel_pairs
from journey_research.privacy.pseudonyms import pseudonym
from journey_research.world.simulation.block import BLOCK_PERSONS, Block
from journey_research.world.simulation.calendar import Calendar
from journey_research.world.simulation.catalogue import make_catalogue
from journey_research.world.simulation.living import make_block

DEMO_KEY = b"the-people-of-the-demo-world-are-made-up"  # public, as in conf/demo/globals.yml
NO_CONTACT = ("arm_assigned", "mail_bounced", "mail_machine_opened", "mail_sent", "order_completed")
PLANTED = ("email", "organic_search")


def compare_together(run: Path, raw: Path, key: bytes = DEMO_KEY) -> tuple[pd.DataFrame, str]:
    """Hold a run's tables against the truth of its world.

    Args:
        run: Folder of a run that made all stages up to journeys.
        raw: Folder of the world's exports.
        key: Key of the environment's pseudonyms.

    Returns:
        ``figure, found, low, high, truth, n`` and one line. ``planted_pair_rank`` is among n pairs (null:
        too few have it), ``planted_pair_rate`` in orders a pair, ``other_pairs_declared`` a count.
        ``recommenders_found``: of the n who reached somebody, those found as givers.
        ``sphere_rank_correlation``: Spearman's, of persons reached, over the same, 0 for who is not found;
        ``sphere_rank_ceiling``: of what the exports tell, were everybody known.
        ``offline_persons_with_journeys``: of the n persons without site and app of whom there are touches.
    """
    real = _real_persons(run)
    pairs, synergy = (
        _read(run, "03_journeys", "channel_pairs"),
        pd.read_csv(raw / "truth_synergy.csv").iloc[0],
    )
    rows = _pair_rows(pairs, synergy)
    spheres = _read(run, "03_journeys", "influence_spheres")
    told = pd.read_csv(raw / "truth_recommenders.csv", dtype={"person": str})
    told = told[told["persons_reached"] > 0]
    owner = real.groupby("person_id")["true_person_id"].agg(lambda who: who.value_counts().index[0])
    reached = spheres.groupby(spheres["person_id"].map(owner))["n_reached"].sum()
    names = told["person"].map(lambda person: pseudonym("truth_people", person, key, "person"))
    found = names.map(reached).fillna(0).to_numpy(float)
    rows.append(("recommenders_found", *_share(int((found > 0).sum()), len(told)), 1.0, len(told)))
    rank = _rank_correlation(found, told["persons_reached"].to_numpy(float))
    rows.append(("sphere_rank_correlation", rank, math.nan, math.nan, 1.0, len(told)))
    said = _read(run, "01_ingestion", "referrals")[["giver_record_id", "receiver_record_id"]]
    truly = real.set_index("record_id")["true_person_id"]
    ends = pd.DataFrame({name: said[name].map(truly) for name in said}).dropna().drop_duplicates()
    tellable = names.map(ends.groupby("giver_record_id").size()).fillna(0).to_numpy(float)
    ceiling = _rank_correlation(tellable, told["persons_reached"].to_numpy(float))
    rows.append(("sphere_rank_ceiling", ceiling, math.nan, math.nan, 1.0, len(told)))

    lives = pd.read_csv(raw / "truth_segments.csv", dtype=str, keep_default_na=False)
    offline = lives.loc[(lives["uses_web"] != "true") & (lives["uses_app"] != "true"), "person"]
    who = {pseudonym("truth_people", person, key, "person") for person in offline}
    touches = _read(run, "01_ingestion", "touches")
    met = touches[~touches["is_bot"] & (touches["direction"] != "none")]
    met = met.merge(real[real["true_person_id"].isin(who)], on="record_id")
    walking = _read(run, "03_journeys", "journey_touches")["touch_id"]
    n = met["true_person_id"].nunique()
    with_journey = met.loc[met["touch_id"].isin(walking), "true_person_id"].nunique()
    rows.append(("offline_persons_with_journeys", *_share(with_journey, n), 1.0, n))

    frame = pd.DataFrame(rows, columns=["figure", "found", "low", "high", "truth", "n"])
    value = frame.set_index("figure")["found"]
    rank_told = "too rare" if math.isnan(value.iloc[0]) else f"rank {value.iloc[0]:.0f}"
    line = (
        f"together: planted pair {rank_told} of {len(pairs)}, "
        f"{value['other_pairs_declared']:.0f} others declared; "
        f"{value['recommenders_found']:.1%} of {len(told)} recommenders found, rank correlation of spheres "
        f"{value['sphere_rank_correlation']:.2f} (exports tell {value['sphere_rank_ceiling']:.2f}); "
        f"{with_journey} of {n} persons without site and app have journeys"
    )
    return frame, line


def rank_planted_pair(
    persons: int, world_seeds: Iterable[int], rule: PairRule, without: tuple[str, ...] = ()
) -> pd.DataFrame:
    """Where the planted pair stands when everybody is known, by world.

    Args:
        persons: People in each world.
        world_seeds: A world each.
        rule: What makes a pair.
        without: What is switched off in them, as ``("synergy",)``.

    Returns:
        ``world_seed, rank, n_pairs, together_rate, low, high, p_value, q_value, is_declared,
        n_other_declared``; null where too few have the pair.
    """
    rows = []
    for seed in world_seeds:
        found = pairs_of_world(persons, seed, rule, without)
        is_it = (found["first_channel"] == PLANTED[0]) & (found["second_channel"] == PLANTED[1])
        told = {"world_seed": seed, "n_pairs": len(found)}
        told["n_other_declared"] = int((found["is_declared"] & ~is_it).sum())
        if is_it.any():
            names = ["together_rate", "low", "high", "p_value", "q_value", "is_declared"]
            place = int(np.flatnonzero(is_it)[0])
            told |= {"rank": place + 1, **found.loc[place, names].to_dict()}
        rows.append(told)
    return pd.DataFrame(rows)


def pairs_of_world(
    persons: int, world_seed: int, rule: PairRule, without: tuple[str, ...] = (), weeks: int = 12
) -> pd.DataFrame:
    """The pairs of channels of a world in which every contact is its person's; contract ``ChannelPairs``."""
    calendar = Calendar(weeks)
    catalogue = make_catalogue(world_seed, calendar)
    sizes = [BLOCK_PERSONS] * (persons // BLOCK_PERSONS)
    sizes += [persons % BLOCK_PERSONS] if persons % BLOCK_PERSONS else []
    parts = [
        tables_of_pairs(make_block(number, size, world_seed, calendar, catalogue, without))
        for number, size in enumerate(sizes)
    ]
    whole = {
        name: Table.from_arrow(pa.concat_tables([part[name].to_arrow() for part in parts]))
        for name in ("journey_touches", "outcomes", "ladder")
    }
    return find_channel_pairs(**whole, as_of=parts[0]["as_of"], rule=rule)


def tables_of_pairs(block: Block) -> dict[str, Table]:
    """``journey_touches, outcomes, ladder, as_of`` of a block, as far as pairs of channels need them."""
    touched = block.touches[~block.touches["is_bot"] & ~block.touches["kind"].isin(NO_CONTACT)]
    orders = block.orders[block.orders["status"] == "paid"]
    names = np.array([f"person:{number:08x}" for number in block.people["number"]], dtype=object)

    def instants(at_ms: pd.Series) -> np.ndarray:
        return at_ms.to_numpy().astype("datetime64[ms]").astype("datetime64[us]")

    return {
        "journey_touches": filled(
            "JOURNEY_TOUCHES", len(touched),
            touch_id=("web:" + touched["id"].astype(str)).to_numpy(),
            person_id=names[touched["person"]],
            touched_at=instants(touched["at_ms"]),
            channel=touched["channel"].to_numpy(),
            action=touched["kind"].to_numpy(),
            initiative="customer",
        ),
        "outcomes": filled(
            "OUTCOMES", len(orders),
            outcome_id=("shop:" + orders["number"].astype(str)).to_numpy(),
            person_id=names[orders["person"]],
            occurred_at=instants(orders["at_ms"]),
            kind="order",
        ),
        "ladder": filled("LADDER", len(names), person_id=names, rung="contact"),
        "as_of": filled("AS_OF", 1, as_of=instants(pd.Series([block.calendar.end_ms]))),
    }  # fmt: skip


Row = tuple[str, float, float, float, float, int]


def _pair_rows(pairs: pd.DataFrame, synergy: pd.Series) -> list[Row]:
    is_it = (pairs["first_channel"] == synergy["first_channel"]) & (
        pairs["second_channel"] == synergy["second_channel"]
    )
    ranked = pairs.sort_values(["p_value", "first_channel", "second_channel"], ignore_index=False)
    place = math.nan
    rate = (math.nan, math.nan, math.nan)
    if is_it.any():
        at = pairs.index[is_it][0]
        place = float(list(ranked.index).index(at) + 1)
        rate = tuple(pairs.loc[at, ["together_rate", "low", "high"]].astype(float))
    planted = synergy["orders_only_together"] / max(synergy["pairs"], 1)
    others = float((pairs["is_declared"] & ~is_it).sum())
    return [
        ("planted_pair_rank", place, math.nan, math.nan, 1.0, len(pairs)),
        ("planted_pair_rate", *rate, planted, int(synergy["pairs"])),
        ("other_pairs_declared", others, math.nan, math.nan, 0.0, len(pairs)),
    ]


def _rank_correlation(one: np.ndarray, other: np.ndarray) -> float:
    from scipy.stats import spearmanr

    if len(one) < 3 or len(set(one)) < 2 or len(set(other)) < 2:
        return math.nan
    return float(spearmanr(one, other).statistic)


def _share(n_hits: int, n: int) -> tuple[float, float, float]:
    return (n_hits / n, *wilson_interval(n_hits, n)) if n else (math.nan, math.nan, math.nan)


def _real_persons(run: Path) -> pd.DataFrame:
    """``record_id, person_id, true_person_id``."""
    real = _read(run, "01_ingestion", "true_people")[["record_id", "true_person_id"]]
    people = _read(run, "02_identity", "people")[["record_id", "person_id"]]
    return people.merge(real, on="record_id")


def _read(run: Path, stage: str, name: str) -> pd.DataFrame:
    return pq.read_table(run / stage / f"{name}.parquet").to_pandas()
