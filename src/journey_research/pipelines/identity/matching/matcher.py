"""A trained matcher: the document it is kept as, and scored pairs by it.

The document is JSON that a reviewer can read: columns and their kinds, blocking rules by dedupe's
names for its predicates, a weight for every feature, versions, and a hash of it all. Nothing else
is needed to score, and no pickle is.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from journey_research.errors import UserError

from .candidates import KeyRing, Rule, candidate_pairs, is_among, pairs_in
from .columns import ValueColumn, encode, repeated_rows, tells_enough
from .fields import Field
from .likeness import Likeness
from .linkage import chains
from .logistic import Logistic, on_one_thread
from .pair_scorer import Ceilings, PairScorer
from .progress import Progress, silent
from .quantities import parts_of

if TYPE_CHECKING:
    import pyarrow as pa

CHUNK = 200_000
CHAIN_FLOOR = 0.2
LEAST_BETWEEN = 0.01
IDENTICAL = json.dumps({"identical values": 1.0})  # the comparisons of records that are equal


@dataclass(frozen=True)
class Matcher:
    """What has been learnt.

    Attributes:
        fields: The compared columns.
        partings: Whole names to part first -> the columns of their parts.
        swaps: Pairs of columns that may hold each other's values.
        rules: Blocking rules.
        logistic: Weights of the features of ``Likeness``.
        threshold: Least average probability inside a person.
        most_in_block: Largest block whose pairs are made.
        least_probability: Pairs below it are not kept.
        most_in_chain: Chains of up to so many records are compared whole.
        told: What it was learnt from; for the reader.
    """

    fields: tuple[Field, ...]
    partings: Mapping[str, tuple[str, str]]
    swaps: tuple[tuple[str, str], ...]
    rules: tuple[Rule, ...]
    logistic: Logistic
    threshold: float
    most_in_block: int
    least_probability: float
    most_in_chain: int
    told: Mapping[str, Any] = field(default_factory=dict)

    def document(self, names: Sequence[str]) -> dict[str, Any]:
        """The matcher as JSON, with a hash; ``names`` are the features of its weights."""
        model: dict[str, Any] = {
            "state": "trained",
            "fields": [{"name": one.name, "kind": one.kind} for one in self.fields],
            "whole_names": {whole: list(parts) for whole, parts in self.partings.items()},
            "swapped": [list(pair) for pair in self.swaps],
            "predicates": [list(rule) for rule in self.rules],
            "weights": {
                name: round(float(weight), 9)
                for name, weight in zip(names, self.logistic.weights, strict=True)
            },
            "intercept": round(self.logistic.intercept, 9),
            "threshold": self.threshold,
            "most_in_block": self.most_in_block,
            "least_probability": self.least_probability,
            "most_in_cluster": self.most_in_chain,
            **self.told,
        }
        return {**model, "sha256": document_hash(model)}


def document_hash(model: Mapping[str, Any]) -> str:
    """SHA-256 of a model's text without the hash itself."""
    told = {key: value for key, value in model.items() if key != "sha256"}
    return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()


def read_matcher(model: Mapping[str, Any], columns: Sequence[str]) -> Matcher:
    """The matcher of a document.

    Args:
        model: From ``Matcher.document``.
        columns: Names of the columns at hand.

    Raises:
        UserError: It is no matcher, its hash differs, or a field is not in ``columns``.
    """
    if "weights" not in model:
        raise UserError("the model holds no matcher", rule=str(model.get("state", "no weights")))
    if model.get("sha256") != document_hash(model):
        raise UserError("the model's text does not match its own hash", do="train it again")
    for one in model["fields"]:
        for name in [one["name"]] if one["name"] in columns else parts_of(one["name"]):
            if name not in columns:
                raise UserError("a field of the model is missing", column=name)
    fields = tuple(Field(one["name"], one["kind"]) for one in model["fields"])
    swaps = tuple((pair[0], pair[1]) for pair in model["swapped"])
    names = feature_names(fields, swaps)
    if set(names) != set(model["weights"]):
        raise UserError("the model weighs other features than this version makes", do="train it again")
    return Matcher(
        fields=fields,
        partings={whole: (parts[0], parts[1]) for whole, parts in sorted(model["whole_names"].items())},
        swaps=swaps,
        rules=tuple(tuple(rule) for rule in model["predicates"]),
        logistic=Logistic(
            np.array([float(model["weights"][name]) for name in names]), float(model["intercept"])
        ),
        threshold=float(model["threshold"]),
        most_in_block=int(model["most_in_block"]),
        least_probability=float(model["least_probability"]),
        most_in_chain=int(model["most_in_cluster"]),
    )


