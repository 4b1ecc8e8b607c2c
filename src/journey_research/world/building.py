"""A whole world, from its name to its folder.

Context: a world of a million source records must be written in minutes and must never be in memory
whole, and its bytes may not depend on how many processes wrote it. Choice: blocks of persons are made
in a pool of processes, each writes its part of every file, and the parts are appended in the order of
the blocks. Given up: a file of the whole world is in the order of time only within a block.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Collection, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from .assembling import Assembly
from .block_files import BlockDone, write_block
from .exports.exporters import top_names
from .simulation.block import BLOCK_PERSONS, CHANNELS
from .simulation.surviving import ALIKE, PAYMENT, TOGETHER
from .sizes import WorldSize, size_of
from .writing import whole_folder


@dataclass(frozen=True)
class World:
    """What was written.

    Attributes:
        rows: File name -> rows, header left out.
        n_records: Source records: keys that a source tells apart.
        n_touchpoints: Rows that tell of a contact with somebody.
    """

    rows: dict[str, int]
    n_records: int
    n_touchpoints: int


def build_world(
    folder: str | Path,
    *,
    persons: int | None = None,
    size: str = "demo",
    world_seed: int = 1,
    weeks: int | None = None,
    without: Collection[str] = (),
    processes: int = 0,
) -> World:
    """Make up a retailer and write what its systems would export, and the truth.

    The same arguments give the same bytes, in any process on any day, whatever ``processes`` is. The
    folder gets its name when every file is complete, so a run that is killed leaves no half world.

    Args:
        folder: Where the files go; may hold an older world, which is replaced.
        persons: People in the world, at least 2; None: as many as ``size`` has.
        size: "tiny" (150 persons), "demo" (2,000) or "1m" (100,000 over 26 weeks: a million source
            records).
        world_seed: Names the world: another number, other people.
        weeks: Weeks up to the world's end on 2025-03-30, at least 1; by default those of ``size``.
        without: Channels whose contacts never take place, as in ``["email"]``; or "payment": nobody gives
            up at the payment; or "synergy": no two contacts cause together what
            neither does; or "segments": people of all segments look around alike. All else is drawn from
            the same chances.
        processes: How many to make blocks with; 0: one for each core, and none but this one for a world
            of a single block. More start new interpreters, so a script has to call this under
            ``if __name__ == "__main__":``.

    Returns:
        Rows of each file, and how many source records and touchpoints they tell of.

    Raises:
        ValueError: ``persons``, ``weeks`` or ``processes`` is too small.
        UserError: There is no such size or channel, or ``folder`` holds files that are no world's.
    """
    from journey_research.errors import UserError

    known = (*CHANNELS, PAYMENT, TOGETHER, ALIKE)
    if strange := sorted(set(without) - set(known)):
        raise UserError(f"there is no channel '{strange[0]}'", do=f"choose of {', '.join(known)}")
    if processes < 0:
        raise ValueError(f"processes is {processes}; 0 means one for each core")
    of_size = size_of(size)
    number_of = of_size[0] if persons is None else persons
    lasting = of_size[1] if weeks is None else weeks
    which = WorldSize(number_of, world_seed, lasting, tuple(sorted(without)), BLOCK_PERSONS)
    with whole_folder(Path(folder), top_names()) as unfinished:
        parts = unfinished / ".parts"
        parts.mkdir()
        assembly = Assembly(unfinished, parts, which)
        with _made(parts, which, processes) as blocks:
            for done in blocks:
                assembly.append(done)
        return World(*assembly.finish())


@contextmanager
def _made(parts: Path, size: WorldSize, processes: int) -> Iterator[Iterator[BlockDone]]:
    """Every block, in order; made here, or in a pool of processes."""
    from tqdm import tqdm

    n_blocks = len(size.blocks)
    make = partial(write_block, parts, size)
    workers = min(n_blocks, processes or os.cpu_count() or 1)
    is_quiet = n_blocks == 1 and not sys.stderr.isatty()
    bar = partial(tqdm, total=n_blocks, desc="making people", unit="block", file=sys.stderr, disable=is_quiet)
    if workers == 1:
        yield iter(bar(map(make, range(n_blocks))))
        return
    from multiprocessing import get_context

    with ProcessPoolExecutor(workers, get_context("spawn"), _leave_with_parent) as pool:
        try:
            yield iter(bar(pool.map(make, range(n_blocks))))
        finally:
            pool.shutdown(wait=True, cancel_futures=True)


def _leave_with_parent() -> None:
    """A process whose parent was killed would wait for work for ever."""
    from multiprocessing import parent_process
    from threading import Thread

    parent = parent_process()

    def wait() -> None:
        if parent is not None:
            parent.join()
            os._exit(1)

    Thread(target=wait, daemon=True).start()
