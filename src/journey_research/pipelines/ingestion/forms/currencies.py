"""Currencies as ISO 4217 lists them, and how many digits their smallest unit has.

Source:
    ISO 4217:2015, list one (current currencies), as amended to 2025. Funds codes, metals and codes for
    testing are left out: nobody pays with them.
"""

from __future__ import annotations

CURRENCIES = frozenset(
    """
    AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP BYN
    BZD CAD CDF CHF CLP CNY COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS
    GIP GMD GNF GTQ GYD HKD HNL HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW
    KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD
    NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR SDG SEK SGD
    SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX USD UYU UZS VED
    VES VND VUV WST XAF XCD XCG XOF XPF YER ZAR ZMW ZWG
    """.split()
)
# All others have two.
_DIGITS = {
    0: "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF",
    3: "BHD IQD JOD KWD LYD OMR TND",
}
_DIGITS_OF = {code: digits for digits, codes in _DIGITS.items() for code in codes.split()}
# Signs that mean one currency alone; a dollar, a peso or a crown may be anybody's.
_SIGNS = {
    "€": "EUR", "£": "GBP", "₹": "INR", "₺": "TRY", "₴": "UAH", "₽": "RUB", "₪": "ILS", "₫": "VND",
    "ZŁ": "PLN", "KČ": "CZK", "FT": "HUF", "LEI": "RON", "TL": "TRY", "ЛВ": "BGN", "ЛВ.": "BGN", "円": "JPY",
}  # fmt: skip


def currency(text: str) -> str | None:
    """A currency as its ISO code, or nothing.

    Example:
        >>> currency("eur"), currency("€"), currency("Taler")
        ('EUR', 'EUR', None)
    """
    told = text.strip().upper()
    told = _SIGNS.get(told, told)
    return told if told in CURRENCIES else None


def minor_digits(code: str) -> int:
    """How many digits a currency has below its main unit.

    Example:
        >>> minor_digits("EUR"), minor_digits("JPY"), minor_digits("KWD")
        (2, 0, 3)
    """
    return _DIGITS_OF.get(code, 2)
