"""A built wheel gives the verbs in any folder, without the workbench's packages."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
# What belongs to the workbench alone: importing it fails, as where it is not installed.
BLOCKER = """
import sys

WORKBENCH = {
    "anywidget", "ipywidgets", "kedro", "mlflow", "papermill", "jupyterlab", "nbconvert", "openpyxl",
    "psutil",
}


class Absent:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in WORKBENCH:
            raise ModuleNotFoundError(f"No module named '{name}'", name=name)


sys.meta_path.insert(0, Absent())
"""
PATHS = "path,conversions\nsearch > email,3\nemail,2\nsearch,1\n"
EVENTS = "who,when,what\n7,2025-01-01T10:00:00,view\n7,2025-01-01T10:05:00,buy\n8,2025-01-01T11:00:00,view\n"
ORDERS = "who,when\n" + "".join(
    f"{person},2024-{month:02d}-{person % 27 + 1:02d}\n"
    for person in range(40)
    for month in range(1, 2 + person % 9)
)
RECORDS = "no,name,email\n" + "".join(
    f"{number:03d},Person {number // 2} Example,person{number // 2}@example.org\n" for number in range(80)
)


@pytest.fixture(scope="module")
def installed(tmp_path_factory) -> Path:
    """The wheel, unpacked in a folder of its own."""
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    (wheel,) = folder.glob("*.whl")
    with zipfile.ZipFile(wheel) as packed:
        packed.extractall(folder / "site")
    (folder / "site" / "sitecustomize.py").write_text(BLOCKER)
    return folder / "site"


def run(installed: Path, folder: Path, *arguments: str) -> subprocess.CompletedProcess:
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(installed), "HOME": str(folder)},
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_wheel_holds_the_package_and_nothing_else(installed):
    top = {path.name.split("-")[0] for path in installed.iterdir()}

    assert top == {"journey_research", "sitecustomize.py"}
    assert list((installed / "journey_research" / "verbs").glob("*.sql"))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("text", "arguments", "made"),
    [
        (PATHS, "attribute in.csv --path path --conversions conversions --out out.csv", "out.csv"),
        (EVENTS, "journeys in.csv --person who --time when --event what --out out", "out/sessions.csv"),
        (
            ORDERS,
            "lifetime-value in.csv --person who --time when --calibration-end 2024-12-31 --out out.csv",
            "out.csv",
        ),
        (RECORDS, "resolve in.csv --id no --out out.csv", "out.csv"),
    ],
    ids=["attribute", "journeys", "lifetime-value", "resolve"],
)
def test_a_verb_works_without_the_workbench(installed, tmp_path, text, arguments, made):
    (tmp_path / "in.csv").write_text(text)

    ended = run(installed, tmp_path, "-m", "journey_research.command", *arguments.split())

    assert ended.returncode == 0, ended.stderr
    assert (tmp_path / made).is_file()
    where = run(installed, tmp_path, "-c", "import journey_research; print(journey_research.__file__)")
    assert Path(where.stdout.strip()).is_relative_to(installed)


def test_the_workbench_says_what_is_missing(installed, tmp_path):
    (tmp_path / "pyproject.toml").write_text("[tool.kedro]\n")
    (tmp_path / "conf" / "demo" / "sources").mkdir(parents=True)

    ended = run(installed, tmp_path, "-m", "journey_research.command", "run")

    assert ended.returncode == 2
    assert "journey_research[workbench]" in ended.stderr
    assert len(ended.stderr.splitlines()) == 1
