"""Sets with known entities: what is loaded, how it is parted, labelled, damaged and counted."""

from io import StringIO
from itertools import combinations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rapidfuzz.distance import OSA

from benchmarks import identity_quality, identity_sets
from benchmarks.identity_quality import Answer, Way, compare, draw_labels, run_peer, tell_rows
from benchmarks.identity_sets import (
    IdentitySet,
    damage,
    load,
    misspell,
    one_percent_twice,
    one_record_each,
    pairwise,
    split,
    world,
)

WORKED_EXAMPLE = """
record  found  true
a       x      ann
b       x      ann    # a and b: found and true
c       y      ann    # with a and with b: true, not found
d       y      bob    # with c: found, not true
e       z      eve
"""

# name: records, entities, true pairs, lists
COUNTED = {
    "febrl3": (5000, 2000, 6538, None),
    "febrl4": (10000, 5000, 5000, 2),
    "fake_1000": (1000, 251, 2031, None),
    "chicago": (3337, 1162, 6608, 9),
    "abt_buy": (2173, 1092, 1086, 2),
    "restaurants": (864, 752, 112, None),
    "rldata500": (500, 450, 50, None),
    "rldata10000": (10000, 9000, 1000, None),
}
MADE_UP = {name for name in identity_sets.NAMES if name.startswith("world_")}

clusters = st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), max_size=12)
words = st.lists(st.none() | st.text("abcé 019", max_size=7), max_size=8)


def pairs_by_hand(found, truth):
    """Both, found, true: every pair of records looked at once."""
    told = list(combinations(zip(found, truth, strict=True), 2))
    return (
        sum(a[0] == b[0] and a[1] == b[1] for a, b in told),
        sum(a[0] == b[0] for a, b in told),
        sum(a[1] == b[1] for a, b in told),
    )


def set_from(truth, names=None):
    frame = pd.DataFrame({"id": [f"r{number}" for number in range(len(truth))]})
    frame["name"] = names if names is not None else [f"name {one}" for one in truth]
    return IdentitySet("made_up", frame.astype("str"), ("name",), np.array(truth, dtype=str))


def test_worked_example_of_pairs():
    told = pd.read_csv(StringIO(WORKED_EXAMPLE), sep=r"\s+", comment="#")

    score = pairwise(told["found"], told["true"])

    assert (score.n_both, score.n_found, score.n_true) == (1, 2, 3)
    assert (score.precision, score.recall, score.f1) == (1 / 2, 1 / 3, 2 / 5)


@given(clusters)
def test_pairs_agree_with_the_definition(told):
    found, truth = [a for a, _ in told], [b for _, b in told]

    score = pairwise(found, truth)

    assert (score.n_both, score.n_found, score.n_true) == pairs_by_hand(found, truth)


@given(clusters, st.randoms())
def test_neither_order_nor_names_of_clusters_matter(told, luck):
    mixed = luck.sample(told, len(told))
    names = luck.sample("vwxyz", 5)

    one = pairwise([a for a, _ in told], [b for _, b in told])
    other = pairwise([names[a] for a, _ in mixed], [b for _, b in mixed])

    assert one[3:] == other[3:]


def test_where_there_is_nothing_to_find_there_is_no_share():
    score = pairwise(["x", "y"], ["ann", "bob"])

    assert np.isnan(score[:3]).all()
    assert score[3:] == (0, 0, 0)


@given(st.lists(st.sampled_from("abcdefgh"), max_size=20), st.floats(0, 1), st.integers(0, 99))
def test_an_entity_teaches_or_examines_and_never_both(truth, share, seed):
    truth = np.array(truth, dtype=str)

    training, test = split(truth, share, seed)

    assert sorted([*training, *test]) == sorted(set(truth))
    assert len(training) == round(len(set(truth)) * share)
    assert [half.tolist() for half in split(truth[::-1], share, seed)] == [training.tolist(), test.tolist()]


@given(words, st.integers(0, 99))
def test_a_slip_is_one_edit_after_the_first_sign(values, seed):
    told = pd.Series(values, dtype="str")
    is_hit = np.arange(len(told)) % 2 == 0

    slipped = misspell(told, is_hit, np.random.default_rng(seed))

    assert slipped[~is_hit].equals(told[~is_hit])
    assert slipped.isna().equals(told.isna())
    for old, new in zip(told.dropna(), slipped.dropna(), strict=True):
        assert OSA.distance(old, new) <= 1
        assert new[:1] == old[:1]
        assert len(old) >= 3 or new == old


