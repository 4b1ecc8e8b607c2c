"""What each type of identifier brings: which links rest on it, and who would fall apart without it.

Context: a link is told with all that both records share, and most pairs share several things. Choice:
what hangs on a type is counted by taking away the links that rest on nothing else and looking at what
is still connected; a person is the unit, as a person's pairs are lost together. Given up: training and
clustering once more without the type, which costs a run each; likeness of values might then find some of
the lost pairs again, and average likeness might let go of others, so what is told is the links' own word.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from journey_research.contracts.records import IDENTIFIER_TYPES
from journey_research.engine import Table, run_sql

from .evidence import CONTESTED
from .matching.linkage import components
from .persons import EVERY_ROW
from .share_intervals import share_intervals

SOURCE_WORDS = ("alias", "lead_conversion", "login", "source_merge")
Codes = npt.NDArray[np.int64]
COLUMNS = [
    "bridge", "n_links", "n_links_only", "link_share", "link_low", "link_high", "n_apart", "apart_share",
    "apart_low", "apart_high", "n_pairs_lost", "lost_share", "lost_low", "lost_high", "n_persons", "n_pairs",
]  # fmt: skip


def count_bridges(links: Table, evidence_links: Table, scored_links: Table) -> pd.DataFrame:
    """What every type of identifier joins, and what would fall apart without it.

    Args:
        links: n rows, contract ``Links``; only accepted ones are read.
        evidence_links: Contract ``Links``: the identifiers that pairs share.
        scored_links: Contract ``Links``: the pairs that are alike.

    Returns:
        Contract ``LinkBridges``, one row per bridge that brings a link: a type of identifier, a word of a
        source (``login``, ``alias``, ``source_merge``, ``lead_conversion``), ``judgement`` or ``likeness``.
        Shares of links add up to more than 1, as a pair may share several things. Intervals are by person;
        null where there are fewer than two persons of several records.

    Example:
        A and b share an address and a login, b and c a login only:

        >>> told = {"record_id_a": ["x:a", "x:b"], "record_id_b": ["x:b", "x:c"],
        ...         "rule": "shared_identifier", "is_accepted": True,
        ...         "comparisons": ['{"email": 1.0, "user_id": 1.0}', '{"user_id": 1.0}']}
        >>> links = Table.from_pandas(pd.DataFrame(told).assign(refusal=pd.Series([None] * 2, dtype="str")))
        >>> made = count_bridges(links, links, links.query("select * from this where false"))
        >>> made[["bridge", "n_links", "n_apart", "n_pairs_lost"]].values.tolist()
        [['email', 1, 0, 0], ['user_id', 2, 1, 2]]
    """
    bridges = pd.DataFrame({"bridge": pd.Series(sorted({*IDENTIFIER_TYPES, *SOURCE_WORDS}), dtype="str")})
    told = run_sql(
        "bridge_links.sql",
        links=links,
        evidence_links=evidence_links,
        scored_links=scored_links,
        bridges=Table.from_pandas(bridges),
        contested=CONTESTED,
    ).to_pandas(EVERY_ROW)
    ids = pd.Index(pd.concat([told["record_id_a"], told["record_id_b"]]).unique()).sort_values()
    first, second = ids.get_indexer(told["record_id_a"]), ids.get_indexer(told["record_id_b"])
    # A link is one row per bridge; its number is that of its first row.
    opens = np.append(True, (first[1:] != first[:-1]) | (second[1:] != second[:-1]))[: len(told)]
    link = np.cumsum(opens) - 1
    ends = first[opens], second[opens]
    n_bridges = np.bincount(link, minlength=len(ends[0]))
    whole = components(len(ids), *ends)
    rows = []
    for bridge in sorted(told["bridge"].unique()):
        own = np.zeros(len(ends[0]), dtype=bool)
        own[link[(told["bridge"] == bridge).to_numpy()]] = True
        only = own & (n_bridges == 1)
        rest = components(len(ids), ends[0][~only], ends[1][~only])
        counts = _count_by_person(whole, rest, ends[0], own)
        rows.append((bridge, int(own.sum()), int(only.sum()), *_told(counts)))
    made = pd.DataFrame(rows, columns=COLUMNS)
    kinds = {name: "int64" if name.startswith("n_") else "float64" for name in COLUMNS[1:]}
    return made.astype({"bridge": "str", **kinds})


def _count_by_person(whole: Codes, rest: Codes, one_end: Codes, own: npt.NDArray[np.bool_]) -> np.ndarray:
    """Per person: links of the bridge, links, pairs lost, pairs, whether apart, 1; equal rows together."""
    n = len(whole)
    size, part = np.bincount(whole, minlength=n), np.bincount(rest, minlength=n)
    heads = np.flatnonzero(size)
    parts = np.flatnonzero(part)
    kept = np.bincount(whole[parts], weights=part[parts] * (part[parts] - 1) // 2, minlength=n)
    pairs = size * (size - 1) // 2
    columns = [
        np.bincount(whole[one_end[own]], minlength=n),
        np.bincount(whole[one_end], minlength=n),
        pairs - kept,
        pairs,
        np.bincount(whole[parts], minlength=n) > 1,
        np.ones(n),
    ]
    counts = np.stack([column[heads].astype(np.float64) for column in columns], axis=1)
    return counts[np.lexsort(counts.T)]


def _told(counts: np.ndarray) -> tuple[float | int, ...]:
    tops, wholes = [0, 4, 2], [1, 5, 3]
    shares = share_intervals(
        counts, lambda sums: sums[..., tops] / sums[..., wholes], lambda sums: sums[..., wholes]
    )
    links, apart, lost = (tuple(float(figure) for figure in row) for row in shares)
    sums = counts.sum(axis=0).astype(np.int64)
    return (*links, int(sums[4]), *apart, int(sums[2]), *lost, int(sums[5]), int(sums[3]))
