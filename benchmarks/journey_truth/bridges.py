"""What is lost when identity is told no e-mail address or other identifier, beside what was said to be."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow.parquet as pq

from journey_research.engine import Table
from journey_research.pipelines.identity.bridges import count_bridges
from journey_research.pipelines.identity.evidence import EvidenceRule, gather_evidence
from journey_research.pipelines.identity.persons import cluster_records
from journey_research.pipelines.identity.ties import ClusterRule

LEFT_OUT = ("email", "user_id", "phone", "cookie", "loyalty_id")


def ablate_identifiers(
    tables: Mapping[str, Table],
    scored_links: Table,
    model: dict[str, Any],
    rules: tuple[EvidenceRule, ClusterRule],
    left_out: tuple[str, ...] = LEFT_OUT,
) -> pd.DataFrame:
    """Find persons without one type of identifier after the other; likeness stays as it is.

    Args:
        tables: ``records, identifiers, record_values, source_links, judgements, true_people``.
        scored_links: Contract ``Links``.
        model: The matcher's document, for its threshold.
        rules: Which evidence joins, and when pairs are one person.
        left_out: Types to leave out.

    Returns:
        ``bridge, said_share, said_low, said_high, found_lost_share, recall_before, recall_after, lost_share,
        n``: the share of pairs that the links said would be lost, the share of pairs found that was, right
        or wrong, and that of the true ones. ``n`` counts the true ones. What was said is the links' word: a
        type that also refuses (two logins of one browser) changes other ties when it is gone.
    """
    links, truth, evidence = _found(tables, tables["identifiers"], scored_links, model, rules)
    said = count_bridges(links, evidence, scored_links).set_index("bridge")
    before, n_true, n_before = truth
    rows = []
    for bridge in left_out:
        rest = tables["identifiers"].query(f"select * from this where identifier_type <> '{bridge}'")
        (after, _, n_after) = _found(tables, rest, scored_links, model, rules)[1]
        told = (
            said.loc[bridge, ["lost_share", "lost_low", "lost_high"]].tolist()
            if bridge in said.index
            else [0.0, 0.0, np.nan]
        )
        lost = (before - after) / before if before else np.nan
        all_lost = (n_before - n_after) / n_before if n_before else np.nan
        rows.append((bridge, *told, all_lost, before / max(n_true, 1), after / max(n_true, 1), lost, before))
    names = [
        "bridge",
        "said_share",
        "said_low",
        "said_high",
        "found_lost_share",
        "recall_before",
        "recall_after",
    ]
    return pd.DataFrame(rows, columns=[*names, "lost_share", "n"])


def tell_ablation(frame: pd.DataFrame) -> str:
    """One line: what was said to be lost without e-mail addresses, and what was."""
    row = frame.set_index("bridge").loc["email"]
    return (
        f"bridges: without e-mail addresses {row['lost_share']:.1%} of the true pairs found are lost "
        f"(said: {row['said_share']:.1%}, {row['said_low']:.1%} to {row['said_high']:.1%}; recall "
        f"{row['recall_before']:.3f} to {row['recall_after']:.3f})"
    )


def measure_bridges(run: Path, raw: Path) -> tuple[pd.DataFrame, str]:
    """The ablation on a finished run of a made-up world.

    Args:
        run: Folder of the run; its manifest says where its tables lie.
        raw: Folder of the world's exports; not read, the run holds the truth about records.

    Returns:
        The frame of ``ablate_identifiers``, and one line.
    """
    import json

    del raw
    manifest = json.loads((run / "manifest.json").read_text("utf-8"))
    # A run of some stages points to what an earlier one made.
    files = {name: run.parents[1] / told["file"] for name, told in manifest["outputs"].items()}
    names = ("records", "identifiers", "record_values", "source_links", "judgements", "true_people")
    tables = {name: _read(files[name]) for name in names}
    told = manifest["parameters"]
    rules = EvidenceRule(**told["evidence_rule"]), ClusterRule(**told["cluster_rule"])
    model = json.loads(files["identity_model"].read_text("utf-8"))
    scored = _read(files["scored_links"])
    frame = ablate_identifiers(tables, scored, model, rules)
    return frame, tell_ablation(frame)


def _read(path: Path) -> Table:
    return Table.from_arrow(pq.read_table(path))


def _found(
    tables: Mapping[str, Table],
    identifiers: Table,
    scored_links: Table,
    model: dict[str, Any],
    rules: tuple[EvidenceRule, ClusterRule],
) -> tuple[Table, tuple[int, int, int], Table]:
    """Links, (true pairs found, true pairs, pairs found), and the evidence."""
    evidence_rule, cluster_rule = rules
    records, values = tables["records"], tables["record_values"]
    evidence = gather_evidence(records, identifiers, values, tables["source_links"], evidence_rule)
    links, clusters, _, _ = cluster_records(
        records, values, evidence, scored_links, tables["judgements"], model, cluster_rule,
        identifiers, evidence_rule,
    )  # fmt: skip
    true = tables["true_people"].to_pandas(50_000_000)
    both = clusters.merge(true, on="record_id")
    found = both.groupby(["cluster_id", "true_person_id"]).size().to_numpy()
    whole = both.groupby("true_person_id").size().to_numpy()
    together = clusters.groupby("cluster_id").size().to_numpy()
    pairs = tuple(int((size * (size - 1) // 2).sum()) for size in (found, whole, together))
    return Table.from_pandas(links), pairs, evidence
