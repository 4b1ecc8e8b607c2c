"""What the catalog lacks: tables written whole, the vault, sources, reports."""

from __future__ import annotations

from importlib import import_module
from typing import Any

NAMES = {
    "WholeTable": "whole_table",
    "WholeDocument": "whole_document",
    "VaultTable": "vault_table",
    "PastTable": "past_table",
    "PseudonymKey": "pseudonym_key",
    "SourceFiles": "source_files",
    "MappedParts": "mapped_parts",
    "ExecutedNotebook": "executed_notebook",
    "ReportIndex": "report_index",
}


def __getattr__(name: str) -> Any:
    if name not in NAMES:
        raise AttributeError(name)
    return getattr(import_module(f"{__name__}.{NAMES[name]}"), name)
