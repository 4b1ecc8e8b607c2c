"""New records against known ones."""

import numpy as np
import pandas as pd
import pytest
from people_at_hand import make_labels, make_people

from benchmarks.identity_sets import pairwise
from journey_research.pipelines.identity import incremental
from journey_research.pipelines.identity.clustering import Ties
from journey_research.pipelines.identity.incremental import add_records
from journey_research.pipelines.identity.matching import pair_scorer
from journey_research.pipelines.identity.matching.columns import encode
from journey_research.pipelines.identity.matching.fields import Field
from journey_research.pipelines.identity.matching.linkage import chains
from journey_research.pipelines.identity.matching.matcher import columns_for, read_matcher
from journey_research.pipelines.identity.matching.pair_scorer import PairScorer
from journey_research.pipelines.identity.resolution import clustered, resolve_columns
from journey_research.pipelines.identity.training import MatcherRule, train

FIELDS = ["name", "town", "birth_date", "phone"]
NOBODY = pd.DataFrame(columns=["record_id_a", "record_id_b", "answer"])


@pytest.fixture(scope="module")
def people() -> pd.DataFrame:
    return make_people(150)


@pytest.fixture(scope="module")
def model(people) -> dict:
    labels = make_labels(people, range(60)).set_axis(["record_id_a", "record_id_b", "answer"], axis=1)
    links = pd.DataFrame(columns=["record_id_a", "record_id_b", "is_accepted", "comparisons"])
    rule = MatcherRule(compared_columns=tuple(FIELDS), most_in_block=400)  # nothing is left out
    return train(people["key"].tolist(), people[FIELDS], labels, {}, links, rule)


def resolved(people, model, judgements=NOBODY):
    ordered = people.sort_values("key", ignore_index=True)
    columns = columns_for(ordered, read_matcher(model, FIELDS))
    return resolve_columns(pd.Index(ordered["key"]), columns, model, judgements, 0.4, (0.3, 0.7))


def persons(found) -> set[frozenset[str]]:
    ids = found.ids.to_numpy(dtype=object)
    return {frozenset(ids[found.roots == root]) for root in set(found.roots.tolist())}


def parts(numbers) -> set[frozenset[int]]:
    return {frozenset(np.flatnonzero(numbers == one).tolist()) for one in set(numbers.tolist())}


def added(found, people):
    ordered = people.sort_values("key", ignore_index=True)
    return add_records(found, pd.Index(ordered["key"]), ordered[FIELDS])


@pytest.mark.parametrize("n_steps", [1, 3])
def test_added_in_steps_is_resolved_as_at_once(people, model, n_steps):
    draw = np.random.default_rng(7)
    is_new = draw.random(len(people)) < 0.3
    found = resolved(people[~is_new], model)
    for part in np.array_split(np.flatnonzero(is_new), n_steps):
        found, _ = added(found, people.iloc[part])
    full = resolved(people, model)
    # How rare a value is was counted before the new ones came, so who is on the brink may be parted.
    of_full = pd.Series(full.roots, index=full.ids).loc[found.ids]
    assert pairwise(found.roots, of_full).f1 > 0.97
    truth = people.set_index("key")["person"].loc[found.ids]
    assert abs(pairwise(found.roots, truth).f1 - pairwise(of_full, truth).f1) < 0.03
    assert found.n_persons_at.keys() == full.n_persons_at.keys()
    for threshold, count in full.n_persons_at.items():
        assert abs(found.n_persons_at[threshold] - count) <= 0.05 * count
    again = clustered(found)  # everything clustered once more, with the pairs known
    assert parts(again.chain) == parts(found.chain)
    assert (again.roots == found.roots).all()
    assert again.n_persons_at == found.n_persons_at
    assert (again.probability == found.probability).all()


def test_what_the_full_run_ruled_out_is_not_asked_again(people, model, monkeypatch):
    monkeypatch.setattr(pair_scorer, "FEW", 0)
    found = resolved(people[:-20], model)
    assert found.found.ceilings
    monkeypatch.setattr(PairScorer, "_ceilings", lambda *_: pytest.fail("asked again"))
    grown, _ = added(found, people[-20:])
    assert len(grown.ids) == len(people)


