"""The starter: read by old Pythons, stopped at any point, and out of the way once it is done."""

import ast
import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
STARTER = ROOT / "bootstrap.py"


@pytest.fixture
def bootstrap():
    spec = importlib.util.spec_from_file_location("bootstrap", STARTER)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def project(tmp_path):
    """A folder with a lock, a project file and no .venv."""
    (tmp_path / "requirements.lock").write_text("cython==1 \\\n    --hash=sha256:0\nnumpy==2\nzipp==3\n")
    (tmp_path / "pyproject.toml").write_text("[project]\n")
    return tmp_path


class Installer:
    """Stands in for uv and pip: makes what they make, and can be cut off."""

    def __init__(self, bootstrap, cut_off_at=None):
        self.bootstrap, self.cut_off_at, self.began, self.kept = bootstrap, cut_off_at, 0, []

    def __call__(self, root, keep=False):
        self.began += 1
        self.kept.append(keep)
        if not keep:
            self.bootstrap.remove(root / ".venv")
        python = Path(self.bootstrap.script("python", root))
        python.parent.mkdir(parents=True, exist_ok=True)
        (root / ".venv" / "pyvenv.cfg").write_text("home = x\nversion = 3.11.7\n")
        if self.began == self.cut_off_at:
            raise KeyboardInterrupt
        (root / ".venv" / f"installed_{self.began}").touch()
        python.touch()


def installed(root):
    return sorted(path.name for path in (root / ".venv").glob("installed_*"))


