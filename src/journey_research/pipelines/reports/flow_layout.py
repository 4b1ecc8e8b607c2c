"""Where the nodes of a transition graph and of a Sankey diagram stand, for the static and the interactive.

Context: force layouts start at random places and show no direction. Choice: events stand from left to
right in columns, by how likely the likeliest way to them from the start is; within a column each stands
near those it is joined to. The same table is the same picture. Given up: as few crossings as there could
be; for fifteen events nobody counts them.
"""

from __future__ import annotations

import heapq
import math
from typing import Any

import numpy as np
import pandas as pd

MOST_EVENTS = 15
SWEEPS = 8
START, END = "start", "end"


def place_graph(
    transitions: pd.DataFrame, *, most_events: int = MOST_EVENTS
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The busiest events and the transitions between them, with places.

    Args:
        transitions: What ``measure_transitions`` returns, of one group.
        most_events: Events that are kept: those most persons do.

    Returns:
        Nodes ``role`` (start, event, end), ``event`` (null but for events), ``n`` persons, ``share`` of
        persons, ``x, y`` from 0 to 1. And edges ``from_node, to_node`` (rows of nodes), ``n``, ``share``
        of what follows the event, ``low, high, n_movers, walker_share`` (of all persons, those who go
        there), ``median_seconds``; by nodes.

    Source:
        Dijkstra (1959) for the likeliest way; Sugiyama, Tagawa and Toda (1981) for columns and the order
        in them.
    """
    starts = transitions[transitions["from_event"].isna()]
    n_all = int(starts["n_persons"].iloc[0]) if len(starts) else 0
    doers = transitions[transitions["from_event"].notna()].drop_duplicates("from_event")
    doers = doers.sort_values(["n_persons", "from_event"], ascending=[False, True], kind="stable")
    doers = doers.iloc[:most_events]
    told = [("event", event, n) for event, n in zip(doers["from_event"], doers["n_persons"], strict=True)]
    nodes = pd.DataFrame([(START, None, n_all), *told, (END, None, n_all)], columns=["role", "event", "n"])
    nodes["share"] = nodes["n"] / max(n_all, 1)
    number = {event: at for at, event in enumerate(nodes["event"]) if isinstance(event, str)}
    edges = transitions.assign(
        from_node=[_number(event, number, 0) for event in transitions["from_event"]],
        to_node=[_number(event, number, len(nodes) - 1) for event in transitions["to_event"]],
    )
    edges = edges[(edges["from_node"] >= 0) & (edges["to_node"] >= 0)]
    edges = edges.assign(walker_share=edges["n_movers"] / max(n_all, 1))
    edges = edges.sort_values(["from_node", "to_node"], ignore_index=True)
    kept = ["from_node", "to_node", "n", "share", "low", "high", "n_movers", "walker_share", "median_seconds"]
    nodes["x"], nodes["y"] = _places(len(nodes), edges)
    return nodes, edges[kept]


def _number(event: Any, number: dict[str, int], at_edge: int) -> int:
    return at_edge if pd.isna(event) else number.get(event, -1)


def _places(n_nodes: int, edges: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    weights = np.zeros((n_nodes, n_nodes))
    apart = edges[edges["from_node"] != edges["to_node"]]
    weights[apart["from_node"], apart["to_node"]] = np.sqrt(apart["n"])  # a few busy ones do not decide all
    both = weights + weights.T
    far = _distances(n_nodes, edges)
    inner = sorted(range(1, n_nodes - 1), key=lambda at: (far[at], at))
    per_column = 3 if len(inner) > 6 else 2
    columns = [inner[at : at + per_column] for at in range(0, len(inner), per_column)]
    x = np.zeros(n_nodes)
    y = np.full(n_nodes, 0.5)
    for at, column in enumerate(columns, 1):
        x[column] = at / (len(columns) + 1)
    x[-1] = 1.0
    for _ in range(SWEEPS):
        for at, column in enumerate(columns):
            near = {node: round(float(both[node] @ y / max(both[node].sum(), 1e-9)), 9) for node in column}
            column.sort(key=lambda node: (near[node], node))
            for place, node in enumerate(column):
                # Every other column is moved up, so that no three columns make one line.
                y[node] = (place + 0.5 + (0.22 if at % 2 else -0.22)) / len(column)
    return x, np.clip(y, 0.06, 0.94)


def _distances(n_nodes: int, edges: pd.DataFrame) -> list[float]:
    """How far each node is from the first: the least sum of -log of the shares on a way to it."""
    ways = dict(list(edges.groupby("from_node")[["to_node", "share"]]))
    far = [math.inf] * n_nodes
    waiting = [(0.0, 0)]
    while waiting:
        so_far, node = heapq.heappop(waiting)
        if so_far >= far[node]:
            continue
        far[node] = so_far
        for _, to, share in ways[node].itertuples() if node in ways else []:
            heapq.heappush(waiting, (round(so_far - math.log(share), 9), int(to)))
    return far


def place_flows(flows: pd.DataFrame, weight: str = "share") -> tuple[pd.DataFrame, pd.DataFrame]:
    """Blocks and ribbons of a Sankey diagram.

    Args:
        flows: What ``step_flows`` returns, of one group, or a comparison of two.
        weight: Column that is a ribbon's height.

    Returns:
        Nodes ``step, event`` (null: over), ``weight, bottom, top``: blocks stand on each other, the
        commonest event at the top and those over at the bottom. And the flows with ``from_node, to_node``
        (rows of nodes), ``weight``, ``from_top, to_top``: where the ribbon begins and ends.
    """
    told = flows.assign(weight=flows[weight].astype("float64"))
    here = told.loc[told["step"] == 1].assign(event=told["from_event"])
    there = told.assign(event=told["to_event"], step=told["step"] + 1)
    places = pd.concat([here, there])[["step", "event", "weight"]]
    nodes = places.groupby(["step", "event"], dropna=False)["weight"].sum().reset_index()
    total = nodes.groupby("event")["weight"].sum()
    order = {event: at for at, event in enumerate(total.sort_values(ascending=False, kind="stable").index)}
    nodes["rank"] = [len(order) if pd.isna(event) else order[event] for event in nodes["event"]]
    nodes = nodes.sort_values(["step", "rank"], ignore_index=True)
    below = nodes.groupby("step")["weight"].cumsum() - nodes["weight"]
    gap = 0.025 * nodes.groupby("step").cumcount()
    nodes["top"] = 1 - below - gap
    nodes["bottom"] = nodes["top"] - nodes["weight"]
    number = {
        (step, rank): at for at, (step, rank) in enumerate(zip(nodes["step"], nodes["rank"], strict=True))
    }
    told["from_node"] = [
        number[step, order[event]] for step, event in zip(told["step"], told["from_event"], strict=True)
    ]
    told["to_node"] = [
        number[step + 1, len(order) if pd.isna(event) else order[event]]
        for step, event in zip(told["step"], told["to_event"], strict=True)
    ]
    for side, other in (("from", "to"), ("to", "from")):
        told = told.sort_values([f"{side}_node", f"{other}_node"], ignore_index=True)
        used = told.groupby(f"{side}_node")["weight"].cumsum() - told["weight"]
        told[f"{side}_top"] = nodes["top"].to_numpy()[told[f"{side}_node"]] - used
    told = told.sort_values(["from_node", "to_node"], ignore_index=True)
    return nodes.drop(columns="rank"), told
