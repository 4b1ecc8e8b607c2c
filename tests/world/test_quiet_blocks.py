"""Exporters of records and orders have nothing to say of people who do nothing, and say it."""

from dataclasses import replace

import pandas as pd
import pytest

from journey_research.world.exports import consent_exports, crm_exports, shop_exports, till_exports
from journey_research.world.exports.exporting import SheetPart
from journey_research.world.simulation.block import Block
from tests.world.exported import small_block

EXPORTERS = [
    one for module in (crm_exports, shop_exports, till_exports, consent_exports) for one in module.EXPORTERS
]


def quiet(block: Block) -> dict[str, Block]:
    """The block without one thing each."""

    def without(*frames: str) -> Block:
        return replace(block, **{name: getattr(block, name).iloc[:0] for name in frames})

    return {
        "orders": without("orders", "lines"),
        "consents": without("consents"),
        "touches": without("touches"),
        "accounts": replace(without("accounts"), people=block.people.assign(account=-1, work_email="")),
        "cards": replace(block, people=block.people.assign(loyalty_id="")),
    }


@pytest.mark.parametrize("missing", ["orders", "consents", "touches", "accounts", "cards"])
@pytest.mark.parametrize("exporter", EXPORTERS, ids=lambda one: one.file_name)
def test_what_is_missing_breaks_nothing(exporter, missing):
    part = exporter.of_block(quiet(small_block())[missing])

    rows = part.rows if isinstance(part, SheetPart) else part.lines.to_pandas()
    assert isinstance(rows, pd.DataFrame) or not rows.isna().any()
    assert part.speakers["person"].dtype == "int64"
    assert part.speakers["key"].notna().all()


def test_nobody_bought_so_no_till_tells_of_anything():
    block = quiet(small_block())["orders"]
    for exporter in (*shop_exports.EXPORTERS, *till_exports.EXPORTERS):
        if exporter.file_name not in ("shopify_inventory.csv", "loyalty_members.xlsx"):
            assert len(exporter.of_block(block).lines) == 0
