"""Correlations found in the made-up world, beside what follows from what in it."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

# What the simulation makes follow an order: thanks by mail after three days, service by phone, tickets.
FOLLOWS = {
    "thanks by mail": ("shopify_orders ordered web", "klaviyo_events email_delivered"),
    "calls for service": ("shopify_orders ordered web", "twilio_calls called"),
    "tickets": ("shopify_orders ordered web", "zendesk_tickets ticket_opened"),
    "orders by phone": ("shopify_orders ordered phone", "twilio_calls called"),
}


def beside_what_follows(correlations: pd.DataFrame) -> tuple[pd.DataFrame, str]:
    """Whether what follows from orders in the simulation is found, at its strongest lag.

    Args:
        correlations: Contract ``Correlations``.

    Returns:
        By link of the simulation: ``link, lag_weeks, rho, low, high, is_declared``; and one line.
    """
    rows = []
    for link, (a, b) in FOLLOWS.items():
        pairs = correlations[["measure_a", "measure_b"]].apply(set, axis=1) == {a, b}
        of = correlations[pairs].sort_values("rho", ascending=False).head(1)
        if of.empty:
            rows.append((link, -1, float("nan"), float("nan"), float("nan"), False))
        else:
            best = of.iloc[0]
            rows.append(
                (link, best["lag_weeks"], best["rho"], best["low"], best["high"], bool(best["is_declared"]))
            )
    told = pd.DataFrame(rows, columns=["link", "lag_weeks", "rho", "low", "high", "is_declared"])
    n_declared = int(correlations["is_declared"].sum())
    return told, (
        f"correlations: {int(told['is_declared'].sum())} of {len(told)} links of the simulation declared; "
        f"{n_declared} of {len(correlations)} pairs and lags declared in all"
    )


def compare_correlations(run_folder: Path, raw_folder: Path) -> tuple[pd.DataFrame, str]:
    """The same, of a run's table; what follows from what stands in the simulation, not in the raw folder."""
    return beside_what_follows(pd.read_parquet(run_folder / "03_journeys" / "correlations.parquet"))
