"""Decisions: three persons by hand, chances that add up, and nobody approached without permission."""

from datetime import datetime

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from journey_research.engine import Table
from journey_research.pipelines.decisions.policy import PolicyRule, decide_actions
from journey_research.pipelines.decisions.policy_value import value_policies
from tests.worlds import broken_rules, table

NOW = table("AS_OF", {"as_of": datetime(2025, 4, 1)})
# A conversion is worth 20. A message costs .05 and lifts by a twentieth; an offer costs .10, lifts by half
# and gives away 5 of the 20.
COSTS = {
    "margin_amount": 20.0,
    "message_cost_amount": 0.05,
    "offer_cost_amount": 0.1,
    "offer_discount_amount": 5.0,
    "message_effect": 0.05,
    "offer_effect": 0.5,
}
RULE = PolicyRule(**COSTS, channel_order=("email", "direct_mail"), random_share=0.0)


def scored(*probabilities, split="current"):
    return table(
        "SCORES",
        *(
            {
                "example_id": f"{split}{n}",
                "person_id": f"person:{n:x}",
                "split": split,
                "conversion_probability": p,
            }
            for n, p in enumerate(probabilities)
            if p is not None
        ),
    )


def permitted(*channels):
    """For person 0, 1, ... the channels on which they may be approached."""
    return table(
        "PERMISSIONS",
        *(
            {
                "person_id": f"person:{n:x}",
                "channel": channel,
                "is_permitted": channel in told,
                "basis": "granted" if channel in told else "never asked",
            }
            for n, told in enumerate(channels)
            for channel in ("email", "direct_mail")
        ),
    )


def decided(scores, permissions, rule=RULE):
    made = decide_actions(scores, permissions, NOW, rule)
    assert broken_rules("DECISIONS", made) == []
    return made.to_pandas().set_index("person_id")


def test_four_persons_by_hand():
    found = decided(scored(0.2, 0.001, 0.2, None), permitted(["email"], ["email"], [], ["email"]))
    # .2 to .3 at a margin of 15: 4.50 - 4.00 - .10 = .40; a message: .2 * .05 * 20 - .05 = .15.
    assert found.loc["person:0", ["action", "channel", "reason"]].tolist() == [
        "offer",
        "email",
        "best expected amount",
    ]
    assert found.loc["person:0", "expected_amount"] == pytest.approx(0.40)
    assert found["action"].tolist() == ["offer", "nothing", "nothing", "nothing"]
    assert found["reason"].tolist()[1:] == ["no action pays", "no permission", "not scored"]
    assert found["action_probability"].tolist() == [1, 1, 1, 1]
    assert found["offer_id"].notna().tolist() == [True, False, False, False]


def test_the_preferred_permitted_channel_is_used_and_the_offer_is_the_same_on_each():
    found = decided(scored(0.2, 0.2), permitted(["direct_mail"], ["direct_mail", "email"]))
    assert found["channel"].tolist() == ["direct_mail", "email"]
    assert found["offer_id"].nunique() == 1


def test_capacity_goes_to_the_highest_expected_amounts():
    found = decided(
        scored(0.2, 0.3, 0.25),
        permitted(["email"], ["email"], ["email"]),
        PolicyRule(capacity=2, random_share=0),
    )
    assert found["action"].tolist() == ["nothing", "offer", "offer"]
    assert found.loc["person:0", "reason"] == "capacity reached"


def test_a_person_who_converts_anyway_is_given_no_discount():
    found = decided(scored(1.0), permitted(["email"]))
    assert found["action"].tolist() == ["nothing"]


def test_scores_of_the_past_decide_nothing():
    assert decided(scored(0.2, split="test"), permitted(["email"]))["reason"].tolist() == ["not scored"]


def test_the_lot_gives_each_action_the_chance_that_is_written_down():
    n = 3000
    rule = PolicyRule(**COSTS, random_share=0.3)
    found = decided(scored(*[0.2] * n), permitted(*[["email"]] * n), rule)
    counts = found["action"].value_counts(normalize=True)
    assert counts["offer"] == pytest.approx(0.7 + 0.1, abs=0.03)
    assert counts["message"] == pytest.approx(0.1, abs=0.02)
    assert counts["nothing"] == pytest.approx(0.1, abs=0.02)
    assert (found["arm"] == "random").mean() == pytest.approx(0.3, abs=0.03)
    written = found.groupby("action")["action_probability"].agg(["min", "max"])
    assert written["min"].to_dict() == pytest.approx({"message": 0.1, "nothing": 0.1, "offer": 0.8})
    assert written["max"].to_dict() == pytest.approx(written["min"].to_dict())
    assert written["min"].sum() == pytest.approx(1)  # over the three actions of one kind of person


PEOPLE = st.lists(
    st.tuples(
        st.one_of(st.none(), st.sampled_from([0.0, 0.01, 0.2, 0.9])),
        st.sets(st.sampled_from(["email", "direct_mail"])),
    ),
    min_size=1,
    max_size=8,
)


