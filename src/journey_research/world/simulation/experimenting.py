"""The experiment: an offer, a brand message or nothing by post, drawn for every person alike."""

from __future__ import annotations

import numpy as np

from .calendar import DAY_MS, HOUR_MS
from .catalogue import ARMS
from .ledger import code, codes
from .reaching import letter
from .scene import Scene

# Arm: segment -> added orders a person (above 0), or the share of the person's orders of their own
# accord in the next HORIZON days that are not made (below 0).
UPLIFT = {
    "offer": {"loyal": -0.35, "bargain": 0.14, "browser": 0.05, "dormant": 0.01},
    "brand_message": {"loyal": 0.06, "bargain": 0.0, "browser": 0.03, "dormant": -0.3},
}
HORIZON = 28
ENROLLED = 0.6  # of those who are known
POSTED_AFTER = 2 * DAY_MS + HOUR_MS
LETTERS = {"offer": "Spring letter: 15 % off", "brand_message": "Spring letter: our story"}


def assign_arms(scene: Scene) -> np.ndarray:
    """Draw an arm for a random part of those known by then and post the letters. Gives the letters' rows."""
    chance = scene.chance("experiment")
    n = len(scene.people)
    arms = codes(np.array(list(ARMS), dtype=object)[chance.choice(len(ARMS), size=n, p=list(ARMS.values()))])
    at = scene.catalogue.experiment_ms
    known = np.flatnonzero((scene.people["joined_ms"].to_numpy() < at) & (chance.random(n) < ENROLLED))
    rows = scene.contacts.add(len(known), person=known, at_ms=at, ended_ms=at)
    scene.events.add(
        len(known), contact=rows, at_ms=at, ended_ms=at, kind=code("arm_assigned"), referrer=arms[known]
    )
    segment, letters = scene.people["segment"], []
    for arm, campaign in LETTERS.items():
        who = known[arms[known] == code(arm)]
        lift = segment.map(UPLIFT[arm]).to_numpy(dtype=float)[who]
        posted = np.full(len(who), at + POSTED_AFTER)
        added, sours = np.where(lift > 0, lift, 0.0), np.where(lift < 0, -lift, 0.0)
        letters.append(letter(scene, chance, who, posted, campaign, added, sours))
    return np.concatenate(letters)
