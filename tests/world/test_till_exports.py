"""The stores' files hold what makes such files hard to read."""

import datetime
from zoneinfo import ZoneInfo

import pandas as pd

from journey_research.world.exports.till_exports import EXPORTERS
from journey_research.world.exports.tills import is_popup
from tests.world.exported import (
    assert_all_read,
    csv_rows,
    exporter_of,
    micros,
    names_of,
    part_of,
    read_back,
    small_block,
    speakers_of,
    written,
)

RECEIPTS = exporter_of(EXPORTERS, "kassenbons.csv")
MEMBERS = exporter_of(EXPORTERS, "loyalty_members.xlsx")
SQUARE = exporter_of(EXPORTERS, "square_transactions.csv")
ZONES = {"Eastern Time (US & Canada)": "America/New_York", "Berlin": "Europe/Berlin"}


def cents(text: str) -> int:
    """A German amount."""
    return round(float(text.replace(".", "").replace(",", ".")) * 100)


def dollars(text: str) -> int:
    """An American amount, in cents."""
    return round(float(text.replace("$", "").replace(",", "")) * 100)


def bought_in_stores(*, popup: bool) -> pd.DataFrame:
    orders = small_block().orders
    orders = orders[orders["ordered_channel"] == "store"]
    return orders[is_popup(orders["store"]) == popup].set_index("number")


def test_receipts_are_written_by_a_german_till():
    text = written(RECEIPTS)
    assert text.startswith("Bonnummer;Filiale;")
    assert "Währung" in text.splitlines()[0]
    assert RECEIPTS.encoding == "latin-1"
    assert any(letter in text for letter in "äöü")
    rows = csv_rows(RECEIPTS, ";")
    assert rows["Bonsumme"].str.fullmatch(r"\d{1,3}(\.\d{3})*,\d\d").all()
    assert rows["Datum"].str.fullmatch(r"\d\d\.\d\d\.\d{4} \d\d:\d\d").all()


