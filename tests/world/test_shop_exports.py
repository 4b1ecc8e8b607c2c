"""The web shop's, its stock's and its payment system's files hold what makes such files hard to read."""

import json

import pandas as pd

from journey_research.world.exports.buyers import TEST_EMAIL, is_online
from journey_research.world.exports.shop_exports import EXPORTERS
from journey_research.world.exports.standing import standing
from tests.world.exported import (
    assert_all_read,
    csv_rows,
    exporter_of,
    json_rows,
    micros,
    names_of,
    read_back,
    small_block,
    speakers_of,
    written,
)

SHOPIFY = exporter_of(EXPORTERS, "shopify_orders.csv")
INVENTORY = exporter_of(EXPORTERS, "shopify_inventory.csv")
STRIPE = exporter_of(EXPORTERS, "stripe_charges.jsonl")


def real_orders() -> pd.DataFrame:
    """First rows of the orders that are no tests, with the number of the order."""
    rows = csv_rows(SHOPIFY)
    first = rows[(rows["Total"] != "") & (rows["Payment Method"] != "bogus")].copy()
    first["number"] = first["Name"].str[1:].astype(int) - 1001
    return first.set_index("number")


def online_orders() -> pd.DataFrame:
    block = small_block()
    return block.orders[is_online(block)].set_index("number")


def test_an_order_has_a_row_for_each_line_and_tells_of_itself_in_the_first():
    block, rows = small_block(), csv_rows(SHOPIFY)
    rows = rows[~rows["Name"].str.startswith("#T")]
    is_line = block.lines["order"].isin(block.orders.index[is_online(block)])
    assert len(rows) == is_line.sum() > rows["Name"].nunique()
    again = rows[rows["Name"].duplicated()]
    for column in ("Total", "Currency", "Created at", "Financial Status", "Id", "Source", "Taxes"):
        assert (again[column] == "").all()
        assert (rows.loc[~rows["Name"].duplicated(), column] != "").all()


