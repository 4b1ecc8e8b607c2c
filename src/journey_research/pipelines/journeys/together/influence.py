"""How far persons carry each other: who reaches whom with a word, in which circles, what came after."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyarrow as pa

from journey_research.engine import Table, run_sql
from journey_research.pipelines.journeys.intervals import clustered_interval, wilson_interval

from .communities import spread_labels
from .pair_rule import DAY_US

FIGURES = {"figure": "str", "share": "float64", "low": "float64", "high": "float64", "n": "int64"}


@dataclass(frozen=True)
class InfluenceRule:
    """What is a word between persons, and how long it holds.

    Attributes:
        kinds: Kinds of referrals in which the giver reaches the receiver.
        peer_channels: Channels whose touches are a peer's, beside those of a peer's initiative.
        adoption_days: A conversion so long after a word followed it, in days.
        community_seed: Of the order in which persons look around.
        max_rounds: Rounds of that, at most.
    """

    kinds: Sequence[str]
    peer_channels: Sequence[str]
    adoption_days: int
    community_seed: int
    max_rounds: int

    def __post_init__(self) -> None:
        for name in ("adoption_days", "max_rounds"):
            if getattr(self, name) <= 0:
                raise ValueError(f"{name} is {getattr(self, name)}; it is more than 0")
        for name in ("kinds", "peer_channels"):
            if isinstance(getattr(self, name), str):
                raise ValueError(f"{name} is a list")


def link_persons(referrals: Table, people: Table, outcomes: Table, rule: InfluenceRule) -> Table:
    """Who reached whom with a word, how often, and whether a conversion came after it.

    After it, not by it: whoever hears of a product from a friend might have bought it anyway.

    Args:
        referrals: n rows, contract ``Referrals``.
        people: k rows, contract ``People``.
        outcomes: m rows, contract ``Outcomes``.
        rule: What is a word, and how long it holds.

    Returns:
        Contract ``InfluenceEdges``, keyed by giver and receiver.
    """
    return run_sql(
        "influence_edges.sql", referrals=referrals, people=people, outcomes=outcomes,
        kinds=_words("kind", rule.kinds), adoption_us=rule.adoption_days * DAY_US,
    )  # fmt: skip


def measure_spheres(influence_edges: Table, rule: InfluenceRule) -> pd.DataFrame:
    """How many persons each reaches in one step and in two, and the circle each belongs to.

    Args:
        influence_edges: m rows, contract ``InfluenceEdges``.
        rule: How circles are looked for.

    Returns:
        Contract ``InfluenceSpheres``, one row per person with a word given or heard. A second step counts
        if it came after the first: what was passed on before cannot have been passed on from here. A
        circle is named after its first person; ``component_id`` is all that hangs together.
    """
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    spheres = run_sql("influence_spheres.sql", influence_edges=influence_edges).to_arrow()
    found = spheres.sort_by("person_id").to_pandas()
    edges = influence_edges.to_arrow().sort_by(
        [("giver_person_id", "ascending"), ("receiver_person_id", "ascending")]
    )
    persons = found["person_id"].to_numpy(object)
    n = len(persons)
    givers, receivers = (
        np.searchsorted(persons, edges[name].to_numpy(zero_copy_only=False)).astype(np.int64)
        for name in ("giver_person_id", "receiver_person_id")
    )
    weights = edges["n_acts"].to_numpy()
    labels = spread_labels(givers, receivers, weights, n, rule.community_seed, rule.max_rounds)
    parts = np.zeros(0, np.int64)
    if n:
        _, parts = connected_components(
            coo_array((np.ones(len(weights)), (givers, receivers)), (n, n)), directed=False
        )
    return found.assign(community_id=_named(labels, persons), component_id=_named(parts, persons)).astype(
        {"person_id": "str", "community_id": "str", "component_id": "str"}
    )


def tell_influence(
    journey_touches: Table, influence_edges: Table, influence_spheres: Table, rule: InfluenceRule
) -> pd.DataFrame:
    """The reach of persons in few figures.

    Args:
        journey_touches: n rows, contract ``JourneyTouches``: the persons, and their touches by peers.
        influence_edges: m rows, contract ``InfluenceEdges``.
        influence_spheres: k rows, contract ``InfluenceSpheres``.
        rule: Which channels are a peer's.

    Returns:
        Contract ``InfluenceFigures``, five rows; null where there is nobody to count. Of the persons:
        ``touched_by_peers_share``, ``giving_share``. Of the pairs of giver and receiver:
        ``followed_share``, after whose word the receiver converted (interval by giver). Of the givers:
        ``passed_on_share``, who reach others in two steps. Of those connected:
        ``largest_community_share``, without interval.
    """
    reach = run_sql(
        "peer_reach.sql", journey_touches=journey_touches, influence_edges=influence_edges,
        peer_channels=_words("channel", rule.peer_channels),
    ).to_arrow().to_pylist()[0]  # fmt: skip
    spheres = influence_spheres.to_arrow().to_pandas()
    givers = spheres[spheres["n_reached"] > 0]
    rows = [
        ("touched_by_peers_share", *_share(reach["n_reached"], reach["n"])),
        ("giving_share", *_share(reach["n_giving"], reach["n"])),
        ("passed_on_share", *_share(int((givers["n_reached_further"] > 0).sum()), len(givers))),
    ]
    hits, sizes = givers["n_followed"].to_numpy(), givers["n_reached"].to_numpy()
    n_edges = int(sizes.sum())
    followed: tuple[float, float, float, int] = (math.nan, math.nan, math.nan, 0)
    if n_edges:
        sums = (int((hits * hits).sum()), int((hits * sizes).sum()), int((sizes * sizes).sum()))
        ends = clustered_interval(int(hits.sum()), n_edges, len(givers), *sums)
        followed = (float(hits.sum()) / n_edges, *ends, n_edges)
    rows.append(("followed_share", *followed))
    largest = int(spheres.groupby("community_id").size().max()) if len(spheres) else 0
    share = largest / len(spheres) if len(spheres) else math.nan
    rows.append(("largest_community_share", share, math.nan, math.nan, len(spheres)))
    return pd.DataFrame(sorted(rows), columns=list(FIGURES)).astype(FIGURES)


def _named(labels: np.ndarray, persons: np.ndarray) -> np.ndarray:
    """Each label as the first person who has it; persons are in order."""
    _, first, number = np.unique(labels, return_index=True, return_inverse=True)
    return np.asarray(persons[first][number], dtype=object)


def _share(n_hits: int, n: int) -> tuple[float, float, float, int]:
    if not n:
        return math.nan, math.nan, math.nan, 0
    return n_hits / n, *wilson_interval(n_hits, n), n


def _words(column: str, words: Sequence[str]) -> Table:
    return Table.from_arrow(pa.table({column: pa.array(sorted(set(words)), pa.string())}))
