"""A run killed at any instant leaves what was there, and the next run does not notice."""

import pytest

from benchmarks.kills import kill_after, kill_at_file, kill_before_pointer, kill_in_report_alone, killed

pytestmark = pytest.mark.slow


@pytest.mark.parametrize(
    "kill",
    [
        pytest.param(lambda project: kill_after(project, 4.0), id="after four seconds"),
        pytest.param(
            lambda project: kill_at_file(project, "runs/*/03_journeys/journeys.parquet"), id="at a table"
        ),
        pytest.param(kill_before_pointer, id="between manifest and pointer"),
        pytest.param(kill_in_report_alone, id="in a report, without its children"),
    ],
)
def test_a_killed_run_harms_nothing(project, kill):
    found = killed(project, "", kill)

    assert found == {
        "instant": "",
        "previous_run_unchanged": True,
        "next_run_exit_code": 0,
        "same_hashes": True,
        "litter": 0,
    }
