"""Names of units and territories, also where none were given."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import overload


@dataclass(frozen=True, slots=True)
class Numbered(Sequence[str]):
    """Names such as ``unit 7``, made when they are asked for.

    Parameters
    ----------
    prefix
        What is numbered.
    size
        How many there are; the first is number 0.
    """

    prefix: str
    size: int

    def __len__(self) -> int:
        return self.size

    @overload
    def __getitem__(self, index: int) -> str: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[str]: ...
    def __getitem__(self, index: int | slice) -> str | Sequence[str]:
        numbers = range(self.size)[index]
        if isinstance(numbers, range):
            return [f"{self.prefix} {number}" for number in numbers]
        return f"{self.prefix} {numbers}"


def list_names(names: Sequence[str], shown: int = 5) -> str:
    """Return the first names and how many more there are, for a message.

    Parameters
    ----------
    names
        All the names.
    shown
        How many to write out.
    """
    text = ", ".join(names[:shown])
    return text if len(names) <= shown else f"{text} and {len(names) - shown:,} more"
