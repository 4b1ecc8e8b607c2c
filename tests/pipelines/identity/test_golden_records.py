"""Golden records: which of a person's values survives, by which rule, and what it won against."""

from datetime import date, datetime, timedelta
from io import StringIO
from typing import NamedTuple

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from worlds import broken_rules, table

from journey_research.contracts.golden import GOLDEN_FIELDS, SURVIVORSHIP_RULES
from journey_research.engine import Table
from journey_research.pipelines.identity.golden_records import GoldenRule, choose_golden_values

START = datetime(2025, 1, 1)
NEVER = float("-inf")
# One line a record and what it says; day is when its source wrote it down.
WORKED_EXAMPLE = """
record   person  day  dropped  city     email         phone  verified
crm:1    1         1  no       Leipzig  ann@a.example  -     yes       # verified, so newer ones lose
web:1    1         5  no       leipzig  bob@b.example  -     no        # two say Leipzig, in two spellings
shop:1   1         9  no       Bonn     bob@b.example  +491  no        # the only phone
mail:1   1        99  yes      Kiel     -              +492  no        # dropped: live ones tell both fields
crm:2    2         1  no       Halle    -              -     no
web:2    2         1  no       Essen    -              -     no        # nothing differs but the id
till:3   3         -  yes      Ulm      -              -     no        # dropped, but all that is known
"""
WORKED_RULE = GoldenRule({"email": ("verified", "most_recent")}, default_order=("most_frequent",))
WORKED_ANSWER = """
person  field  value          winner  rule           record  n  share  day
1       city   Bonn           no      -              shop:1  1  0.33   9
1       city   Leipzig        yes     most_frequent  crm:1   2  0.67   5
1       email  ann@a.example  yes     verified       crm:1   1  0.33   1
1       email  bob@b.example  no      -              shop:1  2  0.67   9
1       phone  +491           yes     only           shop:1  1  1.00   9
2       city   Essen          no      -              web:2   1  0.50   1
2       city   Halle          yes     tie_break      crm:2   1  0.50   1
3       city   Ulm            yes     only           till:3  1  1.00   -
"""


def choose(records, identifiers=(), rule=WORKED_RULE):
    """Golden values as tuples, of records (dicts of record, person, day, dropped and fields told) and
    identifiers (tuples of record, type, value, whether verified)."""
    known = [record for record in records if record["person"] is not None]
    made = choose_golden_values(
        table("PEOPLE", *({"record_id": r["record"], "person_id": f"person:{r['person']}"} for r in known)),
        table(
            "RECORDS",
            *(
                {
                    "record_id": r["record"],
                    "source": r["record"].split(":")[0],
                    "recorded_at": moment(r["day"]),
                    "is_deleted": r["dropped"],
                }
                for r in records
            ),
        ),
        table(
            "RECORD_VALUES",
            *(
                {"record_id": r["record"], **{name: r[name] for name in GOLDEN_FIELDS if name in r}}
                for r in records
            ),
        ),
        table(
            "IDENTIFIERS",
            *(
                {"record_id": record, "identifier_type": kind, "identifier_value": value, "is_verified": sure}
                for record, kind, value, sure in identifiers
            ),
        ),
        rule,
    )
    fetched = made.to_arrow()
    assert broken_rules("GOLDEN_VALUES", Table.from_arrow(fetched)) == []
    return [Golden(**row) for row in fetched.to_pylist()]


class Golden(NamedTuple):
    person_id: str
    field: str
    value: str
    is_winner: bool
    rule: str | None
    record_id: str
    n_records: int
    agreement_share: float
    observed_at: datetime | None


def choose_by_hand(records, identifiers, rule):
    """The definition, a field of a person at a time."""
    found = []
    for person in sorted({r["person"] for r in records if r["person"] is not None}):
        members = [r for r in records if r["person"] == person]
        for name in sorted(GOLDEN_FIELDS):
            telling = [r for r in members if text(r, name).strip(" ")]
            live = [r for r in telling if not r["dropped"]]
            vouching = [r["record"] for r in members if not (live and r["dropped"])]
            if telling:
                found += by_hand_of_one(live or telling, name, vouching, identifiers, rule)
    return found


