"""No error, log line or traceback of ours holds a person's value."""

import logging
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from journey_research.errors import UserError
from journey_research.privacy.scrubbing import (
    ScrubbingFilter,
    one_line,
    scrubbed,
    scrubbed_traceback,
    user_error_in,
)

PERSON = "ada.lovelace@example.org"


def caught(work):
    try:
        work()
    except Exception as error:
        return error
    raise AssertionError("it did not fail")


@pytest.mark.parametrize(
    "work",
    [
        lambda: float(PERSON),
        lambda: {"a": 1}[PERSON],
        lambda: pd.to_datetime(pd.Series([PERSON])),
        lambda: pd.Series([PERSON]).astype(int),
        lambda: pd.DataFrame({"a": [1]})[PERSON],
        lambda: np.array([PERSON]).astype(float),
        lambda: Path(f"/nowhere/{PERSON}").read_text(),
        lambda: (PERSON + "é").encode("latin-1").decode("utf-8"),
        lambda: [].index(PERSON),
        lambda: pd.DataFrame({"k": [PERSON] * 2}).merge(
            pd.DataFrame({"k": [PERSON] * 2}), on="k", validate="one_to_one"
        ),
    ],
)
def test_the_errors_of_libraries_lose_the_value(work):
    error = caught(work)

    assert PERSON not in one_line(error)
    assert PERSON not in scrubbed_traceback(error)


def test_our_own_error_passes_as_it_is():
    error = UserError("column is missing", file="crm.csv", column="Email", do="ask for it")

    assert one_line(error) == "UserError: column is missing (file crm.csv, column 'Email'); ask for it"


def test_a_user_error_is_found_inside_what_wraps_it():
    def wrapped():
        try:
            raise UserError("file is missing")
        except UserError as error:
            raise RuntimeError("Failed while loading data") from error

    assert str(user_error_in(caught(wrapped))) == "file is missing"
    assert user_error_in(ValueError("another")) is None


def test_phone_numbers_go_and_short_numbers_stay():
    assert scrubbed("row 412 of 10000 has +49 30 901820") == "row 412 of … has …"


def test_log_lines_of_libraries_are_scrubbed_and_ours_are_not():
    record = logging.LogRecord("kedro", logging.ERROR, "", 0, "failed for %s", (PERSON,), None)
    ours = logging.LogRecord("journey_research", logging.INFO, "", 0, "412 of 10,000 rows", None, None)

    assert ScrubbingFilter().filter(record)
    assert ScrubbingFilter().filter(ours)
    assert record.getMessage() == "failed for …"
    assert ours.getMessage() == "412 of 10,000 rows"
