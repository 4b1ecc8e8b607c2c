"""Why two records met, or did not: what each field adds to the odds, as numbers, a sentence, a picture.

Context: a link keeps its comparisons, but a row of sixty likenesses answers nobody who asks why.
Choice: in a logistic matcher every comparison adds its weight times its value to the log-odds, so a
field's comparisons are added up and fields are told by size; nothing is approximated. Given up:
what a field would do without the others, which hangs on the pairs one has in mind.

Field names and percentages only: a value of a record is not known here.
"""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import exp, floor, fsum, isfinite, log, log10
from typing import TYPE_CHECKING, Any

from journey_research.errors import UserError, printable

if TYPE_CHECKING:
    from matplotlib.axes import Axes

AGREES, ALIKE, SWAPPED, DIFFERS, SILENT = "agrees", "is alike", "swapped", "differs", "not told by both"
_FLAGS = {"told", "both told", "rare", "equal", "equal and rare"}
_LEAST_ALIKE = 0.7
_MOST_NAMED, _MOSTLY, _WORTH_NAMING = 3, 2 / 3, 0.1
_MOST_BARS = 10
_TICKS = (1e-6, 1e-5, 1e-4, 1e-3, 0.01, 0.1, 0.5, 0.9, 0.99, 0.999, 1 - 1e-4, 1 - 1e-5, 1 - 1e-6)
_MORE_TICKS = (0.02, 0.05, 0.2, 0.8, 0.95, 0.98)
# Okabe and Ito (2008): blue and vermilion are told apart by colour-blind readers.
_FOR, _AGAINST, _SOFT, _PALE, _INK = "#0072B2", "#D55E00", "#5b6876", "#e6eaee", "#1d2733"
_THICK = 0.62


@dataclass(frozen=True)
class Step:
    """What one field adds.

    Attributes:
        field: Its name.
        state: How the two records stand in it: agrees, is alike, swapped, differs, not told by both.
        contribution: What it adds to the log-odds.
        log_odds: Log-odds with this step and all before it.
        probability: The same as a probability.
    """

    field: str
    state: str
    contribution: float
    log_odds: float
    probability: float


@dataclass(frozen=True)
class Waterfall:
    """The way from what is said of a pair of which nothing is told, to what is said of this pair.

    Attributes:
        start_log_odds: Log-odds before any field, the matcher's intercept.
        steps: Fields by falling size of their contribution, then by name. Added to the start in this
            order they give ``log_odds`` to the last bit.
    """

    start_log_odds: float
    steps: tuple[Step, ...]

    @property
    def log_odds(self) -> float:
        return self.steps[-1].log_odds if self.steps else self.start_log_odds

    @property
    def start_probability(self) -> float:
        return _probability(self.start_log_odds)

    @property
    def probability(self) -> float:
        return _probability(self.log_odds)


def build_waterfall(
    intercept: float, weights: Mapping[str, float], compared: Mapping[str, float]
) -> Waterfall:
    """Add up a pair's comparisons field by field.

    Args:
        intercept: The matcher's, in log-odds.
        weights: Comparison -> weight; a name is its field, ": " and what is compared.
        compared: Comparison -> value, of one pair; the names of ``weights``. All comparisons of a
            field are 0 where not both records tell it.

    Returns:
        One step per field. The order of the mappings does not matter.

    Raises:
        UserError: Weights and comparisons are not of the same matcher.
        ValueError: A number is not finite.

    Example:
        >>> weights = {"email: equal": 4.0, "email: told": -1.0, "street: told": -0.5}
        >>> built = build_waterfall(-2.0, weights, {"email: equal": 1, "email: told": 1, "street: told": 1})
        >>> [(step.field, step.state, step.contribution) for step in built.steps], built.log_odds
        ([('email', 'agrees', 3.0), ('street', 'differs', -0.5)], 0.5)
    """
    for names, others, what in ((weights, compared, "missing"), (compared, weights, "unknown to the model")):
        if strange := sorted(set(names) - set(others)):
            raise UserError(
                f"{len(strange):,} comparisons are {what}",
                column=strange[0],
                do="compare the pair with the model that the weights are of",
            )
    if not all(isfinite(number) for number in (intercept, *weights.values(), *compared.values())):
        raise ValueError("a weight or a comparison is not a finite number")
    fields: dict[str, dict[str, str]] = {}
    for name in sorted(weights):
        field, parted, what = name.rpartition(": ")
        fields.setdefault(field if parted else name, {})[what if parted else ""] = name
    added = {
        field: fsum(weights[name] * compared[name] for name in names.values())
        for field, names in fields.items()
    }
    steps: list[Step] = []
    log_odds = float(intercept)
    for field in sorted(added, key=lambda field: (-abs(added[field]), field)):
        log_odds += added[field]
        state = _state({what: compared[name] for what, name in fields[field].items()})
        steps.append(Step(field, state, added[field], log_odds, _probability(log_odds)))
    return Waterfall(float(intercept), tuple(steps))


