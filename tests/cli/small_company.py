"""A company small enough to be planned in a second, whose every table a test may change."""

from __future__ import annotations

import csv
import io
import json
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NoReturn

from click.testing import CliRunner

from planner.cli.commands import planner

Row = dict[str, str]
CITIES = (
    ("New York", "US", 40.71, -74.01),
    ("Chicago", "US", 41.88, -87.63),
    ("Dallas", "US", 32.78, -96.80),
    ("Seattle", "US", 47.61, -122.33),
)
SEGMENTS = ("Enterprise", "Mid-Market", "SMB")
INDUSTRIES = ("Retail", "Health")
QUICK = (
    "potential.method=last_year",
    "potential.cuts=1",
    "potential.remove_rep_effect=false",
    "outcomes.draws=200",
)
BASE = """name = "Small"
currency = "USD"
seed = 1

[period]
start = 2027-01-01
months = 12

[inputs.accounts]
path = "accounts.csv"

[inputs.history]
path = "history.csv"

[inputs.reps]
path = "reps.csv"

[alignment]
measures.addressable_market = { tolerance = 0.20, hard = true }

[quota]
goal = 1_000_000
round_to = 100
"""


def make_accounts(count: int) -> list[Row]:
    """Return accounts around four cities, owned by the city's rep, of sizes 10,000 to 40,000."""
    rows = []
    for number in range(count):
        city, country, latitude, longitude = CITIES[number % len(CITIES)]
        step = number // len(CITIES)
        rows.append(
            {
                "account_id": f"A{number:03d}",
                "name": f"Account {number}",
                "latitude": f"{latitude + 0.05 * (step % 5):.4f}",
                "longitude": f"{longitude + 0.05 * (step // 5 % 5):.4f}",
                "city": city,
                "country": country,
                "segment": SEGMENTS[number % 3],
                "industry": INDUSTRIES[number % 2],
                "parent_id": "",
                "owner_id": f"R{number % len(CITIES) + 1}",
                "addressable_market": str(10_000 + 2_000 * (number * 7 % 16)),
                "status": "customer",
            }
        )
    return rows


