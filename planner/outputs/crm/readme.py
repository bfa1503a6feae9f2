"""The README of a folder for a CRM: what to load, how, what it does, and what is left out."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from planner.outputs.crm.files import LoadFile
from planner.outputs.crm.names import clean_name
from planner.outputs.crm.package import Package
from planner.outputs.crm.review import Change
from planner.outputs.plan import Plan
from planner.outputs.wording import title_sentence

LONGEST = 120


def write_readme(
    plan: Plan,
    package: Package,
    names: dict[str, list[str]],
    changes: list[Change],
    against: Plan | None,
    path: Path,
) -> None:
    """Write README.md.

    Parameters
    ----------
    names
        Files written for each load file, by its stem.
    changes
        What the plan changes against ``against``, else against today.
    """
    lines = [
        f"# {_name(plan)}: files for {package.system}",
        "",
        title_sentence(plan),
        "",
        "## Load these, in this order",
        "",
        *_load_lines(package, names),
        "",
        "## What it will do",
        "",
        *_effect_lines(package.files),
        *(f"- {sentence}" for sentence in package.before),
        "",
        "## How",
        "",
        *(f"{number}. {step}" for number, step in enumerate(package.how, start=1)),
        "",
        "## Left out, and why",
        "",
        *_left_out_lines(package),
        "",
        "## What changes",
        "",
        *_change_lines(changes, against),
        "",
        *_undo_lines(package),
    ]
    path.write_text("\n".join(lines), encoding="utf-8", errors="backslashreplace")


def _name(plan: Plan) -> str:
    return plain_cell(plan.provenance.name)


def plain_cell(text: str) -> str:
    """Return text that stays inside a line, and a cell, of Markdown."""
    return clean_name(text, LONGEST).replace("|", "\\|").replace("<", "&lt;")


def _load_lines(package: Package, names: dict[str, list[str]]) -> list[str]:
    if not package.files:
        return ["Nothing can be loaded yet: every file lacks ids. See below."]
    head = ["| file | object | operation | rows | it |", "| --- | --- | --- | --- | --- |"]
    return head + [
        f"| {', '.join(f'`{name}`' for name in names[file.stem])} | {file.object} "
        f"| {file.operation} | {len(file.rows):,} | {file.words} |"
        for file in package.files
    ]


def _effect_lines(files: tuple[LoadFile, ...]) -> list[str]:
    rows: Counter[tuple[str, str]] = Counter()
    for file in files:
        rows[file.object, file.operation] += len(file.rows)
    lines = [f"- {count:,} × {operation} {name}" for (name, operation), count in rows.items()]
    return [*lines, ""] if lines else []


def _left_out_lines(package: Package) -> list[str]:
    if not package.left_out:
        return ["Nothing."]
    return [f"- **{one.step} {one.object}**: {_line(one.reason)}." for one in package.left_out]


def _line(text: str) -> str:
    return " ".join(text.replace("<", "&lt;").split())


def _change_lines(changes: list[Change], against: Plan | None) -> list[str]:
    whom = f"the plan {_name(against)}" if against else "today's owners"
    if not changes:
        return [f"Nothing changes against {whom}."]
    count = Counter((one.kind, one.field) for one in changes)
    return [
        f"Against {whom}; each is in `changes.csv`, which is for reading, not for loading.",
        "",
        *(f"- {number:,} × {kind}: {field}" for (kind, field), number in count.items()),
    ]


def _undo_lines(package: Package) -> list[str]:
    objects = ", ".join(dict.fromkeys(file.object for file in package.files))
    if not objects:
        return []
    return [
        "## To undo",
        "",
        (
            f"Export {objects} before you load: that is the backup. In reverse order, load the old values "
            "back where rows were updated, delete what was inserted, insert what was deleted."
        ),
        "",
    ]
