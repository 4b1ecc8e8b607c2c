import gzip
import io

import pytest

from journey_research.contracts import exports
from journey_research.contracts.exports import export_of
from journey_research.errors import UserError


@pytest.fixture
def lying(tmp_path):
    """A file of some bytes, as an export."""

    def make(data, name="visits.csv"):
        path = tmp_path / name
        path.write_bytes(data)
        return export_of("web", {}, path)

    return make


def test_gzip_is_told_by_its_bytes_whatever_the_name(lying):
    text = b"a,b\n1,2\n"
    assert lying(text).read() == text
    assert lying(text, "plain.gz").read() == text
    assert lying(gzip.compress(text)).read() == text
    # Daily files are often put together by appending one packed file to another.
    assert lying(gzip.compress(text) + gzip.compress(text)).read() == text * 2
    assert lying(b"").read() == b""


def test_fingerprint_and_size_are_those_of_the_file_as_it_lies(lying):
    packed = gzip.compress(b"a" * 1000)
    assert lying(packed).n_bytes == len(packed)
    assert lying(packed).sha256 != lying(b"a" * 1000).sha256


@pytest.mark.parametrize("spoil", [slice(0, -1), slice(0, 30), slice(0, 5)])
def test_broken_gzip_is_one_clear_line(lying, spoil):
    packed = gzip.compress(bytes(range(256)) * 10)
    with pytest.raises(UserError, match="its gzip cannot be unpacked to the end"):
        lying(packed[spoil]).read()
    with pytest.raises(UserError, match="its gzip cannot be unpacked to the end"):
        lying(packed[:40] + b"\0\0\0\0" + packed[44:]).read()


def test_a_file_that_unpacks_to_far_too_much_is_not_unpacked(lying, monkeypatch):
    honest = lying(gzip.compress(b"1,2\n" * 20_000))
    assert len(honest.read()) == 80_000
    # 1,000 times is agreed; gzip itself cannot do much more.
    with pytest.raises(UserError, match="unpacks to more than"):
        lying(gzip.compress(b"\0" * (8 << 20))).read()
    monkeypatch.setattr(exports, "MOST_UNPACKED_BYTES", 79_999)
    with pytest.raises(UserError, match="unpacks to more than 79,999 bytes"):
        honest.read()


def test_it_is_unpacked_while_it_is_read(lying):
    packed = gzip.compress(b"a,b\n" + bytes(range(256)) * 40_000)
    with lying(packed[:-20]).open() as file:
        assert file.readline() == b"a,b\n"  # the broken end is not met yet
        assert isinstance(file, io.BufferedIOBase)


def test_an_address_shows_in_no_description(lying):
    path = lying(b"x").path
    assert "secret" not in repr(export_of("web", {"url": "postgresql://me:secret@there/x"}, path))
