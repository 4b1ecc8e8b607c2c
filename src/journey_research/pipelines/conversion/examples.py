"""What was known at a cut-off, and what happened in the horizon after it.

Context: a model that is tested on persons or days it has seen looks better than it is. Choice: a
grid of cut-offs; the last ones and a share of the persons are the test, training ends a whole
horizon before the first test cut-off, and no person is in both. Given up: the examples between.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from journey_research.engine import Table, run_sql

from .features import DAY_US, gather_features


@dataclass(frozen=True)
class ExampleRule:
    """Where the cut-offs lie, and who is kept for the test.

    Attributes:
        step_days: Days between two cut-offs.
        horizon_days: Days after a cut-off in which a conversion counts.
        history_days: A person is an example with a touch or order in so many days before.
        n_cut_offs: Most cut-offs, the last of them one horizon before the run's as_of.
        n_test_cut_offs: How many of the last ones are the test.
        test_share: Share of persons who are the test, 0 to 1.
        split_seed: Seed of the draw of test persons.
    """

    step_days: int = 14
    horizon_days: int = 14
    history_days: int = 90
    n_cut_offs: int = 12
    n_test_cut_offs: int = 2
    test_share: float = 0.3
    split_seed: int = 1

    def __post_init__(self) -> None:
        for name in ("step_days", "horizon_days", "n_cut_offs"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name} is {getattr(self, name)}; at least 1")
        if self.history_days < 30:
            raise ValueError(f"history_days is {self.history_days}; features look back 30 days")
        if not 0 <= self.n_test_cut_offs < self.n_cut_offs:
            raise ValueError(f"n_test_cut_offs is {self.n_test_cut_offs}; 0 to below n_cut_offs")
        if not 0 <= self.test_share <= 1:
            raise ValueError(f"test_share is {self.test_share}; a share lies between 0 and 1")

    @property
    def test_below(self) -> str:
        """Persons whose hash, eight hexadecimal digits, sorts before this text are the test."""
        return below_share(self.test_share)


def below_share(share: float) -> str:
    """The text before which ``share`` of all eight-digit hexadecimal numbers sort.

    Example:
        >>> below_share(0.5), below_share(1.0)
        ('80000000', 'g')
    """
    return "g" if share >= 1 else f"{int(share * 2**32):08x}"


def list_cut_offs(as_of: datetime, rule: ExampleRule) -> list[tuple[datetime, str]]:
    """Cut-offs with their period: train, test, current, or left out.

    Example:
        >>> rule = ExampleRule(step_days=7, horizon_days=14, n_cut_offs=4, n_test_cut_offs=1)
        >>> for at, period in list_cut_offs(datetime(2025, 3, 1), rule):
        ...     print(at.date(), period)
        2025-01-25 train
        2025-02-01 train
        2025-02-08 left out
        2025-02-15 test
        2025-03-01 current
    """
    horizon, step = timedelta(days=rule.horizon_days), timedelta(days=rule.step_days)
    grid = [as_of - horizon - step * back for back in reversed(range(rule.n_cut_offs))]
    tests = grid[rule.n_cut_offs - rule.n_test_cut_offs :]
    until = tests[0] if tests else as_of
    listed = [(at, "train" if at + horizon <= until else "left out") for at in grid if at not in tests]
    return [*listed, *((at, "test") for at in tests), (as_of, "current")]


def build_examples(
    journey_touches: Table, outcomes: Table, orders: Table, people: Table, as_of: Table, rule: ExampleRule
) -> Table:
    """Put persons at cut-offs, with what was known before and what happened after.

    Args:
        journey_touches: n rows, contract ``JourneyTouches``.
        outcomes: m rows, contract ``Outcomes``.
        orders: l rows, contract ``Orders``.
        people: k rows, contract ``People``.
        as_of: 1 row, contract ``AsOf``; without one there are no examples.
        rule: Where the cut-offs lie.

    Returns:
        Contract ``Examples``, sorted by key. Features are from strictly before the cut-off,
        ``is_converted`` from after it up to and with the end of the horizon, null at ``as_of``.
    """
    cut_offs = _cut_offs(as_of, rule)
    features = gather_features(journey_touches, outcomes, orders, people, cut_offs, rule.history_days)
    return run_sql(
        "examples.sql",
        features=features,
        outcomes=outcomes,
        cut_offs=cut_offs,
        horizon_us=rule.horizon_days * DAY_US,
        split_seed=rule.split_seed,
        test_below=rule.test_below,
    )


def _cut_offs(as_of: Table, rule: ExampleRule) -> Table:
    import pyarrow as pa

    (at,) = as_of.query("select max(as_of) from this").first_row()
    listed = list_cut_offs(at, rule) if at is not None else []
    schema = pa.schema([("cut_off_at", pa.timestamp("us")), ("period", pa.string())])
    kept = [(moment, period) for moment, period in listed if period != "left out"]
    return Table.from_arrow(
        pa.Table.from_pydict(
            {"cut_off_at": [moment for moment, _ in kept], "period": [period for _, period in kept]}, schema
        )
    )
