"""What types of identifiers join: four records by hand, a plain definition, and a world without them."""

from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.journey_truth.bridges import ablate_identifiers, tell_ablation
from journey_research.engine import Table
from journey_research.pipelines.identity.bridges import count_bridges
from journey_research.pipelines.identity.evidence import CONTESTED, EvidenceRule
from journey_research.pipelines.identity.ties import ClusterRule
from journey_research.world import build_world
from tests.pipelines.ingestion.environments import mappings, tables_of
from tests.worlds import broken_rules, table

TYPES = ["cookie", "email", "user_id"]


def link(a, b, *types, rule="shared_identifier", accepted=True, refusal=None):
    told = ", ".join(f'"{name}": 1.0' for name in sorted(types))
    return {
        "record_id_a": f"x:{a}", "record_id_b": f"x:{b}", "rule": rule, "is_accepted": accepted,
        "refusal": refusal, "comparisons": f"{{{told}}}" if types else None,
    }  # fmt: skip


def counted(links, evidence=(), scored=()):
    made = count_bridges(table("LINKS", *links), table("LINKS", *evidence), table("LINKS", *scored))
    assert broken_rules("LINK_BRIDGES", Table.from_pandas(made)) == []
    return made.set_index("bridge")


def test_four_records_by_hand():
    # a and b share an address and a login; c and b an address alone; d and c are alike, and judged the same.
    shared = [link("a", "b", "email", "user_id"), link("b", "c", "email")]
    links = [*shared, link("c", "d", rule="judgement")]
    found = counted(links, shared, [link("c", "d", "last_name", rule="dedupe")])
    assert found["n_links"].to_dict() == {"email": 2, "user_id": 1, "judgement": 1, "likeness": 1}
    assert found["n_links_only"].to_dict() == {"email": 1, "user_id": 0, "judgement": 0, "likeness": 0}
    # Without addresses {a, b} and {c, d} are left: of six pairs, four are lost. Nothing else tears anybody.
    assert found["n_pairs_lost"].to_dict() == {"email": 4, "user_id": 0, "judgement": 0, "likeness": 0}
    assert found.loc["email", ["n_apart", "n_persons", "n_pairs"]].tolist() == [1, 1, 6]
    assert found.loc["email", "link_share"] == pytest.approx(2 / 3)
    assert found["link_low"].isna().all()  # one person has no range


def test_a_pair_that_is_alike_as_well_does_not_hang_on_its_address():
    shared = [link("a", "b", "email")]
    assert counted(shared, shared, [link("a", "b", "first_name", rule="dedupe")])["n_apart"].sum() == 0
    unlikely = link("a", "b", "first_name", rule="dedupe", accepted=False, refusal="below the threshold")
    assert counted(shared, shared, [unlikely])["n_apart"].to_dict() == {"email": 1}


def test_refused_links_bring_nothing_and_contested_evidence_counts_where_it_was_followed():
    refused = link("a", "b", "email", accepted=False, refusal="shared device")
    assert counted([refused], [refused]).empty
    contested = link("a", "b", "email", accepted=False, refusal=CONTESTED)
    assert counted([link("a", "b", "email")], [contested])["n_links"].to_dict() == {"email": 1}
    elsewhere = link("a", "b", "email", accepted=False, refusal="shared device")
    assert counted([link("a", "b", rule="judgement")], [elsewhere]).index.tolist() == ["judgement"]


def test_no_links_no_rows():
    assert counted([]).empty
    assert list(counted([]).columns)[:2] == ["n_links", "n_links_only"]


def connected(nodes, edges):
    """Sets of nodes that edges connect, joined one edge after the other."""
    parts = [{node} for node in nodes]
    for a, b in edges:
        joined = [part for part in parts if a in part or b in part]
        parts = [part for part in parts if part not in joined] + [set().union(*joined)]
    return parts


def torn_by_hand(edges, bridge):
    """The definition: persons are what edges connect; leave out edges with this type alone; count pairs."""
    nodes = {node for edge in edges for node in edge}
    persons = connected(nodes, edges)
    parts = connected(nodes, [edge for edge, types in edges.items() if types != {bridge}])
    together = {pair for part in parts for pair in combinations(sorted(part), 2)}
    pairs = {pair for person in persons for pair in combinations(sorted(person), 2)}
    return sum(person not in parts for person in persons), len(pairs - together)


EDGES = st.dictionaries(
    st.sampled_from(list(combinations("abcdefg", 2))),
    st.sets(st.sampled_from(TYPES), min_size=1),
    min_size=1,
    max_size=9,
)


@settings(max_examples=25, deadline=None)
@given(EDGES)
def test_agrees_with_the_definition(edges):
    links = [link(a, b, *types) for (a, b), types in edges.items()]
    found = counted(links, links)
    assert set(found.index) == set().union(*edges.values())
    for bridge, row in found.iterrows():
        assert (row["n_apart"], row["n_pairs_lost"]) == torn_by_hand(edges, bridge)


@pytest.fixture(scope="module")
def ablated(tmp_path_factory):
    """A small retailer's persons, found again without one type of identifier after the other."""
    raw = tmp_path_factory.mktemp("bridges") / "raw"
    build_world(raw, persons=300, weeks=8, processes=1)
    tables = tables_of(mappings("demo"), raw)
    rules = EvidenceRule(one_value_types=("loyalty_id",)), ClusterRule()
    model = {"threshold": 0.5}
    return ablate_identifiers(tables, table("LINKS"), model, rules)


def test_what_is_lost_without_a_type_is_what_was_said_to_be(ablated):
    frame = ablated.set_index("bridge")
    assert (frame["n"] > 1000).all()
    assert frame.loc["email", "lost_share"] > 0.1
    off = (frame["lost_share"] - frame["said_share"]).abs()
    assert off[["email", "cookie", "loyalty_id"]].max() < 0.03
    # Nothing is compared here, so more hangs on logins, which also refuse, than with a matcher.
    assert off.max() < 0.1
    assert ((frame["recall_before"] - frame["recall_after"]) >= -0.005).all()
    assert tell_ablation(ablated).startswith("bridges: without e-mail addresses ")
