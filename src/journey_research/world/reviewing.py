"""What a reviewer answered who looked at pairs of records: half of one person, half easily mistaken."""

from __future__ import annotations

import numpy as np
import pandas as pd

from .exports.text import iso_millis
from .simulation.block import Block
from .simulation.calendar import DAY_MS, HOUR_MS, chance_for

# Sources whose records carry a name; a pair of two others would tell a reviewer nothing.
NAMED = (
    "hubspot_contacts", "salesforce_leads", "salesforce_contacts", "shopify_orders", "zendesk_users",
    "loyalty_members", "badge_scans",
)  # fmt: skip
_SEEN = (*NAMED, "sendgrid_events")
_WRONG, _UNSURE = 0.01, 0.03
_MOST, _FEWEST, _SHARE = 600, 30, 0.35
COLUMNS = ["source_a", "key_a", "source_b", "key_b", "answer", "reviewer", "judged_at"]


def pairs_wanted(persons: int, persons_in_block: int) -> int:
    """Pairs of each kind to review in a block: a third of the people, 600 in the whole world at most.

    Example:
        >>> pairs_wanted(1000, 1000), pairs_wanted(220_000, 5000)
        (350, 14)
    """
    whole = min(_MOST, max(_FEWEST, int(_SHARE * persons)))
    return -(-whole * persons_in_block // persons)


def judge_pairs(block: Block, main: pd.DataFrame, wanted: int) -> pd.DataFrame:
    """Draw pairs of a block's records and answer them, now and then wrongly.

    Args:
        block: Whose people they are.
        main: One row per source and key, see ``speaking.main_speakers``.
        wanted: Pairs of each kind.

    Returns:
        ``source_a, key_a, source_b, key_b, answer`` (same, distinct, unsure), ``reviewer``, ``judged_at``;
        at most ``2 * wanted`` rows, oldest first.
    """
    chance = chance_for(block.world_seed, "reviewer", block.number)
    seen = main[main["source"].isin(_SEEN) & (main["row"] >= 0)].reset_index(drop=True)
    same = _same_pairs(seen, wanted, chance)
    distinct = _hard_pairs(block.people, seen, len(same), chance)
    sources, keys = seen["source"].tolist(), seen["key"].tolist()
    rows = []
    for truth, other, pairs in (("same", "distinct", same), ("distinct", "same", distinct)):
        for a, b in pairs:
            drawn = chance.random()
            answer = other if drawn < _WRONG else "unsure" if drawn < _WRONG + _UNSURE else truth
            rows.append([sources[a], keys[a], sources[b], keys[b], answer])
    judged = pd.DataFrame(rows, columns=COLUMNS[:5]).astype(object)
    judged = judged.iloc[chance.permutation(len(judged))].reset_index(drop=True)
    judged["answer"] = _going_together(judged)
    judged["reviewer"] = [f"reviewer_{no}" for no in chance.integers(1, 4, len(judged))]
    days = np.sort(chance.integers(1, 14, len(judged)))
    at_ms = block.calendar.end_ms - (15 - days) * DAY_MS + chance.integers(8, 17, len(judged)) * HOUR_MS
    judged["judged_at"] = iso_millis(at_ms).to_pylist()
    return judged[COLUMNS]


def _going_together(judged: pd.DataFrame) -> list[str]:
    """The answers in their order; unsure where earlier ones contradict, for the review says so."""
    group_of: dict[tuple[str, str], set[tuple[str, str]]] = {}
    apart: set[frozenset[tuple[str, str]]] = set()
    told = []
    for source_a, key_a, source_b, key_b, answer in judged[COLUMNS[:5]].itertuples(index=False, name=None):
        records = (source_a, key_a), (source_b, key_b)
        one, other = (group_of.setdefault(record, {record}) for record in records)
        is_apart = any(frozenset((a, b)) in apart for a in one for b in other)
        if (answer == "same" and is_apart) or (answer == "distinct" and one is other):
            answer = "unsure"
        elif answer == "same" and one is not other:
            one |= other
            group_of |= dict.fromkeys(other, one)
        elif answer == "distinct":
            apart.add(frozenset(records))
        told.append(answer)
    return told


def _same_pairs(seen: pd.DataFrame, wanted: int, chance: np.random.Generator) -> list[tuple[int, int]]:
    rows_of = seen.groupby("row").indices
    named = seen["source"].isin(NAMED).tolist()
    pairs: list[tuple[int, int]] = []
    for person in chance.permutation(np.unique(seen["row"].to_numpy())):
        rows = [int(row) for row in rows_of[person]]
        possible = [
            (a, b) for i, a in enumerate(rows) for b in rows[i + 1 :]
            if (named[a] and named[b]) or chance.random() < 0.15
        ]  # fmt: skip
        pairs += [possible[at] for at in np.sort(chance.permutation(len(possible))[:6]).tolist()]
        if len(pairs) >= wanted:
            break
    return pairs[:wanted]


def _hard_pairs(
    people: pd.DataFrame, seen: pd.DataFrame, wanted: int, chance: np.random.Generator
) -> list[tuple[int, int]]:
    """Pairs of two persons of one household, one surname in one city, or one full name; then any."""
    named = seen[seen["source"].isin(NAMED)]
    rows_of = named.groupby("row").indices
    spoken = people.loc[people.index.isin(named["row"])]
    alike = [
        spoken["household"].astype(str),
        spoken["last_name"] + " " + spoken["city"],
        spoken["first_name"] + " " + spoken["last_name"],
        spoken["last_name"].str[:3] + spoken["first_name"].str[:2],
        pd.Series("", index=spoken.index),
    ]
    pairs: dict[tuple[int, int], None] = {}
    for at, trait in enumerate(alike):
        groups = [sorted(g) for _, g in sorted(spoken.groupby(trait).groups.items()) if len(g) > 1]
        limit = wanted if at == len(alike) - 1 else wanted * (at + 1) * 3 // 10
        for _ in range(wanted * 4):
            if len(pairs) >= min(limit, wanted) or not groups:
                break
            a, b = chance.choice(groups[int(chance.integers(len(groups)))], size=2, replace=False)
            row_a, row_b = (int(named.index[chance.choice(rows_of[p])]) for p in (a, b))
            pairs[(min(row_a, row_b), max(row_a, row_b))] = None
    return list(pairs)
