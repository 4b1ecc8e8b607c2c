"""What only the truth may know of a block: effects by the do-operator, and what was planted where.

Effects are counted, not estimated: the orders that are there less those that would be there without.
No second world is made for that, because which potential orders survive is known from their causes.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from .block import CHANNELS
from .calendar import DAY_MS
from .causing import SYNERGY, SYNERGY_DAYS, SYNERGY_EFFECT, pairs_close_together
from .experimenting import HORIZON, POSTED_AFTER, UPLIFT
from .ledger import code
from .scene import Scene
from .surviving import PAYMENT, TOGETHER, Survivors, survivors
from .trend import weekly_factor


def effects(scene: Scene, left: Survivors, without: tuple[str, ...]) -> pd.DataFrame:
    """By channel: ``contacts``, ``planted_orders``, ``orders``, ``orders_without`` the channel."""
    table, rows = scene.contacts, []
    inside = (table["at_ms"] >= scene.calendar.start_ms) & (table["at_ms"] < scene.calendar.end_ms)
    there = left.contacts & inside & ~table["is_robot"]
    for channel in CHANNELS:
        of = there & (table["channel"] == code(channel))
        gone = survivors(scene, (*without, channel))
        soured = table["sours"][of] * scene.own_rate[table["person"][of]] * (HORIZON / 7)
        added = float(table["effect"][of].sum() - soured.sum())
        rows.append((channel, int(of.sum()), added, int(left.made.sum()), int(gone.made.sum())))
    return pd.DataFrame(rows, columns=["channel", "contacts", "planted_orders", "orders", "orders_without"])


def synergy(scene: Scene, left: Survivors, without: tuple[str, ...]) -> pd.DataFrame:
    """The planted pair: how often it stood close together, and the orders with both, one and none."""
    before, after = pairs_close_together(scene)
    there = left.contacts[before] & left.contacts[after]
    persons = scene.contacts["person"][after[there]]
    planted = 0.0 if TOGETHER in without else SYNERGY_EFFECT
    counts = {
        "orders": left,
        "orders_without_first": survivors(scene, (*without, SYNERGY[0])),
        "orders_without_second": survivors(scene, (*without, SYNERGY[1])),
        "orders_without_both": survivors(scene, (*without, *SYNERGY)),
    }
    return pd.DataFrame(
        {
            "first_channel": [SYNERGY[0]],
            "second_channel": [SYNERGY[1]],
            "within_days": [SYNERGY_DAYS],
            "pairs": [len(persons)],
            "planted_orders": [float(planted * scene.responsive[persons].sum())],
            **{name: [int(which.made.sum())] for name, which in counts.items()},
        }
    )


def uplift(scene: Scene, left: Survivors, without: tuple[str, ...], letters: np.ndarray) -> pd.DataFrame:
    """By arm and segment: people, their orders in the weeks after, and had they been sent nothing."""
    gone = survivors(scene, without, off=letters)
    since = scene.catalogue.experiment_ms + POSTED_AFTER
    at_ms, person = scene.orders["at_ms"], scene.orders["person"]
    inside = (at_ms >= since) & (at_ms < since + HORIZON * DAY_MS)
    n = len(scene.people)
    with_letter = np.bincount(person[left.made & inside], minlength=n)
    without_letter = np.bincount(person[gone.made & inside], minlength=n)
    kinds = scene.events["kind"] == code("arm_assigned")
    assigned = scene.events["contact"][kinds]
    who = scene.contacts["person"][assigned]
    words = {code(arm): arm for arm in scene.catalogue.experiments["arm"]}
    table = pd.DataFrame(
        {
            "experiment": scene.catalogue.experiment,
            "arm": pd.Series(scene.events["referrer"][kinds]).map(words),
            "segment": scene.people["segment"].to_numpy()[who],
            "horizon_days": HORIZON,
            "persons": 1,
            "orders": with_letter[who],
            "orders_with_nothing": without_letter[who],
        }
    )
    summed = table.groupby(["experiment", "arm", "segment", "horizon_days"], as_index=False).sum()
    planted = [
        UPLIFT.get(arm, {}).get(segment, 0.0)
        for arm, segment in zip(summed["arm"], summed["segment"], strict=True)
    ]
    return summed.assign(planted=planted)


def friction(scene: Scene, left: Survivors, without: tuple[str, ...]) -> pd.DataFrame:
    """The step of the checkout where people give up: who reached it, who went on, what is lost by it."""
    online = scene.orders["visit"] >= 0
    freed = survivors(scene, (*without, PAYMENT))
    return pd.DataFrame(
        {
            "step": [PAYMENT],
            "reached": [int((left.tried & online).sum())],
            "went_on": [int((left.made & online).sum())],
            "orders": [int(left.made.sum())],
            "orders_without_friction": [int(freed.made.sum())],
        }
    )


def trend(scene: Scene, left: Survivors) -> pd.DataFrame:
    """By week, from 0: ``orders``, those of ``own_accord``, and the ``factor`` of their planted rate."""
    at_ms, weeks = scene.orders["at_ms"], scene.calendar.weeks
    week = np.clip((at_ms - scene.calendar.start_ms) // (7 * DAY_MS), 0, weeks - 1)
    own = left.made & (scene.orders["cause"] < 0)
    return pd.DataFrame(
        {
            "week": np.arange(weeks),
            "orders": np.bincount(week[left.made], minlength=weeks),
            "own_accord": np.bincount(week[own], minlength=weeks),
            "factor": weekly_factor(scene.calendar),
        }
    )


def second_screens(
    scene: Scene, left: Survivors, second: dict[str, np.ndarray], first_visit: int
) -> pd.DataFrame:
    """Visits on two devices, one after or beside the other: person, pattern, visits, their times."""
    table, found = scene.contacts, []
    for pattern, rows in second.items():
        there = rows[left.contacts[rows] & (table["at_ms"][rows] < scene.calendar.end_ms)]
        first = table["parent"][there]
        found.append(
            pd.DataFrame(
                {
                    "person": scene.people["person"].to_numpy()[table["person"][there]],
                    "pattern": pattern,
                    "first_visit": first_visit + first,
                    "second_visit": first_visit + there,
                    "first_ms": table["at_ms"][first],
                    "second_ms": table["at_ms"][there],
                    "first_device": scene.devices["kind"].to_numpy()[table["device"][first]],
                    "second_device": scene.devices["kind"].to_numpy()[table["device"][there]],
                }
            )
        )
    return pd.concat(found, ignore_index=True)
