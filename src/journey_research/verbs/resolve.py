"""Records in, persons out: ``journey resolve``, and ``resolve`` on a data frame."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from numbers import Real
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from journey_research.errors import DONE, UserError

from .blocked_values import leave_out_blocked, read_blocked
from .files import check_output, frame_writer, is_whole, json_writer, read_frame, write_files
from .labels import read_labels
from .progress_bar import shown
from .records import check_records
from .resolved import Resolved
from .sources import read_sources
from .strong_identifiers import find_evidence, join_relatives

if TYPE_CHECKING:
    from journey_research.pipelines.identity.matching.columns import ValueColumn
    from journey_research.pipelines.identity.matching.progress import Progress

SHOWN_THRESHOLDS = (0.3, 0.5, 0.7)
LEAST_JOINED_SHARE = 0.05


def resolve(
    frame: pd.DataFrame,
    *,
    id: str,
    fields: Sequence[str] | str | None = None,
    labels: pd.DataFrame | str | Path | None = None,
    model: dict[str, Any] | str | Path | None = None,
    save_model: str | Path | None = None,
    threshold: float | None = None,
    seed: int = 1,
    source: str | None = None,
    once: Sequence[str] | str | None = None,
    blocked: Sequence[str] | str | Path | None = None,
    progress: bool | Progress | None = None,
) -> Resolved:
    """Find out which records are one person.

    Args:
        frame: n records, one row each; any columns.
        id: Column that names a record; unique, never blank. Ids are text and come back as they came.
        fields: Columns to compare; all but the id and the source where not given.
        labels: Pairs with an answer, columns id_a, id_b, answer (same, distinct, unsure); a frame
            or a file. Same and distinct are kept to in the result. Without labels the e-mail
            addresses, phone numbers and other ids that records share teach, found by what they look
            like, or, where too few share any, the values alone.
        model: A document that an earlier call made, or its file; then nothing is trained.
        save_model: Where to write the document, ``.json``.
        threshold: Least average match probability inside a person; the model's own where not given.
        seed: Seed of everything drawn in training.
        source: Column that says which source a record is of.
        once: Values of it in which a person stands at most once (at most 64), or ``all`` for every one,
            as of two clean lists: two records of such a source are joined only where judged the same.
            Where every record is of one, what stands out in another source teaches, too.
        blocked: Further values that say nothing and are not compared, or a file with one on each line;
            shipped are test@test.com, 0000000000, anonymous and the like.
        progress: Whether a bar on standard error shows how far it has come; only on a terminal where not
            given. Or a function that is told stage, done and total.

    Returns:
        Persons in input order; ``person_id`` is named after the smallest id of the person, so it
        does not hang on row order. A record alone has probability 1.

    Raises:
        UserError: A column is missing; an id is blank or stands twice; a label names an unknown
            id, or labels contradict one another; there are too many records; without labels, nothing
            shows what a repeat looks like, or next to nobody stands twice; ``once`` names no source.

    Source:
        Blocking predicates are dedupe's (Bilenko and Mooney 2003; dedupe 3.0.3).

    Example:
        >>> people = pd.DataFrame({"key": ["1", "2"], "name": ["Ann Lee", "Ann Lee"]})
        >>> told = pd.DataFrame({"id_a": ["1"], "id_b": ["2"], "answer": ["same"]})
        >>> resolve(people, id="key", labels=told).persons["person_id"].nunique()
        1
    """
    from journey_research.pipelines.identity.person_names import name_roots, no_changes
    from journey_research.pipelines.identity.resolution import resolve_columns

    if threshold is not None and not (isinstance(threshold, Real) and 0 < threshold < 1):
        raise UserError("the threshold is not between 0 and 1", rule="0 < threshold < 1")
    if not is_whole(seed) or seed >= 2**32:
        raise UserError("the seed is no whole number from 0 to 4294967295")
    if save_model is not None:
        _check_model_name(save_model)
    sources = read_sources(frame, source, once)
    ids, columns = check_records(frame, id, fields, source)
    place, order = pd.Index(ids).sort_values(return_indexer=True)
    judged = read_labels(labels, place)
    nothing_said = read_blocked(blocked)
    values = frame.set_axis([str(name) for name in frame.columns], axis=1)[columns].reset_index(drop=True)
    bits = sources.bits(frame)
    held = None if bits is None else bits[order]
    with shown(progress) as tell:
        tell("reading values", 0, 0)
        ordered = leave_out_blocked(values, nothing_said).iloc[order].reset_index(drop=True)
        if model is not None:
            document = _read_model(model)
            compared = _columns_of(document, ordered)
        else:
            tell("learning", 0, 0)
            document, compared = _train(place, ordered, judged, labels is not None, seed, held)
        chosen = threshold if threshold is not None else float(document.get("threshold", 0.5))
        resolution = resolve_columns(place, compared, document, judged, chosen, SHOWN_THRESHOLDS, held, tell)
    resolved = Resolved(
        ids=ids,
        values=values,
        model=document,
        is_trained=model is None,
        resolution=resolution,
        places=np.argsort(order),
        names=name_roots(place, resolution.roots),
        changes=no_changes(),
        sources=sources,
        blocked=nothing_said,
    )
    if save_model is not None:
        write_files({Path(save_model): json_writer(document)})
    return resolved


def _read_model(model: dict[str, Any] | str | Path) -> dict[str, Any]:
    if isinstance(model, dict):
        if not model.keys() & {"weights", "state"}:
            raise UserError("the document holds no model", do="give one that an earlier call made")
        return model
    path = Path(model)
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as problem:
        raise UserError(
            "the model cannot be read", file=path.name, do="give a file that --save-model wrote"
        ) from problem
    if not isinstance(document, dict) or not document.keys() & {"weights", "state"}:
        raise UserError("the file holds no model", file=path.name, do="give a file that --save-model wrote")
    return document


def _columns_of(document: dict[str, Any], values: pd.DataFrame) -> list[ValueColumn]:
    """The columns that a saved model compares."""
    from journey_research.pipelines.identity.matching.matcher import columns_for, read_matcher

    if "weights" not in document:
        return []
    return columns_for(values, read_matcher(document, list(values.columns)))


def _train(
    place: pd.Index,
    values: pd.DataFrame,
    judged: pd.DataFrame,
    is_labelled: bool,
    seed: int,
    once: np.ndarray | None,
) -> tuple[dict[str, Any], list[ValueColumn]]:
    """The matcher's document, without weights where there is nothing to compare; and what is compared."""
    from journey_research.pipelines.identity.training import (
        NOTHING_TO_COMPARE,
        MatcherRule,
        prepare_columns,
        train_on_columns,
    )

    if len(place) < 2:
        return {"state": NOTHING_TO_COMPARE}, []
    rule = MatcherRule(compared_columns=tuple(values.columns), training_seed=seed, least_filled_share=0.0)
    columns, partings = prepare_columns(values, rule)
    if not columns:
        return {"state": NOTHING_TO_COMPARE}, []

    def taught_by(evidence: pd.DataFrame) -> dict[str, Any]:
        return train_on_columns(place, columns, partings, judged, {}, evidence, rule, once)

    evidence = find_evidence(place, columns)
    if is_labelled:
        return taught_by(evidence), columns
    # The values together say more than an identifier that branches or relatives may share; where they are
    # too few to say anything, identifiers do, if enough records have one in common.
    joined = pd.concat([evidence["record_id_a"], evidence["record_id_b"]]).nunique()
    teaches = joined >= LEAST_JOINED_SHARE * len(place) and not join_relatives(evidence, place, columns)
    for teacher in (evidence.head(0), evidence) if teaches else (evidence.head(0),):
        document = taught_by(teacher)
        if "weights" in document:
            return document, columns
    raise UserError(
        str(document["state"]).removeprefix("no matcher: "),
        do="give --labels with pairs answered same or distinct"
        + (", or name lists that hold nobody twice by --source and --once" if once is None else ""),
    )


