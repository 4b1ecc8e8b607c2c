"""A research workbench for customer journeys.

The stages as verbs on a data frame of your own::

    import journey_research as jr

    jr.resolve(records, id="customer_no")
    jr.journeys(events, person="person", time="time", event="event")
    jr.attribute(paths, path="path", conversions="conversions")
    jr.lifetime_value(orders, person="person", time="time", calibration_end="2025-01-01")
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

__all__ = ["attribute", "journeys", "lifetime_value", "resolve"]
__version__ = "0.1.0"


def __getattr__(name: str) -> Any:
    """Load a verb when it is first asked for."""
    if name not in __all__:
        raise AttributeError(f"module 'journey_research' has no attribute '{name}'")
    return getattr(import_module(f"journey_research.verbs.{name}"), name)


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
