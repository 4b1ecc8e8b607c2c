"""Friction found in the made-up world, beside the step that it was planted at."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from journey_research.pipelines.journeys.cutting import cut_journeys
from journey_research.pipelines.journeys.friction.finding import find_friction
from journey_research.pipelines.journeys.friction.friction_rule import FrictionRule
from journey_research.pipelines.journeys.rule import JourneyRule
from journey_research.pipelines.journeys.stitching import find_outcomes

from .block_tables import small_block, tables_of

# Step of the truth -> how its touches are told.
STEPS = {
    "cart": "added_to_cart",
    "address": "checkout_started",
    "delivery": "page_viewed checkout/delivery",
    "payment": "page_viewed checkout/payment",
}
RULE = JourneyRule(session_gap_minutes=30, max_gap_days=30, conversion_action="order")


def beside_the_truth(friction: pd.DataFrame, truth: pd.DataFrame) -> tuple[pd.DataFrame, str]:
    """What was found of each step's drop-off beside what is so.

    Args:
        friction: Contract ``Friction``.
        truth: ``truth_friction.csv``.

    Returns:
        By step of the truth: shares, orders lost and goals at stake; and one line that says it.
    """
    found = friction[friction["metric"] == "drop_off"].set_index("step")
    rows = []
    for step in truth.itertuples(index=False):
        name = STEPS[step.step]
        if name not in found.index:
            continue
        of = found.loc[name]
        rows.append(
            (
                step.step, bool(step.is_planted), step.left_share, of["affected_share"], of["excess_share"],
                bool(of["is_declared"]), int(of["stake_rank"]), step.orders_lost, of["goals_at_stake"],
                of["goals_low"], of["goals_high"],
            )
        )  # fmt: skip
    table = pd.DataFrame(
        rows,
        columns=[
            "step", "is_planted", "true_left_share", "left_share", "excess_share", "is_declared",
            "stake_rank", "orders_lost", "goals_at_stake", "goals_low", "goals_high",
        ],
    )  # fmt: skip
    n_declared = int(friction["is_declared"].sum())
    planted = table[table["is_planted"]]
    if planted.empty:
        return table, f"friction: the planted step was not found; {n_declared} declared"
    of = planted.iloc[0]
    if of["orders_lost"] == 0:
        return table, f"friction: none in this world; {n_declared} declared"
    covered = of["goals_low"] <= of["orders_lost"] <= of["goals_high"]
    return table, (
        f"friction: {of['step']} (planted) ranks {of['stake_rank']}, "
        f"{'declared' if of['is_declared'] else 'not declared'}, {n_declared} declared in all; "
        f"{of['orders_lost']} orders lost by it, {of['goals_at_stake']:.0f} "
        f"({of['goals_low']:.0f} to {of['goals_high']:.0f}) found: {'inside' if covered else 'outside'}"
    )


def compare_friction(run_folder: Path, raw_folder: Path) -> tuple[pd.DataFrame, str]:
    """The same, of a run's table and its world's truth."""
    friction = pd.read_parquet(run_folder / "03_journeys" / "friction.parquet")
    return beside_the_truth(friction, pd.read_csv(raw_folder / "truth_friction.csv"))


def friction_of_a_block(
    persons: int, world_seed: int, rule: FrictionRule, without: tuple[str, ...] = ()
) -> tuple[pd.DataFrame, int]:
    """Friction found in a world of one block, and the orders that are lost by what is planted there."""
    block = small_block(persons, world_seed, without=without)
    told = tables_of(block)
    outcomes = find_outcomes(told["touches"], told["orders"], told["people"], RULE)
    journey_touches = cut_journeys(told["touches"], told["people"], outcomes, RULE)
    found = find_friction(
        journey_touches, told["touches"], told["people"], outcomes, told["order_sightings"], told["as_of"],
        RULE, rule,
    )  # fmt: skip
    planted = block.told["friction"]
    return found, int((planted["orders_without_friction"] - planted["orders"]).sum())
