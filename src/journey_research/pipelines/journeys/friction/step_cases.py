"""Cases, the steps in them, and what became of each case at each step."""

from __future__ import annotations

from typing import NamedTuple

import pandas as pd

from journey_research.engine import Table, run_sql
from journey_research.pipelines.journeys.rule import ORDER, JourneyRule

from .friction_rule import FrictionRule
from .processes import find_processes


class Steps(NamedTuple):
    """Tables that friction is read from; each is described in the SQL file of its name.

    Attributes:
        cases: One row per case that is over.
        case_steps: One row per case and kind of touch.
        step_touches: One row per touch.
        processes: One row per step of a process, as ``find_processes`` gives them.
    """

    cases: Table
    case_steps: Table
    step_touches: Table
    processes: Table


def gather_steps(
    journey_touches: Table,
    touches: Table,
    people: Table,
    outcomes: Table,
    order_sightings: Table,
    as_of: Table,
    journey_rule: JourneyRule,
    rule: FrictionRule,
) -> Steps:
    """Cases and their steps, and the processes that lead to the goal; arguments as of ``find_friction``."""
    by_journey = rule.case == "journey"
    actions = Table.from_pandas(pd.DataFrame({"action": list(rule.contact_actions)}, dtype="str"))
    step_touches = run_sql(
        "step_touches.sql",
        journey_touches=journey_touches,
        touches=touches,
        contact_actions=actions,
        case=rule.case,
        paged_action=rule.paged_action,
    )
    case_steps = _held(run_sql("case_steps.sql", step_touches=step_touches))
    cases = _held(
        run_sql(
            "cases.sql",
            journey_touches=journey_touches,
            people=people,
            outcomes=outcomes,
            order_sightings=order_sightings,
            as_of=as_of,
            case=rule.case,
            case_gap_us=journey_rule.max_gap_us if by_journey else journey_rule.session_gap_us,
            sees_orders=journey_rule.conversion_action == ORDER,
        )
    )
    together = run_sql(
        "steps_together.sql",
        case_steps=case_steps,
        cases=cases,
        least_cases=rule.least_cases,
        least_goal_share=rule.least_goal_share,
        least_lift=rule.least_lift,
    ).to_pandas()
    processes = find_processes(together, rule.contact_actions, rule.least_together_share)
    return Steps(cases, case_steps, step_touches, Table.from_pandas(processes))


def follow_cases(steps: Steps, processes: Table, as_of: Table, rule: FrictionRule) -> Table:
    """What became of each case at each step of these processes: left, waited, went back, came again, asked.

    Returns:
        One row per process, step and case that reaches it.
    """
    return run_sql(
        "step_cases.sql",
        case_steps=steps.case_steps,
        cases=steps.cases,
        process_steps=processes,
        as_of=as_of,
        repeat_us=rule.repeat_days * 86_400_000_000,
        switch_us=rule.switch_hours * 3_600_000_000,
    )


def _held(table: Table) -> Table:
    """The same, computed once: three statements read it."""
    return Table.from_arrow(table.to_arrow())
