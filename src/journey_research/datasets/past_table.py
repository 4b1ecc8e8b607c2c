"""A table as the run before left it: what a run adds to is an input of that run.

Context: ids that last read the log of the run before, yet Kedro has no node that makes its own input.
Choice: a dataset that only loads, finds the run that was current when this one began, holds the file
against that run's hash and has it noted as an input. The table that is written goes on from it, so its
beginning is the past, and a run can be made again from its own file. Given up: loading it in a notebook.
"""

from __future__ import annotations

from typing import Any, NoReturn

from kedro.io import AbstractDataset

from journey_research.engine import Table

from .bound import Bound
from .whole_table import contract_named


class PastTable(Bound, AbstractDataset[None, Table]):
    """What an output was when this run began; without a run before, an empty table.

    Args:
        table: Name of the output; what a run writes under it begins with the rows that it was.
        contract: Dotted name of its contract.
        metadata: Grain, key and personal data, for readers of the catalog.
    """

    def __init__(self, *, table: str, contract: str, metadata: dict[str, Any] | None = None) -> None:
        self._table = table
        self._contract = contract
        self.metadata = metadata

    def load(self) -> Table:
        """The table.

        Raises:
            UserError: This session only reads, or the file is gone or was changed.
        """
        path = self.view.read_past(self._table)
        if path is not None:
            return Table.from_parquet(path)
        columns = contract_named(self._contract).columns
        listed = ", ".join(f'cast(null as {kind}) as "{name}"' for name, kind in columns.items())
        return Table(f"select {listed} where false")

    def save(self, data: None) -> NoReturn:
        """Refused: it is the run before that has made it."""
        raise TypeError("the past is read, never saved")

    def _describe(self) -> dict[str, Any]:
        return {"table": self._table}
