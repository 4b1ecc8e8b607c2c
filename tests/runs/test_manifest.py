"""What a run says of itself."""

import pandas as pd

from journey_research.runs.manifest import figures_from, seeds_in, sha256_of_code, sha256_of_document
from journey_research.runs.recreating import differences


def test_seeds_are_found_wherever_they_stand():
    parameters = {"matcher_rule": {"training_seed": 3, "folds": 2}, "world": {"world_seed": 1}}

    assert seeds_in(parameters) == {"matcher_rule.training_seed": 3, "world.world_seed": 1}


def test_the_order_of_keys_changes_no_hash():
    assert sha256_of_document({"a": 1, "b": 2}) == sha256_of_document({"b": 2, "a": 1})
    assert sha256_of_document({"a": 1}) != sha256_of_document({"a": 2})


def test_keys_that_yaml_reads_as_other_things_than_text_have_a_hash():
    said = {
        "values": {False: "denied", "yes": "granted", 1: "granted"}
    }  # as in {No: denied, yes: ..., 1: ...}

    assert sha256_of_document(said) == sha256_of_document({"values": dict(reversed(said["values"].items()))})


def test_a_changed_notebook_changes_the_code(tmp_path):
    (tmp_path / "notebooks").mkdir()
    before = sha256_of_code(tmp_path)
    (tmp_path / "notebooks" / "weekly_report.ipynb").write_text("{}")

    assert sha256_of_code(tmp_path) != before


def test_figures_that_are_unknown_are_left_out(tmp_path):
    frame = pd.DataFrame({"metric": ["f1", "recall"], "value": [0.5, None]})
    frame.to_parquet(tmp_path / "identity_metrics.parquet")

    figures = figures_from({"identity_metrics": tmp_path / "identity_metrics.parquet"})

    assert figures == {"identity.f1": 0.5}


def test_the_last_run_in_the_log_of_persons_is_a_figure(tmp_path):
    path = tmp_path / "person_events.parquet"
    for numbers, last in (([1, 1, 3], 3), ([], 0)):
        pd.DataFrame({"run_number": pd.Series(numbers, dtype="int64")}).to_parquet(path)

        assert figures_from({"person_events": path}) == {"identity.run_number": last}


def test_equal_runs_have_no_differences():
    was = {"outputs": {"touches": {"sha256": "a"}}, "inputs": {}, "code": "x"}

    assert differences(was, was | {"code": "y"}) == []


def test_a_changed_input_is_named_after_the_outputs_it_changed():
    was = {
        "outputs": {"touches": {"sha256": "a"}, "people": {"sha256": "p"}},
        "inputs": {"web.jsonl": "1", "crm.csv": "1"},
        "code": "x",
    }
    now = {
        "outputs": {"touches": {"sha256": "b"}, "people": {"sha256": "p"}},
        "inputs": {"web.jsonl": "2", "crm.csv": "1"},
        "code": "x",
    }

    assert differences(was, now) == ["touches", "input web.jsonl"]
