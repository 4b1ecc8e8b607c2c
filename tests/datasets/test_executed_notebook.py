"""A report is published when it ran to its end, and its page runs and loads nothing."""

import json
import re
from html.parser import HTMLParser

import nbformat
import pytest
from kedro.io import DatasetError
from projects import made_up_project, writing_view
from worlds import table

from journey_research.datasets.executed_notebook import ExecutedNotebook
from journey_research.datasets.notebook_endings import unfinished
from journey_research.datasets.report_index import ReportIndex
from journey_research.datasets.report_page import clean
from journey_research.errors import ReportFailed, UserError

PARAMETERS = 'environment = "demo"\nrun_id = "current"\nn_shown = 1'
LOAD = (
    "from kedro.ipython import reload_kedro\n%matplotlib inline\n"
    'reload_kedro(env=environment, runtime_params={"run_id": run_id})'
)
LAST = "print(run_id)"
HOSTILE = "<img src=x onerror=alert(1)>"


def notebook(project, *cells):
    """Write ``notebooks/small.ipynb``: parameters, a heading, the cells, the sentinel."""
    made = nbformat.v4.new_notebook()
    made.cells = [nbformat.v4.new_code_cell(PARAMETERS, metadata={"tags": ["parameters"]})]
    made.cells.append(nbformat.v4.new_markdown_cell("# A small report\n\nDoes it run?"))
    made.cells += [nbformat.v4.new_code_cell(cell) for cell in (*cells, LAST)]
    (project / "notebooks").mkdir()
    nbformat.write(made, project / "notebooks" / "small.ipynb")


def report(project):
    dataset = ExecutedNotebook(
        notebook="notebooks/small.ipynb", path="06_reports/small.html", timeout_seconds=60
    )
    view = writing_view(project)
    dataset.bind(view)
    return dataset, view.run_folder / "06_reports"


class Tags(HTMLParser):
    """Every tag of a page, with its attributes."""

    def __init__(self, text):
        super().__init__()
        self.found = []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, dict(attrs)))


@pytest.mark.slow
def test_a_notebook_that_runs_is_published_with_its_figures(tmp_path):
    hostile = table(
        "CREDITS",
        {"model": "markov", "channel": HOSTILE, "share": 0.5},
        {"model": "markov", "channel": "<script>alert(2)</script>", "share": 0.5},
    )
    project = made_up_project(tmp_path, {"credits": hostile})
    notebook(
        project,
        LOAD,
        'credits = catalog.load("credits")\ncredits.to_pandas()[["channel", "share"]].head(n_shown + 5)',
        "from IPython.display import Markdown\nMarkdown('**bold** ' + credits.first_row()[1])",
        "import sys, matplotlib.pyplot as plt\nprint('a warning', file=sys.stderr)\nplt.plot([1, 2]);",
        "from journey_research.pipelines.reports.words import Sentence\nSentence(credits.first_row()[1])",
    )
    dataset, folder = report(project)

    dataset.save({"n_shown": 2})

    about = dataset.load()
    assert (about["title"], about["file"], about["n_cells"]) == ("A small report", "small.html", 8)
    page = (folder / "small.html").read_text()
    tags = Tags(page).found
    # The hostile channel is on the page, as text.
    assert "&lt;img src=x" in page
    assert not [tag for tag, _ in tags if tag in ("script", "iframe", "object", "embed", "link", "form")]
    assert not [name for _, attrs in tags for name in attrs if name.startswith("on")]
    images = [attrs["src"] for tag, attrs in tags if tag == "img"]
    assert len(images) == 1
    assert images[0].startswith("data:image/png;base64,")
    assert not re.search(r"https?://|@import|url\(", page)
    assert "a warning" not in page
    assert "catalog.load" not in page
    assert [tag for tag, _ in tags].count("h1") == 1
    assert "<th>" in page
    picture = (folder / "figures" / "small_1.png").read_bytes()
    assert picture.startswith(b"\x89PNG")
    executed = (folder / "small.ipynb").read_text()
    assert unfinished(json.loads(executed), "20250331T120000Z-abc123") == ""
    assert str(tmp_path) not in executed
    assert [path.name for path in folder.iterdir() if "unfinished" in path.name] == []


