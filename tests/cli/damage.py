"""What goes wrong with exported tables: a list of damages, each a function on a company's folder."""

from __future__ import annotations

import csv
import gzip
import io
import os
import zipfile
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

TABLES = ("accounts", "history", "reps", "quotas", "opportunities", "activities", "places")


@dataclass(frozen=True, slots=True)
class Company:
    """The folder of a company that may be damaged, and what the command line is told on top."""

    folder: Path
    settings: list[str] = field(default_factory=list)

    def path(self, table: str) -> Path:
        """Return the file of a table."""
        return self.folder / f"{table}.csv"

    def text(self, table: str) -> str:
        """Return a table as it stands."""
        return self.path(table).read_text(encoding="utf-8")

    def write(self, table: str, content: str | bytes) -> None:
        """Replace the file of a table."""
        self.path(table).write_bytes(content.encode() if isinstance(content, str) else content)

    def write_as(self, table: str, name: str, content: bytes) -> None:
        """Write a table to a file of another name, and point the scenario there."""
        (self.folder / name).write_bytes(content)
        self.say(f'inputs.{table}.path="{name}"')

    def rows(self, table: str) -> list[dict[str, str]]:
        """Return the rows of a table."""
        return list(csv.DictReader(io.StringIO(self.text(table))))

    def put(self, table: str, rows: list[dict[str, str]], header: Iterable[str] = ()) -> None:
        """Write the rows of a table."""
        names = list(header) or list(rows[0])
        stream = io.StringIO()
        writer = csv.DictWriter(stream, names, extrasaction="ignore", restval="")
        writer.writeheader()
        writer.writerows(rows)
        self.write(table, stream.getvalue())

    def change(self, table: str, values: Mapping[str, str], *, first: int | None = None) -> None:
        """Set columns in every row, or in the first rows alone."""
        rows = self.rows(table)
        for row in rows[:first]:
            row.update(values)
        self.put(table, rows)

    def keep(self, table: str, wanted: Callable[[dict[str, str]], bool]) -> None:
        """Leave the rows out that are not wanted."""
        rows = self.rows(table)
        self.put(table, [row for row in rows if wanted(row)], rows[0])

    def without(self, table: str, *columns: str) -> None:
        """Leave columns out."""
        rows = self.rows(table)
        self.put(table, rows, [name for name in rows[0] if name not in columns])

    def rename(self, column: str, old: str, new: str) -> None:
        """Give a row of one id another id, in every table that speaks of it."""
        for table in TABLES:
            rows = self.rows(table)
            if column in rows[0]:
                for row in rows:
                    row[column] = new if row[column] == old else row[column]
                self.put(table, rows)

    def say(self, *settings: str) -> None:
        """Give the command line further ``--set`` arguments."""
        self.settings.extend(settings)


Damage = Callable[[Company], object]
FileDamage = Callable[[Company, str], object]


def archive(name: str, content: bytes) -> bytes:
    """Return a zip file of one part."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr(name, content)
    return target.getvalue()


def workbook(rows: list[list[str]], change: Callable[[bytes], bytes] = bytes) -> bytes:
    """Return an XLSX of these rows, its sheet's XML changed."""
    import xlsxwriter

    target = io.BytesIO()
    book = xlsxwriter.Workbook(target, {"strings_to_formulas": True})
    sheet = book.add_worksheet()
    for number, row in enumerate(rows):
        sheet.write_row(number, 0, row)
    book.close()
    result = io.BytesIO()
    with zipfile.ZipFile(target) as old, zipfile.ZipFile(result, "w") as new:
        for name in old.namelist():
            part = old.read(name)
            new.writestr(name, change(part) if name.endswith("sheet1.xml") else part)
    return result.getvalue()


def cells(company: Company, table: str) -> list[list[str]]:
    """Return a table as rows of text, the header first."""
    return list(csv.reader(io.StringIO(company.text(table))))


def in_first_line(company: Company, table: str, change: Callable[[str], str]) -> None:
    """Change the header of a table alone."""
    head, _, rest = company.text(table).partition("\n")
    company.write(table, f"{change(head)}\n{rest}")


def replace_by_folder(company: Company, table: str) -> None:
    """Put a folder where the file was."""
    company.path(table).unlink()
    company.path(table).mkdir()


def replace_by_link(company: Company, table: str, target: str) -> None:
    """Put a symbolic link where the file was."""
    company.path(table).unlink()
    company.path(table).symlink_to(target)


