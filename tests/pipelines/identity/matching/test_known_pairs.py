"""What is known of pairs: by whom, which columns are hidden, and what blocking rules learn from."""

import numpy as np
import pandas as pd

from journey_research.pipelines.identity.matching.columns import encode
from journey_research.pipelines.identity.matching.fields import Field
from journey_research.pipelines.identity.matching.fitting import UNKNOWN
from journey_research.pipelines.identity.matching.known_pairs import (
    KnownPairs,
    matches_of,
    teaching_pairs,
    without_the_best,
)
from journey_research.pipelines.identity.matching.likeness import Likeness

FRAME = pd.DataFrame(
    {"mail": ["a@x.example", "a@x.example", "b@x.example", "b@x.example", "c@x.example", "c@x.example"],
     "town": ["ulm", "ulm", "bonn", "bonn", "kiel", "ulm"]}
)  # fmt: skip
COLUMNS = encode(FRAME, [Field("mail", "email"), Field("town", "text")])
# The mail joins all three; of the second a reviewer has said that it is no person.
KNOWN = KnownPairs(
    first=np.array([0, 3, 4]),
    second=np.array([1, 2, 5]),
    is_same=np.array([True, False, True]),
    told_by=np.array(["evidence", "judgement", "evidence"], dtype=object),
    hidden=np.array(["mail", "", "mail"], dtype=object),
)


def test_worked_example():
    """What an identifier says is no answer; records of two groups are distinct, also without a label."""
    group = np.array([1, -1, 2, -1, -1, -1])
    pairs = teaching_pairs(Likeness(COLUMNS), np.array([0, 0]), np.array([1, 2]), KNOWN, group)
    told = list(zip(pairs.first.tolist(), pairs.second.tolist(), pairs.answer.tolist(), strict=True))
    assert told == [(0, 1, UNKNOWN), (0, 2, 0), (2, 3, 0), (4, 5, UNKNOWN)]
    assert pairs.is_joined.tolist() == [True, False, False, True]


def test_every_second_pair_of_an_identifier_has_it_hidden():
    likeness = Likeness(COLUMNS)
    pairs = teaching_pairs(likeness, np.array([0]), np.array([1]), KNOWN, np.full(6, -1))
    mail = np.array([name.startswith("mail: ") for name in likeness.names])
    assert not pairs.seen[0, mail].any()
    assert (pairs.seen[-1] == pairs.features[-1]).all()
    assert (pairs.seen[:, ~mail] == pairs.features[:, ~mail]).all()


def test_blocking_rules_learn_from_what_is_the_same_and_without_the_best_of_it():
    """Of two matches the first has its mail hidden, and loses its town; the other loses its mail."""
    matches = matches_of(COLUMNS, KNOWN, np.random.default_rng(1))
    assert matches.shape == (2, 2, 4)
    assert (matches[0] >= 0).tolist() == [[False, True, False, False], [True, True, False, True]]


def test_a_rule_has_to_do_without_what_the_matches_agree_in_most():
    """The rare mail joins the first pair, the town the second: each is taken away once."""
    frame = pd.DataFrame({"mail": ["a@x.example", "a@x.example", None, None], "town": ["ulm"] * 3 + ["bonn"]})
    columns = encode(frame, [Field("mail", "email"), Field("town", "text")])
    codes = np.array(
        [[column.codes[rows] for column in columns] for rows in ([0, 0], [1, 2])], dtype=np.int64
    )

    left = without_the_best(codes, columns)

    assert (left[:, :, 0] >= 0).tolist() == [[False, True], [False, True]] or (
        left[:, :, 0] >= 0
    ).tolist() == [[True, False], [True, False]]
    assert (left[:, 1, 1] < 0).all()


def test_of_a_sample_of_pairs_identifiers_tell_no_more_than_their_share():
    """The first identifier's pair is in the sample, the other is not; what people say always teaches."""
    pairs = teaching_pairs(
        Likeness(COLUMNS), np.array([0, 0]), np.array([1, 2]), KNOWN, np.full(6, -1), is_whole=False
    )
    assert list(zip(pairs.first.tolist(), pairs.second.tolist(), strict=True)) == [(0, 1), (0, 2), (2, 3)]
    assert pairs.is_joined.tolist() == [True, False, False]
    assert pairs.answer.tolist() == [UNKNOWN, UNKNOWN, 0]
    assert not pairs.is_whole


def test_a_match_that_agrees_in_no_column_loses_none():
    """Of two titles that differ nothing is the best; only the pair of one town is told once more."""
    frame = pd.DataFrame(
        {"title": ["tv 1", "tv-1", "radio", "tuner"], "town": ["ulm", "bonn", "kiel", "kiel"]}
    )
    columns = encode(frame, [Field("title", "phrase"), Field("town", "text")])
    matches = np.stack([np.stack([column.codes[side] for column in columns]) for side in ([0, 2], [1, 3])])
    told = without_the_best(matches.astype(np.int64), columns)
    assert told.shape == (2, 2, 1)
    assert told[:, 1, 0].tolist() == [-1, -1]