def by_hand_of_one(counted, name, vouching, identifiers, rule):
    def same(record):
        return text(record, name).strip(" ").lower()

    holders = {value: [r for r in counted if same(r) == value] for value in map(same, counted)}
    verified = {
        told.strip(" ").lower()
        for record, kind, told, sure in identifiers
        if sure and kind == name and kind in ("email", "phone") and record in vouching
    }

    def weight(record, word):
        source, trusted = record["record"].split(":")[0], rule.source_priority
        return {
            "verified": same(record) in verified,
            "source_priority": -trusted.index(source) if source in trusted else NEVER,
            "most_frequent": len(holders[same(record)]),
            "most_recent": NEVER if record["day"] is None else record["day"],
            "longest": len(same(record)),
        }[word]

    order = rule.order_of(name)
    ranked = sorted(counted, key=lambda r: ([-weight(r, word) for word in order], r["record"]))
    best = {}
    for record in ranked:
        best.setdefault(same(record), record)
    winner, *losers = best.values()
    deciding = "only"
    if losers:
        apart = (word for word in order if weight(winner, word) != weight(losers[0], word))
        deciding = next(apart, "tie_break")
    rows = []
    for record in (winner, *losers):
        days = [r["day"] for r in holders[same(record)] if r["day"] is not None]
        rows.append(
            Golden(
                f"person:{record['person']}",
                name,
                text(record, name),
                record is winner,
                deciding if record is winner else None,
                record["record"],
                len(holders[same(record)]),
                len(holders[same(record)]) / len(counted),
                moment(max(days, default=None)),
            )
        )
    return sorted(rows)


def text(record, name):
    return str(record.get(name) or "")


def moment(day):
    return None if day is None else START + timedelta(days=day)


def read(text):
    rows = pd.read_csv(StringIO(text), sep=r"\s+", comment="#", dtype=str).to_dict("records")
    return [{name: None if told == "-" else told for name, told in row.items()} for row in rows]


def worked_records():
    return [
        {**row, "day": row["day"] and int(row["day"]), "dropped": row["dropped"] == "yes"}
        for row in read(WORKED_EXAMPLE)
    ]


def worked_identifiers():
    rows = read(WORKED_EXAMPLE)
    return [(row["record"], "email", row["email"], row["verified"] == "yes") for row in rows if row["email"]]


def test_worked_example():
    told = [
        Golden(
            f"person:{row['person']}",
            row["field"],
            row["value"],
            row["winner"] == "yes",
            row["rule"],
            row["record"],
            int(row["n"]),
            float(row["share"]),
            moment(row["day"] and int(row["day"])),
        )
        for row in read(WORKED_ANSWER)
    ]

    found = choose(worked_records(), worked_identifiers())

    assert [row._replace(agreement_share=round(row.agreement_share, 2)) for row in found] == told


def record(name, day=0, *, person="1", dropped=False, **told):
    return {"record": name, "person": person, "day": day, "dropped": dropped, **told}


def winner(records, order, identifiers=(), trusted=(), name="city"):
    """What won, of whom, and why."""
    rule = GoldenRule({name: order}, source_priority=trusted)
    (found,) = [row for row in choose(records, identifiers, rule) if row.is_winner and row.field == name]
    return found.value, found.record_id, found.rule


def test_each_rule_decides_where_it_is_asked_first():
    told = [
        record("crm:1", 1, email="a@long.example"),
        record("mail:1", 2, email="b@b.example"),
        record("shop:1", 3, email="b@b.example"),
        record("web:1", 9, email="c@c.example"),
        record("app:1", 0, email="d@d.example"),
        record("till:1", 0, email="e@e.example"),
    ]
    sure = [("app:1", "email", "d@d.example", True), ("web:1", "email", "c@c.example", False)]
    asked = {word: winner(told, [word], sure, ["till"], "email") for word in SURVIVORSHIP_RULES}
    assert asked == {
        "verified": ("d@d.example", "app:1", "verified"),
        "source_priority": ("e@e.example", "till:1", "source_priority"),
        "most_frequent": ("b@b.example", "mail:1", "most_frequent"),
        "most_recent": ("c@c.example", "web:1", "most_recent"),
        "longest": ("a@long.example", "crm:1", "longest"),
    }