@pytest.mark.slow
@pytest.mark.parametrize(
    ("cell", "said"),
    [
        ("secret = 'ann@example.com'\nraise ValueError(secret)", "cell 4 stopped with ValueError"),
        ("import sys\nsys.exit(0)", "cell 4 stopped with SystemExit"),
        ("import os\nos._exit(0)", "cell "),
    ],
)
def test_a_notebook_that_stops_half_way_is_not_published(tmp_path, cell, said):
    project = made_up_project(tmp_path, {})
    notebook(project, "1", cell, "2")
    dataset, folder = report(project)

    with pytest.raises(DatasetError) as caught:
        dataset.save({})

    reason = caught.value.__cause__
    assert isinstance(reason, ReportFailed)
    assert str(reason).startswith("notebooks/small.ipynb: ")
    assert said in str(reason)
    assert "ann@example.com" not in str(caught.value)
    assert not list(folder.glob("*.*"))
    with pytest.raises(DatasetError, match="has not made 'small'"):
        dataset.load()


def cell_of(source, count, text=""):
    outputs = [{"output_type": "stream", "name": "stdout", "text": text}] if text else []
    return {
        "cell_type": "code",
        "metadata": {},
        "source": source,
        "execution_count": count,
        "outputs": outputs,
    }


def test_a_last_cell_that_names_another_run_is_noticed():
    executed = {"cells": [cell_of("1", 1), cell_of(LAST, 2, "run-1\n")]}
    assert unfinished(executed, "run-1") == ""
    assert unfinished(executed, "run-2") == "its last cell did not print the run's id"
    executed["cells"][0]["execution_count"] = None
    assert unfinished(executed, "run-1") == "cell 1 did not run"


@pytest.mark.parametrize(
    "hostile",
    [
        HOSTILE,
        "<svg onload=alert(1)>",
        "<a href='javascript:alert(1)'>x</a>",
        "<style>@import 'http://evil.example';</style>",
        "<style>a</style ><p style='background:url(http://evil.example)'>x</p>",
        "<iframe src=//evil.example></iframe>",
        "<math><mtext></table><img src=x onerror=alert(1)>",
        "<<script>script>alert(1)<</script>/script>",
        "<!--<img src=x onerror=alert(1)>-->",
    ],
)
def test_cleaning_leaves_nothing_active(hostile):
    tags = Tags(clean(hostile)).found
    assert not [tag for tag, _ in tags if tag in ("script", "img", "svg", "style", "iframe", "math", "link")]
    assert not [name for _, attrs in tags for name in attrs if name not in ("class", "colspan", "rowspan")]


def test_the_index_shows_figures_and_escapes_them(tmp_path):
    dataset = ReportIndex(path="06_reports/index.html")
    view = writing_view(tmp_path)
    dataset.bind(view)
    document = {
        "headlines": [{"figure": "25.0%", "sentence": f"{HOSTILE} leads.", "ranges": ["Sampling: 1% to 2%"]}],
        "reports": [{"file": "weekly_report.html", "title": "The week"}],
        "as_of": "2025-03-31 12:00:00 UTC",
    }

    dataset.save(document)

    page = (view.run_folder / "06_reports" / "index.html").read_text()
    assert dataset.load() == document
    assert ("a", {"href": "weekly_report.html"}) in Tags(page).found
    assert "img" not in [tag for tag, _ in Tags(page).found]
    assert "Sampling: 1% to 2%" in page
    assert view.run_id in page
    assert view.reports["index"].endswith("06_reports/index.html")


def test_settings_that_cannot_work_are_refused():
    with pytest.raises(ValueError, match="html"):
        ExecutedNotebook(notebook="n.ipynb", path="06_reports/n.pdf")
    with pytest.raises(ValueError, match="more than 0 seconds"):
        ExecutedNotebook(notebook="n.ipynb", path="06_reports/n.html", timeout_seconds=0)


def test_a_report_that_was_not_made_says_how_to_make_it(tmp_path):
    dataset, _ = report(tmp_path)
    with pytest.raises(DatasetError) as caught:
        dataset.load()
    assert isinstance(caught.value.__cause__, UserError)
    assert "journey run --env demo" in str(caught.value)
