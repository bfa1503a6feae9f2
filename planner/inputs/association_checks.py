"""What is wrong with the table of what the CRM has; never a reason not to plan."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from planner.findings import Finding
from planner.inputs.identities import shorten_all
from planner.inputs.reporting import report_rows
from planner.inputs.reps import Rep

if TYPE_CHECKING:
    import pandas as pd

# Objects whose rows speak of an account, and of a person, that the plan should know.
OF_ACCOUNTS = frozenset({"account", "company", "objectterritory2association", "accountteammember"})
RECORDS = frozenset({"account", "company"})
OF_PEOPLE = frozenset({"user", "owner", "systemuser"})
KNOWN = (
    OF_ACCOUNTS
    | OF_PEOPLE
    | {"territory2", "territory2model", "userterritory2association", "team", "territory", "goal"}
)
SHOWN = 5


def gather_associations(
    data: pd.DataFrame, accounts: pd.DataFrame, reps: Iterable[Rep]
) -> tuple[pd.DataFrame, list[Finding]]:
    """Return the rows that have an object and an id, each once, and what is odd about the table."""
    table = data[data["object"].notna() & data["id"].notna()].reset_index(drop=True)
    kind = table["object"].str.casefold().str.replace(r"[\s_]", "", regex=True)
    repeated = (kind + "\n" + shorten_all(table["id"])).duplicated()
    people = {rep.rep_id for rep in reps}
    findings = [
        *_report(
            table,
            repeated,
            "duplicate_id",
            "id",
            "Row {row} of associations repeats the {object} {id}.",
            "{count} rows of associations repeat the Id of another of the same object.",
            "Keep one row for each Id; the first is used.",
        ),
        *_report(
            table,
            ~kind.isin(KNOWN),
            "unknown_object",
            "object",
            "Row {row} of associations is about {object}, which no load file uses.",
            "{count} rows of associations are about objects that no load file uses.",
            "Check the spelling: Territory2, ObjectTerritory2Association, User.",
        ),
        *_report_strangers(
            table,
            kind.isin(OF_ACCOUNTS),
            "account",
            _compared(accounts["account_id"]) | _compared(table["id"][kind.isin(RECORDS)]),
        ),
        *_report_strangers(table, kind.isin(OF_PEOPLE), "rep", people),
    ]
    return table[~repeated].reset_index(drop=True), findings


def _compared(ids: pd.Series) -> set[str]:
    return set(shorten_all(ids).dropna())


def _report_strangers(
    table: pd.DataFrame, concerned: pd.Series, what: str, known: set[str]
) -> list[Finding]:
    column = f"{what}_id"
    strange = concerned & table[column].notna() & ~shorten_all(table[column]).isin(known)
    if what == "rep":
        # An owner's row may be found by the CRM's own id instead.
        strange &= ~table["rep_id"].isin(known) & ~table["id"].isin(known)
    return _report(
        table,
        strange,
        f"unknown_{what}",
        column,
        f"Row {{row}} of associations names the {what} {{{column}}}, which is not in the plan.",
        f"{{count}} rows of associations name {what}s that are not in the plan.",
        "Nothing to do where they are of no interest; they are left alone in the CRM.",
    )


def _report(
    table: pd.DataFrame,
    faulty: pd.Series,
    code: str,
    column: str,
    each: str,
    whole: str,
    advice: str,
) -> list[Finding]:
    return report_rows(
        table,
        faulty,
        table="associations",
        code=code,
        severity="warning" if code == "duplicate_id" else "info",
        column=column,
        each=each,
        whole=whole,
        advice=advice,
        subject=column,
        shown=SHOWN,
    )
