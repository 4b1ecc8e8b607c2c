"""An environment's own key is made once and belongs to its owner."""

import pytest

from journey_research.datasets import PseudonymKey
from journey_research.runs.view import RunView
from journey_research.runs.workspace import Workspace


@pytest.fixture
def view(tmp_path):
    return RunView(project=tmp_path, workspace=Workspace(tmp_path / "data", "shop"))


def test_an_own_key_is_made_once(view):
    key = PseudonymKey()
    key.bind(view)
    made = key.load()

    assert len(made) == 32
    assert key.load() == made
    assert (view.workspace.vault / "pseudonym.key").stat().st_mode & 0o777 == 0o600


def test_two_environments_have_two_keys(tmp_path, view):
    other = RunView(project=tmp_path, workspace=Workspace(tmp_path / "other", "other"))
    keys = []
    for where in (view, other):
        dataset = PseudonymKey()
        dataset.bind(where)
        keys.append(dataset.load())

    assert keys[0] != keys[1]


def test_a_public_key_writes_nothing(view):
    dataset = PseudonymKey(public_key="made up")
    dataset.bind(view)

    assert dataset.load() == b"made up"
    assert view.key == b"made up"
    assert not view.workspace.vault.exists()
