"""What a source may promise of its own plausibility, and whether a mapping says it in a known way.

``last_of_record``: touches of an action end their record's history, as a purchase does in data that
stop there. ``first_of_record``: they begin it. ``preceded_by``: an earlier touch of another action of
the same record goes before them. Scrambled keys break all three.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from .mapping_words import did_you_mean

PROMISES = {
    "last_of_record": ("action",),
    "first_of_record": ("action",),
    "preceded_by": ("action", "earlier"),
}


def misshapen_promise(said: Any) -> Iterator[tuple[str, str]]:
    """What is wrong with one entry of ``expects``."""
    if not isinstance(said, Mapping):
        yield "says 'expects' in another shape", "as in {last_of_record: {action: conversion}, share: 0.5}"
        return
    if strange := sorted(set(map(str, said)) - set(PROMISES) - {"share"}):
        yield (
            f"says 'expects.{strange[0]}', which is not known",
            did_you_mean(strange[0], [*PROMISES, "share"]),
        )
    kinds = [word for word in PROMISES if said.get(word) is not None]
    if len(kinds) != 1:
        yield "expects nothing in particular, or two things at once", f"say one of {', '.join(PROMISES)}"
    for kind in kinds:
        about = said[kind]
        if not isinstance(about, Mapping) or set(about) != set(PROMISES[kind]):
            yield f"says 'expects.{kind}' in another shape", f"it holds {', '.join(PROMISES[kind])}"
        elif not all(isinstance(one, str) and one for one in about.values()):
            yield f"says 'expects.{kind}' in another shape", "it names actions as touches are called here"
    share = said.get("share")
    if not isinstance(share, int | float) or isinstance(share, bool) or not 0 < share <= 1:
        yield "does not say 'expects.share'", "it is the least share that must keep it, above 0 and up to 1"
