"""Small events whose pictures the tests read back, with names that look like formulas and markup."""

from functools import cache

import pandas as pd

from journey_research.verbs.journeys import journeys

ODD = {"look": "$a_b$", "cart": "<b>%{x}", "buy": "a & b"}
ROWS = """
a look cart buy
b look cart
c look look
d cart buy
e look
"""


def events(names=None) -> pd.DataFrame:
    """Five persons; an event an hour; persons a to c are of kind x, d and e of kind y."""
    rows = [line.split() for line in ROWS.split("\n") if line]
    told = pd.DataFrame(
        [(who, 2 * at * (at + 1) // 2, what) for who, *path in rows for at, what in enumerate(path)],
        columns=["who", "hour", "what"],
    )
    told["when"] = pd.Timestamp("2025-01-06") + pd.to_timedelta(told["hour"], unit="h")
    told["kind"] = told["who"].map(lambda who: "x" if who in "abc" else "y")
    return told if names is None else told.replace({"what": names})


@cache
def found(is_odd=False):
    """The same, asked; its answers are kept."""
    names = ODD if is_odd else None
    return journeys(events(names), person="who", time="when", event="what", by="kind")


@cache
def many(seed=1, n=400, shift=0.0):
    """Persons of two kinds whose second event differs by ``shift`` more often in kind x."""
    import numpy as np

    draws = np.random.default_rng(seed)
    rows = []
    for who in range(n):
        kind = "x" if who % 2 else "y"
        chance = 0.3 + (shift if kind == "x" else 0.0)
        path = ["look", "cart" if draws.random() < chance else "leave"]
        rows += [(f"p{who:04}", at, what, kind) for at, what in enumerate(path)]
    told = pd.DataFrame(rows, columns=["who", "hour", "what", "kind"])
    told["when"] = pd.Timestamp("2025-01-06") + pd.to_timedelta(told["hour"], unit="h")
    return journeys(told, person="who", time="when", event="what", by="kind")
