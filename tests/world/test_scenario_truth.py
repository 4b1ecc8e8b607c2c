"""What the world says it lived, and what is said at the end of a stay in a store."""

import numpy as np
import pandas as pd
import pytest

from journey_research.world.simulation.scenario_truth import COLUMNS, scenarios_lived
from tests.world.vendor_files import assert_read_whole, csv_rows, living, names_of, small_block, told

FILE = "store_feedback.csv"


def lived(scenario):
    rows = scenarios_lived(small_block())
    assert list(rows.columns) == COLUMNS
    return rows[rows["scenario"] == scenario].reset_index(drop=True)


def instants(column):
    return pd.to_datetime(column)


def test_every_scenario_was_lived():
    counts = scenarios_lived(small_block())["scenario"].value_counts()

    assert set(counts.index) == {
        "store check-in", "friend's review", "collected at the counter", "coupon for the next visit",
        "complaint in public", "recommended by a friend",
    }  # fmt: skip
    assert (counts > 3).all()


def test_a_product_of_a_check_in_was_looked_at_in_the_fourteen_days_before():
    start, day = small_block().calendar.start_ms, 86_400_000
    block = living(
        kind=["product_viewed", "product_viewed", "beacon_entered", "product_viewed", "mail_opened"],
        person=[3, 3, 3, 3, 3],
        product=[5, 6, -1, 7, 8],
        store=[-1, -1, 2, -1, -1],
        at_ms=[start + day - 1, start + day, start + 15 * day, start + 15 * day, start + 14 * day],
    )
    rows = scenarios_lived(block)
    rows = rows[rows["scenario"] == "store check-in"]

    assert rows["product"].tolist() == [block.catalogue.products["sku"][6]]
    assert rows["person"].tolist() == [block.people["person"][3]]
    assert rows["store"].tolist() == [block.catalogue.stores["store_id"][2]]


def test_a_review_comes_after_the_ask_and_of_a_friend():
    rows = lived("friend's review")

    assert (instants(rows["began_at"]) < instants(rows["ended_at"])).all()
    assert (rows["person"] != rows["peer"]).all()
    assert (rows["product"] != "").all()


def test_a_coupon_is_redeemed_after_its_mail_by_the_order_that_has_its_code():
    rows = lived("coupon for the next visit")
    redeemed = rows[rows["ordered_at"] != ""]
    codes = small_block().orders["coupon"].str.startswith("NEXT-")

    assert len(redeemed) == codes.sum() > 0
    assert (instants(redeemed["began_at"]) < instants(redeemed["ordered_at"])).all()


def test_a_complaint_has_its_order_and_its_first_answer():
    rows = lived("complaint in public")
    answered = rows[rows["ended_at"] != ""]

    assert (instants(rows["ordered_at"]) < instants(rows["began_at"])).all()
    assert (instants(answered["began_at"]) < instants(answered["ended_at"])).all()


# --- feedback of both sides -----------------------------------------------------------------


def test_no_judgement_is_set_aside_and_all_cards_are_spoken():
    assert_read_whole("store_feedback", FILE)


@pytest.fixture(scope="module")
def feedback():
    return pd.DataFrame(csv_rows(FILE))


def test_an_assistant_signs_and_a_customer_does_not(feedback):
    ours = feedback["said_by"] == "assistant"

    assert set(feedback["said_by"]) == {"assistant", "customer"}
    assert (feedback.loc[ours, "assistant"].str[:4] == feedback.loc[ours, "store"]).all()
    assert set(feedback.loc[~ours, "assistant"]) == {""}
    assert set(feedback["stars"]) == set("12345")
    assert feedback["note_id"].is_unique


def test_the_assistant_notes_within_the_stay_and_the_customer_speaks_at_its_end(feedback):
    block = small_block()
    stays = block.touches[block.touches["kind"] == "beacon_entered"]
    card = block.people["loyalty_id"].to_numpy()[stays["person"]]
    both = feedback.assign(given=instants(feedback["given_at"]).astype("int64") // 10**6)
    if both["given"].max() < 10**12:  # pandas counts in seconds where the text does
        both["given"] = both["given"] * 1000
    both = both.merge(
        stays.assign(loyalty_card=card)[["loyalty_card", "at_ms", "ended_ms"]], on="loyalty_card"
    )
    within = (both["given"] > both["at_ms"] - 1000) & (both["given"] <= both["ended_ms"])
    after = (both["given"] >= both["ended_ms"]) & (both["given"] <= both["ended_ms"] + 61_000)
    is_ours = both["said_by"] == "assistant"
    right = np.where(is_ours, within, after)

    assert set(both.loc[right, "note_id"]) == set(feedback["note_id"])


def test_who_answers_was_served(feedback):
    ours = feedback[feedback["said_by"] == "assistant"]["loyalty_card"].value_counts()
    theirs = feedback[feedback["said_by"] == "customer"]["loyalty_card"].value_counts()

    assert (theirs <= ours.reindex(theirs.index).fillna(0)).all()
    assert 0.3 < theirs.sum() / ours.sum() < 0.7


def test_ingestion_keeps_the_author_and_whom_it_is_about(feedback):
    touches = told("store_feedback")["touches"].set_index("touch_id")
    touches = touches.loc[names_of("store_feedback", feedback["note_id"].tolist(), "touch")]

    assert touches["action"].tolist() == (feedback["said_by"] + "_rated").tolist()
    assert touches["record_id"].tolist() == names_of("store_feedback", feedback["loyalty_card"].tolist())
    assert touches["sentiment"].tolist() == [(int(stars) - 3) / 2 for stars in feedback["stars"]]
    assert touches["counterpart_record_id"].notna().tolist() == (feedback["assistant"] != "").tolist()
