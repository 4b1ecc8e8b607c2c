"""Contracts of what we do: who may be approached, what is decided, what that is worth."""

import pandera.pandas as pa
from pandera.typing import Series

from .people import PERSON_KEY
from .table_contract import (
    NONE,
    PSEUDONYMOUS,
    Bool,
    Float,
    Instant,
    Int,
    TableContract,
    Text,
)

ACTIONS = ["offer", "message", "nothing"]


class Permissions(pa.DataFrameModel):
    """One row per known person and channel: whether we may approach them, and why."""

    person_id: Series[Text] = pa.Field(str_matches=PERSON_KEY, metadata=PSEUDONYMOUS)
    channel: Series[Text] = pa.Field(metadata=NONE)
    is_permitted: Series[Bool] = pa.Field(metadata=NONE)
    basis: Series[Text] = pa.Field(
        isin=["granted", "denied", "withdrawn", "expired", "unknown", "never", "never asked"],
        metadata=NONE,
        description="never: a wish not to be contacted, which outweighs every agreement",
    )
    stated_at: Series[Instant] = pa.Field(nullable=True, metadata=NONE, description="UTC")


class Decisions(pa.DataFrameModel):
    """One row per person: exactly one of offer, message or nothing."""

    person_id: Series[Text] = pa.Field(str_matches=PERSON_KEY, metadata=PSEUDONYMOUS)
    decided_at: Series[Instant] = pa.Field(metadata=NONE, description="the run's as_of, UTC")
    arm: Series[Text] = pa.Field(isin=["policy", "random"], metadata=NONE, description="random: the test arm")
    action: Series[Text] = pa.Field(isin=ACTIONS, metadata=NONE)
    channel: Series[Text] = pa.Field(nullable=True, metadata=NONE)
    offer_id: Series[Text] = pa.Field(nullable=True, metadata=NONE, description="one for all channels")
    action_probability: Series[Float] = pa.Field(
        gt=0, le=1, metadata=NONE, description="with which this action was chosen"
    )
    expected_amount: Series[Float] = pa.Field(metadata=NONE, description="assumed margin less cost")
    reason: Series[Text] = pa.Field(metadata=NONE)


class PolicyValue(pa.DataFrameModel):
    """One row per policy compared."""

    policy: Series[Text] = pa.Field(metadata=NONE)
    n_approached: Series[Int] = pa.Field(ge=0, metadata=NONE)
    value: Series[Float] = pa.Field(nullable=True, metadata=NONE, description="per person, assumed effects")
    low: Series[Float] = pa.Field(nullable=True, metadata=NONE)
    high: Series[Float] = pa.Field(nullable=True, metadata=NONE)
    n: Series[Int] = pa.Field(ge=0, metadata=NONE)


class HonouredRefusals(pa.DataFrameModel):
    """One row per channel: who refuses it, and that no decision went there all the same."""

    channel: Series[Text] = pa.Field(metadata=NONE)
    n_refusing: Series[Int] = pa.Field(ge=0, metadata=NONE, description="persons of whom a record refuses")
    n_never: Series[Int] = pa.Field(
        ge=0,
        metadata=NONE,
        description="of them, persons who wish not to be contacted, whatever they granted",
    )
    n_conflicting: Series[Int] = pa.Field(
        ge=0, metadata=NONE, description="of those who refuse, persons who also agreed at some time"
    )
    n_approached: Series[Int] = pa.Field(ge=0, metadata=NONE, description="decisions on the channel")
    n_preferring: Series[Int] = pa.Field(
        ge=0, metadata=NONE, description="of them, persons who clearly prefer the channel"
    )
    n_violations: Series[Int] = pa.Field(
        ge=0, le=0, metadata=NONE, description="decisions on a channel that the person refuses: none may be"
    )
    n: Series[Int] = pa.Field(ge=0, metadata=NONE, description="persons decided about")


PERMISSIONS = TableContract(Permissions, ("person_id", "channel"))
DECISIONS = TableContract(Decisions, ("person_id",))
POLICY_VALUE = TableContract(PolicyValue, ("policy",))
HONOURED_REFUSALS = TableContract(HonouredRefusals, ("channel",))
