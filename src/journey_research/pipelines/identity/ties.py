"""What tables say of pairs, sorted by how it joins, and the thresholds it is clustered at."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from .clustering import Ties
from .evidence import CONTESTED
from .joining import NOTHING, Pairs
from .judgements import judged_labels
from .matching.matcher import IDENTICAL

MOST_SOURCES_ONCE = 64


@dataclass(frozen=True)
class ClusterRule:
    """When likely pairs are one person.

    Attributes:
        threshold: Least average match probability inside a person; 0 takes the one that the
            training chose on held-out labels.
        variant_log_odds: How much more cautious and more generous the variants are, added to
            and taken from the threshold's log-odds.
        sure_probability: Ties of at least this probability are joined before anything is compared.
        most_in_cluster: Chains of more records are cut at rising thresholds.
        other_thresholds: Thresholds at which everything is clustered once more.
        sources_with_persons_once: Sources in which a person stands at most once: two of their records
            are one person only where they were judged the same. At most 64.
    """

    threshold: float = 0.0
    variant_log_odds: float = 1.0
    sure_probability: float = 0.99
    most_in_cluster: int = 60
    other_thresholds: tuple[float, ...] = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)
    sources_with_persons_once: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "sources_with_persons_once", tuple(self.sources_with_persons_once))
        if len(self.sources_with_persons_once) > MOST_SOURCES_ONCE:
            raise ValueError(f"sources_with_persons_once names more than {MOST_SOURCES_ONCE} sources")
        object.__setattr__(self, "other_thresholds", tuple(float(one) for one in self.other_thresholds))
        if not all(0 < one < 1 for one in self.other_thresholds):
            raise ValueError("other_thresholds lie between 0 and 1")
        if not 0 <= self.threshold < 1:
            raise ValueError(f"threshold is {self.threshold}; a probability lies between 0 and 1")
        if self.variant_log_odds <= 0:
            raise ValueError(f"variant_log_odds is {self.variant_log_odds}; variants differ by more than 0")
        if self.most_in_cluster < 2:
            raise ValueError(f"most_in_cluster is {self.most_in_cluster}; at least 2 are needed")

    def chosen(self, model: Mapping[str, Any]) -> float:
        """The threshold in force: the rule's own, or the model's, or a half."""
        return self.threshold or float(model.get("threshold", 0.5))

    def variants(self, model: Mapping[str, Any]) -> dict[str, float]:
        """Variant -> threshold, from cautious to generous."""
        chosen = self.chosen(model)
        odds = math.log(chosen / (1 - chosen))
        cautious, generous = (
            round(1 / (1 + math.exp(-odds + shift)), 4)
            for shift in (-self.variant_log_odds, self.variant_log_odds)
        )
        return {
            "cautious": cautious,
            "chosen": chosen,
            "generous": generous,
        }


def gather_ties(
    ids: Sequence[str],
    is_named: np.ndarray,
    evidence: pd.DataFrame,
    scored: pd.DataFrame,
    judgements: pd.DataFrame,
    rule: ClusterRule,
    one_values: pd.DataFrame | None = None,
) -> Ties:
    """Sort links and judgements by how they join; pairs of records that are not among the ids are left out.

    Args:
        ids: n record ids, sorted.
        is_named: n truth values: whether the record has a name of its own.
        evidence: Rows of contract ``LINKS``.
        scored: Rows of contract ``LINKS``.
        judgements: Rows of record_id_a, record_id_b, answer.
        rule: From which probability a tie is sure.
        one_values: From ``number_one_values``; null: a person may have any number of values.
    """
    place = pd.Index(ids)
    judged = judged_labels(judgements)
    accepted = evidence[evidence["is_accepted"].astype(bool)]
    is_sure = accepted["link_probability"].to_numpy() >= rule.sure_probability
    # What several named records have joins a record without a name where these are one person.
    is_contested = (evidence["refusal"] == CONTESTED).to_numpy(dtype=bool)
    unverified = pd.concat([accepted[~is_sure], evidence[is_contested]])
    is_identical = (scored["comparisons"] == IDENTICAL).to_numpy(dtype=bool)
    identical, identical_probability = _placed(scored[is_identical], place)
    compared, compared_probability = _placed(scored[~is_identical], place)
    return Ties(
        n_records=len(ids),
        same=_placed(judged[judged["answer"] == "same"], place)[0],
        distinct=_placed(judged[judged["answer"] == "distinct"], place)[0],
        sure=_placed(accepted[is_sure], place)[0],
        unverified=_placed(unverified, place)[0],
        identical=identical,
        identical_probability=identical_probability,
        scored=compared,
        scored_probability=compared_probability,
        is_named=is_named,
        once=sources_as_bits(ids, rule.sources_with_persons_once),
        one_values={} if one_values is None else place_one_values(one_values, place),
        most_in_cluster=rule.most_in_cluster,
    )


def place_one_values(one_values: pd.DataFrame, place: pd.Index) -> dict[str, np.ndarray]:
    """Identifier type -> n numbers of what each record holds of it, -1 where that is not known.

    Args:
        one_values: From ``number_one_values``.
        place: n record ids.
    """
    told = {}
    for name, rows in one_values.groupby("identifier_type", sort=True):
        at = place.get_indexer(pd.Index(rows["record_id"]))
        held = np.full(len(place), NOTHING, dtype=np.int64)
        held[at[at >= 0]] = rows["held_number"].to_numpy(dtype=np.int64)[at >= 0]
        told[str(name)] = held
    return told


def place_pairs(pairs: pd.DataFrame, place: pd.Index) -> Pairs:
    """Pairs of record ids as numbers, in the order of the rows; -1 where an id is not known.

    Example:
        >>> told = pd.DataFrame({"record_id_a": ["b", "x"], "record_id_b": ["a", "b"]})
        >>> [side.tolist() for side in place_pairs(told, pd.Index(["a", "b"]))]
        [[1, -1], [0, 1]]
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    named, wanted = pd.factorize(pd.concat([pairs["record_id_a"], pairs["record_id_b"]], ignore_index=True))
    # The ids that are asked for are hashed, not those of all records.
    ids = pa.array(place, pa.string())
    found = pc.index_in(ids, value_set=pa.array(wanted, pa.string()))
    known = np.flatnonzero(found.is_valid().to_numpy(zero_copy_only=False))
    at = np.full(len(wanted) + 1, NOTHING, dtype=np.int64)
    at[found.drop_null().to_numpy()] = known
    told = at[named]
    return told[: len(pairs)], told[len(pairs) :]


def _placed(pairs: pd.DataFrame, place: pd.Index) -> tuple[Pairs, np.ndarray]:
    """Pairs of known records as numbers, sorted, and their probability where they have one."""
    a, b = place_pairs(pairs, place)
    known = np.flatnonzero((a >= 0) & (b >= 0))
    known = known[np.lexsort([b[known], a[known]])]
    told = pairs["link_probability"].to_numpy(dtype=float)[known] if "link_probability" in pairs else known
    return (a[known], b[known]), told


def sources_as_bits(ids: Sequence[str], sources: Sequence[str]) -> np.ndarray | None:
    """n bits, one for each source that holds a person once; 0 where the record is of another.

    Example:
        >>> sources_as_bits(["crm:1", "shop:1", "web:1"], ["crm", "web"]).tolist()
        [1, 0, 2]
    """
    if not sources:
        return None
    bit_of = {source: 1 << number for number, source in enumerate(sources)}
    return np.array([bit_of.get(record_id.partition(":")[0], 0) for record_id in ids], dtype=np.uint64)
