"""What rows yielded, under canonical names; native keys become pseudonyms here and end."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from journey_research.engine import Table
from journey_research.privacy.pseudonyms import pseudonyms

from .mapping import SourceMapping
from .normalising import INSTANT
from .yielding import Yielded

VALUE_FIELDS = (
    "first_name", "last_name", "full_name", "company", "birth_date", "street", "postal_code", "city",
    "country", "email", "phone", "extra",
)  # fmt: skip


def _schema(text: str, **others: pa.DataType) -> pa.Schema:
    """Columns by name; text unless said otherwise."""
    return pa.schema([(name, others.get(name, pa.string())) for name in text.split()])


# What the SQL files read, before repeated rows are put together.
MAPPED = {
    "records": _schema("record_id source kind recorded_at business_line", recorded_at=INSTANT),
    "record_values": _schema(
        f"record_id seen_at {' '.join(VALUE_FIELDS)}", seen_at=INSTANT, birth_date=INSTANT
    ),
    "identifiers": _schema(
        "record_id identifier_type identifier_value is_verified seen_at",
        seen_at=INSTANT,
        is_verified=pa.bool_(),
    ),
    "touches": _schema(
        "touch_id record_id source touched_at is_date_only channel direction initiative action "
        "campaign_id product_id is_bot",
        touched_at=INSTANT,
        is_date_only=pa.bool_(),
        is_bot=pa.bool_(),
    ),
    "orders": _schema(
        "order_id record_id source file_rank ordered_at status channel store_id total addend refunded "
        "currency coupon_id line_product_id line_quantity line_amount",
        file_rank=pa.int64(),
        ordered_at=INSTANT,
    ),
    "consents": _schema("consent_id record_id source channel purpose status stated_at", stated_at=INSTANT),
    "spend": _schema(
        "spend_id source spent_at channel campaign_id amount currency impressions clicks", spent_at=INSTANT
    ),
    "offers": _schema("offer_id source kind campaign_id product_id store_id placement week_number"),
    "judgements": _schema("record_id_a record_id_b answer reviewer judged_at", judged_at=INSTANT),
    "labelled_groups": _schema("record_id group_id"),
    "true_people": _schema("record_id true_person_id"),
}


class MappedRows:
    """Rows of all sources under canonical names, gathered a file at a time."""

    def __init__(self, key: bytes) -> None:
        self._key = key
        self._parts: dict[str, list[pa.Table]] = {name: [] for name in MAPPED}

    def add(self, mapping: SourceMapping, yielded: list[Yielded], rank: int) -> None:
        """Take what one file's rows yielded; ``rank`` orders the files."""
        record = next((one for one in yielded if one.block.kind == "record"), None)
        ids = None if record is None else self._ids(mapping.source, record.values["key"], "record")
        for one in yielded:
            name, columns = _MAKERS[one.block.kind](self, mapping, one, ids)
            columns |= {"file_rank": pa.array(np.full(len(one.applies), rank))} if name == "orders" else {}
            self._put(name, columns, one.applies)
        if record is not None and ids is not None:
            held = {field: record.values[field] for field in VALUE_FIELDS if field in record.values}
            if held:
                values = {"record_id": ids, "seen_at": record.values.get("recorded_at"), **held}
                self._put("record_values", values, record.applies)

    def table(self, name: str) -> Table:
        """All mapped rows of one kind."""
        return Table.from_arrow(pa.concat_tables([MAPPED[name].empty_table(), *self._parts[name]]))

    def _put(self, name: str, columns: Mapping[str, pa.Array | None], applies: np.ndarray) -> None:
        schema, n_rows = MAPPED[name], len(applies)
        filled = {
            field.name: columns[field.name]
            if columns.get(field.name) is not None
            else pa.nulls(n_rows, field.type)
            for field in schema
        }
        self._parts[name].append(pa.table(filled, schema=schema).filter(pa.array(applies)))

    def _ids(self, source: str, keys: pa.Array, kind: str) -> pa.Array:
        return pseudonyms(source, keys, self._key, kind)

    def _ids_of(self, sources: pa.Array, keys: pa.Array) -> pa.Array:
        """Names of records whose source is told row by row."""
        told: pa.Array = pa.nulls(len(keys), pa.string())
        for source in pc.unique(sources.drop_null()).to_pylist():
            here = pc.fill_null(pc.equal(sources, source), False)
            told = pc.if_else(here, self._ids(source, pc.if_else(here, keys, None), "record"), told)
        return told

    def _record(self, mapping: SourceMapping, one: Yielded, ids: pa.Array) -> tuple[str, dict[str, pa.Array]]:
        n_rows = len(one.applies)
        return "records", {
            "record_id": ids,
            "source": _all(mapping.source, n_rows),
            "kind": _all(str(one.block.says.get("kind", "profile")), n_rows),
            "recorded_at": one.values.get("recorded_at"),
            "business_line": _all(mapping.business_line, n_rows),
        }

    def _identifiers(
        self, mapping: SourceMapping, one: Yielded, ids: pa.Array
    ) -> tuple[str, dict[str, pa.Array]]:
        n_rows = len(one.applies)
        one.applies[:] &= one.values["value"].is_valid().to_numpy(zero_copy_only=False)
        return "identifiers", {
            "record_id": ids,
            "identifier_type": _all(str(one.block.says["type"]), n_rows),
            "identifier_value": one.values["value"],
            "is_verified": pa.array(np.full(n_rows, bool(one.block.says.get("verified", False)))),
            "seen_at": one.values.get("when"),
        }

    def _touch(self, mapping: SourceMapping, one: Yielded, ids: pa.Array) -> tuple[str, dict[str, pa.Array]]:
        n_rows, values = len(one.applies), one.values
        date_only = mapping.time_form(one.block.says["when"]).is_date_only
        bot = pc.equal(values["is_bot"], "true") if "is_bot" in values else pa.nulls(n_rows, pa.bool_())
        return "touches", {
            **{name: column for name, column in values.items() if name not in ("key", "when")},
            "touch_id": self._ids(mapping.source, values["key"], "touch"),
            "record_id": ids,
            "source": _all(mapping.source, n_rows),
            "touched_at": values["when"],
            "is_date_only": pa.array(np.full(n_rows, date_only)),
            "is_bot": pc.fill_null(bot, False),
        }

    def _order(self, mapping: SourceMapping, one: Yielded, ids: pa.Array) -> tuple[str, dict[str, pa.Array]]:
        values = one.values
        return "orders", {
            **{name: column for name, column in values.items() if name not in ("key", "when", "sum")},
            "order_id": self._ids(mapping.source, values["key"], "order"),
            "record_id": ids,
            "source": _all(mapping.source, len(one.applies)),
            "ordered_at": values["when"],
            "addend": values.get("sum"),
        }

    def _consent(
        self, mapping: SourceMapping, one: Yielded, ids: pa.Array
    ) -> tuple[str, dict[str, pa.Array]]:
        values = one.values
        return "consents", {
            **{name: values[name] for name in ("channel", "purpose", "status")},
            "consent_id": self._ids(mapping.source, values["key"], "consent"),
            "record_id": ids,
            "source": _all(mapping.source, len(one.applies)),
            "stated_at": values["when"],
        }

    def _spend(self, mapping: SourceMapping, one: Yielded, ids: None) -> tuple[str, dict[str, pa.Array]]:
        values = one.values
        return "spend", {
            **{name: column for name, column in values.items() if name not in ("key", "when")},
            "spend_id": self._ids(mapping.source, values["key"], "spend"),
            "source": _all(mapping.source, len(one.applies)),
            "spent_at": values["when"],
        }

    def _offer(self, mapping: SourceMapping, one: Yielded, ids: None) -> tuple[str, dict[str, pa.Array]]:
        values = one.values
        return "offers", {
            **{name: column for name, column in values.items() if name != "key"},
            "offer_id": self._ids(mapping.source, values["key"], "offer"),
            "source": _all(mapping.source, len(one.applies)),
        }

    def _judgement(self, mapping: SourceMapping, one: Yielded, ids: None) -> tuple[str, dict[str, pa.Array]]:
        values = one.values
        a = self._ids_of(values["source_a"], values["key_a"])
        b = self._ids_of(values["source_b"], values["key_b"])
        reviewer = values.get("reviewer")
        return "judgements", {
            "record_id_a": a,
            "record_id_b": b,
            "answer": values["answer"],
            "reviewer": None if reviewer is None else self._ids(mapping.source, reviewer, "reviewer"),
            "judged_at": values.get("when"),
        }

    def _labelled_group(
        self, mapping: SourceMapping, one: Yielded, ids: pa.Array
    ) -> tuple[str, dict[str, pa.Array]]:
        group = self._ids(mapping.source, one.values["group"], "group")
        return "labelled_groups", {"record_id": ids, "group_id": group}

    def _true_person(
        self, mapping: SourceMapping, one: Yielded, ids: pa.Array | None
    ) -> tuple[str, dict[str, pa.Array]]:
        values = one.values
        if "source" in values and "key" in values:
            ids = self._ids_of(values["source"], values["key"])
        return "true_people", {
            "record_id": ids,
            "true_person_id": self._ids(mapping.source, values["person"], "person"),
        }


_MAKERS = {
    "record": MappedRows._record,
    "identifiers": MappedRows._identifiers,
    "touch": MappedRows._touch,
    "order": MappedRows._order,
    "consent": MappedRows._consent,
    "spend": MappedRows._spend,
    "offer": MappedRows._offer,
    "judgement": MappedRows._judgement,
    "labelled_group": MappedRows._labelled_group,
    "true_person": MappedRows._true_person,
}


def _all(value: str | None, n_rows: int) -> pa.Array:
    return pa.array([value], pa.string()).take(pa.array(np.zeros(n_rows, dtype=np.int64)))
