"""Ids of persons through five runs of a very small shop: joined, cut apart by a reviewer, joined again."""

import json
import shutil
from collections import Counter
from types import SimpleNamespace

import pyarrow.parquet as pq
import pytest

from benchmarks.projects import ROOT
from journey_research.commands.project import session_of
from journey_research.engine import Table, duckdb_engine
from journey_research.pipelines.identity.lasting_ids import replay
from journey_research.pipelines.identity.lasting_people import who_answers
from journey_research.runs.files import sha256_of
from journey_research.runs.recreating import recreate
from journey_research.runs.workspace import Workspace

pytestmark = pytest.mark.slow
BUSINESS = """
business:
  name: a very small shop
  goals: {sell: More is sold.}
  expected_data_classes: []
"""
MAPPING = """
till:
  version: 1
  file: till.csv
  format: csv
  grain: order
  data_class: transactional
  times: {at: iso}
  record: {key: customer, recorded_at: at}
  identifiers:
    - {value: card, type: loyalty_id, when: at}
  touch:
    key: order
    when: at
    channel: {is: store}
    direction: {is: inbound}
    initiative: {is: customer}
    action: {is: shop_visited}
  order:
    key: order
    when: at
    status: {is: paid}
    channel: {is: store}
    total: total
    currency: {is: EUR}
"""
# Ada's two records show one card, and so do Bob's two.
TILL = """order,customer,card,at,total
1,ada,17,2025-01-06T10:00:00Z,10
2,ada,17,2025-01-07T10:00:00Z,15
3,adas sister,17,2025-01-08T10:00:00Z,20
4,bob,18,2025-01-08T11:00:00Z,40
5,rob,18,2025-01-09T11:00:00Z,80
"""
JUDGED = """source_a,key_a,source_b,key_b,answer,reviewer,judged_at
till,ada,till,adas sister,distinct,eve,2025-02-01T10:00:00Z
"""


def new_shop(root):
    for name in ("conf/base", "notebooks"):
        shutil.copytree(ROOT / name, root / name, ignore=shutil.ignore_patterns("scratch", ".*"))
    for name in ("pyproject.toml", "requirements.lock", "conf/logging.yml"):
        shutil.copy2(ROOT / name, root / name)
    raw, sources = root / "data/shop/00_raw", root / "conf/shop/sources"
    for folder in (root / "src", raw, sources):
        folder.mkdir(parents=True)
    (sources.parent / "business.yml").write_text(BUSINESS)
    (sources.parent / "globals.yml").write_text("pseudonym_key: a key that only the tests know of\n")
    (sources / "till.yml").write_text(MAPPING)
    shutil.copy2(ROOT / "conf/demo/sources/reviewer_judgements.yml", sources)
    (raw / "till.csv").write_text(TILL)
    return root


def run_once(root, params=None, stages=("ingestion", "identity")):
    """Run some stages; what came out, told from the files alone."""
    with session_of("shop", params or {}) as session:
        session.run(pipeline_names=list(stages))
    workspace = Workspace.of(root, "shop")
    manifest = workspace.manifest()
    tables = {
        name: pq.read_table(workspace.root / manifest["outputs"][name]["file"])
        for name in ("people", "person_events", "identity_changes")
    }
    return SimpleNamespace(
        manifest=manifest,
        hashes={name: made["sha256"] for name, made in manifest["outputs"].items()},
        number=manifest["figures"]["identity.run_number"],
        person_of={row["record_id"]: row["person_id"] for row in tables["people"].to_pylist()},
        events=tables["person_events"].to_pylist(),
        log=Table.from_arrow(tables["person_events"]),
        changes=tables["identity_changes"].to_pylist(),
    )


@pytest.fixture(scope="module")
def lived(tmp_path_factory):
    """The shop after its runs, and what each of them said."""
    root = new_shop(tmp_path_factory.mktemp("shop").resolve() / "project")
    judged = root / "data/shop/00_raw/reviewer_judgements.csv"
    patch = pytest.MonkeyPatch()
    patch.chdir(root)
    patch.setenv("JOURNEY_MLRUNS", "off")
    try:
        first, same = run_once(root), run_once(root, stages=["identity"])
        judged.write_text(JUDGED)
        cut = run_once(root)
        again = recreate(root, Workspace.of(root, "shop"), cut.manifest["run_id"])
        part = run_once(root, stages=["ingestion"])
        judged.unlink()
        joined = run_once(root, {"runs": {"keep_runs": 1}})
        yield SimpleNamespace(
            root=root, first=first, same=same, cut=cut, part=part, joined=joined, recreated=again
        )
    finally:
        duckdb_engine.configure(duckdb_engine.DuckDBLimits())
        patch.undo()


