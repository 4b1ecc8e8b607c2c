"""A large CSV file of made-up orders with bad rows at known places, written once and kept."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

VERSION = 2
HEADER = b"order_id,customer,ordered_at,channel,quantity,amount,discount,note\n"
CHANNELS = ["web", "app", "store", "phone", "marketplace", "partner"]
BAD_SHARE = 0.001
CHUNK_ROWS = 200_000
# Damage -> (column, rule) by which it is to be reported.
DAMAGES = {
    "a field too many": (None, "has 8 columns"),
    "a field too few": (None, "has 8 columns"),
    "an open quote": (None, "closes its quotes"),
    "a letter in a number": ("amount", "is a number"),
    "an impossible date": ("ordered_at", "ends in Z or an offset"),
    "a byte that is no UTF-8": (None, "is UTF-8 text"),
}
WORDS = (
    "please leave parcel with neighbour ring twice gift wrapped blue shelf second floor call before "
    "delivery fragile keep dry thank you again same as last time größer später Straße"
).split()


@dataclass(frozen=True)
class LargeCsv:
    """The file and what is wrong with it.

    Attributes:
        path: The CSV file.
        planted: Parquet file of row_number, column and rule, one row per bad row.
        n_rows: Rows in the file, good and bad.
    """

    path: Path
    planted: Path
    n_rows: int


def large_csv(megabytes: int, seed: int) -> LargeCsv:
    """The file of about so many megabytes; written when it is not in the temporary folder yet."""
    folder = Path(tempfile.gettempdir()) / f"journey-large-csv-{VERSION}-{megabytes}-{seed}"
    told = LargeCsv(folder / "orders.csv", folder / "planted.parquet", 0)
    if not told.planted.is_file():
        folder.mkdir(exist_ok=True)
        _write(told, megabytes * 1_000_000, seed)
    n_rows = int(pq.read_schema(told.planted).metadata[b"n_rows"])
    return LargeCsv(told.path, told.planted, n_rows)


def _write(told: LargeCsv, n_bytes: int, seed: int) -> None:
    chance = np.random.default_rng(seed)
    n_rows, planted = 0, []
    with told.path.open("wb") as file:
        file.write(HEADER)
        while file.tell() < n_bytes:
            lines, damages = chunk_of(chance, n_rows, CHUNK_ROWS)
            for place, damage in damages.items():
                column, rule = DAMAGES[damage]
                planted.append({"row_number": n_rows + place + 1, "column": column, "rule": rule})
            file.write(lines)
            n_rows += CHUNK_ROWS
    schema = pa.schema(
        [("row_number", pa.int64()), ("column", pa.string()), ("rule", pa.string())],
        metadata={"n_rows": str(n_rows)},
    )
    pq.write_table(pa.Table.from_pylist(planted, schema=schema), told.planted)


def chunk_of(chance: np.random.Generator, n_before: int, n: int) -> tuple[bytes, dict[int, str]]:
    """The bytes of n rows, without a header; which of them are damaged, and how."""
    cells = [
        _joined("o", _digits(np.arange(n_before, n_before + n), 9)),
        _joined("c", _digits(chance.integers(0, 1_000_000, n), 7)),
        _times(chance.integers(1_704_067_200, 1_767_225_600, n)),
        pa.array(CHANNELS).take(pa.array(chance.integers(0, len(CHANNELS), n))),
        pa.array(chance.integers(1, 10, n)).cast(pa.string()),
        _cents(chance.integers(100, 100_000, n)),
        _cents(chance.integers(0, 2_000, n)),
        _notes(chance, n),
    ]
    lines = pc.binary_join_element_wise(*cells, ",")
    places = np.sort(chance.choice(n, int(n * BAD_SHARE), replace=False))
    kinds = chance.integers(0, len(DAMAGES), len(places))
    damages = {int(place): list(DAMAGES)[kind] for place, kind in zip(places, kinds, strict=True)}
    told = lines.cast(pa.binary()).to_pylist()
    for place, damage in damages.items():
        told[place] = _damaged([one[place].as_py() for one in cells[:7]], damage)
    return b"\n".join(told) + b"\n", damages


def _damaged(cells: list[str], damage: str) -> bytes:
    note = b"plain"
    if damage == "a letter in a number":
        cells[5] = f"1O.{cells[5][-2:]}"
    elif damage == "an impossible date":
        cells[2] = f"2025-02-30{cells[2][10:]}"
    elif damage == "a field too many":
        note = b"plain,"
    elif damage == "an open quote":
        note = b'"never closed'
    elif damage == "a byte that is no UTF-8":
        note = b"caf\xe9"
    line = ",".join(cells).encode()
    return line if damage == "a field too few" else line + b"," + note


def _notes(chance: np.random.Generator, n: int) -> pa.Array:
    """Free text: most of it plain, some in quotes, a little over two lines."""
    pool = [" ".join(chance.choice(WORDS, 5)) for _ in range(5_000)]
    plain = _joined(
        pa.array(pool).take(pa.array(chance.integers(0, len(pool), n))),
        " no ",
        pa.array(chance.integers(0, 10_000_000, n)).cast(pa.string()),
    )
    kind = chance.random(n)
    told = pc.if_else(pa.array(kind < 0.08), _joined('"', plain, ', ""urgent"""'), plain)
    return pc.if_else(pa.array(kind < 0.004), _joined('"', plain, '\nsecond line"'), told)


def _times(seconds: np.ndarray) -> pa.Array:
    told = pa.array(seconds).cast(pa.timestamp("s"))
    return pc.strftime(told, format="%Y-%m-%dT%H:%M:%SZ")


def _cents(cents: np.ndarray) -> pa.Array:
    return _joined(pa.array(cents // 100).cast(pa.string()), ".", _digits(cents % 100, 2))


def _digits(numbers: np.ndarray, width: int) -> pa.Array:
    return pc.utf8_lpad(pa.array(numbers).cast(pa.string()), width, "0")


def _joined(*parts: pa.Array | str) -> pa.Array:
    return pc.binary_join_element_wise(*parts, "")
