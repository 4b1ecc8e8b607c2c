"""Credits of channels: three paths by hand, a definition one journey at a time, and laws."""

import itertools

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from journey_research.pipelines.conversion.crediting import MODELS, AttributionRule, credit_channels
from journey_research.pipelines.conversion.markov import MOST_DENSE_STATES, build_chain, removal_effects
from journey_research.pipelines.conversion.paths import BlankPath, count_paths

# Three paths. ad > mail > web sold twice for 30; mail sold once for 10; ad > web never, three times.
PATHS = ["ad > mail > web", "mail", "ad > web"]
SOLD, LOST, WORTH = [2, 1, 0], [0, 0, 3], [30.0, 10.0, 0.0]

BY_HAND = {
    "first": {"ad": 2, "mail": 1, "web": 0},
    "last": {"ad": 0, "mail": 1, "web": 2},
    "linear": {"ad": 2 / 3, "mail": 1 + 2 / 3, "web": 2 / 3},
    "position": {"ad": 0.8, "mail": 1.4, "web": 0.8},  # 40 / 20 / 40, and 1 for the single mail
    # One step is a half-life: weights 1, 2, 4 of 7 on the way to the sale.
    "time-decay": {"ad": 2 / 7, "mail": 1 + 4 / 7, "web": 8 / 7},
    # 6 journeys: 5 start with ad, 1 with mail. From ad 2 of 5 go to mail, 3 of 5 to web; from mail 1 of 3
    # converts and 2 of 3 go to web; from web 2 of 5 convert. All: 3 of 6. Without ad only mail's start is
    # left: 1/6 * (1/3 + 2/3 * 2/5) = .1, lost .8. Without mail 5/6 * 3/5 * 2/5 = .2, lost .6. Without web
    # (5/6 * 2/5 + 1/6) * 1/3 = 1/6, lost 2/3. Shares of the 3 sales in proportion .8 : .6 : .667.
    "markov": {"ad": 3 * 12 / 31, "mail": 3 * 9 / 31, "web": 3 * 10 / 31},
}


@pytest.mark.parametrize("model", MODELS)
def test_three_paths_by_hand(model):
    rule = AttributionRule((model,), half_life_steps=1, intervals=0)

    credits = credit_channels(count_paths(PATHS, SOLD, LOST, WORTH), rule)[model]

    assert dict(zip(["ad", "mail", "web"], credits.conversions, strict=True)) == pytest.approx(BY_HAND[model])
    assert credits.values.sum() == pytest.approx(40)


def credit_by_hand(journeys, model, half_life):
    """The definition of the rules, one conversion at a time."""
    credit = dict.fromkeys(sorted({name for path, *_ in journeys for name in path}), 0.0)
    for path, sold, _ in journeys:
        n = len(path)
        for step, name in enumerate(path):
            if model == "first":
                part = float(step == 0)
            elif model == "last":
                part = float(step == n - 1)
            elif model == "linear":
                part = 1 / n
            elif model == "position":
                part = {1: 1.0, 2: 0.5}.get(n, 0.4 if step in (0, n - 1) else 0.2 / max(n - 2, 1))
            else:
                weights = [2 ** (-(n - 1 - other) / half_life) for other in range(n)]
                part = weights[step] / sum(weights)
            credit[name] += part * sold
    return credit


def removal_by_hand(journeys, order):
    """Follow the chain step by step until almost nothing is on its way."""
    counts: dict[tuple, dict] = {}
    for path, sold, lost in journeys:
        states = [(), *(tuple(path[max(0, i - order + 1) : i + 1]) for i in range(len(path)))]
        for here, there in itertools.pairwise(states):
            counts.setdefault(here, {}).setdefault(there, 0)
            counts[here][there] += sold + lost
        for end, n in (("sold", sold), ("lost", lost)):
            counts.setdefault(states[-1], {}).setdefault(end, 0)
            counts[states[-1]][end] += n

    def sold_without(channel):
        at, done = {(): 1.0}, 0.0
        for _ in range(2000):
            moved: dict[tuple, float] = {}
            for state, mass in at.items():
                total = sum(counts[state].values())
                for there, n in counts[state].items():
                    if there == "sold":
                        done += mass * n / total
                    elif there != "lost" and there[-1] != channel and n:
                        moved[there] = moved.get(there, 0) + mass * n / total
            at = moved
            if sum(at.values()) < 1e-13:
                break
        return done

    everything = sold_without(None)
    channels = sorted({name for path, *_ in journeys for name in path})
    return [1 - sold_without(channel) / everything if everything else 0.0 for channel in channels]


