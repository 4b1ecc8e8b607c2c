"""A made-up retailer: its people, what its vendors' systems export about them, and the truth.

The files carry the vendors' names and the vendors' quirks. Nothing here knows how they will be
read: no mapping, no rule, no contract. Import is cheap; numpy and pandas come with the first world.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .building import build_world

__all__ = ["build_world"]


def __getattr__(name: str) -> Any:
    """Fetch ``build_world`` when somebody asks for it."""
    if name == "build_world":
        from .building import build_world

        return build_world
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
