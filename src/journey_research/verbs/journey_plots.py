"""Pictures of a user's events; interactive in a notebook, static for a report.

Context: a notebook wants to be pointed at, a report wants the same bytes. Choice: every picture is a
figure of the reports stage from the answer to one question; some have a twin that tells its numbers under
the pointer. Without plotly, or outside a notebook, the static one is drawn. Given up: a picture that
cannot be had as a table.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from journey_research.errors import UserError
from journey_research.pipelines.journeys.histories.following import measure_transitions
from journey_research.pipelines.reports import (
    graph_figures,
    history_figures,
    person_figures,
    sankey_figures,
    step_figures,
)

from .journey_questions import DAY_US, Questions
from .journey_sides import Diff, part_sides

if TYPE_CHECKING:
    from datetime import timedelta

    from matplotlib.axes import Axes

    from .journey_questions import Per

DAYS_DRAWN = 60


class Plots(Questions):
    """Events that can be drawn; matplotlib's Axes, or plotly's Figure where it is interactive.

    Every method takes ``diff``, see ``part_sides``: what is drawn is then the difference of two groups with
    its interval, and what may be chance is grey. ``interactive``: True, False, or None: in a notebook that
    has plotly.

    Example:
        >>> from journey_research.verbs.journeys import journeys
        >>> events = pd.DataFrame({"who": ["a", "a"], "what": ["look", "buy"], "day": ["2025-01-01"] * 2})
        >>> found = journeys(events, person="who", time="day", event="what")
        >>> found.plot_funnel(["look", "buy"]).get_xlabel()
        'share of those at the first stage (95 %)'
    """

    def plot_funnel(
        self,
        stages: Sequence[Any],
        *,
        diff: Diff | None = None,
        interactive: bool | None = None,
        **options: Any,
    ) -> Any:
        """Persons at each stage, with intervals.

        Args:
            stages: Events, in order.
            diff: Two groups.
            interactive: Whether it can be pointed at.
            options: ``mode, window, exclude, per`` of ``funnel``.
        """
        told = self.funnel(stages, diff=diff, **options)
        draw = _twin("funnel", interactive)
        return draw(told) if diff is None else draw(told, names=self._names(diff))

    def plot_steps(
        self,
        n_steps: int | None = None,
        *,
        centre: Any = None,
        per: Per = None,
        diff: Diff | None = None,
        interactive: bool | None = None,
    ) -> Any:
        """The step matrix as a heat map.

        Args:
            n_steps: Steps from the first on, or to either side of the centre (then 3).
            centre: Event whose first occurrence is step 0.
            per: ``"session"``: sessions instead of persons.
            diff: Two groups.
            interactive: Whether it can be pointed at.
        """
        if centre is None:
            told = self.at_steps(n_steps, per=per, diff=diff)
        else:
            told = self.centred(centre, n_steps or 3, n_steps or 3, per=per, diff=diff)
        draw = _twin("step_matrix", interactive)
        return draw(told) if diff is None else draw(told, names=self._names(diff))

    def plot_graph(
        self,
        min_share: float = 0.05,
        *,
        per: Per = None,
        diff: Diff | None = None,
        interactive: bool | None = None,
    ) -> Any:
        """What follows what, as a graph.

        Args:
            min_share: Share of persons who go a way, at least, for it to be drawn.
            per: ``"session"``: only inside sessions.
            diff: Two groups.
            interactive: Whether it can be pointed at.
        """
        if not 0 <= min_share <= 1:
            raise UserError(f"min_share is {min_share}; it is a share, 0 to 1")
        draw = _twin("transition_graph", interactive)
        if diff is None:
            return draw(self.follows(per=per), min_share=min_share)
        return draw(
            measure_transitions(part_sides(self, diff).steps, per=per),
            compared=self.follows(per=per, diff=diff),
            event_shares=self.event_shares(diff=diff),
            names=self._names(diff),
            min_share=min_share,
        )

    def plot_sankey(
        self,
        n_steps: int = 5,
        *,
        most_events: int = 9,
        per: Per = None,
        diff: Diff | None = None,
        interactive: bool | None = None,
    ) -> Any:
        """Where histories go in their first steps.

        Args:
            n_steps: Steps, at least 2.
            most_events: Events drawn by name; all others are one.
            per: ``"session"``: sessions instead of persons.
            diff: Two groups.
            interactive: Whether it can be pointed at.
        """
        told = self.flows(n_steps, most_events=most_events, per=per, diff=diff)
        draw = _twin("sankey", interactive)
        return draw(told) if diff is None else draw(told, names=self._names(diff))

    def plot_retention(self, unit: str | timedelta = "week", *, diff: Diff | None = None) -> Axes:
        """Cohorts as a heat map; hatched where it is too early to say.

        Args:
            unit: ``"day"``, ``"week"`` or a length.
            diff: Two groups.
        """
        told = self.retention(unit, diff=diff)
        name = unit if unit in ("day", "week") else "period"
        if diff is None:
            return history_figures.cohorts(told, str(name))
        return history_figures.cohorts_difference(told, self._names(diff), str(name))

    def plot_time_to(self, event: Any, *, within_days: float | None = None, diff: Diff | None = None) -> Axes:
        """By when persons have done something, with its band.

        Args:
            event: What they do.
            within_days: Days drawn; without it, as long as persons were watched.
            diff: Two groups.
        """
        grid = _days_drawn((self.ends_us - self._starts_us) / DAY_US if within_days is None else within_days)
        if diff is None:
            curve = self.time_to(event, at_days=grid)
            return history_figures.waiting(curve, self.median_time_to(event), str(event))
        sides = part_sides(self, diff)
        curves = sides.asked(lambda side: side.time_to(event, at_days=grid))
        both = tuple(told.reset_index(drop=True) for _, told in curves.groupby("group"))
        compared = self.time_to(event, at_days=grid, diff=diff)
        return history_figures.waiting_difference((both[0], both[1]), compared, sides.names, str(event))

    def plot_variants(self, most: int = 10, *, diff: Diff | None = None) -> Axes:
        """The commonest whole histories.

        Args:
            most: Histories drawn.
            diff: Two groups.
        """
        told = self.variant_shares(most, diff=diff)
        if diff is None:
            return history_figures.variants(told)
        return history_figures.variants_difference(told, self._names(diff))

    def plot_reach(self, most: int = 15, *, diff: Diff | None = None) -> Axes:
        """How many persons have exactly which events.

        Args:
            most: Sets drawn, the commonest.
            diff: Two groups.
        """
        told = self.reach_sets(diff=diff)
        if diff is None:
            return history_figures.reach(told, most)
        return history_figures.reach_difference(told, self._names(diff), most)

    def plot_person(self, person: Any) -> Axes:
        """One person's events over time, a line per event.

        Args:
            person: As ``persons`` spells it.

        Raises:
            UserError: There is no such person.
        """
        told = self.where([str(person)]).steps.to_arrow().to_pandas()
        at = pd.to_datetime(told["happened_at"], unit="us").astype("datetime64[us]")
        happened = pd.DataFrame({"happened_at": at, "channel": told["event"], "action": "event"})
        return person_figures.timeline(
            happened.assign(happening="touch", amount=None), ("event", "events"), ("kind", "kinds")
        )

    @property
    def _starts_us(self) -> int:
        return int(self._ordered["happened_at"].to_numpy().min())

    def _names(self, diff: Diff) -> tuple[str, str]:
        return part_sides(self, diff).names


def _days_drawn(last: float) -> list[float]:
    """Days at which a curve is drawn: the first hours decide much, and the last months little."""
    even = np.linspace(0, last, DAYS_DRAWN + 1)[:-1]
    early = np.geomspace(last / 10_000, last, DAYS_DRAWN)[:-1] if last > 0 else even
    return [*np.unique(np.concatenate([even, early]).round(6)).tolist(), last] if last > 0 else [0.0]


def _twin(name: str, interactive: bool | None) -> Any:
    """The function that draws, static or interactive, with or without a difference."""
    rooms: dict[str, Any] = {
        "funnel": history_figures,
        "step_matrix": step_figures,
        "transition_graph": graph_figures,
        "sankey": sankey_figures,
    }
    room = rooms[name]
    if wants_interactive(interactive):
        from journey_research.pipelines.reports import interactive_figures

        room = interactive_figures

    def draw(*told: Any, **options: Any) -> Any:
        return getattr(room, f"{name}_difference" if "names" in options else name)(*told, **options)

    return draw


def wants_interactive(asked: bool | None) -> bool:
    """Whether a picture is to be interactive.

    Args:
        asked: What the caller says; None: where it can be.

    Returns:
        True or False.

    Raises:
        UserError: It is wanted, and plotly is not installed.

    Example:
        >>> wants_interactive(False), wants_interactive(None)
        (False, False)
    """
    from importlib.util import find_spec

    if asked and find_spec("plotly") is None:
        raise UserError("plotly is not installed", do="pip install 'journey_research[workbench]'")
    return bool(asked) if asked is not None else _in_notebook() and find_spec("plotly") is not None


def _in_notebook() -> bool:
    import sys

    shell = sys.modules.get("IPython")
    found = shell.get_ipython() if shell is not None else None
    return found is not None and type(found).__name__ == "ZMQInteractiveShell"
