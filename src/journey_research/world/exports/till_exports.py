"""Exports of the stores: the tills' receipts, the loyalty cards, and the pop-up shops' Square account."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pyarrow.compute as pc

from journey_research.world.simulation.block import Block
from journey_research.world.simulation.calendar import ZONE, chance_for
from journey_research.world.simulation.mistakes import noted

from .exporting import AnyExporter, Exporter, Part, SheetExporter, SheetPart, speakers_of
from .spellings import emails_as_typed, phones_as_typed, streets_as_typed
from .square_exports import SQUARE
from .standing import standing
from .text import chosen, csv_lines, joined, local_time, looked_up, money, padded, shares, texts
from .tills import cards_shown, till_orders

RECEIPTS, MEMBERS = "kassenbons", "loyalty_members"
TILL = (
    "Bonnummer", "Filiale", "Kasse", "Datum", "Position", "Artikelnummer", "Artikel", "Menge",
    "Einzelpreis", "Rabatt", "Bonsumme", "davon MwSt", "Erstattet", "Währung", "Zahlart", "Belegart",
    "Kundenkarte", "Gutschein",
)  # fmt: skip
CARDS = (
    "Kartennummer", "Anrede", "Vorname", "Nachname", "Geburtsdatum", "Straße", "PLZ", "Ort", "E-Mail",
    "Mobil", "Eintritt", "Punkte", "Werbung per E-Mail",
)  # fmt: skip
_PAYMENT = {"card": "EC-Karte", "cash": "Bar", "invoice": "Rechnung"}
_KIND = {"refunded": "Retoure", "partially_refunded": "Teilretoure", "cancelled": "Storno"}


def kassenbons(block: Block) -> Part:
    """Receipts of the stores' tills, a row for each article; who shows no card stays unknown."""
    orders = till_orders(block, popup=False)
    number, store = orders["number"].to_numpy(), orders["store"].to_numpy()
    stores, products = block.catalogue.stores, block.catalogue.products
    receipt = joined("B$no", no=padded(number, 9))
    card, tills_own = cards_shown(block, orders)
    of_order = {
        "Bonnummer": receipt,
        "Filiale": looked_up(stores["store_id"], store),
        "Kasse": texts(1 + number % 3),
        "Datum": local_time(orders["at_ms"], ZONE, "%d.%m.%Y %H:%M"),
        "Rabatt": money(orders["discount_cents"], decimal=",", thousands="."),
        "Bonsumme": money(orders["amount_cents"], decimal=",", thousands="."),
        "davon MwSt": money(orders["tax_cents"], decimal=",", thousands="."),
        "Erstattet": money(orders["refunded_cents"], decimal=",", thousands="."),
        "Währung": texts(np.full(len(orders), "EUR", dtype=object)),
        "Zahlart": texts(orders["payment"].map(_PAYMENT)),
        "Belegart": texts(orders["status"].map(_KIND).fillna("Verkauf")),
        "Kundenkarte": card,
        "Gutschein": texts(orders["coupon"].where(orders["coupon"] != "", None)),
    }
    place = np.full(len(block.orders), -1)
    place[orders["row"]] = np.arange(len(orders))
    lines = block.lines[place[block.lines["order"]] >= 0]
    row = place[lines["order"]]
    cells = {name: looked_up(column, row) for name, column in of_order.items()} | {
        "Position": texts(lines["line"]),
        "Artikelnummer": looked_up(products["sku"], lines["product"]),
        "Artikel": looked_up(products["name"], lines["product"]),
        "Menge": texts(lines["quantity"]),
        "Einzelpreis": money(lines["price_cents"], decimal=",", thousands="."),
    }
    keys = pc.coalesce(chosen(tills_own, None, card), receipt)
    written = csv_lines([cells[name] for name in TILL], ";")
    speakers = speakers_of(RECEIPTS, keys, orders["person"].to_numpy())
    return Part(written, speakers, {"touchpoints": len(orders)})


def loyalty_members(block: Block) -> SheetPart:
    """Holders of a card, as a clerk typed their forms; dates and numbers are real dates and numbers.

    A spreadsheet keeps a postal code as a number where it can: the zeros before it are gone.
    """
    people = block.people
    holders = np.flatnonzero(people["loyalty_id"] != "")
    chance = chance_for(block.world_seed, "loyalty members", block.number)
    who = holders[chance.permutation(len(holders))]
    person, number = people.iloc[who].reset_index(drop=True), people["number"].to_numpy()[who]
    told = noted(people, who, MEMBERS, block.world_seed, block.number)
    spent = block.orders.groupby("person")["amount_cents"].sum().reindex(who).fillna(0).to_numpy()
    is_number = shares(number, "postal code as a number") < 0.3
    codes = [
        float(code) if wanted and code else code or None
        for code, wanted in zip(told["postal_code"], is_number.tolist(), strict=True)
    ]
    agreed = standing(block, "email", who)["status"]
    answer = {"granted": "Ja", "withdrawn": "Nein", "denied": "Nein"}
    rows = pd.DataFrame(
        {
            "Kartennummer": person["loyalty_id"].astype("int64").astype("float64"),
            "Anrede": np.where(person["female"], "Frau", "Herr"),
            "Vorname": told["first_name"],
            "Nachname": told["last_name"],
            "Geburtsdatum": pd.to_datetime(told["birth_date"].replace("", None), format="%Y-%m-%d"),
            "Straße": streets_as_typed(told["street"], number, MEMBERS),
            "PLZ": pd.Series(codes, dtype=object),
            "Ort": told["city"],
            "E-Mail": emails_as_typed(told["email"], number, MEMBERS),
            "Mobil": phones_as_typed(told["phone"], number, MEMBERS),
            "Eintritt": _days(person["joined_ms"].to_numpy()),
            "Punkte": spent / 1000,
            "Werbung per E-Mail": agreed.map(answer),
        }
    )
    return SheetPart(rows[list(CARDS)], speakers_of(MEMBERS, person["loyalty_id"], who))


def _days(at_ms: np.ndarray) -> pd.Series:
    return pd.to_datetime(pd.Series(local_time(at_ms, ZONE, "%Y-%m-%d").to_pylist()), format="%Y-%m-%d")


EXPORTERS: tuple[AnyExporter, ...] = (
    Exporter(
        "kassenbons.csv", (";".join(TILL) + "\r\n").encode("latin-1"), kassenbons,
        encoding="latin-1", line_end=b"\r\n", dirt=("day", "number", "cut", "extra", "quote"),
    ),
    SheetExporter(
        "loyalty_members.xlsx", "Mitglieder", CARDS, loyalty_members, dirt=("Geburtsdatum", "Eintritt")
    ),
    *SQUARE,
)  # fmt: skip