def sizes_of(run):
    """Records of each person, smallest first."""
    return sorted(Counter(run.person_of.values()).values())


def test_the_first_run_knew_nobody_before(lived):
    assert sizes_of(lived.first) == [2, 2]
    assert "past" not in lived.first.manifest["outputs"]["person_events"]
    assert {row["cause"] for row in lived.first.changes} == {"new"}


def test_a_run_that_changes_nothing_makes_the_same_bytes_and_names_what_it_read(lived):
    assert lived.same.hashes == lived.first.hashes
    assert lived.same.manifest["inputs"]["past/person_events"] == lived.first.hashes["person_events"]


def test_judged_distinct_the_person_is_split_and_it_is_said_what_moved(lived):
    moved = {r for r, who in lived.cut.person_of.items() if who != lived.first.person_of[r]}
    came = [row for row in lived.cut.events if row["run_number"] == 2]

    assert len(moved) == 1  # of Ada's two records one keeps the id; Bob's are not touched
    assert sizes_of(lived.cut) == [1, 1, 2]
    assert [(row["event"], row["cause"]) for row in came] == [("split", "whole"), ("moved", "split")]
    assert {row["record_id"] for row in came} == {None, *moved}
    told = [row for row in lived.cut.changes if row["run_number"] == 2]
    assert {(row["subject"], row["n_persons"], row["n_records"]) for row in told} == {
        ("person", 1, 1),
        ("record", 1, 1),
    }
    # Ada's own record has two touches and 25; her sister's has one and 20.
    assert {(row["n_touches"], row["n_orders"], float(row["order_amount"])) for row in told} <= {
        (2, 2, 25.0),
        (1, 1, 20.0),
    }


def test_the_judgement_taken_back_all_is_as_it_was_and_no_id_came_twice(lived):
    assert lived.joined.person_of == lived.first.person_of
    assert [row["event"] for row in lived.joined.events if row["run_number"] == 3] == ["moved", "merged"]
    begun = [row["person_id"] for row in lived.joined.events if row["event"] in ("created", "split")]
    assert len(begun) == len(set(begun)) == 3


def test_the_log_only_grows_and_answers_for_every_run(lived):
    for run in (lived.first, lived.same, lived.cut):
        assert lived.joined.events[: len(run.events)] == run.events
        told = replay(lived.joined.log, run.number).to_arrow().to_pylist()
        assert {row["record_id"]: row["person_id"] for row in told} == run.person_of
    ended = set(lived.cut.person_of.values()) - set(lived.joined.person_of.values())
    assert {who_answers(lived.joined.log, person) for person in ended} <= set(lived.first.person_of.values())


def test_a_part_of_the_graph_carries_the_log_forward_and_the_next_run_goes_on_from_it(lived):
    was, part = (run.manifest["outputs"]["person_events"] for run in (lived.cut, lived.part))

    assert part == was
    assert "past/person_events" not in lived.part.manifest["inputs"]
    assert lived.joined.manifest["outputs"]["person_events"]["past"] == {
        "sha256": was["sha256"],
        "rows": was["rows"],
    }


def test_a_run_that_went_on_from_another_is_recreated_equal(lived):
    assert lived.recreated == []


def test_old_runs_go_and_the_log_stays(lived):
    kept = sorted(folder.name for folder in (lived.root / "data/shop/runs").iterdir())

    assert kept == [lived.joined.manifest["run_id"]]
    assert len(lived.joined.events) == 10


def test_a_log_that_was_changed_stops_the_run(lived, tmp_path, monkeypatch):
    root = tmp_path / "project"
    shutil.copytree(lived.root, root)
    workspace = Workspace.of(root, "shop")
    output = workspace.manifest()["outputs"]["person_events"]
    path = workspace.root / output["file"]
    pq.write_table(pq.read_table(path).slice(0, 5), path)
    assert sha256_of(path) != output["sha256"]
    monkeypatch.chdir(root)
    monkeypatch.setenv("JOURNEY_MLRUNS", "off")

    with pytest.raises(Exception, match="'person_events' of the run before is gone or was changed"):
        run_once(root, stages=["identity"])

    failed = [
        json.loads(path.read_text())["error"]
        for path in workspace.runs.glob("*/manifest.json")
        if json.loads(path.read_text())["status"] == "failed"
    ]
    assert len(failed) == 1
