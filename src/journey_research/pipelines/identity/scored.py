"""The table of compared pairs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from journey_research.engine import Table

from .evidence import EvidenceRule
from .matching.matcher import IDENTICAL, columns_for, comparisons_of, read_matcher, score_columns
from .persons import EVERY_ROW, LINK_COLUMNS
from .ties import place_pairs
from .training import BLOCKS_AS_SHIPPED, comparable_values

SCORED = ["record_id_a", "record_id_b", "link_probability", "comparisons"]


def score_pairs(
    records: Table,
    record_values: Table,
    evidence_links: Table,
    model: dict[str, Any],
    evidence_rule: EvidenceRule = BLOCKS_AS_SHIPPED,
) -> pd.DataFrame:
    """Score every pair that the matcher's rules bring together.

    Args:
        records: Contract ``RECORDS``; ``kind`` says which are firms.
        record_values: n rows, contract ``RECORD_VALUES``.
        evidence_links: k rows, contract ``LINKS``; what they tie is compared whole.
        model: From ``train_matcher``; without weights no pair is scored.
        evidence_rule: Which values say nothing.

    Returns:
        m rows, contract ``LINKS``, accepted where the probability reaches the model's threshold;
        pairs below the model's least probability are left out.

    Raises:
        UserError: The model does not fit the columns or its own hash.
    """
    if "weights" not in model:
        return _as_links(pd.DataFrame(columns=LINK_COLUMNS))
    values = comparable_values(records, record_values, evidence_rule)
    ties = evidence_links.query(
        "select record_id_a, record_id_b from this where is_accepted or refusal like 'both are named%' "
        "order by record_id_a, record_id_b"
    ).to_pandas(EVERY_ROW)
    scored = score_values(
        values["record_id"].tolist(),
        values.drop(columns="record_id"),
        model,
        list(ties.itertuples(index=False, name=None)),
    )
    likely = scored["link_probability"] >= float(model["threshold"])
    refusal = pd.Series("below the threshold", index=scored.index, dtype="str").mask(likely)
    return _as_links(scored.assign(rule="dedupe", is_accepted=likely, refusal=refusal)[LINK_COLUMNS])


def score_values(
    ids: Sequence[str],
    values: pd.DataFrame,
    model: dict[str, Any],
    joined: Sequence[tuple[str, str]] = (),
) -> pd.DataFrame:
    """Score pairs of records in a data frame; see ``matching.matcher.score_columns``.

    Args:
        ids: n record ids, unique.
        values: n rows with at least the model's fields, any spelling.
        model: From ``train``.
        joined: Pairs of ids that something else joins.

    Returns:
        k rows of record_id_a, record_id_b (a before b), link_probability, comparisons; sorted.

    Raises:
        UserError: The model does not fit the columns.
    """
    matcher = read_matcher(model, list(values.columns))
    if len(ids) < 2:
        return pd.DataFrame(columns=SCORED)
    place = pd.Index(ids).sort_values()
    order = pd.Index(ids).get_indexer(place)
    ties = pd.DataFrame(joined, columns=["record_id_a", "record_id_b"])
    a, b = place_pairs(ties, place)
    known = (a >= 0) & (b >= 0)
    columns = columns_for(values.iloc[order].reset_index(drop=True), matcher)
    found = score_columns(columns, matcher, (a[known], b[known]))
    told = comparisons_of(found.likeness, found.first, found.second)
    named = place.to_numpy(dtype=object)
    scored = pd.DataFrame(
        {
            "record_id_a": named[np.concatenate([found.first, found.repeated])],
            "record_id_b": named[np.concatenate([found.second, found.repeats])],
            "link_probability": np.concatenate([found.probability, found.repeat_probability]),
            "comparisons": np.concatenate([told, np.full(len(found.repeats), IDENTICAL, dtype=object)]),
        },
        columns=SCORED,
    )
    rank = np.lexsort(
        [np.concatenate([found.second, found.repeats]), np.concatenate([found.first, found.repeated])]
    )
    return scored.iloc[rank].reset_index(drop=True)


def _as_links(links: pd.DataFrame) -> pd.DataFrame:
    text = dict.fromkeys(("record_id_a", "record_id_b", "rule", "refusal", "comparisons"), "str")
    return links.astype({**text, "link_probability": "float64", "is_accepted": bool})
