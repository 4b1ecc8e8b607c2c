"""Every vendor's table and every real data set through its mapping: rows, accepted, rejected and why."""

from __future__ import annotations

import os
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

PROJECT = Path(__file__).resolve().parents[1]
ENVIRONMENTS = (
    "warehouse",
    "complete_journey",
    "restaurants",
    "uci_online_retail",
    "olist_funnel",
    "xeducation_leads",
    "cfpb_complaints",
    "bpic2016_uwv_complaints",
    "attribution_touchpoints_2018",
)


def measure(arguments: Sequence[str]) -> list[dict[str, Any]]:
    """Read every environment whose files lie in the shared folder, source by source.

    Args:
        arguments: Names of environments; none means all.

    Returns:
        One row per file: environment, source, file, rows, accepted, rejected, left_out, seconds and
        why: the rules that were broken with the rows that broke them, or the promise that stopped
        the source.

    Raises:
        RuntimeError: The shared folder is not there, or an environment is not known.
    """
    shared = Path(os.environ.get("JOURNEY_SHARED", PROJECT.parent / "shared"))
    if not (shared / "data").is_dir():
        raise RuntimeError("the shared folder of real data sets is not there; set JOURNEY_SHARED")
    if strange := sorted(set(arguments) - set(ENVIRONMENTS)):
        raise RuntimeError(f"there is no environment '{strange[0]}'; there are: {', '.join(ENVIRONMENTS)}")
    return [
        row
        for environment in arguments or ENVIRONMENTS
        for source, mapping in mappings_of(environment, shared).items()
        for row in read_source(environment, source, mapping)
    ]


def mappings_of(environment: str, shared: Path) -> dict[str, Any]:
    """Source -> mapping, as they stand in an environment's folder."""
    import yaml

    told: dict[str, Any] = {}
    for file in sorted((PROJECT / "conf" / environment / "sources").glob("*.yml")):
        told |= yaml.safe_load(file.read_text(encoding="utf-8").replace("${globals:shared}", str(shared)))
    return told


def read_source(environment: str, source: str, mapping: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Read the files of one source; one row for each."""
    from journey_research.datasets.source_files import SourceFiles
    from journey_research.errors import UserError
    from journey_research.pipelines.ingestion.promising import check_expectations, gate_expectations
    from journey_research.pipelines.ingestion.reading import OUTPUTS, read_sources

    files = SourceFiles()
    sources = {source: mapping}
    files.bind(SimpleNamespace(project=PROJECT, raw=PROJECT, sources=sources, inputs={}))  # type: ignore[arg-type]
    started = time.perf_counter()
    try:
        exports = files.load()
        tables = dict(zip(OUTPUTS, read_sources(exports, b"nothing is kept of this"), strict=True))
        told = tables["source_files"].to_arrow().to_pylist()
        rejected = tables["rejected"].to_pandas()
        promise = ""
        try:
            gate_expectations(check_expectations(tables["promises"], tables["touches"]))
        except UserError as error:
            promise = str(error).split(";")[0]
    except UserError as error:
        what = str(error).splitlines()[0]
        yield _row(environment, source, {"file_name": mapping["file"]}, time.perf_counter() - started, what)
        return
    seconds = (time.perf_counter() - started) / len(told)
    for file in told:
        own = rejected[rejected["file_sha256"] == file["file_sha256"]]
        broken = Counter(zip(own["column"].fillna("row"), own["rule"], strict=True))
        reasons = [f"{n_rows}: {column} {rule}" for (column, rule), n_rows in broken.most_common()]
        why = "; ".join([*reasons, promise] if promise else reasons)
        yield _row(environment, source, file, seconds, why)


def _row(environment: str, source: str, file: Mapping[str, Any], seconds: float, why: str) -> dict[str, Any]:
    return {
        "environment": environment,
        "source": source,
        "file": file["file_name"],
        "rows": int(file.get("n_rows", 0)),
        "accepted": int(file.get("n_accepted", 0)),
        "rejected": int(file.get("n_rejected", 0)),
        "left_out": int(file.get("n_left_out", 0)),
        "seconds": round(seconds, 2),
        "why": why,
    }
