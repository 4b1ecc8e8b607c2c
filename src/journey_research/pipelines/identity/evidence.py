"""What the sources themselves say about who is who: identifiers that two records share.

Context: a login, a loyalty card or a cookie names somebody; an address typed into a form may be
a husband's, a test or everybody's. Choice: sure identifiers join, unverified ones join a record
without a name to its only candidate (it is tied to all there are; the clusters tell whether these are
one person), and between two named records the names decide. Of some types a person has one value, so
two values are two persons, whatever else they share. Refused ties are kept with the reason. Given up:
joining a browser in which two people logged in, or whose cookies and device ids lead to two logins;
and seeing that at a greater distance, as over a cookie of a browser of a cookie.
"""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from journey_research.contracts.records import IDENTIFIER_TYPES
from journey_research.engine import Table, run_sql

BLOCKED_VALUES = (
    "test@test.com",
    "test@example.com",
    "a@a.com",
    "test",
    "none",
    "null",
    "n/a",
    "na",
    "unknown",
    "anonymous",
    "undefined",
    "noreply",
    "no-reply",
    "donotreply",
    "0000000000",
    "0123456789",
    "123456789",
    "1234567890",
    "+49123456789",
    "+491234567890",
    "deleted user",  # what a help desk puts in place of whoever was erased
    "permanently deleted user",
)


EVERY_ROW = 50_000_000
CONTESTED = "more than one named record has it"  # Not yet refused: whose it is the clusters know.
TWO_VALUES = "a person has one value of"  # And then the type of which the two have different ones.
MOST_RECORDS_PAIRED = 8  # of which every two are tied that share a sure identifier


@dataclass(frozen=True)
class EvidenceRule:
    """Which shared identifiers join two records.

    Attributes:
        sure_types: Types that join whoever wrote them down; an e-mail address or phone number
            joins surely where both sources verified it.
        accept_unverified: Whether an unverified address or number joins a record without a name.
        most_records_sure: A sure value that more records share joins nobody.
        most_records_unverified: An unverified value that more records share joins nobody.
        sure_probability: That a sure tie is right.
        unverified_probability: That an unverified tie is right.
        blocked_values: Values, or names before the @, that say nothing; small letters.
        one_value_types: Types of which a person has one value: two records that hold different ones are
            two persons, whatever joins them, unless they are judged the same. A record that holds two
            itself holds them as one thing, which is another than each of them. Identifiers have no time
            in which they are valid, so one value is meant for all time. Blocked values, and those that
            more than ``most_records_sure`` records share, are nobody's own and do not count.
    """

    sure_types: tuple[str, ...] = ("user_id", "loyalty_id", "cookie", "crm_id")
    accept_unverified: bool = True
    most_records_sure: int = 200
    most_records_unverified: int = 30
    sure_probability: float = 0.999
    unverified_probability: float = 0.95
    blocked_values: tuple[str, ...] = BLOCKED_VALUES
    one_value_types: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for name in ("sure_types", "one_value_types"):
            object.__setattr__(self, name, tuple(getattr(self, name)))
            if unknown := set(getattr(self, name)) - set(IDENTIFIER_TYPES):
                raise ValueError(f"{name} names {sorted(unknown)}; known are {IDENTIFIER_TYPES}")
        object.__setattr__(self, "blocked_values", tuple(str(value).lower() for value in self.blocked_values))
        for name in ("most_records_sure", "most_records_unverified"):
            if getattr(self, name) < 2:
                raise ValueError(f"{name} is {getattr(self, name)}; two records share a value or nobody does")
        for name in ("sure_probability", "unverified_probability"):
            if not 0 < getattr(self, name) < 1:
                raise ValueError(f"{name} is {getattr(self, name)}; a probability lies between 0 and 1")


