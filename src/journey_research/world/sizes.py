"""How large a world is: persons by the name of a size, and the blocks they are made in."""

from __future__ import annotations

from dataclasses import dataclass

from journey_research.errors import UserError

# Persons and weeks. "1m" has a million source records and ten million touchpoints.
SIZES = {"tiny": (150, 12), "demo": (2_000, 12), "1m": (100_000, 26)}


@dataclass(frozen=True)
class WorldSize:
    """Which world.

    Attributes:
        persons: People in it, at least 2.
        world_seed: Names it: another number, other people.
        weeks: Weeks up to the world's end, at least 1.
        without: Channels that do nothing in it.
        block_persons: People in a block.
    """

    persons: int
    world_seed: int
    weeks: int
    without: tuple[str, ...]
    block_persons: int

    def __post_init__(self) -> None:
        if self.persons < 2:
            raise ValueError(f"persons is {self.persons}; a world has at least 2")
        if self.weeks < 1:
            raise ValueError(f"weeks is {self.weeks}; a world lasts at least 1 week")

    @property
    def blocks(self) -> list[int]:
        """Persons in each block; the last may be smaller, but has at least 2.

        Example:
            >>> WorldSize(10_001, 1, 12, (), 5000).blocks
            [5000, 5001]
        """
        whole, rest = divmod(self.persons, self.block_persons)
        sizes = [self.block_persons] * whole
        if rest == 1 and sizes:
            sizes[-1] += 1
        elif rest:
            sizes.append(rest)
        return sizes


def size_of(size: str) -> tuple[int, int]:
    """Persons and weeks of a world of a named size.

    Raises:
        UserError: There is no such size.

    Example:
        >>> size_of("demo")
        (2000, 12)
    """
    if size not in SIZES:
        raise UserError(f"there is no size '{size}'", do=f"choose one of {', '.join(SIZES)}")
    return SIZES[size]
