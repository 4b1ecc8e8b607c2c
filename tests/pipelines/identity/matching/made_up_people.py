"""People made up for tests: repeats with slips of the pen, and relatives at one address."""

from __future__ import annotations

import numpy as np
import pandas as pd

COLUMNS = ["first", "last", "street", "town", "born", "phone"]
SOUNDS = np.array("ka lo mi ne ru so ta ve wi zo ba de fi go hu jo".split())


def draw_people(n: int, seed: int, repeated: float = 0.0, relatives: float = 0.0) -> pd.DataFrame:
    """n persons and their repeats, in an order that says nothing.

    Args:
        n: Persons.
        seed: Of everything.
        repeated: Share of the persons with a second record, whose values have slips.
        relatives: Share of the persons who live with the person before them, under one last name.

    Returns:
        Columns person and ``COLUMNS``; text, some of it missing.
    """
    draw = np.random.default_rng(seed)

    def words(n_words: int, n_sounds: int) -> np.ndarray:
        parts = draw.choice(SOUNDS, (n_words, n_sounds))
        told = parts[:, 0]
        for at in range(1, n_sounds):
            told = np.char.add(told, parts[:, at])
        return told

    chosen = {"first": words(120, 3), "last": words(250, 4), "street": words(400, 4), "town": words(25, 3)}
    people = pd.DataFrame({name: draw.choice(values, n) for name, values in chosen.items()})
    people["street"] += " " + pd.Series(draw.integers(1, 60, n)).astype(str)
    people["born"] = (draw.integers(19300101, 20050101, n) // 100 * 100 + draw.integers(1, 29, n)).astype(str)
    people["phone"] = draw.integers(10**8, 10**9, n).astype(str)
    lives_with = np.flatnonzero(draw.random(n) < relatives)
    lives_with = lives_with[lives_with > 0]
    for name in ("last", "street", "town"):
        people.loc[lives_with, name] = people[name].to_numpy()[lives_with - 1]
    people.insert(0, "person", np.arange(n))
    again = people[draw.random(n) < repeated].copy()
    for name in COLUMNS:
        again[name] = _slip(again[name].to_numpy(dtype=str), draw)
    told = pd.concat([people, again], ignore_index=True)
    for name, share in (("born", 0.4), ("phone", 0.4), ("street", 0.1)):
        told.loc[draw.random(len(told)) < share, name] = None
    return told.iloc[draw.permutation(len(told))].reset_index(drop=True)


def frame_of(people: pd.DataFrame) -> pd.DataFrame:
    """The records without the truth."""
    return people[COLUMNS]


def _slip(values: np.ndarray, draw: np.random.Generator, share: float = 0.15) -> np.ndarray:
    """Two neighbouring letters in each other's place, in a share of the values."""
    told = values.astype(object)
    for at in np.flatnonzero(draw.random(len(values)) < share):
        place = int(draw.integers(0, len(values[at]) - 1))
        word = values[at]
        told[at] = word[:place] + word[place + 1] + word[place] + word[place + 2 :]
    return told
