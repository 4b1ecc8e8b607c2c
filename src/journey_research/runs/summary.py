"""What a run says on the screen when it ends."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .workspace import Workspace


def summary_of(manifest: Mapping[str, Any], workspace: Workspace) -> str:
    """Records and persons, rows read, three figures with ranges, where the index is, what to type next.

    Args:
        manifest: The run's manifest.
        workspace: Where its tables lie.
    """
    import pyarrow.parquet as pq

    def rows(name: str) -> list[dict[str, Any]]:
        output = manifest["outputs"].get(name)
        return pq.read_table(workspace.root / output["file"]).to_pylist() if output else []

    lines = [""]
    metrics = {row["metric"]: row for row in rows("identity_metrics")}
    if "n_records" in metrics and "n_persons" in metrics:
        lines.append(
            f"Identity   {metrics['n_records']['value']:,.0f} records -> "
            f"{metrics['n_persons']['value']:,.0f} persons"
        )
        lines += [f"           {line}" for line in _rightness(metrics)]
    files = rows("source_files")
    if files:
        read, accepted, rejected = (
            sum(file[name] for file in files) for name in ("n_rows", "n_accepted", "n_rejected")
        )
        lines.append(f"Rows       {read:,} read = {accepted:,} accepted + {rejected:,} rejected")
    headlines = rows("headlines")
    for row in headlines:
        lines.append(f"Figure {row['position']}   {row['sentence']}")
        lines.append(f"           {_ranges(row)}")
    index = manifest["reports"].get("index")
    if index:
        lines.append(f"Reports    {workspace.root / index}")
    option = "" if manifest["environment"] == "demo" else f" --env {manifest['environment']}"
    lines.append(f"Run        {manifest['run_id']}")
    lines.append(f"Next       .venv/bin/journey show{option}      (or: python3 bootstrap.py lab)")
    return "\n".join(lines)


def _rightness(metrics: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """Precision and recall of pairs: of all records, and of those that carry a name."""
    if metrics.get("pairwise_precision", {}).get("value") is None:
        return ["precision unknown: there is no truth to compare with"]
    said = []
    for whose, ending in (("all records", ""), ("records with a name", "_named")):
        figures = [
            f"{name} {row['value']:.3f} ({row['low']:.3f} to {row['high']:.3f})"
            for name in ("precision", "recall")
            if (row := metrics.get(f"pairwise_{name}{ending}")) and row["value"] is not None
        ]
        if figures:
            said.append(f"{', '.join(figures)}: {whose}")
    return said


def _ranges(row: Mapping[str, Any]) -> str:
    """The three ranges of a headline, in words; a range that cannot be told is left out."""
    said = []
    for name, low, high in (
        ("sampling", "low", "high"),
        ("identity", "identity_low", "identity_high"),
        ("model", "model_low", "model_high"),
    ):
        if row[low] is not None and row[high] is not None:
            said.append(f"{name} {_number(row[low], row['unit'])} to {_number(row[high], row['unit'])}")
    return "; ".join(said) or "no range can be told from these data"


def _number(value: float, unit: str) -> str:
    return {"share": f"{value:.1%}", "count": f"{value:,.0f}", "amount": f"{value:,.2f}"}[unit]
