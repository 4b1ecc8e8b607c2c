"""The project that a command stands in: its root, its environments, a session in it."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from journey_research.errors import UserError


def project_root() -> Path:
    """The project's root: the nearest folder upwards that Kedro knows.

    Raises:
        UserError: There is none.
    """
    for folder in (Path.cwd(), *Path.cwd().parents):
        settings = folder / "pyproject.toml"
        if settings.is_file() and "[tool.kedro]" in settings.read_text(encoding="utf-8"):
            return folder
    raise UserError("this folder is in no project of the workbench", do="go to the folder that holds conf/")


def workspace_of(environment: str) -> Any:
    """The workspace of an environment of the project.

    Raises:
        UserError: There is no such project or environment.
    """
    from journey_research.runs.workspace import Workspace

    project = project_root()
    check_environment(project, environment)
    return Workspace.of(project, environment)


def check_environment(project: Path, environment: str) -> None:
    """Refuse an environment that the project has no folder of sources for."""
    known = sorted(folder.name for folder in (project / "conf").iterdir() if (folder / "sources").is_dir())
    if environment not in known:
        raise UserError(
            f"there is no environment '{environment}'",
            do=f"choose one of {', '.join(known)}, or make conf/{environment}/sources",
        )


def session_of(environment: str, params: dict[str, Any]) -> Any:
    """A session of Kedro in an environment, with parameters of this run."""
    project = project_root()
    check_environment(project, environment)
    os.environ.setdefault("KEDRO_LOGGING_CONFIG", str(project / "conf" / "logging.yml"))
    # A library's own wish for threads would only slow the engine's two down.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    from kedro.framework.session import KedroSession
    from kedro.framework.startup import bootstrap_project

    bootstrap_project(project)
    return KedroSession.create(project_path=project, env=environment, runtime_params=params)
