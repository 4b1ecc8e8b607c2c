"""Recency, frequency, monetary value: the oldest segmentation of buyers, and one that needs no model.

Context: fifths of a count that is mostly 1 cannot all be of one size. Choice: equal values have equal
scores, those of the lowest place among them, so a person's score depends on no one's id. Given up:
fifths of equal size; with ties a score may be empty.
"""

from __future__ import annotations

from journey_research.engine import Table, run_sql


def score_rfm(outcomes: Table, as_of: Table) -> Table:
    """Score buyers from 1 to 5 by how lately, how often and for how much they converted.

    Args:
        outcomes: n rows, contract ``Outcomes``; any order.
        as_of: The instant the run looks from; later outcomes do not count.

    Returns:
        Contract ``Rfm``, one row per person with an outcome. The score is 1 plus five times the share
        of persons who lie strictly below, rounded down.

    Source:
        Hughes (1994), "Strategic database marketing".
    """
    return run_sql("rfm.sql", outcomes=outcomes, as_of=as_of)


def count_rfm_cells(rfm: Table) -> Table:
    """Persons, outcomes and amount by the three scores.

    Args:
        rfm: n rows, contract ``Rfm``.

    Returns:
        Contract ``RfmCells``; at most 125 rows, which add up to all persons.
    """
    return run_sql("rfm_cells.sql", rfm=rfm)
