"""What all interactive figures share: how they look, and what the pointer tells."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from .chart_text import marked_up, points, share_of, shortened
from .difference_figures import Names

if TYPE_CHECKING:
    from plotly.graph_objects import Figure


def prepared(title: str, height: int = 420, base: Figure | None = None) -> Figure:
    """An empty figure in the project's style; its title is the finding."""
    import plotly.graph_objects as go

    figure = go.Figure() if base is None else base
    figure.update_layout(
        template="plotly_white", height=height, margin={"l": 20, "r": 20, "t": 80, "b": 50},
        title={"text": title, "x": 0.01, "font": {"size": 16, "color": "#1d2733", "weight": "bold"}},
        font={"size": 12, "color": "#1d2733"}, hoverlabel={"align": "left"},
    )  # fmt: skip
    figure.update_xaxes(automargin=True, zeroline=False)
    figure.update_yaxes(automargin=True, zeroline=False)
    return figure


def shown(name: Any) -> str:
    """A name that fits and is no markup."""
    return marked_up(shortened(name, 30))


def whose(names: Names) -> str:
    """The line below a title that says what the colours are."""
    told = f"blue: more of {shown(names[0])}; orange: more of {shown(names[1])}; grey: may be chance"
    return f"<br><span style='font-size:12px; font-weight:normal'>{told}</span>"


def found(share: float, low: float, high: float) -> str:
    """A share with its interval, as the pointer tells it.

    Example:
        >>> found(0.5, 0.25, 0.75), found(float("nan"), 0, 1)
        ('50% (25% to 75%)', 'nobody to tell of')
    """
    if pd.isna(share):
        return "nobody to tell of"
    return f"{share_of(share)} ({share_of(low)} to {share_of(high)})"


def differing(row: Any, names: Names) -> str:
    """Two shares and their difference, as the pointer tells it."""
    lines = [
        f"{shown(name)}: {share_of(row[f'{side}_share'])} "
        f"({row[f'{side}_n']:,.0f} of {row[f'{side}_n_all']:,.0f})"
        for side, name in zip(("first", "second"), names, strict=True)
    ]
    lines.append(
        f"difference {points(row['difference'])} points ({points(row['low'])} to {points(row['high'])})"
    )
    if "q_value" in row.index:
        lines.append(f"q {row['q_value']:.3f}")
    return "<br>".join(lines)
