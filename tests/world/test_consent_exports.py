"""The receipts of consent say what was decided, and nothing where nothing was."""

import pandas as pd

from journey_research.world.exports.consent_exports import EXPORTERS, purpose_name
from journey_research.world.exports.crm_exports import EXPORTERS as CRM
from tests.world.exported import (
    assert_all_read,
    csv_rows,
    exporter_of,
    json_rows,
    micros,
    read_back,
    small_block,
    speakers_of,
)

RECEIPTS = exporter_of(EXPORTERS, "onetrust_receipts.jsonl")
HUBSPOT = exporter_of(CRM, "hubspot_contacts.csv")
SAID = {
    "granted": "CONFIRMED",
    "denied": "OPT_OUT",
    "withdrawn": "WITHDRAWN",
    "expired": "EXPIRED",
    "unknown": "NO_CHOICE",
}


def answers() -> pd.DataFrame:
    """One row per purpose of a receipt that is no test."""
    return pd.DataFrame(
        [
            {
                "receipt": one["receiptId"], "who": one["identifier"], "kind": one["identifierType"],
                "at": one["withdrawnDate"] or one["consentDate"], **purpose,
            }
            for one in json_rows(RECEIPTS)
            if not one["test"]
            for purpose in one["purposes"]
        ]
    )  # fmt: skip


def test_every_decision_stands_in_one_receipt():
    told, truth = answers(), small_block().consents
    form = truth["channel"].where(truth["about"] != "cookie", "cookie") + " " + truth["purpose"]
    at = pd.to_datetime(truth["at_ms"], unit="ms").dt.strftime("%Y-%m-%dT%H:%M:%S.%f").str[:-3] + "Z"
    wanted = sorted(zip(at, form.map(purpose_name), truth["status"].map(SAID), strict=True))
    got = sorted(zip(told["at"], told["Name"], told["TransactionType"], strict=True))
    more = pd.Series(got).value_counts().sub(pd.Series(wanted).value_counts(), fill_value=0)
    assert (more >= 0).all()
    assert {one[2] for one in more[more > 0].index} <= {"NO_CHOICE"}  # no answer on the first form


def test_no_choice_is_left_as_it_is():
    assert "NO_CHOICE" in set(answers()["TransactionType"])


def test_a_receipt_answers_for_each_purpose_once():
    told = answers()
    assert not told.duplicated(["receipt", "Id"]).any()
    assert (told.groupby("receipt").size() > 1).any()
    assert told.groupby("Id")["Name"].nunique().eq(1).all()


def test_a_withdrawal_is_entered_later_than_it_was_said():
    withdrawn = [one for one in json_rows(RECEIPTS) if not one["test"] and one["withdrawnDate"]]
    assert withdrawn
    assert all(one["withdrawnDate"] < one["interactionDate"] for one in withdrawn)
    assert all("WITHDRAWN" in {p["TransactionType"] for p in one["purposes"]} for one in withdrawn)


def test_agreements_expire_under_a_law():
    told = answers()
    assert (told["ExpiryDate"].notna() <= (told["TransactionType"] == "CONFIRMED")).all()
    assert told["ExpiryDate"].notna().any()
    assert {one["jurisdiction"] for one in json_rows(RECEIPTS)} == {"EU-GDPR", "CH-FADP"}


def test_other_identifiers_are_logins_and_numbers_that_the_crm_may_have_merged():
    block, rows = small_block(), json_rows(RECEIPTS)
    others = [other for one in rows for other in one["additionalIdentifiers"]]
    assert {one["identifierType"] for one in others} == {"CustomerId", "HubspotId"}
    logins = {one["identifier"] for one in others if one["identifierType"] == "CustomerId"}
    assert logins <= set(block.people["login_id"]) - {""}
    crm = {one["identifier"] for one in others if one["identifierType"] == "HubspotId"}
    contacts = csv_rows(HUBSPOT)
    gone = {one for cell in contacts["Merged object IDs"] for one in cell.split(";")}
    assert crm & gone
    assert crm <= gone | set(contacts["Record ID"])
    assert not any(one["additionalIdentifiers"] for one in rows if one["identifierType"] == "Cookie")


def test_somebody_tries_the_form():
    tests = [one for one in json_rows(RECEIPTS) if one["test"]]
    assert tests
    assert not speakers_of(RECEIPTS) & {one["identifier"] for one in tests}


def test_everybody_answers_under_an_identifier():
    told = answers()
    assert speakers_of(RECEIPTS) == set(told["who"].str.lower())
    assert set(told["kind"]) == {"Email", "Phone", "Cookie"}


def test_every_row_is_read_and_every_speaker_is_a_record():
    assert_all_read(RECEIPTS)
    assert read_back(RECEIPTS)["source_files"]["n_left_out"].sum() == sum(
        one["test"] for one in json_rows(RECEIPTS)
    )


def test_decisions_are_read_as_they_were_made():
    told, truth = read_back(RECEIPTS)["consents"], small_block().consents
    channel = truth["channel"].where(truth["about"] != "cookie", "web")
    wanted = pd.Series(zip(micros(truth["at_ms"]), channel, truth["status"], strict=True)).value_counts()
    decided = told[(told["status"] != "unknown") | (told["channel"] == "web")]
    got = pd.Series(
        zip(decided["stated_at"], decided["channel"], decided["status"], strict=True)
    ).value_counts()
    assert got.sort_index().equals(wanted.sort_index())
    assert (told["status"] == "unknown").sum() == (answers()["TransactionType"] == "NO_CHOICE").sum()
    assert set(told.loc[told["channel"] != "web", "purpose"]) == {"marketing"}


def test_agreements_are_read_with_their_end_and_their_law():
    told, truth = read_back(RECEIPTS)["consents"], small_block().consents
    ends = truth.loc[truth["expires_ms"] > 0, "expires_ms"]
    assert sorted(told["expires_at"].dropna()) == sorted(micros(ends))
    assert set(told["jurisdiction"]) == {"EU-GDPR", "CH-FADP"}
    assert set(told["legal_basis"]) == {"consent"}


def test_other_identifiers_are_identifiers_of_the_same_record():
    others = [
        (one["identifier"].lower(), other["identifier"])
        for one in json_rows(RECEIPTS)
        if not one["test"]
        for other in one["additionalIdentifiers"]
    ]
    told = read_back(RECEIPTS)["identifiers"].query("identifier_type in ['user_id', 'crm_id']")
    assert len(told) == len(set(others))
    assert set(told["identifier_value"]) == {other for _, other in others}
