"""Three plots of what the verb ``journeys`` found; equal results are equal bytes."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from .files import Write

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from .journeys import Journeys

MOST_EVENTS = 20  # of more, a reader cannot tell the lines apart


def plot_writers(found: Journeys) -> dict[str, Write]:
    """The functions that write the plots; for ``write_folder``.

    Args:
        found: What ``journeys`` returns.

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
    """
    draws: dict[str, Callable[[Journeys], Figure]] = {
        "step_matrix.png": draw_step_matrix,
        "transitions.png": draw_transitions,
        "session_lengths.png": draw_session_lengths,
    }
    return {name: _writer(draw, found) for name, draw in draws.items()}


def draw_step_matrix(found: Journeys) -> Figure:
    """Share of all persons at each step; the events most persons are at, most first.

    Args:
        found: What ``journeys`` returns; at most 20 events are drawn.

    Returns:
        One heat map, shares from 0 to 1.

    Example:
        >>> import pandas as pd
        >>> from journey_research.verbs.journeys import journeys
        >>> events = pd.DataFrame({"who": ["a", "a"], "what": ["look", "buy"], "day": ["2025-01-01"] * 2})
        >>> found = journeys(events, person="who", time="day", event="what", steps=2)
        >>> axes = draw_step_matrix(found).axes[0]
        >>> axes.get_title(), axes.images[0].get_array().tolist()
        ('share of all persons at a step', [[0.0, 1.0], [1.0, 0.0]])
    """
    matrix = found.step_matrix.set_index("event")
    busiest = matrix.sum(axis=1).sort_values(ascending=False, kind="stable").index[:MOST_EVENTS]
    shown = matrix.loc[busiest]
    return _heatmap(
        shown.to_numpy(),
        list(shown.index),
        list(shown.columns),
        "step",
        "event",
        "share of all persons at a step",
    )


def draw_transitions(found: Journeys) -> Figure:
    """How often an event is directly followed by another; the busiest events.

    Args:
        found: What ``journeys`` returns; at most 20 events are drawn.

    Returns:
        One heat map of counts, the event down and the next across.

    Example:
        >>> import pandas as pd
        >>> from journey_research.verbs.journeys import journeys
        >>> events = pd.DataFrame({"who": ["a", "a"], "what": ["look", "buy"], "day": ["2025-01-01"] * 2})
        >>> found = journeys(events, person="who", time="day", event="what")
        >>> axes = draw_transitions(found).axes[0]
        >>> axes.get_title(), axes.images[0].get_array().tolist()
        ('how often an event directly follows another', [[0.0, 0.0], [1.0, 0.0]])
    """
    counted = found.transitions
    totals = counted.groupby("from_event")["count"].sum().add(
        counted.groupby("to_event")["count"].sum(), fill_value=0
    )  # fmt: skip
    names = list(totals.sort_values(ascending=False, kind="stable").index[:MOST_EVENTS])
    wide = counted.pivot(index="from_event", columns="to_event", values="count")
    wide = wide.reindex(index=names, columns=names).fillna(0)
    return _heatmap(
        wide.to_numpy(dtype=float),
        names,
        names,
        "next event",
        "event",
        "how often an event directly follows another",
    )


def draw_session_lengths(found: Journeys) -> Figure:
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
        >>> axes = draw_session_lengths(found).axes[0]
        >>> axes.get_title(), [float(bar.get_height()) for bar in axes.patches]
        ('1 sessions by their length', [0.0, 1.0, 0.0])
    """
    figure, axes = _empty(
        "events in a session", "sessions", f"{len(found.sessions):,} sessions by their length"
    )
    lengths = found.sessions["n_events"].to_numpy()
    last = max(int(np.quantile(lengths, 0.99)), 2)
    counts = np.bincount(np.minimum(lengths, last + 1), minlength=last + 2)[1:]
    axes.bar(np.arange(1, len(counts) + 1), counts, color="#4c72b0")
    if counts[-1]:
        axes.set_title(f"{axes.get_title()}; the last bar holds all longer ones")
    return figure


def _heatmap(values: np.ndarray, rows: list[str], columns: list[str], x: str, y: str, title: str) -> Figure:
    figure, axes = _empty(x, y, title, len(columns), len(rows))
    if values.size:
        image = axes.imshow(values, cmap="Blues", aspect="auto", vmin=0)
        figure.colorbar(image, ax=axes)
        axes.set_xticks(range(len(columns)), [_short(name) for name in columns], rotation=90)
        axes.set_yticks(range(len(rows)), [_short(name) for name in rows])
        for label in [*axes.get_xticklabels(), *axes.get_yticklabels()]:
            label.set_parse_math(False)  # "$signup" is an event, no formula
    return figure


def _empty(x: str, y: str, title: str, n_columns: int = 20, n_rows: int = 10) -> tuple[Figure, Any]:
    from matplotlib.figure import Figure

    figure = Figure(figsize=(4 + 0.35 * n_columns, 3 + 0.3 * n_rows), layout="constrained")
    axes = figure.add_subplot()
    axes.set(xlabel=x, ylabel=y, title=title)
    return figure, axes


def _short(name: str) -> str:
    return name if len(name) <= 30 else name[:29] + "…"


def _writer(draw: Callable[[Journeys], Figure], found: Journeys) -> Write:
    def write(to: Path) -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # a letter the font lacks is drawn as a box
            draw(found).savefig(to, format="png", dpi=100, metadata={"Software": None})

    return write
