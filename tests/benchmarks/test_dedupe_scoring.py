"""dedupe with a model of ours: rules mean the same on both sides, pairs are the same, and stops are told."""

import json
import time
from dataclasses import replace
from itertools import combinations
from pathlib import Path

import dedupe
import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks import dedupe_scoring, identity_quality
from benchmarks.dedupe_scoring import (
    count_pairs,
    dedupe_way,
    measure,
    rules_of_dedupe,
    rules_of_way,
    teach,
    tell_row,
)
from benchmarks.identity_quality import Answer, Way, draw_labels, run_limited, run_peer
from benchmarks.identity_sets import IdentitySet
from journey_research.pipelines.identity.matching.candidates import KeyRing, candidate_pairs
from journey_research.pipelines.identity.matching.cells import Cells
from journey_research.pipelines.identity.matching.columns import ValueColumn, encode_column
from journey_research.pipelines.identity.matching.predicate_keys import MEASURED, PREDICATES

ONLY_OURS = {"codeWords", "rareWords"}
# predicate: value -> its keys, as a reader would write them down
KEYS = {
    "wholeFieldPredicate": ("ann lee", {"ann lee"}),
    "sameThreeCharStartPredicate": ("a nnabel", {"ann"}),  # spaces do not count
    "sameFiveCharStartPredicate": ("annabel", {"annab"}),
    "sameSevenCharStartPredicate": ("1999-12-31", {"1999-12"}),
    "commonFourGram": ("annab", {"anna", "nnab"}),
    "commonSixGram": ("annabel", {"annabe", "nnabel"}),
    "firstTokenPredicate": ("ann lee", {"ann"}),
    "tokenFieldPredicate": ("ann lee", {"ann", "lee"}),
    "fingerprint": ("lee ann", {"annlee"}),
    "sortedAcronym": ("lee ann", {"al"}),
    "doubleMetaphone": ("lee", {"L"}),
    "metaphoneToken": ("lee ann", {"L", "AN"}),
    "firstTwoTokensPredicate": ("ann may lee", {"ann may"}),
    "commonTwoTokens": ("ann may lee", {"ann may", "may lee"}),
    "commonThreeTokens": ("ann may sue lee", {"ann may sue", "may sue lee"}),
    "commonIntegerPredicate": ("12 main st 007", {"12", "7"}),
    "alphaNumericPredicate": ("sony x5 tv", {"x5"}),
    "oneGramFingerprint": ("anna lee", {"aeln"}),
    "twoGramFingerprint": ("anna", {"annann"}),  # an, na, nn
    "suffixArray": ("494100", {"494100", "94100"}),
}
WORDS = ("ann", "anna", "lee", "li", "o'neil-ray", "12", "007", "x5", "straße", "a", "ray.")
values = st.lists(
    st.lists(st.sampled_from(WORDS), min_size=1, max_size=4).map(" ".join), min_size=2, max_size=6
)


@pytest.fixture
def peer(monkeypatch):
    monkeypatch.syspath_prepend(identity_quality.PEERS)
    import dedupe_model_peer

    monkeypatch.setattr(dedupe_model_peer, "limit_memory", lambda limit_mb: None)  # of all the tests
    return dedupe_model_peer


@pytest.fixture
def ours_peer(monkeypatch):
    monkeypatch.syspath_prepend(identity_quality.PEERS)
    import ours_peer

    return ours_peer


def set_of_people():
    """Forty people with three records each: one twice the same, and one with a letter less."""
    firsts = (
        "annabel",
        "bertram",
        "cleopatra",
        "dietrich",
        "eleonore",
        "ferdinand",
        "gottfried",
        "hannelore",
    )
    lasts = ("obermeier", "niedermann", "kowalski", "fitzgerald", "lindqvist")
    rows = []
    for number, (first, last) in enumerate((first, last) for last in lasts for first in firsts):
        mail = f"{first}.{last}@firm.example"
        rows += [(first, last, mail, number)] * 2 + [(first, last[:-2] + last[-1], mail, number)]
    told = pd.DataFrame(rows, columns=["first_name", "last_name", "email", "person"])
    told.insert(0, "id", [f"r{number:03}" for number in np.random.default_rng(1).permutation(len(told))])
    fields = ("first_name", "last_name", "email")
    return IdentitySet(
        "made_up", told[["id", *fields]].astype("str"), fields, told["person"].astype(str).to_numpy()
    )


