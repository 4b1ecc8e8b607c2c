"""How customers really move, in sentences: whose touches, how far people come, what journeys are about.

A sentence says the finding with its range and how many it rests on; where a table is empty it says that
nothing can be said, and why.
"""

from __future__ import annotations

from typing import Any

import pandas as pd

from journey_research.engine import Table, run_sql

from .estimates import rate
from .tables import instant_of, rows_of
from .words import Finding, Sentence, is_known, lasting_between, listed, number, plain, ranged, things

HELD = ("before consent", "consent refused", "consent expired", "no consent stated")
HIGHER = ("relationship", "customer", "repeat")
KIND_COLUMNS = ["what the journey is about", "journeys", "share (95 in 100)", "persons"]
FUNNEL_COLUMNS = ["stage", "persons", "of the first stage (95 in 100)", "since the stage before (median)"]


def stitching_finding(stitching_counts: Table) -> Finding:
    """How many touches stand in a journey, and how they came to a person; counted, not drawn."""
    counts = {row["reason"]: row for row in rows_of(stitching_counts, "select * from this order by reason")}
    n_all = sum(row["n_touches"] for row in counts.values())
    if not n_all:
        return Finding("There are no touches in this environment, so there is nothing to join.")
    n_in = sum(row["n_touches"] for row in counts.values() if row["is_in_journey"])
    told = {reason: row["n_touches"] for reason, row in counts.items()}
    words = [
        f"{number(told[reason])} {said}"
        for reason, said in (
            ("joined", "were anonymous until a login or a form named the person"),
            ("undecidable device", "lie on devices that two known persons use, and stay undecided"),
        )
        if reason in told
    ]
    if n_held := sum(told.get(reason, 0) for reason in HELD):
        words.append(f"{number(n_held)} are kept apart because consent does not let them join anybody")
    how = f": {'; '.join(words)}" if words else ""
    return Finding(f"{number(n_in / n_all, 'share')} of {number(n_all)} touches stand in a journey{how}.")


def ladder_finding(ladder_counts: Table) -> Finding:
    """How far persons have come, from the first connection to buying again."""
    rungs = {row["rung"]: row for row in rows_of(ladder_counts, "select * from this order by rung_number")}
    if not any(row["n"] for row in rungs.values()):
        return Finding("Nobody stands on the ladder: there are neither touches nor records of persons.")
    n = max(row["n"] for row in rungs.values())
    if not any(rungs[rung]["n_persons"] for rung in HIGHER if rung in rungs):
        highest = [rung for rung, row in rungs.items() if row["n_persons"]][-1]
        return Finding(f"None of {things(n, 'person')} on the ladder comes further than '{highest}'.")
    told = [
        f"{_share_of(rungs[rung])} have {said}"
        for rung, said in zip(
            HIGHER, ("a relationship with us", "become customers", "bought again"), strict=True
        )
        if rung in rungs
    ]
    n_early = sum(row["n_out_of_order"] for row in rungs.values())
    loops = f" {things(n_early, 'rung was', 'rungs were')} reached before a lower one." if n_early else ""
    return Finding(f"Of {things(n, 'person')} on the ladder, {listed(told)}.{loops}")


def kinds_finding(journeys: Table) -> Finding:
    """Which kinds of journeys there are, and how many begin after a first conversion."""
    shares = mark_shares(journeys, "case when is_post_sale then 'after' else 'before' end")
    if not shares:
        return Finding("There are no journeys in this environment.")
    n = int(next(iter(shares.values()))["base"])
    largest = max(mark_shares(journeys, "kind").values(), key=_by_amount)
    after = f"{rate(shares['after']).in_words} begin" if "after" in shares else "none begins"
    return Finding(
        f"Of {things(n, 'journey')}, {rate(largest).in_words} are {plain(largest['mark'])}; "
        f"{after} after a first conversion."
    )


def kinds_table(journeys: Table) -> pd.DataFrame:
    """Journeys by what they are about, most first; the range counts persons, not journeys."""
    found = sorted(mark_shares(journeys, "kind").values(), key=_by_amount, reverse=True)
    shown = [
        (plain(row["mark"]), number(row["amount"]), rate(row).in_words, number(row["n_persons"]))
        for row in found
    ]
    return pd.DataFrame(shown, columns=KIND_COLUMNS)


def mark_shares(table: Table, mark: str) -> dict[str, dict[str, Any]]:
    """Shares of rows by a mark, with what a range by person needs.

    Args:
        table: n rows with ``person_id``.
        mark: SQL that names the mark of a row; not null.

    Returns:
        By mark: what ``estimates.rate`` takes, with ``mark``, ``n_persons`` and ``n_all_persons``.
    """
    marked = table.query(f"select person_id, {mark} as mark from this")
    return {row["mark"]: row for row in run_sql("person_shares.sql", marked=marked).to_arrow().to_pylist()}


