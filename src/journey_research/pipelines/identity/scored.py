"""The table of compared pairs."""

from __future__ import annotations

from typing import Any

import pandas as pd

from journey_research.engine import Table

from .persons import EVERY_ROW, LINK_COLUMNS
from .scoring import score_values
from .training import comparable_values


def score_pairs(
    records: Table, record_values: Table, evidence_links: Table, model: dict[str, Any]
) -> pd.DataFrame:
    """Score every pair that the matcher's rules bring together.

    Args:
        records: Contract ``RECORDS``; ``kind`` says which are firms.
        record_values: n rows, contract ``RECORD_VALUES``.
        evidence_links: k rows, contract ``LINKS``; what they tie is compared whole.
        model: From ``train_matcher``; without weights no pair is scored.

    Returns:
        m rows, contract ``LINKS``, accepted where the probability reaches the model's threshold;
        pairs below the model's least probability are left out.

    Raises:
        UserError: The model does not fit the columns or its own hash.
    """
    if "weights" not in model:
        return _as_links(pd.DataFrame(columns=LINK_COLUMNS))
    values = comparable_values(records, record_values)
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


def _as_links(links: pd.DataFrame) -> pd.DataFrame:
    text = dict.fromkeys(("record_id_a", "record_id_b", "rule", "refusal", "comparisons"), "str")
    return links.astype({**text, "link_probability": "float64", "is_accepted": bool})
