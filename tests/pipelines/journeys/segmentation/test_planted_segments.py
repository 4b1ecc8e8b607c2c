"""Segments that the made-up retailer's people were given, found again in what they do."""

import dataclasses

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from journey_research.engine import Table
from journey_research.pipelines.journeys.segmentation.agreement import adjusted_rand
from journey_research.pipelines.journeys.segmentation.behaviours import NOW, Scale
from journey_research.pipelines.journeys.segmentation.gathering import gather_behaviours
from journey_research.pipelines.journeys.segmentation.segments import fit_method, segment_persons
from journey_research.world.simulation.calendar import Calendar
from journey_research.world.simulation.catalogue import make_catalogue
from journey_research.world.simulation.living import make_block
from journey_research.world.simulation.people import SEGMENTS
from tests.pipelines.journeys.segmentation.people_of_kinds import RULE
from tests.worlds import table

PERSONS, OFTEN = 600, 10
DEEDS = dataclasses.replace(
    RULE, method="deed_mixture", max_segments=6, n_channels=8, n_deeds=12, n_starts=3, n_resamples=6,
    max_judged_persons=600, min_persons=60,
)  # fmt: skip
# What the company does; all else is done by people.
SENT = (
    "mail_sent", "mail_delivered", "mail_bounced", "mail_machine_opened", "sms_sent", "push_sent",
    "messenger_sent", "in_app_shown", "mail_dropped", "call_out", "call_machine", "ticket_answered",
    "ticket_solved", "replied", "arm_assigned", "widget_answered",
)  # fmt: skip


@pytest.fixture(scope="module")
def with_and_without():
    """Real persons of the world and of the same world whose segments look around alike."""
    return found_in(()), found_in(("segments",))


def found_in(without):
    """For each person of a small world: the planted segment, the found one, and how much the person did."""
    calendar = Calendar(12)
    made = make_block(0, PERSONS, 3, calendar, make_catalogue(3, calendar), without)
    tables = seen_by_a_shop(made)
    segments, _, traits, choices, _, _ = segment_persons(*tables, DEEDS)
    now = gather_behaviours(*tables, DEEDS.apart)[0][NOW]
    of_four = fit_method("deed_mixture", len(SEGMENTS), now, Scale.of(now.features()), DEEDS).labels(now)
    found = segments.to_pandas().set_index("person_id")["segment"]
    row = found.index.str.removeprefix("person:").map(lambda text: int(text, 16))
    own = tables[0].to_pandas().query("initiative == 'customer'").groupby("person_id").size()
    told = pd.DataFrame(
        {
            "planted": made.people["segment"].to_numpy()[row],
            "found": found.to_numpy(object).astype(str),
            "of_four": pd.Series(of_four, now.person_ids.astype(str)).reindex(found.index).to_numpy(),
            "n_own": own.reindex(found.index).fillna(0).to_numpy(),
        }
    )
    return told, choices, traits


def seen_by_a_shop(made):
    """Journey touches, touches, outcomes, orders and the end, of people who are known at every touch."""
    touches = made.touches[(made.touches["person"] >= 0) & (made.touches["kind"] != "order_completed")]
    key = "web:" + touches["id"].astype(str)
    session = np.where(touches["visit"] >= 0, "web:visit" + touches["visit"].astype(str), key)
    person = touches["person"].map("person:{:04x}".format)
    journeys = framed(
        "JOURNEY_TOUCHES", touch_id=key, person_id=person, touched_at=instants(touches["at_ms"]),
        session_id=session, journey_id=key, touch_number=1, channel=touches["channel"],
        action=touches["kind"].str.replace("mail_", "email_"),
        initiative=np.where(touches["kind"].isin(SENT), "company", "customer"),
    )  # fmt: skip
    page = ("/" + touches["tactic"].astype(str)).where(touches["kind"] == "page_viewed")
    pages = framed("TOUCHES", touch_id=key, record_id="web:0", content_id=page)
    orders = made.orders
    order_id = "shop:" + orders["number"].astype(str)
    outcomes = framed(
        "OUTCOMES", outcome_id=order_id, person_id=orders["person"].map("person:{:04x}".format),
        occurred_at=instants(orders["at_ms"]), kind="order",
        outcome_amount=(orders["amount_cents"] // 100).astype("int32"),
    )  # fmt: skip
    bought = framed("ORDERS", order_id=order_id, record_id="shop:0")
    end = {"as_of": pd.Timestamp(made.calendar.end_ms, unit="ms").to_pydatetime()}
    return journeys, pages, outcomes, bought, table("AS_OF", end)


def instants(at_ms):
    return pd.to_datetime(at_ms, unit="ms").astype("datetime64[us]")


def framed(name, **columns):
    """A table of a contract with these columns; the rest is null."""
    schema = table(name).to_arrow().schema
    data = pa.Table.from_pandas(pd.DataFrame(columns), preserve_index=False)
    n = data.num_rows
    arrays = [
        data[field.name].cast(field.type) if field.name in columns else pa.nulls(n, field.type)
        for field in schema
    ]
    return Table.from_arrow(pa.Table.from_arrays(arrays, schema=schema))


def agreement(told, found="found"):
    return adjusted_rand(*(np.unique(told[name], return_inverse=True)[1] for name in ("planted", found)))


def test_planted_segments_are_found_by_deeds_and_their_number_by_bic(with_and_without):
    told, choices, _ = with_and_without[0]
    often = told[told["n_own"] >= OFTEN]

    assert agreement(told) > 0.35
    assert agreement(often) > 0.5
    assert agreement(often, "of_four") > 0.6
    chosen = choices[choices["is_chosen"]].iloc[0]
    assert chosen["method"] == "deed_mixture"
    assert 3 <= chosen["n_segments"] <= 5


def test_what_was_planted_is_what_sets_a_segment_apart(with_and_without):
    told, _, traits = with_and_without[0]
    apart = traits.set_index(["segment", "trait"])["difference"]

    for planted, page in (("bargain", "sale"), ("browser", "guide")):
        most = told.loc[told["planted"] == planted, "found"].value_counts().index[0]
        assert apart[most, f"deed page_viewed {page}"] > 0.8, planted


def test_where_segments_look_around_alike_they_are_everybody(with_and_without):
    told, choices, _ = with_and_without[1]

    assert set(told["found"]) == {"everybody"}
    assert choices[choices["is_chosen"]]["method"].tolist() == ["everybody"]
    assert abs(agreement(told, "of_four")) < 0.06, "as many segments as there are find none of them"
    assert abs(agreement(told[told["n_own"] >= OFTEN], "of_four")) < 0.06
