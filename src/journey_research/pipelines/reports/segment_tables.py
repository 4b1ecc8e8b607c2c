"""Kinds of persons: how they speak, how they were chosen, who moved, and the fifths of buyers."""

from __future__ import annotations

import pandas as pd

from journey_research.engine import Table

from .tables import rows_of
from .words import Finding, is_known, number, plain, ranged, things

METHODS = {
    "gaussian_mixture": "Gaussian mixture",
    "kmeans": "k-means",
    "markov_mixture": "Markov mixture",
}
NO_SEGMENT = "no segment"  # whom no kind fits
BALANCE_COLUMNS = ["segment", "the week before", "left it", "came from another", "new", "now"]


def method_in_words(method: str) -> str:
    """A way to find segments as the field writes it.

    Example:
        >>> method_in_words("kmeans"), method_in_words("markov_mixture"), method_in_words("density")
        ('k-means', 'Markov mixture', 'density')
    """
    return METHODS.get(method, plain(method))


def styles_table(segment_profiles: Table) -> pd.DataFrame:
    """Segments, the largest first: share of persons, share of value, how they communicate.

    The shares of persons add up to all persons with touches.
    """
    shown = [
        (
            plain(row["segment"]),
            number(row["person_share"], "share"),
            "-" if row["amount_share"] is None else number(row["amount_share"], "share"),
            plain(row["style"]),
        )
        for row in rows_of(segment_profiles, "select * from this order by n_persons desc, segment")
    ]
    return pd.DataFrame(
        shown, columns=["segment", "share of persons", "share of value", "how they communicate"]
    )


def choices_table(segment_choices: Table) -> pd.DataFrame:
    """The best number of segments of each method that has one, and the chosen row: why it is that many.

    ``same on resamples`` and ``same in other weeks`` are adjusted Rand indices: 1 is the same segments, 0
    is chance.
    """
    sql = (
        "select * from this where is_best_of_method or is_chosen order by is_chosen desc, method, n_segments"
    )
    shown = [
        (
            method_in_words(row["method"]),
            number(row["n_segments"]),
            ranged(row["stability"], row["stability_low"], row["stability_high"], "score"),
            ranged(row["repeatability"], row["repeatability_low"], row["repeatability_high"], "score"),
            number(row["unassigned_share"], "share"),
            plain(row["reason"]).replace(" bic", " BIC"),
        )
        for row in rows_of(segment_choices, sql)
    ]
    columns = ["method", "segments", "same on resamples", "same in other weeks", "in no segment", "reason"]
    return pd.DataFrame(shown, columns=columns)


def moves_table(segment_moves: Table) -> pd.DataFrame:
    """Who changed segment since the week before, most persons first, with what changed most about them."""
    sql = "select * from this where is_move order by n_persons desc, from_segment, to_segment"
    shown = [
        (
            plain(row["from_segment"]),
            plain(row["to_segment"]),
            number(row["n_persons"]),
            plain(row["reason"]),
        )
        for row in rows_of(segment_moves, sql)
    ]
    return pd.DataFrame(shown, columns=["from", "to", "persons", "what changed most"])


def rfm_table(rfm_cells: Table) -> pd.DataFrame:
    """Buyers by recency, one row a fifth, the latest first: persons, conversions, amount."""
    sql = """
        select recency_score, cast(sum(n_persons) as bigint) as n_persons,
            cast(sum(n_outcomes) as bigint) as n_outcomes, sum(amount) as amount,
            cast(sum(case when frequency_score >= 4 then n_persons else 0 end) as bigint) as n_frequent
        from this group by recency_score order by recency_score desc
    """
    rows = rows_of(rfm_cells, sql)
    has_amounts = any(row["amount"] for row in rows)
    shown = [
        (
            number(row["recency_score"]),
            number(row["n_persons"]),
            number(row["n_outcomes"]),
            number(float(row["amount"]), "amount") if has_amounts else "-",
            number(row["n_frequent"]),
        )
        for row in rows
    ]
    columns = ["recency (5: latest)", "persons", "conversions", "amount", "of them frequent (4 or 5)"]
    return pd.DataFrame(shown, columns=columns)