def feature_names(fields: Sequence[Field], swaps: Sequence[tuple[str, str]]) -> list[str]:
    """Names of the features of ``Likeness``, which hang on the columns alone."""
    nothing = (np.zeros(0, dtype=object), np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int32))
    return Likeness([ValueColumn(one.name, one.kind, *nothing) for one in fields], swaps).names


@dataclass(frozen=True)
class BlockIndex:
    """Compared records by the keys of the blocking rules.

    Attributes:
        live: Record numbers.
        keys: Rule -> keys and places in ``live``; see ``candidates.packed_keys``.
    """

    live: np.ndarray
    keys: Mapping[Rule, tuple[np.ndarray, int]]


@dataclass(frozen=True)
class Scored:
    """Compared pairs of n records.

    Attributes:
        first: k record numbers.
        second: k record numbers, greater than ``first``.
        probability: k match probabilities, to six decimals.
        repeats: Record numbers that hold the same values as an earlier one.
        repeated: That earlier one, for each.
        repeat_probability: What the model gives to records that are equal.
        likeness: For whoever wants the features of a pair.
        left_out: Rule -> pairs in blocks that were too large.
        indexes: The compared records by their keys, for records that come later.
        ceilings: What can be ruled out, for the same; see ``PairScorer``.
    """

    first: np.ndarray
    second: np.ndarray
    probability: np.ndarray
    repeats: np.ndarray
    repeated: np.ndarray
    repeat_probability: np.ndarray
    likeness: Likeness
    left_out: Mapping[Rule, int]
    indexes: tuple[BlockIndex, ...]
    ceilings: Mapping[float, Ceilings]


@on_one_thread
def score_columns(
    columns: Sequence[ValueColumn],
    matcher: Matcher,
    joined: tuple[np.ndarray, np.ndarray] | None = None,
    tell: Progress = silent,
) -> Scored:
    """Score every pair of records that the matcher's rules bring together.

    Records with the same values are compared once; each further one repeats the first. Where scores
    or ``joined`` chain records together, the pairs in between are scored as well, so that a cluster
    is judged whole; of these a pair of less than a hundredth is left out, and counts as 0. Records that
    tell too little are compared with nobody; see ``tells_enough``.

    Args:
        columns: The matcher's fields of n records.
        matcher: From ``read_matcher``.
        joined: Two arrays of record numbers: pairs that something else joins.
        tell: Is told how far it has come.
    """
    tell("finding pairs to compare", 0, 0)
    n = len(columns[0].codes)
    enough = tells_enough(columns)
    first_of = repeated_rows(columns)
    live = np.flatnonzero(enough & (first_of == np.arange(n)))
    place = np.full(n, -1, dtype=np.int64)
    place[live] = np.arange(len(live))
    own = [column.of(live) for column in columns]
    likeness = Likeness(own, matcher.swaps)
    found = candidate_pairs(KeyRing(own), matcher.rules, matcher.most_in_block)
    scorer = PairScorer(likeness, matcher.logistic)
    kept, probability = scorer.likely(found.first, found.second, matcher.least_probability, tell)
    first, second = found.first[kept], found.second[kept]
    ties = [place[first_of[side]] for side in joined] if joined is not None else [live[:0], live[:0]]
    tied = (ties[0] >= 0) & (ties[1] >= 0) & (ties[0] != ties[1])
    more_first, more_second = pairs_between(
        len(live), first, second, probability, (ties[0][tied], ties[1][tied]), matcher
    )
    more, more_probability = scorer.likely(more_first, more_second, LEAST_BETWEEN)
    repeats = np.flatnonzero(enough & (first_of != np.arange(n)))
    same = place[first_of[repeats]]
    return Scored(
        live[np.concatenate([first, more_first[more]])],
        live[np.concatenate([second, more_second[more]])],
        np.concatenate([probability, more_probability]),
        repeats,
        first_of[repeats],
        scorer.probabilities(same, same),
        Likeness(list(columns), matcher.swaps),
        found.left_out,
        (BlockIndex(live, found.keys),),
        scorer.ceilings,
    )


