"""What keys a predicate gives a value: dedupe's own function, and the definitions of those that are ours."""

import re
from collections import Counter

import numpy as np
from dedupe import predicate_functions

from journey_research.pipelines.identity.matching.predicate_keys import (
    LEAST_HELD,
    MEASURED,
    RAREST,
    hashed,
)


def words_of(value):
    """Runs of letters and digits."""
    return re.findall(r"[^\W_]+", value)


def codes_of(value):
    """Words with a digit, without what stands between their letters."""
    return {re.sub(r"[\W_]", "", word) for word in re.split("[\t-\r ]+", value) if re.search(r"\d", word)}


def number_of(value):
    """A number without commas and signs of money, or nothing."""
    told = re.fullmatch(r"(?:eur )?(-?(?:0|[1-9][0-9,]*)(?:\.[0-9]+)?)", value)
    return float(told[1].replace(",", "")) if told else None


def place_of(value):
    """Two decimal degrees, or nothing."""
    if not re.fullmatch(r"-?[0-9]{1,2}(\.[0-9]+)?[,; ] ?-?[0-9]{1,3}(\.[0-9]+)?", value):
        return None
    north, east = map(float, re.split("[,; ] ?", value))
    return (north, east) if abs(north) <= 90 and abs(east) <= 180 else None


def keys_by_hand(values, predicate, value):
    """The keys of one of some values.

    Args:
        values: All distinct values of the column.
        predicate: Its name.
        value: One of them.
    """
    if predicate == "codeWords":
        return codes_of(value)
    if predicate == "rareWords":
        held = Counter(word for one in values for word in set(words_of(one)))
        several = {word for word in words_of(value) if held[word] >= LEAST_HELD}
        # Of words as rare as one another the hash decides.
        order = {word: (held[word], hashed(np.array([word], dtype=object))[0]) for word in several}
        return set(sorted(several, key=order.__getitem__)[:RAREST])
    if predicate in MEASURED:
        told = (place_of if MEASURED[predicate] == "place" else number_of)(value)
        known = any(told) if isinstance(told, tuple) else bool(told)
        return getattr(predicate_functions, predicate)(told) if known else frozenset()
    return getattr(predicate_functions, predicate)(value)
