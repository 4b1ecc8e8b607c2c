"""What persons did, counted by SQL and by ten lines of pandas."""

import numpy as np
import pandas as pd
import pytest

from journey_research.engine import Table
from journey_research.pipelines.journeys.segmentation.behaviours import (
    LEAN,
    NOW,
    OTHER,
    OTHER_DEED,
    PERIODS,
    Scale,
)
from journey_research.pipelines.journeys.segmentation.gathering import Told, gather_behaviours
from tests.pipelines.journeys.segmentation.people_of_kinds import END, KINDS, at, nobody, persons_of
from tests.worlds import table

WEEK = pd.Timedelta(weeks=1)
KEEPS = {
    "now": lambda week: week >= 0,
    "week_before": lambda week: week >= 1,
    "odd_weeks": lambda week: week % 2 == 1,
    "even_weeks": lambda week: week % 2 == 0,
}


def in_period(frame, when, period):
    """Rows of a period: weeks are counted back from the end."""
    frame = frame[frame[when] <= END]
    return frame[KEEPS[period]((END - frame[when]) // WEEK)]


def behaviour_by_hand(touches, outcomes, orders, period):
    """What each person did in a period."""
    seen = in_period(touches, "touched_at", period)
    bought = in_period(outcomes, "occurred_at", period)
    bought = bought.merge(orders, left_on="outcome_id", right_on="order_id")
    end = END - (WEEK if period == "week_before" else 0 * WEEK)
    hour = seen["touched_at"].dt.hour
    told = pd.DataFrame(
        {
            "n_touches": seen.groupby("person_id").size(),
            "n_sessions": seen.groupby("person_id")["session_id"].nunique(),
            "n_channels": seen.groupby("person_id")["channel"].nunique(),
            "n_company": (seen["initiative"] == "company").groupby(seen["person_id"]).sum(),
            "n_weekend": (seen["touched_at"].dt.day_of_week >= 5).groupby(seen["person_id"]).sum(),
            "n_late": ((hour < 6) | (hour >= 17)).groupby(seen["person_id"]).sum(),
            "silent_days": (end - seen.groupby("person_id")["touched_at"].max()) / pd.Timedelta(days=1),
        }
    )
    paid = bought.groupby("person_id")
    told["n_outcomes"] = paid.size().reindex(told.index).fillna(0)
    told["n_reduced"] = bought["coupon_id"].notna().groupby(bought["person_id"]).sum().reindex(told.index)
    told["amount"] = paid["outcome_amount"].sum().astype(float).reindex(told.index)
    return told.fillna(0).sort_index()


def steps_by_hand(touches, person, period):
    """Starts and steps between channels of a person, as (from, to) -> count."""
    counts = {}
    for _, journey in touches[touches["person_id"] == person].groupby("journey_id"):
        journey = journey.sort_values(["touched_at", "touch_id"])
        before = None
        for _, touch in journey.iterrows():
            moves = before is None or (touch["channel"], touch["session_id"]) != before
            if moves and KEEPS[period]((END - touch["touched_at"]) // WEEK):
                step = ("" if before is None else before[0], touch["channel"])
                counts[step] = counts.get(step, 0) + 1
            before = (touch["channel"], touch["session_id"])
    return counts


def deeds_by_hand(touches, pages, person, period):
    """Starts of sessions, steps between a person's own deeds, and ends, as (from, to) -> count."""
    page = pages.set_index("touch_id")["content_id"]
    counts = {}
    own = touches[(touches["person_id"] == person) & (touches["initiative"] != "company")]
    for _, session in own.groupby("session_id"):
        session = session.sort_values(["touched_at", "touch_id"])
        seen = page.reindex(session["touch_id"]).tolist()
        deeds = [
            action
            if action != "page_viewed" or pd.isna(where)
            else f"page_viewed {where.strip('/') or 'home'}"
            for action, where in zip(session["action"], seen, strict=True)
        ]
        times = session["touched_at"].tolist()
        for step in zip(["", *deeds], [*deeds, ""], [*times, times[-1]], strict=True):
            if KEEPS[period]((END - step[2]) // WEEK):
                counts[step[:2]] = counts.get(step[:2], 0) + 1
    return counts


def apart(n_channels, n_deeds=3):
    return Told(n_channels, n_deeds, "page_viewed")


@pytest.mark.parametrize("seed", [1, 2])
def test_sql_counts_as_pandas_does(seed):
    tables = persons_of(KINDS.values(), 6, seed=seed)
    seen, pages, bought, paid = (told.to_pandas() for told in tables[:4])

    periods, behaviour = gather_behaviours(*tables, apart(2, 2))

    counted = behaviour.to_pandas()
    for period in PERIODS:
        by_hand = behaviour_by_hand(seen, bought, paid, period)
        ours = counted[counted["period"] == period].set_index("person_id").sort_index()
        assert list(ours.index) == list(by_hand.index)
        for name in by_hand:
            assert ours[name].astype(float).to_numpy() == pytest.approx(by_hand[name].to_numpy()), name
        told = periods[period]
        names = ["", *told.channels]
        for row, person in enumerate(told.person_ids):
            walked = np.zeros((len(names), len(told.channels)))
            for (here, there), n in steps_by_hand(seen, person, period).items():
                walked[
                    names.index(here if here in names else OTHER),
                    told.channels.index(there if there in told.channels else OTHER),
                ] += n
            assert told.steps[row].tolist() == walked.ravel().tolist()
            done = np.zeros((len(told.deeds) + 1, len(told.deeds) + 1))
            for (here, there), n in deeds_by_hand(seen, pages, person, period).items():
                froms, tos = ["", *told.deeds], [*told.deeds, ""]
                done[
                    froms.index(here if here in froms else OTHER_DEED),
                    tos.index(there if there in tos else OTHER_DEED),
                ] += n
            assert told.deed_steps[row].tolist() == done.ravel().tolist()


def test_one_person_by_hand():
    def touch(key, minute, channel, action, initiative):
        return {
            "touch_id": f"web:{key}", "person_id": "person:1", "touched_at": at(minute), "channel": channel,
            "session_id": f"web:{key}", "journey_id": "web:a", "action": action, "initiative": initiative,
        }  # fmt: skip

    day = 24 * 60
    touches = table(
        "JOURNEY_TOUCHES",
        touch("a", 42 * day, "email", "email_delivered", "company"),
        touch("b", 42 * day + 60, "email", "email_opened", "customer"),
        touch("c", 54 * day, "store", "store_entered", "customer"),
    )
    now = gather_behaviours(touches, *nobody()[1:], apart(4))[0][NOW]

    told = {name: values[0] for name, values in now.traits.items()}
    assert (told["n_touches"], told["n_opened"], told["opened_share"]) == (3, 1, 1)
    assert told["company_share"] == pytest.approx(1 / 3)
    assert (told["silent_days"], told["no_outcome_days"]) == (2, 14)  # two weeks are all that was seen
    assert now.channels == ("email", "store")
    assert now.shares.tolist() == [[pytest.approx(2 / 3), pytest.approx(1 / 3)]]
    # Starts by mail, mail, mail to store.
    assert now.steps.tolist() == [[1, 0, 1, 1, 0, 0]]


def test_deeds_of_one_person_by_hand():
    def touch(key, minute, action, session, initiative="customer"):
        return {
            "touch_id": f"web:{key}", "person_id": "person:1", "touched_at": at(minute), "action": action,
            "session_id": f"web:{session}", "journey_id": "web:a", "initiative": initiative,
        }  # fmt: skip

    touches = table(
        "JOURNEY_TOUCHES",
        touch("a", 0, "page_viewed", "a"), touch("b", 1, "page_viewed", "a"),
        touch("c", 2, "email_delivered", "a", "company"), touch("d", 3, "page_viewed", "a"),
        touch("e", 90, "product_viewed", "e"), touch("f", 91, "page_viewed", "e"),
    )  # fmt: skip
    pages = table(
        "TOUCHES",
        *({"touch_id": f"web:{key}", "record_id": "web:0", "content_id": page}
          for key, page in [("a", "/"), ("b", "/Sale/shoes"), ("d", "sale"), ("e", "/products/tent"),
                            ("f", None)]),
    )  # fmt: skip

    now = gather_behaviours(touches, pages, *nobody()[2:], apart(4, 4))[0][NOW]

    # A page is the first part of its address; only the action that is looking at pages is parted by page.
    assert now.deeds == ("page_viewed sale", "page_viewed", "page_viewed home", "product_viewed")
    assert now.deed_counts.tolist() == [[2, 1, 1, 1]]
    steps = now.deed_steps.reshape(5, 5)  # from the start and each deed, to each deed and the end
    assert steps[0].tolist() == [0, 0, 1, 1, 0]
    assert steps[1].tolist() == [1, 0, 0, 0, 1]
    assert steps[2].tolist() == [0, 0, 0, 0, 1]
    assert steps[3].tolist() == [1, 0, 0, 0, 0]
    assert steps[4].tolist() == [0, 1, 0, 0, 0]
    assert now.deed_shares().tolist() == [[0.4, 0.2, 0.2, 0.2]]
    # Without the pages a deed is the action.
    bare = gather_behaviours(touches, *nobody()[1:], apart(4))[0][NOW]
    assert bare.deeds == ("page_viewed", "product_viewed")


def test_few_deeds_lean_on_everybodys():
    told = persons_of(KINDS.values(), 10)

    now = gather_behaviours(*told, apart(3))[0][NOW]

    done = now.features()[:, -len(now.deeds) :] ** 2
    assert done.sum(axis=1) == pytest.approx(np.ones(len(now)))
    n = now.deed_counts.sum(axis=1, keepdims=True)
    assert done == pytest.approx((now.deed_counts + LEAN * now.usual) / (n + LEAN))
    assert now.usual == pytest.approx(now.deed_counts.sum(axis=0) / n.sum())


def test_what_lies_after_as_of_changes_nothing():
    touches, pages, outcomes, orders, as_of = persons_of(KINDS.values(), 4)
    late = {"person_id": "person:0000", "session_id": "web:z", "journey_id": "web:z", "channel": "fax"}
    later = table("JOURNEY_TOUCHES", {"touch_id": "web:z", "touched_at": at(9 * 7 * 24 * 60), **late})
    paid = {"outcome_id": "shop:z", "person_id": "person:0000", "occurred_at": at(9 * 7 * 24 * 60)}
    both = "select * from one union all select * from two"

    before, _ = gather_behaviours(touches, pages, outcomes, orders, as_of, apart(3))
    after, _ = gather_behaviours(
        Table(both, {"one": touches, "two": later}),
        pages,
        Table(both, {"one": outcomes, "two": table("OUTCOMES", paid)}),
        orders, as_of, apart(3),
    )  # fmt: skip

    for period in PERIODS:
        assert (before[period].features() == after[period].features()).all()
        assert (before[period].steps == after[period].steps).all()
        assert (before[period].deed_steps == after[period].deed_steps).all()


def test_nobody_has_no_rows_but_columns():
    periods, behaviour = gather_behaviours(*nobody(), apart(3))

    assert [len(told) for told in periods.values()] == [0] * 4
    assert periods[NOW].features().shape[0] == 0
    assert behaviour.count() == 0


def test_a_constant_column_is_no_distance():
    rows = np.array([[1.0, 2], [1, 4]])

    assert Scale.of(rows).of_rows(rows).tolist() == [[0, -1], [0, 1]]
