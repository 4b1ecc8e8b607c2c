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
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pandas as pd

from journey_research.errors import UserError

FORMAT, VERSION = "journey_research.judgements", 1
ANSWERS = ("same", "distinct", "unsure")
COLUMNS = ["record_id_a", "record_id_b", "answer", "reviewer", "judged_at", "stratum"]
HISTORY = ["row", *COLUMNS, "is_undo"]
STRATUM = re.compile(r"active|cut|join|sample:\d+")
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?(Z|\+00:00)")
_KEYS = frozenset({*COLUMNS, "undo"})


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
    read = _Lines(path)
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
    told = _Lines(path).stacks.of(min(id_a, id_b), max(id_a, id_b), reviewer)
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


def read_labels(path: str | Path) -> pd.DataFrame:
    """The answers in force as ``resolve`` takes labels; every reviewer counts.

    Where reviewers differ on a pair the latest answer counts, as in a run; of one instant the more
    careful one.

    Args:
        path: A file of judgements.

    Returns:
        k rows of id_a, id_b, answer, one per pair, sorted.

    Raises:
        UserError: As ``read_judgements``.
    """
    answers = read_judgements(path).answers
    care = {"unsure": 0, "distinct": 1, "same": 2}
    ordered = answers.assign(care=answers["answer"].map(care)).sort_values(
        ["record_id_a", "record_id_b", "judged_at", "care"], ascending=[True, True, False, True]
    )
    latest = ordered.drop_duplicates(["record_id_a", "record_id_b"])[["record_id_a", "record_id_b", "answer"]]
    return latest.set_axis(["id_a", "id_b", "answer"], axis=1).reset_index(drop=True)


def as_instant(moment: str | datetime) -> str:
    """An instant in the one spelling of the file: UTC, microseconds, ending in Z.

    Raises:
        UserError: It is no instant in UTC.

    Example:
        >>> as_instant("2026-03-01T10:00:00Z")
        '2026-03-01T10:00:00.000000Z'
    """
    if isinstance(moment, str) and _TIME.fullmatch(moment):
        try:
            moment = datetime.fromisoformat(moment)
        except ValueError:
            moment = ""
    if not isinstance(moment, datetime) or moment.utcoffset() is None:
        raise UserError("the time of a judgement is no instant", rule="ISO 8601 in UTC, ending in Z")
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


class _Lines:
    """A file's lines, each checked against the rules and those before it.

    Raises:
        UserError: See ``read_judgements``.
    """

    def __init__(self, path: Path) -> None:
        try:
            text = path.read_bytes().decode("utf-8", "replace")
        except FileNotFoundError:
            raise UserError("file is not there", file=path.name, do="check the path") from None
        except OSError:
            raise UserError("file cannot be read", file=path.name, do="check what it is") from None
        self.lines: list[tuple[int, dict[str, Any]]] = []
        self.torn: list[int] = []
        self.stacks = _Stacks(path.name)
        header, *lines = text.split("\n")
        if text:
            _check_header(header, path.name)
        for row, written in enumerate(lines, start=1):
            if not written.strip():
                continue
            line = _parsed(written, row, path.name)
            if line is None:
                self.torn.append(row)
            else:
                self.stacks.add(row, line)
                self.lines.append((row, line))


class _Stacks:
    """Each reviewer's answers on each pair, the one in force on top."""

    def __init__(self, file: str) -> None:
        self.file = file
        self._told: dict[tuple[str, str, str], list[dict[str, Any]]] = {}
        self._last: dict[tuple[str, str, str], str] = {}

    def add(self, row: int, line: dict[str, Any]) -> None:
        key = (line["record_id_a"], line["record_id_b"], line["reviewer"])
        if line["judged_at"] <= self._last.get(key, ""):
            raise _broken(
                self.file,
                row,
                "judged_at",
                "later than the reviewer's line before it on this pair",
                "mend it",
            )
        self._last[key] = line["judged_at"]
        told = self._told.setdefault(key, [])
        if not line.get("undo"):
            told.append(line)
            return
        if not told:
            raise _broken(self.file, row, "undo", "there is an answer to take back", "remove the line")
        told.pop()
        if line["answer"] != (told[-1]["answer"] if told else None):
            raise _broken(self.file, row, "answer", "an undo tells the answer in force again", "mend it")

    def of(self, id_a: str, id_b: str, reviewer: str) -> list[dict[str, Any]]:
        """A reviewer's answers on a pair that are not taken back, the one in force last."""
        return self._told.get((id_a, id_b, reviewer), [])

    def in_force(self) -> list[list[str]]:
        return [[told[-1][name] for name in COLUMNS] for told in self._told.values() if told]


