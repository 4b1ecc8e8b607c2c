"""Permissions: what was said, read strictly, person by person; and a plain definition."""

from datetime import datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from journey_research.pipelines.decisions.permissions import PermissionRule, read_permissions
from tests.worlds import broken_rules, table

AS_OF = datetime(2025, 4, 1)
NOW = table("AS_OF", {"as_of": AS_OF})
RULE = PermissionRule(purpose="marketing", channels=("email", "direct_mail"))
# Person 1 has two records, person 2 has one, person 3 is anonymous.
PEOPLE = table(
    "PEOPLE",
    {"record_id": "crm:a", "person_id": "person:1"},
    {"record_id": "shop:a", "person_id": "person:1"},
    {"record_id": "crm:b", "person_id": "person:2"},
    {"record_id": "web:c", "person_id": "person:3"},
)
PERSONS = table(
    "PERSONS",
    {"person_id": "person:1", "kind": "known"},
    {"person_id": "person:2", "kind": "known"},
    {"person_id": "person:3", "kind": "anonymous"},
)


def said(number, record, status, days_ago, channel="email", purpose="marketing"):
    return {
        "consent_id": f"crm:{number}",
        "record_id": record,
        "status": status,
        "stated_at": AS_OF - timedelta(days=days_ago),
        "channel": channel,
        "purpose": purpose,
    }


def read(*statements, now=NOW):
    made = read_permissions(table("CONSENTS", *statements), PEOPLE, PERSONS, now, RULE)
    assert broken_rules("PERMISSIONS", made) == []
    return made.to_pandas().set_index(["person_id", "channel"])


def of_person_1(*statements):
    row = read(*statements).loc[("person:1", "email")]
    return bool(row["is_permitted"]), row["basis"]


def test_nobody_asked_nobody_permitted():
    found = read()
    assert len(found) == 4  # two known persons, two channels; the anonymous one is not there
    assert set(found["basis"]) == {"never asked"}
    assert not found["is_permitted"].any()


def test_a_grant_permits_that_channel_of_that_person_alone():
    found = read(said(1, "crm:a", "granted", 9))
    assert found[found["is_permitted"]].index.tolist() == [("person:1", "email")]


def test_a_records_later_statement_replaces_its_earlier_one():
    assert of_person_1(said(1, "crm:a", "granted", 9), said(2, "crm:a", "withdrawn", 3)) == (
        False,
        "withdrawn",
    )
    assert of_person_1(said(1, "crm:a", "denied", 9), said(2, "crm:a", "granted", 3)) == (True, "granted")


def test_a_refusal_on_any_record_counts_even_when_it_is_the_older_one():
    assert of_person_1(said(1, "crm:a", "denied", 9), said(2, "shop:a", "granted", 3)) == (False, "denied")


def test_two_statements_at_one_instant_the_more_cautious_counts():
    assert of_person_1(said(1, "crm:a", "granted", 9), said(2, "crm:a", "denied", 9)) == (False, "denied")


def test_a_grant_of_another_record_stands_beside_an_expired_one():
    assert of_person_1(said(1, "crm:a", "expired", 3), said(2, "shop:a", "granted", 9)) == (True, "granted")
    assert of_person_1(said(1, "crm:a", "expired", 3)) == (False, "expired")
    assert of_person_1(said(1, "crm:a", "unknown", 3)) == (False, "unknown")


def test_what_is_said_later_or_for_another_purpose_is_not_heard():
    assert of_person_1(said(1, "crm:a", "granted", -1)) == (False, "never asked")
    assert of_person_1(said(1, "crm:a", "granted", 0)) == (True, "granted")
    assert of_person_1(said(1, "crm:a", "granted", 9, purpose="service")) == (False, "never asked")


def permitted_by_hand(statements, records):
    """The definition: every record's last word; one refusal is a refusal, else one grant is a grant."""
    caution = ["withdrawn", "denied", "expired", "unknown", "granted"]
    last = []
    for record in records:
        own = [row for row in statements if row["record_id"] == record]
        if own:
            own.sort(key=lambda row: (-row["stated_at"].timestamp(), caution.index(row["status"])))
            last.append(own[0]["status"])
    return "granted" in last and not {"denied", "withdrawn"} & set(last)


