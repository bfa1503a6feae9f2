"""What is fuzzed: each target takes bytes of any content and may end in a PlannerError, or well."""

from __future__ import annotations

import contextlib
import shutil
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

from planner.errors import FaultError, PlannerError

Run = Callable[[bytes], None]


@dataclass(frozen=True, slots=True)
class Target:
    """One entrance for what people send.

    Parameters
    ----------
    run
        Takes the bytes; raises only where there is a fault of ours.
    words
        Pieces that the mutations put in, beside those of the seeds.
    share
        Its part of the cases.
    """

    name: str
    run: Run
    words: tuple[bytes, ...]
    share: int


class CrashError(AssertionError):
    """Raised when an input is not turned into words for a person."""


@contextlib.contextmanager
def ends_in_words() -> Iterator[None]:
    """Let refusals pass, and nothing else; findings of a refusal are whole."""
    try:
        yield
    except FaultError as error:
        raise CrashError(str(error)) from error
    except PlannerError as error:
        if not str(error).strip() or not all(finding.message for finding in error.findings):
            raise CrashError("a refusal without words") from error


@contextlib.contextmanager
def folder_of(name: str, content: bytes) -> Iterator[Path]:
    """Yield a folder that holds one file."""
    folder = Path(tempfile.mkdtemp(prefix="planner-fuzz-"))
    try:
        (folder / name).write_bytes(content)
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def read_table(table: str, suffix: str) -> Run:
    """Return a run that reads a file as a table, beside tables that are sound."""

    def run(content: bytes) -> None:
        from planner.inputs.loading import load
        from planner.inputs.parameters import ControlParameters, InputsParameters, PeriodParameters
        from tests.inputs.conftest import TABLES

        with folder_of(f"{table}{suffix}", content) as folder, ends_in_words():
            given = {name: {"path": f"{name}.csv"} for name in {"accounts", "reps"} | {table}}
            for name in given.keys() - {table}:
                (folder / f"{name}.csv").write_text(TABLES[name], encoding="utf-8")
            given[table] = {"path": f"{table}{suffix}"}
            load(
                InputsParameters.model_validate(given),
                PeriodParameters(start=date(2027, 1, 1)),
                ControlParameters(),
                "USD",
                {},
                folder,
            )

    return run


def read_scenario_file(content: bytes) -> None:
    """Read a scenario's TOML."""
    from planner.scenario.reading import read_scenario

    with folder_of("scenario.toml", content) as folder, ends_in_words():
        read_scenario(folder / "scenario.toml")


def apply_settings(content: bytes) -> None:
    """Lay settings of the command line, one a line, over a sound scenario."""
    from planner.scenario.reading import read_scenario

    base = b'[period]\nstart = 2027-01-01\n[inputs.accounts]\npath = "a.csv"\n[quota]\ngoal = 5\n'
    with folder_of("scenario.toml", base) as folder, ends_in_words():
        read_scenario(folder / "scenario.toml", content.decode("utf-8", "replace").split("\n"))


def run_condition(content: bytes) -> None:
    """Run a condition over a table of a few rows."""
    from planner.inputs.conditions import select

    with ends_in_words():
        select(content.decode("utf-8", "replace"), _rows(), {"as_of": date(2026, 11, 30)})


@cache
def _rows() -> object:
    import pandas as pd

    return pd.DataFrame(
        {
            "account_id": ["1", "2", "3"],
            "segment": ["Enterprise", None, "SMB"],
            "arr": [1.5, float("nan"), 3.0],
            "renewal_date": pd.to_datetime(["2027-01-01", None, "2026-01-01"]),
        }
    )


def read_edited_workbook(content: bytes) -> None:
    """Read a workbook of edits, and check them against a company."""
    from planner.inputs.edit_checks import settle_edits
    from planner.inputs.edit_words import describe_edits
    from planner.inputs.edits import read_edits
    from planner.outputs.refusals import write_refusals

    with folder_of("workbook.xlsx", content) as folder, ends_in_words():
        book = read_edits(folder / "workbook.xlsx")
        edits = settle_edits(book, _company_data(), plan="Fuzz", quotas=True)
        describe_edits(edits)
        write_refusals(folder / "workbook.xlsx", edits.refused)


@cache
def _company_data() -> object:
    from tests.outputs.conftest import build_plan

    return build_plan(accounts=6, reps=3, seed=1).data


def read_plan_folder(content: bytes) -> None:
    """Read a plan whose list of objects, or whose plan.json, is anything at all."""
    from planner.outputs.folder import load_plan

    with folder_of("plan.json", b"{}") as folder, ends_in_words():
        state = folder / "state"
        state.mkdir()
        head, _, objects = content.partition(b"\n---\n")
        (folder / "plan.json").write_bytes(head)
        (state / "objects.json").write_bytes(objects)
        _empty_arrays(state / "arrays.npz")
        _list_files(state)
        load_plan(folder)


def _empty_arrays(path: Path) -> None:
    import numpy as np

    np.savez(path, a00000=np.zeros(3))


