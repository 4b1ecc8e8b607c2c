"""The scenarios end to end on a made-up retailer: exports, mappings, tables, and what was really lived.

Who is who is taken from the truth here, so that what is missing is what no export tells; what identity
costs on top is measured by ``benchmarks/journey_truth/scenarios.py``.
"""

import pandas as pd
import pytest

from benchmarks.journey_truth.scenarios import measure_scenarios, planted, told
from journey_research.pipelines.journeys.scenarios.after_sale import AfterSaleRule, follow_post_sale_mails
from journey_research.pipelines.journeys.scenarios.feedback import FeedbackRule, gather_feedback
from journey_research.pipelines.journeys.scenarios.store_visits import (
    VisitRule,
    find_store_visits,
    list_interests,
    view_visitors,
)
from journey_research.world import build_world
from tests.pipelines.ingestion.environments import KEY, mappings, tables_of
from tests.worlds import broken_rules

# Sources that tell of the scenarios; reading all of them would take longer and tell no more.
TELLING = (
    "beacon_log", "brandwatch_mentions", "feedback_widget", "ga4_events", "kassenbons", "klaviyo_events",
    "onetrust_receipts", "segment_events", "sendgrid_events", "shopify_inventory", "shopify_orders",
    "square_transactions", "store_feedback", "truth_people", "zendesk_tickets",
)  # fmt: skip


@pytest.fixture(scope="module")
def lived(tmp_path_factory):
    """Folder of exports and the tables that come of it; people are those of the truth."""
    raw = tmp_path_factory.mktemp("lived") / "raw"
    build_world(raw, persons=500, processes=1)
    tables = tables_of({name: mappings("demo")[name] for name in TELLING}, raw)
    true = "select record_id, concat('person:', split_part(true_person_id, ':', 2)) as person_id from this"
    tables["people"] = tables["true_people"].query(true)
    tables["as_of"] = tables["touches"].query("select max(touched_at) as as_of from this")
    return raw, tables


@pytest.fixture(scope="module")
def stays(lived):
    _, tables = lived
    return find_store_visits(tables["touches"], tables["people"], VisitRule())


@pytest.fixture(scope="module")
def measured(lived):
    raw, tables = lived
    return measure_scenarios(tables, raw, KEY).set_index("scenario")


@pytest.mark.parametrize(
    ("scenario", "least_recall", "least_precision"),
    [
        ("store check-in", 0.6, 0.95),  # who has not agreed to be measured is not seen
        ("friend's review", 0.85, 0.95),
        ("collected at the counter", 0.95, 0.95),
        ("coupon redeemed", 0.5, 0.8),  # pop-up shops tell no code, and unpaid orders redeem nothing
        ("complaint in public", 0.95, 1.0),
        ("complaint answered", 0.95, 0.95),
        ("complaint and its order", 0.6, 0.6),
        ("recommended by a friend", 0.6, 0.6),  # half of the friends' words lead to no code
    ],
)
def test_what_was_lived_is_found_and_little_else(measured, scenario, least_recall, least_precision):
    row = measured.loc[scenario]

    assert row["n_planted"] > 0
    assert row["recall_share"] >= least_recall, row.to_dict()
    assert row["precision_share"] >= least_precision, row.to_dict()
    assert row["recall_share"] == row["recall_share_by_true_identity"]
    assert row["low"] <= row["recall_share"] <= row["high"]


def test_the_measurement_is_told_in_a_line(measured):
    line = told(measured.reset_index())

    assert line.startswith("scenarios: recall store check-in 0.")
    assert line.count("precision") == len(measured)
    assert "\n" not in line


def test_identity_that_knows_nobody_finds_little_and_is_told_apart_from_what_exports_lack(lived):
    raw, tables = lived
    alone = "select record_id, concat('person:', substring(md5(record_id), 1, 16)) as person_id from this"
    torn = measure_scenarios(tables | {"people": tables["people"].query(alone)}, raw, KEY)
    row = torn.set_index("scenario").loc["store check-in"]

    assert row["recall_share"] < 0.1 < row["recall_share_by_true_identity"]


def test_online_view_then_store_enter_then_the_row_lists_that_product_and_nothing_later(lived, stays):
    raw, tables = lived
    names = ("touches", "orders", "order_lines", "availability", "people")
    interests = list_interests(stays, *(tables[name] for name in names), VisitRule())
    assert broken_rules("CHECKIN_INTERESTS", interests) == []
    found = interests.to_pandas()

    assert len(found) > 50
    assert (found["last_viewed_at"] < found["entered_at"]).all()
    assert (found["entered_at"] - found["last_viewed_at"] <= pd.Timedelta(days=14)).all()
    assert found["is_in_stock"].notna().mean() > 0.9
    views = view_visitors(
        stays, interests, tables["touches"], tables["orders"], tables["people"], VisitRule()
    ).to_pandas()
    assert (views.set_index("visit_id")["n_interests"] > 0).sum() == found["visit_id"].nunique()
    assert 0 < views["is_approached"].sum() < len(views)
    assert len(planted(raw, KEY)["store check-in"]) >= len(found)


def test_each_kind_of_event_of_the_scenarios_is_in_the_taxonomy(lived):
    _, tables = lived
    told_actions = set(tables["touches"].query("select distinct action from this").to_pandas()["action"])

    assert {
        "product_viewed", "added_to_wishlist", "product_shared", "friends_asked", "review_read",
        "store_entered", "checked_in", "coupon_applied", "complained", "replied",
        "assistant_rated", "customer_rated",
    } <= told_actions  # fmt: skip


def test_no_mail_of_thanks_or_with_a_coupon_goes_out_without_permission(lived):
    """The shop writes to nobody who has not agreed; what is left was said on another record, or too late."""
    _, tables = lived
    mails = follow_post_sale_mails(
        tables["touches"], tables["orders"], tables["consents"], tables["people"], AfterSaleRule()
    ).to_pandas()

    assert len(mails) > 100
    assert mails["is_permitted"].mean() > 0.95
    assert mails["after_order_id"].notna().mean() > 0.9
    coupons = mails[mails["kind"] == "coupon"]
    assert 0 < coupons["redeemed_at"].notna().mean() < 0.5
    assert (coupons["redeemed_at"].dropna() > coupons.loc[coupons["redeemed_at"].notna(), "mailed_at"]).all()


def test_both_voices_of_a_stay_are_kept_with_their_author(lived, stays):
    raw, tables = lived
    found = gather_feedback(tables["touches"], stays, tables["people"], FeedbackRule())
    assert broken_rules("FEEDBACK", found) == []
    frame = found.to_pandas()
    store = frame[frame["source"] == "store_feedback"]

    written = pd.read_csv(raw / "store_feedback.csv")
    assert len(store) == len(written)
    assert (store["author"] == "assistant").sum() == (written["said_by"] == "assistant").sum() > 0
    assert store.loc[store["author"] == "assistant", "counterpart_record_id"].notna().all()
    assert store.loc[store["author"] == "customer", "counterpart_record_id"].isna().all()
    both = store.dropna(subset=["visit_id"]).groupby("visit_id")["author"].nunique()
    assert (both == 2).sum() > 5