def _state(told: Mapping[str, float]) -> str:
    if not any(told.values()):
        return SILENT
    if told.get("swapped", 0) > 0:
        return SWAPPED
    measures = [value for what, value in told.items() if what not in _FLAGS]
    if told["equal"] == 1 if "equal" in told else measures and min(measures) >= 1:
        return AGREES
    return ALIKE if max(measures, default=0) >= _LEAST_ALIKE else DIFFERS


def _probability(log_odds: float) -> float:
    return 1 / (1 + exp(-log_odds)) if log_odds > -700 else 0.0


def explain(waterfall: Waterfall, threshold: float = 0.5) -> str:
    """Why these two met or stayed apart, in one sentence without any value.

    Named are the largest fields that make up two thirds of what speaks for the answer, and of what
    speaks against it where that is at least a tenth; at most three of each.

    Args:
        waterfall: From ``build_waterfall``.
        threshold: Probability from which two records meet.

    Example:
        >>> weights = {"email: equal": 5.0, "name: equal": 4.0, "street: told": -1.5}
        >>> explain(build_waterfall(-4.0, weights, {"email: equal": 1, "name: equal": 1, "street: told": 1}))
        'These two met mostly because email and name agree; street speaks against it: 97 %.'
    """
    speaks_for = [step for step in waterfall.steps if step.contribution > 0]
    against = [step for step in waterfall.steps if step.contribution < 0]
    if waterfall.probability >= threshold:
        reason = "although no field speaks for it"
        if speaks_for:
            reason = f"mostly because {_because(_largest(speaks_for))}"
        told = f"These two met {reason}"
        beside = _speaking(_worth_naming(against, speaks_for), "against it")
    else:
        reason = "because too little speaks for it" if speaks_for else "because no field speaks for it"
        if against:
            reason = f"mostly because of {_named(_largest(against))}"
        told = f"These two stayed apart {reason}"
        beside = _speaking(_worth_naming(speaks_for, against), "for a match")
    return f"{told}{'; ' + beside if beside else ''}: {_percent(waterfall.probability)}."


def _largest(steps: Sequence[Step]) -> list[Step]:
    whole, so_far, named = sum(abs(step.contribution) for step in steps), 0.0, []
    for step in steps[:_MOST_NAMED]:
        named.append(step)
        so_far += abs(step.contribution)
        if so_far >= _MOSTLY * whole:
            break
    return named


def _worth_naming(steps: Sequence[Step], others: Sequence[Step]) -> list[Step]:
    mine, theirs = (sum(abs(step.contribution) for step in side) for side in (steps, others))
    return _largest(steps) if mine >= _WORTH_NAMING * theirs else []


def _named(steps: Sequence[Step]) -> str:
    return _listed([printable(step.field) for step in steps])


def _listed(texts: Sequence[str]) -> str:
    return f"{', '.join(texts[:-1])} and {texts[-1]}" if len(texts) > 1 else texts[0]


def _speaking(steps: Sequence[Step], where: str) -> str:
    return f"{_named(steps)} speak{'' if len(steps) > 1 else 's'} {where}" if steps else ""


def _because(steps: Sequence[Step]) -> str:
    """Fields by how they stand: email and name agree, street is alike."""
    verbs = {
        AGREES: ("agrees", "agree"),
        ALIKE: ("is alike", "are alike"),
        SWAPPED: ("are swapped", "are swapped"),
        DIFFERS: ("speaks for it", "speak for it"),
    }
    told = []
    for state, (one, many) in verbs.items():
        if here := [step for step in steps if step.state == state]:
            told.append(f"{_named(here)} {many if len(here) > 1 else one}")
    return _listed(told)


def _percent(probability: float) -> str:
    if probability > 0.995:
        return "over 99 %"
    return "under 1 %" if probability < 0.005 else f"{100 * probability:.0f} %"


def _fine_percent(probability: float) -> str:
    """Two digits of what is left to 0 or to 1: 0.025 %, 43 %, 99.8 %."""
    far = min(probability, 1 - probability)
    digits = min(4, max(0, 1 - floor(log10(100 * far)))) if far > 0 else 4
    return f"{float(f'{100 * probability:.{digits}f}'):g} %"


