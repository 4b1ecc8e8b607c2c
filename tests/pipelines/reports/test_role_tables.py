"""What contacts are for, in a sentence and a table by stage."""

from hypothesis import given, settings
from hypothesis import strategies as st

from journey_research.pipelines.reports import role_tables
from tests.journeys_world import journeys_world
from tests.worlds import empty_world, table

WORLD, EMPTY = journeys_world(), empty_world()


def test_the_tool_that_serves_most_to_each_end_is_named():
    # To buy: 7 touches in the store and 4 on the website. What nobody said a role of is left out.
    assert role_tables.roles_finding(WORLD["touchpoint_roles"]) == (
        "What serves most: to discover search (60.0% of 100 touches), to buy store (63.6% of 11 touches) and "
        "to complain service (100.0% of 8 touches)."
    )


def test_a_stage_is_told_by_its_two_uses_with_most_touches():
    assert role_tables.roles_table(WORLD["touchpoint_roles"]).to_numpy().tolist() == [
        [
            "connection",
            "100",
            "search to discover: 60.0% (55.0% to 65.0%)",
            "website to discover: 40.0% (35.0% to 45.0%)",
        ],
        [
            "customer",
            "20",
            "service to complain: 40.0% (35.0% to 45.0%)",
            "store to buy: 35.0% (30.0% to 40.0%)",
        ],
    ]


def test_where_nobody_says_what_contacts_are_for_it_is_said():
    row = {"stage": "unknown", "role": "unknown", "tool": "unknown", "n_touches": 7, "stage_share": 1.0,
           "low": 0.6, "high": 1.0}  # fmt: skip
    unknown = table("TOUCHPOINT_ROLES", row)

    assert role_tables.roles_finding(unknown) == (
        "Nobody has said what the kinds of contact here are for (7 touches)."
    )
    assert role_tables.roles_table(unknown).empty
    known = table("TOUCHPOINT_ROLES", row, {**row, "role": "buy", "tool": "store", "stage_share": 0.7})
    assert role_tables.roles_table(known).to_numpy().tolist() == [
        ["unknown", "14", "store to buy: 70.0% (60.0% to 100.0%)", "unknown: 100.0% (60.0% to 100.0%)"]
    ]


def test_of_nothing_one_sentence_and_no_table():
    assert role_tables.roles_finding(EMPTY["touchpoint_roles"]).startswith("There are no touches")
    assert role_tables.roles_table(EMPTY["touchpoint_roles"]).empty
    assert role_tables.roles_by_tool(EMPTY["touchpoint_roles"]).empty


@settings(max_examples=25, deadline=None)
@given(
    st.dictionaries(
        st.tuples(
            st.sampled_from(["contact", "customer"]),
            st.sampled_from(["buy", "use", "unknown"]),
            st.sampled_from(["app", "store", "search"]),
        ),
        st.integers(1, 99),
        max_size=12,
    )
)
def test_every_touch_with_a_role_is_in_the_grid(counts):
    rows = [
        {"stage": stage, "role": role, "tool": tool, "n_touches": n}
        for (stage, role, tool), n in counts.items()
    ]
    grid = role_tables.roles_by_tool(table("TOUCHPOINT_ROLES", *rows))

    assert set(grid.index) == {tool for _, role, tool in counts if role != "unknown"}
    assert grid.to_numpy().sum() == sum(n for (_, role, _), n in counts.items() if role != "unknown")
    for tool in grid.index:
        for role in grid.columns:
            wanted = sum(n for (_, told, what), n in counts.items() if (told, what) == (role, tool))
            assert grid.loc[tool, role] == wanted
