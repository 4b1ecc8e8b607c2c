"""Crowds: hundreds of records of one firm, which agree in little but a name common for that reason."""

import numpy as np
import pandas as pd
import pytest

from benchmarks.identity_sets import pairwise
from journey_research.pipelines.identity.matching import candidates, fitting
from journey_research.verbs.resolve import resolve

FIRMS = {"philips electronics": 150, "akzo nobel": 120, "alcatel": 90, "bayer": 60}
WORDS = "lamp valve resin polymer laser switch sensor filter motor enzyme coil pump fibre glass".split()


@pytest.fixture(scope="module")
def patents():
    """A line for each patent: the firm, inventors, what it is about."""
    draw = np.random.default_rng(5)
    rows = []
    for name, n in {**FIRMS, **{f"{word} works {at}": 3 for at, word in enumerate(WORDS)}}.items():
        for _ in range(n):
            people = " ".join(f"p{number}" for number in draw.integers(0, 400, 3))
            rows.append((name, people, " ".join(draw.choice(WORDS, 2)), name))
    frame = pd.DataFrame(rows, columns=["name", "inventors", "about", "firm"])
    return frame.assign(id=[f"{number:04}" for number in range(len(frame))])


@pytest.fixture(scope="module")
def labels(patents):
    draw = np.random.default_rng(6)
    rows = []
    for a, b in draw.integers(0, len(patents), (4000, 2)):
        if a != b:
            same = patents["firm"][a] == patents["firm"][b]
            rows.append((patents["id"][a], patents["id"][b], "same" if same else "distinct"))
    told = pd.DataFrame(rows, columns=["id_a", "id_b", "answer"])
    return pd.concat([told[told["answer"] == answer].head(100) for answer in ("same", "distinct")])


def found(patents, labels):
    return resolve(patents.drop(columns="firm"), id="id", labels=labels).persons["person_id"]


def test_a_crowd_is_one_firm(patents, labels):
    told = pairwise(found(patents, labels), patents["firm"].to_numpy())
    assert told.precision > 0.95
    assert told.recall > 0.9


def test_without_neighbours_or_answers_that_begin_alone_it_falls_apart(patents, labels, monkeypatch):
    truth = patents["firm"].to_numpy()
    with monkeypatch.context() as without:
        without.setattr(candidates, "MOST_NEIGHBOURS", 0)
        chained = pairwise(found(patents, labels), truth).recall
    with monkeypatch.context() as without:
        without.setattr(fitting, "MOST_FOUND", 0.0)
        begun = pairwise(found(patents, labels), truth).recall
    assert min(chained, begun) < 0.5
