"""What other thresholds of identity would make of journeys: by hand, by cutting everybody anew, and laws."""

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from journey_research.engine import Table
from journey_research.pipelines.journeys.paths import count_paths
from journey_research.pipelines.journeys.thresholds import count_threshold_paths, measure_thresholds
from tests.pipelines.journeys.small_world import RECORDS, RULE, orders_from, shuffled, touches_from, worlds
from tests.worlds import broken_rules, empty_world, table

CHOSEN = 0.4
KPIS = ["n_persons", "n_buyers", "orders_per_buyer", "repeat_buyer_share", "n_journeys", "conversion_rate"]


def named_after_smallest(partition):
    """Record -> smallest record of its cluster; partitions are mappings of records to anything."""
    return {
        record: min(other for other, group in partition.items() if group == own)
        for record, own in partition.items()
    }


def identity_at(partitions):
    """The three tables of identity from a partition per threshold, of which .4 is the chosen one."""
    clusters = {threshold: named_after_smallest(partition) for threshold, partition in partitions.items()}
    chosen = clusters[CHOSEN]
    moved = [
        {"threshold": threshold, "record_id": record, "cluster_id": cluster}
        for threshold, at in clusters.items()
        for record, cluster in at.items()
        if cluster != chosen[record]
    ]
    thresholds = [
        {"threshold": threshold, "is_chosen": threshold == CHOSEN, "n_persons": len(set(at.values()))}
        for threshold, at in clusters.items()
    ]
    return {
        "record_clusters": table(
            "RECORD_CLUSTERS", *({"record_id": r, "cluster_id": c} for r, c in chosen.items())
        ),
        "threshold_clusters": table("THRESHOLD_CLUSTERS", *moved),
        "identity_thresholds": table("IDENTITY_THRESHOLDS", *thresholds),
    }, clusters


def variants_of(clusters, names):
    """Each threshold's persons as a variant of identity; ``names`` says what each variant is called."""
    rows = [
        {"variant": names[threshold], "record_id": record, "person_id": cluster}
        for threshold, at in clusters.items()
        for record, cluster in at.items()
    ]
    return Table.from_pandas(pd.DataFrame(rows, columns=["variant", "record_id", "person_id"]))


def paths_at(touches, orders, partitions):
    identity, clusters = identity_at(partitions)
    paths = count_paths(touches, orders, variants_of({CHOSEN: clusters[CHOSEN]}, {CHOSEN: "chosen"}), RULE)
    told = count_threshold_paths(
        touches, orders, **identity, paths=Table.from_arrow(paths.to_arrow()), rule=RULE
    )
    return identity, clusters, told


def kpis_at(records, orders, identity, paths):
    told = measure_thresholds(records, orders, **identity, threshold_paths=Table.from_arrow(paths.to_arrow()))
    assert broken_rules("THRESHOLD_KPIS", told) == []
    return told.to_pandas().set_index("threshold").sort_index()


WORKED_EXAMPLE = """
record  at_0.4  at_0.2  at_0.8
shop:a  Ann     Ann     Ann
web:b   Ann     Ann     browser   # at .8 the browser is nobody's any more
shop:c  Cem     Ann     Cem       # at .2 two buyers are one, who bought twice
"""


def worked_example():
    rows = [line.split("#")[0].split() for line in WORKED_EXAMPLE.strip().splitlines()]
    partitions = {
        float(name.removeprefix("at_")): {row[0]: row[place] for row in rows[1:]}
        for place, name in enumerate(rows[0][1:], start=1)
    }
    touches = touches_from(["web:b", "shop:c"], [0, 10], channel=["email", "store"])
    orders = orders_from(["shop:a", "shop:c", "shop:c"], [20, 30, 40], status=["paid", "paid", "cancelled"])
    return touches, orders, partitions


def test_worked_example():
    touches, orders, partitions = worked_example()
    kinds = {"shop:a": "profile", "web:b": "anonymous", "shop:c": "profile"}
    records = table("RECORDS", *({"record_id": record, "kind": kind} for record, kind in kinds.items()))

    identity, _, paths = paths_at(touches, orders, partitions)

    told = paths.to_pandas().sort_values(["threshold", "path"])
    assert told[["threshold", "path", "n_conversions", "n_nulls", "n_persons"]].values.tolist() == [
        [0.2, "email > store", 1, 0, 1],  # one person, who walked from the mail into the store
        [0.4, "email", 1, 0, 1],
        [0.4, "store", 1, 0, 1],
        [0.8, "email", 0, 1, 1],  # nobody knows that the mail's reader bought
        [0.8, "store", 1, 0, 1],
    ]
    assert broken_rules("THRESHOLD_PATHS", paths) == []
    kpis = kpis_at(records, orders, identity, paths)
    assert kpis[KPIS].values.tolist() == [
        [1, 1, 2.0, 1.0, 1, 1.0],
        [2, 2, 1.0, 0.0, 2, 1.0],
        [3, 2, 1.0, 0.0, 2, 0.5],
    ]
    assert kpis["is_chosen"].tolist() == [False, True, False]


