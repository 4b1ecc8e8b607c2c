"""What became of leads."""

from datetime import datetime, timedelta

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from journey_research.engine import Table
from journey_research.pipelines.journeys.intervals import median_interval, wilson_interval
from journey_research.pipelines.journeys.leads import TYPES, follow_leads
from tests.worlds import broken_rules, table

START = datetime(2025, 1, 1)


def day(number):
    return None if number is None else START + timedelta(days=number)


def followed(records, links=(), touches=(), bought=()):
    """records: (record, person, kind, day[, is_deleted]); links: (a, b); touches: (person, day, channel)."""
    return follow_leads(
        table(
            "RECORDS",
            *(
                {
                    "record_id": one[0],
                    "source": one[0].split(":")[0],
                    "kind": one[2],
                    "recorded_at": day(one[3]),
                    "is_deleted": len(one) > 4 and one[4],
                }
                for one in records
            ),
        ),
        table(
            "SOURCE_LINKS",
            *({"record_id_a": a, "record_id_b": b, "rule": rule} for a, b, rule in links),
        ),
        table(
            "PEOPLE", *({"record_id": one[0], "person_id": f"person:{one[1]}"} for one in records if one[1])
        ),
        table(
            "JOURNEY_TOUCHES",
            *(
                {
                    "touch_id": f"web:{n}",
                    "person_id": f"person:{who}",
                    "touched_at": day(when),
                    "channel": channel,
                }
                for n, (who, when, channel) in enumerate(touches)
            ),
        ),
        table(
            "LADDER",
            *(
                {
                    "person_id": f"person:{who}",
                    "rung": "customer",
                    "rung_number": 5,
                    "first_reached_at": day(when),
                }
                for who, when in bought
            ),
        ),
    )


WORLD = {
    "records": [
        ("fair:1", "a", "lead", 2),  # scanned at a fair, converted into a contact, bought after 8 days
        ("crm:1", "a", "profile", 5),
        ("fair:2", "b", "lead", 3),  # never heard of again
        ("news:3", "c", "lead", 20),  # had bought before she signed up
        ("news:4", "d", "lead", -50),  # older than the data
        ("shop:5", "e", "profile", 1),  # no lead
    ],
    "links": [("crm:1", "fair:1", "lead_conversion"), ("news:3", "shop:5", "alias")],
    "touches": [("a", 1, "trade_show"), ("a", 4, "email"), ("b", 3, "trade_show"), ("d", 0, "email")],
    "bought": [("a", 10), ("c", 15), ("d", 12)],
}


def test_worked_example():
    told = followed(**WORLD)
    rows = told.set_index(["grouped_by", "name"])

    everybody = rows.loc[("all", "all")]
    assert everybody[["n_leads", "n_were_customers", "n_older", "n_converted", "n_contacts"]].tolist() == [
        4, 1, 1, 1, 1,
    ]  # fmt: skip
    assert everybody[["n_customers", "n", "customer_share", "customer_days"]].tolist() == [1, 2, 0.5, 8.0]
    assert (everybody["customer_low"], everybody["customer_high"]) == wilson_interval(1, 2)
    assert np.isnan(everybody["customer_days_low"])  # one is too few to say
    fair = rows.loc[("source", "fair")]
    assert fair[["n_leads", "n_converted", "n_customers", "contact_share"]].tolist() == [2, 1, 1, 0.5]
    assert rows.loc[("channel", "trade_show"), "n_leads"] == 2
    assert rows.loc[("channel", "none"), "n_leads"] == 1
    assert broken_rules("LEAD_OUTCOMES", Table.from_pandas(told)) == []


def test_nobody_is_one_row_of_zeros():
    told = followed([])

    assert told[["grouped_by", "name", "n_leads", "n"]].values.tolist() == [["all", "all", 0, 0]]
    assert told[["contact_share", "customer_share", "customer_days"]].isna().all(axis=None)
    assert told.dtypes.astype(str).to_dict() == TYPES
    assert broken_rules("LEAD_OUTCOMES", Table.from_pandas(told)) == []


