"""Contracts of what happened between a record and us, and of what we did for it: touches to offers."""

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
    tactic: Series[Text] = pa.Field(nullable=True, metadata=NONE, description="kind of contact in a channel")
    ended_at: Series[Instant] = pa.Field(nullable=True, metadata=NONE, description="UTC")
    store_id: Series[Text] = pa.Field(nullable=True, metadata=NONE)
    device_class: Series[Text] = pa.Field(nullable=True, metadata=NONE)
    session_id: Series[Text] = pa.Field(
        str_matches=SOURCE_KEY,
        nullable=True,
        metadata=PSEUDONYMOUS,
        description="as the source cuts sessions",
    )
    sentiment: Series[Float] = pa.Field(ge=-1, le=1, nullable=True, metadata=NONE)
    counterpart_record_id: Series[Text] = pa.Field(
        str_matches=SOURCE_KEY, nullable=True, metadata=PSEUDONYMOUS, description="a peer or an agent"
    )
    content_id: Series[Text] = pa.Field(nullable=True, metadata=NONE)
    time_quality: Series[Text] = pa.Field(
        isin=["server", "client_corrected", "client", "date_only", "unknown"],
        nullable=True,
        metadata=NONE,
        description="which clock told touched_at",
    )
    time_note: Series[Text] = pa.Field(
        isin=["repeated hour", "skipped hour"],
        nullable=True,
        metadata=NONE,
        description="the clock was being changed: the first of two hours, or the first after the gap",
    )


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
    discount_amount: Series[Money] = pa.Field(nullable=True, metadata=NONE)
    tax_amount: Series[Money] = pa.Field(nullable=True, metadata=NONE)
    shipping_amount: Series[Money] = pa.Field(nullable=True, metadata=NONE)
    ordered_channel: Series[Text] = pa.Field(nullable=True, metadata=NONE, description="where it was ordered")
    fulfilled_channel: Series[Text] = pa.Field(
        nullable=True, metadata=NONE, description="where it was handed over"
    )


class OrderSightings(pa.DataFrameModel):
    """One row per order of one system that is another system's telling of an order."""

    sighting_id: Series[Text] = pa.Field(str_matches=SOURCE_KEY, metadata=PSEUDONYMOUS)
    order_id: Series[Text] = pa.Field(
        str_matches=SOURCE_KEY, metadata=PSEUDONYMOUS, description="the order it tells of"
    )
    record_id: Series[Text] = pa.Field(str_matches=SOURCE_KEY, metadata=PSEUDONYMOUS)
    source: Series[Text] = pa.Field(str_matches=SOURCE_NAME, metadata=NONE)
    sighted_at: Series[Instant] = pa.Field(metadata=NONE, description="UTC")
    status: Series[Text] = pa.Field(isin=["pending", "paid", "cancelled", "refunded"], metadata=NONE)
    order_amount: Series[Money] = pa.Field(metadata=NONE)
    currency: Series[Text] = pa.Field(str_matches=r"^[A-Z]{3}$", metadata=NONE)
    is_counted: Series[Bool] = pa.Field(
        metadata=NONE, description="stands among the orders, because the order it tells of does not"
    )


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
    expires_at: Series[Instant] = pa.Field(nullable=True, metadata=NONE, description="UTC; null: it does not")
    legal_basis: Series[Text] = pa.Field(
        isin=[
            "consent",
            "contract",
            "legal_obligation",
            "vital_interests",
            "public_task",
            "legitimate_interests",
        ],
        nullable=True,
        metadata=NONE,
    )
    jurisdiction: Series[Text] = pa.Field(nullable=True, metadata=NONE)


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
    tactic: Series[Text] = pa.Field(nullable=True, metadata=NONE)
    n_reach: Series[Int] = pa.Field(
        ge=0, nullable=True, metadata=NONE, description="people, as the source counts"
    )
    platform_conversions: Series[Float] = pa.Field(
        ge=0, nullable=True, metadata=NONE, description="the platform's own claim; may be fractions"
    )
    platform_amount: Series[Money] = pa.Field(nullable=True, metadata=NONE, description="claimed value")


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


class Availability(pa.DataFrameModel):
    """One row per product, place and instant at which somebody counted or said what there was."""

    source: Series[Text] = pa.Field(str_matches=SOURCE_NAME, metadata=NONE)
    product_id: Series[Text] = pa.Field(metadata=NONE)
    location_id: Series[Text] = pa.Field(nullable=True, metadata=NONE, description="null: everywhere")
    measured_at: Series[Instant] = pa.Field(metadata=NONE, description="UTC")
    quantity: Series[Float] = pa.Field(nullable=True, metadata=NONE, description="below 0: promised twice")
    state: Series[Text] = pa.Field(
        isin=["in_stock", "low", "out", "preorder", "discontinued"], nullable=True, metadata=NONE
    )


TOUCHES = TableContract(Touches, ("touch_id",))
ORDERS = TableContract(Orders, ("order_id",))
ORDER_SIGHTINGS = TableContract(OrderSightings, ("sighting_id",))
ORDER_LINES = TableContract(OrderLines, ("order_id", "line_number"))
CONSENTS = TableContract(Consents, ("consent_id",))
SPEND = TableContract(Spend, ("spend_id",))
OFFERS = TableContract(Offers, ("offer_id",))
AVAILABILITY = TableContract(Availability, ("source", "product_id", "location_id", "measured_at"))
