"""What the graph and the catalog promise each other."""

from dataclasses import is_dataclass
from pathlib import Path

import pytest

from journey_research import contracts
from journey_research.commands.project import session_of

ROOT = Path(__file__).resolve().parents[1]
ENVIRONMENTS = sorted(folder.parent.name for folder in (ROOT / "conf").glob("*/sources"))
STAGES = ["ingestion", "identity", "journeys", "conversion", "decisions", "reports"]
# What is known of the made-up world -> the nodes that may compare with it.
EVALUATION = {"true_people": {"measure_identity"}, "planted_dirt": {"measure_reading"}}
# Documents, pages and keys: declared, but no tables.
OTHER_TYPES = {
    "WholeDocument", "PseudonymKey", "SourceFiles", "ExecutedNotebook", "ReportIndex", "MappedParts",
}  # fmt: skip


@pytest.fixture(scope="module")
def kedro():
    """Catalog configuration, parameters as nodes get them, and the registered pipelines."""
    import os

    from kedro.framework.project import pipelines

    before = Path.cwd()
    os.chdir(ROOT)
    try:
        with session_of("demo", {}) as session:
            context = session.load_context()
            yield context.config_loader["catalog"], context.catalog, dict(pipelines)
    finally:
        os.chdir(before)


def contract_of(entry):
    return getattr(contracts, entry["contract"].rsplit(".", 1)[1])


def tables_in(catalog):
    return {name: entry for name, entry in catalog.items() if "contract" in entry}


def test_data_moves_down_the_stages_and_never_up(kedro):
    _, _, pipelines = kedro
    made_by = {name: stage for stage in STAGES for name in pipelines[stage].all_outputs()}
    for stage in STAGES:
        for name in pipelines[stage].inputs():
            if name in made_by:
                assert STAGES.index(made_by[name]) < STAGES.index(stage), f"{stage} takes {name} from below"


def test_every_table_that_crosses_a_node_is_declared_with_a_contract(kedro):
    catalog, _, pipelines = kedro
    crossing = {
        name
        for name in pipelines["__default__"].datasets()
        if not name.startswith("params:") and name != "parameters"
    }
    for name in crossing:
        assert name in catalog, f"{name} is in no catalog file"
        kind = catalog[name]["type"].rsplit(".", 1)[1]
        assert "contract" in catalog[name] or kind in OTHER_TYPES, f"{name} has no contract"


def test_nothing_is_declared_that_no_node_uses(kedro):
    catalog, _, pipelines = kedro
    assert set(catalog) <= set(pipelines["__default__"].datasets())


def test_a_table_is_called_what_its_file_is_called(kedro):
    catalog, _, _ = kedro
    for name, entry in catalog.items():
        if entry["type"].endswith(".PastTable"):
            assert name == f"past_{entry['table']}"
            assert entry["contract"] == catalog[entry["table"]]["contract"]
        elif "contract" in entry or entry["type"].endswith(".WholeDocument"):
            assert Path(entry["path"]).stem == name


def test_the_catalog_says_grain_key_and_personal_data_as_the_contract_does(kedro):
    catalog, _, _ = kedro
    for name, entry in tables_in(catalog).items():
        contract, metadata = contract_of(entry), entry["metadata"]
        kinds = set(contract.personal_data.values())
        strictest = next(kind for kind in ("personal", "pseudonymous", "none") if kind in kinds)
        assert metadata["grain"], name
        assert metadata["key"].replace(" ", "").split(",") == list(contract.key), name
        assert metadata["personal_data"] == strictest, name


def test_personal_values_are_in_the_vault_alone(kedro):
    catalog, _, _ = kedro
    for name, entry in tables_in(catalog).items():
        in_vault = entry["type"].endswith(".VaultTable")
        is_personal = "personal" in contract_of(entry).personal_data.values()
        assert in_vault == is_personal == contract_of(entry).vault, name


def test_every_column_says_whether_it_is_personal():
    for name in dir(contracts):
        kinds = getattr(contracts, name).personal_data
        assert set(kinds.values()) <= {"none", "pseudonymous", "personal"}, name


def test_only_evaluation_sees_the_truth(kedro):
    _, _, pipelines = kedro
    for name, evaluation in EVALUATION.items():
        takers = {node.name for node in pipelines["__default__"].nodes if name in node.inputs}
        assert takers == evaluation, name


def test_only_ingestion_and_identity_take_vault_tables(kedro):
    catalog, _, pipelines = kedro
    vault = {name for name, entry in tables_in(catalog).items() if entry["type"].endswith(".VaultTable")}
    for stage in ("journeys", "conversion", "decisions", "reports"):
        assert not vault & pipelines[stage].all_inputs(), stage


def test_every_parameter_arrives_as_its_dataclass(kedro):
    _, catalog, pipelines = kedro
    names = {name for name in pipelines["__default__"].datasets() if name.startswith("params:")}
    assert names
    for name in names:
        assert is_dataclass(catalog.load(name)), f"{name} arrives as {type(catalog.load(name)).__name__}"


@pytest.mark.parametrize("stage", STAGES)
def test_a_stage_alone_gets_its_dataclasses_too(kedro, stage):
    _, _, pipelines = kedro
    rules = {name for name in pipelines[stage].inputs() if name.startswith("params:")}
    annotated = {
        name
        for node in pipelines[stage].nodes
        for name, kind in zip(node.inputs, node.func.__annotations__.values(), strict=False)
        if name.startswith("params:") and kind
    }
    assert rules == annotated


def test_nodes_are_named_after_their_functions(kedro):
    _, _, pipelines = kedro
    for node in pipelines["__default__"].nodes:
        assert node.name.startswith(node.func.__name__) or node.func.__name__ in node.name


def test_a_misspelt_parameter_stops_before_any_data_is_read():
    import os

    before = Path.cwd()
    os.chdir(ROOT)
    try:
        with (
            session_of("demo", {"journey_rule": {"max_gap_dayz": 3}}) as session,
            pytest.raises(Exception, match="max_gap_dayz"),
        ):
            session.load_context().catalog.load("params:journey_rule")
    finally:
        os.chdir(before)


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_every_environment_has_a_mapping_for_each_source(environment):
    import yaml

    for path in (ROOT / "conf" / environment / "sources").glob("*.yml"):
        mapping = yaml.safe_load(path.read_text(encoding="utf-8"))
        assert list(mapping) == [path.stem], f"{path.name} holds its own source and no other"
