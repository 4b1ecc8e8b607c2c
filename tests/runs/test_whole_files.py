"""Files are there whole or not at all."""

import os
import subprocess
import sys

import pytest

from journey_research.runs.files import lock_file, sha256_of, write_json, write_text, write_whole


def test_a_failed_write_leaves_the_old_file_and_no_litter(tmp_path):
    path = tmp_path / "figures.txt"
    write_text(path, "old\n")

    def half_a_write(to):
        to.write_text("ne")
        raise OSError("the disk is full")

    with pytest.raises(OSError, match="full"):
        write_whole(path, half_a_write)

    assert path.read_text() == "old\n"
    assert [file.name for file in tmp_path.iterdir()] == ["figures.txt"]


def test_a_reader_who_has_the_old_file_open_reads_it_to_its_end(tmp_path):
    """The new file takes the old one's name; written over it, a reader would see a mixture."""
    path = tmp_path / "figures.txt"
    write_text(path, "old\n")

    with path.open() as reader:
        write_text(path, "new\n")
        assert reader.read() == "old\n"
    assert path.read_text() == "new\n"


def test_equal_documents_are_equal_bytes(tmp_path):
    write_json(tmp_path / "a.json", {"b": 1, "a": [0.1, None]})
    write_json(tmp_path / "b.json", {"a": [0.1, None], "b": 1})

    assert sha256_of(tmp_path / "a.json") == sha256_of(tmp_path / "b.json")


def test_a_key_file_is_readable_by_its_owner_alone(tmp_path):
    write_text(tmp_path / "key", "secret", mode=0o600)

    assert (tmp_path / "key").stat().st_mode & 0o777 == 0o600


def test_a_lock_goes_with_its_process(tmp_path):
    """The second process gets the lock although the first never gave it back."""
    code = f"import os, sys; sys.path[:0] = {sys.path!r}\n" + (
        "from journey_research.runs.files import lock_file\n"
        f"lock_file(os.open({str(tmp_path / 'lock')!r}, os.O_RDWR | os.O_CREAT))\n"
        "print('held', flush=True); sys.stdin.read()"
    )
    with subprocess.Popen([sys.executable, "-c", code], stdin=-1, stdout=-1, text=True) as holder:
        assert holder.stdout.readline() == "held\n"
        handle = os.open(tmp_path / "lock", os.O_RDWR)
        with pytest.raises(OSError, match="temporarily unavailable"):
            lock_file(handle)
        holder.kill()
        holder.wait()
        lock_file(handle)
        os.close(handle)
