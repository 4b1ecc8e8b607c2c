"""Keys of rows are unique in a file of many blocks; keys of people are another block's people never."""

from functools import cache

import pytest

from journey_research.world.exports.exporting import Part
from journey_research.world.simulation.block import Block
from journey_research.world.simulation.living import make_block
from tests.world.vendor_files import EXPORTERS, csv_of, small_block

KEYS = {
    "sendgrid_events.jsonl": '"sg_event_id":"',
    "klaviyo_events.jsonl": '"event","id":"',
    "zendesk_tickets.jsonl": '{"id":',
    "zendesk_users.jsonl": '{"id":',
    "brandwatch_mentions.jsonl": '{"resourceId":"',
    "twilio_calls.csv": "sid",
    "badge_scans.csv": "Scan ID",
    "mail_drops.csv": "Piece ID",
    "experiment_arms.csv": "assignment_id",
    "feedback_widget.csv": "answer_id",
    "store_feedback.csv": "note_id",
    "subscribed_members.csv": "EUID",
}


@cache
def two_blocks() -> tuple[Block, Block]:
    """Two blocks of one world."""
    one = small_block()
    return one, make_block(1, 1200, one.world_seed, one.calendar, one.catalogue)


def two_parts(name: str) -> list[Part]:
    """A file's rows of the two blocks."""
    return [EXPORTERS[name].of_block(block) for block in two_blocks()]


@pytest.mark.parametrize("name", KEYS)
def test_no_two_rows_share_a_key(name):
    keys: list[str] = []
    for part in two_parts(name):
        lines = part.lines.to_pylist()
        if name.endswith(".csv"):
            keys += [row[KEYS[name]] for row in csv_of(name, lines)]
        else:
            keys += [line.split(KEYS[name])[1].split(",")[0] for line in lines]

    assert len(keys) > 0
    assert len(set(keys)) == len(keys)


@pytest.mark.parametrize("name", [name for name in KEYS if "brandwatch" not in name and "twilio" not in name])
def test_no_person_of_another_block_has_the_same_key(name):
    """Public names and telephones are other people's business: two Annas may write reviews."""
    one, other = (set(part.speakers["key"]) for part in two_parts(name))

    assert one
    assert not one & other
