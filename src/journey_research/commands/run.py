"""``journey run``: the pipeline of an environment, or some of its stages."""

from __future__ import annotations

import argparse
import re
from collections.abc import Sequence
from typing import Any

from journey_research.errors import DONE, UserError

from .project import session_of


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of ``journey run``."""
    parser.add_argument("--env", default="demo", help="environment: a folder of sources under conf/ (demo)")
    parser.add_argument("--pipelines", default="", help="only these stages, as in: journeys,conversion")
    parser.add_argument(
        "--params",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="set parameters for this run, as in: --params journey_rule.max_gap_days=14",
    )


def run(chosen: argparse.Namespace) -> int:
    """Do it; returns the exit code."""
    session = session_of(chosen.env, _params(chosen.params))
    names = _stages(chosen.pipelines)
    from kedro.validation.exceptions import ParameterValidationError

    with session:
        try:
            session.run(pipeline_names=names or None)
        except ParameterValidationError as error:
            raise wrong_parameter(str(error)) from None
    return DONE


def _stages(chosen: str) -> list[str]:
    """The stages asked for, by name."""
    from kedro.framework.project import pipelines

    names = [name.strip() for name in chosen.split(",") if name.strip()]
    for name in names:
        if name not in pipelines:
            known = ", ".join(one for one in pipelines if not one.startswith("_"))
            raise UserError(f"there is no stage '{name}'", do=f"choose among {known}")
    return names


def wrong_parameter(told: str) -> UserError:
    """Kedro's list of parameters that make no dataclass, as one line without the values given."""
    said = []
    for name, why in re.findall(r"^- Parameter '(?:params:)?([^']*)': (.*)$", told, re.MULTILINE):
        if strange := re.search(r"unexpected keyword argument '([^']*)'", why):
            reason = f"has no field '{strange[1]}'"
        elif missing := re.search(r"missing \d+ required positional arguments?: (.*)", why):
            reason = f"does not say {missing[1]}"
        elif "not supported between instances" in why or "unsupported operand" in why:
            reason = "holds text where a number stands in conf/base"
        else:
            # What our own rules say of a configuration; it names the nearest right word.
            reason = re.sub(r"^Failed to instantiate \w+ for parameter '[^']*': ", "", why)
        said.append(f"parameter '{name}': {reason}")
    return UserError("; ".join(said) or "a parameter is wrong", do="conf/base shows how it is written")


def _params(given: Sequence[str]) -> dict[str, Any]:
    from kedro.framework.cli.utils import _split_params

    params: dict[str, Any] = {}
    for text in given:
        for one in text.split(","):
            name, equals, _ = one.partition("=")
            if not equals or not name.strip():
                raise UserError(
                    "--params wants NAME=VALUE", do="as in: --params journey_rule.max_gap_days=14"
                )
        params = _merged(params, _split_params(None, None, text))  # type: ignore[arg-type]
    return params


def _merged(left: dict[str, Any], right: dict[str, Any]) -> dict[str, Any]:
    both = {
        name: _merged(left[name], right[name])
        for name in left.keys() & right.keys()
        if isinstance(left[name], dict) and isinstance(right[name], dict)
    }
    return {**left, **right, **both}
