"""Ids of persons that last: what keeps its id, what ends, and a log that tells it all."""

from collections import Counter, defaultdict
from io import StringIO

import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from worlds import broken_rules, table

from journey_research.engine import Table
from journey_research.errors import UserError
from journey_research.pipelines.identity import lasting_ids
from journey_research.pipelines.identity.clustering import person_name
from journey_research.pipelines.identity.lasting_ids import (
    assign_lasting_ids,
    begin_person_events,
    name_persons,
    replay,
    settle_claims,
    superseded_by,
)

# Equal letters in a column are one cluster; equal letters anywhere are one id, and other letters another.
WORKED_EXAMPLE = """
record  run_1  run_2  run_3  run_4  run_5
crm:1     A      A      A      A      A
crm:2     A      A      A      A      A
crm:3     B      A      D      -      H    # two outweigh one: B merges into A; apart again, B stays over
crm:4     -      -      D      -      -    # erased in run 4
shop:0    -      C      E      E      E    # came apart in halves: shop:1 has been in C longer and keeps it
shop:1    C      C      C      C      C
web:1     -      -      C      F      F
web:2     -      -      -      G      G
"""
WORKED_EVENTS = """
run  event    person  other  record  cause
1    created  A       -      -       new
1    created  B       -      -       new
1    created  C       -      -       new
1    moved    A       -      crm:1   new
1    moved    A       -      crm:2   new
1    moved    B       -      crm:3   new
1    moved    C       -      shop:1  new
2    moved    A       B      crm:3   merged
2    moved    C       -      shop:0  new
2    merged   B       A      -       whole
3    split    D       A      -       whole
3    split    E       C      -       whole
3    moved    D       A      crm:3   split
3    moved    D       -      crm:4   new
3    moved    E       C      shop:0  split
3    moved    C       -      web:1   new
4    split    F       C      -       whole
4    created  G       -      -       new
4    retired  D       -      crm:3   gone
4    erased   D       -      crm:4   erased
4    moved    F       C      web:1   split
4    moved    G       -      web:2   new
4    retired  D       -      -       gone     # one of its records was erased, the other only left
5    created  H       -      -       returned # ids that have ended stay ended
5    moved    H       -      crm:3   returned
"""
COLUMNS = ["event_number", "run_number", "event", "person_id", "other_person_id", "record_id", "cause"]
RECORDS = [f"crm:{number}" for number in range(7)]


def table_of(partition):
    """A table of record -> cluster."""
    columns = {"record_id": list(partition), "cluster_id": list(partition.values())}
    return Table.from_arrow(pa.table({name: pa.array(told, pa.string()) for name, told in columns.items()}))


def ids_of(*record_ids):
    return Table.from_arrow(pa.table({"record_id": pa.array(record_ids, pa.string())}))


def fetched(told):
    return Table.from_arrow(told.to_arrow())


def map_of(people):
    """Record -> person, of a table in which each record stands once."""
    rows = people.to_arrow().to_pylist()
    found = {row["record_id"]: row["person_id"] for row in rows}
    assert len(found) == len(rows)
    return found


def events_of(log):
    """The log's rows as tuples, in order."""
    rows = log.to_arrow().sort_by("event_number").to_pylist()
    return [tuple(row[name] for name in COLUMNS) for row in rows]


def survivors_of(log):
    rows = superseded_by(log).to_arrow().to_pylist()
    return {row["person_id"]: row["surviving_person_id"] for row in rows}


def live_through(history, log=None):
    """Record -> person after each run, and the log after each run.

    A history is a list of runs: the run's record -> cluster, and whom it erased.
    """
    log = begin_person_events() if log is None else log
    maps, logs = [], []
    for partition, erased in history:
        people, log = assign_lasting_ids(table_of(partition), log, ids_of(*erased))
        log = fetched(log)
        maps.append(map_of(people))
        logs.append(log)
    return maps, logs


def groups_of(told):
    """The partition without its names."""
    groups = defaultdict(set)
    for record_id, name in told.items():
        groups[name].add(record_id)
    return {frozenset(group) for group in groups.values()}


