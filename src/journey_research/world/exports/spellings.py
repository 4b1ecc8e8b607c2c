"""The same telephone number, street or address in other letters: no mistake, only somebody's habit."""

from __future__ import annotations

import numpy as np
import pandas as pd

from journey_research.world.simulation.slips import respell_phone, respell_street

from .text import Column, shares


def phones_as_typed(phones: pd.Series, numbers: Column, system: str) -> np.ndarray:
    """n telephone numbers as people write them; each record's number settles how.

    Args:
        phones: n numbers, E.164; others stay as they are.
        numbers: n numbers of the records.
        system: Where it was written down.
    """
    luck = shares(numbers, f"phone typed into {system}")
    spelled = [respell_phone(phone, at) for phone, at in zip(phones, luck.tolist(), strict=True)]
    return np.array(spelled, dtype=object)


def streets_as_typed(streets: pd.Series, numbers: Column, system: str) -> np.ndarray:
    """n streets spelled out, shortened or without ß."""
    luck = shares(numbers, f"street typed into {system}")
    spelled = [respell_street(street, at) for street, at in zip(streets, luck.tolist(), strict=True)]
    return np.array(spelled, dtype=object)


def emails_as_typed(emails: pd.Series, numbers: Column, system: str) -> np.ndarray:
    """n mail addresses; one in twelve with capitals or with space around it."""
    luck = shares(numbers, f"address typed into {system}")
    plain = emails.to_numpy(dtype=object)
    forms = [emails.str.title(), emails.str.upper(), " " + emails, emails + " "]
    chosen = [luck < 0.02, luck < 0.04, luck < 0.06, luck < 0.08]
    typed = np.select(chosen, [form.to_numpy(dtype=object) for form in forms], plain)
    return np.where(plain == "", plain, typed)
