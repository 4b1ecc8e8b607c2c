"""Contracts of what sources say of records that belong together, and of who sent whom."""

import pandera.pandas as pa
from pandera.typing import Series

from .table_contract import NONE, PSEUDONYMOUS, SOURCE_KEY, SOURCE_NAME, Instant, TableContract, Text


class SourceLinks(pa.DataFrameModel):
    """One row per pair of records that a source says are one, and the rule by which it knows.

    ``record_id_a`` sorts before ``record_id_b``. A record that was merged away may be listed by no source.
    """

    record_id_a: Series[Text] = pa.Field(str_matches=SOURCE_KEY, metadata=PSEUDONYMOUS)
    record_id_b: Series[Text] = pa.Field(str_matches=SOURCE_KEY, metadata=PSEUDONYMOUS)
    rule: Series[Text] = pa.Field(isin=["source_merge", "lead_conversion", "login", "alias"], metadata=NONE)
    stated_at: Series[Instant] = pa.Field(nullable=True, metadata=NONE, description="UTC, first telling")


class Memberships(pa.DataFrameModel):
    """One row per record and account or household that a source puts it into."""

    record_id: Series[Text] = pa.Field(str_matches=SOURCE_KEY, metadata=PSEUDONYMOUS)
    group_record_id: Series[Text] = pa.Field(
        str_matches=SOURCE_KEY, metadata=PSEUDONYMOUS, description="record_id of the account, if it is listed"
    )
    kind: Series[Text] = pa.Field(isin=["account", "household"], metadata=NONE)
    stated_at: Series[Instant] = pa.Field(nullable=True, metadata=NONE, description="UTC, first telling")


class Referrals(pa.DataFrameModel):
    """One row per act by which one record brings a product or a source to another."""

    referral_id: Series[Text] = pa.Field(str_matches=SOURCE_KEY, metadata=PSEUDONYMOUS)
    source: Series[Text] = pa.Field(str_matches=SOURCE_NAME, metadata=NONE)
    giver_record_id: Series[Text] = pa.Field(
        str_matches=SOURCE_KEY, nullable=True, metadata=PSEUDONYMOUS, description="null: nobody knows who"
    )
    receiver_record_id: Series[Text] = pa.Field(
        str_matches=SOURCE_KEY, nullable=True, metadata=PSEUDONYMOUS, description="null: nobody knows who"
    )
    kind: Series[Text] = pa.Field(
        isin=["share", "ask", "review", "coupon_code", "refer_link", "mention", "reply"], metadata=NONE
    )
    product_id: Series[Text] = pa.Field(nullable=True, metadata=NONE)
    referred_at: Series[Instant] = pa.Field(metadata=NONE, description="UTC")


SOURCE_LINKS = TableContract(SourceLinks, ("record_id_a", "record_id_b", "rule"))
MEMBERSHIPS = TableContract(Memberships, ("record_id", "group_record_id", "kind"))
REFERRALS = TableContract(Referrals, ("referral_id",))