def live_by_hand(history):
    """The definition, one claim and one record at a time: map after each run, and the rows of the log."""
    person_of, since, born, ever, known, log, maps, number = {}, {}, {}, set(), set(), [], [], 0
    for partition, erased in history:
        run, began, moved, ended = number + 1, [], [], []
        clusters = {min(group): group for group in groups_of(partition)}
        before = dict(person_of)
        shared = Counter((before[r], c) for c, group in clusters.items() for r in group if r in before)
        owner = {}
        for person, cluster in sorted(
            shared,
            key=lambda claim: (
                -shared[claim],
                born[claim[0]],
                min(since[r] for r in clusters[claim[1]] if before.get(r) == claim[0]),
            ),
        ):
            if cluster not in owner and person not in owner.values():
                owner[cluster] = person
        kept = set(owner.values())
        origin = {}
        for cluster in sorted(set(clusters) - set(owner)):
            name, attempt = person_name(cluster), 0
            while name in ever:
                attempt += 1
                name = person_name(f"{cluster} {run} {attempt}")
            ever.add(name)
            owner[cluster] = name
            givers = sorted((-n, born[p], p) for (p, c), n in shared.items() if c == cluster)
            origin[name] = givers[0][2] if givers else None
            if givers:
                began.append(("split", name, origin[name], None, "whole" if len(givers) == 1 else "part"))
            else:
                new = any(r not in known for r in clusters[cluster])
                began.append(("created", name, None, None, "new" if new else "returned"))
        now = {r: owner[c] for c, group in clusters.items() for r in group}
        for r in sorted(set(before) | set(now)):
            if r not in now:
                word, cause = ("erased", "erased") if r in erased else ("retired", "gone")
                moved.append((word, before[r], None, r, cause))
            elif r not in before:
                moved.append(("moved", now[r], None, r, "returned" if r in known else "new"))
            elif now[r] != before[r]:
                cause = "split" if origin.get(now[r]) == before[r] else "regrouped"
                moved.append(("moved", now[r], before[r], r, cause if before[r] in kept else "merged"))
        for person in sorted(set(before.values()) - set(now.values()), key=born.get):
            takers = sorted((-n, born[owner[c]], owner[c]) for (p, c), n in shared.items() if p == person)
            if takers:
                ended.append(("merged", person, takers[0][2], None, "whole" if len(takers) == 1 else "part"))
            elif all(r in erased for r, p in before.items() if p == person):
                ended.append(("erased", person, None, None, "erased"))
            else:
                ended.append(("retired", person, None, None, "gone"))
        for event in began + moved + ended:
            log.append((len(log) + 1, run, *event))
            if event in began:
                born[event[1]] = len(log)
            elif event in moved:
                since[event[3]] = len(log)
        known |= set(now)
        person_of = now
        number = log[-1][1] if log else 0
        maps.append(now)
    return maps, log


def replay_by_hand(events, run_number):
    """Row after row, as somebody would who reads the log aloud."""
    person_of = {}
    for _, run, event, person_id, other, record_id, _ in events:
        if run > run_number or record_id is None:
            continue
        if event == "moved":
            assert person_of.get(record_id) == other
            person_of[record_id] = person_id
        else:
            assert person_of.pop(record_id) == person_id
    return person_of


PARTITIONS = st.dictionaries(st.sampled_from(RECORDS), st.sampled_from("wxyz"), max_size=7)
RUNS = st.tuples(PARTITIONS, st.sets(st.sampled_from(RECORDS), max_size=3)).map(
    lambda run: (run[0], run[1] - set(run[0]))
)
HISTORIES = st.lists(RUNS, min_size=1, max_size=4)
PASTS = st.lists(RUNS, max_size=2)


def read(text):
    return pd.read_csv(StringIO(text), sep=r"\s+", comment="#", dtype=str).replace("-", None)


def worked_history():
    told = read(WORKED_EXAMPLE).set_index("record")
    erased = {"run_4": {"crm:4"}}
    return [(told[run].dropna().to_dict(), erased.get(run, set())) for run in told.columns]


def test_worked_example():
    history = worked_history()

    maps, logs = live_through(history)

    letters = {
        (person_of[r], letter)
        for person_of, (told, _) in zip(maps, history, strict=True)
        for r, letter in told.items()
    }
    letters |= {(maps[0]["crm:3"], "B")}
    letter_of = dict(letters)
    assert len(letters) == len(letter_of) == len(set(letter_of.values())) == 8
    found = [
        (str(run), event, letter_of[person], letter_of.get(other), record_id, cause)
        for _, run, event, person, other, record_id, cause in events_of(logs[-1])
    ]
    expected = read(WORKED_EVENTS).astype(object)
    assert found == list(expected.where(expected.notna(), None).itertuples(index=False, name=None))
    assert survivors_of(logs[-1]) == {maps[0]["crm:3"]: maps[0]["crm:1"]}