@settings(max_examples=20, deadline=None)
@given(PEOPLE, st.sampled_from([0.0, 0.4, 1.0]), st.integers(0, 4))
def test_nobody_is_approached_without_permission_or_score(told, share, capacity):
    rule = PolicyRule(channel_order=("email", "direct_mail"), random_share=share, capacity=capacity)
    found = decided(scored(*(p for p, _ in told)), permitted(*(c for _, c in told)), rule)
    assert len(found) == len(told)
    for (probability, channels), row in zip(told, found.to_dict("records"), strict=True):
        if row["action"] == "nothing":
            assert row["expected_amount"] == 0
        else:
            assert row["channel"] in channels
            assert probability is not None
        if not channels or probability is None:
            assert (row["action"], row["action_probability"]) == ("nothing", 1)
    assert ((found["arm"] == "policy") & (found["action"] != "nothing")).sum() <= capacity


@settings(max_examples=10, deadline=None)
@given(PEOPLE, st.integers(0, 50))
def test_chances_do_not_hang_on_the_lot(told, seed):
    """What a person's action was logged with is the same under another seed that draws the same action."""
    rules = [PolicyRule(random_share=0.5, policy_seed=each) for each in (1, seed)]
    scores, permissions = scored(*(p for p, _ in told)), permitted(*(c for _, c in told))
    one, other = (decided(scores, permissions, rule) for rule in rules)
    same = one["action"] == other["action"]
    assert one.loc[same, "action_probability"].tolist() == other.loc[same, "action_probability"].tolist()


def test_policies_compared_by_hand():
    scores, permissions = scored(0.2, 0.2, None), permitted(["email"], [], ["email"])
    decisions = decide_actions(scores, permissions, NOW, RULE)
    found = value_policies(decisions, scores, permissions, RULE)
    assert broken_rules("POLICY_VALUE", Table.from_pandas(found)) == []
    found = found.set_index("policy")
    # One of three persons can be approached: an offer brings .40, a message .15, shared by three.
    assert found["value"].to_dict() == pytest.approx(
        {
            "nothing": 0,
            "message to all permitted": 0.05,
            "offer to all permitted": 0.4 / 3,
            "our decisions": 0.4 / 3,
        }
    )
    assert found["n_approached"].to_dict() == {
        "nothing": 0,
        "message to all permitted": 1,
        "offer to all permitted": 1,
        "our decisions": 1,
    }
    assert (found["n"] == 3).all()
    assert ((found["low"] <= found["value"]) & (found["value"] <= found["high"])).all()


def test_no_permissions_no_decisions_and_values_unknown():
    decisions = decide_actions(table("SCORES"), table("PERMISSIONS"), NOW, RULE)
    assert decisions.count() == 0
    found = value_policies(decisions, table("SCORES"), table("PERMISSIONS"), RULE)
    assert found["n"].tolist() == [0, 0, 0, 0]
    assert found["value"].isna().all()


def test_where_nobody_may_be_approached_every_policy_is_worth_nothing():
    scores, permissions = scored(0.2, 0.3), permitted([], [])
    found = value_policies(decide_actions(scores, permissions, NOW, RULE), scores, permissions, RULE)
    assert found["n_approached"].sum() == 0
    assert np.array_equal(found["value"], np.zeros(4))


@pytest.mark.parametrize(
    "wrong", [{"random_share": 1.2}, {"capacity": -1}, {"offer_effect": -2.0}, {"channel_order": ()}]
)
def test_a_rule_out_of_bounds_is_refused_where_it_is_born(wrong):
    with pytest.raises(ValueError, match=next(iter(wrong))):
        PolicyRule(**wrong)


def test_a_clear_preference_orders_the_permitted_channels_and_permits_none():
    def liked(*channels):
        rows = [
            {"person_id": f"person:{n:x}", "dimension": "channel", "preferred_value": channel}
            for n, channel in enumerate(channels)
        ]
        # A preferred part of the day, by chance named like a channel, is none.
        return table(
            "PERSON_PREFERENCES",
            *rows,
            {"person_id": "person:4", "dimension": "part_of_day", "preferred_value": "direct_mail"},
        )

    both = ["email", "direct_mail"]
    permissions = permitted(both, ["email"], both, [], both)
    scores = scored(0.2, 0.2, 0.2, 0.2, 0.2)
    told = liked("direct_mail", "direct_mail", "store", "direct_mail", None)
    found = decide_actions(scores, permissions, NOW, RULE, told).to_pandas().set_index("person_id")
    assert found["channel"].where(found["channel"].notna(), "-").tolist() == [
        "direct_mail",  # liked and permitted
        "email",  # liked, not permitted
        "email",  # liked, but not ours
        "-",  # nothing is permitted
        "email",
    ]
    unheeded = PolicyRule(**COSTS, channel_order=("email", "direct_mail"), random_share=0.0,
                          heeds_preferences=False)  # fmt: skip
    assert decide_actions(scores, permissions, NOW, unheeded, told).to_pandas()["channel"][0] == "email"
