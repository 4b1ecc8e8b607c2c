"""Judgements of reviewers as a file: one line each, added at the end, none ever changed.

    {"format": "journey_research.judgements", "version": 1}
    {"record_id_a": "1", "record_id_b": "2", "answer": "same", "reviewer": "ann",
     "judged_at": "2026-03-01T10:00:00.000000Z", "stratum": "active"}
    {"record_id_a": "1", "record_id_b": "2", "answer": null, "reviewer": "ann",
     "judged_at": "2026-03-01T10:00:07.000000Z", "stratum": null, "undo": true}

(each on one line). Context: the same file teaches ``resolve`` and is an ordinary source of a run, whose
readers know rows and filters and no history. Choice: an undo tells the answer that is in force again,
null where none is, so that the last line of a pair and reviewer is always what counts, and a mapping
that leaves out the header reads the file as it stands:

    format: jsonl
    leave_out: {format: journey_research.judgements}
    times: {judged_at: iso}
    judgement: {source_a: {is: crm}, key_a: record_id_a, source_b: {is: crm}, key_b: record_id_b,
      answer: {from: answer, blank: {is: unsure}}, reviewer: reviewer, when: judged_at}

Given up: a second, exported form of the file, which could be older than the file itself; and that a pair
taken back is nothing to a run: it is unsure there, which neither joins, nor cuts, nor teaches.

A process that is killed while it writes leaves a torn line. It is told apart from a line that is
wrong, counted and passed over; the next judgement begins on a line of its own. One writer at a time for
each reviewer is assumed; different reviewers may add to one file at once.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pandas as pd

from journey_research.errors import UserError

from .judgement_lines import COLUMNS, FORMAT, VERSION, Lines, as_instant, check_line

HISTORY = ["row", *COLUMNS, "is_undo"]


@dataclass(frozen=True)
class Judgements:
    """What a file holds.

    Attributes:
        answers: The answers in force, one row per pair and reviewer, columns ``COLUMNS``, sorted by
            these; ``judged_at`` is text, UTC.
        history: Every line in the order of the file, columns ``HISTORY``; ``row`` counts lines below
            the header from 1; ``answer`` is null where an undo left none in force.
        torn: Row numbers of lines that were not written to their end.
        file: Name of the file.
    """

    answers: pd.DataFrame
    history: pd.DataFrame
    torn: tuple[int, ...] = ()
    file: str = ""

    @property
    def warning(self) -> str | None:
        """One line on torn lines; None where there are none."""
        if not self.torn:
            return None
        rows = ", ".join(f"{row:,}" for row in self.torn)
        return (
            f"{len(self.torn):,} line{'s' * (len(self.torn) > 1)} not written to the end "
            f"(file {self.file}, row {rows}); all others are read; judge that pair again"
        )


def read_judgements(path: str | Path) -> Judgements:
    """Read a file of judgements.

    Args:
        path: The file; an empty one holds no judgement.

    Raises:
        UserError: The file is missing or not of this format and version, or a line breaks a rule.

    Example:
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     path = Path(folder, "told.jsonl")
        ...     append_judgement(path, "2", "1", "same", "ann", "2026-03-01T10:00:00Z", "active")
        ...     append_judgement(path, "1", "2", "distinct", "ann", "2026-03-01T10:01:00Z", "active")
        ...     undo_judgement(path, "1", "2", "ann", "2026-03-01T10:02:00Z")
        ...     told = read_judgements(path)
        >>> told.answers["answer"].tolist(), len(told.history)
        (['same'], 3)
    """
    path = Path(path)
    read = Lines(path)
    told = [(row, *(line[name] for name in COLUMNS), line.get("undo", False)) for row, line in read.lines]
    history = pd.DataFrame(told, columns=HISTORY, dtype=object).astype({"row": "int64", "is_undo": bool})
    answers = pd.DataFrame(read.stacks.in_force(), columns=COLUMNS).sort_values(
        ["record_id_a", "record_id_b", "reviewer"], ignore_index=True
    )
    return Judgements(answers.astype("str"), history, tuple(read.torn), path.name)


def append_judgement(
    path: str | Path,
    id_a: str,
    id_b: str,
    answer: str,
    reviewer: str,
    judged_at: str | datetime,
    stratum: str,
) -> None:
    """Add an answer; the file is made where it is not there.

    Args:
        path: The file.
        id_a: A record.
        id_b: Another; the order means nothing.
        answer: ``same``, ``distinct`` or ``unsure``.
        reviewer: Who says so; any name that is not blank.
        judged_at: When, UTC.
        stratum: Why the pair was shown: ``active``, ``sample:3``, ``cut``, ``join``.

    Raises:
        UserError: An argument breaks a rule, or the file cannot be written.
    """
    line = {
        "record_id_a": min(id_a, id_b),
        "record_id_b": max(id_a, id_b),
        "answer": answer,
        "reviewer": reviewer,
        "judged_at": as_instant(judged_at),
        "stratum": stratum,
    }
    _add(Path(path), line)


def undo_judgement(path: str | Path, id_a: str, id_b: str, reviewer: str, judged_at: str | datetime) -> None:
    """Take a reviewer's last answer on a pair back; the one before it, if any, is in force again.

    Raises:
        UserError: There is no answer to take back, or the file cannot be read or written.
    """
    path = Path(path)
    told = Lines(path).stacks.of(min(id_a, id_b), max(id_a, id_b), reviewer)
    if not told:
        raise UserError("there is no answer to take back", file=path.name)
    before = told[-2] if len(told) > 1 else {"answer": None, "stratum": None}
    line = {
        "record_id_a": min(id_a, id_b),
        "record_id_b": max(id_a, id_b),
        "answer": before["answer"],
        "reviewer": reviewer,
        "judged_at": as_instant(judged_at),
        "stratum": before["stratum"],
        "undo": True,
    }
    _add(path, line)


def latest_answers(judgements: Judgements) -> pd.DataFrame:
    """One answer a pair, with the line it stands in; every reviewer counts.

    Where reviewers differ on a pair the latest answer counts, as in a run; of one instant the more
    careful one.

    Args:
        judgements: What a file holds.

    Returns:
        k rows of ``COLUMNS`` and ``row``, sorted by pair.
    """
    care = {"unsure": 0, "distinct": 1, "same": 2}
    answers = judgements.answers
    ordered = answers.assign(care=answers["answer"].map(care)).sort_values(
        ["record_id_a", "record_id_b", "judged_at", "care"], ascending=[True, True, False, True]
    )
    latest = ordered.drop_duplicates(["record_id_a", "record_id_b"])[COLUMNS]
    key = ["record_id_a", "record_id_b", "reviewer", "judged_at"]
    lines = judgements.history[[*key, "row"]].astype(dict.fromkeys(key, "str"))
    return latest.merge(lines, on=key, how="left").reset_index(drop=True)


def read_labels(path: str | Path) -> pd.DataFrame:
    """The answers in force as ``resolve`` takes labels; see ``latest_answers``.

    Args:
        path: A file of judgements.

    Returns:
        k rows of id_a, id_b, answer, one per pair, sorted.

    Raises:
        UserError: As ``read_judgements``.
    """
    latest = latest_answers(read_judgements(path))[["record_id_a", "record_id_b", "answer"]]
    return latest.set_axis(["id_a", "id_b", "answer"], axis=1)


def _add(path: Path, line: dict[str, Any]) -> None:
    """Add one line by one write, on the disk before this returns."""
    check_line(line, None, path.name)
    try:
        # A line that a reader would refuse later is refused now.
        if path.exists():
            earlier = Lines(path)
            earlier.stacks.add(len(earlier.lines) + len(earlier.torn) + 1, line)
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND | getattr(os, "O_BINARY", 0), 0o666)
    except OSError:
        raise UserError("the judgement cannot be written", file=path.name, do="check the folder") from None
    try:
        size = os.fstat(handle).st_size
        text = json.dumps(line) + "\n"
        if size == 0:
            text = json.dumps({"format": FORMAT, "version": VERSION}) + "\n" + text
        else:
            os.lseek(handle, -1, os.SEEK_END)
            if os.read(handle, 1) != b"\n":
                text = "\n" + text
        os.write(handle, text.encode("ascii"))
        os.fsync(handle)
    except OSError:
        raise UserError("the judgement cannot be written", file=path.name, do="check the disk") from None
    finally:
        os.close(handle)
