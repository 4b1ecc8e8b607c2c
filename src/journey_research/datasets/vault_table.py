"""A table of people's data: it lies in the vault and opens only for a node that may see it."""

from __future__ import annotations

from typing import Any

from .whole_table import WholeTable


class VaultTable(WholeTable):
    """A ``WholeTable`` behind the vault's door.

    ``catalog.load`` in a notebook does not open the door and raises ``VaultClosed``.
    """

    vault = True

    def save(self, data: Any) -> None:
        if not self.contract.vault:
            raise TypeError(f"{self.contract.name} is no vault contract")
        super().save(data)
