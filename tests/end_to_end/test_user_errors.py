"""What a user does wrong in an environment of their own is told in one line, and harms nothing."""

import re
import shutil

import pyarrow.parquet as pq
import pytest

from benchmarks.projects import ROOT

pytestmark = pytest.mark.slow
SECRET = "ada.lovelace@example.org"
INGESTION = ("run", "--env", "shop", "--pipelines", "ingestion")
ROWS = [
    "order_no,email,ordered,total",
    *(f"A{n},person{n % 40}@example.org,2025-01-{n % 27 + 1:02d}T10:00:00,{n}.50" for n in range(1, 201)),
]


def readme_mapping():
    """The mapping that the README prints for a reader to copy."""
    return readme_yaml("orders")


def readme_yaml(first):
    """The file that the README prints, by its first word."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    return re.search(rf"```yaml\n({first}:.*?)```", text, re.S)[1]


def lines_said(ended):
    """What a run says on the error stream beside its progress."""
    progress = re.compile(r"run \d|\[ ?\d|        |swept |[a-z_]+: files read |removed what came of ")
    return [line for line in ended.stderr.splitlines() if not progress.match(line)]


@pytest.fixture(scope="module")
def shop(finished, tmp_path_factory):
    """The README's own environment, in which ingestion has run once."""
    project = finished.copy(tmp_path_factory.mktemp("shop") / "project")
    project.settings["JOURNEY_MLRUNS"] = "off"
    write(project, "\n".join(ROWS) + "\n", readme_mapping())
    ended = project.journey(*INGESTION)
    assert ended.returncode == 0, ended.stderr
    return project


def write(project, orders, mapping):
    raw, sources = project.root / "data/shop/00_raw", project.root / "conf/shop/sources"
    shutil.rmtree(raw, ignore_errors=True)
    shutil.rmtree(sources.parent, ignore_errors=True)
    raw.mkdir(parents=True)
    sources.mkdir(parents=True)
    sources.joinpath("orders.yml").write_text(mapping, encoding="utf-8")
    sources.parent.joinpath("business.yml").write_text(readme_yaml("business"), encoding="utf-8")
    raw.joinpath("orders.csv").write_bytes(orders if isinstance(orders, bytes) else orders.encode())


def check_one_line(project, ended, named):
    said = lines_said(ended)
    assert (ended.returncode, len(said)) == (2, 1), ended.stderr
    assert re.match(r"[A-Z]\w+: ", said[0])
    assert all(word in said[0] for word in named), said[0]
    assert SECRET.split("@")[0] not in ended.stderr + ended.stdout
    assert not (project.root / "journey_fault.log").exists()


@pytest.mark.parametrize(
    ("orders", "named"),
    [
        (ROWS[0] + "\n", ["orders.csv", "holds no rows", "optional: true"]),
        (b"\x1f\x8b\x08" + bytes(50), ["orders.csv", "gzip", "unpack"]),
        (f"order_no,mail,ordered,total\n1,{SECRET},x,1\n", ["orders.csv", "column 'email'", "ask the owner"]),
        (f"1,{SECRET},2025-01-01,5\n" * 3, ["orders.csv", "may have no header"]),
        ("\n".join(ROWS).encode("utf-16"), ["orders.csv", "encoding", "format.encoding"]),
    ],
    ids=["header only", "packed", "column missing", "no header", "UTF-16"],
)
def test_a_file_that_cannot_be_read(shop, orders, named):
    before = shop.manifest("shop")
    write(shop, orders, readme_mapping())

    check_one_line(shop, shop.journey(*INGESTION), named)
    assert shop.manifest("shop") == before


@pytest.mark.parametrize(
    ("was", "becomes", "named"),
    [
        ("  grain", "   grain", ["orders.yml", "line 5"]),
        ("{is: paid}", f'{{is: "{SECRET}', ["orders.yml", "not YAML"]),
        ("values: {email: email}", "values: {emial: email}", ["'orders'", "record.values.emial"]),
        ("orders:", "- orders:", ["orders.yml"]),
        ("{is: paid}", "{is: payed}", ["order.status", "refunded"]),
        ("orders*.csv", "${nowhere}", ["orders.file"]),
    ],
)
def test_a_mapping_that_cannot_be_read(shop, was, becomes, named):
    before = shop.manifest("shop")
    write(shop, "\n".join(ROWS), readme_mapping().replace(was, becomes, 1))

    check_one_line(shop, shop.journey(*INGESTION), named)
    assert shop.manifest("shop") == before


@pytest.mark.parametrize(
    ("more", "named"),
    [
        (["--params", "nonsense"], ["NAME=VALUE"]),
        (["--params", "reject_ruel.max_rejected_share.default=1"], ["reject_ruel", "reject_rule"]),
        (["--params", "reject_rule.max_rejected_share.default=-1"], ["reject_rule", "between 0 and 1"]),
        (["--params", f"as_of_rule.as_of={SECRET}"], ["as_of_rule", "ISO"]),
        (["--params", "runs.keep_runs=0"], ["runs.keep_runs"]),
        (["--params", "duckdb.memory_limit=lots"], ["duckdb.memory_limit", "4GB"]),
        (["--pipelines", "nonsense"], ["'nonsense'", "ingestion"]),
        (["--nonsense"], ["--nonsense", "--help"]),
    ],
)
def test_a_command_that_cannot_be_followed(shop, more, named):
    before = shop.manifest("shop")
    write(shop, "\n".join(ROWS), readme_mapping())

    check_one_line(shop, shop.journey(*INGESTION, *more), named)
    assert shop.manifest("shop") == before


def test_two_mappings_of_one_name(shop):
    write(shop, "\n".join(ROWS), readme_mapping())
    (shop.root / "conf/shop/sources/more.yml").write_text(readme_mapping(), encoding="utf-8")

    check_one_line(shop, shop.journey(*INGESTION), ["'orders'", "orders.yml", "more.yml"])


def test_a_pointer_to_nowhere_sweeps_no_run_away(shop):
    write(shop, "\n".join(ROWS), readme_mapping())
    pointer = shop.root / "data/shop/current"
    right = pointer.read_text()
    try:
        pointer.write_text("nowhere\n")
        check_one_line(shop, shop.journey(*INGESTION), ["current", right.strip()])
    finally:
        pointer.write_text(right)
    assert shop.manifest("shop")["run_id"] == right.strip()


def test_a_broken_row_is_one_warning_and_its_bytes_can_be_found(shop):
    broken = f"A999,{SECRET},yesterday,Lovelace"
    whole = "\n".join([*ROWS[:51], broken, *ROWS[51:]]) + "\n"
    write(shop, whole, readme_mapping())

    ended = shop.journey(*INGESTION)

    assert ended.returncode == 0, ended.stderr
    [warning] = lines_said(ended)
    assert warning.startswith("orders: 1 of 201 rows set aside")
    outputs = shop.manifest("shop")["outputs"]
    [row] = pq.read_table(shop.root / "data/shop" / outputs["rejected"]["file"]).to_pylist()
    assert row["row_number"] == 51
    assert whole.encode()[row["byte_offset"] :][: row["byte_length"]] == broken.encode()
    told = [
        path
        for path in (shop.root / "data/shop").rglob("*")
        if path.is_file() and not {"vault", "00_raw"} & set(path.parts)
    ]
    assert told
    assert not [path for path in told if b"ovelace" in path.read_bytes()]
