"""A kernel of the project's own: a notebook opens with ``catalog``, ``context`` and ``pipelines`` ready.

The extension finds the project upwards from the notebook and opens the environment named by
``JOURNEY_ENV``, else the project's default. It reads the last published run and writes nothing.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from journey_research.errors import UserError

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

NAME = "journey_research"


def kernel_spec() -> dict[str, object]:
    """The kernel's description: this very interpreter, with the extension loaded on start."""
    return {
        "argv": [
            sys.executable,
            "-m",
            "ipykernel_launcher",
            "-f",
            "{connection_file}",
            f"--IPKernelApp.extensions={__name__}",
        ],
        "display_name": NAME,
        "language": "python",
        "metadata": {"debugger": True},
        "env": {"DO_NOT_TRACK": "true", "KEDRO_DISABLE_TELEMETRY": "1", "MLFLOW_DISABLE_TELEMETRY": "true"},
    }


def install_kernel(prefix: str | None = None, user: bool = False) -> Path:
    """Write the kernel where Jupyter looks for it.

    Args:
        prefix: Environment to install into; None takes that of the running interpreter.
        user: Install for the user instead of into an environment.

    Returns:
        The folder that was written: ``.../share/jupyter/kernels/journey_research``.
    """
    from jupyter_client.kernelspec import KernelSpecManager

    with tempfile.TemporaryDirectory() as work:
        Path(work, "kernel.json").write_text(json.dumps(kernel_spec(), indent=1), encoding="utf-8")
        where = None if user else prefix or sys.prefix
        return Path(KernelSpecManager().install_kernel_spec(work, NAME, user=user, prefix=where))


def find_project(start: Path) -> Path:
    """The nearest folder at or above ``start`` that holds a Kedro project.

    Raises:
        UserError: There is none.
    """
    from kedro.utils import find_kedro_project

    found = find_kedro_project(start.resolve())
    if found is None:
        raise UserError(
            "no project here or in a folder above", do="open the notebook from inside the project"
        )
    return Path(found)


def load_ipython_extension(ipython: InteractiveShell) -> None:
    """Make ``catalog``, ``context``, ``session`` and ``pipelines``; figures appear below their cell.

    Called by IPython for ``%load_ext journey_research.kernel`` and by the project's kernel on start.

    Raises:
        UserError: The notebook is not inside a project.
    """
    project = find_project(Path.cwd())
    # Paths in the configuration are the project's, and Kedro reads conf/logging.yml from here.
    os.chdir(project)
    from kedro import ipython as kedro_ipython

    magics: dict[str, Any] = {
        "reload_kedro": kedro_ipython.magic_reload_kedro,
        "load_node": kedro_ipython.magic_load_node,
    }
    for name, magic in magics.items():
        ipython.register_magic_function(magic, "line", name)
    ipython.run_line_magic("matplotlib", "inline")
    kedro_ipython.reload_kedro(str(project), os.environ.get("JOURNEY_ENV") or None)
