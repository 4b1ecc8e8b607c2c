"""What the rows of a file seem to yield: the blocks of a mapping, guessed from its columns."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from journey_research.pipelines.ingestion.language.mapping_forms import is_day

from .draft import Draft
from .guessing import BIRTH, Guess, says_zone
from .looked import Looked

VALUES = ("first_name", "last_name", "full_name", "birth_date", "street", "postal_code", "city", "country",
          "company", "language", "gender", "job_title")  # fmt: skip
RECORD_TYPES = ("crm_id", "user_id", "loyalty_id", "cookie", "device_id", "account_id")
AMOUNT = (
    r"\b(?:total|amount|revenue|price|sales|value|cents|betrag|summe|umsatz|montant|prix|importo|totale|prezzo"
    r"|precio|kwota|wartość|bedrag)\b|金額"
)
COST = r"\b(?:cost|spend|spent|budget|kosten|dépensé)\b"
CLICKS, SHOWN = r"\bcli(?:ck|c|que)s?\b|\bklicks?\b", r"\bimpressions?\b|\bviews\b"
CAMPAIGN = r"campaign|kampagne|campagne|\bad group\b|\bad set\b"
PRODUCT = r"\bsku\b|product|stock code|artikel|\bitem\b"
ACTION = r"event|action|\btype\b|activity|\bstatus\b|interaction"
CHANNEL = r"channel|medium|source|origin|kanal"
CONSENT = r"consen[st]|opt.?in|opt.?out|subscribed|do not|einwilligung|permission|zgoda|toestemming"
MINOR = r"\bcents?\b|\bminor\b|\bpence\b"
QUANTITY = r"\bquantity\b|\bqty\b|menge|anzahl|quantit|ilość|cantidad|数量"
ORDER = (
    r"order|invoice|transaction|receipt|basket|beleg|rechnung|bestell|fa[ct]tur[ae]|ordine|zamówieni|pedido"
    r"|注文"
)


def draft_spellings(draft: Draft, told: Mapping[str, Guess], looked: Looked) -> None:
    """How times and numbers are written, and which columns every row fills."""
    times: dict[str, Any] = {}
    numbers: dict[str, Any] = {}
    for column, one in told.items():
        if one.kind == "time":
            needs_zone = not is_day(one.what) and not says_zone(one.what, looked.columns[column])
            times[column] = {"format": one.what, "zone": "UTC"} if needs_zone else one.what
            draft.doubt("times", f"'{column}': {one.unsure}" if one.unsure else "")
        if one.kind == "number" and re.search(MINOR, _spaced(column)):
            numbers[column] = {"unit": "minor", "currency": _currency_of_cents(told)}
            draft.doubt("numbers", f"'{column}': counted in the currency's smallest unit, by its name")
        elif one.kind == "number" and (one.what == "," or one.is_percent):
            comma = {"decimal": ","} if one.what == "," else {}
            numbers[column] = comma | ({"percent": True} if one.is_percent else {})
            draft.doubt("numbers", f"'{column}': {one.unsure}" if one.unsure else "")
    full = [
        column
        for column, one in told.items()
        if one.is_full and one.kind in ("time", "key", "identifier", "email")
    ]
    if not full and "skip_rows" in looked.form:
        full = list(looked.columns)  # the header is known by them
    if full:
        draft.says["required"] = full
    if looked.leave_out:
        draft.says["leave_out"] = looked.leave_out
    if times:
        draft.says["times"] = times
    if numbers:
        draft.says["numbers"] = numbers


def draft_blocks(draft: Draft, told: Mapping[str, Guess]) -> None:
    """Record, identifiers, and the touch, order, spend or consent that a row seems to tell of."""
    says = draft.says
    when = _first(told, "time", r"creat|occurr|time|date|datum|when|start|jour") or _first(told, "time")
    amount, cost = _named(told, "number", AMOUNT), _named(told, "number", COST)
    campaign = _any(told, CAMPAIGN)
    people = [
        column
        for column, one in told.items()
        if one.kind in ("email", "phone", "identifier") or one.what in VALUES
    ]
    if cost and when and not people:
        says["spend"] = _spend(told, when, cost, campaign)
        draft.doubt("spend", "say which channel this money went to, and in which currency")
        return
    key = _record_key(told)
    says["record"] = {"key": key or {"row_number": True}}
    if not key:
        draft.doubt("record", "nothing names a person here, so every row is a record of its own")
    elif isinstance(key, str) and told[key].kind == "key":
        draft.doubt("record", f"every row has a '{key}' of its own: does no column say whose it is?")
    if when:
        says["record"]["recorded_at"] = when
    values = _values(told)
    if values:
        says["record"]["values"] = values
    else:
        says["record"]["kind"] = "anonymous"
    if identifiers := _identifiers(told, when):
        says["identifiers"] = identifiers
        if any(one.kind == "phone" for one in told.values()):
            says["phone_region"] = "DE"
            draft.doubt("phone_region", "the country of numbers that do not name theirs")
    order = _any(told, ORDER, ("key", "number", "identifier", "text", "words"))
    if amount and order and when:
        says["order"] = _order(told, order, when, amount)
        draft.doubt(
            "order", "is this amount the order's total, or one line's? 'sum' adds lines up; which currency?"
        )
    elif when and (_any(told, ACTION, ("words",)) or _any(told, CHANNEL, ("words",))):
        says["touch"] = _touch(told, when, campaign)
        draft.doubt("touch", "channel, direction, initiative and action are guesses")
    for column, one in told.items():
        if not (re.search(CONSENT, _spaced(column)) and one.kind == "words" and len(one.what) <= 3):
            continue
        if not when:
            draft.doubt("record", f"'{column}' looks like a consent, but no column says when it was given")
        else:
            says.setdefault("consent", []).append(_consent(column, one, key, when))
            draft.doubt("consent", f"'{column}': what do its words mean?")


def _record_key(told: Mapping[str, Guess]) -> Any:
    for kind in RECORD_TYPES:
        if found := next(
            (c for c, one in told.items() if one.kind == "identifier" and one.what == kind), None
        ):
            return found
    mail = _first(told, "email")
    unique = next((c for c, one in told.items() if one.kind == "key" and one.is_unique and one.is_full), None)
    if mail and unique:
        return {"first_of": [{"from": mail, "lower": True}, unique]}
    return {"from": mail, "lower": True} if mail else unique


def _values(told: Mapping[str, Guess]) -> dict[str, str]:
    found: dict[str, str] = {}
    for column, one in told.items():
        what = "email" if one.kind == "email" else "phone" if one.kind == "phone" else one.what
        if what == "birth_date" or (one.kind == "time" and re.search(BIRTH, column.lower())):
            if one.kind == "time":
                found.setdefault("birth_date", column)
            continue
        if one.kind in ("email", "phone") or (one.kind == "value" and what in VALUES):
            found.setdefault(str(what), column)
    return found


def _identifiers(told: Mapping[str, Guess], when: str | None) -> list[dict[str, Any]]:
    found = []
    for column, one in told.items():
        kind = one.what if one.kind == "identifier" else one.kind
        if one.kind in ("identifier", "email", "phone"):
            found.append({"value": column, "type": kind} | ({"when": when} if when else {}))
    return found


def _spend(told: Mapping[str, Guess], when: str, cost: str, campaign: str | None) -> dict[str, Any]:
    block: dict[str, Any] = {
        "key": [campaign, when] if campaign else when,
        "when": when,
        "channel": {"is": "display"},
    }
    if campaign:
        block["campaign_id"] = campaign
    block |= {"amount": cost, "currency": _currency(told)}
    for name, words in (("clicks", CLICKS), ("impressions", SHOWN)):
        if found := _named(told, "number", words):
            block[name] = found
    return block


def _order(told: Mapping[str, Guess], order: str, when: str, amount: str) -> dict[str, Any]:
    block: dict[str, Any] = {"key": order, "when": when, "status": {"is": "paid"}, "channel": {"is": "store"}}
    quantity = _named(told, "number", QUANTITY)
    by_piece = quantity and re.search(r"price|preis|prix", _spaced(amount))
    paid: Any = {"product_of": [quantity, amount]} if by_piece else amount
    block |= {"total" if told[order].is_unique else "sum": paid, "currency": _currency(told)}
    if product := _any(told, PRODUCT, ("key", "words", "text", "identifier", "number")):
        block["line_product_id"] = product
        block["line_amount"] = paid
        if quantity:
            block["line_quantity"] = quantity
    return block


def _touch(told: Mapping[str, Guess], when: str, campaign: str | None) -> dict[str, Any]:
    key = next((c for c, one in told.items() if one.kind == "key" and one.is_unique and one.is_full), None)
    channel = _several(told, CHANNEL)
    block: dict[str, Any] = {
        "key": key or {"row_number": True},
        "when": when,
        "channel": channel or {"is": "web"},
        "direction": {"is": "inbound"},
        "initiative": {"is": "customer"},
        "action": _several(told, ACTION) or {"is": "contacted"},
    }
    if campaign:
        block["campaign_id"] = campaign
    return block


def _consent(column: str, one: Guess, key: Any, when: str) -> dict[str, Any]:
    refuses = bool(re.search(r"opt.?out|do not|unsub", _spaced(column)))
    values = {word: _status(word, refuses) for word in one.what}
    phone = re.search(r"call|phone|telefon", column.lower())
    return {
        "key": [key, when] if isinstance(key, str) else {"row_number": True},
        "when": when,
        "only": {column: "present"},
        "channel": {"is": "call_centre" if phone else "email"},
        "purpose": {"is": "marketing"},
        "status": {"from": column, "values": values},
    }


def _status(word: str, refuses: bool) -> str:
    """What an answer means; one that is neither yes nor no is neither granted nor denied."""
    if re.search(r"\bnot\b|\bno\b|false|^0$|^n$|nein|non\b|denied|withdrawn|refus", word.lower()):
        return "granted" if refuses else "denied"
    if re.search(
        r"\byes\b|true|^1$|^y$|\bja\b|\bs[iì]\b|\btak\b|oui|grant|provided|opt.?in|subscribed|agree",
        word.lower(),
    ):
        return "denied" if refuses else "granted"
    return "unknown"


def _currency(told: Mapping[str, Guess]) -> Any:
    for column, one in told.items():
        if one.kind == "words" and all(re.fullmatch(r"[A-Z]{3}", word) for word in one.what):
            return column
        if found := re.search(r"\b(EUR|USD|GBP|CHF|SEK|PLN|JPY)\b", column):
            return {"is": found[1]}
    return {"is": "EUR"}


def _several(told: Mapping[str, Guess], words: str) -> str | None:
    """A column of that name with more than one word in it, before one that always says the same."""
    varied = {c: one for c, one in told.items() if one.kind == "words" and len(one.what) > 1}
    return _any(varied, words) or _any(told, words, ("words",))


def _currency_of_cents(told: Mapping[str, Guess]) -> str:
    said = _currency(told)
    return said if isinstance(said, str) else str(said["is"])


def _first(told: Mapping[str, Guess], kind: str, words: str = "") -> str | None:
    fitting = [c for c, one in told.items() if one.kind == kind and re.search(words, c.lower())]
    birth = [c for c in fitting if re.search(BIRTH, c.lower())]
    return next((c for c in fitting if c not in birth), None)


def _named(told: Mapping[str, Guess], kind: str, words: str) -> str | None:
    return next((c for c, one in told.items() if one.kind == kind and re.search(words, _spaced(c))), None)


def _any(told: Mapping[str, Guess], words: str, kinds: tuple[str, ...] = ()) -> str | None:
    return next(
        (c for c, one in told.items() if (not kinds or one.kind in kinds) and re.search(words, _spaced(c))),
        None,
    )


def _spaced(column: str) -> str:
    return re.sub(r"[\W_]+", " ", re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", column)).lower()
