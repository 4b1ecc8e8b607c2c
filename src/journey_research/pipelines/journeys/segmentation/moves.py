"""Who changed segment since the week before, by the same model, and what changed about them.

Context: a segment that people leave tells more than its size. Choice: the model of now reads the
behaviour as of a week ago, so that a move is a change of the person and not of the model; persons whose
first touch came this week come from ``new``, those who are gone go to ``gone``. What changed most is the
feature whose mean moved furthest, in standard deviations. Given up: moves that come of the model's own
change; the metrics tell how far a model of the week before agrees.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from .behaviours import FEATURES, Behaviours, Scale
from .estimator import Labels
from .naming import deed_in_words, word_for

NEW, GONE = "new", "gone"
FIRST_TOUCH, NO_TOUCH_LEFT, STAYED = "first touch this week", "no touch is left", "stayed"
COLUMNS = {
    "from_segment": "str", "to_segment": "str", "n_persons": "int64", "is_move": "bool",
    "reason": "str", "change": "float64",
}  # fmt: skip


def count_moves(
    now: Behaviours,
    before: Behaviours,
    now_segments: npt.NDArray[np.object_],
    before_segments: npt.NDArray[np.object_],
    scale: Scale,
) -> pd.DataFrame:
    """Persons by segment of the week before and of now.

    Args:
        now: n persons.
        before: m persons, as of a week before.
        now_segments: n names.
        before_segments: m names, by the same model.
        scale: Of the features of now.

    Returns:
        Contract ``SegmentMoves``. For each segment, who came from others, plus new ones, less who went,
        is its size now less its size before. ``change`` is the mean change of the feature in ``reason``,
        in standard deviations of all persons now; null where there is nothing to compare.
    """
    people = pd.DataFrame(
        {"person_id": now.person_ids, "to_segment": now_segments, "now_row": range(len(now))}
    )
    past = pd.DataFrame(
        {"person_id": before.person_ids, "from_segment": before_segments, "before_row": range(len(before))}
    )
    both = past.merge(people, on="person_id", how="outer", validate="one_to_one")
    both = both.fillna({"from_segment": NEW, "to_segment": GONE})
    features = scale.of_rows(now.features()), scale.of_rows(before.features())
    names = now.feature_names()
    rows = []
    for (was, became), moved in both.groupby(["from_segment", "to_segment"], sort=True):
        reason, change = STAYED, np.nan
        if was == NEW:
            reason = FIRST_TOUCH
        elif became == GONE:
            reason = NO_TOUCH_LEFT
        elif was != became:
            here = features[0][moved["now_row"].to_numpy(np.int64)]
            there = features[1][moved["before_row"].to_numpy(np.int64)]
            mean = np.round((here - there).mean(axis=0), 9)
            most = int(np.argmax(np.abs(mean)))
            change = float(mean[most])
            reason = f"{'more' if change > 0 else 'less'}: {label_of(names[most])}"
        rows.append((was, became, len(moved), was != became, reason, change))
    return pd.DataFrame(rows, columns=list(COLUMNS)).astype(COLUMNS)


def label_of(feature: str) -> str:
    """The feature in plain words.

    Example:
        >>> label_of("n_sessions"), label_of("silent_days"), label_of("email")
        ('visits', 'days since the last touch', 'share of email')
    """
    special = {
        "silent_days": "days since the last touch",
        "no_outcome_days": "days since the last conversion",
        "company_share": "share of touches by us",
        "amount": "spend",
        "n_picked": "put in the basket",
        "n_opened": "mail opened",
    }
    if feature in special:
        return special[feature]
    if feature in FEATURES:
        return word_for(feature, 1.0, 1.0).removeprefix("many ")
    return f"share of {deed_in_words(feature)}"


def rows_of_both(now: Behaviours, before: Behaviours) -> tuple[Labels, Labels]:
    """Rows of the persons who are in both, in one order."""
    both = np.intersect1d(now.person_ids.astype(str), before.person_ids.astype(str))
    return now.places(both), before.places(both)
