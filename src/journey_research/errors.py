"""What a user can mend, said in one line, and the exit code that goes with it."""

from __future__ import annotations

DONE = 0
FAULT = 1
USER_ERROR = 2


def printable(text: str) -> str:
    """A text on one line: what a file calls its columns may hold line ends and control characters.

    Example:
        >>> printable("mail\\nof work")
        'mail\\\\nof work'
    """
    return "".join(sign if sign.isprintable() else repr(sign)[1:-1] for sign in text)


class UserError(Exception):
    """Something outside the code is wrong and the reader of the message can mend it.

    The message never holds a value from the data: only file names, row numbers, column
    names, rules and counts.

    Args:
        what: What is wrong, without a full stop: ``"column is missing"``.
        file: Name of the file it is wrong in.
        row: Row number, counted from 1 for the first row after the header.
        column: Column name, as the file spells it.
        rule: The rule that is broken.
        do: What the reader can do about it, as a sentence without a full stop.

    Example:
        >>> print(UserError("column is missing", file="crm.csv", column="Email", do="ask for it"))
        column is missing (file crm.csv, column 'Email'); ask for it
    """

    exit_code = USER_ERROR

    def __init__(
        self,
        what: str,
        *,
        file: str | None = None,
        row: int | None = None,
        column: str | None = None,
        rule: str | None = None,
        do: str | None = None,
    ) -> None:
        self.what, self.file, self.row = what, file, row
        self.column, self.rule, self.do = column, rule, do
        places = [
            f"file {file}" if file else "",
            f"row {row:,}" if row is not None else "",
            f"column '{column}'" if column else "",
            f"rule: {rule}" if rule else "",
        ]
        where = printable(", ".join(place for place in places if place))
        super().__init__(what + (f" ({where})" if where else "") + (f"; {printable(do)}" if do else ""))


class TooManyRejects(UserError):
    """A source broke its own rules more often than was agreed; every row is in ``rejected``."""


class ContractBroken(Exception):
    """A table does not keep its contract: a fault of ours, named by column, rule and count."""


class VaultClosed(UserError):
    """Somebody outside ingestion, identity or erasure asked for personal values."""


class ReportFailed(Exception):
    """A report's notebook did not run to its end: a fault of ours, named by notebook, cell and class.

    Args:
        notebook: Path of the committed notebook, inside the project.
        trouble: Which cell, and the class of its error; never its message, which may hold values.
    """

    def __init__(self, notebook: str, trouble: str) -> None:
        self.notebook, self.trouble = notebook, trouble
        super().__init__(f"{notebook}: {trouble}; nothing of this report was published")
