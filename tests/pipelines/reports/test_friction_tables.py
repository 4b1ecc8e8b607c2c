"""What the reports say of friction, fixes and correlations."""

from journey_research.pipelines.reports import friction_tables
from tests.worlds import empty_world, small_world, table


def test_the_first_thing_to_fix_is_said_in_a_sentence():
    said = friction_tables.fixes_answer(small_world()["fixes"], small_world()["friction"])

    assert said == (
        "Fix first: page checkout/payment, where 20.0% of the cases leave here beyond the usual; "
        "900.50 (700.00 to 1,100) at stake in the time the data cover."
    )


def test_what_is_not_declared_is_not_recommended():
    row = {"step": "pay", "metric": "wait", "is_declared": False, "excess_low": 0.01}

    undeclared = table("FRICTION", {"step": "pay", "metric": "wait", "is_declared": False})
    said = friction_tables.fixes_answer(table("FIXES", row), undeclared)

    assert said.startswith("Nothing to fix stands out")
    assert friction_tables.fixes_table(table("FIXES", row))["worth a repair"].tolist() == [
        "too small to be sure"
    ]


def test_without_amounts_who_is_held_up_is_said_all_the_same():
    """Clicks have no amounts, so nothing is at stake there; the steps that hold people up are told."""
    row = {"process": "checkout", "metric": "wait", "is_declared": True, "n_cases": 400}
    found = {"excess_share": 0.2, "excess_low": 0.15, "excess_high": 0.25}
    friction = table(
        "FRICTION",
        {**row, **found, "step": "pay", "step_number": 2, "stake_rank": 1},
        {**row, **found, "step": "ship", "step_number": 3, "stake_rank": 2},
    )

    said = friction_tables.fixes_answer(empty_world()["fixes"], friction)

    assert said == (
        "At pay, 20.0% (15.0% to 25.0%) of 400 cases wait long here beyond the usual; the goals have no "
        "amounts, so what is at stake there is not known. So it is at 1 other place."
    )


def test_without_steps_nobody_is_said_to_pass_unhindered():
    world = empty_world()

    assert friction_tables.fixes_answer(world["fixes"], world["friction"]) == friction_tables.NO_STEPS


def test_too_few_to_say_is_said():
    shown = friction_tables.friction_table(small_world()["friction"]).set_index("step")

    assert shown.loc["page checkout/payment", "beyond it (95 in 100)"] == "20.0% (15.0% to 25.0%)"
    assert shown.loc["added to cart", "beyond it (95 in 100)"] == "too few to say"
    assert shown["declared"].tolist() == ["yes", "no"]


def test_only_correlations_beyond_chance_are_shown():
    row = {"measure_a": "a x", "measure_b": "b y", "lag_weeks": 0, "rho": 0.2, "low": 0.1, "high": 0.3}
    told = table(
        "CORRELATIONS",
        {**row, "is_declared": True, "n_persons": 70},
        {**row, "lag_weeks": 1, "rho": 0.9, "is_declared": False},
    )

    shown = friction_tables.correlations_table(told)

    assert shown.to_numpy().tolist() == [["a x", "b y", "the same week", "0.200 (0.100 to 0.300)", "70"]]


def test_nothing_is_an_empty_table():
    world = empty_world()

    assert friction_tables.friction_table(world["friction"]).empty
    assert friction_tables.fixes_table(world["fixes"]).empty
    assert friction_tables.correlations_table(world["correlations"]).empty
