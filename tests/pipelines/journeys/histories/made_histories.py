"""Small histories for the room's tests: three persons, a few minutes, so that ties turn up by themselves."""

import numpy as np
import pandas as pd
from hypothesis import strategies as st

from journey_research.engine import Table

MINUTE_US = 60_000_000
EVENTS = ["buy", "cart", "look"]


def frame_of(*rows, **columns) -> pd.DataFrame:
    """Steps from rows of person, minute, event, and further columns, in the order they happened."""
    names = ["person", "minute", "event", *columns]
    told = pd.DataFrame(
        [(*row, *extra) for row, *extra in zip(rows, *columns.values(), strict=True)], columns=names
    )
    told = told.sort_values(["person", "minute"], kind="stable", ignore_index=True)
    told["step"] = told.groupby("person").cumcount() + 1
    told["happened_at"] = told["minute"].astype("int64") * MINUTE_US
    return told.astype({"person": "str", "event": "str", "step": "int64"})


def steps_of(frame: pd.DataFrame) -> Table:
    return Table.from_pandas(frame.drop(columns="minute"))


def coded(frame: pd.DataFrame) -> pd.DataFrame:
    """The same with whole numbers for persons and events, in their order."""
    told = frame.copy()
    for name in ("person", "event"):
        told[name] = np.searchsorted(np.unique(frame[name]), frame[name]).astype(np.int32)
    return told


@st.composite
def histories(draw, most=10):
    """Events of up to three persons in two groups, each event in one of a few sessions in a row."""
    told = draw(
        st.lists(
            st.tuples(st.sampled_from("abc"), st.integers(0, 9), st.sampled_from(EVENTS)),
            min_size=1,
            max_size=most,
        )
    )
    frame = frame_of(*told)
    frame["session"] = 1 + frame["minute"] // draw(st.integers(1, 10))
    frame["group"] = frame["person"].map({"a": "x", "b": "x", "c": "y"})
    return frame


def walks(frame: pd.DataFrame, per=None):
    """(person, history) -> its rows in order."""
    keys = ["person", per] if per else ["person"]
    return {key if per else (key[0], 0): rows.sort_values("step") for key, rows in frame.groupby(keys)}
