import logging

import pyarrow as pa
import pytest
from held_exports import held, mapping, read

from journey_research import contracts
from journey_research.engine import Table
from journey_research.errors import TooManyRejects
from journey_research.pipelines.ingestion.gating import RejectRule, gate_rejects
from journey_research.pipelines.ingestion.looking_back import AsOfRule, set_as_of
from journey_research.pipelines.ingestion.reading import REJECTED_COLUMNS, SOURCE_FILE_COLUMNS


def rejects(*told):
    rows = [
        {
            "source": "web",
            "file_name": "a.csv",
            "file_sha256": "0" * 64,
            "row_number": row,
            "column": column,
            "rule": rule,
        }
        for column, rule, numbers in told
        for row in numbers
    ]
    return Table.from_arrow(pa.Table.from_pylist(rows, schema=pa.schema(list(REJECTED_COLUMNS.items()))))


def files(n_rows, n_rejected):
    rows = [{"source": "web", "n_rows": n_rows, "n_rejected": n_rejected}]
    return Table.from_arrow(pa.Table.from_pylist(rows, schema=pa.schema(list(SOURCE_FILE_COLUMNS.items()))))


RULE = RejectRule({"default": 0.01})


def test_too_many_rejects_say_what_where_and_what_to_do():
    rejected = rejects(
        ("ts", "ends in Z or an offset", range(17, 17 + 398)),
        ("visitor", "is present", range(5201, 5201 + 14)),
    )

    with pytest.raises(TooManyRejects) as raised:
        gate_rejects(rejected, files(10_000, 412), RULE)

    assert str(raised.value) == (
        "web: 412 of 10,000 rows set aside (4.12%; at most 1.00% is agreed).\n"
        "  ts ends in Z or an offset: broken by 398, first in row 17\n"
        "  visitor is present: broken by 14, first in row 5,201\n"
        "Every row is listed in 'rejected'. Ask the owner of the export; if the change is meant, "
        "raise max_rejected_share.web and write down why."
    )


def test_few_rejects_are_one_line_of_warning(caplog):
    with caplog.at_level(logging.WARNING, logger="journey_research"):
        quality = gate_rejects(rejects(("ts", "ends in Z or an offset", [17])), files(10_000, 1), RULE)

    assert [one.getMessage() for one in caplog.records] == [
        "web: 1 of 10,000 rows set aside (0.01%; at most 1.00% is agreed): "
        "ts ends in Z or an offset, first in row 17; see 'rejected'"
    ]
    assert quality.to_arrow().to_pylist() == [
        {"source": "web", "n_rows": 10_000, "n_rejected": 1, "max_rejected_share": 0.01}
    ]


def test_exactly_the_agreed_share_is_agreed():
    rejected = rejects((None, "has 3 columns", range(1, 101)))

    gate_rejects(rejected, files(10_000, 100), RULE)
    with pytest.raises(TooManyRejects, match="row has 3 columns"):
        gate_rejects(rejected, files(9_999, 100), RULE)
    gate_rejects(rejected, files(9_999, 100), RejectRule({"default": 0.0, "web": 0.5}))


def test_no_sources_no_quality():
    empty = read()
    told = gate_rejects(
        *(Table.from_arrow(pa.Table.from_pylist(empty[name], schema=pa.schema(list(columns.items()))))
          for name, columns in (("rejected", REJECTED_COLUMNS), ("source_files", SOURCE_FILE_COLUMNS))),
        RULE,
    )  # fmt: skip
    assert told.columns == list(contracts.SOURCE_QUALITY.columns)
    assert told.count() == 0


@pytest.mark.parametrize("shares", [{}, {"default": 1.5}, {"default": 0.1, "web": -1}])
def test_a_share_that_is_none_is_refused(shares):
    with pytest.raises(ValueError, match="max_rejected_share"):
        RejectRule(shares)


def tables(data):
    from journey_research.pipelines.ingestion.reading import OUTPUTS, read_sources

    exports = [held("web", mapping(), data)] if data else []
    told = dict(zip(OUTPUTS, read_sources(exports, b"0123456789abcdef"), strict=True))
    return [told[name] for name in ("touches", "orders", "consents")]


VISITS = b"visitor,ts\nada,2025-01-06T10:00:00Z\nada,2025-01-07T10:00:00Z\n"


@pytest.mark.parametrize(
    ("data", "asked", "as_of"),
    [
        (VISITS, "", "2025-01-07 10:00:00"),
        (VISITS, "2025-01-06T12:00:00+02:00", "2025-01-06 10:00:00"),
        (b"", "", "1970-01-01 00:00:00"),
    ],
)
def test_now_is_the_last_instant_in_the_data(data, asked, as_of):
    told = set_as_of(*tables(data), AsOfRule(asked))

    assert [str(one["as_of"]) for one in told.to_arrow().to_pylist()] == [as_of]
