"""What stands beside the truth of channels, offline persons and recommenders, on a run of a few rows."""

import math

import pandas as pd
import pyarrow.parquet as pq
import pytest

from benchmarks.journey_truth.together import compare_together
from journey_research.privacy.pseudonyms import pseudonym
from tests.worlds import table

KEY = b"a key of the tests, long enough"
# Person found -> the real one; the first real person was found as two.
REAL = {f"person:{n:04x}": real for n, real in enumerate(["p1", "p1", "p2", "p3", "p4"], 1)}
REACHED = {"person:0001": 2, "person:0002": 2, "person:0003": 3, "person:0004": 1}


def true_id(real):
    return pseudonym("truth_people", real, KEY, "person")


def pair(first, second, p_value, is_declared=False):
    rates = {"together_rate": 0.04, "low": 0.01, "high": 0.07, "p_value": p_value}
    return {"first_channel": first, "second_channel": second, "is_declared": is_declared, **rates}


@pytest.fixture
def folders(tmp_path):
    run, raw = tmp_path / "run", tmp_path / "raw"
    raw.mkdir()
    records = {person: f"crm:{person[-1]}" for person in REAL}
    stages = {
        "01_ingestion": {
            "true_people": table("TRUE_PEOPLE", *(
                {"record_id": records[one], "true_person_id": true_id(real)}
                for one, real in REAL.items()
            )),
            "referrals": table("REFERRALS", *(
                {"referral_id": f"web:{giver}{to}", "giver_record_id": f"crm:{giver}",
                 "receiver_record_id": f"crm:{to}", "kind": "share"}
                for giver, to in [(1, 3), (1, 4), (2, 5), (1, 9), (3, 4), (3, 5), (4, 5)]
            )),
            "touches": table("TOUCHES", *(
                {"touch_id": f"till:{person[-1]}", "record_id": record, "direction": "inbound"}
                for person, record in records.items()
            )),
        },
        "02_identity": {
            "people": table("PEOPLE", *({"record_id": r, "person_id": one} for one, r in records.items()))
        },
        "03_journeys": {
            "channel_pairs": table(
                "CHANNEL_PAIRS", pair("email", "organic_search", 0.01), pair("sms", "social", 0.001, True)
            ),
            "influence_spheres": table("INFLUENCE_SPHERES", *(
                {"person_id": person, "n_reached": n} for person, n in REACHED.items()
            )),
            "journey_touches": table("JOURNEY_TOUCHES", {"touch_id": "till:4"}, {"touch_id": "till:1"}),
        },
    }  # fmt: skip
    for stage, tables in stages.items():
        (run / stage).mkdir(parents=True)
        for name, told in tables.items():
            pq.write_table(told.to_arrow(), run / stage / f"{name}.parquet")
    pd.DataFrame(
        {
            "first_channel": ["email"],
            "second_channel": ["organic_search"],
            "pairs": [100],
            "orders_only_together": [5],
        }
    ).to_csv(raw / "truth_synergy.csv", index=False)
    pd.DataFrame({"person": ["p1", "p2", "p3", "p4", "p5"], "persons_reached": [4, 3, 1, 2, 0]}).to_csv(
        raw / "truth_recommenders.csv", index=False
    )
    pd.DataFrame(
        {
            "person": ["p1", "p2", "p3", "p4"],
            "uses_web": ["true", "true", "false", "false"],
            "uses_app": ["false"] * 4,
        }
    ).to_csv(raw / "truth_segments.csv", index=False)
    return run, raw


def test_a_few_rows_by_hand(folders):
    frame, line = compare_together(*folders, key=KEY)
    told = frame.set_index("figure")

    assert told.loc["planted_pair_rank", ["found", "truth", "n"]].tolist() == [2, 1, 2]
    assert told.loc["planted_pair_rate", ["found", "low", "high", "truth"]].tolist() == [
        0.04,
        0.01,
        0.07,
        0.05,
    ]
    assert told.loc["other_pairs_declared", "found"] == 1
    assert told.loc["recommenders_found", ["found", "n"]].tolist() == [0.75, 4]
    # Reached 4 (as two persons), 3, 1 and, not found, 0; in truth 4, 3, 1 and 2.
    assert told.loc["sphere_rank_correlation", "found"] == pytest.approx(0.8)
    # To real persons who are known: 3, 2, 1 and none.
    assert told.loc["sphere_rank_ceiling", "found"] == pytest.approx(0.8)
    assert told.loc["offline_persons_with_journeys", ["found", "n"]].tolist() == [0.5, 2]
    assert "rank 2 of 2, 1 others declared" in line
    assert "1 of 2 persons" in line


def test_a_pair_that_too_few_have_has_no_rank(folders):
    run, raw = folders
    pq.write_table(table("CHANNEL_PAIRS").to_arrow(), run / "03_journeys" / "channel_pairs.parquet")
    frame, line = compare_together(run, raw, key=KEY)
    assert math.isnan(frame.set_index("figure").loc["planted_pair_rank", "found"])
    assert "too rare" in line
