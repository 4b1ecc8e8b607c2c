"""Why two records met: three fields by hand, sums that are exact, sentences, and a picture of bars."""

from math import exp, fsum, log

import matplotlib
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.axes import Axes

from journey_research.errors import UserError
from journey_research.pipelines.identity.waterfall import build_waterfall, explain, figure

matplotlib.use("Agg")

INTERCEPT = -4.0
WORKED_EXAMPLE = """
comparison          weight  value
email: likeness        1.0    1.0
email: equal           4.5    1.0
email: told           -1.0    1.0   # 1 + 4.5 - 1 = 4.5 for them
last_name: equal       3.0    1.0
last_name: told        0.5    1.0   # 3.5 for them
street: likeness       2.0    0.5
street: equal          2.0    0.0
street: told          -2.0    1.0   # 1 - 2 = 1 against them
phone: equal           5.0    0.0
phone: told           -1.0    0.0   # one of them has none: nothing is said
"""


def told_of(text):
    rows = [line.split("#")[0].rsplit(maxsplit=2) for line in text.strip().splitlines()[1:]]
    return ({row[0]: float(row[number]) for row in rows} for number in (1, 2))


def fields(**states):
    """Weights and values of fields that are equal (2), alike (1), different (0) or silent (None)."""
    weights, compared = {}, {}
    for name, (state, contribution) in states.items():
        weights |= {f"{name}: likeness": 0.0, f"{name}: equal": 0.0, f"{name}: told": contribution}
        likeness = {2: 1.0, 1: 0.9, 0: 0.2, None: 0.0}[state]
        compared |= {
            f"{name}: likeness": likeness,
            f"{name}: equal": float(state == 2),
            f"{name}: told": float(state is not None),
        }
    return weights, compared


def test_worked_example():
    built = build_waterfall(INTERCEPT, *told_of(WORKED_EXAMPLE))

    assert [(step.field, step.state, step.contribution) for step in built.steps] == [
        ("email", "agrees", 4.5),
        ("last_name", "agrees", 3.5),
        ("street", "differs", -1.0),
        ("phone", "not told by both", 0.0),
    ]
    assert [step.log_odds for step in built.steps] == [0.5, 4.0, 3.0, 3.0]
    # Odds of e^-4, 1 in 55, are multiplied by 90 and by 33, and divided by 2.7: 20 to 1.
    assert built.start_probability == pytest.approx(1 / 56, abs=1e-3)
    assert built.probability == pytest.approx(20 / 21, abs=1e-3)
    assert explain(built) == (
        "These two met mostly because email and last_name agree; street speaks against it: 95 %."
    )


NUMBERS = st.floats(-8, 8, allow_nan=False)
ROWS = st.dictionaries(
    st.tuples(st.sampled_from(["email", "name", "street: no."]), st.sampled_from(["equal", "near", "told"])),
    st.tuples(NUMBERS, st.floats(0, 1)),
    max_size=9,
)


@settings(deadline=None)
@given(NUMBERS, ROWS)
def test_fields_add_up_to_what_the_matcher_says(intercept, row):
    weights = {": ".join(name): weight for name, (weight, _) in row.items()}
    compared = {": ".join(name): value for name, (_, value) in row.items()}
    built = build_waterfall(intercept, weights, compared)

    log_odds = intercept
    for step in built.steps:
        log_odds += step.contribution
        assert step.log_odds == log_odds  # to the last bit
        assert step.probability == pytest.approx(1 / (1 + exp(-log_odds)))
    assert built.log_odds == log_odds
    assert log_odds == pytest.approx(
        intercept + fsum(weights[name] * compared[name] for name in weights), abs=1e-9
    )
    assert {step.field for step in built.steps} == {field for field, _ in row}
    sizes = [abs(step.contribution) for step in built.steps]
    assert sizes == sorted(sizes, reverse=True)
    backwards = (dict(reversed(list(told.items()))) for told in (weights, compared))
    assert build_waterfall(intercept, *backwards) == built


def test_it_adds_up_real_comparisons_of_records():
    from journey_research.pipelines.identity.matching.columns import encode
    from journey_research.pipelines.identity.matching.fields import Field
    from journey_research.pipelines.identity.matching.likeness import Likeness

    fields = [Field("name", "text"), Field("mail", "email"), Field("town", "category")]
    records = pd.DataFrame(
        {"name": ["ann lee", "anne lee"], "mail": ["a@x.example"] * 2, "town": [None, "ulm"]}
    )
    likeness = Likeness(encode(records, fields), [])
    names, row = likeness.names, likeness.compare(np.array([0]), np.array([1]))[0]
    weights = dict(zip(names, np.linspace(-1, 3, len(names)).tolist(), strict=True))
    built = build_waterfall(-2.0, weights, dict(zip(names, row.tolist(), strict=True)))
    assert {step.field: step.state for step in built.steps} == {
        "name": "is alike",
        "mail": "agrees",
        "town": "not told by both",
    }
    assert built.log_odds == pytest.approx(-2.0 + row @ np.array(list(weights.values())))


