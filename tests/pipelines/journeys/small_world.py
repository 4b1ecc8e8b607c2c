"""Small tables for the stage's tests: three records, three days, so that ties turn up by themselves."""

from decimal import Decimal

import pandas as pd
import pyarrow as pa
from hypothesis import strategies as st

from journey_research.engine import Table
from journey_research.pipelines.journeys.rule import JourneyRule

START = pd.Timestamp("2025-01-01")
HOUR = pd.Timedelta(hours=1)
RULE = JourneyRule(session_gap_minutes=30, max_gap_days=1, conversion_action="order")
CHANNELS = ["email", "direct", "store"]
INSTANT, MONEY = pa.timestamp("us"), pa.decimal128(18, 2)


def touches_from(records, minutes, **columns) -> Table:
    """Touches ``web:0``, ``web:1`` ... so many minutes after the start."""
    n = len(records)
    values = {
        "channel": ["web"] * n,
        "action": ["page_viewed"] * n,
        "initiative": ["customer"] * n,
        "is_bot": [False] * n,
        **columns,
    }
    return Table.from_arrow(
        pa.table(
            {
                "touch_id": pa.array([f"web:{i}" for i in range(n)], pa.string()),
                "record_id": pa.array(list(records), pa.string()),
                "touched_at": instants(minutes),
                "channel": pa.array(values["channel"], pa.string()),
                "initiative": pa.array(values["initiative"], pa.string()),
                "action": pa.array(values["action"], pa.string()),
                "is_bot": pa.array(values["is_bot"], pa.bool_()),
            }
        )
    )


def orders_from(records, minutes, amount=None, refunded=None, status=None) -> Table:
    """Orders ``shop:0`` ... of 10.00 each, unless told otherwise."""
    n = len(records)
    return Table.from_arrow(
        pa.table(
            {
                "order_id": pa.array([f"shop:{i}" for i in range(n)], pa.string()),
                "record_id": pa.array(list(records), pa.string()),
                "ordered_at": instants(minutes),
                "status": pa.array(status or ["paid"] * n, pa.string()),
                "order_amount": pa.array([Decimal(x) for x in amount or ["10"] * n], MONEY),
                "refunded_amount": pa.array([Decimal(x) for x in refunded or ["0"] * n], MONEY),
            }
        )
    )


def people_from(people: dict[str, int]) -> Table:
    """Records with the number of their person."""
    return Table.from_arrow(
        pa.table(
            {
                "record_id": pa.array(list(people), pa.string()),
                "person_id": pa.array([f"person:{number:04x}" for number in people.values()], pa.string()),
                "person_probability": pa.array([1.0] * len(people), pa.float64()),
            }
        )
    )


def variants_from(variants: dict[str, dict[str, int]]) -> Table:
    """Variants of identity, each a mapping of records to persons."""
    rows = [(v, r, f"person:{n:04x}") for v, people in variants.items() for r, n in people.items()]
    names = ["variant", "record_id", "person_id"]
    return Table.from_arrow(
        pa.table({name: pa.array([row[i] for row in rows], pa.string()) for i, name in enumerate(names)})
    )


def as_of(minutes: int) -> Table:
    """The instant a run looks from."""
    return Table.from_arrow(pa.table({"as_of": instants([minutes])}))


def instants(minutes) -> pa.Array:
    return pa.array([START.to_pydatetime() + pd.Timedelta(minutes=int(m)) for m in minutes], INSTANT)


def shuffled(table: Table, draws) -> Table:
    """The same rows in another order."""
    data = table.to_arrow()
    rows = list(range(data.num_rows))
    draws.shuffle(rows)
    return Table.from_arrow(data.take(pa.array(rows, pa.int64())))


@st.composite
def worlds(draw):
    """Touches, orders, and the person of some records."""
    quarters = st.integers(0, 4 * 72)
    moments = draw(st.lists(st.tuples(st.sampled_from(["web:a", "web:b", "web:c"]), quarters), max_size=12))
    bought = draw(st.lists(st.tuples(st.sampled_from(["web:a", "web:b"]), quarters), max_size=4))
    channels = draw(st.lists(st.sampled_from(CHANNELS), min_size=len(moments), max_size=len(moments)))
    people = draw(
        st.dictionaries(st.sampled_from(["web:a", "web:b", "web:c"]), st.integers(1, 2), min_size=1)
    )
    touches = touches_from([r for r, _ in moments], [15 * q for _, q in moments], channel=channels)
    return touches, orders_from([r for r, _ in bought], [15 * q for _, q in bought]), people
