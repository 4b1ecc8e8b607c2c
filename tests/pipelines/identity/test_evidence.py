"""Shared identifiers: which join, which do not, and why."""

from io import StringIO

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from worlds import table

from journey_research.pipelines.identity.evidence import (
    CONTESTED,
    TWO_VALUES,
    EvidenceRule,
    gather_evidence,
    leave_out_blocked,
)

RULE = EvidenceRule(most_records_unverified=3)
WORKED_EXAMPLE = """
record   kind       named  type       value             verified
crm:a    profile    yes    email      ann@web.example   no
mail:a   lead       no     email      ann@web.example   no      # a mailing tool knows no names, and ...
shop:a   profile    yes    email      ann@web.example   no      # ... two have it: the names decide first
crm:b    profile    yes    phone      +4930123456       no
tel:b    lead       no     phone      +4930123456       no      # nobody else has it: joined
web:b    anonymous  no     phone      +4930123456       no
web:1    anonymous  no     user_id    u1                yes
app:1    profile    no     user_id    u1                yes     # one login: joined surely
web:2    anonymous  no     user_id    u2                yes
web:2    anonymous  no     user_id    u3                yes     # two people logged in here ...
app:2    profile    no     user_id    u2                yes     # ... so nothing is joined
web:3    anonymous  no     cookie     c1                no      # nobody logged in here, but ...
app:3    profile    no     cookie     c1                no
app:3    profile    no     user_id    u4                yes
web:3    anonymous  no     device_id  d1                no
app:4    profile    no     device_id  d1                no
app:4    profile    no     user_id    u5                yes     # ... cookie and device are of two
app:5    profile    no     maid       m1                no
app:5    profile    no     loyalty_id l1                yes
app:6    profile    no     maid       m1                no
app:6    profile    no     loyalty_id l2                yes     # one telephone, two cards
crm:t    profile    yes    email      test@test.com     no
mail:t   lead       no     email      test@test.com     no      # blocked: no row at all
crm:p    profile    yes    phone      +4900000000       no
tel:p    lead       no     phone      +4900000000       no      # one digit repeated: no row at all
"""
WORKED_ANSWER = {
    ("crm:a", "mail:a"): CONTESTED,
    ("mail:a", "shop:a"): CONTESTED,
    ("crm:a", "shop:a"): "both are named: their values decide",
    ("crm:b", "tel:b"): None,
    ("crm:b", "web:b"): None,
    ("app:1", "web:1"): None,
    ("app:2", "web:2"): "shared device",
    ("app:3", "web:3"): "shared device",
    ("app:4", "web:3"): "shared device",
    ("app:5", "app:6"): "shared device",
}


def gather(told, rule=RULE, said=()):
    """Links of rows of record, kind, named, type, value, verified; and what sources said themselves."""
    first = told.drop_duplicates("record")
    links = gather_evidence(
        table(
            "RECORDS",
            *({"record_id": r, "kind": k} for r, k in zip(first["record"], first["kind"], strict=True)),
        ),
        table(
            "IDENTIFIERS",
            *(
                {
                    "record_id": row.record,
                    "identifier_type": row.type,
                    "identifier_value": row.value,
                    "is_verified": row.verified == "yes",
                    "strength": getattr(row, "strength", "strong"),
                }
                for row in told.itertuples()
            ),
        ),
        table(
            "RECORD_VALUES",
            *(
                {"record_id": row.record, "first_name": "Ann"}
                for row in first.itertuples()
                if row.named == "yes"
            ),
        ),
        table("SOURCE_LINKS", *({"record_id_a": a, "record_id_b": b, "rule": why} for a, b, why in said)),
        rule,
    ).to_pandas()
    return {
        (row.record_id_a, row.record_id_b): None if row.is_accepted else row.refusal
        for row in links.itertuples()
    }


def read(text):
    return pd.read_csv(StringIO(text), sep=r"\s+", comment="#", dtype=str)


def test_worked_example():
    assert gather(read(WORKED_EXAMPLE)) == WORKED_ANSWER


def test_an_address_that_too_many_share_joins_nobody():
    told = pd.DataFrame(
        {"record": [f"mail:{n}" for n in range(4)], "kind": "lead", "named": "no", "type": "email",
         "value": "office@firm.example", "verified": "no"}
    )  # fmt: skip
    assert set(gather(told).values()) == {"shared by too many records"}
    assert set(gather(told.head(3)).values()) == {None}


def test_without_leave_an_unverified_address_joins_nobody():
    answers = gather(read(WORKED_EXAMPLE), EvidenceRule(accept_unverified=False))
    assert answers["crm:a", "mail:a"] == answers["crm:b", "tel:b"] == "not verified"
    assert answers["app:1", "web:1"] is None


def test_two_verified_holders_are_joined_whatever_their_names():
    told = read(
        "record kind named type value verified\n"
        "a:1 profile yes email x@y.example yes\n"
        "b:1 profile yes email x@y.example yes"
    )
    assert gather(told) == {("a:1", "b:1"): None}