def history_of(*runs):
    """A letter a record, a text a run; a dot is a record that is not there."""
    return [
        ({record_id: letter for record_id, letter in zip(RECORDS, run, strict=False) if letter != "."}, set())
        for run in runs
    ]


@settings(max_examples=30, deadline=None)
@given(HISTORIES)
@example(history_of("aaabbb", "aaxbbx"))  # two gave one record each: split from the older
@example(history_of("aappbb", "aaabbb"))  # two took one record each: merged into the older
@example(history_of("p", "ppp", "pppp", "pxxp"))  # of two halves the one with the oldest record keeps the id
@example(history_of("ab", "b.", "ac"))  # an id that has ended is not given again
def test_agrees_with_the_definition(history):
    maps, logs = live_through(history)

    maps_by_hand, log_by_hand = live_by_hand(history)

    assert maps == maps_by_hand
    assert events_of(logs[-1]) == log_by_hand


def assert_it_replays(history, maps, logs):
    whole = events_of(logs[-1])
    assert broken_rules("PERSON_EVENTS", logs[-1]) == []
    assert [row[0] for row in whole] == list(range(1, len(whole) + 1))
    for (partition, _), person_of, log in zip(history, maps, logs, strict=True):
        so_far = events_of(log)
        run = so_far[-1][1] if so_far else 0
        assert whole[: len(so_far)] == so_far  # the log only grows
        assert set(person_of) == set(partition)  # every live record is in one person, and nobody else is
        assert groups_of(person_of) == groups_of(partition)
        assert map_of(replay(logs[-1], run)) == replay_by_hand(whole, run) == person_of


def assert_ids_are_never_given_again(maps, events):
    begun = [row[3] for row in events if row[5] is None and row[2] in ("created", "split")]
    ended = [row[3] for row in events if row[5] is None and row[2] not in ("created", "split")]
    assert len(begun) == len(set(begun))
    assert len(ended) == len(set(ended))
    assert set(begun) - set(ended) == set(maps[-1].values())  # no person is empty
    for person_id in begun:
        lived = [number for number, person_of in enumerate(maps) if person_id in person_of.values()]
        assert lived == list(range(lived[0], lived[-1] + 1))


def assert_merges_lead_to_the_living(maps, log):
    merged, ends = {}, {}
    for _, run, event, person, other, record_id, _ in events_of(log):
        if record_id is None and event in ("merged", "retired", "erased"):
            ends[person] = run
        if event == "merged":
            merged[person] = other
            assert other in replay_by_hand(events_of(log), run).values()
    # A survivor ends later than whom it took in, or not at all: so there is no circle.
    assert all(ends[person] < ends.get(other, 99) for person, other in merged.items())
    expected = {}
    for person, other in merged.items():
        while other in merged:
            other = merged[other]
        if other not in ends:
            expected[person] = other
    assert survivors_of(log) == expected
    assert set(expected.values()) <= set(maps[-1].values())


@settings(max_examples=15, deadline=None)
@given(HISTORIES)
def test_laws_of_every_history(history):
    maps, logs = live_through(history)

    assert_it_replays(history, maps, logs)
    assert_ids_are_never_given_again(maps, events_of(logs[-1]))
    assert_merges_lead_to_the_living(maps, logs[-1])


@settings(max_examples=10, deadline=None)
@given(st.lists(RUNS, min_size=1, max_size=2), RUNS)
def test_who_is_unchanged_keeps_the_id_whatever_happens_to_others(history, last):
    maps, logs = live_through([*history, last])
    before = maps[-2]

    for group in groups_of(before) & groups_of(maps[-1]):
        assert {before[r] for r in group} == {maps[-1][r] for r in group}
    again, log = assign_lasting_ids(table_of(last[0]), logs[-1], ids_of(*last[1]))
    assert map_of(again) == maps[-1]
    assert events_of(log) == events_of(logs[-1])  # a world that stands still adds nothing


@settings(max_examples=10, deadline=None)
@given(HISTORIES, st.randoms(use_true_random=False))
def test_row_order_and_names_of_clusters_do_not_matter(history, shuffling):
    def mixed(run):
        partition, erased = run
        rows = list(partition.items())
        shuffling.shuffle(rows)
        names = dict(zip("wxyz", shuffling.sample("wxyz", 4), strict=True))
        return {record_id: names[cluster] for record_id, cluster in rows}, erased

    maps, logs = live_through(history)
    maps_mixed, logs_mixed = live_through([mixed(run) for run in history])

    assert maps_mixed == maps
    assert events_of(logs_mixed[-1]) == events_of(logs[-1])