def make_history(accounts: Iterable[Row]) -> list[Row]:
    """Return two bookings a year for each account, a tenth of its market each, over three years."""
    return [
        {
            "account_id": account["account_id"],
            "date": f"{year}-{3 + 6 * half:02d}-15",
            "amount": str(int(account["addressable_market"]) // 10),
            "rep_id": account["owner_id"],
        }
        for account in accounts
        for year in (2024, 2025, 2026)
        for half in (0, 1)
    ]


def make_reps() -> list[Row]:
    """Return one full rep in each city, and whom they report to."""
    reps = [
        {
            "rep_id": f"R{number}",
            "name": f"Rep {number}",
            "role": "AE",
            "manager_id": "M1",
            "coverage": "direct",
            "latitude": str(latitude),
            "longitude": str(longitude),
            "hire_date": "2020-01-01",
            "capacity": "1",
            "ote": "120000",
        }
        for number, (_, _, latitude, longitude) in enumerate(CITIES, start=1)
    ]
    boss = dict.fromkeys(reps[0], "") | {
        "rep_id": "M1",
        "name": "The Boss",
        "role": "Manager",
        "coverage": "none",
        "hire_date": "2018-01-01",
    }
    return [*reps, boss]


def csv_text(rows: list[Row]) -> str:
    """Return rows as CSV, each column that any of them has."""
    names = list(dict.fromkeys(name for row in rows for name in row))
    stream = io.StringIO()
    writer = csv.DictWriter(stream, names, restval="")
    writer.writeheader()
    writer.writerows(rows)
    return stream.getvalue()


def refuse_constant(text: str) -> NoReturn:
    """Refuse NaN and infinity, which JSON does not have."""
    raise AssertionError(f"the JSON holds {text}")


@dataclass(slots=True, kw_only=True)
class SmallCompany:
    """The tables and the scenario of a company, as a test wants them.

    Parameters
    ----------
    folder
        Where they are written.
    scenario
        The scenario's text.
    tables
        Rows by table; each is written as CSV under the table's name.
    """

    folder: Path
    scenario: str = BASE
    tables: dict[str, list[Row]] = field(default_factory=dict)
    runs: int = 0

    @property
    def accounts(self) -> list[Row]:
        """Return the accounts."""
        return self.tables["accounts"]

    @property
    def reps(self) -> list[Row]:
        """Return the reps and managers."""
        return self.tables["reps"]

    def account(self, account_id: str) -> Row:
        """Return one account."""
        return next(row for row in self.accounts if row["account_id"] == account_id)

    def rep(self, rep_id: str) -> Row:
        """Return one rep."""
        return next(row for row in self.reps if row["rep_id"] == rep_id)

    def add_table(self, name: str, rows: list[Row], more: str = "") -> None:
        """Add a table, and its part of the scenario."""
        self.tables[name] = rows
        self.scenario += f'\n[inputs.{name}]\npath = "{name}.csv"\n{more}\n'

    def write(self) -> Path:
        """Write everything, and return the scenario's file."""
        self.folder.mkdir(parents=True, exist_ok=True)
        for name, rows in self.tables.items():
            (self.folder / f"{name}.csv").write_text(csv_text(rows), encoding="utf-8")
        path = self.folder / "scenario.toml"
        path.write_text(self.scenario, encoding="utf-8")
        return path

    def run(self, command: str, *settings: str, code: int | None = 0) -> Answer:
        """Write, run ``planner check`` or ``planner plan``, and assert how it ends.

        Parameters
        ----------
        command
            ``check`` or ``plan``.
        settings
            What ``--set`` is given.
        code
            The exit code that is expected, None for any that tells of findings.
        """
        path = self.write()
        self.runs += 1
        out = self.folder.parent / f"plan{self.runs}"
        words = [command, str(path), "--json"]
        for setting in (*QUICK, *settings):
            words += ["--set", setting]
        words += ["--out", str(out)] if command == "plan" else []
        done = CliRunner().invoke(planner, words)
        if done.exception is not None and not isinstance(done.exception, SystemExit):
            raise done.exception
        expected = {0, 1, 2, 3, 4} if code is None else {code}
        assert done.exit_code in expected, f"{done.exit_code}: {done.stdout[-3000:]}{done.stderr}"
        printed = json.loads(done.stdout, parse_constant=refuse_constant)
        assert out.exists() == (command == "plan" and done.exit_code == 0)
        return Answer(folder=out, printed=printed, said=done.stderr)

    def plan(self, *settings: str, code: int = 0) -> Answer:
        """Plan the company."""
        return self.run("plan", *settings, code=code)

    def check(self, *settings: str, code: int = 0) -> Answer:
        """Check the company."""
        return self.run("check", *settings, code=code)

    def refused(self, *settings: str, code: int) -> Answer:
        """Assert that check and plan refuse alike, and return what check said."""
        checked = self.check(*settings, code=code)
        planned = self.plan(*settings, code=code)
        assert checked.said == planned.said
        return checked


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a command left: its folder, its JSON, and what it said."""

    folder: Path
    printed: dict[str, Any]
    said: str

    def rows(self, name: str) -> list[Row]:
        """Return the rows of one of the plan's tables."""
        with (self.folder / f"{name}.csv").open(encoding="utf-8", newline="") as stream:
            return list(csv.DictReader(stream))

    @property
    def document(self) -> dict[str, Any]:
        """Return plan.json."""
        found: dict[str, Any] = json.loads((self.folder / "plan.json").read_text("utf-8"))
        return found

    @property
    def findings(self) -> list[dict[str, Any]]:
        """Return the findings, of the plan's folder where there is one."""
        place = self.document if self.folder.exists() else self.printed
        found: list[dict[str, Any]] = place["findings"]
        return found

    def codes(self, severity: str = "") -> set[str]:
        """Return the codes of the findings."""
        return {f["code"] for f in self.findings if f["severity"] == severity or not severity}

    def owners(self) -> dict[str, str]:
        """Return the rep of each account."""
        return {row["account_id"]: row["rep_id"] for row in self.rows("assignments")}

    def served(self) -> dict[str, set[str]]:
        """Return the accounts of each rep."""
        found: dict[str, set[str]] = defaultdict(set)
        for account, rep in self.owners().items():
            found[rep].add(account)
        return dict(found)

    def quotas(self, level: str = "rep") -> dict[str, float]:
        """Return the year's quota of each person at a level."""
        totals: dict[str, float] = defaultdict(float)
        for row in self.rows("quotas"):
            if row["level"] == level:
                totals[row["rep_id"]] += float(row["quota"])
        return dict(totals)


def make_company(folder: Path, accounts: int = 60) -> SmallCompany:
    """Return a company of four reps and a manager, not yet written."""
    rows = make_accounts(accounts)
    tables = {"accounts": rows, "history": make_history(rows), "reps": make_reps()}
    return SmallCompany(folder=folder / "company", tables=tables)
