#!/usr/bin/env python3
"""From a clean clone to a run, with nothing installed but Python.

Context: a reader has a clone and some Python. Choice: this file uses the standard library alone,
makes ``.venv`` from ``requirements.lock`` (every file checked against its hash) with uv where it
is there and pip where not, and then starts the task in it. Given up: short forms that Python 3.6
cannot read, because an old Python has to get as far as saying that it is too old.
"""

import contextlib
import hashlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Dict, Iterator, List, Optional, Sequence, Tuple
from xml.etree import ElementTree

ROOT = Path(__file__).resolve().parent
VERSIONS = ((3, 12), (3, 11))
# One part of dedupe comes as source only. These build it, so they are installed first, and the
# build takes them from the lock instead of fetching whatever is newest.
BUILD_TOOLS = ("cython", "setuptools")
WINDOWS = os.name == "nt"
HELP = """usage: python3 bootstrap.py COMMAND [options]

  run      run the pipeline; --env NAME picks the environment (demo)
  test     every check: format, lint, types, import rules, tests; --fast leaves out slow tests
  lab      open JupyterLab on the exploration notebook
  mlflow   open the browser page of past runs on this machine
  format   put the code into the agreed format

The first start makes .venv from requirements.lock (one or two minutes); later starts use it as it is.
Further options go to the task: python3 bootstrap.py run --help says what it takes.
"""
QUIET = {
    "DO_NOT_TRACK": "true",
    "KEDRO_DISABLE_TELEMETRY": "1",
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false",  # eight idle workers that outlive Ctrl-C
    "PYTHONUTF8": "1",
}


class Refused(Exception):
    """Something the reader can mend, in one line."""


class InstallFailed(Exception):
    """An installer stopped with an error; holds what it said last."""


