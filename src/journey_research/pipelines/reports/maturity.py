"""How far a business is: a checklist that the run answers from its own tables.

Context: advice to go on step by step until the business works by journeys is a text, and a text says
yes to everything. Choice: each question has a figure of this run and the least that is a yes; a share
that is an estimate says yes only with the low end of its range, no only with the high end, and is not
known in between or without observations. Given up: a score: the answers are of different kinds, and no
weight of one against another is anybody's knowledge.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

import pandas as pd

from journey_research.engine import Table

YES, NO, NOT_KNOWN = "yes", "no", "not known"
COLUMNS = ["topic", "question", "answer", "figure", "unit", "value", "low", "high", "least", "n"]
AREAS = {
    "post_sale": "Is what comes after the sale seen?",
    "contact_centre": "Are calls and questions to service seen?",
    "store": "Are visits to the store seen?",
}
Figures = tuple[float | None, float | None, float | None, int]


@dataclass(frozen=True)
class MaturityRule:
    """From which figure on a question is answered with yes.

    Attributes:
        systems: Data classes of the systems in which customers leave traces.
        least_fresh_share: Share of sources with a cadence that are not late, 0 to 1.
        least_asked_share: Share of known persons who were asked for consent on some channel, 0 to 1.
        least_judgements: Pairs of records that people judged.
        least_precision: Of linked pairs with a name, those that are one person, 0 to 1.
        least_own_share: Share of touches that walk in a journey of a person who is known, 0 to 1.
        least_test_share: Share of persons whom we may approach who are acted on by lot, 0 to 1.
        experiment_channel: Channel under which the arms of past experiments are told.
    """

    systems: tuple[str, ...]
    least_fresh_share: float = 1.0
    least_asked_share: float = 0.5
    least_judgements: int = 200
    least_precision: float = 0.95
    least_own_share: float = 0.5
    least_test_share: float = 0.05
    experiment_channel: str = "experiment"

    def __post_init__(self) -> None:
        object.__setattr__(self, "systems", tuple(self.systems))
        if not self.systems or len(set(self.systems)) < len(self.systems):
            raise ValueError("systems names each data class once, and at least one")
        for name in [field.name for field in fields(self) if field.type == "float"]:
            if not 0 < getattr(self, name) <= 1:
                raise ValueError(f"{name} is above 0, and 1 at most")
        if self.least_judgements < 1:
            raise ValueError("least_judgements is at least 1")


def check_maturity(
    source_files: Table,
    freshness: Table,
    consents: Table,
    permissions: Table,
    honoured_refusals: Table,
    identity_metrics: Table,
    stitching_counts: Table,
    coverage_warnings: Table,
    decisions: Table,
    channels: Table,
    rule: MaturityRule,
) -> pd.DataFrame:
    """Answer the checklist.

    Args:
        source_files: Contract ``SourceFiles``.
        freshness: Contract ``Freshness``.
        consents: Contract ``Consents``.
        permissions: Contract ``Permissions``.
        honoured_refusals: Contract ``HonouredRefusals``.
        identity_metrics: Contract ``Metrics``.
        stitching_counts: Contract ``StitchingCounts``.
        coverage_warnings: Contract ``CoverageWarnings``.
        decisions: Contract ``Decisions``.
        channels: Contract ``Channels``.
        rule: What is enough.

    Returns:
        Contract ``Maturity``, one row per question, in the order in which data become decisions. Empty
        tables answer ``no`` where nothing there is the answer, and ``not known`` elsewhere.
    """
    rows = [
        _systems(source_files, rule),
        _fresh(freshness, rule),
        _of_count("consent", "Is there a log of consents?", "statements", _n(consents), 1, 0),
        _asked(permissions, rule),
        _honoured(honoured_refusals),
        *_truth(identity_metrics, rule),
        _own(stitching_counts, rule),
        *(_seen(coverage_warnings, area, question) for area, question in AREAS.items()),
        _tested(decisions, rule),
        _experiments(channels, rule),
        ("decisions", "Is it known what became of decisions?", NOT_KNOWN,
         "decisions that a source says were carried out", "count", None, None, None, None, 0),
    ]  # fmt: skip
    told = pd.DataFrame(rows, columns=COLUMNS)
    told.insert(0, "position", range(1, len(told) + 1))
    texts = dict.fromkeys(("topic", "question", "answer", "figure", "unit"), "str")
    numbers = dict.fromkeys(("value", "low", "high", "least"), "float64")
    return told.astype({**texts, **numbers, "position": "int64", "n": "int64"})


def answer_share(low: float | None, high: float | None, least: float) -> str:
    """Yes where even the low end is enough, no where not even the high end is.

    Example:
        >>> answer_share(0.6, 0.7, 0.5), answer_share(0.3, 0.4, 0.5), answer_share(0.4, 0.6, 0.5)
        ('yes', 'no', 'not known')
        >>> answer_share(None, None, 0.5)
        'not known'
    """
    if low is None or high is None:
        return NOT_KNOWN
    if low >= least:
        return YES
    return NO if high < least else NOT_KNOWN


def _of_count(topic: str, question: str, figure: str, value: int, least: float, n: int) -> tuple[object, ...]:
    answer = YES if value >= least else NO
    return (topic, question, answer, figure, "count", value, None, None, least, n or value)


def _of_share(topic: str, question: str, figure: str, hits: int, n: int, least: float) -> tuple[object, ...]:
    """Of all there are, so without a range."""
    share = hits / n if n else None
    return (
        topic, question, answer_share(share, share, least), figure, "share", share, None, None, least, n,
    )  # fmt: skip


def _n(table: Table) -> int:
    return int(table.query("select count(*) from this").first_row()[0])


def _systems(source_files: Table, rule: MaturityRule) -> tuple[object, ...]:
    read = source_files.query("select distinct data_class from this where n_accepted > 0 order by data_class")
    found = {row["data_class"] for row in read.to_arrow().to_pylist()}
    n = len(rule.systems)
    return _of_count(
        "data", f"Are all {n} systems read in which customers leave traces?", "systems read",
        len(found & set(rule.systems)), n, n,
    )  # fmt: skip


def _fresh(freshness: Table, rule: MaturityRule) -> tuple[object, ...]:
    # A source that says how often it comes and never came is as late as one can be.
    hits, n = freshness.query(
        "select count(case when not is_stale and newest_at is not null then 1 end), count(*) from this "
        "where allowed_days is not null"
    ).first_row()
    return _of_share(
        "data", "Do sources come as often as they say?", "sources not late", hits, n, rule.least_fresh_share
    )


def _asked(permissions: Table, rule: MaturityRule) -> tuple[object, ...]:
    hits, n = permissions.query(
        "select count(distinct case when basis <> 'never asked' then person_id end), "
        "count(distinct person_id) from this"
    ).first_row()
    return _of_share(
        "consent", "Were known persons asked whether they may be approached?", "known persons asked", hits, n,
        rule.least_asked_share,
    )  # fmt: skip


def _honoured(honoured_refusals: Table) -> tuple[object, ...]:
    violations, n = honoured_refusals.query(
        "select cast(coalesce(sum(n_violations), 0) as bigint), "
        "cast(coalesce(sum(n_approached), 0) as bigint) from this"
    ).first_row()
    answer = NOT_KNOWN if not n else YES if not violations else NO
    return (
        "consent", "Is nobody approached where any of their records refuses?", answer,
        "decisions against a refusal", "count", violations if n else None, None, None, None, n,
    )  # fmt: skip


def _truth(identity_metrics: Table, rule: MaturityRule) -> tuple[tuple[object, ...], ...]:
    told = {
        row["metric"]: row
        for row in identity_metrics.query("select * from this order by metric").to_arrow().to_pylist()
    }
    judged = told.get("n_judgements", {}).get("value") or 0
    row = told.get("pairwise_precision_named") or {"value": None, "low": None, "high": None, "n": 0}
    sample = _of_count(
        "identity",
        "Have people judged a sample of pairs?",
        "judgements",
        int(judged),
        rule.least_judgements,
        0,
    )
    right = answer_share(row["low"], row["high"], rule.least_precision)
    return sample, (
        "identity", "Is the linking right where the truth is known?", right,
        "linked pairs with a name that are right", "share", row["value"], row["low"], row["high"],
        rule.least_precision, row["n"],
    )  # fmt: skip


def _own(stitching_counts: Table, rule: MaturityRule) -> tuple[object, ...]:
    hits, n = stitching_counts.query(
        "select cast(coalesce(sum(case when reason in ('joined', 'known record') then n_touches end), 0) "
        "as bigint), cast(coalesce(sum(n_touches), 0) as bigint) from this"
    ).first_row()
    return _of_share(
        "journeys", "Is it known whose touches they are?", "touches of known persons", hits, n,
        rule.least_own_share,
    )  # fmt: skip


def _seen(coverage_warnings: Table, area: str, question: str) -> tuple[object, ...]:
    rows = coverage_warnings.query(
        "select status, interaction_share, low, high, min_share, n_interactions from this "
        f"where area = '{area}'"
    )
    told = [tuple(row.values()) for row in rows.to_arrow().to_pylist()]
    figure = "interactions of that kind"
    if not told:
        return ("journeys", question, NOT_KNOWN, figure, "share", None, None, None, None, 0)
    status, *numbers = told[0]
    answer = {"covered": YES, "unsure": NOT_KNOWN}.get(status, NO)
    return ("journeys", question, answer, figure, "share", *numbers)


def _tested(decisions: Table, rule: MaturityRule) -> tuple[object, ...]:
    hits, n = decisions.query(
        "select count(case when arm = 'random' then 1 end), "
        "count(case when reason not in ('no permission', 'not scored') then 1 end) from this"
    ).first_row()
    return _of_share(
        "decisions", "Is a share of decisions under test?",
        "persons who could be approached, acted on by lot", hits, n, rule.least_test_share,
    )  # fmt: skip


def _experiments(channels: Table, rule: MaturityRule) -> tuple[object, ...]:
    told = channels.query(
        "select channel, n_touches from this where channel is not null order by channel, tactic nulls first"
    )
    n = sum(
        row["n_touches"] for row in told.to_arrow().to_pylist() if row["channel"] == rule.experiment_channel
    )
    return _of_count(
        "decisions", "Was an experiment run whose arms are in the data?", "persons given an arm", n, 1, 0
    )
