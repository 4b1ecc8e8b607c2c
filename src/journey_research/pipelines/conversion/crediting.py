"""Which channels the conversions are credited to, by simple rules and by the chain of channels.

A credit says where conversions were seen, not what caused them: no channel was withheld from
anybody. The chosen rules stand beside one another so that a reader sees how much hangs on the rule.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from .markov import build_chain, removal_effects
from .paths import Floats, PathCounts

MODELS = ("first", "last", "linear", "position", "time-decay", "markov")
MOST_JOURNEYS_A_PATH = 10
Estimate = Callable[[Floats, Floats, Floats], Floats]


@dataclass(frozen=True)
class AttributionRule:
    """How conversions are credited.

    Attributes:
        models: Which models, of ``MODELS``.
        order: Channels a state of the chain remembers.
        half_life_steps: Steps before the conversion after which a touch counts half.
        intervals: Bootstrap draws behind low and high; 0 for none.
        attribution_seed: Seed of those draws.
    """

    models: tuple[str, ...] = ("last", "linear", "markov")
    order: int = 1
    half_life_steps: float = 7.0
    intervals: int = 200
    attribution_seed: int = 1

    def __post_init__(self) -> None:
        object.__setattr__(self, "models", tuple(self.models))
        if unknown := sorted(set(self.models) - set(MODELS)):
            raise ValueError(f"models holds {unknown}; known are {', '.join(MODELS)}")
        if not self.models or len(set(self.models)) < len(self.models):
            raise ValueError("models names each model once, and at least one")
        if self.order < 1:
            raise ValueError(f"order is {self.order}; a state remembers 1 channel or more")
        if not 0 < self.half_life_steps < np.inf:
            raise ValueError(f"half_life_steps is {self.half_life_steps}; it is more than 0 steps")
        if self.intervals < 0:
            raise ValueError(f"intervals is {self.intervals}; 0 or more draws")


@dataclass(frozen=True)
class ModelCredits:
    """What one model credits to each of c channels.

    Attributes:
        conversions: c numbers that sum to all conversions.
        values: c amounts that sum to the total value.
        draws: b x c, conversions in bootstrap draws of the journeys.
    """

    conversions: Floats
    values: Floats
    draws: Floats


def credit_channels(paths: PathCounts, rule: AttributionRule) -> dict[str, ModelCredits]:
    """Credits of every model of the rule.

    Args:
        paths: p distinct paths with their counts.
        rule: Which models, and how many draws.

    Returns:
        One entry per model. A chain that finds no conversion credits 0 to every channel. Where no
        journey without conversion is known, the chain is that of the conversions alone: every
        journey converts unless its channel is removed.

    Example:
        >>> from journey_research.pipelines.conversion.paths import count_paths
        >>> paths = count_paths(["a > b"], [2], [0], [10.0])
        >>> credits = credit_channels(paths, AttributionRule(models=("linear",), intervals=0))
        >>> credits["linear"].conversions.tolist(), credits["linear"].values.tolist()
        ([1.0, 1.0], [5.0, 5.0])
    """
    estimates = {model: _estimate(model, paths, rule) for model in rule.models}
    drawn: dict[str, list[Floats]] = {model: [] for model in rule.models}
    for conversions, nulls in _draw_journeys(paths, rule.intervals, rule.attribution_seed):
        for model, estimate in estimates.items():
            drawn[model].append(estimate(conversions, nulls, conversions))
    seen = paths.conversions.astype(float), paths.nulls.astype(float)
    return {
        model: ModelCredits(
            estimate(*seen, seen[0]),
            estimate(*seen, paths.values),
            np.array(drawn[model]).reshape(len(drawn[model]), len(paths.channels)),
        )
        for model, estimate in estimates.items()
    }


def _draw_journeys(paths: PathCounts, draws: int, seed: int) -> Iterator[tuple[Floats, Floats]]:
    """Conversions and nulls of all journeys drawn again with replacement, draw by draw."""
    journeys = np.concatenate([paths.conversions, paths.nulls])
    seen, total, n_paths = np.flatnonzero(journeys), int(journeys.sum()), len(paths.lengths)
    random = np.random.default_rng(seed)
    # Drawing journeys one by one is faster than drawing counts while there are few to a path.
    one_by_one = total <= MOST_JOURNEYS_A_PATH * len(seen)
    path_of_journey = np.repeat(np.arange(len(journeys)), journeys) if one_by_one else seen
    for _ in range(draws if total else 0):
        if one_by_one:
            again = path_of_journey[random.integers(0, total, total)]
            counts = np.bincount(again, minlength=len(journeys)).astype(np.float64)
        else:
            counts = np.zeros(len(journeys))
            counts[seen] = random.multinomial(total, journeys[seen] / total)
        yield counts[:n_paths], counts[n_paths:]


def _estimate(model: str, paths: PathCounts, rule: AttributionRule) -> Estimate:
    """A function of p conversions, p nulls and p amounts to share out: c parts of those amounts."""
    if model == "markov":
        chain = build_chain(paths, rule.order)

        def by_removal(conversions: Floats, nulls: Floats, amounts: Floats) -> Floats:
            return _shares(removal_effects(chain, conversions, nulls)) * amounts.sum()

        return by_removal
    weights = _weights(model, paths, rule.half_life_steps).T.tocsr()

    def by_rule(conversions: Floats, nulls: Floats, amounts: Floats) -> Floats:
        return np.asarray(weights @ amounts)

    return by_rule


def _shares(effects: Floats) -> Floats:
    total = effects.sum()
    return effects / total if total > 0 else np.zeros_like(effects)


def _weights(model: str, paths: PathCounts, half_life: float) -> Any:
    """p x c sparse: the part of a path's conversion that goes to each channel; rows sum to 1."""
    from scipy import sparse

    step = paths.step_of_touch
    length = np.repeat(paths.lengths, paths.lengths)
    if model == "first":
        part = (step == 0).astype(float)
    elif model == "last":
        part = (step == length - 1).astype(float)
    elif model == "linear":
        part = 1 / length
    elif model == "position":
        ends = (step == 0) | (step == length - 1)
        part = np.where(ends, 0.4, 0.2 / np.maximum(length - 2, 1))
        part = np.where(length <= 2, 1 / length, part)
    else:
        part = 0.5 ** ((length - 1 - step) / half_life)
        part /= np.repeat(np.add.reduceat(part, paths.starts[:-1]), paths.lengths) if len(part) else 1
    return sparse.csr_array(
        (part, (paths.path_of_touch, paths.codes)), shape=(len(paths.lengths), len(paths.channels))
    )
