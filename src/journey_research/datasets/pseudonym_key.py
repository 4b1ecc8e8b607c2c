"""The key of an environment's pseudonyms: its own, made once, or a public one it commits."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any

from kedro.io import AbstractDataset

from journey_research.errors import UserError
from journey_research.privacy.pseudonyms import LEAST_KEY_BYTES, MOST_KEY_BYTES
from journey_research.runs.files import write_text

from .bound import Bound

if TYPE_CHECKING:
    from journey_research.runs.view import RunView


class PseudonymKey(Bound, AbstractDataset[None, bytes]):
    """32 bytes or more that turn a source's key into a pseudonym.

    An environment of made-up or public data commits ``public_key``, so that everybody gets the
    same tables. Any other makes its own in the vault at first use, readable by its owner alone;
    who loses it loses the way to add data to old runs.

    Args:
        public_key: The committed key; empty where there is none.
        metadata: For readers of the catalog.
    """

    def __init__(self, *, public_key: str = "", metadata: dict[str, Any] | None = None) -> None:
        self._public_key = public_key or ""
        self.metadata = metadata

    def load(self) -> bytes:
        key = str(self._public_key).encode("utf-8") or self._own_key(self.view)
        if not LEAST_KEY_BYTES <= len(key) <= MOST_KEY_BYTES:
            raise UserError(
                f"the environment's 'pseudonym_key' has {len(key)} bytes",
                file="globals.yml",
                do=f"write {LEAST_KEY_BYTES} to {MOST_KEY_BYTES}, or leave it empty for a key of its own",
            )
        self.view.key = key
        return key

    @staticmethod
    def _own_key(view: RunView) -> bytes:
        path = view.workspace.vault / "pseudonym.key"
        if not path.is_file():
            write_text(path, secrets.token_hex(32) + "\n", mode=0o600)
        try:
            return bytes.fromhex(path.read_text(encoding="utf-8").strip())
        except (OSError, ValueError):
            raise UserError(
                "the key of the pseudonyms cannot be read",
                file=path.name,
                do="put back the file that was in the vault; without it old records cannot be told from new",
            ) from None

    def save(self, data: None) -> None:
        raise TypeError("the key of the pseudonyms is made, never saved")

    def _describe(self) -> dict[str, Any]:
        return {"is_public": bool(self._public_key)}
