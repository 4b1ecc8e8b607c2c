"""An environment's own key is made once and belongs to its owner."""

import pytest
from kedro.io import DatasetError

from journey_research.datasets import PseudonymKey
from journey_research.errors import UserError
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
    dataset = PseudonymKey(public_key="made up people only")
    dataset.bind(view)

    assert dataset.load() == b"made up people only"
    assert view.key == b"made up people only"
    assert not view.workspace.vault.exists()


@pytest.mark.parametrize("key", ["too short", "x" * 65])
def test_a_key_of_another_length_is_the_users_to_mend(view, key):
    dataset = PseudonymKey(public_key=key)
    dataset.bind(view)

    with pytest.raises(DatasetError) as told:
        dataset.load()
    assert isinstance(told.value.__cause__, UserError)
    assert "globals.yml" in str(told.value.__cause__)
    assert key not in str(told.value.__cause__)


def test_a_spoilt_key_is_told_and_not_made_anew(view):
    view.workspace.vault.mkdir(parents=True)
    path = view.workspace.vault / "pseudonym.key"
    path.write_text("spoilt")
    dataset = PseudonymKey()
    dataset.bind(view)

    with pytest.raises(DatasetError, match=r"pseudonym.key"):
        dataset.load()
    assert path.read_text() == "spoilt"
