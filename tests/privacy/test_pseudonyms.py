import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from journey_research.privacy import pseudonyms

KEY, OTHER = b"0123456789abcdef", b"0123456789abcdeF"
NATIVE = st.text(max_size=12)


@given(st.lists(st.one_of(NATIVE, st.none()), max_size=8))
def test_a_column_is_named_as_its_values_are(keys):
    keys = [key and key.encode("utf-8", "replace").decode() for key in keys]

    told = pseudonyms.pseudonyms("crm", pa.array(keys, pa.string()), KEY).to_pylist()

    assert told == [None if key is None else pseudonyms.record_id("crm", key, KEY) for key in keys]


@given(NATIVE, NATIVE)
def test_names_differ_by_key_source_kind_and_secret_and_by_nothing_else(one, other):
    told = pseudonyms.record_id("crm", one, KEY)

    assert told == pseudonyms.record_id("crm", one, KEY)
    assert (told == pseudonyms.record_id("crm", other, KEY)) == (one == other)
    hashed = {
        name.split(":")[1]
        for name in (
            told,
            pseudonyms.record_id("web", one, KEY),
            pseudonyms.record_id("crm", one, OTHER),
            pseudonyms.touch_id("crm", one, KEY),
            pseudonyms.order_id("crm", one, KEY),
            pseudonyms.consent_id("crm", one, KEY),
        )
    }
    assert len(hashed) == 6


def test_a_name_never_changes_between_versions():
    # Names stand in published tables: changing how they are made renames every record.
    assert pseudonyms.record_id("crm", "ada@example.org", KEY) == "crm:d8db130db88d0a972a44"


def test_a_fingerprint_tells_keys_apart_without_the_key():
    assert pseudonyms.fingerprint(KEY) != pseudonyms.fingerprint(OTHER)
    assert KEY.hex() not in pseudonyms.fingerprint(KEY)


@pytest.mark.parametrize("key", [b"", b"short", b"x" * 65])
def test_a_key_that_keeps_no_secret_is_refused(key):
    with pytest.raises(ValueError, match="bytes; it needs 16 to 64"):
        pseudonyms.record_id("crm", "1", key)