def _check_model_name(path: str | Path) -> None:
    if Path(path).suffix != ".json":
        raise UserError("a model is written as .json", file=Path(path).name, do="end the name in .json")
    check_output(path)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of ``journey resolve``.

    Args:
        parser: Gets the options.

    Example:
        >>> parser = argparse.ArgumentParser()
        >>> add_arguments(parser)
        >>> parser.parse_args("people.csv --id key --out persons.csv".split()).seed
        1
    """
    parser.add_argument("records", help="table of records: .csv, .csv.gz or .parquet")
    parser.add_argument("--id", required=True, metavar="COLUMN", help="column that names a record")
    parser.add_argument("--fields", metavar="A,B,C", help="columns to compare (default: all but the id)")
    parser.add_argument(
        "--labels", metavar="FILE", help="judged pairs: id_a,id_b,answer (same, distinct, unsure)"
    )
    parser.add_argument("--model", metavar="FILE", help="score with a saved model instead of training")
    parser.add_argument("--save-model", metavar="FILE", help="write the model to this .json file")
    parser.add_argument(
        "--threshold", type=float, metavar="P", help="least average probability inside a person"
    )
    parser.add_argument("--seed", type=int, default=1, help="seed of what training draws (default 1)")
    parser.add_argument("--source", metavar="COLUMN", help="column that says which source a record is of")
    parser.add_argument(
        "--once",
        metavar="A,B",
        help="sources in which a person stands at most once, or 'all' (default: none)",
    )
    parser.add_argument(
        "--blocked", metavar="FILE", help="further values that say nothing, one a line (some are shipped)"
    )
    parser.add_argument(
        "--progress",
        action="store_true",
        default=None,
        help="show how far it has come (default: only on a terminal)",
    )
    parser.add_argument("--out", required=True, metavar="FILE", help="persons: .csv, .csv.gz or .parquet")


def run(arguments: argparse.Namespace) -> int:
    """Read, resolve, write, and print the summary.

    Args:
        arguments: What ``add_arguments`` asks for.

    Returns:
        0. Nothing is written where anything fails.

    Raises:
        UserError: As ``resolve``, and where a file cannot be read or written.

    Example:
        >>> import tempfile
        >>> parser = argparse.ArgumentParser()
        >>> add_arguments(parser)
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     table, told, out = (Path(folder, name) for name in ("a.csv", "b.csv", "c.csv"))
        ...     _ = table.write_text("key,name\\n1,Ann Lee\\n2,Ann Lee\\n")
        ...     _ = told.write_text("id_a,id_b,answer\\n1,2,same\\n")
        ...     options = ["--id", "key", "--labels", str(told), "--out", str(out)]
        ...     run(parser.parse_args([str(table), *options]))
        ...     out.read_text().splitlines()
        2 records, 1 persons at threshold 0.5
        other thresholds: 1 to 1 persons (1 at 0.3, 1 at 0.5, 1 at 0.7)
        no matcher: nothing to compare; only labels join records
        0
        ['id,person_id,probability', '1,person:6b86b273ff34fce1,1.0', '2,person:6b86b273ff34fce1,1.0']
    """
    out = Path(arguments.out)
    named = [name for name in (arguments.id, arguments.source) if name is not None]
    frame = read_frame(arguments.records, text=named, needed=named)
    check_output(out, is_table=True)
    saved = None if arguments.save_model is None else Path(arguments.save_model)
    if saved is not None:
        _check_model_name(saved)
    resolved = resolve(
        frame,
        id=arguments.id,
        fields=arguments.fields,
        labels=arguments.labels,
        model=arguments.model,
        threshold=arguments.threshold,
        seed=arguments.seed,
        source=arguments.source,
        once=arguments.once,
        blocked=arguments.blocked,
        progress=arguments.progress,
    )
    files = {out: frame_writer(resolved.persons, out)}
    if saved is not None:
        files[saved] = json_writer(resolved.model)
    write_files(files)
    print(f"{len(frame):,} records read, results written", file=sys.stderr)  # last: an error is one line
    print(resolved)
    return DONE
