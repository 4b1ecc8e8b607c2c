"""The tables that ingestion and identity would make of a block of the made-up world, if they made no mistake.

Reading a world takes seconds, and dozens of worlds are wanted for a rate; what is measured so is the stage
alone, without the errors of who is who.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pyarrow as pa

from journey_research import contracts
from journey_research.engine import Table
from journey_research.world.simulation.block import Block
from journey_research.world.simulation.calendar import Calendar
from journey_research.world.simulation.catalogue import make_catalogue
from journey_research.world.simulation.living import make_block

KINDS = {
    "BOOLEAN": pa.bool_(), "BIGINT": pa.int64(), "DOUBLE": pa.float64(), "VARCHAR": pa.string(),
    "TIMESTAMP": pa.timestamp("us"), "DATE": pa.date32(), "DECIMAL(18,2)": pa.decimal128(18, 2),
}  # fmt: skip
_OF_US = ("mail_delivered", "sms_sent", "push_sent", "letter_sent", "in_app_shown")


def small_block(persons: int, world_seed: int, weeks: int = 12, without: tuple[str, ...] = ()) -> Block:
    """One block of a world of its own."""
    calendar = Calendar(weeks)
    return make_block(0, persons, world_seed, calendar, make_catalogue(world_seed, calendar), without)


def filled(name: str, n: int, **columns: object) -> Table:
    """A table of a contract: these columns, and nothing in the others.

    Args:
        name: As ``"TOUCHES"``.
        n: Rows.
        columns: Arrays of n values, or one value for all rows.
    """
    made = {}
    for column, kind in getattr(contracts, name).columns.items():
        told = columns.pop(column, None)
        if told is None or isinstance(told, str | bool | float):
            made[column] = pa.array([told] * n, KINDS[kind])
        else:
            made[column] = pa.array(told, from_pandas=True).cast(KINDS[kind])
    if columns:
        raise KeyError(f"{name} has no {sorted(columns)}")
    return Table.from_arrow(pa.table(made))


def tables_of(block: Block) -> dict[str, Table]:
    """``touches, people, orders, order_sightings, as_of`` of a block; one record a person."""
    touched = block.touches[~block.touches["is_bot"] & (block.touches["kind"] != "order_completed")]
    touched = touched[touched["kind"] != "arm_assigned"]
    persons = np.arange(len(block.people))
    orders = block.orders
    cents = orders["amount_cents"].to_numpy() - 0
    return {
        "touches": filled(
            "TOUCHES", len(touched),
            touch_id=("web:" + touched["id"].astype(str)).to_numpy(),
            record_id=_record(touched["person"]),
            source="web",
            touched_at=_instant(touched["at_ms"]),
            is_date_only=False,
            channel=touched["channel"].to_numpy(),
            direction=np.where(touched["kind"].isin(_OF_US), "outbound", "inbound"),
            initiative=np.where(touched["kind"].isin(_OF_US), "company", "customer"),
            action=touched["kind"].to_numpy(),
            is_bot=False,
            content_id=touched["tactic"].where(touched["tactic"] != "").to_numpy(),
        ),
        "people": filled(
            "PEOPLE", len(persons),
            record_id=_record(pd.Series(persons)),
            person_id=[f"person:{row:08x}" for row in persons],
            person_probability=np.ones(len(persons)),
        ),
        "orders": filled(
            "ORDERS", len(orders),
            order_id=("shop:" + orders["number"].astype(str)).to_numpy(),
            record_id=_record(orders["person"]),
            source="shop",
            ordered_at=_instant(orders["at_ms"]),
            status="paid",
            channel=orders["ordered_channel"].to_numpy(),
            order_amount=pd.Series(cents / 100).map("{:.2f}".format).to_numpy(),
            refunded_amount=["0.00"] * len(orders),
            currency="EUR",
        ),
        "order_sightings": filled("ORDER_SIGHTINGS", 0),
        "as_of": filled("AS_OF", 1, as_of=_instant(pd.Series([block.calendar.end_ms]))),
    }  # fmt: skip


def _record(persons: pd.Series) -> np.ndarray:
    return ("web:p" + persons.astype(str)).to_numpy()


def _instant(at_ms: pd.Series) -> np.ndarray:
    return at_ms.to_numpy().astype("datetime64[ms]").astype("datetime64[us]")
