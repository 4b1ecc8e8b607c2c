"""What a business is after, as ``business.yml`` says it: goals, figures, owners, grain, calendar.

Context: a figure that serves no goal is looked at by nobody, and the same data make another report
for a business that sells to firms. Choice: one file an environment; without a goal nothing runs.
Given up: goals that change within a run.
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import MISSING, Field, dataclass, field, fields, replace
from datetime import date
from typing import Any

from .calendar import BusinessCalendar

GRAINS = ("person", "account")
DATA_CLASSES = (
    "transactional", "marketing", "social", "demographic", "support", "consent", "inventory", "sensor",
)  # fmt: skip
# The four without which a picture of the customer has a hole (see CONTRIBUTING).
EXPECTED_CLASSES = ("transactional", "marketing", "social", "demographic")
# The figures of a week that a goal may be measured by, each with the tables it is worked out from.
FIGURE_TABLES: dict[str, tuple[str, ...]] = {
    "touches": ("journey_touches",),
    "active persons": ("journey_touches",),
    "conversions": ("outcomes",),
    "revenue": ("orders", "people"),
    "spend": ("spend",),
    "conversion rate": ("journeys",),
    "rejected share": ("source_files",),
}
FIGURES = tuple(FIGURE_TABLES)
# Where on a journey a figure is moved: the rungs of the ladder, which the touchpoint map's stages are, too.
STAGES = ("connection", "contact", "subscriber", "relationship", "customer", "repeat")


@dataclass(frozen=True)
class Kpi:
    """One figure the business watches.

    Attributes:
        goal: Name of the goal that it serves.
        figure: Which figure of the weekly report it is.
        owner: Who answers for it: a role, never a person's name.
        stage: Where on the journey it is moved: one of ``STAGES``.
        action: What is done when it moves, in one sentence; empty: nobody has said.
        target: What it should be in a week, in the figure's own unit; None: not set.
        at_least: Whether more is better.
    """

    goal: str
    figure: str
    owner: str
    stage: str
    action: str = ""
    target: float | None = None
    at_least: bool = True


@dataclass(frozen=True)
class KnownEvent:
    """Something known beforehand that moves figures: a sale, a holiday, a strike.

    Attributes:
        name: What it is.
        first_date: Its first day.
        last_date: Its last.
    """

    name: str
    first_date: date
    last_date: date


@dataclass(frozen=True)
class Business:
    """What one environment is run for.

    Attributes:
        name: What the business is called in reports.
        goals: Goal's name -> one sentence. Empty: nothing runs.
        grain: ``person`` (sells to people) or ``account`` (sells to firms, persons roll up).
        kpis: Figure's name -> goal, figure, owner, stage, action, target.
        calendar: How weeks are counted.
        events: What is known to move figures: name, first_date, last_date.
        expected_data_classes: Classes of data without which a warning is given.
    """

    name: str
    goals: Mapping[str, str]
    grain: str = "person"
    kpis: Mapping[str, Any] = field(default_factory=dict)
    calendar: Any = field(default_factory=dict)
    events: tuple[Any, ...] = ()
    expected_data_classes: tuple[str, ...] = EXPECTED_CLASSES

    def __post_init__(self) -> None:
        if self.grain not in GRAINS:
            raise ValueError(f"business.grain is '{self.grain}'; known are {', '.join(GRAINS)}")
        goals = {str(name): " ".join(str(said or "").split()) for name, said in (self.goals or {}).items()}
        for name, said in goals.items():
            if not said:
                raise ValueError(f"business.goals.{name} is empty; say it in one sentence")
        kpis = {str(name): _kpi(str(name), said, goals) for name, said in (self.kpis or {}).items()}
        expected = tuple(self.expected_data_classes or ())
        for one in expected:
            if one not in DATA_CLASSES:
                raise ValueError(
                    f"business.expected_data_classes names '{one}'; known are {', '.join(DATA_CLASSES)}"
                )
        object.__setattr__(self, "goals", goals)
        object.__setattr__(self, "kpis", kpis)
        object.__setattr__(self, "calendar", _calendar(self.calendar))
        object.__setattr__(self, "events", tuple(_event(one) for one in self.events or ()))
        object.__setattr__(self, "expected_data_classes", expected)

    @property
    def unwatched_goals(self) -> list[str]:
        """Names of the goals that no figure measures, in the order in which they are said.

        Example:
            >>> Business(name="a shop", goals={"come_back": "Who has bought comes back."}).unwatched_goals
            ['come_back']
        """
        watched = {kpi.goal for kpi in self.kpis.values()}
        return [name for name in self.goals if name not in watched]

    def events_between(self, first: date, last: date) -> list[KnownEvent]:
        """Known events that touch a span of days, both ends included, in time order."""
        touching = [one for one in self.events if one.first_date <= last and one.last_date >= first]
        return sorted(touching, key=lambda one: (one.first_date, one.name))


def _kpi(name: str, said: Any, goals: Mapping[str, str]) -> Kpi:
    if isinstance(said, Kpi):
        return said
    kpi = _made(f"business.kpis.{name}", Kpi, said)
    if kpi.goal not in goals:
        raise ValueError(f"business.kpis.{name} serves '{kpi.goal}', which is no goal; {_known(goals)}")
    if kpi.figure not in FIGURES:
        raise ValueError(f"business.kpis.{name} names no figure of a week; {_near(kpi.figure)}")
    if kpi.target is not None and (isinstance(kpi.target, bool) or not isinstance(kpi.target, int | float)):
        raise ValueError(f"business.kpis.{name}.target is no number")
    if not isinstance(kpi.at_least, bool):
        raise ValueError(f"business.kpis.{name}.at_least is neither true nor false")
    if not kpi.owner:
        raise ValueError(f"business.kpis.{name} has no owner; name a role")
    if kpi.stage not in STAGES:
        raise ValueError(f"business.kpis.{name} has no stage of a journey; known are {', '.join(STAGES)}")
    if not isinstance(kpi.action, str):
        raise ValueError(f"business.kpis.{name}.action is no text; say in one sentence what is done")
    return replace(kpi, action=" ".join(kpi.action.split()))


def _calendar(said: Any) -> BusinessCalendar:
    if isinstance(said, BusinessCalendar):
        return said
    return _made("business.calendar", BusinessCalendar, said or {})


def _event(said: Any) -> KnownEvent:
    if isinstance(said, KnownEvent):
        return said
    event = _made("business.events", KnownEvent, said)
    try:
        days = [
            one if isinstance(one, date) else date.fromisoformat(str(one))
            for one in (event.first_date, event.last_date)
        ]
    except ValueError:
        raise ValueError("business.events has a day that is no day; write it as in 2025-03-01") from None
    if days[0] > days[1]:
        raise ValueError(f"business.events: '{event.name}' ends before it begins")
    return KnownEvent(event.name, *days)


def _made(place: str, kind: type[Any], said: Any) -> Any:
    if not isinstance(said, Mapping):
        raise ValueError(f"{place} holds {', '.join(one.name for one in fields(kind))}")
    known = [one.name for one in fields(kind)]
    for name in said:
        if name not in known:
            near = difflib.get_close_matches(str(name), known, 1)
            raise ValueError(
                f"{place} says '{name}', which is not known"
                + (f"; did you mean '{near[0]}'?" if near else f"; known are {', '.join(known)}")
            )
    if missing := [one.name for one in fields(kind) if _is_needed(one) and one.name not in said]:
        raise ValueError(f"{place} does not say {' and '.join(missing)}")
    return kind(**said)


def _is_needed(one: Field[Any]) -> bool:
    return one.default is MISSING and one.default_factory is MISSING


def _near(figure: Any) -> str:
    near = difflib.get_close_matches(str(figure), FIGURES, 1)
    return (f"did you mean '{near[0]}'? " if near else "") + f"known are {', '.join(FIGURES)}"


def _known(goals: Mapping[str, str]) -> str:
    return f"goals are {', '.join(sorted(goals))}" if goals else "there is no goal"
