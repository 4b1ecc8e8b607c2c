"""What follows what, as a graph: events are nodes, ways between them are edges.

Data frames in, Axes out. Differences are signed and coloured, and grey where they may be chance; what is
left out for legibility is said in the title.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from .chart_text import as_written, lasting, share_of, shortened
from .difference_figures import UNSURE, Names, colour_of, how_many, is_sure
from .figures import PALETTE, canvas, said
from .flow_layout import MOST_EVENTS, place_graph
from .shapes import INK, halo

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def transition_graph(
    transitions: pd.DataFrame, min_share: float = 0.05, most_events: int = MOST_EVENTS
) -> Axes:
    """What follows what: nodes are as large as their share of persons, edges as wide as they are frequent.

    Args:
        transitions: What ``measure_transitions`` returns, of one group.
        min_share: Share of persons who go a way, at least, for it to be drawn.
        most_events: Events drawn, those that most persons do.
    """
    if transitions.empty:
        return said("No histories in these events")
    nodes, edges = place_graph(transitions, most_events=most_events)
    drawn = edges[(edges["walker_share"] >= min_share) & (edges["from_node"] != edges["to_node"])]
    n_events = transitions["from_event"].dropna().nunique()
    title = f"Ways that at least {share_of(min_share)} of persons go"
    if n_events > most_events:
        title += f"; {n_events - most_events} of {n_events} events, the rarer ones, not drawn"
    axes = _graph_canvas(title, nodes, edges)
    scale = _times(axes, drawn["median_seconds"])
    widest = float(drawn["n"].max()) if len(drawn) else 1.0
    for _, edge in drawn.sort_values("n", kind="stable").iterrows():
        known = pd.notna(edge["median_seconds"])
        colour = scale(max(edge["median_seconds"], 1.0)) if scale is not None and known else "#9aa5b1"
        _arrow(axes, nodes, edge, colour, 0.6 + 6 * np.sqrt(edge["n"] / widest))
    _nodes(axes, nodes, edges)
    return as_written(axes)


def transition_graph_difference(
    transitions: pd.DataFrame,
    compared: pd.DataFrame,
    event_shares: pd.DataFrame,
    names: Names,
    min_share: float = 0.05,
    most_events: int = MOST_EVENTS,
) -> Axes:
    """What follows what in two groups; an edge is as wide as the difference, grey where it may be chance.

    Args:
        transitions: What ``measure_transitions`` returns, of both groups together; it decides what is drawn.
        compared: ``from_event, to_event`` and a comparison of the shares of what follows an event.
        event_shares: ``event`` and a comparison of the shares of persons who do it.
        names: What the groups are called.
        min_share: Share of persons who go a way, at least, for it to be drawn.
        most_events: Events drawn.
    """
    if transitions.empty or compared.empty:
        return said("No histories to compare in these events")
    nodes, edges = place_graph(transitions, most_events=most_events)
    edges = edges[(edges["walker_share"] >= min_share) & (edges["from_node"] != edges["to_node"])]
    edges = signed_edges(nodes, edges, compared)
    axes = _graph_canvas(how_many(edges, "ways drawn"), nodes, edges)
    for _, edge in edges.sort_values("size", kind="stable").iterrows():
        colour = colour_of(edge["difference"], edge["sure"])
        _arrow(axes, nodes, edge, colour, 1.0 + 30 * min(edge["size"], 0.25) * edge["sure"])
    sure = event_shares.assign(sure=is_sure(event_shares)).set_index("event")
    colours = [
        colour_of(sure["difference"][event], bool(sure["sure"][event])) if event in sure.index else UNSURE
        for event in nodes["event"]
    ]
    _nodes(axes, nodes, None, colours)
    for place, name in zip((0, 5), names, strict=True):
        axes.plot([], [], color=PALETTE[place], linewidth=3, label=f"more of {shortened(name, 24)}")
    axes.plot([], [], color=UNSURE, linewidth=3, label="may be chance")
    axes.legend(frameon=False, loc="upper center", bbox_to_anchor=(0.5, 0.02), ncols=3, fontsize=9)
    return as_written(axes)


def signed_edges(nodes: pd.DataFrame, edges: pd.DataFrame, compared: pd.DataFrame) -> pd.DataFrame:
    """Edges that are drawn, with the difference of each and whether it is sure."""
    told = compared.assign(sure=is_sure(compared))
    event = nodes["event"].to_numpy(dtype=object)
    keyed = edges.assign(from_event=event[edges["from_node"]], to_event=event[edges["to_node"]])
    # A way that leaves an event that one group never does cannot be compared, and is not drawn.
    keyed = keyed.drop(columns=["low", "high", "n", "share"])
    found = keyed.merge(told, on=["from_event", "to_event"], validate="one_to_one")
    return found.assign(size=found["difference"].abs())


def _graph_canvas(title: str, nodes: pd.DataFrame, edges: pd.DataFrame) -> Axes:
    axes = canvas(title, height=2.2 + 1.1 * min(4, max(1, int(nodes["x"].value_counts().max()) + 1)))
    axes.set_xlim(-0.07, 1.09)
    axes.set_ylim(-0.08, 1.05)
    axes.set_axis_off()
    return axes


def _times(axes: Axes, seconds: pd.Series) -> Any:
    """Colours by median time on a logarithmic scale, and their bar; none where no time is known."""
    from matplotlib.cm import ScalarMappable
    from matplotlib.colors import LinearSegmentedColormap, LogNorm

    known = seconds.dropna().clip(lower=1.0)
    if known.empty:
        return None
    low, high = float(known.min()), float(known.max())
    norm = LogNorm(low, max(high, 1.01 * low))
    colours = LinearSegmentedColormap.from_list("time", ["#56B4E9", "#0072B2", "#8c4fa0", "#D55E00"])
    figure: Any = axes.figure
    ticks = sorted({low, float(np.sqrt(low * high)), high})
    bar = figure.colorbar(
        ScalarMappable(norm, colours),
        ax=axes,
        location="bottom",
        fraction=0.04,
        pad=0.02,
        aspect=50,
        shrink=0.6,
    )
    bar.set_ticks(ticks, labels=[lasting(tick) for tick in ticks])
    bar.minorticks_off()
    bar.set_label("median time from one to the next; width: how often", fontsize=9)
    return lambda value: colours(norm(value))


def _radius(share: float) -> float:
    return 7 + 19 * float(np.sqrt(share))  # points, so that areas compare


def _arrow(axes: Axes, nodes: pd.DataFrame, edge: Any, colour: Any, width: float) -> None:
    from matplotlib.patches import FancyArrowPatch

    one, other = nodes.iloc[int(edge["from_node"])], nodes.iloc[int(edge["to_node"])]
    axes.add_patch(
        FancyArrowPatch(
            (one["x"], one["y"]), (other["x"], other["y"]), connectionstyle=f"arc3,rad={bend(one, other)}",
            arrowstyle=f"-|>,head_length={3.5 + 0.5 * width},head_width={1.8 + 0.45 * width}",
            mutation_scale=1, linewidth=width, color=colour, alpha=0.75, zorder=2,
            shrinkA=_radius(one["share"] if one["role"] == "event" else 0) + 1,
            shrinkB=_radius(other["share"] if other["role"] == "event" else 0) + 2,
            gid=f"{int(edge['from_node'])}>{int(edge['to_node'])}",
        )
    )  # fmt: skip


def bend(one: Any, other: Any) -> float:
    """How far an edge leaves the straight line: those back bend the other way, long ones more."""
    across = float(other["x"] - one["x"])
    if abs(across) < 0.02:
        return 0.4  # in one column: around those in between
    return 0.14 + 0.16 * min(1.0, across) if across > 0 else 0.24 + 0.1 * min(1.0, -across)


def _nodes(
    axes: Axes, nodes: pd.DataFrame, edges: pd.DataFrame | None, colours: list[str] | None = None
) -> None:
    again = {}
    if edges is not None:
        loops = edges[edges["from_node"] == edges["to_node"]]
        again = dict(zip(loops["from_node"], loops["share"], strict=True))
    node: Any
    for at, node in enumerate(nodes.itertuples()):
        is_event = node.role == "event"
        fill = (colours[at] if colours else "#dbe9f4") if is_event else INK
        axes.plot(
            [node.x], [node.y], "o" if is_event else "s", zorder=3, color=fill, markeredgecolor=INK,
            markersize=2 * _radius(node.share) if is_event else 12, markeredgewidth=0.8,
        )  # fmt: skip
        text = shortened(node.event, 22) if is_event else node.role
        if is_event:
            text += f"\n{share_of(node.share)}" + (f" ↻ {share_of(again[at])}" if at in again else "")
        label = axes.annotate(
            text, (node.x, node.y), (0, -(_radius(node.share) if is_event else 7) - 2), zorder=4,
            textcoords="offset points", ha="center", va="top", fontsize=8.5, color=INK, linespacing=1.0,
        )  # fmt: skip
        halo(label)
