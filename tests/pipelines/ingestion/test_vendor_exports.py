"""Tables as loaders write them into a warehouse, through conf/warehouse: no name is made up, no row lost."""

import csv
from decimal import ROUND_HALF_UP, Decimal
from fnmatch import fnmatch
from pathlib import Path

import pytest
from environments import counts, keeps_contracts, mappings, tables

from journey_research.pipelines.ingestion.mapping import read_mapping

WAREHOUSE = sorted(mappings("warehouse"))

# Columns that a vendor's table has elsewhere, but not in the rows at hand: column -> where it is told.
NOT_AT_HAND: dict[str, dict[str, str]] = {}


@pytest.fixture(scope="module")
def exports(shared):
    return shared / "data" / "vendor_exports"


@pytest.fixture(scope="module")
def read(shared):
    told = tables("warehouse", shared=shared)
    keeps_contracts(told)
    return told


def header(file: Path) -> list[str]:
    with file.open(encoding="utf-8-sig", newline="") as lines:
        return next(csv.reader(lines))


def rows(file: Path) -> list[dict[str, str]]:
    with file.open(encoding="utf-8-sig", newline="") as lines:
        return list(csv.DictReader(lines))


@pytest.mark.parametrize("source", WAREHOUSE)
def test_every_column_that_a_mapping_names_stands_in_the_vendors_header(source, shared):
    told = mappings("warehouse", shared)[source]
    mapping = read_mapping(source, told)
    folder = Path(told["folder"])
    found = set(header(folder / told["file"]))

    assert set(mapping.own_columns) - found - set(NOT_AT_HAND.get(source, ())) == set()
    for lookup in mapping.lookup:
        there = {lookup.get("there", lookup["by"]), *lookup["take"].values()}
        assert there - set(header(folder / lookup["file"])) == set(), lookup["file"]
        assert not set(lookup["take"]) & found, f"{lookup['file']} hides a column of the table itself"


def test_columns_that_are_not_at_hand_are_told_once_and_are_truly_not_there(exports, shared):
    for source, columns in NOT_AT_HAND.items():
        told = mappings("warehouse", shared)[source]
        found = set(header(Path(told["folder"]) / told["file"]))
        assert not found & set(columns)
        assert set(columns) <= set(read_mapping(source, told).own_columns)


# Rows that are set aside, and why that is right.
DEFENDED = {
    # Its lines are of other orders than the order table's: nobody knows when they were ordered.
    ("shopify_gql_order_line", "ordered_at", "is present"): 10,
    # An advertiser's currency is written CAN. Canada's dollar is CAD; money of no currency adds to nothing.
    ("tiktok_campaign_report_hourly", "currency", "is an ISO 4217 currency"): 1,
}
# Rows that a mapping leaves out: test orders and payments, and the help desk's own people.
LEFT_OUT = {"shopify_gql_order": 2, "shopify_gql_transaction": 3, "zendesk_user": 2}

