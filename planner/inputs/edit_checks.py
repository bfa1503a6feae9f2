"""Checks a planner's edits against the tables: who and what they name, and whether they still fit."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from planner.findings import Finding
from planner.inputs.data import PlanningData, Source
from planner.inputs.edits import (
    ACCOUNTS_SHEET,
    COMMENT,
    CURRENCY,
    HOLD,
    HOLD_WORDS,
    MADE_FROM,
    MADE_OF,
    NEW_OWNER,
    PLANNED,
    PLANNED_POTENTIAL,
    PLANNED_QUOTA,
    POTENTIAL,
    QUOTA,
    TERRITORY,
    TODAY,
    Edit,
    EditBook,
    EditKind,
    EditRow,
    Edits,
)
from planner.inputs.identities import Directory, build_directory, index_ids, shorten
from planner.inputs.workbooks import cell_words

LONGEST_COMMENT = 300
LARGEST = Decimal(10) ** 15
PLAIN = re.compile(r"\d{1,18}(\.\d{1,9})?")
MEANT = {"yes": "plan", "x": "plan", "hold": "plan", "owner": "today", "no": "free"}
LABEL = " · "
KINDS: dict[str, EditKind] = {
    NEW_OWNER: "owner", HOLD: "hold", POTENTIAL: "potential", QUOTA: "quota", COMMENT: "comment",
}  # fmt: skip


def rep_label(rep_id: str, name: str) -> str:
    """Return how a rep stands in the list of a cell: id and name."""
    return f"{rep_id}{LABEL}{name}" if name and name != rep_id else rep_id


def describe_tables(data: PlanningData) -> str:
    """Return a short digest of each table, by which a workbook of other tables is known."""
    return "; ".join(f"{source.table} {source.sha256[:12]}" for source in data.sources)


def settle_edits(
    book: EditBook, data: PlanningData, *, plan: str, quotas: bool, running: bool = False
) -> Edits:
    """Sort a workbook's edits into those that the tables bear and those they do not.

    Parameters
    ----------
    book
        As read from the workbook.
    data
        The tables of today.
    plan
        Name of the plan that is to be made.
    quotas
        Whether that plan sets quotas.
    running
        Whether the workbook is that of a running plan which is changed: its owners are today's.

    Returns
    -------
    Edits
        Each edit once, in the workbook's order; whether a rep may serve an account is for later.
    """
    desk = _Desk(book=book, data=data, quotas=quotas, today=PLANNED if running else TODAY)
    edits = [edit for row in _without_twins(book.rows, desk) for edit in desk.read(row)]
    edits += desk.twins
    return Edits(
        workbook=book.workbook,
        sha256=book.sha256,
        made_from=book.origin.get(MADE_FROM, ""),
        accepted=tuple(edit for edit in edits if not edit.reason),
        refused=tuple(edit for edit in edits if edit.reason),
        # In the year tables go on: that they differ from the workbook's is no news.
        findings=(*book.findings, *_about_origin(book, () if running else data.sources, plan)),
    )


def _without_twins(rows: Iterable[EditRow], desk: _Desk) -> list[EditRow]:
    """Leave out rows that edit the same account twice, unless they say the same."""
    same: defaultdict[tuple[str, str], list[EditRow]] = defaultdict(list)
    for row in rows:
        same[row.sheet, shorten(row.subject)].append(row)
    kept = []
    for group in same.values():
        written = {tuple(sorted((k, cell_words(v)) for k, v in row.cells.items())) for row in group}
        if len(written) == 1:
            kept.append(group[0])
            continue
        numbers = " and ".join(str(row.row) for row in group)
        for row in group:
            desk.twins += desk.refuse_row(row, f"rows {numbers} edit it differently; keep one")
    return kept


@dataclass(slots=True)
class _Desk:
    """What the checks look things up in."""

    book: EditBook
    data: PlanningData
    quotas: bool
    today: str
    accounts: Mapping[str, str]
    owners: Mapping[str, str]
    people: Directory
    twins: list[Edit]

    def __init__(self, *, book: EditBook, data: PlanningData, quotas: bool, today: str) -> None:
        self.book, self.data, self.quotas, self.today = book, data, quotas, today
        ids = data.accounts["account_id"].astype(str).tolist()
        owner = data.accounts["owner_id"]
        self.accounts = index_ids(ids)
        given = owner.astype(object).where(owner.notna(), "").tolist()
        self.owners = dict(zip(ids, map(str, given), strict=True))
        self.people = build_directory(((rep.rep_id, rep.name) for rep in data.reps), ())
        self.twins = []

    def read(self, row: EditRow) -> list[Edit]:
        """Return a row's edits, each accepted or with the reason why not."""
        edits = self._read_account(row) if row.sheet == ACCOUNTS_SHEET else self._read_quota(row)
        if not edits and COMMENT in row.cells:
            edits = [self._edit(row, COMMENT, _comment(row))]
        return edits

    def refuse_row(self, row: EditRow, reason: str) -> list[Edit]:
        """Return every edit of a row as refused."""
        written = [name for name in (NEW_OWNER, HOLD, POTENTIAL, QUOTA) if name in row.cells]
        return [self._refuse(row, name, reason) for name in written or [COMMENT]]

    def _read_account(self, row: EditRow) -> list[Edit]:
        account = self.accounts.get(shorten(row.subject))
        if account is None:
            return self.refuse_row(row, _unknown("account", row.subject))
        row = replace(row, subject=account)
        edits = self._read_owner(row)
        if POTENTIAL in row.cells:
            edits.append(self._read_amount(row, POTENTIAL, row.cells.get(PLANNED_POTENTIAL)))
        return edits

    def _read_owner(self, row: EditRow) -> list[Edit]:
        given = [name for name in (NEW_OWNER, HOLD) if name in row.cells]
        known = self.today in self.book.columns.get(row.sheet, {})
        then, now = cell_words(row.cells.get(self.today)), self.owners[row.subject]
        if given and known and shorten(then) != shorten(now):
            reason = (
                f"out of date: its owner was {then or 'nobody'} when the workbook was written and "
                f"is {now or 'nobody'} today; look again"
            )
            return [self._refuse(row, name, reason) for name in given]
        if len(given) == 2:
            reason = f"a row takes one of {NEW_OWNER} and {HOLD}: clear the other"
            return [self._refuse(row, name, reason) for name in given]
        if NEW_OWNER in given:
            return [self._read_new_owner(row)]
        return [self._read_hold(row)] if given else []

    def _read_new_owner(self, row: EditRow) -> Edit:
        words = cell_words(row.cells[NEW_OWNER])
        rep = self.people.find(words) or self.people.find(words.split(LABEL)[0].strip())
        if rep is not None or not self.data.reps:
            return self._edit(row, NEW_OWNER, rep or words, self.owners[row.subject])
        if self.people.explain_miss(words) == "ambiguous":
            return self._refuse(row, NEW_OWNER, f"several reps are called {words}: give the rep_id")
        return self._refuse(row, NEW_OWNER, _unknown("rep", words))

    def _read_hold(self, row: EditRow) -> Edit:
        words = cell_words(row.cells[HOLD]).casefold()
        meant = MEANT.get(words, words)
        if meant not in HOLD_WORDS:
            return self._refuse(row, HOLD, f"is none of {', '.join(HOLD_WORDS)}")
        owner = self.owners[row.subject]
        if meant == "free":
            return self._edit(row, HOLD, "free", owner)
        planned = cell_words(row.cells.get(TERRITORY)) or cell_words(row.cells.get(PLANNED))
        target = planned if meant == "plan" else owner
        if not target:
            return self._refuse(row, HOLD, f"there is nobody to hold it with ({meant})")
        return self._edit(row, HOLD, target, owner)

    def _read_quota(self, row: EditRow) -> list[Edit]:
        rep = self.people.find(row.subject)
        if rep is None and self.data.reps:
            return self.refuse_row(row, _unknown("rep", row.subject))
        row = replace(row, subject=rep or row.subject)
        if QUOTA not in row.cells:
            return []
        if not self.quotas:
            return [self._refuse(row, QUOTA, "this scenario sets no quotas")]
        return [self._read_amount(row, QUOTA, row.cells.get(PLANNED_QUOTA))]

    def _read_amount(self, row: EditRow, heading: str, was: Any) -> Edit:
        written = self.book.origin.get(CURRENCY, "")
        code = self.data.currency.code
        if written and written != code:
            return self._refuse(
                row, heading, f"the workbook is in {written} and the plan in {code}"
            )
        amount, reason = read_amount(row.cells[heading])
        if amount is None:
            return self._refuse(row, heading, reason)
        exact = self.data.currency.to_text(self.data.currency.to_minor(amount))
        return self._edit(row, heading, exact, cell_words(was))

    def _edit(self, row: EditRow, heading: str, value: str, was: str = "") -> Edit:
        letter = self.book.columns.get(row.sheet, {}).get(heading, "")
        return Edit(
            kind=KINDS[heading],
            subject=row.subject,
            value=value,
            was=was,
            comment=_comment(row),
            sheet=row.sheet,
            cell=f"{letter}{row.row}",
            row=row.row,
            column=heading,
        )

    def _refuse(self, row: EditRow, heading: str, reason: str) -> Edit:
        value = cell_words(row.cells.get(heading))[:LONGEST_COMMENT]
        return replace(self._edit(row, heading, value), reason=reason)


