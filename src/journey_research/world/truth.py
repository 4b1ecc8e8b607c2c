"""What really is so: who each key belongs to, what each touch adds, and what a reviewer answered."""

from __future__ import annotations

import numpy as np
import pandas as pd

from .behaviour import Behaviour
from .calendar import DAY_MS, END_MS, chance_for, iso
from .writing import Export, as_csv, tuples_of

_REVIEWED = ["hubspot_contacts", "shopify_orders", "call_centre", "sendgrid_events"]
_EMPTY = pd.DataFrame({"source": [], "key": [], "person": []})
ANSWERS = {"wrong": 0.01, "unsure": 0.03}


def main_speakers(speakers: pd.DataFrame) -> pd.DataFrame:
    """One row per source and key with its person: where two share a key, whoever uses it most.

    Example:
        >>> shared = pd.DataFrame({"source": "s", "key": ["k", "k", "k"], "person": [4, 2, 4]})
        >>> main_speakers(shared)["person"].tolist()
        [4]
    """
    counted = speakers.groupby(["source", "key", "person"], as_index=False).size()
    counted = counted.sort_values(["source", "key", "size", "person"], ascending=[True, True, False, True])
    return counted.drop_duplicates(["source", "key"])[["source", "key", "person"]].reset_index(drop=True)


def person_names(person: pd.Series) -> list[str]:
    """Names of persons by row number; below zero are robots."""
    return [f"p{at + 1:05d}" if at >= 0 else f"bot{-at:04d}" for at in person]


def truth_people(main: pd.DataFrame) -> Export:
    """The person behind every key of every source."""
    rows = list(zip(main["source"], main["key"], person_names(main["person"]), strict=True))
    return Export("truth_people.csv", as_csv(["source", "key", "person"], rows), len(rows), _EMPTY)


def truth_effects(behaviour: Behaviour) -> Export:
    """What one touch added to the probability of an order, as a mean over the touches of its kind."""
    visits = behaviour.visits.assign(touch="visit")
    mails = behaviour.mails.assign(channel="email", touch="delivered")
    calls = behaviour.calls.assign(channel="call_centre", touch="call")
    columns = ["channel", "touch", "cause_probability"]
    touches = pd.concat([table[columns] for table in (visits, mails, calls)])
    means = touches.groupby(["channel", "touch"])["cause_probability"].agg(["mean", "size"]).reset_index()
    rows = [
        [row.channel, row.touch, f"{row.mean_:.6f}", row.size_]
        for row in tuples_of(means.rename(columns={"mean": "mean_", "size": "size_"}))
    ]
    header = ["channel", "touch", "added_purchase_probability", "n_touches"]
    return Export("truth_effects.csv", as_csv(header, rows), len(rows), _EMPTY)


def reviewer_judgements(people: pd.DataFrame, main: pd.DataFrame, world_seed: int) -> Export:
    """Pairs that a reviewer looked at: half of one person, half of people who are easily mistaken."""
    chance = chance_for(world_seed, "reviewer")
    seen = main[main["source"].isin(_REVIEWED) & (main["person"] >= 0)].reset_index(drop=True)
    wanted = min(350, max(30, int(0.35 * len(people))))
    same = _same_pairs(seen, wanted, chance)
    distinct = _hard_pairs(people, seen, len(same), chance)
    sources, keys = seen["source"].tolist(), seen["key"].tolist()
    rows: list[list[str]] = []
    for truth, pairs in (("same", same), ("distinct", distinct)):
        for a, b in pairs:
            drawn = chance.random()
            answer = {"same": "distinct", "distinct": "same"}[truth] if drawn < ANSWERS["wrong"] else truth
            answer = "unsure" if ANSWERS["wrong"] <= drawn < ANSWERS["wrong"] + ANSWERS["unsure"] else answer
            rows.append([sources[a], keys[a], sources[b], keys[b], answer])
    order = chance.permutation(len(rows))
    days = np.sort(chance.integers(1, 14, len(rows)))
    judged = iso(END_MS - (15 - days) * DAY_MS + chance.integers(8, 17, len(rows)) * 3_600_000)
    reviewers = [f"reviewer_{no}" for no in chance.integers(1, 4, len(rows))]
    rows = [[*rows[at], who, when] for at, who, when in zip(order, reviewers, judged, strict=True)]
    header = ["source_a", "key_a", "source_b", "key_b", "answer", "reviewer", "judged_at"]
    return Export("reviewer_judgements.csv", as_csv(header, rows), len(rows), _EMPTY)


def _same_pairs(seen: pd.DataFrame, wanted: int, chance: np.random.Generator) -> list[tuple[int, int]]:
    rows_of = seen.groupby("person").indices
    named = (seen["source"] != "sendgrid_events").tolist()
    pairs: list[tuple[int, int]] = []
    for person in chance.permutation(np.unique(seen["person"].to_numpy())):
        rows = [int(row) for row in rows_of[person]]
        possible = [
            (a, b) for i, a in enumerate(rows) for b in rows[i + 1 :]
            if (named[a] and named[b]) or chance.random() < 0.15
        ]  # fmt: skip
        pairs += possible[:6]
        if len(pairs) >= wanted:
            break
    return pairs[:wanted]


def _hard_pairs(
    people: pd.DataFrame, seen: pd.DataFrame, wanted: int, chance: np.random.Generator
) -> list[tuple[int, int]]:
    """Pairs of two persons of one household, one surname in one city, or one full name; then any."""
    named = seen[seen["source"] != "sendgrid_events"]
    rows_of = named.groupby("person").indices
    spoken = people.loc[people.index.isin(named["person"])]
    full_name = spoken["first_name"] + " " + spoken["last_name"]
    alike = [
        spoken["household"].astype(str),
        spoken["last_name"] + " " + spoken["city"],
        full_name,
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
