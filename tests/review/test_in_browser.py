"""The review as a person meets it: JupyterLab, a browser, a click and a key."""

import json
import os
import shutil
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path

import pytest
from chromium import Chromium, find_chromium, wait_for
from small_review import VALUES

from journey_research.review.judgement_file import read_judgements

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(find_chromium() is None, reason="no browser: chromium is not installed"),
]
CELL = """\
from IPython.display import display
from small_review import SmallReview
from journey_research.review.cluster_view import ClusterView
from journey_research.review.pair_review import PairReview
from journey_research.review.widgets import show

pairs = SmallReview().pairs
display(show(PairReview(pairs, "told.jsonl", "ann", "measure", n_labels=9), "pair_review"))
display(show(ClusterView(pairs, "P2", "told.jsonl", "ann"), "cluster_view"))
"""
ROOT = Path(__file__).resolve().parents[2]
TOKEN = "only-the-tests-know"
NOTEBOOK = "jupyterapp.shell.currentWidget"
PAGE = ".jr-page:has(.jr-records)"
CLUSTER = ".jr-page:has(.jr-graph)"


def notebook(*cells):
    return {
        "cells": [
            {"cell_type": "code", "id": f"cell-{number}", "metadata": {}, "source": source, "outputs": [],
             "execution_count": None}
            for number, source in enumerate(cells)
        ],
        "metadata": {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}},
        "nbformat": 4,
        "nbformat_minor": 5,
    }  # fmt: skip


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    """A JupyterLab over a folder with one notebook, which keeps widget state when it saves."""
    folder = tmp_path_factory.mktemp("lab")
    work = folder / "work"
    work.mkdir()
    shutil.copy(Path(__file__).parent / "small_review.py", work)
    (work / "review.ipynb").write_text(json.dumps(notebook(CELL, "# a cell that no key may delete")))
    settings = folder / "settings" / "@jupyter-widgets" / "jupyterlab-manager"
    settings.mkdir(parents=True)
    (settings / "plugin.jupyterlab-settings").write_text('{"saveState": true}')
    variables = {
        **os.environ,
        "JUPYTER_CONFIG_PATH": str(ROOT / "conf" / "jupyter"),
        "JUPYTER_CONFIG_DIR": str(folder / "config"),
        "JUPYTER_DATA_DIR": str(folder / "data"),
        "JUPYTER_RUNTIME_DIR": str(folder / "runtime"),
        "JUPYTERLAB_SETTINGS_DIR": str(folder / "settings"),
        "JUPYTERLAB_WORKSPACES_DIR": str(folder / "workspaces"),
        "IPYTHONDIR": str(folder / "ipython"),
    }
    log = folder / "lab.log"
    with log.open("wb") as said:
        started = subprocess.Popen(
            [
                sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", "--port=0",
                "--ip=127.0.0.1", "--expose-app-in-browser",
                f"--IdentityProvider.token={TOKEN}", f"--ServerApp.root_dir={work}",
                "--LabApp.news_url=None", "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
            ],
            env=variables, cwd=work, stdout=said, stderr=subprocess.STDOUT,
        )  # fmt: skip
    try:
        runtime = folder / "runtime"
        wait_for(lambda: list(runtime.glob("jpserver-*.json")), 40, "JupyterLab to start")
        [file] = runtime.glob("jpserver-*.json")
        wait_for(lambda: file.read_text().rstrip().endswith("}"), 5, "JupyterLab's address")
        address = json.loads(file.read_text())["url"]
        wait_for(lambda: answers(f"{address}api?token={TOKEN}"), 20, "JupyterLab to answer")
        yield address, work
    finally:
        started.terminate()
        try:
            started.wait(15)
        except subprocess.TimeoutExpired:
            started.kill()
            started.wait()


def answers(url):
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:
            return answer.status == 200
    except (OSError, urllib.error.URLError):
        return False


