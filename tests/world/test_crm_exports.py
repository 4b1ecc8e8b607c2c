"""The CRMs' files hold what makes such files hard to read."""

import re

import numpy as np
import pandas as pd

from journey_research.world.exports.crm_exports import EXPORTERS
from journey_research.world.exports.salesforce_ids import salesforce_ids
from journey_research.world.exports.standing import standing
from tests.world.exported import (
    assert_all_read,
    csv_rows,
    exporter_of,
    names_of,
    part_of,
    people_of,
    read_back,
    small_block,
    speakers_of,
    written,
)

HUBSPOT = exporter_of(EXPORTERS, "hubspot_contacts.csv")
LEADS = exporter_of(EXPORTERS, "salesforce_leads.csv")
CONTACTS = exporter_of(EXPORTERS, "salesforce_contacts.csv")
ACCOUNTS = exporter_of(EXPORTERS, "salesforce_accounts.csv")


def id_by_hand(short: str) -> str:
    """The 18 characters of a Salesforce id, as its documentation computes them."""
    checks = ""
    for part in (short[0:5], short[5:10], short[10:15]):
        value = sum(1 << at for at, letter in enumerate(part) if "A" <= letter <= "Z")
        checks += "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"[value]
    return short + checks


def test_the_last_three_characters_guard_the_capitals():
    assert id_by_hand("0015500000Xyy06") == "0015500000Xyy06AAB"  # a real one
    numbers = np.arange(-1, 70)
    long, short = salesforce_ids("003", numbers), salesforce_ids("003", numbers, is_short=True)
    assert long[0].as_py() is None
    assert [id_by_hand(one) for one in short.to_pylist()[1:]] == long.to_pylist()[1:]
    assert len(set(short.to_pylist())) == 71


def test_some_ids_differ_in_nothing_but_a_capital():
    block = small_block(persons=1200)  # some thirty contacts
    ids = [line[:15] for line in CONTACTS.of_block(block).lines.to_pylist()]
    assert len({one.lower() for one in ids}) < len(set(ids))


def test_hubspot_times_name_no_offset_and_one_field_counts_milliseconds():
    rows = csv_rows(HUBSPOT)
    assert rows["Create Date"].str.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d").all()
    at = rows["hs_latest_source_timestamp"]
    assert at.str.fullmatch(r"\d{13}").all()
    created = pd.to_datetime(rows["Create Date"]).dt.tz_localize("Europe/Berlin", ambiguous=True)
    assert (pd.to_datetime(at.astype("int64"), unit="ms", utc=True) >= created.dt.tz_convert("UTC")).all()


def test_hubspot_is_written_with_excels_byte_order_mark():
    assert written(HUBSPOT).startswith("\ufeffRecord ID,")


def test_some_telephones_have_been_through_a_spreadsheet():
    phones = csv_rows(HUBSPOT)["Phone Number"]
    damaged = phones.str.fullmatch(r"\d\.\d\dE\+\d\d").sum()
    assert 1 <= damaged <= 0.05 * len(phones)


def test_what_hubspot_merged_is_gone_from_its_list():
    rows = csv_rows(HUBSPOT)
    merged = rows["Merged object IDs"][rows["Merged object IDs"] != ""]
    gone = [one for cell in merged for one in cell.split(";")]
    assert len(merged) > 5
    assert any(
        ";" in cell for cell in pd.concat([merged, csv_rows(HUBSPOT, block_number=1)["Merged object IDs"]])
    )
    assert not set(gone) & set(rows["Record ID"])
    assert len(set(gone)) == len(gone)
    assert rows["Record ID"].is_unique


def test_companies_are_lists():
    companies = pd.concat(
        [csv_rows(HUBSPOT, block_number=number)["Associated Company IDs"] for number in range(4)]
    )
    assert companies[companies != ""].str.fullmatch(r"\d+(;\d+)?").all()
    assert (companies != "").any()
    assert companies.str.contains(";").any()


def test_nobody_is_opted_out_who_did_not_refuse():
    block, rows = small_block(), csv_rows(HUBSPOT)
    who = part_of(HUBSPOT).speakers["person"].to_numpy()
    decisions = standing(block, "email", who)
    refusals = decisions["status"].isin(["withdrawn", "denied"])
    said = rows["Unsubscribed from all email"]
    assert set(said) == {"true", "false", ""}
    assert refusals[(said == "true").to_numpy()].all()
    assert not refusals[(said == "").to_numpy()].any()
    assert (decisions["status"][(said == "").to_numpy()] == "").all()  # not asked: no answer


