"""Values and identifiers in one form, with the reasons why some have none."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from .forms.code_words import countries, genders, languages
from .forms.distinct import one_array, over_distinct
from .forms.normalising import emails, is_rounded, names, phones, postal_codes
from .identifying import identifier_values

_IN_FORM = {
    "email": emails,
    "postal_code": postal_codes,
    "country": countries,
    "language": languages,
    "gender": genders,
}


def value_in_form(field: str, text: pa.Array, region: str | None) -> tuple[pa.Array, pa.Array]:
    """Personal values of records in form, and why some have none."""
    told = phones(text, region) if field == "phone" else _IN_FORM.get(field, names)(text)
    return told, _lost(text, told)


def identifier_in_form(kind: str, text: pa.Array, region: str | None) -> tuple[pa.Array, pa.Array]:
    """Identifiers in form, and why some have none; of lists, lists of those that have one."""
    if not pa.types.is_list(text.type):
        told = identifier_values(kind, text, region)
        return told, _lost(text, told)
    lists, each = text, one_array(text).flatten()
    told = identifier_values(kind, each, region)
    parents = pc.list_parent_indices(lists).to_numpy()
    lost_here = pc.if_else(pc.equal(pc.utf8_trim_whitespace(each), ""), None, each)
    reasons = _lost(lost_here, told)
    kept = told.is_valid().to_numpy(zero_copy_only=False)
    counts = np.bincount(parents[kept], minlength=len(lists))
    offsets = pa.array(np.concatenate([[0], np.cumsum(counts)]).astype(np.int32))
    first: pa.Array = pa.nulls(len(lists), pa.string())
    gone = np.flatnonzero(reasons.is_valid().to_numpy(zero_copy_only=False))
    if len(gone):
        places, firsts = np.unique(parents[gone], return_index=True)
        where = np.zeros(len(lists), dtype=bool)
        where[places] = True
        first = pc.replace_with_mask(first, pa.array(where), reasons.take(pa.array(gone[firsts])))
    return pa.ListArray.from_arrays(offsets, told.filter(pa.array(kept))), first


def _lost(text: pa.Array, told: pa.Array) -> pa.Array:
    """Why a text has no form: null where it has one, or where nothing stood."""
    if told.null_count == text.null_count:
        return pa.nulls(len(told), pa.string())
    gone = pc.and_(text.is_valid(), told.is_null())
    return over_distinct(pc.if_else(gone, text, pa.scalar(None, pa.string())), _reason)


def _reason(text: str) -> str:
    return "a spreadsheet has rounded it" if is_rounded(text) else "it has not the form of one"