def main(arguments: Sequence[str]) -> int:
    """Make the environment where it is missing or out of date, then do the task."""
    if not arguments or arguments[0] in ("-h", "--help", "help"):
        print(HELP, end="")
        return 0 if arguments else 2
    task, rest = arguments[0], list(arguments[1:])
    tasks = {"run": run, "test": test, "lab": lab, "mlflow": mlflow, "format": reformat}
    try:
        if task not in tasks:
            raise Refused("there is no command '{}'; python3 bootstrap.py --help lists them".format(task))
        ensure_venv(ROOT)
        os.chdir(str(ROOT))
        return tasks[task](rest)
    except Refused as refused:
        print(refused, file=sys.stderr)
        return 2
    except InstallFailed as failed:
        print("installation failed; what the installer said last:\n{}".format(failed), file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("stopped", file=sys.stderr)
        return 130


# The tasks -----------------------------------------------------------------------------------


def run(rest: List[str]) -> int:
    """Run the pipeline."""
    return become([script("journey"), "run"] + rest)


def lab(rest: List[str]) -> int:
    """Open JupyterLab, with its news and update checks switched off by ``conf/jupyter``."""
    kernel = [script("journey"), "kernel", "install", "--prefix", str(ROOT / ".venv")]
    if subprocess.call(kernel, env=surroundings(), stdout=subprocess.DEVNULL):
        print("the project's own kernel could not be installed; choose the plain one", file=sys.stderr)
    notebook = ROOT / "notebooks" / "exploration.ipynb"
    opened = [str(notebook.relative_to(ROOT))] if notebook.is_file() else []
    # Without a folder said, Jupyter would show nothing above the notebook's own.
    return become([script("jupyter"), "lab", "--ServerApp.root_dir", str(ROOT)] + opened + rest)


def mlflow(rest: List[str]) -> int:
    """Open MLflow's page of past runs, for this machine alone."""
    store = ["--backend-store-uri", "sqlite:///mlruns/mlflow.db", "--host", "127.0.0.1"]
    return become([script("mlflow"), "ui"] + store + ["--workers", "1"] + rest)  # one reader, one worker


def reformat(rest: List[str]) -> int:
    """Put the code into the agreed format."""
    subprocess.call([script("ruff"), "check", "--fix-only", "--quiet", "."] + rest, env=surroundings())
    return become([script("ruff"), "format", "."] + rest)


def test(rest: List[str]) -> int:
    """Every check, each to its end; what failed is listed last."""
    results = Path(tempfile.mkdtemp(prefix="journey-tests-")) / "results.xml"
    # Side by side, a file whole in one process, so that what its tests share is made once.
    chosen = ["-n", "auto", "--maxprocesses", "4", "--dist", "loadfile"]
    chosen += ["-m", "not slow"] if "--fast" in rest else []
    chosen += [argument for argument in rest if argument != "--fast"]
    steps = [
        ("format", [script("ruff"), "format", "--check", "."]),
        ("lint", [script("ruff"), "check", "."]),
        ("types", [script("mypy")]),
        ("import rules", [script("lint-imports")]),
        ("tests", [script("python"), "-m", "pytest", "-rs", "--junitxml", str(results)] + chosen),
    ]
    try:
        return check(steps, results)
    finally:
        shutil.rmtree(str(results.parent), ignore_errors=True)


def check(steps: List[Tuple[str, List[str]]], results: Path) -> int:
    """Run the steps one after another; 1 if any of them failed."""
    told = []
    for name, command in steps:
        say("\n== {}".format(name))
        began = time.time()
        code = subprocess.call(command, env=surroundings())
        told.append((name, time.time() - began, code))
    skipped = skipped_tests(results)
    say("\n== {} tests skipped".format(sum(skipped.values())))
    for reason, number in sorted(skipped.items()):
        say("  {} x {}".format(number, reason))
    say("\n== time")
    for name, seconds, code in told:
        say("  {:<14}{:7.1f} s   {}".format(name, seconds, "passed" if code == 0 else "FAILED"))
    failed = [name for name, _, code in told if code]
    say("\nfailed: {}".format(", ".join(failed)) if failed else "\neverything passed")
    return 1 if failed else 0


def skipped_tests(results: Path) -> Dict[str, int]:
    """Reason -> number of tests that were skipped for it."""
    reasons = {}  # type: Dict[str, int]
    if results.is_file():
        for skipped in ElementTree.parse(str(results)).iter("skipped"):
            reason = skipped.get("message") or "no reason given"
            reasons[reason] = reasons.get(reason, 0) + 1
    return reasons


# Starting things in .venv --------------------------------------------------------------------


def script(name: str, root: Path = ROOT) -> str:
    """Path of a command in ``.venv``."""
    folder = root / ".venv" / ("Scripts" if WINDOWS else "bin")
    return str(folder / (name + ".exe" if WINDOWS else name))


def surroundings() -> Dict[str, str]:
    """Environment variables of every task: this .venv first, and nobody's work reported to anybody."""
    variables = {name: value for name, value in os.environ.items() if name != "PYTHONHOME"}
    settings = str(ROOT / "conf" / "jupyter")
    variables.update(QUIET)
    variables["VIRTUAL_ENV"] = str(ROOT / ".venv")
    variables["PATH"] = os.pathsep.join([str(Path(script("python")).parent), variables.get("PATH", "")])
    variables["JUPYTER_CONFIG_PATH"] = os.pathsep.join(
        [settings] + [path for path in [variables.get("JUPYTER_CONFIG_PATH")] if path]
    )
    return variables


def become(command: List[str]) -> int:
    """Go on as ``command``: its exit code and its signals are ours."""
    sys.stdout.flush()
    if not WINDOWS:
        os.execve(command[0], command, surroundings())
    started = subprocess.Popen(command, env=surroundings())
    while True:
        try:
            return started.wait()
        except KeyboardInterrupt:  # the task has had it too, and decides
            continue


def say(line: str) -> None:
    """Print at once, so that it stands before what a child process prints."""
    print(line, flush=True)


# Making .venv --------------------------------------------------------------------------------


def ensure_venv(root: Path) -> bool:
    """Make ``.venv`` unless a finished one of this lock is there; True when something was installed.

    The stamp is written last. Without it an installation was interrupted and is made afresh; with
    another lock in it, the installed packages are brought up to date.
    """
    if is_finished(root):
        return False
    with alone(root):
        if is_finished(root):  # somebody else has just made it
            return False
        began = time.time()
        stamp = stamp_file(root)
        usable = stamp.is_file() and stamp.read_text().splitlines()[1:] == fixed_lines(root)
        if usable:
            stamp.unlink()
            say("requirements.lock or pyproject.toml has changed; bringing .venv up to date")
        elif (root / ".venv").exists():
            say("the .venv that is here was never finished, or made elsewhere; making it afresh")
        install(root, keep=usable)
        stamp.write_text("\n".join([wanted(root)] + fixed_lines(root)) + "\n")
        say("ready after {:.0f} s".format(time.time() - began))
    return True


def stamp_file(root: Path) -> Path:
    return root / ".venv" / "finished"


def is_finished(root: Path) -> bool:
    """Whether ``.venv`` was made to its end, here, from this lock."""
    try:
        told = stamp_file(root).read_text().splitlines()
    except (IOError, OSError):
        return False
    return told == [wanted(root)] + fixed_lines(root) and os.path.exists(script("python", root))


def wanted(root: Path) -> str:
    """Hash of what ``.venv`` is made from."""
    digest = hashlib.sha256()
    for name in ("requirements.lock", "pyproject.toml"):
        digest.update((root / name).read_bytes() + b"\0")
    return digest.hexdigest()


def fixed_lines(root: Path) -> List[str]:
    """What cannot change under a ``.venv``: its Python, and its folder (scripts hold its path)."""
    try:
        found = re.search(r"(?m)^version\w* *= *(\d+\.\d+)", (root / ".venv" / "pyvenv.cfg").read_text())
    except (IOError, OSError):
        found = None
    return ["python " + (found.group(1) if found else "?"), "folder " + str(root)]


@contextlib.contextmanager
def alone(root: Path) -> Iterator[None]:
    """Hold a lock, so that two first starts do not install into one folder."""
    try:
        import fcntl
    except ImportError:  # Windows: a file that is in use cannot be replaced there anyway
        yield
        return
    with open(str(root / ".venv.lock"), "w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield


def install(root: Path, keep: bool = False) -> None:
    """Make ``.venv`` (or keep the one that is there) and install the lock and the project."""
    uv = shutil.which("uv")
    python = find_python()
    if python is None and uv is None:
        raise Refused(
            "this is Python {}.{}, and the workbench needs 3.11 or 3.12: "
            "install one of them, or uv, which fetches it".format(*sys.version_info[:2])
        )
    if uv is not None:
        try:
            install_with_uv(root, uv, python, keep)
            return
        except InstallFailed as failed:
            if python is None:
                raise
            say("uv could not do it ({}); trying pip".format(str(failed).splitlines()[-1]))
            keep = False
    install_with_pip(root, str(python), keep)


def find_python() -> Optional[str]:
    """A Python 3.11 or 3.12 that really starts: this one, or one on the path."""
    if sys.version_info[:2] in VERSIONS:
        # Started by .venv's own Python, which may be about to be replaced: the one it was made from.
        return str(getattr(sys, "_base_executable", None) or sys.executable)
    for version in VERSIONS:
        name = "python{}.{}".format(*version) + (".exe" if WINDOWS else "")
        for folder in os.environ.get("PATH", "").split(os.pathsep):
            # Every folder is asked: a version manager's stand-in may come first and not start.
            path = os.path.join(folder, name)
            if os.path.isfile(path) and version_of([path]) == version:
                return path
        if WINDOWS and version_of(["py", "-{}.{}".format(*version)]) == version:
            asked = ["py", "-{}.{}".format(*version), "-c", "import sys; print(sys.executable)"]
            return subprocess.check_output(asked).decode().strip()
    return None


def version_of(command: List[str]) -> Optional[Tuple[int, ...]]:
    """The version of a Python, or None when it does not start."""
    asked = command + ["-c", "import sys; print('%d.%d' % sys.version_info[:2])"]
    try:
        told = subprocess.check_output(asked, stderr=subprocess.DEVNULL, timeout=20).decode()
        return tuple(int(part) for part in told.strip().split("."))
    except (OSError, ValueError, subprocess.SubprocessError):
        return None


def install_with_uv(root: Path, uv: str, python: Optional[str], keep: bool) -> None:
    """Make ``.venv`` with uv, which also fetches a Python where there is none."""
    if not keep:
        remove(root / ".venv")
        watch([uv, "venv", "--python", python or "3.12", str(root / ".venv")], "making .venv with uv")
    into = [uv, "pip", "install", "--python", script("python", root)]
    install_lock(root, into)


def install_with_pip(root: Path, python: str, keep: bool) -> None:
    """Make ``.venv`` with the standard library, and fill it with pip."""
    has_own_pip = succeeds([python, "-c", "import ensurepip"])
    if not has_own_pip and not succeeds([python, "-m", "pip", "--version"]):
        raise Refused("this Python has neither ensurepip nor pip: install python3-venv, or uv")
    if not keep:
        remove(root / ".venv")
        without = [] if has_own_pip else ["--without-pip"]
        watch([python, "-m", "venv"] + without + [str(root / ".venv")], "making .venv")
    inside = script("python", root)
    pip = [inside, "-m", "pip"] if has_own_pip else [python, "-m", "pip", "--python", inside]
    install_lock(root, pip + ["--disable-pip-version-check", "install", "--no-input", "--no-compile"])


def install_lock(root: Path, into: List[str]) -> None:
    """Install the build tools, then everything, then the project itself; all but the last by hash."""
    lock = root / "requirements.lock"
    entries = re.split(r"\n(?=[A-Za-z0-9])", lock.read_text())
    first = root / ".venv" / "build_tools.lock"
    first.write_text("\n".join(entry for entry in entries if entry.split("==")[0] in BUILD_TOOLS) + "\n")
    hashed = into + ["--require-hashes", "--no-deps"]
    watch(hashed + ["-r", str(first)], "installing what builds packages")
    text = "installing {} packages from requirements.lock".format(len(entries))
    watch(hashed + ["--no-build-isolation", "-r", str(lock)], text)
    watch(into + ["--no-build-isolation", "--no-deps", "-e", str(root)], "installing the project itself")


def watch(command: List[str], what: str) -> None:
    """Run an installer and show that it lives: what it does, and for how long already."""
    began = time.time()
    variables = {name: value for name, value in os.environ.items() if name != "PYTHONHOME"}
    started = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=variables)
    lines = []  # type: List[str]
    listener = threading.Thread(target=listen, args=(started, lines), daemon=True)
    listener.start()
    on_screen = sys.stdout.isatty()
    say(what + " ...")
    told = began
    try:
        while started.poll() is None:
            listener.join(0.2)
            if time.time() - told >= (1 if on_screen else 15):
                told = time.time()
                now = "  {:3.0f} s  {}".format(told - began, short(lines[-1] if lines else ""))
                print("\r" + now.ljust(78) if on_screen else now, end="" if on_screen else "\n", flush=True)
    except BaseException:
        started.terminate()
        started.wait()
        raise
    listener.join(5)
    if on_screen and told > began:
        print("\r" + " " * 78 + "\r", end="", flush=True)
    if started.returncode:
        told = [line for line in lines if "Expected     or" not in line]  # fifty hashes hide the package
        raise InstallFailed("\n".join(told[-25:]) or "nothing")


def listen(started: "subprocess.Popen[bytes]", lines: List[str]) -> None:
    """Gather what an installer says, line by line."""
    assert started.stdout is not None
    for line in started.stdout:
        text = line.decode("utf-8", "replace").rstrip()
        if text and not text.startswith("WARNING"):
            lines.append(text)


def short(line: str) -> str:
    """What an installer said last, to fit a line."""
    if line.startswith("Installing collected packages"):
        return "writing the packages to disk"
    return line.strip().split(" (from")[0][:66]


def succeeds(command: List[str]) -> bool:
    return subprocess.call(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) == 0


def remove(folder: Path) -> None:
    """Remove an unfinished or outdated ``.venv``."""
    if folder.is_symlink() or folder.is_file():
        folder.unlink()
    elif folder.exists():
        shutil.rmtree(str(folder))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
