"""The ``context`` of Segment's calls: the page, the campaign, what the banner was told, the browser."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from journey_research.world.simulation.block import Block
from journey_research.world.simulation.names import AGENTS, SITE

from .text import chosen, joined, json_text, looked_up, over_distinct, shares
from .web_visits import cookie_status

_PATHS = {
    "added_to_cart": "/cart", "checkout_started": "/checkout", "coupon_applied": "/checkout",
    "order_completed": "/checkout/thank-you", "signed_up": "/account/new", "logged_in": "/account/login",
}  # fmt: skip
_UTM = {  # channel: utm_source, utm_medium
    "paid_search": ("google", "cpc"),
    "display": ("google", "display"),
    "social": ("facebook", "paid_social"),
    "email": ("newsletter", "email"),
    "sms": ("klaviyo", "sms"),
    "push": ("klaviyo", "push"),
    "messenger": ("whatsapp", "messenger"),
    "direct_mail": ("letter", "direct_mail"),
}
_BOTS = (
    "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
    "Mozilla/5.0 (compatible; AhrefsBot/7.0; +http://ahrefs.com/robot/)",
    "Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)",
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 HeadlessChrome/121.0 Safari/537.36",
)


def page_of(block: Block, seen: pd.DataFrame) -> pa.Array:
    """Where the call was made; a shop of one page keeps the referrer for the whole visit."""
    came_from = seen["referrer"].where(seen["referrer"] != "").groupby(seen["visit"]).transform("first")
    sku = pc.utf8_lower(looked_up(block.catalogue.products["sku"], seen["product"]))
    fixed = chosen(seen["tactic"] != "", joined("/$a", a=seen["tactic"]), "/")
    by_kind = pa.array(seen["kind"].map(_PATHS), pa.string(), from_pandas=True)
    path = pc.coalesce(by_kind, pc.if_else(sku.is_valid(), joined("/products/$a", a=sku), fixed))
    return joined(
        '{"path":$path,"url":$url,"referrer":$referrer}',
        path=json_text(path),
        url=json_text(joined(f"{SITE}$a", a=path)),
        referrer=json_text(came_from.fillna("").where(seen["visit"] >= 0, "")),
    )


def campaign_of(block: Block, seen: pd.DataFrame) -> pa.Array:
    """The utm words of the address that a visit began with."""
    utm = seen["channel"].map(_UTM)
    told = (utm.notna() & (seen["campaign"] >= 0)).to_numpy()
    pairs = over_distinct(
        pa.array(seen["channel"], pa.string()),
        _utm_words,
    )
    name = json_text(looked_up(block.catalogue.campaigns["name"], seen["campaign"]))
    return chosen(told, joined(',"campaign":{$pair,"name":$name}', pair=pairs, name=name), "")


def _utm_words(channel: str) -> str:
    source, medium = _UTM.get(channel, ("", ""))
    return f'"source":"{source}","medium":"{medium}"'


def consent_of(block: Block, seen: pd.DataFrame) -> pa.Array:
    """What the banner was told; a browser that was never asked says neither yes nor no."""
    status = cookie_status(block, seen)
    agreed = status == "granted"
    ads = agreed & (shares(seen["number"].to_numpy(), "agrees to advertising") < 0.7)
    asked = agreed | np.isin(status, ["denied", "withdrawn", "expired"])
    functional = shares(seen["number"].to_numpy(), "banner of the first version") > 0.15
    told = joined(
        ',"consent":{"categoryPreferences":{"Advertising":$ads,"Analytics":$agreed$functional}}',
        ads=ads,
        agreed=agreed,
        functional=chosen(functional, ',"Functional":true', ""),
    )
    return chosen(asked, told, "")


def agents_of(block: Block, seen: pd.DataFrame) -> pa.Array:
    kind = pd.Series(block.devices["kind"].to_numpy()[seen["device"].to_numpy()])
    robots = np.array(_BOTS, dtype=object)[seen["number"].to_numpy() % len(_BOTS)]
    return chosen(seen["is_bot"], pa.array(robots, pa.string()), pa.array(kind.map(AGENTS), pa.string()))
