"""The nested fields of Google Analytics' events: parameters, where a visit came from, what was bought."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from journey_research.world.simulation.block import Block

from .shop_exports import order_names
from .text import chosen, joined, json_text, looked_up, money, over_distinct, shares, texts
from .web_visits import of_orders, order_lines

_SCREENS = {
    "product_viewed": "Product", "added_to_wishlist": "Product", "product_shared": "Product",
    "review_read": "Product", "added_to_cart": "Cart", "checkout_started": "Checkout",
    "coupon_applied": "Checkout", "order_completed": "Thanks", "signed_up": "Account", "logged_in": "Account",
}  # fmt: skip
_SOURCES = {  # channel: source, medium
    "paid_search": ("google", "cpc"), "display": ("google", "display"), "social": ("facebook", "paid_social"),
    "email": ("newsletter", "email"), "sms": ("klaviyo", "sms"), "push": ("klaviyo", "push"),
    "messenger": ("whatsapp", "messenger"), "in_app": ("klaviyo", "in_app"),
    "organic_search": ("google", "organic"), "referral": ("blog.example.org", "referral"),
    "direct_mail": ("letter", "direct_mail"),
}  # fmt: skip


def params(block: Block, seen: pd.DataFrame) -> pa.Array:
    """Keys and values, each in the field of its type; ``session_engaged`` is a text in some lines."""
    kind, ids = seen["kind"], seen["id"].to_numpy()
    screen = chosen(
        seen["tactic"] != "", seen["tactic"], kind.map(_SCREENS).fillna("Home").to_numpy(dtype=object)
    )
    engaged = shares(ids, "ga4 engaged")
    sku = looked_up(block.catalogue.products["sku"], seen["product"])
    shared = joined(
        ',{"key":"method","value":{"string_value":"link"}},{"key":"content_type","value":'
        '{"string_value":"product"}},{"key":"item_id","value":{"string_value":$sku}}',
        sku=json_text(sku),
    )
    coupon = looked_up(block.orders["coupon"], seen["order"])
    coupon = pc.if_else(pc.fill_null(pc.not_equal(coupon, ""), False), coupon, "SPRING10")
    promoted = joined(',{"key":"promotion_id","value":{"string_value":$a}}', a=json_text(coupon))
    more = chosen(kind == "product_shared", shared, chosen(kind == "coupon_applied", promoted, ""))
    return joined(
        '{"key":"ga_session_id","value":{"int_value":"$session"}},'
        '{"key":"ga_session_number","value":{"int_value":"$number"}},'
        '{"key":"firebase_screen","value":{"string_value":"$screen"}},'
        '{"key":"engagement_time_msec","value":{"int_value":"$time"}},'
        '{"key":"session_engaged","value":{$engaged}}$more',
        session=texts(seen["begun_ms"].to_numpy() // 1000),
        number=seen["session_number"].to_numpy(),
        screen=screen,
        time=(shares(ids, "ga4 engagement") ** 2 * 60_000).astype("int64"),
        engaged=chosen(engaged < 0.5, '"string_value":"1"', '"int_value":"1"'),
        more=more,
    )


def _origins(channels: pd.Series) -> tuple[pa.Array, pa.Array]:
    column = pa.array(channels, pa.string(), from_pandas=True)
    return over_distinct(column, _source), over_distinct(column, _medium)


def _source(channel: str) -> str:
    return _SOURCES.get(channel, ("(direct)", ""))[0]


def _medium(channel: str) -> str:
    return _SOURCES.get(channel, ("", "(none)"))[1]


def first_origin(block: Block, seen: pd.DataFrame, refused: np.ndarray) -> pa.Array:
    """How the user first came to the app: the same in all of the device's events."""
    first = seen.groupby("number")[["channel", "campaign"]].transform("first")
    source, medium = _origins(first["channel"])
    name = pc.fill_null(looked_up(block.catalogue.campaigns["name"], first["campaign"]), "(direct)")
    told = joined(
        ',"traffic_source":{"name":$name,"medium":"$medium","source":"$source"}',
        name=json_text(name), medium=medium, source=source,
    )  # fmt: skip
    return chosen(refused, "", told)


def collected(block: Block, seen: pd.DataFrame) -> pa.Array:
    """How this visit came, in the events that a link from outside opened."""
    source, medium = _origins(seen["channel"])
    name = looked_up(block.catalogue.campaigns["name"], seen["campaign"])
    campaign = chosen(seen["campaign"] >= 0, joined(',"manual_campaign_name":$a', a=json_text(name)), "")
    told = joined(
        ',"collected_traffic_source":{"manual_source":"$source","manual_medium":"$medium"$campaign}',
        source=source, medium=medium, campaign=campaign,
    )  # fmt: skip
    return chosen(seen["channel"].isin(list(_SOURCES)), told, "")


def ecommerce(block: Block, seen: pd.DataFrame) -> pa.Array:
    """The shop's order a second time, before any refund."""
    order = seen["order"].to_numpy()
    told = joined(
        ',"ecommerce":{"transaction_id":"$name","purchase_revenue":$amount,"shipping_value":$shipping,'
        '"tax_value":$tax,"total_item_quantity":"$n"},"event_value_in_usd":null',
        name=order_names(of_orders(block, order, "number")),
        amount=money(of_orders(block, order, "amount_cents")),
        shipping=money(of_orders(block, order, "shipping_cents")),
        tax=money(of_orders(block, order, "tax_cents")),
        n=_quantities(block, order),
    )
    return chosen((seen["kind"] == "order_completed").to_numpy() & (order >= 0), told, "")


def _quantities(block: Block, order: np.ndarray) -> np.ndarray:
    sums = np.bincount(block.lines["order"], block.lines["quantity"], minlength=max(1, len(block.orders)))
    return np.asarray(sums.astype("int64")[np.maximum(order, 0)])


def items(block: Block, seen: pd.DataFrame) -> pa.Array:
    """The product looked at, or the lines of the order that was placed."""
    products, product, order = block.catalogue.products, seen["product"].to_numpy(), seen["order"].to_numpy()
    one = joined(
        '{"item_id":$sku,"item_name":$name,"item_category":$category,"price":$price,"quantity":"1"}',
        sku=json_text(looked_up(products["sku"], product)),
        name=json_text(looked_up(products["name"], product)),
        category=json_text(looked_up(products["category"], product)),
        price=money(products["price_cents"].to_numpy()[np.maximum(product, 0)]),
    )
    line = (
        '{"item_id":$sku,"item_name":$name,"item_category":$category,"price":$price,"quantity":"$quantity"}'
    )
    bought = (seen["kind"] == "order_completed").to_numpy() & (order >= 0)
    lines = looked_up(order_lines(block, line), order)
    return chosen(bought, lines, chosen(product >= 0, one, ""))
