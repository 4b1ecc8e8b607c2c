"""What converts: credit by channel, model and baselines, segments, paths, lifetime value."""

from __future__ import annotations

from typing import Any

import pandas as pd

from journey_research.engine import Table

from .estimates import TOO_FEW
from .tables import named, rows_of, told_unit
from .words import NOT_KNOWN, Finding, Sentence, is_known, number, plain, ranged, span, things

ALL_ALIVE = 0.9995  # more is told as 100.0 %, which no model can know
DECILE_COLUMNS = [
    "tenth (10: most expected)", "customers", "purchases expected", "came (95 in 100)", "amount expected",
    "came in (95 in 100)",
]  # fmt: skip
BASELINES = ("_base_rate", "_one_feature", "_converted_before")


def conversion_answer(headlines: Table) -> Sentence:
    """How many journeys convert and which channel leads, in one sentence."""
    rows = {row["headline"]: row for row in rows_of(headlines, "select * from this")}
    rate, leader = rows.get("conversion_rate"), rows.get("leading_channel_share")
    if rate is None or rate["value"] is None:
        return Sentence(
            "There are no journeys in this environment yet, so nothing can be said about conversion."
        )
    said = rate["sentence"].rstrip(".")
    if inside := span(rate["low"], rate["high"], "share"):
        said += f" (sampling: {inside})"
    if leader is None or leader["value"] is None:
        return Sentence(f"{said}; there are no conversions to credit yet.")
    return Sentence(f"{said}. {leader['sentence']}")


def credits_table(credits: Table) -> pd.DataFrame:
    """Share of conversions by channel: a column a model, with its sampling range in brackets.

    Returns:
        One row per channel, by its highest share: ``channel``, the models by name, and the range of
        identity (the smallest and largest share over all models and variants of identity).
    """
    rows = rows_of(credits, "select * from this where share is not null order by model, channel")
    models = sorted({row["model"] for row in rows})
    channels = sorted(
        {row["channel"] for row in rows},
        key=lambda channel: (-max(row["share"] or 0 for row in rows if row["channel"] == channel), channel),
    )
    shown = []
    for channel in channels:
        mine = {row["model"]: row for row in rows if row["channel"] == channel}
        cells = {
            plain(model): ranged(mine[model]["share"], mine[model]["low"], mine[model]["high"], "share")
            if model in mine
            else "-"
            for model in models
        }
        lows = [row["identity_low"] for row in mine.values() if row["identity_low"] is not None]
        highs = [row["identity_high"] for row in mine.values() if row["identity_high"] is not None]
        identity = span(min(lows), max(highs), "share") if lows and highs else NOT_KNOWN
        shown.append({"channel": plain(channel), **cells, "identity, all models": identity})
    return pd.DataFrame(shown, columns=["channel", *map(plain, models), "identity, all models"])


def model_table(conversion_metrics: Table) -> pd.DataFrame:
    """The propensity model beside its baselines, on test examples.

    Args:
        conversion_metrics: Contract ``Metrics``; a baseline's figure ends in its name.

    Returns:
        One row per measure: ``measure``, ``model (95 in 100)``, a column a baseline, ``n``.
    """
    rows = {row["metric"]: row for row in rows_of(conversion_metrics, "select * from this order by metric")}
    shown = []
    for name, row in rows.items():
        if not is_known(row["value"]) or any(name == f"{other}{end}" for other in rows for end in BASELINES):
            continue
        unit = told_unit(row)
        beside = [_told(rows[name + end], unit) if name + end in rows else "-" for end in BASELINES]
        shown.append((named(name), _told(row, unit), *beside, number(row["n"])))
    return pd.DataFrame(shown, columns=["measure", "model (95 in 100)", *map(_column, BASELINES), "n"])


def _told(row: dict[str, Any], unit: str) -> str:
    return ranged(row["value"], row["low"], row["high"], unit)


def _column(ending: str) -> str:
    return plain(ending).strip()


def segments_table(segment_profiles: Table) -> pd.DataFrame:
    """Segments of persons, the largest first; the means are of all its persons, not of a sample."""
    shown = []
    for row in rows_of(segment_profiles, "select * from this order by n_persons desc, segment"):
        main = plain(row["main_channel"]) if row["main_channel"] else "-"
        share = f" ({number(row['main_channel_share'], 'share')})" if row["main_channel"] else ""
        shown.append(
            (
                plain(row["segment"]),
                number(row["n_persons"]),
                number(row["touches_mean"], "amount"),
                number(row["outcomes_mean"], "amount"),
                number(row["amount_mean"], "amount") if row["amount_share"] is not None else "-",
                main + share,
            )
        )
    columns = ["segment", "persons", "touches each", "conversions each", "amount each", "main channel"]
    return pd.DataFrame(shown, columns=columns)


