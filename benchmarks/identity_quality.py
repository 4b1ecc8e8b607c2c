"""Identity beside its peers: pairwise F1 on records whose entities taught nothing, set by set.

Every tool gets the same records; those that learn get the same labels, drawn from half of the entities.
Whoever does it, scores count pairs of the other half's records alone. A tool that needs no labels runs
once and is scored on each seed's half. Where a set is of lists that hold an entity once, the tools that can
hear of it are also told. Each peer has an environment of its own, made at its first use.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from benchmarks.identity_sets import NAMES, IdentitySet, Pairwise, load, pairwise, split
from benchmarks.peers.splink_models import MODELS

PEERS = Path(__file__).resolve().parent / "peers"
N_LABELS = 600
HARD_SHARE = 0.75  # of the distinct pairs
MOST_IN_BLOCK = 50
NEXT_IN_BLOCK = 5
TUTORIAL_THRESHOLD = 0.95
SOURCE = "list it stands in"
THRESHOLDS = (0.01, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99, 0.999, 0.9999)


@dataclass(frozen=True)
class Way:
    """One way to use a tool.

    Attributes:
        tool: As ``--tools`` names it; also its script, ``peers/TOOL_peer.py``.
        mode: labelled or unlabelled, and how where there are several ways.
        is_labelled: Whether it is given labels, and so runs once for each seed.
        packages: What its own environment holds; none: it runs in the project's.
        task: What its task says beside records, fields, labels and seed.
        knows_lists: Whether it is told which list a record stands in, and that a list holds an entity once;
            only for sets that are such lists.
    """

    tool: str
    mode: str
    is_labelled: bool
    packages: tuple[str, ...] = ()
    task: tuple[tuple[str, Any], ...] = ()
    knows_lists: bool = False


_SPLINK = ("splink==5.0.0", "pyarrow")
_AT_EACH = (("thresholds", THRESHOLDS),)
_GOLDENMATCH = ("goldenmatch==3.22.0", "pyarrow")
WAYS = (
    Way("ours", "labelled", True),
    Way("ours", "unlabelled", False),
    Way("ours", "labelled, lists known", True, knows_lists=True),
    Way("ours", "unlabelled, lists known", False, knows_lists=True),
    Way("dedupe", "labelled", True),
    Way("splink", "unlabelled", False, _SPLINK, _AT_EACH),
    Way("splink", "unlabelled, lists known", False, _SPLINK, _AT_EACH, knows_lists=True),
    Way("goldenmatch", "unlabelled, probabilistic", False, _GOLDENMATCH, (("way", "probabilistic"),)),
    Way("goldenmatch", "unlabelled, its choice", False, _GOLDENMATCH, (("way", "chosen"),)),
)
TOOLS = tuple(dict.fromkeys(way.tool for way in WAYS))


@dataclass(frozen=True)
class Answer:
    """What a run of a tool came to.

    Attributes:
        clusters: Variant -> n cluster ids in the order of the set; empty where it failed.
        seconds: From records in memory to the first clusters in memory; None where it failed.
        peak_mb: Of the largest of its processes.
        failed: Why there is nothing, in words.
        told: What else it measured of itself.
    """

    clusters: dict[str, np.ndarray]
    seconds: float | None = None
    peak_mb: int | None = None
    failed: str | None = None
    told: dict[str, Any] = field(default_factory=dict)


def draw_labels(one: IdentitySet, training: np.ndarray, seed: int, n_labels: int = N_LABELS) -> pd.DataFrame:
    """Label pairs of training records: half the same entity, half look-alikes of different ones.

    Of the distinct pairs, three in four share words: the more they share, the sooner they are taken;
    the rest are any two records. Where a set has fewer same pairs, all of them are labelled, and there
    are no more distinct pairs for it.

    Args:
        one: The set.
        training: Entities that teach; no record of another is in any label.
        seed: Which pairs.
        n_labels: At most so many, an even number.

    Returns:
        At most ``n_labels`` rows of id_a, id_b, answer (same, distinct); no pair stands twice.
    """
    chance = np.random.default_rng(seed)
    rows = np.flatnonzero(np.isin(one.truth, training))
    _, entity = np.unique(one.truth, return_inverse=True)
    half = n_labels // 2
    same = _drawn(_pairs_within(rows, entity), half, chance)
    n_hard = round(half * HARD_SHARE)
    alike = _look_alikes(one.frame.loc[rows, list(one.fields)], chance)
    hard = alike[entity[alike[:, 0]] != entity[alike[:, 1]]][:n_hard]
    any_two = np.sort(chance.choice(rows, size=(20 * half, 2)), axis=1) if len(rows) else hard
    any_two = any_two[entity[any_two[:, 0]] != entity[any_two[:, 1]]]
    distinct = np.concatenate([hard, any_two])
    _, first = np.unique(distinct, axis=0, return_index=True)
    distinct = distinct[np.sort(first)][:half]
    told = np.concatenate([same, distinct])
    ids = one.frame["id"].to_numpy()
    answer = np.repeat(["same", "distinct"], [len(same), len(distinct)])
    return pd.DataFrame({"id_a": ids[told[:, 0]], "id_b": ids[told[:, 1]], "answer": answer})


def _pairs_within(rows: np.ndarray, group: np.ndarray) -> np.ndarray:
    """All pairs of ``rows`` of one group, shape (k, 2), ascending; group of row r is ``group[r]``."""
    ordered = rows[np.argsort(group[rows], kind="stable")]
    found = [np.empty((0, 2), dtype=np.int64)]
    for step in range(1, len(ordered)):
        is_same = group[ordered[step:]] == group[ordered[:-step]]
        if not is_same.any():
            break
        found.append(np.stack([ordered[:-step][is_same], ordered[step:][is_same]], axis=1))
    pairs = np.concatenate(found)
    return pairs[np.lexsort((pairs[:, 1], pairs[:, 0]))]


def _drawn(pairs: np.ndarray, most: int, chance: np.random.Generator) -> np.ndarray:
    if len(pairs) <= most:
        return pairs
    return pairs[np.sort(chance.choice(len(pairs), size=most, replace=False))]


def _look_alikes(values: pd.DataFrame, chance: np.random.Generator) -> np.ndarray:
    """Pairs of rows that share words, shape (k, 2); those that share most first, then by chance.

    A word of more than :data:`MOST_IN_BLOCK` records says little and is passed over; inside a block
    each record meets its next few, in an order that chance draws.
    """
    words = pd.concat([values[name].dropna().str.lower().str.split() for name in values]).explode()
    told = pd.DataFrame({"word": words, "row": words.index}).dropna().drop_duplicates()
    told = told[told.groupby("word")["row"].transform("size").between(2, MOST_IN_BLOCK)]
    luck = pd.Series(chance.permutation(len(values)), index=values.index)
    told = told.assign(luck=told["row"].map(luck)).sort_values(["word", "luck"])
    word, row = told["word"].to_numpy(dtype=str), told["row"].to_numpy(dtype=np.int64)
    found = [np.empty((0, 2), dtype=np.int64)]
    for step in range(1, min(NEXT_IN_BLOCK, max(len(row) - 1, 0)) + 1):
        is_same = word[step:] == word[:-step]
        found.append(np.stack([row[:-step][is_same], row[step:][is_same]], axis=1))
    pairs, n_shared = np.unique(np.sort(np.concatenate(found), axis=1), axis=0, return_counts=True)
    return pairs[np.lexsort((chance.permutation(len(pairs)), -n_shared))]


def make_environment(tool: str, packages: Sequence[str]) -> Path:
    """The interpreter of a tool's own environment, which is made and filled when it is not there.

    Raises:
        RuntimeError: It could not be made or filled.
    """
    if not packages:
        return Path(sys.executable)
    folder = PEERS / ".venvs" / tool
    python, filled = folder / "bin" / "python", folder / "packages.txt"
    wanted = "\n".join(packages) + "\n"
    if filled.is_file() and filled.read_text(encoding="utf-8") == wanted:
        return python
    for doing, command in (
        ("made", [sys.executable, "-m", "venv", str(folder)]),
        ("filled", [str(python), "-m", "pip", "install", "--quiet", *packages]),
    ):
        ended = subprocess.run(command, capture_output=True, text=True, check=False)
        if ended.returncode:
            print(ended.stderr[-2000:], file=sys.stderr)
            raise RuntimeError(f"its environment could not be {doing}")
    filled.write_text(wanted, encoding="utf-8")
    return python


def run_peer(
    way: Way, one: IdentitySet, labels: pd.DataFrame | None, seed: int, limit_seconds: int
) -> Answer:
    """Give a tool its task and wait for it; whatever goes wrong is told in the answer.

    Its home is a folder that is thrown away, so what it keeps between runs helps no later one. What it
    says of itself goes to standard error where it fails.
    """
    try:
        python = make_environment(way.tool, way.packages)
    except RuntimeError as problem:
        return Answer({}, failed=f"not run: {problem}")
    task = {
        "fields": list(one.fields),
        "seed": seed,
        "labels": None if labels is None else labels.to_numpy().tolist(),
        "model": MODELS[one.name] if way.tool == "splink" else None,
        "source": SOURCE if way.knows_lists else None,
        **dict(way.task),
    }
    frame = one.frame[["id", *one.fields]]
    if way.knows_lists:
        frame = frame.assign(**{SOURCE: one.source})
    with tempfile.TemporaryDirectory(prefix="identity-peer-") as name:
        folder = Path(name)
        frame.to_parquet(folder / "records.parquet", index=False)
        (folder / "task.json").write_text(json.dumps(task), encoding="utf-8")
        (folder / "home").mkdir()
        settings = {"HOME": str(folder / "home"), "PYTHONHASHSEED": "0", "GOLDENMATCH_ANALYTICS": "0"}
        try:
            ended = run_limited(
                [str(python), "-W", "ignore", str(PEERS / f"{way.tool}_peer.py"), name],
                cwd=folder / "home",
                env={**os.environ, **settings},
                limit_seconds=limit_seconds,
            )
        except subprocess.TimeoutExpired:
            return Answer({}, failed=f"stopped: not done after {limit_seconds:,} seconds")
        if ended.returncode:
            print(ended.stderr[-2000:], file=sys.stderr)
            kind = (ended.stderr.strip().splitlines() or ["no message"])[-1].split(":")[0]
            return Answer({}, failed=f"crashed: {kind}")
        cost = json.loads((folder / "cost.json").read_text(encoding="utf-8"))
        if cost["failed"]:
            return Answer({}, cost["seconds"], cost["peak_mb"], cost["failed"], cost["told"])
        told = pd.read_csv(folder / "clusters.csv", dtype=str, keep_default_na=False)
    clusters = {}
    for variant, rows in told.groupby("variant", sort=False):
        found = rows.set_index("id")["cluster"].reindex(one.frame["id"])
        if found.isna().any() or len(rows) != len(one):
            return Answer({}, failed="crashed: it left out records, or named some twice")
        clusters[str(variant)] = found.to_numpy(dtype=str)
    return Answer(clusters, cost["seconds"], cost["peak_mb"], told=cost["told"])


def run_limited(
    command: Sequence[str], cwd: Path, env: dict[str, str], limit_seconds: float
) -> subprocess.CompletedProcess[str]:
    """Run a command in a session of its own, so that the processes it started are stopped with it.

    Raises:
        subprocess.TimeoutExpired: It was not done in time, and was stopped.
    """
    with subprocess.Popen(
        command,
        cwd=cwd,
        env=env,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as running:
        try:
            out, told = running.communicate(timeout=limit_seconds)
        except BaseException:
            os.killpg(running.pid, signal.SIGKILL)
            raise
    return subprocess.CompletedProcess(command, running.returncode, out, told)


def compare(
    one: IdentitySet, ways: Sequence[Way], seeds: Sequence[int], limit_seconds: int
) -> list[dict[str, Any]]:
    """Rows of one set: one for each way, two for Splink, whose threshold its user has to choose."""
    halves = {seed: split(one.truth, 0.5, seed) for seed in seeds}
    rows = []
    for way in ways:
        if way.knows_lists and not one.is_once:
            continue
        answers = {}
        for seed in seeds if way.is_labelled else seeds[:1]:
            print(f"{one.name}: {way.tool}, {way.mode}, seed {seed}", file=sys.stderr, flush=True)
            labels = draw_labels(one, halves[seed][0], seed) if way.is_labelled else None
            answers[seed] = run_peer(way, one, labels, seed, limit_seconds)
        is_test = {seed: np.isin(one.truth, halves[seed][1]) for seed in seeds}
        scores: dict[str, dict[int, Pairwise]] = {}
        for seed in seeds:
            answer = answers[seed if way.is_labelled else seeds[0]]
            for variant, found in answer.clusters.items():
                scores.setdefault(variant, {})[seed] = pairwise(
                    found[is_test[seed]], one.truth[is_test[seed]]
                )
        rows += tell_rows(one.name, way, seeds, list(answers.values()), scores)
    return rows


def tell_rows(
    name: str,
    way: Way,
    seeds: Sequence[int],
    ran: Sequence[Answer],
    scores: dict[str, dict[int, Pairwise]],
) -> list[dict[str, Any]]:
    """Means over the seeds that came to something; the note says of the others why not.

    Args:
        name: Of the set.
        way: The tool and how it was used.
        seeds: Which halves were asked for.
        ran: Each run of the tool.
        scores: Variant -> seed -> pairs of that seed's test records.

    Returns:
        One row of set, tool, mode, seeds, f1, precision, recall, seconds, peak_mb, note for each
        variant that is shown; a share is None where there was nothing to share.
    """
    failures = list(dict.fromkeys(answer.failed for answer in ran if answer.failed))
    shown = {"": "default"}
    if way.tool == "splink" and scores:
        best = max(scores, key=lambda variant: (_mean_f1(scores[variant]), float(variant)))
        shown = {", tutorial threshold": f"{TUTORIAL_THRESHOLD:g}", ", best threshold": best}
    rows = []
    for ending, variant in shown.items():
        told = list(scores.get(variant, {}).values())
        notes = [f"at {variant}"] if ending else []
        notes += ["chosen by the truth"] if ending == ", best threshold" else []
        if told and not any(score.n_true for score in told):
            wrong = _mean([float(score.n_found) for score in told], 1)
            notes.append(f"no true pairs; {wrong:g} wrong ones found")
        elif len(told) > 1:
            notes.append("f1 " + " ".join(f"{score.f1:.3f}" for score in told))
        rows.append(
            {
                "set": name,
                "tool": way.tool,
                "mode": way.mode + ending,
                "seeds": ",".join(map(str, seeds)),
                "f1": _mean([score.f1 for score in told], 4),
                "precision": _mean([score.precision for score in told], 4),
                "recall": _mean([score.recall for score in told], 4),
                "seconds": _mean([answer.seconds for answer in ran], 2),
                "peak_mb": max(
                    (answer.peak_mb for answer in ran if answer.peak_mb is not None), default=None
                ),
                "note": "; ".join([*notes, *failures]),
            }
        )
    return rows


def _mean_f1(told: dict[int, Pairwise]) -> float:
    return _mean([score.f1 for score in told.values()], 6) or 0.0


def _mean(values: Sequence[float | None], digits: int) -> float | None:
    """Mean of what there is; None where there is nothing."""
    told = [value for value in values if value is not None and not math.isnan(value)]
    return round(math.fsum(told) / len(told), digits) if told else None


def measure(arguments: Sequence[str]) -> list[dict[str, Any]]:
    """Run every tool on every set.

    Args:
        arguments: ``--sets A,B`` (all), ``--tools A,B`` (all), ``--seeds 1,2,3``: which halves teach;
            ``--limit_seconds N`` (3600) for each run of a tool.

    Returns:
        One row per set and way of using a tool; ``seconds`` is the mean of its runs, ``peak_mb`` their
        largest. A tool that could not be run has a row whose note says so.

    Raises:
        RuntimeError: There is no such set or tool, or a set's file is not there.
    """
    parser = argparse.ArgumentParser(prog="identity_quality")
    parser.add_argument("--sets", default=",".join(NAMES))
    parser.add_argument("--tools", default=",".join(TOOLS))
    parser.add_argument("--seeds", default="1,2,3")
    parser.add_argument("--limit_seconds", type=int, default=3600)
    chosen = parser.parse_args(list(arguments))
    sets, tools = chosen.sets.split(","), chosen.tools.split(",")
    for asked, known, kind in ((sets, NAMES, "set"), (tools, TOOLS, "tool")):
        if strange := sorted(set(asked) - set(known)):
            raise RuntimeError(f"there is no {kind} '{strange[0]}'; there are: {', '.join(known)}")
    seeds = [int(seed) for seed in chosen.seeds.split(",")]
    shared = Path(os.environ.get("JOURNEY_SHARED", Path(__file__).resolve().parents[2] / "shared"))
    ways = [way for way in WAYS if way.tool in tools]
    return [row for name in sets for row in compare(load(name, shared), ways, seeds, chosen.limit_seconds)]
