"""A manifest in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


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
