"""What is drawn equals the table; empty tables are a sentence; names are shown as they are written."""

import io

import matplotlib
import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import to_hex
from matplotlib.text import Text

from journey_research.pipelines.reports import (
    graph_figures,
    history_figures,
    person_figures,
    sankey_figures,
    step_figures,
)
from journey_research.pipelines.reports.chart_text import as_written
from journey_research.pipelines.reports.difference_figures import UNSURE, is_sure
from journey_research.pipelines.reports.figures import PALETTE
from journey_research.pipelines.reports.flow_layout import place_flows, place_graph
from journey_research.pipelines.reports.heat_maps import GREY
from tests.pipelines.reports.drawn_histories import ODD, found, many

matplotlib.use("Agg")
STAGES = ["look", "cart", "buy"]
BOTH = ("kind", "x", "y")


@pytest.fixture(autouse=True)
def _close_figures():
    import matplotlib.pyplot as plt

    yield
    plt.close("all")


def texts(axes):
    axes.figure.canvas.draw()
    return [text.get_text() for text in axes.figure.findobj(Text) if text.get_text()]


def test_funnel_bars_are_the_shares():
    told = found().funnel(STAGES)
    axes = history_figures.funnel(told)

    assert [bar.get_width() for bar in axes.patches] == pytest.approx([1.0, 0.5, 0.25])
    whiskers = axes.collections[0].get_segments()
    assert np.array(whiskers)[:, :, 0] == pytest.approx(told[["first_low", "first_high"]].to_numpy())
    assert {"4   100%", "2   50%", "1   25%"} <= set(texts(axes))
    assert "50% go on, median 2 h" in texts(axes)
    assert (
        axes.figure.get_suptitle()
        == "25% of those at the first stage reach the last; most are lost before cart"
    )


def test_a_difference_has_its_interval():
    told = many(shift=0.4).funnel(["look", "cart"], diff=BOTH)
    axes = history_figures.funnel_difference(told, ("x", "y"))

    dots = [line for line in axes.lines if line.get_label() in ("x", "y")]
    assert [line.get_xdata()[0] for line in dots] == told[["first_share", "second_share"]].values[0].tolist()
    panel = axes.figure.axes[1]
    (ends,) = panel.collections[0].get_segments()
    assert ends[:, 0] == pytest.approx(100 * told[["low", "high"]].to_numpy()[0])
    assert to_hex(panel.collections[0].get_color()[0]) == PALETTE[0].lower()
    assert axes.figure.get_suptitle() == "1 of 1 stages differ beyond chance"


def test_step_matrix_cells_are_the_shares():
    told = found().at_steps(3)
    axes = step_figures.step_matrix(told)

    rows = [label.get_text() for label in axes.get_yticklabels()]
    assert rows == ["look", "cart", "buy", "(over)"]
    cells = axes.images[0].get_array()
    for row in told.itertuples():
        name = "(over)" if row.event != row.event else row.event
        assert cells[rows.index(name), row.step - 1] == pytest.approx(100 * row.share)
    assert cells.sum(axis=0).tolist() == pytest.approx([100, 100, 100])


def test_graph_edges_are_the_ways():
    told = found().follows()
    axes = graph_figures.transition_graph(told, min_share=0.0)

    nodes, edges = place_graph(told)
    drawn = {patch.get_gid(): patch.get_linewidth() for patch in axes.patches if patch.get_gid()}
    apart = edges[edges["from_node"] != edges["to_node"]]
    assert set(drawn) == {f"{row.from_node}>{row.to_node}" for row in apart.itertuples()}
    widths = [drawn[f"{row.from_node}>{row.to_node}"] for row in apart.itertuples()]
    assert widths == pytest.approx((0.6 + 6 * np.sqrt(apart["n"] / apart["n"].max())).tolist())
    share = nodes.set_index("event")["share"]
    assert (share["look"], share["cart"], share["buy"]) == (0.8, 0.6, 0.4)
    assert any("80% ↻ 20%" in text for text in texts(axes))  # of look's five ways on, one leads to look
    assert nodes["x"].iloc[0] == 0 < nodes["x"].iloc[1:-1].min()
    few = graph_figures.transition_graph(told, min_share=0.5)
    assert {patch.get_gid() for patch in few.patches if patch.get_gid()} == {
        f"{row.from_node}>{row.to_node}" for row in apart.itertuples() if row.walker_share >= 0.5
    }


def test_places_do_not_hang_on_the_order_of_rows():
    told = found().follows()

    for one, other in zip(place_graph(told), place_graph(told.sample(frac=1, random_state=3)), strict=True):
        pd.testing.assert_frame_equal(one, other)


def test_rarer_events_are_left_out_and_counted():
    axes = graph_figures.transition_graph(found().follows(), most_events=2)

    assert "1 of 3 events, the rarer ones, not drawn" in axes.figure.get_suptitle()


