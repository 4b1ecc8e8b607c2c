"""One small project in which the main job has run, for all tests of the whole."""

import pytest

from benchmarks.projects import Project, new_project


@pytest.fixture(scope="session")
def finished(tmp_path_factory) -> Project:
    """A project in which the main job has run once, reports and tracking included; read it only."""
    project = new_project(tmp_path_factory.mktemp("finished"), persons=150)
    ended = project.journey("run")
    assert ended.returncode == 0, ended.stderr
    project.said = ended.stdout
    return project


@pytest.fixture
def project(finished, tmp_path) -> Project:
    """A copy of the finished project to change at will; it does not tell MLflow."""
    copied = finished.copy(tmp_path / "project")
    copied.settings["JOURNEY_MLRUNS"] = "off"
    return copied
