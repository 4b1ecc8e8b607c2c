"""From channel to channel in sentences: who hops, whom channels reach, which ways go with converting."""

from __future__ import annotations

import pandas as pd

from journey_research.engine import Table

from .tables import rows_of
from .words import Finding, number, plain, ranged, things

N_SEQUENCES = 8
FALSE_DISCOVERY = 0.05
ALL_CHANNELS = "(all)"
SEQUENCE_COLUMNS = [
    "channels in the first days",
    "in those that then convert",
    "in others",
    "difference in points (95 in 100)",
]


def hops_finding(hop_rates: Table) -> Finding:
    """How often the next touch of a journey is in another channel."""
    rows = rows_of(hop_rates, "select * from this order by channel")
    every = [row for row in rows if row["channel"] == ALL_CHANNELS]
    if not every:
        return Finding("No touch that a person begins is followed by another, so nobody changes channel.")
    row = every[0]
    if len(rows) == 2:
        return Finding(
            f"There is one channel, {plain(rows[1]['channel'])}, so nobody changes channel "
            f"({things(row['n_followed'], 'touch', 'touches')} with another after it)."
        )
    share = ranged(row["hop_share"], row["low"], row["high"], "share")
    return Finding(
        f"{share} of {number(row['n_followed'])} touches that people begin are followed by one in another "
        f"channel ({things(row['n_persons'], 'person')})."
    )


def reach_finding(channel_reach: Table) -> Finding:
    """Whom the widest channel reaches, how many channels it takes for most, and who has one alone."""
    rows = rows_of(channel_reach, "select * from this order by rank")
    if not rows:
        return Finding("No channel reaches anybody here.")
    first, n = rows[0], rows[0]["n_all_persons"]
    share = ranged(first["reach_share"], first["low"], first["high"], "share")
    if len(rows) == 1:
        return Finding(f"One channel, {plain(first['channel'])}, reaches all {things(n, 'person')}.")
    most = next((row for row in rows if row["reached_share"] >= 0.9), rows[-1])
    n_alone = sum(row["n_only"] for row in rows)
    return Finding(
        f"{plain(first['channel']).capitalize()} reaches {share} of {things(n, 'person')}; it takes "
        f"{things(most['rank'], 'channel')} to reach {number(most['reached_share'], 'share')}, and "
        f"{number(n_alone / n, 'share')} are met in one channel alone."
    )


def sequences_finding(telling_sequences: Table) -> Finding:
    """Which sequence of channels goes most surely with converting; it need not be why."""
    rows = rows_of(telling_sequences, "select * from this order by rank")
    if not rows:
        return Finding(
            "No journey is old enough to be judged, or too few convert, so no sequence tells anything."
        )
    sure = [row for row in rows if row["q_value"] <= FALSE_DISCOVERY]
    if not sure:
        n = rows[0]["n_tested"]
        tested = "The one sequence tested does not differ" if n == 1 else f"None of {n} sequences differs"
        return Finding(f"{tested} between journeys that convert and others by more than chance.")
    row = sure[0]
    n = row["n_converted_journeys"], row["n_other_journeys"]
    shares = [number(row[f"{group}_share"], "share") for group in ("converted", "other")]
    return Finding(
        f"'{plain(row['sequence'])}' stands in {shares[0]} of {number(n[0])} journeys that then convert and "
        f"in {shares[1]} of {number(n[1])} others, {_points(row)} points: the surest difference of "
        f"{things(row['n_tested'], 'sequence')} tested."
    )


def sequences_table(telling_sequences: Table) -> pd.DataFrame:
    """The sequences that differ by more than chance, the surest first."""
    sql = "select * from this where q_value <= $most order by rank limit $n"
    shown = [
        (
            plain(row["sequence"]),
            number(row["converted_share"], "share"),
            number(row["other_share"], "share"),
            _points(row),
        )
        for row in rows_of(telling_sequences, sql, most=FALSE_DISCOVERY, n=N_SEQUENCES)
    ]
    return pd.DataFrame(shown, columns=SEQUENCE_COLUMNS)


def pairs_finding(channel_pairs: Table) -> Finding:
    """Which two channels, in this order, go with more conversions than each alone; it need not be why."""
    rows = rows_of(channel_pairs, "select * from this order by p_value, first_channel, second_channel")
    if not rows:
        return Finding("No two channels stand near one another for enough persons to be compared.")
    sure = [row for row in rows if row["is_declared"]]
    if not sure:
        tested = "The one pair" if len(rows) == 1 else f"None of {len(rows)} pairs"
        return Finding(
            f"{tested} of channels{' does not go' if len(rows) == 1 else ' goes'} with more conversions than "
            "its two channels alone, by more than chance."
        )
    row = sure[0]
    value, low, high = (1000 * row[name] for name in ("together_rate", "low", "high"))
    return Finding(
        f"{plain(row['first_channel']).capitalize()} and then {plain(row['second_channel'])} goes with "
        f"{value:+.1f} ({low:+.1f} to {high:+.1f}) conversions per 1,000 days beyond what each has alone "
        f"({things(row['n_persons'], 'person')}): the surest of {len(sure)} declared among "
        f"{things(len(rows), 'pair')} tested."
    )


def _points(row: dict[str, float]) -> str:
    value, low, high = (100 * row[name] for name in ("difference", "low", "high"))
    return f"{value:+.1f} ({low:+.1f} to {high:+.1f})"
