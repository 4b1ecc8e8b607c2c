"""Runs killed at any instant leave what was there, and the run after them does not notice."""

import pytest

from benchmarks.kills import kill_after, kill_at_file, kill_before_pointer, kill_in_report_alone, killed

pytestmark = pytest.mark.slow


def test_runs_killed_one_after_another_harm_nothing(project):
    """``benchmarks/kills.py`` lets a run end after each of its 21 kills; here one ends after four."""
    found = killed(
        project,
        "",
        lambda project: kill_after(project, 4.0),
        lambda project: kill_at_file(project, "runs/*/03_journeys/journeys.parquet"),
        kill_before_pointer,
        kill_in_report_alone,
    )

    assert found == {
        "instant": "",
        "previous_run_unchanged": True,
        "next_run_exit_code": 0,
        "same_hashes": True,
        "litter": 0,
    }
