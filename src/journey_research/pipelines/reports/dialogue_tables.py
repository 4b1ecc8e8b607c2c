"""What a dialogue could go by: where and when each person comes, and what calls for an answer, in sentences.

Persons are told as how many of them there are; nobody is listed.
"""

from __future__ import annotations

from typing import Any

import pandas as pd

from journey_research.engine import Table, run_sql

from .estimates import FEWEST, TOO_FEW, rate
from .journey_tables import binomial, mark_shares
from .tables import rows_of
from .words import Finding, is_known, lasting, number, plain, ranged, things

N_CHANNELS, N_RULES = 5, 10
LATELY_DAYS = 7
DAY_US = 86_400_000_000
# Whole numbers: two of three is exactly two thirds, which a fraction in binary is not.
AGREEMENT = """
    case when n_agreeing = n_messages then 1 when 3 * n_agreeing >= 2 * n_messages then 2
        when 2 * n_agreeing >= n_messages then 3 else 4 end
"""
AGREEING = {1: "all", 2: "two thirds or more", 3: "half or more", 4: "less than half"}
PREFERENCE_COLUMNS = [
    "what", "comes most", "persons", "days they came (median)", "surely prefer it (95 in 100)",
]  # fmt: skip
TRIGGER_COLUMNS = ["signal", "whose answer", "times", "persons", "known after", "in the last 7 days"]
AGREEMENT_COLUMNS = ["messages that say the usual", "a person's weeks (95 in 100)", "journeys (95 in 100)"]


def preferences_finding(person_preferences: Table, touchpoint_metrics: Table) -> Finding:
    """How many persons surely prefer a channel or a part of the day; of the others too little is known."""
    figures = {
        row["metric"]: row for row in rows_of(touchpoint_metrics, "select * from this order by metric")
    }
    counts = _led(person_preferences)
    told = []
    for dimension, words in (("channel", "one channel"), ("part_of_day", "one part of the day")):
        row = figures.get(f"{dimension}_preference_share")
        values = [one for one in counts if one["dimension"] == dimension]
        if len(values) == 1 and not values[0]["most_elsewhere"]:
            told.append(f"all come by {plain(values[0]['leading_value'])} alone, which is no preference")
        elif values and row and row["n"]:
            share = ranged(row["value"], row["low"], row["high"], "share")
            told.append(f"{share} of {things(row['n'], 'person')} surely prefer {words}")
    if not told:
        return Finding("Nobody is seen to come of their own accord, so nobody's preference is known.")
    return Finding(
        f"Of those who come of their own accord, {'; '.join(told)}: a preference is said to be there only "
        "where it beats the next by more than chance, and few come often enough for that."
    )


def preferences_table(person_preferences: Table) -> pd.DataFrame:
    """What leads for how many persons, and for how many surely: five channels, the others, parts of day."""
    counts = _led(person_preferences)
    channels = [row for row in counts if row["dimension"] == "channel"]
    shown = [_preference(row) for row in channels[:N_CHANNELS]]
    if rest := channels[N_CHANNELS:]:
        n, n_clear = (sum(row[name] for row in rest) for name in ("n_persons", "n_clear"))
        others = things(len(rest), "other channel")
        shown.append(("channel", others, number(n), "-", _share(n_clear, n)))
    shown += [_preference(row) for row in counts if row["dimension"] != "channel"]
    for dimension in ("channel", "part_of_day"):
        if sum(row["dimension"] == dimension for row in counts) == 1:  # who has no choice prefers nothing
            shown = [(*one[:-1], "-") if one[0] == plain(dimension) else one for one in shown]
    return pd.DataFrame(shown, columns=PREFERENCE_COLUMNS)


