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
    "long rows": lambda c, t: c.write(
        t, c.text(t).replace("\n", ",more,\n").replace(",more,\n", "\n", 1)
    ),
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
        t, [dict.fromkeys(row, "=1+1") for row in c.rows(t)[:5]] + c.rows(t)
    ),
    "cells of markup": lambda c, t: c.put(
        t, [dict.fromkeys(row, "<script>alert(1)</script>") for row in c.rows(t)[:5]] + c.rows(t)
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
