"""Copies of files, damaged at random: what a disk, a mail gateway or an editor does to an export.

The damage knows nothing of readers or mappings: bytes are dropped, doubled, swapped for signs that
mean something to a parser, lines shuffled, line ends and encodings changed, ends cut off, names of
formats exchanged.
"""

from __future__ import annotations

import gzip
import random
from collections.abc import Sequence
from pathlib import Path

LARGEST_BYTES = 400_000
SIGNS = (
    b"\0", b'"', b'""', b"\n", b"\r", b"\r\n", b",", b";", b"\t", b"\xff", b"\xfe", b"\xc3", b"\xef\xbb\xbf",
    b"\xe2\x80\xa8", b"\x85", b"\x1a", b"\\", b"'", b"{", b"}", b"[", b"]", b"\\u0000", b"\\ud800", b"NaN",
    b"1e999", b"-", b"\x0b\x0c", b"\x1c\x1d\x1e", b"\xe9", b"=cmd|1", b'"' * 7, b"\n" * 5, b"a" * 70_000,
)  # fmt: skip
ENCODINGS = (
    "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-7", "utf-8-sig", "cp1252", "shift_jis", "gb18030",
    "cp037",
)  # fmt: skip
ENDINGS = (".json", ".jsonl", ".csv", ".parquet", ".xlsx", ".sqlite", ".tsv", ".txt")


def make_bad_copies(sources: Sequence[Path], folder: Path, n_copies: int, damage_seed: int) -> None:
    """Write ``n_copies`` damaged copies of some files into a folder.

    Args:
        sources: Files to draw from; those over 400 kB and empty ones are left out.
        folder: Is made.
        n_copies: How many.
        damage_seed: Of every draw: the same seed and sources give the same bytes.
    """
    draw = random.Random(damage_seed)
    small = [path for path in sources if path.is_file() and 0 < path.stat().st_size < LARGEST_BYTES]
    folder.mkdir(parents=True)
    for number in range(n_copies):
        path = draw.choice(small)
        data, ending = damaged(path.read_bytes(), draw), path.suffix or ".csv"
        if draw.random() < 0.04:
            ending = draw.choice(ENDINGS)
        if draw.random() < 0.03:
            data, ending = gzip.compress(data, mtime=0), f"{ending}.gz"
            data = data[: draw.randrange(len(data) + 1)] if draw.random() < 0.5 else data
        (folder / f"{number:05}_{path.stem[:20]}{ending}").write_bytes(data)


def damaged(data: bytes, draw: random.Random) -> bytes:
    """One to eight accidents on top of one another.

    Example:
        >>> damaged(b"a,b", random.Random(1)) == damaged(b"a,b", random.Random(1))
        True
    """
    for _ in range(draw.choice([1, 1, 2, 3, 8])):
        data = _accident(data, draw)
    return data


def _accident(data: bytes, draw: random.Random) -> bytes:
    kind, at = draw.randrange(11), draw.randrange(len(data) + 1)
    if kind == 0:
        return data[:at] + draw.choice(SIGNS) + data[at:]
    if kind == 1:
        return data[:at] + bytes([draw.randrange(256)]) + data[at + 1 :]
    if kind == 2:
        return data[:at] + data[at + draw.choice([1, 2, 10, 100]) :]
    if kind == 3:
        return data[:at]
    if kind == 4:
        other = draw.randrange(len(data) + 1)
        return data[:at] + data[other : other + draw.choice([5, 50, 500])] + data[at:]
    if kind == 5:
        return data.replace(b"\n", b"\r\n")
    if kind == 6:
        return data.replace(b"\r\n", b"\n").replace(b"\n", b"\r")
    if kind == 7:
        try:
            return data.decode("utf-8").encode(draw.choice(ENCODINGS))
        except UnicodeError:
            return data
    if kind == 8:
        lines = data.split(b"\n")
        draw.shuffle(lines)
        return b"\n".join(lines)
    if kind == 9:
        return data * 2
    sign = draw.choice([b",", b'"', b"\n", b";", b"}"])
    found = data.find(sign, at)
    return data if found < 0 else data[:found] + data[found + 1 :]
