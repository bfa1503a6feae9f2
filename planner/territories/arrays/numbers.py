"""Numbers that callers hand in: read as they are, or refused by the name of what they stand for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
LARGEST = 1e60
"""Amounts beyond this are no quantities: their products would not be numbers."""


def read_numbers(given: Any, name: str) -> Floats:
    """Return an array of numbers.

    Parameters
    ----------
    given
        What was handed in.
    name
        What it stands for, for the message.

    Raises
    ------
    ValueError
        When it holds anything but real numbers, or rows of different lengths.
    """
    try:
        array = np.asarray(given)
        numbers = np.asarray(array, dtype=float) if array.dtype.kind in "fiubO" else None
    except (TypeError, ValueError):
        numbers = None
    if numbers is None:
        raise ValueError(f"{name} must hold numbers, all rows of one length")
    return numbers


def read_mapping(given: Any, name: str, entry: str) -> Mapping[str, Any]:
    """Return a mapping, empty for none.

    Parameters
    ----------
    given
        What was handed in.
    name
        What it stands for, for the message.
    entry
        What it should hold, for the message.

    Raises
    ------
    ValueError
        When it is no mapping.
    """
    if given is None:
        return {}
    if not isinstance(given, Mapping):
        # Whatever is wrong with what was handed in is one kind of error.
        raise ValueError(  # noqa: TRY004
            f"{name} must be a dictionary of {entry}, not {type(given).__name__}"
        )
    return given


def read_count(given: Any, name: str) -> int:
    """Return a whole number of 1 or more.

    Parameters
    ----------
    given
        What was handed in.
    name
        What is counted, for the message.

    Raises
    ------
    ValueError
        When it is not.
    """
    whole = isinstance(given, int | np.integer) and not isinstance(given, bool)
    if not whole and not (isinstance(given, float) and given.is_integer()):
        raise ValueError(f"{name} is {given!r}; it must be a whole number")
    if given < 1:
        raise ValueError(f"at least one territory is needed; {name} is {given}")
    return int(given)


def read_whole(given: npt.ArrayLike, name: str, rows: int) -> Ints:
    """Return whole numbers, one for each row.

    Parameters
    ----------
    given
        What was handed in.
    name
        What it stands for, for the message.
    rows
        How many there must be.

    Raises
    ------
    ValueError
        When the shape differs or a number is not whole.
    """
    array = np.asarray(given)
    if array.shape != (rows,):
        raise ValueError(f"{name} has shape {array.shape}; it must be ({rows},)")
    if array.dtype.kind in "iub":
        return array.astype(np.int64)
    numbers = read_numbers(given, name)
    bad = np.flatnonzero(~(np.abs(numbers) < 2.0**53) | (numbers != np.rint(numbers)))
    if len(bad):
        raise ValueError(
            f"{name} of unit {int(bad[0])} is {numbers[bad[0]]}; it must be a whole number, -1 for none"
        )
    return numbers.astype(np.int64)


def read_edges(given: Any, units: int) -> Ints:
    """Return pairs of units, (edges, 2).

    Parameters
    ----------
    given
        What was handed in.
    units
        How many there are.

    Raises
    ------
    ValueError
        When it is not a list of pairs, or names a unit that does not exist.
    """
    numbers = read_numbers(given, "neighbours")
    if numbers.size == 0:
        return np.zeros((0, 2), np.int64)
    if numbers.ndim != 2 or numbers.shape[1] != 2:
        raise ValueError(f"neighbours has shape {numbers.shape}; it must be (edges, 2)")
    bad = np.argwhere(~((numbers >= 0) & (numbers < units)) | (numbers != np.rint(numbers)))
    if len(bad):
        row, side = bad[0].tolist()
        raise ValueError(
            f"neighbours, pair {row}: {numbers[row, side]:g} names no unit; they are 0 to {units - 1}"
        )
    return numbers.astype(np.int64)


def name_one(names: Sequence[str] | None, prefix: str, number: int) -> str:
    """Return the name of a unit or territory, numbered where it has none.

    Parameters
    ----------
    names
        Names as they were given, or None.
    prefix
        What is numbered.
    number
        Which one.
    """
    if names is not None and number < len(names):
        return str(names[number])
    return f"{prefix} {number}"


def refuse_twins(names: Sequence[str] | None, what: str) -> None:
    """Refuse names of which two are the same.

    Parameters
    ----------
    names
        As they were given, or None.
    what
        What is named, for the message.

    Raises
    ------
    ValueError
        Naming the first that comes again.
    """
    seen: set[str] = set()
    for name in names or ():
        if str(name) in seen:
            raise ValueError(f"{what} {str(name)!r} is there twice; each name must be its own")
        seen.add(str(name))
