"""``journey``: the workbench and its verbs on the command line.

Everything heavy is imported inside the command that needs it: ``journey --help`` is there at once.
"""

from __future__ import annotations

import argparse
import importlib
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

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
        if name in VERBS or name in COMMANDS:
            return _done(name, rest)
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


def _done(name: str, rest: list[str]) -> int:
    """A verb or a command: its module says its options and does it."""
    where = "verbs" if name in VERBS else "commands"
    module = importlib.import_module(f"journey_research.{where}.{name.replace('-', '_')}")
    parser = _parser(name, (VERBS | COMMANDS)[name])
    module.add_arguments(parser)
    return int(module.run(parser.parse_args(rest)))


class _Parser(argparse.ArgumentParser):
    """Tells what is wrong with an option in the one line in which everything else is told."""

    def error(self, message: str) -> NoReturn:
        raise UserError(message, do=f"{self.prog} --help says more")


def _parser(name: str, text: str) -> argparse.ArgumentParser:
    return _Parser(prog=f"journey {name}", description=text[0].upper() + text[1:] + ".")


if __name__ == "__main__":
    sys.exit(main())
