"""Kedro's configuration loader, with what is wrong in a file told as a user error.

Context: a file under ``conf/`` is the user's, and Kedro tells its errors as tracebacks and lets a
misspelt parameter of an environment pass unused. Choice: the loader names file and line, and holds
the parameters of an environment or a command line against those of ``conf/base``, where every one
is written out; it reads them once a session, however often Kedro and the hooks ask. Given up: a
parameter of one environment alone (``world``) has to be named here, and a file changed under a
session is seen by the next one.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml
from kedro.config import OmegaConfigLoader
from omegaconf import OmegaConf
from omegaconf.errors import OmegaConfBaseException

from journey_research.business.placing import judge_business
from journey_research.errors import UserError

# Parameters that stand in no file of conf/base: they describe a made-up environment.
OF_ONE_ENVIRONMENT = {"world": None}
NAMED_DEPTH = 2  # a rule and its fields; below them stand names of sources, actions and so on


class Configuration(OmegaConfigLoader):
    """Reads ``conf/base`` and ``conf/<env>``.

    Raises:
        UserError: A file is no YAML or no mapping, two files say the same name, a reference leads
            nowhere, or a parameter is misspelt or of another kind than in ``conf/base``.
    """

    _parameters: dict[str, Any] | None = None

    def __getitem__(self, key: str) -> dict[str, Any]:
        if key != "parameters" or key in self:
            return self._read(key)
        if self._parameters is None:
            self._parameters = self._read(key)
        # A copy: nobody who is given the parameters can change what the next one is given.
        return copy.deepcopy(self._parameters)

    def __setitem__(self, key: str, value: Any) -> None:
        self._parameters = None  # ``globals`` set by hand may stand behind them
        super().__setitem__(key, value)

    def _read(self, key: str) -> dict[str, Any]:
        try:
            told = super().__getitem__(key)
        except OmegaConfBaseException as error:
            self._judge_files(key)
            raise UserError(
                f"the configuration of {key} refers to something that is not there",
                column=str(getattr(error, "full_key", "") or "") or None,
                do="write the value out, or set the environment variable it names",
            ) from None
        except (yaml.YAMLError, UnicodeDecodeError, ValueError, AttributeError, TypeError):
            self._judge_files(key)
            if key == "parameters":  # a list cannot be laid over names, nor names over a list
                for path in self._files(self.env or self.default_run_env, key):
                    _hold_against(_loaded(path), {**self._base_parameters(), **OF_ONE_ENVIRONMENT})
            raise
        if key == "parameters":
            _hold_against(dict(told), {**self._base_parameters(), **OF_ONE_ENVIRONMENT})
            self._judge_business(told.get("business"))
        return told

    def _judge_business(self, said: Any) -> None:
        """Refuse a figure without goal, stage or owner, by the line that says it."""
        if isinstance(said, Mapping) and said.get("goals"):  # without a goal nothing runs, and a run says so
            files = [
                (path.name, path.read_text(encoding="utf-8"))
                for environment in (self.env or self.default_run_env, self.base_env)
                for path in self._files(environment, "parameters")
                if path.name == "business.yml"
            ]
            judge_business(said, files)

    def _judge_files(self, key: str) -> None:
        """Find the file that cannot be read, or the two that say the same name."""
        for environment in (self.base_env, self.env or self.default_run_env):
            said: dict[str, Path] = {}
            for path in self._files(environment, key):
                for name in _loaded(path):
                    if name in said and key != "parameters":
                        raise UserError(
                            f"'{name}' is said by two files, {said[name].name} and {path.name}",
                            do="give one of them another name, or remove it",
                        )
                    said[str(name)] = path

    def _files(self, environment: str, key: str) -> Iterator[Path]:
        home = Path(self.conf_source) / environment
        for pattern in self.config_patterns[key]:
            yield from sorted(path for path in home.glob(pattern) if path.is_file() and _is_config(path))

    def _base_parameters(self) -> dict[str, Any]:
        known: dict[str, Any] = {}
        for path in self._files(self.base_env, "parameters"):
            known |= _loaded(path)
        return known


def _is_config(path: Path) -> bool:
    return path.suffix in (".yml", ".yaml", ".json") and not path.name.startswith(".")


def _loaded(path: Path) -> dict[str, Any]:
    try:
        told = OmegaConf.load(path)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        if mark and "duplicate key" in str(getattr(error, "problem", "")):
            raise UserError(
                f"line {mark.line + 1} says a name that is said before",
                file=path.name,
                do="say it once; what can come several times is a list under one name",
            ) from None
        raise UserError(
            f"line {mark.line + 1} is not YAML" if mark else "the file is not YAML",
            file=path.name,
            do="look at the indentation, brackets and quotes of that line and the one before",
        ) from None
    except UnicodeDecodeError:
        raise UserError("the file is not UTF-8 text", file=path.name, do="save it as UTF-8") from None
    plain = OmegaConf.to_container(told, resolve=False)
    if not isinstance(plain, dict):
        raise UserError(
            "the file says no names", file=path.name, do="begin it with a name and a colon, as in 'orders:'"
        )
    return {str(name): value for name, value in plain.items()}


def _hold_against(given: Mapping[str, Any], known: Mapping[str, Any], above: tuple[str, ...] = ()) -> None:
    """Every parameter is one of those in ``conf/base``, and a number where that is a number."""
    for name, value in given.items():
        path = (*above, str(name))
        if name not in known:
            if len(path) > NAMED_DEPTH or not known:
                continue
            raise UserError(
                f"there is no parameter '{'.'.join(path)}'",
                do=f"known are {', '.join(sorted('.'.join((*above, str(one))) for one in known))}",
            )
        expected = known[name]
        if isinstance(expected, str) and "${" in expected:
            continue
        if wanted := _other_kind(value, expected):
            raise UserError(
                f"parameter '{'.'.join(path)}' is not {wanted}", do="conf/base shows how it is written"
            )
        if isinstance(value, Mapping) and isinstance(expected, Mapping):
            _hold_against(value, expected, path)


def _other_kind(value: Any, expected: Any) -> str:
    """What ``value`` should have been; empty where it is that, or where nothing is known."""
    if expected is None or value is None:
        return ""
    kinds: tuple[tuple[type | tuple[type, ...], str], ...] = (
        (bool, "true or false"),
        ((int, float), "a number"),
        (str, "text"),
        (Mapping, "a list of names and values"),
        (list, "a list"),
    )
    for kind, words in kinds:
        if isinstance(expected, kind):
            fits = isinstance(value, kind) and (kind is bool or not isinstance(value, bool))
            return "" if fits else words
    return ""
