"""Lines of a file of judgements: what each may say, and which of them is in force.

What the file is and why stands in ``judgement_file``, which reads and writes it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from journey_research.errors import UserError

FORMAT, VERSION = "journey_research.judgements", 1
ANSWERS = ("same", "distinct", "unsure")
COLUMNS = ["record_id_a", "record_id_b", "answer", "reviewer", "judged_at", "stratum"]
STRATUM = re.compile(r"active|cut|join|sample:\d+")
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?(Z|\+00:00)")
_KEYS = frozenset({*COLUMNS, "undo"})


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


class Lines:
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
        self.stacks = Stacks(path.name)
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


class Stacks:
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
    check_line(told, row, file)
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


def check_line(told: Mapping[str, Any], row: int | None, file: str) -> None:
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