def journeys(least_sold=0):
    path = st.lists(st.sampled_from("abcd"), min_size=1, max_size=5)
    return st.lists(st.tuples(path, st.integers(least_sold, 3), st.integers(0, 3)), min_size=1, max_size=6)


def counted(told):
    return count_paths(
        [">".join(path) for path, *_ in told],
        [sold for _, sold, _ in told],
        [lost for *_, lost in told],
        [10.0 * sold for _, sold, _ in told],
    )


@settings(max_examples=25, deadline=None)
@given(journeys(), st.sampled_from(MODELS[:5]))
def test_rules_agree_with_their_definition(told, model):
    found = credit_channels(counted(told), AttributionRule((model,), half_life_steps=2, intervals=0))[model]
    assert found.conversions.tolist() == pytest.approx(list(credit_by_hand(told, model, 2).values()))


@settings(max_examples=25, deadline=None)
@given(journeys(), st.integers(1, 3))
def test_the_chain_agrees_with_walking_it(told, order):
    told = [(path, sold, lost) for path, sold, lost in told if sold + lost]
    if not told:
        return
    paths = counted(told)
    effects = removal_effects(build_chain(paths, order), paths.conversions * 1.0, paths.nulls * 1.0)
    assert effects.tolist() == pytest.approx(removal_by_hand(told, order), abs=1e-9)


@settings(max_examples=20, deadline=None)
@given(journeys(), st.integers(1, 3))
def test_every_model_gives_away_all_conversions_and_all_value(told, order):
    paths = counted(told)
    for found in credit_channels(paths, AttributionRule(MODELS, order=order, intervals=3)).values():
        assert found.conversions.sum() == pytest.approx(paths.conversions.sum())
        assert found.values.sum() == pytest.approx(paths.values.sum())
        assert (found.conversions >= 0).all()


@settings(max_examples=20, deadline=None)
@given(journeys(), st.permutations("abcd"))
def test_renaming_channels_renames_the_credits(told, names):
    renaming = dict(zip("abcd", names, strict=True))
    renamed = [([renaming[name] for name in path], sold, lost) for path, sold, lost in told]
    rule = AttributionRule(MODELS, intervals=0)
    before, after = counted(told), counted(renamed)
    credits, credits_after = credit_channels(before, rule), credit_channels(after, rule)
    for model in MODELS:
        moved = {
            renaming[name]: credit
            for name, credit in zip(before.channels, credits[model].conversions, strict=True)
        }
        assert dict(zip(after.channels, credits_after[model].conversions, strict=True)) == pytest.approx(
            moved
        )


@given(
    st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 5), st.integers(0, 5)), min_size=1, max_size=5)
)
@settings(max_examples=20, deadline=None)
def test_paths_of_one_touch_leave_the_models_nothing_to_differ_on(told):
    paths = counted([([name], sold, lost) for name, sold, lost in told])
    found = credit_channels(paths, AttributionRule(MODELS, intervals=0))
    for model in MODELS:
        assert found[model].conversions.tolist() == pytest.approx(found["last"].conversions.tolist())


@settings(max_examples=15, deadline=None)
@given(journeys(), st.randoms())
def test_the_order_of_rows_changes_no_bit(told, random):
    shuffled = random.sample(told, len(told))
    rule = AttributionRule(MODELS, intervals=5)
    here, there = credit_channels(counted(told), rule), credit_channels(counted(shuffled), rule)
    for model in MODELS:
        assert here[model].conversions.tobytes() == there[model].conversions.tobytes()
        assert here[model].draws.tobytes() == there[model].draws.tobytes()


