"""What every dataset of ours is told before it opens anything: the run that it stands in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from journey_research.errors import UserError

if TYPE_CHECKING:
    from journey_research.runs.view import RunView


class Bound:
    """A dataset that is bound to one session's view when the catalog is made."""

    _view: RunView | None = None

    def bind(self, view: RunView) -> None:
        """Say which run is read and written, and where the sources lie."""
        self._view = view

    @property
    def view(self) -> RunView:
        """The session's view.

        Raises:
            UserError: Nobody has bound the dataset: it was opened past Kedro.
        """
        if self._view is None:
            raise UserError(
                "the catalog is not bound to a run",
                do="open it through Kedro: 'journey run', 'kedro run', or '%reload_kedro' in a notebook",
            )
        return self._view
