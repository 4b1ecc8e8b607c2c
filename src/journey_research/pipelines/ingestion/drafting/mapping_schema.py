"""The words of a mapping as JSON Schema, so that an editor completes them and marks a wrong one.

It is written from the tables by which mappings are judged, and says less than they do: whether two
words fit together is told when a mapping is read.
"""

from __future__ import annotations

from typing import Any

from journey_research.contracts.records import IDENTIFIER_TYPES
from journey_research.pipelines.ingestion.language.mapping_forms import FORMATS, TIME_FORMATS
from journey_research.pipelines.ingestion.language.mapping_kinds import LIST, NAMED, NUMBER, TEXT, TRUTH
from journey_research.pipelines.ingestion.language.mapping_promises import PROMISES
from journey_research.pipelines.ingestion.language.mapping_shapes import FORMAT_SHAPES, ONE_OF, PARTS, SHAPES
from journey_research.pipelines.ingestion.language.mapping_words import (
    BLOCKS,
    PARTY,
    RECORD_KINDS,
    SAID_ONCE,
    VALUE_FIELDS,
)

Schema = dict[str, Any]
CONSTANT: Schema = {"type": ["string", "number", "boolean"]}
KINDS: dict[str, Schema] = {
    TEXT: {"type": "string"},
    NUMBER: {"type": "integer"},
    TRUTH: {"type": "boolean"},
    LIST: {"type": "array"},
    NAMED: {"type": "object"},
}
COLUMNS: Schema = {"type": "array", "items": {"type": "string"}}
CELLS: Schema = {"type": "array", "items": {"$ref": "#/$defs/cell"}}


def mapping_schema() -> Schema:
    """JSON Schema of a file of mappings, ``conf/<env>/sources/*.yml``.

    Source:
        JSON Schema, draft 2020-12.
    """
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Mapping of a source",
        "type": "object",
        "patternProperties": {"^[a-z][a-z0-9_]*$": {"$ref": "#/$defs/mapping"}},
        "additionalProperties": False,
        "$defs": {
            "mapping": _mapping(),
            "format": _format(),
            "cell": {"anyOf": [{"type": "string"}, _cell()]},
            "key": {"anyOf": [{"type": "string"}, CELLS, _cell()]},
            "filter": {
                "type": "object",
                "additionalProperties": {"anyOf": [CONSTANT, {"type": "array", "items": CONSTANT}]},
            },
            "time": _time(),
            "number": _number(),
            **{f"block_{kind}": _block(kind) for kind in BLOCKS},
        },
    }


def _closed(properties: Schema, required: list[str] | None = None) -> Schema:
    told: Schema = {"type": "object", "additionalProperties": False, "properties": properties}
    return told | ({"required": required} if required else {})


def _mapping() -> Schema:
    told = {word: dict(KINDS[kind]) for word, kind in SHAPES.items()}
    told |= {word: {"enum": list(words)} for word, words in ONE_OF.items()}
    told |= {
        "required": COLUMNS,
        "format": {"$ref": "#/$defs/format"},
        "leave_out": {"$ref": "#/$defs/filter"},
        "times": {"type": "object", "additionalProperties": {"$ref": "#/$defs/time"}},
        "numbers": {"type": "object", "additionalProperties": {"$ref": "#/$defs/number"}},
        "from_file_name": {"type": "object", "additionalProperties": {"type": "string"}},
        "aliases": {
            "type": "object",
            "additionalProperties": {
                "anyOf": [COLUMNS, _closed({"matches": {"type": "string"}, "group": {"type": "string"}})]
            },
        },
        "expects": {"type": "array", "items": _promise()},
        "fill": _closed({word: KINDS[kind] for word, kind in PARTS["fill"].items()}, list(PARTS["fill"])),
        "lookup": {"type": "array", "items": {"type": "object", "required": list(PARTS["lookup"])}},
    }
    for kind in BLOCKS:
        one = {"$ref": f"#/$defs/block_{kind}"}
        told[kind] = {"anyOf": [one, {"type": "array", "items": one}]}
    return _closed(told, ["version", "file", "format", "grain", "data_class"])


