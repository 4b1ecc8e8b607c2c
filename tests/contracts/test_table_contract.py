"""A contract counts what is broken, by column and rule, and never says a value."""

import pandas as pd
import pandera.pandas as pandera
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pandera.typing import Series

from journey_research import contracts
from journey_research.contracts.table_contract import (
    NONE,
    PERSONAL,
    PSEUDONYMOUS,
    SOURCE_KEY,
    Float,
    Money,
    TableContract,
    Text,
)
from journey_research.engine import Table


class Letters(pandera.DataFrameModel):
    letter_id: Series[Text] = pandera.Field(str_matches=SOURCE_KEY, metadata=PSEUDONYMOUS)
    kind: Series[Text] = pandera.Field(isin=["sent", "customer's"], nullable=True, metadata=NONE)
    share: Series[Float] = pandera.Field(ge=0, le=1, nullable=True, metadata=NONE)
    postage_amount: Series[Money] = pandera.Field(gt=0, metadata=NONE)
    addressee: Series[Text] = pandera.Field(metadata=PERSONAL)


LETTERS = TableContract(Letters, ("letter_id",), vault=True)
# Each row breaks what its comment says.
ROWS = [
    ("post:1", "sent", 0.0, 0.85, "Ada Secret"),  # nothing
    ("post:2", "customer's", 1.0, 1.85, "Bob Secret"),  # nothing: bounds are inside
    ("post:2", None, None, 1.85, "Bob Secret"),  # the key, again; nulls are allowed here
    ("hidden-value", "sent", 0.5, 1.00, "Cyd Secret"),  # letter_id has no source
    ("post:4", "lost-secret", 1.5, 0.00, None),  # kind, share, postage, addressee
]
COLUMNS = ["letter_id", "kind", "share", "postage_amount", "addressee"]


def table_of(rows):
    types = [pa.string(), pa.string(), pa.float64(), pa.float64(), pa.string()]
    columns = zip(*rows, strict=True) if rows else [[]] * len(COLUMNS)
    arrays = [pa.array(list(values), kind) for values, kind in zip(columns, types, strict=True)]
    return Table.from_arrow(pa.table(arrays, names=COLUMNS))


def findings_of(rows):
    checked = table_of(rows).query(LETTERS.select("this")).query(LETTERS.count_broken("this"))
    return LETTERS.findings(checked.first_row())


def test_worked_example():
    assert findings_of(ROWS) == [
        f"letter_id matches {SOURCE_KEY}: broken by 1 of 5 rows",
        "kind is one of 'sent', 'customer''s': broken by 1 of 5 rows",
        "share is at most 1: broken by 1 of 5 rows",
        "postage_amount is more than 0: broken by 1 of 5 rows",
        "addressee is present: broken by 1 of 5 rows",
        "key (letter_id) is unique: 1 keys stand more than once",
    ]


def test_no_finding_holds_a_value():
    said = " ".join(findings_of(ROWS))

    assert not any(value in said for value in ("Secret", "hidden-value", "lost-secret", "post:"))


def test_a_kept_promise_and_an_empty_table_have_no_findings():
    assert findings_of(ROWS[:2]) == []
    assert findings_of([]) == []


def test_select_casts_to_the_promised_types_and_orders_by_key():
    shuffled = table_of([ROWS[1], ROWS[0]]).query(
        "select addressee, share, kind, postage_amount, letter_id from this"
    )

    promised = shuffled.query(LETTERS.select("this")).to_arrow()

    assert promised.column_names == COLUMNS
    assert promised["letter_id"].to_pylist() == ["post:1", "post:2"]
    assert promised.schema.field("postage_amount").type == pa.decimal128(18, 2)


def broken_by_hand(frame):
    """The definition, one rule at a time, in pandas."""
    return {
        "letter_id matches": int((~frame["letter_id"].str.match(SOURCE_KEY)).sum()),
        "share is at least": int((frame["share"] < 0).sum()),
        "share is at most": int((frame["share"] > 1).sum()),
        "key": int((frame["letter_id"].value_counts() > 1).sum()),
    }


@settings(max_examples=25, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["post:1", "post:2", "web:1", "1", ":1", "Post:1"]),
            st.one_of(st.none(), st.floats(-2, 2, allow_nan=False)),
        ),
        min_size=1,
        max_size=8,
    )
)
def test_agrees_with_the_definition(drawn):
    rows = [(key, "sent", share, 1.0, "x") for key, share in drawn]
    frame = pd.DataFrame(rows, columns=COLUMNS)
    frame["share"] = frame["share"].astype(float)

    said = findings_of(rows)

    for rule, n_broken in broken_by_hand(frame).items():
        about = [sentence for sentence in said if sentence.startswith(rule)]
        assert len(about) == (n_broken > 0)
        assert all(f"by {n_broken} of" in sentence or f": {n_broken} keys" in sentence for sentence in about)


@pytest.mark.parametrize("name", sorted(contracts.NAMES))
def test_every_contract_can_be_counted_and_kept_by_an_empty_table(name):
    contract = getattr(contracts, name)
    listed = ", ".join(f'cast(null as {kind}) as "{column}"' for column, kind in contract.columns.items())
    empty = Table(f"select {listed} where false")

    counted = empty.query(contract.select("this")).query(contract.count_broken("this")).first_row()

    assert contract.findings(counted) == []
    assert set(contract.key) <= set(contract.columns)


@pytest.mark.parametrize("name", sorted(contracts.NAMES))
def test_personal_values_are_promised_to_the_vault_alone(name):
    contract = getattr(contracts, name)

    assert set(contract.personal_data.values()) <= {"none", "pseudonymous", "personal"}
    if "personal" in contract.personal_data.values():
        assert contract.vault


def test_a_rule_that_sql_cannot_count_is_refused():
    class Odd(pandera.DataFrameModel):
        word: Series[Text] = pandera.Field(str_length={"max_value": 3}, metadata=NONE)

    with pytest.raises(TypeError, match="no SQL for the check"):
        _ = TableContract(Odd, ("word",)).rules
