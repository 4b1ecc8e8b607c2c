"""What a user can mend is said in one line, with the place and what to do."""

import pytest

from journey_research.errors import ContractBroken, TooManyRejects, UserError, VaultClosed


def test_worked_example():
    error = UserError(
        "value is no instant", file="web.csv", row=5221, column="ts", rule="ends in Z", do="ask the owner"
    )

    assert str(error) == (
        "value is no instant (file web.csv, row 5,221, column 'ts', rule: ends in Z); ask the owner"
    )


@pytest.mark.parametrize(
    ("places", "said"),
    [({}, "wrong"), ({"row": 0}, "wrong (row 0)"), ({"do": "mend it"}, "wrong; mend it")],
)
def test_only_what_is_known_is_said(places, said):
    assert str(UserError("wrong", **places)) == said


def test_a_name_that_holds_line_ends_is_told_on_one_line():
    error = UserError("column is missing", file="a\n.csv", column="mail\r\x00", do="there is 'a\u2028b'")

    assert str(error) == "column is missing (file a\\n.csv, column 'mail\\r\\x00'); there is 'a\\u2028b'"


def test_exit_codes_tell_theirs_from_ours():
    assert {kind("x").exit_code for kind in (UserError, TooManyRejects, VaultClosed)} == {2}
    assert not issubclass(ContractBroken, UserError)
