"""Touches, outcomes and referrals in; pairs of channels, first contacts, offline reach and influence out."""

from kedro.pipeline import Node, Pipeline

from .early import count_early_touches
from .influence import link_persons, measure_spheres, tell_influence
from .offline import share_offline
from .pairs import find_channel_pairs


def create_pipeline() -> Pipeline:
    """The room's nodes, in data order."""
    return Pipeline(
        [
            Node(
                find_channel_pairs,
                ["journey_touches", "outcomes", "ladder", "as_of", "params:pair_rule"],
                "channel_pairs",
                name="find_channel_pairs",
            ),
            Node(
                count_early_touches,
                ["journeys", "ladder", "params:early_rule"],
                "early_touches",
                name="count_early_touches",
            ),
            Node(
                share_offline,
                ["journey_touches", "journeys", "params:offline_rule"],
                "offline_shares",
                name="share_offline",
            ),
            Node(
                link_persons,
                ["referrals", "people", "outcomes", "params:influence_rule"],
                "influence_edges",
                name="link_persons",
            ),
            Node(
                measure_spheres,
                ["influence_edges", "params:influence_rule"],
                "influence_spheres",
                name="measure_spheres",
            ),
            Node(
                tell_influence,
                ["journey_touches", "influence_edges", "influence_spheres", "params:influence_rule"],
                "influence_figures",
                name="tell_influence",
            ),
        ]
    )
