"""Pairs that are the best of both their records are found without a label, in one table and across lists."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_up_goods import WORDS, draw_goods

from journey_research.errors import UserError
from journey_research.pipelines.identity.matching import mutual_best
from journey_research.pipelines.identity.matching.candidates import KeyRing, brought_by
from journey_research.pipelines.identity.matching.columns import find_columns
from journey_research.pipelines.identity.matching.fitting import UNKNOWN, unanswered
from journey_research.pipelines.identity.matching.likeness import Likeness
from journey_research.pipelines.identity.matching.mutual_best import (
    Partners,
    best_pairs,
    fit_mutual_best,
    settle_mutual_best,
    standing_out,
)
from journey_research.verbs.resolve import resolve

BUDGET = {"pairs_per_record": 40.0, "most_rules": 16, "most_in_block": 30}


def found_and_right(goods, **options):
    """F1 over pairs of records."""
    columns = ["title", "price"]
    told = resolve(goods, id="id", fields=columns, source="shop", once="all", progress=False, **options)
    return f1(told.persons["person_id"].to_numpy(), goods["thing"].to_numpy())


def f1(found, true):
    sizes = [pd.Series(of).value_counts() for of in (found, true, pd.Series(found) + "/" + pd.Series(true))]
    n_found, n_true, both = (int((one * (one - 1) // 2).sum()) for one in sizes)
    return 2 * both / (n_found + n_true)


def labels_of(goods, n, seed=1):
    """Half of them pairs of one thing, half any two records."""
    draw = np.random.default_rng(seed)
    pairs = goods.merge(goods, on="thing").query("id_x < id_y").sample(n // 2, random_state=seed)
    any_two = draw.choice(goods["id"], (n, 2))
    thing = goods.set_index("id")["thing"]
    apart = [(a, b) for a, b in any_two.tolist() if thing[a] != thing[b]][: n // 2]
    rows = [(a, b, "same") for a, b in zip(pairs["id_x"], pairs["id_y"], strict=True)]
    return pd.DataFrame([*rows, *((a, b, "distinct") for a, b in apart)], columns=["id_a", "id_b", "answer"])


def test_what_two_shops_sell_is_found_without_a_label():
    goods = draw_goods(500, seed=1)
    assert found_and_right(goods) > 0.9
    told = resolve(goods, id="id", fields=["title", "price"], source="shop", once="all", progress=False)
    assert told.model["training"]["standing_out"] > 0.3
    share = told.model["training"]["standing_out"]
    assert f"learnt from pairs that stand out, as {share:.0%} of the records' best or more do" in repr(told)


def test_what_stands_out_is_found_without_a_word_of_the_shops():
    goods = draw_goods(500, seed=1)
    told = resolve(goods, id="id", fields=["title", "price"], progress=False)
    assert f1(told.persons["person_id"].to_numpy(), goods["thing"].to_numpy()) > 0.9
    assert told.model["training"]["standing_out"] > 0.3
    assert "precision unknown" in repr(told)


@pytest.mark.parametrize("shop", ["a", "b"])
def test_variants_in_one_shop_get_no_answer(shop):
    goods = draw_goods(1200, seed=1)
    goods = goods[goods["shop"] == shop].reset_index(drop=True)
    with pytest.raises(UserError, match="shows what a repeat looks like"):
        resolve(goods, id="id", fields=["title", "price"], progress=False)


def test_a_title_alone_is_enough_where_it_stands_out():
    goods = draw_goods(500, seed=2)
    told = resolve(goods, id="id", fields="title", progress=False)
    assert f1(told.persons["person_id"].to_numpy(), goods["thing"].to_numpy()) > 0.9


def draw_families(seed, sizes):
    """People of whom nobody stands twice; a family has surname and street in common."""
    draw = np.random.default_rng(seed)
    rows = []
    for _ in range(1000):
        shared = draw.choice(WORDS), f"{draw.choice(WORDS)} street {draw.integers(1, 99)}"
        for _ in range(draw.choice(sizes)):
            born = f"{draw.integers(1940, 2005)}-{draw.integers(1, 13):02}-{draw.integers(1, 29):02}"
            rows.append((draw.choice(WORDS), *shared, born))
    people = pd.DataFrame(rows, columns=["first_name", "surname", "street", "born"]).astype("str")
    return people.assign(id=[f"p{number:04}" for number in draw.permutation(len(people))])


@pytest.mark.parametrize(
    ("sizes", "fields"),
    [
        ([2], ["first_name", "surname", "street", "born"]),
        ([2], ["name", "street", "born"]),
        ([1, 1, 2, 2, 3, 4], ["first_name", "surname", "street", "born"]),
        ([1, 1, 2, 2, 3, 4], ["name", "street"]),
    ],
)
def test_families_of_whom_nobody_stands_twice_get_no_answer(sizes, fields):
    people = draw_families(1, sizes)
    people["name"] = people["first_name"] + " " + people["surname"]
    with pytest.raises(UserError, match="shows what a repeat looks like"):
        resolve(people, id="id", fields=fields, progress=False)


def test_what_half_of_them_share_is_found():
    assert found_and_right(draw_goods(700, seed=2, shared=0.4)) > 0.75


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_shops_that_share_nothing_get_no_answer(seed):
    goods = draw_goods(900, seed=seed)
    goods = goods[(goods["shop"] == "a") & goods["thing"].str.endswith("0")].reset_index(drop=True)
    goods["shop"] = np.random.default_rng(seed).choice(["a", "b"], len(goods))
    with pytest.raises(UserError, match="shows what a repeat looks like"):
        found_and_right(goods)


def test_labels_are_helped_by_what_stands_out():
    goods = draw_goods(500, seed=3)
    labels = labels_of(goods, 60)
    alone = resolve(goods, id="id", fields=["title", "price"], labels=labels, progress=False)
    alone_f1 = f1(alone.persons["person_id"].to_numpy(), goods["thing"].to_numpy())
    assert found_and_right(goods, labels=labels) > max(0.9, alone_f1)


def test_the_order_of_rows_changes_nothing():
    goods = draw_goods(200, seed=4)
    options = {"id": "id", "fields": ["title", "price"], "source": "shop", "once": "all", "progress": False}
    told = resolve(goods, **options)
    other = resolve(goods.sample(frac=1, random_state=1).reset_index(drop=True), **options)
    assert told.model["sha256"] == other.model["sha256"]
    assert (
        told.persons.set_index("id")["person_id"]
        .sort_index()
        .equals(other.persons.set_index("id")["person_id"].sort_index())
    )


def fitted_on(goods):
    goods = goods.sort_values("id", ignore_index=True)
    columns = find_columns(goods, ["title", "price"])[0]
    once = np.where(goods["shop"] == "b", 2, 1).astype(np.uint64)
    return Likeness(columns), KeyRing(columns), Partners(once)


def test_more_records_than_it_is_made_for_are_left_to_others(monkeypatch):
    goods = draw_goods(200, seed=5)
    assert fit_mutual_best(*fitted_on(goods), **BUDGET, training_seed=1) is not None
    monkeypatch.setattr(mutual_best, "MOST_RECORDS", len(goods) - 1)
    assert fit_mutual_best(*fitted_on(goods), **BUDGET, training_seed=1) is None


@pytest.mark.parametrize(("bound", "answered"), [("LEAST_IN_ONE", "lists"), ("LEAST_IN_LISTS", "one table")])
def test_lists_and_one_table_have_bounds_of_their_own(monkeypatch, bound, answered):
    likeness, ring, lists = fitted_on(draw_goods(300, seed=8))
    one_table = Partners(np.zeros(len(lists.lists), dtype=np.uint64))
    monkeypatch.setattr(mutual_best, bound, 1.1)
    for name, partners in (("lists", lists), ("one table", one_table)):
        found = fit_mutual_best(likeness, ring, partners, **BUDGET, training_seed=1)
        assert (found is not None) == (name == answered)


def test_rounds_end_where_the_best_pairs_stay(monkeypatch):
    fit, rounds = mutual_best.fit_on_some, []
    monkeypatch.setattr(mutual_best, "fit_on_some", lambda *given: rounds.append(1) or fit(*given))
    fit_mutual_best(*fitted_on(draw_goods(300, seed=8, variants=1)), **BUDGET, training_seed=1)
    assert 2 <= len(rounds) < mutual_best.MOST_ROUNDS


def test_blocks_are_smaller_where_pairs_are_too_many(monkeypatch):
    _, ring, partners = fitted_on(draw_goods(300, seed=6))
    rules = [("rareWords(title)",), ("firstTokenPredicate(title)",)]
    first, _, _ = mutual_best._pairs_of_partners(ring, rules, partners, 30)
    monkeypatch.setattr(mutual_best, "MOST_PAIRS", len(first) - 1)
    fewer, second, found = mutual_best._pairs_of_partners(ring, rules, partners, 30)
    assert 0 < len(fewer) < len(first)
    assert partners.may_be_one(fewer, second).all()
    assert brought_by(found, fewer * ring.n_records + second).any(axis=0).all()


def test_without_blocks_nothing_is_learnt():
    goods = pd.DataFrame({"id": ["1", "2"], "shop": ["a", "b"], "title": ["x", "y"], "price": ["1", "2"]})
    assert fit_mutual_best(*fitted_on(goods), **BUDGET, training_seed=1) is None


@pytest.mark.parametrize(
    ("once", "lists", "are_clean"),
    [
        ([0, 0, 0], [0, 0, 0], False),  # nobody has spoken of lists
        ([1, 1], [0, 0], False),  # one list
        ([1, 0, 2], [1, 0, 2], False),  # a record of no list
        ([2, 1, 2], [1, 0, 1], True),
    ],
)
def test_lists_are_clean_where_every_record_is_of_one(once, lists, are_clean):
    partners = Partners(np.array(once, dtype=np.uint64))
    assert partners.lists.tolist() == lists
    assert partners.are_clean is are_clean
    first, second = np.triu_indices(len(once), 1)
    expected = [once[a] != once[b] or not once[a] for a, b in zip(first, second, strict=True)]
    assert partners.may_be_one(first, second).tolist() == expected


def best_by_hand(pairs, scores, lists):
    """For each record and each other list: the pair of the highest score, of equals the first."""
    best = {}
    for row, (a, b) in enumerate(pairs):
        for own, other in ((a, b), (b, a)):
            key = own, lists[other]
            if key not in best or scores[row] > scores[best[key]]:
                best[key] = row
    return [best[a, lists[b]] == row and best[b, lists[a]] == row for row, (a, b) in enumerate(pairs)]


@given(data=st.data(), n=st.integers(2, 9), n_lists=st.integers(2, 3))
def test_best_pairs_are_those_of_the_plain_definition(data, n, n_lists):
    lists = np.array([record % n_lists for record in range(n)])
    every = [(a, b) for a in range(n) for b in range(a + 1, n) if lists[a] != lists[b]]
    pairs = sorted(data.draw(st.sets(st.sampled_from(every), min_size=1)))
    scores = np.array(data.draw(st.lists(st.integers(0, 3), min_size=len(pairs), max_size=len(pairs))), float)
    first, second = np.array(pairs).T
    assert best_pairs(first, second, scores, lists).tolist() == best_by_hand(pairs, scores, lists)


def scored_strangers(n, n_rivals, seed):
    """n records of list 0, each with rivals of list 1 that no other meets, and exponential scores."""
    draw = np.random.default_rng(seed)
    first = np.repeat(np.arange(n), n_rivals)
    second = n + np.arange(n * n_rivals)
    lists = np.repeat([0, 1], [n, n * n_rivals])
    return first, second, draw.exponential(size=n * n_rivals), lists


@pytest.mark.parametrize("seed", range(5))
def test_strangers_do_not_stand_out(seed):
    assert standing_out(*scored_strangers(2000, 8, seed)) < 0.1


def test_whatever_is_ahead_of_all_others_stands_out():
    first, second, scores, lists = scored_strangers(2000, 8, 1)
    scores[: 8 * 1000 : 8] += 100.0  # one partner each, for half of the records
    assert standing_out(first, second, scores, lists) == pytest.approx(0.5, abs=0.05)
    assert standing_out(first, second, 3 * scores + 7, lists) == standing_out(first, second, scores, lists)


@pytest.mark.parametrize(("n", "n_rivals"), [(99, 8), (2000, 4)])
def test_few_records_and_few_rivals_tell_nothing(n, n_rivals):
    first, second, scores, lists = scored_strangers(n, n_rivals, 1)
    scores[::n_rivals] += 100.0
    assert standing_out(first, second, scores, lists) == 0.0


def test_among_equals_nobody_stands_out():
    first, second, scores, lists = scored_strangers(500, 8, 1)
    scores[:] = 0.0
    scores[::8] = 1.0
    assert standing_out(first, second, scores, lists) == 0.0


def test_what_somebody_has_said_is_kept_to():
    likeness, ring, partners = fitted_on(draw_goods(400, seed=7))
    found = fit_mutual_best(likeness, ring, partners, **BUDGET, training_seed=1)
    first, second, _ = mutual_best._pairs_of_partners(ring, found.rules, partners, 30)
    pairs = unanswered(likeness, first, second, likeness.compare(first, second), is_whole=True)
    settled = settle_mutual_best(pairs, found, 1).probability(pairs.features)
    best = best_pairs(first, second, settled, partners.lists)
    pairs.answer[:] = np.where(best, 0, UNKNOWN)  # who says that none of the best is right is believed
    refused = settle_mutual_best(pairs, found, 1).probability(pairs.features)
    assert refused[best].mean() < 0.5 * settled[best].mean()


def test_a_pair_alone_is_no_match_where_somebody_says_so():
    likeness, ring, partners = fitted_on(draw_goods(300, seed=9))
    found = fit_mutual_best(likeness, ring, partners, **BUDGET, training_seed=1)
    first, second, _ = mutual_best._pairs_of_partners(ring, found.rules, partners, 30)
    scores = found.logistic.log_odds(likeness.compare(first, second))
    alone = best_pairs(first, second, scores, partners.lists)  # no record is in two of these
    first, second = first[alone], second[alone]
    pairs = unanswered(likeness, first, second, likeness.compare(first, second), is_whole=True)
    pairs.answer[::2] = 0
    told = settle_mutual_best(pairs, found, 1).probability(pairs.features)
    pairs.answer[:] = UNKNOWN
    assert told.mean() < 0.75 < settle_mutual_best(pairs, found, 1).probability(pairs.features).mean()


def test_what_may_be_chance_counts_as_nothing():
    first, second, scores, lists = scored_strangers(110, 8, 3)
    sure = scores.copy()
    sure[: 8 * 60 : 8] += 100.0
    assert standing_out(first, second, sure, lists) > 0.4
    few = scores.copy()
    few[: 8 * 13 : 8] += 100.0  # some twelve in a hundred, less than four standard errors
    assert standing_out(first, second, few, lists) == 0.0
    again = [np.tile(few, 40), np.concatenate([first + 2000 * at for at in range(40)])]
    many_second = 100_000 + np.arange(len(again[0]))
    many_lists = np.zeros(100_000 + len(again[0]), dtype=np.int64)
    many_lists[100_000:] = 1
    assert 0.1 < standing_out(again[1], many_second, again[0], many_lists) < 0.25


@pytest.mark.parametrize(("name", "least"), [("abt_buy", 0.6), ("febrl4", 0.99)])
def test_published_lists(shared, name, least):
    from benchmarks.identity_sets import load

    one = load(name, shared)
    frame = one.frame.assign(shop=one.source)
    told = resolve(frame, id="id", fields=list(one.fields), source="shop", once="all", progress=False)
    assert f1(told.persons["person_id"].to_numpy(), one.truth) > least
