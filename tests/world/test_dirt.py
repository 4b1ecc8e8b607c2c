"""Dirt falls on bytes: as many lines as before, few of them damaged, none hiding the next."""

import csv
import io
import json

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from journey_research.world.dirt import soil

LINE = st.text(st.characters(exclude_characters="\n\r\x00", codec="utf-8"), min_size=2, max_size=60)


@settings(max_examples=25, deadline=None)
@given(st.lists(LINE, min_size=1, max_size=40), st.floats(0.01, 1), st.integers(0, 99))
def test_line_count_and_letters_survive(lines, share, seed):
    body = ("head\n" + "\n".join(lines) + "\n").encode()

    soiled, n = soil(body, np.random.default_rng(seed), share=share, has_header=True)

    before, after = body.split(b"\n"), soiled.split(b"\n")
    assert len(before) == len(after)
    assert after[0] == b"head"
    assert sum(a != b for a, b in zip(before, after, strict=True)) <= n <= max(1, share * len(lines))
    soiled.decode()  # cut between letters, never inside one


def test_a_cut_line_never_swallows_the_next():
    rows = [["1", 'a "long, quoted" street with no end to it', "2025-01-07"] for _ in range(200)]
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)

    soiled, n = soil(text.getvalue().encode(), np.random.default_rng(3), share=0.5, has_header=False)

    read = list(csv.reader(io.StringIO(soiled.decode())))
    assert len(read) == len(rows)
    assert n == 100
    assert sum(row != rows[0] for row in read) == n


def test_each_file_stays_readable_but_for_its_share(world):
    def is_broken(line: str) -> bool:
        try:
            json.loads(line)
        except json.JSONDecodeError:
            return True
        return False

    events = (world / "segment_events.jsonl").read_text(encoding="utf-8").splitlines()
    assert sum(is_broken(line) for line in events) == int(len(events) * 0.003) > 0
    for name in ("hubspot_contacts.csv", "shopify_orders.csv"):
        rows = list(csv.reader(io.StringIO((world / name).read_text(encoding="utf-8-sig"))))
        damaged = [
            row
            for row in rows[1:]
            if len(row) != len(rows[0])
            or any("-13-45" in cell for cell in row)
            or any(
                cell.endswith("x") and cell[:-1].replace(".", "").strip("0123456789lO") == "" for cell in row
            )
        ]
        assert 1 <= len(damaged) <= max(1, 0.003 * len(rows))


def test_the_same_dirt_falls_in_the_same_places():
    body = b"".join(b"%d,2025-01-07,1.00,x\n" % row for row in range(50))
    one = soil(body, np.random.default_rng(7), share=0.2, has_header=False)
    assert one == soil(body, np.random.default_rng(7), share=0.2, has_header=False)
    assert soil(body, np.random.default_rng(7), share=0.0, has_header=False) == (body, 0)
    assert soil(b"head\n", np.random.default_rng(7), share=0.5, has_header=True) == (b"head\n", 0)