def test_every_slip_is_made():
    told = pd.Series(["abcdef"] * 400, dtype="str")

    slipped = misspell(told, np.ones(400, dtype=bool), np.random.default_rng(1))

    lengths = slipped.str.len()
    is_swapped = slipped.map(lambda text: sorted(text) == sorted("abcdef"))
    kinds = [lengths == 5, lengths == 7, is_swapped, (lengths == 6) & ~is_swapped]
    assert [bool(0.15 < kind.mean() < 0.35) for kind in kinds] == [True] * 4


PEOPLE = pd.DataFrame(
    {
        "id": [str(number) for number in range(2000)],
        "first_name": "Johannes",
        "last_name": "Obermeier",
        "email": "j.obermeier@firm.example",
        "phone": None,
    }
).astype("str")
COLUMNS = ("first_name", "last_name", "email", "phone")


def test_noise_is_the_share_of_damaged_values():
    damaged = damage(PEOPLE, COLUMNS, 0.2, seed=3)

    changed = damaged[["first_name", "last_name", "email"]] != PEOPLE[["first_name", "last_name", "email"]]
    assert changed.mean().between(0.16, 0.23).all()  # a swap of equal signs leaves a value as it was
    assert damaged["first_name"].eq("Obermeier").mean() == pytest.approx(0.05, abs=0.02)
    assert damaged["email"].isna().mean() == pytest.approx(0.05, abs=0.02)
    assert damaged["phone"].isna().all()
    assert damaged["id"].equals(PEOPLE["id"])


def test_no_noise_damages_nothing_and_more_noise_damages_more():
    assert damage(PEOPLE, COLUMNS, 0.0, seed=3).equals(PEOPLE)
    little, much = (damage(PEOPLE, ("email",), noise, seed=3)["email"] for noise in (0.1, 0.3))
    is_damaged = little.ne(PEOPLE["email"]) | little.isna()
    assert much[is_damaged].equals(little[is_damaged])
    with pytest.raises(ValueError, match="between 0 and 1"):
        damage(PEOPLE, COLUMNS, 1.5, seed=3)


def test_one_record_each_and_one_in_a_hundred_twice():
    truth = np.repeat([f"p{number:03}" for number in range(200)], 3)

    once, twice = one_record_each(truth, 7), one_percent_twice(truth, 7)

    assert sorted(truth[once]) == sorted(set(truth))
    assert len(twice) == 202
    assert len(set(twice.tolist())) == 202
    assert set(once.tolist()) <= set(twice.tolist())
    assert pairwise(truth[twice], truth[twice]).n_true == 2
    assert one_record_each(truth, 8).tolist() != once.tolist()


def test_a_small_world_has_names_and_lists_and_the_same_bytes_twice():
    one, again = world(0.1, seed=4, persons=40), world(0.1, seed=4, persons=40)
    clean = world(0.0, seed=4, persons=40)

    assert one.frame.equals(again.frame)
    assert clean.frame[["first_name", "last_name", "full_name"]].notna().any(axis=1).all()
    assert not one.frame.equals(clean.frame)
    assert one.truth.tolist() == clean.truth.tolist()
    assert pairwise(clean.truth, clean.truth).n_true > 20
    assert len(set(clean.source)) > 3


def test_every_set_is_counted_here_and_has_a_model_for_splink():
    assert set(identity_sets.NAMES) == {*COUNTED, *MADE_UP}
    # What is too large to be counted here has one as well.
    assert set(identity_quality.MODELS) == {*COUNTED, *MADE_UP, "world_at_scale"}


@pytest.mark.parametrize("name", COUNTED)
def test_a_set_holds_what_its_authors_say(shared, name):
    one = load(name, shared)

    n_lists = None if one.source is None else len(set(one.source))
    counted = (len(one), len(set(one.truth)), pairwise(one.truth, one.truth).n_true, n_lists)
    assert counted == COUNTED[name]
    values = one.frame[list(one.fields)]
    assert not values.isin(["", "NA"]).any().any()
    assert values.apply(lambda column: column.str.strip().equals(column)).all()
    assert values.notna().any().all()


def test_an_unknown_set_is_refused(tmp_path):
    with pytest.raises(RuntimeError, match="there is no set 'nobody'"):
        load("nobody", tmp_path)
    with pytest.raises(RuntimeError, match="set JOURNEY_SHARED"):
        load("febrl3", tmp_path)


def test_labels_are_true_and_of_training_records_alone():
    one = set_from(np.repeat([f"p{number:02}" for number in range(40)], 3).tolist())
    training, _ = split(one.truth, 0.5, 1)

    labels = draw_labels(one, training, seed=1, n_labels=60)

    entity = dict(zip(one.frame["id"], one.truth, strict=True))
    a, b = labels["id_a"].map(entity), labels["id_b"].map(entity)
    assert labels["answer"].tolist() == np.where(a == b, "same", "distinct").tolist()
    assert {*a, *b} <= set(training)
    assert labels["answer"].value_counts().to_dict() == {"same": 30, "distinct": 30}
    assert len({frozenset(pair) for pair in zip(labels["id_a"], labels["id_b"], strict=True)}) == 60
    assert labels.equals(draw_labels(one, training, seed=1, n_labels=60))


