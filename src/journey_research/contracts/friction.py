"""Contracts of what stands in the way: friction by step, what to fix first, and what moves together."""

import pandera.pandas as pa
from pandera.typing import Series

from .table_contract import NONE, SOURCE_NAME, Bool, Float, Int, TableContract, Text

MEASURES = ["drop_off", "wait", "rework_loop", "repeat_contact", "channel_switch"]


class Friction(pa.DataFrameModel):
    """One row per step and measure: how many cases are affected there, and what goes beyond the usual.

    A null excess or stake: too few cases to say, or nothing to hold the step against.
    """

    process: Series[Text] = pa.Field(metadata=NONE, description="named after its first step; 'contact': help")
    step: Series[Text] = pa.Field(metadata=NONE, description="action, and the page where many are one action")
    metric: Series[Text] = pa.Field(isin=MEASURES, metadata=NONE)
    step_number: Series[Int] = pa.Field(ge=1, metadata=NONE, description="in the process; contacts: by name")
    n_cases: Series[Int] = pa.Field(ge=1, metadata=NONE, description="cases at the step")
    n_persons: Series[Int] = pa.Field(ge=1, metadata=NONE)
    affected_share: Series[Float] = pa.Field(ge=0, le=1, metadata=NONE)
    low: Series[Float] = pa.Field(ge=0, le=1, metadata=NONE)
    high: Series[Float] = pa.Field(ge=0, le=1, metadata=NONE)
    usual_share: Series[Float] = pa.Field(ge=0, le=1, nullable=True, metadata=NONE)
    excess_share: Series[Float] = pa.Field(nullable=True, metadata=NONE, description="below 0 by chance")
    excess_low: Series[Float] = pa.Field(nullable=True, metadata=NONE)
    excess_high: Series[Float] = pa.Field(nullable=True, metadata=NONE)
    typical_minutes: Series[Float] = pa.Field(ge=0, nullable=True, metadata=NONE, description="wait: median")
    p_value: Series[Float] = pa.Field(ge=0, le=1, nullable=True, metadata=NONE)
    q_value: Series[Float] = pa.Field(
        ge=0, le=1, nullable=True, metadata=NONE, description="Benjamini-Hochberg"
    )
    is_declared: Series[Bool] = pa.Field(metadata=NONE)
    goals_at_stake: Series[Float] = pa.Field(ge=0, nullable=True, metadata=NONE)
    goals_low: Series[Float] = pa.Field(ge=0, nullable=True, metadata=NONE)
    goals_high: Series[Float] = pa.Field(ge=0, nullable=True, metadata=NONE)
    stake_amount: Series[Float] = pa.Field(
        nullable=True, metadata=NONE, description="all time the data cover"
    )
    stake_low_amount: Series[Float] = pa.Field(nullable=True, metadata=NONE)
    stake_high_amount: Series[Float] = pa.Field(nullable=True, metadata=NONE)
    stake_rank: Series[Int] = pa.Field(ge=1, metadata=NONE, description="1: look here first")


class Fixes(pa.DataFrameModel):
    """One row per step and measure worth a look, the first to fix first: friction x value x reach."""

    fix_rank: Series[Int] = pa.Field(ge=1, metadata=NONE)
    process: Series[Text] = pa.Field(metadata=NONE)
    step: Series[Text] = pa.Field(metadata=NONE)
    metric: Series[Text] = pa.Field(isin=MEASURES, metadata=NONE)
    is_declared: Series[Bool] = pa.Field(metadata=NONE, description="surely more than is worth a repair")
    excess_share: Series[Float] = pa.Field(
        ge=0, le=1, metadata=NONE, description="friction, of the cases there"
    )
    excess_low: Series[Float] = pa.Field(gt=0, metadata=NONE)
    excess_high: Series[Float] = pa.Field(metadata=NONE)
    stake_each_amount: Series[Float] = pa.Field(ge=0, metadata=NONE, description="value, of a case in excess")
    reach_share: Series[Float] = pa.Field(
        ge=0, le=1, metadata=NONE, description="of persons, come to the step"
    )
    n_cases: Series[Int] = pa.Field(ge=1, metadata=NONE)
    goals_at_stake: Series[Float] = pa.Field(ge=0, metadata=NONE)
    stake_amount: Series[Float] = pa.Field(ge=0, metadata=NONE)
    stake_low_amount: Series[Float] = pa.Field(metadata=NONE)
    stake_high_amount: Series[Float] = pa.Field(metadata=NONE)


class Correlations(pa.DataFrameModel):
    """One row per pair of measures from different sources and lag. What moves together; no cause."""

    measure_a: Series[Text] = pa.Field(metadata=NONE, description="source and action; first in time")
    source_a: Series[Text] = pa.Field(str_matches=SOURCE_NAME, metadata=NONE)
    measure_b: Series[Text] = pa.Field(metadata=NONE)
    source_b: Series[Text] = pa.Field(str_matches=SOURCE_NAME, metadata=NONE)
    lag_weeks: Series[Int] = pa.Field(ge=0, metadata=NONE, description="b after a")
    rho: Series[Float] = pa.Field(ge=-1, le=1, metadata=NONE, description="inside persons, beyond the usual")
    low: Series[Float] = pa.Field(ge=-1, le=1, metadata=NONE)
    high: Series[Float] = pa.Field(ge=-1, le=1, metadata=NONE)
    p_value: Series[Float] = pa.Field(ge=0, le=1, metadata=NONE, description="by person")
    q_value: Series[Float] = pa.Field(ge=0, le=1, metadata=NONE, description="Benjamini-Yekutieli")
    is_declared: Series[Bool] = pa.Field(metadata=NONE)
    n_persons: Series[Int] = pa.Field(ge=1, metadata=NONE, description="who have both measures")
    n_weeks: Series[Int] = pa.Field(ge=1, metadata=NONE, description="beside each other")


FRICTION = TableContract(Friction, ("process", "step", "metric"))
FIXES = TableContract(Fixes, ("fix_rank",))
CORRELATIONS = TableContract(Correlations, ("measure_a", "measure_b", "lag_weeks"))
