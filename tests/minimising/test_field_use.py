"""Which fields of a mapping anything uses."""

import pytest

from journey_research import contracts
from journey_research.minimising.field_use import LISTED, TARGETS, field_use
from journey_research.pipelines.ingestion.language.mapping_words import BLOCKS
from journey_research.pipelines.ingestion.mapping import read_mapping

MAPPING = {
    "version": 1,
    "file": "till.csv",
    "format": "csv",
    "grain": "receipt",
    "data_class": "transactional",
    "required": ["receipt", "loyalty", "weather"],
    "checks": {"drawer": "number"},
    "times": {"sold": {"format": "iso", "join": ["day", "hour"]}, "printed": "iso"},
    "record": {
        "key": "loyalty",
        "values": {"email": "mail", "city": "town"},
        "extra": {"points": "points"},
    },
    "order": {
        "key": "receipt",
        "when": "sold",
        "only": {"test": "no"},
        "status": {"is": "paid"},
        "channel": {"is": "store"},
        "total": "total",
        "tax": "tax",
        "currency": {"is": "EUR"},
        "coupon_id": {"first_of": ["coupon", "voucher"]},
    },
}
READS = {
    ("record_values", "email"): ["match"],
    ("orders", "order_amount"): ["sum", "match"],
    ("orders", "coupon_id"): ["redeem"],
    ("orders", "tax_amount"): [],
}


@pytest.fixture
def told():
    frame = field_use([read_mapping("till", MAPPING)], READS)
    assert frame["source"].unique().tolist() == ["till"]
    return frame.set_index("field")


def test_worked_example(told):
    assert told["use"].to_dict() == {
        "loyalty": "read",  # whose record it is
        "receipt": "read",
        "mail": "read",
        "total": "read",
        "coupon": "read",
        "voucher": "read",
        "test": "read",  # it chooses rows
        "day": "read",  # parts of the time that the order has
        "hour": "read",
        "tax": "rule",  # a tax that is no number sets its row aside
        "drawer": "rule",
        "printed": "rule",
        "town": "none",
        "points": "none",
        "weather": "none",  # it has to be there, and nobody looks at it
    }
    assert told.loc["total", "used_by"] == "match, sum"
    assert told.loc["town", ["is_used", "used_by"]].tolist() == [False, ""]
    assert told.loc["tax", "is_used"]


def test_no_mapping_gives_no_rows():
    assert field_use([], READS).empty


def test_more_that_is_read_is_never_less_that_is_used():
    """Whatever nothing reads today may be read tomorrow: then it is used, and nothing else changes."""
    mapping = read_mapping("till", MAPPING)
    few = field_use([mapping], {}).set_index("field")["is_used"]
    for target in TARGETS.values():
        more = field_use([mapping], {target: ["somebody"]}).set_index("field")["is_used"]
        assert (more >= few).all()


def test_every_word_of_a_mapping_ends_in_a_column_that_there_is():
    for (kind, word), (table, column) in TARGETS.items():
        assert word in BLOCKS[kind]
        assert column in getattr(contracts, table.upper()).columns
    assert {kind for kind, _ in LISTED} <= set(BLOCKS)


def test_a_word_that_names_nothing_of_a_row_has_a_column():
    """What is left out of the list is a key, an instant, a party or the amount by which lines are told."""
    left = {
        f"{kind}.{word}"
        for kind, words in BLOCKS.items()
        for word, how in words.items()
        if not how.startswith("word") and (kind, word) not in TARGETS
    }

    assert {one for one in left if one.split(".")[1] not in ("key", "when", "value", "source", "person")} == {
        "record.recorded_at", "record.values", "record.extra", "order.sighting_of", "order.line_amount",
        "availability.product_id", "referral.to", "judged_pair.record_a", "judged_pair.record_b",
        "judged_pair.answer", "judgement.source_a", "judgement.key_a", "judgement.source_b",
        "judgement.key_b", "judgement.answer", "labelled_group.group", "planted_dirt.file",
        "planted_dirt.row", "planted_dirt.damage",
    }  # fmt: skip
