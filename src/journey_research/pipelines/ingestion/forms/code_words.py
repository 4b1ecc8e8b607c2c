"""Countries, languages, currencies and genders, told by code or by name, as codes."""

from __future__ import annotations

import re
from functools import cache

import pyarrow as pa

from .currencies import currency
from .distinct import over_distinct
from .normalising import name

_GENDERS = {
    "female": "f female w weiblich frau woman féminin femme mujer femenino ms mrs miss madame vrouw",
    "male": "m male männlich mann herr man masculin homme hombre masculino mr monsieur",
    "other": "d x o other divers diverse nonbinary non-binary mx",
}
_GENDER_OF = {word: gender for gender, words in _GENDERS.items() for word in words.split()}
# Languages in which a country or a language is known by its name.
_TOLD_IN = ("en", "de", "fr", "es", "it", "nl", "pt", "pl", "da", "sv", "nb", "fi", "cs", "hu", "tr")
_ALSO_CALLED = {
    "holland": "NL", "great britain": "GB", "england": "GB", "scotland": "GB", "wales": "GB", "uk": "GB",
    "usa": "US", "u.s.a.": "US", "u.s.": "US", "united states of america": "US", "brd": "DE",
    "czech republic": "CZ", "tschechische republik": "CZ", "macedonia": "MK", "swaziland": "SZ",
    "ivory coast": "CI", "burma": "MM", "korea": "KR", "eire": "IE", "republic of ireland": "IE",
}  # fmt: skip


def currencies(column: pa.Array) -> pa.Array:
    """Currencies as ISO 4217 codes."""
    return over_distinct(column, currency)


def countries(column: pa.Array) -> pa.Array:
    """Countries as two letters, told by code or by name in one of several languages.

    Source:
        ISO 3166-1; the names in CLDR, through babel.
    """
    return over_distinct(column, country)


def country(text: str) -> str | None:
    """One country as two letters.

    Example:
        >>> country("Deutschland"), country("AUT"), country("de"), country("Atlantis")
        ('DE', 'AT', 'DE', None)
    """
    return _countries().get((name(text) or "").casefold())


def languages(column: pa.Array) -> pa.Array:
    """Languages as codes of two or three letters, without the region they are spoken in."""
    return over_distinct(column, language)


def language(text: str) -> str | None:
    """One language as its code.

    Example:
        >>> language("de-DE"), language("German"), language("Klingonese")
        ('de', 'de', None)
    """
    plain = (name(text) or "").casefold()
    return _languages().get(plain) or _languages().get(re.split("[-_]", plain)[0])


def genders(column: pa.Array) -> pa.Array:
    """What a source says of a person's gender: ``female``, ``male`` or ``other``."""
    return over_distinct(column, gender)


def gender(text: str) -> str | None:
    """One gender.

    Example:
        >>> gender("Frau"), gender("M"), gender("n/a")
        ('female', 'male', None)
    """
    return _GENDER_OF.get((name(text) or "").casefold().rstrip("."))


@cache
def _countries() -> dict[str, str]:
    """Folded names and codes -> two letters. A name that two countries share is nobody's."""
    from babel.core import get_global

    codes = {code for code in _names_in("en", "territories") if re.fullmatch("[A-Z]{2}", code)}
    codes -= {"EU", "EZ", "UN", "ZZ", "XA", "XB", "QO"}  # unions, the unknown, and places for tests
    aliases: dict[str, list[str]] = dict(get_global("territory_aliases"))
    letters = {
        alias.casefold(): of[0]
        for alias, of in aliases.items()
        if re.fullmatch("[A-Z]{3}", alias) and len(of) == 1 and of[0] in codes
    }
    return _by_name("territories", codes) | letters | _ALSO_CALLED | {code.casefold(): code for code in codes}


@cache
def _languages() -> dict[str, str]:
    """Folded names and codes -> code. A name that two languages share is nobody's."""
    codes = {code for code in _names_in("en", "languages") if re.fullmatch("[a-z]{2,3}", code)}
    return _by_name("languages", codes) | {code: code for code in codes}


def _by_name(of: str, codes: set[str]) -> dict[str, str]:
    told: dict[str, set[str]] = {}
    for spoken in _TOLD_IN:
        for code, called in _names_in(spoken, of).items():
            if code in codes:
                told.setdefault((name(called) or "").casefold(), set()).add(code)
    return {called: next(iter(of_name)) for called, of_name in told.items() if len(of_name) == 1}


def _names_in(spoken: str, of: str) -> dict[str, str]:
    """Code -> name in one language; ``of`` is territories or languages."""
    from babel import Locale

    return {str(code): str(called) for code, called in getattr(Locale(spoken), of).items()}
