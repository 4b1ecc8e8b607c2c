"""Values of a user's own columns: text, instants, numbers."""

from __future__ import annotations

from collections.abc import Sequence
from numbers import Integral

import numpy as np
import pandas as pd

from journey_research.errors import UserError

_ISO_DATE = r"^\d{4}-?\d{2}-?\d{2}"
_NUMBER = r"^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$"


def need_columns(columns: Sequence[str], needed: Sequence[str], file: str | None = None) -> None:
    """Check that columns are there, once each.

    Args:
        columns: Columns of the table.
        needed: Columns that must be among them.
        file: File name for the message; none for a data frame.

    Raises:
        UserError: Names the first column that is missing or stands twice, and what there is.

    Example:
        >>> need_columns(["id", "name"], ["id"])
        >>> need_columns(["id", "name"], ["email"])
        Traceback (most recent call last):
        ...
        journey_research.errors.UserError: column is missing (column 'email'); there are: id, name
    """
    names = [str(name) for name in columns]
    twice = sorted({name for name in names if names.count(name) > 1}) if len(set(names)) < len(names) else []
    if twice:
        raise UserError(
            "column stands more than once", file=file, column=twice[0], do="give each column its own name"
        )
    for name in needed:
        if name not in names:
            hint = "; are the columns separated by commas?" if len(names) == 1 else ""
            raise UserError(
                "column is missing", file=file, column=name, do=f"there are: {_listed(names)}{hint}"
            )


def _listed(names: Sequence[str]) -> str:
    """The first twenty names, in one line."""
    told = ", ".join(" ".join(name.split()) for name in names[:20])
    return (told or "none") + (f" and {len(names) - 20:,} more" if len(names) > 20 else "")


def as_text(values: pd.Series) -> pd.Series:
    """A column as text, missing where it was missing; whole floats lose their ``.0``.

    Args:
        values: n values of any kind.

    Returns:
        n texts, with the index of ``values``.

    Raises:
        UserError: A text is no Unicode.

    Example:
        >>> as_text(pd.Series([1.0, None])).tolist()
        ['1', nan]
        >>> as_text(pd.Series(["007", "b"])).tolist()
        ['007', 'b']
    """
    if pd.api.types.is_float_dtype(values.dtype):
        known = values.dropna()
        if (known == known.round()).all() and (known.abs() < 2**53).all():
            return values.astype("Int64").astype("string").astype("str")
    if isinstance(values.dtype, pd.CategoricalDtype):
        names = as_text(pd.Series(values.dtype.categories)).astype(object)
        values = pd.Series(names.reindex(values.cat.codes).to_numpy(), index=values.index, name=values.name)
    try:
        return values.astype("string").astype("str")
    except UnicodeEncodeError:  # its text repeats the data
        raise UserError("a text is no Unicode", column=str(values.name), do="read the data again") from None


def to_instants(values: pd.Series, column: str, file: str | None = None) -> pd.Series:
    """ISO 8601 times as naive UTC instants in microseconds; one without a zone is UTC.

    Args:
        values: n texts, with and without zone mixed as they come, or datetimes.
        column: Name for the message.
        file: File name for the message; none for a data frame.

    Returns:
        n instants, ``datetime64[us]``, with the index of ``values``.

    Raises:
        UserError: Names the first row that is missing or no such time.

    Example:
        >>> to_instants(pd.Series(["2025-01-01 09:00", "2025-01-01T09:00:00+02:00"]), "when").tolist()
        [Timestamp('2025-01-01 09:00:00'), Timestamp('2025-01-01 07:00:00')]
    """
    read = read_instants(values)
    _refuse_first(read, values, column, file, "is an ISO 8601 time", "write times like 2025-01-31T09:00:00Z")
    return read


