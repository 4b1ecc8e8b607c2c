"""Made-up persons for tests of segments: of planted kinds, or all of one kind."""

import numpy as np
import pandas as pd

from journey_research.pipelines.journeys.segmentation.rule import SegmentRule
from tests.pipelines.journeys.small_world import START
from tests.worlds import table

WEEKS = 8
END = START + pd.Timedelta(weeks=WEEKS)
RULE = SegmentRule(
    method="best", segment_seed=1, max_segments=4, n_channels=4, n_deeds=4, paged_action="page_viewed",
    n_starts=2, n_resamples=4, max_fitted_persons=500, max_judged_persons=150, min_persons=12,
    min_segment_share=0.05, min_silhouette=0.1, min_stability=0.5, min_repeatability=0.05,
)  # fmt: skip
PRODUCT, SALE, HOME = ("product_viewed", None), ("page_viewed", "/sale"), ("page_viewed", "/")
# Kind: touches a week, shares of channels, orders a week, share of touches by the company, shares of deeds.
KINDS = {
    "mail": (2.5, {"email": 0.9, "direct": 0.1}, 0.02, 0.8, {SALE: 0.9, PRODUCT: 0.1}),
    "shop": (1.5, {"store": 0.8, "direct": 0.2}, 0.6, 0.0, {("store_entered", None): 0.8, PRODUCT: 0.2}),
    "search": (4.0, {"search": 0.7, "direct": 0.3}, 0.1, 0.0, {PRODUCT: 0.8, HOME: 0.2}),
}


def persons_of(kinds, n_each, seed=1, weeks=WEEKS):
    """Journey touches, touches, outcomes, orders and as_of of ``n_each`` persons of each kind.

    The kind is in the id.
    """
    draws, deed_draws = np.random.default_rng(seed), np.random.default_rng([seed, 1])
    touches, pages, outcomes, orders = [], [], [], []
    minutes = weeks * 7 * 24 * 60
    for place, (rate, channels, order_rate, company, deeds) in enumerate(kinds):
        for number in range(n_each):
            person = f"person:{place}{number:03x}"
            times = np.sort(draws.integers(0, minutes, max(1, draws.poisson(rate * weeks))))
            for time in times.tolist():
                key = f"web:{len(touches):06d}"
                channel = list(channels)[draws.choice(len(channels), p=list(channels.values()))]
                by_us = draws.random() < company
                action, page = list(deeds)[deed_draws.choice(len(deeds), p=list(deeds.values()))]
                action, page = ("email_delivered", None) if by_us else (action, page)
                touches.append(
                    {"touch_id": key, "person_id": person, "touched_at": at(time), "session_id": key,
                     "journey_id": f"web:{person}", "channel": channel,
                     "action": action, "initiative": "company" if by_us else "customer"}
                )  # fmt: skip
                pages.append({"touch_id": key, "record_id": "web:0", "content_id": page})
            for time in draws.integers(0, minutes, draws.poisson(order_rate * weeks)).tolist():
                key = f"shop:{len(orders):06d}"
                paid = {"outcome_id": key, "person_id": person, "occurred_at": at(time)}
                outcomes.append(paid | {"kind": "order", "outcome_amount": 20})
                orders.append(
                    {"order_id": key, "record_id": "shop:0", "ordered_at": at(time), "status": "paid",
                     "coupon_id": "shop:coupon" if draws.random() < 0.3 else None}
                )  # fmt: skip
    return (
        table("JOURNEY_TOUCHES", *touches), table("TOUCHES", *pages), table("OUTCOMES", *outcomes),
        table("ORDERS", *orders),
        table("AS_OF", {"as_of": END.to_pydatetime()}),
    )  # fmt: skip


def at(minute):
    return (START + pd.Timedelta(minutes=int(minute))).to_pydatetime()


def nobody():
    return (
        table("JOURNEY_TOUCHES"), table("TOUCHES"), table("OUTCOMES"), table("ORDERS"),
        table("AS_OF", {"as_of": END.to_pydatetime()}),
    )  # fmt: skip


def no_deeds(n):
    """What ``Behaviours`` holds of the deeds of n persons who did nothing."""
    return (), np.zeros((n, 0)), np.zeros((n, 1)), np.zeros(0)
