"""What the advertising platforms say was spent: a row per campaign and day, each in its own fashion."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pyarrow as pa

from journey_research.world.simulation.calendar import Calendar, chance_for

from .exporting import Part, TotalExporter, Totals
from .text import Column, csv_lines, local_time, money, over_distinct, texts

# Channel and tactic: impressions a click, clicks a day of people the world does not hold.
_STRANGERS = {
    ("paid_search", "brand"): (12, 2.0),
    ("paid_search", "generic"): (30, 4.0),
    ("display", "retargeting"): (350, 2.5),
    ("social", "prospecting"): (240, 5.0),
    ("social", "retargeting"): (320, 2.0),
    ("social", "b2b"): (160, 0.6),
}
_OTHERS = (100, 1.0)
_ORDER_VALUE = 84.0  # of a conversion, in the platforms' eyes
_CHANNEL_TYPES = {"paid_search": "SEARCH", "display": "DISPLAY"}
GOOGLE = (
    "campaign.id,campaign.name,campaign.advertising_channel_type,segments.date,metrics.cost_micros,"
    "metrics.impressions,metrics.clicks,metrics.conversions,metrics.conversions_value,"
    "customer.currency_code,customer.time_zone"
)
META = (
    "Reporting starts,Reporting ends,Campaign name,Amount spent (EUR),Impressions,Reach,Link clicks,Results,"
    "Result indicator,Attribution setting"
)
META_FR = (
    "Jour;Nom de la campagne;Montant dépensé (EUR);Impressions;Couverture;Clics sur un lien;Résultats;"
    "Fin des rapports"
)
LINKEDIN = (
    "Start Date (in UTC),Account Name,Currency,Campaign ID,Campaign Name,Total Spent,Impressions,Clicks,"
    "Conversions,Conversion Value"
)
_NBSP = "\u00a0"


def spend_by_day(totals: Totals, vendor: str) -> pd.DataFrame:
    """What a platform charges for each of its campaigns on each day.

    Returns:
        One row per campaign and day, in that order: ``campaign`` (row), ``campaign_id``, ``name``,
        ``channel``, ``at_ms`` (noon), ``clicks``, ``impressions``, ``reach``, ``cents``,
        ``hundredths`` (of a conversion: platforms share one out among clicks).
    """
    chance, calendar = chance_for(totals.world_seed, f"spend {vendor}"), totals.calendar
    campaigns = totals.catalogue.campaigns
    rows = np.flatnonzero((campaigns["vendor"] == vendor).to_numpy())
    days = pd.DataFrame(
        {"campaign": np.repeat(rows, calendar.days), "day": np.tile(np.arange(calendar.days), len(rows))}
    )
    days = days.merge(totals.clicks, on=["campaign", "day"], how="left", validate="one_to_one")
    told = campaigns.iloc[days["campaign"].to_numpy()].reset_index(drop=True)
    habits = [_STRANGERS.get(pair, _OTHERS) for pair in zip(told["channel"], told["tactic"], strict=True)]
    shown, others = (np.array([one[at] for one in habits], dtype=float) for at in (0, 1))
    clicks = days["clicks"].fillna(0).astype("int64").to_numpy() + chance.poisson(others)
    impressions = (clicks * shown).astype("int64") + chance.poisson(shown * 2)
    price = clicks * told["cost_per_click"].to_numpy() * chance.lognormal(0, 0.15, len(days))
    cents = np.rint(100 * (price + told["cost_per_day"].to_numpy())).astype("int64")
    hundredths = np.rint(100 * clicks * chance.gamma(2.0, 0.03, len(days))).astype("int64")
    noon = calendar.start_ms + days["day"].to_numpy() * 86_400_000 + 43_200_000
    return pd.DataFrame(
        {
            "campaign": days["campaign"], "campaign_id": told["campaign_id"], "name": told["name"],
            "channel": told["channel"], "at_ms": noon, "clicks": clicks, "impressions": impressions,
            "reach": impressions * 7 // 10, "cents": cents, "hundredths": hundredths,
        }
    )  # fmt: skip


def _day(spend: pd.DataFrame) -> pa.Array:
    return local_time(spend["at_ms"].to_numpy(), pattern="%Y-%m-%d")


def _value(spend: pd.DataFrame) -> np.ndarray:
    """Cents."""
    return np.asarray(np.rint(spend["hundredths"].to_numpy() * _ORDER_VALUE).astype("int64"))


def grouped(numbers: Column, sign: str) -> pa.Array:
    """Whole numbers with a sign between groups of three digits.

    Example:
        >>> grouped([1234567, 12], ",").to_pylist()
        ['1,234,567', '12']
    """

    def spelled(number: int) -> str:
        return f"{number:,}".replace(",", sign)

    return over_distinct(numbers, spelled)


def google_ads_campaigns(totals: Totals) -> Part:
    """Search and display; cost in millionths."""
    spend = spend_by_day(totals, "google_ads")
    kind = over_distinct(spend["channel"].tolist(), _CHANNEL_TYPES.get)
    columns = [
        texts(spend["campaign_id"].tolist()), spend["name"].tolist(), kind, _day(spend),
        texts(spend["cents"].to_numpy() * 10_000), texts(spend["impressions"]), texts(spend["clicks"]),
        money(spend["hundredths"].to_numpy()), money(_value(spend)), "EUR", "Europe/Berlin",
    ]  # fmt: skip
    return Part(csv_lines(columns, n=len(spend)))


def _google_total(totals: Totals) -> bytes:
    spend = spend_by_day(totals, "google_ads")
    sums = [int(spend[name].sum()) for name in ("cents", "impressions", "clicks", "hundredths")]
    told = [str(sums[0] * 10_000), str(sums[1]), str(sums[2]), f"{sums[3] / 100:.2f}"]
    value = f"{int(_value(spend).sum()) / 100:.2f}"
    return ",".join(["Total: Campaigns", "--", "--", "--", *told, value, "EUR", "--"]).encode() + b"\n"


def _google_titles(calendar: Calendar) -> bytes:
    first, last = local_time([calendar.start_ms, calendar.end_ms - 1], pattern="%b %d, %Y").to_pylist()
    return f"Campaign report\n{first} - {last}\n{GOOGLE}\n".encode()


def _half(totals: Totals, half: int) -> pd.DataFrame:
    """Every second campaign of the social platform: two offices, two languages."""
    spend = spend_by_day(totals, "meta_ads")
    _, place = np.unique(spend["campaign"].to_numpy(), return_inverse=True)
    return spend[place % 2 == half].reset_index(drop=True)


def meta_ads(totals: Totals) -> Part:
    """Social, as the English office exports it: the currency stands in the header, thousands have commas."""
    spend = _half(totals, 0)
    day = _day(spend)
    columns = [
        day, day, spend["name"].tolist(), money(spend["cents"].to_numpy(), thousands=","),
        grouped(spend["impressions"].to_numpy(), ","), grouped(spend["reach"].to_numpy(), ","),
        texts(spend["clicks"]), texts(spend["hundredths"].to_numpy() // 100),
        "actions:offsite_conversion.fb_pixel_purchase", "7-day click or 1-day view",
    ]  # fmt: skip
    return Part(csv_lines(columns, n=len(spend)))


def meta_ads_fr(totals: Totals) -> Part:
    """The rest, as the French office exports it: semicolons, decimal commas, hard spaces in thousands."""
    spend = _half(totals, 1)
    day = _day(spend)
    columns = [
        day, spend["name"].tolist(), money(spend["cents"].to_numpy(), decimal=",", thousands=_NBSP),
        grouped(spend["impressions"].to_numpy(), _NBSP), grouped(spend["reach"].to_numpy(), _NBSP),
        texts(spend["clicks"]), texts(spend["hundredths"].to_numpy() // 100), day,
    ]  # fmt: skip
    return Part(csv_lines(columns, ";", n=len(spend)))


def linkedin_ads(totals: Totals) -> Part:
    """Campaigns for firms; days as month/day/year without leading zeros."""
    spend = spend_by_day(totals, "linkedin_ads")
    stamp = local_time(spend["at_ms"].to_numpy(), "UTC", "%m/%d/%Y")
    columns = [
        over_distinct(stamp, _american), "Bergfreund", "EUR", texts(spend["campaign_id"].tolist()),
        spend["name"].tolist(), money(spend["cents"].to_numpy()), texts(spend["impressions"]),
        texts(spend["clicks"]), money(spend["hundredths"].to_numpy()), money(_value(spend)),
    ]  # fmt: skip
    return Part(csv_lines(columns, n=len(spend)))


def _american(stamp: str) -> str:
    month, day, year = stamp.split("/")
    return f"{int(month)}/{int(day)}/{year}"


def _linkedin_titles(calendar: Calendar) -> bytes:
    first, last = local_time(
        [calendar.start_ms, calendar.end_ms - 1], pattern="%b %d, %Y, %I:%M %p"
    ).to_pylist()
    titles = [
        '"Campaign Performance Report (in UTC)"',
        f'"Report Start: {first}"',
        f'"Report End: {last}"',
        "",
    ]
    return "\n".join([*titles, LINKEDIN, ""]).encode()


EXPORTERS = (
    TotalExporter(
        "google_ads_campaigns.csv",
        _google_titles,
        google_ads_campaigns,
        _google_total,
        dirt=("day", "number", "cut"),
    ),
    TotalExporter("meta_ads.csv", f"{META}\n".encode(), meta_ads, dirt=("day", "number", "cut")),
    TotalExporter("meta_ads_fr.csv", f"\ufeff{META_FR}\n".encode(), meta_ads_fr),
    TotalExporter("linkedin_ads.csv", _linkedin_titles, linkedin_ads),
)
