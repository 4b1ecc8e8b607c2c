"""Labels to a matcher: what is learnt from, and the child process that learns."""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from importlib.metadata import version
from typing import Any

import pandas as pd

from journey_research.engine import Table
from journey_research.errors import UserError

from .fields import Field, find_fields, fold_frame
from .judgements import choose_labels, evidence_labels, group_labels, judged_labels

logger = logging.getLogger(__name__)
COMPARED_TEXTS = (
    "first_name", "last_name", "full_name", "company", "street", "postal_code", "city", "email", "phone",
)  # fmt: skip
NOTHING_TO_COMPARE = "no matcher: nothing to compare"


@dataclass(frozen=True)
class MatcherRule:
    """How the matcher is trained, and how far it looks.

    Attributes:
        compared_columns: Columns of ``record_values`` that may be compared.
        least_filled_share: A column filled in a smaller share of the records is left out.
        most_records: More records than this are refused: comparison by dedupe's parts is
            linear in pairs, and pairs grow faster than records.
        most_labels: At most so many labelled pairs of each answer teach.
        least_labels: Fewer pairs of either answer teach nothing.
        least_told: With fewer answers of people either way, the threshold is a half.
        most_blocking_labels: At most so many of the same pairs teach blocking.
        least_covered_share: Share of the same pairs that the blocking rules have to bring together.
        n_covers: How many times over, each time by other rules.
        most_pairs_per_record: A predicate that makes more pairs a record is not learnt from.
        most_sampled_records: Predicates are priced on so many records.
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
    most_records: int = 12_000
    most_labels: int = 700
    least_labels: int = 5
    least_told: int = 10
    most_blocking_labels: int = 200
    least_covered_share: float = 0.99
    n_covers: int = 3
    most_pairs_per_record: float = 10.0
    most_sampled_records: int = 600
    most_in_block: int = 50
    most_in_cluster: int = 40
    least_probability: float = 0.1
    training_seed: int = 1

    def __post_init__(self) -> None:
        object.__setattr__(self, "compared_columns", tuple(self.compared_columns))
        for name in ("least_filled_share", "least_covered_share", "least_probability"):
            if not 0 <= getattr(self, name) <= 1:
                raise ValueError(f"{name} is {getattr(self, name)}; a share lies between 0 and 1")
        for name in ("most_records", "most_labels", "least_labels", "most_in_block", "most_sampled_records"):
            if getattr(self, name) < 2:
                raise ValueError(f"{name} is {getattr(self, name)}; at least 2 are needed")


def train_matcher(
    records: Table,
    record_values: Table,
    evidence_links: Table,
    judgements: Table,
    labelled_groups: Table,
    rule: MatcherRule,
) -> dict[str, Any]:
    """Learn who is who from reviewers, labelled groups and identifiers.

    Args:
        records: n rows, contract ``RECORDS``; ``kind`` says which are firms.
        record_values: At most n rows, contract ``RECORD_VALUES``.
        evidence_links: k rows, contract ``LINKS``.
        judgements: j rows, contract ``JUDGEMENTS``.
        labelled_groups: g rows, contract ``LABELLED_GROUPS``.
        rule: How.

    Returns:
        A document without personal values. Where nothing can be learnt, ``state`` says why and
        there are no weights; that is logged in one line.

    Raises:
        UserError: There are more records than the matcher is made for.
    """
    values = comparable_values(records, record_values)
    links = evidence_links.to_pandas(10_000_000)
    fields, folded = prepare_values(values, rule)
    if not fields:
        return {"state": NOTHING_TO_COMPARE}
    groups = labelled_groups.to_pandas(10_000_000)
    group_of = dict(zip(groups["record_id"], groups["group_id"].astype(str), strict=True))
    model = train(
        values["record_id"].tolist(), folded, fields, judgements.to_pandas(10_000_000), group_of, links, rule
    )
    if "weights" not in model:
        logger.warning("identity: %s; records are joined by identifiers alone", model["state"])
    return model


def comparable_values(records: Table, record_values: Table) -> pd.DataFrame:
    """Values of the records that can be compared: those of persons that hold at least two.

    A lone address or number is compared by ``gather_evidence`` already, exactly. Where no record
    holds two values, one has to do.

    Args:
        records: Contract ``RECORDS``; firms are compared with nobody.
        record_values: n rows, contract ``RECORD_VALUES``.

    Returns:
        At most n rows, sorted by record, whole names told from their parts.
    """
    told = " + ".join(f"case when present({name}) is null then 0 else 1 end" for name in COMPARED_TEXTS)
    counted = Table(
        f"select *, {told} + case when birth_date is null then 0 else 1 end as n_told from told "
        "where record_id not in (select record_id from records where kind = 'account')",
        {"told": record_values, "records": records},
    )
    enough = counted.query(
        "select * exclude (n_told) from this "
        "where n_told >= (select least(2, coalesce(max(n_told), 0)) from this) order by record_id"
    )
    return with_whole_names(enough.to_pandas(10_000_000))


def with_whole_names(values: pd.DataFrame) -> pd.DataFrame:
    """Values with the whole name told from its parts, and the parts from a whole name of two words.

    Example:
        >>> told = pd.DataFrame({"first_name": ["Ann", None], "last_name": ["Lee", None],
        ...                      "full_name": [None, "Bob Ray"]})
        >>> with_whole_names(told).values.tolist()
        [['Ann', 'Lee', 'Ann Lee'], ['Bob', 'Ray', 'Bob Ray']]
    """
    rows = []
    for first, last, whole in values[["first_name", "last_name", "full_name"]].itertuples(
        index=False, name=None
    ):
        first, last, whole = (
            None if pd.isna(name) else str(name).strip() or None for name in (first, last, whole)
        )
        if whole is None and (first or last):
            whole = " ".join(name for name in (first, last) if name)
        elif whole is not None and first is None and last is None and len(whole.split()) == 2:
            first, last = whole.split()
            if first.endswith(","):
                first, last = last, first[:-1]
                whole = f"{first} {last}"
        rows.append((first, last, whole))
    names = pd.DataFrame(
        rows, columns=["first_name", "last_name", "full_name"], index=values.index, dtype=object
    )
    return values.assign(
        first_name=names["first_name"], last_name=names["last_name"], full_name=names["full_name"]
    )


def prepare_values(values: pd.DataFrame, rule: MatcherRule) -> tuple[list[Field], pd.DataFrame]:
    """Folded values and the fields worth comparing.

    Raises:
        UserError: There are more records than ``most_records``.
    """
    if len(values) > rule.most_records:
        raise UserError(
            f"{len(values):,} records with values; this matcher is made for at most {rule.most_records:,}",
            do="resolve part of the records, or raise most_records and allow hours",
        )
    columns = [name for name in rule.compared_columns if name in values]
    folded = fold_frame(values, columns)
    return find_fields(folded, columns, rule.least_filled_share), folded


def train(
    ids: Sequence[str],
    folded: pd.DataFrame,
    fields: Sequence[Field],
    judgements: pd.DataFrame,
    group_of: Mapping[str, str],
    links: pd.DataFrame,
    rule: MatcherRule,
) -> dict[str, Any]:
    """Learn from folded values and everything that is known of pairs.

    Args:
        ids: n record ids.
        folded: n rows of folded values.
        fields: What is compared.
        judgements: Rows of record_id_a, record_id_b, answer.
        group_of: Record id -> labelled group.
        links: Evidence, contract ``LINKS``.
        rule: How.

    Returns:
        The model's document.
    """
    names = [field.name for field in fields]
    filled = folded[names].notna().sum(axis=1)
    comparable = {record_id for record_id, n in zip(ids, filled, strict=True) if n >= min(2, len(names))}
    if len(comparable) < 2:
        return {"state": NOTHING_TO_COMPARE}
    evidence = evidence_labels(links, comparable)
    labelled = {record_id: group for record_id, group in group_of.items() if record_id in comparable}
    judged = judged_labels(judgements)
    labels = pd.concat([judged, group_labels(labelled, "group", {}), evidence]).drop_duplicates(
        ["record_id_a", "record_id_b"]
    )
    labels = labels[labels["record_id_a"].isin(comparable) & labels["record_id_b"].isin(comparable)]
    if not (labels["answer"] == "same").any():
        return {"state": "no matcher: neither labels nor identifiers say that two records are one person"}
    chosen = choose_labels(labels, rule.most_labels, rule.training_seed)
    told = pd.concat([folded[names], pd.Series(list(ids), name="record_id")], axis=1)
    told = told[told["record_id"].isin(comparable)].sort_values("record_id")
    undecided = links.loc[links["record_id_a"].isin(comparable) & links["record_id_b"].isin(comparable)]
    return _learn_apart(
        {
            "fields": [asdict(field) for field in fields],
            "records": {
                row[-1]: dict(zip(names, row[:-1], strict=True))
                for row in told.itertuples(index=False, name=None)
            },
            "labels": chosen.to_numpy().tolist(),
            "group_of": labelled,
            "not_distinct": undecided[["record_id_a", "record_id_b"]].to_numpy().tolist(),
            "versions": {name: version(name) for name in ("dedupe", "scikit-learn", "numpy", "rapidfuzz")},
            "rule": asdict(rule),
        }
    )


def _learn_apart(task: dict[str, Any]) -> dict[str, Any]:
    """``learn`` in a child process whose hashes, seeds and threads are fixed; values go by pipe."""
    surroundings = {
        **os.environ,
        "PYTHONHASHSEED": "0",
        "PYTHONPATH": os.pathsep.join(path for path in sys.path if path),
        **dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"), "1"),
    }
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-m", f"{__package__}.learning"],
        input=json.dumps(task, sort_keys=True),
        capture_output=True,
        text=True,
        env=surroundings,
    )
    if done.returncode:
        # A traceback of dedupe may hold values, so only its last line's kind is repeated.
        kind = (done.stderr.strip().splitlines() or ["no message"])[-1].split(":")[0]
        raise RuntimeError(f"training stopped with {kind}")
    model: dict[str, Any] = json.loads(done.stdout)
    return model
