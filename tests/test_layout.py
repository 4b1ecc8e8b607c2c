"""What the house rules say of the text itself: imports, names, SQL, docstrings, the lock."""

import ast
import re
from pathlib import Path

import pytest

from journey_research.engine.dialect import to_spark, unknown_functions

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "src" / "journey_research"
STAGES = ["ingestion", "identity", "journeys", "conversion", "decisions", "reports"]
HEAVY = {
    "anywidget", "dedupe", "ipywidgets", "matplotlib", "mlflow", "openpyxl", "papermill", "plotly", "scipy",
    "seaborn", "sklearn",
}  # fmt: skip
SECTIONS = ("Args:", "Returns:", "Raises:", "Source:", "Example:")
MODULES = sorted(PACKAGE.rglob("*.py"))
STATEMENTS = sorted(PACKAGE.rglob("*.sql"))


def named(path):
    return path.relative_to(PACKAGE).as_posix()


def tree_of(path):
    return ast.parse(path.read_text(encoding="utf-8"), filename=named(path))


def is_type_checking(node):
    test = node.test
    return getattr(test, "id", getattr(test, "attr", "")) == "TYPE_CHECKING"


def imported_at_start(body):
    """(line, module) of everything that importing the module imports, type checking aside."""
    for node in body:
        if isinstance(node, ast.Import):
            yield from ((node.lineno, name.name) for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.lineno, node.module or "" if not node.level else ""
        elif isinstance(node, ast.If) and is_type_checking(node):
            yield from imported_at_start(node.orelse)
        elif not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            yield from imported_at_start(
                child
                for child in ast.iter_child_nodes(node)
                if isinstance(child, ast.stmt | ast.ExceptHandler)
            )


def everything_imported(tree):
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level:
            yield node.module or ""


def heavy_imports(text):
    found = imported_at_start(ast.parse(text).body)
    return [f"line {line}: {module}" for line, module in found if module.split(".")[0] in HEAVY]


@pytest.mark.parametrize(
    ("text", "n_found"),
    [
        ("import scipy.stats", 1),
        ("try:\n    from sklearn import tree\nexcept ImportError:\n    pass", 1),
        ("class A:\n    import mlflow", 1),
        ("def f():\n    import matplotlib.pyplot as plt", 0),
        ("if TYPE_CHECKING:\n    from matplotlib.axes import Axes", 0),
        ("if TYPE_CHECKING:\n    pass\nelse:\n    import dedupe", 1),
        ("from .scipy import x", 0),
        ("import numpy, pandas", 0),
    ],
)
def test_the_lint_of_heavy_imports_sees_what_it_should(text, n_found):
    assert len(heavy_imports(text)) == n_found


@pytest.mark.parametrize("path", MODULES, ids=named)
def test_heavy_libraries_are_imported_where_they_are_used(path):
    assert heavy_imports(path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("path", MODULES, ids=named)
def test_a_module_is_named_after_what_it_is_about(path):
    assert path.stem not in {"utils", "util", "nodes", "helpers", "helper", "common", "misc"}


@pytest.mark.parametrize("stage", STAGES)
def test_a_stage_begins_with_its_docstring_and_imports_nothing(stage):
    tree = tree_of(PACKAGE / "pipelines" / stage / "__init__.py")

    assert ast.get_docstring(tree)
    assert [type(node).__name__ for node in tree.body] == ["Expr"]


@pytest.mark.parametrize("stage", STAGES)
def test_a_pipeline_lists_its_nodes_plainly(stage):
    tree = tree_of(PACKAGE / "pipelines" / stage / "pipeline.py")

    hidden = (ast.Lambda, ast.For, ast.While, ast.ListComp, ast.GeneratorExp, ast.If, ast.BinOp)
    assert [f"line {node.lineno}" for node in ast.walk(tree) if isinstance(node, hidden)] == []


@pytest.mark.parametrize("path", sorted((PACKAGE / "pipelines").rglob("*.py")), ids=named)
def test_only_a_pipeline_knows_kedro(path):
    roots = {module.split(".")[0] for module in everything_imported(tree_of(path))}

    assert path.name == "pipeline.py" or "kedro" not in roots


# dedupe draws from the global generators and by hash order: it learns in a process of its own, which
# is given the surroundings with a fixed hash seed, and seeds those generators first.
PASSES_SURROUNDINGS_ON = {"pipelines/identity/training.py"}
SEEDS_ITS_PROCESS = {"pipelines/identity/learning.py"}
CLOCK = re.compile(r"(^|\.)(now|utcnow|today)$|^time\.(time|time_ns|perf_counter|monotonic)$")


@pytest.mark.parametrize("path", sorted((PACKAGE / "pipelines").rglob("*.py")), ids=named)
def test_a_stage_reads_no_clock_no_variable_and_no_unnamed_seed(path):
    nodes = list(ast.walk(tree_of(path)))
    calls = {ast.unparse(node.func) for node in nodes if isinstance(node, ast.Call)}
    bare = {ast.unparse(node.func) for node in nodes if isinstance(node, ast.Call) and not node.args}
    reads = {ast.unparse(node) for node in nodes if isinstance(node, ast.Attribute)}

    assert sorted(call for call in calls if CLOCK.search(call)) == []
    assert "os.getenv" not in calls
    assert bare & {"np.random.default_rng", "random.Random"} == set()
    assert named(path) in PASSES_SURROUNDINGS_ON or "os.environ" not in reads
    assert named(path) in SEEDS_ITS_PROCESS or calls & {"random.random", "np.random.seed"} == set()


@pytest.mark.parametrize("path", STATEMENTS, ids=named)
def test_a_statement_says_what_it_makes(path):
    first = path.read_text(encoding="utf-8").splitlines()[0]

    assert first.startswith(f"-- {path.stem}: ")


@pytest.mark.parametrize("path", STATEMENTS, ids=named)
def test_a_statement_means_the_same_on_spark(path):
    sql = path.read_text(encoding="utf-8")

    assert to_spark(sql)
    assert unknown_functions(sql) == set()


@pytest.mark.parametrize("path", STATEMENTS, ids=named)
def test_a_statement_is_read_by_a_module_beside_it(path):
    beside = "".join(module.read_text(encoding="utf-8") for module in path.parent.glob("*.py"))

    assert f'"{path.name}"' in beside


def public_functions(path):
    for node in tree_of(path).body:
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
            yield node


def public_classes(path):
    for node in tree_of(path).body:
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
            yield node


VERBS = ("resolve", "journeys", "attribute", "lifetime_value")


@pytest.mark.parametrize("verb", VERBS)
def test_a_verb_says_what_goes_in_and_out_and_shows_it(verb):
    path = PACKAGE / "verbs" / f"{verb}.py"
    function = next(node for node in public_functions(path) if node.name == verb)
    docstring = ast.get_docstring(function) or ""

    assert [section for section in SECTIONS if section not in docstring] == []


def sections_owed(node):
    """What the docstring of a public function or class of the verbs has to hold."""
    owed = ["Example:", ">>>"]
    if isinstance(node, ast.ClassDef):
        return owed
    if any([node.args.posonlyargs, node.args.args, node.args.kwonlyargs]):
        owed.append("Args:")
    if node.returns is not None and ast.unparse(node.returns) != "None":
        owed.append("Returns:")
    return owed


@pytest.mark.parametrize(
    ("text", "owed"),
    [
        ("class A: pass", {"Example:", ">>>"}),
        ("def f() -> None: pass", {"Example:", ">>>"}),
        ("def f(a: int) -> None: pass", {"Example:", ">>>", "Args:"}),
        ("def f(*, a: int) -> int: pass", {"Example:", ">>>", "Args:", "Returns:"}),
    ],
)
def test_the_lint_of_docstrings_asks_for_what_there_is(text, owed):
    assert set(sections_owed(ast.parse(text).body[0])) == owed


@pytest.mark.parametrize("path", sorted((PACKAGE / "verbs").glob("*.py")), ids=named)
def test_what_is_public_in_verbs_has_types_and_shows_itself(path):
    for function in public_functions(path):
        assert function.returns is not None, function.name
    for node in [*public_functions(path), *public_classes(path)]:
        docstring = ast.get_docstring(node) or ""
        assert [section for section in sections_owed(node) if section not in docstring] == [], node.name


LOCK = ROOT / "requirements.lock"


def test_the_lock_names_no_host_and_no_folder():
    text = LOCK.read_text(encoding="utf-8")

    assert "//" not in text
    assert re.findall(r"(?m)^\s*--(?!hash=sha256:)\S+", text) == []
    assert "#" not in text


def test_every_package_in_the_lock_is_pinned_and_hashed():
    entries = re.split(r"\n(?=[A-Za-z0-9])", LOCK.read_text(encoding="utf-8").strip())

    assert [entry for entry in entries if not re.match(r"[a-z0-9-]+==\S+", entry)] == []
    assert [entry for entry in entries if "--hash=sha256:" not in entry] == []


def test_the_lock_holds_what_the_project_asks_for():
    import tomllib

    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    asked = project["project"]["dependencies"] + [
        one for extra in project["project"]["optional-dependencies"].values() for one in extra
    ]
    asked += project["build-system"]["requires"]
    names = {re.split(r"[<>=\[ ;]", one)[0].lower().replace("_", "-") for one in asked}
    locked = set(re.findall(r"(?m)^([a-z0-9-]+)==", LOCK.read_text(encoding="utf-8")))

    assert names - locked == set()


def test_the_hooks_fetch_nothing():
    import yaml

    hooks = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8"))

    assert {repository["repo"] for repository in hooks["repos"]} == {"local"}
