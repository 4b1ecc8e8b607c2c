"""What was read, what is missing, late or new: the tables that say how far the week can be believed."""

from __future__ import annotations

import pandas as pd

from journey_research.engine import Table

from .tables import rows_of
from .words import Remark, number, plain, things


def channels_table(channels: Table) -> pd.DataFrame:
    """Channels with their tactics; those that nobody has reviewed stand first and say so.

    Args:
        channels: Contract ``CHANNELS``.

    Returns:
        One row per channel: ``channel``, ``tactics``, ``touches``, ``orders``, ``spend rows``, ``reviewed``.
    """
    rows = rows_of(
        channels,
        "with named as (select *, coalesce(nullif(tactic, ''), 'none told') as told from this) "
        "select channel, string_agg(distinct told, ', ' order by told) as tactics, "
        "cast(sum(n_touches) as bigint) as n_touches, cast(sum(n_orders) as bigint) as n_orders, "
        "cast(sum(n_spend_rows) as bigint) as n_spend_rows, max(status) as status "
        "from named group by channel order by max(status) desc, channel",
    )
    shown = [
        (
            plain(row["channel"]),
            plain(row["tactics"]),
            number(row["n_touches"]),
            number(row["n_orders"]),
            number(row["n_spend_rows"]),
            "yes" if row["status"] == "reviewed" else "UNREVIEWED",
        )
        for row in rows
    ]
    return pd.DataFrame(shown, columns=["channel", "tactics", "touches", "orders", "spend rows", "reviewed"])


def new_channels(channels: Table) -> Remark:
    """Which channels nobody has reviewed, in one sentence."""
    rows = rows_of(channels, "select distinct channel from this where status = 'unreviewed' order by channel")
    if not rows:
        return Remark("Every channel in the data has been reviewed.")
    listed = ", ".join(plain(row["channel"]) for row in rows)
    return Remark(
        f"{things(len(rows), 'channel')} not reviewed yet: {listed}. Look at what it brings, then add it to "
        "channel_catalogue in conf."
    )


def stale_sources(freshness: Table) -> Remark:
    """Which sources are further behind than their own cadence allows, in one sentence."""
    rows = rows_of(
        freshness,
        "select source, cadence, lag_days from this where is_stale order by lag_days desc, source",
    )
    if not rows:
        return Remark("No source is further behind than its own cadence allows.")
    listed = "; ".join(
        f"{row['source']}, {row['cadence']}, {row['lag_days']:.1f} days behind" for row in rows
    )
    return Remark(
        f"{things(len(rows), 'source')} late: {listed}. What they would tell of the week is missing."
    )


def absent_classes(data_classes: Table) -> Remark:
    """Which classes of data the business expects and does not have, in one sentence."""
    rows = rows_of(data_classes, "select data_class from this where is_absent order by data_class")
    if not rows:
        return Remark("Every class of data that the business expects is there.")
    listed = ", ".join(row["data_class"] for row in rows)
    return Remark(f"No source tells: {listed}. Whatever hangs on it is missing from these figures.")


def dirt_remark(dirt_found: Table) -> Remark:
    """How well the rules find dirt that was planted; says so where none is known to be."""
    planted, found, false = dirt_found.query(
        "select cast(coalesce(sum(n_planted), 0) as bigint), cast(coalesce(sum(n_found), 0) as bigint), "
        "cast(coalesce(sum(n_false), 0) as bigint) from this"
    ).first_row()
    if not planted:
        return Remark("Nobody planted dirt in these files, so how much of it the rules find is not known.")
    return Remark(
        f"Of {things(planted, 'row')} damaged on purpose, {number(found)} were set aside, and "
        f"{number(false)} others with them."
    )


def entities_remark(entity_totals: Table) -> Remark:
    """How many customers there are at the business's grain, in one sentence."""
    firms, people, grouped = entity_totals.query(
        "select count(distinct case when kind = 'account' then entity_id end), "
        "count(distinct case when kind = 'person' then entity_id end), "
        "cast(coalesce(sum(case when kind = 'account' and first_row = 1 then n_persons end), 0) as bigint) "
        "from (select *, row_number() over (partition by entity_id order by currency) as first_row from this)"
    ).first_row()
    if not firms:
        return Remark(f"Counted by person there are {things(people, 'person', 'persons')}.")
    return Remark(
        f"Counted by account there are {things(firms, 'firm')} ({things(grouped, 'person', 'persons')}) and "
        f"{things(people, 'person', 'persons')} without one."
    )
