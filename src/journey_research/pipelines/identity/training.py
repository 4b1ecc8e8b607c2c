"""Labels to a matcher: what is learnt from, gathered from the tables that hold it."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from importlib.metadata import version
from typing import Any

import numpy as np
import pandas as pd

from journey_research.engine import Table
from journey_research.errors import UserError

from .evidence import EvidenceRule, leave_out_blocked
from .judgements import choose_labels, evidence_labels, group_labels, judged_labels, refuse_contradictions
from .matching.columns import ValueColumn, find_columns, tells_enough
from .matching.learning import KnownPairs, learn_matcher, learn_unlabelled
from .ties import place_pairs

logger = logging.getLogger(__name__)
COMPARED_TEXTS = (
    "first_name", "last_name", "full_name", "company", "street", "postal_code", "city", "email", "phone",
)  # fmt: skip
NOTHING_TO_COMPARE = "no matcher: nothing to compare"
EVERY_ROW = 50_000_000
BLOCKS_AS_SHIPPED = EvidenceRule()


@dataclass(frozen=True)
class MatcherRule:
    """How the matcher is trained, and how far it looks.

    Attributes:
        compared_columns: Columns of ``record_values`` that may be compared.
        least_filled_share: A column filled in a smaller share of the records is left out.
        most_records: More records than this are refused.
        most_labels: At most so many labelled pairs of each answer teach.
        least_labels: Where fewer pairs are known to be the same, the values alone teach.
        threshold: Least average probability inside a person.
        most_in_block: Largest block compared whole.
        most_in_cluster: Chains of up to so many records are compared whole.
        least_probability: Pairs below it are not kept.
        training_seed: Seed of everything that is drawn.
    """

    compared_columns: tuple[str, ...] = (
        "first_name",
        "last_name",
        "full_name",
        "company",
        "birth_date",
        "street",
        "postal_code",
        "city",
        "email",
        "phone",
    )
    least_filled_share: float = 0.02
    most_records: int = 2_000_000
    most_labels: int = 3_000
    least_labels: int = 5
    threshold: float = 0.35
    most_in_block: int = 30
    most_in_cluster: int = 40
    least_probability: float = 0.1
    training_seed: int = 1

    def __post_init__(self) -> None:
        object.__setattr__(self, "compared_columns", tuple(self.compared_columns))
        for name in ("least_filled_share", "least_probability"):
            if not 0 <= getattr(self, name) <= 1:
                raise ValueError(f"{name} is {getattr(self, name)}; a share lies between 0 and 1")
        if not 0 < self.threshold < 1:
            raise ValueError(f"threshold is {self.threshold}; a probability lies between 0 and 1")
        for name in ("most_records", "most_labels", "least_labels", "most_in_block", "most_in_cluster"):
            if getattr(self, name) < 2:
                raise ValueError(f"{name} is {getattr(self, name)}; at least 2 are needed")


def train_matcher(
    records: Table,
    record_values: Table,
    evidence_links: Table,
    judgements: Table,
    labelled_groups: Table,
    rule: MatcherRule,
    evidence_rule: EvidenceRule = BLOCKS_AS_SHIPPED,
) -> dict[str, Any]:
    """Learn who is who from reviewers, labelled groups and identifiers.

    Args:
        records: n rows, contract ``RECORDS``; ``kind`` says which are firms.
        record_values: At most n rows, contract ``RECORD_VALUES``.
        evidence_links: k rows, contract ``LINKS``.
        judgements: j rows, contract ``JUDGEMENTS``.
        labelled_groups: g rows, contract ``LABELLED_GROUPS``.
        rule: How.
        evidence_rule: Which values say nothing.

    Returns:
        A document without personal values. Where nothing can be learnt, ``state`` says why and
        there are no weights; that is logged in one line.

    Raises:
        UserError: There are more records than the matcher is made for, or judgements contradict one another.
    """
    values = comparable_values(records, record_values, evidence_rule)
    judged = judgements.to_pandas(EVERY_ROW)
    refuse_contradictions(judged)
    groups = labelled_groups.to_pandas(EVERY_ROW)
    model = train(
        values["record_id"].tolist(),
        values,
        judged,
        dict(zip(groups["record_id"], groups["group_id"].astype(str), strict=True)),
        evidence_links.to_pandas(EVERY_ROW),
        rule,
    )
    if "weights" not in model and model["state"] != NOTHING_TO_COMPARE:
        logger.warning("identity: %s; records are joined by identifiers alone", model["state"])
    return model


def comparable_values(records: Table, record_values: Table, evidence_rule: EvidenceRule) -> pd.DataFrame:
    """Values of the records that can be compared: those of persons that hold at least two.

    A lone address or number is compared by ``gather_evidence`` already, exactly. Where no record
    holds two values, one has to do.

    Args:
        records: Contract ``RECORDS``; firms are compared with nobody.
        record_values: n rows, contract ``RECORD_VALUES``.
        evidence_rule: Which values say nothing; these are left out.

    Returns:
        At most n rows, sorted by record.
    """
    told = " + ".join(f"case when present({name}) is null then 0 else 1 end" for name in COMPARED_TEXTS)
    counted = Table(
        f"select *, {told} + case when birth_date is null then 0 else 1 end as n_told from told "
        "where record_id not in (select record_id from records where kind = 'account')",
        {"told": leave_out_blocked(record_values, evidence_rule), "records": records},
    )
    enough = counted.query(
        "select * exclude (n_told) from this "
        "where n_told >= (select least(2, coalesce(max(n_told), 0)) from this) order by record_id"
    )
    return enough.to_pandas(EVERY_ROW)


def prepare_columns(
    values: pd.DataFrame, rule: MatcherRule
) -> tuple[list[ValueColumn], dict[str, tuple[str, str]]]:
    """The columns worth comparing, and the whole names that were parted into others.

    Raises:
        UserError: There are more records than ``most_records``.
    """
    if len(values) > rule.most_records:
        raise UserError(
            f"{len(values):,} records with values; this matcher is made for at most {rule.most_records:,}",
            do="resolve part of the records, or raise most_records and give it the memory",
        )
    names = [name for name in rule.compared_columns if name in values]
    return find_columns(values, names, rule.least_filled_share)


def train(
    ids: Sequence[str],
    values: pd.DataFrame,
    judgements: pd.DataFrame,
    group_of: Mapping[str, str],
    links: pd.DataFrame,
    rule: MatcherRule,
) -> dict[str, Any]:
    """Learn from values and everything that is known of pairs; order of the rows means nothing.

    Where labels and identifiers say of hardly any two records that they are one person, the values alone
    have to; see ``matching.unlabelled``.

    Args:
        ids: n record ids.
        values: n rows; any spelling.
        judgements: Rows of record_id_a, record_id_b, answer.
        group_of: Record id -> labelled group.
        links: Evidence, contract ``LINKS``.
        rule: How.

    Returns:
        The model's document.
    """
    order = np.argsort(np.asarray(ids, dtype=object), kind="stable")
    columns, partings = prepare_columns(values.iloc[order].reset_index(drop=True), rule)
    place = pd.Index(np.asarray(ids, dtype=object)[order])
    return train_on_columns(place, columns, partings, judgements, group_of, links, rule)


def train_on_columns(
    place: pd.Index,
    columns: Sequence[ValueColumn],
    partings: Mapping[str, tuple[str, str]],
    judgements: pd.DataFrame,
    group_of: Mapping[str, str],
    links: pd.DataFrame,
    rule: MatcherRule,
    once: np.ndarray | None = None,
) -> dict[str, Any]:
    """The same as ``train``, of columns that ``prepare_columns`` has made.

    Args:
        place: n record ids, sorted; the order of the columns.
        columns: What is compared.
        partings: Whole names that were parted.
        judgements: Rows of record_id_a, record_id_b, answer.
        group_of: Record id -> labelled group.
        links: Evidence, contract ``LINKS``.
        rule: How.
        once: n sets of sources that hold a person once, as bits.
    """
    if not columns:
        return {"state": NOTHING_TO_COMPARE}
    told = tells_enough(columns)
    if told.sum() < 2:
        return {"state": NOTHING_TO_COMPARE}
    tells = place[told] if group_of else place[:0]
    labelled = {record_id: group for record_id, group in group_of.items() if record_id in tells}
    labels = pd.concat(
        [
            judged_labels(judgements),
            group_labels(labelled, "group", {}),
            evidence_labels(links, _telling(links, place, told)),
        ]
    ).drop_duplicates(["record_id_a", "record_id_b"])
    first, second = place_pairs(labels, place)
    labels = labels[(first >= 0) & (second >= 0) & told[first] & told[second]]
    versions = {name: version(name) for name in ("dedupe", "numpy", "rapidfuzz")}
    if (labels["answer"] == "same").sum() < rule.least_labels:
        return learn_unlabelled(columns, partings, asdict(rule), versions, once)
    chosen = choose_labels(labels, rule.most_labels, rule.training_seed)
    group = np.full(len(place), -1)
    numbers = {name: number for number, name in enumerate(sorted(set(labelled.values())))}
    group[place.get_indexer(pd.Index(list(labelled)))] = [numbers[name] for name in labelled.values()]
    first, second = place_pairs(chosen, place)
    known = KnownPairs(
        first=first,
        second=second,
        is_same=(chosen["answer"] == "same").to_numpy(dtype=bool),
        told_by=chosen["told_by"].to_numpy(dtype=object),
        hidden=chosen["hidden"].to_numpy(dtype=object),
    )
    return learn_matcher(columns, partings, known, group, asdict(rule), versions, once)


def _telling(links: pd.DataFrame, place: pd.Index, told: np.ndarray) -> set[str]:
    """The linked records that tell enough to learn from."""
    found: set[str] = set()
    for name, at in zip(("record_id_a", "record_id_b"), place_pairs(links, place), strict=True):
        found.update(links[name].to_numpy()[(at >= 0) & told[at]].tolist())
    return found
