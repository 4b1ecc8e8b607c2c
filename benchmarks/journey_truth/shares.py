"""The share of interactions that is social, and the contradictions, against what was planted."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

SOCIAL = ("social", "addressable_social", "social_public")


def compare_social_share(run: Path, raw: Path) -> tuple[pd.DataFrame, str]:
    """Hold the measured share of social interactions against the planted one.

    Args:
        run: Folder of a finished run, with ``03_journeys/channel_shares.parquet``.
        raw: Folder of the world's exports, with ``truth_effects.csv``.

    Returns:
        One row: ``planted_share, interaction_share, low, high, is_covered, spend_index, is_shiny`` (the
        last two among channels with spend), and one line to print. The truth counts contacts: a mail is
        one, whether or not it is opened later; the run counts what people do in a session, so the later
        opening is one more. That makes the shares differ by a little more than chance does.
    """
    truth = pd.read_csv(raw / "truth_effects.csv")
    planted = truth.loc[truth["channel"].isin(SOCIAL), "contacts"].sum() / truth["contacts"].sum()
    shares = pd.read_parquet(run / "03_journeys" / "channel_shares.parquet")
    found = shares[(shares["level"] == "tool") & (shares["name"] == "social")].set_index("base")
    row = found.loc["all"]
    is_covered = bool(row["low"] <= planted <= row["high"])
    paid = found.loc["paid"] if "paid" in found.index else row
    table = pd.DataFrame(
        {
            "planted_share": [planted],
            "interaction_share": [row["interaction_share"]],
            "low": [row["low"]],
            "high": [row["high"]],
            "is_covered": [is_covered],
            "spend_index": [paid["spend_index"]],
            "is_shiny": [bool(paid["is_shiny"])],
        }
    )
    said = (
        f"social share: {row['interaction_share']:.2%} ({row['low']:.2%} to {row['high']:.2%}), "
        f"planted {planted:.2%}, {'covered' if is_covered else 'NOT covered'}; "
        f"spend index among paid channels {paid['spend_index']:.1f}"
    )
    return table, said


def compare_contradictions(run: Path, raw: Path) -> tuple[pd.DataFrame, str]:
    """Hold the contradictions found against the planted ones, pair by pair.

    Args:
        run: Folder of a finished run, with ``03_journeys/contradictions.parquet``.
        raw: Folder of the world's exports, with ``truth_contradictions.csv``.

    Returns:
        One row: ``n_planted, n_found, recall, n_more_by_channel, n_other``, and one line to print. A
        planted pair is found when a pair of the same two instants is, to the second. Without the right
        person the two messages do not meet, so recall is at most what identity leaves. ``n_more_by_channel``:
        pairs of the planted channels that are not planted (two persons taken for one); ``n_other``: pairs of
        other channels, as of a letter with an offer, which contradict as well and are not in the truth.
    """
    truth = pd.read_csv(raw / "truth_contradictions.csv", dtype=str)
    planted = set(zip(truth["first_at"], truth["second_at"], strict=True))
    found = pd.read_parquet(run / "03_journeys" / "contradictions.parquet")
    second = "%Y-%m-%dT%H:%M:%SZ"
    pairs = list(
        zip(found["first_at"].dt.strftime(second), found["second_at"].dt.strftime(second), strict=True)
    )
    hit = planted & set(pairs)
    alike = (
        found[["first_channel", "second_channel"]]
        .apply(lambda row: set(row) == {"email", "sms"}, axis=1)
        .astype(bool)
        if len(found)
        else pd.Series(dtype=bool)
    )
    more = sum(bool(same) and pair not in planted for same, pair in zip(alike, pairs, strict=True))
    recall = len(hit) / len(planted) if planted else float("nan")
    table = pd.DataFrame(
        {
            "n_planted": [len(planted)],
            "n_found": [len(hit)],
            "recall": [recall],
            "n_more_by_channel": [more],
            "n_other": [int(len(found) - alike.sum())],
        }
    )
    said = (
        f"contradictions: {len(hit):,} of {len(planted):,} planted pairs found ({recall:.1%}); "
        f"{more:,} more of the same channels, {int(len(found) - alike.sum()):,} of others"
    )
    return table, said