# Files that no mapping reads and none looks anything up in, and why.
LEFT_ALONE = {
    "the same table as another warehouse spells it": (
        "*_databricks.csv", "*_postgres.csv", "*_snowflake.csv", "*_bq_json_data.csv",
    ),
    "the campaign's table tells the same money, which counts once": (
        "ad_reporting/*_account_*report*", "ad_reporting/*_account_stats*",
        "ad_reporting/*_advertiser_report*", "ad_reporting/*_ad_*report*", "ad_reporting/*_ad_*stats*",
        "ad_reporting/*_adgroup_*", "ad_reporting/*keyword*", "ad_reporting/*search_term*",
        "ad_reporting/*geographic*", "ad_reporting/*_geo_*", "ad_reporting/*_country_*",
        "ad_reporting/*_region*", "ad_reporting/*_locations_*", "ad_reporting/*_search_performance_*",
        "ad_reporting/*_pin_promotion_*", "ad_reporting/*_line_item_*",
        "ad_reporting/*_promoted_tweet_*", "ad_reporting/*_by_creative_*",
        "ad_reporting/*_demographics_*", "ad_reporting/*_advertised_product_*",
    ),
    "how advertising is set up: no person, no day's money": (
        "ad_reporting/*_history_data.csv", "ad_reporting/*_profile_*", "ad_reporting/*_organization_*",
        "ad_reporting/reddit_ads_ad_data.csv", "ad_reporting/reddit_ads_ad_group_data.csv",
        "ad_reporting/reddit_ads_business_account_data.csv", "ad_reporting/twitter_tweet_*",
        "ad_reporting/*_targeting_*", "ad_reporting/linkedin_geo_data.csv",
    ),
    "what platforms claim to have caused, by kind of claim": (
        "ad_reporting/*_conversions.csv", "ad_reporting/*_actions_data.csv",
        "ad_reporting/*_action_values_data.csv",
    ),
    "a list of sites, not of what anybody did": (
        "ga4/*",
    ),
    "older versions of rows that are read in their newest": (
        "hubspot/*_property_history_data.csv", "hubspot/deal_stage_data.csv",
        "salesforce/*_history_data.csv", "zendesk/*_history_data.csv", "zendesk/audit_log_data.csv",
    ),
    "particulars of an event that is read where its time stands": (
        "hubspot/email_event_*_data.csv", "iterable/event_extension_data.csv",
        "hubspot/engagement_data.csv",
    ),
    "ties between things that have no person in them": (
        "hubspot/*_company_data.csv", "hubspot/*_deal_data.csv", "hubspot/ticket_engagement_data.csv",
    ),
    "the vendor's own set-up, and those who work with it": (
        "hubspot/*pipeline*", "hubspot/form_data.csv", "hubspot/owner*", "hubspot/property*",
        "hubspot/role_data.csv", "hubspot/team*", "hubspot/users_data.csv", "hubspot/contact_list*",
        "hubspot/engagement_note_data.csv", "hubspot/engagement_task_data.csv", "iterable/campaign_*",
        "iterable/list_data.csv", "iterable/template_*", "mailchimp/automation.csv",
        "mailchimp/list.csv", "mailchimp/segment*.csv", "salesforce/sf_user*", "zendesk/brand_data.csv",
        "zendesk/daylight_time_data.csv", "zendesk/group_data.csv", "zendesk/schedule*",
        "zendesk/ticket_schedule_data.csv", "zendesk/time_zone_data.csv", "zendesk/*_tag_data.csv",
        "shopify/*_shop_data.csv", "shopify/*_tag_data.csv", "shopify/*_url_tag_data.csv",
    ),
    "no row tells when": (
        "mailchimp/automation_recipient.csv", "iterable/user_unsubscribed_*_data.csv",
    ),
    "goods and places, not what happened to them": (
        "salesforce/sf_product_2_data.csv", "shopify/*_collection_*", "shopify/*_product_*",
        "shopify/*_media_*", "shopify/*_location_data.csv", "shopify/*_metafield_data.csv",
    ),
    "parts of an order's amount, which the order tells as a whole": (
        "salesforce/sf_opportunity_line_item_data.csv", "shopify/*_discount_*", "shopify/*_shipping_*",
        "shopify/*_tax_*", "shopify/*_order_adjustment_*", "shopify/*_order_line_refund_*",
        "shopify/*_note_attribute_*", "shopify/*_tender_transaction_*",
    ),
    "parcels, told by their events": (
        "shopify/*_fulfillment_*",
    ),
}  # fmt: skip


def used(shared: Path) -> set[str]:
    """Vendor's folder and name of every file that is mapped or looked up in."""
    told = set()
    for mapping in mappings("warehouse", shared).values():
        names = [mapping["file"], *(lookup["file"] for lookup in mapping.get("lookup", []))]
        told |= {f"{Path(mapping['folder']).name}/{name}" for name in names}
    return told


def test_every_file_is_read_looked_up_in_or_left_alone_for_a_reason(exports, shared):
    files = {f"{path.parent.name}/{path.name}" for path in exports.glob("*/*.csv")}

    assert len(WAREHOUSE) >= 55
    assert used(shared) <= files
    patterns = [pattern for listed in LEFT_ALONE.values() for pattern in listed]
    rest = files - used(shared)
    assert {file for file in rest if not any(fnmatch(file, pattern) for pattern in patterns)} == set()
    assert [pattern for pattern in patterns if not any(fnmatch(file, pattern) for file in rest)] == []


def test_every_row_is_accepted_or_has_a_reason(read):
    files = read["source_files"].to_pandas()

    assert sorted(files["source"]) == WAREHOUSE
    assert (files["n_rows"] == files["n_accepted"] + files["n_rejected"]).all()
    assert counts(read["rejected"], "source", '"column"', "rule") == DEFENDED
    assert dict(zip(files["source"], files["n_left_out"], strict=True)) == {
        source: LEFT_OUT.get(source, 0) for source in WAREHOUSE
    }


