"""``journey``: the workbench and its verbs on the command line.

Everything heavy is imported inside the command that needs it: ``journey --help`` is there at once.
"""

from __future__ import annotations

import argparse
import importlib
import json
import os
import re
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NoReturn

from journey_research.errors import DONE, FAULT, USER_ERROR, UserError

VERBS = {
    "resolve": "which records are one person: records.csv -> persons.csv",
    "journeys": "events -> sessions, transitions, step matrix, variants, plots",
    "attribute": "paths -> credits by model and channel, with intervals",
    "lifetime-value": "transactions -> who is alive, and what they will buy",
}
# Packages of the extra that the verbs do without.
WORKBENCH = {"kedro", "mlflow", "papermill", "nbconvert", "openpyxl", "jinja2", "jupyter_client", "psutil"}
COMMANDS = {
    "run": "run the pipeline of an environment",
    "show": "what a run says of itself",
    "recreate": "run a run again elsewhere and compare",
    "world": "write the made-up retailer's exports",
    "map": "look at a new export and draft its mapping",
    "kernel": "install a Jupyter kernel that opens with 'catalog' ready",
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; returns the exit code: 0 done, 2 yours to mend, 1 ours."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    # Nobody's work is reported to anybody.
    for name, value in (("DO_NOT_TRACK", "true"), ("KEDRO_DISABLE_TELEMETRY", "1")):
        os.environ.setdefault(name, value)
    os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")
    if not given or given[0] in ("-h", "--help"):
        print(_help())
        return DONE
    name, rest = given[0], given[1:]
    try:
        if name == "--version":
            from importlib.metadata import version

            print(version("journey_research"))
            return DONE
        if name in VERBS:
            return _verb(name, rest)
        if name in COMMANDS:
            return int(globals()[f"_{name}"](rest))
        raise UserError(f"there is no command '{name}'", do="journey --help lists them")
    except KeyboardInterrupt:
        print("stopped; what was there before is untouched", file=sys.stderr)
        return 130
    except BrokenPipeError:
        # The reader has seen enough, as with 'journey show | head'.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return DONE
    except ModuleNotFoundError as error:
        if name in COMMANDS and (error.name or "").split(".")[0] in WORKBENCH:
            return _told(
                UserError(
                    f"'{name}' needs the workbench, and {error.name} is not installed",
                    do="pip install 'journey_research[workbench]', or run it from a clone of the project",
                )
            )
        return _told(error)
    except Exception as error:
        return _told(error)


def _told(error: Exception) -> int:
    """One line for what a user can mend; for a fault of ours, a line and where the traceback is."""
    from journey_research.privacy.scrubbing import one_line, scrubbed_traceback, user_error_in

    ours = user_error_in(error)
    if ours is not None:
        print(one_line(ours), file=sys.stderr)
        return USER_ERROR
    log = Path.cwd() / "journey_fault.log"
    try:
        log.write_text(scrubbed_traceback(error) + "\n", encoding="utf-8")
        where = f"; the traceback is in {log.name}"
    except OSError:
        where = ""
    print(f"fault: {one_line(error)}{where}", file=sys.stderr)
    return FAULT


def _help() -> str:
    lines = ["usage: journey COMMAND [options]", "", "On your own table, in any folder:"]
    lines += [f"  {name:<16}{text}" for name, text in VERBS.items()]
    lines += ["", "In the workbench's project:"]
    lines += [f"  {name:<16}{text}" for name, text in COMMANDS.items()]
    lines += ["", "journey COMMAND --help says more. Exit codes: 0 done, 2 yours to mend, 1 ours."]
    return "\n".join(lines)


def _verb(name: str, rest: list[str]) -> int:
    module = importlib.import_module(f"journey_research.verbs.{name.replace('-', '_')}")
    parser = _parser(name, VERBS[name])
    module.add_arguments(parser)
    return int(module.run(parser.parse_args(rest)))


def _run(rest: list[str]) -> int:
    parser = _parser("run", COMMANDS["run"])
    parser.add_argument("--env", default="demo", help="environment: a folder of sources under conf/ (demo)")
    parser.add_argument("--pipelines", default="", help="only these stages, as in: journeys,conversion")
    _params_argument(parser)
    chosen = parser.parse_args(rest)
    session = _session(chosen.env, _params(chosen.params))
    names = _stages(chosen.pipelines)
    from kedro.validation.exceptions import ParameterValidationError

    with session:
        try:
            session.run(pipeline_names=names or None)
        except ParameterValidationError as error:
            raise _wrong_parameter(str(error)) from None
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


def _wrong_parameter(told: str) -> UserError:
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


def _show(rest: list[str]) -> int:
    parser = _parser("show", COMMANDS["show"])
    parser.add_argument(
        "run_id", nargs="?", default="current", metavar="RUN_ID", help="default: the current run"
    )
    parser.add_argument("--env", default="demo", help="environment (demo)")
    parser.add_argument("--json", action="store_true", help="the whole manifest as JSON")
    parser.add_argument("--files", action="store_true", help="every file: rows read = accepted + rejected")
    chosen = parser.parse_args(rest)
    from journey_research.runs.showing import files_of, shown

    workspace = _workspace(chosen.env)
    manifest = workspace.manifest(chosen.run_id)
    if chosen.files:
        print("\n".join(files_of(manifest, workspace)))
    elif chosen.json:
        print(json.dumps(manifest, indent=1, sort_keys=True, ensure_ascii=False))
    else:
        print(shown(manifest))
    return DONE


def _recreate(rest: list[str]) -> int:
    parser = _parser("recreate", COMMANDS["recreate"])
    parser.add_argument("run_id", metavar="RUN_ID", help="the run, or 'current'")
    parser.add_argument("--env", default="demo", help="environment (demo)")
    chosen = parser.parse_args(rest)
    from journey_research.runs.recreating import recreate

    names = recreate(_project(), _workspace(chosen.env), chosen.run_id)
    print("\n".join(names) or "equal")
    return FAULT if names else DONE


def _world(rest: list[str]) -> int:
    parser = _parser("world", COMMANDS["world"])
    parser.add_argument("--out", help="folder to make (default: data/demo/00_raw)")
    parser.add_argument(
        "--size", default="demo", help="tiny (150 people), demo (2,000) or 1m (100,000, 26 weeks)"
    )
    parser.add_argument("--persons", type=int, help="how many people, instead of --size")
    parser.add_argument("--weeks", type=int, help="how many weeks, whatever the size")
    parser.add_argument("--seed", type=int, default=1, help="world_seed (1)")
    parser.add_argument(
        "--without",
        action="append",
        default=[],
        metavar="CHANNEL",
        help="a channel whose contacts never take place, as in: --without email",
    )
    parser.add_argument("--processes", type=int, default=0, help="how many processes (0: one for each core)")
    chosen = parser.parse_args(rest)
    from journey_research.world.building import make_world

    folder = Path(chosen.out) if chosen.out else _workspace("demo").raw
    if folder.exists():
        raise UserError(
            "the folder is there already", file=folder.name, do="move it away, or choose another --out"
        )
    too_few = (chosen.persons is not None and chosen.persons < 2) or chosen.processes < 0
    if too_few or (chosen.weeks is not None and chosen.weeks < 1):
        raise UserError("a world has at least 2 people and 1 week", do="give larger numbers")
    world = make_world(
        folder,
        persons=chosen.persons,
        size=chosen.size,
        world_seed=chosen.seed,
        weeks=chosen.weeks,
        without=chosen.without,
        processes=chosen.processes,
    )
    for name, n_rows in sorted(world.rows.items()):
        print(f"{n_rows:>12,}  {name}")
    print(f"{world.n_records:>12,}  source records\n{world.n_touchpoints:>12,}  touchpoints")
    return DONE


def _map(rest: list[str]) -> int:
    parser = _parser("map", COMMANDS["map"])
    parser.add_argument("file", nargs="?", metavar="FILE", help="the export to look at")
    parser.add_argument(
        "--source", default="", help="what to call the source (default: from the file's name)"
    )
    parser.add_argument(
        "--out", help="file to write, as in conf/<env>/sources/<source>.yml (default: print it)"
    )
    parser.add_argument("--schema", action="store_true", help="print the JSON Schema of mappings instead")
    chosen = parser.parse_args(rest)
    if chosen.schema:
        from journey_research.pipelines.ingestion.drafting.mapping_schema import mapping_schema

        print(json.dumps(mapping_schema(), indent=1))
        return DONE
    if not chosen.file:
        raise UserError("no file is named", do="as in: journey map export.csv")
    from journey_research.pipelines.ingestion.drafting.drafting import draft_mapping
    from journey_research.pipelines.ingestion.drafting.known import known_mappings

    draft = draft_mapping(Path(chosen.file), known_mappings(_conf_folder()), chosen.source)
    if not chosen.out:
        print(draft.text, end="")
        return DONE
    out = Path(chosen.out)
    if out.exists():
        raise UserError(
            "the file is there already", file=out.name, do="move it away, or choose another --out"
        )
    try:
        out.write_text(draft.text, encoding="utf-8")
    except OSError:
        raise UserError("the file cannot be written", file=out.name, do="check its folder") from None
    n_doubts = sum(len(one) for one in draft.unsure.values())
    like = f", like the known source '{draft.like}'" if draft.like else ""
    print(f"drafted '{draft.source}' from {draft.n_rows:,} rows{like}; {n_doubts} lines are marked unsure")
    return DONE


def _conf_folder() -> Path | None:
    """The project's ``conf``, where there is a project: a draft can be made anywhere."""
    try:
        return _project() / "conf"
    except UserError:
        return None


def _kernel(rest: list[str]) -> int:
    parser = _parser("kernel", COMMANDS["kernel"])
    parser.add_argument("action", choices=["install"])
    parser.add_argument("--prefix", help="where Jupyter lies (default: this Python's own)")
    parser.add_argument("--user", action="store_true", help="for all of this user's JupyterLabs")
    chosen = parser.parse_args(rest)
    from journey_research.kernel import install_kernel

    print(f"kernel 'journey_research' installed in {install_kernel(prefix=chosen.prefix, user=chosen.user)}")
    return DONE


class _Parser(argparse.ArgumentParser):
    """Tells what is wrong with an option in the one line in which everything else is told."""

    def error(self, message: str) -> NoReturn:
        raise UserError(message, do=f"{self.prog} --help says more")


def _parser(name: str, text: str) -> argparse.ArgumentParser:
    return _Parser(prog=f"journey {name}", description=text[0].upper() + text[1:] + ".")


def _params_argument(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--params",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="set parameters for this run, as in: --params journey_rule.max_gap_days=14",
    )


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


def _project() -> Path:
    """The project's root: the nearest folder upwards that Kedro knows.

    Raises:
        UserError: There is none.
    """
    for folder in (Path.cwd(), *Path.cwd().parents):
        settings = folder / "pyproject.toml"
        if settings.is_file() and "[tool.kedro]" in settings.read_text(encoding="utf-8"):
            return folder
    raise UserError("this folder is in no project of the workbench", do="go to the folder that holds conf/")


def _workspace(environment: str) -> Any:
    from journey_research.runs.workspace import Workspace

    project = _project()
    _check_environment(project, environment)
    return Workspace.of(project, environment)


def _check_environment(project: Path, environment: str) -> None:
    known = sorted(folder.name for folder in (project / "conf").iterdir() if (folder / "sources").is_dir())
    if environment not in known:
        raise UserError(
            f"there is no environment '{environment}'",
            do=f"choose one of {', '.join(known)}, or make conf/{environment}/sources",
        )


def _session(environment: str, params: dict[str, Any]) -> Any:
    project = _project()
    _check_environment(project, environment)
    os.environ.setdefault("KEDRO_LOGGING_CONFIG", str(project / "conf" / "logging.yml"))
    # A library's own wish for threads would only slow the engine's two down.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    from kedro.framework.session import KedroSession
    from kedro.framework.startup import bootstrap_project

    bootstrap_project(project)
    return KedroSession.create(project_path=project, env=environment, runtime_params=params)


if __name__ == "__main__":
    sys.exit(main())
