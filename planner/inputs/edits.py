"""What a planner edited in a plan's workbook: the sheets, the cells, and what is made of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from planner.errors import DataError, ScenarioError, StoreError
from planner.findings import Finding

ACCOUNTS_SHEET, QUOTAS_SHEET, HELP_SHEET = "Edit accounts", "Edit quotas", "Edit help"
ACCOUNT_ID, REP_ID = "Account ID", "Rep ID"
NEW_OWNER, HOLD, POTENTIAL = "New owner", "Hold", "Potential override"
QUOTA, COMMENT = "Quota override", "Comment"
TODAY, PLANNED, TERRITORY = "Rep today", "Rep in the plan", "Territory"
PLANNED_POTENTIAL, PLANNED_QUOTA = "Potential in the plan", "Quota in the plan"
ACCOUNT_EDITS, QUOTA_EDITS = (NEW_OWNER, HOLD, POTENTIAL, COMMENT), (QUOTA, COMMENT)
# What stands in the help sheet, so that a workbook of another plan is known again.
MADE_FROM, MADE_OF, CURRENCY = "Plan", "Tables", "Currency"
HOLD_WORDS = ("plan", "today", "free")
SEARCHED_ROWS = 50
EditKind = Literal["owner", "hold", "potential", "quota", "comment"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """One thing that a person decided over the plan.

    Parameters
    ----------
    kind
        ``owner`` and ``hold`` say who serves an account, ``potential`` and ``quota`` are amounts,
        ``comment`` only notes.
    subject
        The account's or the rep's id.
    value
        A rep or territory, ``free``, an amount in units of the plan currency, or as it was written
        where it is refused.
    was
        What stood there before.
    comment
        Why, in the person's words.
    sheet, cell, row, column
        Where it stands in the workbook; empty where it came another way.
    reason
        Why it is refused; empty where it is accepted.
    """

    kind: EditKind
    subject: str
    value: str
    was: str = ""
    comment: str = ""
    sheet: str = ""
    cell: str = ""
    row: int = 0
    column: str = ""
    reason: str = ""

    def words(self) -> str:
        """Return what the edit is called in reasons."""
        return f"edited by planner: {self.comment}" if self.comment else "edited by planner"


@dataclass(frozen=True, slots=True, kw_only=True)
class Edits:
    """The edits of one workbook, sorted into those that count and those that do not.

    Parameters
    ----------
    workbook, sha256
        The file's name and digest; empty where the edits came another way.
    made_from
        Name of the plan that the workbook was written for.
    """

    workbook: str = ""
    sha256: str = ""
    made_from: str = ""
    accepted: tuple[Edit, ...] = ()
    refused: tuple[Edit, ...] = ()
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class EditRow:
    """A row in which somebody wrote something.

    Parameters
    ----------
    row
        As a spreadsheet counts it.
    cells
        By heading; blank ones left out.
    """

    sheet: str
    row: int
    subject: str
    cells: dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class EditBook:
    """A workbook's edits as they were written, before anything is checked.

    Parameters
    ----------
    rows
        Of both sheets, those with an edit.
    columns
        Letter of each heading's column, by sheet.
    origin
        What the help sheet says of the plan it was made for.
    """

    workbook: str
    sha256: str
    rows: tuple[EditRow, ...]
    columns: dict[str, dict[str, str]]
    origin: dict[str, str] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()


def read_edits(path: Path) -> EditBook:
    """Read the edits of a workbook.

    Parameters
    ----------
    path
        A plan's workbook, edited and saved by any spreadsheet program.

    Raises
    ------
    ScenarioError
        When there is no such file.
    DataError
        When it is no workbook, is too large, or has none of the sheets to edit.
    StoreError
        When the disk refuses.
    """
    from planner.inputs.files import digest_file
    from planner.inputs.raw import UnreadableError
    from planner.inputs.workbooks import read_sheets

    if not path.is_file():
        raise ScenarioError(f"--edits: there is no workbook {path}.")
    names = (ACCOUNTS_SHEET, QUOTAS_SHEET, HELP_SHEET)
    try:
        sha256 = digest_file(path)
        sheets = read_sheets("edits", path.name, path, names)
    except UnreadableError as error:
        raise DataError(str(error), (error.finding,)) from None
    except OSError as error:
        raise StoreError(f"The workbook {path} cannot be read: {error.strerror}.") from None
    tables = {name: _find_table(name, rows) for name, rows in sheets.items() if name != HELP_SHEET}
    found = {name: table for name, table in tables.items() if table is not None}
    return EditBook(
        workbook=path.name,
        sha256=sha256,
        rows=tuple(row for table in found.values() for row in table.rows()),
        columns={name: table.letters() for name, table in found.items()},
        origin=_read_origin(sheets.get(HELP_SHEET, [])),
        findings=(*_missing_sheets(path.name, found), *_open_elsewhere(path)),
    )


def _open_elsewhere(path: Path) -> tuple[Finding, ...]:
    """Warn of a workbook that a program has open: what is not saved cannot be read."""
    from planner.inputs.open_files import find_lock

    lock = find_lock(path)
    if lock is None:
        return ()
    message = f"{path.name} is open in a spreadsheet program: what is not saved there is not planned with."
    advice = f"Save it and plan again. If nobody has it open, remove {lock.name}."
    return (
        Finding(
            severity="warning", code="edits.open", message=message, advice=advice, table="edits"
        ),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _SheetTable:
    name: str
    cells: list[list[Any]]
    header: int
    headings: dict[str, int]

    @property
    def key(self) -> str:
        return ACCOUNT_ID if self.name == ACCOUNTS_SHEET else REP_ID

    @property
    def editable(self) -> tuple[str, ...]:
        return ACCOUNT_EDITS if self.name == ACCOUNTS_SHEET else QUOTA_EDITS

    def letters(self) -> dict[str, str]:
        return {heading: column_letter(place) for heading, place in self.headings.items()}

    def rows(self) -> Iterator[EditRow]:
        from planner.inputs.workbooks import cell_words

        edited = [self.headings[name] for name in self.editable if name in self.headings]
        for number, line in enumerate(self.cells[self.header + 1 :], start=self.header + 2):
            if not any(cell_words(line[place]) for place in edited):
                continue
            cells = {
                heading: line[place]
                for heading, place in self.headings.items()
                if cell_words(line[place])
            }
            subject = cell_words(line[self.headings[self.key]])
            yield EditRow(sheet=self.name, row=number, subject=subject, cells=cells)


def _find_table(name: str, cells: list[list[Any]]) -> _SheetTable | None:
    """Find the row of headings, which people may have pushed down or put in another order."""
    key, editable = (ACCOUNT_ID, ACCOUNT_EDITS) if name == ACCOUNTS_SHEET else (REP_ID, QUOTA_EDITS)
    for number, line in enumerate(cells[:SEARCHED_ROWS]):
        headings = _headings(line)
        if key in headings and any(edit in headings for edit in editable):
            return _SheetTable(name=name, cells=cells, header=number, headings=headings)
    return None


def _headings(line: Sequence[Any]) -> dict[str, int]:
    known = (ACCOUNT_ID, REP_ID, *ACCOUNT_EDITS, *QUOTA_EDITS, TODAY, PLANNED, TERRITORY)
    folded = {name.casefold(): name for name in (*known, PLANNED_POTENTIAL, PLANNED_QUOTA)}
    places: dict[str, int] = {}
    for place, cell in enumerate(line):
        words = " ".join(str(cell).partition(",")[0].split()).casefold()
        if words in folded:
            places.setdefault(folded[words], place)
    return places


def column_letter(place: int) -> str:
    """Return the letters of a column: 0 is A, 26 is AA."""
    letters = ""
    place += 1
    while place:
        place, rest = divmod(place - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def _read_origin(cells: Sequence[Sequence[Any]]) -> dict[str, str]:
    from planner.inputs.workbooks import cell_words

    pairs = (
        (cell_words(line[0]).rstrip(":"), cell_words(line[1])) for line in cells if len(line) > 1
    )
    return {name: words for name, words in pairs if name in {MADE_FROM, MADE_OF, CURRENCY}}


def _missing_sheets(workbook: str, found: dict[str, _SheetTable]) -> tuple[Finding, ...]:
    missing = [name for name in (ACCOUNTS_SHEET, QUOTAS_SHEET) if name not in found]
    if len(missing) == 2:
        finding = Finding(
            severity="error",
            code="edits.no_sheet",
            message=f"{workbook} has neither a sheet {ACCOUNTS_SHEET!r} nor {QUOTAS_SHEET!r} with "
            "their headings, so there is nothing to read back.",
            advice="Give the workbook.xlsx of a plan, with these sheets and their headings kept.",
            table="edits",
            value=workbook,
        )
        raise DataError(finding.message, (finding,))
    return tuple(
        Finding(
            severity="warning",
            code="edits.sheet_missing",
            message=f"{workbook} has no sheet {name!r} with its headings; no edit was read there.",
            advice="Keep the sheet and its first row, or take no notice where it was left out.",
            table="edits",
            value=name,
        )
        for name in missing
    )
