"""What is known of each kind of touchpoint: who begins it, who influences it, what it is for, who owns it.

Context: a channel says who owns a contact and how far the company can steer it, an action says what the
customer wants of it, and a few pairs of both are unlike either. Choice: a map of three layers, laid over
one another attribute by attribute: kinds over actions over channels. Given up: one written row per kind,
of which there are channels times actions; what nobody said is the word ``unknown``, never a guess.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

UNKNOWN = "unknown"
ANY = "any"
# Attribute -> the words it may have; None: words of the user's own.
ATTRIBUTES: dict[str, tuple[str, ...] | None] = {
    "tool": None,
    "initiative": ("company", "customer", "peer"),
    "influence": ("company", "shared", "peer"),
    "lever": None,
    "stage": ("connection", "contact", "subscriber", "relationship", "customer", "repeat"),
    "role": ("discover", "evaluate", "buy", "use", "complain"),
    "need": None,
    "customer_outcome": None,
    "business_outcome": None,
    "owner": None,
}
KEYS = ("channel", "tactic", "action")


@dataclass(frozen=True)
class TouchpointMap:
    """What is known of touchpoints, in three layers.

    Attributes:
        channels: Channel -> attributes of its contacts.
        actions: Action -> attributes of it in whatever channel; they go before the channel's.
        kinds: Exceptions: ``channel``, ``tactic``, ``action`` (one at least), and attributes that go
            before all others. Of several that fit, the one that names more keys; of equals, the first.

    Raises:
        ValueError: An attribute is not known, or has a word that is none of its own.
    """

    channels: Mapping[str, Mapping[str, str]]
    actions: Mapping[str, Mapping[str, str]]
    kinds: Sequence[Mapping[str, str]] = ()

    def __post_init__(self) -> None:
        for layer, told in (("channels", self.channels), ("actions", self.actions)):
            for name, attributes in told.items():
                _judge(f"touchpoint_map.{layer}.{name}", attributes or {})
        for place, rule in enumerate(self.kinds or (), start=1):
            where = f"touchpoint_map.kinds, rule {place}"
            if not any(key in rule for key in KEYS):
                raise ValueError(f"{where} names no {', '.join(KEYS)}")
            _judge(where, {name: said for name, said in rule.items() if name not in KEYS})

    def describe(self, channel: str, tactic: str | None, action: str | None) -> dict[str, str]:
        """Every attribute of one kind of touchpoint; ``unknown`` where no layer says it.

        Args:
            channel: Its channel.
            tactic: Its tactic; None where the source tells none.
            action: Its action; None: the channel alone is asked for.

        Example:
            >>> told = TouchpointMap(
            ...     channels={"direct": {"owner": "shop team", "influence": "company"}},
            ...     actions={"review_read": {"influence": "peer"}},
            ... )
            >>> kind = told.describe("direct", None, "review_read")
            >>> kind["owner"], kind["influence"], kind["role"]
            ('shop team', 'peer', 'unknown')
        """
        layers = [*self._exceptions(channel, tactic, action), self.actions.get(action or "") or {}]
        layers.append(self.channels.get(channel) or {})
        return {
            name: next((str(layer[name]) for layer in layers if layer.get(name)), UNKNOWN)
            for name in ATTRIBUTES
        }

    def names(self, channel: str, tactic: str | None, action: str) -> bool:
        """Whether somebody thought of this kind: channel and action are in the map, or the very pair is."""
        return (channel in self.channels and action in self.actions) or any(
            "channel" in rule and "action" in rule for rule in self._exceptions(channel, tactic, action)
        )

    def unmet(self, kinds: Sequence[tuple[str, str | None, str]]) -> list[tuple[str, str | None, str]]:
        """What the map names and no touch is of: channel, tactic, action; ``any`` for what it leaves open.

        Args:
            kinds: Channel, tactic and action of every kind in the data.
        """
        channels, actions = {kind[0] for kind in kinds}, {kind[2] for kind in kinds}
        found: set[tuple[str, str | None, str]] = {
            (channel, None, ANY) for channel in self.channels if channel not in channels
        }
        found |= {(ANY, None, action) for action in self.actions if action not in actions}
        for rule in self.kinds or ():
            if not any(_fits(rule, *kind) for kind in kinds):
                found.add((rule.get("channel", ANY), rule.get("tactic"), rule.get("action", ANY)))
        return sorted(found, key=lambda kind: (kind[0], kind[1] or "", kind[2]))

    def _exceptions(self, channel: str, tactic: str | None, action: str | None) -> list[Mapping[str, str]]:
        fitting = [rule for rule in self.kinds or () if _fits(rule, channel, tactic, action)]
        return sorted(fitting, key=lambda rule: -sum(key in rule for key in KEYS))


def _fits(rule: Mapping[str, str], channel: str, tactic: str | None, action: str | None) -> bool:
    told = {"channel": channel, "tactic": tactic, "action": action}
    return all(rule[key] == told[key] for key in KEYS if key in rule)


def _judge(where: str, attributes: Mapping[str, Any]) -> None:
    for name, said in attributes.items():
        if name not in ATTRIBUTES:
            raise ValueError(f"{where} says '{name}'; known are {', '.join(ATTRIBUTES)}")
        words = ATTRIBUTES[name]
        if words and said not in (*words, None):
            raise ValueError(f"{where}.{name} is '{said}'; known are {', '.join(words)}")
