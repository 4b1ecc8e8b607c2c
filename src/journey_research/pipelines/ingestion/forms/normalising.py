"""E-mail, phone, names and lines of addresses in one form; each distinct value is worked on once.

Every function takes a column of text and gives a column of the same length; what cannot be
brought into the form is null. Bringing a value into form twice changes nothing.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from .distinct import over_distinct, over_unsure, trimmed

LONGEST_EMAIL = 254
LONGEST_PHONE = 40
# Plain addresses, which need no judge: no name of a host that may be spelled in another alphabet.
_SURE_EMAIL = (
    r"^[a-z0-9_+]+(?:[.-][a-z0-9_+]+){0,8}@(?:[a-z0-9]{1,63}(?:-[a-z0-9]{1,20})?\.){1,3}"
    r"(?:[a-z]{2}|com|org|net|info|edu|gov|biz|shop|online|email|test|example)$"
)
PLAIN_NAME = r"^[!-~]+(?: [!-~]+)*$"
_ZERO_WIDTH = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u2060\ufeff"))
# What a spreadsheet makes of a long number. The digits that it has dropped are gone.
_SCIENTIFIC = re.compile(r"\s*[+-]?\d+(?:[.,]\d+)?\s*[eE]\s*\+?\d+\s*")


def names(column: pa.Array) -> pa.Array:
    """Names and lines of addresses: one Unicode form (NFKC), single spaces."""
    return over_unsure(column, PLAIN_NAME, _unchanged, name)


def name(text: str) -> str | None:
    """One name in form.

    Example:
        >>> name("  Ada   King ")
        'Ada King'
    """
    # Once more: what a sign is taken apart into may begin with a space or a mark of its own.
    return _composed(_composed(text)) or None


def _composed(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text.translate(_ZERO_WIDTH)).split())


def _unchanged(column: pa.Array) -> pa.Array:
    return column


def postal_codes(column: pa.Array) -> pa.Array:
    """Postal codes, without the apostrophe by which spreadsheets keep a leading zero."""
    return over_unsure(column, r"^[0-9A-Za-z]+$", _unchanged, postal_code)


def postal_code(text: str) -> str | None:
    """One postal code in form.

    Example:
        >>> postal_code("'01067")
        '01067'
    """
    return name((name(text) or "").lstrip("' "))


def emails(column: pa.Array) -> pa.Array:
    """E-mail addresses: lower case, the host's name in its own letters; what is none is null.

    No host is asked whether it exists.

    Source:
        RFC 5321, 5322, 6531 and 5891, as the package email-validator reads them.
    """
    # Letters beyond ASCII are made small by Python alone: Arrow makes one sign of a dotted capital I.
    return over_unsure(pc.ascii_lower(trimmed(column)), _SURE_EMAIL, _not_too_long, email)


def _not_too_long(column: pa.Array) -> pa.Array:
    # 64 before the sign and 254 in all; the longest plain address that could break it is worked on.
    longest = pc.max(pc.utf8_length(column)).as_py() or 0
    return column if longest <= 64 else over_distinct(column, email)


def email(text: str) -> str | None:
    """One e-mail address in form. Its length is bounded before its shape is looked at.

    Example:
        >>> email(" Ada@Example.org "), email("none")
        ('ada@example.org', None)
    """
    if len(text) > 2 * LONGEST_EMAIL:
        return None
    once = _validated(name(text) or "")
    # A few letters change their form when they are made small; an address that does so is none.
    return once if once is not None and _validated(once) == once else None


def _validated(text: str) -> str | None:
    from email_validator import EmailNotValidError, validate_email

    try:
        told = validate_email(
            text.lower(),
            check_deliverability=False,
            globally_deliverable=False,
            test_environment=True,
            strict=True,
        )
    except (EmailNotValidError, UnicodeError):
        return None
    plain = str(told.normalized).lower()
    return plain if "." in told.domain and len(plain) <= LONGEST_EMAIL else None


def phones(column: pa.Array, region: str | None) -> pa.Array:
    """Phone numbers as E.164; those without a country code are of ``region``.

    Source:
        ITU-T E.164; Google's libphonenumber says which numbers are possible.
    """

    def read(text: str) -> str | None:
        return phone(text, region)

    return over_unsure(column, _sure_phone(), _unchanged, read)


@cache
def _sure_phone() -> str:
    """The shape of numbers that are E.164 as they stand, by country: code, then lengths that are possible.

    Left to the library: countries that set another digit than 0 before their own numbers, which it
    would take away, and lengths that are only dialled within a place.
    """
    import phonenumbers
    from phonenumbers import COUNTRY_CODE_TO_REGION_CODE, PhoneMetadata

    shapes = []
    for code, regions in sorted(COUNTRY_CODE_TO_REGION_CODE.items()):
        told: Any = PhoneMetadata.metadata_for_region_or_calling_code(code, regions[0])
        plain = {told.national_prefix, told.national_prefix_for_parsing} <= {None, "0"}
        if (
            plain
            and told.national_prefix_transform_rule is None
            and regions[0] != phonenumbers.UNKNOWN_REGION
        ):
            lengths = "|".join(
                rf"[0-9]{{{n - 1}}}" for n in sorted(told.general_desc.possible_length) if n > 1
            )
            shapes.append(f"{code}[1-9](?:{lengths})")
    return rf"^\+(?:{'|'.join(shapes)})$"


def phone(text: str, region: str | None) -> str | None:
    """One phone number as E.164. Of one that a spreadsheet has rounded the digits are not guessed.

    Example:
        >>> phone("(0170) 1234567", "DE"), phone("anonymous", "DE"), phone("4.92E+11", "DE")
        ('+491701234567', None, None)
    """
    import phonenumbers

    if len(text) > LONGEST_PHONE or is_rounded(text):
        return None
    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_possible_number(number):
        return None
    told = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    # "000000" is possible, but reads as another number each time that it is written out.
    again = phonenumbers.parse(told, region)
    return told if phonenumbers.format_number(again, phonenumbers.PhoneNumberFormat.E164) == told else None


def is_rounded(text: str) -> bool:
    """Whether a spreadsheet has written a number with a power of ten."""
    return _SCIENTIFIC.fullmatch(text) is not None
