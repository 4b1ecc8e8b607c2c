"""The main job on a tiny world: what it says, what it keeps, and that it can be made again."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from benchmarks.projects import ROOT
from benchmarks.same_bytes import change_one_value
from journey_research.pipelines.identity.evidence import BLOCKED_VALUES
from journey_research.runs.files import sha256_of

pytestmark = pytest.mark.slow
TABLES_ONLY = "ingestion,identity,journeys,conversion,decisions"


def table(project, name):
    return pq.read_table(project.data / project.manifest()["outputs"][name]["file"]).to_pylist()


# --- what it says ---------------------------------------------------------------------------


def test_it_ends_with_what_a_reader_wants_to_know(finished):
    said = finished.said

    assert re.search(r"[\d,]+ records -> [\d,]+ persons", said)
    assert re.search(r"precision [01]\.\d+ \(.*\), recall 0\.\d+ \(.*\): records with a name", said)
    assert re.search(r"([\d,]+) read = ([\d,]+) accepted \+ ([\d,]+) rejected", said)
    assert said.count("Figure ") == 3
    assert re.search(r"Reports .*06_reports/index\.html", said)
    assert re.search(r"Next .*journey show", said)


def test_every_row_is_accounted_for(finished):
    files = table(finished, "source_files")
    rejected = table(finished, "rejected")

    assert all(file["n_rows"] == file["n_accepted"] + file["n_rejected"] for file in files)
    assert sum(file["n_rejected"] for file in files) == len(rejected) > 0
    read = sum(file["n_rows"] for file in files)
    assert f"{read:,} read = " in finished.said


# Damage -> how the rule that finds it begins.
FOUND_BY = {
    "bytes": ("is UTF-8 text",),
    "cut": ("has ", "is JSON", "closes its quotes", "is present"),
    "day": ("is a day", "is a time", "ends in Z or an offset"),
    "extra": ("has ",),
    "json": ("is JSON",),
    "number": ("is a number", "is a whole number"),
    "quote": ("closes its quotes", "has "),
    "text": ("is a day", "is a time", "is a number"),
}


def test_planted_dirt_is_found_rule_by_rule_and_nothing_else(finished):
    told = table(finished, "dirt_found")

    assert sum(row["n_planted"] for row in told) == len(table(finished, "planted_dirt")) > 10
    for row in told:
        assert row["n_found"] == row["n_planted"], row
        assert row["n_false"] == 0, row
        assert row["rule"].startswith(FOUND_BY[row["damage"]]), row
    assert re.search(r"dirt: (\d+) rows damaged on purpose, \1 found, 0 falsely set aside", finished.said)


def test_every_single_file_can_be_shown(finished):
    told = finished.journey("show", "--files").stdout.splitlines()

    assert len(told) == len(table(finished, "source_files")) > 60
    for line in told:
        read, accepted, rejected = (
            int(one.replace(",", ""))
            for one in re.search(r"([\d,]+) = +([\d,]+) \+ +([\d,]+)$", line).groups()
        )
        assert read == accepted + rejected


def test_the_manifest_has_what_verbs_promise(finished):
    manifest = finished.manifest()
    promised = "run_id environment status started_at inputs code lock config seeds labels tzdata as_of "
    promised += "outputs figures"

    assert set(promised.split()) <= set(manifest)
    assert manifest["status"] == "done"
    assert all(re.fullmatch("[0-9a-f]{64}", value) for value in manifest["inputs"].values())
    assert all({"sha256", "rows"} <= set(output) for output in manifest["outputs"].values())
    assert all(isinstance(value, float | int) for value in manifest["figures"].values())
    for output in manifest["outputs"].values():
        assert sha256_of(finished.data / output["file"]) == output["sha256"]


def test_inputs_are_the_files_that_were_read(finished):
    for name, hashed in finished.manifest()["inputs"].items():
        assert sha256_of(finished.data / "00_raw" / name.split("/", 1)[1]) == hashed


def test_four_reports_and_an_index_stand_alone(finished):
    reports = finished.manifest()["reports"]

    assert set(reports) == {
        "weekly_report",
        "identity_report",
        "journeys_report",
        "conversion_report",
        "index",
    }
    for file in reports.values():
        page = (finished.data / file).read_text(encoding="utf-8")
        assert not re.search(r"<(script|link|img|iframe)[^>]+(src|href)=[\"']?(https?:)?//", page), file
        assert finished.manifest()["run_id"] in page


def test_mlflow_holds_one_finished_run_with_parameters_metrics_and_artefacts(finished):
    import mlflow

    client = mlflow.MlflowClient(f"sqlite:///{finished.root}/mlruns/mlflow.db")
    experiment = client.get_experiment_by_name("demo")
    runs = client.search_runs([experiment.experiment_id])

    assert [run.info.status for run in runs] == ["FINISHED"]
    run = runs[0]
    assert run.data.tags["journey.run_id"] == finished.manifest()["run_id"]
    assert run.data.metrics["identity.pairwise_f1"] == finished.manifest()["figures"]["identity.pairwise_f1"]
    assert run.data.params["world.world_seed"] == "1"
    names = {
        item.path
        for folder in ("reports", "figures", "models")
        for item in client.list_artifacts(run.info.run_id, folder)
    }
    assert "reports/weekly_report.html" in names
    assert "models/identity_model.json" in names
    assert any(name.endswith(".png") for name in names)


# --- people's data --------------------------------------------------------------------------


def test_personal_values_stay_in_the_raw_files_and_the_vault(finished):
    """Decoded columns of tables, pages, notebooks, the tracking database: none holds an e-mail or a name."""
    values = pq.read_table(
        finished.data / finished.manifest()["outputs"]["record_values"]["file"]
    ).to_pandas()
    # Values that say nothing stand in the parameters; they are nobody's.
    emails = set(values["email"].dropna()) - set(BLOCKED_VALUES)
    names = {
        f"{first} {last}"
        for first, last in zip(values["first_name"], values["last_name"], strict=True)
        if first and last
    }
    assert len(emails) > 50
    assert len(names) > 50
    for path in finished.root.rglob("*"):
        inside = path.relative_to(finished.root).parts
        if (
            not path.is_file()
            or "00_raw" in inside
            or "vault" in inside
            or inside[0] in ("conf", "notebooks")
        ):
            continue
        if path.suffix == ".parquet":
            text = pq.read_table(path).to_pandas().to_csv()
        else:
            text = path.read_bytes().decode("utf-8", errors="replace")
        found = [value for value in emails | names if value in text]
        assert not found, f"{path.relative_to(finished.root)} holds {len(found)} personal values"


# --- a review of the run --------------------------------------------------------------------

REVIEW = """
import json, sys
from datetime import UTC, datetime

