"""The rules that a source's rows keep; a row that breaks one is set aside with the first it broke.

Some rules stand in the mapping under ``checks``; the others follow from what the rows yield: a
key is present, a time can be read, a status is one that the contracts know.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from journey_research.errors import UserError

from .cells import column_of
from .mapping import NumberForm, SourceMapping
from .mapping_words import BLOCKS, columns_of
from .normalising import numbers, time_rule
from .yielding import FileRows, Yielded

VOCABULARY = {
    ("touch", "direction"): ("inbound", "outbound", "none"),
    ("touch", "initiative"): ("company", "customer", "peer"),
    ("order", "status"): ("pending", "paid", "cancelled", "refunded"),
    ("consent", "status"): ("granted", "denied", "withdrawn", "expired", "unknown"),
    ("offer", "kind"): ("coupon", "promotion"),
    ("judgement", "answer"): ("same", "distinct", "unsure"),
}
PATTERNS = {
    "currency": (r"^[A-Z]{3}$", "is a currency of three capital letters"),
    "source": (r"^[a-z][a-z0-9_]*$", "is the name of a source"),
    "source_a": (r"^[a-z][a-z0-9_]*$", "is the name of a source"),
    "source_b": (r"^[a-z][a-z0-9_]*$", "is the name of a source"),
}
NOT_NEGATIVE = {("order", "refunded"), ("spend", "amount"), ("spend", "impressions"), ("spend", "clicks")}
WHOLE = {("spend", "impressions"), ("spend", "clicks"), ("offer", "week_number")}
# What a row may leave blank although the mapping must name it.
MAY_BE_BLANK = {("identifiers", "value")}


@dataclass(frozen=True)
class Breach:
    """One rule and the rows that break it."""

    column: str | None
    rule: str
    broken: np.ndarray


def breaches(mapping: SourceMapping, rows: FileRows, yielded: list[Yielded]) -> Iterator[Breach]:
    """Every rule with the rows that break it, in the order in which they are told."""
    for column, rules in mapping.checks.items():
        for rule in rules if isinstance(rules, list | tuple) else [rules]:
            yield _told(mapping, rows, str(column), rule)
    for column, form in mapping.times.items():
        yield Breach(column, time_rule(form), _no_time(rows, column))
    for one in yielded:
        yield from _implied(mapping, rows.table, one)


def _told(mapping: SourceMapping, rows: FileRows, column: str, rule: Any) -> Breach:
    values = column_of(rows.table, column)
    blank = _blank(values)
    if rule == "present":
        return Breach(column, "is present", blank)
    if rule == "number":
        return Breach(column, "is a number", _no_number(mapping, column, values) & ~blank)
    if rule in ("time", "timestamp"):
        return Breach(column, time_rule(mapping.time_form(column)), _no_time(rows, column))
    if isinstance(rule, dict) and set(rule) == {"one_of"}:
        words = [str(one).lower() if isinstance(one, bool) else str(one) for one in rule["one_of"]]
        known = pc.is_in(values, pa.array(words, pa.string())).to_numpy(zero_copy_only=False)
        return Breach(column, f"is one of {', '.join(words)}", ~known & ~blank)
    raise UserError(
        f"the mapping of source '{mapping.source}' checks '{column}' by a rule that is not known",
        do="known are present, number, timestamp, one_of",
    )


def _implied(mapping: SourceMapping, table: pa.Table, one: Yielded) -> Iterator[Breach]:
    kind = one.block.kind
    for name, how, cell in one.block.cells():
        if how == "cells":
            continue
        column = next(iter(columns_of(cell)), None)
        values, field = one.values[name], (kind, name)
        if how == "number":
            for native in columns_of(cell):
                told = column_of(table, native)
                yield Breach(native, "is a number", _no_number(mapping, native, told) & ~_blank(told))
        if not BLOCKS[kind][name].endswith("?") and field not in MAY_BE_BLANK:
            yield Breach(column, "is present", one.applies & _blank(values))
        if field in VOCABULARY:
            words = VOCABULARY[field]
            _judge_constant(mapping, f"{kind}.{name}", cell, "|".join(words), f"one of {', '.join(words)}")
            known = pc.is_in(values, pa.array(words, pa.string())).to_numpy(zero_copy_only=False)
            yield Breach(column, f"means one of {', '.join(words)}", one.applies & ~known)
        if name in PATTERNS:
            pattern, rule = PATTERNS[name]
            _judge_constant(mapping, f"{kind}.{name}", cell, pattern, rule.removeprefix("is "))
            yield Breach(column, rule, one.applies & ~_true(pc.match_substring_regex(values, pattern)))
        if field in NOT_NEGATIVE:
            yield Breach(column, "is 0 or more", one.applies & _true(pc.starts_with(values, "-")))
        if field in WHOLE:
            yield Breach(column, "is a whole number", one.applies & _true(pc.match_substring(values, ".")))
    if kind == "order":
        given = [one.values[name] for name in ("total", "sum") if name in one.values]
        if len(given) != 1:
            raise UserError(
                f"the mapping of source '{mapping.source}' gives no order amount, or two",
                do="say either order.total or order.sum",
            )
        amount = next(iter(columns_of(one.block.says.get("total") or one.block.says.get("sum"))), None)
        yield Breach(amount, "is present", one.applies & _blank(given[0]))


def _judge_constant(mapping: SourceMapping, place: str, cell: Any, pattern: str, known: str) -> None:
    """A word that the mapping itself says is the mapping's to mend, not the rows'."""
    if isinstance(cell, Mapping) and "is" in cell and not re.fullmatch(pattern, str(cell["is"])):
        raise UserError(
            f"the mapping of source '{mapping.source}' says a word in '{place}' that is not known",
            do=f"it is {known}",
        )


def _no_number(mapping: SourceMapping, column: str, values: pa.Array) -> np.ndarray:
    return _blank(numbers(values, mapping.numbers.get(column, NumberForm())))


def _no_time(rows: FileRows, column: str) -> np.ndarray:
    return _blank(rows.times[column]) & ~_blank(column_of(rows.table, column))


def _blank(values: pa.Array) -> np.ndarray:
    return values.is_null().to_numpy(zero_copy_only=False)


def _true(answers: pa.Array) -> np.ndarray:
    return pc.fill_null(answers, False).to_numpy(zero_copy_only=False)
