"""Friction at each step: five measures, each with its interval, its usual, and what is at stake.

Context: a hundred shares could each be called a problem. Choice: each measure has a usual that it is held
against, the excess is declared only where it is surely larger than what is worth repairing, and all
questions of a run are asked at one rate of false discoveries. Given up: small frictions, and those that
all steps of a process share.

============== ======================================================= ==================================
measure        affected: the cases at the step that ...                usual
============== ======================================================= ==================================
drop_off       reach no later step and no goal                         leavers who do not look like buyers
wait           wait long for the next step, against the process        the process's other steps
rework_loop    come back to an earlier step                            the process's other steps
repeat_contact come to the step again soon, the goal not reached       the process's other steps
channel_switch ask for help elsewhere soon after, the goal not reached as many hours before the step
============== ======================================================= ==================================
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import pandas as pd

from journey_research.engine import Table, run_sql
from journey_research.pipelines.journeys.false_discovery import q_values, upper_tail
from journey_research.pipelines.journeys.intervals import Z, clustered_interval
from journey_research.pipelines.journeys.rule import JourneyRule

from .friction_rule import FrictionRule
from .giving_up import Floats, GivenUp, give_up
from .processes import CONTACTS
from .step_cases import follow_cases, gather_steps

ALONG_A_PROCESS = ("drop_off", "wait", "rework_loop")
MAX_CASES = 20_000_000
COLUMNS = {
    "process": "str", "step": "str", "metric": "str", "step_number": "int64",
    "n_cases": "int64", "n_persons": "int64",
    "affected_share": "float64", "low": "float64", "high": "float64", "usual_share": "float64",
    "excess_share": "float64", "excess_low": "float64", "excess_high": "float64",
    "typical_minutes": "float64", "p_value": "float64", "q_value": "float64", "is_declared": "bool",
    "goals_at_stake": "float64", "goals_low": "float64", "goals_high": "float64",
    "stake_amount": "float64", "stake_low_amount": "float64", "stake_high_amount": "float64",
    "stake_rank": "int64",
}  # fmt: skip


class Excess(NamedTuple):
    """What goes beyond the usual at a step, what hangs on it, and the chance of it if there were none."""

    usual: float = math.nan
    share: tuple[float, float, float] = (math.nan, math.nan, math.nan)
    goals: tuple[float, float, float] = (math.nan, math.nan, math.nan)
    amount: tuple[float, float, float] = (math.nan, math.nan, math.nan)
    p_value: float = math.nan


def find_friction(
    journey_touches: Table,
    touches: Table,
    people: Table,
    outcomes: Table,
    order_sightings: Table,
    as_of: Table,
    journey_rule: JourneyRule,
    friction_rule: FrictionRule,
) -> pd.DataFrame:
    """Where cases meet resistance on their way to the goal, the most at stake first.

    Processes are found in the data (``find_processes``); asking for help is a process of its own, of
    which only repeated contact and change of channel are told. Cases that may still go on at ``as_of``
    are left out, and so are those whose days or hours to come back are not over, where that counts.

    Args:
        journey_touches: n rows, contract ``JourneyTouches``; any order.
        touches: The same touches and others, contract ``Touches``: actions and pages.
        people: Contract ``People``.
        outcomes: Contract ``Outcomes``: the goals.
        order_sightings: Contract ``OrderSightings``: in whose browser an order was made.
        as_of: The instant the run looks from; one row.
        journey_rule: The rule that sessions and journeys were cut with.
        friction_rule: What a step is, and how much is worth a word.

    Returns:
        Contract ``Friction``: at most five rows a step. What is declared stands first, then by amount at
        stake. ``excess_share`` and what is at stake are NaN where there are too few cases to say. What
        is at stake assumes: buyers at heart who are no longer stopped reach the goal as often as those
        who got past the step (drop_off); affected cases reach it as often as the others at the step (all
        other measures). It is of the whole time the data cover.
    """
    steps = gather_steps(
        journey_touches, touches, people, outcomes, order_sightings, as_of, journey_rule, friction_rule
    )
    step_cases = follow_cases(steps, steps.processes, as_of, friction_rule)
    measures = run_sql(
        "step_measures.sql", step_cases=step_cases, long_wait_ratio=friction_rule.long_wait_ratio
    ).to_pandas()
    measures = measures[(measures["process"] != CONTACTS) | ~measures["metric"].isin(ALONG_A_PROCESS)]
    measures = measures.sort_values(["process", "step_number", "metric"], ignore_index=True)
    leaving = run_sql(
        "leaving_cases.sql",
        step_cases=step_cases,
        step_touches=steps.step_touches,
        cases=steps.cases,
        contacts=CONTACTS,
    ).to_pandas(expected_rows=MAX_CASES)
    leaving = leaving.sort_values(["process", "case_id"], ignore_index=True)
    given_up: dict[tuple[str, int], GivenUp] = {}
    amount_of: dict[str, float] = {}
    for process, own in leaving.groupby("process", sort=True):
        numbers = sorted(set(measures.loc[measures["process"] == process, "step_number"].astype(int)))
        for number, found in give_up(own.reset_index(drop=True), numbers, friction_rule).items():
            given_up[str(process), number] = found
        amounts = own.loc[own["is_goal"] == 1, "goal_amount"].astype("float64")
        amount_of[str(process)] = float(amounts.mean()) if len(amounts) else math.nan
    return _ranked(measures, given_up, amount_of, friction_rule)


def _ranked(
    measures: pd.DataFrame,
    given_up: dict[tuple[str, int], GivenUp],
    amount_of: dict[str, float],
    rule: FrictionRule,
) -> pd.DataFrame:
    rows = []
    for row in measures.to_dict("records"):
        n, hits = int(row["n"]), int(row["hits"])
        low, high = _interval(row)
        if row["metric"] == "drop_off":
            excess = _of_leavers(hits / n, given_up.get((row["process"], int(row["step_number"]))), rule)
        else:
            excess = _beyond(row, measures, amount_of.get(row["process"], math.nan), rule)
        rows.append(
            (
                row["process"], row["step"], row["metric"], int(row["step_number"]), n, int(row["n_persons"]),
                hits / n, low, high, excess.usual, *excess.share, row["typical_minutes"], excess.p_value,
                math.nan, False, *excess.goals, *excess.amount, 0,
            )
        )  # fmt: skip
    told = pd.DataFrame(rows, columns=list(COLUMNS)).astype(COLUMNS)
    told["q_value"] = q_values(told["p_value"].to_numpy())
    told["is_declared"] = (told["q_value"] <= rule.false_discovery_rate).to_numpy()
    told = told.round(dict.fromkeys([name for name, kind in COLUMNS.items() if kind == "float64"], 6))
    told["at_stake"] = told["stake_amount"].fillna(-1.0)
    told = told.sort_values(
        ["is_declared", "at_stake", "excess_share", "process", "step_number", "step", "metric"],
        ascending=[False, False, False, True, True, True, True],
        ignore_index=True,
    )
    told["stake_rank"] = np.arange(1, len(told) + 1)
    return told[list(COLUMNS)]


def _of_leavers(left_share: float, found: GivenUp | None, rule: FrictionRule) -> Excess:
    if found is None or not found.is_told:
        return Excess()
    share = _told(found.excess)
    spread = float(np.nanstd(found.excess[1:]))
    z = (share[0] - rule.least_excess_share) / spread if spread > 0 else math.nan
    return Excess(
        min(max(left_share - share[0], 0.0), 1.0),
        share,
        _told(found.goals),
        _told(found.amount),
        upper_tail(z) if spread > 0 else math.nan,
    )


def _told(draws: Floats) -> tuple[float, float, float]:
    low, high = np.nanpercentile(draws[1:], [2.5, 97.5])
    return float(draws[0]), float(low), float(high)


def _beyond(row: dict, measures: pd.DataFrame, amount: float, rule: FrictionRule) -> Excess:
    n, hits = int(row["n"]), int(row["hits"])
    if row["metric"] == "channel_switch":
        usual_hits, usual_n, of_usual = int(row["hits_before"]), n, [row]
    else:
        is_other = (measures["process"] == row["process"]) & (measures["metric"] == row["metric"])
        others = measures[is_other & (measures["step"] != row["step"])]
        of_usual = others.to_dict("records")
        usual_hits, usual_n = int(others["hits"].sum()), int(others["n"].sum())
    if n < rule.least_cases or usual_n < rule.least_cases:
        return Excess()
    share, usual = hits / n, usual_hits / usual_n
    crowding = max(_crowding(one) for one in [row, *of_usual])
    spread = math.sqrt(crowding * (_variance(hits, n) + _variance(usual_hits, usual_n)))
    beyond = share - usual
    p_value = upper_tail((beyond - rule.least_excess_share) / spread)
    ends = (beyond, beyond - Z * spread, beyond + Z * spread)
    missing = n - hits
    if row["process"] == CONTACTS or not hits or not missing:
        return Excess(usual, ends, p_value=p_value)
    lost = max((row["goals"] - row["goals_hit"]) / missing - row["goals_hit"] / hits, 0.0)
    low, value, high = (max(end, 0.0) * n * lost for end in (ends[1], ends[0], ends[2]))
    goals = (value, low, high)
    return Excess(usual, ends, goals, (value * amount, low * amount, high * amount), p_value)


def _variance(hits: int, n: int) -> float:
    """Of a share, with one hit and one miss more than were seen: no share is sure (Agresti and Coull)."""
    share = (hits + 1) / (n + 2)
    return share * (1 - share) / (n + 2)


def _crowding(row: dict) -> float:
    """How many times as much the share varies as if every case were another person's; at least once."""
    n, hits, n_persons = int(row["n"]), int(row["hits"]), int(row["n_persons"])
    if n_persons < 2 or hits in (0, n):
        return max(1.0, int(row["nn"]) / n)
    share = hits / n
    between = (row["hh"] - 2 * share * row["hn"] + share**2 * row["nn"]) / n**2 * n_persons / (n_persons - 1)
    return max(1.0, between / (share * (1 - share) / n))


def _interval(row: dict) -> tuple[float, float]:
    return clustered_interval(
        int(row["hits"]), int(row["n"]), int(row["n_persons"]), int(row["hh"]), int(row["hn"]), int(row["nn"])
    )
