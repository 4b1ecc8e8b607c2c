"""Cells by number say what their texts say."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from journey_research.pipelines.identity.matching.cells import Cells

TEXT = st.none() | st.sampled_from(["ann", "Ann", "bob", ""])
texts = st.lists(TEXT, max_size=8)


def cells_of(told):
    return Cells.of(np.array([*told, None], dtype=object)[:-1])


def is_tidy(cells):
    return len(set(cells.values)) == len(cells.values) and cells.codes.max(initial=-1) < len(cells.values)


@given(texts)
def test_texts_come_back_as_they_were(told):
    cells = cells_of(told)
    assert cells.texts.tolist() == told
    assert dict(zip(cells.values, cells.counts, strict=True)) == {
        text: told.count(text) for text in told if text is not None
    }


@given(texts)
def test_what_is_respelt_is_respelt_cell_by_cell(told):
    def spelt(text):
        return (text or "").lower() or None

    cells = cells_of(told)
    respelt = cells.respelt([spelt(text) for text in cells.values])
    assert respelt.texts.tolist() == [spelt(text) for text in told]
    assert is_tidy(respelt)


@given(st.lists(st.tuples(TEXT, TEXT), max_size=8))
def test_a_silent_cell_is_filled_and_no_other(pairs):
    one, other = (cells_of(told) for told in (zip(*pairs, strict=True) if pairs else ([], [])))
    filled = one.filled(other)
    assert filled.texts.tolist() == [b if a is None else a for a, b in pairs]
    assert is_tidy(filled)
    assert is_tidy(filled.held())
    assert filled.held().texts.tolist() == filled.texts.tolist()
    assert (filled.held().counts > 0).all()
