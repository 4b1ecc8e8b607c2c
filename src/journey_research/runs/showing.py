"""A manifest in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from journey_research.errors import UserError

from .lineage import trace
from .recorder import files_read
from .summary import fields_line, file_lines
from .workspace import Workspace


def shown(manifest: Mapping[str, Any]) -> str:
    """A page a reader can take in: what ran, on what, and what came out."""
    lines = [
        f"run          {manifest['run_id']}  ({manifest['status']}, environment {manifest['environment']})",
        f"as of        {manifest['as_of']} UTC",
        f"started      {manifest['started_at']}",
        f"took         {_seconds(manifest):.0f} s in {len(manifest['timings'])} steps",
        f"code         {manifest['code'][:12]}  revision {manifest['revision'] or 'unknown'}",
        f"seeds        {', '.join(f'{name}={seed}' for name, seed in manifest['seeds'].items())}",
    ]
    if log := manifest["outputs"].get("person_events"):
        was = log.get("past", {"rows": 0})["rows"]
        lines.append(
            f"persons      as of change {manifest['figures']['identity.run_number']:.0f} of their log: "
            f"{was:,} events before, {log['rows'] - was:,} added"
        )
    if manifest.get("error"):
        lines.append(f"error        {manifest['error']}")
    lines += ["", "inputs"]
    lines += [f"  {hashed[:12]}  {name}" for name, hashed in manifest["inputs"].items()]
    lines += ["", "outputs"]
    lines += [
        f"  {output['sha256'][:12]}  {output['rows']:>9,} rows  {name}"
        for name, output in manifest["outputs"].items()
    ]
    lines += ["", "figures"]
    lines += [f"  {value:>14,.4f}  {name}" for name, value in manifest["figures"].items()]
    if manifest["reports"]:
        lines += ["", "reports"]
        lines += [f"  {file}" for file in manifest["reports"].values()]
    lines += ["", f"rebuild: journey recreate {manifest['run_id']} --env {manifest['environment']}"]
    return "\n".join(lines)


def _seconds(manifest: Mapping[str, Any]) -> float:
    return sum(float(node["wall_seconds"]) for node in manifest["timings"])


def files_of(manifest: Mapping[str, Any], workspace: Workspace) -> list[str]:
    """Every file that a run read, a line each: rows read = accepted + rejected.

    Raises:
        UserError: The run read no files, or its table of them is gone.
    """
    import pyarrow.parquet as pq

    output = manifest["outputs"].get("source_files")
    if output is None or not (workspace.root / output["file"]).is_file():
        raise UserError("the run has no table of files", do="run the stage 'ingestion' of its environment")
    files = pq.read_table(workspace.root / output["file"]).to_pylist()
    return file_lines(files, most=len(files))


def lineage_of(manifest: Mapping[str, Any], workspace: Workspace, name: str) -> dict[str, Any]:
    """What stands behind a KPI, a figure of the week or a table of a run; see ``lineage.trace``.

    Raises:
        UserError: The run told no lineage, or knows no such name.
    """
    if "lineage" not in manifest:
        raise UserError("the run says nothing of where its tables come from", do="run it again")
    output = manifest["outputs"].get("source_files")
    files = files_read(workspace.root / output["file"] if output else None)
    return trace(name, manifest["lineage"], manifest["parameters"], files)


def field_use_of(manifest: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Every mapped field of a run's sources: ``source``, ``field``, ``use``, ``is_used``, ``used_by``.

    Raises:
        UserError: The run told nothing of it.
    """
    if not manifest.get("field_use"):
        raise UserError("the run says nothing of which fields are used", do="run the stage 'ingestion' again")
    told: list[dict[str, Any]] = manifest["field_use"]
    return told


def unused_in_words(fields: Sequence[Mapping[str, Any]]) -> list[str]:
    """Fields that nothing uses, and those that only have to keep a rule, a line a source."""
    lines = [fields_line(fields).split(":")[0]]
    for use, said in (
        ("none", "used by nothing: their columns could be left out of the export and the mapping"),
        ("rule", "read by nothing, but a row in which one breaks its rule is set aside"),
    ):
        by_source: dict[str, list[str]] = {}
        for one in fields:
            if one["use"] == use:
                by_source.setdefault(str(one["source"]), []).append(str(one["field"]))
        if by_source:
            lines += ["", said, *(f"  {source}: {', '.join(own)}" for source, own in by_source.items())]
    return lines
