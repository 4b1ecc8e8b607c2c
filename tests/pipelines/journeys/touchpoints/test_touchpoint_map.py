"""The map over the data: what it says of each kind, what it lacks, and that every touch is counted."""

from pathlib import Path
from types import SimpleNamespace

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from journey_research.engine import Table
from journey_research.pipelines.journeys.touchpoints.blueprint import TouchpointMap
from journey_research.pipelines.journeys.touchpoints.mapping_touchpoints import map_touchpoints
from journey_research.pipelines.journeys.touchpoints.roles import count_roles
from tests.pipelines.journeys.touchpoints.met import met, rows_of
from tests.worlds import broken_rules

PARAMETERS = Path(__file__).resolve().parents[4] / "conf" / "base" / "parameters_touchpoints.yml"
MAP = TouchpointMap(
    channels={
        "direct": {"tool": "website", "influence": "company", "owner": "shop team"},
        "email": {"tool": "marketing", "influence": "company", "owner": "email team"},
        "tv": {"tool": "advertising"},
    },
    actions={
        "page_viewed": {"role": "discover", "stage": "connection"},
        "review_read": {"role": "evaluate", "stage": "contact", "initiative": "peer", "influence": "peer"},
        "email_delivered": {"role": "discover", "stage": "subscriber"},
    },
    kinds=[{"channel": "email", "tactic": "post_sale", "role": "use", "owner": "service team"}],
)
MAIL = {"channel": "email", "action": "email_delivered", "direction": "outbound", "initiative": "company"}


def shipped() -> TouchpointMap:
    return TouchpointMap(**yaml.safe_load(PARAMETERS.read_text(encoding="utf-8"))["touchpoint_map"])


def mapped(*rows, touchpoint_map=MAP):
    made = map_touchpoints(*met(*rows), touchpoint_map)
    rows = [SimpleNamespace(**row) for row in rows_of(Table.from_pandas(made))]
    return {(row.channel, row.tactic, row.action): row for row in rows}


def test_each_kind_is_described_by_the_layer_that_knows_it_best():
    found = mapped(
        {"person": 1, "at": 0},
        {"person": 1, "at": 1, "action": "review_read"},
        {"person": 2, "at": 2, **MAIL, "tactic": "post_sale"},
        {"person": 2, "at": 3, **MAIL, "tactic": "newsletter"},
    )

    page, review = found["direct", None, "page_viewed"], found["direct", None, "review_read"]
    thanks, letter = (
        found["email", "post_sale", "email_delivered"],
        found["email", "newsletter", "email_delivered"],
    )
    assert (page.initiative, page.influence, page.role) == ("customer", "company", "discover")
    assert (review.initiative, review.influence, review.owner) == ("peer", "peer", "shop team")
    assert (thanks.role, thanks.owner) == ("use", "service team")
    assert (letter.role, letter.owner) == ("discover", "email team")
    assert page.need == "unknown", "what nobody said is not guessed"


def test_what_either_side_lacks_is_listed():
    found = mapped(
        {"person": 1, "at": 0, "action": "danced"},
        {"person": 2, "at": 1, "channel": "fax"},
        {"person": None, "at": 2, "channel": "fax"},
        {"person": 3, "at": 2, "is_bot": True},
        {"person": 3, "at": 2, "direction": "none", "action": "arm_assigned"},
    )

    missing = {kind for kind, row in found.items() if row.is_missing_from_map}
    absent = {kind for kind, row in found.items() if row.is_absent_from_data}
    assert missing == {("direct", None, "danced"), ("fax", None, "page_viewed")}
    assert absent == {
        ("tv", None, "any"), ("email", None, "any"), ("any", None, "review_read"),
        ("any", None, "email_delivered"), ("email", "post_sale", "any"),
    }  # fmt: skip
    fax = found["fax", None, "page_viewed"]
    assert (fax.n_touches, fax.n_persons, fax.tool) == (2, 1, "unknown")
    assert sum(row.n_touches for row in found.values()) == 3, "bots and lots drawn are no touches"