def test_sankey_blocks_and_ribbons_are_the_shares():
    told = found().flows(3)
    nodes, ribbons = place_flows(told)
    axes = sankey_figures.sankey(told)

    drawn = {patch.get_gid(): patch.get_path() for patch in axes.patches if patch.get_gid()}
    assert len(drawn) == len(told)
    for row in ribbons.itertuples():
        corners = drawn[f"{row.from_node}>{row.to_node}"].vertices
        assert corners[0, 1] - corners[7, 1] == pytest.approx(row.share)
    first = nodes[nodes["step"] == 1].set_index("event")["weight"]
    assert first.to_dict() == pytest.approx({"look": 0.8, "cart": 0.2})
    for _, mine in nodes.groupby("step"):  # blocks stand on each other without hiding each other
        assert (mine["bottom"].to_numpy()[:-1] >= mine["top"].to_numpy()[1:] - 1e-9).all()
    for side in ("from", "to"):  # and every ribbon ends inside its block
        block = nodes.iloc[ribbons[f"{side}_node"]].reset_index(drop=True)
        assert (ribbons[f"{side}_top"] <= block["top"] + 1e-9).all()
        assert (ribbons[f"{side}_top"] - ribbons["weight"] >= block["bottom"] - 1e-9).all()
    ends = ribbons.groupby("from_node")["weight"].sum()
    assert ends.to_numpy() == pytest.approx(nodes["weight"].iloc[ends.index].to_numpy())


def test_cohorts_are_hatched_where_it_is_too_early():
    told = found().retention("day")
    axes = history_figures.cohorts(told, "day")

    assert axes.images[0].get_array().mask.all()  # one day, which is not over
    assert [patch.get_hatch() for patch in axes.patches] == ["///"]


def test_cohort_cells_are_the_shares():
    told = found().retention("1h")
    axes = history_figures.cohorts(told, "hour")

    known = told[told["share"].notna()]
    cells = axes.images[0].get_array()
    assert cells[0, known["age"]].tolist() == pytest.approx((100 * known["share"]).tolist())
    assert cells[0, 2] == pytest.approx(80)  # of five, four go on after two hours


def test_the_curve_is_the_table():
    asked = found()
    told = asked.time_to("cart", at_days=[0, 0.05, 0.1, 0.2])
    axes = history_figures.waiting(told, asked.median_time_to("cart"), "cart")

    assert axes.lines[0].get_ydata().tolist() == told["share"].tolist()
    assert "half by 2 h" in texts(axes)


def test_variants_and_sets_are_bars():
    asked = found()
    told = asked.variant_shares(3)
    axes = history_figures.variants(told)
    assert [bar.get_width() for bar in axes.patches] == told["share"].tolist()

    sets = asked.reach_sets()
    axes = history_figures.reach(sets)
    panel = axes.figure.axes[1]
    assert [bar.get_width() for bar in panel.patches] == sets["share"].tolist()
    joined = [len(line.get_xdata()) for line in axes.lines]
    assert joined == [len(members) for members in sets["members"]]


def test_a_timeline_marks_touches_and_orders():
    at = pd.to_datetime(["2025-01-01", "2025-01-02", "2025-01-03", "2025-01-03"])
    told = pd.DataFrame(
        {
            "happened_at": at, "happening": ["touch", "touch", "order", "conversion"],
            "channel": ["email", "web", "store", None], "action": ["opened", "viewed", "paid", "order"],
            "amount": [None, None, 12.5, None],
        }
    )  # fmt: skip
    axes = person_figures.timeline(told)

    assert [label.get_text() for label in axes.get_yticklabels()] == ["email", "web", "store"]
    marks = {line.get_label(): line.get_ydata() for line in axes.lines if len(line.get_xdata()) == 1}
    assert {name: round(y[0]) for name, y in marks.items()} == {"opened": 3, "viewed": 2, "order": 1}
    assert axes.figure.get_suptitle() == "2 touches over 3 channels, 1 order, 1 conversion"
    assert "12.50" in texts(axes)


def test_segment_profiles_are_the_differences():
    told = pd.DataFrame(
        {"segment": ["s", "t"] * 2, "trait": ["n_touches"] * 2 + ["amount"] * 2,
         "difference": [1.5, -0.1, 0.4, None], "value": [9.0, 2.0, 5.0, 1.0]}
    )  # fmt: skip
    axes = person_figures.segment_profiles(told)

    cells = axes.images[0].get_array()
    assert cells.filled(np.nan).tolist()[0][0] == 1.5
    assert cells.mask.tolist() == [[False, True], [False, True]]  # small, and not known
    assert [to_hex(patch.get_facecolor()) for patch in axes.patches] == [GREY]


DIFFERENCES = {
    "funnel": lambda m, d: m.plot_funnel(["look", "cart"], diff=d, interactive=False),
    "steps": lambda m, d: m.plot_steps(3, diff=d, interactive=False),
    "graph": lambda m, d: m.plot_graph(diff=d, interactive=False),
    "sankey": lambda m, d: m.plot_sankey(2, diff=d, interactive=False),
    "retention": lambda m, d: m.plot_retention("30m", diff=d),
    "time to": lambda m, d: m.plot_time_to("cart", diff=d),
    "variants": lambda m, d: m.plot_variants(diff=d),
    "reach": lambda m, d: m.plot_reach(diff=d),
}


