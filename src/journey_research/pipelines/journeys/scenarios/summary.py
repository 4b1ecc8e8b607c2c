"""How often each scenario was found, and one figure or more of each with its interval."""

from __future__ import annotations

import pandas as pd

from journey_research.engine import Table, run_sql
from journey_research.pipelines.journeys.intervals import clustered_interval

from .after_sale import AfterSaleRule
from .word_lists import words

COLUMNS = ["scenario", "figure", "n_found", "n_persons", "found_share", "low", "high"]
FEWEST = 5  # occasions; of fewer nothing is said
# What each figure is a share of; a scenario that nobody lived is told as such, and not left out.
FIGURES = (
    ("store check-in", "looked online before"),
    ("store check-in", "approached before or in the stay"),
    ("friends asked", "answered by a review"),
    ("friends asked", "bought after the review"),
    ("collected at the counter", "stay in the store noticed"),
    ("thanks and coupon", "mailed without permission"),
    ("thanks and coupon", "coupon mail opened"),
    ("thanks and coupon", "coupon mail clicked"),
    ("thanks and coupon", "coupon redeemed"),
    ("complaint in public", "order known"),
    ("complaint in public", "bought after a newsletter"),
    ("complaint in public", "answered too late"),
    ("feedback of both", "customer spoke too"),
    ("nature of conversion", "recommended by a friend"),
)


def summarise_scenarios(
    assistant_views: Table,
    friend_asks: Table,
    collected_orders: Table,
    post_sale_mails: Table,
    complaints: Table,
    feedback: Table,
    conversion_natures: Table,
    rule: AfterSaleRule,
) -> pd.DataFrame:
    """Count the scenarios and measure what became of them.

    Args:
        assistant_views: Contract ``AssistantViews``.
        friend_asks: Contract ``FriendAsks``.
        collected_orders: Contract ``CollectedOrders``.
        post_sale_mails: Contract ``PostSaleMails``.
        complaints: Contract ``Complaints``.
        feedback: Contract ``Feedback``.
        conversion_natures: Contract ``ConversionNatures``.
        rule: Which mails bring a coupon.

    Returns:
        Contract ``Scenarios``: a row per scenario and figure, found or not. ``n_found`` is the number of
        occasions that the share is of; below 5 the share is not told. The 95 % interval counts persons, not
        occasions (Rao and Scott, 1992).
    """
    added = run_sql(
        "scenario_counts.sql",
        assistant_views=assistant_views,
        friend_asks=friend_asks,
        collected_orders=collected_orders,
        post_sale_mails=post_sale_mails,
        complaints=complaints,
        feedback=feedback,
        conversion_natures=conversion_natures,
        coupon_tactics=words(rule.coupon_tactics),
    ).query(
        "select scenario, figure, count(*) as n_persons, sum(n) as n, sum(n_so) as n_so,"
        " sum(n_so * n_so) as hh, sum(n_so * n) as hn, sum(n * n) as nn from this group by scenario, figure"
    )
    counts = {
        (row[0], row[1]): [int(value) for value in row[2:]]
        for row in added.to_pandas().itertuples(index=False)
    }
    rows = [(*named, *_figure(*counts.get(named, [0] * 6))) for named in FIGURES]
    types = {"n_found": "int64", "n_persons": "int64", "found_share": "float64"}
    return pd.DataFrame(rows, columns=COLUMNS).astype({**types, "low": "float64", "high": "float64"})


def _figure(n_persons: int, n: int, n_so: int, hh: int, hn: int, nn: int) -> tuple[float | None, ...]:
    if n < FEWEST:
        return n, n_persons, None, None, None
    return n, n_persons, n_so / n, *clustered_interval(n_so, n, n_persons, hh, hn, nn)
