"""Fixtures that many tests share."""

import os
from pathlib import Path

import pytest
from hypothesis import settings

# A law that takes longer on a busy machine is not broken.
settings.register_profile("laws", deadline=None)
settings.load_profile("laws")

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real data sets, or a skip in clear words."""
    folder = Path(os.environ.get("JOURNEY_SHARED", ROOT.parent / "shared"))
    if not (folder / "data").is_dir():
        pytest.skip(f"the shared folder of real data sets is not there ({folder}); set JOURNEY_SHARED")
    return folder