def colours_of(axes):
    """The colours of all that stands for a cell, an edge, a ribbon or an interval of a difference."""
    shown = []
    panels = axes.figure.axes
    shown += [to_hex(patch.get_facecolor()) for patch in axes.patches if patch.get_gid()]
    for image in axes.images:
        shown += ["coloured"] * int((~np.ma.getmaskarray(image.get_array())).sum())
    if len(panels) > 1 and panels[1].collections and not axes.images:
        shown += [to_hex(one.get_color()[0]) for one in panels[1].collections if hasattr(one, "get_segments")]
        shown += [to_hex(line.get_color()) for line in panels[1].lines if line.get_marker() == "o"]
    return set(shown)


@pytest.mark.parametrize("name", DIFFERENCES)
def test_equal_groups_are_grey(name):
    same = many()
    assert colours_of(DIFFERENCES[name](same, same)) <= {UNSURE}


@pytest.mark.parametrize("name", [name for name in DIFFERENCES if name != "retention"])
def test_what_differs_has_a_colour(name):
    assert colours_of(DIFFERENCES[name](many(shift=0.4), BOTH)) - {UNSURE}


def test_many_looks_make_one_find_less_sure():
    told = pd.DataFrame({"low": [0.01, 0.01, -0.1], "high": [0.2, 0.2, 0.1], "q_value": [0.04, 0.06, 0.01]})

    assert is_sure(told).tolist() == [True, False, False]


EMPTY = [
    lambda: history_figures.funnel(found().funnel(STAGES).iloc[:0]),
    lambda: history_figures.funnel(found().funnel(STAGES).assign(n=0)),
    lambda: history_figures.variants(found().variant_shares().iloc[:0]),
    lambda: history_figures.waiting(found().time_to("buy").iloc[:0], found().median_time_to("buy"), "buy"),
    lambda: history_figures.cohorts(found().retention().iloc[:0]),
    lambda: history_figures.reach(found().reach_sets().iloc[:0]),
    lambda: step_figures.step_matrix(found().at_steps().iloc[:0]),
    lambda: graph_figures.transition_graph(found().follows().iloc[:0]),
    lambda: sankey_figures.sankey(found().flows().iloc[:0]),
    lambda: person_figures.timeline(pd.DataFrame({"happened_at": [], "happening": []})),
    lambda: person_figures.segment_profiles(pd.DataFrame({"segment": [], "trait": [], "difference": []})),
    lambda: history_figures.cohorts_difference(found().retention(diff=BOTH).iloc[:0], ("x", "y")),
    lambda: step_figures.step_matrix_difference(found().at_steps(diff=BOTH).iloc[:0], ("x", "y")),
    lambda: sankey_figures.sankey_difference(found().flows(diff=BOTH).iloc[:0], ("x", "y")),
]


@pytest.mark.parametrize("draw", EMPTY, ids=range(len(EMPTY)))
def test_nothing_to_draw_is_a_sentence(draw):
    axes = draw()

    assert not axes.axison
    assert len(axes.texts) == 1


PLOTS = [
    lambda asked, one: asked.plot_funnel([one], interactive=False),
    lambda asked, one: asked.plot_steps(interactive=False),
    lambda asked, one: asked.plot_steps(centre=one, interactive=False),
    lambda asked, one: asked.plot_graph(interactive=False),
    lambda asked, one: asked.plot_sankey(interactive=False),
    lambda asked, one: asked.plot_retention(),
    lambda asked, one: asked.plot_time_to(one),
    lambda asked, one: asked.plot_variants(),
    lambda asked, one: asked.plot_reach(),
    lambda asked, one: asked.plot_person("a"),
]


@pytest.mark.parametrize("draw", PLOTS, ids=range(len(PLOTS)))
def test_one_event_is_enough_and_names_are_no_formula(draw):
    from journey_research.verbs.journeys import journeys

    one = pd.DataFrame({"w": ["a"], "t": ["2025-01-01"], "e": ["$a_{b"]})  # no formula that can be read
    draw(journeys(one, person="w", time="t", event="e"), "$a_{b").figure.canvas.draw()


@pytest.mark.parametrize("draw", [PLOTS[0], PLOTS[3], PLOTS[4]], ids=["funnel", "graph", "sankey"])
def test_the_same_events_make_the_same_bytes(draw):
    import matplotlib.pyplot as plt

    def painted():
        target = io.BytesIO()
        draw(found(is_odd=True), ODD["cart"]).figure.savefig(
            target, format="png", metadata={"Software": None}
        )
        plt.close("all")
        return target.getvalue()

    assert painted() == painted()


def test_no_text_is_read_as_a_formula():
    axes = found(is_odd=True).plot_graph(interactive=False)
    axes.figure.canvas.draw()

    assert any("$a_b$" in text for text in texts(axes))
    assert not any(text.get_parse_math() for text in axes.figure.findobj(Text) if "$" in text.get_text())
    assert as_written(axes) is axes
