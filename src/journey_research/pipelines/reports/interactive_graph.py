"""The transition graph to point at, with a slider for the rarest way that is shown."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from .chart_text import lasting, marked_up, share_of, shortened
from .difference_figures import UNSURE, Names, colour_of, how_many, is_sure
from .flow_layout import MOST_EVENTS, place_graph
from .graph_figures import bend, signed_edges
from .interactive_style import differing, found, prepared, whose

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

SHARES = (0.0, 0.01, 0.02, 0.05, 0.1, 0.2, 0.3)
WIDE, HIGH = 800.0, 470.0  # dots that one unit is, so that arrows end at the rims of nodes
BENDS = 24
FAST, SLOW = (86, 180, 233), (213, 94, 0)


def transition_graph(
    transitions: pd.DataFrame, min_share: float = 0.05, most_events: int = MOST_EVENTS
) -> Figure:
    """What follows what; what ``graph_figures.transition_graph`` takes."""
    if transitions.empty:
        return prepared("No histories in these events")
    nodes, edges = place_graph(transitions, most_events=most_events)
    edges = edges[edges["from_node"] != edges["to_node"]].sort_values("n", kind="stable", ignore_index=True)
    widest = max(float(edges["n"].max()), 1.0) if len(edges) else 1.0
    logs = np.log(edges["median_seconds"].clip(lower=1.0))
    colours = [_between(value, logs.min(), logs.max()) for value in logs]
    texts = [
        f"<b>{_way(nodes, row)}</b><br>{row['n']:,.0f} times, {row['n_movers']:,.0f} persons "
        f"({share_of(row['walker_share'])})<br>{found(row['share'], row['low'], row['high'])} of what follows"
        + (f"<br>median {lasting(row['median_seconds'])}" if pd.notna(row["median_seconds"]) else "")
        for _, row in edges.iterrows()
    ]
    figure = prepared("What follows what; blue is fast, orange is slow", height=640)
    _edges(figure, nodes, edges, colours, [1 + 7 * np.sqrt(n / widest) for n in edges["n"]], texts, min_share)
    _nodes(
        figure,
        nodes,
        ["#dbe9f4"] * len(nodes),
        [f"{n:,} persons, {share_of(share)}" for n, share in zip(nodes["n"], nodes["share"], strict=True)],
    )
    return figure


def transition_graph_difference(
    transitions: pd.DataFrame,
    compared: pd.DataFrame,
    event_shares: pd.DataFrame,
    names: Names,
    min_share: float = 0.05,
    most_events: int = MOST_EVENTS,
) -> Figure:
    """What follows what in two groups; what ``graph_figures.transition_graph_difference`` takes."""
    if transitions.empty or compared.empty:
        return prepared("No histories to compare in these events")
    nodes, edges = place_graph(transitions, most_events=most_events)
    edges = signed_edges(nodes, edges[edges["from_node"] != edges["to_node"]], compared)
    edges = edges.sort_values("size", kind="stable", ignore_index=True)
    colours = [colour_of(row["difference"], row["sure"]) for _, row in edges.iterrows()]
    texts = [f"<b>{_way(nodes, row)}</b><br>{differing(row, names)}" for _, row in edges.iterrows()]
    drawn = edges[edges["walker_share"] >= min_share]
    title = f"{how_many(drawn, 'ways shown at first')}{whose(names)}"
    figure = prepared(title, height=640)
    widths = [
        1 + 30 * min(size, 0.25) * sure for size, sure in zip(edges["size"], edges["sure"], strict=True)
    ]
    _edges(figure, nodes, edges, colours, widths, texts, min_share)
    told = event_shares.assign(sure=is_sure(event_shares)).set_index("event")
    fills, said = [], []
    for event in nodes["event"]:
        row = told.loc[event] if event in told.index else None
        fills.append(UNSURE if row is None else colour_of(row["difference"], bool(row["sure"])))
        said.append("" if row is None else differing(row, names))
    _nodes(figure, nodes, fills, said)
    return figure


def _edges(
    figure: Figure, nodes: pd.DataFrame, edges: pd.DataFrame, colours: list[str], widths: list[float],
    texts: list[str], min_share: float,
) -> None:  # fmt: skip
    import plotly.graph_objects as go

    for (_, edge), colour, width, text in zip(edges.iterrows(), colours, widths, texts, strict=True):
        x, y = curve(nodes.iloc[int(edge["from_node"])], nodes.iloc[int(edge["to_node"])])
        figure.add_trace(
            go.Scatter(
                x=x, y=y, mode="lines+markers", line={"color": colour, "width": width, "shape": "spline"},
                marker={
                    "symbol": "arrow", "size": [0] * (BENDS - 1) + [9 + 2.4 * width], "angleref": "previous",
                    "color": colour, "opacity": 1, "line": {"width": 0},
                },
                hovertext=text, hoverinfo="text", opacity=0.8, showlegend=False,
                visible=bool(edge["walker_share"] >= min_share),
                meta=f"{int(edge['from_node'])}>{int(edge['to_node'])}",
            )
        )  # fmt: skip
    shares = sorted({*SHARES, min_share})
    steps = [
        {
            "label": share_of(share), "method": "restyle",
            "args": ["visible", [*(edges["walker_share"] >= share).tolist(), True]],
        }
        for share in shares
    ]  # fmt: skip
    prefix = "ways that at least this share of persons go: "
    figure.update_layout(
        sliders=[
            {
                "active": shares.index(min_share),
                "steps": steps,
                "currentvalue": {"prefix": prefix},
                "pad": {"t": 10},
            }
        ]
    )


def _nodes(figure: Figure, nodes: pd.DataFrame, fills: list[str], texts: list[str]) -> None:
    import plotly.graph_objects as go

    is_event = (nodes["role"] == "event").tolist()
    names = [
        marked_up(shortened(event, 22)) if known else role
        for event, role, known in zip(nodes["event"], nodes["role"], is_event, strict=True)
    ]
    sizes = [2 * radius(one) if known else 14 for one, known in zip(nodes["share"], is_event, strict=True)]
    figure.add_trace(
        go.Scatter(
            x=nodes["x"], y=nodes["y"], mode="markers+text", text=names, textposition="bottom center",
            textfont={"shadow": "0 0 3px #fff, 0 0 3px #fff, 0 0 3px #fff"},
            hovertext=[f"<b>{name}</b><br>{text}" for name, text in zip(names, texts, strict=True)],
            hoverinfo="text",
            marker={
                "size": sizes,
                "symbol": ["circle" if known else "square" for known in is_event],
                "color": [fill if known else "#1d2733" for fill, known in zip(fills, is_event, strict=True)],
                "line": {"color": "#1d2733", "width": 1}, "opacity": 1,
            },
            showlegend=False,
        )
    )  # fmt: skip
    figure.update_xaxes(visible=False, range=[-0.06, 1.06])
    figure.update_yaxes(visible=False, range=[-0.1, 1.05])


def radius(share: float) -> float:
    """Half a node's width in dots, so that areas compare.

    Example:
        >>> radius(1.0), radius(0.25)
        (26.0, 16.5)
    """
    return 7 + 19 * float(np.sqrt(share))


def curve(one: Any, other: Any) -> tuple[list[float], list[float]]:
    """The points of an arrow from the rim of a node to the rim of another."""
    a = np.array([one["x"] * WIDE, one["y"] * HIGH])
    b = np.array([other["x"] * WIDE, other["y"] * HIGH])
    # As matplotlib bends it, so that both pictures are one.
    control = (a + b) / 2 + bend(one, other) * np.array([(b - a)[1], -(b - a)[0]])
    t = np.linspace(0, 1, 201)[:, None]
    way = (1 - t) ** 2 * a + 2 * t * (1 - t) * control + t**2 * b
    outside = (np.hypot(*(way - a).T) > _rim(one)) & (np.hypot(*(way - b).T) > _rim(other))
    way = way[outside] if outside.sum() > 1 else way[[60, 140]]
    kept = way[np.linspace(0, len(way) - 1, BENDS).round().astype(int)]
    return (kept[:, 0] / WIDE).round(5).tolist(), (kept[:, 1] / HIGH).round(5).tolist()


def _rim(node: Any) -> float:
    return (radius(node["share"]) if node["role"] == "event" else 7) + 3


def _way(nodes: pd.DataFrame, edge: Any) -> str:
    ends = (nodes.iloc[int(edge[name])] for name in ("from_node", "to_node"))
    return " → ".join(
        marked_up(shortened(end["event"], 40)) if end["role"] == "event" else end["role"] for end in ends
    )


def _between(value: float, low: float, high: float) -> str:
    if not np.isfinite(value):
        return "#9aa5b1"
    at = (value - low) / (high - low) if high > low else 0.0
    red, green, blue = (round(a + at * (b - a)) for a, b in zip(FAST, SLOW, strict=True))
    return f"rgb({red}, {green}, {blue})"