def test_all_same_pairs_are_labelled_where_there_are_few():
    one = set_from(["p", "p", "q", "r", "s"])

    labels = draw_labels(one, np.array(["p", "q", "r"]), seed=1, n_labels=60)

    told = labels.query("answer == 'same'")
    assert told[["id_a", "id_b"]].to_numpy().tolist() == [["r0", "r1"]]
    assert "r4" not in {*labels["id_a"], *labels["id_b"]}


def test_distinct_pairs_are_mostly_those_that_share_most_words():
    names = [f"inn{number // 2} of{number}" for number in range(300)]
    names[10], names[11], names[12], names[13] = (
        "golden hen bar",
        "golden hen bar",
        "red fox pub",
        "red fox pub",
    )
    one = set_from([f"p{number}" for number in range(300)], names)

    labels = draw_labels(one, one.truth, seed=1, n_labels=6)

    pairs = list(zip(labels["id_a"], labels["id_b"], strict=True))
    assert {("r10", "r11"), ("r12", "r13")} == set(pairs[:2])  # three words in common; other inns share one
    assert len(pairs) == 3


def test_what_a_tool_was_told_earns_it_nothing():
    letters = np.random.default_rng(1).choice(list("abcdefghijklmnopqrstuvwxyz"), size=(80, 9))
    one = set_from([f"p{number // 2:02}" for number in range(80)], ["".join(row) for row in letters])

    (row,) = compare(one, [Way("ours", "labelled", True)], seeds=(1,), limit_seconds=300)

    assert row["recall"] == 0  # two records of an entity have nothing alike: labels alone join them


def test_a_tool_is_run_and_its_clusters_come_in_the_order_of_the_set():
    people = [
        f"{first} {last}" for first in ("Ann", "Bob", "Cleo", "Dirk") for last in ("Lee", "Moor", "Nye")
    ]
    one = set_from([str(number // 2) for number in range(24)], [name for name in people for _ in range(2)])
    labels = draw_labels(one, np.unique(one.truth), seed=1)

    answer = run_peer(Way("ours", "labelled", True), one, labels, seed=1, limit_seconds=300)

    assert answer.failed is None
    assert pairwise(answer.clusters["default"], one.truth)[:3] == (1.0, 1.0, 1.0)
    assert answer.seconds > 0
    assert answer.peak_mb > 10


def test_a_tool_that_crashes_says_so_in_words():
    answer = run_peer(Way("dedupe", "labelled", True), set_from(["p", "p"]), None, 1, limit_seconds=300)

    assert answer == Answer({}, failed="crashed: TypeError")


def test_a_tool_that_cannot_be_installed_says_so_in_words(tmp_path, monkeypatch):
    monkeypatch.setattr(identity_quality, "PEERS", tmp_path)
    way = Way("splink", "unlabelled", False, packages=("no requirement at all",))

    answer = run_peer(way, set_from(["p", "p"]), None, 1, limit_seconds=300)

    assert answer == Answer({}, failed="not run: its environment could not be filled")


def test_a_tool_that_failed_has_a_row_all_the_same():
    way = Way("ours", "labelled", True)
    half = pairwise(["x", "x", "y"], ["p", "p", "p"])
    ran = [Answer({"default": np.array([])}, 2.0, 100), Answer({}, failed="crashed: KeyError")]

    (row,) = tell_rows("made_up", way, (1, 2), ran, {"default": {1: half}})
    (nothing,) = tell_rows("made_up", way, (1, 2), ran[1:], {})

    assert list(row) == list(nothing)
    assert (row["f1"], row["precision"], row["recall"]) == (0.5, 1.0, 0.3333)
    assert (row["seconds"], row["peak_mb"], row["note"]) == (2.0, 100, "crashed: KeyError")
    assert (nothing["f1"], nothing["seconds"], nothing["note"]) == (None, None, "crashed: KeyError")


def test_the_best_threshold_of_splink_is_told_beside_its_tutorial_s():
    way = next(way for way in identity_quality.WAYS if way.tool == "splink")
    poor, good = pairwise(["x", "y"], ["p", "p"]), pairwise(["x", "x"], ["p", "p"])

    rows = tell_rows("made_up", way, (1,), [Answer({}, 1.0, 50)], {"0.95": {1: poor}, "0.5": {1: good}})

    assert [(row["f1"], row["note"]) for row in rows] == [
        (0.0, "at 0.95"),
        (1.0, "at 0.5; chosen by the truth"),
    ]
