"""What the verbs promise to somebody who has never seen the code: on files, and on data frames."""

import gzip
import inspect
import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import journey_research as jr
from journey_research.errors import UserError

JOURNEY = Path(sys.executable).parent / "journey"
VERBS = ["resolve", "journeys", "attribute", "lifetime-value"]

# ---------------------------------------------------------------- small data, checkable by hand

FIRST = ["Anna", "Bruno", "Carla", "Dieter", "Eva", "Fritz", "Gerda", "Hugo", "Ines", "Jonas"]
LAST = ["Müller", "Schmidt", "Okafor", "Lindqvist", "Rossi", "Novák", "Takeda", "Herrera"]
TOWN = ["Basel", "Chur", "Genf", "Luzern", "Zug"]


def people_records() -> pd.DataFrame:
    """90 records of 60 persons: 30 appear twice (a typing error, same e-mail), 30 once."""
    rows = []
    for n in range(60):
        first, last, town = FIRST[n % 10], LAST[(n * 3 + n // 10) % 8], TOWN[(n * 7 + n // 9) % 5]
        mail = f"{first}.{last}{n}@example.org".lower()
        street = f"{chr(65 + n % 26)}{chr(97 + (n * 5) % 26)}{chr(97 + (n * 11) % 26)}weg {n + 1}"
        rows.append((f"{n:03d} ä", first, last, street, town, mail))
        if n < 30:
            rows.append((f"0{n:03d}", first, last[:-1] + "x", street, town, mail))
    return pd.DataFrame(rows, columns=["rec id", "first", "last", "street", "town", "mail"])


def people_labels() -> pd.DataFrame:
    """Twenty pairs that are the same person, thirty that are not, one nobody could tell."""
    rows = [(f"{n:03d} ä", f"0{n:03d}", "same") for n in range(20)]
    rows += [(f"{n:03d} ä", f"{n + 1:03d} ä", "distinct") for n in range(30)]
    rows.append(("040 ä", "050 ä", "unsure"))
    return pd.DataFrame(rows, columns=["id_a", "id_b", "answer"])


def events() -> pd.DataFrame:
    """Two persons. 007: a, b (tie), then exactly 30 min, then 30 min and a second. ü 1: one event."""
    rows = [
        ("007", "2024-03-01 10:00:00", "b, then"),
        ("ü 1", "2024-03-01 09:00:00", "a"),
        ("007", "2024-03-01 10:00:00", "a"),
        ("007", "2024-03-01 10:30:00", "a"),
        ("007", "2024-03-01 11:00:01", "c"),
        ("", "2024-03-01 11:00:01", "c"),
        ("007", "no time", "c"),
        ("007", "2024-03-01 12:00:00", ""),
    ]
    return pd.DataFrame(rows, columns=["who", "when", "what"])


def paths() -> pd.DataFrame:
    rows = [("A > B", 1, 10.0, 0), (" B", 0, 0.0, 1), ("C>A>B>D", 2, 30.0, 2), ("D>D", 1, 5.0, 3)]
    return pd.DataFrame(rows, columns=["path", "conv", "worth", "lost"])


def transactions() -> pd.DataFrame:
    """Two persons to check by hand, and 80 that only make the model fit."""
    rows = [
        ("0001", "2024-01-01 09:00:00", 10.0),
        ("0001", "2024-01-01 18:00:00", 5.0),  # the same day: one purchase
        ("0001", "2024-01-15 09:00:00", 7.0),
        ("0001", "2024-03-25 23:59:00", 8.0),  # the last day of the calibration
        ("0001", "2024-03-26 00:00:00", 9.0),  # after it
        ("0002", "2024-03-20 12:00:00", 3.0),
        ("0003", "2024-04-01 12:00:00", 3.0),  # comes after the calibration: not a customer yet
    ]
    rng = np.random.default_rng(5)
    for n in range(80):
        day, life, pace = int(rng.integers(0, 50)), rng.exponential(40), rng.gamma(2, 5)
        start = day
        while day < 84 and day - start <= life:
            at = pd.Timestamp("2024-01-01") + pd.Timedelta(days=day, hours=12)
            rows.append((f"p {n}", str(at), round(float(rng.gamma(4, 5)) + 1, 2)))
            day += 1 + int(rng.exponential(pace))
    return pd.DataFrame(rows, columns=["who", "when", "paid"])


@dataclass
class Verb:
    """One verb with its small data: the frame, the options, what it writes, the same in Python."""

    frame: Callable[[], pd.DataFrame]
    options: list[str]
    out: str
    files: set[str]
    python: Callable[[pd.DataFrame], Any]


CASES = {
    "resolve": Verb(
        people_records,
        ["--id", "rec id"],
        "persons.csv",
        {"persons.csv"},
        lambda frame: jr.resolve(frame, id="rec id"),
    ),
    "journeys": Verb(
        events,
        ["--person", "who", "--time", "when", "--event", "what"],
        "folder",
        {"folder"},
        lambda frame: jr.journeys(frame, person="who", time="when", event="what"),
    ),
    "attribute": Verb(
        paths,
        ["--path", "path", "--conversions", "conv", "--value", "worth", "--nulls", "lost"],
        "credits.csv",
        {"credits.csv"},
        lambda frame: jr.attribute(frame, path="path", conversions="conv", value="worth", nulls="lost"),
    ),
    "lifetime-value": Verb(
        transactions,
        ["--person", "who", "--time", "when", "--amount", "paid", "--calibration-end", "2024-03-25"],
        "customers.csv",
        {"customers.csv", "customers.json"},
        lambda frame: jr.lifetime_value(
            frame, person="who", time="when", amount="paid", calibration_end="2024-03-25"
        ),
    ),
}

COLUMNS = {
    "persons.csv": ["id", "person_id", "probability"],
    "folder/sessions.csv": ["person", "session", "started_at", "ended_at", "n_events"],
    "folder/transitions.csv": ["from_event", "to_event", "count", "median_seconds"],
    "folder/step_matrix.csv": ["event", *map(str, range(1, 21))],
    "folder/variants.csv": ["path", "persons"],
    "credits.csv": ["model", "channel", "conversions", "value", "low", "high"],
    "customers.csv": [
        "person",
        "purchases",
        "recency",
        "age",
        "probability_alive",
        "expected_purchases",
        "expected_value",
    ],
}
KEYS = {
    "folder/sessions.csv": ["person", "session"],
    "folder/transitions.csv": ["from_event", "to_event"],
    "folder/step_matrix.csv": ["event"],
    "folder/variants.csv": ["path"],
    "credits.csv": ["model", "channel"],
    "customers.csv": ["person"],
}
IN_PYTHON = {
    "persons.csv": ("resolve", "persons"),
    "folder/sessions.csv": ("journeys", "sessions"),
    "folder/transitions.csv": ("journeys", "transitions"),
    "folder/step_matrix.csv": ("journeys", "step_matrix"),
    "folder/variants.csv": ("journeys", "variants"),
    "credits.csv": ("attribute", "credits"),
    "customers.csv": ("lifetime-value", "customers"),
}


# ---------------------------------------------------------------- running


def write(frame: pd.DataFrame, path: Path) -> Path:
    if path.suffix == ".parquet":
        frame.to_parquet(path, index=False)
    else:
        frame.to_csv(path, index=False)
    return path


def read(path: Path) -> pd.DataFrame:
    if path.suffix == ".parquet":
        return pd.read_parquet(path)
    return pd.read_csv(path, dtype={"id": str, "person_id": str, "person": str, "path": str})


def journey(*words: object, cwd: Path, hash_seed: str = "0", **env: str) -> subprocess.CompletedProcess[str]:
    """The command in an empty folder, with an empty home and nothing of ours in the environment."""
    cwd.mkdir(parents=True, exist_ok=True)
    home = cwd.parent / "home"
    home.mkdir(exist_ok=True)
    bare = {"PATH": os.environ["PATH"], "HOME": str(home), "PYTHONHASHSEED": hash_seed, **env}
    return subprocess.run(
        [str(JOURNEY), *map(str, words)], cwd=cwd, env=bare, capture_output=True, text=True, timeout=120
    )


@dataclass
class Done:
    """One run of a verb, and where it wrote."""

    process: subprocess.CompletedProcess[str]
    cwd: Path
    folder: Path


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Done]:
    """Every verb once, CSV in and CSV out, with absolute paths from an empty folder."""
    done = {}
    for name, case in CASES.items():
        base = tmp_path_factory.mktemp(name)
        source = write(case.frame(), base / "in.csv")
        (base / "out").mkdir()
        process = journey(name, source, *case.options, "--out", base / "out" / case.out, cwd=base / "empty")
        done[name] = Done(process, base / "empty", base / "out")
    return done


@pytest.fixture(scope="module")
def in_python() -> dict[str, Any]:
    """Every verb once on a data frame."""
    return {name: case.python(case.frame()) for name, case in CASES.items()}


def verb_of(file: str) -> str:
    return IN_PYTHON[file][0]


# ---------------------------------------------------------------- common rules


@pytest.mark.slow
@pytest.mark.parametrize("verb", VERBS)
def test_a_verb_runs_from_an_empty_folder_and_leaves_nothing_in_it(ran: dict[str, Done], verb: str) -> None:
    assert ran[verb].process.returncode == 0, ran[verb].process.stderr
    assert list(ran[verb].cwd.iterdir()) == []


@pytest.mark.slow
@pytest.mark.parametrize("verb", VERBS)
def test_a_verb_writes_what_it_says_and_no_litter(ran: dict[str, Done], verb: str) -> None:
    assert {path.name for path in ran[verb].folder.iterdir()} == CASES[verb].files
    if verb == "journeys":
        inside = {path.name for path in (ran[verb].folder / "folder").iterdir()}
        tables = {"sessions.csv", "transitions.csv", "step_matrix.csv", "variants.csv", "summary.json"}
        assert tables <= inside
        plots = inside - tables
        assert plots
        assert all(name.endswith(".png") for name in plots)
        for name in plots:
            assert (ran[verb].folder / "folder" / name).read_bytes().startswith(b"\x89PNG")


@pytest.mark.slow
@pytest.mark.parametrize("verb", VERBS)
def test_the_summary_is_on_stdout_and_is_the_repr(
    ran: dict[str, Done], in_python: dict[str, Any], verb: str
) -> None:
    out = ran[verb].process.stdout
    assert repr(in_python[verb]).strip() in out
    assert repr(in_python[verb]).strip()
    assert repr(in_python[verb]).strip() not in ran[verb].process.stderr


@pytest.mark.slow
@pytest.mark.parametrize("file", list(COLUMNS))
def test_columns_are_exactly_those(ran: dict[str, Done], in_python: dict[str, Any], file: str) -> None:
    verb, attribute = IN_PYTHON[file]
    written = read(ran[verb].folder / file)
    frame = getattr(in_python[verb], attribute)
    assert list(written.columns) == COLUMNS[file]
    assert isinstance(frame, pd.DataFrame)
    assert [str(name) for name in frame.columns] == COLUMNS[file]


@pytest.mark.slow
@pytest.mark.parametrize("file", list(KEYS))
def test_rows_are_sorted_by_the_key_and_the_key_is_unique(ran: dict[str, Done], file: str) -> None:
    keys = read(ran[verb_of(file)].folder / file)[KEYS[file]]
    assert len(keys) > 0
    assert list(keys.itertuples(index=False)) == sorted(keys.itertuples(index=False))
    assert not keys.duplicated().any()


@pytest.mark.slow
@pytest.mark.parametrize("file", list(COLUMNS))
def test_command_and_python_give_the_same_table(
    ran: dict[str, Done], in_python: dict[str, Any], file: str
) -> None:
    verb, attribute = IN_PYTHON[file]
    written = read(ran[verb].folder / file)
    frame = getattr(in_python[verb], attribute).copy()
    frame.columns = [str(name) for name in frame.columns]
    assert len(frame) == len(written)
    for column in frame.columns:
        if pd.api.types.is_numeric_dtype(written[column]):
            left, right = frame[column].astype(float), written[column].astype(float)
            np.testing.assert_allclose(left, right, rtol=1e-9, atol=1e-12)
        elif column.endswith("_at"):
            assert list(pd.to_datetime(frame[column], utc=True)) == list(
                pd.to_datetime(written[column], utc=True)
            )
        else:
            assert list(frame[column].astype(str)) == list(written[column].astype(str))


@pytest.mark.slow
@pytest.mark.parametrize("verb", VERBS)
def test_ids_come_back_as_they_came(ran: dict[str, Done], verb: str) -> None:
    if verb == "attribute":
        assert set(read(ran[verb].folder / "credits.csv")["channel"]) == {"A", "B", "C", "D"}
        return
    file, column, expected = {
        "resolve": ("persons.csv", "id", list(people_records()["rec id"])),
        "journeys": ("folder/sessions.csv", "person", ["007", "007", "ü 1"]),
        "lifetime-value": ("customers.csv", "person", ["0001", "0002", *(f"p {n}" for n in range(80))]),
    }[verb]
    ids = list(read(ran[verb].folder / file)[column])
    assert ids == expected if verb != "lifetime-value" else sorted(ids) == sorted(expected)


@pytest.mark.slow
@pytest.mark.parametrize("verb", VERBS)
def test_another_process_gives_the_same_bytes_and_seed_1_is_the_default(
    ran: dict[str, Done], tmp_path: Path, verb: str
) -> None:
    case = CASES[verb]
    source = write(case.frame(), tmp_path / "in.csv")
    (tmp_path / "out").mkdir()
    seed = ["--seed", "1"] if verb in {"resolve", "attribute"} else []
    again = journey(
        verb,
        source,
        *case.options,
        *seed,
        "--out",
        tmp_path / "out" / case.out,
        cwd=tmp_path / "empty",
        hash_seed="4711",
        TZ="Asia/Tokyo",
    )
    assert again.returncode == 0, again.stderr
    first = {p.relative_to(ran[verb].folder): p for p in ran[verb].folder.rglob("*") if p.is_file()}
    assert first
    for name, path in first.items():
        assert path.read_bytes() == (tmp_path / "out" / name).read_bytes(), name


@pytest.mark.slow
@pytest.mark.parametrize(
    ("verb", "came", "goes"),
    [
        ("resolve", ".parquet", ".csv.gz"),
        ("journeys", ".csv.gz", ""),
        ("attribute", ".parquet", ".csv.gz"),
        ("attribute", ".csv.gz", ".parquet"),
        ("lifetime-value", ".csv.gz", ".parquet"),
    ],
)
def test_the_suffix_is_the_format(
    ran: dict[str, Done], tmp_path: Path, verb: str, came: str, goes: str
) -> None:
    case = CASES[verb]
    write(case.frame(), tmp_path / f"in{came}")
    name = case.out.replace(".csv", goes) if goes else case.out
    done = journey(verb, "in" + came, *case.options, "--out", name, cwd=tmp_path)  # relative paths work
    assert done.returncode == 0, done.stderr
    if verb == "journeys":
        for table in ("sessions.csv", "variants.csv"):
            assert (tmp_path / name / table).read_bytes() == (
                ran[verb].folder / "folder" / table
            ).read_bytes()
        return
    if goes == ".csv.gz":
        assert gzip.decompress((tmp_path / name).read_bytes()) == (ran[verb].folder / case.out).read_bytes()
        return
    written, expected = read(tmp_path / name), read(ran[verb].folder / case.out)
    assert list(written.columns) == list(expected.columns)
    pd.testing.assert_frame_equal(written, expected, check_dtype=False)


ERRORS: dict[str, tuple[str, list[str]]] = {
    "no such file": ("attribute", ["nowhere.csv", "--path", "path", "--conversions", "conv"]),
    "no such column": ("attribute", ["in.csv", "--path", "pfad", "--conversions", "conv"]),
    "no such format": ("attribute", ["in.xyz", "--path", "path", "--conversions", "conv"]),
    "an option missing": ("attribute", ["in.csv", "--path", "path"]),
    "an option unknown": ("attribute", ["in.csv", "--path", "path", "--conversions", "conv", "--x", "1"]),
    "a model unknown": (
        "attribute",
        ["in.csv", "--path", "path", "--conversions", "conv", "--models", "x"],
    ),
    "a length unread": (
        "journeys",
        ["in.csv", "--person", "path", "--time", "conv", "--event", "path", "--gap", "x"],
    ),
    "a date unread": (
        "lifetime-value",
        ["in.csv", "--person", "path", "--time", "conv", "--calibration-end", "x"],
    ),
    "a duplicate id": ("resolve", ["twice.csv", "--id", "id"]),
}


@pytest.mark.slow
@pytest.mark.parametrize("kind", list(ERRORS))
def test_a_user_error_is_one_line_exit_2_and_leaves_what_was_there(tmp_path: Path, kind: str) -> None:
    verb, words = ERRORS[kind]
    write(paths(), tmp_path / "in.csv")
    (tmp_path / "in.xyz").write_text("path,conv\n")
    (tmp_path / "twice.csv").write_text("id,name\nsecret,Anna\nsecret,Bruno\n")
    out = tmp_path / "out" / ("folder" if verb == "journeys" else "result.csv")
    kept = out / "sessions.csv" if verb == "journeys" else out
    kept.parent.mkdir(parents=True)
    kept.write_text("what was there")
    before = sorted(path.relative_to(tmp_path) for path in (tmp_path / "out").rglob("*"))
    done = journey(verb, *words, "--out", out, cwd=tmp_path)
    assert done.returncode == 2, done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert "Traceback" not in done.stderr
    assert "secret" not in done.stderr
    assert done.stdout == ""
    assert kept.read_text() == "what was there"
    assert sorted(path.relative_to(tmp_path) for path in (tmp_path / "out").rglob("*")) == before


OPTIONS = {
    "resolve": [
        "id",
        "fields",
        "labels",
        "model",
        "save_model",
        "threshold",
        "seed",
        "source",
        "once",
        "blocked",
        "progress",
    ],
    "journeys": ["person", "time", "event", "gap", "steps"],
    "attribute": [
        "path",
        "conversions",
        "value",
        "nulls",
        "separator",
        "models",
        "order",
        "half_life",
        "intervals",
        "seed",
    ],
    "lifetime_value": ["person", "time", "amount", "calibration_end", "horizon", "unit"],
}
DEFAULTS = {
    "resolve": {"seed": 1},
    "journeys": {"gap": "30m", "steps": 20},
    "attribute": {"separator": ">", "order": 1, "half_life": 7, "intervals": 200, "seed": 1},
    "lifetime_value": {"horizon": "39w", "unit": "week"},
}


@pytest.mark.parametrize("verb", list(OPTIONS))
def test_option_names_and_defaults_are_the_same_in_python(verb: str) -> None:
    known = inspect.signature(getattr(jr, verb)).parameters
    assert set(OPTIONS[verb]) <= set(known)
    for name, value in DEFAULTS[verb].items():
        assert known[name].default == value


@pytest.mark.slow
@pytest.mark.parametrize("verb", VERBS)
def test_help_names_every_option(tmp_path: Path, verb: str) -> None:
    done = journey(verb, "--help", cwd=tmp_path)
    assert done.returncode == 0
    for option in OPTIONS[verb.replace("-", "_")]:
        assert "--" + option.replace("_", "-") in done.stdout


@pytest.mark.parametrize("verb", VERBS)
def test_a_frame_stays_as_it_was_and_its_index_means_nothing(in_python: dict[str, Any], verb: str) -> None:
    frame = CASES[verb].frame()
    frame.index = pd.Index([7] * len(frame), name="what")
    before = frame.copy(deep=True)
    assert repr(CASES[verb].python(frame)) == repr(in_python[verb])
    pd.testing.assert_frame_equal(frame, before)


# ---------------------------------------------------------------- resolve


def groups(persons: pd.DataFrame) -> set[frozenset[str]]:
    return {frozenset(group) for _, group in persons.groupby("person_id")["id"]}


def test_one_row_per_record_in_input_order(in_python: dict[str, Any]) -> None:
    assert list(in_python["resolve"].persons["id"]) == list(people_records()["rec id"])


def test_the_same_e_mail_trains_without_labels(in_python: dict[str, Any]) -> None:
    result = in_python["resolve"]
    truth = {frozenset({f"{n:03d} ä", f"0{n:03d}"}) for n in range(30)}
    assert truth <= groups(result.persons)
    assert len(groups(result.persons)) == 60


def test_a_record_alone_has_probability_1(in_python: dict[str, Any]) -> None:
    persons = in_python["resolve"].persons
    alone = ~persons["person_id"].duplicated(keep=False)
    assert alone.sum() == 30
    assert (persons.loc[alone, "probability"] == 1).all()
    assert persons["probability"].between(0, 1).all()


def test_person_ids_are_stable_under_row_order(in_python: dict[str, Any]) -> None:
    shuffled = people_records().sample(frac=1, random_state=3)
    result = jr.resolve(shuffled, id="rec id")
    assert list(result.persons["id"]) == list(shuffled["rec id"])
    expected = in_python["resolve"].persons.set_index("id")
    got = result.persons.set_index("id").loc[expected.index]
    pd.testing.assert_frame_equal(got, expected)


def test_fields_default_to_all_columns_but_the_id(in_python: dict[str, Any]) -> None:
    model = in_python["resolve"].model
    assert {field["name"] for field in model["fields"]} == {"first", "last", "street", "town", "mail"}
    two = jr.resolve(people_records(), id="rec id", fields="last, street,mail")
    assert {field["name"] for field in two.model["fields"]} == {"last", "street", "mail"}


@pytest.mark.parametrize("bad", ["", None, "  "])
def test_a_blank_id_is_an_error(bad: str | None) -> None:
    frame = people_records()
    frame["rec id"] = frame["rec id"].astype(object)
    frame.loc[3, "rec id"] = bad
    with pytest.raises(UserError):
        jr.resolve(frame, id="rec id")


def test_a_duplicate_id_is_an_error() -> None:
    frame = people_records()
    frame.loc[3, "rec id"] = frame.loc[4, "rec id"]
    with pytest.raises(UserError):
        jr.resolve(frame, id="rec id")


def test_labels_train_and_a_field_with_no_identifier_is_enough() -> None:
    frame = people_records().drop(columns="mail")
    result = jr.resolve(frame, id="rec id", labels=people_labels())
    truth = {frozenset({f"{n:03d} ä", f"0{n:03d}"}) for n in range(30)}
    assert len(truth & groups(result.persons)) >= 28


def test_an_unknown_id_in_the_labels_is_an_error_naming_the_first() -> None:
    labels = people_labels()
    labels.loc[2, "id_b"] = "strange one"
    labels.loc[5, "id_a"] = "strange two"
    with pytest.raises(UserError, match="strange one"):
        jr.resolve(people_records(), id="rec id", labels=labels)


@pytest.mark.parametrize("change", ["answer", "column"])
def test_labels_of_another_shape_are_an_error(change: str) -> None:
    labels = people_labels()
    if change == "answer":
        labels.loc[2, "answer"] = "perhaps"
    else:
        labels = labels.drop(columns="answer")
    with pytest.raises(UserError):
        jr.resolve(people_records(), id="rec id", labels=labels)


@pytest.mark.slow
def test_a_saved_model_gives_the_same_persons_again(tmp_path: Path) -> None:
    write(people_records().drop(columns="mail"), tmp_path / "in.csv")
    write(people_labels(), tmp_path / "labels.csv")
    first = journey(
        *("resolve", "in.csv", "--id", "rec id", "--labels", "labels.csv"),
        *("--save-model", "model.json", "--out", "first.csv"),
        cwd=tmp_path,
    )
    assert first.returncode == 0, first.stderr
    json.loads((tmp_path / "model.json").read_text())
    model = tmp_path / "model.json"
    second = jr.resolve(people_records().drop(columns="mail"), id="rec id", model=model)
    expected = read(tmp_path / "first.csv")
    assert list(second.persons["person_id"]) == list(expected["person_id"])
    for value in ["Müller", "Lindqvist", "Herrera", "000 ä"]:  # a model says nothing about anybody
        assert value not in model.read_text()


def test_a_higher_threshold_merges_no_more_and_nonsense_is_an_error(in_python: dict[str, Any]) -> None:
    model = in_python["resolve"].model
    counts = [
        jr.resolve(people_records(), id="rec id", model=model, threshold=p).persons["person_id"].nunique()
        for p in (0.05, 0.999999)
    ]
    assert counts[0] < counts[1]
    for nonsense in (-0.1, 1.5, float("nan")):
        with pytest.raises(UserError):
            jr.resolve(people_records(), id="rec id", threshold=nonsense)


# ---------------------------------------------------------------- journeys


def test_ties_keep_input_order_and_a_silence_of_exactly_the_gap_does_not_end_a_session(
    in_python: dict[str, Any],
) -> None:
    sessions = in_python["journeys"].sessions
    assert list(sessions["person"]) == ["007", "007", "ü 1"]
    assert list(sessions["n_events"]) == [3, 1, 1]
    started = pd.to_datetime(sessions["started_at"], utc=True)
    ended = pd.to_datetime(sessions["ended_at"], utc=True)
    assert [f"{at:%H:%M:%S}" for at in started] == ["10:00:00", "11:00:01", "09:00:00"]
    assert [f"{at:%H:%M:%S}" for at in ended] == ["10:30:00", "11:00:01", "09:00:00"]


def test_transitions_count_per_person_across_sessions(in_python: dict[str, Any]) -> None:
    rows = [tuple(row) for row in in_python["journeys"].transitions.itertuples(index=False)]
    assert rows == [("a", "a", 1, 1800.0), ("a", "c", 1, 1801.0), ("b, then", "a", 1, 0.0)]


def test_the_step_matrix_is_the_share_of_all_persons(in_python: dict[str, Any]) -> None:
    matrix = in_python["journeys"].step_matrix.set_index("event")
    matrix.columns = [str(name) for name in matrix.columns]
    assert matrix.loc["b, then", "1"] == 0.5
    assert matrix.loc["a", "1"] == 0.5
    assert matrix.loc["a", "2"] == 0.5
    assert matrix.loc["c", "4"] == 0.5
    assert matrix[[str(n) for n in range(5, 21)]].fillna(0).to_numpy().sum() == 0


def test_every_person_is_in_one_variant(in_python: dict[str, Any]) -> None:
    variants = in_python["journeys"].variants
    assert sorted(variants["persons"]) == [1, 1]
    assert "a" in list(variants["path"])


def test_the_summary_counts(ran: dict[str, Done], in_python: dict[str, Any]) -> None:
    expected = {
        "n_events": 5,
        "n_persons": 2,
        "n_sessions": 3,
        "n_rejected": 3,
        "events_per_session_median": 1,
        "seconds_per_session_median": 0,
    }
    assert in_python["journeys"].summary == expected
    assert json.loads((ran["journeys"].folder / "folder" / "summary.json").read_text()) == expected


@pytest.mark.parametrize(
    ("gap", "n"), [("30m", 3), ("1801s", 2), ("1h", 2), ("29m", 4), ("1d", 2), ("1800s", 3)]
)
def test_the_gap_is_a_length_of_time(gap: str, n: int) -> None:
    assert len(jr.journeys(events(), person="who", time="when", event="what", gap=gap).sessions) == n


def test_steps_is_the_width_of_the_matrix() -> None:
    result = jr.journeys(events(), person="who", time="when", event="what", steps=2)
    assert [str(name) for name in result.step_matrix.columns] == ["event", "1", "2"]


def test_a_time_without_a_zone_is_utc_and_one_with_a_zone_is_converted() -> None:
    frame = pd.DataFrame(
        {
            "who": ["p"] * 3,
            "when": ["2024-07-01T12:00:00+02:00", "2024-07-01 10:10:00", "2024-07-01T10:20:00Z"],
            "what": ["first", "second", "third"],
        }
    )
    result = jr.journeys(frame, person="who", time="when", event="what")
    started = pd.to_datetime(result.sessions["started_at"], utc=True)
    assert list(result.sessions["n_events"]) == [3]
    assert started[0] == pd.Timestamp("2024-07-01 10:00", tz="UTC")
    assert list(result.transitions["median_seconds"]) == [600.0, 600.0]


@pytest.mark.parametrize("gap", ["", "0m", "-5m", "30 parsecs"])
def test_a_gap_that_is_no_length_is_an_error(gap: str) -> None:
    with pytest.raises(UserError):
        jr.journeys(events(), person="who", time="when", event="what", gap=gap)


# ---------------------------------------------------------------- attribute


def credits(frame: pd.DataFrame, **options: Any) -> dict[tuple[str, str], float]:
    table = jr.attribute(frame, path="path", conversions="conv", **{"intervals": 0, **options}).credits
    return {(row.model, row.channel): row.conversions for row in table.itertuples()}


ONE = pd.DataFrame({"path": ["A > B>C >D"], "conv": [10], "worth": [100.0]})


@pytest.mark.parametrize(
    ("model", "expected"),
    [
        ("first", [10, 0, 0, 0]),
        ("last", [0, 0, 0, 10]),
        ("linear", [2.5, 2.5, 2.5, 2.5]),
        ("position", [4, 1, 1, 4]),
        ("time-decay", [10 / 15, 20 / 15, 40 / 15, 80 / 15]),
        ("markov", [2.5, 2.5, 2.5, 2.5]),  # without any one of them nobody converts
    ],
)
def test_each_model_on_one_path(model: str, expected: list[float]) -> None:
    table = jr.attribute(
        ONE, path="path", conversions="conv", value="worth", models=[model], half_life=1, intervals=0
    ).credits.set_index("channel")
    got = table.reindex(list("ABCD")).fillna(0.0)
    np.testing.assert_allclose(got["conversions"], expected, atol=1e-9)
    np.testing.assert_allclose(got["value"], np.array(expected) * 10, atol=1e-8)
    assert set(table["model"]) == {model}
    assert table[["low", "high"]].isna().all().all()


@pytest.mark.parametrize(("path", "expected"), [("A", {"A": 1}), ("A>B", {"A": 0.5, "B": 0.5})])
def test_position_on_one_and_two_touches(path: str, expected: dict[str, float]) -> None:
    got = credits(pd.DataFrame({"path": [path], "conv": [1]}), models=["position"])
    assert got == {("position", channel): share for channel, share in expected.items()}


def test_markov_is_the_removal_effect_with_conversion_and_null() -> None:
    # A>B converts once, B alone fails once. P(conversion) = 1/2. Without A 1/4, without B 0.
    # Effects 1/2 and 1, so of the one conversion A has 1/3 and B 2/3.
    frame = pd.DataFrame({"path": ["A>B", "B"], "conv": [1, 0], "lost": [0, 1]})
    got = credits(frame, nulls="lost", models=["markov"])
    assert got == pytest.approx({("markov", "A"): 1 / 3, ("markov", "B"): 2 / 3})


def test_an_order_2_chain_looks_two_steps_back() -> None:
    # Of A>B and C>B only A>B converts. Order 1 cannot tell which B; order 2 gives C nothing.
    frame = pd.DataFrame({"path": ["A>B", "C>B"], "conv": [1, 0], "lost": [0, 1]})
    one = credits(frame, nulls="lost", models=["markov"], order=1)
    two = credits(frame, nulls="lost", models=["markov"], order=2)
    assert one[("markov", "C")] == pytest.approx(0.25)
    assert two[("markov", "C")] == pytest.approx(0.0)
    assert two[("markov", "A")] == pytest.approx(0.5)


def test_every_model_adds_up_to_all_conversions_and_all_value(in_python: dict[str, Any]) -> None:
    sums = in_python["attribute"].credits.groupby("model")[["conversions", "value"]].sum()
    assert set(sums.index) == {"first", "last", "linear", "position", "time-decay", "markov"}
    np.testing.assert_allclose(sums["conversions"], 4, rtol=1e-9)
    np.testing.assert_allclose(sums["value"], 45, rtol=1e-9)


def test_intervals_hold_the_estimate_and_another_seed_moves_them(in_python: dict[str, Any]) -> None:
    table = in_python["attribute"].credits
    assert table[["low", "high"]].notna().all().all()
    assert (table["low"] <= table["high"]).all()
    other = jr.attribute(paths(), path="path", conversions="conv", value="worth", nulls="lost", seed=2)
    pd.testing.assert_series_equal(other.credits["conversions"], table["conversions"])
    assert not other.credits["low"].equals(table["low"])


def test_another_separator_and_names_trimmed_around_it() -> None:
    frame = pd.DataFrame({"path": ["paid search |  e > mail ", "paid search|e > mail"], "conv": [1, 1]})
    got = credits(frame, separator="|", models=["first", "last"])
    assert {pair: n for pair, n in got.items() if n} == {
        ("first", "paid search"): 2,
        ("last", "e > mail"): 2,
    }


@pytest.mark.parametrize(
    "wrong",
    [
        {"order": 0},
        {"order": 1.5},
        {"order": "1"},
        {"half_life": "7"},
        {"intervals": 1.5},
        {"seed": None},
        {"models": ["first", 1]},
        {"half_life": 0},
        {"half_life": float("nan")},
        {"intervals": -1},
        {"separator": ""},
        {"models": []},
        {"models": ["frist"]},
        {"value": "nowhere"},
        {"nulls": "nowhere"},
    ],
)
def test_an_option_that_means_nothing_is_an_error(wrong: dict[str, Any]) -> None:
    with pytest.raises(UserError):
        jr.attribute(paths(), path="path", conversions="conv", **wrong)


@pytest.mark.parametrize("bad", ["x", -1, float("inf")])
def test_conversions_that_are_no_count_are_an_error(bad: object) -> None:
    frame = pd.DataFrame({"path": ["A", "B"], "conv": pd.Series([1, bad], dtype=object)})
    with pytest.raises(UserError):
        jr.attribute(frame, path="path", conversions="conv", intervals=0)


# ---------------------------------------------------------------- lifetime value


def customer(result: Any, person: str) -> pd.Series:
    return result.customers.set_index("person").loc[person]


def test_purchases_recency_and_age_by_hand(in_python: dict[str, Any]) -> None:
    # 1 and 15 January and 25 March count; the second of 1 January and 26 March do not.
    row = customer(in_python["lifetime-value"], "0001")
    assert (row["purchases"], row["recency"], row["age"]) == (2, 12.0, 12.0)
    row = customer(in_python["lifetime-value"], "0002")
    assert row["purchases"] == 0
    assert row["recency"] == 0.0
    assert row["age"] == pytest.approx(5 / 7)


def test_a_person_who_first_buys_after_the_calibration_is_left_out(in_python: dict[str, Any]) -> None:
    assert "0003" not in set(in_python["lifetime-value"].customers["person"])
    assert len(in_python["lifetime-value"].customers) == 82


def test_probabilities_and_expectations_are_in_range(in_python: dict[str, Any]) -> None:
    customers = in_python["lifetime-value"].customers
    assert customers["probability_alive"].between(0, 1).all()
    assert (customers["expected_purchases"] >= 0).all()
    assert (customers["expected_value"].dropna() >= 0).all()


def test_the_parameters_are_beside_the_customers(ran: dict[str, Done], in_python: dict[str, Any]) -> None:
    written = json.loads((ran["lifetime-value"].folder / "customers.json").read_text())
    assert {"bg_nbd", "gamma_gamma", "log_likelihood", "n"} <= set(written)
    assert set(written["bg_nbd"]) == {"r", "alpha", "a", "b"}
    for number in written["bg_nbd"].values():
        assert set(number) == {"estimate", "standard_error"}
        assert number["estimate"] > 0
    assert written["n"] == 82
    assert written["log_likelihood"] < 0
    assert in_python["lifetime-value"].parameters["n"] == 82
    assert set(in_python["lifetime-value"].parameters) == set(written)


def lifetime(frame: pd.DataFrame, **options: Any) -> Any:
    return jr.lifetime_value(frame, person="who", time="when", calibration_end="2024-03-25", **options)


def test_the_unit_is_the_unit() -> None:
    row = customer(lifetime(transactions(), unit="day"), "0001")
    assert (row["recency"], row["age"]) == (84.0, 84.0)


def test_without_an_amount_there_is_no_value() -> None:
    result = lifetime(transactions())
    assert result.customers["expected_value"].isna().all()
    assert list(result.customers.columns) == COLUMNS["customers.csv"]


def test_a_longer_horizon_expects_more_and_the_same_horizon_in_days_the_same() -> None:
    short, long, days = (lifetime(transactions(), horizon=h).customers for h in ("4w", "39w", "28d"))
    assert (short["expected_purchases"] < long["expected_purchases"]).all()
    pd.testing.assert_frame_equal(short, days)


def test_a_day_is_a_day_in_utc() -> None:
    frame = transactions()
    frame.loc[2, "when"] = "2024-01-15T01:00:00+02:00"  # still the 14th in UTC
    frame.loc[1, "when"] = "2024-01-02T01:00:00+02:00"  # still the 1st
    row = customer(lifetime(frame, unit="day"), "0001")
    assert row["purchases"] == 2
    frame = frame.drop(index=3).reset_index(drop=True)
    row = customer(lifetime(frame, unit="day"), "0001")
    assert (row["purchases"], row["recency"]) == (1, 13.0)


@pytest.mark.parametrize(
    "wrong",
    [
        {"calibration_end": "soon"},
        {"calibration_end": "1999-01-01"},  # nobody has bought yet
        {"horizon": "0w"},
        {"horizon": "long"},
        {"unit": "parsec"},
        {"amount": "nowhere"},
    ],
)
def test_a_wrong_option_of_lifetime_value_is_an_error(wrong: dict[str, Any]) -> None:
    with pytest.raises(UserError):
        jr.lifetime_value(
            transactions(), **{"person": "who", "time": "when", "calibration_end": "2024-03-25", **wrong}
        )


# ---------------------------------------------------------------- frames nobody expected


def test_ids_of_any_type_are_text_and_whole_numbers_stay_whole() -> None:
    frame = pd.DataFrame({"when": ["2025-01-01"] * 3, "what": pd.Categorical(["x", "y", "x"])})
    for who in (
        pd.Series([7, 8, None]),  # floats, because one is missing
        pd.Series(pd.Categorical([7, 8, None])),
        pd.Series([7, "8", None], dtype=object),
        pd.array([7, 8, None], dtype="Int64"),
    ):
        found = jr.journeys(frame.assign(who=who), person="who", time="when", event="what")
        assert list(found.sessions["person"]) == ["7", "8"]
        assert found.summary["n_rejected"] == 1


def test_names_with_commas_quotes_and_line_ends_come_back(tmp_path: Path) -> None:
    names = ['a, "b"', "line\nend", "a\x1fb", "x > y"]
    frame = pd.DataFrame({"path": [f" {names[0]}|{names[1]}", names[2], "a|b", names[3]], "conv": 1})
    found = jr.attribute(frame, path="path", conversions="conv", separator="|", intervals=0)
    assert set(found.credits["channel"]) == {*names, "a", "b"}
    sums = found.credits[found.credits["model"] == "first"].set_index("channel")["conversions"]
    assert sums["a\x1fb"] == 1  # is not the path a|b
    assert sums["a"] == 1


def test_a_datetime_with_a_zone_is_converted() -> None:
    when = pd.to_datetime(["2024-07-01 12:00", "2024-07-01 12:10"]).tz_localize("Europe/Zurich")
    frame = pd.DataFrame({"who": "p", "when": when, "what": ["a", "b"]})
    found = jr.journeys(frame, person="who", time="when", event="what")
    assert pd.Timestamp(found.sessions["started_at"][0]) == pd.Timestamp("2024-07-01 10:00")


@pytest.mark.parametrize("verb", VERBS)
def test_a_column_that_stands_twice_is_an_error(verb: str) -> None:
    frame = CASES[verb].frame()
    with pytest.raises(UserError, match="more than once"):
        CASES[verb].python(pd.concat([frame, frame.iloc[:, :1]], axis=1))


def test_other_columns_may_be_named_by_numbers() -> None:
    frame = people_records().rename(columns={"street": 5})
    found = jr.resolve(frame, id="rec id", labels=people_labels())
    assert len(groups(found.persons)) == 60


@pytest.mark.parametrize("verb", ["attribute", "lifetime-value"])
def test_an_error_names_the_row_and_column_and_no_value(verb: str) -> None:
    frame = CASES[verb].frame().astype(object)
    column = {"attribute": "conv", "lifetime-value": "paid"}[verb]
    frame.loc[2, column] = "confidential"
    with pytest.raises(UserError, match=f"row 3, column '{column}'") as told:
        CASES[verb].python(frame)
    assert "confidential" not in str(told.value)


@pytest.mark.parametrize("gap", [None, pd.NaT, 30, pd.Timedelta(0)])
def test_a_gap_of_another_type_is_an_error(gap: Any) -> None:
    with pytest.raises(UserError):
        jr.journeys(events(), person="who", time="when", event="what", gap=gap)


@pytest.mark.parametrize("wrong", [{"seed": -1}, {"seed": None}, {"threshold": "0.5"}, {"model": {"a": 1}}])
def test_an_option_of_resolve_that_means_nothing_is_an_error(wrong: dict[str, Any]) -> None:
    with pytest.raises(UserError):
        jr.resolve(people_records(), id="rec id", **wrong)


def test_text_that_pandas_holds_in_several_blocks_is_read(in_python: dict[str, Any]) -> None:
    frame = paths()
    frame["path"] = pd.concat([frame["path"].iloc[:1], frame["path"].iloc[1:]])  # as after a large file
    assert repr(CASES["attribute"].python(frame)) == repr(in_python["attribute"])
