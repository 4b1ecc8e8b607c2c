"""Histories as flows: step matrix, transition graph, Sankey. Data frames in, Axes out.

Differences are signed and coloured, and grey where they may be chance. What is left out for legibility is
said in the title.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from .chart_text import as_written, lasting, points, share_of, shortened
from .difference_figures import UNSURE, Names, colour_of, how_many, is_sure
from .figures import PALETTE, SOFT, canvas, said
from .flow_layout import MOST_EVENTS, place_flows, place_graph
from .heat_maps import heat_map

if TYPE_CHECKING:
    from matplotlib.axes import Axes

OVER = "(over)"
INK = "#1d2733"
MOST_ROWS = 20
NODE_COLOURS = [*PALETTE[:6], "#8c6bb1", "#b8a100", "#7f4f24", "#4d7c8a"]


def step_matrix(told: pd.DataFrame) -> Axes:
    """The share of histories at each event, step by step; the busiest events, those over last.

    Args:
        told: ``step, event`` (null: over, or not begun), ``share``.
    """
    if told.empty:
        return said("No histories in these events")
    wide, left_out = busiest_rows(told.pivot(index="event", columns="step", values="share").fillna(0.0))
    title = f"{_most(told)}{left_out}"
    return heat_map(
        title, wide, _row_names(wide), [f"{step}" for step in wide.columns],
        texts=wide.map(lambda value: f"{100 * value:.0f}" if value >= 0.005 else ""),
        x=_x_of(wide), y="event", bar="% of histories at a step",
    )  # fmt: skip


def step_matrix_difference(compared: pd.DataFrame, names: Names) -> Axes:
    """Where two groups are at each step; only cells that differ beyond chance have a colour.

    Args:
        compared: ``step, event`` and what a comparison of shares returns.
        names: What the groups are called.
    """
    if compared.empty:
        return said("No step that both groups have")
    both: Any = compared.assign(
        size=compared["first_share"] + compared["second_share"], sure=is_sure(compared)
    ).pivot(index="event", columns="step")
    wide, left_out = busiest_rows(both["size"].fillna(0.0))
    difference, sure = (both[name].reindex_like(wide) for name in ("difference", "sure"))
    title = f"{how_many(compared, 'cells')}{left_out}"
    return heat_map(
        title, difference, _row_names(wide), [f"{step}" for step in wide.columns],
        texts=difference.map(lambda value: "" if pd.isna(value) else points(value)), sure=sure.eq(True),
        x=_x_of(wide), y="event", bar=f"{shortened(names[0], 16)} less {shortened(names[1], 16)}, points",
    )  # fmt: skip


def busiest_rows(wide: pd.DataFrame, most: int = MOST_ROWS) -> tuple[pd.DataFrame, str]:
    """The rows with the largest sums, largest first, the one without name last; and what is left out.

    Example:
        >>> wide = pd.DataFrame({1: [0.2, 0.7, 0.1]}, index=["look", "buy", None])
        >>> busiest_rows(wide, most=1)[0].index.tolist(), busiest_rows(wide, most=1)[1]
        (['buy', nan], '; 1 rarer event not drawn')
    """
    named = wide[wide.index.notna()]
    order = named.sum(axis=1).round(9).sort_values(ascending=False, kind="stable").index
    n_out = len(order) - most
    left_out = f"; {n_out:,} rarer event{'s' if n_out > 1 else ''} not drawn" if n_out > 0 else ""
    return pd.concat([named.loc[order[:most]], wide[wide.index.isna()]]), left_out


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


def sankey(flows: pd.DataFrame) -> Axes:
    """Where histories go in their first steps: a block is as high as its share of all histories.

    Args:
        flows: ``step, from_event, to_event`` (null: over), ``share``.
    """
    if flows.empty:
        return said("No histories in these events")
    nodes, ribbons = place_flows(flows)
    last = int(nodes["step"].max())
    over = 1 - nodes.loc[(nodes["step"] == last) & nodes["event"].notna(), "weight"].sum()
    axes = _sankey_canvas(f"{share_of(over)} of histories are over before step {last}", nodes)
    colours = colours_of_events(nodes)
    for _, ribbon in ribbons.iterrows():
        _ribbon(axes, nodes, ribbon, colours[nodes["event"].iloc[ribbon["from_node"]]], 0.38)
    for _, node in nodes.iterrows():
        _block(axes, node, colours.get(node["event"], UNSURE), f"{share_of(node['weight'])}")
    return as_written(axes)


def sankey_difference(compared: pd.DataFrame, names: Names) -> Axes:
    """The first steps of two groups: as high as the mean of both, coloured by who goes there more.

    Args:
        compared: ``step, from_event, to_event`` and what a comparison of shares returns.
        names: What the groups are called.
    """
    if compared.empty:
        return said("No histories to compare in these events")
    told = compared.assign(
        mean_share=(compared["first_share"] + compared["second_share"]) / 2, sure=is_sure(compared)
    )
    nodes, ribbons = place_flows(told, "mean_share")
    axes = _sankey_canvas(how_many(compared, "flows"), nodes)
    for _, ribbon in ribbons.iterrows():
        colour = colour_of(ribbon["difference"], ribbon["sure"])
        _ribbon(axes, nodes, ribbon, colour, 0.6 if ribbon["sure"] else 0.45)
    for _, node in nodes.iterrows():
        _block(axes, node, SOFT if isinstance(node["event"], str) else UNSURE, share_of(node["weight"]))
    for place, name in zip((0, 5), names, strict=True):
        axes.plot(
            [], [], color=PALETTE[place], linewidth=6, alpha=0.6, label=f"more of {shortened(name, 24)}"
        )
    axes.plot([], [], color=UNSURE, linewidth=6, label="may be chance")
    axes.legend(frameon=False, loc="upper center", bbox_to_anchor=(0.5, -0.06), ncols=3, fontsize=9)
    return as_written(axes)


def colours_of_events(nodes: pd.DataFrame) -> dict[Any, str]:
    """A colour for each event, the commonest first; the rarer ones are grey."""
    total = nodes.groupby("event")["weight"].sum().round(9).sort_values(ascending=False, kind="stable")
    return {
        event: NODE_COLOURS[at] if at < len(NODE_COLOURS) else SOFT for at, event in enumerate(total.index)
    }


def _most(told: pd.DataFrame) -> str:
    named, begin = told[told["event"].notna()], ""
    if (told["step"] <= 0).any():
        begin = f"After {shortened(named.loc[named['step'] == 0, 'event'].iloc[0], 24)}, "
    first = named[named["step"] == 1]
    if first.empty:
        return f"{begin}nothing follows"
    top = first.sort_values("share", ascending=False, kind="stable").iloc[0]
    verb = "go on to" if begin else "begin at"
    return f"{begin}{share_of(top['share'])} {verb} {shortened(top['event'], 24)}"


def _row_names(wide: pd.DataFrame) -> list[str]:
    return [OVER if pd.isna(event) else str(event) for event in wide.index]


def _x_of(wide: pd.DataFrame) -> str:
    return "step" if int(min(wide.columns)) > 0 else "steps before and after (0: the first time)"


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
        _halo(label)


def _halo(text: Any) -> None:
    from matplotlib.patheffects import withStroke

    text.set_path_effects([withStroke(linewidth=2.5, foreground="white")])


def _sankey_canvas(title: str, nodes: pd.DataFrame) -> Axes:
    axes = canvas(title, height=5.2)
    last = int(nodes["step"].max())
    axes.set_xlim(0.95, last + 0.75)
    axes.set_ylim(min(0.0, float(nodes["bottom"].min())) - 0.02, 1.02)
    axes.set_xticks(range(1, last + 1))
    axes.set_xlabel("step")
    axes.set_yticks([])
    axes.grid(visible=False)
    axes.spines[["left", "bottom"]].set_visible(False)
    return axes


BLOCK = 0.1


def _ribbon(axes: Axes, nodes: pd.DataFrame, ribbon: Any, colour: str, alpha: float) -> None:
    from matplotlib.patches import PathPatch
    from matplotlib.path import Path

    left, right, height = ribbon["step"] + BLOCK, ribbon["step"] + 1, ribbon["weight"]
    middle, start, end = (left + right) / 2, ribbon["from_top"], ribbon["to_top"]
    corners = [
        (left, start), (middle, start), (middle, end), (right, end),
        (right, end - height), (middle, end - height), (middle, start - height), (left, start - height),
        (left, start),
    ]  # fmt: skip
    codes = [Path.MOVETO, *[Path.CURVE4] * 3, Path.LINETO, *[Path.CURVE4] * 3, Path.CLOSEPOLY]
    axes.add_patch(
        PathPatch(
            Path(corners, codes), facecolor=colour, alpha=alpha, linewidth=0,
            gid=f"{int(ribbon['from_node'])}>{int(ribbon['to_node'])}",
        )
    )  # fmt: skip


def _block(axes: Axes, node: Any, colour: str, told: str) -> None:
    from matplotlib.patches import Rectangle

    axes.add_patch(
        Rectangle(
            (node["step"], node["bottom"]), BLOCK, node["weight"], facecolor=colour, linewidth=0, zorder=3
        )
    )
    if node["weight"] >= 0.022:
        name = OVER if pd.isna(node["event"]) else shortened(node["event"], 18)
        text = axes.annotate(
            f"{name} {told}", (node["step"] + BLOCK, (node["bottom"] + node["top"]) / 2), (3, 0), zorder=4,
            textcoords="offset points", va="center", fontsize=8, color=INK,
        )  # fmt: skip
        _halo(text)
