"""Values in one form: worked examples, and the law that a form is its own."""

import pyarrow as pa
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from journey_research.pipelines.ingestion import identifying
from journey_research.pipelines.ingestion.forms import code_words, normalising
from journey_research.pipelines.ingestion.forms.code_words import country, gender, language
from journey_research.pipelines.ingestion.forms.currencies import currency
from journey_research.pipelines.ingestion.forms.decimal_text import number
from journey_research.pipelines.ingestion.forms.normalising import email, name, phone, postal_code
from journey_research.pipelines.ingestion.identifying import STRENGTH_OF_TYPE, domain, handle, strengths
from journey_research.pipelines.ingestion.mapping import NumberForm


@pytest.mark.parametrize("text", ["+49 (0)176 1823143", "0176/1823143", "0049 176 1823143", "(0176) 1823143"])
def test_one_phone_in_many_spellings(text):
    assert phone(text, "DE") == "+491761823143"


@pytest.mark.parametrize("text", ["4.92E+11", "8.61e+12", "4,92E+11", "4.92 E11"])
def test_a_phone_that_a_spreadsheet_rounded_is_not_guessed(text):
    assert phone(text, "DE") is None
    assert normalising.is_rounded(text)


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        (" Ada@Example.org ", "ada@example.org"),
        ("ada@müller.de", "ada@müller.de"),
        ("ada@xn--mller-kva.de", "ada@müller.de"),  # the same host in letters and in code
        ("ADA+news@example.co.uk", "ada+news@example.co.uk"),
        ("ada@localhost", None),
        ("ada..king@example.org", None),
        ("ada@example..org", None),
        ("ada@-example.org", None),
        ("ada example.org", None),
        ("a" * 65 + "@example.org", None),  # 64 letters before the sign are the most
        ("a" * 64 + "@example.org", "a" * 64 + "@example.org"),
        ("none", None),
    ],
)
def test_addresses(text, plain):
    assert email(text) == plain
    assert normalising.emails(pa.array([text])).to_pylist() == [plain]


def test_a_long_text_is_refused_before_its_shape_is_looked_at():
    assert email("a" * 40_000 + "@") is None
    assert email("a@" * 20_000) is None
    assert phone("1" * 40_000, "DE") is None


@pytest.mark.parametrize(
    ("text", "letters"),
    [
        ("Deutschland", "DE"), ("Germany", "DE"), ("Allemagne", "DE"), ("DEU", "DE"), ("de", "DE"),
        ("Österreich", "AT"), ("Suisse", "CH"), ("UK", "GB"), ("Great Britain", "GB"), ("USA", "US"),
        ("Holland", "NL"), ("Atlantis", None), ("EU", None), ("", None),
    ],
)  # fmt: skip
def test_countries(text, letters):
    assert country(text) == letters


@pytest.mark.parametrize(
    ("text", "code"), [("de-DE", "de"), ("pt_BR", "pt"), ("Deutsch", "de"), ("x!", None)]
)
def test_languages(text, code):
    assert language(text) == code


@pytest.mark.parametrize(("text", "word"), [("Frau", "female"), ("Mr.", "male"), ("d", "other"), ("?", None)])
def test_genders(text, word):
    assert gender(text) == word


@pytest.mark.parametrize(
    ("kind", "value", "strength"),
    [
        ("email", "ada@example.org", "strong"),
        ("social_handle", "ada", "weak"),
        ("card_fp", "4242", "weak"),
        ("domain", "example.org", "never"),
        ("account_id", "a1", "never"),
        ("user_id", "anonymous", "never"),
        ("user_id", "(not set)", "never"),
        ("user_id", "annonym", "strong"),
        ("cookie", "00000000-0000-0000-0000-000000000000", "never"),
        ("maid", "00000000-0000-0000-0000-000000000000", "never"),
        ("device_id", "02:00:00:00:00:00", "never"),  # what a phone says when it may not tell
        ("crm_id", "0", "never"),
        ("crm_id", "10", "strong"),
    ],
)
def test_how_much_an_identifier_is_worth(kind, value, strength):
    assert strengths(kind, pa.array([value]), None).to_pylist() == [strength]


def test_a_mapping_knows_better_than_the_type_but_a_placeholder_is_nobody_s():
    values = pa.array(["17", "null"])

    assert strengths("user_id", values, "weak").to_pylist() == ["weak", "never"]
    assert strengths("account_id", values, "strong").to_pylist() == ["strong", "never"]


def test_every_type_has_a_strength():
    from journey_research.contracts.records import IDENTIFIER_TYPES

    assert set(STRENGTH_OF_TYPE) == set(IDENTIFIER_TYPES)


WRITTEN = st.one_of(
    st.text(max_size=12),
    st.from_regex(r" ?[A-Za-zÄİß.]{1,8}@[a-zA-Z.]{1,8} ?", fullmatch=True),
    st.from_regex(r"[+0]?[ 0-9/()-]{3,14}", fullmatch=True),
    st.from_regex(r"-?[0-9]{1,5}(\.[0-9]{1,9})?", fullmatch=True),
    st.from_regex(r"(https?://)?(www\.)?[a-z.-]{1,9}(/[a-z]{0,3})?", fullmatch=True),
    st.sampled_from(
        ["Deutschland", "de_AT", "Herr", "€", "´Ada", "ﬁn", "①", "@@ada", "www.www.x.de", "' 01067"]
    ),
)


def phones_of_germany(column):
    return normalising.phones(column, "DE")


FORMS = {
    "email": email,
    "name": name,
    "phone": lambda text: phone(text, "DE"),
    "number": lambda text: number(text, NumberForm()),
    "postal_code": postal_code,
    "country": country,
    "language": language,
    "gender": gender,
    "currency": currency,
    "domain": domain,
    "handle": handle,
    "identifier": identifying._plain,
}
WRITTEN |= st.from_regex(
    r"[+](1|7|20|30|33|34|39|4[0-9]|5[0-9]|61|81|86|351|372|800|979)[0-9]{4,12}", fullmatch=True
)
COLUMNS = {
    "phone": phones_of_germany,
    "email": normalising.emails,
    "name": normalising.names,
    "postal_code": normalising.postal_codes,
    "country": code_words.countries,
}


@pytest.mark.parametrize("kind", FORMS)
@given(WRITTEN)
@settings(max_examples=60, deadline=None)
def test_bringing_into_form_twice_changes_nothing(kind, text):
    once = FORMS[kind](text)

    assert once is None or FORMS[kind](once) == once
    assert once != "", "a value that is nothing identifies nobody"


@pytest.mark.parametrize("kind", COLUMNS)
@given(st.lists(st.none() | WRITTEN, max_size=6))
@example(["0@0.İ"])  # a letter that becomes two when it is made small
@settings(max_examples=25, deadline=None)
def test_a_column_is_what_its_values_are(kind, texts):
    told = COLUMNS[kind](pa.array(texts, pa.string())).to_pylist()

    assert told == [None if one is None else FORMS[kind](one) for one in texts]
