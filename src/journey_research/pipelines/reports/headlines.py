"""The three figures of the front page, each with what sampling, identity and the model can do to it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from journey_research.engine import Table

from .words import number, plain, span, things

if TYPE_CHECKING:
    Row = dict[str, Any]

COLUMNS = (
    "headline position sentence unit value low high identity_low identity_high model_low model_high n"
).split()
CHOSEN = "chosen"


@dataclass(frozen=True)
class HeadlineRule:
    """Which figures stand on the front page.

    Attributes:
        model: Attribution model that names the leading channel.
    """

    model: str

    def __post_init__(self) -> None:
        if not self.model:
            raise ValueError("model is empty; name an attribution model such as markov")


def state_headlines(
    persons: Table,
    people_variants: Table,
    journey_metrics: Table,
    paths: Table,
    credits: Table,
    rule: HeadlineRule,
) -> pd.DataFrame:
    """State three figures and what each range does to them.

    Args:
        persons: Contract ``Persons``.
        people_variants: Contract ``PeopleVariants``; who is who if we were more or less cautious.
        journey_metrics: Contract ``Metrics``; ``conversion_rate`` with its sampling interval.
        paths: Contract ``Paths``; conversions and open journeys by identity variant.
        credits: Contract ``Credits``.
        rule: Which model names the leading channel.

    Returns:
        3 rows, contract ``Headlines``: ``persons`` (count), ``conversion_rate`` (share of
        journeys), ``leading_channel_share`` (share of conversions). Null where the data cannot tell.
        An identity range is the smallest and largest value over the variants of identity, a model
        range over the attribution models, for the same channel.
    """
    rows = [
        _persons(persons, people_variants),
        _conversion_rate(journey_metrics, paths),
        _leading_channel(credits, paths, rule.model),
    ]
    frame = pd.DataFrame([{"position": place, **row} for place, row in enumerate(rows, start=1)])
    return frame.reindex(columns=COLUMNS)


def _persons(persons: Table, people_variants: Table) -> Row:
    n_records, n_persons = persons.query(
        "select cast(coalesce(sum(n_records), 0) as bigint), count(*) from this"
    ).first_row()
    low, high = people_variants.query(
        "select min(n), max(n) "
        "from (select variant, count(distinct person_id) as n from this group by variant)"
    ).first_row()
    sentence = f"Behind {things(n_records, 'source record')} we see {things(n_persons, 'person', 'persons')}."
    if not n_records:
        sentence = "There are no records in this environment yet."
    return {
        "headline": "persons",
        "sentence": sentence,
        "unit": "count",
        "value": float(n_persons) if n_records else None,
        "identity_low": low if n_records else None,
        "identity_high": high if n_records else None,
        "n": n_records,
    }


def _conversion_rate(journey_metrics: Table, paths: Table) -> Row:
    by_variant = {
        variant: (converted, journeys)
        for variant, converted, journeys in paths.query(
            "select variant, cast(sum(n_conversions) as bigint), "
            "cast(sum(n_conversions + n_nulls) as bigint) "
            "from this group by variant order by variant"
        )
        .relation()
        .fetchall()
    }
    converted, journeys = by_variant.get(CHOSEN, (0, 0))
    rates = [ended / all_ for ended, all_ in by_variant.values() if all_]
    measured = metric(journey_metrics, "conversion_rate")
    sentence = "No journeys yet: this environment has no touches, so there is no conversion rate."
    if journeys:
        sentence = (
            f"{number(converted / journeys, 'share')} of {things(journeys, 'journey')} ended in a conversion."
        )
    return {
        "headline": "conversion_rate",
        "sentence": sentence,
        "unit": "share",
        "value": converted / journeys if journeys else None,
        "low": measured["low"] if journeys else None,
        "high": measured["high"] if journeys else None,
        "identity_low": min(rates) if journeys else None,
        "identity_high": max(rates) if journeys else None,
        "n": journeys,
    }


def _leading_channel(credits: Table, paths: Table, model: str) -> Row:
    row: Row = {"headline": "leading_channel_share", "unit": "share", "n": 0}
    conversions = paths.query(
        "select cast(coalesce(sum(n_conversions), 0) as bigint) from this where variant = $chosen",
        chosen=CHOSEN,
    ).first_row()[0]
    leaders = (
        credits.query(
            "select channel, share, low, high, identity_low, identity_high from this "
            "where model = $model and share is not null order by share desc, channel limit 1",
            model=model,
        )
        .relation()
        .fetchall()
    )
    if not leaders:
        return {**row, "sentence": "No conversions yet, so no channel can be credited with any."}
    channel, share, low, high, identity_low, identity_high = leaders[0]
    model_low, model_high = credits.query(
        "select min(share), max(share) from this where channel = $channel", channel=channel
    ).first_row()
    sentence = (
        f"{plain(channel).capitalize()} leads: the {model_in_words(model)} model credits it with "
        f"{number(share, 'share')} of {things(conversions, 'conversion')}. "
        "Credit is not proof of an effect."
    )
    if share == 1:
        sentence = (
            f"{plain(channel).capitalize()} has all credit for {things(conversions, 'conversion')}: "
            "no other channel is in their paths, so this compares nothing."
        )
    return {
        **row,
        "sentence": sentence,
        "value": share,
        "low": low,
        "high": high,
        "identity_low": identity_low,
        "identity_high": identity_high,
        "model_low": model_low,
        "model_high": model_high,
        "n": conversions,
    }


def metric(metrics: Table, name: str) -> Row:
    """One figure of a metrics table: ``value``, ``low``, ``high``, ``n``; nulls where it is not there."""
    found = metrics.query("select value, low, high, n from this where metric = $name", name=name)
    rows = found.relation().fetchall()
    value, low, high, n = rows[0] if rows else (None, None, None, 0)
    return {"value": value, "low": low, "high": high, "n": n}


def model_in_words(model: str) -> str:
    """An attribution model as a reader writes it: Markov was a man, the others are words.

    Example:
        >>> model_in_words("markov"), model_in_words("time-decay")
        ('Markov', 'time-decay')
    """
    return "Markov" if model == "markov" else plain(model)


def ranges_in_words(row: Row) -> list[str]:
    """A headline's ranges, one line each; those that the data cannot tell are left out.

    Args:
        row: One row of contract ``Headlines``.

    Example:
        >>> ranges_in_words({"unit": "share", "low": 0.1, "high": 0.2, "identity_low": None})
        ['Sampling: 10.0% to 20.0%']
    """
    said = []
    for name, low, high in (
        ("Sampling", "low", "high"),
        ("Identity", "identity_low", "identity_high"),
        ("Model", "model_low", "model_high"),
    ):
        if inside := span(row.get(low), row.get(high), row["unit"]):
            said.append(f"{name}: {inside}")
    return said
