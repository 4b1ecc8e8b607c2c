"""``attribute``: one test for each sentence of its promise, in Python and on the command line."""

import gzip
import os
import subprocess
import sys

import pandas as pd
import pytest

from journey_research import attribute
from journey_research.command import main
from journey_research.errors import UserError
from journey_research.verbs.files import read_frame, write_frame

COLUMNS = ["model", "channel", "conversions", "value", "low", "high"]
PATHS = pd.DataFrame(
    {
        "way": ["ad > mail > web", "mail", " ad>web "],
        "sold": [2, 1, 0],
        "worth": [30.0, 10.0, 0.0],
        "lost": [0, 0, 3],
    }
)
NAMED = {"path": "way", "conversions": "sold"}
OPTIONS = ["--path", "way", "--conversions", "sold"]


def credits_of(made, model):
    rows = made.credits[made.credits["model"] == model]
    return dict(zip(rows["channel"], rows["conversions"], strict=True))


def written(folder, name="paths.csv", frame=PATHS):
    write_frame(frame, folder / name)
    return str(folder / name)


def test_one_row_is_a_path_with_conversions_value_and_nulls():
    made = attribute(PATHS, **NAMED, value="worth", nulls="lost", intervals=0)
    assert credits_of(made, "markov") == pytest.approx({"ad": 36 / 31, "mail": 27 / 31, "web": 30 / 31})
    assert made.credits.groupby("model")["value"].sum().tolist() == pytest.approx([40] * 6)


def test_names_are_trimmed_around_the_separator():
    made = attribute(PATHS.assign(way=["ad|b c ", " b c", "ad| b c"]), **NAMED, separator="|", models="last")
    assert credits_of(made, "last") == {"ad": 0, "b c": 3}


def test_position_is_40_20_40():
    frame = pd.DataFrame({"way": ["a>b>c>d", "e>f", "g"], "sold": [10, 10, 10]})
    made = attribute(frame, **NAMED, models="position", intervals=0)
    told = {"a": 4, "b": 1, "c": 1, "d": 4, "e": 5, "f": 5, "g": 10}
    assert credits_of(made, "position") == pytest.approx(told)


def test_time_decay_halves_every_half_life_steps_before_the_conversion():
    frame = pd.DataFrame({"way": ["a>b>c"], "sold": [7]})
    made = attribute(frame, **NAMED, models=["time-decay"], half_life=1, intervals=0)
    assert credits_of(made, "time-decay") == pytest.approx({"a": 1, "b": 2, "c": 4})
    slower = attribute(frame, **NAMED, models=["time-decay"], half_life=2, intervals=0)
    told = credits_of(slower, "time-decay")
    assert told["c"] / told["a"] == pytest.approx(2)


def test_a_chain_of_order_two_tells_what_order_one_cannot():
    """x converts only when a came first: to order one, a and b before x look alike."""
    frame = pd.DataFrame({"way": ["a>x", "b>x"], "sold": [5, 0], "lost": [0, 5]})
    first, second = (
        credits_of(attribute(frame, **NAMED, nulls="lost", models="markov", order=k, intervals=0), "markov")
        for k in (1, 2)
    )
    assert first["a"] == pytest.approx(first["b"])
    assert second == pytest.approx({"a": 2.5, "b": 0, "x": 2.5})


def test_without_nulls_removal_loses_the_conversions_whose_path_touches_the_channel():
    frame = pd.DataFrame({"way": ["a", "b"], "sold": [3, 1]})
    made = attribute(frame, **NAMED, models="markov", intervals=0)
    assert credits_of(made, "markov") == pytest.approx({"a": 3, "b": 1})
    assert "no journeys without conversion" in repr(made)


def test_every_models_conversions_sum_to_all_conversions():
    made = attribute(PATHS, **NAMED, nulls="lost", intervals=0)
    assert made.credits.groupby("model")["conversions"].sum().tolist() == pytest.approx([3] * 6)


def test_columns_as_listed_and_sorted_by_key():
    made = attribute(PATHS, **NAMED, models="markov,first", intervals=5)
    assert made.credits.columns.tolist() == COLUMNS
    keys = made.credits[["model", "channel"]].to_numpy().tolist()
    assert keys == sorted(keys)
    assert len(keys) == 6


def test_intervals_hold_the_credit_and_are_empty_without_draws():
    many = PATHS.assign(sold=[200, 100, 0], lost=[50, 50, 300])
    made = attribute(many, **NAMED, nulls="lost").credits
    assert ((made["low"] <= made["conversions"]) & (made["conversions"] <= made["high"])).all()
    assert attribute(PATHS, **NAMED, intervals=0).credits[["low", "high"]].isna().all(axis=None)


