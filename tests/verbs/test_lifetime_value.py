"""``lifetime_value``: one test for each sentence of its promise, in Python and on the command line."""

import json
import os
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest

from journey_research import lifetime_value
from journey_research.command import main
from journey_research.errors import UserError
from journey_research.verbs.files import read_frame, write_frame

COLUMNS = [
    "person",
    "purchases",
    "recency",
    "age",
    "probability_alive",
    "expected_purchases",
    "expected_value",
]
NAMED = {"person": "who", "time": "at", "calibration_end": "2025-06-30"}
OPTIONS = ["--person", "who", "--time", "at", "--calibration-end", "2025-06-30"]


def purchases(n=150, seed=3):
    """Customers who come back at different rates and spend differently."""
    random = np.random.default_rng(seed)
    rows = []
    for person in range(n):
        day, usual = random.uniform(0, 60), random.gamma(4, 10)
        for _ in range(1 + random.geometric(0.45)):
            rows.append((f"{person:04d}", day, round(usual * random.gamma(6, 1 / 6), 2)))
            day += random.exponential(25)
    frame = pd.DataFrame(rows, columns=["who", "day", "paid"])
    frame["at"] = (pd.Timestamp("2025-01-01") + pd.to_timedelta(frame["day"], unit="D")).dt.floor("s")
    return frame.drop(columns="day")


BOUGHT = purchases()
# Person 007 buys on 1 January, twice on 8 January and on 30 June; 8 on 29 June; 9 in July.
FEW = pd.DataFrame(
    {
        "who": ["007", "007", "007", "007", "8", "9", "007"],
        "at": [
            "2025-01-01",
            "2025-01-08 09:00",
            "2025-01-08T20:00:00Z",
            "2025-06-30T23:59:59",
            "2025-06-29",
            "2025-07-01",
            "2025-07-01T00:30:00+00:00",
        ],
        "paid": [5, 10, 20, 40, 7, 9, 1],
    }
)


def test_purchases_of_one_day_are_one_and_the_end_belongs_to_the_calibration():
    made = lifetime_value(FEW, **NAMED).customers.set_index("person")
    assert made.index.tolist() == ["007", "8"]  # 9 came later; ids come back as they came
    assert made.loc["007", ["purchases", "recency", "age"]].tolist() == pytest.approx([2, 180 / 7, 180 / 7])
    assert made.loc["8", ["purchases", "recency", "age"]].tolist() == pytest.approx([0, 0, 1 / 7])


def test_a_zone_moves_a_purchase_to_its_day_in_utc():
    made = lifetime_value(
        FEW.assign(at=FEW["at"].replace("2025-07-01", "2025-07-01T01:00:00+02:00")), **NAMED
    )
    assert "9" in made.customers["person"].tolist()


@pytest.mark.parametrize(
    ("unit", "days"), [("day", 1), ("week", 7), ("month", 365.25 / 12), ("year", 365.25)]
)
def test_recency_and_age_are_in_units(unit, days):
    made = lifetime_value(FEW, **NAMED, unit=unit).customers.set_index("person")
    assert made.loc["007", "age"] == pytest.approx(180 / days)


def test_later_rows_change_nothing():
    before = BOUGHT[BOUGHT["at"] < "2025-07-01"]
    assert len(before) < len(BOUGHT)
    one, other = (
        lifetime_value(BOUGHT, **NAMED, amount="paid"),
        lifetime_value(before, **NAMED, amount="paid"),
    )
    pd.testing.assert_frame_equal(one.customers, other.customers)
    assert one.parameters == other.parameters


def test_columns_as_listed_one_row_per_person_sorted():
    made = lifetime_value(BOUGHT, **NAMED, amount="paid").customers
    assert made.columns.tolist() == COLUMNS
    assert made["person"].is_monotonic_increasing
    assert made["person"].is_unique
    assert made["probability_alive"].between(0, 1).all()
    assert (made[["expected_purchases", "expected_value"]] >= 0).all(axis=None)


def test_the_parameters_are_the_document_that_is_promised():
    made = lifetime_value(BOUGHT, **NAMED, amount="paid")
    told = made.parameters
    assert list(told) == ["bg_nbd", "gamma_gamma", "log_likelihood", "n"]
    assert list(told["bg_nbd"]) == ["r", "alpha", "a", "b"]
    assert list(told["gamma_gamma"]) == ["p", "q", "v"]
    assert all(set(found) == {"estimate", "standard_error"} for found in told["bg_nbd"].values())
    assert told["n"] == len(made.customers)
    assert told["log_likelihood"] < 0


def test_without_amounts_no_value_is_expected():
    made = lifetime_value(BOUGHT, **NAMED)
    assert made.customers["expected_value"].isna().all()
    assert made.parameters["gamma_gamma"] is None


def test_the_horizon_is_how_far_ahead():
    weeks, days, units, longer = (
        lifetime_value(BOUGHT, **NAMED, horizon=horizon).customers["expected_purchases"]
        for horizon in ("10w", "70d", "10", "20w")
    )
    assert weeks.tolist() == days.tolist() == units.tolist()
    assert (longer > weeks).all()


