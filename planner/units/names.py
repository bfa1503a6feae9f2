"""What to say when a scenario names something that is not there."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence

from planner.findings import Finding


def join_names(names: Iterable[object], number: int) -> str:
    """Return names as a list in words, with what is left out as three dots.

    Parameters
    ----------
    names
        Those shown.
    number
        How many there are in all.
    """
    shown = [str(name) for name in names]
    return ", ".join([*shown, "…"] if number > len(shown) else shown)


def count_of(noun: str, number: int) -> str:
    """Return a number with its noun: ``1 account``, ``2 accounts``."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def nearest_name(name: str, known: Sequence[str]) -> str:
    """Return a question that names the closest known name, empty when none is close."""
    folded = {candidate.casefold(): candidate for candidate in known}
    close = difflib.get_close_matches(name.casefold(), list(folded), n=1)
    return f"Did you mean {folded[close[0]]}?" if close else ""


def unknown_name(key: str, name: str, known: Sequence[str]) -> str:
    """Return the message for a scenario key whose value is not a known name."""
    hint = nearest_name(name, known) or f"Known are {join_names(sorted(known)[:12], len(known))}."
    return f"{key}: {name} is not known. {hint}"


def unused_name(key: str, name: str, known: Iterable[str], kind: str) -> Finding:
    """Return the warning for a name in a scenario's table that nothing in the data has.

    Parameters
    ----------
    key
        The scenario's key.
    name
        What it names.
    known
        The names that there are.
    kind
        What the names are of: ``role``.
    """
    hint = nearest_name(name, sorted(known))
    return Finding(
        severity="warning",
        code="scenario.unused_name",
        message=f"{key} names {name!r}, but no {kind} is called so: it has no effect.",
        advice=hint or "Correct the name, or take it out.",
        subject=key,
        value=name,
    )
