"""A lead that its source converted and the contact it became are one person."""

import pytest

from benchmarks.journey_truth.leads import check_conversions

pytestmark = pytest.mark.slow


def test_every_conversion_that_a_source_states_is_honoured(finished):
    run = finished.data / "runs" / finished.manifest()["run_id"]

    told, line = check_conversions(run, finished.data / "00_raw")

    leads = told.set_index("rule").loc["lead_conversion"]
    assert leads["n_links"] > 0
    assert leads["n_one_person"] == leads["n_links"]
    assert leads["n_truly_one"] == leads["n_known"]
    assert line.startswith(f"leads: {leads['n_links']} of {leads['n_links']} converted leads")
