"""Which columns of the canonical tables any step of the pipeline can read.

Context: a column that nothing reads should not be collected. Choice: code is read, not run. A node is held
to read a column of a table that it takes when its function's module, a module of the pipelines that this
imports, a statement that one of these names, a parameter of the node or the contract of a table it makes
holds the column's name as a word; reports also read with their notebooks. Given up: telling columns of one
name in two tables apart within a step. So too many columns are called read and not too few, as long as no
name of a column is put together from pieces: the test of the whole takes away all that is called unread.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

PACKAGE = Path(__file__).resolve().parents[1]
PIPELINES = "journey_research.pipelines"
REPORTS = f"{PIPELINES}.reports"
MAKES_THE_TABLES = "read_sources"
WORD = re.compile(r"[A-Za-z_][A-Za-z_0-9]*")
# Columns that a step hands on because the contract holds them, and that nothing looks at.
CARRIED = {("record_values", "extra")}


def column_reads(
    nodes: Iterable[Any],
    parameters: Mapping[str, Any],
    columns: Mapping[str, Iterable[str]],
    notebooks: Iterable[Path] = (),
) -> dict[tuple[str, str], list[str]]:
    """Who reads each column of each canonical table.

    Args:
        nodes: Kedro's nodes, with ``name``, ``func``, ``inputs`` and ``outputs``.
        parameters: Parameter's name -> value; some name columns.
        columns: Table -> its columns, of every table that has a contract.
        notebooks: Files of the reports.

    Returns:
        (table, column) -> names of the nodes that can read it, sorted; a column that none reads is there with
        none. Tables are those that reading the sources makes.
    """
    listed = list(nodes)
    made = [node for node in listed if node.name == MAKES_THE_TABLES]
    canonical = [name for node in made for name in node.outputs if name in columns]
    reads: dict[tuple[str, str], list[str]] = {
        (table, column): [] for table in sorted(canonical) for column in columns[table]
    }
    told = frozenset(
        word for path in notebooks for word in words_of_notebook(path.read_text(encoding="utf-8"))
    )
    for node in sorted(listed, key=lambda one: str(one.name)):
        if node.name == MAKES_THE_TABLES:
            continue
        module = node.func.__module__
        words = set(_words_behind(module))
        words |= told | _words_of_package(REPORTS) if module.startswith(REPORTS) else set()
        for name in node.inputs:
            words |= set(_words_in(parameters.get(name.removeprefix("params:")))) if ":" in name else set()
        words |= {column for output in node.outputs for column in columns.get(output, ())}
        for table in set(node.inputs) & set(canonical):
            for column in columns[table]:
                if column in words and (table, column) not in CARRIED:
                    reads[table, column].append(node.name)
    return reads


def words_of_python(text: str) -> set[str]:
    """Words that may name a column: attributes, names of arguments and texts, docstrings left out.

    Example:
        >>> sorted(words_of_python("def f(t):\\n    'a city'\\n    return t.query('email', n=3) + t.phone"))
        ['email', 'n', 'phone', 'query']
    """
    tree = ast.parse(text)
    docstrings = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    words: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute):
            words.add(node.attr)
        elif isinstance(node, ast.keyword) and node.arg:
            words.add(node.arg)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docstrings:
            words |= set(WORD.findall(node.value))
    return words


def words_of_sql(text: str) -> set[str]:
    """Words that may name a column: all but comments and literals.

    Example:
        >>> sorted(words_of_sql("-- a firm's city\\nselect email from t where kind = 'phone' -- and more"))
        ['email', 'from', 'kind', 'select', 't', 'where']
    """
    # In one pass: a comment may hold an apostrophe.
    return set(WORD.findall(re.sub(r"--[^\n]*|'(?:[^']|'')*'", "", text)))


def words_of_notebook(text: str) -> set[str]:
    """Words of a notebook's cells of code."""
    import json

    cells = json.loads(text)["cells"]
    code = "\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "code")
    return set(WORD.findall(code))


@cache
def _words_behind(module: str) -> frozenset[str]:
    """Words of a module, of the modules of the pipelines that it imports, and of their statements."""
    found, words = [module], set()
    for name in found:  # grows while it is walked
        path = _path_of(name)
        if path is None:
            continue
        text = path.read_text(encoding="utf-8")
        words |= words_of_python(text)
        found += [one for one in _imported(name, path, text) if one not in found]
        for statement in re.findall(r'"([a-z_]+\.sql)"', text):
            if (path.parent / statement).is_file():
                words |= words_of_sql((path.parent / statement).read_text(encoding="utf-8"))
    return frozenset(words)


def _words_of_package(package: str) -> set[str]:
    folder = PACKAGE.joinpath(*package.split(".")[1:])
    return {word for path in sorted(folder.glob("*.py")) for word in _words_behind(f"{package}.{path.stem}")}


def _words_in(told: Any) -> Iterable[str]:
    """Every word of a parameter, names and values."""
    if isinstance(told, Mapping):
        for name, value in told.items():
            yield str(name)
            yield from _words_in(value)
    elif isinstance(told, list | tuple):
        for value in told:
            yield from _words_in(value)
    elif isinstance(told, str):
        yield from WORD.findall(told)


def _imported(module: str, path: Path, text: str) -> Iterable[str]:
    """Modules of the pipelines that a module imports, relative names made whole."""
    package = module.split(".") if path.name == "__init__.py" else module.split(".")[:-1]
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            names = [one.name for one in node.names]
        elif isinstance(node, ast.ImportFrom):
            home = package[: len(package) - node.level + 1] if node.level else []
            base = ".".join([*home, *([node.module] if node.module else [])])
            names = [base, *(f"{base}.{one.name}" for one in node.names)]
        else:
            continue
        yield from (name for name in names if name.startswith(f"{PIPELINES}.") and _path_of(name))


def _path_of(module: str) -> Path | None:
    if not module.startswith("journey_research."):
        return None
    path = PACKAGE.joinpath(*module.split(".")[1:])
    for one in (path.with_suffix(".py"), path / "__init__.py"):
        if one.is_file():
            return one
    return None