def _parsed(line: str, row: int, file: str) -> dict[str, Any] | None:
    """A line as it is written, checked; None where it is torn."""
    try:
        told = json.loads(line)
    except (ValueError, RecursionError) as problem:
        if isinstance(problem, json.JSONDecodeError) and _is_torn(line, problem):
            return None
        raise _broken(file, row, None, "is a JSON object", "mend or remove the line") from None
    if not isinstance(told, dict):
        raise _broken(file, row, None, "is a JSON object", "mend or remove the line")
    _check(told, row, file)
    return told


def _is_torn(line: str, problem: json.JSONDecodeError) -> bool:
    """Whether it is the beginning of an object, and what is missing is only its end."""
    rest = line[problem.pos :].strip()
    is_begun = "Unterminated string" in problem.msg or any(
        word.startswith(rest) for word in ("null", "true", "false")
    )
    return line.startswith("{") and is_begun


def _check_header(line: str, file: str) -> None:
    try:
        header = json.loads(line)
    except (ValueError, RecursionError):
        header = None
    if not isinstance(header, dict) or header.get("format") != FORMAT:
        raise UserError(
            "the file holds no judgements",
            file=file,
            rule=f'the first line is {{"format": "{FORMAT}", "version": {VERSION}}}',
            do="give a file that the review has written",
        )
    if header.get("version") != VERSION:
        raise UserError(
            "the file is of another version",
            file=file,
            column="version",
            rule=f"version is {VERSION}",
            do="read it with the release that wrote it",
        )


def _check(told: Mapping[str, Any], row: int | None, file: str) -> None:
    """Hold a line against the rules of the format."""
    for name in COLUMNS:
        if name not in told:
            raise _broken(file, row, name, "is present", "mend the line")
    if strange := sorted(set(told) - _KEYS):
        raise _broken(file, row, strange[0], f"is one of {', '.join([*COLUMNS, 'undo'])}", "remove it")
    for name in ("record_id_a", "record_id_b", "reviewer"):
        if not isinstance(told[name], str) or not told[name].strip():
            raise _broken(file, row, name, "is text that is not blank", "mend the line")
    if told["record_id_a"] >= told["record_id_b"]:
        rule = "two records, the smaller id first"
        raise _broken(file, row, "record_id_a", rule, "mend the line")
    if told.get("undo", True) is not True:
        raise _broken(file, row, "undo", "is true where it is present", "mend the line")
    is_nothing = told.get("undo") and told["answer"] is None
    if not is_nothing and told["answer"] not in ANSWERS:
        raise _broken(file, row, "answer", f"is one of {', '.join(ANSWERS)}", "mend the line")
    stratum = told["stratum"]
    if not (is_nothing and stratum is None) and not (isinstance(stratum, str) and STRATUM.fullmatch(stratum)):
        raise _broken(file, row, "stratum", "is active, cut, join or sample: and a number", "mend the line")
    try:
        is_instant = as_instant(told["judged_at"]) == told["judged_at"]
    except UserError:
        is_instant = False
    if not is_instant:
        rule = "is an instant in UTC with microseconds, ending in Z"
        raise _broken(file, row, "judged_at", rule, "mend the line")


def _broken(file: str, row: int | None, column: str | None, rule: str, do: str) -> UserError:
    return UserError("a judgement breaks a rule", file=file, row=row, column=column, rule=rule, do=do)


def _add(path: Path, line: dict[str, Any]) -> None:
    """Add one line by one write, on the disk before this returns."""
    _check(line, None, path.name)
    try:
        # A line that a reader would refuse later is refused now.
        if path.exists():
            earlier = _Lines(path)
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