@pytest.mark.parametrize(
    ("intercept", "states", "sentence"),
    [
        (-3, {"email": (2, 9)}, "These two met mostly because email agrees: over 99 %."),
        # A tenth of what speaks for them is worth naming, less is not.
        (-9, {"email": (2, 10), "town": (0, -1.0)},
         "These two met mostly because email agrees; town speaks against it: 50 %."),
        (-9, {"email": (2, 10), "town": (0, -0.9)}, "These two met mostly because email agrees: 52 %."),
        # Two thirds of 9 are reached with the second; what is alike does not agree.
        (-8, {"email": (2, 4), "name": (1, 3), "town": (2, 2)},
         "These two met mostly because email agrees and name is alike: 73 %."),
        (-3, {"a": (2, 1), "b": (2, 1), "c": (2, 1), "d": (2, 1)},
         "These two met mostly because a, b and c agree: 73 %."),
        (0, {"email": (0, 2)}, "These two met mostly because email speaks for it: 88 %."),
        (2, {"town": (0, -1)},
         "These two met although no field speaks for it; town speaks against it: 73 %."),
        (0, {"email": (2, 2), "town": (0, -4), "street": (0, -3)},
         "These two stayed apart mostly because of town and street; email speaks for a match: 1 %."),
        (-9, {"email": (2, 2)},
         "These two stayed apart because too little speaks for it; email speaks for a match: under 1 %."),
        (-1, {"email": (None, 2)}, "These two stayed apart because no field speaks for it: 27 %."),
    ],
)  # fmt: skip
def test_the_sentence_says_what_decided(intercept, states, sentence):
    assert explain(build_waterfall(intercept, *fields(**states))) == sentence


def test_names_in_each_others_place_are_said_to_be_swapped():
    name = "first_name and last_name: swapped"
    built = build_waterfall(-2, {name: 4.0}, {name: 1.0})
    assert explain(built) == "These two met mostly because first_name and last_name are swapped: 88 %."


def test_the_threshold_decides_who_met():
    built = build_waterfall(0, *fields(email=(2, 1)))  # 73 %
    assert explain(built, 0.7).startswith("These two met")
    assert explain(built, 0.8).startswith("These two stayed apart")


def test_a_column_name_cannot_break_the_line():
    built = build_waterfall(0, *fields(**{"e\nmail": (2, 1)}))
    assert explain(built) == "These two met mostly because e\\nmail agrees: 73 %."


@pytest.mark.parametrize(
    ("compared", "message"),
    [
        ({"email: equal": 1}, r"^1 comparisons are missing \(column 'email: told'\); compare the pair"),
        (
            {"email: equal": 1, "email: told": 1, "town: told": 1},
            r"^1 comparisons are unknown .*'town: told'",
        ),
    ],
)
def test_another_matchers_comparisons_are_refused(compared, message):
    with pytest.raises(UserError, match=message):
        build_waterfall(0, {"email: equal": 1, "email: told": 1}, compared)


def test_no_number_is_refused():
    with pytest.raises(ValueError, match="finite"):
        build_waterfall(0, {"email: equal": float("nan")}, {"email: equal": 1})


@pytest.fixture(autouse=True)
def _close_figures():
    import matplotlib.pyplot as plt

    yield
    plt.close("all")


def test_the_bars_lead_from_the_start_to_the_end():
    built = build_waterfall(INTERCEPT, *told_of(WORKED_EXAMPLE))
    axes = figure(built)

    assert isinstance(axes, Axes)
    *bars, whole = axes.patches
    assert [bar.get_width() for bar in bars] == [4.5, 3.5, -1.0]  # phone says nothing and has no bar
    ends = [INTERCEPT, *(bar.get_x() + bar.get_width() for bar in bars)]
    assert [bar.get_x() for bar in bars] == ends[:-1]
    assert (whole.get_x(), whole.get_width()) == (INTERCEPT, 7.0)
    assert axes.figure.get_suptitle().replace("\n", " ").replace("\N{NO-BREAK SPACE}", " ") == explain(built)
    assert [label.get_text() for label in axes.get_yticklabels()] == [
        "before any field", "email agrees", "last_name agrees", "street differs", "these two",
    ]  # fmt: skip
    assert {"×90", "×33", "÷2.7"} <= {text.get_text() for text in axes.texts}
    assert axes.get_xlabel().endswith("not told by both: phone")
    beside = axes.figure.axes[1]
    assert [label.get_text() for label in beside.get_yticklabels()] == [
        "1.8 %",
        "62 %",
        "98.2 %",
        "95.3 %",
        "95.3 %",
    ]


def test_an_axis_of_log_odds_is_labelled_with_probabilities():
    axes = figure(build_waterfall(INTERCEPT, *told_of(WORKED_EXAMPLE)), 0.9)
    for place, label in zip(axes.get_xticks(), axes.get_xticklabels(), strict=True):
        assert 100 / (1 + exp(-place)) == pytest.approx(float(label.get_text().removesuffix(" %")))
    assert any(set(line.get_xdata()) == {log(0.9 / (1 - 0.9))} for line in axes.lines)


def test_the_smallest_of_many_fields_are_one_bar():
    states = {f"field_{number:02}": (2, 1 + number / 10) for number in range(14)}
    built = build_waterfall(-15, *fields(**states))
    axes = figure(built)
    labels = [label.get_text() for label in axes.get_yticklabels()]
    assert len(labels) == 12
    assert labels[-2] == "5 others"
    assert sum(bar.get_width() for bar in axes.patches[:-1]) == pytest.approx(built.log_odds + 15)


@pytest.mark.parametrize("states", [{}, {"email": (None, 1.0)}, {"email": (0, -80.0)}, {"email": (2, 80.0)}])
def test_nothing_and_certainty_can_be_drawn(states, tmp_path):
    axes = figure(build_waterfall(-1, *fields(**states)))
    axes.figure.savefig(tmp_path / "waterfall.png")
    assert (tmp_path / "waterfall.png").stat().st_size > 5_000
