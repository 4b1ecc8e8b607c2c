"""An answer that earlier ones contradict: told at once, while the reviewer still sees the pair.

Context: that one and two are the same, two and three the same and one and three distinct cannot all be
true, and ``resolve`` refuses such a file. Choice: the answer is not written; who means it says so with
another button, which a double click does not reach, and then it is written, for the wrong one may be
another reviewer's. Given up: to hold back pairs whose answer others imply; they are asked as they come.
"""

from __future__ import annotations

from typing import Any

import pandas as pd

from journey_research.pipelines.identity.judgements import find_contradictions

from .judgement_file import Judgements, latest_answers

_PAIR = ["record_id_a", "record_id_b"]


def find_doubt(judgements: Judgements, pair: tuple[str, str], answer: str) -> dict[str, Any] | None:
    """What contradicts an answer that is about to be given.

    Args:
        judgements: What the file holds; every reviewer counts, and the answer takes the place of all on
            its pair.
        pair: Two records, the smaller id first.
        answer: ``same``, ``distinct`` or ``unsure``.

    Returns:
        ``answer``, and ``text`` with the answers that do not go together; None where all go together, or
        went together no better before.
    """
    latest = latest_answers(judgements)
    is_own = (latest["record_id_a"] == pair[0]) & (latest["record_id_b"] == pair[1])
    before = latest[~is_own]
    own = pd.DataFrame([(*pair, answer)], columns=[*_PAIR, "answer"])
    after = find_contradictions(pd.concat([before[own.columns], own], ignore_index=True))
    known = {one.ends for one in find_contradictions(before)} if after else set()
    new = [one for one in after if one.ends not in known]
    if not new:
        return None
    shortest = min(new, key=lambda one: (len(one.chain), one.chain))
    rows = dict(
        zip(zip(before["record_id_a"], before["record_id_b"], strict=True), before["row"], strict=True)
    )
    text = f"Not written, for answers would contradict one another: {shortest.describe(rows)}."
    return {"answer": answer, "text": text}
