"""A few dozen made-up people, each in two records, the second with slips of the pen."""

import random

import pandas as pd

FIRST = "anna bernd clara dieter emma franz greta hans ida jonas klara lukas maria niklas olga paul".split()
LAST = "schmidt weber fischer wagner becker hoffmann koch bauer richter klein wolf neumann zimmermann".split()
TOWNS = "leipzig berlin hamburg dresden kiel bonn".split()


def make_people(n_persons: int = 60, seed: int = 1) -> pd.DataFrame:
    """2 n rows of key, name, town, birth_date, phone, person; every second row has a slip."""
    draw = random.Random(seed)
    rows = []
    for number in range(n_persons):
        name = f"{draw.choice(FIRST)} {draw.choice(LAST)}{draw.choice(['', 'er', 'mann'])}"
        town, born = (
            draw.choice(TOWNS),
            f"19{draw.randrange(40, 99)}-{draw.randrange(1, 13):02}-{draw.randrange(1, 29):02}",
        )
        phone = f"+49{draw.randrange(10**9, 10**10)}"
        place = draw.randrange(1, len(name) - 1)
        slipped = name[:place] + name[place + 1 :]
        rows.append((f"r{number:03}a", name, town, born, phone, number))
        rows.append(
            (
                f"r{number:03}b",
                slipped,
                town,
                born if number % 3 else None,
                phone if number % 2 else None,
                number,
            )
        )
    return pd.DataFrame(rows, columns=["key", "name", "town", "birth_date", "phone", "person"])


def make_labels(people: pd.DataFrame, persons: range) -> pd.DataFrame:
    """Reviewers' answers on the two records of each person, and on neighbours."""
    rows = [(f"r{number:03}a", f"r{number:03}b", "same") for number in persons]
    rows += [(f"r{number:03}a", f"r{number + 1:03}b", "distinct") for number in persons]
    return pd.DataFrame(rows, columns=["id_a", "id_b", "answer"])
