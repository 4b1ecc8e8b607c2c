"""When one journey ends and the next begins: the one rule that every table of the stage follows."""

from __future__ import annotations

from dataclasses import dataclass

ORDER = "order"


@dataclass(frozen=True)
class JourneyRule:
    """When one session or journey ends, and what counts as reaching its goal.

    Attributes:
        session_gap_minutes: Longest silence inside a session, in minutes. A silence of exactly
            this length does not end it.
        max_gap_days: Longest silence inside a journey, in days, and the longest wait between its
            last touch and the outcome that closes it. Exactly this long is not too long.
        conversion_action: ``"order"``: a paid order is the goal; else the action of the touches
            that are the goal, ``"coupon_redeemed"``.
        keeps_native_sessions: Whether touches keep the session that their source put them in, where its
            mapping says ``session``; they are then neither split nor joined by silence.
    """

    session_gap_minutes: int
    max_gap_days: int
    conversion_action: str
    keeps_native_sessions: bool = True

    def __post_init__(self) -> None:
        for name in ("session_gap_minutes", "max_gap_days"):
            if getattr(self, name) <= 0:
                raise ValueError(f"{name} is {getattr(self, name)}; a silence lasts more than 0")
        if self.max_gap_us < self.session_gap_us:
            raise ValueError(
                "max_gap_days is shorter than session_gap_minutes; a session lies inside a journey"
            )
        if not self.conversion_action.strip():
            raise ValueError(f"conversion_action is blank; say '{ORDER}' or the action of a touch")

    @property
    def session_gap_us(self) -> int:
        """The longest silence inside a session, in microseconds."""
        return self.session_gap_minutes * 60_000_000

    @property
    def max_gap_us(self) -> int:
        """The longest silence inside a journey, in microseconds."""
        return self.max_gap_days * 86_400_000_000
