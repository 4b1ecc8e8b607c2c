"""Real and made-up sources through their own mappings: what is known of them comes out."""

import csv
import json
import re
import time
from decimal import Decimal
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


@pytest.fixture(scope="module")
def made_up(tmp_path_factory):
    from journey_research.world import build_world

    raw = tmp_path_factory.mktemp("world")
    build_world(raw, persons=60, world_seed=3, weeks=3)
    return raw, tables("demo", raw)


def test_the_made_up_world_loses_nobody(made_up):
    _, told = made_up
    keeps_contracts(told)

    records = set(told["records"].to_pandas()["record_id"])
    true_people = set(told["true_people"].to_pandas()["record_id"])
    n_rejected = told["rejected"].count()
    assert records <= true_people, "every record is somebody, so keys are read as the world writes them"
    assert len(true_people - records) <= n_rejected
    judged = told["judgements"].to_pandas()
    assert {*judged["record_id_a"], *judged["record_id_b"]} <= true_people
    assert set(told["rejected"].to_pandas()["source"]) <= {
        "hubspot_contacts",
        "shopify_orders",
        "segment_events",
    }
    files = told["source_files"].to_pandas()
    assert (files["n_rows"] == files["n_accepted"] + files["n_rejected"]).all()


def test_touches_of_the_made_up_world_are_its_events_counted_by_hand(made_up):
    raw, told = made_up
    touches = told["touches"].to_pandas()
    rejected = told["rejected"].to_pandas()

    messages, n_bots = set(), 0
    broken = set(rejected.loc[rejected["source"] == "segment_events", "row_number"])
    for number, line in enumerate((raw / "segment_events.jsonl").read_text().splitlines(), start=1):
        if number not in broken:
            event = json.loads(line)
            n_bots += event["messageId"] not in messages and "bot" in event["context"]["userAgent"].lower()
            messages.add(event["messageId"])
    web = touches[touches["source"] == "segment_events"]
    assert len(web) == len(messages)
    assert web["is_bot"].sum() == n_bots
    mails = [json.loads(line) for line in (raw / "sendgrid_events.jsonl").read_text().splitlines()]
    reached = [one for one in mails if one["event"] != "bounce"]
    mailed = touches[touches["source"] == "sendgrid_events"]
    assert len(mailed) == len({one["sg_event_id"] for one in reached})
    assert mailed["is_bot"].sum() == sum(one.get("sg_machine_open", False) for one in reached)


def test_money_of_the_made_up_world_is_its_files_summed_by_hand(made_up):
    raw, told = made_up
    spent = told["spend"].query("select source, sum(spent_amount) from this group by source").relation()

    with (raw / "google_ads_campaigns.csv").open() as file:
        google = sum(Decimal(row["metrics.cost_micros"]) for row in csv.DictReader(file)) / 1_000_000
    with (raw / "meta_ads.csv").open() as file:
        meta = sum(Decimal(row["Amount spent (EUR)"]) for row in csv.DictReader(file))
    assert dict(spent.fetchall()) == {"google_ads": google, "meta_ads": meta}

    rejected = told["rejected"].to_pandas()
    broken = set(rejected.loc[rejected["source"] == "shopify_orders", "row_number"])
    with (raw / "shopify_orders.csv").open() as file:
        totals = {
            row["Name"]: Decimal(row["Total"])
            for number, row in enumerate(csv.DictReader(file), start=1)
            if row["Total"] and number not in broken
        }
    ordered = told["orders"].query("select sum(order_amount), count(*) from this").first_row()
    assert ordered == (sum(totals.values()), len(totals))
