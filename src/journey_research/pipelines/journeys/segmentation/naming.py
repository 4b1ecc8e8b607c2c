"""What sets the persons of a segment apart, in figures and in words, and the name that follows.

Context: a segment is used by its name, so a name has to say what differs most, and two segments must not
share one. Choice: traits are compared with all other persons in standard deviations (counts by their
logarithm, so that a few heavy users do not decide), the two furthest apart of different kinds make the
name, and further ones are added until no name is there twice. Given up: names that stay when behaviour
changes; a segment whose behaviour changes is another one.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from .behaviours import DEED, LOGARITHMIC, OTHER, OTHER_DEED, Behaviours
from .estimator import Floats, Labels

EVERYBODY, NO_SEGMENT, NOBODY_NOW = "everybody", "no segment", "a segment that nobody has now"
NOTEWORTHY = 0.2  # standard deviations; Cohen's (1988) small difference
Z = 1.959963984540054
AS_EVERYBODY = "as everybody"
CHANNEL, DOING = "channel", "doing"
# Trait -> kind, words where it is high, where it is low, where there is none of it.
TRAITS = {
    "n_touches": ("activity", "many touches", "few touches", "no touches"),
    "n_sessions": ("activity", "many visits", "few visits", "no visits"),
    "n_channels": ("activity", "many channels", "few channels", "no channels"),
    "n_products": ("activity", "many products viewed", "few products viewed", "no products viewed"),
    "n_picked": ("choosing", "much put in the basket", "little put in the basket", "nothing in the basket"),
    "n_coupons": ("coupons", "many coupons", "few coupons", "no coupons"),
    "n_reduced": ("coupons", "many reduced orders", "few reduced orders", "no reduced orders"),
    "n_outcomes": ("conversions", "many conversions", "few conversions", "no conversions"),
    "amount": ("conversions", "high spend", "low spend", "no spend"),
    "no_outcome_days": ("conversions", "long without conversion", "lately converted", "lately converted"),
    "silent_days": ("silence", "long silent", "lately active", "lately active"),
    "company_share": ("style", "mostly addressed by us", "come by themselves", "never addressed by us"),
    "n_delivered": ("style", "many messages", "few messages", "no messages"),
    "n_opened": ("style", "much mail opened", "little mail opened", "no mail opened"),
    "opened_share": ("style", "open what they get", "seldom open what they get", "open nothing"),
    "late_share": ("style", "in the evening", "by day", "only by day"),
    "weekend_share": ("style", "at the weekend", "on weekdays", "only on weekdays"),
    OTHER: (CHANNEL, "many other channels", "few other channels", "no other channels"),
    DEED + OTHER_DEED: (DOING, "much else", "little else", "nothing else"),
}


def tell_traits(labels: Labels, now: Behaviours) -> pd.DataFrame:
    """How each cluster's persons differ from all others, trait by trait.

    Args:
        labels: n clusters, one per person.
        now: n persons.

    Returns:
        One row per cluster and trait: ``label, trait, kind, value`` (mean of the persons), ``low, high``
        (95 %, persons being independent), ``others`` (mean of all other persons), ``difference`` (in
        standard deviations of all persons, counts by their logarithm), ``n``, ``place`` (1: differs most).
        Null where nobody shows the trait.
    """
    columns = {name: (TRAITS[name][0], now.traits[name]) for name in TRAITS if name in now.traits}
    columns |= {name: (CHANNEL, now.shares[:, at]) for at, name in enumerate(now.channels)}
    done = now.deed_shares()
    columns |= {DEED + name: (DOING, done[:, at]) for at, name in enumerate(now.deeds)}
    rows = [
        _trait(int(label), name, kind, values, labels == label)
        for label in np.unique(labels)
        for name, (kind, values) in columns.items()
    ]
    told = pd.DataFrame(
        rows, columns=["label", "trait", "kind", "value", "low", "high", "others", "difference", "n"]
    )
    told["apart"] = -told["difference"].abs().round(6).fillna(0)
    told = told.sort_values(["label", "apart", "kind", "trait"], ignore_index=True)
    told["place"] = told.groupby("label").cumcount() + 1
    return told.drop(columns="apart")


def _trait(
    label: int, name: str, kind: str, values: Floats, inside: Labels
) -> tuple[int, str, str, float, float, float, float, float, int]:
    here, there = (part[~np.isnan(part)] for part in (values[inside], values[~inside]))
    n = len(here)
    value = float(here.mean()) if n else np.nan
    half = Z * float(here.std(ddof=1)) / np.sqrt(n) if n > 1 else np.nan
    others = float(there.mean()) if len(there) else np.nan
    scaled = np.log1p(np.maximum(values, 0)) if name in LOGARITHMIC else values
    here, there = (part[~np.isnan(part)] for part in (scaled[inside], scaled[~inside]))
    spread = float(np.nanstd(scaled)) if n + len(there) else 0.0
    difference = np.nan
    if n and len(there):
        difference = float(here.mean() - there.mean()) / spread if spread > 1e-12 else 0.0
    return label, name, kind, value, value - half, value + half, others, difference, n


def name_segments(traits: pd.DataFrame) -> dict[int, str]:
    """A name for each cluster; no two have the same.

    Args:
        traits: As ``tell_traits`` gives it.

    Returns:
        Cluster -> name. One cluster is ``everybody``, cluster -1 ``no segment``.

    Example:
        >>> name_segments(pd.DataFrame({
        ...     "label": [0, 0, 1, 1], "trait": ["email", "n_outcomes"] * 2,
        ...     "kind": ["channel", "conversions"] * 2, "value": [0.9, 2.0, 0.1, 0.0],
        ...     "difference": [1.4, 1.1, -1.4, -1.1], "place": [1, 2, 1, 2],
        ... }))
        {0: 'much email, many conversions', 1: 'little email, no conversions'}
    """
    found = {int(label) for label in traits["label"]}
    left_out = {-1: NO_SEGMENT} if -1 in found else {}
    labels = sorted(found - {-1})
    if len(labels) <= 1:
        return left_out | dict.fromkeys(labels, EVERYBODY)
    words = {label: _words(traits[traits["label"] == label]) for label in labels}
    names = {label: _first(words[label], 2) for label in labels}
    length = 2
    while len(set(names.values())) < len(names) and length < len(TRAITS):
        length += 1
        doubled = {name for name in names.values() if list(names.values()).count(name) > 1}
        names |= {label: _first(words[label], length) for label in labels if names[label] in doubled}
    seen: dict[str, int] = {}
    for label in labels:  # traits ran out: the same words for all, so a number tells them apart
        name = names[label]
        seen[name] = seen.get(name, 0) + 1
        names[label] = name if seen[name] == 1 else f"{name} ({seen[name]})"
    return left_out | names


def tell_styles(traits: pd.DataFrame) -> dict[int, str]:
    """How each cluster's persons communicate where they differ from others: channel, initiative, answers.

    Returns:
        Cluster -> words, ``as everybody`` where nothing differs by ``NOTEWORTHY``.
    """
    told = {}
    for label, of_label in traits.groupby("label"):
        style = of_label[of_label["kind"].isin(["style", CHANNEL])]
        style = style[style["difference"].abs() >= NOTEWORTHY]
        told[int(str(label))] = _first([word for _, word in _words(style, apart=False)], 4) or AS_EVERYBODY
    return told


def _words(traits: pd.DataFrame, apart: bool = True) -> list[tuple[str, str]]:
    """Words for the traits, those that differ most first; of each kind one before the second of any."""
    ordered = traits.sort_values("place")
    found = [
        (str(kind), word_for(str(trait), float(value), float(difference)))
        for kind, trait, value, difference in zip(
            ordered["kind"],
            ordered["trait"],
            ordered["value"].to_numpy(np.float64),
            ordered["difference"].to_numpy(np.float64),
            strict=True,
        )
        if not np.isnan(difference) and difference != 0
    ]
    if not apart:
        return found
    kinds = [kind for kind, _ in found]
    turn = [kinds[:place].count(kind) for place, kind in enumerate(kinds)]
    return [found[place] for place in sorted(range(len(found)), key=lambda place: (turn[place], place))]


def deed_in_words(trait: str) -> str:
    """The deed of a trait as it is read; another trait as it is.

    Example:
        >>> [deed_in_words(trait) for trait in ("deed page_viewed sale", "deed added_to_cart", "store")]
        ['page viewed: sale', 'added to cart', 'store']
    """
    if not trait.startswith(DEED):
        return trait
    deed = trait.removeprefix(DEED)
    action, _, page = deed.partition(" ")
    return deed.replace("_", " ") if deed == OTHER_DEED or not page else f"{action.replace('_', ' ')}: {page}"


def word_for(trait: str, value: float, difference: float) -> str:
    """Plain words for a trait that differs.

    Example:
        >>> word_for("n_outcomes", 0.0, -0.4), word_for("store", 0.3, 0.9), word_for("deed purchased", 0.1, 1)
        ('no conversions', 'much store', 'often purchased')
    """
    said = deed_in_words(trait)
    usual = (CHANNEL, f"much {said}", f"little {said}", f"no {said}")
    if trait.startswith(DEED):
        usual = (DOING, f"often {said}", f"seldom {said}", f"never {said}")
    _, high, low, none = TRAITS.get(trait, usual)
    if difference > 0:
        return high
    return none if value == 0 else low


def _first(words: Sequence[tuple[str, str] | str], most: int) -> str:
    return ", ".join(word if isinstance(word, str) else word[1] for word in words[:most])
