"""What we do about each person: one of offer, message or nothing.

The effects of actions are assumed, not measured: nobody was withheld an action at random before.
That is why a share of the persons is acted on by lot, with the probability written down: their
outcomes can measure the effects, and price any other policy.
"""

from __future__ import annotations

from dataclasses import dataclass

from journey_research.engine import Table, run_sql

MOST = 2**32


@dataclass(frozen=True)
class PolicyRule:
    """What actions cost, what they are assumed to change, and how many there may be.

    Attributes:
        margin_amount: Margin of a conversion, in currency.
        message_cost_amount: Price of one message.
        offer_cost_amount: Price of bringing one offer.
        offer_discount_amount: What an offer gives away when its person converts, would they have or not.
        message_effect: Assumed relative rise of the conversion probability by a message.
        offer_effect: The same by an offer.
        offer_id: The offer, one for all channels.
        channel_order: Our channels; the first permitted one is used.
        heeds_preferences: Whether the channel that a person clearly prefers goes before that order. It
            only orders what is permitted: no preference makes a permission.
        capacity: Most persons the policy approaches; those of the test arm come on top.
        random_share: Share of eligible persons acted on by lot, 0 to 1.
        policy_seed: Seed of the lots.
        intervals: Draws of persons behind low and high of a policy's value.
    """

    margin_amount: float = 20.0
    message_cost_amount: float = 0.05
    offer_cost_amount: float = 0.1
    offer_discount_amount: float = 5.0
    message_effect: float = 0.05
    offer_effect: float = 0.5
    offer_id: str = "policy:standard_offer"
    channel_order: tuple[str, ...] = ("email", "sms", "direct_mail", "call_centre")
    heeds_preferences: bool = True
    capacity: int = 1_000_000
    random_share: float = 0.1
    policy_seed: int = 1
    intervals: int = 200

    def __post_init__(self) -> None:
        object.__setattr__(self, "channel_order", tuple(self.channel_order))
        if not 0 <= self.random_share <= 1:
            raise ValueError(f"random_share is {self.random_share}; a share lies between 0 and 1")
        if self.capacity < 0 or self.intervals < 1:
            raise ValueError("capacity is 0 or more, intervals 1 or more")
        if min(self.message_effect, self.offer_effect) < -1:
            raise ValueError("message_effect and offer_effect are -1 or more")
        if min(self.message_cost_amount, self.offer_cost_amount, self.offer_discount_amount) < 0:
            raise ValueError("costs and the discount are 0 or more")
        if not self.channel_order or len(set(self.channel_order)) < len(self.channel_order):
            raise ValueError("channel_order names each channel once, and at least one")


def value_actions(
    scores: Table, permissions: Table, rule: PolicyRule, person_preferences: Table | None = None
) -> Table:
    """What a message and an offer are assumed to bring of each known person.

    Args:
        scores: n rows, contract ``Scores``; only ``current`` ones are read.
        permissions: m rows, contract ``Permissions``.
        rule: Costs and assumed effects.
        person_preferences: Contract ``PersonPreferences``; null: none are known. No amount hangs on them.

    Returns:
        One row per known person: ``person_id``, ``channel`` (the preferred permitted one, null: none),
        ``conversion_probability`` (null: not scored), ``message_amount``, ``offer_amount``: margin less
        cost beyond doing nothing.
    """
    import pyarrow as pa

    places = pa.array(range(1, len(rule.channel_order) + 1), pa.int64())
    preferred = pa.table({"channel": pa.array(rule.channel_order, pa.string()), "position": places})
    if person_preferences is None or not rule.heeds_preferences:
        names = ("person_id", "dimension", "preferred_value")
        person_preferences = Table.from_arrow(pa.table({name: pa.array([], pa.string()) for name in names}))
    return run_sql(
        "action_values.sql",
        scores=scores,
        permissions=permissions,
        person_preferences=person_preferences,
        preferred=Table.from_arrow(preferred),
        margin_amount=float(rule.margin_amount),
        message_cost_amount=float(rule.message_cost_amount),
        offer_cost_amount=float(rule.offer_cost_amount),
        offer_discount_amount=float(rule.offer_discount_amount),
        message_effect=float(rule.message_effect),
        offer_effect=float(rule.offer_effect),
    )


def decide_actions(
    scores: Table,
    permissions: Table,
    as_of: Table,
    rule: PolicyRule,
    person_preferences: Table | None = None,
) -> Table:
    """Choose one action for every known person.

    Args:
        scores: n rows, contract ``Scores``.
        permissions: m rows, contract ``Permissions``.
        as_of: 1 row, contract ``AsOf``.
        rule: Costs, assumed effects, capacity and the share acted on by lot.
        person_preferences: Contract ``PersonPreferences``: where each person comes of their own accord.
            Null: not known.

    Returns:
        Contract ``Decisions``, one row per person in ``permissions``. Without a permitted channel or
        a score the action is ``nothing`` for sure. Otherwise the policy takes the action with the
        highest expected amount above 0, the highest amounts first up to capacity, and the test arm
        takes each of the three with equal chance.
    """
    return run_sql(
        "decisions.sql",
        action_values=value_actions(scores, permissions, rule, person_preferences),
        as_of=as_of,
        capacity=rule.capacity,
        policy_seed=str(rule.policy_seed),
        random_share=float(rule.random_share),
        random_below=_below(rule.random_share),
        third=_below(1 / 3),
        two_thirds=_below(2 / 3),
        offer_id=rule.offer_id,
    )


def _below(share: float) -> str:
    """The text before which ``share`` of all eight-digit hexadecimal numbers sort."""
    return "g" if share >= 1 else f"{int(share * MOST):08x}"
