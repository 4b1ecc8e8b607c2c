"""Orders that wait at the counter, mails of thanks, coupons: counted once, and only where permitted."""

from decimal import Decimal

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from journey_research.pipelines.journeys.scenarios.after_sale import (
    AfterSaleRule,
    follow_collected_orders,
    follow_post_sale_mails,
)
from tests.pipelines.journeys.small_world import moment, orders_from, people_from
from tests.worlds import broken_rules, table

RULE = AfterSaleRule(collect_days=3, thanks_days=10, coupon_days=5)
DAY = 24 * 60
PEOPLE = people_from({"web:a": 1, "mail:a": 1, "mail:b": 2})


# --- collected at the counter ---------------------------------------------------------------


def collected_of(orders, visits=(), sightings=()):
    stays = [
        {"visit_id": f"beacon:{i}", "person_id": person, "store_id": store, "entered_at": moment(minute)}
        for i, (person, store, minute) in enumerate(visits)
    ]
    found = follow_collected_orders(
        orders, table("ORDER_SIGHTINGS", *sightings), table("STORE_VISITS", *stays), PEOPLE, RULE
    )
    assert broken_rules("COLLECTED_ORDERS", found) == []
    return found.to_pandas().set_index("order_id")


def bought(ways, minutes=None, **columns):
    """Orders of ``(ordered, fulfilled, store)``."""
    n = len(ways)
    ordered, fulfilled, stores = zip(*ways, strict=True)
    return orders_from(
        ["web:a"] * n, minutes or [0] * n, ordered_channel=ordered, fulfilled_channel=fulfilled,
        store_id=stores, **columns,
    )  # fmt: skip


def told_again(number, order, is_counted=False):
    return {
        "sighting_id": f"seen:{number}", "order_id": order, "order_amount": Decimal(10),
        "is_counted": is_counted,
    }  # fmt: skip


def test_bought_in_the_app_and_collected_is_one_order_told_thrice_and_paid_once():
    orders = bought([("app", "store", "ST01")])
    stays = [("person:0001", "ST01", 60), ("person:0001", "ST01", 90)]
    found = collected_of(orders, stays, [told_again(1, "shop:0"), told_again(2, "shop:0")])

    assert len(found) == 1
    assert found.loc["shop:0", ["ordered_channel", "n_tellings", "visit_id"]].tolist() == [
        "app",
        3,
        "beacon:0",
    ]
    assert found.loc["shop:0", "collected_at"] == moment(60)
    assert found["order_amount"].sum() == orders.to_pandas()["order_amount"].sum() == Decimal(10)


def test_a_telling_that_stands_for_the_order_itself_is_not_told_again():
    found = collected_of(bought([("app", "store", "ST01")]), (), [told_again(1, "shop:0", is_counted=True)])

    assert found["n_tellings"].tolist() == [1]


def test_what_is_bought_in_the_store_or_sent_home_is_not_collected():
    found = collected_of(bought([("store", "store", "ST01"), ("app", "ship", None), (None, "store", "ST01")]))

    assert found.empty


@pytest.mark.parametrize(
    ("stay", "is_noticed"),
    [
        (("person:0001", "ST01", 3 * DAY), True),  # exactly the window
        (("person:0001", "ST01", 3 * DAY + 1), False),
        (("person:0001", "ST01", 0), False),  # at the instant of the order
        (("person:0001", "ST02", 60), False),
        (("person:0002", "ST01", 60), False),
    ],
)
def test_a_stay_collects_if_it_is_in_that_store_after_the_order_and_in_time(stay, is_noticed):
    found = collected_of(bought([("web", "store", "ST01")]), [stay])

    assert found["visit_id"].notna().tolist() == [is_noticed]


WAYS = st.lists(
    st.tuples(
        st.sampled_from(["app", "web", "store", None]),
        st.sampled_from(["store", "ship"]),
        st.sampled_from(["ST01", "ST02"]),
    ),
    min_size=1,
    max_size=6,
)


