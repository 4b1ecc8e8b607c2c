"""Small tables for the stage's tests: three records, three days, so that ties turn up by themselves."""

from decimal import Decimal

import pandas as pd
import pyarrow as pa
from hypothesis import strategies as st

from journey_research.engine import Table
from journey_research.pipelines.journeys.rule import JourneyRule
from tests.worlds import table

START = pd.Timestamp("2025-01-01")
HOUR = pd.Timedelta(hours=1)
RULE = JourneyRule(session_gap_minutes=30, max_gap_days=1, conversion_action="order")
RECORDS = ["web:a", "web:b", "web:c"]
CHANNELS = ["email", "direct", "store"]


def touches_from(records, minutes, **columns) -> Table:
    """Touches ``web:0``, ``web:1`` ... so many minutes after the start; more columns as lists."""
    rows = [
        {"touch_id": f"web:{i}", "record_id": record, "touched_at": moment(minute), "action": "page_viewed"}
        for i, (record, minute) in enumerate(zip(records, minutes, strict=True))
    ]
    for name, values in columns.items():
        for row, value in zip(rows, values, strict=True):
            row[name] = value
    return table("TOUCHES", *rows)


def orders_from(records, minutes, **columns) -> Table:
    """Paid orders ``shop:0`` ... of 10.00 each, unless told otherwise."""
    rows = [
        {
            "order_id": f"shop:{i}",
            "record_id": record,
            "ordered_at": moment(minute),
            "status": "paid",
            "order_amount": Decimal(10),
        }
        for i, (record, minute) in enumerate(zip(records, minutes, strict=True))
    ]
    for name, values in columns.items():
        for row, value in zip(rows, values, strict=True):
            row[name] = Decimal(value) if name.endswith("_amount") else value
    return table("ORDERS", *rows)


def people_from(people: dict[str, int]) -> Table:
    """Records with the number of their person."""
    return table(
        "PEOPLE", *({"record_id": record, "person_id": f"person:{n:04x}"} for record, n in people.items())
    )


def variants_from(variants: dict[str, dict[str, int]]) -> Table:
    """Variants of identity, each a mapping of records to persons."""
    return table(
        "PEOPLE_VARIANTS",
        *(
            {"variant": variant, "record_id": record, "person_id": f"person:{n:04x}"}
            for variant, people in variants.items()
            for record, n in people.items()
        ),
    )


def as_of(minute: int) -> Table:
    """The instant a run looks from."""
    return table("AS_OF", {"as_of": moment(minute)})


def moment(minute):
    return (START + pd.Timedelta(minutes=int(minute))).to_pydatetime()


def shuffled(told: Table, draws) -> Table:
    """The same rows in another order."""
    data = told.to_arrow()
    rows = list(range(data.num_rows))
    draws.shuffle(rows)
    return Table.from_arrow(data.take(pa.array(rows, pa.int64())))


@st.composite
def worlds(draw):
    """Touches, orders, and the person of some records."""
    quarters = st.integers(0, 4 * 72)
    told = draw(
        st.lists(st.tuples(st.sampled_from(RECORDS), quarters, st.sampled_from(CHANNELS)), max_size=12)
    )
    bought = draw(st.lists(st.tuples(st.sampled_from(RECORDS), quarters), max_size=4))
    people = draw(st.dictionaries(st.sampled_from(RECORDS), st.integers(1, 2), min_size=1))
    touches = touches_from([t[0] for t in told], [15 * t[1] for t in told], channel=[t[2] for t in told])
    return touches, orders_from([r for r, _ in bought], [15 * q for _, q in bought]), people
