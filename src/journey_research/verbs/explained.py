"""Why two records met, or stayed apart."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from journey_research.pipelines.identity.waterfall import Waterfall


@dataclass(frozen=True, repr=False)
class Explained:
    """One pair, explained; it shows itself as its sentence.

    Attributes:
        waterfall: What each field adds, in log-odds.
        threshold: From which probability two records are one person.

    Example:
        >>> from journey_research.pipelines.identity.waterfall import build_waterfall
        >>> told = {"mail: equal": 1.0, "mail: told": 1.0}
        >>> Explained(build_waterfall(-3.0, {"mail: equal": 5.0, "mail: told": 0.0}, told), 0.4)
        These two met mostly because mail agrees: 88 %.
    """

    waterfall: Waterfall
    threshold: float

    def __repr__(self) -> str:
        """One sentence, without any value."""
        from journey_research.pipelines.identity.waterfall import explain

        return explain(self.waterfall, self.threshold)

    def figure(self) -> Axes:
        """The way from the base rate to the pair's probability, field by field."""
        from journey_research.pipelines.identity.waterfall import figure

        return figure(self.waterfall, self.threshold)
