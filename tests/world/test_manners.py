"""Segments show in what people open, wish for and read, and in nothing else."""

import numpy as np
import pandas as pd
import pytest
from blocks import CALENDAR, block, catalogue, named_by_number

from journey_research.world.simulation import manners
from journey_research.world.simulation.people import MANNERS, SEGMENTS

FEW = 1500
PAGES = ("sale", "new", "guide", "account")
# What manners may add or leave out; all else is the same whatever the segments do.
THEIRS = ("page_viewed", "product_viewed", "added_to_wishlist", "mail_opened")


@pytest.fixture(scope="module")
def seen():
    """Touches of people, with their segment, and how many visits each segment made."""
    made = block()
    touches = made.touches[made.touches["person"] >= 0]
    touches = touches.assign(segment=made.people["segment"].to_numpy()[touches["person"]])
    return touches, touches[touches["visit"] >= 0].groupby("segment")["visit"].nunique()


def test_every_segment_has_all_manners():
    names = set(MANNERS["loyal"])

    assert set(MANNERS) == set(SEGMENTS)
    assert all(set(numbers) == names for numbers in MANNERS.values())
    assert names == {"products", *PAGES, "wishes", "opened"}


@pytest.mark.parametrize("page", PAGES)
def test_pages_are_opened_as_often_as_the_table_says(seen, page):
    touches, visits = seen
    opened = touches[(touches["kind"] == "page_viewed") & (touches["tactic"] == page)]

    a_visit = opened.groupby("segment").size() / visits

    # People of a segment differ, so its mean spreads more than that of counts alone.
    for segment, numbers in MANNERS.items():
        assert a_visit[segment] == pytest.approx(numbers[page], rel=0.12, abs=0.012), segment


def test_browsers_look_at_most_and_dormant_people_at_one_product(seen):
    touches, visits = seen
    plain = touches[(touches["kind"] == "product_viewed") & (touches["order"] < 0)]

    a_visit = plain.groupby("segment").size() / visits

    for segment, numbers in MANNERS.items():
        assert a_visit[segment] == pytest.approx(1 + numbers["products"], abs=0.1), segment
    assert a_visit.idxmax() == "browser"


def test_wishes_and_openings_go_with_the_segment(seen):
    touches, visits = seen
    wishes = touches[touches["kind"] == "added_to_wishlist"].groupby("segment").size() / visits
    mails = {
        kind: touches[touches["kind"] == kind].groupby("segment")["message"].nunique()
        for kind in ("mail_delivered", "mail_opened")
    }
    opened = mails["mail_opened"] / mails["mail_delivered"]

    assert wishes["browser"] / wishes["loyal"] == pytest.approx(2 / 0.8, rel=0.25)
    assert wishes["dormant"] < 0.5 * wishes["bargain"]
    assert opened.sort_values().index.tolist() == ["dormant", "browser", "bargain", "loyal"]
    assert opened["dormant"] < 0.15 < 0.45 < opened["loyal"]


def test_what_people_open_lies_inside_the_visit_and_never_before_the_mail(seen):
    touches, _ = seen
    pages = touches[touches["tactic"].isin(PAGES) & (touches["kind"] == "page_viewed")]
    heads = touches[(touches["kind"] == "page_viewed") & (touches["tactic"] == "")]
    began = pages["visit"].map(heads.groupby("visit")["at_ms"].min())
    mails = touches[touches["kind"].isin(["mail_sent", "mail_opened"])]
    sent = mails[mails["kind"] == "mail_sent"].set_index("message")["at_ms"]
    opened = mails[mails["kind"] == "mail_opened"]

    assert (pages["at_ms"] >= began).all()
    assert (pages["at_ms"] < CALENDAR.end_ms).all()
    assert len(pages) > 1000
    assert opened["message"].is_unique, "a mail is opened once"
    assert (opened["at_ms"] > opened["message"].map(sent)).all()


def test_without_segments_all_look_around_alike_and_nothing_else_moves():
    with_it, without_it = block(0, FEW), block(0, FEW, ("segments",))
    one, other = named_by_number(with_it), named_by_number(without_it)

    for name in ("people", "accounts", "devices", "orders", "lines", "tickets"):
        pd.testing.assert_frame_equal(one[name], other[name])
    kept = [told["touches"][~told["touches"]["kind"].isin(THEIRS)] for told in (one, other)]
    pd.testing.assert_frame_equal(kept[0], kept[1])
    for name in with_it.told:
        pd.testing.assert_frame_equal(with_it.told[name], without_it.told[name])
    pages = other["touches"][other["touches"]["tactic"].isin(PAGES)]
    segment = without_it.people["segment"].to_numpy()
    visits = other["touches"][other["touches"]["person"] >= 0].drop_duplicates("visit")
    a_visit = (
        pages.groupby(segment[pages["person"]]).size() / visits.groupby(segment[visits["person"]]).size()
    )
    assert a_visit.max() < 1.35 * a_visit.min()


def test_manners_leave_the_size_of_a_world_as_it_was(monkeypatch):
    from journey_research.world.simulation import living

    calm = make_again(monkeypatch, living)
    touches = block(0, FEW).touches

    assert len(touches) == pytest.approx(len(calm.touches), rel=0.1)
    both = np.intersect1d(touches["id"], calm.touches["id"])
    left = calm.touches[~calm.touches["id"].isin(both)]
    assert set(left["kind"]) <= {"product_viewed", "added_to_wishlist", "mail_opened"}, (
        "only these are left out"
    )
    same = [one.set_index("id").loc[both] for one in (touches, calm.touches)]
    pd.testing.assert_frame_equal(same[0], same[1])
    share = [(told["channel"] == "social").mean() for told in (touches, calm.touches)]
    assert share[0] == pytest.approx(share[1], abs=0.001)


def make_again(monkeypatch, living):
    """The same block in which nobody has manners."""
    with monkeypatch.context() as patched:
        patched.setattr(living, "show_manners", lambda scene, alike: None)
        return living.make_block(0, FEW, 5, CALENDAR, catalogue())


def test_alike_is_the_mean_of_all():
    class Few:
        people = pd.DataFrame({"segment": list(SEGMENTS)})

    told = manners.manners_of(Few, alike=True)

    by_hand = sum(facts[0] * MANNERS[segment]["sale"] for segment, facts in SEGMENTS.items())
    assert told["sale"] == pytest.approx(np.full(len(SEGMENTS), by_hand))
    assert manners.manners_of(Few)["sale"].tolist() == [MANNERS[segment]["sale"] for segment in SEGMENTS]
