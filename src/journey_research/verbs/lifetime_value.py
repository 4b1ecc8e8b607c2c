"""Transactions in, expectations of customers out: ``journey lifetime-value`` and its function."""

from __future__ import annotations

import argparse
import re
import sys
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from journey_research.errors import DONE, UserError
from journey_research.pipelines.conversion.bg_nbd import alive_probability, expected_purchases, fit_bg_nbd
from journey_research.pipelines.conversion.fitting import Fit
from journey_research.pipelines.conversion.gamma_gamma import expected_amount
from journey_research.pipelines.conversion.lifetime_value import Histories, fit_amounts, summarise_purchases

from .files import (
    as_text,
    check_output,
    frame_writer,
    is_blank,
    json_writer,
    need_columns,
    read_frame,
    to_instants,
    to_numbers,
    write_folder,
)

DAYS = {"day": 1.0, "week": 7.0, "month": 365.25 / 12, "year": 365.25}
_HORIZON_DAYS = {"d": 1.0, "w": 7.0, "y": 365.25}


@dataclass(frozen=True, repr=False)
class LifetimeValues:
    """What is expected of customers.

    Attributes:
        customers: ``person,purchases,recency,age,probability_alive,expected_purchases,expected_value``,
            sorted by person.
        parameters: Estimates and standard errors of both models, log-likelihood and n.
        summary: What it says, in a few lines; also its ``repr``.

    Example:
        >>> days = ["2025-01-01", "2025-01-08", "2025-01-03", "2025-01-05"]
        >>> told = pd.DataFrame({"who": ["a", "a", "b", "c"], "day": days})
        >>> made = lifetime_value(told, person="who", time="day", calibration_end="2025-01-22")
        >>> made.parameters["n"], sorted(made.parameters["bg_nbd"])
        (3, ['a', 'alpha', 'b', 'r'])
        >>> print(repr(made).splitlines()[0])
        3 customers, 1 of them bought again; 0 later rows left out
    """

    customers: pd.DataFrame
    parameters: dict[str, Any]
    summary: str = field(default="")

    def __repr__(self) -> str:
        return self.summary


def lifetime_value(
    frame: pd.DataFrame,
    *,
    person: str,
    time: str,
    amount: str | None = None,
    calibration_end: str | date,
    horizon: str = "39w",
    unit: str = "week",
    seed: int = 1,
) -> LifetimeValues:
    """Expect purchases and amounts of customers from their purchases so far.

    Args:
        frame: n rows, one a transaction.
        person: Column of the customer's id, kept as text.
        time: Column of ISO 8601 times; without a zone they are UTC.
        amount: Column of amounts; those of one day are added up. Without it no value is expected.
        calibration_end: Last day that is read, UTC; it belongs to the calibration. Later rows are left out.
        horizon: How far ahead after that day: ``39w``, ``90d``, ``1y``, or a number of units.
        unit: Of recency and age: ``day``, ``week``, ``month`` (a twelfth of a year) or ``year``.
        seed: Every verb takes one; nothing here is drawn at random.

    Returns:
        ``customers``: one row per person with a transaction up to the end. ``purchases`` are repeats,
        days counted once; ``recency`` lies between first and last purchase, ``age`` between the
        first and the end. ``expected_value`` is undiscounted: expected purchases times the expected
        mean amount. ``parameters``: BG/NBD, and Gamma-Gamma where amounts are given and differ
        (else None); an error is None where the data do not tell.

    Raises:
        UserError: A column is missing, a person is blank, a time or amount cannot be read, or
            nobody bought on two days, so that nothing can be told.

    Source:
        Fader, Hardie and Lee (2005), "Counting your customers" the easy way, for BG/NBD; Fader and
        Hardie (2013), The Gamma-Gamma model of monetary value.

    Example:
        >>> days = ["2025-01-01", "2025-01-08", "2025-01-03", "2025-01-05"]
        >>> told = pd.DataFrame({"who": ["a", "a", "b", "c"], "day": days})
        >>> made = lifetime_value(told, person="who", time="day", calibration_end="2025-01-22")
        >>> made.customers[["person", "purchases", "recency", "age"]].values.tolist()[0]
        ['a', 1, 1.0, 3.0]
    """
    return _lifetime_value(frame, person, time, amount, calibration_end, horizon, unit, None)