@pytest.fixture(scope="module")
def one():
    return set_of_people()


@pytest.fixture(scope="module")
def labels(one):
    return draw_labels(one, np.unique(one.truth), seed=1, n_labels=80)


@pytest.fixture(scope="module")
def taught(one, labels):
    return teach(one, labels, seed=1)


def task_of(way, one, labels, seed=1):
    told = {"fields": list(one.fields), "seed": seed, "labels": labels.to_numpy().tolist(), "model": None}
    return json.loads(json.dumps({**told, **dict(way.task)}))


def run_here(way, one, labels, seed, peers):
    """What ``run_peer`` does, in this process."""
    task = task_of(way, one, labels, seed)
    records = pa.Table.from_pandas(one.frame[["id", *one.fields]], preserve_index=False)
    try:
        ((_, ids, clusters),) = peers[way.tool].find(records, task)
    except Exception as problem:
        if type(problem).__name__ != "Stopped":
            raise
        return Answer({}, 1.0, 100, str(problem), task["told"])
    found = pd.Series(clusters, index=ids).reindex(one.frame["id"]).astype(str).to_numpy()
    return Answer({"default": found}, 1.0, 100, told=task["told"])


def pairs_by_hand(predicate, texts):
    """Every two records looked at once: do their keys meet?"""
    keys = [predicate({"name": text}) for text in texts]
    return {(a, b) for a, b in combinations(range(len(texts)), 2) if keys[a] & keys[b]}


def ring_of(texts, kind="phrase"):
    return KeyRing([ValueColumn("name", kind, *encode_column(Cells.of(np.array(texts, dtype=object))))])


def test_every_predicate_that_both_have_is_written_down():
    assert set(KEYS) == {name for told in PREDICATES.values() for name in told} - ONLY_OURS - set(MEASURED)


@pytest.mark.parametrize("name", KEYS)
def test_a_rule_becomes_dedupes_predicate_of_that_name(peer, name):
    value, keys = KEYS[name]

    (predicate,) = peer.translate([[f"{name}(street)"]])

    assert predicate({"street": value, "city": "else"}) == keys
    assert predicate({"street": None}) == set()


def test_a_rule_of_two_parts_wants_both(peer):
    (both,) = peer.translate([["tokenFieldPredicate(name)", "sameThreeCharStartPredicate(city)"]])

    assert both({"name": "ann lee", "city": "leipzig"}) == {"ann:lei", "lee:lei"}
    assert both({"name": "ann lee", "city": None}) == set()


def test_rules_that_dedupe_cannot_follow_are_told():
    rules = [
        ["suffixArray(phone)"],
        ["fingerprint(name)", "rareWords(street)"],
        ["codeWords(t)"],
        ["roundTo1(price)"],
    ]

    known, unknown = rules_of_dedupe(rules)

    assert known == [("suffixArray(phone)",)]
    assert unknown == [tuple(rule) for rule in rules[1:]]


@pytest.mark.parametrize("name", KEYS)
@settings(max_examples=30)
@given(values)
def test_both_sides_bring_the_same_records_together(name, texts):
    from dedupe import predicate_functions
    from dedupe.predicates import SimplePredicate

    found = candidate_pairs(ring_of(texts), [(f"{name}(name)",)], most_in_block=99)

    by_hand = pairs_by_hand(SimplePredicate(getattr(predicate_functions, name), "name"), texts)
    assert set(zip(found.first.tolist(), found.second.tolist(), strict=True)) == by_hand


