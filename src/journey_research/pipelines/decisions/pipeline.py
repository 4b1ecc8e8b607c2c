"""Consents and scores in; permissions, decisions and what policies are worth out."""

from kedro.pipeline import Node, Pipeline

from .permissions import read_permissions
from .policy import decide_actions
from .policy_value import value_policies


def create_pipeline() -> Pipeline:
    """The stage's nodes."""
    return Pipeline(
        [
            Node(
                read_permissions,
                ["consents", "people", "persons", "as_of", "params:permission_rule"],
                "permissions",
                name="read_permissions",
            ),
            Node(
                decide_actions,
                ["scores", "permissions", "as_of", "params:policy_rule"],
                "decisions",
                name="decide_actions",
            ),
            Node(
                value_policies,
                ["decisions", "scores", "permissions", "params:policy_rule"],
                "policy_value",
                name="value_policies",
            ),
        ]
    )
