"""Funnel, step matrix and Sankey to point at: the same numbers as the static ones, and their intervals.

Context: a reader of a picture wants to know how many and how surely, for the one cell that puzzles him.
Choice: plotly's figures from the same tables and the same places; the pointer tells n, share and interval.
Names are shown as they are written, whatever markup they look like. Given up: pictures of more than a few
thousand marks, which a browser would not like.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from .chart_text import OVER, lasting, marked_up, points, share_of, shortened
from .difference_figures import UNSURE, Names, colour_of, how_many, is_sure
from .figures import PALETTE, SOFT
from .flow_layout import place_flows
from .heat_maps import EMPTY, GREY
from .interactive_graph import transition_graph, transition_graph_difference
from .interactive_style import differing, found, prepared, shown, whose
from .sankey_figures import colours_of_events
from .step_figures import busiest_rows

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

__all__ = [
    "funnel", "funnel_difference", "sankey", "sankey_difference", "step_matrix", "step_matrix_difference",
    "transition_graph", "transition_graph_difference",
]  # fmt: skip


def funnel(told: pd.DataFrame) -> Figure:
    """Persons at each stage as bars with intervals; what ``history_figures.funnel`` takes."""
    import plotly.graph_objects as go

    if told.empty or not told["n"].iloc[0]:
        return prepared("Nobody is at the first stage of this funnel")
    texts = [
        f"<b>{marked_up(row['stage'])}</b><br>{row['n']:,.0f} persons<br>"
        f"{found(row['first_share'], row['first_low'], row['first_high'])} of those at the first stage<br>"
        f"{found(row['previous_share'], row['previous_low'], row['previous_high'])} of the stage before"
        + (f"<br>median {lasting(row['median_seconds'])}" if pd.notna(row["median_seconds"]) else "")
        for _, row in told.iterrows()
    ]
    figure = prepared(
        f"{share_of(told['first_share'].iloc[-1])} of those at the first stage reach the last",
        height=150 + 58 * len(told),
    )
    figure.add_trace(
        go.Bar(
            x=told["first_share"].tolist(), y=list(range(len(told))), orientation="h",
            marker_color=PALETTE[0], hovertext=texts, hoverinfo="text",
            error_x={
                "type": "data", "array": (told["first_high"] - told["first_share"]).tolist(),
                "arrayminus": (told["first_share"] - told["first_low"]).tolist(), "color": "#1d2733",
            },
        )
    )  # fmt: skip
    figure.add_trace(
        go.Scatter(
            x=told["first_high"].tolist(), y=list(range(len(told))), mode="text", hoverinfo="skip",
            text=[f"  {n:,}  {share_of(one)}" for n, one in zip(told["n"], told["first_share"], strict=True)],
            textposition="middle right", cliponaxis=False, showlegend=False,
        )
    )  # fmt: skip
    figure.update_layout(showlegend=False)
    figure.update_xaxes(
        tickformat=".0%", range=[0, 1.2], title_text="share of those at the first stage (95 %)"
    )
    return _rows(figure, [shown(stage) for stage in told["stage"]])


def funnel_difference(compared: pd.DataFrame, names: Names) -> Figure:
    """A funnel of two groups and the difference; what ``history_figures.funnel_difference`` takes."""
    import plotly.graph_objects as go
    from plotly.subplots import make_subplots

    if compared.empty:
        return prepared("No stages that both groups have")
    figure = prepared(
        how_many(compared, "stages"), height=190 + 46 * len(compared),
        base=make_subplots(1, 2, shared_yaxes=True, horizontal_spacing=0.06),
    )  # fmt: skip
    rows = list(range(len(compared)))
    texts = [f"<b>{marked_up(row['stage'])}</b><br>{differing(row, names)}" for _, row in compared.iterrows()]
    for side, name, place, symbol in zip(
        ("first", "second"), names, (0, 5), ("circle", "cross"), strict=True
    ):
        figure.add_trace(
            go.Scatter(
                x=compared[f"{side}_share"].tolist(), y=rows, mode="markers", name=shown(name),
                marker={"color": PALETTE[place], "size": 11, "symbol": symbol},
                hovertext=texts, hoverinfo="text",
            ),
            1, 1,
        )  # fmt: skip
    colours = [
        colour_of(one, sure) for one, sure in zip(compared["difference"], is_sure(compared), strict=True)
    ]
    figure.add_trace(
        go.Scatter(
            x=(100 * compared["difference"]).tolist(), y=rows, mode="markers", showlegend=False,
            marker={"color": colours, "size": 10}, hovertext=texts, hoverinfo="text",
            error_x={
                "type": "data", "array": (100 * (compared["high"] - compared["difference"])).tolist(),
                "arrayminus": (100 * (compared["difference"] - compared["low"])).tolist(), "color": SOFT,
            },
        ),
        1, 2,
    )  # fmt: skip
    figure.add_vline(0, line_color=SOFT, line_width=1, row=1, col=2)
    figure.update_xaxes(
        tickformat=".0%", rangemode="tozero", title_text="share of those at the first stage", col=1
    )
    figure.update_xaxes(title_text=f"{shown(names[0])} less {shown(names[1])}, points (95 %)", col=2)
    figure.update_layout(legend={"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0})
    return _rows(figure, [shown(stage) for stage in compared["stage"]])


def step_matrix(told: pd.DataFrame) -> Figure:
    """The step matrix as a heat map; what ``step_figures.step_matrix`` takes."""
    if told.empty:
        return prepared("No histories in these events")
    texts = [
        f"<b>{_event(row['event'])}</b>, step {row['step']}<br>{row['n']:,.0f} of {row['n_all']:,.0f}<br>"
        + found(row["share"], row["low"], row["high"])
        for _, row in told.iterrows()
    ]
    both: Any = told.assign(text=texts).pivot(index="event", columns="step", values=["share", "text"])
    wide, left_out = busiest_rows(both["share"].astype("float64").fillna(0.0))
    figure = prepared(f"Where histories are at each step{left_out}", height=190 + 30 * len(wide))
    _cells(
        figure,
        wide.to_numpy(),
        both["text"].reindex(wide.index),
        [[0, "#fff"], [0.5, "#56B4E9"], [1, "#0b3c5d"]],
    )
    return _named_cells(figure, wide)


def step_matrix_difference(compared: pd.DataFrame, names: Names) -> Figure:
    """Where two groups are at each step; what ``step_figures.step_matrix_difference`` takes."""
    if compared.empty:
        return prepared("No step that both groups have")
    texts = [
        f"<b>{_event(row['event'])}</b>, step {row['step']}<br>{differing(row, names)}"
        for _, row in compared.iterrows()
    ]
    told = compared.assign(
        text=texts, sure=is_sure(compared), size=compared["first_share"] + compared["second_share"]
    )
    both: Any = told.pivot(index="event", columns="step", values=["size", "difference", "sure", "text"])
    wide, left_out = busiest_rows(both["size"].astype("float64").fillna(0.0))
    difference = both["difference"].reindex(wide.index).to_numpy(dtype=float)
    sure = both["sure"].reindex(wide.index).eq(True).to_numpy()
    text = both["text"].reindex(wide.index)
    figure = prepared(f"{how_many(compared, 'cells')}{left_out}{whose(names)}", height=190 + 30 * len(wide))
    _cells(
        figure,
        np.where(np.isfinite(difference) & ~sure, 0.0, np.nan),
        text,
        [[0, GREY], [1, GREY]],
        bar=False,
    )
    top = float(np.abs(difference[sure]).max()) if sure.any() else 1.0
    colours = [[0, "#D55E00"], [0.5, "#ffffff"], [1, "#0072B2"]]
    _cells(figure, np.where(sure, difference, np.nan), text, colours, span=(-top, top))
    return _named_cells(figure, wide)


def sankey(flows: pd.DataFrame) -> Figure:
    """Where histories go in their first steps; what ``sankey_figures.sankey`` takes."""
    if flows.empty:
        return prepared("No histories in these events")
    nodes, ribbons = place_flows(flows)
    colours = colours_of_events(nodes)
    of_nodes = [colours.get(event, UNSURE) for event in nodes["event"]]
    texts = [
        f"{_way(row)}<br>{row['n']:,.0f} of {row['n_all']:,.0f}<br>"
        + found(row["share"], row["low"], row["high"])
        for _, row in ribbons.iterrows()
    ]
    return _sankey(
        "Where histories go first",
        nodes,
        ribbons,
        of_nodes,
        [of_nodes[at] for at in ribbons["from_node"]],
        texts,
    )


def sankey_difference(compared: pd.DataFrame, names: Names) -> Figure:
    """The first steps of two groups; what ``sankey_figures.sankey_difference`` takes."""
    if compared.empty:
        return prepared("No histories to compare in these events")
    told = compared.assign(
        mean_share=(compared["first_share"] + compared["second_share"]) / 2, sure=is_sure(compared)
    )
    nodes, ribbons = place_flows(told, "mean_share")
    texts = [f"{_way(row)}<br>{differing(row, names)}" for _, row in ribbons.iterrows()]
    of_links = [
        colour_of(one, sure) for one, sure in zip(ribbons["difference"], ribbons["sure"], strict=True)
    ]
    of_nodes = [SOFT if isinstance(event, str) else UNSURE for event in nodes["event"]]
    title = f"{how_many(compared, 'flows')}{whose(names)}"
    return _sankey(title, nodes, ribbons, of_nodes, of_links, texts)


def _sankey(
    title: str,
    nodes: pd.DataFrame,
    ribbons: pd.DataFrame,
    of_nodes: list[str],
    of_links: list[str],
    texts: list[str],
) -> Figure:
    import plotly.graph_objects as go

    figure = prepared(title, height=560)
    last = max(int(nodes["step"].max()) - 1, 1)
    lowest = min(0.0, float(nodes["bottom"].min()))
    middle = 1 - ((nodes["top"] + nodes["bottom"]) / 2 - lowest) / (1 - lowest)
    told = [
        f"{_event(event)}, step {step}<br>{share_of(weight)}"
        for event, step, weight in zip(nodes["event"], nodes["step"], nodes["weight"], strict=True)
    ]
    figure.add_trace(
        go.Sankey(
            arrangement="fixed",
            node={
                "label": [_event(event) for event in nodes["event"]], "color": of_nodes,
                "pad": 8, "thickness": 14,
                "x": ((nodes["step"] - 1) / last).clip(0.001, 0.999).tolist(),
                "y": middle.clip(0.001, 0.999).tolist(),
                "customdata": told, "hovertemplate": "%{customdata}<extra></extra>", "line": {"width": 0},
            },
            link={
                "source": ribbons["from_node"].tolist(), "target": ribbons["to_node"].tolist(),
                "value": ribbons["weight"].tolist(), "color": [_faint(colour) for colour in of_links],
                "customdata": texts, "hovertemplate": "%{customdata}<extra></extra>",
            },
        )
    )  # fmt: skip
    return figure


def _way(row: Any) -> str:
    return f"<b>{_event(row['from_event'])} → {_event(row['to_event'])}</b>, step {row['step']}"


def _faint(colour: str) -> str:
    red, green, blue = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
    return f"rgba({red}, {green}, {blue}, 0.45)"


def _event(event: Any) -> str:
    return OVER if pd.isna(event) else marked_up(shortened(event, 40))


def _rows(figure: Figure, labels: list[str]) -> Figure:
    figure.update_yaxes(tickvals=list(range(len(labels))), ticktext=labels, range=[len(labels) - 0.4, -0.6])
    return figure


def _cells(
    figure: Figure, values: Any, texts: pd.DataFrame, colours: list[list[Any]], bar: bool = True,
    span: tuple[float, float] | None = None,
) -> None:  # fmt: skip
    import plotly.graph_objects as go

    written = [[share_of(v) if span is None else points(v) for v in row] for row in np.nan_to_num(values)]
    blank = [
        ["" if not np.isfinite(v) or v == 0 else t for v, t in zip(*pair, strict=True)]
        for pair in zip(values, written, strict=True)
    ]
    figure.add_trace(
        go.Heatmap(
            z=values, text=blank, texttemplate="%{text}", textfont={"size": 10}, colorscale=colours,
            showscale=bar, zmin=span[0] if span else 0, zmax=span[1] if span else None, xgap=1, ygap=1,
            hovertext=texts.fillna("").to_numpy(dtype=object), hoverinfo="text",
            colorbar={"tickformat": ".0%"},
        )
    )  # fmt: skip


def _named_cells(figure: Figure, wide: pd.DataFrame) -> Figure:
    figure.update_xaxes(
        tickvals=list(range(wide.shape[1])), ticktext=[str(step) for step in wide.columns], showgrid=False,
        title_text="step",
    )  # fmt: skip
    figure.update_layout(plot_bgcolor=EMPTY)
    figure.update_yaxes(showgrid=False)
    return _rows(figure, [_event(event) for event in wide.index])