def test_a_deleted_lead_and_a_lead_of_nobody_are_left_out():
    told = followed([("crm:1", "a", "lead", 1, True), ("crm:2", None, "lead", 1)])

    assert told["n_leads"].tolist() == [0]


def test_who_is_several_leads_counts_once_as_the_first():
    told = followed([("b:1", "a", "lead", 5), ("a:1", "a", "lead", 9), ("c:1", "a", "lead", None)])

    assert told[["grouped_by", "name", "n_leads"]].values.tolist() == [
        ["all", "all", 1], ["channel", "none", 1], ["source", "b", 1],
    ]  # fmt: skip


def test_a_lead_of_the_instant_at_which_the_data_begin_is_not_older():
    told = followed([("a:1", "a", "lead", 5), ("b:1", "b", "lead", 4)], touches=[("a", 5, "email")])

    assert told[told["grouped_by"] == "source"]["n_older"].tolist() == [0, 1]


def by_hand(records, links, touches, bought):
    """The definition: (n_leads, n_were_customers, n_older, n_converted, n_contacts, n_customers, days)."""
    began = min([when for _, when, _ in touches] + [when for _, when in bought], default=None)
    ends = {end for a, b, rule in links if rule == "lead_conversion" for end in (a, b)}
    counts, days = np.zeros(6, int), []
    for person in {one[1] for one in records if one[2] == "lead"}:
        own = [one for one in records if one[1] == person]
        leads = [one for one in own if one[2] == "lead"]
        first = min((one[3] for one in leads if one[3] is not None), default=None)
        when = dict(bought).get(person)
        before = first is not None and when is not None and when < first
        older = first is not None and began is not None and first < began
        converted = any(one[0] in ends for one in leads)
        contact = converted or any(one[2] == "profile" for one in own)
        customer = when is not None and not before and not older
        counts += [1, before, older, converted, contact, customer]
        if customer and first is not None:
            days.append(float(when - first))
    return [*counts, np.array(days)]


DAYS = st.integers(0, 30)


@st.composite
def worlds(draw):
    people = "abcdefgh"[: draw(st.integers(1, 8))]
    records = [
        (f"{draw(st.sampled_from(['crm', 'fair']))}:{n}", draw(st.sampled_from(people)), kind, when)
        for n, (kind, when) in enumerate(
            draw(
                st.lists(
                    st.tuples(st.sampled_from(["lead", "profile", "anonymous"]), st.none() | DAYS),
                    max_size=12,
                )
            )
        )
    ]
    names = sorted(one[0] for one in records)
    pairs = [(a, b) for a in names for b in names if a < b]
    links = [
        (a, b, draw(st.sampled_from(["lead_conversion", "source_merge"])))
        for a, b in (draw(st.lists(st.sampled_from(pairs), max_size=3, unique=True)) if pairs else [])
    ]
    touches = draw(
        st.lists(st.tuples(st.sampled_from(people), DAYS, st.sampled_from(["web", "tv"])), max_size=5)
    )
    bought = draw(st.dictionaries(st.sampled_from(people), DAYS, max_size=5))
    return {"records": records, "links": links, "touches": touches, "bought": list(bought.items())}


@settings(max_examples=40, deadline=None)
@given(worlds())
def test_it_agrees_with_the_definition(world):
    told = followed(**world)
    everybody = told[told["grouped_by"] == "all"].iloc[0]
    *counts, days = by_hand(**world)

    columns = ["n_leads", "n_were_customers", "n_older", "n_converted", "n_contacts", "n_customers"]
    assert everybody[columns].tolist() == counts
    if len(days):
        assert everybody["customer_days"] == pytest.approx(median_interval(days)[0])
    for grouping in ("source", "channel"):  # every lead is in one group
        assert told[told["grouped_by"] == grouping][columns].sum().tolist() == counts
    assert (told["n"] == told["n_leads"] - told["n_were_customers"] - told["n_older"]).all()
    assert (told["n_customers"] <= told["n"]).all()
    pd.testing.assert_frame_equal(told, followed(**{**world, "records": world["records"][::-1]}))