def renamed(history, names):
    return [
        ({names[r]: cluster for r, cluster in partition.items()}, {names[r] for r in erased})
        for partition, erased in history
    ]


def told_in_other_names(events, maps, maps_renamed, names):
    """The rows of a log in the names of another world in which the same happened."""
    pairs = {
        (person_of[r], told[names[r]])
        for person_of, told in zip(maps, maps_renamed, strict=True)
        for r in person_of
    }
    persons = dict(pairs)
    assert len(pairs) == len(persons) == len(set(persons.values()))  # person for person
    return [
        (number, run, event, persons[person], persons.get(other), names.get(record_id), cause)
        for number, run, event, person, other, record_id, cause in events
    ]


@settings(max_examples=10, deadline=None)
@given(HISTORIES)
def test_new_names_in_the_same_order_change_names_alone(history):
    names = {record_id: f"shop:{3 * place:03}" for place, record_id in enumerate(RECORDS)}

    maps, logs = live_through(history)
    maps_renamed, logs_renamed = live_through(renamed(history, names))

    expected = told_in_other_names(events_of(logs[-1]), maps, maps_renamed, names)
    assert events_of(logs_renamed[-1]) == expected


# Packs of 1, 2, 4 and 8 records that go everywhere together: no two claims share equally many records,
# so that nothing is left for names to decide.
PACKS = {pack: [f"crm:{pack}{number}" for number in range(2**pack)] for pack in range(4)}
PACK_HISTORIES = st.lists(
    st.dictionaries(st.sampled_from(sorted(PACKS)), st.sampled_from("xyz")), min_size=2, max_size=4
).map(
    lambda runs: [
        ({record_id: cluster for pack, cluster in run.items() for record_id in PACKS[pack]}, set())
        for run in runs
    ]
)


@settings(max_examples=10, deadline=None)
@given(PACK_HISTORIES, st.randoms(use_true_random=False))
def test_where_no_claims_are_equal_any_new_names_change_names_alone(history, shuffling):
    ids = [record_id for pack in PACKS.values() for record_id in pack]
    names = dict(zip(ids, shuffling.sample(ids, len(ids)), strict=True))

    maps, logs = live_through(history)
    maps_renamed, logs_renamed = live_through(renamed(history, names))

    expected = told_in_other_names(events_of(logs[-1]), maps, maps_renamed, names)
    # Rows of one run stand in the order of names.
    assert Counter(row[1:] for row in events_of(logs_renamed[-1])) == Counter(row[1:] for row in expected)


FINE = st.dictionaries(st.sampled_from(RECORDS), st.sampled_from("pqrs"), min_size=1)
JOINING = st.fixed_dictionaries({name: st.sampled_from("xy") for name in "pqrs"})


@settings(max_examples=10, deadline=None)
@given(PASTS, FINE, JOINING)
def test_a_merge_taken_back_gives_the_survivor_its_own_records_again(history, fine, joining):
    coarse = {record_id: joining[name] for record_id, name in fine.items()}

    maps, logs = live_through([*history, (fine, set()), (coarse, set()), (fine, set())])
    apart, joined, again = maps[-3:]

    assert groups_of(again) == groups_of(apart)
    for record_id in fine:
        if joined[record_id] == apart[record_id]:
            # What survived the merge is, once more, exactly whom it was before.
            assert again[record_id] == apart[record_id]
        else:
            # What did not has ended for good; its records go by one new id, split from the survivor.
            assert apart[record_id] not in again.values()
            assert again[record_id] not in {name for person_of in maps[:-1] for name in person_of.values()}
    last = events_of(logs[-1])[-1][1]
    split = {(row[3], row[4]) for row in events_of(logs[-1]) if row[1] == last and row[2] == "split"}
    changed = {r for r in fine if again[r] != joined[r]}
    assert not changed or split == {(again[r], joined[r]) for r in changed}


@settings(max_examples=10, deadline=None)
@given(PASTS, FINE, JOINING)
def test_a_split_taken_back_gives_every_id_back(history, fine, joining):
    coarse = {record_id: joining[name] for record_id, name in fine.items()}

    maps, _ = live_through([*history, (coarse, set()), (fine, set()), (coarse, set())])

    assert maps[-1] == maps[-3]


