"""Two accounts that may be one, for a person to decide."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class LikelyDuplicate:
    """Two accounts that may be one.

    Parameters
    ----------
    account_id, known_id
        The new one, and the one that it may be.
    name, known_name
        What they are called.
    likeness
        How alike the names are, 1 is the same.
    why
        What else speaks for it.
    """

    account_id: str
    known_id: str
    name: str
    known_name: str
    likeness: float
    why: str
