"""Consents and scores in; permissions, decisions, what policies are worth and refusals honoured out."""

from kedro.pipeline import Node, Pipeline

from .honouring import count_violations
from .permissions import read_permissions
from .policy import decide_actions
from .policy_value import value_policies


def create_pipeline() -> Pipeline:
    """The stage's nodes."""
    return Pipeline(
        [
            Node(
                read_permissions,
                ["consents", "people", "persons", "as_of", "params:permission_rule", "touches"],
                "permissions",
                name="read_permissions",
            ),
            Node(
                decide_actions,
                ["scores", "permissions", "as_of", "params:policy_rule", "person_preferences"],
                "decisions",
                name="decide_actions",
            ),
            Node(
                value_policies,
                ["decisions", "scores", "permissions", "params:policy_rule"],
                "policy_value",
                name="value_policies",
            ),
            Node(
                count_violations,
                [
                    "decisions",
                    "consents",
                    "people",
                    "touches",
                    "person_preferences",
                    "as_of",
                    "params:permission_rule",
                ],
                "honoured_refusals",
                name="count_violations",
            ),
        ]
    )