def pairs_between(
    n: int,
    first: np.ndarray,
    second: np.ndarray,
    probability: np.ndarray,
    ties: tuple[np.ndarray, np.ndarray],
    matcher: Matcher,
) -> tuple[np.ndarray, np.ndarray]:
    """Pairs inside a chain of likely pairs and ties that no rule brought together; see ``linkage.chains``."""
    floor = max(matcher.least_probability, CHAIN_FLOOR)
    chain = chains(
        n,
        np.concatenate([first, ties[0]]),
        np.concatenate([second, ties[1]]),
        np.concatenate([probability, np.ones(len(ties[0]))]),
        floor,
        matcher.most_in_chain,
    )
    members, sizes = np.argsort(chain, kind="stable"), np.bincount(chain, minlength=n)
    starts = np.cumsum(sizes) - sizes
    fits = sizes > 1
    inside_first, inside_second = pairs_in(members, starts[fits], sizes[fits])
    codes = np.sort(inside_first * n + inside_second)  # members rise in a chain, so each pair is here once
    missing = codes[~is_among(codes, np.sort(first * n + second))]
    return missing // max(n, 1), missing % max(n, 1)


def comparisons_of(likeness: Likeness, first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Each pair's comparisons as JSON, those that both records tell; never a value.

    Returns:
        k texts, object array, keys in order, values to three decimals.
    """
    names = likeness.names
    told = {name.rsplit(": ", 1)[0]: at for at, name in enumerate(names) if name.endswith(": told")}
    shown = sorted(
        (name, at, told.get(name.rsplit(": ", 1)[0]))
        for at, name in enumerate(names)
        if not name.endswith((": told", ", squared", ", near", ": rare", ": equal and rare"))
    )
    texts = [np.zeros(0, dtype=object)]
    for at in range(0, len(first), CHUNK):
        features = likeness.compare(first[at : at + CHUNK], second[at : at + CHUNK])
        parts = [
            _as_text(name, features[:, place], features[:, place if both is None else both] > 0)
            for name, place, both in shown
        ]
        texts.append(_joined(parts, len(features)))
    return np.concatenate(texts)


def _as_text(name: str, values: np.ndarray, is_shown: np.ndarray) -> pa.Array:
    """``"name": value`` for each value, null where it is not shown; a text is made once per value."""
    import pyarrow as pa

    thousandths = np.rint(values * 1000).astype(np.int64)
    distinct, place = np.unique(thousandths, return_inverse=True)
    texts = pa.array([f"{json.dumps(name)}: {value / 1000}" for value in distinct.tolist()], pa.string())
    return texts.take(pa.array(place, mask=~is_shown))


def _joined(parts: Sequence[pa.Array], n: int) -> np.ndarray:
    """Each row's parts as one object; a row without any is left out by the join, so it is not asked."""
    import pyarrow as pa
    import pyarrow.compute as pc

    told = np.full(n, "{}", dtype=object)
    is_told = np.zeros(n, dtype=bool)
    for part in parts:
        is_told |= part.is_valid().to_numpy(zero_copy_only=False)
    rows = pa.array(np.flatnonzero(is_told))
    if len(rows):
        inside = pc.binary_join_element_wise(*(part.take(rows) for part in parts), ", ", null_handling="skip")
        told[is_told] = pc.binary_join_element_wise("{", inside, "}", "").to_numpy(zero_copy_only=False)
    return told


def columns_for(frame: pd.DataFrame, matcher: Matcher) -> list[ValueColumn]:
    """The matcher's columns of a frame."""
    return encode(frame, matcher.fields, matcher.partings)
