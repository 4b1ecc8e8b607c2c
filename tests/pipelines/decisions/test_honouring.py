"""Refusals honoured: three persons by hand, every decision of a small world, and that a breach is found."""

from datetime import datetime, timedelta

import numpy as np
import pytest

from journey_research.pipelines.decisions.honouring import count_violations
from journey_research.pipelines.decisions.permissions import PermissionRule, read_permissions
from journey_research.pipelines.decisions.policy import PolicyRule, decide_actions
from tests.worlds import broken_rules, empty_world, table

AS_OF = datetime(2025, 4, 1)
NOW = table("AS_OF", {"as_of": AS_OF})
CHANNELS = ("email", "sms", "call_centre")
RULE = PermissionRule(channels=CHANNELS)
POLICY = PolicyRule(channel_order=CHANNELS, random_share=0.3)
STATUSES = ["granted", "denied", "withdrawn", "expired", "unknown"]


class World:
    """Persons of one to four records who said many things on three channels, some of them on all."""

    def __init__(self, seed, n_persons=80):
        chance = np.random.default_rng(seed)
        persons = [f"person:{n:04x}" for n in range(n_persons)]
        self.people = [
            {"record_id": f"crm:{n}-{copy}", "person_id": persons[n]}
            for n in range(n_persons)
            for copy in range(int(chance.integers(1, 5)))
        ]
        records = [row["record_id"] for row in self.people]
        self.said = [
            {
                "consent_id": f"crm:{n}",
                "record_id": str(chance.choice(records)),
                "channel": str(chance.choice([*CHANNELS, "any"], p=[0.4, 0.28, 0.28, 0.04])),
                "purpose": str(chance.choice(["marketing", "contact", "service"], p=[0.85, 0.05, 0.1])),
                "status": str(chance.choice(STATUSES, p=[0.7, 0.1, 0.1, 0.05, 0.05])),
                "stated_at": AS_OF + timedelta(days=int(chance.integers(-30, 4))),
            }
            for n in range(4 * n_persons)
        ]
        self.left = [
            {
                "touch_id": f"mail:{n}",
                "record_id": str(chance.choice(records)),
                "channel": "email",
                "action": str(chance.choice(["email_unsubscribed", "email_opened"])),
                "touched_at": AS_OF - timedelta(days=int(chance.integers(0, 30))),
            }
            for n in range(20)
        ]
        liked = [
            {"person_id": one, "dimension": "channel", "leading_value": channel, "preferred_value": channel}
            for one, channel in zip(persons, chance.choice([*CHANNELS, "store"], n_persons), strict=True)
        ]
        self.tables = {
            "consents": table("CONSENTS", *self.said),
            "people": table("PEOPLE", *self.people),
            "touches": table("TOUCHES", *self.left),
            "person_preferences": table("PERSON_PREFERENCES", *liked),
        }
        self.persons = table("PERSONS", *({"person_id": one, "kind": "known"} for one in persons))
        scores = [
            {"example_id": f"e{n}", "person_id": one, "split": "current", "conversion_probability": 0.3}
            for n, one in enumerate(persons)
        ]
        self.scores = table("SCORES", *scores)

    def decided(self):
        permissions = read_permissions(
            self.tables["consents"], self.tables["people"], self.persons, NOW, RULE, self.tables["touches"]
        )
        return decide_actions(self.scores, permissions, NOW, POLICY, self.tables["person_preferences"])

    def counted(self, decisions):
        return count_violations(decisions, as_of=NOW, rule=RULE, **self.tables)

    def refusing_by_hand(self):
        """(Person, channel) where some record's last word about it, or about all channels, is a refusal."""
        told = [
            (row["record_id"], row["channel"], row["purpose"] == "contact", row["stated_at"], row["status"])
            for row in self.said
            if row["purpose"] != "service" and row["stated_at"] <= AS_OF
        ]
        told += [
            (row["record_id"], "email", False, row["touched_at"], "withdrawn")
            for row in self.left
            if row["action"] == "email_unsubscribed"
        ]
        found = set()
        for row in self.people:
            for channel in CHANNELS:
                own = [one for one in told if one[0] == row["record_id"] and one[1] in (channel, "any")]
                consent = [
                    [one for one in own if not one[2] and one[1] == asked] for asked in (channel, "any")
                ]
                for words in (*consent, [one for one in own if one[2]]):
                    last = max((one[3] for one in words), default=None)
                    if {one[4] for one in words if one[3] == last} & {"denied", "withdrawn"}:
                        found.add((row["person_id"], channel))
        return found


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_no_decision_of_a_world_violates_a_never(seed):
    world = World(seed)
    decisions = world.decided()
    made = world.counted(decisions)
    assert broken_rules("HONOURED_REFUSALS", made) == []
    frame, acted = made.to_pandas().set_index("channel"), decisions.to_pandas()
    acted = acted[acted["action"] != "nothing"]
    refusing = world.refusing_by_hand()
    assert len(acted) > 10
    assert len(refusing) > 20
    assert not refusing & set(zip(acted["person_id"], acted["channel"], strict=True))
    assert frame["n_violations"].sum() == 0
    assert frame["n_refusing"].to_dict() == {
        channel: sum(one[1] == channel for one in refusing) for channel in CHANNELS
    }
    assert frame["n_approached"].to_dict() == {
        channel: int((acted["channel"] == channel).sum()) for channel in CHANNELS
    }


