"""Which pair to ask about next, so that few answers teach much.

Context: nearly all pairs are plain, and their answers teach nothing. Choice: dedupe's active learning
(``dedupe.labeler``): its match learner is fitted on all answers so far, and its disagreement learner
picks a pair that it would join and the present result does not; where there is none, one of those
joined, as sure as a number drawn from 0 to 1. The candidates are pairs that the result has compared,
spread over its scores, and what is learnt from is how alike their fields are: no value is needed, so
pairs can be chosen with the vault shut.

Given up: dedupe's own candidates and its learning of blocking rules after every answer, which took 2
to 34 seconds to begin on 500 to 1,000 records; and pairs spread over all candidates, or drawn at
random in between, which taught less: 20 labels on the restaurants gave F1 .93 and .94, these .96.
``benchmarks/active_labels.py`` measures it against random pairs.

The next pair is a function of pairs, answers and seed: dedupe's generators, one of which it never
seeds, are seeded around the call.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from dedupe.labeler import DisagreementLearner

PAIRS = ["id_a", "id_b", "probability", "is_found"]
LEAST_FEATURES = 2
_BANDS = 10


@dataclass(frozen=True)
class ChoiceRule:
    """How far the choice looks.

    Attributes:
        most_candidates: Pairs to choose from, spread over the scores.
        choice_seed: Seed of what is drawn.
    """

    most_candidates: int = 4_000
    choice_seed: int = 1

    def __post_init__(self) -> None:
        if self.most_candidates < 2:
            raise ValueError(f"most_candidates is {self.most_candidates}; at least 2")


class PairChooser:
    """Chooses the next pair of a result.

    Args:
        pairs: k rows, columns ``PAIRS``.
        features: Shape (k, m): how alike the two records of each pair are, field by field.
        rule: How far to look; None takes the defaults.

    Example:
        >>> pairs = pd.DataFrame([("1", "2", 0.9, True), ("1", "3", 0.2, False)], columns=PAIRS)
        >>> chooser = PairChooser(pairs, np.array([[1.0, 1.0], [0.0, 1.0]]))
        >>> nobody = pd.DataFrame(columns=["record_id_a", "record_id_b", "answer"])
        >>> chooser.choose(nobody) in [("1", "2"), ("1", "3")]
        True
    """

    def __init__(self, pairs: pd.DataFrame, features: np.ndarray, rule: ChoiceRule | None = None) -> None:
        if len(pairs) != len(features):
            raise ValueError(f"{len(pairs):,} pairs and {len(features):,} rows of features; one each")
        self.rule = rule or ChoiceRule()
        ordered = pairs.reset_index(drop=True)
        swapped = ordered["id_a"] > ordered["id_b"]
        low, high = (
            ordered["id_a"].mask(swapped, ordered["id_b"]),
            ordered["id_b"].mask(swapped, ordered["id_a"]),
        )
        self._place = {pair: at for at, pair in enumerate(zip(low, high, strict=True))}
        self._ids = list(self._place)
        self._probability = ordered["probability"].to_numpy(dtype=float)
        self._is_found = ordered["is_found"].to_numpy(dtype=float)
        self._features = np.nan_to_num(np.asarray(features, dtype=float))

    @cached_property
    def candidates(self) -> np.ndarray:
        """Positions of the pairs to choose from, sorted by pair; the same for the same pairs in any order."""
        by_name = np.array(sorted(range(len(self._ids)), key=self._ids.__getitem__), dtype=np.int64)
        return by_name[spread_over_scores(self._probability[by_name], self.rule)]

    def choose(self, judgements: pd.DataFrame) -> tuple[str, str] | None:
        """The pair to ask about next.

        Args:
            judgements: Rows of record_id_a, record_id_b, answer: all that is known so far.

        Returns:
            The smaller id first; None where every candidate is judged.
        """
        told = {
            (min(a, b), max(a, b)): answer
            for a, b, answer in judgements[["record_id_a", "record_id_b", "answer"]].itertuples(
                index=False, name=None
            )
        }
        open_ = np.array([at for at in self.candidates if self._ids[at] not in told], dtype=np.int64)
        if not len(open_):
            return None
        teaching = sorted(
            (self._place[pair], answer == "same")
            for pair, answer in told.items()
            if pair in self._place and answer in ("same", "distinct")
        )
        if self._features.shape[1] < LEAST_FEATURES:
            return self._ids[self._nearest_to_a_half(open_)]
        return self._ids[self._by_disagreement(open_, teaching, len(told))]

    def _nearest_to_a_half(self, open_: np.ndarray) -> int:
        """The plain choice: where the result itself is in most doubt."""
        return int(open_[np.argmin(np.abs(self._probability[open_] - 0.5))])

    def _by_disagreement(self, open_: np.ndarray, teaching: list[tuple[int, bool]], n_told: int) -> int:
        """dedupe's choice among the open pairs."""
        places = [at for at, _ in teaching]
        answers: list[Any] = [int(is_same) for _, is_same in teaching]
        # Until both answers have been given, the surest pair of each kind stands in for one, as
        # dedupe begins with a record and itself, and two records at random.
        if 1 not in answers:
            places.append(int(self.candidates[np.argmax(self._probability[self.candidates])]))
            answers.append(1)
        if 0 not in answers:
            places.append(int(self.candidates[np.argmin(self._probability[self.candidates])]))
            answers.append(0)
        seed = [self.rule.choice_seed, n_told]
        import dedupe.labeler  # noqa: F401 - here, because what is imported draws from the generator too

        with _seeded(seed), _on_one_thread():
            learner = self._learner(open_)
            learner.rng = np.random.default_rng(seed)
            pairs: Any = [(at, at) for at in places]
            learner.mark(pairs, answers)
            chosen: Any = learner.pop()
        return int(chosen[0])

    def _learner(self, open_: np.ndarray) -> DisagreementLearner:
        """dedupe's learner over the open pairs; a pair is told by its position, twice."""
        from dedupe import labeler

        features, is_found = self._features, self._is_found

        def featurizer(pairs: Sequence[Any]) -> np.ndarray:
            return features[[at for at, _ in pairs]]

        class Result(labeler.Learner):
            """What the present result says; it learns nothing."""

            def __init__(self, candidates: list[Any]) -> None:
                self._candidates = candidates

            def fit(self, pairs: Any, y: Any) -> None:
                pass

            def candidate_scores(self) -> np.ndarray:
                places: list[Any] = [at for at, _ in self._candidates]
                return is_found[places].reshape(-1, 1)

            def remove(self, index: int) -> None:
                self._candidates.pop(index)

        class Disagreement(labeler.DisagreementLearner):
            def __init__(self, candidates: list[Any]) -> None:
                super().__init__()
                self._candidates = candidates
                self.matcher = labeler.MatchLearner(featurizer, candidates)
                self.blocker = Result(candidates.copy())  # type: ignore[assignment]

        return Disagreement([(int(at), int(at)) for at in open_])


