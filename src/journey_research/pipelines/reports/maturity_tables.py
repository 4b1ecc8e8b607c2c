"""The checklist and the refusals honoured, as a reader is told of them."""

from __future__ import annotations

import pandas as pd

from journey_research.engine import Table

from .tables import Whole, rows_of
from .words import Finding, Remark, number, plain, ranged, things


def maturity_answer(maturity: Table) -> Finding:
    """How many questions are answered with yes, and which one to take up next, in one sentence.

    Args:
        maturity: Contract ``Maturity``.
    """
    rows = rows_of(maturity, "select * from this order by position")
    if not rows:
        return Finding("No question was asked.")
    n = {answer: sum(row["answer"] == answer for row in rows) for answer in ("yes", "no", "not known")}
    said = f"Of {things(len(rows), 'question')}, {n['yes']} are answered with yes, {n['no']} with no"
    said += f" and {n['not known']} not at all, because this run does not know."
    first = next((row for row in rows if row["answer"] == "no"), None)
    return Finding(f"{said} To take up next: {first['question']}" if first else said)


def maturity_table(maturity: Table) -> pd.DataFrame:
    """The checklist, one row per question.

    Args:
        maturity: Contract ``Maturity``.

    Returns:
        ``about``, ``question``, ``answer``, ``what is counted``, ``found``, ``enough from``, ``of``.
    """
    shown = [
        (
            row["topic"],
            row["question"],
            row["answer"],
            row["figure"],
            ranged(row["value"], row["low"], row["high"], row["unit"]),
            number(row["least"], row["unit"]) if row["least"] is not None else "-",
            number(row["n"]),
        )
        for row in rows_of(maturity, "select * from this order by position")
    ]
    columns = ["about", "question", "answer", "what is counted", "found", "enough from", "of"]
    return Whole(pd.DataFrame(shown, columns=columns))


def refusals_remark(honoured_refusals: Table) -> Remark:
    """How many persons refuse a channel, and that none of them is approached there, in one sentence.

    Args:
        honoured_refusals: Contract ``HonouredRefusals``.
    """
    rows = rows_of(honoured_refusals, "select * from this order by channel")
    told = [f"{plain(row['channel'])} {row['n_refusing']:,}" for row in rows if row["n_refusing"]]
    if not told:
        return Remark("Nobody who is known has refused a channel on which we might approach them.")
    n_approached, n_preferring, n_violations = (
        sum(row[name] for row in rows) for name in ("n_approached", "n_preferring", "n_violations")
    )
    return Remark(
        f"Persons who refuse a channel, on whichever of their records: {', '.join(told)}. Of "
        f"{things(n_approached, 'decision')} to approach somebody, {n_violations:,} go against that; "
        f"{n_preferring:,} go where the person clearly prefers to be met."
    )