STATEMENTS = st.lists(
    st.tuples(
        st.sampled_from(["crm:a", "shop:a", "crm:b"]),
        st.sampled_from(["granted", "denied", "withdrawn", "expired", "unknown"]),
        st.integers(0, 3),
    ),
    max_size=6,
)


@settings(max_examples=25, deadline=None)
@given(STATEMENTS)
def test_agrees_with_the_definition(told):
    statements = [said(n, *row) for n, row in enumerate(told)]
    found = read(*statements)["is_permitted"]
    assert found[("person:1", "email")] == permitted_by_hand(statements, ["crm:a", "shop:a"])
    assert found[("person:2", "email")] == permitted_by_hand(statements, ["crm:b"])


@settings(max_examples=15, deadline=None)
@given(STATEMENTS, st.sampled_from(["denied", "withdrawn"]), st.sampled_from(["crm:a", "shop:a"]))
def test_no_earlier_word_outweighs_a_refusal(told, refusal, record):
    statements = [said(n, who, status, days + 1) for n, (who, status, days) in enumerate(told)]
    assert not of_person_1(*statements, said(99, record, refusal, 0))[0]


def test_no_persons_no_rows():
    made = read_permissions(table("CONSENTS"), table("PEOPLE"), table("PERSONS"), table("AS_OF"), RULE)
    assert made.count() == 0


def test_a_wish_not_to_be_contacted_outweighs_every_grant_even_a_later_one_of_another_record():
    never = said(1, "crm:a", "denied", 9, purpose="contact")
    assert of_person_1(never, said(2, "shop:a", "granted", 3)) == (False, "never")
    assert of_person_1(never, said(2, "crm:a", "granted", 3)) == (False, "never")
    assert of_person_1(never, said(2, "crm:a", "granted", 3, purpose="contact")) == (False, "never asked")
    assert of_person_1(
        never, said(2, "crm:a", "granted", 3, purpose="contact"), said(3, "crm:a", "granted", 2)
    ) == (True, "granted")
    # Somebody else's record cannot take it back.
    assert of_person_1(never, said(2, "shop:a", "granted", 3, purpose="contact")) == (False, "never")


def test_a_refusal_for_all_channels_counts_on_each_and_a_grant_for_all_on_none():
    for statement, basis in (("denied", "denied"), ("granted", "never asked")):
        found = read(said(1, "crm:a", statement, 9, channel="any"))
        assert found.loc["person:1", "basis"].tolist() == [basis, basis]
        assert not found["is_permitted"].any()


def test_a_grant_ends_when_it_runs_out_though_nobody_says_so():
    for hours, told in ((-1, (False, "expired")), (0, (False, "expired")), (1, (True, "granted"))):
        one = {**said(1, "crm:a", "granted", 9), "expires_at": AS_OF + timedelta(hours=hours)}
        assert of_person_1(one) == told


def test_following_the_link_to_leave_withdraws_on_that_channel_until_the_record_agrees_again():
    def left(days_ago, action="email_unsubscribed"):
        touch = {
            "touch_id": "mail:1", "record_id": "shop:a", "channel": "email", "action": action,
            "touched_at": AS_OF - timedelta(days=days_ago),
        }  # fmt: skip
        return table("TOUCHES", touch)

    def basis(touches, *statements):
        made = read_permissions(table("CONSENTS", *statements), PEOPLE, PERSONS, NOW, RULE, touches)
        return made.to_pandas().set_index(["person_id", "channel"]).loc[("person:1", "email"), "basis"]

    agreed = said(1, "crm:a", "granted", 9)
    assert basis(left(3), agreed) == "withdrawn"
    assert basis(left(3), agreed, said(2, "shop:a", "granted", 2)) == "granted"
    assert basis(left(-1), agreed) == "granted"  # not known yet
    assert basis(left(3, "email_opened"), agreed) == "granted"