def test_numbers_of_rows_are_those_of_the_files(read, shared):
    told = mappings("warehouse", shared)
    for source, n_rows in counts(read["source_files"], "source", "n_rows"):
        mapping = told[source]
        assert n_rows == len(rows(Path(mapping["folder"]) / mapping["file"])), source


# What advertising cost: source -> column and what it is divided by.
SPENT = {
    "google_ads_campaign_stats": ("cost_micros", 1_000_000),
    "facebook_ads_basic_ad": ("spend", 1),
    "linkedin_ad_analytics_by_campaign": ("cost_in_local_currency", 1),
    "microsoft_ads_campaign_performance_daily_report": ("spend", 1),
    "pinterest_campaign_report": ("spend_in_micro_dollar", 1_000_000),
    "reddit_ads_campaign_report": ("spend", 1_000_000),
    "snapchat_campaign_hourly_report": ("spend", 1_000_000),
    "tiktok_campaign_report_hourly": ("SPEND", 1),
    "twitter_campaign_report": ("billed_charge_local_micro", 1_000_000),
    "amazon_ads_campaign_level_report": ("cost", 1),
    "apple_search_campaign_report": ("local_spend_amount", 1),
}


CURRENCY_UNKNOWN = "2"  # the TikTok campaign that was set aside
CENT = Decimal("0.01")  # money is kept in cents, row by row


def test_spend_is_the_files_summed_by_hand(read, exports):
    spent = read["spend"].query("select source, sum(spent_amount), count(*) from this group by source")

    by_hand = {}
    for source, (column, divisor) in SPENT.items():
        told = rows(exports / "ad_reporting" / f"{source}_data.csv")
        kept = [row for row in told if row.get("CAMPAIGN_ID") != CURRENCY_UNKNOWN]
        amounts = [(Decimal(row[column]) / divisor).quantize(CENT, ROUND_HALF_UP) for row in kept]
        by_hand[source] = (sum(amounts), len(kept))
    assert {source: (amount, n) for source, amount, n in spent.relation().fetchall()} == by_hand


def test_mails_are_hubspots_events_counted_by_hand(read, exports):
    events = rows(exports / "hubspot" / "email_event_data.csv")
    reached = [row for row in events if row["type"] in ("DELIVERED", "OPEN")]
    told = counts(read["touches"], "action", "is_bot", where="source = 'hubspot_email_event'")

    assert len(reached) == sum(told.values())
    assert told == {("mail_delivered", False): 3, ("mail_opened", False): 90}


def test_what_vendors_merged_and_converted_themselves_is_kept(read, exports):
    sources = "least(split_part(record_id_a, ':', 1), split_part(record_id_b, ':', 1))"
    others = "greatest(split_part(record_id_a, ':', 1), split_part(record_id_b, ':', 1))"
    links = counts(read["source_links"], sources, others, "rule")

    audit = len(rows(exports / "hubspot" / "contact_merge_audit_data.csv"))
    assert links["hubspot_contact", "hubspot_contact_merge_audit", "source_merge"] == audit == 4
    assert links["hubspot_contact", "hubspot_contact", "source_merge"] == 3  # three numbers in one cell
    assert links["salesforce_contact", "salesforce_lead", "lead_conversion"] == 1
    assert links["salesforce_account", "salesforce_account", "source_merge"] == 1
    orders = len(rows(exports / "shopify" / "shopify_order_data.csv"))
    assert links["shopify_customer", "shopify_order", "alias"] == orders == 8


def test_a_merged_contact_is_named_as_the_contact_is(read):
    """The numbers that a merge left in a cell, each with its time, are the numbers of contacts."""
    merged = read["source_links"].query(
        "select record_id_a, record_id_b from this where rule = 'source_merge' "
        "and starts_with(record_id_a, 'hubspot_contact:') and starts_with(record_id_b, 'hubspot_contact:')"
    )
    contacts = set(read["records"].to_pandas()["record_id"])
    assert {name for row in merged.to_arrow().to_pylist() for name in row.values()} <= contacts


def test_lines_that_are_kept_apart_are_lines_of_their_order(read, exports):
    lines = read["order_lines"].query("select sum(line_amount), count(*) from this").first_row()
    told = rows(exports / "shopify" / "shopify_order_line_data.csv")
    by_hand = sum(Decimal(row["price"]) * int(row["quantity"]) for row in told)

    assert lines == (by_hand, len(told))
    whose = counts(read["order_lines"], "split_part(order_id, ':', 1)")
    assert whose == {"shopify_order": len(told)}


