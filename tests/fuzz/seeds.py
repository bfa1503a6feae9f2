"""Sound inputs that mutations start from: one file or more for each target."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
CORPUS = Path(__file__).parent / "corpus"


def find_corpus(target: str) -> list[Path]:
    """Return the kept cases of a target: crashes that were found, as they were, and attacks by name."""
    return sorted((CORPUS / target).glob("*"))


@cache
def find_seeds(target: str) -> tuple[bytes, ...]:
    """Return sound inputs of a target, and its kept cases."""
    kept = tuple(path.read_bytes() for path in find_corpus(target))
    return (*SEEDS[target](), *kept)


def _scenarios() -> list[bytes]:
    from planner.scenario.starter import starter_text

    files = sorted((ROOT / "scenarios").rglob("*.toml"))
    return [*(path.read_bytes() for path in files), starter_text().encode()]


def _settings() -> list[bytes]:
    return [
        b"quota.goal=90_000_000\nalignment.measures.potential.tolerance=0.03\nname='x'",
        b'alignment.holds=[{where="arr > 5", to="owner"}]\nfx.EUR=1.08\nperiod.months=3',
        b"quota.components.new.share=0.5\ninputs.accounts.columns.account_id=Id\nseed=5",
    ]


def _conditions() -> list[bytes]:
    return [
        b"segment = 'Enterprise' AND arr > 1",
        b"renewal_date BETWEEN as_of AND as_of + INTERVAL 90 DAY OR segment IN ('SMB', 'Mid')",
        b"CASE WHEN arr IS NULL THEN true ELSE lower(segment) LIKE 's%' END",
    ]


def _csv(table: str) -> Callable[[], list[bytes]]:
    def read() -> list[bytes]:
        from tests.inputs.conftest import TABLES

        return [TABLES[table].encode()]

    return read


def _workbook() -> list[bytes]:
    import openpyxl

    from tests.inputs.conftest import ACCOUNTS

    book = openpyxl.Workbook()
    for line in ACCOUNTS.splitlines():
        book.active.append(line.split(","))
    return [_saved(book)]


def _saved(book: object) -> bytes:
    stream = io.BytesIO()
    book.save(stream)  # type: ignore[attr-defined]
    # Stored, not deflated: a changed byte then reaches the XML and is not caught by the archive.
    flat = io.BytesIO()
    with zipfile.ZipFile(stream) as old, zipfile.ZipFile(flat, "w") as new:
        for name in old.namelist():
            new.writestr(zipfile.ZipInfo(name), old.read(name))
    return flat.getvalue()


def _edits() -> list[bytes]:
    import openpyxl

    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "Edit accounts"
    sheet.append(["Account ID", "Territory", "Rep today", "New owner", "Hold", "Potential override", "Comment"])  # fmt: skip
    sheet.append(["000000", "T001", None, "R001", None, 5.5, "why"])
    sheet.append(["000001", "T002", "R002", None, "plan", None, None])
    quotas = book.create_sheet("Edit quotas")
    quotas.append(["Rep ID", "Quota override", "Comment"])
    quotas.append(["R001", 1000, "said"])
    help_ = book.create_sheet("Edit help")
    help_.append(["Currency", "USD"])
    return [_saved(book)]


def _parquet() -> list[bytes]:
    import pandas as pd

    from tests.inputs.conftest import ACCOUNTS

    stream = io.BytesIO()
    pd.read_csv(io.StringIO(ACCOUNTS), dtype=str).to_parquet(stream, compression=None)
    return [stream.getvalue()]


def _units() -> list[bytes]:
    import json

    square = [[[0, 0], [0, 1], [1, 1], [1, 0], [0, 0]]]
    shape = {"type": "Polygon", "coordinates": square}
    unit = {"type": "Feature", "properties": {"unit_id": "U1"}, "geometry": shape}
    return [json.dumps({"type": "FeatureCollection", "features": [unit]}).encode()]


def _plan() -> list[bytes]:
    head = b'{"format": "territory-planner/plan", "format_version": 1, "seconds": {}}'
    return [
        head + b'\n---\n{"$type": "Plan", "provenance": {"$type": "Provenance", "name": "x"}}',
        head + b'\n---\n{"$array": "a00000"}',
    ]


SEEDS: dict[str, Callable[[], list[bytes]]] = {
    "scenario": _scenarios,
    "settings": _settings,
    "condition": _conditions,
    "accounts_csv": _csv("accounts"),
    "history_csv": _csv("history"),
    "reps_csv": _csv("reps"),
    "units_geojson": _units,
    "accounts_xlsx": _workbook,
    "accounts_parquet": _parquet,
    "edits": _edits,
    "plan_folder": _plan,
}
