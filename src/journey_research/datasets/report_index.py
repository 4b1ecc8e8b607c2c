"""The front page of a run's reports: three figures with their ranges, and the way to each report."""

from __future__ import annotations

from typing import Any

from kedro.io import AbstractDataset

from journey_research.runs.files import write_json, write_text

from .bound import Bound
from .executed_notebook import load_about
from .report_page import page

BODY = """
<h1>What this run says</h1>
<div class="cards">
{% for figure in headlines %}
<div class="card">
<p class="figure">{{ figure.figure }}</p>
<p>{{ figure.sentence }}</p>
{% for line in figure.ranges %}<p class="ranges">{{ line }}</p>
{% endfor %}</div>
{% endfor %}
</div>
<h2>Reports</h2>
<ul>
{% for report in reports %}<li><a href="{{ report.file }}">{{ report.title }}</a></li>
{% endfor %}</ul>
<h2>How wrong can this be?</h2>
<p>Each figure has up to three ranges, and they do not add up to one: <em>sampling</em> is what chance in the
draw of people can do (95 in 100), <em>identity</em> what linking records more or less cautiously would do,
<em>model</em> what another attribution model would say of the same channel. None of them says what a channel
causes.</p>
<p class="foot">Run {{ run_id }} of environment {{ environment }}, looking from {{ as_of }}.
Rebuild it: <code>journey recreate {{ run_id }}</code></p>
"""


class ReportIndex(Bound, AbstractDataset[dict[str, Any], dict[str, Any]]):
    """``index.html`` beside the reports, and the document it was made from.

    Args:
        path: Where the page goes, inside the run's folder; ends in ``.html``.
        metadata: Kept for the catalog's readers.
    """

    def __init__(self, *, path: str, metadata: dict[str, Any] | None = None) -> None:
        self._path = path
        self.metadata = metadata

    def save(self, data: dict[str, Any]) -> None:
        """Write the page of the document that ``index_reports`` makes."""
        import jinja2

        view, path = self.view, self.view.path_to_write(self._path)
        body = jinja2.Environment(autoescape=True).from_string(BODY)
        html = page(
            "What this run says", body.render(**data, run_id=view.run_id, environment=view.environment)
        )
        write_json(path.with_suffix(".json"), data)
        write_text(path, html)
        view.note_report(path.stem, path)

    def load(self) -> dict[str, Any]:
        """The document the page was made from."""
        return load_about(self.view, self._path)

    def _exists(self) -> bool:
        return self._view is not None and (self.view.run_folder / self.view.relative(self._path)).is_file()

    def _describe(self) -> dict[str, Any]:
        return {"page": self._path.rsplit("/", 1)[-1]}