def test_an_exception_that_names_the_pair_is_enough_and_the_one_with_more_keys_wins():
    rules = [
        {"channel": "fax", "action": "sent", "owner": "archive"},
        {"channel": "fax", "owner": "nobody"},
    ]
    told = TouchpointMap(channels={}, actions={}, kinds=rules[::-1])

    assert told.names("fax", None, "sent")
    assert not told.names("fax", None, "read")
    assert told.describe("fax", None, "sent")["owner"] == "archive"
    assert told.describe("fax", None, "read")["owner"] == "nobody"


@pytest.mark.parametrize(
    ("layers", "said"),
    [
        ({"channels": {"tv": {"influense": "company"}}, "actions": {}}, "influense"),
        ({"channels": {}, "actions": {"shown": {"role": "sell"}}}, "role is 'sell'"),
        ({"channels": {}, "actions": {}, "kinds": [{"owner": "nobody"}]}, "rule 1"),
    ],
)
def test_a_word_that_is_none_stops_the_run(layers, said):
    with pytest.raises(ValueError, match=said):
        TouchpointMap(**layers)


KINDS = st.tuples(
    st.sampled_from(["direct", "email", "fax"]),
    st.sampled_from(["page_viewed", "review_read", "danced"]),
    st.sampled_from([None, "post_sale"]),
    st.sampled_from([1, 2, 3, None]),
    st.booleans(),
)


@settings(deadline=None, max_examples=15)
@given(st.lists(KINDS, max_size=12))
def test_role_by_stage_sums_to_all_touches(kinds):
    rows = [
        {"person": who, "at": at, "channel": channel, "action": action, "tactic": tactic, "is_bot": is_bot}
        for at, (channel, action, tactic, who, is_bot) in enumerate(kinds)
    ]
    touches, journey_touches = met(*rows)
    touchpoint_map = map_touchpoints(touches, journey_touches, MAP)
    roles = count_roles(touches, journey_touches, Table.from_pandas(touchpoint_map))

    n_touches = sum(not row["is_bot"] for row in rows)
    assert roles["n_touches"].sum() == touchpoint_map["n_touches"].sum() == n_touches
    by_hand = {}
    for row in rows:
        if not row["is_bot"]:
            told = MAP.describe(row["channel"], row["tactic"], row["action"])
            key = (told["stage"], told["role"], told["tool"])
            by_hand[key] = by_hand.get(key, 0) + 1
    assert roles.set_index(["stage", "role", "tool"])["n_touches"].to_dict() == by_hand
    assert ((roles["low"] <= roles["stage_share"]) & (roles["stage_share"] <= roles["high"])).all()
    sums = roles.groupby("stage")["stage_share"].sum()
    assert ((sums - 1).abs() < 1e-9).all()


def test_nothing_in_nothing_out():
    touches, journey_touches = met()
    made = map_touchpoints(touches, journey_touches, MAP)
    roles = count_roles(touches, journey_touches, Table.from_pandas(made))

    assert made["is_absent_from_data"].all()
    assert roles.empty
    assert broken_rules("TOUCHPOINT_MAP", Table.from_pandas(made)) == []
    assert broken_rules("TOUCHPOINT_ROLES", Table.from_pandas(roles)) == []


def test_the_shipped_map_says_who_may_only_be_helped():
    told = shipped()

    for channel, action in [
        ("direct", "friends_asked"),
        ("referral", "page_viewed"),
        ("social_public", "shared"),
    ]:
        assert told.describe(channel, None, action)["influence"] == "peer", (channel, action)
    assert told.describe("direct", None, "product_viewed")["influence"] == "company"
    assert told.describe("fax", None, "danced")["influence"] == "unknown"


def test_the_shipped_map_knows_every_reviewed_channel():
    catalogue = yaml.safe_load((PARAMETERS.parent / "parameters_ingestion.yml").read_text(encoding="utf-8"))

    assert set(catalogue["channel_catalogue"]["reviewed"]) <= set(shipped().channels)


def test_a_finished_map_keeps_its_contract():
    touches, journey_touches = met({"person": 1, "at": 0, "channel": "fax"}, {"person": 2, "at": 1, **MAIL})
    made = Table.from_pandas(map_touchpoints(touches, journey_touches, shipped()))

    assert broken_rules("TOUCHPOINT_MAP", made) == []
    assert sum(row["n_touches"] for row in rows_of(made)) == 2
