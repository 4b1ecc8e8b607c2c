"""One spelling for a value, and what a column holds."""

import unicodedata
from io import StringIO
from math import log2

import numpy as np
import pandas as pd
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from journey_research.pipelines.identity.matching.columns import fold_column
from journey_research.pipelines.identity.matching.fields import MOST_ASKED, bits, fold, kind_of, some_of

WORKED_EXAMPLE = """
given               | folded
Ann                 | ann
  Zoë   MÜLLER      | zoe muller
Straße              | strasse
ﬁsh                 | fish
東京                | 東京
042                 | 042
"""
# One column a line: what it holds, and some of its values.
KINDS = """
text     | ann | bob | carla
phrase   | ann maria lee | bob ray junior | carla van dyke
code     | 04109 | 10115 | d-20095
code     | ab1 | cd2 | ef3
email    | ann@a.example | bob@b.example | not told
long     | a very long description of a thing that is longer than sixty letters, for sure
"""
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=12) | st.text(
    "aZ é\u0301İß \u00a0\t1ﬁ", max_size=12
)


def fold_by_hand(text):
    """The definition, without the short way for plain letters."""
    decomposed = unicodedata.normalize("NFKD", text.replace("\0", "")).casefold()
    kept = "".join(letter for letter in decomposed if not unicodedata.combining(letter))
    return " ".join(kept.split()) or None


def counted(values):
    """Distinct values and their counts."""
    found = pd.Series(values, dtype=object).value_counts()
    return found.index.tolist(), found.to_numpy()


def test_worked_example():
    told = pd.read_csv(StringIO(WORKED_EXAMPLE), sep=r"\s*\|", engine="python", dtype=str)
    assert [fold(value) for value in told["given"]] == told[" folded"].str.strip().tolist()


@pytest.mark.parametrize("nothing", [None, "", "  \t ", "\u0301", "\0", float("nan"), np.nan, pd.NA, pd.NaT])
def test_what_says_nothing_is_missing(nothing):
    assert fold(nothing) is None


@given(texts)
@example("ͅ")  # a letter that casefolding makes of an accent
def test_agrees_with_the_definition(text):
    assert fold(text) == fold_by_hand(text)


@given(st.text(max_size=12) | st.text("ab \0é", min_size=250, max_size=1100))
def test_a_folded_value_is_short_fit_for_arrays_and_stays_as_it_is(text):
    told = fold(text)
    if told is not None:
        assert fold(told) == told
        assert told == " ".join(told.split())
        assert len(told) <= 256
        assert told.encode().decode() == told
        assert np.array([told]).tolist() == [told]  # arrays of text keep no closing zero byte


@pytest.mark.parametrize("line", KINDS.strip().splitlines())
def test_kinds(line):
    kind, *values = (part.strip() for part in line.split("|"))
    values = [*values, f"{values[0]} 1"] if len(values) == 1 else values
    assert kind_of(*counted(values)) == kind


def test_a_category_repeats_and_a_constant_says_nothing():
    assert kind_of(*counted(["de", "at"] * 4)) == "category"
    assert kind_of(*counted(["de", "at"] * 3)) == "text"  # two values in six records are more than a quarter
    assert kind_of(*counted(["de"] * 8)) is None
    assert kind_of(*counted(["de"] * 99 + ["at"])) is None  # a twelfth of a bit
    assert kind_of(*counted(["de"])) is None
    assert kind_of([], np.zeros(0, dtype=np.int64)) is None


@given(st.lists(st.integers(1, 50), min_size=1, max_size=8), st.randoms(use_true_random=False))
def test_bits_are_shannons_and_know_no_order(counts, shuffling):
    told = bits(np.array(counts))
    assert told == pytest.approx(-sum(c / sum(counts) * log2(c / sum(counts)) for c in counts), abs=1e-12)
    shuffled = list(counts)
    shuffling.shuffle(shuffled)
    assert bits(np.array(shuffled)) == told


def test_bits_of_one_in_two_and_one_in_eight():
    assert bits(np.array([5, 5])) == 1.0
    assert bits(np.full(8, 3)) == 3.0


@pytest.mark.parametrize("dtype", ["str", object])
@given(st.lists(st.none() | st.text(st.characters(exclude_categories=["Cs"])), min_size=1, max_size=20))
def test_a_column_is_folded_as_each_of_its_values_is(dtype, texts):
    told = fold_column(pd.Series(texts, dtype=dtype)).texts.tolist()
    assert told == [fold(text) for text in texts]


@given(st.integers(1, 60_000), st.integers(0, 2**32 - 1))
def test_some_values_stand_for_all(n_values, seed):
    """The commonest for themselves, the others for as many as there are, to one step."""
    counts = -np.sort(-np.random.default_rng(seed).integers(1, 5, n_values))
    asked, weights = some_of(counts)
    assert len(asked) <= 2 * MOST_ASKED
    assert weights[:MOST_ASKED].tolist() == counts[:MOST_ASKED].tolist()
    step = max(1, -(-(n_values - MOST_ASKED) // MOST_ASKED))
    assert abs(weights.sum() - counts.sum()) <= step * counts.max()


@pytest.mark.parametrize(("share", "kind"), [(0.5, "text"), (0.7, "email")])
def test_rare_values_tell_the_kind_as_well_as_common_ones(share, kind):
    """Of 50,000 values, each held once, so many are addresses; they stand behind the names."""
    n = 50_000
    names = [
        f"{'abcdefghij'[at % 10]}{chr(97 + at // 10 % 26)}{chr(97 + at // 260 % 26)}x" for at in range(n)
    ]
    n_mails = round(n * share)
    values = np.array(
        sorted([*names[n_mails:], *(f"z{at}@mail.example" for at in range(n_mails))]), dtype=object
    )
    assert kind_of(values, np.ones(n, dtype=np.int64)) == kind
