"""``journey world``: the made-up retailer's exports."""

from __future__ import annotations

import argparse
from pathlib import Path

from journey_research.errors import DONE, UserError

from .project import workspace_of


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of ``journey world``."""
    parser.add_argument("--out", help="folder to make (default: data/demo/00_raw)")
    parser.add_argument(
        "--size", default="demo", help="tiny (150 people), demo (2,000) or 1m (100,000, 26 weeks)"
    )
    parser.add_argument("--persons", type=int, help="how many people, instead of --size")
    parser.add_argument("--weeks", type=int, help="how many weeks, whatever the size")
    parser.add_argument("--seed", type=int, default=1, help="world_seed (1)")
    parser.add_argument(
        "--without",
        action="append",
        default=[],
        metavar="CHANNEL",
        help="a channel whose contacts never take place, as in: --without email; or payment: nobody gives up "
        "there; or synergy: no two contacts cause an order together; or segments: people of all "
        "segments look around alike",
    )
    parser.add_argument("--processes", type=int, default=0, help="how many processes (0: one for each core)")


def run(chosen: argparse.Namespace) -> int:
    """Do it; returns the exit code."""
    from journey_research.world import build_world

    folder = Path(chosen.out) if chosen.out else workspace_of("demo").raw
    if folder.exists():
        raise UserError(
            "the folder is there already", file=folder.name, do="move it away, or choose another --out"
        )
    too_few = (chosen.persons is not None and chosen.persons < 2) or chosen.processes < 0
    if too_few or (chosen.weeks is not None and chosen.weeks < 1):
        raise UserError("a world has at least 2 people and 1 week", do="give larger numbers")
    world = build_world(
        folder,
        persons=chosen.persons,
        size=chosen.size,
        world_seed=chosen.seed,
        weeks=chosen.weeks,
        without=chosen.without,
        processes=chosen.processes,
    )
    for name, n_rows in sorted(world.rows.items()):
        print(f"{n_rows:>12,}  {name}")
    print(f"{world.n_records:>12,}  source records\n{world.n_touchpoints:>12,}  touchpoints")
    return DONE
