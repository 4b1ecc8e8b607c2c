"""The table of credits: what sampling and identity do to a share."""

import math

from journey_research.engine import Table
from journey_research.pipelines.conversion.attribution import attribute_conversions
from journey_research.pipelines.conversion.crediting import AttributionRule
from tests.worlds import broken_rules, table

RULE = AttributionRule(models=("last", "markov"), intervals=50)


def path(variant, channels, sold, lost=0):
    return {"variant": variant, "path": channels, "n_conversions": sold, "n_nulls": lost, "n_persons": 1}


def test_identity_range_is_smallest_and_largest_share_over_the_variants():
    paths = table(
        "PATHS",
        path("cautious", "web", 10),
        path("chosen", "ad > web", 5),
        path("chosen", "ad", 5, 3),
        path("generous", "ad", 10),
    )
    made = attribute_conversions(paths, RULE)
    assert broken_rules("CREDITS", Table.from_pandas(made)) == []
    credits = made.set_index(["model", "channel"])
    ad = credits.loc[("last", "ad")]
    assert (ad["share"], ad["identity_low"], ad["identity_high"]) == (0.5, 0.0, 1.0)
    assert ad["low"] < 0.5 < ad["high"]
    assert credits.loc["last"]["conversions"].sum() == 10


def test_a_channel_of_another_variant_alone_stands_with_no_credit():
    credits = attribute_conversions(
        table("PATHS", path("chosen", "ad", 4), path("generous", "ad > shop", 4)), RULE
    ).set_index(["model", "channel"])
    shop = credits.loc[("last", "shop")]
    assert (shop["conversions"], shop["share"], shop["identity_high"]) == (0, 0, 1)


def test_nothing_converted_means_shares_are_unknown():
    credits = attribute_conversions(table("PATHS", path("chosen", "ad", 0, 9)), RULE)
    assert credits["share"].isna().all()
    assert credits["conversions"].tolist() == [0, 0]
    assert all(math.isnan(value) for value in credits["low"])


def test_no_paths_no_rows():
    assert len(attribute_conversions(table("PATHS"), RULE)) == 0
