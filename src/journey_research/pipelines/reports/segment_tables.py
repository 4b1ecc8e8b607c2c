"""Kinds of persons: how they speak, how they were chosen, who moved, and the fifths of buyers."""

from __future__ import annotations

import pandas as pd

from journey_research.engine import Table

from .tables import rows_of
from .words import number, plain, ranged


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
            plain(row["method"]),
            number(row["n_segments"]),
            ranged(row["stability"], row["stability_low"], row["stability_high"], "score"),
            ranged(row["repeatability"], row["repeatability_low"], row["repeatability_high"], "score"),
            number(row["unassigned_share"], "share"),
            plain(row["reason"]),
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
    shown = [
        (
            number(row["recency_score"]),
            number(row["n_persons"]),
            number(row["n_outcomes"]),
            number(float(row["amount"]), "amount"),
            number(row["n_frequent"]),
        )
        for row in rows_of(rfm_cells, sql)
    ]
    columns = ["recency (5: latest)", "persons", "conversions", "amount", "of them frequent (4 or 5)"]
    return pd.DataFrame(shown, columns=columns)
