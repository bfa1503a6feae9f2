"""What a stage has to say about the data: one finding is one thing a person can act on."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Literal

Severity = Literal["error", "warning", "info"]
EXAMPLES_SHOWN = 20
VOWELS = "aeiou"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One observation on the data, worded for the person who exported it.

    Parameters
    ----------
    severity
        ``error`` stops the plan, ``warning`` and ``info`` do not.
    code
        A stable name, table first: ``accounts.duplicate_id``.
    message
        What is wrong, in one sentence that names the value.
    advice
        What to do about it, in one sentence.
    table, row, column, value
        Where it stands: the table's name, the row as a spreadsheet counts it (the header
        is row 1), the column as the file names it, and the value as it was read.
    subject
        The account, rep, territory or rule concerned.
    count
        How many rows it speaks for (a summary of many alike).
    """

    severity: Severity
    code: str
    message: str
    advice: str = ""
    table: str | None = None
    row: int | None = None
    column: str | None = None
    value: str | None = None
    subject: str | None = None
    count: int = 1

    def as_dict(self) -> dict[str, str | int | None]:
        """Return the finding as plain values, for JSON."""
        return asdict(self)


def has_errors(findings: Iterable[Finding]) -> bool:
    """Return whether any finding stops the plan."""
    return any(finding.severity == "error" for finding in findings)


def count_of(number: int, noun: str, one: str = "", more: str = "") -> str:
    """Return a number with its noun and verb: ``1 account has``, ``2,000 accounts have``.

    Parameters
    ----------
    number, noun
        How many, and of what; the plural takes an s, or ies for a y after a consonant.
    one, more
        What follows one and several, such as ``has`` and ``have``.
    """
    several = f"{noun[:-1]}ies" if noun[-1:] == "y" and noun[-2:-1] not in VOWELS else f"{noun}s"
    words = [f"{number:,} {noun if number == 1 else several}", one if number == 1 else more]
    return " ".join(word for word in words if word)
