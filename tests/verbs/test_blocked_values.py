"""Which values say nothing."""

import pandas as pd
import pytest

from journey_research.engine import Table
from journey_research.pipelines.identity.evidence import BLOCKED_VALUES, EvidenceRule, leave_out_blocked
from journey_research.verbs.blocked_values import leave_out_blocked as leave_out
from journey_research.verbs.blocked_values import read_blocked

SAYS_NOTHING = [
    "test@test.com", " Test@Test.COM ", "noreply@shop.example", "anonymous", "N/A", "0000000000",
    "+49 151 000-0000", "(555) 555-5555", "00000000-0000-0000-0000-000000000000",
]  # fmt: skip
SAYS_SOMETHING = [
    "tester@test.com", "ann@test.com", "anonymous house", "0170 1234567", "2020-10-10 00:00:00", "100000.00",
    "1000000", "Nana", "x0000000", "ann@noreply.example", "",
]  # fmt: skip


@pytest.mark.parametrize(("values", "is_kept"), [(SAYS_NOTHING, False), (SAYS_SOMETHING, True)])
@pytest.mark.parametrize("kind", ["str", "object", "category"])
def test_worked_example(values, is_kept, kind):
    told = leave_out(pd.DataFrame({"any": pd.Series(values, dtype=kind)}), read_blocked(None))
    assert told["any"].notna().tolist() == [is_kept] * len(values)


def test_numbers_stay_the_numbers_they_were():
    frame = pd.DataFrame(
        {"whole": [5555555, 12], "broken": [5555555.0, 0.5], "day": pd.Timestamp("2020-10-10")}
    )
    told = leave_out(frame, read_blocked(None))
    assert told["whole"].tolist()[1:] == [12]
    assert told.isna().to_numpy().tolist() == [[True, True, False], [False, False, False]]
    assert frame["whole"].tolist() == [5555555, 12]
    assert leave_out(frame[["day"]], ())["day"] is frame["day"] or told["day"].equals(frame["day"])


def test_the_verb_leaves_out_what_a_run_leaves_out():
    """The same list and the same rules as of a project's run, in the spelling that a run has."""
    emails = [
        *BLOCKED_VALUES,
        *(f"{value}@mail.example" for value in BLOCKED_VALUES),
        "ann@mail.example",
        None,
    ]
    phones = [*BLOCKED_VALUES, *(f"+49170{digit * 7}" for digit in "0189"), "+491701234567", None]
    names = [*BLOCKED_VALUES, *(value.title() for value in BLOCKED_VALUES), "Ann Null", None]
    n = max(map(len, (emails, phones, names)))
    told = {"email": emails, "phone": phones, "full_name": names}
    values = pd.DataFrame(
        {name: cells + [None] * (n - len(cells)) for name, cells in told.items()}, dtype="str"
    )
    columns = [
        "record_id", "first_name", "last_name", "full_name", "company", "job_title", "gender", "birth_date",
        "street", "postal_code", "city", "country", "language", "email", "phone", "extra",
    ]  # fmt: skip
    table = values.assign(record_id=[f"a:{at:03}" for at in range(n)]).reindex(columns=columns).astype("str")
    in_run = leave_out_blocked(Table.from_pandas(table), EvidenceRule()).to_pandas().sort_values("record_id")
    left = leave_out(values, read_blocked(None))
    for name in told:
        assert left[name].isna().tolist() == in_run[name].isna().tolist()


def test_a_list_in_a_file_is_the_list(tmp_path):
    file = tmp_path / "blocked.txt"
    file.write_bytes("\ufeffKasse \r\n\r\nTill\n".encode())
    assert (
        set(read_blocked(file)) - set(BLOCKED_VALUES)
        == {"kasse", "till"}
        == {*read_blocked(["till", "Kasse"])} - set(BLOCKED_VALUES)
    )
