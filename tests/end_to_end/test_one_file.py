"""One CSV with touches and nothing else is enough for the whole job and its reports."""

import json
import shutil

import pytest

from benchmarks.projects import ROOT, Project

pytestmark = pytest.mark.slow
MAPPING = """
visits:
  version: 1
  file: visits.csv
  format: csv
  grain: visit
  data_class: marketing
  times: {at: iso}
  record: {key: visitor, kind: anonymous, recorded_at: at}
  touch:
    key: visit
    when: at
    channel: channel
    direction: {is: inbound}
    initiative: {is: customer}
    action: {is: page_viewed}
    campaign_id: campaign
"""
BUSINESS = """
business:
  name: the small site
  goals: {be_read: Who comes reads on., earn: Readers bring money., grow: More come.}
  kpis:
    touches: {goal: be_read, figure: touches, owner: head of the desk, stage: connection}
    revenue: {goal: earn, figure: revenue, owner: head of sales, stage: customer}
  expected_data_classes: [marketing]
"""
ROWS = [
    "visit,visitor,at,channel,campaign",
    *(
        f"{n},v{n % 17},2025-03-{n % 28 + 1:02d}T{n % 24:02d}:00:00Z,{('email', 'direct')[n % 2]},c{n % 3}"
        for n in range(200)
    ),
]


@pytest.fixture(scope="module")
def small_site(tmp_path_factory):
    root = tmp_path_factory.mktemp("small_site")
    for name in ("conf", "notebooks"):
        shutil.copytree(ROOT / name, root / name, ignore=shutil.ignore_patterns("scratch", ".*"))
    for name in ("pyproject.toml", "requirements.lock"):
        shutil.copy2(ROOT / name, root / name)
    for folder in ("src", "conf/visits/sources", "data/visits/00_raw"):
        (root / folder).mkdir(parents=True)
    (root / "conf/visits/sources/visits.yml").write_text(MAPPING)
    (root / "conf/visits/business.yml").write_text(BUSINESS)
    (root / "data/visits/00_raw/visits.csv").write_text("\n".join(ROWS) + "\n")
    project = Project(root, {"JOURNEY_MLRUNS": "off"})
    ended = project.journey("run", "--env", "visits")
    assert ended.returncode == 0, ended.stderr
    project.said = ended.stderr
    return project


def test_the_job_runs_to_its_reports(small_site):
    manifest = small_site.manifest("visits")

    assert manifest["status"] == "done"
    assert manifest["outputs"]["touches"]["rows"] == 200
    assert {"weekly_report", "identity_report", "conversion_report", "index"} <= set(manifest["reports"])
    for page in manifest["reports"].values():
        assert (small_site.root / "data/visits" / page).stat().st_size > 1_000
    weekly = (small_site.root / "data/visits" / manifest["reports"]["weekly_report"]).read_text()
    assert "head of the desk" in weekly
    assert "connection" in weekly


def test_a_goal_that_no_figure_measures_is_warned_of(small_site):
    warned = [line for line in small_site.said.splitlines() if "is measured by no figure" in line]

    assert len(warned) == 1
    assert "goal 'grow'" in warned[0]


def test_what_has_no_source_stands_on_no_file_and_says_so(small_site):
    manifest = small_site.manifest("visits")
    [read] = manifest["inputs"].values()

    rows = {row["kpi"]: row for row in manifest["lineage"]["kpis"]}
    assert rows["touches"]["sha256"] == [read[:12]]
    assert (rows["revenue"]["source"], rows["revenue"]["sha256"]) == (None, [])
    told = small_site.journey("show", "--env", "visits", "--lineage", "revenue")
    assert "none: no source of this environment gives such rows" in told.stdout
    as_json = small_site.journey("show", "--env", "visits", "--lineage", "touches", "--json")
    assert [one["sha256"] for one in json.loads(as_json.stdout)["files"]] == [read]
