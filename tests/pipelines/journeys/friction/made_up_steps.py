"""Small made-up shops in which one thing at one step goes wrong, or nothing does."""

from __future__ import annotations

import numpy as np
import pandas as pd

from benchmarks.journey_truth.block_tables import filled
from journey_research.engine import Table
from journey_research.pipelines.journeys.cutting import cut_journeys
from journey_research.pipelines.journeys.friction.finding import find_friction
from journey_research.pipelines.journeys.friction.friction_rule import FrictionRule
from journey_research.pipelines.journeys.stitching import find_outcomes
from tests.pipelines.journeys.small_world import RULE, as_of, orders_from, people_from, touches_from
from tests.worlds import table

DAY = 24 * 60
PLAIN = {
    "friction_seed": 1, "n_resamples": 100, "case": "session", "paged_action": "page_viewed",
    "contact_actions": ("called", "ticket_opened"), "least_goal_share": 0.1, "least_lift": 2.0,
    "least_together_share": 0.5, "least_cases": 20, "least_excess_share": 0.05,
    "false_discovery_rate": 0.05, "repeat_days": 7, "switch_hours": 24, "long_wait_ratio": 3.0,
    "history_days": 30, "max_fitted_cases": 50_000,
}  # fmt: skip
STEPS = ["added_to_cart", "page_viewed address", "page_viewed pay"]


def rule(**changed: object) -> FrictionRule:
    return FrictionRule(**{**PLAIN, **changed})  # type: ignore[arg-type]


def friction_of(told, bought, friction_rule, until=30 * DAY, **columns) -> pd.DataFrame:
    """Friction of touches ``(record, minute, action, page, channel)`` and orders ``(record, minute)``."""
    touches = touches_from(
        [t[0] for t in told], [t[1] for t in told], action=[t[2] for t in told],
        content_id=[t[3] for t in told], channel=[t[4] for t in told],
        initiative=["customer"] * len(told), direction=["inbound"] * len(told), **columns,
    )  # fmt: skip
    records = sorted({t[0] for t in told} | {b[0] for b in bought})
    people = people_from({record: n for n, record in enumerate(records, start=1)})
    orders = orders_from([b[0] for b in bought], [b[1] for b in bought])
    return of_tables(touches, people, orders, as_of(until), friction_rule)


def of_tables(touches: Table, people: Table, orders: Table, seen_at: Table, friction_rule) -> pd.DataFrame:
    outcomes = find_outcomes(touches, orders, people, RULE)
    journey_touches = cut_journeys(touches, people, outcomes, RULE)
    return find_friction(
        journey_touches, touches, people, outcomes, table("ORDER_SIGHTINGS"), seen_at, RULE, friction_rule
    )


def shop(seed: int, persons: int = 900, wrong: str = "", at: int = 2, share: float = 0.3) -> pd.DataFrame:
    """Friction in a shop in which ``wrong`` happens at step ``at`` (1 to 3) to a share of those there.

    Half of the visits look only. Those that come to buy come directly and look at more products; the others
    come by a search, and of these four in ten leave at each step.
    """
    chance = np.random.default_rng(seed)
    rows: list[tuple[int, float, str, str | None, str]] = []
    bought: list[tuple[int, float]] = []
    for person in range(persons):
        for visit in range(int(chance.integers(1, 3))):
            now = float(chance.integers(0, 20 * DAY) + visit * 20 * DAY)
            buys = chance.random() < 0.3
            channel = "direct" if chance.random() < (0.8 if buys else 0.3) else "search"
            for _ in range(1 + chance.poisson(2.5 if buys else 1.0)):
                rows.append((person, now, "product_viewed", None, channel))
                now += chance.uniform(0.2, 1.0)
            if not buys and chance.random() < 0.7:
                continue
            _walk(chance, rows, bought, person, now, channel, buys, wrong, at, share)
    return _friction(rows, bought, persons)


def _walk(chance, rows, bought, person, now, channel, buys, wrong, at, share) -> None:
    for number, step in enumerate(STEPS, start=1):
        action, _, page = step.partition(" ")
        rows.append((person, now, action, page or None, channel))
        is_hit = number == at and chance.random() < share
        if is_hit and wrong == "rework_loop":
            rows.append((person, now + 0.3, "added_to_cart", None, channel))
        if is_hit and wrong == "channel_switch":
            rows.append((person, now + 120, "called", None, "call_centre"))
            return
        if is_hit and wrong == "repeat_contact":
            rows.append((person, now + 2 * DAY, action, page or None, channel))
            return
        if is_hit and wrong == "drop_off":
            return
        if not buys and chance.random() < 0.4:
            return
        now += chance.uniform(0.5, 1.5) * (12 if is_hit and wrong == "wait" else 1)
    if buys:
        bought.append((person, now))


def _friction(rows, bought, persons) -> pd.DataFrame:
    start = np.datetime64("2025-01-01T00:00:00", "us")

    def at(minutes):
        return start + (np.array(minutes, float) * 60_000_000).astype("timedelta64[us]")

    touches = filled(
        "TOUCHES", len(rows), touch_id=[f"web:{n:06d}" for n in range(len(rows))],
        record_id=[f"web:{row[0]}" for row in rows], source="web", touched_at=at([row[1] for row in rows]),
        is_date_only=False, channel=[row[4] for row in rows], direction="inbound", initiative="customer",
        action=[row[2] for row in rows], is_bot=False, content_id=[row[3] for row in rows],
    )  # fmt: skip
    orders = filled(
        "ORDERS", len(bought), order_id=[f"shop:{n:06d}" for n in range(len(bought))],
        record_id=[f"web:{row[0]}" for row in bought], source="shop",
        ordered_at=at([row[1] for row in bought]), status="paid", channel="web",
        order_amount=["50.00"] * len(bought), refunded_amount=["0.00"] * len(bought), currency="EUR",
    )  # fmt: skip
    people = filled(
        "PEOPLE", persons, record_id=[f"web:{n}" for n in range(persons)],
        person_id=[f"person:{n:06x}" for n in range(persons)], person_probability=np.ones(persons),
    )  # fmt: skip
    return of_tables(touches, people, orders, filled("AS_OF", 1, as_of=at([80 * DAY])), rule())
