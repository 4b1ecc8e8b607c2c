"""Complaints in public: the order, the first answer anywhere, and lateness counted once."""

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from journey_research.pipelines.journeys.scenarios.complaints import ComplaintRule, follow_complaints
from tests.pipelines.journeys.small_world import as_of, moment, orders_from, people_from, shuffled
from tests.worlds import broken_rules, table

RULE = ComplaintRule(episode_days=3, sla_hours=24, order_days=10, newsletter_days=2)
DAY = 24 * 60
PEOPLE = people_from({"x:a": 1, "web:a": 1, "desk:a": 1, "x:b": 2})
WAYS = {
    "complained": ("social_public", "inbound"), "replied": ("social_public", "outbound"),
    "ticket_opened": ("support", "inbound"), "ticket_answered": ("support", "outbound"),
    "called": ("call_centre", "outbound"), "email_opened": ("email", "inbound"),
}  # fmt: skip


def touch(number, minute, action, record="x:a", **more):
    channel, direction = WAYS[action]
    return {
        "touch_id": f"x:{number:02d}", "record_id": record, "touched_at": moment(minute), "action": action,
        "channel": channel, "direction": direction, **more,
    }  # fmt: skip


def followed(*touches, orders=None, now=100 * DAY, rule=RULE):
    found = follow_complaints(table("TOUCHES", *touches), orders or table("ORDERS"), PEOPLE, as_of(now), rule)
    assert broken_rules("COMPLAINTS", found) == []
    return found.to_pandas().set_index("complaint_id").sort_index()


def test_a_newsletter_buyer_who_complains_is_answered_once_whatever_the_channel():
    found = followed(
        touch(1, 0, "email_opened", "web:a", tactic="newsletter"),
        touch(2, 3 * DAY, "complained"),
        touch(3, 3 * DAY + 20, "ticket_opened", "desk:a"),
        touch(4, 3 * DAY + 25 * 60, "ticket_answered", "desk:a"),  # too late by an hour
        touch(5, 3 * DAY + 30 * 60, "replied"),
        touch(6, 3 * DAY + 40 * 60, "called", "web:a"),
        orders=orders_from(["web:a", "web:a"], [DAY, 3 * DAY + 5]),
    )
    assert len(found) == 1
    row = found.loc["x:02"]
    assert (row["order_id"], row["newsletter_at"]) == ("shop:0", moment(0))
    assert (row["answer_channel"], row["answered_at"]) == ("support", moment(3 * DAY + 25 * 60))
    assert row["response_minutes"] == 25 * 60
    assert (row["n_answers"], row["n_contacts"], row["n_contact_channels"]) == (3, 1, 1)
    assert row["is_late"]


@pytest.mark.parametrize(
    ("answered", "now", "is_late"),
    [
        (DAY, 9 * DAY, False),  # exactly in time
        (DAY + 1, 9 * DAY, True),
        (None, DAY, None),  # not answered, and not too long yet
        (None, DAY + 1, True),
        (2 * DAY, 2 * DAY, True),
    ],
)
def test_late_is_later_than_agreed_and_undecided_is_neither(answered, now, is_late):
    rows = [touch(1, 0, "complained")] + ([touch(2, answered, "replied")] if answered else [])
    (told,) = followed(*rows, now=now)["is_late"]

    assert pd.isna(told) if is_late is None else bool(told) is is_late


def test_complaints_within_the_window_are_one_episode_and_later_ones_another():
    found = followed(
        touch(1, 0, "complained"),
        touch(2, 3 * DAY, "complained"),  # exactly the window after the last: the same
        touch(3, 5 * DAY, "replied"),
        touch(4, 6 * DAY + 1, "complained"),  # another
        touch(5, 0, "complained", "x:b"),
        touch(6, 0, "complained", "nobody:z"),
        touch(7, 0, "complained", is_bot=True),
    )
    assert found["n_complaints"].to_dict() == {"x:01": 2, "x:04": 1, "x:05": 1}
    assert found["answered_at"].notna().to_dict() == {"x:01": True, "x:04": False, "x:05": False}


def test_what_we_said_before_or_said_to_others_answers_nothing():
    found = followed(
        touch(1, 10, "complained"),
        touch(2, 10, "replied"),
        touch(3, 5, "called", "web:a"),
        touch(4, 20, "replied", "x:b"),
        touch(5, 20, "called", direction="inbound"),  # she rings us: no answer, one more contact
        touch(6, 11 + 3 * DAY, "replied"),  # longer after it than the episode
    )
    assert found["answered_at"].isna().all()
    assert found["n_contacts"].tolist() == [1]


