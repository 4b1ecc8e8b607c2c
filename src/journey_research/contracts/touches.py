"""Contracts of what happened between a record and us: touches, orders, consents, spend, offers."""

import pandera.pandas as pa
from pandera.typing import Series

from .table_contract import (
    NONE,
    PSEUDONYMOUS,
    SOURCE_KEY,
    SOURCE_NAME,
    Bool,
    Day,
    Float,
    Instant,
    Int,
    Money,
    TableContract,
    Text,
)


class Touches(pa.DataFrameModel):
    """One row per contact between one source record and us. Time: UTC. Orders are not touches."""

    touch_id: Series[Text] = pa.Field(str_matches=SOURCE_KEY, metadata=PSEUDONYMOUS)
    record_id: Series[Text] = pa.Field(str_matches=SOURCE_KEY, metadata=PSEUDONYMOUS)
    source: Series[Text] = pa.Field(str_matches=SOURCE_NAME, metadata=NONE)
    touched_at: Series[Instant] = pa.Field(metadata=NONE, description="UTC, microseconds")
    is_date_only: Series[Bool] = pa.Field(metadata=NONE, description="the source gave a day, no time")
    channel: Series[Text] = pa.Field(metadata=NONE)
    direction: Series[Text] = pa.Field(isin=["inbound", "outbound", "none"], metadata=NONE)
    initiative: Series[Text] = pa.Field(isin=["company", "customer", "peer"], metadata=NONE)
    action: Series[Text] = pa.Field(metadata=NONE)
    campaign_id: Series[Text] = pa.Field(nullable=True, metadata=NONE)
    product_id: Series[Text] = pa.Field(nullable=True, metadata=NONE)
    is_bot: Series[Bool] = pa.Field(metadata=NONE)


class Orders(pa.DataFrameModel):
    """One row per order or basket."""

    order_id: Series[Text] = pa.Field(str_matches=SOURCE_KEY, metadata=PSEUDONYMOUS)
    record_id: Series[Text] = pa.Field(str_matches=SOURCE_KEY, metadata=PSEUDONYMOUS)
    source: Series[Text] = pa.Field(str_matches=SOURCE_NAME, metadata=NONE)
    ordered_at: Series[Instant] = pa.Field(metadata=NONE, description="UTC")
    status: Series[Text] = pa.Field(isin=["pending", "paid", "cancelled", "refunded"], metadata=NONE)
    channel: Series[Text] = pa.Field(metadata=NONE)
    store_id: Series[Text] = pa.Field(nullable=True, metadata=NONE)
    order_amount: Series[Money] = pa.Field(metadata=NONE, description="paid, in currency")
    refunded_amount: Series[Money] = pa.Field(ge=0, metadata=NONE)
    currency: Series[Text] = pa.Field(str_matches=r"^[A-Z]{3}$", metadata=NONE)
    coupon_id: Series[Text] = pa.Field(nullable=True, metadata=NONE)


class OrderLines(pa.DataFrameModel):
    """One row per line of an order."""

    order_id: Series[Text] = pa.Field(str_matches=SOURCE_KEY, metadata=PSEUDONYMOUS)
    line_number: Series[Int] = pa.Field(ge=1, metadata=NONE)
    product_id: Series[Text] = pa.Field(nullable=True, metadata=NONE)
    quantity: Series[Float] = pa.Field(metadata=NONE)
    line_amount: Series[Money] = pa.Field(metadata=NONE)


class Consents(pa.DataFrameModel):
    """One row per statement of a record about a channel and a purpose."""

    consent_id: Series[Text] = pa.Field(str_matches=SOURCE_KEY, metadata=PSEUDONYMOUS)
    record_id: Series[Text] = pa.Field(str_matches=SOURCE_KEY, metadata=PSEUDONYMOUS)
    source: Series[Text] = pa.Field(str_matches=SOURCE_NAME, metadata=NONE)
    channel: Series[Text] = pa.Field(metadata=NONE)
    purpose: Series[Text] = pa.Field(metadata=NONE)
    status: Series[Text] = pa.Field(
        isin=["granted", "denied", "withdrawn", "expired", "unknown"], metadata=NONE
    )
    stated_at: Series[Instant] = pa.Field(metadata=NONE, description="UTC")


class Spend(pa.DataFrameModel):
    """One row per advertising source, day and campaign."""

    spend_id: Series[Text] = pa.Field(str_matches=SOURCE_KEY, metadata=NONE)
    source: Series[Text] = pa.Field(str_matches=SOURCE_NAME, metadata=NONE)
    spent_date: Series[Day] = pa.Field(metadata=NONE, description="in the account's zone")
    channel: Series[Text] = pa.Field(metadata=NONE)
    campaign_id: Series[Text] = pa.Field(nullable=True, metadata=NONE)
    spent_amount: Series[Money] = pa.Field(ge=0, metadata=NONE)
    currency: Series[Text] = pa.Field(str_matches=r"^[A-Z]{3}$", metadata=NONE)
    n_impressions: Series[Int] = pa.Field(ge=0, nullable=True, metadata=NONE)
    n_clicks: Series[Int] = pa.Field(ge=0, nullable=True, metadata=NONE)


class Offers(pa.DataFrameModel):
    """One row per product put forward in a campaign, a display or a mailing."""

    offer_id: Series[Text] = pa.Field(str_matches=SOURCE_KEY, metadata=NONE)
    source: Series[Text] = pa.Field(str_matches=SOURCE_NAME, metadata=NONE)
    kind: Series[Text] = pa.Field(isin=["coupon", "promotion"], metadata=NONE)
    campaign_id: Series[Text] = pa.Field(nullable=True, metadata=NONE)
    product_id: Series[Text] = pa.Field(nullable=True, metadata=NONE)
    store_id: Series[Text] = pa.Field(nullable=True, metadata=NONE)
    placement: Series[Text] = pa.Field(nullable=True, metadata=NONE, description="where in shop or mailer")
    week_number: Series[Int] = pa.Field(nullable=True, metadata=NONE, description="as the source counts")


TOUCHES = TableContract(Touches, ("touch_id",))
ORDERS = TableContract(Orders, ("order_id",))
ORDER_LINES = TableContract(OrderLines, ("order_id", "line_number"))
CONSENTS = TableContract(Consents, ("consent_id",))
SPEND = TableContract(Spend, ("spend_id",))
OFFERS = TableContract(Offers, ("offer_id",))
