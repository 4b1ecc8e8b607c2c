"""Small tables that keep the contracts, for tests of every stage."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import numpy as np
import pyarrow as pa

from journey_research import contracts
from journey_research.engine import Table

MOMENT = datetime(2025, 3, 31, 12, 0)
TYPES = {
    "BOOLEAN": pa.bool_(),
    "BIGINT": pa.int64(),
    "DOUBLE": pa.float64(),
    "VARCHAR": pa.string(),
    "TIMESTAMP": pa.timestamp("us"),
    "DATE": pa.date32(),
    "DECIMAL(18,2)": pa.decimal128(18, 2),
}
PLAIN: dict[str, Any] = {
    "BOOLEAN": False,
    "BIGINT": 1,
    "DOUBLE": 0.5,
    "VARCHAR": "word",
    "TIMESTAMP": MOMENT,
    "DATE": MOMENT.date(),
    "DECIMAL(18,2)": Decimal("0.00"),
}
PATTERNS = {r"^[a-z][a-z0-9_]*:.+$": "crm:0", r"^person:[0-9a-f]+$": "person:0", r"^[A-Z]{3}$": "EUR"}
SHA = "0" * 64
METRICS = (
    "identity_metrics", "journey_metrics", "segment_metrics", "touchpoint_metrics", "conversion_metrics"
)  # fmt: skip


def table(name: str, *rows: dict[str, Any]) -> Table:
    """A table that has the columns and types of a contract.

    Args:
        name: Contract, as ``"TOUCHES"``.
        rows: What matters; the rest is filled in: null where the contract allows it, else the plainest
            value it allows. No row: an empty table.
    """
    contract = getattr(contracts, name)
    filling = {column: _filling(spec) for column, spec in contract.model.to_schema().columns.items()}
    for row in rows:
        if strange := set(row) - set(filling):
            raise KeyError(f"{name} has no {sorted(strange)}")
    schema = pa.schema([(column, TYPES[kind]) for column, kind in contract.columns.items()])
    filled = [{**filling, **row} for row in rows]
    return Table.from_arrow(pa.Table.from_pylist(filled, schema=schema))


def empty_world() -> dict[str, Table]:
    """Every table of every contract, with no rows; by dataset name. ``as_of`` has its one row."""
    made = {name.lower(): table(name) for name in dir(contracts) if name != "METRICS"}
    for name in METRICS:
        made[name] = table("METRICS")
    return {**made, "as_of": table("AS_OF", {"as_of": MOMENT})}


def broken_rules(name: str, told: Table) -> list[str]:
    """What a table breaks of its contract, in sentences."""
    contract = getattr(contracts, name)
    counts = told.query(contract.select("this")).query(contract.count_broken("this")).first_row()
    return contract.findings(counts)


def _filling(spec: Any) -> Any:
    if spec.nullable:
        return None
    for check in spec.checks:
        stats = check.statistics or {}
        if "allowed_values" in stats:
            allowed = sorted(stats["allowed_values"])
            return "profile" if "profile" in allowed else allowed[0]  # a record is a person's, not a firm's
        if "pattern" in stats:
            pattern = getattr(stats["pattern"], "pattern", stats["pattern"])
            return SHA if "{64}" in pattern else PATTERNS.get(pattern, "crm")
    from journey_research.contracts.table_contract import _sql_type

    return PLAIN[_sql_type(spec.dtype)]


def small_world(n_persons: int = 60, chance_seed: int = 1) -> dict[str, Table]:
    """Every table of a made-up month, small and in keeping with one another; by dataset name.

    It holds what the tables of a finished run hold, made up directly: no stage has computed it.
    """
    return _Month(n_persons, np.random.default_rng(chance_seed)).tables()


CHANNELS = ["email", "paid_search", "direct", "social", "store"]


class _Month:
    """A month of made-up people, a table a method."""

    def __init__(self, n_persons: int, chance: np.random.Generator) -> None:
        self.chance = chance
        self.records: list[dict[str, Any]] = []
        self.people: list[dict[str, Any]] = []
        self.journeys: list[dict[str, Any]] = []
        self.touches: list[dict[str, Any]] = []
        self.outcomes: list[dict[str, Any]] = []
        self.orders: list[dict[str, Any]] = []
        for number in range(n_persons):
            self._person(number)

    def _person(self, number: int) -> None:
        person_id = f"person:{number:04x}"
        for source in ("web", "crm", "shop")[: 1 + int(self.chance.integers(0, 3))]:
            record_id = f"{source}:{number:04x}"
            kind = "anonymous" if source == "web" else "profile"
            self.records.append({"record_id": record_id, "source": source, "kind": kind})
            self.people.append({"record_id": record_id, "person_id": person_id, "person_probability": 0.97})
        for _ in range(int(self.chance.integers(0, 4))):
            self._journey(number, person_id)

    def _journey(self, number: int, person_id: str) -> None:
        started = MOMENT - timedelta(minutes=int(self.chance.integers(60 * 24, 60 * 24 * 28)))
        n_touches = int(self.chance.integers(1, 6))
        channels = [
            CHANNELS[int(place)] for place in self.chance.choice(5, n_touches, p=[0.3, 0.25, 0.2, 0.15, 0.1])
        ]
        journey_id = f"web:{len(self.touches)}"
        for place, channel in enumerate(channels):
            self.touches.append(
                {
                    "touch_id": f"web:{len(self.touches)}",
                    "person_id": person_id,
                    "touched_at": started + timedelta(minutes=7 * place),
                    "session_id": journey_id,
                    "journey_id": journey_id,
                    "touch_number": place + 1,
                    "channel": channel,
                    "action": "page_viewed",
                }
            )
        ended = started + timedelta(minutes=7 * n_touches)
        converted = bool(self.chance.random() < 0.3)
        amount = Decimal(int(self.chance.integers(1000, 9000))) / 100
        outcome_id = f"shop:{len(self.orders)}" if converted else None
        if converted:
            common = {"person_id": person_id, "occurred_at": ended, "kind": "order", "outcome_amount": amount}
            self.outcomes.append({"outcome_id": outcome_id, **common})
            order = {
                "order_id": outcome_id,
                "record_id": f"web:{number:04x}",
                "ordered_at": ended,
                "status": "paid",
            }
            self.orders.append({**order, "source": "shop", "order_amount": amount, "channel": "web"})
        self.journeys.append(
            {
                "journey_id": journey_id,
                "person_id": person_id,
                "started_at": started,
                "ended_at": ended,
                "n_touches": n_touches,
                "outcome": "converted" if converted else "open",
                "outcome_id": outcome_id,
                "outcome_amount": amount if converted else None,
                "path": " > ".join(channels),
            }
        )

    def tables(self) -> dict[str, Table]:
        return {
            **empty_world(),
            "records": table("RECORDS", *self.records),
            "people": table("PEOPLE", *self.people),
            "journeys": table("JOURNEYS", *self.journeys),
            "journey_touches": table("JOURNEY_TOUCHES", *self.touches),
            "outcomes": table("OUTCOMES", *self.outcomes),
            "orders": table("ORDERS", *self.orders),
            "spend": self._spend(),
            "source_files": table("SOURCE_FILES", *self._source_files()),
            **self._identity(),
            **self._paths(),
            **self._conversion(),
            **self._decisions(),
        }

    def _spend(self) -> Table:
        first = date(2025, 3, 3)
        return table(
            "SPEND",
            *(
                {
                    "spend_id": f"ads:{day}",
                    "spent_date": first + timedelta(days=day),
                    "spent_amount": Decimal(20 + day),
                }
                for day in range(28)
            ),
        )

    def _source_files(self) -> list[dict[str, Any]]:
        return [
            {
                "source": source,
                "file_name": f"{source}.csv",
                "n_rows": n,
                "n_accepted": n - bad,
                "n_rejected": bad,
            }
            for source, n, bad in (("crm", 80, 1), ("shop", 60, 0), ("web", 400, 5))
        ]

    def _identity(self) -> dict[str, Table]:
        persons: dict[str, list[str]] = {}
        for row in self.people:
            persons.setdefault(row["person_id"], []).append(row["record_id"])
        variants = [
            {
                "variant": variant,
                "record_id": record_id,
                "person_id": person_id
                if variant != "cautious" or place == 0 or number % 5
                else f"{person_id}f{place}",
            }
            for variant in ("cautious", "chosen", "generous")
            for number, (person_id, record_ids) in enumerate(persons.items())
            for place, record_id in enumerate(record_ids)
        ]
        links = [
            {
                "record_id_a": min(record_ids[:2]),
                "record_id_b": max(record_ids[:2]),
                "rule": "dedupe" if number % 3 else "shared_identifier",
                "link_probability": 0.9,
                "is_accepted": number % 7 != 0,
                "refusal": None if number % 7 else "two_birth_dates",
            }
            for number, record_ids in enumerate(persons.values())
            if len(record_ids) > 1
        ]
        n = len(persons)
        thresholds = [
            {
                "threshold": step / 10,
                "is_chosen": step == 5,
                "n_persons": n - 12 + 3 * step,
                "precision_share": 1 - 0.5 ** (step + 1),
                "recall_share": 1 - (step / 11) ** 2,
            }
            for step in range(1, 10)
        ]
        figures = (
            ("pairwise_precision", 0.97, 0.94, 0.99),
            ("pairwise_recall", 0.91, 0.87, 0.94),
            ("pairwise_f1", 0.94, 0.91, 0.96),
            ("exact_match_pairwise_f1", 0.71, 0.66, 0.76),
        )
        return {
            "persons": table(
                "PERSONS",
                *(
                    {"person_id": who, "kind": "known", "n_records": len(held)}
                    for who, held in persons.items()
                ),
            ),
            "people_variants": table("PEOPLE_VARIANTS", *variants),
            "links": table("LINKS", *links),
            "identity_thresholds": table("IDENTITY_THRESHOLDS", *thresholds),
            "identity_metrics": table("METRICS", *map(_figure, figures)),
        }

    def _paths(self) -> dict[str, Table]:
        counts: dict[str, list[int]] = {}
        for row in self.journeys:
            counts.setdefault(row["path"], [0, 0])[row["outcome"] == "open"] += 1
        paths = [
            {"variant": variant, "path": path, "n_conversions": won + more * bool(won), "n_nulls": lost}
            for variant, more in (("cautious", 0), ("chosen", 0), ("generous", 1))
            for path, (won, lost) in counts.items()
        ]
        share = len(self.outcomes) / len(self.journeys)
        step = {
            "process": "cart",
            "n_cases": 400,
            "n_persons": 300,
            "affected_share": 0.3,
            "low": 0.25,
            "high": 0.35,
        }
        told = {"usual_share": 0.1, "excess_share": 0.2, "excess_low": 0.15, "excess_high": 0.25}
        stake = {"stake_amount": 900.5, "stake_low_amount": 700.0, "stake_high_amount": 1100.0}
        friction = [
            {
                **step,
                **told,
                **stake,
                "step": "page_viewed checkout/payment",
                "step_number": 2,
                "metric": "drop_off",
                "is_declared": True,
                "goals_at_stake": 80.0,
                "stake_rank": 1,
            },
            {**step, "step": "added_to_cart", "metric": "drop_off", "stake_rank": 2, "excess_share": None},
        ]
        fixes = [
            {
                **stake,
                "process": "cart",
                "step": "page_viewed checkout/payment",
                "metric": "drop_off",
                "is_declared": True,
                "excess_share": 0.2,
                "excess_low": 0.15,
                "excess_high": 0.25,
                "reach_share": 0.4,
                "n_cases": 400,
                "goals_at_stake": 80.0,
                "stake_each_amount": 11.26,
            },
        ]
        correlations = [
            {
                "measure_a": "shop ordered web",
                "source_a": "shop",
                "measure_b": "calls called",
                "source_b": "calls",
                "lag_weeks": 1,
                "rho": 0.2,
                "low": 0.15,
                "high": 0.25,
                "is_declared": True,
                "n_persons": 120,
            },
        ]
        profiles = [
            {"segment": "frequent buyers", "n_persons": 12, "touches_mean": 9.5, "outcomes_mean": 1.6,
             "amount_mean": 80.5, "main_channel": "email", "main_channel_share": 0.4,
             "person_share": 12 / 53, "amount_share": 0.84, "style": "much email"},
            {"segment": "lookers", "n_persons": 41, "touches_mean": 3.5, "outcomes_mean": 0.1,
             "amount_mean": 4.5, "main_channel": "paid_search", "main_channel_share": 0.5,
             "person_share": 41 / 53, "amount_share": 0.16, "style": "come by themselves"},
        ]  # fmt: skip
        choices = [
            {"method": "everybody", "n_segments": 1, "n": 53, "reason": "segments were found"},
            {"method": "kmeans", "n_segments": 2, "n": 53, "n_twice_seen": 40, "smallest_share": 12 / 53,
             "unassigned_share": 0.0, "stability": 0.9, "stability_low": 0.8, "stability_high": 1.0,
             "repeatability": 0.6, "repeatability_low": 0.5, "repeatability_high": 0.7,
             "is_best_of_method": True, "is_chosen": True, "reason": "passes"},
        ]  # fmt: skip
        moves = [
            {"from_segment": "lookers", "to_segment": "lookers", "n_persons": 40, "reason": "stayed"},
            {"from_segment": "lookers", "to_segment": "frequent buyers", "n_persons": 2, "is_move": True,
             "reason": "more: conversions", "change": 1.2},
        ]  # fmt: skip
        cells = [
            {"recency_score": score, "frequency_score": score, "monetary_score": 1, "n_persons": 2 + score,
             "n_outcomes": 9, "amount": Decimal(100 * score)}
            for score in (1, 5)
        ]  # fmt: skip
        rate = ("conversion_rate", share, share - 0.07, share + 0.07)
        return {
            "paths": table("PATHS", *paths),
            "friction": table("FRICTION", *friction),
            "fixes": table("FIXES", *fixes),
            "correlations": table("CORRELATIONS", *correlations),
            "segment_profiles": table("SEGMENT_PROFILES", *profiles),
            "segment_choices": table("SEGMENT_CHOICES", *choices),
            "segment_moves": table("SEGMENT_MOVES", *moves),
            "segment_metrics": table("METRICS", _figure(("stability", 0.9, 0.8, 1.0))),
            "rfm_cells": table("RFM_CELLS", *cells),
            "journey_metrics": table("METRICS", _figure(rate), _figure(("touches_mean", 2.9, 2.6, 3.2))),
        }

    def _conversion(self) -> dict[str, Table]:
        shares = {"last_touch": [0.34, 0.26, 0.2, 0.12, 0.08], "markov": [0.3, 0.24, 0.21, 0.15, 0.1]}
        shares["first_touch"] = [0.22, 0.3, 0.22, 0.16, 0.1]
        credits = [
            {
                "model": model, "channel": channel, "conversions": 30 * share, "share": share,
                "low": share - 0.05, "high": share + 0.05,
                "identity_low": share - 0.02, "identity_high": share + 0.01,
            }
            for model, given in shares.items()
            for channel, share in zip(CHANNELS, given, strict=True)
        ]  # fmt: skip
        bins = [
            {"bin_number": n, "mean_probability": 0.06 * n, "converted_share": 0.055 * n + 0.02,
             "low": 0.04 * n, "high": 0.08 * n + 0.02, "n": 40}
            for n in range(1, 11)
        ]  # fmt: skip
        values = [
            {"person_id": f"person:{n:04x}", "n_purchases": n % 4, "alive_probability": 0.2 + 0.01 * n,
             "expected_purchases": 0.1 * (n % 9), "expected_amount": 3.5 * (n % 9)}
            for n in range(30)
        ]  # fmt: skip
        deciles = [
            {"measure": measure, "tenth": n, "n": 40, "expected": 0.1 * n * unit, "observed": 0.11 * n * unit,
             "low": 0.08 * n * unit, "high": 0.14 * n * unit, "held_out_weeks": 3.0}
            for measure, unit in (("amount", 40.0), ("purchases", 1.0))
            for n in range(1, 11)
        ]  # fmt: skip
        figures = (
            ("log_loss", 0.41, 0.38, 0.44),
            ("baseline_log_loss", 0.5, 0.48, 0.53),
            ("auc", 0.74, 0.7, 0.78),
        )
        return {
            "credits": table("CREDITS", *credits),
            "calibration_bins": table("CALIBRATION_BINS", *bins),
            "lifetime_values": table("LIFETIME_VALUES", *values),
            "value_deciles": table("VALUE_DECILES", *deciles),
            "conversion_metrics": table("METRICS", *map(_figure, figures)),
        }

    def _decisions(self) -> dict[str, Table]:
        who = sorted({row["person_id"] for row in self.people})
        actions = ["offer", "message", "nothing", "nothing"]
        decisions = [
            {"person_id": person, "action": actions[n % 4], "arm": "random" if n % 10 == 0 else "policy",
             "channel": None if n % 4 > 1 else "email",
             "reason": "no consent" if n % 4 > 1 else "worth more than it costs"}
            for n, person in enumerate(who)
        ]  # fmt: skip
        permissions = [
            {"person_id": person, "channel": "email", "is_permitted": n % 4 < 2,
             "basis": "granted" if n % 4 < 2 else "denied"}
            for n, person in enumerate(who)
        ]  # fmt: skip
        policies = [
            {
                "policy": name,
                "n_approached": n,
                "value": value,
                "low": value - 0.2,
                "high": value + 0.2,
                "n": 60,
            }
            for name, n, value in (("nobody", 0, 0.0), ("everybody", 30, 0.15), ("ranked", 15, 0.42))
        ]
        return {
            "decisions": table("DECISIONS", *decisions),
            "permissions": table("PERMISSIONS", *permissions),
            "policy_value": table("POLICY_VALUE", *policies),
        }


def _figure(told: tuple[str, float, float, float]) -> dict[str, Any]:
    metric, value, low, high = told
    return {"metric": metric, "value": value, "low": low, "high": high, "n": 60}
