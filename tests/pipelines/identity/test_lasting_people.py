"""Ids that last, in the pipeline: what a run hands on, and what its changes moved."""

from collections import Counter, defaultdict
from decimal import Decimal
from io import StringIO

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from worlds import broken_rules, table

from journey_research.engine import Table
from journey_research.errors import UserError
from journey_research.pipelines.identity.lasting_ids import (
    assign_lasting_ids,
    begin_person_events,
    replay,
    superseded_by,
)
from journey_research.pipelines.identity.lasting_people import (
    count_identity_changes,
    keep_person_ids,
    who_answers,
)

# Equal letters in a column are one cluster. Every record has been in touch as often as its number says.
WORKED_EXAMPLE = """
record  run_1  run_2  run_3  run_4
crm:1     A      A      A      A
crm:2     A      A      -      -     # has left before run 3, with an order of 20
shop:3    B      A      A      S     # B is merged into A; apart again it is somebody new, split from A
web:4     -      C      C      A     # C is merged into A
"""
ORDERS = {"crm:1": [10], "crm:2": [20], "shop:3": [30, 5]}
WORKED_CHANGES = """
run  subject  event    cause   persons  records  touches  orders  amount
1    person   created  new     2        3        6        4       65
1    record   moved    new     2        3        6        4       65
2    person   created  new     1        1        4        0       0
2    person   merged   whole   1        1        3        2       35    # this now counts for A
2    record   moved    merged  1        1        3        2       35
2    record   moved    new     1        1        4        0       0
3    record   retired  gone    1        1        2        1       20
4    person   merged   whole   1        1        4        0       0
4    person   split    whole   1        1        3        2       35
4    record   moved    merged  1        1        4        0       0
4    record   moved    split   1        1        3        2       35
"""
RECORDS = ["crm:1", "crm:2", "shop:3", "web:4", "web:5"]


def clusters_of(partition):
    """Contract RECORD_CLUSTERS, from record -> letter."""
    smallest = {
        letter: min(r for r, one in partition.items() if one == letter) for letter in partition.values()
    }
    rows = [
        {"record_id": r, "cluster_id": smallest[letter], "person_probability": 0.9}
        for r, letter in partition.items()
    ]
    return table("RECORD_CLUSTERS", *rows)


def run_through(history):
    """The log after each run."""
    logs = [begin_person_events()]
    for partition in history:
        _, log = assign_lasting_ids(clusters_of(partition), logs[-1])
        logs.append(Table.from_arrow(log.to_arrow()))
    return logs[1:]


def touches_of(n_by_record):
    rows = [
        {"touch_id": f"{record_id}:{n}", "record_id": record_id, "direction": "inbound"}
        for record_id, n_touches in n_by_record.items()
        for n in range(n_touches)
    ]
    return table("TOUCHES", *rows)


def orders_of(amounts_by_record, **more):
    rows = [
        {"order_id": f"{r}:{n}", "record_id": r, "status": "paid", "order_amount": Decimal(amount), **more}
        for r, amounts in amounts_by_record.items()
        for n, amount in enumerate(amounts)
    ]
    return table("ORDERS", *rows)


def worked_history():
    told = pd.read_csv(StringIO(WORKED_EXAMPLE), sep=r"\s+", comment="#").set_index("record")
    return [told[run][told[run] != "-"].to_dict() for run in told.columns]


def rows_of(changes):
    rows = changes.to_arrow().to_pylist()
    return sorted(tuple(row.values()) for row in rows)


def test_worked_example():
    log = run_through(worked_history())[-1]
    n_touches = {record_id: int(record_id[-1]) for record_id in RECORDS[:4]}

    changes = count_identity_changes(log, touches_of(n_touches), orders_of(ORDERS))

    expected = pd.read_csv(StringIO(WORKED_CHANGES), sep=r"\s+", comment="#")
    expected["amount"] = [Decimal(amount) for amount in expected["amount"]]
    assert broken_rules("IDENTITY_CHANGES", changes) == []
    assert rows_of(changes) == sorted(expected.itertuples(index=False, name=None))


def count_by_hand(log, n_touches, orders):
    """The definition, one row of the log at a time."""
    rows = log.to_arrow().sort_by("event_number").to_pylist()
    persons, records = defaultdict(set), defaultdict(set)
    for row in rows:
        of_person = row["record_id"] is None
        kind = (row["run_number"], "person" if of_person else "record", row["event"], row["cause"])
        persons[kind].add(row["person_id"])
        if not of_person:
            records[kind].add(row["record_id"])
            continue
        for other in rows:
            if other["run_number"] != row["run_number"] or other["record_id"] is None:
                continue
            moved = other["event"] == "moved"
            came, left = (
                (other["person_id"], other["other_person_id"]) if moved else (None, other["person_id"])
            )
            if row["person_id"] == (came if row["event"] in ("created", "split") else left):
                records[kind].add(other["record_id"])
    return sorted(
        (
            *kind,
            len(who),
            len(records[kind]),
            sum(n_touches.get(r, 0) for r in records[kind]),
            sum(len(orders.get(r, [])) for r in records[kind]),
            Decimal(sum(sum(orders.get(r, [])) for r in records[kind])),
        )
        for kind, who in persons.items()
    )


PARTITIONS = st.dictionaries(st.sampled_from(RECORDS), st.sampled_from("xyz"), max_size=5)
HISTORIES = st.lists(PARTITIONS, min_size=2, max_size=3)


