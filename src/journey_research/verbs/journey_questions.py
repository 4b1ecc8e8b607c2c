"""What can be asked of a user's events; every answer is a table with intervals by person.

Context: one who has a table of events asks what the stage asks of a run's touches. Choice: each method
is the stage's function on these events, with names instead of numbers, and ``diff=`` asks both groups
the same and compares. Given up: answers for more than two groups at once.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Literal

import pandas as pd

from journey_research.errors import UserError
from journey_research.pipelines.journeys.histories import differences, following, sequences, waiting
from journey_research.pipelines.journeys.histories.flows import early_events, step_flows
from journey_research.pipelines.journeys.histories.funnels import Mode, compare_funnels, funnel
from journey_research.pipelines.journeys.histories.reach import event_sets, rank_reach
from journey_research.pipelines.journeys.histories.retention import WEEK_US, measure_retention
from journey_research.pipelines.journeys.histories.step_matrices import step_matrix
from journey_research.pipelines.journeys.intervals import wilson_interval

from .durations import length_in_us
from .event_editing import EditedEvents
from .found_events import FoundEvents
from .journey_sides import FIRST, SECOND, Diff, part_sides

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import timedelta

Per = Literal["session"] | None
DAY_US = 86_400_000_000


class Questions(EditedEvents):
    """Events that can be asked.

    Every method takes ``diff``, see ``part_sides``: the answer is then one row per cell with
    ``first_share, second_share, difference, low, high, p_value, q_value``, the first less the second;
    ``q_value`` is adjusted for the number of cells. Unless said otherwise, a history is all events of a
    person; with ``per="session"`` it is one session, and intervals are still by person.

    Example:
        >>> from journey_research.verbs.journeys import journeys
        >>> events = pd.DataFrame({"who": ["a", "a"], "what": ["look", "buy"], "day": ["2025-01-01"] * 2})
        >>> found = journeys(events, person="who", time="day", event="what")
        >>> found.funnel(["look", "buy"])[["stage", "n"]].values.tolist()
        [['look', 1], ['buy', 1]]
    """

    def funnel(
        self,
        stages: Sequence[Any],
        *,
        mode: Mode = "ordered",
        window: str | timedelta | None = None,
        exclude: Sequence[Any] = (),
        per: Per = None,
        diff: Diff | None = None,
    ) -> pd.DataFrame:
        """Persons who reach each stage, in the order of the stages.

        Args:
            stages: Events, in order.
            mode: ``"ordered"``: each some time after the one before; ``"strict"``: each the very next
                event; ``"any"``: in whatever order.
            window: Longest time from the first to the last, ``"30m"``, ``"7d"``; without it, any.
            exclude: Events that may not lie between.
            per: ``"session"``: the whole way in one session.
            diff: Two groups, whose shares of those at the first stage are compared.

        Returns:
            What ``funnel`` of the stage returns; with ``diff`` what ``compare_funnels`` returns.

        Raises:
            UserError: No event is called like a stage, or the options contradict each other.
        """
        told, left_out = [str(stage) for stage in stages], [str(event) for event in exclude]
        window_us = None if window is None else length_in_us(window, "window")

        def ask(side: FoundEvents) -> pd.DataFrame:
            return funnel(side.steps, told, mode=mode, window_us=window_us, exclude=left_out, per=per)

        with _mendable():
            if diff is None:
                self.need_events(told)
                return ask(self)
            sides = part_sides(self, diff)
            sides.need_events(told)
            return compare_funnels(sides.asked(ask), FIRST, SECOND)

    def at_steps(
        self, n_steps: int | None = None, *, per: Per = None, diff: Diff | None = None
    ) -> pd.DataFrame:
        """The share of histories that have each event at each step; a null event: they are over.

        Args:
            n_steps: Steps from the first on; without it, as many as the step matrix has.
            per: ``"session"``: sessions instead of persons.
            diff: Two groups that are compared.

        Returns:
            One row per step and event, see ``step_matrix`` of the stage.

        Raises:
            UserError: ``n_steps`` is less than 1.
        """

        def ask(side: FoundEvents) -> pd.DataFrame:
            return step_matrix(side.steps, n_steps=n_steps or self._n_steps, per=per)

        return self._shares(ask, diff, ["step", "event"], within=["step"])

    def centred(
        self, event: Any, before: int = 3, after: int = 3, *, per: Per = None, diff: Diff | None = None
    ) -> pd.DataFrame:
        """What comes before an event and after it, step by step, at its first occurrence.

        Args:
            event: Step 0; histories without it are left out.
            before: Steps before it.
            after: Steps after it.
            per: ``"session"``: sessions instead of persons.
            diff: Two groups that are compared.

        Returns:
            One row per step and event; a null event: not begun yet, or over.

        Raises:
            UserError: No event is called that, or ``before`` or ``after`` is below 0.
        """
        if min(before, after) < 0:
            raise UserError("before and after are at least 0")

        def ask(side: FoundEvents) -> pd.DataFrame:
            told = step_matrix(side.steps, n_steps=max(before, after, 1), centre=str(event), per=per)
            return told[told["step"].between(-before, after)].reset_index(drop=True)

        self._need_in([str(event)], diff)
        return self._shares(ask, diff, ["step", "event"], within=["step"])

    def follows(self, *, per: Per = None, diff: Diff | None = None) -> pd.DataFrame:
        """What directly follows what, how often, and after how long.

        Args:
            per: ``"session"``: only inside sessions.
            diff: Two groups whose shares of what follows an event are compared.

        Returns:
            One row per pair, see ``measure_transitions`` of the stage; null is a start or an end.
        """

        def ask(side: FoundEvents) -> pd.DataFrame:
            return following.measure_transitions(side.steps, per=per)

        return self._shares(ask, diff, ["from_event", "to_event"], within=["from_event"])

    def event_shares(self, *, diff: Diff | None = None) -> pd.DataFrame:
        """The share of persons who ever do each event.

        Args:
            diff: Two groups that are compared.

        Returns:
            One row per event: ``event, n, n_all, share, low, high`` and more.
        """

        def ask(side: FoundEvents) -> pd.DataFrame:
            return following.share_persons(following.measure_transitions(side.steps))

        return self._shares(ask, diff, ["event"], within=[])

    def flows(
        self, n_steps: int = 5, *, most_events: int = 9, per: Per = None, diff: Diff | None = None
    ) -> pd.DataFrame:
        """Where histories go at each of their first steps.

        Args:
            n_steps: Steps, at least 2.
            most_events: Events told by name, the commonest of these steps; all others are one.
            per: ``"session"``: sessions instead of persons.
            diff: Two groups that are compared.

        Returns:
            One row per step and pair, see ``step_flows`` of the stage; a null ``to_event``: over.

        Raises:
            UserError: ``n_steps`` is less than 2.
        """
        whole = self.steps if diff is None else part_sides(self, diff).steps
        with _mendable():
            kept = early_events(whole, n_steps=n_steps, most=most_events, per=per)

        def ask(side: FoundEvents) -> pd.DataFrame:
            return step_flows(side.steps, n_steps=n_steps, kept=kept, per=per)

        return self._shares(ask, diff, ["step", "from_event", "to_event"], within=[])

    def entries_and_exits(self, *, per: Per = None, diff: Diff | None = None) -> pd.DataFrame:
        """The events that histories begin and end with.

        Args:
            per: ``"session"``: sessions instead of persons.
            diff: Two groups that are compared.

        Returns:
            One row per edge (``entry``, ``exit``) and event, see ``edge_shares`` of the stage.
        """

        def ask(side: FoundEvents) -> pd.DataFrame:
            return following.edge_shares(side.steps, per=per)

        return self._shares(ask, diff, ["edge", "event"], within=["edge"])

    def time_to(
        self,
        event: Any,
        *,
        at_days: Sequence[float] = (0, 1, 7, 14, 28, 56, 84),
        diff: Diff | None = None,
    ) -> pd.DataFrame:
        """By when persons have done something for the first time, since their first event.

        Whoever has not done it by the end of the data counts as watched until then, not as never.

        Args:
            event: What they do.
            at_days: Days since the first event that are told.
            diff: Two groups that are compared.

        Returns:
            One row per day up to which somebody was watched, see ``time_to_event`` of the stage.

        Raises:
            UserError: No event is called that.
        """
        self._need_in([str(event)], diff)

        def ask(side: FoundEvents) -> pd.DataFrame:
            return waiting.time_to_event(side.steps, str(event), at_days=at_days, ends_us=side.ends_us)[0]

        return self._shares(ask, diff, ["days"])

    def median_time_to(self, event: Any, *, diff: Diff | None = None) -> pd.DataFrame:
        """By when half of the persons have done something, null where fewer than half do.

        Args:
            event: What they do.
            diff: Two groups that are compared.

        Returns:
            One row: ``n`` who have done it, ``n_all, median_days, median_low_days, median_high_days``.
            With ``diff``: ``first, second, difference, low, high`` in days; no row where one is null.

        Raises:
            UserError: No event is called that.
        """
        self._need_in([str(event)], diff)

        def ask(side: FoundEvents) -> pd.DataFrame:
            return waiting.time_to_event(side.steps, str(event), ends_us=side.ends_us)[1]

        if diff is None:
            return ask(self)
        told = part_sides(self, diff).asked(ask).assign(event=str(event))
        middle, low, high = waiting.MEDIANS
        return differences.compare_figures(told, FIRST, SECOND, ["event"], (middle, low, high))

    def retention(self, unit: str | timedelta = "week", *, diff: Diff | None = None) -> pd.DataFrame:
        """Of those who came first in one period, who is still active in the periods after.

        Args:
            unit: ``"day"``, ``"week"`` (from Monday), or a length, ``"28d"``; UTC.
            diff: Two groups whose cohorts are compared.

        Returns:
            One row per cohort and age, see ``measure_retention`` of the stage.

        Raises:
            UserError: The unit is no length of time.
        """
        named_lengths = {"day": DAY_US, "week": WEEK_US}
        period_us = (
            named_lengths[unit]
            if isinstance(unit, str) and unit in named_lengths
            else length_in_us(unit, "unit")
        )

        def ask(side: FoundEvents) -> pd.DataFrame:
            return measure_retention(side.steps, ends_us=side.ends_us, period_us=period_us)

        return self._shares(ask, diff, ["cohort_at", "age"])

    def sequences(self, *, per: Per = None, **rule: Any) -> pd.DataFrame:
        """The commonest sequences of events, and the share of histories that hold them.

        Args:
            per: ``"session"``: sessions instead of persons.
            rule: Fields of ``SequenceRule``: ``min_share, max_events, contiguous`` and more.

        Returns:
            One row per sequence, the commonest first, see ``sequence_shares`` of the stage.

        Raises:
            UserError: The rule is none.
        """
        with _mendable():
            return sequences.sequence_shares(self.steps, sequences.SequenceRule(**rule), per=per)

    def telling(self, diff: Diff, *, per: Per = None, **rule: Any) -> pd.DataFrame:
        """The sequences that tell two groups apart, the surest first; no causes.

        Args:
            diff: The two groups.
            per: ``"session"``: sessions instead of persons.
            rule: Fields of ``SequenceRule``.

        Returns:
            One row per sequence, see ``telling_sequences`` of the stage.

        Raises:
            UserError: The rule is none, or the groups are none.
        """
        steps = part_sides(self, diff).steps
        with _mendable():
            told = sequences.SequenceRule(**rule)
            return sequences.telling_sequences(steps, FIRST, SECOND, told, by="group", per=per)

    def variant_shares(self, most: int = 10, *, diff: Diff | None = None) -> pd.DataFrame:
        """The commonest whole histories and the share of persons who have them.

        Args:
            most: Variants told, the commonest of all (of both groups together) first.
            diff: Two groups that are compared.

        Returns:
            One row per variant: ``path, n, n_all, n_persons, share, low, high, n_worth`` (Wilson, 95 %).
        """
        both = [self] if diff is None else [*_both(self, diff)]
        counted = pd.concat([side.variants for side in both]).groupby("path")["persons"].sum()
        top = counted.sort_values(ascending=False, kind="stable").index[:most]

        def ask(side: FoundEvents) -> pd.DataFrame:
            n = side.variants.set_index("path")["persons"].reindex(top, fill_value=0)
            told = pd.DataFrame({"path": list(top), "n": n.to_numpy("int64")})
            told = told.assign(n_all=len(side.persons), n_persons=len(side.persons))
            told["share"] = told["n"] / told["n_all"]
            ends = [wilson_interval(hits, len(side.persons)) for hits in told["n"].tolist()]
            told["low"], told["high"] = [low for low, _ in ends], [high for _, high in ends]
            return told.assign(n_worth=float(len(side.persons)))

        found = self._shares(ask, diff, ["path"], within=[])
        return found.set_index("path").loc[list(top)].reset_index()

    def reach(self) -> pd.DataFrame:
        """Events in the order of how many persons each adds to those before it.

        Returns:
            One row per event, see ``rank_reach`` of the stage.
        """
        return rank_reach(event_sets(self.steps))

    def reach_sets(self, *, diff: Diff | None = None) -> pd.DataFrame:
        """How many persons have exactly which events.

        Args:
            diff: Two groups that are compared.

        Returns:
            One row per set that somebody has, see ``event_sets`` of the stage.
        """

        def ask(side: FoundEvents) -> pd.DataFrame:
            return event_sets(side.steps)

        return self._shares(ask, diff, ["members"], within=[])

    def _need_in(self, names: Sequence[str], diff: Diff | None) -> None:
        if diff is None:
            self.need_events(names)
        else:
            part_sides(self, diff).need_events(names)

    def _shares(
        self,
        ask: Callable[[FoundEvents], pd.DataFrame],
        diff: Diff | None,
        keys: list[str],
        within: list[str] | None = None,
    ) -> pd.DataFrame:
        with _mendable():
            if diff is None:
                return ask(self)
            told = part_sides(self, diff).asked(ask)
            return differences.compare_shares(told, FIRST, SECOND, keys, within)


def _both(found: FoundEvents, diff: Diff) -> tuple[FoundEvents, FoundEvents]:
    sides = part_sides(found, diff)
    return sides.first, sides.second


@contextmanager
def _mendable() -> Iterator[None]:
    """What the stage refuses, the caller can mend."""
    import duckdb

    try:
        yield
    except duckdb.OutOfMemoryException:
        raise UserError("the answer does not fit into the memory given", do="give --memory more") from None
    except (ValueError, TypeError) as trouble:
        raise UserError(str(trouble)) from None