def test_a_rule_decides_only_what_those_before_it_left_open():
    told = [
        record("crm:1", 1, city="Bonn"),
        record("crm:2", 2, city="Kiel"),
        record("web:1", 9, city="Ulm"),
    ]
    # The web is out by its source, so the newer of the two that are left.
    assert winner(told, ["source_priority", "most_recent"], trusted=["crm"]) == (
        "Kiel",
        "crm:2",
        "most_recent",
    )


def test_a_value_stands_as_well_as_its_best_record():
    told = [
        record("crm:1", 1, city="Bonn"),
        record("web:1", 9, city="BONN"),
        record("crm:2", 2, city="Kiel"),
    ]
    # Of the trusted source's two towns the newer; that the web repeats the older one later is no matter.
    assert winner(told, ["source_priority", "most_recent"], trusted=["crm"])[0] == "Kiel"
    assert winner(told, ["most_recent"]) == ("BONN", "web:1", "most_recent")


def test_another_record_of_the_person_can_verify_an_address():
    told = [record("crm:1", 1, email="Ann@a.example"), record("web:1", 9, email="bob@b.example")]
    app = record("app:1", 0)  # a login without any values
    sure = [("app:1", "email", "ann@a.example", True)]
    assert winner([*told, app], ["verified"], sure, name="email")[0] == "Ann@a.example"
    stranger = {**app, "person": "2"}
    assert winner([*told, stranger], ["verified"], sure, name="email")[2] == "tie_break"


def test_a_dropped_record_vouches_for_nothing_beside_a_live_one():
    told = [record("app:1", 1, email="ann@a.example"), record("web:1", 0, email="bob@b.example")]
    gone = record("crm:1", 0, dropped=True, email="bob@b.example")
    sure = [("crm:1", "email", "bob@b.example", True)]
    assert winner([*told, gone], ["verified"], sure, name="email")[0] == "ann@a.example"
    assert winner([*told, {**gone, "dropped": False}], ["verified"], sure, name="email")[0] == "bob@b.example"
    dropped = [{**one, "dropped": True} for one in [*told, gone]]
    assert winner(dropped, ["verified"], sure, name="email")[0] == "bob@b.example"


def test_a_verified_number_says_nothing_of_an_address_of_the_same_letters():
    told = [record("app:1", email="4912345", phone="1"), record("web:1", email="4912346", phone="4912346")]
    assert winner(told, ["verified"], [("web:1", "phone", "4912346", True)], name="email")[2] == "tie_break"


def test_every_field_is_told_and_a_birth_date_as_iso_text():
    told = {name: f"some {name}" for name in GOLDEN_FIELDS} | {"birth_date": date(1970, 1, 31)}
    found = {row.field: row.value for row in choose([record("crm:1", **told)])}
    assert found == {**told, "birth_date": "1970-01-31"}


def test_a_record_without_a_person_tells_nothing():
    assert choose([record("crm:firm", person=None, company="Acme", email="a@a.example")]) == []


def test_no_rows_make_no_values():
    assert choose([]) == []


IDS = ["crm:1", "crm:2", "shop:1", "web:1", "web:2", "app:1"]
EMAILS = ["a@a.example", "A@a.example", " a@a.example", "bb@b.example", None]


def records():
    one = st.fixed_dictionaries(
        {
            "record": st.sampled_from(IDS),
            "person": st.sampled_from(["1", "1", "1", "2", None]),
            "day": st.sampled_from([None, 0, 1, 2]),
            "dropped": st.sampled_from([False, False, True, None]),
            "city": st.sampled_from(["Bonn", "BONN ", "Kiel", "Ülzen", "ÜLZEN", "", "  ", None]),
            "email": st.sampled_from(EMAILS),
            "birth_date": st.sampled_from([date(1970, 1, 1), date(1970, 1, 2), None]),
        }
    )
    return st.lists(one, max_size=6, unique_by=lambda row: row["record"])


def identifiers():
    one = st.tuples(
        st.sampled_from(IDS),
        st.sampled_from(["email", "phone"]),
        st.sampled_from([value for value in EMAILS if value]),
        st.booleans(),
    )
    return st.lists(one, max_size=4, unique_by=lambda row: row[:3])


