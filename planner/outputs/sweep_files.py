"""A sweep as files: a table, an object and a page that opens with no network."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from planner.interruptions import Undisturbed
from planner.outputs.csv_files import format_number, quote_formula
from planner.outputs.folder import disk_errors
from planner.outputs.swap import Placing, nothing_more, replace_text
from planner.outputs.sweep_page import SweepPage, make_sweep_page
from planner.outputs.sweep_records import PLANS
from planner.outputs.sweep_rows import SweepRow, find_unbeaten, known_tradeoffs, list_figures

FORMAT = "territory-planner/sweep"


def write_sweep(
    rows: Sequence[SweepRow],
    folder: Path,
    *,
    name: str,
    currency: str,
    inputs: dict[str, str],
    kept: bool,
    placing: Placing = nothing_more,
) -> tuple[Path, ...]:
    """Write sweep.csv, sweep.json and sweep.html; the same rows give the same bytes.

    Parameters
    ----------
    rows
        One for each combination.
    folder
        The sweep's.
    name
        Of the scenario that was varied.
    currency
        Of all money.
    inputs
        SHA-256 of each table's source.
    kept
        Whether each plan's folder is there.
    placing
        Called when all is made up, just before it is written.

    Raises
    ------
    StoreError
        When the disk refuses.
    """
    document = sweep_document(rows, name=name, currency=currency, inputs=inputs, kept=kept)
    page = make_sweep_page(SweepPage(name=name, currency=currency, rows=tuple(rows), kept=kept))
    texts = {
        "sweep.csv": sweep_csv(rows, kept=kept),
        "sweep.json": json.dumps(document, indent=2, ensure_ascii=False, allow_nan=False) + "\n",
        "sweep.html": page,
    }
    with disk_errors(folder, "written"), Undisturbed():
        placing()
        for file, text in texts.items():
            replace_text(folder / file, text)
    return tuple(folder / file for file in texts)


def sweep_document(
    rows: Sequence[SweepRow], *, name: str, currency: str, inputs: dict[str, str], kept: bool
) -> dict[str, Any]:
    """Return a sweep as plain values; nothing in it differs from run to run."""
    tradeoffs = known_tradeoffs(rows)
    unbeaten = {one.name: find_unbeaten(rows, one) for one in tradeoffs}
    return {
        "format": FORMAT,
        "name": name,
        "currency": currency,
        "varied": _varied(rows),
        "tradeoffs": [
            {"name": one.name, "title": one.title, "x": one.x, "y": one.y} for one in tradeoffs
        ],
        "rows": [
            {
                "name": row.name,
                "values": row.values,
                "status": row.status,
                "reason": row.reason,
                "plan": plan_path(row, kept=kept),
                "unbeaten": [name for name, marks in unbeaten.items() if marks[place]],
                "figures": row.figures,
            }
            for place, row in enumerate(rows)
        ],
        "inputs": inputs,
    }


def _varied(rows: Sequence[SweepRow]) -> dict[str, list[str]]:
    keys = rows[0].values if rows else {}
    return {key: list(dict.fromkeys(row.values[key] for row in rows)) for key in keys}


def plan_path(row: SweepRow, *, kept: bool) -> str | None:
    """Return where a row's plan is, seen from the sweep's folder; None where it has none."""
    return f"{PLANS}/{row.name}" if kept and row.planned else None


def sweep_csv(rows: Sequence[SweepRow], *, kept: bool) -> str:
    """Return one line for each combination: what was varied, the figures, and what is unbeaten."""
    keys, figures = list(_varied(rows)), list_figures(rows)
    tradeoffs = known_tradeoffs(rows)
    marks = {one.name: find_unbeaten(rows, one) for one in tradeoffs}
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    heads = ("combination", *keys, "status", *figures)
    writer.writerow([*heads, *(f"unbeaten_{name}" for name in marks), "plan", "reason"])
    for place, row in enumerate(rows):
        numbers = (row.figures.get(name) for name in figures)
        writer.writerow(
            [
                quote_formula(row.name),
                *(quote_formula(row.values[key]) for key in keys),
                row.status,
                *("" if number is None else format_number(number) for number in numbers),
                *("true" if flags[place] else "false" for flags in marks.values()),
                plan_path(row, kept=kept) or "",
                quote_formula(row.reason),
            ]
        )
    return stream.getvalue()