def stage_names(stages: list[str]) -> list[str]:
    """Stages as words; one that stands again says which time it is.

    Example:
        >>> stage_names(["product_viewed", "order", "order"])
        ['product viewed', 'order', 'order (2)']
    """
    return [
        plain(stage) + (f" ({stages[: place + 1].count(stage)})" if stage in stages[:place] else "")
        for place, stage in enumerate(stages)
    ]


def funnel_answer(funnel: Table) -> Sentence:
    """The way from the first stage to the last in one sentence, and its narrowest step."""
    rows = rows_of(funnel, "select * from this order by stage_number")
    if not rows:
        return Sentence("There are neither touches nor outcomes here, so nobody moves anywhere.")
    names = stage_names([row["stage"] for row in rows])
    first, last = rows[0], rows[-1]
    if not first["n_persons"]:
        return Sentence(
            f"Nobody comes to '{names[0]}', the first stage of the funnel, so nothing can be said of the way "
            "to the goal."
        )
    if not last["n_persons"]:
        reached = max(place for place, row in enumerate(rows) if row["n_persons"])
        return Sentence(
            f"Of {things(first['n_persons'], 'person')} at '{names[0]}', nobody comes to '{names[-1]}'; "
            f"the last stage that anybody reaches is '{names[reached]}'."
        )
    if len(rows) == 1:
        return Sentence(f"{things(first['n_persons'], 'person')} come to '{names[0]}'.")
    place = min(range(1, len(rows)), key=lambda place: (rows[place]["previous_share"], place))
    whole = ranged(last["first_share"], last["first_low"], last["first_high"], "share")
    said = f"Of {things(first['n_persons'], 'person')} at '{names[0]}', {whole} come to '{names[-1]}'"
    if len(rows) == 2:
        return Sentence(f"{said}.")
    step = _previous(rows[place])
    return Sentence(
        f"{said}; the narrowest step is from '{names[place - 1]}' to '{names[place]}', which {step} "
        f"of {number(rows[place - 1]['n_persons'])} take."
    )


def funnel_table(funnel: Table, as_of: Table) -> pd.DataFrame:
    """The funnel, a row a stage: persons, shares with ranges, and how long the step takes (median).

    How long is left out where the data hold no instant: then touches have an order and no times.
    """
    rows = rows_of(funnel, "select * from this order by stage_number")
    names = stage_names([row["stage"] for row in rows])
    shown = [
        (
            name,
            number(row["n_persons"]),
            ranged(row["first_share"], row["first_low"], row["first_high"], "share")
            if row["stage_number"] > 1
            else f"{_previous(row)} of all",
            _took(row),
        )
        for name, row in zip(names, rows, strict=True)
    ]
    told = pd.DataFrame(shown, columns=FUNNEL_COLUMNS)
    return told if instant_of(as_of) else told.drop(columns=FUNNEL_COLUMNS[-1])


def retention_finding(retention: Table) -> Finding:
    """How many of those who came first in some week were active four weeks later, all weeks together."""
    sql = """
        select week_number, cast(sum(n_active) as bigint) as n_active, cast(sum(n_persons) as bigint) as n
        from this where is_complete and week_number > 0 and week_number <= 4
        group by week_number order by week_number desc limit 1
    """
    rows = rows_of(retention, sql)
    if not rows:
        return Finding(
            "The data hold no whole week after anybody's first, so nothing can be said of who stays."
        )
    row = rows[0]
    weeks = things(row["week_number"], "week")
    share = binomial(row["n_active"], row["n"])
    return Finding(f"{weeks} after their first, {share} of {things(row['n'], 'person')} were active.")


def binomial(n_so: int, n: int) -> str:
    """A share of persons, each counted once, with its range in words.

    Example:
        >>> binomial(50, 100), binomial(0, 0)
        ('50.0% (40.2% to 59.8%)', 'not known')
    """
    row = {"amount": n_so, "amount_squares": n_so, "products": n_so, "base": n, "base_squares": n}
    return rate(row).in_words


def _previous(row: dict[str, Any]) -> str:
    return ranged(row["previous_share"], row["previous_low"], row["previous_high"], "share")


def _took(row: dict[str, Any]) -> str:
    if not is_known(row["median_seconds"]):
        return "-"
    return lasting_between(row["median_seconds"], row["median_low_seconds"], row["median_high_seconds"])


def _share_of(row: dict[str, Any]) -> str:
    return ranged(row["reached_share"], row["low"], row["high"], "share")


def _by_amount(row: dict[str, Any]) -> tuple[float, str]:
    return row["amount"], row["mark"]
