"""A folder to start from: a scenario with every key commented, and empty tables."""

from __future__ import annotations

import csv
import io
from pathlib import Path

from planner.errors import ScenarioError, StoreError
from planner.inputs.tables import Table, known_tables
from planner.interruptions import Undisturbed

CONTRACT_TABLES = (
    *("accounts", "history", "reps", "quotas", "opportunities", "activities", "places"),
    "events",
)


def write_starter(folder: Path) -> list[Path]:
    """Write a starter scenario, its JSON schema for editors, and a template of each table.

    Parameters
    ----------
    folder
        Made where it does not exist; nothing in it is overwritten.

    Returns
    -------
    list of Path
        What was written.

    Raises
    ------
    ScenarioError
        When one of the files is there already.
    StoreError
        When the disk refuses.
    """
    from planner.scenario.schema import schema_text
    from planner.scenario.starter import starter_text

    texts = {
        "scenario.toml": starter_text(),
        "scenario.schema.json": schema_text(),
        "TABLES.md": describe_tables(),
    }
    tables = known_tables()
    texts |= {f"{name}.csv": template(tables[name]) for name in CONTRACT_TABLES}
    there = [name for name in texts if (folder / name).exists()]
    if there:
        raise ScenarioError(f"{folder} already holds {', '.join(there)}; nothing was written.")
    try:
        with Undisturbed():
            folder.mkdir(parents=True, exist_ok=True)
            return [_write(folder / name, text) for name, text in texts.items()]
    except OSError as error:
        raise StoreError(f"{folder} cannot be written: {error.strerror}.") from error


def _write(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8", newline="")
    return path


def template(table: Table) -> str:
    """Return an empty table: its header alone."""
    stream = io.StringIO()
    csv.writer(stream).writerow([column.name for column in table.columns])
    return stream.getvalue()


def describe_tables() -> str:
    """Return every table and column in words, as Markdown."""
    lines = ["# Tables", "", "A * marks a column that the table cannot do without.", ""]
    for table in known_tables().values():
        lines += [
            f"## {table.name}",
            "",
            table.description,
            "",
            "| column | holds | also known as |",
            "| --- | --- | --- |",
        ]
        for column in table.columns:
            star = "*" if column.required else ""
            aliases = ", ".join(column.aliases)
            lines.append(f"| {column.name}{star} | {column.description} | {aliases} |")
        lines.append("")
    return "\n".join(lines)
