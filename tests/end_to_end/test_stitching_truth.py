"""Journeys of a tiny world beside what the world knows: whose touches they are, and on which devices."""

import pyarrow.parquet as pq
import pytest

from benchmarks.journey_truth.devices import confuse_devices
from benchmarks.journey_truth.stitching import measure_stitching

pytestmark = pytest.mark.slow


def table(project, name):
    return pq.read_table(project.data / project.manifest()["outputs"][name]["file"]).to_pandas()


@pytest.fixture(scope="module")
def folders(finished):
    (run,) = (finished.data / "runs").iterdir()
    return run, finished.data / "00_raw"


def test_every_touch_is_in_one_journey_or_counted_as_left_out(finished):
    counts = table(finished, "stitching_counts")
    walked = table(finished, "journey_touches")

    assert counts["n_touches"].sum() == len(table(finished, "touches"))
    assert counts.loc[counts["is_in_journey"], "n_touches"].sum() == len(walked)
    assert walked["touch_id"].is_unique
    assert set(counts["reason"]) > {"joined", "before consent", "consent refused", "known record"}


def test_what_consent_holds_back_is_nobodys_whom_identity_knows(finished):
    walked, people = table(finished, "journey_touches"), set(table(finished, "people")["person_id"])
    held = set(table(finished, "held_touches")["touch_id"])

    strangers = walked[~walked["person_id"].isin(people)]
    assert 0 < len(strangers) <= len(held)
    assert set(strangers["touch_id"]) <= held
    assert set(table(finished, "decisions")["person_id"]) <= people


def test_devices_of_several_persons_are_nobodys_and_joined_histories_are_right(folders):
    frame, line = measure_stitching(*folders)

    figures = frame.set_index("figure")
    assert figures.loc["joined_of_shared_devices", "value"] == 0
    assert figures.loc["joined_right_share", "value"] > 0.9
    assert line.startswith("stitching: ")


def test_planted_patterns_of_two_devices_are_found_where_it_is_known_whose_they_are(folders):
    frame, line = confuse_devices(*folders)

    known = frame[frame["persons"] == "as they are"]
    seen = known[known["found"] != "not seen"]
    assert seen.loc[seen["found"] == seen["planted"], "n"].sum() >= 0.85 * seen["n"].sum() > 10
    assert line.startswith("devices: ")


def test_the_ladder_is_monotone_but_where_it_says_so(finished):
    ladder = table(finished, "ladder").sort_values(["person_id", "rung_number"])

    in_order = ladder[~ladder["is_out_of_order"]].groupby("person_id")["first_reached_at"]
    assert in_order.apply(lambda reached: reached.is_monotonic_increasing).all()
    assert set(ladder["rung"]) == {
        "connection", "contact", "subscriber", "relationship", "customer", "repeat",
    }  # fmt: skip
    journeys = table(finished, "journeys")
    assert set(journeys["kind"]) >= {"buying", "service", "information_seeking"}
    assert (journeys.loc[journeys["cycle_number"] > 1, "is_post_sale"]).all()
