"""Pairs of records with an answer: same, distinct, unsure."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from journey_research.errors import UserError

from .files import as_text, need_columns, read_frame

ANSWERS = ("same", "distinct", "unsure")


def read_labels(labels: pd.DataFrame | str | Path | None, known: pd.Index) -> pd.DataFrame:
    """Judged pairs, checked.

    Args:
        labels: Rows of id_a, id_b, answer, or their file, or the ``.jsonl`` of a review; None: nobody judged.
        known: Ids of the records.

    Returns:
        Rows of record_id_a, record_id_b, answer, in the order given.

    Raises:
        UserError: A column is missing, an id is not known, an answer is none, a record meets itself, or
            answers contradict one another.

    Example:
        >>> told = pd.DataFrame({"id_a": ["1"], "id_b": ["2"], "answer": ["same"]})
        >>> read_labels(told, pd.Index(["1", "2"])).values.tolist()
        [['1', '2', 'same']]
    """
    from journey_research.pipelines.identity.judgements import refuse_contradictions

    names = ["id_a", "id_b", "answer"]
    if labels is None:
        return pd.DataFrame(columns=["record_id_a", "record_id_b", "answer"])
    file, rows = None, None
    if not isinstance(labels, pd.DataFrame):
        file = Path(labels).name
        if Path(labels).suffix == ".jsonl":
            labels, rows = _read_judged(labels)
        else:
            labels = read_frame(labels, text=names, needed=names)
    need_columns([str(name) for name in labels.columns], names, file)
    told = pd.DataFrame({name: as_text(labels[name]).fillna("").str.strip() for name in ("answer",)})
    for name in ("id_a", "id_b"):
        told[name] = as_text(labels[name]).fillna("").to_numpy()
    row_of: dict[tuple[str, str], int] = {}
    for at, (a, b, answer) in enumerate(told[names].itertuples(index=False, name=None)):
        number = row_of[min(a, b), max(a, b)] = at + 1 if rows is None else rows[at]
        for column, value in (("id_a", a), ("id_b", b)):
            if value not in known:
                raise UserError(
                    f"no record has the id '{value}'" if value else "id is blank",
                    file=file or "labels",
                    row=number,
                    column=column,
                    do="label pairs of records that are in the table",
                )
        if answer not in ANSWERS:
            raise UserError(
                "answer is none of same, distinct, unsure", file=file or "labels", row=number, column="answer"
            )
        if a == b:
            raise UserError("a record is paired with itself", file=file or "labels", row=number)
    judged = told[names].rename(columns={"id_a": "record_id_a", "id_b": "record_id_b"}).reset_index(drop=True)
    refuse_contradictions(judged, row_of, file or "labels")
    return judged


def _read_judged(path: str | Path) -> tuple[pd.DataFrame, list[int]]:
    """The answers of a review's file, and the line that each stands in."""
    from journey_research.review.judgement_file import latest_answers, read_judgements

    told = latest_answers(read_judgements(path))
    labels = told.rename(columns={"record_id_a": "id_a", "record_id_b": "id_b"})
    return labels[["id_a", "id_b", "answer"]], told["row"].astype(int).tolist()
