"""What stands in the way, what to fix first, and what moves together across sources, as tables to read."""

from __future__ import annotations

from typing import Any

import pandas as pd

from journey_research.engine import Table

from .tables import rows_of
from .words import Finding, Sentence, is_known, number, plain, ranged, things

MEASURES = {
    "drop_off": "leave here",
    "wait": "wait long here",
    "rework_loop": "have to go back a step",
    "repeat_contact": "have to come again",
    "channel_switch": "have to ask for help elsewhere",
}
NO_STEPS = "No steps to a goal are named for these data, so who is held up on the way is not known."
N_FRICTION, N_CORRELATIONS = 12, 10
FRICTION_COLUMNS = [
    "step", "what happens", "cases", "affected (95 in 100)", "usual", "beyond it (95 in 100)", "declared",
]  # fmt: skip
FIX_COLUMNS = [
    "step",
    "what happens",
    "beyond the usual",
    "persons who come here",
    "at stake (95 in 100)",
    "worth a repair",
]
CORRELATION_COLUMNS = ["first", "then", "weeks later", "correlation (95 in 100)", "persons with both"]


def friction_table(friction: Table) -> pd.DataFrame:
    """The twelve measures with the most at stake: what happens at which step, and how much is usual."""
    shown = [
        (
            step_in_words(row["step"]),
            MEASURES[row["metric"]],
            number(row["n_cases"]),
            ranged(row["affected_share"], row["low"], row["high"], "share"),
            _known(row["usual_share"], "share"),
            _ranged(row, "excess_share", "excess_low", "excess_high", "share"),
            "yes" if row["is_declared"] else "no",
        )
        for row in rows_of(friction, "select * from this order by stake_rank limit $n", n=N_FRICTION)
    ]
    return pd.DataFrame(shown, columns=FRICTION_COLUMNS)


def fixes_answer(fixes: Table, friction: Table) -> Sentence:
    """One sentence: what to fix first, that nothing stands out, or why no amount is at stake.

    Args:
        fixes: Contract ``Fixes``; empty where no goal has an amount, whoever is held up.
        friction: Contract ``Friction``.
    """
    declared = rows_of(fixes, "select * from this where is_declared order by fix_rank")
    if not declared:
        return _nothing_at_stake(friction)
    first = declared[0]
    others = f"; {things(len(declared) - 1, 'other place')} after it" if len(declared) > 1 else ""
    return Sentence(
        f"Fix first: {step_in_words(first['step'])}, where {number(first['excess_share'], 'share')} of the "
        f"cases {MEASURES[first['metric']]} beyond the usual; "
        f"{_ranged(first, 'stake_amount', 'stake_low_amount', 'stake_high_amount', 'amount')} "
        f"at stake in the time the data cover{others}."
    )


def _nothing_at_stake(friction: Table) -> Sentence:
    """Why no place is ranked by what is at stake there."""
    if not friction.count():
        return Sentence(NO_STEPS)
    held = rows_of(
        friction,
        "select * from this where is_declared order by stake_rank, process, step_number, metric",
    )
    if not held:
        return Sentence(
            "Nothing to fix stands out: no step surely holds up more people than is usual and worth a repair."
        )
    row = held[0]
    share = _ranged(row, "excess_share", "excess_low", "excess_high", "share")
    others = f" So it is at {things(len(held) - 1, 'other place')}." if len(held) > 1 else ""
    return Sentence(
        f"At {step_in_words(row['step'])}, {share} of {things(row['n_cases'], 'case')} "
        f"{MEASURES[row['metric']]} beyond the usual; the goals have no amounts, so what is at stake there "
        f"is not known.{others}"
    )


def fixes_finding(fixes: Table, friction: Table) -> Finding:
    """What to fix first with its ranges and cases, or that nothing stands out."""
    declared = rows_of(fixes, "select * from this where is_declared order by fix_rank")
    if not declared:
        return Finding(_nothing_at_stake(friction))
    row = declared[0]
    return Finding(
        f"Fix first: {step_in_words(row['step'])}, where "
        f"{_ranged(row, 'excess_share', 'excess_low', 'excess_high', 'share')} of "
        f"{things(row['n_cases'], 'case')} {MEASURES[row['metric']]} beyond the usual; "
        f"{_ranged(row, 'stake_amount', 'stake_low_amount', 'stake_high_amount', 'amount')} at stake in the "
        "time the data cover."
    )


def fixes_table(fixes: Table) -> pd.DataFrame:
    """What to fix, first to last: friction, reach and what is at stake."""
    shown = [
        (
            step_in_words(row["step"]),
            MEASURES[row["metric"]],
            _ranged(row, "excess_share", "excess_low", "excess_high", "share"),
            number(row["reach_share"], "share"),
            _ranged(row, "stake_amount", "stake_low_amount", "stake_high_amount", "amount"),
            "yes" if row["is_declared"] else "too small to be sure",
        )
        for row in rows_of(fixes, "select * from this order by fix_rank")
    ]
    return pd.DataFrame(shown, columns=FIX_COLUMNS)


def correlations_table(correlations: Table) -> pd.DataFrame:
    """The ten strongest pairs of different sources that are more than chance."""
    sql = """
        select * from this where is_declared
        order by abs(rho) desc, measure_a, measure_b, lag_weeks limit $n
    """
    shown = [
        (
            plain(row["measure_a"]),
            plain(row["measure_b"]),
            "the same week" if row["lag_weeks"] == 0 else number(row["lag_weeks"]),
            _ranged(row, "rho", "low", "high", "score"),
            number(row["n_persons"]),
        )
        for row in rows_of(correlations, sql, n=N_CORRELATIONS)
    ]
    return pd.DataFrame(shown, columns=CORRELATION_COLUMNS)


def correlations_finding(correlations: Table) -> Finding:
    """How many pairs of measures move together beyond chance, and the strongest; no cause."""
    rows = rows_of(correlations, "select * from this order by abs(rho) desc, measure_a, measure_b, lag_weeks")
    if not rows:
        return Finding("There are not two sources with enough persons in common to hold beside each other.")
    sure = [row for row in rows if row["is_declared"]]
    if not sure:
        return Finding(f"None of {things(len(rows), 'pair')} of measures moves together beyond chance.")
    row = sure[0]
    when = "in the same week" if not row["lag_weeks"] else f"{things(row['lag_weeks'], 'week')} later"
    return Finding(
        f"{number(len(sure))} of {things(len(rows), 'pair')} of measures move together beyond chance, most "
        f"of all '{plain(row['measure_a'])}' and '{plain(row['measure_b'])}' {when}: correlation "
        f"{_ranged(row, 'rho', 'low', 'high', 'score')}, {things(row['n_persons'], 'person')} with both."
    )


def step_in_words(step: str) -> str:
    """A step's name as words.

    Example:
        >>> step_in_words("page_viewed checkout/payment"), step_in_words("added_to_cart")
        ('page checkout/payment', 'added to cart')
    """
    action, _, page = step.partition(" ")
    return f"page {page}" if page else plain(action)


def _known(value: Any, unit: str) -> str:
    return number(value, unit) if is_known(value) else "-"


def _ranged(row: dict[str, Any], value: str, low: str, high: str, unit: str) -> str:
    return ranged(row[value], row[low], row[high], unit) if is_known(row[value]) else "too few to say"
