"""One reviewer's answers in a file of judgements: the last one, a further one, one taken back."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pandas as pd

from journey_research.errors import UserError

from .judgement_file import HISTORY, Judgements, append_judgement, read_judgements, undo_judgement
from .judgement_lines import COLUMNS


def check_place(file: str | Path, reviewer: str) -> tuple[Path, str]:
    """The file and the reviewer, once it is sure that answers can go there.

    Raises:
        UserError: The name does not end in ``.jsonl``, the folder is missing, the file holds something
            else, or the reviewer is blank.
    """
    path = Path(file)
    if path.suffix != ".jsonl":
        raise UserError("judgements are written as .jsonl", file=path.name, do="end the name in .jsonl")
    if not path.parent.is_dir():
        raise UserError("folder is not there", file=path.name, do="make the folder first")
    if not isinstance(reviewer, str) or not reviewer.strip():
        raise UserError("the reviewer is blank", do="say who answers, as in reviewer='ann'")
    told_so_far(path)
    return path, reviewer.strip()


def told_so_far(file: Path) -> Judgements:
    """What the file holds; nothing where it is not there yet."""
    if not file.exists():
        return Judgements(pd.DataFrame(columns=COLUMNS, dtype="str"), pd.DataFrame(columns=HISTORY))
    return read_judgements(file)


def last_answered(judgements: Judgements, reviewer: str) -> tuple[str, str] | None:
    """The pair of a reviewer's last answer that has not been taken back."""
    stack: list[tuple[str, str]] = []
    own = judgements.history[judgements.history["reviewer"] == reviewer]
    for a, b, is_undo in own[["record_id_a", "record_id_b", "is_undo"]].itertuples(index=False, name=None):
        if is_undo:
            del stack[len(stack) - 1 - stack[::-1].index((a, b))]
        else:
            stack.append((a, b))
    return stack[-1] if stack else None


def write_answer(
    file: Path, pair: tuple[str, str], answer: str, reviewer: str, now: datetime, stratum: str
) -> None:
    """Add an answer, later than the reviewer's line before it on this pair whatever the clock says."""
    append_judgement(file, *pair, answer, reviewer, _after(told_so_far(file), pair, reviewer, now), stratum)


def write_undo(file: Path, pair: tuple[str, str], reviewer: str, now: datetime) -> None:
    """Take an answer back, later than it whatever the clock says."""
    undo_judgement(file, *pair, reviewer, _after(told_so_far(file), pair, reviewer, now))


def _after(judgements: Judgements, pair: tuple[str, str], reviewer: str, now: datetime) -> datetime:
    told = judgements.history
    own = told[
        (told["record_id_a"] == min(pair))
        & (told["record_id_b"] == max(pair))
        & (told["reviewer"] == reviewer)
    ]
    if own.empty:
        return now
    return max(now, datetime.fromisoformat(own["judged_at"].iloc[-1]) + timedelta(microseconds=1))
