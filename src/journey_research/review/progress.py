"""How far a review has come, how right the result is by it, and how far reviewers agree."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from .judgement_file import Judgements
from .reviewed_pairs import ReviewedPairs

SAMPLE_STRATUM = "sample:"


def draw_pairs(reviewed: ReviewedPairs, n_labels: int, sample_seed: int) -> pd.DataFrame:
    """The pairs whose answers measure the result, in the order in which they are shown.

    Answers given so far are a fair sample of their stratum at any time: the order within a stratum is
    drawn, and the strata take turns, so that each has answers soon.

    Args:
        reviewed: The pairs.
        n_labels: How many somebody will answer.
        sample_seed: Seed of the draw and of the order.

    Returns:
        At most n_labels rows: id_a, id_b (the smaller first) and the columns of a sample.

    Raises:
        UserError: There are too few labels for the strata.
    """
    from journey_research.pipelines.identity.label_sample import draw_sample

    pairs = reviewed.pairs
    drawn = draw_sample(pairs["probability"], pairs["is_found"], n_labels, sample_seed)
    ids = pairs.iloc[drawn["pair"].to_numpy()][["id_a", "id_b"]].reset_index(drop=True)
    swapped = ids["id_a"] > ids["id_b"]
    ids.loc[swapped, ["id_a", "id_b"]] = ids.loc[swapped, ["id_b", "id_a"]].to_numpy()
    sample = pd.concat([ids, drawn.reset_index(drop=True)], axis=1)
    shuffled = sample.iloc[np.random.default_rng(sample_seed).permutation(len(sample))]
    number = shuffled.groupby("stratum").cumcount() + 0.5
    size = shuffled.groupby("stratum")["pair"].transform("size")
    return shuffled.iloc[np.argsort((number / size).to_numpy(), kind="stable")].reset_index(drop=True)


def with_answers(sample: pd.DataFrame, judgements: Judgements, reviewer: str) -> pd.DataFrame:
    """The sample with one reviewer's answers to it; null where there is none.

    An answer counts where its pair was shown because it was drawn: pairs that were chosen for what
    they teach are no fair sample, and neither are those that somebody went to cut.

    Args:
        sample: From ``draw_pairs``.
        judgements: What the file holds.
        reviewer: Whose answers.
    """
    told = judgements.answers
    own = told[(told["reviewer"] == reviewer) & told["stratum"].str.startswith(SAMPLE_STRATUM)]
    answer_of = {
        (a, b): answer
        for a, b, answer in zip(own["record_id_a"], own["record_id_b"], own["answer"], strict=True)
    }
    answers = [answer_of.get(pair) for pair in zip(sample["id_a"], sample["id_b"], strict=True)]
    return sample.assign(answer=pd.Series(answers, index=sample.index, dtype=object))


def measure_progress(judgements: Judgements, reviewer: str, sample: pd.DataFrame | None) -> dict[str, Any]:
    """How far one reviewer has come.

    Args:
        judgements: What the file holds.
        reviewer: Whose review it is.
        sample: From ``draw_pairs``; None where nothing is measured.

    Returns:
        ``n_judged`` and ``n_by_answer`` (this reviewer's pairs in force); ``agreement``, one entry for
        each other reviewer with pairs in common, sorted by name: ``n`` decided by both, ``kappa`` (null
        where it is undefined), ``low``, ``high``, ``agreement_share``; and with a sample ``n_sample``,
        ``n_answered`` and ``precision`` (null until a found pair is decided): ``value``, ``low``,
        ``high``, ``n``.
    """
    own = judgements.answers[judgements.answers["reviewer"] == reviewer]
    counts = own["answer"].value_counts()
    progress: dict[str, Any] = {
        "n_judged": len(own),
        "n_by_answer": {name: int(counts.get(name, 0)) for name in ("same", "distinct", "unsure")},
        "agreement": _agreement(judgements.answers, reviewer),
    }
    if sample is not None:
        from journey_research.pipelines.identity.label_sample import estimate

        answered = with_answers(sample, judgements, reviewer)
        told = _figures(estimate(answered))["precision"]
        progress |= {
            "n_sample": len(answered),
            "n_answered": int(answered["answer"].notna().sum()),
            "precision": None if told["n"] == 0 or pd.isna(told["value"]) else _figure(told),
        }
    return progress


def _agreement(answers: pd.DataFrame, reviewer: str) -> list[dict[str, Any]]:
    from journey_research.pipelines.identity.reviewer_agreement import measure_agreement

    found = []
    pair = ["record_id_a", "record_id_b"]
    own = answers[answers["reviewer"] == reviewer][[*pair, "answer"]]
    for other, rows in answers[answers["reviewer"] != reviewer].groupby("reviewer", sort=True):
        both = own.merge(rows[[*pair, "answer"]], on=pair, suffixes=("_own", "_other"))
        told = _figures(measure_agreement(both["answer_own"], both["answer_other"]))
        kappa, share = told["kappa"], told["agreement_share"]
        n = int(kappa["n"])
        if n:
            found.append(
                {
                    "reviewer": other,
                    "n": n,
                    "agreement_share": float(share["value"]),
                    "kappa": None if pd.isna(kappa["value"]) else _figure(kappa),
                }
            )
    return found


def _figures(metrics: pd.DataFrame) -> dict[str, dict[str, Any]]:
    """Metrics by name."""
    names, rows = metrics["metric"].tolist(), metrics.to_dict("records")
    return {
        name: {str(key): value for key, value in row.items()} for name, row in zip(names, rows, strict=True)
    }


def _figure(row: dict[str, Any]) -> dict[str, float]:
    """A metric as JSON can hold it: no number is not a number."""
    told = {name: float(row[name]) for name in ("value", "low", "high")}
    return {**told, "n": int(row["n"])}