def to_numbers(
    values: pd.Series, column: str, file: str | None = None, blank: float | None = None
) -> pd.Series:
    """Decimal numbers as floats.

    Args:
        values: n texts or numbers; a decimal point, no separator of thousands.
        column: Name for the message.
        file: File name for the message; none for a data frame.
        blank: What a missing value means; none: it is an error.

    Returns:
        n finite floats, with the index of ``values``.

    Raises:
        UserError: Names the first row that is missing or no number.

    Example:
        >>> to_numbers(pd.Series(["1", " 2.50 ", None]), "amount", blank=0).tolist()
        [1.0, 2.5, 0.0]
    """
    read = read_numbers(values)
    if blank is not None:
        read = read.mask(is_blank(values), blank)
    _refuse_first(read, values, column, file, "is a number", "write numbers like 1234.5")
    return read


def read_instants(values: pd.Series) -> pd.Series:
    """As ``to_instants``, but missing where there is no such time.

    Args:
        values: n texts, with and without zone mixed as they come, or datetimes.

    Returns:
        n instants or missing values, ``datetime64[us]``, with the index of ``values``.

    Raises:
        UserError: A text is no Unicode.

    Example:
        >>> read_instants(pd.Series(["2025-01-01T09:00:00+02:00", "now"])).tolist()
        [Timestamp('2025-01-01 07:00:00'), NaT]
    """
    if not pd.api.types.is_datetime64_any_dtype(values.dtype):
        text = as_text(values).str.strip()
        text = text.where(text.str.match(_ISO_DATE).fillna(False).astype(bool))  # "now" would read the clock
        # Ten digits after the point would make every instant one of nanoseconds, which end in 2262.
        if text.str.contains(r"\.\d{7}").fillna(False).any():
            text = text.str.replace(r"(\.\d{6})\d+", r"\1", regex=True)
        values = pd.to_datetime(text, utc=True, format="ISO8601", errors="coerce")
    if getattr(values.dtype, "tz", None) is not None:
        values = values.dt.tz_convert("UTC").dt.tz_localize(None)
    return values.astype("datetime64[us]")


def read_numbers(values: pd.Series) -> pd.Series:
    """As ``to_numbers``, but missing where there is no finite number.

    Args:
        values: n texts or numbers; a decimal point, no separator of thousands.

    Returns:
        n finite floats or missing values, with the index of ``values``.

    Raises:
        UserError: A text is no Unicode.

    Example:
        >>> read_numbers(pd.Series(["2.50", "1,000", "inf"])).tolist()
        [2.5, nan, nan]
    """
    if not pd.api.types.is_numeric_dtype(values.dtype) or pd.api.types.is_bool_dtype(values.dtype):
        text = as_text(values).str.strip()
        text = text.where(text.str.match(_NUMBER).fillna(False).astype(bool))
        values = pd.to_numeric(text, errors="coerce")
    numbers = values.astype("Float64").astype("float64")
    return numbers.where(np.isfinite(numbers))


def is_blank(values: pd.Series) -> pd.Series:
    """Which values are missing, or text without a character to see.

    Args:
        values: n values of any kind.

    Returns:
        n truth values, with the index of ``values``.

    Raises:
        UserError: A text is no Unicode.

    Example:
        >>> is_blank(pd.Series(["a", " ", None])).tolist()
        [False, True, True]
    """
    if pd.api.types.is_numeric_dtype(values.dtype) or pd.api.types.is_datetime64_any_dtype(values.dtype):
        return values.isna()
    return values.isna() | (as_text(values).str.strip() == "").fillna(False).astype(bool)


def is_whole(given: object) -> bool:
    """Whether an option is a whole number from 0.

    Args:
        given: What the caller gave.

    Returns:
        Whether it is; a truth value is no number here.

    Example:
        >>> is_whole(3), is_whole(1.5), is_whole("3"), is_whole(True)
        (True, False, False, False)
    """
    return isinstance(given, Integral) and not isinstance(given, bool) and int(given) >= 0


def _refuse_first(
    read: pd.Series, values: pd.Series, column: str, file: str | None, rule: str, do: str
) -> None:
    missing = read.isna().to_numpy()
    if missing.any():
        row = int(np.argmax(missing))
        what = "value is missing" if bool(is_blank(values.iloc[[row]]).iloc[0]) else "value cannot be read"
        raise UserError(what, file=file, row=row + 1, column=column, rule=rule, do=do)
