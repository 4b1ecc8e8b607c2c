"""What advertising platforms write: titles before the header, sums after, money in six spellings."""

import io
import re

import pandas as pd
import pytest

from tests.world.vendor_files import body, csv_rows, part, small_block, told, totals

SOURCES = {
    "google_ads": "google_ads_campaigns.csv",
    "meta_ads": "meta_ads.csv",
    "meta_ads_fr": "meta_ads_fr.csv",
    "linkedin_ads": "linkedin_ads.csv",
}


def spend_of(source: str) -> pd.DataFrame:
    spend = told(source)["spend"]
    return spend.assign(spent_amount=spend["spent_amount"].astype(float)).sort_values(
        ["campaign_id", "spent_date"]
    )


@pytest.mark.parametrize("source", SOURCES)
def test_no_row_is_set_aside_and_every_campaign_has_every_day(source):
    tables = told(source)
    campaigns = small_block().catalogue.campaigns
    vendor = source.removesuffix("_fr")
    known = set(campaigns.loc[campaigns["vendor"] == vendor, "name"])

    assert tables["rejected"].empty
    assert set(tables["spend"]["campaign_id"]) <= known
    assert tables["spend"].groupby("campaign_id").size().unique().tolist() == [84]
    assert tables["spend"]["currency"].unique().tolist() == ["EUR"]
    days = pd.to_datetime(tables["spend"]["spent_date"]).dt.strftime("%Y-%m-%d")
    assert days.min() == "2025-01-06"
    assert days.max() == "2025-03-30"


def test_two_titles_and_a_row_of_sums_are_no_spend():
    lines = body("google_ads_campaigns.csv").decode().splitlines()
    assert lines[:2] == ["Campaign report", "Jan 06, 2025 - Mar 30, 2025"]
    assert lines[2].startswith("campaign.id,")
    assert lines[-1].startswith("Total: Campaigns,--,")

    tables = told("google_ads")

    assert tables["source_files"]["n_left_out"].tolist() == [1]
    total = int(lines[-1].split(",")[4])
    assert round(spend_of("google_ads")["spent_amount"].sum() * 1_000_000) == total


def test_millionths_become_euros_and_fractions_of_conversions_stay():
    rows = pd.read_csv(io.BytesIO(body("google_ads_campaigns.csv")), skiprows=2, dtype=str)[:-1]
    rows = rows.sort_values(["campaign.name", "segments.date"])
    spend = spend_of("google_ads")

    assert (rows["metrics.cost_micros"].astype(int) / 1e6).tolist() == pytest.approx(
        spend["spent_amount"].tolist()
    )
    assert (rows["metrics.conversions"].astype(float) % 1 > 0).any()
    told_back = spend["platform_conversions"].astype(float).tolist()
    assert told_back == pytest.approx(rows["metrics.conversions"].astype(float).tolist())


def test_the_header_names_the_currency_and_thousands_stand_in_quotes():
    text = body("meta_ads.csv").decode()
    assert "Amount spent (EUR)" in text.splitlines()[0]
    amounts = {row["Reporting starts"]: row["Amount spent (EUR)"] for row in csv_rows("meta_ads.csv")}
    assert re.search(r'"\d,\d{3}\.\d\d"', text), "4,000 clicks in a day cost thousands"
    dear = max(amounts.values(), key=len)

    assert spend_of("meta_ads")["spent_amount"].max() == float(dear.replace(",", ""))


def test_french_spelling_is_read_as_the_same_numbers():
    raw = body("meta_ads_fr.csv")
    assert raw.startswith(b"\xef\xbb\xbfJour;Nom de la campagne;")
    lines = raw.decode("utf-8-sig").splitlines()
    assert any("\u00a0" in line for line in lines), "thousands have a hard space"
    amount, shown = lines[1].split(";")[2:4]
    assert re.fullmatch(r"\d+,\d\d", amount)

    first = spend_of("meta_ads_fr").iloc[0]

    assert float(first["spent_amount"]) == float(amount.replace(",", "."))
    most = max(int(line.split(";")[3].replace("\u00a0", "")) for line in lines[1:])
    assert int(shown.replace("\u00a0", "")) <= most == spend_of("meta_ads_fr")["n_impressions"].max() > 999


def test_the_two_offices_share_no_campaign():
    english, french = spend_of("meta_ads"), spend_of("meta_ads_fr")

    assert not set(english["campaign_id"]) & set(french["campaign_id"])
    assert len(english) == len(french) == 84


def test_american_days_are_months_first():
    rows = csv_rows_after_titles("linkedin_ads.csv")
    assert rows["Start Date (in UTC)"].iloc[6] == "1/12/2025"

    days = pd.to_datetime(spend_of("linkedin_ads")["spent_date"]).dt.strftime("%Y-%m-%d").tolist()

    assert days[6] == "2025-01-12"
    assert days == sorted(days)


def csv_rows_after_titles(name: str) -> pd.DataFrame:
    lines = body(name).decode().splitlines()
    assert "," not in lines[3]
    assert lines[4].startswith("Start Date (in UTC),")
    return pd.read_csv(io.StringIO("\n".join(lines[4:])), dtype=str)


def test_clicks_of_our_people_are_charged():
    spend = spend_of("meta_ads")
    most = spend.loc[spend["n_clicks"].idxmax()]

    assert totals().clicks["clicks"].tolist() == [4000]
    assert most["campaign_id"] == "Spring Prospecting"
    assert str(most["spent_date"])[:10] == "2025-01-09", "day 3, counted from 0"
    assert most["n_clicks"] >= 4000


@pytest.mark.parametrize("name", SOURCES.values())
def test_same_world_same_bytes(name):
    assert part(name).lines.equals(part(name).lines)