def test_a_click_and_a_key_each_write_a_judgement(lab, tmp_path):
    address, work = lab
    told = work / "told.jsonl"
    pictures = Path(os.environ.get("REVIEW_PICTURES", tmp_path))

    def n_lines():
        return len(read_judgements(told).history) if told.exists() else 0

    with Chromium(pictures) as page:
        page.open(f"{address}doc/tree/review.ipynb?token={TOKEN}")
        page.wait("window.jupyterapp && document.querySelectorAll('.jp-Cell').length >= 2", 40)
        page.click(".jp-Cell .jp-InputPrompt")
        page.wait("jupyterapp.commands.isEnabled('notebook:run-all-cells')", 20)
        page.wait(f"{NOTEBOOK}.sessionContext?.session?.kernel?.status === 'idle'", 30)
        page.evaluate("jupyterapp.commands.execute('notebook:run-all-cells').then(() => true)")
        page.wait(f"document.querySelector({PAGE!r}) && document.querySelector({CLUSTER!r})", 40)
        n_cells = page.evaluate("document.querySelectorAll('.jp-Cell').length")
        page.picture("light")
        assert "%" not in page.evaluate(f"document.querySelector({PAGE!r}).innerText")

        page.click(f"{PAGE} [data-answer=same]")
        wait_for(lambda: n_lines() == 1, 15, "a judgement by a click")
        page.wait(f"document.querySelector({PAGE!r} + ' .jr-last')")
        page.press("d")
        wait_for(lambda: n_lines() == 2, 15, "a judgement by a key")
        page.wait(f"!document.querySelector({PAGE!r}).hasAttribute('aria-busy')")
        # d d would delete the cell, if the key reached the notebook.
        page.press("d")
        wait_for(lambda: n_lines() == 3, 15, "a second judgement by a key")
        page.wait(f"!document.querySelector({PAGE!r}).hasAttribute('aria-busy')")
        page.press("z")
        wait_for(lambda: n_lines() == 4, 15, "an undo by a key")
        page.wait(f"!document.querySelector({PAGE!r}).hasAttribute('aria-busy')")
        page.picture("answered")

        page.click("[data-edge='4 6']")
        page.wait(f"document.querySelector({CLUSTER!r} + ' .jr-last')")
        page.click(f"{CLUSTER} [data-answer=cut]")
        wait_for(lambda: n_lines() == 5, 15, "a cut")
        page.wait(f"!document.querySelector({CLUSTER!r}).hasAttribute('aria-busy')")
        page.picture("cluster")

        # 4 is the same as 5 and 5 as 6, and 4 was cut from 6: not written until it is meant.
        for edge, act in (("4 5", "join"), ("5 6", "join")):
            page.click(f"[data-edge='{edge}']")
            page.wait(
                f"document.querySelector(\"[data-edge='{edge}']\").parentNode.querySelector('.jr-chosen')"
            )
            page.wait(f"!document.querySelector({CLUSTER!r}).hasAttribute('aria-busy')")
            page.click(f"{CLUSTER} [data-answer={act}]")
            page.wait(f"!document.querySelector({CLUSTER!r}).hasAttribute('aria-busy')")
        page.wait(f"document.querySelector({CLUSTER!r} + ' [data-answer=anyway]')", 15)
        assert n_lines() == 6
        page.picture("doubt")
        page.click(f"{CLUSTER} [data-answer=anyway]")
        wait_for(lambda: n_lines() == 7, 15, "a judgement that is meant all the same")
        page.wait(f"!document.querySelector({CLUSTER!r} + ' [data-answer=anyway]')", 15)

        assert page.evaluate("document.querySelectorAll('.jp-Cell').length") == n_cells
        page.evaluate(
            "jupyterapp.commands.execute('apputils:change-theme', {theme: 'JupyterLab Dark'})"
            ".then(() => true)"
        )
        page.wait(
            "document.body.dataset.jpThemeLight === 'false' && !document.querySelector('#jupyterlab-splash')"
        )
        page.picture("cluster_dark")
        page.evaluate("document.querySelector('.jr-records').scrollIntoView({block: 'center'})")
        page.picture("dark")
        page.resize(560, 900)
        page.evaluate("document.querySelector('.jr-records').scrollIntoView({block: 'center'})")
        page.picture("narrow")

        page.evaluate("jupyterapp.commands.execute('docmanager:save').then(() => true)")
        saved = work / "review.ipynb"
        wait_for(
            lambda: "widget-state" in saved.read_text(), 15, "the notebook to be saved with widget state"
        )
        assert [error for error in page.errors if "jr-" in error or "anywidget" in error] == []

    judged = read_judgements(told)
    assert judged.history["is_undo"].tolist() == [False, False, False, True, False, False, False]
    assert judged.history["stratum"].tolist()[3:] == [None, "cut", "join", "join"]
    assert judged.history["answer"].tolist()[:3] == ["same", "distinct", "distinct"]
    kept = json.dumps(json.loads(saved.read_text()), ensure_ascii=False)
    assert [value for value in VALUES if value in kept] == []