def start(*arguments, **variables):
    return subprocess.run(
        [sys.executable, STARTER, *arguments],
        env={**os.environ, **variables},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_python_3_6_can_read_it_and_it_needs_the_standard_library_alone():
    tree = ast.parse(STARTER.read_text(encoding="utf-8"), feature_version=(3, 6))

    imported = {name.name for node in ast.walk(tree) if isinstance(node, ast.Import) for name in node.names}
    imported |= {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert {name.split(".")[0] for name in imported} <= sys.stdlib_module_names
    assert "__future__" not in imported  # what 3.11 needs from it, 3.6 does not know


def test_help_and_refusals_say_so_without_installing_anything():
    assert start("--help").returncode == 0
    refused = start("fly")

    assert refused.returncode == 2
    assert refused.stderr.splitlines() == [
        "there is no command 'fly'; python3 bootstrap.py --help lists them"
    ]


def test_a_finished_installation_is_used_as_it_is(bootstrap, project, monkeypatch):
    monkeypatch.setattr(bootstrap, "install", installer := Installer(bootstrap))

    assert [bootstrap.ensure_venv(project) for _ in range(3)] == [True, False, False]
    assert installer.began == 1


def test_an_installation_that_was_cut_off_is_made_afresh(bootstrap, project, monkeypatch):
    monkeypatch.setattr(bootstrap, "install", installer := Installer(bootstrap, cut_off_at=1))
    with pytest.raises(KeyboardInterrupt):
        bootstrap.ensure_venv(project)
    (project / ".venv" / "half_written").touch()

    assert bootstrap.ensure_venv(project)

    assert installer.kept == [False, False]
    assert not (project / ".venv" / "half_written").exists()
    assert not bootstrap.ensure_venv(project)


def test_another_lock_brings_packages_up_to_date_and_a_cut_there_starts_afresh(
    bootstrap, project, monkeypatch
):
    monkeypatch.setattr(bootstrap, "install", installer := Installer(bootstrap, cut_off_at=2))
    bootstrap.ensure_venv(project)
    (project / "requirements.lock").write_text("numpy==3\n")

    with pytest.raises(KeyboardInterrupt):
        bootstrap.ensure_venv(project)
    bootstrap.ensure_venv(project)

    assert installer.kept == [False, True, False]
    assert installed(project) == ["installed_3"]


def test_a_moved_folder_or_a_lost_python_is_made_afresh(bootstrap, project, monkeypatch, tmp_path_factory):
    monkeypatch.setattr(bootstrap, "install", installer := Installer(bootstrap))
    bootstrap.ensure_venv(project)
    moved = tmp_path_factory.mktemp("elsewhere") / "moved"
    project.rename(moved)

    assert bootstrap.ensure_venv(moved)
    Path(bootstrap.script("python", moved)).unlink()
    assert bootstrap.ensure_venv(moved)

    assert installer.kept[1] is False


def test_build_tools_come_first_then_everything_by_hash_then_the_project(bootstrap, project, monkeypatch):
    (project / ".venv").mkdir()
    commands = []
    monkeypatch.setattr(bootstrap, "watch", lambda command, what: commands.append(command))

    bootstrap.install_lock(project, ["pip", "install"])

    tools, everything, itself = commands
    assert Path(tools[-1]).read_text() == "cython==1 \\\n    --hash=sha256:0\n"
    assert everything[-1] == str(project / "requirements.lock")
    assert "--require-hashes" in tools
    assert {"--require-hashes", "--no-build-isolation"} <= set(everything)
    assert {"--no-deps", "--no-build-isolation", "-e"} <= set(itself)


posix_only = pytest.mark.skipif(os.name == "nt", reason="makes executable files of the POSIX kind")


def make_executable(path, text):
    path.parent.mkdir(exist_ok=True)
    path.write_text(text)
    path.chmod(0o755)


@posix_only
def test_a_python_on_the_path_is_taken_only_if_it_starts(bootstrap, tmp_path, monkeypatch):
    make_executable(tmp_path / "shims" / "python3.12", "#!/bin/sh\necho 'command not found' >&2\nexit 127\n")
    make_executable(tmp_path / "lying" / "python3.12", "#!/bin/sh\necho 3.9\n")
    make_executable(tmp_path / "good" / "python3.11", "#!/bin/sh\necho 3.11\n")
    folders = [str(tmp_path / name) for name in ("missing", "shims", "lying", "good")]
    monkeypatch.setenv("PATH", os.pathsep.join(folders))
    monkeypatch.setattr(bootstrap.sys, "version_info", (3, 9, 0))

    assert bootstrap.find_python() == str(tmp_path / "good" / "python3.11")


def test_without_a_fitting_python_or_uv_it_refuses_in_one_line(bootstrap, project, monkeypatch, capsys):
    monkeypatch.setenv("PATH", str(project))
    monkeypatch.setattr(bootstrap.sys, "version_info", (3, 9, 0))
    monkeypatch.setattr(bootstrap, "ROOT", project)

    assert bootstrap.main(["run"]) == 2

    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert "3.9" in said
    assert "3.11 or 3.12" in said
    assert not (project / ".venv").exists()


def test_a_python_without_ensurepip_takes_the_outer_pip(bootstrap, project, monkeypatch):
    commands = []

    def watch(command, what):
        commands.append(command)
        (project / ".venv").mkdir(exist_ok=True)

    monkeypatch.setattr(bootstrap, "watch", watch)
    monkeypatch.setattr(bootstrap, "succeeds", lambda command: "import ensurepip" not in command)

    bootstrap.install_with_pip(project, "outer", keep=False)

    assert "--without-pip" in commands[0]
    assert commands[1][:5] == ["outer", "-m", "pip", "--python", bootstrap.script("python", project)]

    monkeypatch.setattr(bootstrap, "succeeds", lambda command: False)
    with pytest.raises(bootstrap.Refused, match="neither ensurepip nor pip"):
        bootstrap.install_with_pip(project, "outer", keep=False)


def test_an_installer_that_fails_is_quoted(bootstrap):
    with pytest.raises(bootstrap.InstallFailed, match="the hash is another one"):
        bootstrap.watch(
            [sys.executable, "-c", "print('the hash is another one'); raise SystemExit(1)"], "installing"
        )


def test_every_check_runs_to_its_end_and_what_failed_is_listed(bootstrap, tmp_path, capfd):
    results = tmp_path / "results.xml"
    report = (
        "<testsuite><testcase><skipped message='no browser'/></testcase>"
        "<testcase><skipped message='no browser'/></testcase></testsuite>"
    )
    steps = [
        ("format", [sys.executable, "-c", "raise SystemExit(1)"]),
        ("tests", [sys.executable, "-c", f"open({str(results)!r}, 'w').write({report!r})"]),
    ]

    assert bootstrap.check(steps, results) == 1

    said = capfd.readouterr().out
    assert "2 tests skipped" in said
    assert "2 x no browser" in said
    assert said.rstrip().endswith("failed: format")
    assert bootstrap.check(steps[1:], results) == 0


def test_tasks_report_nobodys_work_and_find_this_environment_first(bootstrap):
    variables = bootstrap.surroundings()

    assert variables["DO_NOT_TRACK"] == "true"
    assert variables["PATH"].split(os.pathsep)[0] == str(Path(bootstrap.script("python")).parent)
    assert variables["JUPYTER_CONFIG_PATH"].split(os.pathsep)[0] == str(ROOT / "conf" / "jupyter")


def test_jupyterlab_asks_nobody_for_news(bootstrap, monkeypatch):
    """JupyterLab's own reader finds our settings where the task points it."""
    monkeypatch.setenv("JUPYTER_CONFIG_PATH", bootstrap.surroundings()["JUPYTER_CONFIG_PATH"])
    asked = (
        "from jupyterlab.labapp import LabApp\n"
        "from jupyterlab_server.settings_utils import _get_overrides\n"
        "app = LabApp(); app.config_file_paths; app.load_config_file()\n"
        "print(app.news_url, app.check_for_updates_class.__name__)\n"
        "print(_get_overrides('nowhere')[0]['@jupyterlab/apputils-extension:notification'])\n"
    )
    told = subprocess.run(
        [sys.executable, "-c", asked], capture_output=True, text=True, timeout=60, check=True
    ).stdout.splitlines()

    assert told == ["None NeverCheckForUpdate", "{'checkForUpdates': False, 'fetchNews': 'false'}"]
