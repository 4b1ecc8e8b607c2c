"""The benchmark of identity at scale: how its tools are used."""

import pytest

from benchmarks.identity_scale import _way


@pytest.mark.parametrize(("tool", "is_labelled"), [("ours", True), ("splink", False), ("dedupe", True)])
def test_every_tool_is_used_in_one_way(tool, is_labelled):
    way = _way(tool, 10)
    assert (way.tool, way.is_labelled, way.knows_lists) == (tool, is_labelled, False)