def test_dedupe_makes_the_pairs_that_ours_would_make_without_a_cap(peer, taught):
    rules = [*taught.model["predicates"], ["tokenFieldPredicate(last_name)", "commonFourGram(first_name)"]]
    data = dict(enumerate(peer.fold_records(pa.Table.from_pandas(taught.one.frame), taught.one.fields)))
    deduper = dedupe.Dedupe([dedupe.variables.String(name) for name in taught.one.fields], num_cores=1)
    deduper._fingerprinter = dedupe.blocking.Fingerprinter(peer.translate(rules))

    made = {(a, b) for (a, _), (b, _) in deduper.pairs(data)}

    found = candidate_pairs(KeyRing(taught.columns), [tuple(rule) for rule in rules], len(taught.one))
    assert made == set(zip(found.first.tolist(), found.second.tolist(), strict=True))
    assert len(made) > len(taught.one)


def test_what_dedupe_reads_is_what_the_model_reads(one, taught):
    told = one.frame.set_index("id").loc[taught.one.frame["id"]]

    assert taught.one.frame["id"].is_monotonic_increasing
    for name in taught.one.fields:
        assert taught.one.frame[name].tolist() == told[name].tolist()
    truth = dict(zip(one.frame["id"], one.truth, strict=True))
    assert taught.one.truth.tolist() == taught.one.frame["id"].map(truth).tolist()


def test_a_rule_that_needs_its_cap_is_left_out_of_the_narrow_ones(taught):
    wide, *rest = [tuple(rule) for rule in taught.model["predicates"]]
    n_pairs = len(taught.pairs)
    crowded = replace(taught, left_out={wide: n_pairs + 1, **dict.fromkeys(rest, n_pairs)})

    assert rules_of_way(crowded, "narrow") == (rest, [f"without 1 of {len(rest) + 1} rules"])
    assert rules_of_way(crowded, "rules") == ([wide, *rest], [])


def test_of_equal_records_one_is_compared_and_the_others_follow(taught):
    follows = np.flatnonzero(taught.follows != np.arange(len(taught.one)))
    rows = taught.one.frame.drop(columns="id")

    assert len(follows) == 40
    assert all(rows.loc[row].equals(rows.loc[taught.follows[row]]) for row in follows.tolist())
    assert not set(taught.pairs.ravel().tolist()) & set(follows.tolist())
    assert (taught.pairs[:, 0] < taught.pairs[:, 1]).all()


def test_the_whole_of_it_on_a_small_set(monkeypatch, peer, ours_peer, one):
    monkeypatch.setattr(dedupe_scoring, "load_size", lambda size, seed: one)
    monkeypatch.setattr(
        dedupe_scoring,
        "run_peer",
        lambda way, asked, labels, seed, limit: run_here(
            way, asked, labels, seed, {"ours": ours_peer, "dedupe_model": peer}
        ),
    )

    ours, rules, narrow, pairs = measure(["--sizes", "120", "--cores", "1"])

    assert [row["way"] for row in (ours, rules, pairs)] == [
        "a model",
        "same rules, 1 core",
        "same pairs, 1 core",
    ]
    assert ours["pairs"] == pairs["pairs"] <= rules["pairs"]
    assert narrow["pairs"] <= rules["pairs"]
    assert (ours["ratio"], ours["f1"]) == (None, 1.0)
    assert pairs["f1"] > 0.9  # those that follow are with the record they follow
    for row in (rules, pairs):
        assert row["us_per_pair"] == pytest.approx(row["seconds"] / row["pairs"] * 1e6, rel=0.5)
        assert row["note"].startswith("clustering")


def test_an_unknown_way_is_refused():
    with pytest.raises(RuntimeError, match="there is no way 'luck'; there are: rules, narrow, pairs"):
        measure(["--ways", "rules,luck"])


def test_scoring_is_stopped_when_its_time_is_over_and_says_how_far_it_came(peer, taught, labels, monkeypatch):
    monkeypatch.setattr(peer, "ASKED_EACH", 10)
    way = dedupe_way(taught, "rules", 1, {"limit_seconds": 0, "limit_mb": 0})
    known, _ = rules_of_dedupe(taught.model["predicates"])

    answer = run_here(way, taught.one, labels, 1, {"dedupe_model": peer})

    assert answer.failed == "not scored after 0 seconds"
    assert answer.told["pairs"] == 10
    assert (
        f"of {count_pairs(taught, known):,} pairs"
        in tell_row(taught, taught.one.truth, taught.one.truth, way, answer, (1.0, 0.1))["note"]
    )