def gather_evidence(
    records: Table, identifiers: Table, record_values: Table, source_links: Table, rule: EvidenceRule
) -> Table:
    """Pairs of records that share an identifier or that their source has joined, accepted or refused.

    Args:
        records: n rows, contract ``RECORDS``; ``kind`` says which are browsers.
        identifiers: k rows, contract ``IDENTIFIERS``; first seen, but not until when they were valid.
        record_values: m rows, contract ``RECORD_VALUES``; only who has a name is read.
        source_links: j rows, contract ``SOURCE_LINKS``; believed as they stand.
        rule: What joins.

    Returns:
        Contract ``LINKS``, keyed and sorted by pair; at most k + j rows, and more only where an
        identifier is of several named records, or of several values of which a person has one.
        ``comparisons`` names the types shared. What is refused as ``CONTESTED`` the clusters may accept.
        Blocked values and identifiers that never link make no row.

    Example:
        >>> import pandas as pd
        >>> ids = ["shop:1", "shop:2"]
        >>> told = {"record_id": ids, "identifier_type": ["user_id"] * 2, "identifier_value": ["u7"] * 2}
        >>> links = gather_evidence(
        ...     Table.from_pandas(pd.DataFrame({"record_id": ids, "kind": "profile"})),
        ...     Table.from_pandas(pd.DataFrame(told).assign(is_verified=True, strength="strong")),
        ...     Table.from_pandas(pd.DataFrame(
        ...         {name: pd.Series(dtype="str") for name in
        ...          ["record_id", "first_name", "last_name", "full_name", "company"]})),
        ...     Table.from_pandas(pd.DataFrame(
        ...         {name: pd.Series(dtype="str") for name in ["record_id_a", "record_id_b", "rule"]})),
        ...     EvidenceRule())
        >>> links.to_pandas()[["record_id_a", "record_id_b", "is_accepted"]].values.tolist()
        [['shop:1', 'shop:2', True]]
    """
    telling = _telling(records, identifiers, rule)
    return run_sql(
        "evidence_links.sql",
        records=records,
        telling=telling,
        one_values=_one_values(telling, rule),
        record_values=record_values,
        source_links=source_links,
        strong=_column("identifier_type", rule.sure_types),
        accept_unverified=rule.accept_unverified,
        most_records_sure=rule.most_records_sure,
        most_records_paired=MOST_RECORDS_PAIRED,
        most_records_unverified=rule.most_records_unverified,
        sure_probability=rule.sure_probability,
        unverified_probability=rule.unverified_probability,
        contested=CONTESTED,
        two_values=TWO_VALUES,
    )


def number_one_values(records: Table, identifiers: Table, rule: EvidenceRule) -> pd.DataFrame:
    """What records hold of the types of which a person has one value, as numbers.

    Args:
        records: Contract ``RECORDS``; firms hold nothing.
        identifiers: Contract ``IDENTIFIERS``.
        rule: Which types, and which values say nothing.

    Returns:
        n rows of record_id, identifier_type, held_number: equal where two records hold the same, else
        different; sorted by type and record. A record that holds nothing of a type has no row of it.
    """
    told = _one_values(_telling(records, identifiers, rule), rule).query(
        "select record_id, identifier_type, held_number from this order by identifier_type, record_id"
    )
    return told.to_pandas(EVERY_ROW)


def leave_out_blocked(record_values: Table, rule: EvidenceRule) -> Table:
    """What records hold, without the names, addresses and numbers that say nothing: fit to be compared.

    Two records that agree in nothing but test@test.com are no more alike than two that are silent.

    Args:
        record_values: n rows, contract ``RECORD_VALUES``.
        rule: Which values are blocked.

    Returns:
        n rows, contract ``RECORD_VALUES``, with null in place of what is blocked.
    """
    return run_sql(
        "unblocked_values.sql",
        record_values=record_values,
        blocked=_column("blocked_value", rule.blocked_values),
    )


def _telling(records: Table, identifiers: Table, rule: EvidenceRule) -> Table:
    return run_sql(
        "telling_identifiers.sql",
        records=records,
        identifiers=identifiers,
        blocked=_column("blocked_value", rule.blocked_values),
    )


def _one_values(telling: Table, rule: EvidenceRule) -> Table:
    return run_sql(
        "one_values.sql",
        telling=telling,
        one_value_types=_column("identifier_type", rule.one_value_types),
        most_records_sure=rule.most_records_sure,
    )


def _column(name: str, values: tuple[str, ...]) -> Table:
    return Table.from_pandas(pd.DataFrame({name: pd.Series(sorted(set(values)), dtype="str")}))
