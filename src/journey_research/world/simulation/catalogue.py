"""What the shop sells, where, with which campaigns, and which worthless identifiers its systems hold."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from .calendar import DAY_MS, HOUR_MS, Calendar, chance_for, identity_numbers
from .names import CITIES, PRODUCTS, STREETS

SHOP_PHONE = "+49305550100"
_STORE_CITIES = (
    "Berlin", "Hamburg", "München", "Köln", "Frankfurt am Main", "Stuttgart", "Leipzig", "Hannover",
    "Nürnberg", "Dresden",
)  # fmt: skip
_CATEGORIES = {
    "Rucksack": "Gepäck", "Trinkflasche": "Zubehör", "Regenjacke": "Bekleidung", "Wanderschuh": "Schuhe",
    "Mütze": "Bekleidung", "Fleecejacke": "Bekleidung", "Zelt": "Zelte", "Stirnlampe": "Zubehör",
    "Socken": "Bekleidung", "Campingkocher": "Zubehör",
}  # fmt: skip
# name, channel, tactic, vendor, cost a click, cost a day (both in the base currency)
_CAMPAIGNS = [
    ("Brand Search", "paid_search", "brand", "google_ads", 0.35, 0.0),
    ("Generic Search Outdoor", "paid_search", "generic", "google_ads", 0.92, 0.0),
    ("Display Retargeting", "display", "retargeting", "google_ads", 0.41, 0.0),
    ("Spring Prospecting", "social", "prospecting", "meta_ads", 0.58, 0.0),
    ("Social Retargeting", "social", "retargeting", "meta_ads", 0.66, 0.0),
    ("Teamausstattung für Firmen", "social", "b2b", "linkedin_ads", 3.4, 0.0),
    ("Thank you", "email", "post_sale", "klaviyo", 0.0, 0.0),
    ("Coupon for the next visit", "email", "coupon", "klaviyo", 0.0, 0.0),
    ("Flash sale", "sms", "discount", "klaviyo", 0.0, 12.0),
    ("Back in the hills", "push", "reminder", "klaviyo", 0.0, 0.0),
    ("Spring tips", "messenger", "advice", "klaviyo", 0.0, 0.0),
    ("New arrivals", "in_app", "banner", "klaviyo", 0.0, 0.0),
    ("Spring catalogue", "direct_mail", "catalogue", "direct_mail", 0.0, 180.0),
    ("Spring letter: 15 % off", "direct_mail", "offer", "direct_mail", 0.0, 60.0),
    ("Spring letter: our story", "direct_mail", "brand_message", "direct_mail", 0.0, 60.0),
    ("Outdoor fair Friedrichshafen", "trade_show", "fair", "trade_show", 0.0, 900.0),
]
_MAIL_HOUSE = "sendgrid"
EXPERIMENT = "spring_offer"
ARMS = {"offer": 0.4, "brand_message": 0.3, "nothing": 0.3}
JUNK = [
    ("email", "test@test.com", "typed by staff to get past a form"),
    ("email", "noreply@example.com", "a system's own address"),
    ("email", "info@example.de", "an office's address, shared by many"),
    ("email", "none@none.none", "typed to get past a form"),
    ("phone", "0000000000", "typed to get past a form"),
    ("phone", "+490000000000", "typed to get past a form"),
    ("phone", "+491234567890", "typed to get past a form"),
    ("phone", SHOP_PHONE, "the shop's own number"),
    ("user_id", "00000000-0000-0000-0000-000000000000", "the null UUID"),
    ("user_id", "undefined", "a program's word for nothing"),
    ("user_id", "null", "a program's word for nothing"),
    ("user_id", "anonymous", "a program's word for nobody"),
    ("user_id", "0000", "a program's word for nobody"),
    ("device_id", "00000000-0000-0000-0000-000000000000", "advertising identifier switched off"),
    ("loyalty_id", "9999999999", "the till's card for people without one"),
]


@dataclass(frozen=True)
class Catalogue:
    """The same for every block of a world.

    Attributes:
        products: ``sku, name, category, price_cents``.
        stores: ``store_id, name, street, postal_code, city, beacon_uuid, major``.
        campaigns: ``campaign_id, name, channel, tactic, vendor, cost_per_click, cost_per_day``; vendor
            google_ads, meta_ads, linkedin_ads, sendgrid, klaviyo, direct_mail or trade_show.
        stock: ``product`` (row), ``store`` (row; -1: warehouse), ``at_ms``, ``quantity``, ``state``
            (in_stock, low, out); one count a week.
        shop_phone: The shop's own number.
        junk: ``type, value, reason``: identifiers that belong to nobody.
        experiments: ``experiment, arm, probability, at_ms``: who gets what is drawn by these.
    """

    products: pd.DataFrame
    stores: pd.DataFrame
    campaigns: pd.DataFrame
    stock: pd.DataFrame
    shop_phone: str
    junk: pd.DataFrame
    experiments: pd.DataFrame

    @property
    def wanted(self) -> int:
        """Row of the product that many look at and wish for and no place has in stock."""
        most = self.stock.groupby("product")["quantity"].max()
        return int(most.index[most == 0][0])

    def campaign(self, name: str) -> int:
        """Row of the campaign of that name."""
        return int(np.flatnonzero(self.campaigns["name"].to_numpy() == name)[0])

    def tactic(self, campaign: int) -> str:
        """Tactic of the campaign in that row."""
        return str(self.campaigns["tactic"].iat[campaign])

    @property
    def experiment(self) -> str:
        """Name of the one experiment."""
        return str(self.experiments["experiment"].iat[0])

    @property
    def experiment_ms(self) -> int:
        """When the arms of the experiment were drawn."""
        return int(self.experiments["at_ms"].to_numpy()[0])


def _stores(chance: np.random.Generator) -> pd.DataFrame:
    n = len(_STORE_CITIES)
    streets = [STREETS[at].replace("|", " ") for at in chance.integers(0, len(STREETS), n)]
    house = chance.integers(1, 90, n)
    return pd.DataFrame(
        {
            "store_id": [f"ST{no:02d}" for no in range(1, n + 1)],
            "name": [f"Bergfreund {city}" for city in _STORE_CITIES],
            "street": [f"{street} {no}" for street, no in zip(streets, house, strict=True)],
            "postal_code": [f"{CITIES[city]}{no:03d}" for city, no in zip(_STORE_CITIES, house, strict=True)],
            "city": list(_STORE_CITIES),
            "beacon_uuid": identity_numbers(chance, n),
            "major": np.arange(101, 101 + n),
        }
    )


def _newsletter(week: int) -> str:
    # In the weeks of the sales team's flash sale the newsletter says the opposite.
    return f"Newsletter {week + 1:02d}" + (": our prices never change" if week % 4 == 3 else "")


def _campaigns(calendar: Calendar) -> pd.DataFrame:
    weekly = [
        (_newsletter(week), "email", "newsletter", _MAIL_HOUSE, 0.0, 0.0) for week in range(calendar.weeks)
    ]
    names = ["name", "channel", "tactic", "vendor", "cost_per_click", "cost_per_day"]
    campaigns = pd.DataFrame(weekly + _CAMPAIGNS, columns=names)
    campaigns.insert(0, "campaign_id", [str(12_040_000_111 + 7_777 * no) for no in range(len(campaigns))])
    return campaigns


def _stock(calendar: Calendar, n_stores: int, wanted: int, chance: np.random.Generator) -> pd.DataFrame:
    places = np.meshgrid(
        np.arange(calendar.weeks), np.arange(len(PRODUCTS)), np.arange(-1, n_stores), indexing="ij"
    )
    week, product, store = (axis.ravel() for axis in places)
    quantity = chance.negative_binomial(2, np.where(store < 0, 0.004, 0.12))
    quantity = np.where(product == wanted, 0, quantity)
    # Every other product lies in the warehouse, so that nothing else is sold out everywhere.
    quantity = np.where((store < 0) & (product != wanted), quantity + 40, quantity)
    return pd.DataFrame(
        {
            "product": product,
            "store": store,
            "at_ms": calendar.start_ms + week * 7 * DAY_MS + 5 * HOUR_MS,
            "quantity": quantity,
            "state": np.select([quantity == 0, quantity < 5], ["out", "low"], "in_stock").astype(object),
        }
    )


def make_catalogue(world_seed: int, calendar: Calendar) -> Catalogue:
    """Draw what is the same for every block.

    Example:
        >>> catalogue = make_catalogue(1, Calendar(2))
        >>> sold_out = catalogue.stock[catalogue.stock["product"] == catalogue.wanted]
        >>> int(sold_out["quantity"].sum())
        0
    """
    chance = chance_for(world_seed, "catalogue")
    products = pd.DataFrame(PRODUCTS, columns=["sku", "name", "price_cents"])
    products.insert(2, "category", [_CATEGORIES[name.split(" ")[0].strip(",")] for name in products["name"]])
    stores = _stores(chance)
    wanted = int(chance.integers(0, len(products)))
    experiments = pd.DataFrame(
        {"experiment": EXPERIMENT, "arm": list(ARMS), "probability": list(ARMS.values())}
    )
    experiments["at_ms"] = calendar.start_ms + (calendar.weeks // 4) * 7 * DAY_MS + 9 * HOUR_MS
    return Catalogue(
        products=products,
        stores=stores,
        campaigns=_campaigns(calendar),
        stock=_stock(calendar, len(stores), wanted, chance),
        shop_phone=SHOP_PHONE,
        junk=pd.DataFrame(JUNK, columns=["type", "value", "reason"]),
        experiments=experiments,
    )
