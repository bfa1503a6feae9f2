"""A file that a CRM loads: its specification, its rows, and the check before it is written."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Literal

from planner.errors import FaultError
from planner.outputs.parameters import GUID, SALESFORCE_ID

Operation = Literal["insert", "update", "delete", "upsert"]
Row = tuple[str, ...]
# Salesforce takes 100 MB a file; the others less often say, so the same is kept to.
LARGEST_BYTES = 100_000_000
NULL = "#N/A"
QUOTED = re.compile(r'[",\r\n]')
AMOUNT = re.compile(r"-?\d+(\.\d+)?")
INSTANT = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z")
DEVELOPER_NAME = re.compile(r"[A-Za-z](_?[A-Za-z0-9])*")


def _is_day(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


KINDS: dict[str, Callable[[str], bool]] = {
    "id": lambda text: SALESFORCE_ID.fullmatch(text) is not None,
    "guid": lambda text: GUID.fullmatch(text) is not None,
    "digits": lambda text: text.isascii() and text.isdigit(),
    "amount": lambda text: AMOUNT.fullmatch(text) is not None,
    "day": _is_day,
    "instant": lambda text: INSTANT.fullmatch(text) is not None,
    "developer name": lambda text: DEVELOPER_NAME.fullmatch(text) is not None,
    "text": lambda text: text.isprintable(),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One column of a load file.

    Parameters
    ----------
    name
        The CRM's API name.
    kind
        A key of ``KINDS``.
    required
        Whether a row without it would be refused.
    longest
        Characters that the CRM keeps.
    choices
        The values that it may hold, any where empty.
    """

    name: str
    kind: str = "text"
    required: bool = True
    longest: int | None = None
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadFile:
    """One file for one object and one operation.

    Parameters
    ----------
    step
        Its place in the order of loading, such as ``03a``.
    object
        The CRM's object.
    operation
        What the loader does with each row.
    fields, rows
        Its columns, and the cells as text in the same order; blank is left alone.
    unique
        Columns that together name a row once.
    words
        What loading it does, in one sentence.
    parent
        (column of the parent, column of the key): a parent made by this file stands above.
    known
        Keys of parents that the CRM has already.
    """

    step: str
    object: str
    operation: Operation
    fields: tuple[Field, ...]
    rows: tuple[Row, ...]
    unique: tuple[str, ...]
    words: str
    parent: tuple[str, str] | None = None
    known: frozenset[str] = frozenset()

    @property
    def stem(self) -> str:
        """Return the file's name without part and suffix; it sorts in the order of loading."""
        return f"{self.step}_{self.object}_{self.operation}"

    def column(self, name: str) -> list[str]:
        """Return the cells of a column."""
        place = [field.name for field in self.fields].index(name)
        return [row[place] for row in self.rows]


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    """A file, or rows of one, that could not be made, and why."""

    step: str
    object: str
    reason: str


def check_file(file: LoadFile) -> None:
    """Hold a file against its specification before anything is written.

    Raises
    ------
    FaultError
        When a cell, a key or the order is not as the CRM wants it.
    """
    for field in file.fields:
        for cell in file.column(field.name):
            reason = _cell_fault(field, cell)
            if reason:
                message = f"{file.stem}: {field.name} {cell!r} {reason}"
                raise FaultError(message)
    keys = list(zip(*(map(_fold, file.column(name)) for name in file.unique), strict=True))
    if len(set(keys)) < len(keys):
        message = f"{file.stem}: two rows have the same {' and '.join(file.unique)}"
        raise FaultError(message)
    _check_parents(file)


def _fold(key: str) -> str:
    # Of a Salesforce Id of 18 characters the first 15 say which record is meant, case and all.
    return key[:15] if len(key) == 18 and SALESFORCE_ID.fullmatch(key) else key


def _cell_fault(field: Field, cell: str) -> str:
    if cell in {"", NULL}:
        return "is missing" if field.required else ""
    if not KINDS[field.kind](cell):
        return f"is not of the kind {field.kind}"
    if field.longest is not None and len(cell) > field.longest:
        return f"is longer than {field.longest} characters"
    if field.choices and cell not in field.choices:
        return f"is none of {', '.join(field.choices)}"
    return ""


def _check_parents(file: LoadFile) -> None:
    if file.parent is None:
        return
    above, key = file.parent
    seen = set(file.known)
    for parent, own in zip(file.column(above), file.column(key), strict=True):
        if parent and parent not in seen:
            message = f"{file.stem}: {own} stands above its parent {parent}"
            raise FaultError(message)
        seen.add(own)


def write_file(
    file: LoadFile, folder: Path, *, newline: str, largest: int = LARGEST_BYTES
) -> list[Path]:
    r"""Write a file as UTF-8, in parts where it is large; cells stay as they are.

    Parameters
    ----------
    newline
        What ends a row: ``\n`` or ``\r\n``.
    largest
        Bytes that one part may have.
    """
    parts = list(_split(file, newline, largest))
    paths = []
    for number, body in enumerate(parts, start=1):
        ending = f"_part{number:02d}" if len(parts) > 1 else ""
        path = folder / f"{file.stem}{ending}.csv"
        path.write_bytes(body)
        paths.append(path)
    return paths


def _split(file: LoadFile, newline: str, largest: int) -> Iterator[bytes]:
    """Yield the bytes of each part, its header first."""
    head = _line(tuple(field.name for field in file.fields), newline)
    part, size = [head], len(head)
    for row in file.rows:
        line = _line(row, newline)
        if size + len(line) > largest and len(part) > 1:
            yield b"".join(part)
            part, size = [head], len(head)
        part.append(line)
        size += len(line)
    yield b"".join(part)


def _line(cells: Row, newline: str) -> bytes:
    quoted = (
        '"' + cell.replace('"', '""') + '"' if QUOTED.search(cell) else cell for cell in cells
    )
    return (",".join(quoted) + newline).encode("utf-8")
