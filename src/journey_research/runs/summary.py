"""What a run says on the screen when it ends."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

from .workspace import Workspace

# What happened to persons as such, and why a record went from one to another: words of the log.
PERSONS_THAT = {
    "created": "new", "split": "split off", "merged": "merged into others", "retired": "gone",
    "erased": "erased",
}  # fmt: skip
CHANGED_PERSONS = ("merged", "split", "regrouped")


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
    lines += [f"{'' if metrics else 'Identity':<11}{line}" for line in _moved(manifest, rows)]
    files = rows("source_files")
    if files:
        read, accepted, rejected = (
            sum(file[name] for file in files) for name in ("n_rows", "n_accepted", "n_rejected")
        )
        lines.append(f"Rows       {read:,} read = {accepted:,} accepted + {rejected:,} rejected")
        lines += [f"           {line}" for line in file_lines(files)]
        lines += [f"           {line}" for line in dirt_lines(rows("dirt_found"))]
    if manifest.get("field_use"):
        lines.append(f"Fields     {fields_line(manifest['field_use'])}")
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


def file_lines(files: Sequence[Mapping[str, Any]], most: int = 6) -> list[str]:
    """One line per file: read = accepted + rejected; many files of one source are summed in one line.

    Example:
        >>> told = {"source": "web", "file_name": "web.csv", "n_rows": 12, "n_accepted": 11, "n_rejected": 1}
        >>> file_lines([told])
        ['web.csv    12 = 11 + 1']
    """
    by_source: dict[str, list[Mapping[str, Any]]] = {}
    for file in files:
        by_source.setdefault(str(file["source"]), []).append(file)
    told = []
    for source, own in sorted(by_source.items()):
        listed = [(str(one["file_name"]), [one]) for one in own]
        told += listed if len(own) <= most else [(f"{source}, {len(own)} files", own)]
    counts = ("n_rows", "n_accepted", "n_rejected")
    sums = [(name, [sum(int(one[count]) for one in own) for count in counts]) for name, own in told]
    wide = max((len(name) for name, _ in sums), default=0)
    digits = [max((len(f"{row[place]:,}") for _, row in sums), default=1) for place in range(3)]
    return [
        f"{name:<{wide}}  {read:>{digits[0] + 2},} = {accepted:>{digits[1]},} + {rejected:>{digits[2]},}"
        for name, (read, accepted, rejected) in sums
    ]


def fields_line(fields: Sequence[Mapping[str, Any]], most: int = 12) -> str:
    """How many mapped fields nothing uses, and the first of them by name.

    Example:
        >>> rows = [("till", "number", "read"), ("till", "note", "none")]
        >>> fields_line([dict(zip(("source", "field", "use"), row, strict=True)) for row in rows])
        '1 of 2 mapped fields is used by nothing: till.note'
    """
    unused = [f"{one['source']}.{one['field']}" for one in fields if one["use"] == "none"]
    more = f" and {len(unused) - most:,} more (journey show --unused)" if len(unused) > most else ""
    listed = f": {', '.join(unused[:most])}{more}" if unused else ""
    said = "is" if len(unused) == 1 else "are"
    return f"{len(unused):,} of {len(fields):,} mapped fields {said} used by nothing{listed}"


def dirt_lines(found: Sequence[Mapping[str, Any]]) -> list[str]:
    """Planted dirt beside found dirt, by kind of damage; nothing where no dirt is known to be planted."""
    if not found:
        return []
    by_damage: dict[str, list[int]] = {}
    for row in found:
        sums = by_damage.setdefault(str(row["damage"] or "none planted"), [0, 0])
        sums[0] += int(row["n_planted"])
        sums[1] += int(row["n_found"])
    planted, seen = (sum(sums[place] for sums in by_damage.values()) for place in (0, 1))
    false = sum(int(row["n_false"]) for row in found)
    listed = ", ".join(
        f"{name} {sums[1]:,} of {sums[0]:,}" for name, sums in sorted(by_damage.items()) if sums[0]
    )
    return [
        f"dirt: {planted:,} rows damaged on purpose, {seen:,} found, {false:,} falsely set aside ({listed})"
    ]


def _rightness(metrics: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """Precision, recall and F1 of pairs: of all records, and of those that carry a name."""
    if metrics.get("pairwise_precision", {}).get("value") is None:
        return ["precision unknown: there is no truth to compare with"]
    said = []
    for whose, ending in (("all records", ""), ("records with a name", "_named")):
        figures = [
            f"{word} {row['value']:.3f} ({row['low']:.3f} to {row['high']:.3f})"
            for name, word in (("precision", "precision"), ("recall", "recall"), ("f1", "F1"))
            if (row := metrics.get(f"pairwise_{name}{ending}")) and row["value"] is not None
        ]
        if figures:
            said.append(f"{', '.join(figures)}: {whose}")
    return said


def _moved(manifest: Mapping[str, Any], rows: Callable[[str], Sequence[Mapping[str, Any]]]) -> list[str]:
    """Who began, ended and changed since the run before; nothing where this run did not look."""
    log = manifest["outputs"].get("person_events")
    if log is None or str(manifest["run_id"]) not in Path(log["file"]).parts:
        return []
    if "past" not in log:
        return ["first run: nobody was known before"]
    if log["rows"] == log["past"]["rows"]:
        return ["since the run before: no record came, left or changed persons"]
    told = rows("identity_changes")
    last = [row for row in told if row["run_number"] == max(row["run_number"] for row in told)]
    said = []
    for event, words in PERSONS_THAT.items():
        if n := sum(row["n_persons"] for row in last if (row["subject"], row["event"]) == ("person", event)):
            said.append(f"{_things(n, 'person')} {words}")
    changed = [row for row in last if row["subject"] == "record" and row["cause"] in CHANGED_PERSONS]
    n_records, n_touches, n_orders = (
        sum(int(row[name]) for row in changed) for name in ("n_records", "n_touches", "n_orders")
    )
    amount = sum((row["order_amount"] for row in changed), start=Decimal(0))
    moved = f", with {_things(n_touches, 'touch', 'touches')} and {_things(n_orders, 'paid order')} "
    moved += f"({amount:,.2f})"
    said.append(f"{_things(n_records, 'record')} changed persons{moved if n_records else ''}")
    return [f"since the run before: {', '.join(said)}"]


def _things(n: int, one: str, many: str = "") -> str:
    return f"{n:,} {one if n == 1 else many or one + 's'}"


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
