"""Sharing out a budget: by what the next unit brings, or by how much is clicked.

Context: on curves that bend down there is one best way to share money out: each channel gets so much that
the next unit brings the same everywhere, but where a bound is in the way. Choice: bisection on that common
return, for each channel's spend at it is a formula. Given up: curves of other shapes.

Source: Karush (1939), Kuhn and Tucker (1951), for the conditions; "water-filling" in the field of signals.
"""

from __future__ import annotations

import numpy as np

from .curves import Floats

N_HALVINGS = 200


def share_by_return(scale: Floats, elasticity: Floats, budget: float, least: Floats, most: Floats) -> Floats:
    """The spends that bring most together.

    Args:
        scale: c scales of curves, 0 or more.
        elasticity: c elasticities, 0 to below 1.
        budget: What is to be spent, at most.
        least: c lower bounds, 0 or more.
        most: c upper bounds.

    Returns:
        c spends within the bounds. They add up to the budget, or to less where the upper bounds do.

    Raises:
        ValueError: The lower bounds alone are more than the budget.

    Example:
        >>> scale, half = np.array([2.0, 4.0]), np.array([0.5, 0.5])
        >>> share_by_return(scale, half, 100.0, np.zeros(2), np.full(2, 100.0)).round(6).tolist()
        [20.0, 80.0]
    """
    if least.sum() > budget * (1 + 1e-12):
        raise ValueError("the least that channels get is more than the budget")
    if most.sum() <= budget:
        return np.where(scale * elasticity > 0, most, least)
    gain = np.where(scale * elasticity > 0, scale * elasticity, np.nan)

    def spend_at(log_return: float) -> Floats:
        with np.errstate(over="ignore"):
            free = np.exp((np.log(gain) - log_return) / (1 - elasticity))
        return np.clip(np.where(np.isnan(gain), least, free), least, most)

    low, high = -700.0, 700.0  # of the logarithm of the common return; spend falls with it
    for _ in range(N_HALVINGS):
        middle = (low + high) / 2
        if spend_at(middle).sum() > budget:
            low = middle
        else:
            high = middle
    return spend_at(high)  # never above the budget


def share_by_clicks(clicks: Floats, budget: float, least: Floats, most: Floats) -> Floats:
    """The spends in proportion to clicks, as far as the bounds allow.

    Args:
        clicks: c counts.
        budget: What is to be spent, at most.
        least: c lower bounds.
        most: c upper bounds.

    Returns:
        c spends within the bounds that add up to the budget, or to less where the upper bounds do.

    Example:
        >>> share_by_clicks(np.array([1.0, 3.0]), 8.0, np.zeros(2), np.array([9.0, 5.0])).round(6).tolist()
        [3.0, 5.0]
    """
    if most.sum() <= budget:
        return most.copy()
    if clicks.sum() <= 0:
        clicks = np.ones(len(clicks))
    low, high = 0.0, 1.0
    shares = np.maximum(clicks, clicks.sum() * 1e-9)  # a channel without clicks takes what nobody else may
    while np.clip(high * shares, least, most).sum() < budget:
        high *= 2
    for _ in range(N_HALVINGS):
        middle = (low + high) / 2
        if np.clip(middle * shares, least, most).sum() > budget:
            high = middle
        else:
            low = middle
    return np.clip(low * shares, least, most)
