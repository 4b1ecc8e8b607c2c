"""What the web's and the app's exporters share: cookies, who is logged in, what a banner was told, orders."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from journey_research.world.simulation.block import Block

from .text import joined, json_text, looked_up, money, shares, texts, uuids

# On a device of ours; what stands in `touches.kind`.
KINDS = (
    "page_viewed", "product_viewed", "added_to_wishlist", "product_shared", "added_to_cart",
    "checkout_started", "coupon_applied", "order_completed", "signed_up", "logged_in", "friends_asked",
    "review_read",
)  # fmt: skip
_CLEARED = 0.12  # of browsers lose their cookies once
_FAR = 1 << 40  # between the numbers of a browser's first and second cookie


def seen_at(block: Block, site: str) -> pd.DataFrame:
    """Touches on a site, oldest first, with ``number`` of the device and whether it was ``cleared``."""
    touches = block.touches
    of_site = touches[(touches["site"] == site) & touches["kind"].isin(KINDS)].reset_index(drop=True)
    number = block.devices["number"].to_numpy()[of_site["device"].to_numpy()]
    return of_site.assign(number=number, cleared=was_cleared(block, number, of_site["at_ms"].to_numpy()))


def was_cleared(block: Block, numbers: np.ndarray, at_ms: np.ndarray) -> np.ndarray:
    """Whether a browser had lost its cookies by then; the app and most browsers never do."""
    share = shares(numbers, "cookies are cleared")
    span = block.calendar.end_ms - block.calendar.start_ms
    when = block.calendar.start_ms + (span * (share / _CLEARED)).astype("int64")
    return (share < _CLEARED) & (at_ms >= when)


def cookies_of(seen: pd.DataFrame) -> pa.Array:
    """The browser's own name of each row's device; another after it lost its cookies."""
    return uuids(seen["number"].to_numpy() + _FAR * seen["cleared"].to_numpy().astype("int64"), "cookie")


def logged_in(block: Block, seen: pd.DataFrame) -> np.ndarray:
    """Row of the person whose login each touch's device carries, -1 where nobody has logged in yet.

    On a shared device it is whoever logged in last, not whoever holds it.
    """
    enters = seen["kind"].isin(["logged_in", "signed_up"]).to_numpy() & ~seen["is_bot"].to_numpy(dtype=bool)
    person = seen["person"].to_numpy()
    enters = enters & (block.people["login_id"].to_numpy()[np.maximum(person, 0)] != "") & (person >= 0)
    entered = pd.Series(np.where(enters, person, np.nan))
    known = entered.groupby([seen["number"].to_numpy(), seen["cleared"].to_numpy()]).ffill()
    return known.fillna(-1).to_numpy().astype("int64")


def cookie_status(block: Block, seen: pd.DataFrame) -> np.ndarray:
    """What the banner had been told on each row's device by then; "" where nothing yet."""
    told = block.consents[block.consents["about"] == "cookie"]
    told = told[["at_ms", "device", "status"]].sort_values("at_ms", kind="stable")
    asked = seen[["at_ms", "device"]].astype("int64")
    found = pd.merge_asof(asked, told.astype({"at_ms": "int64", "device": "int64"}), on="at_ms", by="device")
    return np.asarray(found["status"].fillna("").to_numpy(dtype=object))


def of_orders(block: Block, rows: pd.Series | np.ndarray, column: str) -> np.ndarray:
    """A number of the orders, by row of the orders; 0 where there is none."""
    at = np.asarray(rows, dtype="int64")
    if not len(block.orders):
        return np.zeros(len(at), "int64")
    return np.where(at >= 0, block.orders[column].to_numpy()[np.maximum(at, 0)], 0)


def order_lines(block: Block, template: str) -> pa.Array:
    """Each order's lines as elements of a JSON list, without its brackets.

    Args:
        block: Whose orders.
        template: One line; ``$sku $name $category $price $quantity`` stand for JSON values.

    Returns:
        One text for each row of the orders.
    """
    lines, products = block.lines, block.catalogue.products
    product = lines["product"].to_numpy()
    told = joined(
        template,
        sku=json_text(looked_up(products["sku"], product)),
        name=json_text(looked_up(products["name"], product)),
        category=json_text(looked_up(products["category"], product)),
        price=money(lines["price_cents"].to_numpy()),
        quantity=texts(lines["quantity"].to_numpy()),
    )
    order = lines["order"].to_numpy()
    offsets = np.searchsorted(order, np.arange(len(block.orders) + 1))
    lists = pa.ListArray.from_arrays(pa.array(offsets.astype("int32")), told)
    return pc.binary_join(lists, ",")
