"""A made-up shop whose exports hold something of everything; its laws stand in ``test_invariants``."""

import tempfile
from collections import Counter
from pathlib import Path

from hypothesis import strategies as st
from written_as import FORMATS

from journey_research.contracts.exports import export_of
from journey_research.pipelines.ingestion.reading import OUTPUTS, read_sources

KEY = b"a key that only the tests know of"
TOLD = (  # what the shop below tells; the others are empty
    "records", "record_values", "identifiers", "source_links", "touches", "orders", "order_lines", "consents",
    "lost_values", "rejected", "source_files",
)  # fmt: skip
READING = ("rejected", "source_files")  # what they tell is of files, not of customers

SHOP = {
    "version": 1,
    "file": "shop.*",
    "format": "csv",
    "grain": "line of an order",
    "data_class": "transactional",
    "phone_region": "DE",
    "required": ["order", "customer", "at", "total"],
    "checks": {"pieces": "number"},
    "times": {"at": {"format": "iso", "zone": "Europe/Berlin"}, "posted": "date"},
    "record": {
        "key": "customer",
        "kind": {"from": "email", "blank": {"is": "anonymous"}, "otherwise": {"is": "profile"}},
        "recorded_at": "at",
        "values": {"full_name": "name", "company": "firm", "email": "email", "phone": "phone",
                   "postal_code": "zip"},
        "extra": {"note": "note"},
    },
    "identifiers": [
        {"value": "email", "type": "email", "when": "at"},
        {"value": "phone", "type": "phone", "when": "at"},
        {"value": "others", "type": "crm_id", "split": ";", "when": "at"},
    ],
    "same_as": [{"key": "others", "split": ";", "rule": "source_merge"}],
    "touch": [
        {
            "key": ["order", "sku", "at"],
            "when": "at",
            "channel": {"from": "medium", "values": {"cpc": "paid_search"}, "blank": {"is": "direct"}},
            "direction": {"is": "inbound"},
            "initiative": {"is": "customer"},
            "action": {"is": "product_viewed"},
            "product_id": "sku",
        },
        {
            "key": ["order", "posted"],
            "when": "posted",
            "only": {"posted": "present"},
            "channel": {"is": "direct_mail"},
            "direction": {"is": "outbound"},
            "initiative": {"is": "company"},
            "action": {"is": "letter_sent"},
            "clock": "server",
        },
    ],
    "order": {
        "key": "order",
        "when": "at",
        "status": {"is": "paid"},
        "channel": {"is": "web"},
        "total": "total",
        "refunded": "refunded",
        "currency": {"from": "currency", "blank": {"is": "EUR"}},
        "line_product_id": "sku",
        "line_quantity": "pieces",
        "line_amount": {"product_of": ["price", "pieces"]},
    },
    "consent": {
        "key": ["customer", "yes"],
        "when": "at",
        "only": {"yes": "present"},
        "channel": {"is": "email"},
        "purpose": {"is": "marketing"},
        "status": {"from": "yes", "values": {True: "granted", False: "denied"},
                   "otherwise": {"is": "unknown"}},
    },
}  # fmt: skip

# What a cell may hold and a row be accepted; few enough that rows meet under one key and contradict.
CELLS = {
    "order": ["1", " 1 ", "2", "É4"],
    "customer": ["ada", "Ada", "bob", "c;d", "x|y"],
    "at": ["2025-01-06 10:00", "2025-01-06T10:00:00Z", "2025-10-26 02:30", "2025-03-30 02:30"],
    "posted": ["", "2025-01-07", "2025-03-30"],
    "total": ["10", "9.99", "1,234.50"],
    "refunded": ["", "0", "1.5"],
    "currency": ["", "EUR", "jpy"],
    "sku": ["tent", "tent", "rope"],
    "pieces": ["", "1", "2"],
    "price": ["", "4.00", "0.005", "1e2"],
    "medium": ["", "cpc", "email"],
    "email": ["", "Ada@Example.org ", "ada@example.org", "none", "bob@mail.example.org"],
    "phone": ["", "0170 1234567", "+49 170 1234567", "anonymous", "8.61E+12"],
    "others": ["", "17", "17;18;", "ada"],
    "name": ["", "Ada  King", "x", "x|y"],
    "firm": ["", "y|", "Isarbau SE"],
    "zip": ["", "'01067", "01067"],
    "note": ["", 'says "yes", and more', "two\nlines", "ß€\u00a0", "null"],
    "yes": ["", "yes", "no", "perhaps"],
}
# Each of these sets its row aside.
BROKEN = [
    ("order", ""), ("customer", " "), ("at", "2025-02-30"), ("at", ""), ("posted", "07.01.2025"),
    ("total", ""), ("total", "l9.9O"), ("refunded", "-1"), ("currency", "Taler"), ("sku", ""),
    ("pieces", "two"), ("price", "free"),
]  # fmt: skip
_good = st.fixed_dictionaries({column: st.sampled_from(cells) for column, cells in CELLS.items()})
_broken = st.builds(lambda row, cell: row | dict([cell]), _good, st.sampled_from(BROKEN))
shops = st.lists(st.one_of(_good, _good, _good, _broken), min_size=1, max_size=12)
GOOD = {
    "order": "1", "customer": "ada", "at": "2025-01-06 10:00", "posted": "2025-01-07", "total": "10",
    "refunded": "1.5", "currency": "EUR", "sku": "tent", "pieces": "2", "price": "4.00", "medium": "cpc",
    "email": "ada@example.org", "phone": "0170 1234567", "others": "17;18", "name": "Ada King",
    "firm": "Isarbau SE", "zip": "01067", "note": "yes", "yes": "yes",
}  # fmt: skip


def tables(*exports, told=TOLD, store=None):
    """Table name -> its rows as counted dictionaries, whatever their order."""
    made = dict(zip(OUTPUTS, read_sources(list(exports), KEY, store), strict=True))
    return {table: Counter(map(_row, made[table].to_arrow().to_pylist())) for table in told}


def _row(row):
    return tuple(sorted((column, repr(value)) for column, value in row.items()))


def customers(told):
    """Without what tells of files: rejects, fingerprints, and how many rows speak of a record."""
    return {
        table: Counter({tuple(cell for cell in row if cell[0] != "n_rows") for row in told[table]})
        for table in told
        if table not in (*READING, "lost_values")
    }


def rules(told):
    """The rules that were broken, without the places."""
    return Counter(
        tuple(cell for cell in row if cell[0] in ("source", "column", "rule"))
        for row in told["rejected"].elements()
    )


def value(row, column):
    """One cell of a row as it is counted; texts are in quotes."""
    return dict(row)[column]


class Folder:
    """Exports in a folder that is gone when the example ends."""

    def __enter__(self):
        self._folder = tempfile.TemporaryDirectory()
        self.path = Path(self._folder.__enter__())
        return self

    def __exit__(self, *raised):
        self._folder.__exit__(*raised)

    def export(self, told, file_name="shop.csv", mapping=SHOP, form="csv", columns=None):
        says, _, write = FORMATS[form]
        columns = columns or list(told[0])
        write(self.path / file_name, columns, told)
        return export_of("shop", {**mapping, "format": says}, self.path / file_name)

    def bytes(self, data, file_name="shop.csv", mapping=SHOP):
        (self.path / file_name).write_bytes(data)
        return export_of("shop", mapping, self.path / file_name)
