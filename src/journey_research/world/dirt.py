"""Dirt: bytes of a written file, damaged as transfers and hands damage them.

It sees lines of bytes and nothing else: not what the columns mean, not who will read them.
"""

from __future__ import annotations

import re

import numpy as np

_DAY = re.compile(rb"\d{4}-\d{2}-\d{2}")
_PRICE = re.compile(rb"(?<=,)\d+\.\d{2}(?=,)")


def soil(body: bytes, chance: np.random.Generator, *, share: float, has_header: bool) -> tuple[bytes, int]:
    """Damage a share of a file's lines, each in one of three ways.

    Args:
        body: A text file whose lines end in a line feed.
        chance: Where the dirt falls.
        share: Of the lines, 0 to 1; rounded down, at least one line when ``share`` is above 0.
        has_header: Leave the first line alone.

    Returns:
        The damaged bytes, as many lines as before, and how many lines were damaged.

    Example:
        >>> soil(b"day\\n2025-01-07\\n", np.random.default_rng(0), share=1.0, has_header=True)
        (b'day\\n2025-13-45\\n', 1)
    """
    lines = body.split(b"\n")
    first, last = int(has_header), len(lines) - 1
    if last <= first or share <= 0:
        return body, 0
    n = max(1, int((last - first) * share))
    for at in sorted(chance.choice(np.arange(first, last), size=n, replace=False)):
        lines[at] = _damage(lines[at], int(chance.integers(3)))
    return b"\n".join(lines), n


def _damage(line: bytes, kind: int) -> bytes:
    is_object = line.startswith(b"{")
    if kind == 0 and _PRICE.search(line):
        return _PRICE.sub(
            lambda price: price[0].replace(b"0", b"O").replace(b"1", b"l") + b"x", line, count=1
        )
    if kind <= 1 and not is_object and (day := _DAY.search(line)):
        return line[: day.start() + 4] + b"-13-45" + line[day.end() :]
    if not is_object and len(line) < 24 and (day := _DAY.search(line)):
        return line[: day.start() + 4] + b"-13-45" + line[day.end() :]
    cut = line[: len(line) * 55 // 100].decode(errors="ignore").encode()  # between letters, not inside one
    if not is_object and cut.count(b'"') % 2:  # an open quote would swallow the lines that follow
        cut = cut[: cut.rindex(b'"')].rstrip(b",")
    return cut
