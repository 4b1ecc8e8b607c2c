"""The plots that ``journey journeys`` writes; equal results are equal bytes."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from journey_research.pipelines.reports.figures import PALETTE, canvas

from .files import Write

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from .journey_plots import Plots

DOTS_PER_INCH = 100


def plot_writers(found: Plots, stages: Sequence[str] = ()) -> dict[str, Write]:
    """The functions that write the plots; for ``write_folder``.

    Args:
        found: What ``journeys`` returns.
        stages: Stages of a funnel; without them, none is drawn.

    Returns:
        File name -> function that writes the plot, a PNG of 100 dots per inch.

    Example:
        >>> import tempfile
        >>> import pandas as pd
        >>> from journey_research.verbs.journeys import journeys
        >>> events = pd.DataFrame({"who": ["a", "a"], "what": ["look", "buy"], "day": ["2025-01-01"] * 2})
        >>> found = journeys(events, person="who", time="day", event="what")
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     for name, write in plot_writers(found).items():
        ...         write(Path(folder, name))
        ...         name, Path(folder, name).read_bytes()[1:4]
        ('step_matrix.png', b'PNG')
        ('transitions.png', b'PNG')
        ('session_lengths.png', b'PNG')
        ('sankey.png', b'PNG')
    """
    draws: dict[str, Callable[[], Axes]] = {
        "step_matrix.png": lambda: found.plot_steps(interactive=False),
        "transitions.png": lambda: found.plot_graph(interactive=False),
        "session_lengths.png": lambda: draw_session_lengths(found),
        "sankey.png": lambda: found.plot_sankey(interactive=False),
    }
    if stages:
        draws["funnel.png"] = lambda: found.plot_funnel(stages, interactive=False)
    return {name: _writer(draw) for name, draw in draws.items()}


def draw_session_lengths(found: Plots) -> Axes:
    """How many sessions have how many events.

    Args:
        found: What ``journeys`` returns; the longest 1 % of the sessions share the last bar.

    Returns:
        One bar chart of counts.

    Example:
        >>> import pandas as pd
        >>> from journey_research.verbs.journeys import journeys
        >>> events = pd.DataFrame({"who": ["a", "a"], "what": ["look", "buy"], "day": ["2025-01-01"] * 2})
        >>> found = journeys(events, person="who", time="day", event="what")
        >>> [float(bar.get_height()) for bar in draw_session_lengths(found).patches]
        [0.0, 1.0, 0.0]
    """
    lengths = found.sessions["n_events"].to_numpy()
    last = max(int(np.quantile(lengths, 0.99)), 2)
    counts = np.bincount(np.minimum(lengths, last + 1), minlength=last + 2)[1:]
    longer = "; the last bar holds all longer ones" if counts[-1] else ""
    axes = canvas(f"{len(lengths):,} sessions by their length{longer}")
    axes.bar(np.arange(1, len(counts) + 1), counts, color=PALETTE[0])
    axes.set(xlabel="events in a session", ylabel="sessions")
    return axes


def _writer(draw: Callable[[], Axes]) -> Write:
    def write(to: Path) -> None:
        import matplotlib.pyplot as plt

        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # a letter the font lacks is drawn as a box
            figure: Any = draw().figure
            figure.savefig(to, format="png", dpi=DOTS_PER_INCH, metadata={"Software": None})
            plt.close(figure)

    return write
