"""What sources promise of their own plausibility, and whether their touches keep it.

A file can be whole in form and wrong in sense: keys that were scrambled when it was exported tie the
right events to the wrong people, and no rule on a single row sees it.
"""

from __future__ import annotations

import logging
from typing import Any

import pyarrow as pa

from journey_research.engine import Table, run_sql
from journey_research.errors import UserError

from .language.mapping_promises import PROMISES
from .mapped_schemas import MAPPED
from .mapping import SourceMapping

LOG = logging.getLogger("journey_research")
_MEANING = {
    "last_of_record": "are the last of their record",
    "first_of_record": "are the first of their record",
    "preceded_by": "have an earlier '{earlier_action}' touch of their record",
}


def promises_of(mapping: SourceMapping) -> pa.Table:
    """A row for each promise of a source."""
    rows = []
    for told in mapping.expects:
        kind = next(word for word in PROMISES if told.get(word) is not None)
        rows.append(
            {
                "source": mapping.source,
                "promise": kind,
                "action": told[kind]["action"],
                "earlier_action": told[kind].get("earlier"),
                "promised_share": format(float(told["share"]), "f"),
                "stops_run": mapping.expects_breach == "stop",
            }
        )
    return pa.Table.from_pylist(rows, schema=MAPPED["promises"])


def check_expectations(promises: Table, touches: Table) -> Table:
    """Hold the touches against what their sources promised.

    Args:
        promises: k rows, contract ``PROMISES``.
        touches: n rows, contract ``TOUCHES``. Bots' touches are left out.

    Returns:
        k rows, contract ``EXPECTATIONS``. Touches of one instant are all last, or first, together:
        nobody knows their order, and days are instants too. A promise about touches that there are
        none of is neither kept nor broken; ``seen_share`` is null and ``is_kept`` true.
    """
    return run_sql("expectations.sql", promises=promises, touches=touches)


def gate_expectations(expectations: Table) -> Table:
    """Stop the run where a source breaks a promise, or warn where its mapping asks for no more.

    Args:
        expectations: Contract ``EXPECTATIONS``.

    Returns:
        One row per source that promises something, contract ``PROMISE_QUALITY``.

    Raises:
        UserError: Names every promise that is broken, a line each.
    """
    order = "select * from this order by source, promise, action, earlier_action nulls first"
    broken = []
    for row in expectations.query(order).to_arrow().to_pylist():
        if not row["n_touches"]:
            LOG.warning("%s: promises something of '%s' touches and has none", row["source"], row["action"])
        elif not row["is_kept"] and row["stops_run"]:
            broken.append(_breach(row))
        elif not row["is_kept"]:
            LOG.warning("%s", _breach(row))
    if broken:
        raise UserError(
            "\n".join(broken), do="ask the owner of the export, or say 'expects_breach: warn' in the mapping"
        )
    return expectations.query(
        "select source, cast(count(*) as bigint) as n_promises, "
        "cast(sum(case when is_kept then 0 else 1 end) as bigint) as n_broken from this group by source"
    )


def _breach(row: dict[str, Any]) -> str:
    return (
        f"{row['source']}: only {row['seen_share']:.0%} of {row['n_touches']:,} '{row['action']}' touches "
        f"{_MEANING[row['promise']].format(**row)} (at least {row['promised_share']:.0%} is promised): "
        "record keys may be scrambled"
    )