def test_times_say_their_offset_without_a_colon():
    at = real_orders()["Created at"]
    assert at.str.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d \+0[12]00").all()
    told = pd.to_datetime(at, format="%Y-%m-%d %H:%M:%S %z", utc=True)
    truth = pd.to_datetime(online_orders()["at_ms"] // 1000, unit="s", utc=True)
    assert (told == truth.loc[told.index]).all()


def test_amounts_are_those_of_the_orders():
    told, truth = real_orders(), online_orders()
    for column, cents in (
        ("Total", "amount_cents"),
        ("Discount Amount", "discount_cents"),
        ("Shipping", "shipping_cents"),
        ("Taxes", "tax_cents"),
        ("Refunded Amount", "refunded_cents"),
    ):
        assert (told[column].astype(float).mul(100).round().astype(int) == truth.loc[told.index, cents]).all()
    assert set(told["Financial Status"]) >= {"paid", "partially_refunded", "refunded"}


def test_some_postal_codes_carry_an_apostrophe():
    codes = real_orders()["Billing Zip"]
    assert 0.1 < codes.str.startswith("'").mean() < 0.3


def test_somebody_tries_the_checkout():
    rows = csv_rows(SHOPIFY)
    tests = rows[rows["Payment Method"] == "bogus"]
    assert 1 <= len(tests) <= 0.02 * len(rows) + 1
    assert set(tests["Email"]) == {TEST_EMAIL}
    assert TEST_EMAIL not in speakers_of(SHOPIFY)


def test_a_tick_means_that_mail_was_agreed_to_at_that_moment():
    told, truth = real_orders(), online_orders()
    truth = truth.loc[told.index]
    then = standing(small_block(), "email", truth["person"].to_numpy(), truth["at_ms"].to_numpy())
    assert set(told["Accepts Marketing"]) == {"yes", "no"}
    assert ((told["Accepts Marketing"] == "yes").to_numpy() == (then["status"] == "granted").to_numpy()).all()


def test_keys_are_the_addresses_in_small_letters_but_for_nobodys():
    told = real_orders()
    junk = set(small_block().catalogue.junk["value"])
    email = told["Email"].str.strip().str.lower()
    keys = email.where((email != "") & ~email.isin(junk), told["Name"])
    assert set(keys) == speakers_of(SHOPIFY)
    assert (told["Email"] != email).any()


def test_orders_come_from_the_web_the_app_and_the_telephone():
    assert set(real_orders()["Source"]) == {"web", "3890849", "shopify_draft_order"}


def test_stock_is_told_once():
    rows = csv_rows(INVENTORY)
    stock = small_block().catalogue.stock
    assert len(rows) == len(stock)
    assert rows["quantities.quantity"].astype(int).sum() == stock["quantity"].sum()
    assert "Zentrallager" in set(rows["location.name"])
    assert not len(csv_rows(INVENTORY, block_number=1))


def test_charges_are_whole_numbers_of_the_smallest_unit():
    orders, n_yen = online_orders(), 0
    for charge in json_rows(STRIPE):
        truth = orders.loc[int(charge["metadata"]["order_id"][1:]) - 1001]
        assert isinstance(charge["amount"], int)
        assert charge["created"] < 10**10
        if charge["currency"] == "jpy":
            n_yen += 1
            assert charge["amount"] == round(truth["amount_cents"] * 1.63)
        else:
            assert charge["currency"] == "eur"
            assert charge["amount"] == truth["amount_cents"]
    assert n_yen >= 1


def test_every_card_order_is_charged_once_in_earnest():
    earnest = [one for one in json_rows(STRIPE) if one["livemode"] and one["status"] != "failed"]
    numbers = [int(one["metadata"]["order_id"][1:]) - 1001 for one in earnest]
    orders = online_orders()
    assert sorted(numbers) == sorted(orders.index[orders["payment"] == "card"])
    back = {
        number: one["amount_refunded"]
        for number, one in zip(numbers, earnest, strict=True)
        if one["currency"] == "eur"
    }
    for number, amount in back.items():
        truth = orders.loc[number]
        assert amount == (
            truth["amount_cents"] if truth["status"] == "cancelled" else truth["refunded_cents"]
        )


def test_refused_cards_and_tests_are_told_too():
    charges = json_rows(STRIPE)
    refused = [one for one in charges if one["status"] == "failed"]
    assert refused
    assert not any(one["paid"] or one["captured"] for one in refused)
    tests = [one for one in charges if not one["livemode"]]
    assert tests
    assert {one["billing_details"]["email"] for one in tests} == {TEST_EMAIL}


def test_guests_are_no_customers_and_cards_are_shared():
    charges = [one for one in json_rows(STRIPE) if one["livemode"]]
    assert any(one["customer"] is None for one in charges)
    keys = {one["customer"] or one["id"] for one in charges}
    assert keys == speakers_of(STRIPE)
    assert len({one["id"] for one in charges}) == len(charges)


def test_lines_are_json_and_nothing_else():
    assert all(isinstance(json.loads(line), dict) for line in written(STRIPE).splitlines())


def test_every_row_is_read_and_every_speaker_is_a_record():
    for exporter in (SHOPIFY, STRIPE):
        assert_all_read(exporter)
    assert len(read_back(SHOPIFY)["source_files"]) == 1
    assert read_back(SHOPIFY)["source_files"]["n_left_out"].sum() > 0  # the tests


def test_orders_are_read_as_they_were_placed():
    truth, told = online_orders(), read_back(SHOPIFY)["orders"].set_index("order_id")
    told = told.loc[names_of("shopify_orders", [f"#{1001 + number}" for number in truth.index], "order")]
    assert len(told) == len(read_back(SHOPIFY)["orders"])
    for column, cents in (
        ("order_amount", "amount_cents"),
        ("refunded_amount", "refunded_cents"),
        ("discount_amount", "discount_cents"),
        ("tax_amount", "tax_cents"),
        ("shipping_amount", "shipping_cents"),
    ):
        assert [int(one * 100) for one in told[column]] == truth[cents].tolist()
    assert (told["ordered_at"].to_numpy() == micros(truth["at_ms"] // 1000 * 1000).to_numpy()).all()
    assert told["ordered_channel"].tolist() == truth["ordered_channel"].tolist()
    assert told["fulfilled_channel"].tolist() == truth["fulfilled_channel"].tolist()
    status = truth["status"].replace({"partially_refunded": "paid"})
    assert told["status"].tolist() == status.tolist()
    lines = [int(one * 100) for one in read_back(SHOPIFY)["order_lines"]["line_amount"]]
    assert sum(lines) == (truth["amount_cents"] + truth["discount_cents"] - truth["shipping_cents"]).sum()


def test_apostrophes_are_gone():
    codes = read_back(SHOPIFY)["record_values"]["postal_code"].dropna()
    assert not codes.str.contains("'").any()


def test_a_box_without_a_tick_stays_unknown():
    consents = read_back(SHOPIFY)["consents"]
    assert set(consents["status"]) == {"granted", "unknown"}
    assert (consents["status"] == "granted").sum() == (real_orders()["Accepts Marketing"] == "yes").sum()


def test_charges_are_sightings_of_the_shops_orders():
    told, truth = read_back(SHOPIFY, STRIPE), online_orders()
    assert set(told["orders"]["source"]) == {"shopify_orders"}
    sightings = told["order_sightings"]
    assert len(sightings) == (truth["payment"] == "card").sum()
    both = sightings.merge(told["orders"], on="order_id", suffixes=("", "_of_shop"), validate="one_to_one")
    assert len(both) == len(sightings)
    in_euros = both["currency"] == "EUR"
    assert (both["order_amount"] == both["order_amount_of_shop"])[in_euros].all()
    yen = both[~in_euros]
    assert len(yen)
    assert set(yen["currency"]) == {"JPY"}
    ratio = yen["order_amount"].astype(float) / yen["order_amount_of_shop"].astype(float)
    assert ratio.between(162, 164).all()  # whole yen, not hundredths


def test_card_prints_are_weak_evidence():
    prints = read_back(STRIPE)["identifiers"].query("identifier_type == 'card_fp'")
    assert set(prints["strength"]) == {"weak"}


def test_stock_is_read_as_it_was_counted():
    told, stock = read_back(INVENTORY)["availability"], small_block().catalogue.stock
    assert len(told) == len(stock)
    assert told["quantity"].astype(int).sum() == stock["quantity"].sum()
    assert set(told["location_id"]) == {*small_block().catalogue.stores["store_id"], "Zentrallager"}
    assert set(told["measured_at"]) == set(micros(stock["at_ms"]))