def test_junk_and_the_shops_own_number_stand_among_the_telephones():
    block = small_block()
    phones = pd.concat(
        [csv_rows(one)["Phone Number" if one is HUBSPOT else "Phone"] for one in (HUBSPOT, LEADS)]
    )
    phones = pd.concat(
        [phones, csv_rows(CONTACTS)["MobilePhone"], csv_rows(HUBSPOT, block_number=1)["Phone Number"]]
    )
    digits = (
        phones.str.replace(r"\D", "", regex=True)
        .str.removeprefix("00")
        .str.removeprefix("49")
        .str.lstrip("0")
    )
    own = block.catalogue.shop_phone.removeprefix("+49")
    assert digits.isin([own, "1234567890"]).any() or (phones == "0000000000").any()


def test_losers_of_merges_are_deleted_and_name_their_master():
    for exporter in (LEADS, CONTACTS, ACCOUNTS):
        rows = pd.concat([csv_rows(exporter), csv_rows(exporter, block_number=1)])
        lost = rows["IsDeleted"] == "true"
        assert 0 < lost.sum() < 0.5 * len(rows)
        assert ((rows["MasterRecordId"] != "") == lost).all()
        known = set(rows.loc[~lost, "Id"].str[:15])
        assert set(rows.loc[lost, "MasterRecordId"].str[:15]) <= known
        assert rows["Id"].str.len().eq(18).all()


def test_some_references_are_the_short_ids():
    for exporter, column in (
        (CONTACTS, "AccountId"),
        (LEADS, "ConvertedContactId"),
        (HUBSPOT, "Salesforce Contact ID"),
    ):
        told = pd.concat([csv_rows(exporter)[column], csv_rows(exporter, block_number=1)[column]])
        assert set(told[told != ""].str.len()) == {15, 18}


def test_a_converted_lead_names_contact_account_and_a_day():
    leads, contacts = csv_rows(LEADS), csv_rows(CONTACTS)
    converted = leads["IsConverted"] == "true"
    assert 0 < converted.sum() < len(leads)
    assert ((leads["ConvertedContactId"] != "") == converted).all()
    assert leads.loc[converted, "ConvertedDate"].str.fullmatch(r"\d{4}-\d\d-\d\d").all()
    assert set(leads.loc[converted, "ConvertedContactId"].str[:15]) <= set(contacts["Id"].str[:15])
    accounts = set(csv_rows(ACCOUNTS)["Id"].str[:15])
    assert set(leads.loc[converted, "ConvertedAccountId"].str[:15]) <= accounts
    assert set(contacts["AccountId"].str[:15]) <= accounts
    same = contacts.set_index(contacts["Id"].str[:15])
    who = part_of(CONTACTS).speakers.set_index("key")["person"]
    lead_who = part_of(LEADS).speakers["person"].to_numpy()
    for contact, person in zip(leads["ConvertedContactId"].str[:15], lead_who, strict=True):
        assert not contact or (contact in same.index and who[contact] == person)


