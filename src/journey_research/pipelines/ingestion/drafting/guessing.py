"""What a column seems to hold, judged by its values first and by its name second."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from journey_research.pipelines.ingestion.forms.decimal_text import number
from journey_research.pipelines.ingestion.forms.normalising import email, phone
from journey_research.pipelines.ingestion.forms.times import instants
from journey_research.pipelines.ingestion.language.mapping_forms import is_day
from journey_research.pipelines.ingestion.mapping import NumberForm, TimeForm

ROUNDED = re.compile(r"[+-]?\d[.,]\d+[eE]\+\d+")  # 4.92E+11
ENOUGH = 0.95  # share of a column's values that have to fit
FEW_WORDS = 30
TIME_FORMS: tuple[str, ...] = (
    "iso", "date", "rfc2822", "epoch_seconds", "epoch_millis", "epoch_micros", "%Y%m%d",
    "%Y-%m-%d %H:%M:%S %z", "%Y-%m-%dT%H:%M:%S.%f%z", "%d.%m.%Y", "%d.%m.%Y %H:%M", "%d.%m.%Y %H:%M:%S",
    "%d/%m/%Y", "%d/%m/%Y %H:%M", "%d/%m/%Y %H:%M:%S", "%m/%d/%Y", "%m/%d/%Y %H:%M", "%m/%d/%Y %H:%M:%S",
    "%m/%d/%Y %I:%M %p", "%m/%d/%Y %I:%M:%S %p", "%d/%m/%Y %I:%M %p", "%d/%m/%Y %I:%M:%S %p",
    "%Y-%m-%d %I:%M:%S %p", "%d/%m/%y", "%m/%d/%y", "%m/%d/%y %H:%M", "%m/%d/%y %I:%M %p", "%d.%m.%y",
    "%d.%m.%y %H:%M", "%d-%m-%Y", "%d-%m-%Y %H:%M", "%d-%m-%Y %H:%M:%S", "%m-%d-%Y", "%d-%b-%Y", "%d %b %Y",
    "%b %d, %Y", "%Y/%m/%d", "%Y/%m/%d %H:%M", "%Y/%m/%d %H:%M:%S", "%Y.%m.%d",
)  # fmt: skip
# Counts since 1970 are believed between these years, so that a customer's number is no time.
EPOCHS = {"epoch_seconds": 1, "epoch_millis": 1_000, "epoch_micros": 1_000_000}
FIRST_EPOCH, LAST_EPOCH = 946_684_800, 2_208_988_800  # 2000 to 2040
HAS_ZONE = ("rfc2822", "%z")
# Words in a column's name, in several languages, for what its values alone do not tell.
BIRTH = r"birth|geburt|\bdob\b|naissance|nascita|nacimiento|urodz|geboorte|narozen|生年月日"
WORDS: dict[str, str] = {
    "first_name": r"first.?name|given.?name|vorname|prenom|prénom|fname|nombre|^nome$|^imię$|voornaam",
    "last_name": r"last.?name|(?:sur|family).?name|nachname|^nom$|lname|apellido|cognome|nazwisko|achternaam",
    "full_name": r"^(?:full|customer|contact|billing|shipping|caller|display)?.?name$|^kunde$|氏名|姓名",
    "birth_date": BIRTH,
    "street": r"street|stra(?:ss|ß)e|address.?(?:line)?.?1?$|adresse|\brue\b|^via$|indirizzo|ulica|住所",
    "postal_code": r"post.?(?:al)?.?code|\bplz\b|\bzip|\bcap\b|kod pocztowy|c[oó]digo postal|郵便番号",
    "city": r"\bcity\b|\bort\b|stadt|ville|\btown\b|citt[àa]|miasto|ciudad|woonplaats|市区町村",
    "country": r"country|land$|pays|\bkraj\b|paese|pa[ií]s\b",
    "company": r"company|firma|organi[sz]ation.?name|employer",
    "language": r"language|sprache|locale",
    "gender": r"gender|geschlecht|\bsex\b",
    "job_title": r"job.?title|position|rolle",
}
PHONE = r"phone|telefo|\btel\b|mobile|handy|\bfax|cellulare|m[oó]vil|電話|携帯|caller|\bfrom\b|\bto\b"
IDS: tuple[tuple[str, str], ...] = (
    ("cookie", r"cookie|anonymous.?id|visitor|pseudo.?id|client.?id|domain_userid"),
    ("maid", r"advertising.?id|idfa|\bgaid\b|\bmaid\b"),
    ("device_id", r"device.?id|idfv|install.?id"),
    ("loyalty_id", r"loyalty|card.?(?:no|number|id)|kundenkarte|karten"),
    ("user_id", r"user.?id|\buid\b|login|account.?name|customer.?reference"),
    ("social_handle", r"handle|screen.?name|\bauthor\b"),
    ("click_id", r"gclid|fbclid|click.?id"),
    ("account_id", r"account.?id|organi[sz]ation.?id|company.?id"),
    ("crm_id", r"(?:contact|customer|lead|record|member|person|client|kunden?).?(?:id|no|nr|num+er|number)"
               r"|customer$|codice cliente|会員番号|顧客番号"),
)  # fmt: skip


@dataclass(frozen=True)
class Guess:
    """What a column seems to be.

    Attributes:
        kind: ``time``, ``number``, ``email``, ``phone``, ``identifier``, ``value``, ``words``, ``key``
            or ``text``.
        what: The spelling of a time, the type of an identifier, the name of a value.
        is_unique: Whether no value stands twice.
        is_full: Whether no value is missing.
        unsure: What could be otherwise; empty where nothing could.
        is_percent: Whether a number is written with a per cent sign.
    """

    kind: str
    what: Any = None
    is_unique: bool = False
    is_full: bool = False
    unsure: str = ""
    is_percent: bool = False


def guess(name: str, cells: list[str | None]) -> Guess:
    """Judge one column of a sample.

    Example:
        >>> guess("Mail", ["ada@example.org", "bo@example.org", None]).kind
        'email'
        >>> guess("when", ["31.12.2024", "01.02.2025"]).what
        '%d.%m.%Y'
    """
    values = [cell for cell in cells if cell is not None]
    plain = _plain(name)
    if not values:
        return Guess("text", unsure="it is empty in the rows looked at")
    is_unique, is_full = len(set(values)) == len(values), len(values) == len(cells)

    def told(kind: str, what: Any = None, unsure: str = "") -> Guess:
        return Guess(kind, what, is_unique, is_full, unsure)

    if _share(values, lambda one: email(one) is not None) >= ENOUGH:
        return told("email")
    if found := _time(plain, values):
        return told("time", *found)
    if re.search(PHONE, plain) and _share(values, _is_phone) >= 0.8:
        return told("phone")
    if _share(values, lambda one: bool(re.fullmatch(r"\+\d{8,15}", one))) >= ENOUGH:
        return told("phone")
    for kind, words in IDS:
        if re.search(words, plain):
            return told("identifier", kind, "" if len(set(values)) > 1 else "it holds one value only")
    for what, words in WORDS.items():
        if re.search(words, plain):
            return told("value", what)
    if _share(values, lambda one: bool(ROUNDED.fullmatch(one))) >= 0.5:
        return told("text", unsure="a spreadsheet has rounded its numbers; ask for an export with all digits")
    bare = [one.removesuffix("%").rstrip() for one in values]
    if bare != values and (decimal := _number(bare)):
        return Guess("number", decimal, is_unique, is_full, "per cent, so 12.5 % is read as 0.125", True)
    if decimal := _number(values):
        if is_unique and is_full and re.search(r"\bid\b|\bno\b|\bnr\b|number|key|ref", plain):
            return told("key")
        return told("number", decimal, "a comma may part thousands or decimals" if decimal == "," else "")
    if re.search(r"\bid\b|key|uuid|\bsid\b|number|\bref\b", plain) or (
        is_unique and _share(values, _is_code) >= ENOUGH
    ):
        return told("key")
    if doubt := _partly(values):
        return told("text", unsure=doubt)
    if len(set(values)) <= min(FEW_WORDS, max(3, len(values) // 3)):
        return told("words", sorted(set(values)))
    return told("text")


def _partly(values: list[str]) -> str:
    """Whether most of a column reads as times of one form: the others would be set aside."""
    dated = [one for one in values if re.search(r"\d[-/.:]\d", one)]
    if len(dated) < 0.5 * len(values):
        return ""
    for form in TIME_FORMS:
        read = len(dated) - instants(pa.array(dated, pa.string()), TimeForm(form, "UTC")).null_count
        if read >= 0.5 * len(values):
            return f"{read / len(values):.0%} of it are times ({form}); the others would be set aside"
    return ""


def _plain(name: str) -> str:
    """A column's name as words: ``Created_At`` and ``createdAt`` are ``created at``."""
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", name)
    return re.sub(r"[\W_]+", " ", spaced).strip().lower()


