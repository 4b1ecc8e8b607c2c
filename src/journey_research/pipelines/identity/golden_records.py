"""One value a field for each person, chosen from what the person's records say.

Context: a person's records disagree on a street or a spelling, and whoever writes to the person
needs one. Choice: field by field, by named rules in an order that the field says, each of which
may only decide what the ones before left open; the losers and their records stay beside the
winner, with how many records agree. Given up: that the fields of a person come from one record,
so a street and a town can be of two addresses.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from journey_research.contracts.golden import GOLDEN_FIELDS, SURVIVORSHIP_RULES
from journey_research.engine import Table, run_sql


@dataclass(frozen=True)
class GoldenRule:
    """Which of a person's values survives, field by field.

    A rule looks at records: ``verified`` (a record of the person has this address or number as a
    verified identifier; other fields are never verified), ``source_priority`` (an earlier source of
    that list, then all others), ``most_frequent`` (more of the person's records hold the value),
    ``most_recent`` (later ``recorded_at``, then none), ``longest`` (more characters).

    Attributes:
        rules: Field -> its rules, the first that tells two values apart decides between them.
        default_order: The rules of fields that ``rules`` does not name.
        source_priority: Source names, the most trusted first; may be empty, and then tells nothing
            apart.
    """

    rules: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    default_order: tuple[str, ...] = tuple(SURVIVORSHIP_RULES)
    source_priority: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for name in self.rules:
            if name not in GOLDEN_FIELDS:
                raise ValueError(f"rules names '{name}', which is no field; {_near(name, GOLDEN_FIELDS)}")
        orders = {name: _order(f"rules.{name}", words) for name, words in self.rules.items()}
        object.__setattr__(self, "rules", orders)
        object.__setattr__(self, "default_order", _order("default_order", self.default_order))
        object.__setattr__(
            self, "source_priority", _listed("source_priority", self.source_priority, "source")
        )

    def order_of(self, name: str) -> tuple[str, ...]:
        """The rules of one field, in order.

        Example:
            >>> GoldenRule({"email": ["verified", "longest"]}).order_of("email")
            ('verified', 'longest')
        """
        return self.rules.get(name, self.default_order)


def choose_golden_values(
    people: Table, records: Table, record_values: Table, identifiers: Table, rule: GoldenRule
) -> Table:
    """Choose for each person and field the value to believe, and keep the ones that lost.

    Values are one when they are equal after trimming, in small letters. Records are ranked by the
    field's rules and last by the smaller ``record_id``; a value stands as well as its best record,
    which gives the spelling shown. Null and empty text are no values, so they beat none.

    What a record says that its source has dropped (``is_deleted``) does not count, for values or for
    verification, where a live record of the person tells the field; where none does, it is all that
    is known and does count.

    Args:
        people: n rows, contract ``PEOPLE``; records without a person tell nothing.
        records: k rows, contract ``RECORDS``; source, time and whether dropped.
        record_values: m rows, contract ``RECORD_VALUES``; ``extra`` is not read.
        identifiers: j rows, contract ``IDENTIFIERS``; only verified addresses and numbers are read.
        rule: What survives.

    Returns:
        At most 14 m rows, contract ``GOLDEN_VALUES``, keyed and sorted by person, field and value;
        exactly one of each person and field has won. ``rule`` of a winner is the first rule that set
        it above the next best value, ``only`` where there is none, ``tie_break`` where the record's
        id alone decided. ``agreement_share`` is of the records that count and tell the field.

    Example:
        >>> import pandas as pd
        >>> ids = ["crm:1", "shop:1"]
        >>> who = pd.DataFrame({"record_id": ids, "person_id": "person:1"})
        >>> told = pd.DataFrame({"record_id": ids, "source": ["crm", "shop"], "is_deleted": False,
        ...     "recorded_at": pd.to_datetime(["2024-01-01", "2025-01-01"])})
        >>> values = pd.DataFrame({name: pd.Series([None, None], dtype="str") for name in GOLDEN_FIELDS})
        >>> values = values.assign(record_id=ids, city=["Kiel", "Bonn"])
        >>> none = pd.DataFrame({"record_id": [], "identifier_type": [], "identifier_value": []}, dtype="str")
        >>> golden = choose_golden_values(
        ...     *(Table.from_pandas(frame) for frame in (who, told, values, none.assign(is_verified=True))),
        ...     GoldenRule())
        >>> golden.to_pandas()[["field", "value", "is_winner", "agreement_share"]].values.tolist()
        [['city', 'Bonn', True, 0.5], ['city', 'Kiel', False, 0.5]]
    """
    import pyarrow as pa

    places = range(1, len(SURVIVORSHIP_RULES) + 1)
    schema = pa.schema([(name, pa.string()) for name in ("field", *(f"rule_{place}" for place in places))])
    # A shorter order leaves its last places empty.
    orders = [
        {"field": name, **{f"rule_{place}": word for place, word in enumerate(rule.order_of(name), start=1)}}
        for name in GOLDEN_FIELDS
    ]
    priorities = {
        "source": pa.array(rule.source_priority, pa.string()),
        "place": pa.array(range(1, len(rule.source_priority) + 1), pa.int64()),
    }
    return run_sql(
        "golden_values.sql",
        people=people,
        records=records,
        record_values=record_values,
        identifiers=identifiers,
        orders=Table.from_arrow(pa.Table.from_pylist(orders, schema=schema)),
        priorities=Table.from_arrow(pa.table(priorities)),
    )


def _order(name: str, words: Any) -> tuple[str, ...]:
    listed = _listed(name, words, "rule")
    for word in listed:
        if word not in SURVIVORSHIP_RULES:
            raise ValueError(f"{name} names '{word}', which is no rule; {_near(word, SURVIVORSHIP_RULES)}")
    if not listed:
        raise ValueError(f"{name} names no rule; known are {', '.join(SURVIVORSHIP_RULES)}")
    return listed


def _listed(name: str, words: Any, kind: str) -> tuple[str, ...]:
    # A word alone would be read as a list of its letters.
    if isinstance(words, str) or not isinstance(words, Iterable):
        raise ValueError(f"{name} is no list; write [{words}]")
    listed = tuple(str(word) for word in words)
    if len(set(listed)) < len(listed):
        raise ValueError(f"{name} names a {kind} twice")
    return listed


def _near(word: str, known: list[str]) -> str:
    import difflib

    near = difflib.get_close_matches(str(word), known, 1)
    return f"did you mean '{near[0]}'?" if near else f"known are {', '.join(known)}"
