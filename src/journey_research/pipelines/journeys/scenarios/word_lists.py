"""Lists of words from the parameters, as tables that statements can look into."""

from __future__ import annotations

from collections.abc import Sequence

from journey_research.engine import Table

DAY_US = 24 * 3_600_000_000
HOUR_US = 3_600_000_000
MINUTE_US = 60_000_000


def words(listed: Sequence[str]) -> Table:
    """A table with one column, ``word``, and a row a word.

    Example:
        >>> words(("called", "assisted")).to_pandas()["word"].tolist()
        ['called', 'assisted']
    """
    import pyarrow as pa

    return Table.from_arrow(pa.table({"word": pa.array(list(listed), pa.string())}))


def checked_words(name: str, listed: Sequence[str]) -> tuple[str, ...]:
    """The words of a parameter as a tuple.

    Raises:
        ValueError: A word stands twice or is empty.

    Example:
        >>> checked_words("rep_actions", ["called", "assisted"])
        ('called', 'assisted')
    """
    told = tuple(listed)
    if len(set(told)) < len(told) or "" in told:
        raise ValueError(f"{name} names each word once, and none that is empty")
    return told


def check_positive(**lengths: int) -> None:
    """Refuse a length of time that is not above 0.

    Raises:
        ValueError: Which one.
    """
    for name, length in lengths.items():
        if length <= 0:
            raise ValueError(f"{name} is {length}; it has to be above 0")
