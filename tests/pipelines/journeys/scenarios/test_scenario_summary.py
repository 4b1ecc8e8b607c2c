"""The summary of scenarios: shares by hand, too few to say, and a world in which nothing happens."""

from journey_research.pipelines.journeys import scenarios
from journey_research.pipelines.journeys.intervals import clustered_interval
from journey_research.pipelines.journeys.scenarios.after_sale import (
    AfterSaleRule,
    follow_collected_orders,
    follow_post_sale_mails,
)
from journey_research.pipelines.journeys.scenarios.complaints import ComplaintRule, follow_complaints
from journey_research.pipelines.journeys.scenarios.feedback import FeedbackRule, gather_feedback
from journey_research.pipelines.journeys.scenarios.friends import (
    FriendRule,
    find_friend_reviews,
    follow_friend_asks,
    tell_conversion_natures,
)
from journey_research.pipelines.journeys.scenarios.store_visits import (
    VisitRule,
    find_store_visits,
    list_interests,
    view_visitors,
)
from journey_research.pipelines.journeys.scenarios.summary import FIGURES, summarise_scenarios
from tests.worlds import broken_rules, empty_world, table


def summary_of(**tables):
    world = empty_world() | tables
    names = (
        "assistant_views", "friend_asks", "collected_orders", "post_sale_mails", "complaints", "feedback",
        "conversion_natures",
    )  # fmt: skip
    told = summarise_scenarios(*(world[name] for name in names), AfterSaleRule())
    return told.set_index(["scenario", "figure"])


def test_a_share_is_of_occasions_and_its_interval_of_persons():
    views = [
        {"visit_id": f"b:{i}", "person_id": f"person:{person}", "n_interests": n}
        for i, (person, n) in enumerate([(1, 1), (1, 0), (2, 3), (3, 0), (3, 0), (3, 1)])
    ]
    told = summary_of(assistant_views=table("ASSISTANT_VIEWS", *views))
    row = told.loc[("store check-in", "looked online before")]

    assert (row["n_found"], row["n_persons"], row["found_share"]) == (6, 3, 0.5)
    # Hits by person 1, 1, 1 of 2, 1, 3 stays.
    assert (row["low"], row["high"]) == clustered_interval(3, 6, 3, hh=3, hn=6, nn=14)


def test_below_five_occasions_nothing_is_said():
    four = [{"visit_id": f"b:{i}", "person_id": f"person:{i}"} for i in range(4)]
    told = summary_of(assistant_views=table("ASSISTANT_VIEWS", *four))
    row = told.loc[("store check-in", "looked online before")]

    assert row["n_found"] == 4
    assert row[["found_share", "low", "high"]].isna().all()


def test_what_cannot_be_decided_yet_is_in_no_share():
    said = [
        {"complaint_id": f"x:{i}", "person_id": f"person:{i}", "is_late": late}
        for i, late in enumerate([True, False, False, False, True, None, None])
    ]
    told = summary_of(complaints=table("COMPLAINTS", *said))
    late, known = (
        told.loc[("complaint in public", figure)] for figure in ("answered too late", "order known")
    )
    assert (late["n_found"], late["found_share"]) == (5, 0.4)
    assert known["n_found"] == 7


def test_only_stays_that_an_assistant_noted_can_lack_the_customers_word():
    told = [("assistant", 1), ("customer", 1), ("assistant", 2), ("customer", 3), ("customer", None)]
    told += [("assistant", n) for n in (4, 5, 6)]
    rows = [
        {
            "feedback_id": f"f:{i}", "person_id": "person:1", "author": author,
            "visit_id": None if visit is None else f"b:{visit}",
        }
        for i, (author, visit) in enumerate(told)
    ]  # fmt: skip
    row = summary_of(feedback=table("FEEDBACK", *rows)).loc[("feedback of both", "customer spoke too")]

    assert (row["n_found"], row["found_share"]) == (5, 0.2)


def test_a_world_in_which_nothing_happens_has_every_figure_and_says_nothing():
    world = empty_world()
    people, touches, orders = world["people"], world["touches"], world["orders"]
    visits = find_store_visits(touches, people, VisitRule())
    interests = list_interests(
        visits, touches, orders, world["order_lines"], world["availability"], people, VisitRule()
    )
    reviews = find_friend_reviews(world["referrals"], people, FriendRule())
    made = {
        "store_visits": visits,
        "checkin_interests": interests,
        "assistant_views": view_visitors(visits, interests, touches, orders, people, VisitRule()),
        "friend_reviews": reviews,
        "friend_asks": follow_friend_asks(
            reviews, world["referrals"], touches, orders, world["order_lines"], people, FriendRule()
        ),
        "collected_orders": follow_collected_orders(
            orders, world["order_sightings"], visits, people, AfterSaleRule()
        ),
        "post_sale_mails": follow_post_sale_mails(
            touches, orders, world["consents"], people, AfterSaleRule()
        ),
        "complaints": follow_complaints(touches, orders, people, world["as_of"], ComplaintRule()),
        "feedback": gather_feedback(touches, visits, people, FeedbackRule()),
        "conversion_natures": tell_conversion_natures(
            world["outcomes"], orders, reviews, touches, people, FriendRule()
        ),
    }
    for name, told in made.items():
        assert broken_rules(name.upper(), told) == []
        assert told.count() == 0, name
    told = summary_of(**made)

    assert told.index.tolist() == list(FIGURES)
    assert told["n_found"].sum() == 0
    assert told["found_share"].isna().all()
    assert scenarios.__doc__
