"""What may be wrong with the accounts: one function a check. Places are checked elsewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

from planner.findings import EXAMPLES_SHOWN, Finding, Severity, count_of
from planner.inputs.families import find_loops, word_loop
from planner.inputs.frames import Frame
from planner.inputs.identities import Directory, index_ids, match_ids, shorten
from planner.inputs.reporting import report_rows

if TYPE_CHECKING:
    import pandas as pd

MEASURES = ("addressable_market", "arr", "renewal_amount")
ABSURD_FACTOR = 1000
MISSES: dict[str, tuple[str, str]] = {
    "inactive": ("is inactive or left out", "Their accounts are free to move; nothing to do."),
    "ambiguous": ("is a name that several reps have", "Give the owner by id."),
    "queue": ("is a queue or an integration", "Its accounts are free to move; nothing to do."),
    "unknown": ("is not in reps", "Add the owner to reps if the accounts should be kept."),
}


def check_accounts(frame: Frame, data: pd.DataFrame, directory: Directory) -> list[Finding]:
    """Return everything that is wrong with the accounts, ids and places aside.

    Parameters
    ----------
    frame
        The accounts as read.
    data
        The same with owners matched, and the words of status understood.
    directory
        The reps by id and name.
    """
    return [
        *check_owners(data, directory),
        *check_parent_loops(data),
        *check_parents(data),
        *check_status(data),
        *check_names(data),
        *check_absurd_amounts(data),
        *check_missing_measures(frame, data),
        *check_constant_measures(data),
        *check_renewals(data),
    ]


def check_owners(data: pd.DataFrame, directory: Directory) -> list[Finding]:
    """Report owners who are no reps, with how many accounts each has; these are free to move."""
    lost = data[data["owner_given"].notna() & data["owner_id"].isna()]
    counts = lost.groupby("owner_given", sort=True)["row"].agg(["size", "min"])
    counts = counts.sort_values("size", ascending=False, kind="stable")
    findings = [
        _report_owner(str(owner), int(size), int(row), directory)
        for owner, size, row in counts.head(EXAMPLES_SHOWN).itertuples()
    ]
    if len(counts) > EXAMPLES_SHOWN:
        findings.append(
            Finding(
                severity="warning",
                code="accounts.unknown_owner",
                message=f"{len(lost):,} accounts in all have one of {len(counts):,} owners who are "
                f"not active reps.",
                advice="Check that reps holds everybody; their accounts are free to move.",
                table="accounts",
                column="owner_id",
                count=len(lost),
            )
        )
    return [*findings, *_report_ownerless(data)]


def _report_owner(owner: str, count: int, row: int, directory: Directory) -> Finding:
    miss = directory.explain_miss(owner)
    problem, advice = MISSES[miss]
    return Finding(
        severity="warning",
        code=f"accounts.{miss}_owner",
        message=f"{owner!r}, who owns {count_of(count, 'account')}, {problem}.",
        advice=advice,
        table="accounts",
        row=row,
        column="owner_id",
        value=owner,
        subject=owner,
        count=count,
    )


def _report_ownerless(data: pd.DataFrame) -> list[Finding]:
    count = int(data["owner_given"].isna().sum())
    if not count:
        return []
    return [
        Finding(
            severity="info",
            code="accounts.no_owner",
            message=f"{count_of(count, 'account', 'has', 'have')} no owner today and may go to anybody.",
            advice="Nothing to do, unless the owners were lost in the export.",
            table="accounts",
            column="owner_id",
            count=count,
        )
    ]


def check_parent_loops(data: pd.DataFrame) -> list[Finding]:
    """Report accounts that, through their parents, are their own parent."""
    index = index_ids(data["account_id"].dropna().tolist())
    has = data["account_id"].notna() & data["parent_id"].notna()
    links = {
        child: index.get(shorten(parent), parent)
        for child, parent in zip(data["account_id"][has], data["parent_id"][has], strict=True)
    }
    return [
        Finding(
            severity="error",
            code="accounts.parent_loop",
            message=f"Accounts are each other's parents in a circle: {word_loop(loop)}.",
            advice="Correct parent_id of one of them.",
            table="accounts",
            row=int(data["row"][data["account_id"] == loop[0]].iloc[0]),
            column="parent_id",
            subject=loop[0],
            count=len(loop),
        )
        for loop in find_loops(links)
    ]


def check_parents(data: pd.DataFrame) -> list[Finding]:
    """Report parents that are not in the table; their children are a family all the same."""
    matched = match_ids(data["parent_id"], index_ids(data["account_id"].dropna().tolist()))
    unknown = data["parent_id"].notna() & matched.isna()
    return report_rows(
        data,
        unknown,
        table="accounts",
        code="unknown_parent",
        severity="warning",
        column="parent_id",
        each="Row {row} of accounts: the parent {parent_id} of {account_id} is not in accounts.",
        whole="{count} accounts have a parent that is not in accounts.",
        advice="Nothing to do: accounts with the same parent are planned as one family.",
        subject="account_id",
        shown=5,
    )


def check_status(data: pd.DataFrame) -> list[Finding]:
    """Report words for status that are not known, one finding a word."""
    strange = data[
        data["status"].notna() & ~data["status"].isin(["customer", "prospect", "closed"])
    ]
    return [
        Finding(
            severity="warning",
            code="accounts.unknown_status",
            message=f"{len(rows):,} accounts have the status {str(word)[:80]!r}, which is none of "
            f"customer, prospect and closed.",
            advice="Nothing to do if they should be planned; else leave them out with where.",
            table="accounts",
            row=int(rows["row"].iloc[0]),
            column="status",
            value=str(word)[:80],
            count=len(rows),
        )
        for word, rows in list(strange.groupby("status", sort=True))[:EXAMPLES_SHOWN]
    ]


def check_names(data: pd.DataFrame) -> list[Finding]:
    """Report how many accounts share a name, as duplicates in a CRM do."""
    named = data["name"].str.casefold()
    return report_rows(
        data,
        named.notna() & named.duplicated(),
        table="accounts",
        code="name_not_unique",
        severity="info",
        column="name",
        each="{account_id} has the name of an account before it, {name}.",
        whole="{count} accounts have the name of another.",
        advice="Merge them in the CRM if they are one company.",
        subject="account_id",
        shown=3,
    )


def check_absurd_amounts(data: pd.DataFrame) -> list[Finding]:
    """Report amounts more than a thousand times the 99th percentile."""
    findings: list[Finding] = []
    for name in MEASURES:
        findings += report_absurd(data, "accounts", name, "account_id", "warning")
    return findings


def report_absurd(
    data: pd.DataFrame, table: str, name: str, subject: str, severity: Severity
) -> list[Finding]:
    """Report amounts of one column that dwarf all others by a factor of a thousand."""
    amounts = data[name].astype("Float64").abs()
    present = amounts[amounts > 0]
    if len(present) < 2:
        return []
    usual = float(present.quantile(0.99)) if len(present) >= 100 else float(present.median())
    limit = usual * ABSURD_FACTOR
    digits = data.attrs.get("minor_digits", {}).get(name, 2)
    # Amounts are quoted in currency units, as the file has them.
    shown = data.assign(**{name: data[name].astype("Float64") / 10**digits})
    return report_rows(
        shown,
        (amounts > limit).fillna(value=False),
        table=table,
        code="absurd_amount",
        severity=severity,
        column=name,
        each=f"Row {{row}} of {table}: {name} {{{name}}} of {{{subject}}} is more than "
        f"{ABSURD_FACTOR} times what is usual ({usual / 10**digits:,.2f}).",
        whole=f"{{count}} rows of {table} have a {name} more than {ABSURD_FACTOR} times the usual.",
        advice="Check the amount: a misplaced decimal sign decides the whole plan.",
        subject=subject,
    )


def check_missing_measures(frame: Frame, data: pd.DataFrame) -> list[Finding]:
    """Report measures that some accounts lack although the column is there."""
    return [
        Finding(
            severity="info",
            code="accounts.missing_measure",
            message=f"{count_of(int(data[name].isna().sum()), 'account', 'has', 'have')} no {name}.",
            advice="Where it is balanced, the median of the account's segment stands in.",
            table="accounts",
            column=frame.headers[name],
            count=int(data[name].isna().sum()),
        )
        for name in MEASURES
        if frame.has(name) and bool(data[name].isna().any())
    ]


def check_constant_measures(data: pd.DataFrame) -> list[Finding]:
    """Report measures with a handful of distinct values: bands rather than amounts."""
    return [
        Finding(
            severity="warning",
            code="accounts.few_values",
            message=f"{name} has only {data[name].nunique()} distinct values in "
            f"{int(data[name].notna().sum()):,} accounts, so it looks like bands, not amounts.",
            advice="Balance a finer measure beside it, such as potential.",
            table="accounts",
            column=name,
            count=int(data[name].notna().sum()),
        )
        for name in MEASURES
        if 0 < data[name].nunique() <= 10 and int(data[name].notna().sum()) >= 100
    ]


def check_renewals(data: pd.DataFrame) -> list[Finding]:
    """Report renewals with an amount and no date: no hold on a date can see them."""
    return report_rows(
        data,
        (data["renewal_amount"] > 0).fillna(value=False) & data["renewal_date"].isna(),
        table="accounts",
        code="renewal_without_date",
        severity="warning",
        column="renewal_date",
        each="Row {row} of accounts: {account_id} has a renewal amount and no renewal date.",
        whole="{count} accounts have a renewal amount and no renewal date.",
        advice="Fill in the date; without it no hold on renewals applies.",
        subject="account_id",
        shown=5,
    )
