"""Many questions asked at once: which answers still stand when the share of chance finds is held down."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


def q_values(p_values: Floats, *, any_dependence: bool = False) -> Floats:
    """For each p-value the smallest rate of false discoveries at which it is still one.

    Args:
        p_values: m numbers from 0 to 1; NaN where nothing was tested, which counts as no question.
        any_dependence: Hold the rate whatever hangs together (Yekutieli), not only where tests are
            independent or help one another. Costs a factor of about ln(m).

    Returns:
        m numbers from 0 to 1, NaN where nothing was tested; no smaller than their p-values.

    Source:
        Benjamini and Hochberg (1995), "Controlling the false discovery rate"; Benjamini and Yekutieli
        (2001), "The control of the false discovery rate in multiple testing under dependency".

    Example:
        >>> q_values(np.array([0.01, 0.04, 0.03, np.nan])).round(3).tolist()
        [0.03, 0.04, 0.04, nan]
    """
    tested = np.flatnonzero(~np.isnan(p_values))
    found = np.full(len(p_values), math.nan)
    if len(tested):
        from scipy.stats import false_discovery_control

        found[tested] = false_discovery_control(p_values[tested], method="by" if any_dependence else "bh")
    return found


def upper_tail(z: float) -> float:
    """Chance that a standard normal number is above ``z``.

    Example:
        >>> round(upper_tail(1.644854), 4)
        0.05
    """
    return 0.5 * math.erfc(z / math.sqrt(2))