def spread_over_scores(probability: np.ndarray, rule: ChoiceRule) -> np.ndarray:
    """Positions of at most ``most_candidates`` pairs, as many from each tenth of the scores as it has.

    Args:
        probability: k scores, 0 to 1.
        rule: How many, and the seed.

    Returns:
        Rising positions.

    Example:
        >>> spread_over_scores(np.array([0.05, 0.06, 0.07, 0.9]), ChoiceRule(2)).tolist()[-1]
        3
    """
    if len(probability) <= rule.most_candidates:
        return np.arange(len(probability))
    band = np.minimum((probability * _BANDS).astype(np.int64), _BANDS - 1)
    sizes = np.bincount(band, minlength=_BANDS)
    draw = np.random.default_rng(rule.choice_seed)
    left, chosen = rule.most_candidates, []
    # The smallest bands first: what they cannot fill goes to the others.
    for number, at in enumerate(np.argsort(sizes, kind="stable")):
        n = min(int(sizes[at]), left // (_BANDS - number))
        chosen.append(draw.choice(np.flatnonzero(band == at), n, replace=False))
        left -= n
    return np.sort(np.concatenate(chosen))


def features_of(comparisons: pd.Series) -> np.ndarray:
    """How alike the fields of pairs are, as a run keeps it.

    Args:
        comparisons: k texts of JSON, names and numbers; null where nothing was compared.

    Returns:
        Shape (k, m): the numbers of all names, sorted; 0 where a pair does not tell one.

    Example:
        >>> features_of(pd.Series(['{"city: equal": 1.0}', '{"name: likeness": 0.5}', None])).tolist()
        [[1.0, 0.0], [0.0, 0.5], [0.0, 0.0]]
    """
    told = [json.loads(text) if isinstance(text, str) and text else {} for text in comparisons]
    names = sorted({name for one in told for name, value in one.items() if isinstance(value, int | float)})
    place = {name: at for at, name in enumerate(names)}
    features = np.zeros((len(told), len(names)))
    for row, one in enumerate(told):
        for name, value in one.items():
            if name in place:
                features[row, place[name]] = float(value)
    return features


@contextmanager
def _seeded(seed: Sequence[int]) -> Iterator[None]:
    """dedupe draws from the process's own generator: it is seeded here, and left as it was found."""
    state = random.getstate()
    random.seed(json.dumps(list(seed)))
    try:
        yield
    finally:
        random.setstate(state)


@contextmanager
def _on_one_thread() -> Iterator[None]:
    """Sums in one order, so that the same answers give the same pair."""
    from threadpoolctl import threadpool_limits

    with threadpool_limits(1):
        yield