@settings(max_examples=12, deadline=None)
@given(WAYS, st.lists(st.integers(0, 72), max_size=6), st.lists(st.integers(0, 5), max_size=6))
def test_money_is_counted_once_however_many_stays_and_tellings_there_are(ways, hours, told):
    stays = [("person:0001", store, 60 * hour) for hour in hours for store in ("ST01", "ST02")]
    sightings = [told_again(i, f"shop:{at % len(ways)}") for i, at in enumerate(told)]
    found = collected_of(bought(ways), stays, sightings)

    waiting = [i for i, (ordered, way, _) in enumerate(ways) if way == "store" and ordered in ("app", "web")]
    assert sorted(found.index) == [f"shop:{i}" for i in waiting]
    assert found["order_amount"].sum() == 10 * len(waiting)
    for i in waiting:
        assert found.loc[f"shop:{i}", "n_tellings"] == 1 + sum(at % len(ways) == i for at in told)


# --- mails after the sale -------------------------------------------------------------------


def mail(number, minute, action="email_delivered", tactic="coupon", record="mail:a", message="m1", **more):
    return {
        "touch_id": f"mail:{number}", "record_id": record, "touched_at": moment(minute), "action": action,
        "tactic": tactic, "channel": "email", "content_id": message, **more,
    }  # fmt: skip


def consent(number, status, minute=-DAY, record="mail:a", **more):
    return {
        "consent_id": f"crm:{number}", "record_id": record, "channel": "email", "purpose": "marketing",
        "status": status, "stated_at": moment(minute), **more,
    }  # fmt: skip


def mails_of(touches, orders=None, consents=()):
    found = follow_post_sale_mails(
        table("TOUCHES", *touches), orders or table("ORDERS"), table("CONSENTS", *consents), PEOPLE, RULE
    )
    assert broken_rules("POST_SALE_MAILS", found) == []
    return found.to_pandas().set_index("mail_id").sort_index()


def test_a_coupon_goes_from_the_mail_to_the_till():
    touches = [mail(1, DAY), mail(2, DAY + 5, "email_opened"), mail(3, DAY + 6, "email_clicked")]
    orders = orders_from(["web:a", "web:a"], [0, 2 * DAY], coupon_id=[None, "NEXT-1F"])
    row = mails_of(touches, orders, [consent(1, "granted")]).loc["mail:1"]

    assert (row["after_order_id"], row["redeemed_order_id"]) == ("shop:0", "shop:1")
    assert (row["opened_at"], row["clicked_at"], row["redeemed_at"]) == (
        moment(DAY + 5), moment(DAY + 6), moment(2 * DAY),
    )  # fmt: skip
    assert row["is_permitted"]


def test_machines_open_nothing_and_other_mails_and_people_open_other_mails():
    touches = [
        mail(1, 0),
        mail(2, 1, "email_opened", is_bot=True),
        mail(3, 1, "email_opened", message="m2"),
        mail(4, 1, "email_opened", record="mail:b"),
        mail(5, -1, "email_opened"),
    ]
    found = mails_of(touches)
    assert found.index.tolist() == ["mail:1"]
    assert found["opened_at"].isna().all()
    clicked = mails_of([mail(1, 0), mail(2, 7, "email_clicked")])
    assert clicked["opened_at"].tolist() == clicked["clicked_at"].tolist() == [moment(7)]


@pytest.mark.parametrize(
    ("code", "minute", "status", "is_redeemed"),
    [
        ("NEXT-1F", 5 * DAY, "paid", True),  # exactly the window
        ("NEXT-1F", 5 * DAY + 1, "paid", False),
        ("NEXT-1F", 0, "paid", False),  # at the instant of the mail
        ("NEXT-1F", 60, "cancelled", False),
        ("SPRING10", 60, "paid", False),
        (None, 60, "paid", False),
    ],
)
def test_a_coupon_is_redeemed_by_a_paid_order_with_its_kind_of_code_in_time(
    code, minute, status, is_redeemed
):
    found = mails_of([mail(1, 0)], orders_from(["web:a"], [minute], coupon_id=[code], status=[status]))

    assert found["redeemed_order_id"].notna().tolist() == [is_redeemed]


def test_an_order_redeems_the_last_mail_alone_and_thanks_bring_no_coupon():
    touches = [mail(1, 0), mail(2, 10, message="m2"), mail(3, 20, tactic="post_sale", message="m3")]
    found = mails_of(touches, orders_from(["web:a"], [60], coupon_id=["NEXT-1"]))

    assert found["redeemed_order_id"].notna().to_dict() == {"mail:1": False, "mail:2": True, "mail:3": False}


