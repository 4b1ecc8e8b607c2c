"""A block holds what it says, is the same however it is made, and fits what the shop can know."""

import hashlib
import os
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
from blocks import CALENDAR, block, catalogue

from journey_research.world.simulation.block import BLOCK_PERSONS, CHANNELS, FRAMES
from journey_research.world.simulation.calendar import DAY_MS
from journey_research.world.simulation.living import make_block

KINDS = {"i": "i", "f": "f", "b": "b", "O": "O"}
FINGERPRINT = """
import sys
sys.path.insert(0, {folder!r})
from test_block import fingerprint
from blocks import CALENDAR, catalogue
from journey_research.world.simulation.living import make_block
print(fingerprint(make_block(1, 120, 5, CALENDAR, catalogue())))
"""


def fingerprint(made) -> str:
    whole = hashlib.sha256()
    for name in FRAMES:
        whole.update(getattr(made, name).to_csv().encode())
    for name in sorted(made.told):
        whole.update(made.told[name].to_csv().encode())
    return whole.hexdigest()


@pytest.mark.parametrize("name", list(FRAMES))
def test_frames_have_the_columns_that_are_promised(name):
    frame = getattr(block(), name)

    assert list(frame.columns) == list(FRAMES[name])
    assert {column: frame[column].dtype.kind for column in frame} == {
        column: KINDS[kind] for column, kind in FRAMES[name].items()
    }
    assert not frame.isna().any().any()
    assert (frame.index == np.arange(len(frame))).all()


@pytest.mark.parametrize("name", list(FRAMES))
def test_frames_of_two_people_have_the_same_columns(name):
    assert list(getattr(block(0, 2), name).columns) == list(FRAMES[name])


def test_the_same_block_in_any_order_and_any_process():
    alone = fingerprint(make_block(1, 120, 5, CALENDAR, catalogue()))
    make_block(0, 50, 5, CALENDAR, catalogue())
    again = fingerprint(make_block(1, 120, 5, CALENDAR, catalogue()))
    folder = os.path.dirname(__file__)
    elsewhere = subprocess.run(
        [sys.executable, "-c", FINGERPRINT.format(folder=folder)],
        env={**os.environ, "PYTHONHASHSEED": "77"}, capture_output=True, text=True, check=True,
    )  # fmt: skip

    assert alone == again == elsewhere.stdout.strip()
    assert alone != fingerprint(make_block(2, 120, 5, CALENDAR, catalogue()))
    assert alone != fingerprint(make_block(1, 120, 6, CALENDAR, catalogue()))


