"""Paths in, credits of channels out: ``journey attribute`` and ``journey_research.attribute``."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from numbers import Real
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

from journey_research.errors import DONE, UserError
from journey_research.pipelines.conversion.crediting import (
    MODELS,
    AttributionRule,
    ModelCredits,
    credit_channels,
)
from journey_research.pipelines.conversion.paths import BlankPath, PathCounts, count_paths

from .files import (
    as_text,
    check_output,
    is_blank,
    is_whole,
    need_columns,
    read_frame,
    to_numbers,
    write_frame,
)

COLUMNS = ["model", "channel", "conversions", "value", "low", "high"]
MOST_COUNTED = 2**53


@dataclass(frozen=True, repr=False)
class Attributed:
    """Credits of channels.

    Attributes:
        credits: ``model,channel,conversions,value,low,high``, sorted by model and channel.
        summary: What it says, in a few lines; also its ``repr``.

    Example:
        >>> paths = pd.DataFrame({"path": ["ad > mail", "mail"], "sold": [2, 1]})
        >>> attribute(paths, path="path", conversions="sold", models="first", intervals=0)
        3 conversions in 3 journeys on 2 distinct paths, 2 channels
        first: ad 2.0, mail 1.0
        credits say where conversions were seen, not what caused them
    """

    credits: pd.DataFrame
    summary: str = field(default="")

    def __repr__(self) -> str:
        return self.summary


def attribute(
    frame: pd.DataFrame,
    *,
    path: str,
    conversions: str,
    value: str | None = None,
    nulls: str | None = None,
    separator: str = ">",
    models: str | Sequence[str] = ",".join(MODELS),
    order: int = 1,
    half_life: float = 7,
    intervals: int = 200,
    seed: int = 1,
) -> Attributed:
    """Credit the conversions of paths to their channels.

    A credit says on which paths conversions were seen; it is no effect of a channel.

    Args:
        frame: n rows; one is a path with its number of conversions, total value and number of
            journeys that did not convert. Rows of the same path are added up.
        path: Column of channels in order with ``separator`` between; names are trimmed.
        conversions: Column of whole numbers from 0.
        value: Column of total values, in one currency; blank where nothing converted counts 0.
        nulls: Column of whole numbers from 0. Without it every journey converts, and a channel's
            removal loses exactly the conversions whose path touches it.
        separator: What stands between two channels.
        models: Of ``first,last,linear,position,time-decay,markov``: a list, or text with commas.
        order: Channels that a state of the Markov chain remembers.
        half_life: Steps before the conversion after which a touch counts half.
        intervals: Bootstrap draws of the journeys behind ``low`` and ``high``; 0 for none.
        seed: Seed of the draws.

    Returns:
        ``credits``: every model's conversions sum to all conversions, its values to the total value
        (missing without ``value``); ``low`` and ``high`` are 95 % of the drawn conversions.

    Raises:
        UserError: A column is missing, a path is blank, a count is negative or not whole.

    Source:
        Anderl, Becker, von Wangenheim and Schumann (2016), "Mapping the customer journey", for the
        chain; the other models are rules.

    Example:
        >>> paths = pd.DataFrame({"path": ["ad > mail", "mail"], "sold": [2, 1]})
        >>> attribute(paths, path="path", conversions="sold", models="linear", intervals=0).credits
            model channel  conversions  value  low  high
        0  linear      ad          1.0    NaN  NaN   NaN
        1  linear    mail          2.0    NaN  NaN   NaN
    """
    rule = _rule(models, order, half_life, intervals, seed)
    return _attribute(frame, path, conversions, value, nulls, separator, rule, None)


def _rule(
    models: str | Sequence[str], order: int, half_life: float, intervals: int, seed: int
) -> AttributionRule:
    named = models.split(",") if isinstance(models, str) else models
    for option, given in (("order", order), ("intervals", intervals), ("seed", seed)):
        if not is_whole(given):
            raise UserError(f"{option} is no whole number from 0")
    if not isinstance(half_life, Real):
        raise UserError("half-life is no number")
    try:
        models_told = tuple(str(name).strip() for name in named)
        return AttributionRule(models_told, int(order), float(half_life), int(intervals), int(seed))
    except ValueError as trouble:
        raise UserError(str(trouble).replace("half_life_steps", "half-life")) from None


def _attribute(
    frame: pd.DataFrame,
    path: str,
    conversions: str,
    value: str | None,
    nulls: str | None,
    separator: str,
    rule: AttributionRule,
    file: str | None,
) -> Attributed:
    if not separator:
        raise UserError("separator is empty", do="name what stands between two channels")
    need_columns(list(frame.columns), [name for name in (path, conversions, value, nulls) if name], file)
    converted = _counts(frame[conversions], conversions, file)
    lost = _counts(frame[nulls], nulls, file) if nulls else np.zeros(len(frame), np.int64)
    worth = np.zeros(len(frame))
    if value:
        nothing = is_blank(frame[value]).to_numpy() & (converted == 0)
        worth = to_numbers(frame[value].mask(nothing, 0), value, file).to_numpy()
    try:
        counted = count_paths(as_text(frame[path]), converted, lost, worth, separator)
    except BlankPath as blank:
        raise UserError(
            "path is blank, or one of its channels is",
            file=file,
            row=blank.position + 1,
            column=path,
            do="name every channel, or leave the row out",
        ) from None
    found = credit_channels(counted, rule)
    tables = [_table(model, counted, found[model], bool(value)) for model in sorted(found)]
    credits = pd.concat(tables, ignore_index=True)
    return Attributed(credits, _summary(credits, counted, rule, bool(nulls)))


def _counts(values: pd.Series, column: str, file: str | None) -> npt.NDArray[np.int64]:
    numbers = to_numbers(values, column, file).to_numpy()
    rule = "is a whole number from 0"
    wrong = (numbers < 0) | (numbers != np.floor(numbers)) | (numbers >= MOST_COUNTED)
    if wrong.any():
        row = int(np.argmax(wrong)) + 1
        raise UserError("count is negative or not whole", file=file, row=row, column=column, rule=rule)
    return numbers.astype(np.int64)


def _table(model: str, counted: PathCounts, found: ModelCredits, has_value: bool) -> pd.DataFrame:
    low = high = np.full(len(counted.channels), np.nan)
    if len(found.draws):
        low, high = np.quantile(found.draws, [0.025, 0.975], axis=0)
    return pd.DataFrame(
        {
            "model": pd.Series([model] * len(counted.channels), dtype="str"),
            "channel": pd.Series(counted.channels, dtype="str"),
            "conversions": found.conversions,
            "value": found.values if has_value else low * np.nan,
            "low": low,
            "high": high,
        },
        columns=COLUMNS,
    )


def _summary(credits: pd.DataFrame, counted: PathCounts, rule: AttributionRule, has_nulls: bool) -> str:
    converted, journeys = counted.conversions.sum(), counted.conversions.sum() + counted.nulls.sum()
    lines = [
        f"{converted:,} conversions in {journeys:,} journeys on {len(counted.lengths):,} distinct paths, "
        f"{len(counted.channels):,} channels"
    ]
    for model in rule.models:
        best = credits[credits["model"] == model].nlargest(3, "conversions")
        told = [
            f"{channel} {credit:,.1f}" + (f" ({low:,.1f} to {high:,.1f})" if low == low else "")
            for channel, credit, low, high in zip(
                best["channel"], best["conversions"], best["low"], best["high"], strict=True
            )
        ]
        lines.append(f"{model}: {', '.join(told)}")
    if not has_nulls and "markov" in rule.models:
        lines.append("no journeys without conversion were given: the chain is that of the conversions alone")
    lines.append("credits say where conversions were seen, not what caused them")
    return "\n".join(lines)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Options of ``journey attribute``.

    Args:
        parser: Gets the options.

    Example:
        >>> parser = argparse.ArgumentParser()
        >>> add_arguments(parser)
        >>> parser.parse_args("p.csv --path p --conversions n --out credits.csv".split()).intervals
        200
    """
    parser.add_argument("file", help="table of paths: .csv, .csv.gz or .parquet")
    parser.add_argument("--path", required=True, metavar="COLUMN", help="channels in order")
    parser.add_argument("--conversions", required=True, metavar="COLUMN", help="number of conversions")
    parser.add_argument("--value", metavar="COLUMN", help="total value of the conversions")
    parser.add_argument("--nulls", metavar="COLUMN", help="number of journeys that did not convert")
    parser.add_argument("--separator", default=">", help="between two channels (default: >)")
    parser.add_argument("--models", default=",".join(MODELS), help="with commas (default: all)")
    parser.add_argument("--order", type=int, default=1, help="channels a state remembers (default: 1)")
    parser.add_argument("--half-life", type=float, default=7.0, help="steps of time-decay (default: 7)")
    parser.add_argument("--intervals", type=int, default=200, help="bootstrap draws (default: 200)")
    parser.add_argument("--seed", type=int, default=1, help="seed of the draws (default: 1)")
    parser.add_argument("--out", required=True, metavar="FILE", help="credits: .csv, .csv.gz or .parquet")


