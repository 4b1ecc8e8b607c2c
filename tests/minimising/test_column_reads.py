"""Which columns the steps can read, by their code."""

import os
import re
from pathlib import Path
from types import SimpleNamespace

import pytest

from journey_research import contracts
from journey_research.commands.project import session_of
from journey_research.minimising.column_reads import CARRIED, column_reads, words_of_python, words_of_sql
from journey_research.pipelines.identity.evidence import gather_evidence
from journey_research.pipelines.journeys.ladder import climb_ladder

ROOT = Path(__file__).resolve().parents[2]
COLUMNS = {name.lower(): tuple(getattr(contracts, name).columns) for name in dir(contracts)}
SOURCES = SimpleNamespace(
    name="read_sources", func=print, inputs=[], outputs=["records", "consents", "orders", "source_links"]
)


def node_of(func, inputs, outputs):
    return SimpleNamespace(name=func.__name__, func=func, inputs=inputs, outputs=outputs)


def test_worked_example():
    """The ladder asks when a consent was stated, and not under which law."""
    climb = node_of(climb_ladder, ["consents", "orders", "params:ladder_rule"], ["ladder"])

    reads = column_reads([SOURCES, climb], {}, COLUMNS)

    assert reads["consents", "stated_at"] == ["climb_ladder"]
    assert reads["consents", "jurisdiction"] == []
    assert reads["orders", "tax_amount"] == []
    assert reads["records", "kind"] == []  # it is not given the table here


def test_a_column_may_be_named_by_a_parameter_or_by_what_is_made_of_it():
    climb = node_of(climb_ladder, ["orders", "params:rule"], ["ladder"])

    assert column_reads([SOURCES, climb], {"rule": {"by": ["tax_amount"]}}, COLUMNS)["orders", "tax_amount"]
    assert column_reads([SOURCES, climb], {}, {**COLUMNS, "ladder": ("tax_amount",)})["orders", "tax_amount"]


def test_what_is_read_in_a_module_further_on_is_read():
    gather = node_of(gather_evidence, ["source_links"], ["evidence_links"])

    assert column_reads([SOURCES, gather], {}, COLUMNS)["source_links", "record_id_a"] == ["gather_evidence"]


def test_docstrings_and_comments_name_nothing():
    assert (
        words_of_python('"""a city"""\nclass A:\n    """a street"""\n    def f(self):\n        """a phone"""')
        == set()
    )
    assert words_of_sql("-- one firm's street\nselect a -- the buyer's city\nfrom t where b = 'phone'") == {
        "select", "a", "from", "t", "where", "b",
    }  # fmt: skip


@pytest.fixture(scope="module")
def demo_reads():
    from kedro.framework.project import pipelines

    before = Path.cwd()
    os.chdir(ROOT)
    try:
        with session_of("demo", {}) as session:
            parameters = session.load_context().config_loader["parameters"]
            notebooks = sorted((ROOT / "notebooks").glob("*.ipynb"))
            return column_reads(pipelines["__default__"].nodes, parameters, COLUMNS, notebooks)
    finally:
        os.chdir(before)


def test_columns_that_steps_are_known_to_read_are_read(demo_reads):
    """Read in Python, in a statement far from its node, in a module that only a notebook names."""
    for table, column, node in (
        ("record_values", "birth_date", "score_pairs"),
        ("identifiers", "strength", "gather_evidence"),
        ("memberships", "group_record_id", "total_entities"),
        ("order_lines", "product_id", "list_interests"),
        ("spend", "spent_amount", "tell_week"),
        ("spend", "n_impressions", "share_channels"),
        ("source_files", "cadence", "tell_week"),
        ("touches", "sentiment", "gather_feedback"),
    ):
        assert node in demo_reads[table, column], (table, column, demo_reads[table, column])


def test_what_is_merely_carried_along_is_a_column_that_nothing_computes_with():
    named = [
        path
        for folder in ("identity", "journeys", "conversion", "decisions", "reports")
        for path in (ROOT / "src/journey_research/pipelines" / folder).rglob("*.py")
        # plotly has a tag of that name
        if "extra" in words_of_python(re.sub("</?extra>", "", path.read_text(encoding="utf-8")))
    ]

    assert named == []
    assert {("record_values", "extra")} == CARRIED
