"""A tiny world's run: nobody is approached where a record of theirs refuses, and what links hang on."""

import pyarrow.parquet as pq
import pytest

from benchmarks.journey_truth.bridges import measure_bridges

pytestmark = pytest.mark.slow


def table(project, name):
    return pq.read_table(project.data / project.manifest()["outputs"][name]["file"]).to_pandas()


def test_no_decision_of_a_run_violates_what_any_record_of_the_person_refused(finished):
    decisions = table(finished, "decisions")
    said = table(finished, "consents").merge(table(finished, "people"), on="record_id")
    said = said[
        (said["purpose"] == "marketing") & (said["stated_at"] <= table(finished, "as_of")["as_of"][0])
    ]
    last = said.groupby(["record_id", "channel"])["stated_at"].transform("max")
    refused = said[(said["stated_at"] == last) & said["status"].isin(["denied", "withdrawn"])]
    acted = decisions[decisions["action"] != "nothing"]
    assert len(acted) > 10
    assert len(refused) > 10
    refused_by = set(zip(refused["person_id"], refused["channel"], strict=True))
    assert not refused_by & set(zip(acted["person_id"], acted["channel"], strict=True))

    counted = table(finished, "honoured_refusals")
    assert counted["n_violations"].sum() == 0
    assert counted["n_approached"].sum() == len(acted)
    assert counted["n_refusing"].sum() >= len(
        refused_by
        & {(person, channel) for person in decisions["person_id"] for channel in counted["channel"]}
    )


def test_without_e_mail_addresses_is_lost_what_was_said_to_be(finished):
    (run,) = (finished.data / "runs").iterdir()
    frame, line = measure_bridges(run, finished.data / "00_raw")
    email = frame.set_index("bridge").loc["email"]
    assert email["lost_share"] == pytest.approx(email["said_share"], abs=0.05)
    assert line.startswith("bridges: ")


def test_the_checklist_is_answered_from_the_run(finished):
    answers = table(finished, "maturity").set_index("question")["answer"]
    assert answers["Is nobody approached where any of their records refuses?"] == "yes"
    assert answers["Is it known what became of decisions?"] == "not known"
