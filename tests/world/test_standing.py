"""A decision stands until the next; what was never asked is no decision."""

from dataclasses import replace

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from journey_research.world.exports.standing import refused, standing, web_origin
from journey_research.world.simulation.block import CONSENTS
from tests.world.exported import small_block

DECISIONS = st.lists(
    st.tuples(
        st.integers(0, 3), st.sampled_from(["email", "sms"]),
        st.sampled_from(["granted", "denied", "withdrawn"]),
        st.integers(1, 9), st.sampled_from(["email", "cookie"]),
    ),
    max_size=12,
)  # fmt: skip
QUESTIONS = st.lists(st.tuples(st.integers(0, 4), st.integers(0, 10)), min_size=1, max_size=6)


def standing_by_hand(consents: pd.DataFrame, channel: str, person: int, at_ms: int) -> tuple[str, int]:
    """The definition, one question at a time; of one instant the later row."""
    found = ("", 0)
    for one in consents.itertuples():
        is_meant = one.person == person and one.channel == channel and one.about != "cookie"
        if is_meant and found[1] <= one.at_ms <= at_ms:
            found = (one.status, one.at_ms)
    return found


@settings(max_examples=25, deadline=None)
@given(DECISIONS, QUESTIONS)
def test_agrees_with_the_definition(decisions, questions):
    consents = pd.DataFrame(decisions, columns=["person", "channel", "status", "at_ms", "about"])
    consents = consents.sort_values("at_ms", kind="stable", ignore_index=True)
    consents = consents.assign(purpose="newsletter", expires_ms=0, device=-1)[list(CONSENTS)]
    consents = consents.astype({"person": "int64", "at_ms": "int64"})
    block = replace(small_block(), consents=consents)
    persons, at_ms = (np.array(one) for one in zip(*questions, strict=True))

    told = standing(block, "email", persons, at_ms)

    wanted = [standing_by_hand(consents, "email", int(one), int(at)) for one, at in questions]
    assert list(told.itertuples(index=False, name=None)) == wanted
    assert refused(told).tolist() == [status in ("denied", "withdrawn") for status, _ in wanted]


def test_the_first_and_the_latest_visit_are_those_of_the_touches():
    block = small_block()
    visits = block.touches[(block.touches["visit"] >= 0) & (block.touches["person"] >= 0)]
    for latest in (False, True):
        origin = web_origin(block, latest=latest)
        assert len(origin) == len(block.people)
        for person in visits["person"].unique()[:40]:
            own = visits[(visits["person"] == person) & visits["channel"].isin(set(origin["channel"]))]
            if len(own):
                row = own.iloc[-1 if latest else 0]
                assert (origin["channel"][person], origin["at_ms"][person]) == (row["channel"], row["at_ms"])