def _list_files(state: Path) -> None:
    import hashlib
    import json

    digests = {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(state.iterdir())
    }
    (state / "manifest.json").write_text(json.dumps(digests), encoding="ascii")


CELLS = (
    *(
        b",",
        b";",
        b"\t",
        b"|",
        b'"',
        b'""',
        b"\n",
        b"\r",
        b"\r\n",
        b"\0",
        b"\xff\xfe",
        b"\xef\xbb\xbf",
    ),
    *(
        b"sep=;\n",
        b"=1+1",
        b"+1",
        b"-1",
        b"@SUM(A1)",
        b"'=x",
        b"#N/A",
        b"nan",
        b"inf",
        b"-0",
        b"1e999",
    ),
    *(
        b"1e-400",
        b"9" * 40,
        b"$1,234.50",
        b"(5)",
        b"1.234,50",
        b"2027-02-30",
        b"0000-00-00",
        b"31/12/99",
    ),
    *(
        b"9999-12-31",
        b"account_id",
        b"date",
        b"amount",
        b"USD",
        b"XXX",
        b"JPY",
        b"\xc3\x28",
        b"\xed\xa0\x80",
    ),
    *("\u202e\u0000😀".encode(), b"true", b"1899-12-31T25:61", b"91", b"-181", b"A" * 300),
)
TOML = (
    *(
        b"[",
        b"]",
        b"[[",
        b"]]",
        b"{",
        b"}",
        b"=",
        b".",
        b'"',
        b"'''",
        b"\n",
        b"#",
        b",",
        b"-",
        b"_",
        b"\0",
    ),
    *(
        b"inf",
        b"nan",
        b"-1",
        b"1e400",
        b"9" * 25,
        b"0x1F",
        b"2027-02-29",
        b"07:32:00",
        b"true",
        b"\\u0000",
    ),
    *(
        b"extends",
        b"alignment",
        b"measures",
        b"holds",
        b"where",
        b"to",
        b"quota",
        b"goal",
        b"basis",
        b"inputs",
    ),
    *(
        b"fx",
        b"period",
        b"start",
        b"months",
        b"tolerance",
        b"components",
        b"url",
        b"query",
        b"path",
        b"../x",
    ),
)
SQL = (
    *(
        b"(",
        b")",
        b"'",
        b'"',
        b"--",
        b"/*",
        b"*/",
        b";",
        b",",
        b"*",
        b"=",
        b"<>",
        b"||",
        b"::",
        b"?",
        b"$1",
    ),
    *(
        b"SELECT",
        b"FROM",
        b"read_csv('x')",
        b"EXISTS",
        b"IN",
        b"BETWEEN",
        b"AND",
        b"CASE WHEN",
        b"END",
        b"NULL",
    ),
    *(
        b"INTERVAL 90 DAY",
        b"arr",
        b"segment",
        b"as_of",
        b"renewal_date",
        b"1/0",
        b"1e400",
        b"CAST(",
        b"AS",
    ),
    *(
        b"pragma_version()",
        b"getenv('A')",
        b"regexp_matches(",
        b"repeat(",
        b"99999999999999999999",
        b"\0",
    ),
)
XML = (
    *(
        b"PK\x03\x04",
        b"PK\x05\x06",
        b"<!DOCTYPE",
        b"<!ENTITY",
        b'r="A9999999"',
        b't="s"',
        b"<v>1e999</v>",
    ),
    *(
        b"<f>1+1</f>",
        b"\0",
        b"\xff\xff\xff\xff",
        b"sheet1.xml",
        b"<row",
        b"</worksheet>",
        b"Account ID",
    ),
)
JSON = (
    *(
        b"{",
        b"}",
        b"[",
        b"]",
        b'"$type"',
        b'"Plan"',
        b'"$array"',
        b'"a00000"',
        b'"$frame"',
        b'"../x"',
        b":",
    ),
    *(
        b'"$sparse"',
        b'"$texts"',
        b'"$dict"',
        b'"$set"',
        b'"$date"',
        b'"$float"',
        b"null",
        b"1e999",
        b"\n---\n",
    ),
)
GEO = (
    b'"type"',
    b'"Polygon"',
    b'"coordinates"',
    b"[[",
    b"]]",
    b"1e999",
    b"null",
    b'"unit_id"',
    b"NaN",
)

TARGETS = {
    target.name: target
    for target in (
        Target("scenario", read_scenario_file, TOML, 40),
        Target("settings", apply_settings, TOML, 16),
        Target("condition", run_condition, SQL, 12),
        Target("accounts_csv", read_table("accounts", ".csv"), CELLS, 6),
        Target("history_csv", read_table("history", ".csv"), CELLS, 5),
        Target("reps_csv", read_table("reps", ".csv"), CELLS, 4),
        Target("units_geojson", read_table("units", ".geojson"), GEO, 2),
        Target("accounts_xlsx", read_table("accounts", ".xlsx"), XML, 5),
        Target("accounts_parquet", read_table("accounts", ".parquet"), (), 4),
        Target("edits", read_edited_workbook, XML, 6),
        Target("plan_folder", read_plan_folder, JSON, 4),
    )
}
