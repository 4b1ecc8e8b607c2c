"""What is wrong in a file under conf/ is named by file and line, and no parameter passes unused."""

import pytest

from journey_research.configuration import Configuration
from journey_research.errors import UserError

BASE = """
reject_rule:
  max_rejected_share: {default: 0.01}
runs:
  keep_runs: 5
run_id: ""
"""


@pytest.fixture
def conf(tmp_path):
    for name in ("base", "shop/sources"):
        (tmp_path / name).mkdir(parents=True)
    (tmp_path / "base" / "parameters.yml").write_text(BASE, encoding="utf-8")
    return tmp_path


def loader(conf, **runtime_params):
    return Configuration(
        str(conf),
        env="shop",
        base_env="base",
        default_run_env="shop",
        config_patterns={"sources": ["sources/*.yml"]},
        merge_strategy={"parameters": "soft"},
        runtime_params=runtime_params,
    )


@pytest.mark.parametrize(
    ("said", "named"),
    [
        ("reject_ruel: {}", "there is no parameter 'reject_ruel'"),
        ("runs: {keep_run: 3}", "there is no parameter 'runs.keep_run'"),
        ("runs: {keep_runs: many}", "'runs.keep_runs' is not a number"),
        ("runs: {keep_runs: true}", "'runs.keep_runs' is not a number"),
        ("runs: 3", "'runs' is not a list of names"),
        ("reject_rule: {max_rejected_share: {default: lots}}", "max_rejected_share.default' is not a number"),
        ("runs:\n  keep_runs: [", r"line 2 is not YAML \(file parameters.yml\)|line 3 is not YAML"),
        ("runs: [3]", "'runs' is not a list of names"),
        ("reject_rule: {max_rejected_share: [0.5]}", "max_rejected_share' is not a list of names"),
        ("runs: {}\nruns: {}", "line 2 says a name that is said before"),
        ("- runs", r"says no names \(file parameters.yml\)"),
        ("run_id: ${nowhere}", "refers to something that is not there"),
    ],
)
def test_a_parameter_file_that_cannot_be_followed(conf, said, named):
    (conf / "shop" / "parameters.yml").write_text(said + "\n", encoding="utf-8")

    with pytest.raises(UserError, match=named):
        loader(conf)["parameters"]


def test_the_command_line_is_held_against_the_same_names(conf):
    with pytest.raises(UserError, match="there is no parameter 'reject_ruel'"):
        loader(conf, reject_ruel={"max_rejected_share": {"default": 1}})["parameters"]


def test_a_field_that_differs_is_taken_and_names_of_sources_are_free(conf):
    said = "reject_rule: {max_rejected_share: {orders: 0.5}}\nworld: {persons: 3}\n"
    (conf / "shop" / "parameters.yml").write_text(said, encoding="utf-8")

    told = loader(conf)["parameters"]

    assert told["reject_rule"] == {"max_rejected_share": {"default": 0.01, "orders": 0.5}}
    assert told["runs"] == {"keep_runs": 5}


def test_two_sources_of_one_name_are_told_by_their_files(conf):
    for name in ("a.yml", "b.yml"):
        (conf / "shop" / "sources" / name).write_text("orders: {version: 1}\n", encoding="utf-8")

    with pytest.raises(UserError, match=r"'orders' is said by two files, a\.yml and b\.yml"):
        loader(conf)["sources"]


def test_parameters_are_read_once_and_nobody_changes_them_for_another(conf, monkeypatch):
    told = loader(conf)
    first = told["parameters"]
    monkeypatch.setattr(Configuration, "_read", None)  # a second reading would stop here

    first["runs"]["keep_runs"] = 99

    assert told["parameters"]["runs"]["keep_runs"] == 5


def test_parameters_set_by_hand_are_those_that_are_given(conf):
    told = loader(conf)
    assert told["parameters"]["runs"] == {"keep_runs": 5}

    told["parameters"] = {"runs": {"keep_runs": 7}}

    assert told["parameters"]["runs"] == {"keep_runs": 7}
