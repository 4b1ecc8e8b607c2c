"""What a run asks of the histories of its persons."""

from __future__ import annotations

from dataclasses import dataclass

from .sequences import SequenceRule

DAY_US = 86_400_000_000
INITIATIVES = ("company", "customer", "peer")


@dataclass(frozen=True)
class HistoryRule:
    """What is asked of histories.

    Attributes:
        funnel_stages: Actions and kinds of outcomes, in the order in which persons are meant to pass.
        funnel_window_days: Longest time from a person's first stage to its last, in days.
        active_initiatives: Whose touches show that a person is active or hops: ``customer``, ``company``,
            ``peer``.
        sequence_days: Days of a journey, from its first touch on, whose sequences of channels are looked at.
        sequence_horizon_days: Days after those in which it converts, or does not.
        sequence_min_share: Share of journeys that hold a sequence, at least.
        sequence_max_events: Channels in a sequence, at most.
        most_sequences: Sequences tested, at most.
        told_sequences: Sequences told, at most, the surest differences first.
    """

    funnel_stages: tuple[str, ...] = ("product_viewed", "added_to_cart", "checkout_started", "order")
    funnel_window_days: int = 30
    active_initiatives: tuple[str, ...] = ("customer",)
    sequence_days: int = 7
    sequence_horizon_days: int = 30
    sequence_min_share: float = 0.02
    sequence_max_events: int = 3
    most_sequences: int = 500
    told_sequences: int = 20

    def __post_init__(self) -> None:
        for name in ("funnel_stages", "active_initiatives"):
            object.__setattr__(self, name, tuple(getattr(self, name)))
        if not self.funnel_stages:
            raise ValueError("funnel_stages is empty; a funnel has at least one stage")
        for name in ("funnel_window_days", "sequence_days", "sequence_horizon_days", "told_sequences"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name} is {getattr(self, name)}; it is at least 1")
        if not self.active_initiatives or set(self.active_initiatives) - set(INITIATIVES):
            raise ValueError(f"active_initiatives are some of {', '.join(INITIATIVES)}")
        _ = self.sequence_rule  # its own bounds

    @property
    def funnel_window_us(self) -> int:
        """The funnel's window, in microseconds."""
        return self.funnel_window_days * DAY_US

    @property
    def landmark_us(self) -> int:
        """How long a journey's sequences are looked at, in microseconds."""
        return self.sequence_days * DAY_US

    @property
    def horizon_us(self) -> int:
        """How long after that it may convert, in microseconds."""
        return self.sequence_horizon_days * DAY_US

    @property
    def sequence_rule(self) -> SequenceRule:
        """Which sequences of channels are tested; a channel that follows itself counts once."""
        return SequenceRule(
            min_share=self.sequence_min_share,
            max_events=self.sequence_max_events,
            most_sequences=self.most_sequences,
            keeps_repeats=False,
        )