def _time(name: str, values: list[str]) -> tuple[str, str] | None:
    fitting = [form for form in TIME_FORMS if _reads(values, form)]
    if not fitting:
        return None
    form = fitting[0]
    if form == "%Y%m%d" and not re.search(r"date|day|datum|jour", name):
        return None
    unsure = ""
    if (form.startswith("%d/") and form.replace("%d/%m", "%m/%d") in fitting) or (
        form.startswith("%d-") and form.replace("%d-%m", "%m-%d") in fitting
    ):
        unsure = "day and month could be the other way round"
    elif not _says_zone(form, values) and form not in ("date", "%Y%m%d") and not is_day(form):
        unsure = "the text names no time zone; UTC is a guess"
    return form, unsure


def _reads(values: list[str], form: str) -> bool:
    if form in EPOCHS:
        seconds = [float(one) / EPOCHS[form] for one in values if re.fullmatch(r"\d{9,16}(?:\.\d+)?", one)]
        return len(seconds) >= ENOUGH * len(values) and all(
            FIRST_EPOCH <= one <= LAST_EPOCH for one in seconds
        )
    if not any(sign in values[0] for sign in "-/.:, ") and form != "%Y%m%d":
        return False
    # Without a zone a time of no offset would be no time: the zone is settled afterwards.
    told = instants(pa.array(values, pa.string()), TimeForm(form, "" if "%z" in form else "UTC"))
    return len(values) - told.null_count >= ENOUGH * len(values)


def _says_zone(form: str, values: list[str]) -> bool:
    if form == "iso":
        return _share(values, lambda one: bool(re.search(r"(?:[Zz]|[+-]\d\d:?\d\d)$", one))) >= ENOUGH
    return any(word in form for word in HAS_ZONE) or form.startswith("epoch_")


def says_zone(form: str, cells: list[str | None]) -> bool:
    """Whether a column's times say themselves where the clock stood."""
    return _says_zone(form, [cell for cell in cells if cell is not None])


def _number(values: list[str]) -> str | None:
    for decimal in (".", ","):
        if (
            _share(values, lambda one, sign=decimal: number(one, NumberForm(decimal=sign)) is not None)
            >= ENOUGH
        ):
            if decimal == "." and _share(values, lambda one: bool(re.search(r",\d{1,2}$", one))) > 0:
                continue
            return decimal
    return None


def _is_phone(text: str) -> bool:
    return phone(text, "DE") is not None or phone(text, "US") is not None


def _is_code(text: str) -> bool:
    return bool(re.fullmatch(r"[A-Za-z0-9#:_./-]{3,64}", text)) and any(letter.isdigit() for letter in text)


def _share(values: list[str], fits: Any) -> float:
    return sum(1 for one in values if fits(one)) / len(values)
