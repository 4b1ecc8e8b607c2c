"""Segments held against the truth of a world small enough to check by hand."""

import json

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest

from benchmarks.journey_truth.segments import CEILING, FOUND, MAIN, REAL, recover_segments, told_line
from journey_research.pipelines.journeys.segmentation.segments import segment_persons
from journey_research.privacy.pseudonyms import pseudonym
from tests.pipelines.journeys.segmentation.people_of_kinds import KINDS, RULE, persons_of
from tests.worlds import table

KEY = b"a key of the tests, long enough"


@pytest.fixture(scope="module")
def told(tmp_path_factory):
    """A run whose persons are right but for one real person in two, and the truth beside it."""
    folder = tmp_path_factory.mktemp("world")
    run, raw = folder / "runs" / "one", folder / "raw"
    run.mkdir(parents=True)
    raw.mkdir()
    touches, pages, outcomes, orders, as_of = persons_of(KINDS.values(), 20)
    ids = sorted(set(touches.to_pandas()["person_id"]))
    real = {person: f"p{person[7]}{'001' if person[8:] == '000' else person[8:]}" for person in ids}
    records = {person: f"web:{person[7:]}" for person in ids}
    seen = touches.to_pandas()
    content = pages.to_pandas().set_index("touch_id")["content_id"].reindex(seen["touch_id"])
    told_pages = content.astype(object).where(content.notna(), None)
    bought = outcomes.to_pandas()
    owned = orders.to_pandas().drop(columns="record_id")
    owned = owned.merge(bought[["outcome_id", "person_id"]], left_on="order_id", right_on="outcome_id")
    orders = table(
        "ORDERS",
        *({"order_id": order, "record_id": records[person], "status": "paid"}
          for order, person in zip(owned["order_id"], owned["person_id"], strict=True)),
    )  # fmt: skip
    tables = {
        "journey_touches": touches, "outcomes": outcomes, "orders": orders, "as_of": as_of,
        "segments": segment_persons(touches, pages, outcomes, orders, as_of, RULE)[0],
        "touches": table("TOUCHES", *(
            {"touch_id": touch, "record_id": records[person], "content_id": page}
            for touch, person, page in zip(seen["touch_id"], seen["person_id"], told_pages, strict=True)
        )),
        "people": table("PEOPLE", *({"record_id": records[one], "person_id": one} for one in ids)),
        "true_people": table("TRUE_PEOPLE", *(
            {"record_id": records[one], "true_person_id": pseudonym("truth_people", real[one], KEY, "person")}
            for one in ids
        )),
    }  # fmt: skip
    for name, one in tables.items():
        pq.write_table(one.to_arrow(), run / f"{name}.parquet")
    outputs = {name: {"file": f"runs/one/{name}.parquet"} for name in tables}
    manifest = {"outputs": outputs, "parameters": {"segment_rule": RULE.__dict__}}
    (run / "manifest.json").write_text(json.dumps(manifest))
    people = pd.DataFrame({"person": sorted(set(real.values()))})
    people["segment"] = people["person"].str[1].map(dict(zip("012", KINDS, strict=True)))
    people["channel_preference"] = np.resize(["web", "email"], len(people))
    people["uses_web"], people["uses_app"] = people["segment"] != "shop", True
    people.to_csv(raw / "truth_segments.csv", index=False)
    return recover_segments(run, raw, KEY, n_trees=10)


def test_planted_segments_are_recovered_and_chance_is_not(told):
    found = told.set_index(["view", "truth", "method"])["adjusted_rand"]

    assert found[(FOUND, "segment", "run")] == 1
    for view in (FOUND, MAIN, REAL):
        assert found[(view, "segment", "kmeans")] > 0.9
        assert found[(view, "segment", "deed_mixture")] > 0.9
        assert found[(view, "segment", CEILING)] > 0.9
        assert abs(found[(view, "channel_preference", "kmeans")]) < 0.1


def test_each_view_has_its_persons(told):
    n = told.groupby("view")["n"].agg(["min", "max"])

    assert n.loc[FOUND].tolist() == [60, 60]
    assert n.loc[MAIN].tolist() == [57, 57]
    assert n.loc[REAL].tolist() == [57, 57]


def test_the_line_tells_view_figure_and_ceiling(told):
    line = told_line(told)

    assert line.startswith("planted segments, adjusted Rand index: ")
    assert "persons found: " in line
    assert line.count("ceiling") == 4
    assert "often seen: " in line
