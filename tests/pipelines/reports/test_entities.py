"""Customers counted by person and by firm: the same orders, the same sums."""

from collections import defaultdict
from datetime import datetime
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st
from worlds import broken_rules, table

from journey_research.business.goals import Business
from journey_research.pipelines.reports.entities import total_entities

AT = datetime(2025, 3, 1)


def business(grain):
    return Business(name="shop", goals={"sell": "We sell more."}, grain=grain)


def totals(grain, people, members, orders, merges=()):
    return total_entities(
        table("PEOPLE", *({"record_id": r, "person_id": p} for r, p in people)),
        table(
            "MEMBERSHIPS",
            *({"record_id": r, "group_record_id": g, "kind": "account"} for r, g in members),
        ),
        table(
            "SOURCE_LINKS",
            *({"record_id_a": a, "record_id_b": b, "rule": "source_merge"} for a, b in merges),
        ),
        table(
            "ORDERS",
            *(
                {"order_id": f"shop:{n}", "record_id": r, "status": status, "ordered_at": AT,
                 "order_amount": Decimal(amount), "refunded_amount": Decimal(back), "currency": currency}
                for n, (r, status, amount, back, currency) in enumerate(orders)
            ),
        ),
        business(grain),
    )  # fmt: skip


PEOPLE = [("crm:ann", "person:a"), ("crm:bob", "person:b"), ("crm:cy", "person:c"), ("web:ann", "person:a")]
MEMBERS = [("crm:ann", "sf:firm"), ("crm:bob", "sf:old")]
ORDERS = [
    ("crm:ann", "paid", 100, 0, "EUR"),
    ("web:ann", "paid", 10, 0, "EUR"),
    ("crm:bob", "refunded", 40, 15, "EUR"),
    ("crm:cy", "paid", 7, 0, "CHF"),
    ("crm:cy", "cancelled", 500, 0, "CHF"),
]


def test_worked_example():
    # The firm 'old' was merged into 'firm': Ann and Bob buy for one firm, Cy for himself.
    told = totals("account", PEOPLE, MEMBERS, ORDERS, [("sf:firm", "sf:old")]).to_pandas()

    by = {row.entity_id: row for row in told.itertuples()}
    assert set(by) == {"sf:firm", "person:c"}
    assert (by["sf:firm"].n_persons, by["sf:firm"].n_orders, by["sf:firm"].order_amount) == (2, 3, 135)
    assert (by["person:c"].kind, by["person:c"].currency, by["person:c"].order_amount) == ("person", "CHF", 7)
    assert broken_rules("ENTITY_TOTALS", totals("account", PEOPLE, MEMBERS, ORDERS)) == []


records = st.integers(0, 5).map("crm:{}".format)


@settings(max_examples=25)
@given(
    st.lists(st.integers(0, 3), min_size=6, max_size=6),
    st.lists(st.tuples(records, st.sampled_from(["sf:x", "sf:y"])), max_size=8, unique=True),
    st.lists(
        st.tuples(
            records,
            st.sampled_from(["paid", "refunded", "cancelled", "pending"]),
            st.integers(20, 90),
            st.integers(0, 20),
            st.sampled_from(["EUR", "CHF"]),
        ),
        max_size=10,
    ),
)
def test_sums_are_the_same_at_both_grains(persons, members, orders):
    people = [(f"crm:{n}", f"person:{person}") for n, person in enumerate(persons)]
    plain = defaultdict(Decimal)
    for _, status, amount, back, currency in orders:
        if status in ("paid", "refunded"):
            plain[currency] += amount - back

    for grain in ("person", "account"):
        told = totals(grain, people, members, orders).to_pandas()
        bought = told[told["n_orders"] > 0].groupby("currency")["order_amount"].sum().to_dict()
        sizes = told.drop_duplicates("entity_id")["n_persons"].sum()

        assert bought == dict(plain)
        assert sizes == len(set(persons))
        assert set(told["kind"]) <= ({"person"} if grain == "person" else {"person", "account"})
