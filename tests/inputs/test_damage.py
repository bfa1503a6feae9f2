"""Tables damaged in many ways: findings or a clear refusal, and nothing else."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import xlsxwriter

from planner.errors import DataError, PlannerError, ScenarioError
from planner.inputs.parameters import PeriodParameters
from tests.inputs.conftest import ACCOUNTS, HISTORY, Company

Damage = Callable[[Company], object]


def workbook(rows: list[list[object]]) -> bytes:
    """Return an XLSX of these rows."""
    target = io.BytesIO()
    book = xlsxwriter.Workbook(target)
    sheet = book.add_worksheet()
    for number, row in enumerate(rows):
        sheet.write_row(number, 0, row)
    book.close()
    return target.getvalue()


def archive(parts: dict[str, bytes]) -> bytes:
    """Return a zip file of these parts."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in parts.items():
            packed.writestr(name, content)
    return target.getvalue()


def damaged_workbook(part: str, content: Callable[[bytes], bytes]) -> bytes:
    """Return an XLSX in which one part is changed."""
    with zipfile.ZipFile(io.BytesIO(workbook([["account_id"], ["1"]]))) as packed:
        parts = {name: packed.read(name) for name in packed.namelist()}
    parts[part] = content(parts[part])
    return archive(parts)


SHEET = "xl/worksheets/sheet1.xml"
FAR_CELL = b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'
ENTITIES = b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]><worksheet'

