"""Whether an executed notebook ran to its end, and what of it may be kept."""

from __future__ import annotations

from typing import Any


def unfinished(executed: dict[str, Any], run_id: str) -> str:
    """Why an executed notebook may not be published; empty when it ran to its end.

    Cells are counted from 1, code and text together, without the cells papermill puts in.
    """
    added = {"injected-parameters", "papermill-error-cell-tag"}
    cells = [cell for cell in executed["cells"] if not added & set(_tags(cell))]
    last_text = ""
    for number, cell in enumerate(cells, start=1):
        if cell["cell_type"] != "code":
            continue
        for output in cell["outputs"]:
            if output["output_type"] == "error":
                return f"cell {number} stopped with {output['ename']}"
        if cell["metadata"].get("papermill", {}).get("exception"):
            return f"cell {number} stopped with an error"
        if "".join(cell["source"]).strip() and cell["execution_count"] is None:
            return f"cell {number} did not run"
        last_text = "".join("".join(out.get("text", "")) for out in cell["outputs"])
    return "" if run_id in last_text else "its last cell did not print the run's id"


def without_machine(executed: dict[str, Any]) -> dict[str, Any]:
    """The notebook without what tells the machine: paths, kernel, clock."""
    cells = []
    for cell in executed["cells"]:
        cell = {**cell, "metadata": {"tags": _tags(cell)}}
        if cell["cell_type"] == "code":
            # Warnings tell the paths they come from.
            cell["outputs"] = [output for output in cell["outputs"] if output.get("name") != "stderr"]
        cells.append(cell)
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    return {**executed, "cells": cells, "metadata": {"kernelspec": kernel}}


def _tags(cell: dict[str, Any]) -> list[str]:
    tags: list[str] = cell["metadata"].get("tags", [])
    return tags
