"""The JSON Schema of mappings says what the reader of mappings says."""

import copy
import json

import pytest
import yaml
from jsonschema import Draft202012Validator

from benchmarks.projects import ROOT
from journey_research.pipelines.ingestion.drafting.mapping_schema import mapping_schema

MAPPINGS = sorted((ROOT / "conf").glob("*/sources/*.yml"))
VALIDATOR = Draft202012Validator(mapping_schema())
PLAIN = {
    "web": {
        "version": 1, "file": "web.csv", "format": "csv", "grain": "visit", "data_class": "marketing",
        "times": {"at": {"format": ["iso", "%d.%m.%Y"], "zone": "UTC"}},
        "record": {"key": "visitor"},
        "touch": {
            "key": ["visitor", "at"], "when": "at", "channel": {"is": "web"},
            "direction": {"is": "inbound"}, "initiative": {"is": "customer"}, "action": "what",
        },
    }
}  # fmt: skip


def test_the_committed_schema_is_the_one_the_words_make():
    committed = json.loads((ROOT / "conf" / "mapping.schema.json").read_text(encoding="utf-8"))

    assert committed == mapping_schema(), "write it anew: journey map --schema > conf/mapping.schema.json"


@pytest.mark.parametrize("path", MAPPINGS, ids=lambda path: f"{path.parent.parent.name}/{path.stem}")
def test_every_mapping_of_the_project_keeps_it(path):
    told = yaml.safe_load(path.read_text(encoding="utf-8"))

    assert [error.message for error in VALIDATOR.iter_errors(told)] == []


@pytest.mark.parametrize(
    ("place", "word", "value"),
    [
        ((), "tuch", {}),
        ((), "cadence", "dayly"),
        (("touch",), "chanel", "web"),
        (("touch",), "clock", "wall"),
        (("touch", "channel"), "form", "web"),
        (("times",), "at", "yyyy"),
        (("record",), "values", {"firstname": "x"}),
    ],
)
def test_a_wrong_word_is_marked(place, word, value):
    told = copy.deepcopy(PLAIN)
    assert VALIDATOR.is_valid(told)
    block = told["web"]
    for step in place:
        block = block[step]
    block[word] = value

    assert not VALIDATOR.is_valid(told)
