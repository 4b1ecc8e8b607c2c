"""Where journeys begin, and how well the person was known by then."""

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from journey_research.engine import Table
from journey_research.pipelines.journeys.together.early import EarlyRule, count_early_touches
from tests.worlds import broken_rules, table

RULE = EarlyRule({"social": ["social", "social_public"], "peer": ["referral"]})
START = pd.Timestamp("2025-01-01")
GROUPS = {"social": "social", "social_public": "social", "referral": "peer"}


def journeys_from(*rows):
    """Of person, first channel, day it began, cycle."""
    return table("JOURNEYS", *(
        {"journey_id": f"web:{i}", "person_id": f"person:{person:04x}", "first_channel": channel,
         "started_at": (START + pd.Timedelta(days=day)).to_pydatetime(), "cycle_number": cycle,
         "is_post_sale": cycle > 1}
        for i, (person, channel, day, cycle) in enumerate(rows)
    ))  # fmt: skip


def ladder_from(*rows):
    return table("LADDER", *(
        {"person_id": f"person:{person:04x}", "rung": rung, "rung_number": 1 + (rung != "connection"),
         "first_reached_at": (START + pd.Timedelta(days=day)).to_pydatetime()}
        for person, rung, day in rows
    ))  # fmt: skip


def test_three_persons_by_hand():
    """Person 1 is met in social media, is known from day 5 on, buys, and comes again by a mail."""
    journeys = journeys_from(
        (1, "social", 0, 1),
        (1, "email", 6, 1),
        (1, "email", 20, 2),
        (2, "direct", 0, 1),
        (3, "referral", 0, 1),
    )
    ladder = ladder_from((1, "connection", 0), (1, "contact", 5), (2, "contact", 0), (3, "connection", 0))
    found = count_early_touches(journeys, ladder, RULE)
    shares = found[found["n_hits"] > 0].set_index(["phase", "channel_group"])[["early_share", "n"]]

    assert shares.loc["before_contact", "social"].tolist() == [0.5, 2]
    assert shares.loc["before_contact", "peer"].tolist() == [0.5, 2]
    assert shares.loc["after_contact", "other"].tolist() == [1.0, 2]
    assert shares.loc["later_cycle", "other"].tolist() == [1.0, 1]
    assert broken_rules("EARLY_TOUCHES", Table.from_pandas(found)) == []


@settings(max_examples=25, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 3), st.sampled_from([*GROUPS, "email"]), st.integers(0, 5),
                       st.integers(1, 2)), max_size=12),
    st.dictionaries(st.integers(0, 3), st.integers(0, 5)),
)  # fmt: skip
def test_it_is_what_pandas_counts(rows, known):
    ladder = ladder_from(*((person, "contact", day) for person, day in known.items()))
    found = count_early_touches(journeys_from(*rows), ladder, RULE)
    told = pd.DataFrame(rows, columns=["person", "channel", "day", "cycle"])
    told["group"] = told["channel"].map(GROUPS).fillna("other")
    met = told["person"].map(known).fillna(99) > told["day"]
    told["phase"] = met.map({True: "before_contact", False: "after_contact"})
    told.loc[told["cycle"] > 1, "phase"] = "later_cycle"

    assert len(found) == told["phase"].nunique() * told["group"].nunique()
    for row in found.itertuples():
        phase = told[told["phase"] == row.phase]
        assert (row.n, row.n_persons) == (len(phase), phase["person"].nunique())
        assert row.n_hits == (phase["group"] == row.channel_group).sum()
        assert row.low <= row.early_share <= row.high


def test_no_journeys_give_no_rows():
    assert count_early_touches(table("JOURNEYS"), table("LADDER"), RULE).empty


@pytest.mark.parametrize("groups", [{"social": "social"}, {"a": []}, {"a": ["x"], "b": ["x"]}])
def test_groups_are_lists_and_do_not_overlap(groups):
    with pytest.raises(ValueError, match="early_rule"):
        EarlyRule(groups)