def test_large_chains_are_solved_as_exactly_as_small_ones():
    random = np.random.default_rng(5)
    texts = [">".join(random.choice(list("abcdefgh"), random.integers(1, 9))) for _ in range(900)]
    paths = count_paths(texts, random.integers(0, 3, 900), random.integers(0, 4, 900), np.zeros(900))
    chain = build_chain(paths, 4)
    assert chain.start > MOST_DENSE_STATES
    sparse = removal_effects(chain, paths.conversions * 1.0, paths.nulls * 1.0)
    told = [
        (list(text.split(">")), int(sold), int(lost))
        for text, sold, lost in zip(
            [
                ">".join(paths.channels[code] for code in paths.codes[a:b])
                for a, b in itertools.pairwise(paths.starts)
            ],
            paths.conversions,
            paths.nulls,
            strict=True,
        )
        if sold + lost
    ]
    assert sparse.tolist() == pytest.approx(removal_by_hand(told, 4), abs=1e-9)


@pytest.mark.parametrize("times", [1, 1000])
def test_draws_vary_as_drawing_journeys_does(times):
    """Few journeys are drawn one by one, many as counts: both vary as n p (1 - p) does."""
    paths = count_paths(["a", "b"], [5 * times, 0], [0, 15 * times], [0, 0])
    draws = credit_channels(paths, AttributionRule(("last",), intervals=3000))["last"].draws[:, 0]
    assert draws.mean() == pytest.approx(5 * times, rel=0.03)
    assert draws.var() == pytest.approx(20 * times * 0.25 * 0.75, rel=0.1)


def test_a_blank_channel_is_refused_and_its_place_told():
    with pytest.raises(BlankPath) as trouble:
        count_paths(["a", "a > > b"], [1, 1], [0, 0], [0, 0])
    assert trouble.value.position == 1


def test_no_paths_no_credits():
    found = credit_channels(count_paths([], [], [], []), AttributionRule(MODELS, intervals=4))
    assert {model: credits.conversions.tolist() for model, credits in found.items()} == {
        model: [] for model in MODELS
    }


def test_the_published_example_paths(shared):
    """Heuristics to the last digit of the package, the chain to its closed form; see the data's NOTE."""
    folder = shared / "data" / "channelattribution_paths"
    rows = pd.read_csv(folder / "Data.csv", sep=";")
    paths = count_paths(
        rows["path"], rows["total_conversions"], rows["total_null"], rows["total_conversion_value"]
    )
    found = credit_channels(paths, AttributionRule(MODELS, intervals=0))

    assert (paths.conversions.sum(), paths.nulls.sum()) == (19_785, 68_602)
    told = pd.read_csv(folder / "reference_heuristics.csv").set_index("channel_name").loc[paths.channels]
    for model in ("first", "last", "linear"):
        assert found[model].conversions == pytest.approx(told[f"{model}_touch_conversions"], rel=1e-9)
        assert found[model].values == pytest.approx(told[f"{model}_touch_value"], rel=1e-9)
    exact = pd.read_csv(folder / "exact_markov_order1_selfloops.csv").set_index("channel_name")
    assert found["markov"].conversions == pytest.approx(
        exact["total_conversions_exact"].loc[paths.channels], rel=1e-9
    )


def test_the_package_simulates_order_two_to_within_its_tolerance(shared):
    folder = shared / "data" / "channelattribution_paths"
    rows = pd.read_csv(folder / "Data.csv", sep=";")
    paths = count_paths(
        rows["path"], rows["total_conversions"], rows["total_null"], rows["total_conversions"]
    )
    found = credit_channels(paths, AttributionRule(("markov",), order=2, intervals=0))["markov"]
    told = pd.read_csv(folder / "reference_markov_order2.csv").set_index("channel_name")
    told = told["total_conversions"].loc[paths.channels].to_numpy()
    large = told > 1000
    assert found.conversions[large] == pytest.approx(told[large], rel=0.05)