def _lifetime_value(
    frame: pd.DataFrame,
    person: str,
    time: str,
    amount: str | None,
    calibration_end: str | date,
    horizon: str,
    unit: str,
    file: str | None,
) -> LifetimeValues:
    end, ahead = _end_day(calibration_end), _units(horizon, unit)
    need_columns(list(frame.columns), [name for name in (person, time, amount) if name], file)
    told, n_later = _histories(frame, person, time, amount, end, DAYS[unit], file)
    if not told.persons:
        raise UserError("no transaction up to the end of the calibration", file=file, do="name a later end")
    if not (told.purchases > 0).any():
        raise UserError(
            "nobody bought on two days up to the end of the calibration, so nothing can be told",
            file=file,
            do="name a later end or bring more transactions",
        )
    fit, amounts = (
        fit_bg_nbd(told.purchases, told.recency, told.age),
        fit_amounts(told) if amount else None,
    )
    customers = _customers(told, fit, amounts, ahead)
    parameters = {
        "bg_nbd": _document(fit),
        "gamma_gamma": _document(amounts),
        "log_likelihood": fit.log_likelihood,
        "n": fit.n,
    }
    return LifetimeValues(customers, parameters, _summary(customers, parameters, horizon, n_later))


def _end_day(calibration_end: str | date) -> int:
    """Day number since 1970 of an ISO date."""
    text = str(calibration_end)[:10] if isinstance(calibration_end, date) else str(calibration_end)
    try:
        return (date.fromisoformat(text) - date(1970, 1, 1)).days
    except ValueError:
        raise UserError("calibration end is no date", do="write it like 2025-01-31") from None


def _units(horizon: str, unit: str) -> float:
    if unit not in DAYS:
        raise UserError("unit is not known", rule=f"unit is one of {', '.join(DAYS)}")
    found = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*([dwy]?)\s*", str(horizon))
    ahead = float(found[1]) if found else 0.0
    if found is None or ahead <= 0:
        raise UserError("horizon is no length of time", do="write it like 39w, 90d or 1y")
    return ahead * (_HORIZON_DAYS[found[2]] / DAYS[unit] if found[2] else 1.0)


def _histories(
    frame: pd.DataFrame,
    person: str,
    time: str,
    amount: str | None,
    end: int,
    unit_days: float,
    file: str | None,
) -> tuple[Histories, int]:
    blank = is_blank(frame[person]).to_numpy()
    if blank.any():
        row = int(np.argmax(blank)) + 1
        raise UserError("value is missing", file=file, row=row, column=person, rule="a person is named")
    names = as_text(frame[person])
    days = to_instants(frame[time], time, file).to_numpy().astype("datetime64[D]").astype(np.int64)
    spent = to_numbers(frame[amount], amount, file).to_numpy() if amount else np.zeros(len(frame))
    codes, persons = pd.factorize(names, sort=True)
    # Amounts are sorted too, so that a day's sum does not hang on the order of its rows.
    order = np.lexsort((spent, days, codes))
    order = order[days[order] <= end]
    n_later = len(frame) - len(order)
    codes, days, spent = codes[order], days[order], spent[order]
    new = np.ones(len(order), bool)
    new[1:] = (codes[1:] != codes[:-1]) | (days[1:] != days[:-1])
    first = np.flatnonzero(new)
    sums = np.add.reduceat(spent, first) if len(first) else spent
    kept = [str(name) for name in np.asarray(persons, dtype=object)[codes[first]]]
    return summarise_purchases(kept, days[first], sums, end, unit_days), n_later


def _customers(told: Histories, fit: Fit, amounts: Fit | None, ahead: float) -> pd.DataFrame:
    history = told.purchases, told.recency, told.age
    bought = expected_purchases(fit, *history, ahead)
    means = expected_amount(amounts, told.purchases, told.mean_amounts) if amounts else np.nan
    return pd.DataFrame(
        {
            "person": pd.Series(told.persons, dtype="str"),
            "purchases": told.purchases.astype(np.int64),
            "recency": told.recency,
            "age": told.age,
            "probability_alive": alive_probability(fit, *history),
            "expected_purchases": bought,
            "expected_value": bought * means,
        }
    )


def _document(fit: Fit | None) -> dict[str, dict[str, float | None]] | None:
    if fit is None:
        return None
    return {
        name: {
            "estimate": estimate,
            "standard_error": fit.standard_errors[name] if np.isfinite(fit.standard_errors[name]) else None,
        }
        for name, estimate in fit.estimates.items()
    }


