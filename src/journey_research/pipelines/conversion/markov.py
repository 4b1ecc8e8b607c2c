"""The chain of channels, and what is lost without one of them; solved exactly, not simulated.

A journey starts, passes through states, and ends in a conversion or in nothing (null). A state is
the last ``order`` channels. Without a channel, every journey that reaches it ends in null there;
the share of conversions lost is the channel's removal effect.

Source: Anderl, Becker, von Wangenheim and Schumann (2016), "Mapping the customer journey".
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from .paths import Counts, Floats, PathCounts

MOST_DENSE_STATES = 400


@dataclass(frozen=True)
class Chain:
    """Which states the paths pass, and how often; counts of journeys come later.

    Attributes:
        n_channels: c.
        channel_of_state: s codes, the channel at which each state stands.
        from_states: t, the state each distinct transition leaves; s is the start.
        to_states: t, the state it reaches.
        passes: p x t sparse, how often a path makes a transition.
        last_states: p, the state in which each path ends.
    """

    n_channels: int
    channel_of_state: Counts
    from_states: Counts
    to_states: Counts
    passes: Any
    last_states: Counts

    @property
    def start(self) -> int:
        return len(self.channel_of_state)

    @cached_property
    def states_of_channel(self) -> list[Counts]:
        return [np.flatnonzero(self.channel_of_state == code) for code in range(self.n_channels)]


def build_chain(paths: PathCounts, order: int) -> Chain:
    """The chain whose states are the last ``order`` channels (fewer at the beginning of a path).

    Args:
        paths: p distinct paths.
        order: 1 or more.

    Returns:
        The chain, without counts of journeys.
    """
    from scipy import sparse

    first = paths.step_of_touch == 0
    states = paths.codes
    for _ in range(order - 1):
        before = np.where(first, 0, np.roll(states, 1) + 1)
        _, states = np.unique(before * len(paths.channels) + paths.codes, return_inverse=True)
    n_states = int(states.max()) + 1 if len(states) else 0
    channel_of_state = np.zeros(n_states, np.int64)
    channel_of_state[states] = paths.codes

    origins = np.where(first, n_states, np.roll(states, 1))
    pairs, columns = np.unique(origins * (n_states + 1) + states, return_inverse=True)
    passes = sparse.csr_array(
        (np.ones(len(columns)), (paths.path_of_touch, columns)), shape=(len(paths.lengths), len(pairs))
    )
    return Chain(
        len(paths.channels),
        channel_of_state,
        pairs // (n_states + 1),
        pairs % (n_states + 1),
        passes,
        states[paths.starts[1:] - 1] if len(states) else states,
    )


def removal_effects(chain: Chain, conversions: Floats, nulls: Floats) -> Floats:
    """The share of all conversions that the chain loses without each channel.

    Args:
        chain: As ``build_chain`` made it.
        conversions: p counts of converted journeys.
        nulls: p counts of journeys that ended in nothing.

    Returns:
        c numbers from 0 to 1; all 0 when nothing converts.

    Example:
        Half of the journeys touch b, and all of them convert.

        >>> from journey_research.pipelines.conversion.paths import count_paths
        >>> chain = build_chain(count_paths(["a", "a > b"], [1, 1], [0, 0], [0, 0]), order=2)
        >>> removal_effects(chain, np.array([1.0, 1.0]), np.zeros(2)).tolist()
        [1.0, 0.5]
    """
    n = chain.start + 1
    steps = np.asarray(chain.passes.T @ (conversions + nulls)).ravel()
    converted = np.bincount(chain.last_states, conversions, minlength=n)
    left = (
        np.bincount(chain.from_states, steps, minlength=n)
        + converted
        + np.bincount(chain.last_states, nulls, minlength=n)
    )
    left[left == 0] = 1  # a state that this draw never enters
    weights = steps / left[chain.from_states]
    solve = _solve_dense if n <= MOST_DENSE_STATES else _solve_sparse
    with_all, without = solve(chain, weights, converted / left)
    if with_all <= 0:
        return np.zeros(chain.n_channels)
    return np.clip(1 - without / with_all, 0, 1)


def _solve_dense(chain: Chain, weights: Floats, ends: Floats) -> tuple[float, Floats]:
    """One inverse for all channels: conversions lost are those of journeys that ever enter it."""
    n = chain.start + 1
    moves = np.eye(n)
    moves[chain.from_states, chain.to_states] -= weights
    visits = np.linalg.inv(moves)
    reach = visits @ ends
    lost = np.zeros(chain.n_channels)
    for code, states in enumerate(chain.states_of_channel):
        entered_first = np.linalg.solve(visits[np.ix_(states, states)].T, visits[chain.start, states])
        lost[code] = entered_first @ reach[states]
    return float(reach[chain.start]), reach[chain.start] - lost


def _solve_sparse(chain: Chain, weights: Floats, ends: Floats) -> tuple[float, Floats]:
    """One sparse system for each channel, without its states."""
    from scipy import sparse
    from scipy.sparse.linalg import splu

    n = chain.start + 1
    moves = sparse.csc_array((weights, (chain.from_states, chain.to_states)), shape=(n, n))
    system = sparse.csc_array(sparse.eye_array(n, format="csc") - moves)
    with_all = float(splu(system).solve(ends)[chain.start])
    without = np.zeros(chain.n_channels)
    channel = np.append(chain.channel_of_state, -1)
    for code in range(chain.n_channels):
        kept = np.flatnonzero(channel != code)
        solved = splu(sparse.csc_array(system[kept][:, kept])).solve(ends[kept])
        without[code] = solved[-1]
    return with_all, without