def test_rows_point_at_rows_that_are_there():
    made = block()
    sizes = {
        "device": len(made.devices), "campaign": len(catalogue().campaigns), "order": len(made.orders),
        "product": len(catalogue().products), "store": len(catalogue().stores), "peer": len(made.people),
        "ticket": len(made.tickets),
    }  # fmt: skip
    for column, size in sizes.items():
        assert made.touches[column].between(-1, size - 1).all(), column
        assert (made.touches[column] >= 0).any(), column
    assert made.touches["person"].between(-len(made.people) // 250, len(made.people) - 1).all()
    assert ((made.touches["person"] < 0) == made.touches["is_bot"]).all()
    assert set(made.touches["channel"]) <= {*CHANNELS, ""}


def test_an_order_has_its_buyers_touches():
    made = block()
    about = made.touches[made.touches["order"] >= 0]
    order = made.orders.iloc[about["order"]].reset_index(drop=True)
    done = about[about["kind"] == "order_completed"]
    sold = about[about["kind"] == "till"]

    assert (order["person"].to_numpy() == about["person"].to_numpy()).all()
    assert done["order"].is_unique
    assert sold["order"].is_unique
    online = made.orders["ordered_channel"].isin(["web", "app"])
    assert sorted(done["order"]) == list(np.flatnonzero(online))
    assert sorted(sold["order"]) == list(np.flatnonzero(made.orders["ordered_channel"] == "store"))
    assert (made.orders["at_ms"].to_numpy()[done["order"]] == done["at_ms"]).all()


def test_money_adds_up():
    made = block()
    goods = (made.lines["quantity"] * made.lines["price_cents"]).groupby(made.lines["order"]).sum()

    whole = goods.to_numpy() - made.orders["discount_cents"] + made.orders["shipping_cents"]

    assert (whole == made.orders["amount_cents"]).all()
    assert (made.orders["refunded_cents"] <= made.orders["amount_cents"]).all()
    refunded = made.orders["status"].isin(["refunded", "partially_refunded"])
    assert ((made.orders["refunded_cents"] > 0) == refunded).all()
    full = made.orders["status"] == "refunded"
    assert (made.orders["refunded_cents"] == made.orders["amount_cents"])[full].all()
    assert (made.orders.loc[refunded, "refunded_ms"] > made.orders.loc[refunded, "at_ms"]).all()
    assert not made.lines.duplicated(["order", "product"]).any()


def test_nothing_happens_outside_the_calendar():
    made = block()
    for table in (made.touches, made.orders, made.tickets, made.referrals):
        assert table["at_ms"].between(CALENDAR.start_ms, CALENDAR.end_ms - 1).all()
        assert table["at_ms"].is_monotonic_increasing
    assert (made.touches["ended_ms"] >= made.touches["at_ms"]).all()
    assert made.consents["at_ms"].max() < CALENDAR.end_ms


def test_numbers_and_addresses_are_nobody_elses_in_any_block():
    one, two = block(0), block(1, 400)
    for name, columns in {
        "people": ["number", "person"], "devices": ["number"], "touches": ["id"], "orders": ["number"],
        "accounts": ["number", "domain", "phone"], "tickets": ["number"],
    }.items():  # fmt: skip
        for column in columns:
            both = pd.concat([getattr(one, name)[column], getattr(two, name)[column]])
            assert both.is_unique, (name, column)
    people = pd.concat([one.people, two.people], ignore_index=True)
    for column in ("email", "other_email", "phone", "login_id", "loyalty_id", "social_handle", "work_email"):
        shared = people[(people[column] != "") & people[column].duplicated(keep=False)]
        assert shared.groupby(column)["household"].nunique().eq(1).all(), column
    ends = pd.concat([people["email"].drop_duplicates(), people["other_email"]]).str.extract(r"(\d+)@")[0]
    assert ends.is_unique, "by construction, not by luck"
    assert people.groupby("landline")["household"].nunique().eq(1).all()


def test_some_50_touches_a_person_and_one_in_a_hundred_of_them_social():
    made = block()
    social = made.touches["channel"].isin(["social", "social_public"]).mean()

    assert 46 < len(made.touches) / len(made.people) < 58
    assert 0.007 < social < 0.013


def test_mail_goes_only_to_people_who_agree_at_that_instant():
    """The definition: the newest decision before the mail is a yes that has not run out."""
    made = block(0, 600)
    told = made.consents[made.consents["channel"] == "email"]
    decisions = {person: list(rows.itertuples()) for person, rows in told.groupby("person")}
    sent = made.touches[made.touches["kind"] == "mail_sent"]

    assert len(sent) > 1000
    for mail in sent.itertuples():
        before = [one for one in decisions[mail.person] if one.at_ms <= mail.at_ms]
        assert before, "asked first"
        assert before[-1].status == "granted"
        assert mail.at_ms < before[-1].expires_ms


def test_consent_changes_and_runs_out():
    told = block().consents
    changes = told.groupby(["person", "channel", "device"])["status"].agg(list)

    assert {"granted", "denied", "withdrawn", "expired", "unknown"} == set(told["status"])
    assert (changes.map(len) > 1).sum() > 200
    assert changes.map(lambda said: said[-3:] == ["granted", "withdrawn", "granted"]).any(), "some come back"
    left = block().touches
    left = left[left["kind"] == "mail_unsubscribed"].groupby("person")["at_ms"].min()
    by_link = told[(told["channel"] == "email") & (told["status"] == "withdrawn")]
    by_link = by_link.groupby("person")["at_ms"].max().reindex(left.index)
    assert len(left) > 10
    assert (by_link == left).all()


def test_people_look_online_and_then_come_to_the_store():
    made = block()
    app = made.people["uses_app"].to_numpy()
    entered = made.touches[made.touches["kind"] == "beacon_entered"]
    seen = made.touches[(made.touches["kind"] == "product_viewed") & ~made.touches["is_bot"]]
    before = pd.merge_asof(
        entered[["person", "at_ms"]], seen[["person", "at_ms"]].assign(seen_ms=seen["at_ms"]), on="at_ms",
        by="person",
    )  # fmt: skip
    soon = (before["at_ms"] - before["seen_ms"]) < 3 * DAY_MS

    assert app[entered["person"]].all()
    assert soon.mean() > 0.4
    left = made.touches[made.touches["kind"] == "beacon_left"]
    assert abs(len(left) - len(entered)) < 0.02 * len(entered)


def test_households_share_surname_and_street_but_seldom_the_whole_name():
    people = block().people
    several = people[people["household"].duplicated(keep=False)]

    assert several.groupby("household")["street"].nunique().eq(1).all()
    assert several.groupby("household")["last_name"].nunique().mean() < 1.2
    assert 0 < several.duplicated(["household", "first_name", "last_name"]).mean() < 0.02
    assert several["email"].duplicated().mean() > 0.01, "some share a mail address"
    assert several["phone"].duplicated().mean() > 0.01, "some share a telephone"
    devices = block().devices
    used = block().touches[(block().touches["device"] >= 0) & ~block().touches["is_bot"]]
    owner = devices["person"].to_numpy()[used["device"]]
    foreign = owner != used["person"].to_numpy()
    home = people["household"].to_numpy()
    assert devices["is_shared"].to_numpy()[used["device"][foreign]].all()
    assert (home[owner[foreign]] == home[used["person"][foreign]]).all()
    assert 0.005 < foreign.mean() < 0.1


def test_a_block_has_bounds():
    with pytest.raises(ValueError, match="holds 1 to"):
        make_block(0, BLOCK_PERSONS + 2, 5, CALENDAR, catalogue())
    with pytest.raises(ValueError, match="holds 1 to"):
        make_block(0, 0, 5, CALENDAR, catalogue())
