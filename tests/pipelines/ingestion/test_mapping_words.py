"""Every word of a mapping is judged, and a wrong one is told with the nearest right one."""

import pytest
from held_exports import mapping

from journey_research.errors import UserError
from journey_research.pipelines.ingestion.language.mapping_words import BLOCKS, SAID_ONCE
from journey_research.pipelines.ingestion.mapping import read_mapping

TOUCH = mapping()["touch"]
MISSPELT = [
    ({"tuch": {}}, "says 'tuch'", "did you mean 'touch'?"),
    ({"cadance": "daily"}, "says 'cadance'", "did you mean 'cadence'?"),
    ({"cadence": "dayly"}, "says a 'cadence'", "did you mean 'daily'?"),
    ({"data_class": "transactionel"}, "says a 'data_class'", "did you mean 'transactional'?"),
    ({"legal_basis": "consents"}, "says a 'legal_basis'", "did you mean 'consent'?"),
    ({"touch": {**TOUCH, "tacitc": "medium"}}, "says 'touch.tacitc'", "did you mean 'tactic'?"),
    ({"touch": {**TOUCH, "channel": {"form": "a"}}}, "says 'form' in 'touch.channel'", "mean 'from'?"),
    ({"touch": {**TOUCH, "clock": "sever"}}, "says a 'touch.clock'", "did you mean 'server'?"),
    ({"same_as": {"key": "old", "rule": "merge"}}, "says a 'same_as.rule'", "did you mean 'source_merge'?"),
    ({"same_as": {"key": "o", "rule": "alias", "source": "CRM 1"}}, "says 'same_as.source'", "a source"),
    ({"member_of": {"key": "firm", "kind": "acount"}}, "says a 'member_of.kind'", "did you mean 'account'?"),
    ({"identifiers": {"value": "v", "type": "e-mail"}}, "an 'identifiers.type'", "did you mean 'email'?"),
    ({"identifiers": {"value": "v", "type": "phone", "strength": "string"}}, "s.strength", "'strong'?"),
    ({"identifiers": {"value": "v", "type": "email", "split": 5}}, "'identifiers.split'", "stands between"),
    ({"record": {"key": "visitor", "kind": "profil"}}, "says a 'record.kind'", "did you mean 'profile'?"),
    ({"record": {"key": "v", "values": {"langauge": "l"}}}, "values.langauge", "did you mean 'language'?"),
    ({"times": {"ts": {"fromat": "iso"}}}, "says 'times.ts.fromat'", "did you mean 'format'?"),
    ({"times": {"ts": {"format": 5}}}, "does not say how 'ts'", "known are iso"),
    ({"times": {"ts": {"format": ["iso", "isoo"]}}}, "spells the time in 'ts'", "did you mean 'iso'?"),
    ({"times": {"ts": {"format": "iso", "join": []}}}, "joins nothing to 'ts'", "join: [Date, Time]"),
    ({"times": {"ts": {"is": "once"}}}, "says a time for 'ts'", "2025-01-06T10:00:00Z"),
    ({"numbers": {"n": {"unit": "minor"}}}, "whose minor unit 'n' counts", "currency"),
    ({"numbers": {"n": {"unit": "minor", "currency": "EUX"}}}, "a currency for 'n'", "ISO 4217"),
    ({"numbers": {"n": {"percnt": True}}}, "says 'numbers.n.percnt'", "did you mean 'percent'?"),
    ({"aliases": {"Spent": {"matches": "Spent ("}}}, "aliases.Spent.matches", "open bracket"),
    ({"aliases": {"Spent": {"matches": "Spent", "group": "currency"}}}, "without a group", "brackets"),
    ({"aliases": {"Spent": []}}, "aliases.Spent", "list other headers"),
    ({"from_file_name": {"status": "subscribed"}}, "from_file_name.status", "brackets"),
    ({"format": {"type": "sql"}}, "does not say what", "format.table or format.query"),
    ({"format": {"type": "csv", "skip_rows": "atuo"}}, "format.skip_rows", "or auto"),
    ({"format": "cvs"}, "names a format", "did you mean 'csv'?"),
    ({"expects": [{"last_of_records": {"action": "a"}, "share": 1}]}, "last_of_records", "'last_of_record'"),
    ({"expects": [{"last_of_record": {"action": "a"}}]}, "expects.share", "least share"),
    ({"expects": [{"last_of_record": "a", "share": 0.5}]}, "expects.last_of_record", "it holds action"),
    ({"expects_breach": "warning"}, "says a 'expects_breach'", "did you mean 'warn'?"),
    ({"touch": {**TOUCH, "counterpart": "agent"}}, "touch.counterpart", "{source: crm, key: Contact ID}"),
    ({"touch": {**TOUCH, "counterpart": {"source": "crm"}}}, "touch.counterpart.key", "add it"),
]  # fmt: skip


@pytest.mark.parametrize(("more", "named", "do"), MISSPELT)
def test_a_misspelt_word_is_one_line_with_the_nearest_known(more, named, do):
    with pytest.raises(UserError) as raised:
        read_mapping("web", mapping(**more))

    assert named in raised.value.what
    assert do in raised.value.do
    assert "\n" not in str(raised.value)


def test_every_word_that_is_said_once_is_judged():
    words = {
        (kind, name)
        for kind, block in BLOCKS.items()
        for name, how in block.items()
        if how.startswith("word")
    }

    elsewhere = {("identifiers", "type"), ("identifiers", "verified")}
    elsewhere |= {(kind, name) for kind in BLOCKS for name in ("split", "without")} & words
    assert words - elsewhere == set(SAID_ONCE)


def test_columns_that_the_file_does_not_have_are_not_asked_of_it():
    told = read_mapping(
        "web",
        mapping(
            times={
                "ts": {"format": "iso", "zone_from": "Zone", "join": ["Date", "Time"]},
                "day": {"is": "2025-01-06"},
            },
            from_file_name={"medium": "^(mail|web)_"},
            aliases={"Spent": {"matches": r"Spent \((\w+)\)", "group": "currency"}},
            numbers={"Spent": {"unit": "minor", "currency": "currency"}},
            required=["visitor"],
        ),
    )

    assert set(told.columns) >= {"ts", "day", "Date", "Time", "Zone", "medium", "currency", "Spent"}
    assert set(told.own_columns) == {"visitor", "Date", "Time", "Zone", "Spent"}
    assert set(told.needed) == {"visitor", "Date", "Time"}


def test_a_column_that_a_block_looks_for_itself_need_not_be_there():
    touch = {**TOUCH, "key": "answer", "only": {"answer": "present"}}

    assert "answer" not in read_mapping("web", mapping(touch=touch)).needed
    assert "answer" in read_mapping("web", mapping(touch={**touch, "only": {"medium": "cpc"}})).needed
