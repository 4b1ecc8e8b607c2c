import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from journey_research.pipelines.ingestion import normalising
from journey_research.pipelines.ingestion.mapping import NumberForm, TimeForm
from journey_research.pipelines.ingestion.normalising import email, instants, name, number, phone

BERLIN = TimeForm("iso", "Europe/Berlin")


def instant(text, form):
    [told] = instants(pa.array([text]), form).to_pylist()
    return None if told is None else told.isoformat(sep=" ")


@pytest.mark.parametrize(
    ("text", "form", "utc"),
    [
        ("2025-01-06T10:00:00Z", TimeForm("iso"), "2025-01-06 10:00:00"),
        ("2025-01-06 10:00:00 -0400", TimeForm("iso"), "2025-01-06 14:00:00"),
        ("2025-01-06T10:00:00", TimeForm("iso"), None),  # no zone, none declared
        ("2025-13-45T10:00:00Z", TimeForm("iso"), None),
        ("2025-01-06 10:00", BERLIN, "2025-01-06 09:00:00"),
        ("2025-01-06T10:00:00Z", BERLIN, "2025-01-06 10:00:00"),  # says itself where its clock stood
        ("2025-07-06 10:00", BERLIN, "2025-07-06 08:00:00"),
        ("2025-03-30 02:30", BERLIN, "2025-03-30 01:00:00"),  # never was: clocks went from 2 to 3
        ("2025-10-26 02:30", BERLIN, "2025-10-26 00:30:00"),  # was twice: the first
        ("2025-10-26 03:00", BERLIN, "2025-10-26 02:00:00"),
        ("1736236803", TimeForm("epoch_seconds"), "2025-01-07 08:00:03"),
        ("1736236803123", TimeForm("epoch_millis"), "2025-01-07 08:00:03.123000"),
        ("1736236803123", TimeForm("epoch_seconds"), None),  # milliseconds are no seconds
        ("Mon, 06 Jan 2025 17:50:11 +0100", TimeForm("rfc2822"), "2025-01-06 16:50:11"),
        ("soon", TimeForm("rfc2822"), None),
        ("2025-02-30", TimeForm("date"), None),
        ("2025-02-28", TimeForm("date"), "2025-02-28 00:00:00"),
        ("28.02.2025 10:00", TimeForm("%d.%m.%Y %H:%M", "Europe/Berlin"), "2025-02-28 09:00:00"),
        ("28.02.2025", TimeForm("iso"), None),
    ],
)
def test_times(text, form, utc):
    assert instant(text, form) == utc


def test_times_of_all_forms_take_empty_columns():
    for form in ("iso", "epoch_seconds", "epoch_millis", "rfc2822", "date", "%d.%m.%Y"):
        for column in ([], [None, None]):
            assert instants(pa.array(column, pa.string()), TimeForm(form)).to_pylist() == column


@given(st.datetimes(min_value=__import__("datetime").datetime(1990, 1, 1)))
@settings(max_examples=25, deadline=None)
def test_an_instant_written_in_utc_comes_back(moment):
    assert instants(
        pa.array([moment.isoformat(timespec="microseconds") + "Z"]), TimeForm("iso")
    ).to_pylist() == [moment]


@pytest.mark.parametrize(
    ("text", "decimal", "plain"),
    [
        ("39.90", ".", "39.9"),
        ("1.234,50 €", ",", "1234.5"),
        ("$1,234.50", ".", "1234.5"),
        ("-3", ".", "-3"),
        ("1,5", ".", None),  # a comma is no thousands separator here
        ("l9.9O", ".", None),
        ("NaN", ".", None),
        ("1e3", ".", "1000"),
        ("", ".", None),
        ("9" * 40, ".", None),
    ],
)
def test_numbers(text, decimal, plain):
    assert number(text, NumberForm(decimal)) == plain


def test_micros_become_money():
    assert number("470000", NumberForm(divide_by=1_000_000)) == "0.47"


@pytest.mark.parametrize("text", ["+49 (0)176 1823143", "0176/1823143", "0049 176 1823143", "(0176) 1823143"])
def test_one_phone_in_many_spellings(text):
    assert phone(text, "DE") == "+491761823143"


def test_a_long_text_is_refused_before_its_shape_is_looked_at():
    assert email("a" * 40_000 + "@") is None
    assert email("a@" * 20_000) is None
    assert phone("1" * 40_000, "DE") is None


WRITTEN = st.one_of(
    st.text(max_size=12),
    st.from_regex(r" ?[A-Za-zÄİß.]{1,8}@[a-zA-Z.]{1,8} ?", fullmatch=True),
    st.from_regex(r"[+0]?[ 0-9/()-]{3,14}", fullmatch=True),
    st.from_regex(r"-?[0-9]{1,5}(\.[0-9]{1,9})?", fullmatch=True),
)
FORMS = {
    "email": email,
    "name": name,
    "phone": lambda text: phone(text, "DE"),
    "number": lambda text: number(text, NumberForm()),
    "postal_code": lambda text: normalising.postal_codes(pa.array([text])).to_pylist()[0],
}


@pytest.mark.parametrize("kind", FORMS)
@given(WRITTEN)
@settings(max_examples=60, deadline=None)
def test_bringing_into_form_twice_changes_nothing(kind, text):
    once = FORMS[kind](text)

    assert once is None or FORMS[kind](once) == once
    assert once != ""
