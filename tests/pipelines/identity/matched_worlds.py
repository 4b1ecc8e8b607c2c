"""Made-up records, who they are and whom a matcher would say, for tests of what is measured of it."""

import numpy as np


def matched_world(seed, n_persons=300, lost=0.1, merged=0.1):
    """Persons of one to four records; some records were found alone, some persons with the next."""
    random = np.random.default_rng(seed)
    true = np.repeat(np.arange(n_persons), random.integers(1, 5, n_persons))
    to = np.where(random.random(n_persons) < merged, np.arange(n_persons) + 1, np.arange(n_persons))
    found = np.where(random.random(len(true)) < lost, -1 - np.arange(len(true)), to[true])
    return found, true
