"""A table in one Parquet file, computed on save, in key order, there whole or not at all."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kedro.io import AbstractDataset

from journey_research.engine import Table
from journey_research.errors import ContractBroken
from journey_research.runs.files import write_whole
from journey_research.runs.row_groups import ROWS_IN_A_GROUP, write_row_groups

from .bound import Bound

if TYPE_CHECKING:
    from journey_research.contracts.table_contract import TableContract


class WholeTable(Bound, AbstractDataset[Any, Table]):
    """A table that crosses a node's border.

    Saving takes a ``Table``, an Arrow table or a data frame, casts it to the contract's
    columns, writes it in the order of the contract's key and counts what breaks the contract.
    Loading returns a ``Table`` that reads the file when it is fetched.

    Args:
        path: Where it lies inside a run: ``03_journeys/sessions.parquet``.
        contract: Dotted name of its contract.
        metadata: Grain, key and personal data, for readers of the catalog.
    """

    vault = False

    def __init__(self, *, path: str, contract: str, metadata: dict[str, Any] | None = None) -> None:
        self._path = path
        self._contract = contract
        self.metadata = metadata

    @property
    def contract(self) -> TableContract:
        """The table's promise; imported when first asked for."""
        return contract_named(self._contract)

    def load(self) -> Table:
        return Table.from_parquet(self.view.path_to_read(self._path, vault=self.vault))

    def save(self, data: Any) -> None:
        path = self.view.path_to_write(self._path, vault=self.vault)
        table = as_table(data)
        rows = write_table(table, path, self.contract)
        self.view.note_written(self._path, rows, vault=self.vault)

    def _exists(self) -> bool:
        try:
            return self.view.path_to_read(self._path, vault=self.vault).is_file()
        except Exception:
            return False

    def _describe(self) -> dict[str, Any]:
        return {"table": Path(self._path).stem, "contract": self._contract}


def contract_named(dotted: str) -> TableContract:
    """The contract of a dotted name, such as a catalog gives."""
    module, name = dotted.rsplit(".", 1)
    contract: TableContract = getattr(import_module(module), name)
    return contract


def as_table(data: Any) -> Table:
    """A ``Table`` from what a node returned."""
    import pandas as pd
    import pyarrow as pa

    if isinstance(data, Table):
        return data
    if isinstance(data, pa.Table):
        return Table.from_arrow(data)
    if isinstance(data, pd.DataFrame):
        return Table.from_pandas(data)
    raise TypeError(
        f"a node returned {type(data).__name__}; a table is a Table, an Arrow table or a data frame"
    )


def write_table(table: Table, path: Path, contract: TableContract) -> int:
    """Compute a table, write it in key order and hold it against its contract.

    Args:
        table: Exactly the contract's columns, in any order, any row order.
        path: The Parquet file to make.
        contract: Columns, key and rules.

    Returns:
        Number of rows written.

    Raises:
        ContractBroken: Columns differ, or rows break a rule; nothing is written then.
    """
    found, promised = set(table.columns), set(contract.columns)
    if found != promised:
        raise ContractBroken(
            f"{contract.name}: missing {sorted(promised - found)}, not promised {sorted(found - promised)}"
        )

    def write(to: Path) -> None:
        reader = table.query(contract.select("this")).relation().to_arrow_reader(ROWS_IN_A_GROUP)
        write_row_groups(reader, reader.schema, to)
        counts = Table.from_parquet(to).query(contract.count_broken("this")).first_row()
        if findings := contract.findings(counts):
            raise ContractBroken(f"{contract.name}: " + "; ".join(findings))
        n_rows.append(int(counts[0]))

    n_rows: list[int] = []
    write_whole(path, write)
    return n_rows[0]