# Each makes the company unusable, with the code of a finding that says why, or None for a refusal
# of the scenario.
FATAL: dict[str, tuple[Damage, str | None]] = {
    "missing column": (
        lambda c: c.replace("accounts", "account_id,", "key,"),
        "accounts.missing_column",
    ),
    "text in amounts": (
        lambda c: c.replace("accounts", ",700,", ",much,"),
        "accounts.not_a_number",
    ),
    "NaN in amounts": (lambda c: c.replace("history", ",50,", ",NaN,"), "history.not_a_number"),
    "infinity": (lambda c: c.replace("history", ",50,", ",Infinity,"), "history.not_a_number"),
    "overflow": (lambda c: c.replace("history", ",50,", ",1e99,"), "history.absurd_amount"),
    "absurd amount": (
        lambda c: c.replace("accounts", ",700,", ",99999999999999999,"),
        "accounts.absurd_amount",
    ),
    "negative measure": (
        lambda c: c.replace("accounts", ",700,", ",-700,"),
        "accounts.out_of_range",
    ),
    "decimal comma": (
        lambda c: c.replace("history", ",50,", ',"1.234,50",'),
        "history.not_a_number",
    ),
    "duplicate id": (lambda c: c.replace("accounts", "\n008,", "\n007,"), "accounts.duplicate_id"),
    "missing id": (lambda c: c.replace("accounts", "\n008,", "\n,"), "accounts.missing_id"),
    "missing rep id": (lambda c: c.replace("reps", "\nR1,", "\n,"), "reps.missing_id"),
    "cyclic parents": (
        lambda c: c.replace("accounts", "Enterprise,,", "Enterprise,008,"),
        "accounts.parent_loop",
    ),
    "cyclic managers": (lambda c: c.replace("reps", "Manager,,", "Manager,R1,"), "reps.manager_loop"),
    "unknown manager": (lambda c: c.replace("reps", "AE,M1", "AE,M9"), "reps.unknown_manager_id"),
    "unknown coverage": (
        lambda c: c.replace("reps", "M1,direct", "M1,everything"),
        "reps.unknown_coverage",
    ),
    "bad date": (lambda c: c.replace("history", "2026-05-05", "2026-02-30"), "history.not_a_date"),
    "date of another form": (
        lambda c: c.replace("history", "2026-05-05", "05/05/2026"),
        "history.not_a_date",
    ),
    "date before computers": (
        lambda c: c.replace("history", "2026-05-05", "0206-05-05"),
        "history.date_out_of_range",
    ),
    "missing date": (lambda c: c.replace("history", "2026-05-05", ""), "history.missing_date"),
    "latitude out of range": (
        lambda c: c.replace("accounts", "40.71", "140.71"),
        "accounts.coordinates_out_of_range",
    ),
    "ragged row": (lambda c: c.replace("accounts", ",50\n", ",50,more\n"), "accounts.ragged_row"),
    "unclosed quote": (
        lambda c: c.replace("accounts", ",Bolt,", ',"Bolt,'),
        "accounts.ragged_row",
    ),
    "unclosed quote in the last column": (
        lambda c: c.replace("accounts", "300,,70", '300,,"70'),
        "accounts.unclosed_quote",
    ),
    "duplicate header": (
        lambda c: c.replace("accounts", ",Employees", ",name"),
        "accounts.duplicate_header",
    ),
    "header only": (lambda c: c.write("accounts", ACCOUNTS.splitlines()[0]), "accounts.empty"),
    "empty file": (lambda c: c.write("accounts", b""), "accounts.unreadable"),
    "huge file of blanks": (
        lambda c: c.write("accounts", b"   \n" * 3_000_000),
        "accounts.unreadable",
    ),
    "blanks below the header": (
        lambda c: c.write("accounts", "account_id,name\n" + "   \n" * 300_000),
        "accounts.unreadable",
    ),
    "NUL bytes": (lambda c: c.replace("accounts", "Bolt", "Bo\0lt"), "accounts.unreadable"),
    "binary": (lambda c: c.write("accounts", bytes(range(256)) * 50), "accounts.unreadable"),
    "wrong encoding stated": (
        lambda c: c.write("accounts", b"account_id,name\n1,\xe9\n", encoding="utf-8-sig"),
        "accounts.unreadable",
    ),
    "unknown encoding stated": (
        lambda c: c.set("accounts", encoding="klingon"),
        "accounts.unreadable",
    ),
    "10 MB cell": (
        lambda c: c.replace("accounts", "Bolt", "B" * 10_000_000),
        "accounts.long_cell",
    ),
    "zip bomb": (
        lambda c: c.write("accounts", archive({SHEET: b" " * 100_000_000}), ".xlsx"),
        "accounts.unreadable",
    ),
    "XML bomb": (
        lambda c: c.write(
            "accounts",
            damaged_workbook(SHEET, lambda xml: xml.replace(b"<worksheet", ENTITIES, 1)),
            ".xlsx",
        ),
        "accounts.unreadable",
    ),
    "sheet of endless extent": (
        lambda c: c.write(
            "accounts",
            damaged_workbook(SHEET, lambda xml: xml.replace(b"</sheetData>", FAR_CELL)),
            ".xlsx",
        ),
        "accounts.unreadable",
    ),
    "sheet that is no XML": (
        lambda c: c.write("accounts", damaged_workbook(SHEET, lambda xml: xml[:50]), ".xlsx"),
        "accounts.unreadable",
    ),
    "zip that is no workbook": (
        lambda c: c.write("accounts", archive({"a.txt": b"hello"}), ".xlsx"),
        "accounts.unreadable",
    ),
    "truncated workbook": (
        lambda c: c.write("accounts", workbook([["account_id"], ["1"]])[:900], ".xlsx"),
        "accounts.unreadable",
    ),
    "not a workbook": (
        lambda c: c.write("accounts", "account_id\n1\n", ".xlsx"),
        "accounts.unreadable",
    ),
    "empty workbook": (lambda c: c.write("accounts", workbook([]), ".xlsx"), "accounts.unreadable"),
    "no such sheet": (
        lambda c: c.write("accounts", workbook([["account_id"], ["1"]]), ".xlsx", sheet="No"),
        "accounts.unreadable",
    ),
    "truncated Parquet": (
        lambda c: c.write("history", b"PAR1" + b"\0" * 100, ".parquet"),
        "history.unreadable",
    ),
    "not a Parquet file": (
        lambda c: c.write("history", HISTORY, ".parquet"),
        "history.unreadable",
    ),
    "damaged gzip": (
        lambda c: c.write("accounts", b"\x1f\x8b\x08\0broken", ".csv.gz"),
        "accounts.unreadable",
    ),
    "no rate": (
        lambda c: c.replace("history", "type\n007,2026-01-05,100.10,R1,new",
                            "type,currency\n007,2026-01-05,100.10,R1,new,EUR"),
        "history.ragged_row",
    ),
    "currency that is named and has no rate": (
        lambda c: c.replace("history", "100.10", "EUR 100.10"),
        "history.no_rate",
    ),
    "missing file": (lambda c: (c.folder / "accounts.csv").unlink(), None),
    "folder instead of a file": (lambda c: c.set("accounts", path="."), None),
    "path that leaves the folder": (lambda c: c.set("accounts", path="../../etc/passwd"), None),
    "absolute path": (lambda c: c.set("accounts", path="/etc/passwd"), None),
    "path with NUL": (lambda c: c.set("accounts", path="a\0b"), None),
    "very long path": (lambda c: c.set("accounts", path="a" * 5000), None),
    "where that is no condition": (lambda c: c.set("accounts", where="segment ="), None),
    "where on no column": (lambda c: c.set("accounts", where="segmen = 'SMB'"), None),
    "where that reads files": (
        lambda c: c.set("accounts", where="exists (from read_text('/etc/passwd'))"),
        None,
    ),
    "column that is not there": (
        lambda c: c.set("accounts", columns={"arr": "Recurring"}),
        "accounts.missing_column",
    ),
    "where that nothing satisfies": (
        lambda c: c.set("accounts", where="segment = 'None'"),
        "accounts.nothing_left",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", FATAL)
def test_damage_ends_in_a_finding_or_a_refusal(name: str, company: Company) -> None:
    """Damage that cannot be planned on is said in words, with the right code and exit."""
    damage, code = FATAL[name]
    damage(company)
    with pytest.raises(PlannerError) as caught:
        company.load()
    assert str(caught.value)
    if code is None:
        assert isinstance(caught.value, ScenarioError)
        return
    assert isinstance(caught.value, DataError)
    found = [finding for finding in caught.value.findings if finding.code == code]
    assert found
    assert all(f.severity == "error" and f.message and f.advice and f.table for f in found)


WEIRD: dict[str, tuple[Damage, str | None]] = {
    "UTF-8 with BOM": (lambda c: c.write("accounts", "\ufeff" + ACCOUNTS), None),
    "UTF-16": (lambda c: c.write("accounts", ACCOUNTS.encode("utf-16")), None),
    "UTF-16 BE without BOM": (lambda c: c.write("accounts", ACCOUNTS.encode("utf-16-be")), None),
    "Windows-1252": (
        lambda c: c.write("accounts", ACCOUNTS.replace("Acme", "Café").encode("cp1252")),
        "accounts.encoding",
    ),
    "tabs": (lambda c: c.write("history", HISTORY.replace(",", "\t")), None),
    "semicolons": (lambda c: c.write("history", HISTORY.replace(",", ";")), None),
    "bars": (lambda c: c.write("history", HISTORY.replace(",", "|")), None),
    "sep line of Excel": (lambda c: c.write("history", "sep=;\r\n" + HISTORY.replace(",", ";")), None),
    "Windows line ends": (lambda c: c.write("accounts", ACCOUNTS.replace("\n", "\r\n")), None),
    "blank rows": (
        lambda c: c.write("accounts", ACCOUNTS + ",,,,,,,,,,,,\n" * 50),
        "accounts.blank_rows",
    ),
    "guards against formulas": (
        lambda c: c.replace("accounts", "Acme", "'=HYPERLINK(1)"),
        None,
    ),
    "markup in names": (lambda c: c.replace("accounts", "Acme", "<script>alert(1)</script>"), None),
    "format signs in names": (lambda c: c.replace("accounts", "Acme", "{0}{name}%s"), None),
    "empty history": (lambda c: c.write("history", HISTORY.splitlines()[0]), "history.empty"),
    "coordinates at 0, 0": (
        lambda c: c.replace("accounts", "40.71,-74.00", "0,0"),
        "accounts.coordinates_zero",
    ),
    "coordinates swapped": (
        lambda c: c.replace("accounts", "40.71,-74.00", "-74.00,40.71"),
        "accounts.outside_country",
    ),
    "half of the coordinates": (
        lambda c: c.replace("accounts", "40.71,-74.00", "40.71,"),
        "accounts.coordinates_incomplete",
    ),
    "history in the future": (
        lambda c: c.replace("history", "2026-05-05", "2029-05-05"),
        "history.after_as_of",
    ),
    "unknown owner": (lambda c: c.replace("accounts", ",R2,800", ",R9,800"), "accounts.unknown_owner"),
    "owner is a queue": (
        lambda c: c.replace("accounts", ",R2,800", ",SMB Queue,800"),
        "accounts.queue_owner",
    ),
    "rep of history unknown": (lambda c: c.replace("history", "R1,renewal", "R9,renewal"), "history.unknown_rep"),
    "strange status": (
        lambda c: c.replace("accounts", ",segment,", ",status,"),
        "accounts.unknown_status",
    ),
    "overlapping quotas": (lambda c: c.replace("quotas", "2026-07-01", "2026-01-01"), "quotas.overlap"),
}  # fmt: skip


@pytest.mark.parametrize("name", WEIRD)
def test_oddities_are_planned_on_with_a_finding(name: str, company: Company) -> None:
    """What is odd but usable is read, and said where something is decided."""
    damage, code = WEIRD[name]
    damage(company)
    data = company.load()
    assert list(data.accounts["account_id"]) == ["007", "008", "009", "010"]
    assert data.history is not None
    if code is not None:
        assert code in {finding.code for finding in data.findings}


def test_all_findings_of_all_tables_come_at_once(company: Company) -> None:
    """Errors in three tables are reported together."""
    company.replace("accounts", "\n008,", "\n007,")
    company.replace("history", ",50,", ",abc,")
    company.replace("reps", "AE,M1", "AE,M9")
    with pytest.raises(DataError) as caught:
        company.load()
    tables = {f.table for f in caught.value.findings if f.severity == "error"}
    assert tables == {"accounts", "history", "reps"}


def test_all_missing_files_are_named_at_once(company: Company) -> None:
    """A refusal names each table whose file is not there."""
    (company.folder / "accounts.csv").unlink()
    (company.folder / "reps.csv").unlink()
    with pytest.raises(ScenarioError, match=r"accounts\.csv.*reps\.csv"):
        company.load()


def test_a_link_that_leads_out_is_refused_unless_stated(
    company: Company, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """A symbolic link out of the data folder needs outside = true."""
    elsewhere = tmp_path_factory.mktemp("elsewhere") / "accounts.csv"
    elsewhere.write_text(ACCOUNTS)
    (company.folder / "accounts.csv").unlink()
    (company.folder / "accounts.csv").symlink_to(elsewhere)
    with pytest.raises(ScenarioError, match="outside = true"):
        company.load()
    company.set("accounts", outside=True)
    assert len(company.load().accounts) == 4


def test_a_row_that_where_leaves_out_may_be_faulty(company: Company) -> None:
    """Faults of rows that take no part do not stop the plan."""
    company.replace("accounts", ",700,", ",much,")
    company.set("accounts", where="account_id <> '009'")
    data = company.load()
    assert list(data.accounts["account_id"]) == ["007", "008", "010"]
    totals = {total.name: total for total in data.control}
    assert totals["accounts.rows"].reasons == {"where": 1}


def test_formula_cells_are_read_as_their_saved_value(company: Company) -> None:
    """A formula in a workbook counts as the value that stands in the file."""
    target = io.BytesIO()
    book = xlsxwriter.Workbook(target)
    sheet = book.add_worksheet()
    sheet.write_row(0, 0, ["account_id", "date", "amount"])
    sheet.write_row(1, 0, ["007", "2026-01-05"])
    sheet.write_formula(1, 2, "=40+2", None, 42)
    book.close()
    company.write("history", target.getvalue(), ".xlsx")
    history = company.load().history
    assert history is not None
    assert list(history["amount"]) == [4200]


def test_workbook_ids_and_dates_keep_their_meaning(company: Company) -> None:
    """Numbers that are ids lose their .0, text ids keep zeros, dates are dates."""
    target = io.BytesIO()
    book = xlsxwriter.Workbook(target, {"default_date_format": "yyyy-mm-dd"})
    sheet = book.add_worksheet()
    sheet.write_row(0, 0, ["account_id", "renewal_date", "postal_code"])
    sheet.write(1, 0, 292.0)
    sheet.write_datetime(1, 1, date(2027, 3, 1))
    sheet.write(1, 2, "01234")
    sheet.write(2, 0, "0007")
    book.close()
    company.write("accounts", target.getvalue(), ".xlsx")
    accounts = company.load().accounts
    assert list(accounts["account_id"]) == ["0007", "292"]
    assert accounts["renewal_date"].dt.date[1] == date(2027, 3, 1)
    assert accounts["postal_code"][1] == "01234"


def test_parquet_keeps_its_types(company: Company, tmp_path: Path) -> None:
    """Numbers, decimals and timestamps of a Parquet file are taken as they are."""
    table = pa.table(
        {
            "account_id": ["007", "008"],
            "date": pa.array([date(2026, 1, 1), date(2026, 2, 1)]),
            "amount": pa.array(["1.005", "2.5"]).cast(pa.decimal128(10, 3)),
        }
    )
    pq.write_table(table, tmp_path / "history.parquet")
    company.set("history", path="history.parquet")
    history = company.load().history
    assert history is not None
    assert list(history["amount"]) == [100, 250]


def test_as_of_after_the_plan_is_refused(company: Company) -> None:
    """The last day of history cannot lie after the plan."""
    company.period = PeriodParameters(start=date(2027, 1, 1), as_of=date(2028, 6, 1))
    with pytest.raises(ScenarioError, match="as_of"):
        company.load()
