"""``journey world``: a size by name, what was written, and one line when something is wrong."""

import re
from types import SimpleNamespace

import pytest

from journey_research.command import main
from journey_research.errors import UserError
from journey_research.hooks import _make_world


def test_it_writes_a_world_and_counts_it(tmp_path, capsys):
    assert (
        main(["world", "--persons", "30", "--weeks", "2", "--seed", "4", "--out", str(tmp_path / "w")]) == 0
    )

    told = re.findall(r"^ *([\d,]+)  (.+)$", capsys.readouterr().out, re.MULTILINE)
    counts = {name: int(number.replace(",", "")) for number, name in told}
    files = {str(path.relative_to(tmp_path / "w")) for path in (tmp_path / "w").rglob("*.*")}
    assert set(counts) == files | {"source records", "touchpoints"}
    assert counts["source records"] > 30
    assert counts["touchpoints"] > 100


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (["--size", "huge"], "there is no size 'huge'"),
        (["--without", "telepathy", "--persons", "9"], "there is no channel 'telepathy'"),
        (["--persons", "1"], "at least 2 people"),
        (["--weeks", "0"], "at least 2 people and 1 week"),
    ],
)
def test_what_cannot_be_made_is_told_in_one_line(tmp_path, capsys, given, said):
    assert main(["world", *given, "--out", str(tmp_path / "w")]) == 2

    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 1
    assert said in lines[0]
    assert list(tmp_path.iterdir()) == []


def test_an_environment_gets_its_world_once(tmp_path):
    view = SimpleNamespace(raw=tmp_path / "raw")
    _make_world(view, {"world": {"persons": 5, "weeks": 1}})
    written = (tmp_path / "raw" / "truth_people.csv").read_bytes()
    _make_world(view, {"world": {"persons": 9, "weeks": 1}})

    assert (tmp_path / "raw" / "truth_people.csv").read_bytes() == written
    for wrong in ({"people": 5}, {"persons": 1}):
        with pytest.raises(UserError, match="world"):
            _make_world(SimpleNamespace(raw=tmp_path / "other"), {"world": wrong})
    assert not (tmp_path / "other").exists()
