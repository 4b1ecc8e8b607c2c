"""Where histories go in their first steps, as flows between blocks.

Data frames in, Axes out. Differences are signed and coloured, and grey where they may be chance.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from .chart_text import OVER, as_written, share_of, shortened
from .difference_figures import UNSURE, Names, colour_of, how_many, is_sure
from .figures import PALETTE, SOFT, canvas, said
from .flow_layout import place_flows
from .shapes import INK, halo

if TYPE_CHECKING:
    from matplotlib.axes import Axes

NODE_COLOURS = [*PALETTE[:6], "#8c6bb1", "#b8a100", "#7f4f24", "#4d7c8a"]
BLOCK = 0.1


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
        halo(text)