@pytest.mark.parametrize(
    ("consents", "basis"),
    [
        ([], "never asked"),
        ([consent(1, "granted")], "granted"),
        ([consent(1, "granted"), consent(2, "withdrawn", 1)], "granted"),  # after the mail
        ([consent(1, "granted"), consent(2, "withdrawn", 0)], "withdrawn"),  # at its instant
        ([consent(1, "withdrawn"), consent(2, "granted", -5)], "granted"),  # agreed again
        ([consent(1, "denied", record="web:a"), consent(2, "granted")], "denied"),  # of any record
        ([consent(1, "denied", record="mail:b"), consent(2, "granted")], "granted"),  # another's
        ([consent(1, "granted", expires_at=moment(0))], "expired"),
        ([consent(1, "granted", expires_at=moment(1))], "granted"),
        ([consent(1, "granted", channel="sms")], "never asked"),
        ([consent(1, "granted", purpose="analytics")], "never asked"),
        ([consent(1, "unknown")], "unknown"),
        ([consent(1, "granted"), consent(2, "denied")], "denied"),  # at one instant: the cautious word
    ],
)
def test_permission_is_what_was_known_when_the_mail_came(consents, basis):
    (row,) = mails_of([mail(1, 0)], consents=consents).to_dict("records")

    assert row["permission_basis"] == basis
    assert row["is_permitted"] == (basis == "granted")


def test_permission_is_that_of_decisions_at_the_same_instant():
    """The stage of decisions reads it by its own statement; of what has not run out both say the same."""
    from journey_research.pipelines.decisions.permissions import PermissionRule, read_permissions

    said = [
        consent(i, status, -i, record)
        for i, (status, record) in enumerate(
            [("granted", "web:a"), ("unknown", "web:a"), ("granted", "mail:a"), ("denied", "mail:b")], 1
        )
    ]
    found = mails_of([mail(1, 0), mail(2, 0, record="mail:b")], consents=said)
    persons = table("PERSONS", {"person_id": "person:0001"}, {"person_id": "person:0002"})
    persons = persons.query("select person_id, 'known' as kind, n_records, n_sources from this")
    decided = read_permissions(
        table("CONSENTS", *said), PEOPLE, persons, table("AS_OF", {"as_of": moment(0)}),
        PermissionRule(channels=("email",)),
    ).to_pandas()  # fmt: skip
    assert (
        found.set_index("person_id")["permission_basis"].to_dict()
        == decided.set_index("person_id")["basis"].to_dict()
    )


def redeemed_by_hand(mails, orders):
    """Order -> mail: the last coupon mail in the window; then mail -> its first order."""
    pairs = {}
    for order, ordered in orders:
        fit = [(sent, name) for name, sent in mails if sent < ordered <= sent + 5 * DAY]
        if fit:
            last = max(sent for sent, _ in fit)
            pairs.setdefault(min(name for sent, name in fit if sent == last), []).append((ordered, order))
    return {name: min(found)[1] for name, found in pairs.items()}


HOURS = st.lists(st.integers(0, 240).map(lambda hours: 60 * hours), max_size=6)


@settings(max_examples=25, deadline=None)
@given(HOURS, HOURS)
def test_redemptions_are_those_of_the_plain_definition(sent, bought_at):
    touches = [mail(i, minute, message=f"m{i}") for i, minute in enumerate(sent)]
    orders = orders_from(["web:a"] * len(bought_at), bought_at, coupon_id=["NEXT-1"] * len(bought_at))
    found = mails_of(touches, orders)

    by_hand = redeemed_by_hand(
        [(f"mail:{i}", minute) for i, minute in enumerate(sent)],
        [(f"shop:{i}", minute) for i, minute in enumerate(bought_at)],
    )
    assert found["redeemed_order_id"].dropna().to_dict() == by_hand
    assert found["redeemed_order_id"].dropna().is_unique


def test_a_coupon_that_no_mail_brings_is_refused():
    with pytest.raises(ValueError, match="coupon_tactics"):
        AfterSaleRule(mail_tactics=("post_sale",), coupon_tactics=("coupon",))
    assert pd.notna(RULE.coupon_days)
