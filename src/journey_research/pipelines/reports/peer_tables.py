"""Who carries whom, in sentences: how far a word between persons goes, and what came after it.

After it and not by it: whoever hears of a thing from a friend might have bought it anyway. Persons are told
as how many of them there are; nobody is listed.
"""

from __future__ import annotations

from typing import Any

import pandas as pd

from journey_research.engine import Table

from .estimates import FEWEST, TOO_FEW, rate
from .journey_tables import mark_shares
from .tables import rows_of
from .words import Finding, is_known, number, ranged, things

FIGURES = {
    "touched_by_peers_share": ("persons", "are reached by a word of others"),
    "giving_share": ("persons", "give a word to others"),
    "passed_on_share": ("givers", "have it passed on by those they reach"),
    "followed_share": ("pairs of giver and receiver", "see the receiver convert after it"),
    "largest_community_share": ("persons connected by a word", "are in the largest circle"),
}
MOST_WORDS = 4  # so many and more are told as one
REACHES = {1: "1", 2: "2", 3: "3 or 4", 5: "5 to 9", 10: "10 or more"}
FIGURE_COLUMNS = ["of", "how many", "share (95 in 100)", "do what"]
REACH_COLUMNS = ["reach", "n_givers", "n_passed_on"]
WORD_COLUMNS = ["words from one to the other", "pairs", "the receiver converts after (95 in 100)"]


def peers_finding(influence_figures: Table) -> Finding:
    """How many persons a word of others reaches, how many give one, and how often the receiver converts."""
    rows = {row["figure"]: row for row in rows_of(influence_figures, "select * from this order by figure")}
    touched, giving, followed = (
        rows.get(name) for name in ("touched_by_peers_share", "giving_share", "followed_share")
    )
    if not touched or not giving or not touched["n"]:
        return Finding("There is nobody here who could give another a word.")
    if not touched["share"] and not giving["share"]:
        return Finding(f"No source tells of a word between {things(touched['n'], 'person')}.")
    after = ""
    if followed and followed["n"]:
        after = (
            f"; in {_ranged(followed)} of {things(followed['n'], 'pair')} the receiver converts soon after, "
            "which the word need not have brought about"
        )
    return Finding(
        f"{_ranged(touched)} of {things(touched['n'], 'person')} are reached by a word of others, "
        f"{_ranged(giving)} give one{after}."
    )


def peers_table(influence_figures: Table) -> pd.DataFrame:
    """The figures of influence with their ranges, those of nobody left out."""
    rows = {row["figure"]: row for row in rows_of(influence_figures, "select * from this where n > 0")}
    shown = [
        (of, number(rows[name]["n"]), _ranged(rows[name]), does)
        for name, (of, does) in FIGURES.items()
        if name in rows and is_known(rows[name]["share"])
    ]
    if not any(is_known(row["share"]) and row["share"] for row in rows.values()):
        shown = []  # nobody gives and nobody hears a word
    return pd.DataFrame(shown, columns=FIGURE_COLUMNS)


def words_table(influence_edges: Table) -> pd.DataFrame:
    """Pairs of giver and receiver by how many words there were; the range counts givers, not pairs."""
    by_giver = influence_edges.query(
        "select giver_person_id as person_id, least(n_acts, $most) as n_words, is_followed from this",
        most=MOST_WORDS,
    )
    shown = []
    for n_words in range(1, MOST_WORDS + 1):
        alike = by_giver.query("select * from this where n_words = $n_words", n_words=n_words)
        shares = mark_shares(alike, "case when is_followed then 'after' else 'no' end")
        if not shares:
            continue
        n = int(next(iter(shares.values()))["base"])
        words = f"{n_words} or more" if n_words == MOST_WORDS else number(n_words)
        so = TOO_FEW if n < FEWEST else _after(shares)
        shown.append((words, number(n), so))
    return pd.DataFrame(shown, columns=WORD_COLUMNS)


def reach_of_givers(influence_spheres: Table) -> pd.DataFrame:
    """Givers by how many persons they reach: ``reach`` in words, ``n_givers``, and ``n_passed_on`` of them.

    All reaches there, those of nobody too; no giver: no row.
    """
    counts = influence_spheres.query(
        "select case when n_reached >= 10 then 10 when n_reached >= 5 then 5 when n_reached >= 3 then 3 "
        "else n_reached end as reach, count(*) as n, "
        "count(case when n_reached_further > 0 then 1 end) as n_passed_on "
        "from this where n_reached > 0 group by 1 order by 1"
    ).to_arrow().to_pylist()  # fmt: skip
    found = {row["reach"]: row for row in counts}
    if not found:
        return pd.DataFrame(columns=REACH_COLUMNS)
    none = {"n": 0, "n_passed_on": 0}
    rows = [(REACHES[n], found.get(n, none)["n"], found.get(n, none)["n_passed_on"]) for n in REACHES]
    return pd.DataFrame(rows, columns=REACH_COLUMNS)


def _after(shares: dict[str, dict[str, Any]]) -> str:
    return rate(shares["after"]).in_words if "after" in shares else number(0.0, "share")


def _ranged(row: dict[str, Any]) -> str:
    return ranged(row["share"], row["low"], row["high"], "share")
