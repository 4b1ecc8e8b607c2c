"""Which steps lead to the goal together: the processes, found in the data.

Context: nobody tells which touches are the steps of buying, and every shop names them in its own way.
Choice: a step is on the way to the goal if many who reach the goal pass it before, and far more often than
those who do not; steps that the same cases pass are one process, ordered as they are passed. Given up:
steps that everybody passes (a start page), and ways to the goal that few take.
"""

from __future__ import annotations

import pandas as pd

CONTACTS = "contact"  # the pseudo-process of all asking for help
COLUMNS = {"process": "str", "step": "str", "step_number": "int64", "is_contact": "int64"}


def find_processes(
    steps_together: pd.DataFrame, contact_actions: tuple[str, ...], least_together_share: float
) -> pd.DataFrame:
    """The steps of each process in their order, and the contacts.

    Args:
        steps_together: ``step, other_step, n_cases, places`` of the cases that reach the goal;
            a step with itself tells how many pass it and the sum of its places among the others.
        contact_actions: Steps of ``contact``, the last process; they are in no other.
        least_together_share: Steps are of one process if at least this share of the cases that pass one
            of the two pass both.

    Returns:
        ``process`` (named after its first step), ``step``, ``step_number`` from 1, ``is_contact``.
        A process has at least two steps.

    Example:
        >>> told = pd.DataFrame(
        ...     {"step": ["cart", "pay", "cart", "call"], "other_step": ["cart", "pay", "pay", "call"],
        ...      "n_cases": [10, 9, 9, 8], "places": [10, 18, 9, 8]}
        ... )
        >>> find_processes(told, ("ask",), 0.5)["step"].tolist()
        ['cart', 'pay', 'ask']
    """
    told = steps_together[["step", "other_step", "n_cases", "places"]]
    pairs = sorted((str(a), str(b), int(n), int(places)) for a, b, n, places in told.to_numpy().tolist())
    alone = {a: n for a, b, n, _ in pairs if a == b}
    place = {a: places / n for a, b, n, places in pairs if a == b}
    steps = [step for step in alone if step not in contact_actions]
    group = {step: step for step in steps}
    for a, b, n, _ in pairs:
        if a == b or a not in group or b not in group:
            continue
        either = alone[a] + alone[b] - n
        if n >= least_together_share * either and group[a] != group[b]:
            joined = group[b]
            group = {step: group[a] if of == joined else of for step, of in group.items()}
    rows: list[tuple[str, str, int, int]] = []
    for name in sorted(set(group.values())):
        held = sorted((place[step], step) for step in steps if group[step] == name)
        if len(held) > 1:
            rows += [(held[0][1], step, number, 0) for number, (_, step) in enumerate(held, start=1)]
    rows += [(CONTACTS, step, number, 1) for number, step in enumerate(sorted(contact_actions), start=1)]
    return pd.DataFrame(rows, columns=list(COLUMNS)).astype(COLUMNS)
