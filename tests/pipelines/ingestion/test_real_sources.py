"""Real and made-up sources through their own mappings: what is known of them comes out."""

import csv
import gzip
import json
import re
import time
from decimal import Decimal

import pytest
from environments import CONF, counts, keeps_contracts, mappings, one, tables, tables_of

from journey_research.errors import UserError
from journey_research.pipelines.ingestion.mapping import read_mapping
from journey_research.pipelines.ingestion.promising import check_expectations, gate_expectations

REAL = [
    "airbnb_sessions",
    "attribution_touchpoints_2018",
    "bpic2016_uwv_complaints",
    "cfpb_complaints",
    "complete_journey",
    "msnbc323",
    "olist_funnel",
    "restaurants",
    "retentioneering_simple_shop",
    "service_desk_logs",
    "uci_online_retail",
    "xeducation_leads",
]


@pytest.fixture(scope="module")
def retailer(shared):
    started = time.perf_counter()
    told = tables("complete_journey", shared=shared)
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
    told = tables("restaurants", shared=shared)
    keeps_contracts(told)

    assert told["records"].count() == told["record_values"].count() == 864
    taught = told["labelled_groups"].to_pandas()
    examined = told["true_people"].to_pandas()
    assert len(taught) + len(examined) == 864
    assert not set(taught["record_id"]) & set(examined["record_id"])
    pairs = [sizes.value_counts() for sizes in (taught["group_id"], examined["true_person_id"])]
    assert sum((sizes * (sizes - 1) // 2).sum() for sizes in pairs) == 112


@pytest.fixture(scope="module")
def wholesaler(shared):
    told = tables("uci_online_retail", shared=shared)
    keeps_contracts(told)
    return told


def lines_by_kind(told):
    """Kind of the record -> lines of its orders."""
    orders = told["orders"].to_pandas()[["order_id", "record_id"]]
    lines = (
        told["order_lines"]
        .to_pandas(expected_rows=1_000_000)[["order_id"]]
        .merge(orders, on="order_id", validate="m:1")
    )
    kinds = told["records"].to_pandas().set_index("record_id")["kind"]
    return lines["record_id"].map(kinds).value_counts().to_dict()


def test_a_wholesaler_gives_its_published_counts_and_every_line_is_accounted_for(wholesaler):
    file = wholesaler["source_files"].to_arrow().to_pylist()[0]
    assert (file["n_rows"], file["n_accepted"], file["n_rejected"], file["n_left_out"]) == (
        541_909,
        541_909,
        0,
        0,
    )
    assert wholesaler["order_lines"].count() == 541_909
    assert wholesaler["orders"].count() == 25_900
    assert one(wholesaler["order_lines"], "sum(line_amount)") == Decimal("9747747.93")
    assert one(wholesaler["orders"], "sum(order_amount)") == Decimal("9747747.93")
    # 4,372 customers, and an invoice that names no customer is nobody else's.
    assert counts(wholesaler["records"], "kind") == {"profile": 4372, "anonymous": 3710}
    assert one(wholesaler["identifiers"], "count(distinct identifier_value)") == 4372
    lines = lines_by_kind(wholesaler)
    assert lines == {"anonymous": 135_080, "profile": 541_909 - 135_080}
    # 38 words for countries, of which three are none: one is not said, two are several countries.
    assert one(wholesaler["record_values"], "count(distinct country)") == 38 - 3
    repeated = wholesaler["order_lines"].query(
        "select sum(n - 1) from "
        "(select count(*) as n from this group by order_id, product_id, quantity, line_amount)"
    )
    assert repeated.first_row()[0] >= 5268  # lines that stand twice are two lines


def test_returns_are_no_sales_and_moved_stock_is_no_order(wholesaler):
    orders = wholesaler["orders"]

    assert counts(orders, "status", where="order_amount < 0") == {"refunded": 3836, "cancelled": 2}
    assert one(orders, "sum(order_amount) filter (status = 'refunded')") == Decimal("-896812.49")
    # Two invoices begin with A and take a bad debt away, one brings it back; the rest cost nothing.
    assert one(orders, "count(*) filter (status = 'cancelled' and order_amount = 0)") > 2000
    assert one(orders, "min(order_amount) filter (status = 'paid')") > 0


# Per cent of the leads of a channel that were won, as published with the data.
PUBLISHED_SHARES_WON = {
    "unknown": 16.7,  # 16.3 of those whose origin says so; 60 leads that name none are unknown here, too
    "paid_search": 12.3,
    "organic_search": 11.8,
    "direct": 11.2,
    "referral": 8.5,
    "social": 5.6,
    "display": 5.1,
    "email": 3.0,
}


def won_by_channel(told):
    """Channel of the first contact -> per cent of its leads that were won; matched by the lead's number."""
    leads = told["touches"].to_pandas().merge(told["identifiers"].to_pandas(), on="record_id")
    leads = leads[leads["identifier_type"] == "crm_id"]
    won = set(leads.loc[leads["action"] == "deal_won", "identifier_value"])
    asked = leads[leads["action"] == "lead_created"]
    shares = asked["identifier_value"].isin(won).groupby(asked["channel"]).mean()
    return {name: round(100 * share, 1) for name, share in shares.items() if name != "other"}


def test_leads_of_a_marketplace_are_those_it_published(shared):
    told = tables("olist_funnel", shared=shared)
    keeps_contracts(told)

    assert counts(told["touches"], "action") == {"lead_created": 8000, "deal_won": 842}
    assert won_by_channel(told) == PUBLISHED_SHARES_WON
    assert counts(told["records"], "source", "kind") == {
        ("olist_leads", "lead"): 8000,
        ("olist_closed_deals", "lead"): 842,
        ("olist_sellers", "account"): 3095,
        ("olist_payments", "anonymous"): 99_440,
    }
    assert one(told["orders"], "sum(order_amount), count(*)") == (Decimal("16008872.12"), 99_440)
    sellers = told["identifiers"].query(
        "select count(*) from this a join this b using (identifier_value) "
        "where a.identifier_type = 'user_id' and starts_with(a.record_id, 'olist_closed_deals:') "
        "and starts_with(b.record_id, 'olist_sellers:')"
    )
    assert sellers.first_row() == (380,)
    assert one(told["touches"], "count(*) filter (is_date_only)") == 8000
    assert told["rejected"].count() == 0


def test_a_shop_s_clicks_are_those_that_came_with_it(shared):
    told = tables("retentioneering_simple_shop", shared=shared)
    keeps_contracts(told)

    assert (told["touches"].count(), told["records"].count()) == (32_283, 3_751)
    actions = counts(told["touches"], "action")
    assert (len(actions), actions["payment_done"]) == (12, 706)


def test_sessions_of_a_lodging_marketplace_keep_what_happened_in_them(shared):
    told = tables("airbnb_sessions", shared=shared)
    keeps_contracts(told)

    assert told["records"].count() == 630
    actions = counts(told["touches"], "action")
    assert actions["visited"] == 7_756
    shares = {action: round(n / 7_756, 4) for action, n in actions.items() if action != "visited"}
    assert shares == {"searched": 0.1594, "message_sent": 0.1649, "booking_requested": 0.0187}
    assert one(told["touches"], "count(distinct session_id)") == 7_756
    assert counts(told["touches"], "channel", where="action = 'visited'") == {"app": 2716, "web": 5040}


def test_page_views_in_order_without_a_time(shared):
    told = tables("msnbc323", shared=shared)
    keeps_contracts(told)

    assert (told["touches"].count(), told["records"].count()) == (27_380, 323)
    assert len(counts(told["touches"], "action")) == 17
    assert one(told["touches"], "min(epoch(touched_at)), count(distinct touched_at)") == (1, 362)


def test_three_service_desks_have_their_published_sizes(shared):
    told = tables("service_desk_logs", shared=shared)
    keeps_contracts(told)

    assert counts(told["touches"], "source") == {
        "helpdesk": 21_348,
        "incidents": 65_533,
        "closed_problems": 6_660,
    }
    assert counts(told["records"], "source") == {
        "helpdesk": 4_580,
        "incidents": 7_554,
        "closed_problems": 1_487,
    }
    assert one(told["touches"], "count(distinct action) filter (where source = 'helpdesk')") == 14


def test_a_course_provider_keeps_what_is_missing_missing(shared):
    told = tables("xeducation_leads", shared=shared)
    keeps_contracts(told)

    assert one(told["source_files"], "n_rows, n_accepted") == (9237, 9237)
    actions = counts(told["touches"], "action")
    assert actions == {"lead_created": 9237, "converted": 3559}
    assert round(100 * actions["converted"] / actions["lead_created"], 2) == 38.53
    assert counts(told["consents"], "channel", "status") == {
        ("email", "denied"): 734,
        ("email", "unknown"): 8503,
        ("call_centre", "denied"): 2,
        ("call_centre", "unknown"): 9235,
    }
    values = told["record_values"].to_pandas()
    assert values["city"].value_counts().to_dict() == {"Mumbai": 3222, "Thane & Outskirts": 751}
    assert not values["extra"].str.contains("Select").any()
    assert counts(told["touches"], "time_quality") == {"unknown": 12_796}


def test_complaints_to_a_bureau_are_touches_without_their_narratives(shared):
    told = tables("cfpb_complaints", shared=shared)
    keeps_contracts(told)

    assert one(told["source_files"], "n_rows, n_accepted, n_rejected") == (2827, 2827, 0)
    assert counts(told["touches"], "action", "tactic") == {("complained", "web"): 2827}
    assert counts(told["consents"], "purpose", "status") == {("publication", "granted"): 2827}
    assert one(told["touches"], "count(*) filter (is_date_only)") == 2827
    with gzip.open(shared / "data" / "cfpb_complaints" / "cfpb_complaints_2025-04-25.csv.gz", "rt") as file:
        beginnings = [row["Consumer complaint narrative"][:30] for row in csv.DictReader(file)][:200]
    for name, table in told.items():
        text = table.to_pandas().to_csv()
        assert [words for words in beginnings if words in text] == [], name
    values = told["record_values"].to_pandas()
    assert not values["extra"].str.contains("None").any()  # so the bureau writes that there is nothing
    assert not values["postal_code"].str.fullmatch("X+").any()


def test_complaints_to_an_agency_are_those_of_its_customers(shared):
    told = tables("bpic2016_uwv_complaints", shared=shared)
    keeps_contracts(told)

    assert told["touches"].count() == 289
    assert told["records"].count() == 226
    assert told["rejected"].count() == 0
    mapping = mappings("bpic2016_uwv_complaints", shared)["complaints"]
    dutch = tables_of(
        {"complaints": mapping | {"touch": mapping["touch"] | {"content_id": "ComplaintTopic"}}}
    )
    assert one(dutch["touches"], "count(*) filter (content_id like '%beëindiging%')") > 0  # Latin-1 was read


def test_paths_that_somebody_scrambled_stop_the_run_with_one_line(shared):
    told = tables("attribution_touchpoints_2018", shared=shared)
    assert counts(told["touches"], "action") == {"impression": 60_645, "conversion": 1838}
    seen = check_expectations(told["promises"], told["touches"])

    with pytest.raises(UserError) as stopped:
        gate_expectations(seen)

    line = str(stopped.value)
    assert [word for word in ("attribution_data", "conversion", "12") if word not in line] == []
    assert len(line.splitlines()) == 1


@pytest.mark.parametrize("environment", ["demo", "warehouse", *REAL])
def test_every_mapping_is_understood(environment):
    for source, told in mappings(environment).items():
        mapping = read_mapping(source, told)
        assert mapping.blocks, f"{source} yields something"
        assert re.fullmatch(r"[a-z][a-z0-9_]*", source)
        assert mapping.needed, f"{source} can do without no column"
        assert (CONF / environment / "sources" / f"{source}.yml").read_text().startswith("# "), source


@pytest.fixture(scope="module")
def made_up(tmp_path_factory):
    from journey_research.world import build_world

    raw = tmp_path_factory.mktemp("world") / "raw"
    build_world(raw, size="tiny", world_seed=3, weeks=3)
    told = tables("demo", raw)
    keeps_contracts(told)
    return raw, told


def events_of(raw, told, source):
    """The events of a file of JSON lines that were not set aside, one for each of the vendor's numbers."""
    rejected = told["rejected"].to_pandas()
    broken = set(rejected.loc[rejected["source"] == source, "row_number"])
    lines = (raw / f"{source}.jsonl").read_bytes().splitlines()
    events = [json.loads(line) for number, line in enumerate(lines, start=1) if number not in broken]
    return {event.get("messageId") or event["sg_event_id"]: event for event in events}


def test_the_made_up_world_loses_nobody(made_up):
    _, told = made_up

    records = told["records"].to_pandas()
    persons = set(records.loc[records["source"] != "salesforce_accounts", "record_id"])
    true_people = set(told["true_people"].to_pandas()["record_id"])
    assert persons <= true_people, "every record is somebody, so keys are read as the world writes them"
    assert len(true_people - persons) <= told["rejected"].count()
    judged = told["judgements"].to_pandas()
    assert {*judged["record_id_a"], *judged["record_id_b"]} <= true_people
    files = told["source_files"].to_pandas()
    assert (files["n_rows"] == files["n_accepted"] + files["n_rejected"]).all()


def test_what_was_damaged_is_set_aside_and_nothing_else(made_up):
    raw, told = made_up
    names = told["source_files"].to_pandas().set_index("file_sha256")["file_name"]
    rejected = told["rejected"].to_pandas()

    with (raw / "truth_dirt.csv").open() as file:
        planted = sorted((row["file"], int(row["row"])) for row in csv.DictReader(file))
    found = sorted(zip(rejected["file_sha256"].map(names), rejected["row_number"], strict=True))
    assert planted == found
    assert planted


def test_touches_of_the_made_up_world_are_its_events_counted_by_hand(made_up):
    raw, told = made_up
    touches = told["touches"].to_pandas()

    calls = events_of(raw, told, "segment_events").values()
    no_touches = ("Order Completed", "Segment Consent Preference Updated")  # an order, and a consent
    visits = [call for call in calls if call.get("event") not in no_touches]
    web = touches[touches["source"] == "segment_events"]
    assert len(web) == len(visits)
    assert web["is_bot"].sum() == sum("bot" in call["context"]["userAgent"].lower() for call in visits)
    mails = events_of(raw, told, "sendgrid_events").values()
    reached = [mail for mail in mails if mail["event"] in ("delivered", "open", "click", "group_unsubscribe")]
    mailed = touches[touches["source"] == "sendgrid_events"]
    assert len(mailed) == len(reached)
    assert mailed["is_bot"].sum() == sum(mail.get("sg_machine_open", False) for mail in reached)


def test_money_of_the_made_up_world_is_its_files_summed_by_hand(made_up):
    raw, told = made_up
    spent = told["spend"].query("select source, sum(spent_amount) from this group by source").relation()
    spent = dict(spent.fetchall())

    lines = (raw / "google_ads_campaigns.csv").read_text().splitlines()
    total = next(line for line in csv.reader(lines) if line and line[0].startswith("Total: Campaigns"))
    assert spent["google_ads"] == Decimal(total[4]) / 1_000_000
    with (raw / "meta_ads.csv").open() as file:
        assert spent["meta_ads"] == sum(Decimal(row["Amount spent (EUR)"]) for row in csv.DictReader(file))

    rejected = told["rejected"].to_pandas()
    broken = set(rejected.loc[rejected["source"] == "shopify_orders", "row_number"])
    totals, tried = {}, set()
    with (raw / "shopify_orders.csv").open() as file:
        for number, row in enumerate(csv.DictReader(file), start=1):
            tried |= {row["Name"]} if row["Payment Method"] == "bogus" else set()
            if row["Total"] and number not in broken:
                totals[row["Name"]] = Decimal(row["Total"])
    kept = [total for name, total in totals.items() if name not in tried]
    ordered = told["orders"].query("select source, sum(order_amount), count(*) from this group by source")
    by_source = {source: (amount, n_orders) for source, amount, n_orders in ordered.relation().fetchall()}
    assert by_source["shopify_orders"] == (sum(kept), len(kept))