@given(PARTITIONS)
@settings(max_examples=15, deadline=None)
def test_the_first_run_names_a_person_after_its_smallest_record(partition):
    people, _ = assign_lasting_ids(table_of(partition), begin_person_events())

    assert map_of(people) == {r: person_name(min(group)) for group in groups_of(partition) for r in group}


def test_an_id_that_is_taken_is_not_given_again_even_where_hashes_meet(monkeypatch):
    # Sixteen hex digits never meet in a test; one does at once.
    monkeypatch.setattr(lasting_ids, "person_name", lambda text: person_name(text)[: len("person:") + 1])
    records = [f"crm:{number}" for number in range(15)]

    names = name_persons(records[:9], [], 1)
    more = name_persons(records[9:], names, 2)

    assert len(set(names + more)) == 15
    assert names[0] == person_name("crm:0")[: len("person:") + 1]


def test_the_first_claim_is_granted_and_those_it_rules_out_are_not():
    told = {"person_id": list("pqpqr"), "cluster_id": list("xxyyz")}
    claims = pa.table({**told, "is_uncontested": [False] * 4 + [True]})

    assert settle_claims(claims).tolist() == [0, 3, 4]


def test_an_empty_world_begins_and_ends():
    maps, logs = live_through([({}, set()), ({"crm:1": "x"}, set()), ({}, {"crm:1"}), ({}, set())])

    assert maps == [{}, {"crm:1": person_name("crm:1")}, {}, {}]
    assert [log.count() for log in logs] == [0, 2, 4, 4]
    assert [row[2] for row in events_of(logs[-1])] == ["created", "moved", "erased", "erased"]
    assert map_of(replay(logs[-1], 1)) == maps[1]
    assert superseded_by(logs[-1]).count() == 0


def test_runs_may_be_numbered_from_outside_but_only_upwards():
    _, log = assign_lasting_ids(table_of({"crm:1": "x"}), begin_person_events(), run_number=7)
    _, log = assign_lasting_ids(table_of({}), log, run_number=9)

    assert [map_of(replay(log, run)) for run in (6, 7, 8, 9)] == [
        {},
        {"crm:1": person_name("crm:1")},
        {"crm:1": person_name("crm:1")},
        {},
    ]
    with pytest.raises(ValueError, match="already holds run 9"):
        assign_lasting_ids(table_of({}), log, run_number=9)


def test_erased_records_that_come_again_stop_the_run_without_being_named():
    _, log = assign_lasting_ids(table_of({"crm:secret": "x", "crm:2": "y"}), begin_person_events())

    with pytest.raises(UserError, match="1 records that were erased") as raised:
        assign_lasting_ids(table_of({"crm:secret": "x"}), log, ids_of("crm:secret", "crm:2"))

    assert "secret" not in str(raised.value)


@pytest.mark.parametrize(
    ("records", "clusters", "said"),
    [
        (["crm:1", "crm:1"], ["x", "y"], "1 records are repeated"),
        (["crm:1", None], ["x", "y"], "1 records are repeated or null"),
        (["crm:1", "crm:2"], ["x", None], "1 have no cluster"),
    ],
)
def test_records_in_no_cluster_or_in_two_are_refused(records, clusters, said):
    told = pa.table(
        {"record_id": pa.array(records, pa.string()), "cluster_id": pa.array(clusters, pa.string())}
    )

    with pytest.raises(ValueError, match=said):
        assign_lasting_ids(Table.from_arrow(told), begin_person_events())


def endings(*rows):
    """A log of nothing but ends: ``"ab"`` is a merged into b, ``"a"`` is a retired."""
    return table(
        "PERSON_EVENTS",
        *(
            {
                "event_number": number,
                "event": "merged" if row[1:] else "retired",
                "person_id": f"person:{row[0]}",
                "other_person_id": f"person:{row[1]}" if row[1:] else None,
            }
            for number, row in enumerate(rows, 1)
        ),
    )


def test_merges_are_followed_however_many_there_were():
    chain = endings("ab", "bc", "cd", "de", "ef", "14", "24", "3", "4")

    assert survivors_of(chain) == {f"person:{letter}": "person:f" for letter in "abcde"}


@pytest.mark.parametrize("rows", [["aa"], ["ab", "ba"], ["ab", "bc", "ca"], ["ab", "bc", "cd", "da", "ea"]])
def test_merges_in_a_circle_are_no_log(rows):
    with pytest.raises(ValueError, match="circle"):
        superseded_by(endings(*rows))
