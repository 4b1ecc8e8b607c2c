"""What became of leads, in a sentence and a table."""

from journey_research.pipelines.reports import lead_tables
from tests.journeys_world import journeys_world
from tests.worlds import empty_world, table

HALF, QUARTER = "50.0% (40.0% to 60.0%)", "25.0% (15.0% to 35.0%)"
WORLD, EMPTY = journeys_world(), empty_world()


def test_leads_are_told_with_what_they_became_and_when():
    assert lead_tables.leads_finding(WORLD["lead_outcomes"]) == (
        "50.0% (40.0% to 60.0%) of 100 leads became contacts. Of 80 that are neither older than the data nor "
        "were customers before, 25.0% (15.0% to 35.0%) have bought so far, half of them within 24 (20 to 33) "
        "days."
    )


def test_all_leads_then_channels_then_sources_and_of_few_no_share():
    assert lead_tables.leads_table(WORLD["lead_outcomes"]).to_numpy().tolist() == [
        ["all", "100", HALF, "80", QUARTER, "24 (20 to 33)"],
        ["first met by email", "70", HALF, "60", QUARTER, "24 (20 to 33)"],
        ["never met", "24", HALF, "18", QUARTER, "-"],
        ["first met by store", "16", HALF, "2", "too few to say", "-"],
        ["held by web forms", "94", HALF, "78", QUARTER, "24 (20 to 33)"],
    ]  # fmt: skip


def test_a_long_list_is_cut_at_ten_rows():
    rows = [{"grouped_by": "all", "name": "all", "n_leads": 99}] + [
        {"grouped_by": by, "name": f"{by}{n}", "n_leads": 50 - n}
        for by in ("channel", "source")
        for n in range(9)
    ]
    shown = lead_tables.leads_table(table("LEAD_OUTCOMES", *rows))

    assert len(shown) == 10
    assert shown["leads"].tolist()[1] == "first met by channel0"


def test_leads_that_are_all_too_old_have_no_rate():
    row = {"grouped_by": "all", "name": "all", "n_leads": 20, "n_older": 15, "n": 5, "contact_share": 0.5,
           "contact_low": 0.3, "contact_high": 0.7, "customer_share": 0.2}  # fmt: skip

    assert lead_tables.leads_finding(table("LEAD_OUTCOMES", row)) == (
        "50.0% (30.0% to 70.0%) of 20 leads became contacts; too few of them are neither older than the data "
        "nor customers before."
    )


def test_no_lead_is_one_row_of_zeros_and_no_table():
    nobody = table("LEAD_OUTCOMES", {"grouped_by": "all", "name": "all", "n_leads": 0, "n": 0})

    for told in (nobody, EMPTY["lead_outcomes"]):
        assert lead_tables.leads_finding(told) == "No source here holds leads."
        assert lead_tables.leads_table(told).empty