@pytest.mark.parametrize("value", ["test@test.com", "TEST@shop.example", "noreply@shop.example"])
def test_a_blocked_value_makes_no_row_and_moves_no_other(value):
    told = read(WORKED_EXAMPLE)
    more = pd.DataFrame(
        {"record": [f"aaa:{n}" for n in range(5)] + ["web:1"], "kind": "anonymous", "named": "no",
         "type": "email", "value": value, "verified": "no"}
    )  # fmt: skip
    assert gather(pd.concat([told, more])) == WORKED_ANSWER


def test_who_has_no_name_is_tied_to_every_named_record_with_the_same_number():
    named = pd.DataFrame(
        {"record": ["crm:1", "crm:2", "crm:3", "tel:1", "tel:2"], "kind": "profile", "type": "phone",
         "named": ["yes", "yes", "yes", "no", "no"], "value": "+4930123456", "verified": "no"}
    )  # fmt: skip
    rule = EvidenceRule(most_records_unverified=5)

    answers = gather(named, rule)

    assert {pair for pair, why in answers.items() if why == CONTESTED} == {
        (crm, tel) for crm in ("crm:1", "crm:2", "crm:3") for tel in ("tel:1", "tel:2")
    }
    assert {why for why in answers.values() if why != CONTESTED} == {"both are named: their values decide"}
    crowd = gather(named, EvidenceRule(most_records_unverified=4))
    assert set(crowd.values()) == {"shared by too many records"}
    # A source that says so is believed, whoever else has the number.
    told = gather(named, rule, said=[("crm:1", "tel:1", "source_merge")])
    assert told == {**answers, ("crm:1", "tel:1"): None}


CARDS = """
record   kind       named  type       value             verified
crm:1    profile    yes    user_id    u1                yes
crm:1    profile    yes    loyalty_id l1                yes
crm:2    profile    yes    user_id    u1                yes     # one login, two cards: two persons
crm:2    profile    yes    loyalty_id l2                yes
shop:1   profile    yes    user_id    u1                yes
shop:1   profile    yes    loyalty_id l2                yes     # the second's card
shop:2   profile    yes    user_id    u1                yes     # no card: tied to both
"""
CARD_RULE = EvidenceRule(one_value_types=("loyalty_id",))
TWO_CARDS = f"{TWO_VALUES} loyalty_id"


def test_two_cards_are_two_persons_whatever_else_is_shared():
    told = read(CARDS)
    assert gather(told, CARD_RULE) == {
        ("crm:1", "crm:2"): TWO_CARDS,
        ("crm:1", "shop:1"): TWO_CARDS,
        ("crm:1", "shop:2"): None,
        ("crm:2", "shop:1"): None,
        ("crm:2", "shop:2"): None,
        ("shop:1", "shop:2"): None,
    }
    assert set(gather(told).values()) == {None}  # where a person may have several
    said = gather(told, CARD_RULE, said=[("crm:1", "shop:1", "source_merge")])
    assert said["crm:1", "shop:1"] == TWO_CARDS


def test_who_holds_two_cards_is_neither_of_those_who_hold_one():
    more = pd.DataFrame(
        {"record": "shop:2", "kind": "profile", "named": "yes", "type": "loyalty_id",
         "value": ["l1", "l2"], "verified": "yes"}
    )  # fmt: skip
    told = gather(pd.concat([read(CARDS), more]), CARD_RULE)
    assert told["crm:1", "shop:2"] == told["crm:2", "shop:2"] == TWO_CARDS


def test_a_card_that_too_many_hold_keeps_nobody_apart():
    rule = EvidenceRule(one_value_types=("loyalty_id",), most_records_sure=3)
    told = read(CARDS)
    tills = [f"till:{n}" for n in range(2)]  # with these the second card is of four
    more = pd.DataFrame(
        {"record": tills, "kind": "profile", "named": "no", "type": "loyalty_id", "value": "l2",
         "verified": "yes"}
    )  # fmt: skip
    login = told[told["type"] != "user_id"].assign(type="user_id", value="u1")
    three = pd.concat([told[told["type"] == "loyalty_id"], login])
    assert gather(three, rule)["crm:1", "crm:2"] == TWO_CARDS
    assert gather(pd.concat([three, more]), rule)["crm:1", "crm:2"] is None


IDENTIFIERS = st.lists(
    st.tuples(
        st.sampled_from(["crm:1", "crm:2", "mail:1", "web:1", "web:2"]),
        st.sampled_from(["email", "user_id", "cookie", "phone", "loyalty_id"]),
        st.sampled_from(["x@y.example", "12345678", "test"]),
        st.sampled_from(["yes", "no"]),
    ),
    min_size=1,
    max_size=12,
    unique_by=lambda row: row[:3],
)


