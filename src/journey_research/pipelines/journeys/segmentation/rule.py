"""How persons are put into segments: the one rule that every table of segments follows."""

from __future__ import annotations

from dataclasses import dataclass

from .gathering import Told

BEST = "best"
METHODS = ("deed_mixture", "density", "gaussian_mixture", "kmeans", "markov_mixture")


@dataclass(frozen=True)
class SegmentRule:
    """How persons are put into segments, and when they are one.

    Attributes:
        method: ``"deed_mixture"``, ``"density"``, ``"gaussian_mixture"``, ``"kmeans"``,
            ``"markov_mixture"``; or ``"best"``: the one whose segments agree best between a person's odd and
            even weeks.
        segment_seed: Seed of samples, resamples and starts.
        max_segments: Most segments tried.
        n_channels: Channels that are told apart, the busiest first; the rest is one.
        n_deeds: Deeds that are told apart, the most frequent first; the rest is one. A deed is the action of
            a touch that the person made, or the page.
        paged_action: The action that is many deeds, one for each page told.
        n_starts: Times k-means and EM begin anew.
        n_resamples: Resamples of persons that stability is measured on.
        max_fitted_persons: Persons that a method is fitted on, at most.
        max_judged_persons: Persons that the criteria are measured on, at most.
        min_persons: Fewer persons are one segment.
        min_segment_share: Share of persons that the smallest segment holds at least.
        min_silhouette: Least mean silhouette (-1 to 1) of segments that have no likelihood.
        min_stability: Least adjusted Rand index between fits on resamples.
        min_repeatability: What the adjusted Rand index between a person's odd and even weeks is above,
            with its whole interval; at 0, segments are chance.
    """

    method: str
    segment_seed: int
    max_segments: int
    n_channels: int
    n_deeds: int
    paged_action: str
    n_starts: int
    n_resamples: int
    max_fitted_persons: int
    max_judged_persons: int
    min_persons: int
    min_segment_share: float
    min_silhouette: float
    min_stability: float
    min_repeatability: float

    @property
    def apart(self) -> Told:
        """How many channels and deeds are told apart."""
        return Told(self.n_channels, self.n_deeds, self.paged_action)

    def __post_init__(self) -> None:
        if self.method not in (BEST, *METHODS):
            raise ValueError(f"method is {self.method!r}; choose '{BEST}' or one of {', '.join(METHODS)}")
        if self.max_segments < 2:
            raise ValueError(f"max_segments is {self.max_segments}; at least 2 are compared")
        for name in ("n_channels", "n_deeds", "n_starts"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name} is {getattr(self, name)}; at least 1")
        if self.n_resamples < 2:
            raise ValueError(f"n_resamples is {self.n_resamples}; a spread takes at least 2")
        if self.min_persons <= self.max_segments:
            raise ValueError("min_persons is more than max_segments")
        if min(self.max_fitted_persons, self.max_judged_persons) < self.min_persons:
            raise ValueError("max_fitted_persons and max_judged_persons are at least min_persons")
        if not 0 <= self.min_segment_share < 1:
            raise ValueError(f"min_segment_share is {self.min_segment_share}; it is a share")
        for name in ("min_silhouette", "min_stability", "min_repeatability"):
            if not -1 <= getattr(self, name) <= 1:
                raise ValueError(f"{name} is {getattr(self, name)}; it lies between -1 and 1")