def _summary(customers: pd.DataFrame, parameters: dict[str, Any], horizon: str, n_later: int) -> str:
    again = int((customers["purchases"] > 0).sum())
    lines = [f"{len(customers):,} customers, {again:,} of them bought again; {n_later:,} later rows left out"]
    for model in ("bg_nbd", "gamma_gamma"):
        if parameters[model]:
            told = [_estimate(name, found) for name, found in parameters[model].items()]
            lines.append(f"{model}: {', '.join(told)}")
    lines.append(f"expected in {horizon}: {customers['expected_purchases'].sum():,.1f} purchases")
    if parameters["gamma_gamma"]:
        worth = customers["expected_value"]
        lines[-1] += f", value {worth.sum():,.2f}"
        if worth.isna().any():
            lines[-1] += f" ({int(worth.isna().sum()):,} customers without: the mean amount is unbounded)"
    return "\n".join(lines)


def _estimate(name: str, found: dict[str, float | None]) -> str:
    error = found["standard_error"]
    return f"{name} {found['estimate']:.4g}" + (
        f" ± {error:.2g}" if error is not None else " (error unknown)"
    )


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Options of ``journey lifetime-value``.

    Args:
        parser: Gets the options.

    Example:
        >>> parser = argparse.ArgumentParser()
        >>> add_arguments(parser)
        >>> options = "--person who --time day --calibration-end 2025-01-22 --out customers.csv"
        >>> parser.parse_args(["bought.csv", *options.split()]).horizon
        '39w'
    """
    parser.add_argument("file", help="table of transactions: .csv, .csv.gz or .parquet")
    parser.add_argument("--person", required=True, metavar="COLUMN", help="the customer's id")
    parser.add_argument("--time", required=True, metavar="COLUMN", help="ISO 8601 times")
    parser.add_argument("--amount", metavar="COLUMN", help="amounts, for expected values")
    parser.add_argument("--calibration-end", required=True, metavar="DATE", help="last day that is read")
    parser.add_argument("--horizon", default="39w", help="how far ahead: 39w, 90d, 1y (default: 39w)")
    parser.add_argument("--unit", default="week", help=f"{', '.join(DAYS)} (default: week)")
    parser.add_argument("--seed", type=int, default=1, help="nothing here is drawn at random (default: 1)")
    parser.add_argument("--out", required=True, metavar="FILE", help="customers: .csv, .csv.gz or .parquet")


def run(arguments: argparse.Namespace) -> int:
    """Read the file, fit, write the customers and the parameters beside them, print the summary.

    Args:
        arguments: What ``add_arguments`` asks for.

    Returns:
        0. Nothing is written where anything fails.

    Raises:
        UserError: As ``lifetime_value``, and where a file cannot be read or written.

    Example:
        >>> import tempfile
        >>> parser = argparse.ArgumentParser()
        >>> add_arguments(parser)
        >>> options = "--person who --time day --calibration-end 2025-01-22".split()
        >>> with tempfile.TemporaryDirectory() as folder:  # doctest: +ELLIPSIS
        ...     table, out = Path(folder, "bought.csv"), Path(folder, "customers.csv")
        ...     _ = table.write_text("who,day\\na,2025-01-01\\na,2025-01-08\\nb,2025-01-03\\n")
        ...     run(parser.parse_args([str(table), *options, "--out", str(out)]))
        ...     sorted(path.name for path in Path(folder).iterdir())
        2 customers, 1 of them bought again; 0 later rows left out
        bg_nbd: ...
        expected in 39w: ... purchases
        0
        ['bought.csv', 'customers.csv', 'customers.json']
    """
    told = arguments
    check_output(told.out, is_table=True)
    needed = [name for name in (told.person, told.time, told.amount) if name]
    frame = read_frame(told.file, text=[told.person], needed=needed, only=True)
    done = _lifetime_value(
        frame,
        told.person,
        told.time,
        told.amount,
        told.calibration_end,
        told.horizon,
        told.unit,
        Path(told.file).name,
    )
    out = Path(told.out)
    beside = re.sub(r"\.(csv|csv\.gz|parquet)$", "", out.name, flags=re.IGNORECASE) + ".json"
    write_folder(
        out.parent, {out.name: frame_writer(done.customers, out), beside: json_writer(done.parameters)}
    )
    print(f"{len(frame):,} rows read, results written", file=sys.stderr)  # last: an error is one line
    print(done)
    return DONE
