"""Which fields of each source are used by anything, and which could be left out of its export.

Context: only data that are relevant should be held (GDPR, article 5(1)(c)), and a mapping grows. Choice: a
mapped field is followed from its mapping to the columns it ends in, and these to the steps that can read
them; what merely has to be a time or a number, and is read by nothing, is told apart, because it can set a
row aside. Given up: use outside the pipeline, as by people who query the tables. A field of ``record.extra``
that nothing reads can still decide which of two tellings of one record and one instant is believed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from journey_research import contracts
from journey_research.pipelines.ingestion.language.mapping_words import BLOCKS, columns_of, columns_read
from journey_research.pipelines.ingestion.mapping import Block, SourceMapping, read_mapping

from .column_reads import column_reads

# Word of a block -> the canonical column that it ends in. A word that is not here names what a row is (its
# key, its instant, whose it is) and is always used.
TARGETS: dict[tuple[str, str], tuple[str, str]] = {
    ("record", "kind"): ("records", "kind"),
    ("record", "deleted"): ("records", "is_deleted"),
    ("identifiers", "when"): ("identifiers", "first_seen_at"),
    ("same_as", "when"): ("source_links", "stated_at"),
    **{
        ("touch", word): ("touches", word)
        for word in (
            "ended_at", "channel", "tactic", "direction", "initiative", "action", "campaign_id", "content_id",
            "product_id", "store_id", "device_class", "sentiment", "is_bot",
        )
    },
    ("touch", "session"): ("touches", "session_id"),
    ("touch", "counterpart"): ("touches", "counterpart_record_id"),
    **{
        ("order", word): ("orders", word)
        for word in (
            "status", "channel", "ordered_channel", "fulfilled_channel", "store_id", "currency", "coupon_id",
        )
    },
    ("order", "total"): ("orders", "order_amount"),
    ("order", "sum"): ("orders", "order_amount"),
    ("order", "discount"): ("orders", "discount_amount"),
    ("order", "tax"): ("orders", "tax_amount"),
    ("order", "shipping"): ("orders", "shipping_amount"),
    ("order", "refunded"): ("orders", "refunded_amount"),
    ("order", "line_product_id"): ("order_lines", "product_id"),
    ("order", "line_quantity"): ("order_lines", "quantity"),
    **{
        ("consent", word): ("consents", word)
        for word in ("channel", "purpose", "status", "expires_at", "legal_basis", "jurisdiction")
    },
    **{("spend", word): ("spend", word) for word in ("channel", "tactic", "campaign_id", "currency")},
    ("spend", "amount"): ("spend", "spent_amount"),
    ("spend", "impressions"): ("spend", "n_impressions"),
    ("spend", "clicks"): ("spend", "n_clicks"),
    ("spend", "reach"): ("spend", "n_reach"),
    ("spend", "platform_conversions"): ("spend", "platform_conversions"),
    ("spend", "platform_value"): ("spend", "platform_amount"),
    **{
        ("offer", word): ("offers", word)
        for word in ("kind", "campaign_id", "product_id", "store_id", "placement", "week_number")
    },
    **{
        ("availability", word): ("availability", word) for word in ("location_id", "quantity", "state")
    },
    **{("referral", word): ("referrals", word) for word in ("kind", "product_id")},
    ("judged_pair", "reviewer"): ("judgements", "reviewer"),
    ("judged_pair", "when"): ("judgements", "judged_at"),
    ("judgement", "reviewer"): ("judgements", "reviewer"),
    ("judgement", "when"): ("judgements", "judged_at"),
}  # fmt: skip
READ, RULE, NONE = "read", "rule", "none"
BY_KEY, BY_RULE = "what a row is", "which rows are read"


def field_use(
    mappings: Sequence[SourceMapping], reads: Mapping[tuple[str, str], Sequence[str]]
) -> pd.DataFrame:
    """Every field that the mappings read from the sources' files, and who uses it.

    Args:
        mappings: Of the sources of one environment.
        reads: What ``column_reads`` has found.

    Returns:
        One row per source and field, in their order: ``use`` is ``read``, ``rule`` (nothing reads it, but it
        has to be a time or keep a rule, so it can set a row aside) or ``none``; ``is_used`` is false for
        ``none`` alone; ``used_by`` lists steps, sorted and joined by commas; empty where there are none.
    """
    rows = []
    for mapping in sorted(mappings, key=lambda one: one.source):
        used = _uses(mapping, reads)
        ruled = _ruled(mapping)
        for field in sorted(mapping.own_columns):
            by = sorted(used.get(field, ()))
            use = READ if by else RULE if field in ruled else NONE
            rows.append((mapping.source, field, use, use != NONE, ", ".join(by)))
    return pd.DataFrame(rows, columns=["source", "field", "use", "is_used", "used_by"])


def use_of_sources(
    nodes: Iterable[Any],
    parameters: Mapping[str, Any],
    sources: Mapping[str, Mapping[str, Any]],
    notebooks: Iterable[Path],
) -> list[dict[str, Any]]:
    """``field_use`` of an environment, as a run tells it in its manifest.

    Args:
        nodes: Kedro's nodes of all stages.
        parameters: Of the environment.
        sources: Source -> its mapping, as it stands in its file.
        notebooks: Files of the reports.

    Raises:
        UserError: A mapping cannot be followed.
    """
    columns = {name.lower(): tuple(getattr(contracts, name).columns) for name in dir(contracts)}
    reads = column_reads(nodes, parameters, columns, notebooks)
    mappings = [read_mapping(source, told) for source, told in sorted(sources.items())]
    rows = field_use(mappings, reads).to_dict("records")
    return [{str(name): value for name, value in row.items()} for row in rows]


def _uses(mapping: SourceMapping, reads: Mapping[tuple[str, str], Sequence[str]]) -> dict[str, set[str]]:
    """Field -> who uses it; a rule that only holds a field against a form is no use."""
    used: dict[str, set[str]] = {}
    for field in _choosing(mapping):
        used.setdefault(field, set()).add(BY_RULE)
    for block in mapping.blocks:
        for target, fields in _ends(block):
            by = {BY_KEY} if target is None else set(reads.get(target, ()))
            for field in fields:
                used.setdefault(field, set()).update(by)
    for name, by in list(used.items()):
        for part in _made_of(mapping, name):
            used.setdefault(part, set()).update(by)
    return used


def _ends(block: Block) -> Iterator[tuple[tuple[str, str] | None, list[str]]]:
    """(canonical column, fields that go into it) of everything a block reads; None: what the row is."""
    for name, how, cell in block.cells():
        if block.kind == "record" and name == "values":
            for field, one in cell.items():
                yield ("record_values", str(field)), columns_of(one)
        elif block.kind == "record" and name == "extra":
            yield ("record_values", "extra"), columns_read(how, cell)
        else:
            yield TARGETS.get((block.kind, name)), columns_read(how, cell)


def _choosing(mapping: SourceMapping) -> Iterator[str]:
    """Fields that decide which rows are read, or what stands in them."""
    yield from mapping.leave_out
    yield from (str(one["by"]) for one in mapping.lookup)
    if mapping.fill:
        yield from (str(mapping.fill["by"]), *map(str, mapping.fill["columns"]))
    for block in mapping.blocks:
        yield from block.says.get("only") or {}
        if "sample" in block.says:
            yield str(block.says["sample"]["by"])


def _ruled(mapping: SourceMapping) -> set[str]:
    """Fields that have to keep a form, whoever reads them: a row in which one does not is set aside."""
    told = {*mapping.checks, *mapping.times}
    for block in mapping.blocks:
        for name, how, cell in block.cells():
            # A number that is no number, and a word of a list that is none of the list, break a rule, too.
            if how in ("number", "time") or (block.kind, name) in LISTED:
                told |= set(columns_read(how, cell))
    return told | {part for name in told for part in _made_of(mapping, name)}


def _made_of(mapping: SourceMapping, name: str) -> list[str]:
    """Fields of which a column is made, or without which it cannot be read."""
    told = []
    if form := mapping.times.get(name):
        told += [*form.join, *([form.zone_from] if form.zone_from else [])]
    if (number := mapping.numbers.get(name)) and number.currency in mapping.own_columns:
        told.append(number.currency)
    return told


LISTED = {
    (kind, word)
    for kind, words in BLOCKS.items()
    for word in words
    if word in ("state", "legal_basis", "kind")
}
