"""Friends asked, their reviews, and conversions on their word."""

import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from journey_research.pipelines.journeys.scenarios.friends import (
    FriendRule,
    find_friend_reviews,
    follow_friend_asks,
    tell_conversion_natures,
)
from tests.pipelines.journeys.small_world import moment, orders_from, people_from, shuffled
from tests.worlds import broken_rules, table

RULE = FriendRule(answer_days=2, purchase_days=3, recommendation_days=2)
DAY = 24 * 60
# Person 1 asks with two records; 2 and 3 are friends, 2 with two records; mail:x is a friend nobody knows.
PEOPLE = people_from({"web:a": 1, "app:a": 1, "mail:b": 2, "web:b": 2, "mail:c": 3})


def acts(*rows):
    """Referrals of ``(kind, receiver, giver, minute, product)``."""
    return table(
        "REFERRALS",
        *(
            {
                "referral_id": f"web:{i}", "kind": kind, "receiver_record_id": receiver,
                "giver_record_id": giver, "referred_at": moment(minute), "product_id": product,
            }
            for i, (kind, receiver, giver, minute, product) in enumerate(rows)
        ),
    )  # fmt: skip


def reviews_of(referrals, rule=RULE):
    found = find_friend_reviews(referrals, PEOPLE, rule)
    assert broken_rules("FRIEND_REVIEWS", found) == []
    return found


ASKED = ("ask", "web:a", "mail:b", 0, None)


def test_a_friends_review_after_the_ask_answers_it():
    found = reviews_of(acts(ASKED, ("review", "app:a", "web:b", 30, "SKU-1"))).to_pandas()

    assert found[
        ["review_id", "ask_id", "person_id", "peer_person_id", "product_id"]
    ].to_numpy().tolist() == [["web:1", "web:0", "person:0001", "person:0002", "SKU-1"]]
    assert found.loc[0, "read_at"] == moment(30)


def test_only_reviews_of_the_friend_who_was_asked_and_only_after_the_ask():
    told = acts(
        ASKED,
        ("review", "web:a", "mail:c", 30, "SKU-1"),  # another friend
        ("review", "web:a", None, 30, "SKU-1"),  # nobody knows whose
        ("review", "mail:c", "mail:b", 30, "SKU-1"),  # somebody else reads it
        ("review", "web:a", "mail:b", 0, "SKU-1"),  # at the instant of the ask
        ("review", "web:a", "mail:b", -5, "SKU-1"),  # before it
        ("review", "web:a", "mail:b", 2 * DAY + 1, "SKU-1"),  # longer after it than the window
        ("share", "web:a", "mail:b", 30, "SKU-1"),  # no review
        ("review", "nobody:z", "mail:b", 30, "SKU-1"),
    )
    assert reviews_of(told).count() == 0


def test_a_review_at_the_end_of_the_window_counts_and_answers_the_last_ask_once():
    told = acts(
        ASKED, ("ask", "web:a", "mail:b", 60, None), ("review", "web:a", "mail:b", 60 + 2 * DAY, "SKU-1")
    )

    assert reviews_of(told).to_pandas()["ask_id"].tolist() == ["web:1"]


def test_of_two_asks_that_it_can_answer_a_review_answers_the_last():
    told = acts(ASKED, ("ask", "web:a", "mail:b", 60, None), ("review", "web:a", "mail:b", 90, "SKU-1"))

    assert reviews_of(told).to_pandas()["ask_id"].tolist() == ["web:1"]


def test_a_friend_whom_no_source_lists_is_the_same_by_record_alone():
    told = acts(("ask", "web:a", "mail:x", 0, None), ("review", "web:a", "mail:x", 9, "SKU-1"))

    found = reviews_of(told).to_pandas()
    assert found["ask_id"].tolist() == ["web:0"]
    assert found["peer_person_id"].isna().all()


def test_nobody_is_a_friend_of_oneself():
    told = acts(("ask", "web:a", "app:a", 0, None), ("review", "web:a", "app:a", 9, "SKU-1"))

    assert reviews_of(told).count() == 0
    assert asks_of(told).empty


def reviews_by_hand(acted: pd.DataFrame, people: pd.DataFrame) -> set:
    person = people.set_index("record_id")["person_id"]
    told = acted.assign(
        who=acted["receiver_record_id"].map(person), peer=acted["giver_record_id"].map(person)
    )
    told["peer"] = told["peer"].fillna(told["giver_record_id"])
    told = told.dropna(subset=["who", "peer"])
    told = told[told["who"] != told["peer"]]
    asks, reviews = told[told["kind"] == "ask"], told[told["kind"] == "review"]
    both = reviews.merge(asks, on=["who", "peer"], suffixes=("", "_ask"))
    wait = both["referred_at"] - both["referred_at_ask"]
    both = both[(wait > pd.Timedelta(0)) & (wait <= pd.Timedelta(days=2))]
    both = both.sort_values(["referred_at_ask", "referral_id_ask"], ascending=[False, True])
    last = both.drop_duplicates("referral_id")
    return set(last[["referral_id", "referral_id_ask"]].itertuples(index=False, name=None))


