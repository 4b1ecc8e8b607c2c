"""Splink's model of each set: its tutorials' own where they treat the set, and the same manner elsewhere.

``comparisons``: column -> kind of ``splink_peer.COMPARISONS``. ``blocking``: rules that bring pairs
together, each a list of columns or SQL. ``training``: the two rules of expectation maximisation.
``sure``: rules whose pairs are nearly all right, and ``sure_recall`` the share of the true pairs that
they are guessed to find. ``derived``: columns a user would make first, from the values as they came.

Source:
    Splink's examples of fake_1000 (accuracy from a labels column), febrl3 and 50,000 historical people.
"""

from typing import Any

_FEBRL = {
    "comparisons": {
        "given_name": "name",
        "surname": "name",
        "date_of_birth": "date_without_dashes",
        "soc_sec_id": "two_off",
        "street_number": "exact",
        "postcode": "exact",
    },
    "blocking": [["soc_sec_id"], ["given_name"], ["surname"], ["date_of_birth"], ["postcode"]],
    "training": [["date_of_birth"], ["postcode"]],
    "sure": [["soc_sec_id"], ["given_name", "surname", "date_of_birth"]],
    "sure_recall": 0.9,
    "derived": {},
}
_RLDATA = {
    "comparisons": {"fname_c1": "name", "lname_c1": "name", "birth_date": "date"},
    "blocking": [["fname_c1", "by"], ["lname_c1", "by"], ["birth_date"], ["fname_c1", "lname_c1"]],
    "training": [["fname_c1", "lname_c1"], ["birth_date"]],
    "sure": [["fname_c1", "lname_c1", "birth_date"], ["lname_c1", "birth_date"]],
    "sure_recall": 0.6,
    "derived": {"birth_date": "\"by\" || '-' || lpad(bm, 2, '0') || '-' || lpad(bd, 2, '0')"},
}
_WORLD = {
    "comparisons": {
        "whole_name": "name",
        "birth_date": "date",
        "street": "text",
        "postal_code": "exact",
        "email": "email",
        "phone": "one_off",
    },
    "blocking": [
        ["email"],
        ["phone"],
        ["whole_name"],
        ["postal_code", "substr(whole_name, 1, 3)"],
        ["birth_date", "substr(whole_name, 1, 3)"],
        ["street", "substr(whole_name, 1, 1)"],
    ],
    "training": [["whole_name"], ["postal_code"]],
    "sure": [["email"], ["phone", "whole_name"], ["whole_name", "street"]],
    "sure_recall": 0.7,
    "derived": {"whole_name": "lower(coalesce(full_name, first_name || ' ' || last_name))"},
}
# Of a million records a block of a name alone makes more pairs than memory holds.
_LARGE_WORLD = {
    **_WORLD,
    "blocking": [
        ["email"],
        ["phone"],
        ["whole_name", "postal_code"],
        ["whole_name", "birth_date"],
        ["street", "postal_code", "substr(whole_name, 1, 1)"],
        ["whole_name", "city"],
    ],
    "training": [["whole_name", "postal_code"], ["email"]],
    "sure": [["email"], ["phone", "whole_name"], ["whole_name", "street", "postal_code"]],
}

MODELS: dict[str, dict[str, Any]] = {
    "fake_1000": {
        "comparisons": {
            "first_name": "name",
            "surname": "name",
            "dob": "one_off",
            "city": "exact",
            "email": "email",
        },
        "blocking": [["first_name"], ["surname"], ["dob"], ["email"]],
        "training": [["first_name", "surname"], ["dob"]],
        "sure": [["first_name", "dob"], ["email"]],
        "sure_recall": 0.7,
        "derived": {},
    },
    "febrl3": _FEBRL,
    "febrl4": _FEBRL,
    "rldata500": _RLDATA,
    "rldata10000": _RLDATA,
    "restaurants": {
        "comparisons": {"name": "text", "address": "text", "city": "exact", "cuisine": "exact"},
        "blocking": [["substr(name, 1, 4)"], ["substr(address, 1, 6)"]],
        "training": [["substr(name, 1, 4)"], ["substr(address, 1, 6)"]],
        "sure": [["name", "city"], ["address", "substr(name, 1, 3)"]],
        "sure_recall": 0.6,
        "derived": {},
    },
    "chicago": {
        "comparisons": {"site_name": "text", "address": "text", "zip": "exact", "phone": "one_off"},
        "blocking": [["phone"], ["substr(address, 1, 8)"], ["substr(site_name, 1, 8)"]],
        "training": [["phone"], ["address"]],
        "sure": [["site_name", "address"], ["phone", "address"]],
        "sure_recall": 0.6,
        "derived": {},
    },
    "abt_buy": {
        "comparisons": {"last_word": "one_off", "title": "text", "price": "exact"},
        "blocking": [["substr(title, 1, 6)"], ["price"], ["last_word"]],
        "training": [["last_word"], ["substr(title, 1, 8)"]],
        "sure": [["last_word"]],
        "sure_recall": 0.6,
        "derived": {
            "last_word": "regexp_replace(lower(regexp_extract(title, '[^ ]+$')), '[^a-z0-9]', '', 'g')"
        },
    },
    "world_as_made": _WORLD,
    "world_at_scale": _LARGE_WORLD,
    "world_noisy": _WORLD,
    "world_noisier": _WORLD,
    "world_without_duplicates": _WORLD,
    "world_1_percent": _WORLD,
}
