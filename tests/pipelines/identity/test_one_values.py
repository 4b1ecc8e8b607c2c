"""What records hold of that of which a person has one."""

from collections import Counter

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st
from worlds import table

from journey_research.pipelines.identity.evidence import EvidenceRule, number_one_values
from journey_research.pipelines.identity.ties import place_one_values

RULE = EvidenceRule(one_value_types=("loyalty_id", "crm_id"), most_records_sure=3)
KINDS = {"crm:1": "profile", "crm:2": "profile", "crm:firm": "account", "shop:1": "lead", "shop:2": "lead"}


def number(rows, rule=RULE):
    """Rows of record, type, value and strength to (type, record) -> number."""
    names = ("record_id", "identifier_type", "identifier_value", "strength")
    told = number_one_values(
        table("RECORDS", *({"record_id": r, "kind": kind} for r, kind in KINDS.items())),
        table("IDENTIFIERS", *(dict(zip(names, row, strict=True)) for row in rows)),
        rule,
    )
    assert told.columns.tolist() == ["record_id", "identifier_type", "held_number"]  # and no value
    keys = list(told[["identifier_type", "record_id"]].itertuples(index=False, name=None))
    assert keys == sorted(set(keys))
    return dict(zip(keys, told["held_number"].tolist(), strict=True))


def held_by_hand(rows, rule=RULE):
    """The definition: (type, record) -> the set of all it holds that says something."""
    telling = {
        (kind, record, value)
        for record, kind, value, strength in rows
        if kind in rule.one_value_types
        and KINDS[record] != "account"
        and strength != "never"
        and value.strip()
        and value.strip().lower() not in rule.blocked_values
    }
    holders = Counter((kind, value) for kind, _, value in telling)
    told: dict[tuple[str, str], set[str]] = {}
    for kind, record, value in telling:
        if holders[kind, value] <= rule.most_records_sure:
            told.setdefault((kind, record), set()).add(value)
    return told


def strong(*rows):
    return [(*row, "strong") for row in rows]


def test_worked_example():
    told = number(
        strong(
            ("crm:1", "loyalty_id", "l1"),
            ("crm:2", "loyalty_id", "l2"),
            ("shop:1", "loyalty_id", "l1"),
            ("shop:2", "loyalty_id", "l1"),  # two cards are one thing, and another than each of them
            ("shop:2", "loyalty_id", "l2"),
            ("shop:1", "crm_id", "l2"),
            ("shop:1", "email", "x@y.example"),  # of this a person has any number
        )
    )
    assert told == {
        ("crm_id", "shop:1"): 0,
        ("loyalty_id", "crm:1"): 0,
        ("loyalty_id", "crm:2"): 2,
        ("loyalty_id", "shop:1"): 0,
        ("loyalty_id", "shop:2"): 1,
    }


def test_what_says_nothing_is_held_by_nobody():
    assert number(strong(("crm:1", "loyalty_id", "Unknown"), ("crm:firm", "loyalty_id", "l1"))) == {}
    assert number([("crm:1", "loyalty_id", "l1", "never")]) == {}
    assert number([]) == {}
    assert number(strong(("crm:1", "loyalty_id", "l1")), EvidenceRule()) == {}
    crowd = [(record, "loyalty_id", "l1") for record in KINDS if record != "crm:firm"]
    assert number(strong(*crowd)) == {}  # four hold it
    assert len(number(strong(*crowd[:3]))) == 3
    # Who holds it and a card of their own holds their own.
    assert number(strong(*crowd, ("crm:1", "loyalty_id", "l2"))) == {("loyalty_id", "crm:1"): 0}


ROWS = st.lists(
    st.tuples(
        st.sampled_from(sorted(KINDS)),
        st.sampled_from(["loyalty_id", "crm_id", "email"]),
        st.sampled_from(["l1", "l1", "l2", "L2", "n/a", " "]),
        st.sampled_from(["strong", "strong", "weak", "never"]),
    ),
    max_size=14,
    unique_by=lambda row: row[:3],
)


@settings(max_examples=40, deadline=None)
@given(ROWS)
def test_numbers_are_equal_where_the_sets_held_are(rows):
    told, held = number(rows), held_by_hand(rows)

    assert set(told) == set(held)
    for one in told:
        for other in told:
            if one[0] == other[0]:
                assert (told[one] == told[other]) == (held[one] == held[other])


def test_numbers_are_put_at_the_place_of_their_record():
    rows = pd.DataFrame(
        [
            ("crm:1", "loyalty_id", 4),
            ("gone:1", "loyalty_id", 4),
            ("shop:2", "loyalty_id", 0),
            ("crm:1", "crm_id", 0),
        ],
        columns=["record_id", "identifier_type", "held_number"],
    )
    told = place_one_values(rows, pd.Index(["crm:1", "shop:1", "shop:2"]))

    assert {kind: held.tolist() for kind, held in told.items()} == {
        "crm_id": [0, -1, -1],
        "loyalty_id": [4, -1, 0],
    }
    assert all(held.dtype == np.int64 for held in told.values())
    assert place_one_values(rows.head(0), pd.Index(["crm:1"])) == {}