def test_intervals_hold_a_repetition_of_the_study_19_times_of_20():
    """Last touch of 1,000 journeys, of which a tenth converts at a: 100 give or take 1.96 * sqrt(90)."""
    frame = pd.DataFrame({"way": ["a", "b"], "sold": [100, 0], "lost": [0, 900]})
    row = attribute(frame, **NAMED, nulls="lost", models="last", intervals=2000).credits.iloc[0]
    assert row["low"] == pytest.approx(100 - 18.6, abs=2)
    assert row["high"] == pytest.approx(100 + 18.6, abs=2)


def test_the_seed_decides_the_draws():
    many = PATHS.assign(sold=[200, 100, 0], lost=[50, 50, 300])
    one, same, other = (attribute(many, **NAMED, nulls="lost", seed=seed).credits for seed in (1, 1, 2))
    assert one.equals(same)
    assert not one.equals(other)


def test_the_summary_is_the_repr():
    made = attribute(PATHS, **NAMED, models="last", intervals=0)
    assert repr(made).startswith("3 conversions in 3 journeys on 3 distinct paths, 3 channels\nlast: web 2.0")


@pytest.mark.parametrize(
    ("change", "column", "row"),
    [
        ({"way": ["a", None, "b"]}, "way", 2),
        ({"way": ["a", "b", "  "]}, "way", 3),
        ({"way": ["a>", "b", "c"]}, "way", 1),
        ({"sold": [1, -1, 1]}, "sold", 2),
        ({"sold": [1, 1, 1.5]}, "sold", 3),
        ({"sold": ["1", "many", "1"]}, "sold", 2),
        ({"lost": [None, 1, 1]}, "lost", 1),
        ({"worth": [None, 1, 1]}, "worth", 1),
    ],
)
def test_what_cannot_be_counted_is_named_by_row_and_column(change, column, row):
    with pytest.raises(UserError) as trouble:
        attribute(PATHS.assign(**change), **NAMED, value="worth", nulls="lost")
    assert (trouble.value.column, trouble.value.row) == (column, row)
    assert "many" not in str(trouble.value)


@pytest.mark.parametrize(
    "wrong",
    [
        {"models": "shapely"},
        {"models": "last,last"},
        {"order": 0},
        {"half_life": 0},
        {"intervals": -1},
        {"separator": ""},
        {"seed": -1},
        {"value": "nowhere"},
    ],
)
def test_wrong_options_are_the_users_to_mend(wrong):
    with pytest.raises(UserError):
        attribute(PATHS, **NAMED, **wrong)


def test_an_empty_frame_makes_an_empty_table():
    made = attribute(PATHS.head(0), **NAMED)
    assert made.credits.columns.tolist() == COLUMNS
    assert len(made.credits) == 0


@pytest.mark.parametrize("suffix", [".csv", ".csv.gz", ".parquet"])
def test_the_command_gives_what_the_function_gives(tmp_path, capsys, suffix):
    out = tmp_path / f"credits{suffix}"
    file = written(tmp_path, f"paths{suffix}")
    rest = ["--value", "worth", "--nulls", "lost", "--models", "last,markov", "--half-life", "3"]
    code = main(["attribute", file, *OPTIONS, *rest, "--intervals", "20", "--out", str(out)])
    made = attribute(PATHS, **NAMED, value="worth", nulls="lost", models="last,markov", intervals=20)
    said = capsys.readouterr()
    assert code == 0
    assert said.out == f"{made!r}\n"
    assert "rows read" in said.err
    there = pd.read_csv(out) if suffix != ".parquet" else read_frame(out)
    pd.testing.assert_frame_equal(there, made.credits, check_dtype=False)


@pytest.mark.parametrize(
    ("frame", "options"),
    [
        (PATHS.assign(sold=[1, -1, 1]), []),
        (PATHS, ["--models", "magic"]),
        (PATHS.drop(columns="sold"), []),
    ],
)
def test_an_error_is_one_line_and_leaves_what_was_there(tmp_path, capsys, frame, options):
    out = tmp_path / "credits.csv"
    out.write_text("as it was")
    code = main(["attribute", written(tmp_path, frame=frame), *OPTIONS, *options, "--out", str(out)])
    said = capsys.readouterr()
    assert code == 2
    assert said.out == ""
    assert said.err.strip().splitlines()[-1].count("paths.csv") == (0 if options else 1)
    assert out.read_text() == "as it was"


def test_the_same_bytes_in_every_process_and_in_any_order_of_rows(tmp_path):
    made = []
    for seed, frame in (("0", PATHS), ("1", PATHS.iloc[::-1])):
        file, out = written(tmp_path, f"{seed}.csv.gz", frame), tmp_path / f"out{seed}.csv.gz"
        line = [sys.executable, "-m", "journey_research.command", "attribute", file, *OPTIONS]
        environment = {**os.environ, "PYTHONHASHSEED": seed}
        subprocess.run(
            [*line, "--nulls", "lost", "--out", str(out)], check=True, env=environment, cwd=tmp_path
        )
        made.append(out.read_bytes())
    assert made[0] == made[1]
    assert gzip.decompress(made[0]).startswith(b"model,channel,conversions,value,low,high\n")