def test_an_order_is_counted_once_however_often_it_is_told(read, exports):
    orders = counts(read["orders"], "source")

    assert orders["shopify_order"] == len(rows(exports / "shopify" / "shopify_order_data.csv"))
    assert "shopify_order_line" not in orders
    # Payments of orders that are in no table here are all that anybody tells of them.
    assert orders["shopify_transaction"] == 5
    assert counts(read["order_sightings"], "is_counted")[True] == 5 + orders["shopify_gql_transaction"]


def test_stock_is_what_can_be_sold(read):
    assert counts(read["availability"], "source", "state") == {
        ("shopify_inventory_quantity", None): 1,  # five rows, of which one tells what is to be had
        ("shopify_product_variant", "in_stock"): 7,
        ("shopify_product_variant", "out"): 1,
        ("shopify_gql_product_variant", "in_stock"): 6,
        ("shopify_gql_product_variant", "out"): 4,
    }


# Sources of the made-up world that speak a vendor's own interface, and the tables at hand that spell the
# same fields. (Other sources speak a vendor's pages, whose labels are no table's.)
SPELLED_ALIKE = {
    "google_ads": [
        "ad_reporting/google_ads_campaign_stats_data.csv",
        "ad_reporting/google_ads_campaign_history_data.csv",
        "ad_reporting/google_ads_account_history_data.csv",
    ],
    "salesforce_accounts": ["salesforce/sf_account_data.csv"],
    "salesforce_contacts": ["salesforce/sf_contact_data.csv"],
    "salesforce_leads": ["salesforce/sf_lead_data.csv"],
    "shopify_inventory": [
        "shopify/shopify_gql_inventory_quantity_data.csv",
        "shopify/shopify_gql_inventory_item_data.csv",
    ],
    "zendesk_tickets": ["zendesk/ticket_data.csv"],
    "zendesk_users": ["zendesk/user_data.csv"],
}

# Fields that these tables lack: where the vendor tells them.
TOLD_ELSEWHERE = {
    "CreatedDate": "Salesforce's system fields, which every object has",
    "SystemModstamp": "Salesforce's system fields, which every object has",
    "permanently_deleted": "Zendesk's Users",
    "shared_phone_number": "Zendesk's Users",
    "generated_timestamp": "Zendesk's incremental export of tickets",
    "metric_set.reply_time_in_minutes.calendar": "Zendesk's Ticket Metrics, sideloaded",
    "metric_set.reopens": "Zendesk's Ticket Metrics, sideloaded",
    "metric_set.assignee_updated_at": "Zendesk's Ticket Metrics, sideloaded",
    "metric_set.solved_at": "Zendesk's Ticket Metrics, sideloaded",
    "satisfaction_rating.id": "Zendesk's Satisfaction Ratings, on the ticket",
    "satisfaction_rating.score": "Zendesk's Satisfaction Ratings, on the ticket",
    "via.source.from.username": "Zendesk's Via object, for tickets from social media",
    "location": "Shopify's InventoryLevel, which loaders flatten to location_id",
}


def spellings(name: str) -> set[str]:
    """All that a loader makes of a native name: with and without the object that it hangs on.

    >>> sorted(spellings("campaign.advertisingChannelType"))
    ['advertising_channel_type', 'campaign_advertising_channel_type']
    """
    steps = name.split(".")
    told = set()
    for start in range(len(steps)):
        joined = "_".join(steps[start:])
        told.add("".join(f"_{sign.lower()}" if sign.isupper() else sign for sign in joined).strip("_"))
    return told


@pytest.mark.parametrize("source", sorted(SPELLED_ALIKE))
def test_the_made_up_world_speaks_as_the_vendors_tables_do(source, exports):
    mapping = read_mapping(source, mappings("demo")[source])
    found = {name for file in SPELLED_ALIKE[source] for name in header(exports / file)}

    unknown = {name for name in mapping.own_columns if not spellings(name) & found}
    assert unknown - set(TOLD_ELSEWHERE) == set()


def test_spellings_of_a_loader():
    assert "hs_legal_basis" in spellings("properties.hs_legal_basis")
    assert spellings("ConvertedContactId") == {"converted_contact_id"}