def test_who_is_not_reached_stays_and_costs_nothing(people, model, monkeypatch):
    known, new = people[people["person"] < 149], people[people["person"] == 149]
    found = resolved(known, model)
    compared = []
    plain = PairScorer.likely
    monkeypatch.setattr(
        PairScorer, "likely", lambda self, a, b, least: compared.append((a, b)) or plain(self, a, b, least)
    )
    grown, reached = added(found, new)
    n = len(found.ids)
    outside = np.setdiff1d(np.arange(n), reached)
    assert len(outside) > n / 2
    assert (grown.roots[outside] == found.roots[outside]).all()
    assert (grown.probability[outside] == found.probability[outside]).all()
    (first, second) = compared[0]
    assert (np.maximum(first, second) >= n).all()  # no pair of two known ones is compared again
    assert persons(grown) == persons(found) | {frozenset(new["key"])}


def test_a_new_record_can_bring_two_persons_together(model):
    told = {
        "town": ["kiel"] * 3,
        "birth_date": ["1970-01-02"] * 3,
        "name": ["anna schmidt", "anna schmitd", "x"],
    }
    crowd = make_people(150)
    frame = pd.DataFrame(told).assign(key=["z1", "z2", "z3"], phone=["+491", "+492", "+491"])
    known = pd.concat([crowd, frame.iloc[[0]]], ignore_index=True)
    found = resolved(known, model)
    grown, reached = added(found, frame.iloc[[1]])
    assert frozenset(["z1", "z2"]) in persons(grown)
    assert {"z1", "z2"} <= set(grown.ids[reached])


def test_judged_apart_stays_apart(people, model):
    told = pd.DataFrame({"record_id_a": ["r149a"], "record_id_b": ["r149b"], "answer": ["distinct"]})
    known, new = people[people["key"] != "r149b"], people[people["key"] == "r149b"]
    found = resolved(known, model, told)
    grown, _ = added(found, new)
    assert frozenset(["r149a", "r149b"]) not in persons(grown)
    assert frozenset(["r149a", "r149b"]) in persons(added(resolved(known, model), new)[0])


def test_equal_records_that_were_judged_apart_are_looked_at_together(people, model):
    twin = people[people["key"] == "r149a"].assign(key="r149z")
    told = pd.DataFrame({"record_id_a": ["r149a"], "record_id_b": ["r149z"], "answer": ["distinct"]})
    found = resolved(pd.concat([people, twin], ignore_index=True), model, told)
    (one,), (other,) = (np.flatnonzero(found.ids == key) for key in ("r149a", "r149z"))
    assert found.roots[one] != found.roots[other]
    assert {one, other} <= set(found.chained_to(np.array([one])))
    assert {one, other} <= set(found.chained_to(np.array([other])))


def test_a_record_that_says_nothing_is_alone(people, model):
    found = resolved(people, model)
    nothing = pd.DataFrame({"key": ["new1", "new2"], **{name: [None, None] for name in FIELDS}})
    grown, _ = added(found, nothing)
    assert {frozenset(["new1"]), frozenset(["new2"])} <= persons(grown)


def test_large_blocks_are_narrowed_by_another_value():
    ring_columns = encode(
        pd.DataFrame({"name": ["ann"] * 6, "town": ["kiel", "bonn", "bonn", "ulm", "ulm", "kiel"]}),
        [Field("name", "text"), Field("town", "text")],
    )
    ring = incremental.KeyRing(ring_columns)
    mine, theirs = np.full(5, 5), np.arange(5)
    told = incremental._agree_elsewhere(ring, ("wholeFieldPredicate(name)",), mine, theirs, 3)
    assert told.tolist() == [True, False, False, False, False]  # only the other of kiel


def test_without_a_matcher_nothing_is_added(people):
    found = resolve_columns(pd.Index(["a", "b"]), [], {"state": "none"}, NOBODY, 0.4, ())
    with pytest.raises(ValueError, match="matcher"):
        add_records(found, pd.Index(["c"]), pd.DataFrame({"name": ["x"]}))


def test_who_is_clustered_together_is_found_from_any_of_them(people, model):
    keys = sorted(people["key"])
    judged = pd.DataFrame(
        [(keys[0], keys[40], "same"), (keys[1], keys[2], "distinct")], columns=NOBODY.columns
    )
    found = resolved(people, model, judged)
    n, place = len(found.ids), pd.Index(found.ids)
    first, second, probability = found.pairs
    ends = place.get_indexer([keys[0]]), place.get_indexer([keys[40]])
    chain = chains(
        n,
        np.append(first, ends[0]),
        np.append(second, ends[1]),
        np.append(probability, 1.0),
        found.floor,
        Ties.most_in_cluster,
    )
    draw = np.random.default_rng(1)
    for size in (0, 1, 5, 40):
        asked = np.sort(draw.permutation(n)[:size])
        assert found.chained_to(asked).tolist() == np.flatnonzero(np.isin(chain, chain[asked])).tolist()