def orders():
    return st.lists(st.sampled_from(SURVIVORSHIP_RULES), min_size=1, unique=True)


def rules():
    trusted = st.lists(st.sampled_from(["crm", "shop", "web", "never"]), unique=True)
    return st.builds(GoldenRule, st.fixed_dictionaries({"email": orders()}), orders(), trusted)


@settings(max_examples=80, deadline=None)
@given(records(), identifiers(), rules())
def test_agrees_with_the_definition(told, sure, rule):
    assert choose(told, sure, rule) == choose_by_hand(told, sure, rule)


@settings(max_examples=25, deadline=None)
@given(records(), identifiers(), rules())
def test_one_value_wins_and_each_stands_in_a_record_of_the_person(told, sure, rule):
    found = choose(told, sure, rule)
    by_record = {one["record"]: one for one in told}
    winners = {(row.person_id, row.field): row for row in found if row.is_winner}

    told_fields = {
        (f"person:{one['person']}", name)
        for one in told
        for name in GOLDEN_FIELDS
        if one["person"] and text(one, name).strip()
    }
    assert set(winners) == told_fields
    assert len(winners) == sum(row.is_winner for row in found)
    for key in winners:
        assert sum(row.agreement_share for row in found if row[:2] == key) == pytest.approx(1)
    for row in found:
        giver = by_record[row.record_id]
        live = [
            one
            for one in told
            if one["person"] == giver["person"] and not one["dropped"] and text(one, row.field).strip()
        ]
        assert text(giver, row.field) == row.value
        assert row.person_id == f"person:{giver['person']}"
        assert not (giver["dropped"] and live)
        assert (row.rule is None) != row.is_winner


@settings(max_examples=15, deadline=None)
@given(records(), identifiers(), rules(), st.randoms(use_true_random=False))
def test_row_order_does_not_matter(told, sure, rule, shuffling):
    mixed, mixed_sure = list(told), list(sure)
    shuffling.shuffle(mixed)
    shuffling.shuffle(mixed_sure)

    assert choose(mixed, mixed_sure, rule) == choose(told, sure, rule)


@settings(max_examples=15, deadline=None)
@given(records(), identifiers(), rules(), st.sampled_from(["", "   ", None]))
def test_what_is_silent_beats_nothing(told, sure, rule, silence):
    # The newest record, of the most trusted source, first by its id: and it says nothing.
    silent = record("aaa:1", 99, city=silence, email=silence)
    trusting = GoldenRule(rule.rules, rule.default_order, ("aaa", *rule.source_priority))
    assert choose([silent, *told], sure, trusting) == choose(told, sure, trusting)


@settings(max_examples=15, deadline=None)
@given(records(), identifiers(), rules())
def test_a_loser_taken_away_moves_no_winner(told, sure, rule):
    found = choose(told, sure, rule)
    losing = [row for row in found if not row.is_winner and row.field == "city" and row.n_records == 1]
    for loser in losing:
        fewer = [{**one, "city": None} if one["record"] == loser.record_id else one for one in told]
        left = [row.value for row in choose(fewer, sure, rule) if row.is_winner]
        assert left == [row.value for row in found if row.is_winner]


@pytest.mark.parametrize(
    ("said", "answer"),
    [
        ({"rules": {"emial": ["longest"]}}, "rules names 'emial', which is no field; did you mean 'email'?"),
        ({"rules": {"email": ["verifyed"]}}, r"rules\.email names 'verifyed'.* did you mean 'verified'\?"),
        ({"rules": {"email": []}}, r"rules\.email names no rule; known are verified, "),
        ({"rules": {"email": "verified"}}, r"rules\.email is no list; write \[verified\]"),
        ({"rules": {"email": None}}, r"rules\.email is no list"),
        ({"default_order": ["longest", "longest"]}, "default_order names a rule twice"),
        ({"default_order": ["oldest"]}, "default_order names 'oldest', which is no rule"),
        ({"source_priority": "crm"}, r"source_priority is no list; write \[crm\]"),
        ({"source_priority": ["crm", "crm"]}, "source_priority names a source twice"),
    ],
)
def test_a_rule_that_cannot_be_meant_is_refused(said, answer):
    with pytest.raises(ValueError, match=answer):
        GoldenRule(**said)
