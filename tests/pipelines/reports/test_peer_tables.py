"""Who carries whom, in sentences and small tables; persons only as their number."""

from hypothesis import given, settings
from hypothesis import strategies as st

from journey_research.pipelines.reports import peer_tables
from tests.journeys_world import journeys_world
from tests.worlds import empty_world, table

WORLD, EMPTY = journeys_world(), empty_world()


def test_words_between_persons_are_told_with_what_came_after_and_not_of_it():
    assert peer_tables.peers_finding(WORLD["influence_figures"]) == (
        "15.0% (10.0% to 20.0%) of 200 persons are reached by a word of others, 2.0% (1.0% to 3.0%) give "
        "one; in 30.0% (25.0% to 35.0%) of 19 pairs the receiver converts soon after, which the word need "
        "not have brought about."
    )
    shown = peer_tables.peers_table(WORLD["influence_figures"]).to_numpy().tolist()
    assert shown[-1] == ["persons connected by a word", "20", "60.0%", "are in the largest circle"]
    assert len(shown) == 5


def test_where_no_source_tells_of_words_one_sentence_says_so():
    silent = table(
        "INFLUENCE_FIGURES",
        {"figure": "touched_by_peers_share", "share": 0.0, "low": 0.0, "high": 0.1, "n": 40},
        {"figure": "giving_share", "share": 0.0, "low": 0.0, "high": 0.1, "n": 40},
        {"figure": "followed_share", "n": 0},
    )

    assert peer_tables.peers_finding(silent) == "No source tells of a word between 40 persons."
    assert peer_tables.peers_table(silent).empty


def test_givers_are_told_by_how_many_they_reach():
    # One reaches 1, one 2, one 4, one 12 and has it passed on; those who reach nobody are no givers.
    assert peer_tables.reach_of_givers(WORLD["influence_spheres"]).to_numpy().tolist() == [
        ["1", 1, 0],
        ["2", 1, 0],
        ["3 or 4", 1, 0],
        ["5 to 9", 0, 0],
        ["10 or more", 1, 1],
    ]


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 14), st.integers(0, 2)), min_size=1, max_size=20))
def test_reach_agrees_with_its_definition(rows):
    made = [
        {"person_id": f"person:{n:x}", "n_reached": reached, "n_reached_further": further}
        for n, (reached, further) in enumerate(rows)
    ]
    found = peer_tables.reach_of_givers(table("INFLUENCE_SPHERES", *made))

    spans = [range(1, 2), range(2, 3), range(3, 5), range(5, 10), range(10, 15)]
    wanted = [
        [sum(n in span for n, _ in rows), sum(n in span and more > 0 for n, more in rows)] for span in spans
    ]
    givers = any(n for n, _ in rows)
    assert found[["n_givers", "n_passed_on"]].to_numpy().tolist() == (wanted if givers else [])


def test_pairs_are_told_by_their_words_and_of_few_no_share():
    # Twelve pairs of one giver with a word each, after 3 of which the receiver converts; 7 with four or more.
    shown = peer_tables.words_table(WORLD["influence_edges"]).to_numpy().tolist()

    assert [row[:2] for row in shown] == [["1", "12"], ["4 or more", "7"]]
    assert shown[0][2].startswith("25.0% (")
    assert shown[1][2] == "too few to say"


def test_the_range_of_pairs_counts_givers():
    # Twenty pairs, half followed: of two givers, one always and one never, or of twenty.
    rows = [{"receiver_person_id": f"person:a{n:x}", "n_acts": 2, "is_followed": n < 10} for n in range(20)]
    of_two, of_twenty = (
        peer_tables.words_table(
            table("INFLUENCE_EDGES", *({"giver_person_id": f"person:{n // size:x}", **row}
                                       for n, row in enumerate(rows)))
        ).iloc[0, 2]
        for size in (10, 1)
    )  # fmt: skip

    assert of_two == "50.0% (0.0% to 100.0%)"
    assert of_twenty == "50.0% (28.1% to 71.9%)"


def test_of_nothing_one_sentence_and_no_table():
    assert peer_tables.peers_finding(EMPTY["influence_figures"]).startswith("There is nobody here")
    assert peer_tables.peers_table(EMPTY["influence_figures"]).empty
    assert peer_tables.reach_of_givers(EMPTY["influence_spheres"]).empty
    assert peer_tables.words_table(EMPTY["influence_edges"]).empty


def test_nobody_is_listed():
    shown = [
        peer_tables.peers_table(WORLD["influence_figures"]),
        peer_tables.reach_of_givers(WORLD["influence_spheres"]),
        peer_tables.words_table(WORLD["influence_edges"]),
    ]
    assert "person:" not in " ".join(frame.to_string() for frame in shown)
