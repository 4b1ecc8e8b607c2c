"""Sources that hold a person at most once: which record is of which."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from journey_research.errors import UserError, printable

from .values import as_text, need_columns

EVERY_SOURCE = "all"


@dataclass(frozen=True)
class SourcesOnce:
    """Sources in which a person stands at most once; two of their records are joined only where judged.

    Attributes:
        column: Column that says which source a record is of; None: nobody said.
        names: Those sources; each has the bit of its place.
        is_every: Whether further sources hold a person once as well.

    Example:
        >>> SourcesOnce("system", ("crm",)).bits(pd.DataFrame({"system": ["crm", "web"]})).tolist()
        [1, 0]
    """

    column: str | None = None
    names: tuple[str, ...] = ()
    is_every: bool = False

    def with_sources_of(self, frame: pd.DataFrame) -> SourcesOnce:
        """The same with the sources of further records, where every source holds a person once.

        Args:
            frame: Records.

        Returns:
            New ones come behind those that are known, sorted; nothing is changed in place.

        Raises:
            UserError: The column is missing, or there are more than 64 sources.
        """
        if self.column is None or not (self.names or self.is_every):
            return self
        need_columns([str(name) for name in frame.columns], [self.column])
        if not self.is_every:
            return self
        found = set(self._of(frame).dropna()) - set(self.names)
        names = (*self.names, *sorted(found))
        _check_number(len(names), self.column)
        return replace(self, names=names)

    def bits(self, frame: pd.DataFrame) -> np.ndarray | None:
        """n sets of sources as bits: one for a source that holds a person once, none for another.

        Args:
            frame: n records.

        Returns:
            uint64; None where no source holds a person once.

        Example:
            >>> told = pd.DataFrame({"system": ["crm", "shop", "web", None]})
            >>> SourcesOnce("system", ("crm", "web")).bits(told).tolist()
            [1, 0, 2, 0]
        """
        if not self.names:
            return None
        bit_of = {name: 1 << number for number, name in enumerate(self.names)}
        codes, found = pd.factorize(self._of(frame), use_na_sentinel=True)
        bits = np.array([*(bit_of.get(name, 0) for name in found), 0], dtype=np.uint64)
        told: np.ndarray = bits[codes]
        return told

    def _of(self, frame: pd.DataFrame) -> pd.Series:
        text = as_text(frame.set_axis([str(name) for name in frame.columns], axis=1)[self.column]).str.strip()
        return text.mask(text == "")


NO_SOURCES = SourcesOnce()


def read_sources(frame: pd.DataFrame, source: str | None, once: Sequence[str] | str | None) -> SourcesOnce:
    """What is said of sources, checked.

    Args:
        frame: n records.
        source: Column that says which source a record is of.
        once: Values of it in which a person stands at most once, or ``all``.

    Returns:
        The sources that hold a person once; of ``all`` sorted, else in the order given.

    Raises:
        UserError: The column is missing, ``once`` stands without it or names a source that no record is
            of, or there are more than 64 sources.

    Example:
        >>> told = pd.DataFrame({"system": ["crm", "shop"]})
        >>> read_sources(told, "system", "all").names
        ('crm', 'shop')
        >>> read_sources(told, "system", ["web"])  # doctest: +ELLIPSIS
        Traceback (most recent call last):
        ...
        journey_research.errors.UserError: no record is of the source 'web' (column 'system'); ...
    """
    if source is None:
        if once is not None:
            raise UserError("once is given without source", do="name the column that says which source it is")
        return NO_SOURCES
    need_columns([str(name) for name in frame.columns], [source])
    if isinstance(once, str) and once.strip() == EVERY_SOURCE:
        return SourcesOnce(source, is_every=True).with_sources_of(frame)
    if isinstance(once, str):
        once = [name.strip() for name in once.split(",") if name.strip()]
    names = tuple(dict.fromkeys(str(name).strip() for name in once or ()))
    _check_number(len(names), source)
    told = SourcesOnce(source, names)
    found = set(told._of(frame).dropna())
    for name in names:
        if name not in found:
            raise UserError(
                f"no record is of the source '{printable(name)}'",
                column=source,
                do="name a source that is there",
            )
    return told


def _check_number(n_sources: int, column: str) -> None:
    from journey_research.pipelines.identity.ties import MOST_SOURCES_ONCE

    if n_sources > MOST_SOURCES_ONCE:
        raise UserError(
            f"{n_sources:,} sources hold a person once",
            column=column,
            rule=f"at most {MOST_SOURCES_ONCE}",
            do="name the column that says which source a record is of, or fewer sources",
        )
