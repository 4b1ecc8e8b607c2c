"""Whether a mapping says in a known way how its columns are called and spelled."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import fields
from typing import Any

import pyarrow as pa

from journey_research.pipelines.ingestion.forms.currencies import CURRENCIES
from journey_research.pipelines.ingestion.forms.times import moments
from journey_research.pipelines.ingestion.forms.zones import zone_said

from .mapping_forms import TIME_FORMATS, NumberForm, TimeForm, time_form_of
from .mapping_kinds import LIST, TEXT, TRUTH, shapes
from .mapping_words import did_you_mean

TIME_SHAPES = {"zone": TEXT, "zone_from": TEXT, "join": LIST}
NUMBER_SHAPES = {"unit": TEXT, "currency": TEXT, "percent": TRUTH}
EXAMPLE_PATTERN = "or a pattern, as in %d.%m.%Y"


def misshapen_time(column: str, said: Any) -> Iterator[tuple[str, str]]:
    """What is wrong with what a mapping says of one time."""
    says = said if isinstance(said, Mapping) else {"format": said}
    yield from _known(f"times.{column}", says, {"format", "is", *TIME_SHAPES})
    yield from shapes(f"times.{column}.", says, TIME_SHAPES)
    spelling = says.get("format", "iso" if "is" in says else None)
    formats = list(spelling) if isinstance(spelling, list | tuple) else [spelling]
    if not formats or not all(isinstance(one, str) for one in formats):
        yield (
            f"does not say how '{column}' spells time",
            f"known are {', '.join(TIME_FORMATS)}, {EXAMPLE_PATTERN}",
        )
    for one in formats:
        if isinstance(one, str) and one not in TIME_FORMATS and not _is_pattern(one):
            yield (
                f"spells the time in '{column}' in a way that is not known",
                f"{did_you_mean(one, TIME_FORMATS)}, {EXAMPLE_PATTERN}",
            )
    zone = says.get("zone")
    if isinstance(zone, str) and zone and zone_said(zone) is None:
        yield f"places '{column}' in a zone that is not known", "name one as in Europe/Berlin or UTC"
    if "is" in says and not _is_readable(says):
        yield f"says a time for '{column}' that cannot be read", "write it as in 2025-01-06T10:00:00Z"
    if "join" in says and not says["join"]:
        yield f"joins nothing to '{column}'", "name columns, as in join: [Date, Time]"


def misshapen_number(column: str, said: Any) -> Iterator[tuple[str, str]]:
    """What is wrong with what a mapping says of one number."""
    says = said if isinstance(said, Mapping) else {"decimal": said}
    yield from _known(f"numbers.{column}", says, {one.name for one in fields(NumberForm)})
    yield from shapes(f"numbers.{column}.", says, NUMBER_SHAPES)
    if says.get("decimal", ".") not in (".", ","):
        yield f"says a decimal sign for '{column}' that is not known", "known are . and ,"
    divide_by = says.get("divide_by", 1)
    if not isinstance(divide_by, int) or isinstance(divide_by, bool) or divide_by < 1:
        yield f"divides '{column}' by something else than a whole number above 0", "as in divide_by: 100"
    unit, currency = says.get("unit"), says.get("currency")
    if isinstance(unit, str) and unit not in ("minor", "major"):
        yield f"says a unit for '{column}' that is not known", did_you_mean(unit, ("minor", "major"))
    if unit == "minor" and not currency:
        yield f"does not say whose minor unit '{column}' counts", "say currency: a column or an ISO code"
    if isinstance(currency, str) and re.fullmatch("[A-Z]{3}", currency) and currency not in CURRENCIES:
        yield f"says a currency for '{column}' that is not known", "write an ISO 4217 code or name a column"


def misshapen_alias(column: str, said: Any) -> Iterator[tuple[str, str]]:
    """What is wrong with the other names of one column."""
    if isinstance(said, Mapping):
        yield from _known(f"aliases.{column}", said, {"matches", "group"})
        yield from shapes(f"aliases.{column}.", said, {"group": TEXT})
        yield from misshapen_pattern(f"aliases.{column}.matches", said.get("matches"), "group" in said)
    elif not isinstance(said, str) and not (
        isinstance(said, list | tuple) and said and all(isinstance(one, str) for one in said)
    ):
        yield f"says 'aliases.{column}' in another shape", "list other headers, or say matches: a pattern"


def misshapen_pattern(place: str, said: Any, needs_group: bool = True) -> Iterator[tuple[str, str]]:
    """What is wrong with a regular expression of which the first group is read."""
    if not isinstance(said, str) or not said:
        yield f"says '{place}' in another shape", "it is a regular expression"
        return
    try:
        n_groups = re.compile(said).groups
    except re.error:
        yield f"says '{place}' in another shape", "it is no regular expression: look for an open bracket"
        return
    if needs_group and not n_groups:
        yield f"says '{place}' without a group", "put brackets around what it shall take"


def _known(place: str, says: Mapping[str, Any], known: set[str]) -> Iterator[tuple[str, str]]:
    for word in sorted(set(map(str, says)) - known)[:1]:
        yield f"says '{place}.{word}', which is not known", did_you_mean(word, known)


def _is_readable(says: Mapping[str, Any]) -> bool:
    told = time_form_of(says)
    if not all(isinstance(one, str) for one in (told.get("format"), told.get("zone", ""))):
        return False
    return (
        moments(pa.array([told["always"]]), TimeForm(told["format"], told.get("zone", ""))).at.null_count == 0
    )


def _is_pattern(text: str) -> bool:
    import pandas as pd

    try:
        pd.to_datetime(pd.Series(["0"]), format=text, errors="coerce")
    except (ValueError, KeyError):
        return False
    return "%" in text
