"""Columns by other headers, values told by the header or the file's name, files that others replace."""

from dataclasses import replace

import pytest
from held_exports import held, mapping, read

from journey_research.errors import UserError

ROW = "ada,2025-01-06T10:00:00Z,cpc\n"
ALIASED = mapping(
    aliases={"visitor": ["Besucher", "visiteur"], "ts": {"matches": r"ts \(([a-z]+)\)", "group": "site"}},
    from_file_name={"list": r"^(kept|gone)_"},
    record={"key": "visitor", "kind": "anonymous", "extra": {"site": "site", "list": "list"}},
)


def values(text, file_name="kept_visits.csv"):
    [row] = read(held("web", ALIASED, text.encode(), file_name))["record_values"]
    return row["extra"]


@pytest.mark.parametrize("header", ["visitor,ts (shop),medium", "visiteur,ts (shop),medium"])
def test_a_column_may_have_other_headers_and_the_header_may_tell_a_value(header):
    assert values(f"{header}\n{ROW}") == '{"list": "kept", "site": "shop"}'


def test_a_columns_own_name_goes_before_an_alias():
    text = "Besucher,visitor,ts (app),medium\nbob," + ROW

    [row] = read(held("web", ALIASED, text.encode(), "lists/gone_visits.csv"))["identifiers"]
    assert row["identifier_value"] == "ada"


def test_a_file_whose_name_tells_nothing_is_refused():
    with pytest.raises(UserError, match="name does not say what its source takes from it"):
        values(f"visitor,ts,medium\n{ROW}", "visits.csv")


def test_rows_of_a_file_that_another_replaces_are_counted_and_left_out():
    data = f"visitor,ts,medium\n{ROW}bob\n".encode()
    early, final = held("web", mapping(), data, "early.csv"), held("web", mapping(), data, "final.csv")

    told = read(replace(early, replaced_by="final.csv"), final)

    assert len(told["touches"]) == 1
    counts = [(one["file_name"], one["n_rows"], one["n_left_out"]) for one in told["source_files"]]
    assert counts == [("early.csv", 2, 1), ("final.csv", 2, 0)]