def segments_finding(segment_choices: Table, segment_profiles: Table, segment_metrics: Table) -> Finding:
    """How many segments there are, by which method, and how far they can be trusted."""
    chosen = rows_of(segment_choices, "select * from this where is_chosen order by method, n_segments")
    profiles = rows_of(segment_profiles, "select * from this order by n_persons desc, segment")
    n = sum(row["n_persons"] for row in profiles)
    if not n:
        return Finding("Nobody has touches, so there is nobody to tell apart.")
    if len(profiles) < 2:
        return Finding(
            f"{things(n, 'person').capitalize()} are one segment: no method found kinds of persons that come "
            "again on resamples of persons and in other weeks."
        )
    figures = {row["metric"]: row for row in rows_of(segment_metrics, "select * from this")}
    told = [
        f"{words} {ranged(row['value'], row['low'], row['high'], 'score')}"
        for name, words in (("stability", "on resamples of persons"), ("repeatability", "in other weeks"))
        if (row := figures.get(name)) and is_known(row["value"])
    ]
    method = f", told apart by {method_in_words(chosen[0]['method'])}" if chosen else ""
    trust = f"; they come again {', and '.join(told)} (1 is the same, 0 is chance)" if told else ""
    outside = sum(row["n_persons"] for row in profiles if row["segment"] == NO_SEGMENT)
    n_kinds = len(profiles) - (outside > 0)
    left = f", and {number(outside / n, 'share')} of none of them" if outside else ""
    return Finding(f"{things(n, 'person')} are of {things(n_kinds, 'kind')}{left}{method}{trust}.")


def moves_finding(segment_moves: Table, segment_metrics: Table) -> Finding:
    """How many changed segment since the week before, and the commonest move."""
    rows = rows_of(
        segment_moves,
        "select * from this where is_move and from_segment <> 'new' and to_segment <> 'gone' "
        "order by n_persons desc, from_segment, to_segment",
    )
    figures = {row["metric"]: row for row in rows_of(segment_metrics, "select * from this")}
    moved = figures.get("moved_share")
    if not moved or not moved["n"] or not is_known(moved["value"]):
        return Finding("Nobody was there the week before, so nobody can have changed segment.")
    if not rows:
        return Finding(f"Nobody of {number(moved['n'])} changed segment since the week before.")
    share = ranged(moved["value"], moved["low"], moved["high"], "share")
    row = rows[0]
    return Finding(
        f"{share} of {things(moved['n'], 'person')} changed segment since the week before, most "
        f"({number(row['n_persons'])}) from '{plain(row['from_segment'])}' to '{plain(row['to_segment'])}'."
    )


def buyers_finding(rfm_cells: Table) -> Finding:
    """How much of the amount the best buyers bring: lately, often and much, all in the upper two fifths."""
    sql = """
        select cast(sum(n_persons) as bigint) as n, cast(sum(amount) as double) as amount,
            cast(sum(case when least(recency_score, frequency_score, monetary_score) >= 4
                then n_persons else 0 end) as bigint) as n_best,
            cast(sum(case when least(recency_score, frequency_score, monetary_score) >= 4
                then amount else 0 end) as double) as best,
            cast(sum(case when least(recency_score, frequency_score) >= 4
                then n_persons else 0 end) as bigint) as n_frequent
        from this
    """
    row = rows_of(rfm_cells, sql)[0]
    if not row["n"]:
        return Finding("Nobody converted, so there is nobody to rank.")
    if not row["amount"]:
        return Finding(
            f"{number(row['n_frequent'])} of {things(row['n'], 'person')} who converted did so lately and "
            "often (score 4 or 5 in both); no amount is told."
        )
    return Finding(
        f"{number(row['n_best'])} of {things(row['n'], 'person')} who converted score 4 or 5 in all three, "
        f"and bring {number(row['best'] / row['amount'], 'share')} of the amount."
    )


def balance_table(segment_moves: Table) -> pd.DataFrame:
    """Segments with their persons of the week before and of now, and who came and left between."""
    sql = """
        select segment, cast(sum(n_before) as bigint) as n_before, cast(sum(n_left) as bigint) as n_left,
            cast(sum(n_came) as bigint) as n_came, cast(sum(n_new) as bigint) as n_new,
            cast(sum(n_now) as bigint) as n_now
        from (
            select from_segment as segment, n_persons as n_before,
                case when is_move then n_persons else 0 end as n_left, 0 as n_came, 0 as n_new, 0 as n_now
            from this where from_segment <> 'new'
            union all
            select to_segment, 0, 0,
                case when is_move and from_segment <> 'new' then n_persons else 0 end,
                case when from_segment = 'new' then n_persons else 0 end, n_persons
            from this where to_segment <> 'gone'
        )
        group by segment order by n_now desc, segment
    """
    shown = [
        (
            plain(row["segment"]),
            *(number(row[f"n_{name}"]) for name in ("before", "left", "came", "new", "now")),
        )
        for row in rows_of(segment_moves, sql)
    ]
    return pd.DataFrame(shown, columns=BALANCE_COLUMNS)
