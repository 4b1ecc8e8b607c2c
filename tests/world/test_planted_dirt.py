"""The dirt that was planted is what the demo's mappings set aside: those rows, no others, in every file."""

import pandas as pd
import pytest

from journey_research.world import build_world, building
from journey_research.world.dirt import KINDS
from tests.pipelines.ingestion.environments import tables


@pytest.fixture
def several_blocks(tmp_path, monkeypatch):
    """A world made in two blocks, so that rows are counted beyond a block's part of a file."""
    monkeypatch.setattr(building, "BLOCK_PERSONS", 300)
    build_world(tmp_path / "world", persons=600, processes=1)
    return tmp_path / "world"


def test_every_damaged_row_is_set_aside_and_no_other(several_blocks):
    told = tables("demo", several_blocks)
    files = told["source_files"].to_pandas()
    rejected = told["rejected"].to_pandas()
    planted = pd.read_csv(several_blocks / "truth_dirt.csv")

    set_aside = set(zip(rejected["file_name"], rejected["row_number"], strict=True))
    damaged = set(zip(planted["file"], planted["row"], strict=True))

    read = set(files.loc[files["n_rows"] > 0, "file_name"])
    assert {one for one in set_aside if one[0] in read} == {one for one in damaged if one[0] in read}
    assert set(planted["damage"]) <= {*KINDS, "text"}
    assert len({"cut", "quote", "extra", "bytes", "json", "number"} & set(planted["damage"])) >= 5
    assert len({file for file, _ in damaged & set_aside}) >= 10
