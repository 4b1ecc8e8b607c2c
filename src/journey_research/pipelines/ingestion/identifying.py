"""What identifies somebody, in one form and with how much it is worth as evidence.

``strong`` identifiers are of one person; ``weak`` ones may be shared by a few; those that ``never``
link are of nobody in particular, as a placeholder, or of many, as a firm's domain.
"""

from __future__ import annotations

import re

import pyarrow as pa
import pyarrow.compute as pc

from .forms.distinct import matching, one_array, over_distinct, over_unsure
from .forms.normalising import PLAIN_NAME, emails, name, phones

STRENGTH_OF_TYPE = {
    "email": "strong", "phone": "strong", "user_id": "strong", "cookie": "strong", "device_id": "strong",
    "maid": "strong", "loyalty_id": "strong", "crm_id": "strong", "social_handle": "weak",
    "click_id": "weak", "card_fp": "weak", "household_key": "never", "account_id": "never",
    "domain": "never",
}  # fmt: skip
# Written by software where it knows nobody: empty UUIDs and advertising ids, names for the absent.
PLACEHOLDERS = (
    r"^(?i:(?:0|-)+|f{8}-?f{4}-?f{4}-?f{4}-?f{12}|null|nil|none|n/?a|nan|undefined|unknown|anonymous|anonym"
    r"|guest|gast|test|default|dummy|not ?set|\(not set\)|\(none\)|no-?one|nobody|-1"
    r"|(?:00[:-]){5}00|(?:ff[:-]){5}ff|02:00:00:00:00:00|9774d56d682e549c)$"
)
_UUID = re.compile(r"[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}")
_CASELESS = {"maid", "domain", "social_handle", "loyalty_id"}


def identifier_values(kind: str, column: pa.Array, region: str | None) -> pa.Array:
    """Identifiers of one type in form; what is none is null.

    Args:
        kind: Type of the identifier.
        column: n texts.
        region: Where phone numbers without a country code are from.
    """
    if kind == "email":
        return emails(column)
    if kind == "phone":
        return phones(column, region)
    if kind == "domain":
        return over_distinct(column, domain)
    if kind == "social_handle":
        return over_distinct(pc.utf8_lower(one_array(column)), handle)
    if kind in _CASELESS:
        return over_unsure(pc.utf8_lower(one_array(column)), PLAIN_NAME, _small_uuids, _plain)
    return over_unsure(column, PLAIN_NAME, _small_uuids, _plain)


def strengths(kind: str, values: pa.Array, said: str | None) -> pa.Array:
    """What each of n identifiers of a type is worth: what the mapping says, else by type and value."""
    n_rows = len(values)
    usual = pa.array([said or STRENGTH_OF_TYPE[kind]] * n_rows, pa.string())
    nobody = pa.array(matching(values, PLACEHOLDERS))
    return pc.if_else(nobody, pa.scalar("never"), usual) if n_rows else usual


def domain(text: str) -> str | None:
    """The host of a web address or of an e-mail address, without www.

    Example:
        >>> domain("https://www.Example.org/shop?x=1"), domain("ada@example.org"), domain("none")
        ('example.org', 'example.org', None)
    """
    plain = (name(text) or "").lower()
    host = re.split(r"[/?#]", re.sub(r"^[a-z][a-z0-9+.-]*://", "", plain))[0].rsplit("@", 1)[-1]
    host = re.sub(r":\d+$", "", host).rstrip(".")
    while host.startswith("www."):
        host = host.removeprefix("www.")
    return host if re.fullmatch(r"[^\s.@:]{1,63}(?:\.[^\s.@:]{1,63})+", host) and len(host) <= 253 else None


def handle(text: str) -> str | None:
    """One name on a social site, without the sign before it.

    Example:
        >>> handle("@ada")
        'ada'
    """
    return name((name(text) or "").lstrip("@ "))


def _small_uuids(column: pa.Array) -> pa.Array:
    is_uuid = matching(column, f"^{_UUID.pattern}$")
    return pc.if_else(pa.array(is_uuid), pc.utf8_lower(column), column) if is_uuid.any() else column


def _plain(text: str) -> str | None:
    told = name(text)
    # Systems write one UUID in small and in large letters.
    return told.lower() if told and _UUID.fullmatch(told) else told
