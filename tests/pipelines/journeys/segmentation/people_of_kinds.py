"""Made-up persons for tests of segments: of planted kinds, or all of one kind."""

import numpy as np
import pandas as pd

from journey_research.pipelines.journeys.segmentation.rule import SegmentRule
from tests.pipelines.journeys.small_world import START
from tests.worlds import table

WEEKS = 8
END = START + pd.Timedelta(weeks=WEEKS)
RULE = SegmentRule(
    method="best", segment_seed=1, max_segments=4, n_channels=4, n_starts=2, n_resamples=4,
    max_fitted_persons=500, max_judged_persons=150, min_persons=12, min_segment_share=0.05,
    min_silhouette=0.1, min_stability=0.5, min_repeatability=0.05,
)  # fmt: skip
# Kind: touches a week, shares of channels, orders a week, share of touches by the company.
KINDS = {
    "mail": (2.5, {"email": 0.9, "direct": 0.1}, 0.02, 0.8),
    "shop": (1.5, {"store": 0.8, "direct": 0.2}, 0.6, 0.0),
    "search": (4.0, {"search": 0.7, "direct": 0.3}, 0.1, 0.0),
}


def persons_of(kinds, n_each, seed=1, weeks=WEEKS):
    """Touches, outcomes, orders and as_of of ``n_each`` persons of each kind; the kind is in the id."""
    draws = np.random.default_rng(seed)
    touches, outcomes, orders = [], [], []
    minutes = weeks * 7 * 24 * 60
    for place, (rate, channels, order_rate, company) in enumerate(kinds):
        for number in range(n_each):
            person = f"person:{place}{number:03x}"
            times = np.sort(draws.integers(0, minutes, max(1, draws.poisson(rate * weeks))))
            for time in times.tolist():
                key = f"web:{len(touches):06d}"
                channel = list(channels)[draws.choice(len(channels), p=list(channels.values()))]
                by_us = draws.random() < company
                touches.append(
                    {"touch_id": key, "person_id": person, "touched_at": at(time), "session_id": key,
                     "journey_id": f"web:{person}", "channel": channel,
                     "action": "email_delivered" if by_us else "product_viewed",
                     "initiative": "company" if by_us else "customer"}
                )  # fmt: skip
            for time in draws.integers(0, minutes, draws.poisson(order_rate * weeks)).tolist():
                key = f"shop:{len(orders):06d}"
                paid = {"outcome_id": key, "person_id": person, "occurred_at": at(time)}
                outcomes.append(paid | {"kind": "order", "outcome_amount": 20})
                orders.append(
                    {"order_id": key, "record_id": "shop:0", "ordered_at": at(time), "status": "paid",
                     "coupon_id": "shop:coupon" if draws.random() < 0.3 else None}
                )  # fmt: skip
    return (
        table("JOURNEY_TOUCHES", *touches), table("OUTCOMES", *outcomes), table("ORDERS", *orders),
        table("AS_OF", {"as_of": END.to_pydatetime()}),
    )  # fmt: skip


def at(minute):
    return (START + pd.Timedelta(minutes=int(minute))).to_pydatetime()


def nobody():
    return (
        table("JOURNEY_TOUCHES"), table("OUTCOMES"), table("ORDERS"),
        table("AS_OF", {"as_of": END.to_pydatetime()}),
    )  # fmt: skip