def test_the_clock_lets_all_pass_that_come_in_time(peer, monkeypatch):
    monkeypatch.setattr(peer, "ASKED_EACH", 2)
    clock, slow = peer.Clock(iter("abc"), 60), peer.Clock(iter("abc"), 0)
    exact = peer.Clock(iter("ab"), 0)
    time.sleep(0.001)

    assert (list(clock), clock.is_over) == (["a", "b", "c"], False)
    assert (list(slow), slow.is_over) == (["a", "b"], True)
    assert (list(exact), exact.is_over) == (["a", "b"], False)


def test_clusters_that_do_not_fit_are_told(peer, taught, labels, monkeypatch):
    def too_large(*_):
        raise MemoryError

    monkeypatch.setattr(dedupe.Dedupe, "cluster", too_large)
    way = dedupe_way(taught, "pairs", 1, {"limit_seconds": 60, "limit_mb": 6000})

    answer = run_here(way, taught.one, labels, 1, {"dedupe_model": peer})
    row = tell_row(taught, taught.one.truth, np.unique(taught.one.truth), way, answer, ours=(0.001, 0.0005))

    assert row["note"].startswith("clustering needs more than")
    assert row["pairs"] == len(taught.pairs)
    assert row["seconds"] > 0
    assert row["ratio"] >= 1
    assert row["ratio_scoring"] == pytest.approx(2 * row["ratio"], abs=0.2)  # half of ours was reading
    assert row["f1"] is None


def test_a_tool_that_came_to_nothing_costs_at_least_its_limit(taught):
    way = dedupe_way(taught, "pairs", 2, {"limit_seconds": 60, "limit_mb": 6000})
    failed = Answer({}, failed="crashed: KeyError")

    row = tell_row(taught, taught.one.truth, taught.one.truth, way, failed, ours=(0.5, 0.1))

    assert (row["seconds"], row["pairs"], row["note"]) == (None, None, "crashed: KeyError")


def test_whatever_a_stopped_tool_started_is_stopped_with_it(tmp_path):
    command = ["sh", "-c", "(while :; do echo tick >> ticks; sleep .02; done) & wait"]

    with pytest.raises(identity_quality.subprocess.TimeoutExpired):
        run_limited(command, cwd=tmp_path, env={"PATH": "/usr/bin:/bin"}, limit_seconds=0.3)

    ticks = Path(tmp_path / "ticks")
    n_bytes = ticks.stat().st_size
    time.sleep(0.1)
    assert ticks.stat().st_size == n_bytes > 0


def test_ours_scores_with_the_model_alone(ours_peer, one, taught):
    way = Way("ours", "a model", False, task=(("model", taught.model),))

    answer = run_here(way, one, pd.DataFrame(), 1, {"ours": ours_peer})

    assert answer.told["scoring_seconds"] > answer.told["reading_seconds"] > 0
    assert answer.told["cpu_seconds"] > 0
    assert pd.Series(answer.clusters["default"]).nunique() == 40


def test_a_tool_that_says_no_still_tells_what_it_measured(one, tmp_path, monkeypatch):
    cost = {"seconds": 2.5, "peak_mb": 90, "failed": "refused: not scored", "told": {"pairs": 10}}
    script = f"import sys\nopen(sys.argv[1] + '/cost.json', 'w').write({json.dumps(cost)!r})\n"
    (tmp_path / "refusing_peer.py").write_text(script, encoding="utf-8")
    monkeypatch.setattr(identity_quality, "PEERS", tmp_path)

    answer = run_peer(Way("refusing", "labelled", True), one, None, 1, limit_seconds=60)

    assert answer == Answer({}, 2.5, 90, "refused: not scored", {"pairs": 10})