@settings(max_examples=20, deadline=None)
@given(IDENTIFIERS, st.randoms(use_true_random=False))
def test_row_order_does_not_matter_and_no_pair_is_told_twice(rows, shuffling):
    told = pd.DataFrame(rows, columns=["record", "type", "value", "verified"])
    told["kind"] = told["record"].map(lambda record: "anonymous" if record.startswith("web") else "lead")
    told["named"] = told["record"].map(lambda record: "yes" if record.startswith("crm") else "no")
    mixed = told.sample(frac=1, random_state=shuffling.randrange(1000))

    answers = gather(told, CARD_RULE)

    assert gather(mixed, CARD_RULE) == answers
    assert all(a < b for a, b in answers)
    cards = told[(told["type"] == "loyalty_id") & (told["value"] != "test")]
    held = cards.groupby("record")["value"].agg(frozenset).to_dict()
    for (a, b), why in answers.items():
        assert (why == TWO_CARDS) == (a in held and b in held and held[a] != held[b])


def test_what_a_source_joined_is_joined():
    told = read(WORKED_EXAMPLE)
    # crm:a and shop:a are both named, so a shared address decides nothing: their source's merge does.
    answers = gather(told, said=[("crm:a", "shop:a", "source_merge"), ("crm:a", "crm:gone", "source_merge")])

    assert answers == {**WORKED_ANSWER, ("crm:a", "shop:a"): None}


@pytest.mark.parametrize(
    ("strength", "answer"), [("weak", "says little: several persons may have it"), ("never", "no row")]
)
def test_weak_identifiers_join_nobody_and_worthless_ones_make_no_row(strength, answer):
    told = pd.DataFrame(
        {"record": ["crm:a", "till:a"], "kind": "profile", "named": ["yes", "no"], "type": "card_fp",
         "value": "f00", "verified": "yes", "strength": ["strong", strength]}
    )  # fmt: skip

    assert gather(told).get(("crm:a", "till:a"), "no row") == answer


def test_a_firm_is_nobody():
    told = pd.DataFrame(
        {"record": ["crm:ann", "crm:firm"], "kind": ["profile", "account"], "named": ["yes", "no"],
         "type": "user_id", "value": "u7", "verified": "yes"}
    )  # fmt: skip

    assert gather(told, said=[("crm:ann", "crm:firm", "alias")]) == {}
    assert gather(told.assign(kind="profile")) == {("crm:ann", "crm:firm"): None}


HELD = """
record   email                phone           left_email       left_phone
crm:1    ann@a.example        +4930111222     ann@a.example    +4930111222
crm:2    -                    +4930000000     -                -              # seven equal digits at the end
crm:3    Test@Test.com        +491234567890   -                -
crm:4    noreply@a.example    1112222222      -                -
crm:5    notest@a.example     +4930100000     notest@a.example +4930100000    # only looks like it
crm:6    -                    7               -                -
"""


def test_values_that_say_nothing_are_left_out_before_records_are_compared():
    told = read(HELD).astype(object)
    told = told.where(told != "-", None)
    rows = [
        {"record_id": row["record"], "last_name": "King", "email": row["email"], "phone": row["phone"]}
        for row in told.to_dict("records")
    ]

    values = table("RECORD_VALUES", *rows)
    left = leave_out_blocked(values, RULE).to_arrow()

    assert left.schema.equals(values.to_arrow().schema)
    assert left.column_names == values.to_arrow().column_names
    found = [(row["record_id"], row["email"], row["phone"]) for row in left.to_pylist()]
    assert found == list(told[["record", "left_email", "left_phone"]].itertuples(index=False, name=None))
    assert left["last_name"].to_pylist() == ["King"] * len(rows)
    assert leave_out_blocked(table("RECORD_VALUES"), RULE).count() == 0


def test_whoever_a_help_desk_erased_has_no_name():
    names = ["Permanently Deleted User", "deleted user ", "Ann Deleted User", "Null"]
    rows = [
        {"record_id": f"desk:{at}", "full_name": name, "last_name": name.strip()}
        for at, name in enumerate(names)
    ]

    left = leave_out_blocked(table("RECORD_VALUES", *rows), EvidenceRule()).to_arrow()

    assert left["full_name"].to_pylist() == [None, None, "Ann Deleted User", None]
    assert left["last_name"].to_pylist() == [name.strip() for name in names]  # somebody may be called Null


def test_no_rows_make_no_links():
    links = gather_evidence(
        table("RECORDS"), table("IDENTIFIERS"), table("RECORD_VALUES"), table("SOURCE_LINKS"), RULE
    )
    assert links.count() == 0


def test_a_misspelt_type_is_refused():
    with pytest.raises(ValueError, match="sure_types"):
        EvidenceRule(sure_types=("userid",))
    with pytest.raises(ValueError, match="one_value_types"):
        EvidenceRule(one_value_types=("loyalty",))