def test_a_nameless_receipt_alone_is_no_buyer():
    touches, orders, partitions = worked_example()
    records = table(
        "RECORDS", *({"record_id": r, "kind": "anonymous"} for r in ("shop:a", "web:b", "shop:c"))
    )
    identity, _, paths = paths_at(touches, orders, partitions)
    kpis = kpis_at(records, orders, identity, paths)
    assert kpis["n_buyers"].tolist() == [0, 0, 0]
    assert kpis["orders_per_buyer"].isna().all()


PARTITIONS = st.fixed_dictionaries(
    {
        threshold: st.fixed_dictionaries({record: st.integers(1, 3) for record in RECORDS})
        for threshold in (0.2, CHOSEN, 0.6, 0.9)
    }
)


@settings(max_examples=8, deadline=None)
@given(worlds(), PARTITIONS)
def test_agrees_with_cutting_everybody_anew(world, partitions):
    touches, orders, _ = world

    _, clusters, told = paths_at(touches, orders, partitions)

    names = {threshold: f"at {threshold}" for threshold in partitions}
    anew = count_paths(touches, orders, variants_of(clusters, names), RULE).to_pandas()
    anew["threshold"] = anew["variant"].str.removeprefix("at ").astype(float)
    order = ["threshold", "path"]
    expected = anew.sort_values(order, ignore_index=True)
    found = told.to_pandas().sort_values(order, ignore_index=True)
    pd.testing.assert_frame_equal(found, expected[found.columns], check_dtype=False)


@settings(max_examples=5, deadline=None)
@given(worlds(), PARTITIONS, st.dictionaries(st.sampled_from(RECORDS), st.just("profile")))
def test_figures_agree_with_the_definition(world, partitions, kinds):
    touches, orders, _ = world
    records = table("RECORDS", *({"record_id": r, "kind": kinds.get(r, "anonymous")} for r in RECORDS))
    identity, clusters, paths = paths_at(touches, orders, partitions)

    found = kpis_at(records, orders, identity, paths)

    bought = orders.to_pandas()["record_id"].value_counts()
    for threshold, at in clusters.items():
        known = {at[record] for record in kinds}
        n_orders = bought.groupby(bought.index.map(at)).sum()
        n_orders = n_orders[n_orders.index.isin(known)]
        row = found.loc[threshold]
        assert row["n_buyers"] == len(n_orders)
        if len(n_orders):
            assert row["orders_per_buyer"] == pytest.approx(n_orders.mean())
            assert row["repeat_buyer_share"] == pytest.approx((n_orders > 1).mean())


@settings(max_examples=2, deadline=None)
@given(worlds(), PARTITIONS, st.randoms(use_true_random=False))
def test_row_order_does_not_matter(world, partitions, draws):
    touches, orders, _ = world
    identity, clusters, _ = paths_at(touches, orders, partitions)
    paths = count_paths(touches, orders, variants_of({CHOSEN: clusters[CHOSEN]}, {CHOSEN: "chosen"}), RULE)
    tables = {"touches": touches, "orders": orders, **identity, "paths": Table.from_arrow(paths.to_arrow())}

    once, again = (
        count_threshold_paths(**told, rule=RULE).to_pandas().sort_values(["threshold", "path"])
        for told in (tables, {name: shuffled(one, draws) for name, one in tables.items()})
    )

    pd.testing.assert_frame_equal(once.reset_index(drop=True), again.reset_index(drop=True))


def test_empty_tables_pass_through():
    world = empty_world()
    names = ["record_clusters", "threshold_clusters", "identity_thresholds"]
    identity = {name: world[name] for name in names}
    paths = count_threshold_paths(
        world["touches"], world["orders"], **identity, paths=world["paths"], rule=RULE
    )
    assert paths.count() == 0
    assert (
        measure_thresholds(world["records"], world["orders"], **identity, threshold_paths=paths).count() == 0
    )