def replace_by_pipe(company: Company, table: str) -> None:
    """Put a named pipe, which nobody writes to, where the file was."""
    company.path(table).unlink()
    os.mkfifo(company.path(table))


def set_numbers(company: Company, table: str, value: str) -> None:
    """Write a value into every cell of the table that held a number, dates and ids left alone."""
    rows = company.rows(table)
    for row in rows:
        for name, old in row.items():
            if old and not name.endswith(("_id", "code")) and _is_number(old):
                row[name] = value
    company.put(table, rows)


def set_dates(company: Company, table: str, value: str) -> None:
    """Write a value into every cell of the table that held a date."""
    rows = company.rows(table)
    for row in rows:
        for name, old in row.items():
            if len(old) == 10 and old[4] == "-" and old[7] == "-":
                row[name] = value
    company.put(table, rows)


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


# Files that are no table any more, or a table of another form: each is done to each table.
FILES: dict[str, FileDamage] = {
    "no file": lambda c, t: c.path(t).unlink(),
    "empty file": lambda c, t: c.write(t, b""),
    "header only": lambda c, t: c.write(t, c.text(t).splitlines()[0]),
    "file of blanks": lambda c, t: c.write(t, b"  \n" * 400_000),
    "blanks below the header": lambda c, t: c.write(t, c.text(t) + "   \n" * 100_000),
    "commas below the last row": lambda c, t: c.write(
        t, c.text(t) + ("," * c.text(t).splitlines()[0].count(",") + "\n") * 3_000
    ),
    "truncated": lambda c, t: c.write(t, c.text(t)[: len(c.text(t)) * 3 // 5]),
    "binary garbage": lambda c, t: c.write(t, Random(1).randbytes(20_000)),
    "NUL bytes": lambda c, t: c.write(t, c.text(t).replace("\n", "\0\n", 5)),
    "UTF-8 with BOM": lambda c, t: c.write(t, "\ufeff" + c.text(t)),
    "UTF-16": lambda c, t: c.write(t, c.text(t).encode("utf-16")),
    "UTF-32": lambda c, t: c.write(t, c.text(t).encode("utf-32")),
    "Windows-1252": lambda c, t: c.write(
        t, c.text(t).replace("a", "é").encode("cp1252", errors="replace")
    ),
    "UTF-16 cut in a character": lambda c, t: c.write(t, c.text(t).encode("utf-16")[:-1]),
    "mixed line ends": lambda c, t: c.write(
        t, c.text(t).replace("\n", "\r\n", 7).replace("\n", "\r", 2)
    ),
    "line ends of old Macs": lambda c, t: c.write(t, c.text(t).replace("\n", "\r")),
    "semicolons": lambda c, t: c.write(t, c.text(t).replace(",", ";")),
    "quotes unbalanced": lambda c, t: c.write(t, c.text(t).replace(",", ',"', 40)),
    "long rows": lambda c, t: c.write(t, c.text(t).replace("\n", ",more,\n").replace(",more,\n", "\n", 1)),
    "short rows": lambda c, t: c.write(
        t, "\n".join(line.rpartition(",")[0] or line for line in c.text(t).splitlines())
    ),
    "no header": lambda c, t: c.write(t, c.text(t).partition("\n")[2]),
    "header twice": lambda c, t: in_first_line(c, t, lambda head: f"{head}\n{head}"),
    "duplicate header": lambda c, t: in_first_line(
        c, t, lambda head: ",".join([head.split(",")[0]] * (head.count(",") + 1))
    ),
    "blank headers": lambda c, t: in_first_line(c, t, lambda head: "," * head.count(",")),
    "renamed key": lambda c, t: in_first_line(c, t, lambda head: "Key" + head[head.index(",") :]),
    "headers of emoji": lambda c, t: in_first_line(
        c, t, lambda head: ",".join("😀" * (n + 1) for n in range(head.count(",") + 1))
    ),
    "headers of SQL": lambda c, t: in_first_line(
        c, t, lambda head: f'{head},"x"");drop table t;--"'
    ),
    "5,000 columns": lambda c, t: in_first_line(
        c, t, lambda head: head + "".join(f",c{n}" for n in range(5_000))
    ),
    "10 MB cell": lambda c, t: c.write(t, c.text(t) + "x" * 10_000_000 + "\n"),
    "each row twice": lambda c, t: c.put(t, c.rows(t) * 2),
    "formula cells": lambda c, t: c.put(
        t, [{n: "=1+1" for n in row} for row in c.rows(t)[:5]] + c.rows(t)
    ),
    "cells of markup": lambda c, t: c.put(
        t, [{n: "<script>alert(1)</script>" for n in row} for row in c.rows(t)[:5]] + c.rows(t)
    ),
    "a folder in its place": replace_by_folder,
    "a link that leads out": lambda c, t: replace_by_link(c, t, "/etc/hostname"),
    "a link to itself": lambda c, t: replace_by_link(c, t, f"{t}.csv"),
    "a link to a device": lambda c, t: (
        replace_by_link(c, t, "/dev/zero"),
        c.say(f"inputs.{t}.outside=true"),
    ),
    "a pipe that nobody writes to": replace_by_pipe,
    "a workbook": lambda c, t: c.write_as(t, "t.xlsx", workbook(cells(c, t))),
    "a workbook named csv": lambda c, t: c.write(t, workbook(cells(c, t)[:3])),
    "a workbook cut short": lambda c, t: c.write_as(t, "t.xlsx", workbook(cells(c, t))[:3_000]),
    "a workbook of XML entities": lambda c, t: c.write_as(
        t,
        "t.xlsx",
        workbook(
            cells(c, t)[:3],
            lambda xml: xml.replace(
                b"<worksheet", b'<!DOCTYPE x [<!ENTITY a "aa"><!ENTITY b "&a;&a;">]><worksheet', 1
            ),
        ),
    ),
    "a zip bomb named xlsx": lambda c, t: c.write_as(
        t, "t.xlsx", archive("xl/worksheets/sheet1.xml", bytes(60_000_000))
    ),
    "a gzip bomb": lambda c, t: c.write_as(t, "t.csv.gz", gzip.compress(b" \n" * 20_000_000)),
    "Parquet that is none": lambda c, t: c.write_as(t, "t.parquet", b"PAR1" + bytes(100) + b"PAR1"),
}

# What people and systems write into cells of numbers: each value goes into all of a table.
NUMBERS = (
    "NaN", "inf", "-Infinity", "1e308", "1e-320", "-5", "0", "lots", "१२३", "0x10", "$", "(7)",
    "1,2,3", "999999999999999999999999", "#N/A", "#REF!", "12.5%", "TRUE",
)  # fmt: skip
# Likewise into cells of dates.
DATES = (
    "2026-02-30", "1899-12-31", "0001-01-01", "9999-12-31", "2199-01-01", "45000", "yesterday",
    "31/12/2026", "2026-11-30T25:00", "#VALUE!", "2026-11-30 10:00:00+09:00", "-2026-01-01",
)  # fmt: skip
# Ids that exports hold; all of them are to be kept as they are.
IDS = (
    "  A1 ", "00012", "😀", "x" * 10_000, "=1+1", "a,b", "A\nB", "<script>alert(1)</script>", "None",
    "nan", "../../x", "-", "1e5", "a'b\"c", "{0}%s", "\u202eabc", "NULL",
)  # fmt: skip


def loop(company: Company, table: str, key: str, parent: str) -> None:
    """Make each row the child of the next one, and the last the child of the first."""
    rows = company.rows(table)
    for row, following in zip(rows, rows[1:] + rows[:1], strict=True):
        row[parent] = following[key]
    company.put(table, rows)


def swap_coordinates(company: Company) -> None:
    """Write longitudes as latitudes and the other way round."""
    rows = company.rows("accounts")
    for row in rows:
        row["latitude"], row["longitude"] = row["longitude"], row["latitude"]
    company.put("accounts", rows)


def grow_family(company: Company) -> None:
    """Make every account a member of the first one's family."""
    rows = company.rows("accounts")
    for row in rows[1:]:
        row["parent_id"] = rows[0]["account_id"]
    company.put("accounts", rows)


def keep_one_account(company: Company) -> None:
    """Leave one account alone in every table."""
    first = company.rows("accounts")[3]["account_id"]
    company.keep("accounts", lambda row: row["account_id"] == first)


def add_currencies(company: Company) -> None:
    """Mix three currencies into the history."""
    rows = company.rows("history")
    for number, row in enumerate(rows):
        row["currency"] = ("USD", "EUR", "JPY")[number % 3]
    company.put("history", rows)


def leave_required(company: Company) -> None:
    """Leave the required columns alone in the three main tables, and no other table."""
    for table, names in (
        ("accounts", ("account_id",)),
        ("history", ("account_id", "date", "amount")),
        ("reps", ("rep_id",)),
    ):
        company.put(table, company.rows(table), names)


MARKET = "alignment.measures.addressable_market"
POTENTIAL = "alignment.measures.potential"
LOOSE = (f"{MARKET}.hard=false", f"{POTENTIAL}.hard=false")

# Companies of an odd shape. Those named in PLANNED are planned to the end, the others checked.
SHAPES: dict[str, Damage] = {
    "parents in a loop": lambda c: loop(c, "accounts", "account_id", "parent_id"),
    "managers in a loop": lambda c: loop(c, "reps", "rep_id", "manager_id"),
    "everyone his own manager": lambda c: c.put(
        "reps", [row | {"manager_id": row["rep_id"]} for row in c.rows("reps")]
    ),
    "each account its own parent": lambda c: c.put(
        "accounts", [row | {"parent_id": row["account_id"]} for row in c.rows("accounts")]
    ),
    "one family": grow_family,
    "coordinates swapped": swap_coordinates,
    "coordinates all 0, 0": lambda c: c.change("accounts", {"latitude": "0", "longitude": "0"}),
    "coordinates out of range": lambda c: c.change("accounts", {"latitude": "123"}),
    "coordinates all the same": lambda c: c.change(
        "accounts", {"latitude": "40.7", "longitude": "-74", "country": "US"}
    ),
    "no coordinates": lambda c: (
        c.without("accounts", "latitude", "longitude", "postal_code"),
        c.without("reps", "latitude", "longitude"),
    ),
    "poles and the date line": lambda c: c.change(
        "accounts", {"latitude": "90", "longitude": "180", "country": ""}, first=20
    ),
    "one country": lambda c: c.change("accounts", {"country": "US"}),
    "a country that is none": lambda c: c.change("accounts", {"country": "Atlantis"}),
    "one segment": lambda c: c.change("accounts", {"segment": "SMB"}),
    "a segment that nobody serves": lambda c: (
        c.change("accounts", {"segment": "Martian"}, first=3),
        c.change("reps", {"segments": "SMB;Mid-Market;Micro;Enterprise"}),
    ),
    "no segments": lambda c: c.without("accounts", "segment"),
    "all owners unknown": lambda c: c.change("accounts", {"owner_id": "NOBODY"}),
    "no owners": lambda c: c.change("accounts", {"owner_id": "", "owner_since": ""}),
    "all owned by one": lambda c: c.change("accounts", {"owner_id": "E1001"}),
    "all closed": lambda c: c.change("accounts", {"status": "closed"}),
    "all prospects": lambda c: c.change("accounts", {"status": "prospect"}),
    "all reps have left": lambda c: c.change(
        "reps", {"leave_date": "2025-01-31", "status": "leaving"}
    ),
    "all reps leave in the plan": lambda c: c.change("reps", {"leave_date": "2027-03-31"}),
    "all headcount open": lambda c: c.change(
        "reps",
        {"status": "tbh", "hire_date": "2027-06-01", "latitude": "", "longitude": "", "name": ""},
    ),
    "all on pool": lambda c: c.change("reps", {"coverage": "pool"}),
    "nobody covers": lambda c: c.change("reps", {"coverage": "none"}),
    "no managers": lambda c: (
        c.keep("reps", lambda row: row["coverage"] == "direct"),
        c.without("reps", "manager_id"),
    ),
    "one rep": lambda c: c.keep("reps", lambda row: row["rep_id"] == "E1001"),
    "capacity 0": lambda c: c.change("reps", {"capacity": "0"}),
    "capacity of a speck": lambda c: c.change("reps", {"capacity": "0.0001"}, first=3),
    "one account": keep_one_account,
    "fewer accounts than reps": lambda c: c.put("accounts", c.rows("accounts")[:3]),
    "history of zero": lambda c: c.change("history", {"amount": "0"}),
    "history of returns": lambda c: c.change("history", {"amount": "-10"}),
    "history on one day": lambda c: c.change("history", {"date": "2026-11-01"}),
    "history of one row": lambda c: c.put("history", c.rows("history")[:1]),
    "history of strangers": lambda c: c.change("history", {"account_id": "STRANGER"}),
    "history after the plan began": lambda c: c.change("history", {"date": "2027-05-05"}),
    "history long ago": lambda c: c.change("history", {"date": "1999-05-05"}),
    "no market": lambda c: c.change("accounts", {"addressable_market": "0"}),
    "market unknown": lambda c: c.change("accounts", {"addressable_market": ""}),
    "one giant": lambda c: c.change("accounts", {"addressable_market": "90000000000"}, first=1),
    "quotas of 0": lambda c: c.change("quotas", {"quota": "0", "attained": "0"}),
    "quotas that overlap": lambda c: c.change(
        "quotas", {"start": "2024-01-01", "end": "2026-12-31"}
    ),
    "pipeline of strangers": lambda c: c.change(
        "opportunities", {"account_id": "STRANGER", "rep_id": "STRANGER"}
    ),
    "pipeline of one stage": lambda c: c.change("opportunities", {"stage": "Open"}),
    "pipeline certain to be lost": lambda c: c.change("opportunities", {"probability": "7"}),
    "required columns alone": leave_required,
    "mixed currencies without a rate": add_currencies,
    "mixed currencies with rates": lambda c: (
        add_currencies(c),
        c.say("fx.EUR=1.08", "fx.JPY=0.0065"),
    ),
    "yen": lambda c: c.say('currency="JPY"'),
    "rupiah": lambda c: c.say('currency="IDR"'),
    "dinar": lambda c: c.say('currency="KWD"'),
    "no history": lambda c: c.put("history", c.rows("history")[:0] or [], c.rows("history")[0]),
    "names of markup": lambda c: (
        c.change("accounts", {"name": "</script><img src=x onerror=alert(1)>"}),
        c.change("reps", {"name": "=HYPERLINK(1)", "role": "<b>AE</b>"}),
        c.say('alignment.eligibility=[]'),
    ),
}  # fmt: skip

# Settings of the scenario that ask for what cannot be.
SETTINGS: dict[str, tuple[str, ...]] = {
    "goal 0": ("quota.goal=0",),
    "negative goal": ("quota.goal=-5",),
    "goal in words": ("quota.goal=a lot",),
    "goal 1e30": ("quota.goal=1e30",),
    "goal NaN": ("quota.goal=nan",),
    "goal infinite": ("quota.goal=inf",),
    "goal as a list": ("quota.goal=[1]",),
    "goal below round_to": ("quota.goal=10",),
    "round_to 0": ("quota.round_to=0",),
    "tolerance 0": (f"{POTENTIAL}.tolerance=0",),
    "negative tolerance": (f"{POTENTIAL}.tolerance=-0.1",),
    "tolerance NaN": (f"{POTENTIAL}.tolerance=nan",),
    "tolerance in words": (f'{POTENTIAL}.tolerance="ten"',),
    "unknown measure": ("alignment.measures.happiness={tolerance=0.1}",),
    "measure of text": ("alignment.measures.industry={tolerance=0.1}",),
    "measure with a name of SQL": ("alignment.measures.\"a';--\"={tolerance=0.1}",),
    "no measures": ("alignment.measures={}",),
    "no tables": ("inputs={}",),
    "accounts as a number": ("inputs.accounts=5",),
    "territories 0": ("alignment.territories=0",),
    "territories by the million": ("alignment.territories=1000000",),
    "territories in words": ('alignment.territories="many"',),
    "currency unknown": ('currency="XXQ"',),
    "currency in words": ('currency="dollars"',),
    "rate 0": ("fx.EUR=0",),
    "rate NaN": ("fx.EUR=nan",),
    "months 0": ("period.months=0",),
    "start before everything": ("period.start=0001-01-01", "period.as_of=0001-01-01"),
    "start after everything": ("period.start=9999-12-01",),
    "start that is no date": ('period.start="soon"',),
    "seed negative": ("seed=-1",),
    "seed huge": ("seed=99999999999999999999999999",),
    "hold that is no SQL": ('alignment.holds=[{where="((", to="owner"}]',),
    "hold on a file": (
        "alignment.holds=[{where=\"name in (select content from read_text('/etc/passwd'))\"}]",
    ),
    "hold to nobody": ('alignment.holds=[{where="true", to="NOBODY"}]',),
    "hold of accounts that are not": ('alignment.holds=[{account_ids=["x"], to="owner"}]',),
    "hold on everything": ('alignment.holds=[{where="true", to="E1001"}]',),
    "two statements": ('alignment.holds=[{where="true; drop table accounts"}]',),
    "weights of text": ('alignment.travel.weight="heavy"',),
    "travel cost infinite": ("alignment.travel.cost_per_hour=inf",),
    "speed 0": ("workload.speed_kmh=0",),
    "ramp of nothing": ("quota.ramp=[]",),
    "ramp negative": ("quota.ramp=[-1.0]",),
    "basis of nothing": ("quota.basis={}",),
    "basis unknown": ("quota.basis={ luck = 1.0 }",),
    "seasonality of eleven": ("quota.seasonality=[1,1,1,1,1,1,1,1,1,1,1]",),
    "seasonality of zero": ("quota.seasonality=[0,0,0,0,0,0,0,0,0,0,0,0]",),
    "draws 0": ("outcomes.draws=0",),
    "max_accounts 0": ("alignment.max_accounts=0",),
    "a setting without a value": ("quota.goal",),
    "a setting without a key": ("=5",),
    "a setting into a number": ("quota.goal.x=5",),
    "a setting of broken TOML": ("quota.goal=[1,",),
    "units that are not": ("alignment.contiguity=true",),
    "potential of no column": ('potential.features=["nothing"]',),
    "potential below nothing": ("potential.top_down=-1",),
    "path out of the folder": ('inputs.accounts.path="../../etc/passwd"',),
    "a database that is not": (
        'inputs.history={url="sqlite:///nowhere/at/all.db", query="select 1"}',
    ),
    "a database of no kind": ('inputs.history={url="klingon://x", query="select 1"}',),
    "workload of text": ('workload.hours_per_visit="long"',),
    "change limits crossed": ("quota.change_limits={ min = 0.5, max = -0.5 }",),
    "a name of markup": ('name="</title><script>alert(1)</script>"',),
    "a name of 5,000 letters": (f'name="{"n" * 5000}"',),
    "extends itself": ('extends="baseline.toml"',),
}

# What may stand in the scenario's file instead of a scenario.
SCENARIOS: dict[str, Callable[[bytes], bytes]] = {
    "empty": lambda _: b"",
    "binary garbage": lambda _: Random(2).randbytes(5_000),
    "NUL bytes": lambda text: text.replace(b"\n", b"\0\n", 1),
    "UTF-16": lambda text: text.decode().encode("utf-16"),
    "with BOM": lambda text: b"\xef\xbb\xbf" + text,
    "Windows-1252": lambda text: text.replace(b"Baseline", b"Pl\xe4n"),
    "truncated": lambda text: text[: len(text) * 3 // 5],
    "blanks": lambda _: b" \n" * 500_000,
    "JSON": lambda _: b'{"name": "x"}',
    "key twice": lambda text: text.replace(b"seed = 7", b"seed = 7\nseed = 2"),
    "unknown key": lambda text: text.replace(b"seed = 7", b"sead = 1"),
    "unknown table": lambda text: text + b"\n[qouta]\ngoal = 1\n",
    "no accounts": lambda text: text.replace(b"[inputs.accounts]", b"[inputs.acounts]"),
    "no period": lambda text: text.replace(b"[period]", b"[control2]"),
    "extends nothing": lambda text: b'extends = "nothing.toml"\n' + text,
    "extends itself": lambda text: b'extends = "baseline.toml"\n' + text,
    "extends a folder": lambda text: b'extends = "."\n' + text,
    "extends a number": lambda text: b"extends = 5\n" + text,
    "lists without end": lambda text: text + b"\nx = " + b"[" * 50_000,
    "keys without end": lambda text: text + b"\n" + b".".join([b"a"] * 20_000) + b" = 1\n",
    "numbers without end": lambda text: text.replace(b"seed = 7", b"seed = " + b"9" * 20_000),
    "a number for each table": lambda text: text.replace(b"[quota]", b"[[quota]]"),
    "a 10 MB text": lambda text: text.replace(b"Baseline", b"B" * 10_000_000),
    "wrong types": lambda text: text.replace(b'"accounts.csv"', b"[1, 2]"),
    "dates of text": lambda text: text.replace(b"2027-01-01", b'"first of January"'),
    "line ends of Windows": lambda text: text.replace(b"\n", b"\r\n"),
    "line ends of old Macs": lambda text: text.replace(b"\n", b"\r"),
    "control characters": lambda text: text.replace(b"Baseline", b"Base\x01line"),
    "year 0": lambda text: text.replace(b"2027-01-01", b"0000-01-01"),
    "infinite ledger": lambda text: text.replace(b"history_total = ", b"history_total = inf #"),
}  # fmt: skip