def top_paths(paths: Table, n_paths: int) -> pd.DataFrame:
    """The most frequent paths: ``path``, ``journeys``, ``converted (95 in 100)``.

    The range is Wilson's, as if journeys came one by one; a person's journeys come together, so the
    true one is a little wider.
    """
    rows = rows_of(
        paths,
        "select path, n_conversions, n_conversions + n_nulls as n from this where variant = 'chosen' "
        "order by n desc, path limit $n_paths",
        n_paths=n_paths,
    )
    shown = []
    for row in rows:
        low, high = wilson(row["n_conversions"], row["n"])
        rate = row["n_conversions"] / row["n"] if row["n"] else None
        shown.append((_shortened(row["path"]), number(row["n"]), ranged(rate, low, high, "share")))
    return pd.DataFrame(shown, columns=["path", "journeys", "converted (95 in 100)"])


def lifetime_answer(lifetime_values: Table) -> Sentence:
    """What is expected of the customers, for how long, in one sentence."""
    row = rows_of(
        lifetime_values,
        "select count(*) as n, avg(alive_probability) as alive, "
        "cast(sum(cast(expected_purchases as decimal(18, 6))) as double) as purchases, "
        "cast(sum(cast(expected_amount as decimal(18, 6))) as double) as amount, "
        "count(expected_amount) as n_priced, max(horizon_weeks) as weeks from this",
    )[0]
    if not row["n"]:
        return Sentence(
            "No orders here, or too few people who bought twice, so no lifetime value can be expected."
        )
    amount = f", worth {number(row['amount'], 'amount')}" if row["n_priced"] else ""
    alive = f"{number(row['alive'], 'share')} are expected still to be customers"
    if row["alive"] >= ALL_ALIVE:
        alive = "none is seen to stop, which takes a longer time than these data cover"
    return Sentence(
        f"Of {things(row['n'], 'person', 'persons')} who have bought, {alive}; in the "
        f"{row['weeks']:g} weeks ahead {number(row['purchases'])} purchases are expected of them{amount}. "
        "These are expectations of a model, without a range of their own."
    )


def held_out_finding(value_deciles: Table) -> Finding:
    """How the lifetime model did on a time that it never saw, in one sentence.

    Args:
        value_deciles: Contract ``ValueDeciles``.
    """
    rows = rows_of(value_deciles, "select * from this order by measure, tenth")
    told = [row for row in rows if row["measure"] == "purchases" and is_known(row["observed"])]
    if not told:
        return Finding(
            "Too few to say how well the model foresees: it takes more customers, and more who bought twice."
        )
    said, came = (sum(row["n"] * row[name] for row in told) for name in ("expected", "observed"))
    right = _inside(told)
    amounts = [row for row in rows if row["measure"] == "amount" and is_known(row["observed"])]
    worth = by_amount = ""
    if amounts:
        by_amount = f" (by amount, in {_inside(amounts)})"
        brought, hoped = (
            number(sum(row["n"] * row[name] for row in amounts), "amount")
            for name in ("observed", "expected")
        )
        worth = f", worth {brought} where {hoped} were expected"
    return Finding(
        f"Fitted without the last {told[0]['held_out_weeks']:.1f} weeks, the model expected "
        f"{number(said)} purchases in them and {number(came)} came{worth}; in {right} of "
        f"{things(len(told), 'tenth')} of the customers what was expected lies inside the range of what "
        f"came{by_amount}."
    )


def _inside(rows: list[dict[str, Any]]) -> int:
    return sum(row["low"] <= row["expected"] <= row["high"] for row in rows)


def deciles_table(value_deciles: Table) -> pd.DataFrame:
    """Tenths of the customers by what was expected of them, the most first; means a customer.

    Args:
        value_deciles: Contract ``ValueDeciles``.

    Returns:
        One row per tenth: ``tenth``, ``customers``, and expected and come purchases and amounts.
    """
    rows = {
        (row["measure"], row["tenth"]): row
        for row in rows_of(value_deciles, "select * from this order by measure, tenth")
    }
    shown = []
    for tenth in sorted({tenth for _, tenth in rows}, reverse=True):
        bought, worth = (rows.get((measure, tenth)) for measure in ("purchases", "amount"))
        if bought:
            shown.append((f"{tenth}", number(bought["n"]), *_come(bought, "amount"), *_come(worth, "amount")))
    return pd.DataFrame(shown, columns=DECILE_COLUMNS)


def _come(row: dict[str, Any] | None, unit: str) -> tuple[str, str]:
    if row is None:
        return "-", "-"
    came = ranged(row["observed"], row["low"], row["high"], unit) if is_known(row["observed"]) else TOO_FEW
    return number(row["expected"], unit), came


def wilson(successes: int, trials: int) -> tuple[float | None, float | None]:
    """Wilson's 95 % interval of a share; nulls without trials.

    Source:
        Wilson (1927), J. Am. Stat. Assoc. 22, 209-212.

    Example:
        >>> [round(end, 3) for end in wilson(5, 10)]
        [0.237, 0.763]
    """
    if not trials:
        return None, None
    z = 1.959964
    share, spread = successes / trials, z * z / trials
    centre = (share + spread / 2) / (1 + spread)
    half = z / (1 + spread) * (share * (1 - share) / trials + spread / trials / 4) ** 0.5
    return max(centre - half, 0.0), min(centre + half, 1.0)


def _shortened(path: str) -> str:
    steps = [plain(step) for step in path.split(" > ")]
    if len(steps) > 6:
        steps = [*steps[:3], f"... {len(steps) - 5} more ...", *steps[-2:]]
    return " > ".join(steps)
