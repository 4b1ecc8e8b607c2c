"""The columns of mapped rows: what a batch of a file says under canonical names, as the SQL reads it."""

from __future__ import annotations

import pyarrow as pa

from .forms.times import INSTANT
from .language.mapping_words import VALUE_FIELDS


def _schema(text: str, **others: pa.DataType) -> pa.Schema:
    """Columns by name; text unless said otherwise. Numbers are text here, and become numbers in SQL."""
    return pa.schema([(name, others.get(name, pa.string())) for name in text.split()])


# Before repeated rows are put together; canonical table -> what its SQL reads as mapped_<table>.
MAPPED = {
    "records": _schema(
        "record_id source kind recorded_at business_line is_deleted",
        recorded_at=INSTANT,
        is_deleted=pa.bool_(),
    ),
    "record_values": _schema(
        f"record_id seen_at {' '.join(VALUE_FIELDS)}", seen_at=INSTANT, birth_date=INSTANT
    ),
    "identifiers": _schema(
        "record_id identifier_type identifier_value is_verified strength seen_at",
        seen_at=INSTANT,
        is_verified=pa.bool_(),
    ),
    "source_links": _schema("record_id_a record_id_b rule stated_at", stated_at=INSTANT),
    "memberships": _schema("record_id group_record_id kind stated_at", stated_at=INSTANT),
    "touches": _schema(
        "touch_id record_id source touched_at ended_at is_date_only time_quality time_note channel tactic "
        "direction initiative action campaign_id content_id product_id store_id device_class session_id "
        "sentiment counterpart_record_id is_bot",
        touched_at=INSTANT,
        ended_at=INSTANT,
        is_date_only=pa.bool_(),
        is_bot=pa.bool_(),
    ),
    "orders": _schema(
        "order_id piece record_id source file_id ordered_at status channel ordered_channel fulfilled_channel "
        "store_id total addend discount tax shipping refunded currency coupon_id line_product_id "
        "line_quantity line_amount original_order_id",
        ordered_at=INSTANT,
    ),
    "consents": _schema(
        "consent_id record_id source channel purpose status stated_at expires_at legal_basis jurisdiction",
        stated_at=INSTANT,
        expires_at=INSTANT,
    ),
    "spend": _schema(
        "spend_id source spent_at channel tactic campaign_id amount currency impressions reach clicks "
        "platform_conversions platform_value",
        spent_at=INSTANT,
    ),
    "offers": _schema("offer_id source kind campaign_id product_id store_id placement week_number"),
    "availability": _schema("source product_id location_id measured_at quantity state", measured_at=INSTANT),
    "referrals": _schema(
        "referral_id source giver_record_id receiver_record_id kind product_id referred_at",
        referred_at=INSTANT,
    ),
    "judgements": _schema("record_id_a record_id_b answer reviewer judged_at", judged_at=INSTANT),
    "labelled_groups": _schema("record_id group_id"),
    "true_people": _schema("record_id true_person_id"),
    "planted_dirt": _schema("file_name row_number damage"),
    "promises": _schema(
        "source promise action earlier_action promised_share stops_run", stops_run=pa.bool_()
    ),
    "lost_values": _schema("source field reason n_rows", n_rows=pa.int64()),
}
# Columns that tell when what a row says was so.
TOLD_AT = {
    "records": "recorded_at", "touches": "touched_at", "orders": "ordered_at", "consents": "stated_at",
    "spend": "spent_at", "availability": "measured_at", "referrals": "referred_at",
    "judgements": "judged_at",
}  # fmt: skip
