"""Everything that goes into the folder for one CRM, before any of it is written."""

from __future__ import annotations

from dataclasses import dataclass

from planner.outputs.crm.files import LeftOut, LoadFile

Made = LoadFile | LeftOut | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Package:
    """The files of one CRM in load order, what is left out of them, and what to know before.

    Parameters
    ----------
    system
        What the CRM is called.
    newline
        What its loader wants at the end of a row.
    files
        In the order of loading, none without rows.
    left_out
        Files and rows that lack an id, with the reason.
    before
        What loading does beyond the rows themselves, one sentence each.
    how
        How to load, one step each.
    """

    system: str
    newline: str
    files: tuple[LoadFile, ...]
    left_out: tuple[LeftOut, ...]
    before: tuple[str, ...]
    how: tuple[str, ...]


def gather(
    system: str,
    newline: str,
    parts: list[Made],
    notes: list[LeftOut],
    before: tuple[str, ...],
    how: tuple[str, ...],
) -> Package:
    """Return the package of the parts that have rows; one without any says so."""
    files = tuple(part for part in parts if isinstance(part, LoadFile) and part.rows)
    said = {(part.step, part.object) for part in [*parts, *notes] if isinstance(part, LeftOut)}
    empty = [
        LeftOut(step=part.step, object=part.object, reason=f"there is nothing to {part.operation}")
        for part in parts
        if isinstance(part, LoadFile) and not part.rows and (part.step, part.object) not in said
    ]
    missing = [part for part in parts if isinstance(part, LeftOut)]
    left_out = sorted([*missing, *empty, *notes], key=lambda one: one.step)
    return Package(
        system=system,
        newline=newline,
        files=files,
        left_out=tuple(left_out),
        before=before,
        how=how,
    )


def name_some(names: list[str], most: int = 8) -> str:
    """Return names in a row, the first ones where there are many."""
    shown = ", ".join(names[:most])
    return shown if len(names) <= most else f"{shown} and {len(names) - most:,} more"
