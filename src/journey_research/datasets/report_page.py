"""An executed notebook as one page that loads nothing, runs nothing and shows no markup from data."""

from __future__ import annotations

import base64
import copy
import json
import re
from typing import Any

# What a page may hold. Everything else that stands in an output is shown as nothing or as text.
TAGS = frozenset(
    "a b blockquote br code div em h1 h2 h3 h4 hr i li ol p pre span strong sub sup "
    "table tbody td th thead tr ul".split()
)
ATTRIBUTES = {"*": ["class"], "td": ["colspan", "rowspan"], "th": ["colspan", "rowspan"]}
_STYLE = re.compile(r"<style\b.*?</style\s*>", re.DOTALL | re.IGNORECASE)

STYLESHEET = """
:root { --ink: #1d2733; --soft: #5b6876; --line: #d9dfe5; --band: #f5f7f9; --mark: #0b5fa5; }
* { box-sizing: border-box; }
body { margin: 0; background: #fff; color: var(--ink);
  font: 16px/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "DejaVu Sans", sans-serif; }
main { max-width: 900px; margin: 0 auto; padding: 2rem 1.5rem 3rem; }
h1 { font-size: 1.75rem; line-height: 1.2; margin: 0 0 1rem; }
h2 { font-size: 1.2rem; margin: 2.4rem 0 .6rem; padding-top: .9rem; border-top: 1px solid var(--line); }
p { margin: .5rem 0; max-width: 46rem; }
.answer { font-size: 1.15rem; margin: .4rem 0 1rem; padding: .8rem 1rem; background: var(--band);
  border-left: 4px solid var(--mark); max-width: none; }
.finding { font-weight: 600; margin: .4rem 0 .8rem; max-width: none; }
h3 { font-size: 1.02rem; margin: 1.6rem 0 .4rem; }
.foot { color: var(--soft); font-size: .9rem; }
.note { color: var(--soft); }
table { border-collapse: collapse; margin: .8rem 0 1rem; font-size: .93rem; width: 100%;
  font-variant-numeric: tabular-nums; }
th, td { text-align: left; padding: .38rem .8rem .38rem 0; vertical-align: top; }
thead th { color: var(--soft); font-weight: 600; border-bottom: 1.5px solid var(--line); }
tbody td { border-bottom: 1px solid var(--line); overflow-wrap: break-word; }
table.dataframe tbody th, table.dataframe thead th:first-child { display: none; }
img { display: block; max-width: 100%; height: auto; margin: .8rem 0; }
pre { white-space: pre-wrap; font-size: .85rem; color: var(--soft); margin: .3rem 0; }
code { background: var(--band); padding: .1rem .3rem; border-radius: 3px; font-size: .9em; }
ul { padding-left: 1.2rem; }
.cards { display: grid; grid-template-columns: repeat(auto-fit, minmax(240px, 1fr)); gap: 1rem;
  margin: 1.2rem 0; }
.card { border: 1px solid var(--line); border-radius: 6px; padding: 1rem; }
.card .figure { font-size: 1.9rem; line-height: 1.1; margin: 0 0 .4rem; }
.card p { margin: .35rem 0; }
.ranges { color: var(--soft); font-size: .9rem; }
@media print { main { max-width: none; padding: 0; } h2 { break-after: avoid; }
  img, tr { break-inside: avoid; } }
"""

PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy"
 content="default-src 'none'; img-src data:; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{{ title }}</title>
<style>{{ stylesheet | safe }}</style>
</head>
<body>
<main>
{{ body | safe }}
</main>
</body>
</html>
"""


def clean(markup: str | bytes) -> str:
    """Markup without anything active: no script, style, event, link, image or comment.

    Example:
        >>> clean("<p onclick='x()'>a<img src=x onerror=alert(1)></p><script>y()</script>")
        '<p>a</p>y()'
    """
    import bleach

    text = markup.decode() if isinstance(markup, bytes) else str(markup)
    return str(
        bleach.clean(_STYLE.sub("", text), tags=TAGS, attributes=ATTRIBUTES, strip=True, strip_comments=True)
    )


def page(title: str, body: str) -> str:
    """A whole HTML page around a body that is clean already."""
    import jinja2

    frame = jinja2.Environment(autoescape=True).from_string(PAGE)
    return frame.render(title=title, stylesheet=STYLESHEET, body=body)


def title_of(notebook: dict[str, Any], otherwise: str) -> str:
    """The notebook's first heading."""
    for cell in notebook["cells"]:
        for line in "".join(cell["source"]).splitlines():
            if cell["cell_type"] == "markdown" and line.startswith("# "):
                return line[2:].strip()
    return otherwise


def figures_of(notebook: dict[str, Any]) -> list[bytes]:
    """The notebook's PNG figures, in order."""
    return [
        base64.b64decode("".join(output["data"]["image/png"]))
        for cell in notebook["cells"]
        for output in cell.get("outputs", [])
        if "image/png" in output.get("data", {})
    ]


def to_html(notebook: dict[str, Any], name: str) -> tuple[str, str]:
    """An executed notebook as a page, and the page's title.

    Args:
        notebook: The executed notebook, as nbformat 4 JSON.
        name: Title where the notebook has no heading.

    Returns:
        The page (no code, images inside, no script, no address it would load) and its title.
    """
    import nbformat
    from nbconvert import HTMLExporter

    shown = _without_workings(notebook)
    exporter = HTMLExporter(
        template_name="basic",
        sanitize_html=True,
        exclude_input=True,
        exclude_input_prompt=True,
        exclude_output_prompt=True,
        exclude_anchor_links=True,
        mathjax_url="",
        require_js_url="",
        jquery_url="",
    )
    # nbconvert's own list has neither headings nor <th>: it would print their tags.
    exporter.register_filter("clean_html", clean)
    body, _ = exporter.from_notebook_node(nbformat.reads(json.dumps(shown), as_version=4))
    title = title_of(notebook, name)
    return page(title, body), title


def _without_workings(notebook: dict[str, Any]) -> dict[str, Any]:
    """A copy that shows results alone: no parameters, warnings or sentinel; figures told in words."""
    shown = copy.deepcopy(notebook)
    heading = ""
    kept = []
    for cell in shown["cells"]:
        if cell["cell_type"] == "markdown":
            lines = "".join(cell["source"]).splitlines()
            heading = next((line.lstrip("# ") for line in lines if line.startswith("#")), heading)
        elif cell["cell_type"] == "code":
            cell["outputs"] = [output for output in cell["outputs"] if output["output_type"] != "stream"]
            for output in cell["outputs"]:
                if "image/png" in output.get("data", {}):
                    output["metadata"].setdefault("image/png", {})["alt"] = f"Figure: {heading}"
            if not cell["outputs"]:
                continue
        kept.append(cell)
    shown["cells"] = kept
    return shown