def _format() -> Schema:
    told = {word: dict(KINDS[kind]) for word, kind in FORMAT_SHAPES.items()}
    told |= {
        "type": {"enum": list(FORMATS)},
        "skip_rows": {"anyOf": [{"type": "integer"}, {"const": "auto"}]},
    }
    return {"anyOf": [{"enum": list(FORMATS)}, _closed(told, ["type"])]}


def _cell() -> Schema:
    cell = {"$ref": "#/$defs/cell"}
    return _closed(
        {
            "is": CONSTANT,
            "from": {"type": "string"},
            "values": {"type": "object", "additionalProperties": CONSTANT},
            "contains": {"type": "object", "additionalProperties": CONSTANT},
            "blank": {"anyOf": [cell, {"type": "null"}]},
            "otherwise": {"anyOf": [cell, {"type": "null"}]},
            "first_of": {"type": "array", "items": cell},
            "product_of": {"type": "array", "items": cell},
            "counted": {"type": "array", "items": cell},
            "except": {"type": "array", "items": CONSTANT},
            "lower": {"type": "boolean"},
            "first_characters": {"type": "integer"},
            "row_number": {"type": "boolean"},
        }
    )


def _time() -> Schema:
    spelling = {"anyOf": [{"enum": list(TIME_FORMATS)}, {"type": "string", "pattern": "%"}]}
    several = {"anyOf": [spelling, {"type": "array", "items": spelling}]}
    words = {"format": several, "zone": {"type": "string"}, "zone_from": {"type": "string"}, "join": COLUMNS}
    constant = {"is": {"type": "string"}, "format": several, "zone": {"type": "string"}}
    return {"anyOf": [several, _closed(words, ["format"]), _closed(constant, ["is"])]}


def _number() -> Schema:
    words = {
        "decimal": {"enum": [".", ","]},
        "divide_by": {"type": "integer", "minimum": 1},
        "unit": {"enum": ["minor"]},
        "currency": {"type": "string"},
        "percent": {"type": "boolean"},
    }
    return {"anyOf": [{"enum": [".", ","]}, _closed(words)]}


def _promise() -> Schema:
    told: Schema = {
        name: _closed({word: {"type": "string"} for word in words}, list(words))
        for name, words in PROMISES.items()
    }
    return _closed({**told, "share": {"type": "number", "exclusiveMinimum": 0, "maximum": 1}}, ["share"])


def _block(kind: str) -> Schema:
    cell, key = {"$ref": "#/$defs/cell"}, {"$ref": "#/$defs/key"}
    source = {"anyOf": [{"type": "string"}, _cell()]}
    told: Schema = {"only": {"$ref": "#/$defs/filter"}, "sample": {"type": "object"}}
    for word, how in BLOCKS[kind].items():
        told[word] = {
            "key": key,
            "time": {"type": "string"},
            "kind": {"anyOf": [{"enum": list(RECORD_KINDS)}, _cell()]},
            "source": source,
            "party": _closed({"source": source, "key": key}, [w for w, h in PARTY.items() if h[-1] != "?"]),
            "cells": {"type": "object", "additionalProperties": cell},
            "word": {"type": ["string", "boolean"]},
        }.get(how.rstrip("?"), cell)
    told |= {word: {"enum": list(words)} for (block, word), words in SAID_ONCE.items() if block == kind}
    if kind == "record":
        fields = [one for one in VALUE_FIELDS if one != "extra"]
        told["values"] = _closed(dict.fromkeys(fields, cell))
    if kind == "identifiers":
        told["type"] = {"enum": list(IDENTIFIER_TYPES)}
    return _closed(told, [word for word, how in BLOCKS[kind].items() if not how.endswith("?")])