def figure(waterfall: Waterfall, threshold: float = 0.5) -> Axes:
    """Bars from the start to the final probability, one a field; beyond ten, the smallest as one.

    The axis is in log-odds, where bars add up, and is labelled with probabilities. Blue bars go
    right and multiply the odds, vermilion bars go left and divide them.

    Args:
        waterfall: From ``build_waterfall``.
        threshold: Probability from which two records meet, between 0 and 1; a dashed line.

    Returns:
        Axes of a figure of their own.
    """
    import matplotlib.pyplot as plt

    bars = _bars(waterfall)
    start, end, cut = waterfall.start_log_odds, waterfall.log_odds, log(threshold / (1 - threshold))
    rows = len(bars) + 2
    style: Any = {"font.size": 10.5, "axes.edgecolor": _SOFT, "axes.labelcolor": _SOFT, "grid.color": _PALE}
    with plt.style.context("seaborn-v0_8-whitegrid"), plt.rc_context(style):
        drawn, axes = plt.subplots(figsize=(8.6, 1.6 + 0.36 * rows), dpi=150, layout="constrained")
    title = textwrap.fill(explain(waterfall, threshold).replace(" %", "\N{NO-BREAK SPACE}%"), 76)
    drawn.suptitle(title, x=0.01, ha="left", fontsize=12.5, fontweight="bold", color=_INK)

    _place_axis(axes, [start, cut, *(after for _, _, after in bars)])
    axes.set_ylim(rows - 0.4, -1.0)
    axes.axvline(cut, color=_SOFT, linestyle="--", linewidth=1)
    is_left = cut < sum(axes.get_xlim()) / 2
    _write(axes, "from here on two records meet", cut, -0.65, is_left, _SOFT)
    axes.plot(start, 0, "o", color=_SOFT, markersize=7)
    for place, (_, contribution, after) in enumerate(bars, start=1):
        before, colour = after - contribution, _FOR if contribution > 0 else _AGAINST
        axes.barh(place, contribution, left=before, height=_THICK, color=colour, zorder=2)
        _tie(axes, before, place - 1, place - _THICK / 2)
        _write(axes, _times(contribution), after, place, contribution > 0, colour)
    _tie(axes, end, rows - 2, rows - 1)
    axes.barh(rows - 1, end - start, left=start, height=0.16, color=_SOFT, zorder=2)
    axes.plot(end, rows - 1, "D", color=_INK, markersize=8, zorder=3)

    axes.set_yticks(range(rows), ["before any field", *(name for name, _, _ in bars), "these two"])
    beside = axes.twinx()
    beside.set_ylim(axes.get_ylim())
    after_each = [start, *(after for _, _, after in bars), end]
    beside.set_yticks(range(rows), [_fine_percent(_probability(odds)) for odds in after_each])
    for side in (axes, beside):
        side.spines[["top", "right"]].set_visible(False)
        side.tick_params(labelsize=9.5, colors=_SOFT, length=0)
        side.grid(axis="y", visible=False)
    silent = ", ".join(printable(step.field) for step in waterfall.steps if step.state == SILENT)
    note = f"\nnot told by both: {_shortened(silent, 90)}" if silent else ""
    axes.set_xlabel(f"probability of being one person (×, ÷: what a field does to the odds){note}")
    return axes


def _place_axis(axes: Axes, shown: Sequence[float]) -> None:
    """An axis of log-odds with room for labels, marked with probabilities."""
    room = max(1.0, 0.13 * (max(shown) - min(shown)))
    low, high = min(shown) - room, max(shown) + room
    axes.set_xlim(low, high)
    for ticks in (_TICKS, sorted((*_TICKS, *_MORE_TICKS))):
        seen = [tick for tick in ticks if low <= log(tick / (1 - tick)) <= high]
        axes.set_xticks([log(tick / (1 - tick)) for tick in seen], [_fine_percent(tick) for tick in seen])
        if len(seen) >= 4:
            break


def _tie(axes: Axes, x: float, row: int, end: float) -> None:
    """A thin line from the lower edge of a row's bar, or from the dot of the first row."""
    axes.plot([x, x], [row + (_THICK / 2 if row else 0), end], color=_SOFT, linewidth=0.8)


def _write(axes: Axes, text: str, x: float, y: float, is_right: bool, colour: str) -> None:
    """A text beside a point, on white so that no line runs through it."""
    axes.annotate(
        text,
        (x, y),
        xytext=(5 if is_right else -5, 0),
        textcoords="offset points",
        ha="left" if is_right else "right",
        va="center",
        color=colour,
        fontsize=9.5,
        bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.8},
    )


def _bars(waterfall: Waterfall) -> list[tuple[str, float, float]]:
    """Label, contribution and log-odds after it; the fields that say nothing left out."""
    steps = [step for step in waterfall.steps if step.contribution != 0]
    alone = steps if len(steps) <= _MOST_BARS else steps[: _MOST_BARS - 1]
    bars = [
        (f"{_shortened(printable(step.field), 28)} {step.state}", step.contribution, step.log_odds)
        for step in alone
    ]
    if rest := steps[len(alone) :]:
        bars.append((f"{len(rest)} others", rest[-1].log_odds - alone[-1].log_odds, rest[-1].log_odds))
    return bars


def _shortened(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}…"


def _times(contribution: float) -> str:
    times = exp(min(abs(contribution), 60))
    text = f"{times:,.0f}" if times >= 10 else f"{times:.1f}"
    return f"{'×' if contribution > 0 else '÷'}{text}"