def test_more_and_later_purchases_mean_more_to_come():
    made = lifetime_value(BOUGHT, **NAMED).customers
    often = made["purchases"] >= 3
    assert made[often]["expected_purchases"].mean() > made[~often]["expected_purchases"].mean()
    same = made[(made["purchases"] == 2) & made["age"].between(20, 24)].sort_values("recency")
    assert same["probability_alive"].iloc[-1] > same["probability_alive"].iloc[0]


def test_the_order_of_rows_changes_no_bit():
    one = lifetime_value(BOUGHT, **NAMED, amount="paid")
    other = lifetime_value(BOUGHT.sample(frac=1, random_state=1), **NAMED, amount="paid")
    assert one.parameters == other.parameters
    assert one.customers.equals(other.customers)


def test_the_summary_is_the_repr():
    assert repr(lifetime_value(FEW, **NAMED)).startswith(
        "2 customers, 1 of them bought again; 2 later rows left out\nbg_nbd: r "
    )


@pytest.mark.parametrize(
    ("change", "column", "row"),
    [
        ({"who": ["1", None, *"34567"]}, "who", 2),
        ({"at": ["2025-01-01", "2025-01-02", "tomorrow", *["2025-01-01"] * 4]}, "at", 3),
        ({"paid": [1, "much", 1, 1, 1, 1, 1]}, "paid", 2),
    ],
)
def test_what_cannot_be_read_is_named_by_row_and_column(change, column, row):
    with pytest.raises(UserError) as trouble:
        lifetime_value(FEW.assign(**change), **NAMED, amount="paid")
    assert (trouble.value.column, trouble.value.row) == (column, row)
    assert "tomorrow" not in str(trouble.value)


@pytest.mark.parametrize(
    "wrong",
    [
        {"horizon": "soon"},
        {"horizon": "0w"},
        {"unit": "moon"},
        {"calibration_end": "June"},
        {"calibration_end": "2020-01-01"},
        {"calibration_end": "2025-01-07"},  # nobody has bought twice by then
        {"amount": "nowhere"},
    ],
)
def test_wrong_options_are_the_users_to_mend(wrong):
    with pytest.raises(UserError):
        lifetime_value(FEW, **(NAMED | wrong))


@pytest.mark.parametrize("suffix", [".csv", ".csv.gz", ".parquet"])
def test_the_command_gives_what_the_function_gives_and_the_parameters_beside_it(tmp_path, capsys, suffix):
    write_frame(BOUGHT, tmp_path / f"bought{suffix}")
    out = tmp_path / f"customers{suffix}"
    code = main(
        ["lifetime-value", str(tmp_path / f"bought{suffix}"), *OPTIONS, "--amount", "paid", "--out", str(out)]
    )
    made = lifetime_value(BOUGHT, **NAMED, amount="paid")
    assert code == 0
    assert capsys.readouterr().out == f"{made!r}\n"
    there = pd.read_csv(out, dtype={"person": str}) if suffix != ".parquet" else read_frame(out)
    pd.testing.assert_frame_equal(there, made.customers, check_dtype=False, rtol=1e-12)
    assert json.loads((tmp_path / "customers.json").read_text()) == made.parameters


def test_an_error_is_one_line_and_writes_nothing(tmp_path, capsys):
    write_frame(FEW, tmp_path / "few.csv")
    before = sorted(tmp_path.iterdir())
    out = str(tmp_path / "customers.csv")
    code = main(["lifetime-value", str(tmp_path / "few.csv"), *OPTIONS, "--horizon", "soon", "--out", out])
    assert code == 2
    assert capsys.readouterr().out == ""
    assert sorted(tmp_path.iterdir()) == before


def test_the_same_bytes_in_every_process(tmp_path):
    write_frame(BOUGHT, tmp_path / "bought.csv")
    made = []
    for seed in ("0", "1"):
        out = tmp_path / f"out{seed}.csv"
        line = [
            sys.executable,
            "-m",
            "journey_research.command",
            "lifetime-value",
            str(tmp_path / "bought.csv"),
        ]
        environment = {**os.environ, "PYTHONHASHSEED": seed}
        subprocess.run(
            [*line, *OPTIONS, "--amount", "paid", "--out", str(out)],
            check=True,
            env=environment,
            cwd=tmp_path,
        )
        made.append((out.read_bytes(), (tmp_path / f"out{seed}.json").read_bytes()))
    assert made[0] == made[1]


def test_a_real_retailers_year(shared):
    """UCI online retail: 4,372 customers; fit to September, check the time after it."""
    frame = pd.read_parquet(shared / "data" / "uci_online_retail" / "online_retail.parquet")
    customer = next(name for name in frame.columns if name.lower().replace("_", "") == "customerid")
    date = next(name for name in frame.columns if name.lower().replace("_", "") == "invoicedate")
    frame = frame[frame[customer].notna() & (frame["Quantity"] > 0)]
    end = pd.Timestamp("2011-09-09")
    made = lifetime_value(frame, person=customer, time=date, calibration_end="2011-09-09", horizon="13w")
    later = frame[frame[date].dt.normalize() > end]
    known = later[customer].astype("Int64").astype(str).isin(made.customers["person"])
    happened = later[known].assign(day=later[date].dt.normalize()).drop_duplicates([customer, "day"])
    happened = happened[happened["day"] <= end + pd.Timedelta(weeks=13)]
    assert made.customers["expected_purchases"].sum() == pytest.approx(len(happened), rel=0.25)
