"""What the advertising platforms say was spent: a row per campaign and day."""

from __future__ import annotations

import numpy as np
import pandas as pd

from .behaviour import CAMPAIGNS, Behaviour
from .calendar import DAY_MS, Calendar, chance_for, local
from .writing import Export, as_csv, tuples_of

# Campaign: price of a click in euros, impressions a click, clicks a day of people the world does not hold.
_PRICES = {
    "Brand Search": (0.35, 12, 2.0),
    "Generic Search Outdoor": (1.10, 30, 4.0),
    "Display Retargeting": (0.45, 350, 2.5),
    "Spring Prospecting": (0.60, 120, 5.0),
    "Social Retargeting": (0.55, 80, 2.0),
}
GOOGLE = [
    "campaign.id", "campaign.name", "campaign.advertising_channel_type", "segments.date",
    "metrics.cost_micros", "metrics.impressions", "metrics.clicks", "customer.currency_code",
]  # fmt: skip
META = [
    "Reporting starts", "Reporting ends", "Campaign name", "Amount spent (EUR)", "Impressions", "Reach",
    "Link clicks",
]  # fmt: skip
_NOBODY = pd.DataFrame({"source": [], "key": [], "person": []})


def _by_day(
    channels: list[str], behaviour: Behaviour, calendar: Calendar, chance: np.random.Generator
) -> pd.DataFrame:
    """One row per campaign and day: our people's clicks and those of others, impressions, cost."""
    noon = calendar.start_ms + np.arange(calendar.days) * DAY_MS + DAY_MS // 2
    days = local(noon, "%Y-%m-%d")
    visits = behaviour.visits
    on = pd.Series(local(visits["at_ms"].to_numpy(), "%Y-%m-%d"), index=visits.index)
    ours = visits.assign(day=on).groupby(["campaign", "day"]).size()
    found = []
    for channel in channels:
        for name in CAMPAIGNS[channel]:
            price, shown, others = _PRICES[name]
            clicks = ours.reindex([(name, day) for day in days], fill_value=0).to_numpy()
            clicks = clicks + chance.poisson(others, len(days))
            impressions = clicks * shown + chance.poisson(shown * 2, len(days))
            cents = np.rint(clicks * price * 100 * chance.lognormal(0, 0.15, len(days))).astype("int64")
            found.append(
                pd.DataFrame(
                    {
                        "channel": channel, "campaign": name, "day": days, "clicks": clicks,
                        "impressions": impressions, "cents": cents,
                    }
                )
            )  # fmt: skip
    return pd.concat(found).sort_values(["day", "campaign"], ignore_index=True)


def google_ads_campaigns(behaviour: Behaviour, calendar: Calendar, world_seed: int) -> Export:
    """Search and display; cost in millionths of a euro."""
    spend = _by_day(["paid_search", "display"], behaviour, calendar, chance_for(world_seed, "google ads"))
    numbers = {name: 21_000_000_001 + 13 * at for at, name in enumerate(_PRICES)}
    kinds = {"paid_search": "SEARCH", "display": "DISPLAY"}
    rows = [
        [
            numbers[day.campaign], day.campaign, kinds[day.channel], day.day, int(day.cents) * 10_000,
            day.impressions, day.clicks, "EUR",
        ]
        for day in tuples_of(spend)
    ]  # fmt: skip
    return Export("google_ads_campaigns.csv", as_csv(GOOGLE, rows), len(rows), _NOBODY)


def meta_ads(behaviour: Behaviour, calendar: Calendar, world_seed: int) -> Export:
    """Social; the currency stands in the header."""
    spend = _by_day(["social"], behaviour, calendar, chance_for(world_seed, "meta ads"))
    rows = [
        [
            day.day, day.day, day.campaign, f"{day.cents // 100}.{day.cents % 100:02d}", day.impressions,
            int(day.impressions * 0.7), day.clicks,
        ]
        for day in tuples_of(spend)
    ]  # fmt: skip
    return Export("meta_ads.csv", as_csv(META, rows), len(rows), _NOBODY)