def test_a_breach_is_counted_and_breaks_the_contract():
    world = World(1)
    person, channel = min(world.refusing_by_hand())
    decisions = table(
        "DECISIONS",
        {"person_id": person, "action": "message", "channel": channel, "action_probability": 1.0},
        {"person_id": "person:ffff", "action": "nothing", "action_probability": 1.0},
    )
    made = world.counted(decisions)
    counted = made.to_pandas().set_index("channel")
    assert counted.loc[channel, ["n_violations", "n_approached", "n"]].tolist() == [1, 1, 2]
    assert counted["n_violations"].sum() == 1
    assert any("n_violations" in rule for rule in broken_rules("HONOURED_REFUSALS", made))


def test_who_agreed_and_refused_is_told_as_a_conflict():
    tables = empty_world()
    told = [
        {"consent_id": f"crm:{n}", "record_id": record, "channel": "email", "purpose": "marketing",
         "status": status, "stated_at": AS_OF - timedelta(days=n)}
        for n, (record, status) in enumerate([("crm:a", "granted"), ("crm:b", "denied"), ("crm:c", "denied")])
    ]  # fmt: skip
    people = [("crm:a", "person:1"), ("crm:b", "person:1"), ("crm:c", "person:2")]
    made = count_violations(
        table("DECISIONS", *({"person_id": f"person:{n}", "action_probability": 1.0} for n in (1, 2))),
        table("CONSENTS", *told),
        table("PEOPLE", *({"record_id": record, "person_id": person} for record, person in people)),
        tables["touches"],
        tables["person_preferences"],
        NOW,
        RULE,
    ).to_pandas()
    email = made.set_index("channel").loc["email"]
    assert email[["n_refusing", "n_never", "n_conflicting", "n"]].tolist() == [2, 0, 1, 2]


def test_a_record_that_refuses_and_agrees_at_one_instant_refuses():
    said = [
        {"consent_id": f"crm:{status}", "record_id": "crm:a", "channel": "email", "purpose": "marketing",
         "status": status, "stated_at": AS_OF}
        for status in ("denied", "granted")
    ]  # fmt: skip
    empty = empty_world()
    made = count_violations(
        table("DECISIONS", {"person_id": "person:1", "action_probability": 1.0}),
        table("CONSENTS", *said),
        table("PEOPLE", {"record_id": "crm:a", "person_id": "person:1"}),
        empty["touches"],
        empty["person_preferences"],
        NOW,
        RULE,
    ).to_pandas()
    assert made.set_index("channel").loc["email", "n_refusing"] == 1


def test_nobody_said_anything_and_nobody_is_known():
    empty = empty_world()
    names = ("decisions", "consents", "people", "touches", "person_preferences")
    made = count_violations(*(empty[name] for name in names), NOW, RULE)
    assert broken_rules("HONOURED_REFUSALS", made) == []
    assert made.to_pandas().drop(columns="channel").to_numpy().sum() == 0
    assert made.count() == len(CHANNELS)


def test_what_cannot_be_meant_is_refused():
    for wrong in ({"every_channel": "email"}, {"never_purposes": ("marketing",)}, {"channels": ()}):
        with pytest.raises(ValueError, match=r"channel|purpose"):
            PermissionRule(**wrong)
