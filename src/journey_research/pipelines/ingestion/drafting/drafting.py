"""A mapping to review, made from what a file looks like and from the mappings that are known."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import yaml

from journey_research.pipelines.ingestion.mapping import read_mapping
from journey_research.pipelines.ingestion.mapping_forms import is_day

from .guessing import BIRTH, Guess, guess, says_zone
from .looking import Looked, look_at

MOST_TOLD = 20  # columns that a draft lists
KNOWN_ENOUGH = 0.8  # share of a known mapping's columns that a file of the same vendor has
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


@dataclass
class Draft:
    """A mapping being drafted.

    Attributes:
        source: The name it will stand under.
        says: The mapping.
        unsure: Word of the mapping -> what to look at.
        like: Name of the known mapping that it was taken from; empty where none fits.
        n_rows: Rows looked at.
    """

    source: str
    says: dict[str, Any]
    unsure: dict[str, list[str]] = field(default_factory=dict)
    like: str = ""
    n_rows: int = 0

    def doubt(self, word: str, what: str) -> None:
        """Note what has to be looked at."""
        if what:
            self.unsure.setdefault(word, []).append(what)

    @property
    def text(self) -> str:
        """The draft as YAML, with its doubts as comments."""
        lines = [f"# Draft of a mapping, from {self.n_rows:,} rows of the file. Read it before you use it."]
        if self.like:
            lines.append(f"# Its columns are those of the known source '{self.like}', whose mapping this is.")
        lines.append(f"{self.source}:")
        for word, value in self.says.items():
            lines += [f"  # unsure: {what}" for what in self.unsure.get(word, [])]
            lines += [f"  {line}" for line in _written(word, value)]
        for word in self.unsure.keys() - self.says.keys():
            lines += [f"  # unsure: {what}" for what in self.unsure[word]]
        return "\n".join(lines) + "\n"


class _Plain(yaml.SafeDumper):
    """Writes what stands twice twice: a draft is there to be read."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def _written(word: str, value: Any) -> list[str]:
    """One word of a mapping as YAML; short lists and names on one line."""
    nested = isinstance(value, dict | list)
    told = yaml.dump(
        {word: value},
        Dumper=_Plain,
        sort_keys=False,
        allow_unicode=True,
        width=110,
        default_flow_style=None if nested and any(map(_deep, _inside(value))) else False,
    )
    if nested and not any(map(_deep, _inside(value))):
        inline = yaml.dump(
            value, Dumper=_Plain, sort_keys=False, allow_unicode=True, width=1000, default_flow_style=True
        )
        if len(inline) < 100:
            told = f"{word}: {inline}"
    return told.rstrip("\n").split("\n")


def _inside(value: Any) -> list[Any]:
    return list(value.values()) if isinstance(value, dict) else list(value)


def _deep(value: Any) -> bool:
    return isinstance(value, dict | list)


def draft_mapping(path: Path, known: Mapping[str, Mapping[str, Any]], source: str = "") -> Draft:
    """Draft the mapping of a file.

    Args:
        path: The file.
        known: Mappings to compare with: name -> mapping.
        source: What to call it; by default the file's name without dates and numbers.

    Returns:
        A draft that ``read_mapping`` accepts.

    Raises:
        UserError: The file is nothing that can be looked at.
    """
    looked = look_at(path)
    name = source or source_name(path.name)
    draft = _like_known(looked, known, name, path.name) or _guessed(looked, name, path.name)
    draft.n_rows = looked.n_rows
    for what in looked.unsure:
        draft.doubt("format", what)
    if not looked.n_rows:
        draft.doubt("format", "the file holds no rows, so nothing is known of its columns")
    mapping = read_mapping(draft.source, draft.says)
    parts = {part for form in mapping.times.values() for part in (*form.join, form.zone_from)}
    used = parts | set(replace(mapping, required=(), times={}, numbers={}).columns)
    if unread := [one for one in looked.columns if one not in used]:
        more = f" and {len(unread) - MOST_TOLD} more" if len(unread) > MOST_TOLD else ""
        listed = ", ".join(f"'{one}'" for one in unread[:MOST_TOLD])
        draft.doubt("columns", f"nothing reads {listed}{more}")
    return draft


def source_name(file_name: str) -> str:
    """A file's name as the name of a source.

    Example:
        >>> source_name("Leads Export 2025-03-01.csv.gz"), source_name("7.csv")
        ('leads_export', 'source_7')
    """
    stem = file_name.split(".")[0].lower()
    words = re.sub(r"[^a-z0-9]+", "_", stem).strip("_")
    bare = re.sub(r"(?:_\d+)+$", "", words)
    return bare if bare and bare[0].isalpha() else f"source_{words}".rstrip("_")


def _pattern(file_name: str) -> str:
    """A file's name with what changes from export to export left open."""
    stem, *endings = file_name.split(".")
    bare = re.sub(r"[\s_-]*\d[\d\s_-]*$", "", stem)
    return f"{bare or stem}*.{'.'.join(endings)}" if endings else f"{bare or stem}*"


def _like_known(
    looked: Looked, known: Mapping[str, Mapping[str, Any]], name: str, file_name: str
) -> Draft | None:
    best: tuple[float, int, str] | None = None
    for source, says in sorted(known.items()):
        try:
            mapping = read_mapping(source, says)
        except Exception:  # a mapping of the project that is broken is told when it is run
            continue
        if mapping.format.type != looked.form["type"]:
            continue
        wanted = [one for one in mapping.columns if one not in mapping.looked_up]
        here = [one for one in wanted if one in looked.columns]
        fits = len(here) / len(wanted) if wanted else 0.0
        if fits >= KNOWN_ENOUGH and all(one in looked.columns for one in mapping.required):
            best = max(best or (0.0, 0, ""), (fits, len(here), source))
    if best is None:
        return None
    says = {word: value for word, value in known[best[2]].items() if word != "folder"}
    says["file"] = _pattern(file_name)
    written = dict(says["format"]) if isinstance(says["format"], Mapping) else {"type": says["format"]}
    says["format"] = {**written, **looked.form}
    draft = Draft(name, says, like=best[2])
    if best[0] < 1:
        draft.doubt("required", f"{1 - best[0]:.0%} of the columns that mapping knows are not in this file")
    return draft


def _guessed(looked: Looked, name: str, file_name: str) -> Draft:
    told = {column: guess(column, cells) for column, cells in looked.columns.items()}
    says: dict[str, Any] = {"version": 1, "file": _pattern(file_name)}
    says["format"] = looked.form if len(looked.form) > 1 else looked.form["type"]
    draft = Draft(name, says)
    says["grain"] = "row"
    draft.doubt("grain", "say what one row is: a contact, a visit, a line of an order")
    says["data_class"] = "marketing"
    draft.doubt(
        "data_class", "transactional, marketing, social, demographic, support, consent, inventory or sensor?"
    )
    says["cadence"] = "weekly"
    draft.doubt("cadence", "how often does a new file come?")
    _spellings(draft, told, looked)
    _blocks(draft, told)
    for column, one in told.items():
        if one.unsure and one.kind not in ("time", "number"):
            draft.doubt("columns", f"'{column}': {one.unsure}")
    return draft


def _spellings(draft: Draft, told: Mapping[str, Guess], looked: Looked) -> None:
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


def _blocks(draft: Draft, told: Mapping[str, Guess]) -> None:
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
