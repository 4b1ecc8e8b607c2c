"""One made-up world that the tests of this folder share."""

from pathlib import Path

import pytest

from journey_research.world import build_world


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A world of 400 people, twelve weeks."""
    folder = tmp_path_factory.mktemp("made_up") / "world"
    build_world(folder, persons=400)
    return folder