def triggers_finding(triggers: Table, as_of: Table) -> Finding:
    """How often something called for an answer, of how many persons, and most often what."""
    counts = _fired(triggers, as_of)
    if not counts:
        return Finding("No signal here calls for an answer.")
    shares = mark_shares(triggers, "rule")
    row = max(shares.values(), key=_by_amount)
    n, n_persons = int(row["base"]), row["n_all_persons"]
    lately = sum(one["n_lately"] for one in counts)
    return Finding(
        f"{things(n, 'time')}, {number(lately)} of these in the last {LATELY_DAYS} days, a signal called for "
        f"an answer, with {things(n_persons, 'person')}; most often it was "
        f"'{plain(row['mark'])}', in {rate(row).in_words}."
    )


def triggers_table(triggers: Table, as_of: Table) -> pd.DataFrame:
    """Signals that called for an answer, a row a rule, the most frequent first."""
    shown = [
        (
            plain(row["rule"]),
            row["owner"],
            number(row["n_fired"]),
            number(row["n_persons"]),
            "at once" if row["waited_seconds"] == 0 else lasting(row["waited_seconds"]),
            number(row["n_lately"]),
        )
        for row in _fired(triggers, as_of)[:N_RULES]
    ]
    return pd.DataFrame(shown, columns=TRIGGER_COLUMNS)


def agreement_finding(message_consistency: Table) -> Finding:
    """In how many weeks of a person, and journeys, all messages on a subject say the same."""
    told = []
    for unit, words in (("week", "weeks of a person"), ("journey", "journeys")):
        shares = _agreeing(message_consistency, unit)
        if _n(shares) >= FEWEST:
            told.append(f"in {_said(shares, 1)} of {number(_n(shares))} {words}")
    if told:
        several = "Where somebody gets several messages on one subject"
        return Finding(f"{several}, all say the same {' and '.join(told)}.")
    if n := message_consistency.count():
        units = things(n, "week or journey", "weeks and journeys")
        return Finding(f"{units} with several messages on one subject: too few to say how often they agree.")
    return Finding("Nobody gets two messages on one subject in a week or a journey, so none could differ.")


def agreement_table(message_consistency: Table) -> pd.DataFrame:
    """Weeks of a person, and journeys, by how many of their messages on a subject say what is usual there."""
    units = [_agreeing(message_consistency, unit) for unit in ("week", "journey")]
    if not any(units):
        return pd.DataFrame(columns=AGREEMENT_COLUMNS)
    shown = [
        (words, *(_said(shares, mark) for shares in units))
        for mark, words in AGREEING.items()
        if any(mark in shares for shares in units)
    ]
    return pd.DataFrame(shown, columns=AGREEMENT_COLUMNS)


def _agreeing(message_consistency: Table, unit: str) -> dict[Any, dict[str, Any]]:
    of_unit = message_consistency.query("select * from this where unit = $unit", unit=unit)
    return dict(mark_shares(of_unit, AGREEMENT))


def _n(shares: dict[Any, dict[str, Any]]) -> int:
    return int(next(iter(shares.values()))["base"]) if shares else 0


def _said(shares: dict[Any, dict[str, Any]], mark: int) -> str:
    if 0 < _n(shares) < FEWEST:
        return TOO_FEW
    if mark in shares:
        return rate(shares[mark]).in_words
    return number(0.0, "share") if shares else "-"


def _preference(row: dict[str, Any]) -> tuple[str, str, str, str, str]:
    days = f"{row['days']:,.0f}" if is_known(row["days"]) else "-"
    return (
        plain(row["dimension"]),
        plain(row["leading_value"]),
        number(row["n_persons"]),
        days,
        _share(row["n_clear"], row["n_persons"]),
    )


def _share(n_so: int, n: int) -> str:
    return binomial(n_so, n) if n >= FEWEST else TOO_FEW


def _led(person_preferences: Table) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = (
        run_sql("preference_counts.sql", person_preferences=person_preferences).to_arrow().to_pylist()
    )
    return rows


def _fired(triggers: Table, as_of: Table) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = (
        run_sql("trigger_counts.sql", triggers=triggers, as_of=as_of, lately_us=LATELY_DAYS * DAY_US)
        .to_arrow()
        .to_pylist()
    )
    return rows


def _by_amount(row: dict[str, Any]) -> tuple[float, str]:
    return row["amount"], row["mark"]
