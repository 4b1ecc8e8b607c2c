"""What is wrong in ``business.yml``, by file and line.

Context: a figure without goal, stage or owner steers nothing, and whoever has just written one knows it by
its line, not by the name of a class. Choice: the dataclasses judge what is said, and the place that their
message names is looked up in the text of the file. Given up: places of what a command line has set.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import yaml

from journey_research.errors import UserError

from .goals import Business


def judge_business(said: Mapping[str, Any], files: Iterable[tuple[str, str]]) -> None:
    """Refuse what ``business`` must not say.

    Args:
        said: What stands under ``business`` in all files together.
        files: (name, text) of every file that may say it, the one that has the last word first.

    Raises:
        UserError: A figure lacks its goal, stage or owner, names something that is not known, and so on; with
            the line of the innermost name that a file says.

    Example:
        >>> text = "business:\\n  name: shop\\n  kpis:\\n    revenue: {figure: revenue}\\n"
        >>> try:
        ...     judge_business({"name": "shop", "goals": {}, "kpis": {"revenue": {}}}, [("business.yml", text)])
        ... except UserError as error:
        ...     print(error)
        line 4: business.kpis.revenue does not say goal and figure and owner and stage (file business.yml); conf/base shows how it is written
    """  # noqa: E501
    try:
        Business(**said)
    except ValueError as error:
        message = str(error)
    except TypeError:
        return  # a name of its own that is not known: told with all other parameters
    else:
        return
    path = message.split(" ")[0].rstrip(":").split(".")
    found = [(len(place), name, line) for name, text in files for place, line in _lines(text, path)]
    _, name, line = max(found, key=lambda one: one[0], default=(0, None, None))
    raise UserError(
        f"line {line}: {message}" if line else message, file=name, do="conf/base shows how it is written"
    )


def _lines(text: str, path: list[str]) -> Iterable[tuple[list[str], int]]:
    """(part of the path, line it stands on) for every name along a path that a file says, outermost first."""
    node = yaml.compose(text, Loader=yaml.SafeLoader)
    for depth, name in enumerate(path, 1):
        pairs = node.value if isinstance(node, yaml.MappingNode) else []
        named = [(key, value) for key, value in pairs if str(key.value) == name]
        if not named:
            return
        yield path[:depth], named[-1][0].start_mark.line + 1
        node = named[-1][1]
