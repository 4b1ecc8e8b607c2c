"""Exports held in memory, and the tables that come of them."""

import hashlib
import io
from dataclasses import dataclass
from pathlib import Path

from journey_research.contracts.exports import Export
from journey_research.pipelines.ingestion.reading import OUTPUTS, read_sources

KEY = b"a key that only the tests know of"


@dataclass(frozen=True)
class Held(Export):
    """An export whose bytes are not on a disk."""

    data: bytes = b""

    def packed(self):
        return io.BytesIO(self.data)


def held(source, mapping, data, file_name="visits.csv", beside=None):
    sha256 = hashlib.sha256(data).hexdigest()
    return Held(source, mapping, Path(file_name), file_name, sha256, len(data), beside or {}, data=data)


def read(*exports):
    """Table name -> rows as dictionaries."""
    tables = zip(OUTPUTS, read_sources(list(exports), KEY), strict=True)
    return {name: table.to_arrow().to_pylist() for name, table in tables}


def mapping(format="csv", **more):
    """A source of visits: who, when, which page."""
    return {
        "version": 1,
        "file": "visits.*",
        "format": format,
        "grain": "visit",
        "data_class": "marketing",
        "required": ["visitor", "ts"],
        "times": {"ts": "iso"},
        "record": {"key": "visitor", "kind": "anonymous", "recorded_at": "ts"},
        "identifiers": [{"value": "visitor", "type": "cookie", "when": "ts"}],
        "touch": {
            "key": ["visitor", "ts"],
            "when": "ts",
            "channel": {"from": "medium", "values": {"cpc": "paid_search"}, "blank": {"is": "direct"}},
            "direction": {"is": "inbound"},
            "initiative": {"is": "customer"},
            "action": {"is": "page_viewed"},
        },
        **more,
    }