from journey_research.commands.project import session_of
from journey_research.review.cluster_view import ClusterView
from journey_research.review.pair_review import PairReview
from journey_research.review.reviewed_pairs import pairs_of_run

NOW = datetime(2026, 3, 1, 10, tzinfo=UTC)
with session_of("demo", {}) as session:
    catalog = session.load_context().catalog
    pairs = pairs_of_run(catalog)
    review = PairReview(pairs, sys.argv[1], "ann")
    shown = review.handle({"kind": "ready"}, NOW)
    after = review.handle({"kind": "answer", "pair": shown["pair"], "answer": "same"}, NOW)
    view = ClusterView(pairs, shown["pair"][0], sys.argv[1], "ann").handle({"kind": "ready"}, NOW)
    try:
        catalog.load("record_values")
        is_open = True
    except Exception as refused:
        is_open = "holds people's data" not in str(refused)
said = {"shown": shown, "after": after, "n_pairs": len(pairs.pairs), "view": view, "is_open": is_open}
print("\\n" + json.dumps(said))
"""


def test_a_review_of_the_run_shows_what_the_vault_holds_of_two_records(finished, tmp_path):
    file = tmp_path / "told.jsonl"
    ended = subprocess.run(
        [sys.executable, "-c", REVIEW, str(file)], cwd=finished.root, capture_output=True, text=True,
        env={**os.environ, **finished.settings, "JOURNEY_MLRUNS": "off"}, timeout=120,
    )  # fmt: skip
    assert ended.returncode == 0, ended.stderr[-2000:]
    told = json.loads(ended.stdout.splitlines()[-1])

    assert told["n_pairs"] == finished.manifest()["outputs"]["scored_links"]["rows"]
    values = pq.read_table(
        finished.data / finished.manifest()["outputs"]["record_values"]["file"]
    ).to_pandas()
    row = values.set_index("record_id").loc[told["shown"]["pair"][0]]
    left = {one["field"]: one["left"] for one in told["shown"]["fields"] if one["left"]}
    assert len(left) >= 2  # one value alone is compared with nobody
    for field, pieces in left.items():
        assert "".join(text for text, _ in pieces) == str(row[field])
    assert told["after"]["last"]["sentence"].endswith(".")
    assert told["after"]["pair"] != told["shown"]["pair"]
    assert told["shown"]["pair"][0] in {one["id"] for one in told["view"]["records"]}
    assert not told["is_open"]
    written = file.read_text()
    assert written.count("\n") == 2
    for record_id in {one["id"] for one in told["view"]["records"]} | set(told["shown"]["pair"]):
        written = written.replace(record_id, "")  # an id begins with the name of its source
    assert not [text for pieces in left.values() for text, _ in pieces if len(text) > 3 and text in written]


# --- the same again -------------------------------------------------------------------------


def test_two_runs_a_hash_seed_and_one_thread_change_no_hash(project):
    first = project.hashes()
    for settings, options in (
        ({"PYTHONHASHSEED": "17"}, ()),
        ({"PYTHONHASHSEED": "18"}, ("--params", "duckdb.threads=1")),
    ):
        ended = project.journey("run", "--pipelines", TABLES_ONLY, *options, **settings)
        assert ended.returncode == 0, ended.stderr
        again = project.hashes()
        assert {name for name in first if first[name] != again.get(name)} == set()


def test_recreating_a_run_prints_equal(project):
    ended = project.journey("recreate", "current")

    assert (ended.returncode, ended.stdout) == (0, "equal\n"), ended.stderr


def test_one_changed_value_in_one_source_is_named(project):
    run_id = project.manifest()["run_id"]
    change_one_value(project.data / "00_raw" / "google_ads_campaigns.csv")

    ended = project.journey("recreate", run_id)

    assert ended.returncode == 1
    assert "spend" in ended.stdout.splitlines()
    assert any("google_ads_campaigns.csv" in line for line in ended.stdout.splitlines())


def test_a_part_of_the_graph_carries_the_rest_forward(project):
    before = project.manifest()
    ended = project.journey("run", "--pipelines", "conversion")
    after = project.manifest()

    assert ended.returncode == 0, ended.stderr
    assert after["previous"] == before["run_id"]
    assert after["outputs"]["touches"]["file"] == before["outputs"]["touches"]["file"]
    assert after["outputs"]["credits"]["file"] != before["outputs"]["credits"]["file"]
    assert project.hashes() == {name: made["sha256"] for name, made in before["outputs"].items()}


# --- what a user can mend -------------------------------------------------------------------


def spoil(project, name, change):
    path = project.data / "00_raw" / name
    path.write_bytes(change(path.read_bytes()))


def test_a_rejected_row_is_a_warning_and_a_row_in_rejected(project):
    n_before = len([row for row in table(project, "rejected") if row["source"] == "onetrust_receipts"])
    spoil(project, "onetrust_receipts.jsonl", lambda text: text + b'{"receiptId": "x", \n')

    ended = project.journey("run", "--pipelines", "ingestion")

    assert ended.returncode == 0, ended.stderr
    said = [line for line in ended.stderr.splitlines() if line.startswith("onetrust_receipts:")]
    assert len([line for line in said if "set aside" in line]) == 1
    n_after = len([row for row in table(project, "rejected") if row["source"] == "onetrust_receipts"])
    assert n_after == n_before + 1


@pytest.mark.parametrize(
    ("change", "named"),
    [
        pytest.param(
            lambda raw: (raw / "shopify_orders.csv").write_bytes(
                (raw / "shopify_orders.csv").read_bytes().replace(b"Lineitem price", b"Price of line", 1)
            ),
            ["shopify_orders.csv", "'Lineitem price'"],
            id="missing column",
        ),
        pytest.param(
            lambda raw: (raw / "twilio_calls.csv").unlink(),
            ["twilio_calls*.csv", "file is missing"],
            id="missing file",
        ),
        pytest.param(
            lambda raw: (raw / "meta_ads.csv").write_bytes(b""), ["meta_ads.csv", "empty"], id="empty file"
        ),
    ],
)
def test_what_is_wrong_with_a_file_is_one_line_and_exit_2(project, change, named):
    before = project.manifest()
    change(project.data / "00_raw")

    ended = project.journey("run")

    assert ended.returncode == 2
    told = [line for line in ended.stderr.splitlines() if "Error" in line]
    assert len(told) == 1
    assert all(word in told[0] for word in named), told[0]
    assert "Traceback" not in ended.stderr + ended.stdout
    assert project.manifest() == before


def test_too_many_rejects_stop_the_run_with_the_table_already_saved(project):
    before = project.manifest()
    spoil(project, "segment_events.jsonl", lambda text: text + b"not json\n" * 500)

    ended = project.journey("run")

    assert ended.returncode == 2
    assert "TooManyRejects: segment_events: " in ended.stderr
    assert "first in row" in ended.stderr
    assert project.manifest() == before
    failed = [
        folder
        for folder in (project.data / "runs").iterdir()
        if json.loads((folder / "manifest.json").read_text())["status"] == "failed"
    ]
    assert pq.read_table(failed[0] / "01_ingestion" / "rejected.parquet").num_rows >= 500


def test_an_unknown_environment_is_said_with_those_there_are(project):
    ended = project.journey("run", "--env", "dmeo")

    assert ended.returncode == 2
    assert "no environment 'dmeo'; choose one of " in ended.stderr


def test_a_second_run_at_once_is_refused(project):
    first = project.start("run", "--pipelines", TABLES_ONLY)
    while not list((project.data / "runs").glob("*/begun.json")):
        assert first.poll() is None
    second = project.journey("run")
    first.kill()
    first.wait()

    assert second.returncode == 2
    assert "another run is going on" in second.stderr


# --- plain Kedro, plain users ---------------------------------------------------------------


def test_plain_kedro_run_does_the_same(project):
    import subprocess
    import sys

    before = project.hashes()
    ended = subprocess.run(
        [Path(sys.executable).with_name("kedro"), "run", "--pipelines", "journeys"],
        cwd=project.root,
        env={"PATH": "", "HOME": str(project.root), **project.settings},
        capture_output=True,
        text=True,
        check=False,
    )

    assert ended.returncode == 0, ended.stderr
    assert project.hashes() == before


def test_a_vault_table_does_not_open_in_a_notebook(project):
    import subprocess
    import sys

    code = (
        "from pathlib import Path\n"
        "from journey_research.commands.project import session_of\n"
        "with session_of('demo', {}) as session:\n"
        "    catalog = session.load_context().catalog\n"
        "    print(catalog.load('records').count() > 0)\n"
        "    catalog.load('record_values')\n"
    )
    ended = subprocess.run(
        [sys.executable, "-c", code], cwd=project.root, capture_output=True, text=True, check=False
    )

    assert ended.stdout.startswith("True")
    assert ended.returncode != 0
    assert "holds people's data and opens only for nodes of ingestion, identity and erasure" in ended.stderr


def test_old_runs_go_and_the_newest_stay(project):
    for _ in range(4):
        ended = project.journey("run", "--pipelines", "decisions", "--params", "runs.keep_runs=2")
        assert ended.returncode == 0, ended.stderr
    manifest = project.manifest()

    for output in manifest["outputs"].values():
        assert (project.data / output["file"]).is_file()
    # Two are kept, and the first because their manifests name its tables.
    assert len(list((project.data / "runs").iterdir())) == 3


def test_the_world_is_made_when_it_is_absent(project):
    shutil.rmtree(project.data)
    ended = project.journey("run", "--pipelines", "ingestion", "--params", "world.persons=200")

    assert ended.returncode == 0, ended.stderr
    assert (project.data / "00_raw" / "hubspot_contacts.csv").is_file()


def test_the_exploration_notebook_runs_to_its_end(project):
    import nbformat
    from nbclient import NotebookClient

    notebook = nbformat.read(ROOT / "notebooks" / "exploration.ipynb", as_version=4)
    NotebookClient(
        notebook, timeout=300, kernel_name="python3", resources={"metadata": {"path": str(project.root)}}
    ).execute()

    assert all(cell.execution_count for cell in notebook.cells if cell.cell_type == "code")
