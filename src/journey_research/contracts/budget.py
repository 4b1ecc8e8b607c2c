"""Contracts of money: what people are worth by channel, what channels cost, and the plan for a week."""

import pandera.pandas as pa
from pandera.typing import Series

from .table_contract import NONE, Bool, Float, Int, TableContract, Text


class ChannelValues(pa.DataFrameModel):
    """One row per channel: the people it brought first, and what they are worth.

    A person is worth what it brought so far and what is expected of it in the horizon of ``LifetimeValues``.
    """

    channel: Series[Text] = pa.Field(metadata=NONE)
    n_won: Series[Int] = pa.Field(ge=0, metadata=NONE, description="people with a conversion")
    mean_worth_amount: Series[Float] = pa.Field(
        nullable=True, metadata=NONE, description="null: too few people to say"
    )
    low: Series[Float] = pa.Field(nullable=True, metadata=NONE, description="95 %, people drawn again")
    high: Series[Float] = pa.Field(nullable=True, metadata=NONE)
    worth_amount: Series[Float] = pa.Field(metadata=NONE, description="of all of them")
    spent_amount: Series[Float] = pa.Field(ge=0, metadata=NONE, description="in the weeks of spend")
    is_told: Series[Bool] = pa.Field(metadata=NONE, description="whether there are enough people")


class ChannelWeeks(pa.DataFrameModel):
    """One row per channel and week back from as_of: what it cost, and the worth that is credited to it."""

    channel: Series[Text] = pa.Field(metadata=NONE)
    week: Series[Int] = pa.Field(ge=0, metadata=NONE, description="0: the last seven days")
    spent_amount: Series[Float] = pa.Field(ge=0, metadata=NONE)
    n_clicks: Series[Int] = pa.Field(ge=0, metadata=NONE)
    worth_amount: Series[Float] = pa.Field(metadata=NONE)
    n_credited: Series[Int] = pa.Field(ge=0, metadata=NONE, description="people whose worth is shared")


class BudgetPlan(pa.DataFrameModel):
    """One row per channel with spend: its curve, what the next unit brings, and the plan for a week.

    Amounts are of one week. Null: its weeks tell no curve; it keeps what it has.
    """

    channel: Series[Text] = pa.Field(metadata=NONE)
    n_weeks: Series[Int] = pa.Field(ge=1, metadata=NONE, description="weeks with spend")
    spent_amount: Series[Float] = pa.Field(gt=0, metadata=NONE, description="mean of all weeks")
    variation: Series[Float] = pa.Field(ge=0, metadata=NONE, description="standard deviation over mean")
    scale: Series[Float] = pa.Field(ge=0, nullable=True, metadata=NONE)
    elasticity: Series[Float] = pa.Field(
        gt=0, le=1, metadata=NONE, description="worth = scale * spend ** elasticity; assumed"
    )
    fitted_elasticity: Series[Float] = pa.Field(
        ge=0, le=1, nullable=True, metadata=NONE, description="what the weeks tell; spend follows demand"
    )
    fitted_low: Series[Float] = pa.Field(ge=0, le=1, nullable=True, metadata=NONE)
    fitted_high: Series[Float] = pa.Field(ge=0, le=1, nullable=True, metadata=NONE)
    marginal_return: Series[Float] = pa.Field(
        ge=0, nullable=True, metadata=NONE, description="worth of the next unit of spend, today"
    )
    marginal_return_low: Series[Float] = pa.Field(
        ge=0, nullable=True, metadata=NONE, description="over resamples of weeks and elasticities"
    )
    marginal_return_high: Series[Float] = pa.Field(ge=0, nullable=True, metadata=NONE)
    planned_amount: Series[Float] = pa.Field(ge=0, metadata=NONE)
    planned_return: Series[Float] = pa.Field(ge=0, nullable=True, metadata=NONE)
    clicks_amount: Series[Float] = pa.Field(ge=0, metadata=NONE, description="the plan by clicks")
    is_told: Series[Bool] = pa.Field(metadata=NONE)
    basis: Series[Text] = pa.Field(metadata=NONE, description="what the curve is worth")


CHANNEL_VALUES = TableContract(ChannelValues, ("channel",))
CHANNEL_WEEKS = TableContract(ChannelWeeks, ("channel", "week"))
BUDGET_PLAN = TableContract(BudgetPlan, ("channel",))
