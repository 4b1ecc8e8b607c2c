"""The interactive twins hold the numbers of the static ones, and show names as they are written."""

import sys

import numpy as np
import pytest

from journey_research.errors import UserError
from journey_research.pipelines.reports.difference_figures import UNSURE
from journey_research.pipelines.reports.flow_layout import place_flows, place_graph
from journey_research.verbs import journey_plots
from journey_research.verbs.journey_plots import wants_interactive
from tests.pipelines.reports.drawn_histories import ODD, found, many

pytest.importorskip("plotly", reason="plotly comes with the extra `workbench`")
STAGES = ["look", "cart", "buy"]
BOTH = ("kind", "x", "y")


def test_a_funnel_holds_the_numbers_of_the_table():
    asked = found()
    told, figure = asked.funnel(STAGES), asked.plot_funnel(STAGES, interactive=True)

    bars = figure.data[0]
    assert list(bars.x) == told["first_share"].tolist()
    assert np.add(bars.x, bars.error_x.array) == pytest.approx(told["first_high"])
    assert np.subtract(bars.x, bars.error_x.arrayminus) == pytest.approx(told["first_low"])
    assert "<b>cart</b><br>2 persons<br>50% (15% to 85%) of those at the first stage" in bars.hovertext[1]
    assert list(figure.layout.yaxis.ticktext) == STAGES


def test_a_step_matrix_holds_the_numbers_of_the_static_one():
    asked = found()
    static = asked.plot_steps(3, interactive=False).images[0].get_array()

    cells = asked.plot_steps(3, interactive=True).data[0]

    assert np.array(cells.z) * 100 == pytest.approx(np.asarray(static))
    assert cells.hovertext[0][0] == "<b>look</b>, step 1<br>4 of 5<br>80% (38% to 96%)"


def test_a_graph_holds_all_ways_and_shows_those_above_the_share():
    asked = found()
    told, figure = asked.follows(), asked.plot_graph(0.5, interactive=True)
    nodes, edges = place_graph(told)

    apart = edges[edges["from_node"] != edges["to_node"]]
    ways = {trace.meta: trace for trace in figure.data[:-1]}
    assert set(ways) == {f"{row.from_node}>{row.to_node}" for row in apart.itertuples()}
    for row in apart.itertuples():
        way = ways[f"{row.from_node}>{row.to_node}"]
        assert way.visible == (row.walker_share >= 0.5)
        assert f"{row.n:,} times, {row.n_movers:,} persons" in way.hovertext
    (slider,) = figure.layout.sliders
    assert slider.steps[slider.active].label == "50%"
    for step in slider.steps:
        shown = dict(zip(ways, step.args[1][:-1], strict=True))
        least = float(step.label.rstrip("%")) / 100
        walked = {f"{row.from_node}>{row.to_node}": row.walker_share for row in apart.itertuples()}
        assert shown == {way: walked[way] >= least for way in ways}
        assert step.args[1][-1]  # the nodes stay
    assert list(figure.data[-1].x) == nodes["x"].tolist()


def test_a_sankey_holds_the_numbers_of_the_table():
    asked = found()
    told, figure = asked.flows(3), asked.plot_sankey(3, interactive=True)
    _, ribbons = place_flows(told)

    link = figure.data[0].link
    assert list(link.value) == ribbons["share"].tolist()
    assert list(zip(link.source, link.target, strict=True)) == list(
        zip(ribbons["from_node"], ribbons["to_node"], strict=True)
    )
    assert "<b>look → cart</b>, step 1<br>2 of 5<br>40%" in "".join(link.customdata)


def drawn_differences(asked, diff):
    funnel = asked.plot_funnel(["look", "cart"], diff=diff, interactive=True)
    steps = asked.plot_steps(2, diff=diff, interactive=True)
    graph = asked.plot_graph(diff=diff, interactive=True)
    sankey = asked.plot_sankey(2, diff=diff, interactive=True)
    colours = {*funnel.data[2].marker.color, *(trace.line.color for trace in graph.data[:-1])}
    colours |= {"coloured"} if np.isfinite(np.array(steps.data[1].z, float)).any() else set()
    grey = "rgba(197, 204, 211, 0.45)"
    return (colours | {UNSURE if one == grey else one for one in sankey.data[0].link.color}), funnel


def test_equal_groups_are_grey_and_what_differs_is_not():
    same, different = many(), many(shift=0.4)

    assert drawn_differences(same, same)[0] == {UNSURE}
    colours, funnel = drawn_differences(different, BOTH)
    assert "coloured" in colours
    told = different.funnel(["look", "cart"], diff=BOTH)
    assert list(funnel.data[2].x) == pytest.approx((100 * told["difference"]).tolist())
    assert np.add(funnel.data[2].x, funnel.data[2].error_x.array) == pytest.approx(100 * told["high"])


def parts(told):
    """All dictionaries inside."""
    if isinstance(told, dict):
        yield told
        told = list(told.values())
    for one in told if isinstance(told, list | tuple) else []:
        yield from parts(one)


def test_names_are_no_markup():
    asked = found(is_odd=True)
    figures = [
        asked.plot_funnel(list(ODD.values()), interactive=True), asked.plot_steps(3, interactive=True),
        asked.plot_graph(interactive=True), asked.plot_sankey(3, interactive=True),
        asked.plot_funnel([ODD["look"], ODD["cart"]], diff={"<i>": asked, "$x$": asked}, interactive=True),
    ]  # fmt: skip
    for figure in figures:
        text = figure.to_json().replace("\\u003c", "<").replace("\\u003e", ">")
        assert "&lt;b&gt;%{x}" in text
        assert "<b>%{x}" not in text
        assert "$a_b$" not in text
        assert "<i>" not in text
        assert "$x$" not in text
        templates = [part.get("hovertemplate", "") for part in parts(figure.to_plotly_json()["data"])]
        assert "%{x}" not in "".join(str(told) for told in templates)


def test_nothing_to_draw_is_a_sentence():
    from journey_research.pipelines.reports import interactive_figures as figures

    asked = found()
    drawn = [
        figures.funnel(asked.funnel(STAGES).iloc[:0]), figures.step_matrix(asked.at_steps().iloc[:0]),
        figures.transition_graph(asked.follows().iloc[:0]), figures.sankey(asked.flows().iloc[:0]),
        figures.step_matrix_difference(asked.at_steps(diff=BOTH).iloc[:0], ("x", "y")),
    ]  # fmt: skip
    for figure in drawn:
        assert not figure.data
        assert figure.layout.title.text


def test_one_event_is_enough():
    from journey_research.verbs.journeys import journeys

    asked = journeys(
        found().steps.to_pandas().head(1).assign(at="2025-01-01"), person="person", time="at", event="event"
    )
    for figure in (asked.plot_steps, asked.plot_graph, asked.plot_sankey):
        assert figure(interactive=True).data


def test_interactive_where_it_can_be(monkeypatch):
    assert not wants_interactive(None)  # no notebook
    monkeypatch.setattr(journey_plots, "_in_notebook", lambda: True)
    assert wants_interactive(None)
    assert not wants_interactive(False)
    monkeypatch.setitem(sys.modules, "plotly", None)
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    assert not wants_interactive(None)
    with pytest.raises(UserError, match=r"plotly is not installed; pip install '.*\[workbench\]'"):
        wants_interactive(True)