ACTS = st.lists(
    st.tuples(
        st.sampled_from(["ask", "review", "share"]),
        st.sampled_from(["web:a", "app:a", "mail:c", "nobody:z", None]),
        st.sampled_from(["mail:b", "web:b", "mail:c", "mail:x", "app:a", None]),
        st.integers(0, 16).map(lambda quarters: quarters * DAY // 4),
        st.just("SKU-1"),
    ),
    max_size=14,
)


@settings(max_examples=25, deadline=None)
@given(ACTS, st.randoms(use_true_random=False))
def test_reviews_are_those_of_the_plain_definition_in_any_order(rows, draws):
    told = acts(*rows)
    found = reviews_of(shuffled(told, draws)).to_pandas()

    pairs = set(found[["review_id", "ask_id"]].itertuples(index=False, name=None))
    assert pairs == reviews_by_hand(told.to_pandas(), PEOPLE.to_pandas())
    assert (found["read_at"] > found["asked_at"]).all()


# --- what came of it ------------------------------------------------------------------------


def asks_of(referrals, touches=None, orders=None, lines=None):
    found = follow_friend_asks(
        reviews_of(referrals), referrals, touches or table("TOUCHES"), orders or table("ORDERS"),
        lines or table("ORDER_LINES"), PEOPLE, RULE,
    )  # fmt: skip
    assert broken_rules("FRIEND_ASKS", found) == []
    return found.to_pandas().set_index("ask_id")


def test_an_ask_is_followed_from_the_wish_list_to_the_purchase():
    told = acts(
        ASKED,
        ("review", "web:a", "mail:b", 30, "SKU-1"),
        ("review", "web:a", "mail:b", 40, "SKU-2"),
        ("ask", "web:a", "mail:c", 0, None),  # not answered
    )
    wished = {"record_id": "app:a", "action": "added_to_wishlist", "product_id": "SKU-1"}
    touches = table("TOUCHES", {**wished, "touch_id": "web:1", "touched_at": moment(29)})
    orders = orders_from(["app:a"], [30 + 3 * DAY])
    lines = table("ORDER_LINES", {"order_id": "shop:0", "line_number": 1, "product_id": "SKU-1"})
    found = asks_of(told, touches, orders, lines)

    assert found["n_reviews"].to_dict() == {"web:0": 2, "web:3": 0}
    assert found.loc["web:0", "first_read_at"] == moment(30)
    assert found["is_wished"].to_dict() == {"web:0": True, "web:3": False}
    assert found["is_bought"].to_dict() == {"web:0": True, "web:3": False}


def test_what_was_wished_or_bought_at_the_wrong_time_or_by_another_does_not_count():
    told = acts(ASKED, ("review", "web:a", "mail:b", 30, "SKU-1"))
    wished = {"record_id": "web:a", "action": "added_to_wishlist", "product_id": "SKU-1"}
    touches = table("TOUCHES", {**wished, "touch_id": "web:1", "touched_at": moment(30)})
    orders = orders_from(["web:a", "web:a", "mail:b"], [30, 31 + 3 * DAY, 60])
    lines = [{"order_id": f"shop:{i}", "line_number": 1, "product_id": "SKU-1"} for i in range(3)]
    found = asks_of(told, touches, orders, table("ORDER_LINES", *lines))

    assert not found["is_wished"].any()
    assert not found["is_bought"].any()


# --- direct, or on a friend's word ----------------------------------------------------------


def natures_of(occurred, touches=(), referrals=(), coupons=None):
    n = len(occurred)
    outcomes = [
        {
            "outcome_id": f"shop:{i}",
            "person_id": "person:0001",
            "occurred_at": moment(minute),
            "kind": "order",
        }
        for i, minute in enumerate(occurred)
    ]
    orders = orders_from(["web:a"] * n, occurred, coupon_id=coupons or [None] * n)
    reviews = reviews_of(acts(*referrals))
    found = tell_conversion_natures(
        table("OUTCOMES", *outcomes), orders, reviews, table("TOUCHES", *touches), PEOPLE, RULE
    )
    assert broken_rules("CONVERSION_NATURES", found) == []
    assert found.count() == n
    return found.to_pandas().set_index("outcome_id")


def followed(number, minute, tactic="refer_link", **more):
    return {
        "touch_id": f"web:{number}", "record_id": "app:a", "touched_at": moment(minute), "tactic": tactic,
        "direction": "inbound", **more,
    }  # fmt: skip


def test_the_strongest_sign_tells_the_nature_and_without_any_it_is_direct():
    found = natures_of(
        [10, 5 * DAY, 10 * DAY, 15 * DAY],
        touches=[followed(1, 5 * DAY - 60), followed(2, 5)],
        referrals=[
            ("ask", "web:a", "mail:b", 10 * DAY - 90, None),
            ("review", "web:a", "mail:b", 10 * DAY - 60, "A"),
        ],
        coupons=["FRIEND-1F", None, None, "SPRING10"],
    )

    assert found["sign"].fillna("").tolist() == ["coupon code", "followed link", "friend's review", ""]
    assert found["nature"].tolist() == ["recommended"] * 3 + ["direct"]
    assert found.loc["shop:0", "recommended_at"] == moment(5)
    assert pd.isna(found.loc["shop:3", "recommended_at"])


def test_a_word_too_old_or_too_late_or_of_another_kind_is_none():
    touches = [
        followed(1, 10 * DAY), followed(2, 8 * DAY - 1), followed(3, 9 * DAY, tactic="newsletter"),
        followed(4, 9 * DAY, is_bot=True), followed(5, 9 * DAY, record_id="mail:c"),
    ]  # fmt: skip
    assert natures_of([10 * DAY], touches)["nature"].tolist() == ["direct"]
    assert natures_of([10 * DAY], [followed(6, 8 * DAY)])["nature"].tolist() == ["recommended"]
