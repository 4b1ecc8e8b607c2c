"""How alike two records are, field by field.

Context: a source's columns are not known beforehand, and a comparison that suits a name says
nothing about a post code. Choice: a field's kind is read from what it holds, and the kind decides
the comparisons and the blocking predicates that dedupe may learn from; a missing value is never
a difference, it has a flag of its own. Given up: frequencies of values, which would help a little
and would make one record's links depend on all the others.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from .fields import Field

if TYPE_CHECKING:
    from dedupe.datamodel import DataModel


MEASURES = {
    "text": ("likeness", "near", "equal"),
    "phrase": ("gap", "tokens", "near", "equal"),
    "long": ("tokens",),
    "code": ("edits", "one_off", "equal"),
    "email": ("likeness", "near", "equal"),
    "category": ("equal",),
}
_STARTS = (
    "wholeFieldPredicate sameThreeCharStartPredicate sameFiveCharStartPredicate sameSevenCharStartPredicate"
)
_TOKENS = "firstTokenPredicate tokenFieldPredicate fingerprint sortedAcronym doubleMetaphone metaphoneToken"
_GRAMS = "commonFourGram commonSixGram"
_PHRASE = (
    "firstTwoTokensPredicate commonTwoTokens commonThreeTokens commonIntegerPredicate alphaNumericPredicate"
)
PREDICATES = {
    "text": f"{_STARTS} {_TOKENS} {_GRAMS} twoGramFingerprint",
    "phrase": f"{_STARTS} {_TOKENS} {_GRAMS} {_PHRASE}",
    "long": f"{_STARTS} {_TOKENS} {_PHRASE}",
    "code": f"{_STARTS} {_GRAMS} suffixArray oneGramFingerprint",
    "email": f"{_STARTS} {_GRAMS} fingerprint",
    "category": "wholeFieldPredicate",
}


def _likeness(a: str, b: str) -> float:
    from rapidfuzz.distance import JaroWinkler

    return float(JaroWinkler.similarity(a, b))


def _edits(a: str, b: str) -> float:
    from rapidfuzz.distance import OSA

    return float(OSA.normalized_similarity(a, b))


def _near(a: str, b: str) -> float:
    # Names of strangers are alike up to about .8; only what is above it tells misspellings.
    return max(0.0, (_likeness(a, b) - 0.8) / 0.2)


def _one_off(a: str, b: str) -> float:
    from rapidfuzz.distance import OSA

    return float(OSA.distance(a, b, score_cutoff=1) <= 1)


def _tokens(a: str, b: str) -> float:
    from rapidfuzz.fuzz import token_set_ratio

    return float(token_set_ratio(a, b)) / 100


def _gap(a: str, b: str) -> float:
    from affinegap import normalizedAffineGapDistance

    # dedupe's own string distance, .5 for equal values and up to about 5.5, turned into 1 to 0.
    return max(0.0, 1.0 - (float(normalizedAffineGapDistance(a, b)) - 0.5) / 5.0)


def _equal(a: str, b: str) -> float:
    return float(a == b)


COMPARATORS: dict[str, Callable[[str, str], float]] = {
    "likeness": _likeness,
    "edits": _edits,
    "tokens": _tokens,
    "gap": _gap,
    "equal": _equal,
    "near": _near,
    "one_off": _one_off,
}


def column_names(fields: Sequence[Field]) -> list[str]:
    """Names of the columns of ``compare``, in its order: measures, then what both records tell."""
    measures = [f"{field.name}: {measure}" for field in fields for measure in MEASURES[field.kind]]
    return measures + [f"{field.name}: both told" for field in fields]


def data_model(fields: Sequence[Field], predicates: Sequence[Any] | None = None) -> DataModel:
    """dedupe's data model of the fields: our comparators, its predicates, its missing flags.

    Args:
        fields: What is compared.
        predicates: Predicates to learn from; None takes all of each field's kind.

    Returns:
        A model whose ``distances`` has the columns that ``column_names`` names.
    """
    from dedupe.datamodel import DataModel

    return DataModel(variables(fields, predicates))


def variables(fields: Sequence[Field], predicates: Sequence[Any] | None = None) -> list[Any]:
    """dedupe's variable definitions of the fields, without predicates that need an index."""
    from dedupe.variables.base import CustomType
    from dedupe.variables.string import StringType

    made: list[Any] = []
    for field in fields:
        own = predicates_of(field) if predicates is None else predicates
        for number, measure in enumerate(MEASURES[field.kind]):
            name, comparator = f"{field.name}: {measure}", COMPARATORS[measure]
            variable: Any = CustomType(field.name, comparator, name=name)
            if number == 0:
                variable = StringType(field.name, name=name, has_missing=True)
                variable.comparator = comparator
                variable.predicates = [one for one in own if one.field == field.name]
            made.append(variable)
    return made


def predicates_of(field: Field) -> list[Any]:
    """dedupe's predicates that suit the kind of a field."""
    from dedupe import predicates

    return [
        predicates.StringPredicate(getattr(predicates, name), field.name)
        for name in PREDICATES[field.kind].split()
    ]


def compare(
    fields: Sequence[Field], records: Sequence[dict[str, str | None]], pairs: np.ndarray
) -> np.ndarray:
    """How alike the records of each pair are; the columns of dedupe's ``distances``, sooner.

    Values repeat, so each pair of values is compared once.

    Args:
        fields: What is compared.
        records: n folded records.
        pairs: k pairs of positions, shape (k, 2).

    Returns:
        Shape (k, columns of ``column_names``); 1 is alike, 0 different or not told by both.

    Example:
        >>> people = [{"name": "ann lee"}, {"name": "ann lee"}, {"name": None}]
        >>> compare([Field("name", "text")], people, np.array([[0, 1], [0, 2]])).tolist()
        [[1.0, 1.0, 1.0, 1.0], [0.0, 0.0, 0.0, 0.0]]
    """
    measures: list[np.ndarray] = []
    flags: list[np.ndarray] = []
    pairs = np.asarray(pairs, dtype=np.int64).reshape(-1, 2)
    for field in fields:
        column = [record[field.name] for record in records]
        values = sorted({value for value in column if value is not None})
        code = {value: number for number, value in enumerate(values)}
        codes = np.array([-1 if value is None else code[value] for value in column], dtype=np.int64)
        first, second = codes[pairs[:, 0]], codes[pairs[:, 1]]
        both = (first >= 0) & (second >= 0)
        known, where = np.unique(first[both] * len(values) + second[both], return_inverse=True)
        told = [
            (values[a], values[b])
            for a, b in zip(known // max(1, len(values)), known % max(1, len(values)), strict=True)
        ]
        for measure in MEASURES[field.kind]:
            alike = np.zeros(len(pairs), dtype=np.float32)
            comparator = COMPARATORS[measure]
            alike[both] = np.array([comparator(a, b) for a, b in told], dtype=np.float32)[where]
            measures.append(alike)
        flags.append(both)
    return np.stack(measures + flags, axis=1).astype(np.float64)


def comparisons_text(row: Sequence[float], names: Sequence[str]) -> str:
    """One pair's comparisons as JSON, those that both records tell; never a value."""
    n_fields = sum(name.endswith(": both told") for name in names)
    told = {
        name[: -len(": both told")]
        for name, flag in zip(names[-n_fields:], row[-n_fields:], strict=True)
        if flag
    }
    shown = {
        name: round(float(value), 3)
        for name, value in zip(names[:-n_fields], row[:-n_fields], strict=True)
        if name.rsplit(": ", 1)[0] in told
    }
    return json.dumps(shown, sort_keys=True)
