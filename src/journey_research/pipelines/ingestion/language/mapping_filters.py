"""Whether a mapping says in a known way which rows it means, and which rules they keep."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from .mapping_kinds import named
from .mapping_words import did_you_mean

RULE_NAMES = ("present", "number", "time", "timestamp", "one_of")
PRESENT = "present"
SIDES = ("inside", "outside")


def misshapen_filter(place: str, says: Any) -> Iterator[tuple[str, str]]:
    """What is wrong with columns and the words that they may hold."""
    for column, words in named(says):
        listed = list(words) if isinstance(words, list | tuple) else [words]
        if not listed or not all(isinstance(one, str | int | float) for one in listed):
            yield f"says '{place}.{column}' in another shape", f"list words, or say {PRESENT}"


def misshapen_check(column: str, says: Any) -> Iterator[tuple[str, str]]:
    """What is wrong with the rules of one column; a name that is not known is told when rows are read."""
    for rule in says if isinstance(says, list | tuple) else [says]:
        if isinstance(rule, Mapping) and "one_of" in rule:
            words = rule["one_of"]
            if len(rule) > 1 or not isinstance(words, list | tuple) or not words:
                yield (
                    f"says 'checks.{column}.one_of' in another shape",
                    "list words, as in one_of: [paid, open]",
                )
        elif not isinstance(rule, str):
            word = next(iter(rule), "") if isinstance(rule, Mapping) else rule
            yield f"checks '{column}' by a rule that is not known", did_you_mean(word, RULE_NAMES)


def misshapen_sample(place: str, says: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """What is wrong with a lasting sample of rows."""
    missing = [word for word in ("by", "share", "seed") if says.get(word) is None]
    if missing:
        yield f"does not say '{place}.{missing[0]}'", "add it"
        return
    for word in sorted(set(map(str, says)) - {"by", "share", "seed", "keep"})[:1]:
        yield (
            f"says '{place}.{word}', which is not known",
            did_you_mean(word, ("by", "share", "seed", "keep")),
        )
    share, seed, side = says["share"], says["seed"], says.get("keep", SIDES[0])
    if not isinstance(says["by"], str):
        yield f"says '{place}.by' in another shape", "it is one column"
    if isinstance(share, bool) or not isinstance(share, int | float) or not 0 < share <= 1:
        yield f"says '{place}.share' in another shape", "it is above 0 and up to 1"
    if isinstance(seed, bool) or not isinstance(seed, int):
        yield f"says '{place}.seed' in another shape", "it is a whole number"
    if side not in SIDES:
        yield f"says a '{place}.keep' that is not known", did_you_mean(side, SIDES)