def test_receipts_tell_every_purchase_of_the_stores_line_by_line():
    block, rows, truth = small_block(), csv_rows(RECEIPTS, ";"), bought_in_stores(popup=False)
    assert set(rows["Bonnummer"].str[1:].astype(int)) == set(truth.index)
    lines = block.lines["order"].map(block.orders["number"]).isin(truth.index)
    assert len(rows) == lines.sum() > rows["Bonnummer"].nunique()
    first = rows.drop_duplicates("Bonnummer").set_index("Bonnummer")
    first.index = first.index.str[1:].astype(int)
    for column, name in (
        ("Bonsumme", "amount_cents"),
        ("Erstattet", "refunded_cents"),
        ("davon MwSt", "tax_cents"),
    ):
        assert (first[column].map(cents) == truth.loc[first.index, name]).all()
    at = pd.to_datetime(first["Datum"], format="%d.%m.%Y %H:%M").dt.tz_localize(
        "Europe/Berlin", ambiguous=True
    )
    seconds = at.dt.tz_convert("UTC").astype("datetime64[ns, UTC]").astype("int64") // 10**9
    assert (seconds == truth.loc[first.index, "at_ms"] // 60_000 * 60).all()


def test_some_receipts_have_no_card_and_some_the_tills_own():
    block, rows = small_block(), csv_rows(RECEIPTS, ";").drop_duplicates("Bonnummer")
    card = rows["Kundenkarte"]
    junk = set(block.catalogue.junk.query("type == 'loyalty_id'")["value"])
    both = pd.concat([card, csv_rows(RECEIPTS, ";", 1)["Kundenkarte"]])
    assert both.isin(junk).any()
    assert (card == "").mean() > 0.1
    known = ~card.isin(["", *junk])
    assert known.mean() > 0.1
    assert speakers_of(RECEIPTS) == set(card.where(known, rows["Bonnummer"]))
    owner = block.people.set_index("loyalty_id")["person"]
    told = part_of(RECEIPTS).speakers.drop_duplicates("key").set_index("key")["person"]
    assert all(block.people["person"].iloc[told[one]] == owner[one] for one in card[known])


def test_members_are_a_sheet_of_real_dates_and_numbers():
    block, rows = small_block(), part_of(MEMBERS).rows
    assert list(rows.columns) == list(MEMBERS.columns)
    assert len(rows) == (block.people["loyalty_id"] != "").sum()
    assert rows["Geburtsdatum"].dtype.kind == rows["Eintritt"].dtype.kind == "M"
    assert rows["Kartennummer"].dtype.kind == rows["Punkte"].dtype.kind == "f"
    assert {type(one) for one in rows["PLZ"].dropna()} == {str, float}
    keys = rows["Kartennummer"].astype("int64").astype(str)
    assert set(keys) == speakers_of(MEMBERS) == set(block.people["loyalty_id"]) - {""}


def test_pop_up_shops_sell_with_square_and_with_nothing_else():
    rows, truth = csv_rows(SQUARE), bought_in_stores(popup=True)
    paid = rows[rows["Event Type"] == "Payment"]
    assert paid["Transaction ID"].is_unique
    assert len(paid) == len(truth) > 0
    assert sorted(paid["Total Collected"].map(dollars)) == sorted(truth["amount_cents"])
    stores = small_block().catalogue.stores
    assert set(rows["Location"]) <= set(stores["name"][is_popup(pd.Series(stores.index))])
    assert not set(csv_rows(RECEIPTS, ";")["Filiale"]) & set(
        stores["store_id"][is_popup(pd.Series(stores.index))]
    )


def test_amounts_are_dollar_texts_and_refunds_have_a_minus_before_the_sign():
    rows = pd.concat([csv_rows(SQUARE), csv_rows(SQUARE, block_number=1), csv_rows(SQUARE, block_number=2)])
    assert rows["Total Collected"].str.fullmatch(r"-?\$\d{1,3}(,\d{3})*\.\d\d").all()
    back = rows[rows["Event Type"] == "Refund"]
    assert len(back)
    assert back["Total Collected"].str.startswith("-$").all()
    assert set(back["Transaction ID"]) <= set(rows["Transaction ID"][rows["Event Type"] == "Payment"])
    assert rows["Payment ID"].is_unique


def test_date_and_time_are_on_the_clock_of_a_zone_with_a_rails_name():
    rows, truth = csv_rows(SQUARE), bought_in_stores(popup=True)
    assert set(rows["Time Zone"]) == set(ZONES)
    paid = rows[rows["Event Type"] == "Payment"]
    at = sorted(
        int(
            datetime.datetime.fromisoformat(f"{day}T{time}").replace(tzinfo=ZoneInfo(ZONES[zone])).timestamp()
        )
        for day, time, zone in zip(paid["Date"], paid["Time"], paid["Time Zone"], strict=True)
    )
    assert at == sorted(truth["at_ms"] // 1000)


def test_a_square_buyer_is_a_card_a_customer_or_a_sale():
    rows = csv_rows(SQUARE)
    keys = rows["Customer Reference ID"].where(rows["Customer Reference ID"] != "", rows["Customer ID"])
    assert speakers_of(SQUARE) == set(keys.where(keys != "", rows["Transaction ID"]))
    suffix = pd.concat([rows["PAN Suffix"], csv_rows(SQUARE, block_number=1)["PAN Suffix"]])
    assert suffix[suffix != ""].str.fullmatch(r"\d{4}").all()


def test_every_row_is_read_and_every_speaker_is_a_record():
    for exporter in (RECEIPTS, MEMBERS, SQUARE):
        assert_all_read(exporter)


def test_receipts_are_read_as_they_were_printed():
    truth, told = bought_in_stores(popup=False), read_back(RECEIPTS)
    orders = told["orders"].set_index("order_id")
    orders = orders.loc[names_of("kassenbons", [f"B{number:09d}" for number in truth.index], "order")]
    assert [int(one * 100) for one in orders["order_amount"]] == truth["amount_cents"].tolist()
    assert [int(one * 100) for one in orders["refunded_amount"]] == truth["refunded_cents"].tolist()
    minutes = micros(truth["at_ms"] // 60_000 * 60_000)
    assert (orders["ordered_at"].to_numpy() == minutes.to_numpy()).all()
    assert orders["store_id"].tolist() == [f"ST{store + 1:02d}" for store in truth["store"]]
    assert len(told["order_lines"]) == len(csv_rows(RECEIPTS, ";"))


def test_the_tills_own_card_makes_no_record_and_identifies_nobody():
    told = read_back(RECEIPTS)
    assert "9999999999" not in set(told["identifiers"]["identifier_value"])
    shown = csv_rows(RECEIPTS, ";").drop_duplicates("Bonnummer")["Kundenkarte"]
    n_unknown = shown.isin(["", "9999999999"]).sum()
    assert (told["records"]["kind"] == "anonymous").sum() == n_unknown > 0


def test_cards_of_members_and_receipts_are_the_same():
    members = read_back(MEMBERS)["identifiers"].query("identifier_type == 'loyalty_id'")
    receipts = read_back(RECEIPTS)["identifiers"].query("identifier_type == 'loyalty_id'")
    assert len(receipts)
    assert set(receipts["identifier_value"]) <= set(members["identifier_value"])


def test_members_dates_are_days():
    rows = part_of(MEMBERS).rows
    values = read_back(MEMBERS)["record_values"].set_index("record_id")
    told = values.loc[
        names_of("loyalty_members", rows["Kartennummer"].astype("int64").astype(str)), "birth_date"
    ]
    assert pd.to_datetime(told).dt.date.tolist() == rows["Geburtsdatum"].dt.date.tolist()


def test_square_is_read_on_each_rows_own_clock():
    truth, orders = bought_in_stores(popup=True), read_back(SQUARE)["orders"]
    wanted = sorted(zip(truth["at_ms"] // 1000, truth["amount_cents"], truth["refunded_cents"], strict=True))
    seconds = orders["ordered_at"].astype("datetime64[s]").astype("int64")
    amounts = [[int(one * 100) for one in orders[name]] for name in ("order_amount", "refunded_amount")]
    assert sorted(zip(seconds, *amounts, strict=True)) == wanted


def test_four_digits_of_a_card_link_nobody():
    told = read_back(SQUARE)["identifiers"].query("identifier_type == 'card_fp'")
    assert set(told["strength"]) <= {"never"}
