"""What Segment's calls tell of products, orders and friends: their ``properties``."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from journey_research.world.simulation.block import Block

from .shop_exports import order_names
from .text import chosen, hex_ids, joined, json_text, looked_up, money
from .web_visits import of_orders, order_lines

_LINE = '{"product_id":$sku,"sku":$sku,"name":$name,"category":$category,"price":$price,"quantity":$quantity}'


def properties(block: Block, seen: pd.DataFrame) -> pa.Array:
    """What each kind of call tells of products, orders and friends."""
    kind, products, people = seen["kind"].to_numpy(), block.catalogue.products, block.people
    sku = json_text(looked_up(products["sku"], seen["product"]))
    name = json_text(looked_up(products["name"], seen["product"]))
    price = money(products["price_cents"].to_numpy()[np.maximum(seen["product"].to_numpy(), 0)])
    product = joined(
        '"product_id":$sku,"sku":$sku,"name":$name,"price":$price', sku=sku, name=name, price=price
    )
    peer = seen["peer"].to_numpy()
    friend = json_text(looked_up(people["email"], peer))
    order = seen["order"].to_numpy()
    has_product = (seen["product"] >= 0).to_numpy()
    about = chosen(has_product, joined("{$a}", a=product), "{}")
    shared = joined('{"share_via":"email","recipient":$friend,$product}', friend=friend, product=product)
    asked = joined('{"recipient":$friend}', friend=friend)
    reads = joined(
        '{"review_id":"$a","reviewer":$friend,$product}',
        a=hex_ids(peer, "review", 12),
        friend=friend,
        product=product,
    )
    coupon = json_text(_coupons(block, order))
    applied = joined('{"coupon_id":$coupon,"currency":"EUR"}', coupon=coupon)
    where = {
        "product_shared": chosen(has_product & (peer >= 0), shared, about),
        "friends_asked": chosen(peer >= 0, asked, "{}"),
        "review_read": chosen(has_product & (peer >= 0), reads, about),
        "coupon_applied": applied,
        "order_completed": _order(block, order),
        "consent": "{}",
    }
    told = about
    for one, column in where.items():
        told = chosen(kind == one, column, told)
    return told


def _coupons(block: Block, order: np.ndarray) -> pa.Array:
    held = looked_up(block.orders["coupon"], order)
    return pc.if_else(pc.fill_null(pc.not_equal(held, ""), False), held, "SPRING10")


def _order(block: Block, order: np.ndarray) -> pa.Array:
    """The shop's order a second time, as the page with the thanks saw it: before any refund."""
    amount, shipping = of_orders(block, order, "amount_cents"), of_orders(block, order, "shipping_cents")
    coupon = looked_up(block.orders["coupon"], order)
    told = joined(
        '{"order_id":"$name","affiliation":"shop","total":$total,"revenue":$revenue,"shipping":$shipping,'
        '"tax":$tax,"discount":$discount$coupon,"currency":"EUR","products":[$lines]}',
        name=order_names(of_orders(block, order, "number")),
        total=money(amount),
        revenue=money(amount - shipping - of_orders(block, order, "tax_cents")),
        shipping=money(shipping),
        tax=money(of_orders(block, order, "tax_cents")),
        discount=money(of_orders(block, order, "discount_cents")),
        coupon=chosen(
            np.asarray(pc.fill_null(pc.not_equal(coupon, ""), False)),
            joined(',"coupon":$a', a=json_text(coupon)),
            "",
        ),
        lines=looked_up(order_lines(block, _LINE), order),
    )
    return chosen(order >= 0, told, '{"currency":"EUR"}')