def run(arguments: argparse.Namespace) -> int:
    """Read the file, credit, write the table, print the summary.

    Args:
        arguments: What ``add_arguments`` asks for.

    Returns:
        0. Nothing is written where anything fails.

    Raises:
        UserError: As ``attribute``, and where a file cannot be read or written.

    Example:
        >>> import tempfile
        >>> parser = argparse.ArgumentParser()
        >>> add_arguments(parser)
        >>> options = "--path path --conversions sold --models last --intervals 0".split()
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     table, out = Path(folder, "paths.csv"), Path(folder, "credits.csv")
        ...     _ = table.write_text("path,sold\\nad > mail,2\\n")
        ...     run(parser.parse_args([str(table), *options, "--out", str(out)]))
        ...     out.read_text().splitlines()
        2 conversions in 2 journeys on 1 distinct paths, 2 channels
        last: mail 2.0, ad 0.0
        credits say where conversions were seen, not what caused them
        0
        ['model,channel,conversions,value,low,high', 'last,ad,0.0,,,', 'last,mail,2.0,,,']
    """
    told = arguments
    check_output(told.out, is_table=True)
    rule = _rule(told.models, told.order, told.half_life, told.intervals, told.seed)
    needed = [name for name in (told.path, told.conversions, told.value, told.nulls) if name]
    frame = read_frame(told.file, text=[told.path], needed=needed, only=True)
    file = Path(told.file).name
    done = _attribute(frame, told.path, told.conversions, told.value, told.nulls, told.separator, rule, file)
    write_frame(done.credits, told.out)
    print(f"{len(frame):,} rows read, results written", file=sys.stderr)  # last: an error is one line
    print(done)
    return DONE
