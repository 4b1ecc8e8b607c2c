"""Nine records of four people, and the pairs that somebody has compared: small enough to read."""

import pandas as pd

from journey_research.review.next_pairs import PairChooser
from journey_research.review.reviewed_pairs import ReviewedPairs

RECORDS = pd.DataFrame(
    [
        ("1", "Margarete", "Schönfeld", "Lindenstraße 12", "Leipzig", "m.schoenfeld@example.org", "P1"),
        ("2", "Margarethe", "Schoenfeld", "Lindenstr. 12", "Leipzig", "m.schoenfeld@example.org", "P1"),
        ("3", "Margarete", "Schönfeld", "Lindenstraße 21", "Leipzig", None, "P1"),
        ("4", "Jonas", "Weidmann", "Am Markt 3", "Halle", "jonas@example.net", "P2"),
        ("5", "Jonas", "Wiedmann", "Am Markt 3", "Halle", "jonas@example.net", "P2"),
        ("6", "Joana", "Weidmann", "Am Markt 3", "Halle", None, "P2"),
        ("7", "Aylin", "Öztürk", "Goethestraße 40", "Jena", "aylin.oe@example.com", "P3"),
        ("8", "Aylin", "Oeztuerk", "Goethestraße 40", "Jena", None, "P3"),
        ("9", "Peter", "Schönfeld", "Lindenstraße 12", "Leipzig", None, "P4"),
    ],
    columns=["id", "first_name", "last_name", "street", "city", "email", "person_id"],
)
FIELDS = ["first_name", "last_name", "street", "city", "email"]
PAIRS = pd.DataFrame(
    [
        ("1", "2", 0.98, True),
        ("1", "3", 0.81, True),
        ("1", "9", 0.28, False),
        ("2", "3", 0.64, True),
        ("2", "9", 0.15, False),
        ("4", "5", 0.97, True),
        ("4", "6", 0.55, True),
        ("5", "6", 0.47, True),
        ("7", "8", 0.90, True),
    ],
    columns=["id_a", "id_b", "probability", "is_found"],
)
VALUES = sorted({value for name in FIELDS for value in RECORDS[name].dropna()})


class SmallReview:
    """The pairs, and a note of whose values were asked for."""

    def __init__(self):
        self.asked = []
        rows = RECORDS.set_index("id")

        def values_of(ids):
            self.asked.append(list(ids))
            return rows.loc[list(ids), FIELDS].to_dict("records")

        def make_chooser(rule):
            told = PAIRS["probability"]
            return PairChooser(PAIRS, pd.concat([told, told**2, 1 - told], axis=1).to_numpy(), rule)

        self.pairs = ReviewedPairs(
            PAIRS,
            rows["person_id"],
            values_of,
            lambda a, b: "These two met mostly because city agrees.",
            make_chooser,
        )
