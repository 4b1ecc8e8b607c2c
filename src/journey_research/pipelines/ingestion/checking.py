"""The rules that a source's rows keep; a row that breaks one is set aside with the first it broke.

Some rules stand in the mapping under ``checks``; the others follow from what the rows yield: a
key is present, a time can be read, a status is one that the contracts know.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from journey_research.contracts.table_contract import SOURCE_KEY
from journey_research.errors import UserError

from .cells import column_of, text_of, unread_numbers, words_of
from .forms.currencies import currency
from .forms.distinct import matching
from .forms.times import time_rule
from .language.mapping_filters import RULE_NAMES
from .language.mapping_words import BLOCKS, LEGAL_BASES, RECORD_KINDS, columns_of, columns_read, did_you_mean
from .mapping import MAY_BE_BLANK, SourceMapping
from .yielding import FileRows, Yielded

VOCABULARY = {
    ("record", "kind"): RECORD_KINDS,
    ("touch", "direction"): ("inbound", "outbound", "none"),
    ("touch", "initiative"): ("company", "customer", "peer"),
    ("order", "status"): ("pending", "paid", "cancelled", "refunded"),
    ("consent", "status"): ("granted", "denied", "withdrawn", "expired", "unknown"),
    ("consent", "legal_basis"): LEGAL_BASES,
    ("offer", "kind"): ("coupon", "promotion"),
    ("availability", "state"): ("in_stock", "low", "out", "preorder", "discontinued"),
    ("referral", "kind"): ("share", "ask", "review", "coupon_code", "refer_link", "mention", "reply"),
    ("judgement", "answer"): ("same", "distinct", "unsure"),
    ("judged_pair", "answer"): ("same", "distinct", "unsure"),
}
SOURCE = (r"^[a-z][a-z0-9_]*$", "is the name of a source")
PATTERNS = dict.fromkeys(("source", "source_a", "source_b"), SOURCE)
PATTERNS |= dict.fromkeys(("record_a", "record_b"), (SOURCE_KEY, "is the name of a record in a run"))
NOT_NEGATIVE = {
    "refunded", "discount", "shipping", "amount", "impressions", "reach", "clicks", "platform_conversions",
    "platform_value", "row",
}  # fmt: skip
WHOLE = {"impressions", "reach", "clicks", "week_number", "row"}
# Whoever looks from the last instant in the data must not look from "never".
FIRST_HAPPENED, LAST_HAPPENED = datetime.datetime(1900, 1, 1), datetime.datetime(2199, 12, 31, 23, 59, 59)
# What may be negative although another block's word of that name may not.
MAY_BE_NEGATIVE = {("order", "discount"), ("order", "shipping")}


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
        for name, how, cell in one.block.cells():
            if how != "cells":
                yield from _implied(mapping, rows, one, name, how, cell)
        if one.block.kind == "order":
            yield _no_amount(mapping, one)


def _told(mapping: SourceMapping, rows: FileRows, column: str, rule: Any) -> Breach:
    values = column_of(rows.table, column)
    blank = _blank(values)
    if rule == "present":
        return Breach(column, "is present", blank)
    if rule == "number":
        [(_, unread)] = unread_numbers(column, rows.table, mapping, rows.numbers)
        return Breach(column, "is a number", unread)
    if rule in ("time", "timestamp"):
        return Breach(column, time_rule(mapping.time_form(column)), _no_time(rows, column))
    if isinstance(rule, dict) and set(rule) == {"one_of"}:
        words = [word for one in rule["one_of"] for word in words_of(one)]
        known = pc.is_in(values, pa.array(words, pa.string())).to_numpy(zero_copy_only=False)
        listed = [words_of(one)[0] for one in rule["one_of"]]
        return Breach(column, f"is one of {', '.join(listed)}", ~known & ~blank)
    word = next(iter(rule), "") if isinstance(rule, dict) else rule
    raise UserError(
        f"the mapping of source '{mapping.source}' checks '{column}' by a rule that is not known",
        do=did_you_mean(word, RULE_NAMES),
    )


def _implied(
    mapping: SourceMapping, rows: FileRows, one: Yielded, name: str, how: str, cell: Any
) -> Iterator[Breach]:
    """What one word of a block asks of the rows to which the block applies."""
    kind, applies, table = one.block.kind, one.applies, rows.table
    values, field = one.values[name], (kind, name)
    column = next(iter(columns_read(how, cell)), None)
    place = f"{kind}.{name}"
    if how == "number":
        for native, unread in unread_numbers(cell, table, mapping, rows.numbers):
            yield Breach(native, "is a number", applies & unread)
    if name == "currency":
        text = text_of(cell, table)
        if isinstance(cell, Mapping) and "is" in cell and currency(str(cell["is"])) is None:
            raise _unknown_word(mapping, place, "it is an ISO 4217 currency, as in EUR")
        yield Breach(column, "is present", applies & _blank(text))
        yield Breach(column, "is an ISO 4217 currency", applies & _blank(values) & ~_blank(text))
    elif not BLOCKS[kind][name].endswith("?") and field not in MAY_BE_BLANK:
        if isinstance(cell, list | tuple) and values.null_count:
            for part in cell:  # the part that is missing is named, not the first
                told = next(iter(columns_of(part)), column)
                yield Breach(told, "is present", applies & _blank(text_of(part, table)))
        yield Breach(column, "is present", applies & _blank(values))
    if field in VOCABULARY:
        words = VOCABULARY[field]
        _judge_constant(mapping, place, cell, words)
        known = pc.is_in(values, pa.array(words, pa.string())).to_numpy(zero_copy_only=False)
        yield Breach(column, f"means one of {', '.join(words)}", applies & ~known & ~_silent(field, values))
    if name in PATTERNS or how == "party":
        pattern, rule = PATTERNS.get(name, SOURCE)
        sources = one.values[f"{name}.source"] if how == "party" else values
        yield Breach(column, rule, applies & ~_blank(sources) & ~matching(sources, pattern))
    if how == "time" and (BLOCKS[kind][name] == "time" or name == "ended_at"):
        before, after = pc.less(values, FIRST_HAPPENED), pc.greater(values, LAST_HAPPENED)
        yield Breach(column, "lies in the years 1900 to 2199", applies & (_true(before) | _true(after)))
    if how == "number" and name in NOT_NEGATIVE and field not in MAY_BE_NEGATIVE:
        yield Breach(column, "is 0 or more", applies & _true(pc.starts_with(values, "-")))
    if how == "number" and name in WHOLE:
        yield Breach(column, "is a whole number", applies & _true(pc.match_substring(values, ".")))
    if field == ("planted_dirt", "row"):
        yield Breach(column, "is 1 or more", applies & _true(pc.equal(values, "0")))
    if name == "sentiment":
        beyond = pc.greater(pc.abs(values.cast(pa.float64())), 1.0)
        yield Breach(column, "lies between -1 and 1", applies & _true(beyond))


def _silent(field: tuple[str, str], values: pa.Array) -> np.ndarray:
    """Rows that say nothing where nothing need be said."""
    optional = BLOCKS[field[0]][field[1]].endswith("?")
    return _blank(values) if optional else np.zeros(len(values), dtype=bool)


def _no_amount(mapping: SourceMapping, one: Yielded) -> Breach:
    given = [one.values[name] for name in ("total", "sum") if name in one.values]
    if len(given) != 1:
        raise UserError(
            f"the mapping of source '{mapping.source}' gives no order amount, or two",
            do="say either order.total or order.sum",
        )
    amount = next(iter(columns_of(one.block.says.get("total") or one.block.says.get("sum"))), None)
    return Breach(amount, "is present", one.applies & _blank(given[0]))


def _judge_constant(mapping: SourceMapping, place: str, cell: Any, words: tuple[str, ...]) -> None:
    """A word that the mapping itself says is the mapping's to mend, not the rows'."""
    said = [cell["is"]] if isinstance(cell, Mapping) and "is" in cell else []
    for word in said:
        if str(word) not in words:
            raise _unknown_word(mapping, place, did_you_mean(word, words))


def _unknown_word(mapping: SourceMapping, place: str, do: str) -> UserError:
    return UserError(
        f"the mapping of source '{mapping.source}' says a word in '{place}' that is not known", do=do
    )


def _no_time(rows: FileRows, column: str) -> np.ndarray:
    return _blank(rows.times[column].at) & ~_blank(column_of(rows.table, column))


def _blank(values: pa.Array) -> np.ndarray:
    return np.asarray(values.is_null().to_numpy(zero_copy_only=False), dtype=bool)


def _true(answers: pa.Array) -> np.ndarray:
    return np.asarray(pc.fill_null(answers, False).to_numpy(zero_copy_only=False), dtype=bool)