def test_salesforce_times_are_utc_with_an_offset_without_a_colon():
    for exporter in (LEADS, CONTACTS, ACCOUNTS):
        times = csv_rows(exporter)["CreatedDate"]
        assert times.map(
            lambda one: bool(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+0000", one))
        ).all()


def test_websites_are_spelled_in_several_ways():
    sites = pd.concat([csv_rows(ACCOUNTS)["Website"], csv_rows(ACCOUNTS, block_number=1)["Website"]])
    assert {site.split(".")[0] for site in sites} >= {"https://www", "www"}


def test_everybody_listed_speaks_under_a_key():
    assert speakers_of(HUBSPOT) == set(csv_rows(HUBSPOT)["Record ID"])
    for exporter in (LEADS, CONTACTS):
        assert speakers_of(exporter) == set(csv_rows(exporter)["Id"].str[:15])
    assert not speakers_of(ACCOUNTS)  # a firm is nobody


def test_two_blocks_share_no_key():
    for exporter in (HUBSPOT, LEADS, CONTACTS):
        assert not speakers_of(exporter) & speakers_of(exporter, 1)
    assert not set(csv_rows(ACCOUNTS)["Id"]) & set(csv_rows(ACCOUNTS, block_number=1)["Id"])


def test_every_row_is_read_and_every_speaker_is_a_record():
    for exporter in (HUBSPOT, LEADS, CONTACTS):
        assert_all_read(exporter)
    assert not len(read_back(ACCOUNTS)["rejected"])


def test_hubspot_times_are_read_on_the_portals_clock():
    rows, records = csv_rows(HUBSPOT), read_back(HUBSPOT)["records"].set_index("record_id")
    at = pd.to_datetime(rows["Create Date"]).dt.tz_localize("Europe/Berlin", ambiguous=True)
    told = records.loc[names_of("hubspot_contacts", rows["Record ID"]), "recorded_at"]
    assert (at.dt.tz_convert("UTC").dt.tz_localize(None).to_numpy() == told.to_numpy()).all()
    seen = read_back(HUBSPOT)["identifiers"].query("identifier_type == 'phone'")["first_seen_at"]
    milliseconds = pd.to_datetime(rows["hs_latest_source_timestamp"].astype("int64"), unit="ms")
    assert set(seen) <= set(milliseconds.astype(seen.dtype))


def test_rounded_telephones_identify_nobody():
    rows, told = csv_rows(HUBSPOT), read_back(HUBSPOT)
    damaged = rows[rows["Phone Number"].str.contains("E+", regex=False)]
    phones = told["identifiers"].query("identifier_type == 'phone'")
    assert not set(names_of("hubspot_contacts", damaged["Record ID"])) & set(phones["record_id"])
    lost = told["lost_values"].query("field == 'identifier.phone' and reason.str.contains('rounded')")
    assert lost["n_rows"].sum() == len(damaged)


def test_merged_contacts_stay_known_by_their_numbers():
    rows, told = csv_rows(HUBSPOT), read_back(HUBSPOT)
    wanted = {
        (record, number)
        for record, cell in zip(
            names_of("hubspot_contacts", rows["Record ID"]), rows["Merged object IDs"], strict=True
        )
        for number in cell.split(";")
        if number
    }
    crm = told["identifiers"].query("identifier_type == 'crm_id'")
    assert wanted <= set(zip(crm["record_id"], crm["identifier_value"], strict=True))
    merges = told["source_links"].query("rule == 'source_merge'")
    pairs = {frozenset(pair) for pair in zip(merges["record_id_a"], merges["record_id_b"], strict=True)}
    assert pairs == {
        frozenset((record, names_of("hubspot_contacts", [number])[0])) for record, number in wanted
    }


def test_every_company_of_a_list_is_a_membership():
    companies = csv_rows(HUBSPOT)["Associated Company IDs"]
    assert len(read_back(HUBSPOT)["memberships"]) == sum(len(cell.split(";")) for cell in companies if cell)


def test_what_the_sources_link_is_one_person():
    people = people_of(HUBSPOT, LEADS, CONTACTS)
    links = read_back(HUBSPOT, LEADS, CONTACTS, ACCOUNTS)["source_links"]
    assert set(links["rule"]) == {"source_merge", "lead_conversion", "alias"}
    known = links[links["record_id_a"].isin(people) & links["record_id_b"].isin(people)]
    assert set(known["rule"]) == {"source_merge", "lead_conversion", "alias"}
    assert (known["record_id_a"].map(people) == known["record_id_b"].map(people)).all()
    others = links[(links["rule"] != "source_merge") & ~links.index.isin(known.index)]
    assert not len(others)  # short ids and long ones meet


def test_deleted_records_say_so_and_contacts_belong_to_accounts():
    told = read_back(HUBSPOT, LEADS, CONTACTS, ACCOUNTS)
    for exporter, source in ((LEADS, "salesforce_leads"), (CONTACTS, "salesforce_contacts")):
        rows, records = csv_rows(exporter), told["records"].set_index("record_id")
        deleted = records.loc[names_of(source, rows["Id"].str[:15]), "is_deleted"]
        assert (deleted.to_numpy() == (rows["IsDeleted"] == "true").to_numpy()).all()
    accounts = set(told["records"].query("source == 'salesforce_accounts'")["record_id"])
    groups = told["memberships"]
    of_contacts = groups[groups["record_id"].str.startswith("salesforce_")]
    assert len(of_contacts)
    assert set(of_contacts["group_record_id"]) <= accounts


def test_only_a_yes_to_unsubscribed_is_a_statement():
    rows, consents = csv_rows(HUBSPOT), read_back(HUBSPOT)["consents"]
    out = rows.loc[rows["Unsubscribed from all email"] == "true", "Record ID"]
    assert set(consents["record_id"]) == set(names_of("hubspot_contacts", out))
    assert set(consents["status"]) == {"withdrawn"}
