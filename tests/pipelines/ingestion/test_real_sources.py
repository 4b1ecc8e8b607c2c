"""Real and made-up sources through their own mappings: what is known of them comes out."""

import re
import time
from pathlib import Path
from types import SimpleNamespace

import pytest
import yaml

from journey_research import contracts
from journey_research.datasets.source_files import SourceFiles
from journey_research.pipelines.ingestion.mapping import read_mapping
from journey_research.pipelines.ingestion.reading import OUTPUTS, read_sources

KEY = b"a key that only the tests know of"
CONF = Path(__file__).resolve().parents[3] / "conf"


def mappings(environment, shared="nowhere"):
    told = {}
    for file in sorted((CONF / environment / "sources").glob("*.yml")):
        text = file.read_text(encoding="utf-8").replace("${globals:shared}", str(shared))
        one = yaml.safe_load(text)
        assert list(one) == [file.stem], f"{file.name} holds exactly the source of its name"
        told |= one
    return told


def tables(environment, raw, shared="nowhere"):
    files = SourceFiles()
    files.bind(SimpleNamespace(project=CONF, raw=Path(raw), sources=mappings(environment, shared), inputs={}))
    return dict(zip(OUTPUTS, read_sources(files.load(), KEY), strict=True))


def keeps_contracts(told):
    for name, table in told.items():
        contract = getattr(contracts, name.upper())
        assert contract.findings(table.query(contract.count_broken("this")).first_row()) == [], name


@pytest.fixture(scope="module")
def retailer(shared):
    started = time.perf_counter()
    told = tables("complete_journey", "nowhere", shared)
    keeps_contracts(told)
    assert time.perf_counter() - started < 20
    return told


def test_a_real_retailer_gives_its_published_counts(retailer):
    households = retailer["identifiers"].query(
        "select identifier_value as household, split_part(record_id, ':', 1) as source, record_id from this "
        "where identifier_type = 'loyalty_id' and is_verified"
    )
    counts = households.query(
        "select source, count(distinct household) from this group by source order by source"
    )
    assert dict(counts.relation().fetchall()) == {
        "campaigns": 1559,
        "coupon_redemptions": 410,
        "demographics": 801,
        "transactions_sample": 2377,
    }
    redeemed = households.query(
        "select count(distinct a.household) from this a join this b on a.household = b.household "
        "where a.source = 'campaigns' and b.source = 'coupon_redemptions'"
    )
    assert redeemed.first_row() == (410,)
    sales = retailer["orders"].query("select sum(order_amount), count(*) from this").first_row()
    assert [str(one) for one in sales] == ["233935.24", "47243"]
    lines = retailer["order_lines"].query("select sum(line_amount), count(*) from this").first_row()
    assert [str(one) for one in lines] == ["233935.24", "75000"]
    kinds = retailer["offers"].query("select kind, count(*) from this group by kind")
    assert dict(kinds.relation().fetchall()) == {"coupon": 116_204, "promotion": 360_535}
    days = retailer["touches"].query("select action, count(*) from this where is_date_only group by action")
    assert dict(days.relation().fetchall()) == {"campaign_received": 6589, "coupon_redeemed": 2102}
    assert retailer["rejected"].count() == 0


def test_restaurants_are_all_there_and_no_truth_is_also_taught(shared):
    told = tables("restaurants", "nowhere", shared)
    keeps_contracts(told)

    assert told["records"].count() == told["record_values"].count() == 864
    taught = told["labelled_groups"].to_pandas()
    examined = told["true_people"].to_pandas()
    assert len(taught) + len(examined) == 864
    assert not set(taught["record_id"]) & set(examined["record_id"])
    pairs = [sizes.value_counts() for sizes in (taught["group_id"], examined["true_person_id"])]
    assert sum((sizes * (sizes - 1) // 2).sum() for sizes in pairs) == 112


@pytest.mark.parametrize("environment", ["demo", "complete_journey", "restaurants"])
def test_every_mapping_is_understood(environment):
    for source, told in mappings(environment).items():
        mapping = read_mapping(source, told)
        assert mapping.blocks, f"{source} yields something"
        assert re.fullmatch(r"[a-z][a-z0-9_]*", source)
        assert mapping.needed, f"{source} can do without no column"