def read_amount(value: Any) -> tuple[Decimal | None, str]:
    """Return a cell's amount, or None and why it is none."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None, f"{cell_words(value)} is not an amount"
    if isinstance(value, str):
        if not PLAIN.fullmatch(value.strip()):
            return None, f"{value.strip()[:60]!r} is text; type the amount as a number"
        value = value.strip()
    amount = Decimal(value) if isinstance(value, str) else Decimal(repr(value))
    if not amount.is_finite() or not 0 <= amount < LARGEST:
        return None, f"{cell_words(value)} is not between 0 and {LARGEST:,}"
    return amount, ""


def _comment(row: EditRow) -> str:
    words = " ".join(cell_words(row.cells.get(COMMENT)).split())
    return words if len(words) <= LONGEST_COMMENT else f"{words[: LONGEST_COMMENT - 1]}…"


def _unknown(noun: str, subject: str) -> str:
    return f"there is no {noun} {subject[:60]}" if subject else f"the row names no {noun}"


def _about_origin(book: EditBook, sources: Sequence[Source], plan: str) -> list[Finding]:
    """Say when the workbook was written for another plan or from other tables."""
    made_from, tables = book.origin.get(MADE_FROM, ""), book.origin.get(MADE_OF, "")
    found = []
    if made_from and made_from != plan:
        found.append(
            _origin_finding(
                book, "edits.other_plan", f"was written for the plan {made_from!r}, not {plan!r}"
            )
        )
    before = dict(part.split(" ", 1) for part in tables.split("; ") if " " in part)
    changed = [
        source.table
        for source in sources
        if before and before.get(source.table) != source.sha256[:12]
    ]
    if changed:
        said = f"was written from other tables: {', '.join(changed)} changed since"
        found.append(_origin_finding(book, "edits.other_tables", said))
    return found


def _origin_finding(book: EditBook, code: str, said: str) -> Finding:
    return Finding(
        severity="warning",
        code=code,
        message=f"{book.workbook} {said}.",
        advice="What still fits is taken, the rest is refused; look at both lists.",
        table="edits",
        value=book.workbook,
    )