@pytest.mark.parametrize(
    ("minute", "status", "is_known"),
    [
        (0, "paid", True),
        (0, "refunded", True),
        (0, "cancelled", False),
        (-1, "paid", False),
        (10 * DAY, "paid", False),
    ],
)
def test_the_order_is_the_last_before_the_complaint_in_the_window(minute, status, is_known):
    orders = orders_from(["web:a"], [minute], status=[status])
    found = followed(touch(1, 10 * DAY, "complained"), orders=orders)

    assert found["order_id"].notna().tolist() == [is_known]


def test_of_two_orders_before_the_complaint_it_is_about_the_last():
    orders = orders_from(["web:a", "web:a"], [DAY, 2 * DAY])
    found = followed(touch(1, 3 * DAY, "complained"), orders=orders)

    assert found["order_id"].tolist() == ["shop:1"]


@pytest.mark.parametrize(
    ("opened", "is_found"),
    [
        (touch(2, 0, "email_opened", "web:a", tactic="newsletter"), True),  # exactly two days before
        (touch(2, -1, "email_opened", "web:a", tactic="newsletter"), False),
        (touch(2, 2 * DAY, "email_opened", "web:a", tactic="newsletter"), False),  # not before the order
        (touch(2, DAY, "email_opened", "web:a", tactic="coupon"), False),
        (touch(2, DAY, "email_opened", "web:a", tactic="newsletter", is_bot=True), False),
        (touch(2, DAY, "email_opened", "x:b", tactic="newsletter"), False),
    ],
)
def test_a_newsletter_led_to_the_order_if_she_opened_it_shortly_before(opened, is_found):
    found = followed(touch(1, 3 * DAY, "complained"), opened, orders=orders_from(["web:a"], [2 * DAY]))

    assert found["newsletter_at"].notna().tolist() == [is_found]


def episodes_by_hand(told: pd.DataFrame, people: pd.DataFrame) -> dict:
    """Episode -> number of complaints, first answer."""
    seen = told.merge(people, on="record_id").sort_values(["person_id", "touched_at", "touch_id"])
    said = seen[seen["action"] == "complained"].copy()
    window = pd.Timedelta(days=3)
    gap = said.groupby("person_id")["touched_at"].diff()
    said["episode"] = (gap.isna() | (gap > window)).cumsum()
    ours = seen[seen["direction"] == "outbound"]
    found = {}
    for _, rows in said.groupby("episode"):
        first, last = rows["touched_at"].iloc[0], rows["touched_at"].iloc[-1]
        mine = ours[ours["person_id"] == rows["person_id"].iloc[0]]
        mine = mine[(mine["touched_at"] > first) & (mine["touched_at"] - last <= window)]
        found[rows["touch_id"].iloc[0]] = (len(rows), mine["touched_at"].min())
    return found


SAID = st.lists(
    st.tuples(
        st.integers(0, 40).map(lambda quarters: quarters * DAY // 4),
        st.sampled_from(["complained", "replied", "ticket_answered", "ticket_opened"]),
        st.sampled_from(["x:a", "web:a", "x:b", "nobody:z"]),
    ),
    max_size=14,
)


@settings(max_examples=25, deadline=None)
@given(SAID, st.randoms(use_true_random=False))
def test_episodes_are_those_of_the_plain_definition_in_any_order(said, draws):
    touches = table("TOUCHES", *(touch(i, *one) for i, one in enumerate(said)))
    found = follow_complaints(shuffled(touches, draws), table("ORDERS"), PEOPLE, as_of(100 * DAY), RULE)

    told = {row.complaint_id: (row.n_complaints, row.answered_at) for row in found.to_pandas().itertuples()}
    by_hand = episodes_by_hand(touches.to_pandas(), PEOPLE.to_pandas())
    assert told.keys() == by_hand.keys()
    for name, (n, answered) in by_hand.items():
        assert told[name][0] == n
        assert told[name][1] == answered or (pd.isna(told[name][1]) and pd.isna(answered))
    assert sum(n for n, _ in told.values()) == sum(
        action == "complained" and record != "nobody:z" for _, action, record in said
    )
