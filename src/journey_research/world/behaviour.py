"""What people do: touches, some of which make an order more likely, and the orders that follow.

A touch of a channel adds its channel's probability of one more order (times how strongly the person
answers to touches). Orders also come of people's own accord, and then a direct visit goes before and
sometimes a service call after: those touches cause nothing, though they stand closest to the order.
Paid search and display find people who would buy anyway. E-mail goes to a random part of those who
agreed to it, so that its effect can be measured by comparing.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from .calendar import DAY_MS, END_MS, MINUTE_MS, Calendar, chance_for

# Channel: visits a week of a person on the web, added order probability a touch, drawn to buyers?
VISITS = {
    "direct": (0.12, 0.0, False),
    "organic_search": (0.12, 0.04, False),
    "paid_search": (0.10, 0.09, True),
    "display": (0.07, 0.005, True),
    "social": (0.06, 0.02, False),
    "referral": (0.04, 0.14, False),
}
MAIL_EFFECT, CALL_EFFECT = 0.025, 0.12
CALLS_A_WEEK = 0.025
MAIL_SHARE = 0.65  # of those who agreed, drawn anew for every campaign
CAMPAIGNS = {
    "paid_search": ["Brand Search", "Generic Search Outdoor"],
    "display": ["Display Retargeting"],
    "social": ["Spring Prospecting", "Social Retargeting"],
}


@dataclass(frozen=True)
class Behaviour:
    """Everything that happened; times in milliseconds UTC, persons by row number.

    Attributes:
        visits: person, at_ms, channel, campaign, cause_probability, buys (an order follows at once).
        mails: person, campaign_no, at_ms, cause_probability, opened_ms, clicked_ms, left_ms (0: never).
        calls: person, at_ms, cause_probability.
        orders: person, at_ms, cause, source.
    """

    visits: pd.DataFrame
    mails: pd.DataFrame
    calls: pd.DataFrame
    orders: pd.DataFrame


def _explore(people: pd.DataFrame, calendar: Calendar, world_seed: int) -> pd.DataFrame:
    chance = chance_for(world_seed, "visits")
    found = []
    intent = (people["own_orders_a_week"] / people["own_orders_a_week"].mean()).to_numpy()
    online = people["uses_web"].to_numpy().astype(float)
    for channel, (rate, effect, drawn) in VISITS.items():
        mean = rate * calendar.weeks * online * (0.4 + 0.6 * intent if drawn else 1.0)
        person = np.repeat(np.arange(len(people)), chance.poisson(mean))
        names = np.array(CAMPAIGNS.get(channel, [""]), dtype=object)
        found.append(
            pd.DataFrame(
                {
                    "person": person,
                    "at_ms": calendar.moments(chance, len(person)),
                    "channel": channel,
                    "campaign": names[chance.integers(0, len(names), len(person))],
                    "cause_probability": effect * people["responsiveness"].to_numpy()[person],
                }
            )
        )
    return pd.concat(found, ignore_index=True)


def _send_mails(people: pd.DataFrame, calendar: Calendar, world_seed: int) -> pd.DataFrame:
    chance = chance_for(world_seed, "mails")
    agreed = np.flatnonzero(people["agrees_to_mail"].to_numpy())
    chosen = chance.random((calendar.weeks, len(agreed))) < MAIL_SHARE
    week, at = np.nonzero(chosen)
    person = agreed[at]
    sent = calendar.start_ms + week * 7 * DAY_MS + DAY_MS + 9 * 60 * MINUTE_MS  # Tuesdays, 9 o'clock
    mails = pd.DataFrame({"person": person, "campaign_no": week, "at_ms": sent})
    mails["at_ms"] += chance.integers(0, 20 * MINUTE_MS, len(mails))
    mails["cause_probability"] = MAIL_EFFECT * people["responsiveness"].to_numpy()[person]
    mails["caused"] = chance.random(len(mails)) < mails["cause_probability"]
    fond = np.where(people["channel_preference"] == "email", 1.6, 0.8)[person]
    opened = mails["caused"] | (chance.random(len(mails)) < 0.3 * fond)
    clicked = opened & (chance.random(len(mails)) < np.where(mails["caused"], 0.75, 0.16))
    leaves = opened & ~clicked & (chance.random(len(mails)) < 0.012)
    delay = (chance.lognormal(4.6, 1.1, len(mails)) * MINUTE_MS).astype("int64")
    mails["opened_ms"] = np.where(opened, mails["at_ms"] + delay, 0)
    mails["clicked_ms"] = np.where(
        clicked, mails["at_ms"] + delay + chance.integers(5_000, 90_000, len(mails)), 0
    )
    mails["left_ms"] = np.where(
        leaves, mails["at_ms"] + delay + chance.integers(5_000, 60_000, len(mails)), 0
    )
    # Whoever has left gets no more mail.
    first_left = mails[mails["left_ms"] > 0].groupby("person")["left_ms"].min()
    left = mails["person"].map(first_left).fillna(END_MS).to_numpy()
    for column in ("opened_ms", "clicked_ms", "left_ms"):
        mails[column] = mails[column].where(mails[column] < END_MS, 0)
    return mails[mails["at_ms"] < left].reset_index(drop=True)


def _call(people: pd.DataFrame, calendar: Calendar, world_seed: int) -> pd.DataFrame:
    chance = chance_for(world_seed, "calls")
    fond = np.where(people["channel_preference"] == "phone", 2.5, 0.6)
    person = np.repeat(np.arange(len(people)), chance.poisson(CALLS_A_WEEK * calendar.weeks * fond))
    at_ms = calendar.moments(chance, len(person))
    probability = CALL_EFFECT * people["responsiveness"].to_numpy()[person]
    return pd.DataFrame({"person": person, "at_ms": at_ms, "cause_probability": probability})


def _caused(
    touches: pd.DataFrame, caused: np.ndarray, cause: str, chance: np.random.Generator
) -> pd.DataFrame:
    chosen = touches[caused]
    at_once = chance.random(len(chosen)) < 0.5
    lag = np.where(
        at_once,
        chance.integers(6 * MINUTE_MS, 25 * MINUTE_MS, len(chosen)),
        (chance.exponential(1.5, len(chosen)) * DAY_MS).astype("int64") + 40 * MINUTE_MS,
    )
    felt = [column for column in ("at_ms", "opened_ms", "clicked_ms") if column in chosen]
    return pd.DataFrame(
        {
            "person": chosen["person"].to_numpy(),
            "at_ms": chosen[felt].max(axis=1).to_numpy() + lag,
            "cause": cause,
            "at_once": at_once & (cause == "visit"),
            "visit": chosen.index.to_numpy() if cause == "visit" else -1,
        }
    )


def _order(
    people: pd.DataFrame,
    calendar: Calendar,
    touches: dict[str, tuple[pd.DataFrame, np.ndarray]],
    world_seed: int,
) -> pd.DataFrame:
    chance = chance_for(world_seed, "orders")
    own = np.repeat(
        np.arange(len(people)), chance.poisson(people["own_orders_a_week"].to_numpy() * calendar.weeks)
    )
    found = [
        pd.DataFrame(
            {
                "person": own,
                "at_ms": calendar.moments(chance, len(own)),
                "cause": "own accord",
                "at_once": False,
                "visit": -1,
            }
        )
    ]
    found += [_caused(table, caused, cause, chance) for cause, (table, caused) in touches.items()]
    orders = pd.concat(found, ignore_index=True)
    orders = orders[orders["at_ms"] < END_MS - 10 * MINUTE_MS].sort_values(
        ["at_ms", "person"], ignore_index=True
    )
    at_till = np.where(people["uses_web"].to_numpy()[orders["person"]], 0.08, 1.0)
    orders["source"] = np.where(~orders["at_once"] & (chance.random(len(orders)) < at_till), "pos", "web")
    return orders


def live(people: pd.DataFrame, calendar: Calendar, world_seed: int) -> Behaviour:
    """Let the people of ``people`` live through the calendar's weeks."""
    visits = _explore(people, calendar, world_seed)
    mails = _send_mails(people, calendar, world_seed)
    calls = _call(people, calendar, world_seed)

    chance = chance_for(world_seed, "effects")
    causes = {
        "visit": (visits, chance.random(len(visits)) < visits["cause_probability"].to_numpy()),
        "mail": (mails, mails["caused"].to_numpy()),
        "call": (calls, chance.random(len(calls)) < calls["cause_probability"].to_numpy()),
    }
    orders = _order(people, calendar, causes, world_seed)
    visits["buys"] = visits.index.isin(orders.loc[orders["at_once"], "visit"])

    chance = chance_for(world_seed, "followers of orders")
    closing = orders[(orders["source"] == "web") & ~orders["at_once"]]
    before = chance.integers(4 * MINUTE_MS, 20 * MINUTE_MS, len(closing))
    clicks = mails[(mails["clicked_ms"] > 0) & people["uses_web"].to_numpy()[mails["person"]]]
    visits = pd.concat(
        [
            visits.assign(campaign_no=-1),
            pd.DataFrame(
                {
                    "person": closing["person"], "at_ms": closing["at_ms"] - before, "channel": "direct",
                    "campaign": "", "cause_probability": 0.0, "buys": True, "campaign_no": -1,
                }
            ),
            pd.DataFrame(
                {
                    "person": clicks["person"], "at_ms": clicks["clicked_ms"] + 1500, "channel": "email",
                    "campaign": "", "cause_probability": 0.0, "buys": False,
                    "campaign_no": clicks["campaign_no"],
                }
            ),
        ],
        ignore_index=True,
    ).sort_values(["at_ms", "person", "channel"], ignore_index=True)  # fmt: skip
    asking = orders[chance.random(len(orders)) < 0.22]
    after = (chance.exponential(2.0, len(asking)) * DAY_MS).astype("int64") + 60 * MINUTE_MS
    service = pd.DataFrame(
        {"person": asking["person"], "at_ms": asking["at_ms"] + after, "cause_probability": 0.0}
    )
    calls = pd.concat([calls, service], ignore_index=True)
    calls = calls[calls["at_ms"] < END_MS - 30 * MINUTE_MS]
    calls = calls.sort_values(["at_ms", "person"], ignore_index=True)
    visits = visits[visits["at_ms"] < END_MS - 30 * MINUTE_MS].reset_index(drop=True)
    return Behaviour(visits, mails, calls, orders.drop(columns=["visit", "at_once"]))