@settings(max_examples=8, deadline=None)
@given(HISTORIES)
def test_agrees_with_the_definition(history):
    log = run_through(history)[-1]
    n_touches = {"crm:1": 1, "shop:3": 2, "web:5": 4}

    changes = count_identity_changes(log, touches_of(n_touches), orders_of(ORDERS))

    assert rows_of(changes) == count_by_hand(log, n_touches, ORDERS)


@settings(max_examples=8, deadline=None)
@given(PARTITIONS, PARTITIONS)
def test_rows_of_records_add_up_to_all_that_came_changed_and_left(before, now):
    logs = run_through([before, now])
    first, then = (len(log.to_arrow()) for log in logs)
    was, came = (replay(log).to_pandas().set_index("record_id")["person_id"].to_dict() for log in logs)

    told = Counter()
    for row in count_identity_changes(logs[-1], touches_of({}), orders_of({})).to_arrow().to_pylist():
        if first and then > first and row["run_number"] == 2 and row["subject"] == "record":
            told[row["cause"]] += row["n_records"]

    if first and then > first:
        assert told["new"] + told["returned"] == len(set(now) - set(before))
        assert told["gone"] == len(set(before) - set(now))
        changed = [r for r in set(before) & set(now) if was[r] != came[r]]
        assert told["merged"] + told["split"] + told["regrouped"] == len(changed)


def test_bots_lots_and_unpaid_orders_move_nothing():
    log = run_through([{"crm:1": "x"}])[-1]
    touches = table(
        "TOUCHES",
        {"touch_id": "web:1", "record_id": "crm:1", "direction": "inbound", "is_bot": True},
        {"touch_id": "web:2", "record_id": "crm:1", "direction": "none"},
    )

    changes = count_identity_changes(log, touches, orders_of({"crm:1": [10]}, status="pending"))

    assert {row[5:] for row in rows_of(changes)} == {(1, 0, 0, Decimal(0))}


def test_refunds_are_taken_off():
    log = run_through([{"crm:1": "x"}])[-1]

    changes = count_identity_changes(
        log, touches_of({}), orders_of({"crm:1": [10]}, refunded_amount=Decimal("2.50"))
    )

    assert {row[-1] for row in rows_of(changes)} == {Decimal("7.50")}


def test_a_run_hands_on_people_persons_and_a_longer_log():
    records = table("RECORDS", *({"record_id": r, "source": r.partition(":")[0]} for r in RECORDS))
    values = table("RECORD_VALUES", {"record_id": "crm:1", "last_name": "King"})
    verified = table("IDENTIFIERS", {"record_id": "web:5", "is_verified": True})
    partition = {"crm:1": "x", "shop:3": "x", "web:4": "y", "web:5": "z"}

    made = keep_person_ids(clusters_of(partition), begin_person_events(), records, values, verified)
    again = keep_person_ids(clusters_of(partition), made[2], records, values, verified)

    for name, told in zip(("PEOPLE", "PERSONS", "PERSON_EVENTS"), made, strict=True):
        assert broken_rules(name, told) == []
    people, persons = (told.to_pandas() for told in made[:2])
    assert dict(zip(people["record_id"], people["person_probability"], strict=True)) == dict.fromkeys(
        partition, 0.9
    )
    told = people.merge(persons, on="person_id").set_index("record_id")
    assert told["kind"].to_dict() == {
        "crm:1": "known", "shop:3": "known", "web:4": "anonymous", "web:5": "known"
    }  # fmt: skip
    assert told["n_sources"].to_dict() == {"crm:1": 2, "shop:3": 2, "web:4": 1, "web:5": 1}
    for told_once, told_twice in zip(made, again, strict=True):
        keys = told_once.columns[:2]
        assert (
            told_twice.to_arrow()
            .sort_by([(key, "ascending") for key in keys])
            .equals(told_once.to_arrow().sort_by([(key, "ascending") for key in keys]))
        )


def test_nobody_is_nobody():
    empty = [table(name) for name in ("RECORDS", "RECORD_VALUES", "IDENTIFIERS")]

    made = keep_person_ids(table("RECORD_CLUSTERS"), begin_person_events(), *empty)

    assert [told.count() for told in made] == [0, 0, 0]
    assert count_identity_changes(made[2], table("TOUCHES"), table("ORDERS")).count() == 0


def test_who_was_who_and_who_answers_today():
    logs = run_through(
        [
            {"crm:1": "x", "crm:2": "x", "shop:3": "y", "web:4": "z"},
            {"crm:1": "x", "crm:2": "x", "shop:3": "x"},
        ]
    )
    before = replay(logs[-1], 1).to_pandas().set_index("record_id")["person_id"]

    assert who_answers(logs[-1], before["crm:1"]) == before["crm:1"]
    assert who_answers(logs[-1], before["shop:3"]) == before["crm:1"]
    assert who_answers(logs[-1], before["web:4"]) is None
    assert who_answers(logs[0], before["shop:3"]) == before["shop:3"]  # nothing had happened to it yet
    assert superseded_by(logs[-1]).count() == 1


def test_an_id_nobody_had_is_told_without_being_named():
    with pytest.raises(UserError, match="no person ever had this id") as raised:
        who_answers(run_through([{"crm:1": "x"}])[-1], "person:abcdef")

    assert "abcdef" not in str(raised.value)
