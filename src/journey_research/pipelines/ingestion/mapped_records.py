"""Blocks that tell who somebody is, as rows of their tables."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from .cells import truth_of
from .identifying import strengths
from .making import Columns, Made, in_all
from .naming import Naming
from .yielding import Yielded


def _each(one: Yielded, name: str, columns: Columns) -> tuple[Columns, np.ndarray]:
    """A row for each value of a cell that may have been split; blank cells make none."""
    values, applies = one.values[name], one.applies
    if pa.types.is_list(values.type):
        parents = pc.list_parent_indices(values)
        columns = {key: None if told is None else told.take(parents) for key, told in columns.items()}
        values, applies = pc.utf8_trim_whitespace(pc.list_flatten(values)), applies[parents.to_numpy()]
    present = pc.fill_null(pc.not_equal(values, ""), False).to_numpy(zero_copy_only=False)
    return {**columns, name: values}, applies & present


def _record(naming: Naming, one: Yielded, ids: pa.Array | None) -> Made:
    columns = {
        "record_id": ids,
        "source": in_all(naming.source, one),
        "kind": one.values.get("kind", in_all("profile", one)),
        "recorded_at": one.values.get("recorded_at"),
        "business_line": in_all(naming.mapping.business_line, one),
        "is_deleted": truth_of(one.values.get("deleted", in_all(None, one))),
    }
    return Made("records", columns, one.applies)


def _identifiers(naming: Naming, one: Yielded, ids: pa.Array | None) -> Made:
    says, kind = one.block.says, str(one.block.says["type"])
    columns, applies = _each(one, "value", {"record_id": ids, "seen_at": one.values.get("when")})
    values, n_rows = columns["value"], len(applies)
    columns |= {
        "identifier_type": pa.repeat(pa.scalar(kind), n_rows),
        "identifier_value": values,
        "is_verified": pa.repeat(pa.scalar(bool(says.get("verified", False))), n_rows),
        "strength": strengths(kind, values, says.get("strength")),
    }
    return Made("identifiers", columns, applies)


def _same_as(naming: Naming, one: Yielded, ids: pa.Array | None) -> Made:
    told: Columns = {"a": ids, "source": _sources(naming, one), "stated_at": one.values.get("when")}
    columns, applies = _each(one, "key", told)
    a, b = columns["a"], naming.of(columns["source"], columns["key"])
    in_order = pc.less(a, b)
    linked: Columns = {
        "record_id_a": pc.if_else(in_order, a, b),
        "record_id_b": pc.if_else(in_order, b, a),
        "rule": pa.repeat(pa.scalar(str(one.block.says["rule"])), len(applies)),
        "stated_at": columns["stated_at"],
    }
    return Made("source_links", linked, applies & _true(pc.not_equal(a, b)))


def _member_of(naming: Naming, one: Yielded, ids: pa.Array | None) -> Made:
    told: Columns = {"record_id": ids, "source": _sources(naming, one), "stated_at": one.values.get("when")}
    columns, applies = _each(one, "key", told)
    columns["group_record_id"] = naming.of(columns["source"], columns["key"])
    columns["kind"] = pa.repeat(pa.scalar(str(one.block.says["kind"])), len(applies))
    return Made("memberships", columns, applies)


def _judgement(naming: Naming, one: Yielded, ids: pa.Array | None) -> Made:
    values, reviewer = one.values, one.values.get("reviewer")
    columns = {
        "record_id_a": naming.of(values["source_a"], values["key_a"]),
        "record_id_b": naming.of(values["source_b"], values["key_b"]),
        "answer": values["answer"],
        "reviewer": None if reviewer is None else naming.own(reviewer, "reviewer"),
        "judged_at": values.get("when"),
    }
    return Made("judgements", columns, one.applies)


def _labelled_group(naming: Naming, one: Yielded, ids: pa.Array | None) -> Made:
    group = naming.own(one.values["group"], "group")
    return Made("labelled_groups", {"record_id": ids, "group_id": group}, one.applies)


def _true_person(naming: Naming, one: Yielded, ids: pa.Array | None) -> Made:
    values = one.values
    if "source" in values and "key" in values:
        ids = naming.of(values["source"], values["key"])
    person = naming.own(values["person"], "person")
    return Made("true_people", {"record_id": ids, "true_person_id": person}, one.applies)


def _sources(naming: Naming, one: Yielded) -> pa.Array:
    return one.values.get("source", in_all(naming.source, one))


def _true(answers: pa.Array) -> np.ndarray:
    return np.asarray(pc.fill_null(answers, False).to_numpy(zero_copy_only=False), dtype=bool)


def _judged_pair(naming: Naming, one: Yielded, ids: pa.Array | None) -> Made:
    """A pair whose records are named as the run itself names them: who reviews a run knows no other names."""
    values, reviewer = one.values, one.values.get("reviewer")
    columns = {
        "record_id_a": values["record_a"],
        "record_id_b": values["record_b"],
        "answer": values["answer"],
        "reviewer": None if reviewer is None else naming.own(reviewer, "reviewer"),
        "judged_at": values.get("when"),
    }
    return Made("judgements", columns, one.applies)


MAKERS = {
    "record": _record,
    "identifiers": _identifiers,
    "same_as": _same_as,
    "member_of": _member_of,
    "judgement": _judgement,
    "judged_pair": _judged_pair,
    "labelled_group": _labelled_group,
    "true_person": _true_person,
}
