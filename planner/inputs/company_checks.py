"""What only shows when tables are laid beside each other."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from planner.findings import Finding, count_of
from planner.inputs.events import Events
from planner.inputs.membership import are_among
from planner.inputs.money import Currency
from planner.inputs.people import People
from planner.inputs.period import Period
from planner.inputs.reporting import report_rows

if TYPE_CHECKING:
    import pandas as pd

THIN_QUARTER = 0.2
THIN_MONTH = 0.1
FEW_ORDERS = 5
NAMED = 10


def check_company(
    accounts: pd.DataFrame,
    people: People,
    events: Mapping[str, Events],
    period: Period,
    plan: Currency,
) -> list[Finding]:
    """Return what is odd about the company as a whole.

    Parameters
    ----------
    accounts
        The accounts that take part.
    people
        The reps.
    events
        History and quotas, where given.
    period, plan
        The plan's period and currency.
    """
    findings = [
        *check_departed_owners(accounts, people, period),
        *check_coverage_of_owners(accounts, people),
    ]
    if "history" in events and len(events["history"].table):
        history, last_rep = events["history"].table, events["history"].last_rep
        findings += [
            *check_never_bought(accounts, history),
            *([] if last_rep is None else check_last_rep(accounts, last_rep)),
            *check_thin_periods(history, plan),
            *check_starts(people, history),
        ]
        if "quotas" in events and len(events["quotas"].table):
            findings += check_thin_quotas(events["quotas"].table, history)
    if people.reps:
        findings += check_managers(people, events)
    return findings


def check_departed_owners(accounts: pd.DataFrame, people: People, period: Period) -> list[Finding]:
    """Report reps who have left, or leave before the plan begins, and still own accounts."""
    counts = accounts["owner_id"].value_counts()
    return [
        Finding(
            severity="warning",
            code="accounts.departed_owner",
            message=f"{rep.name} ({rep.rep_id}) leaves on {rep.leave_date}, before the plan "
            f"begins, and owns {count_of(int(counts[rep.rep_id]), 'account')}.",
            advice="They move to the holder of the seat, or elsewhere; name a successor in reps.",
            table="accounts",
            column="owner_id",
            subject=rep.rep_id,
            count=int(counts[rep.rep_id]),
        )
        for rep in people.reps
        if rep.leave_date is not None and rep.leave_date < period.start and rep.rep_id in counts
    ]


def check_coverage_of_owners(accounts: pd.DataFrame, people: People) -> list[Finding]:
    """Report owners who, by their coverage, may not keep accounts."""
    counts = accounts["owner_id"].value_counts()
    return [
        Finding(
            severity="warning",
            code="accounts.owner_without_coverage",
            message=f"{rep.name} ({rep.rep_id}) owns {count_of(int(counts[rep.rep_id]), 'account')} "
            f"but has coverage {rep.coverage}.",
            advice="They will move; give the rep coverage direct if they should not.",
            table="accounts",
            column="owner_id",
            subject=rep.rep_id,
            count=int(counts[rep.rep_id]),
        )
        for rep in people.reps
        if not rep.receives_accounts and rep.leave_date is None and rep.rep_id in counts
    ]


def check_never_bought(accounts: pd.DataFrame, history: pd.DataFrame) -> list[Finding]:
    """Report accounts without history."""
    never = ~are_among(accounts["account_id"], history["account_id"])
    return report_rows(
        accounts,
        never,
        table="accounts",
        code="never_bought",
        severity="info",
        column="account_id",
        each="{account_id} has no history.",
        whole="{count} accounts have no history; their potential rests on accounts like them.",
        advice="Nothing to do if they are prospects.",
        subject="account_id",
        shown=0,
    )


def check_last_rep(accounts: pd.DataFrame, last_rep: pd.Series) -> list[Finding]:
    """Report accounts whose owner is not the rep of their last order."""
    if last_rep.empty:
        return []
    both = accounts.assign(last_rep=accounts["account_id"].map(last_rep).astype("str"))
    owned = both["owner_id"].notna() & both["last_rep"].notna()
    differs = owned & (both["owner_id"] != both["last_rep"])
    return report_rows(
        both,
        differs,
        table="accounts",
        code="owner_differs_from_last_rep",
        severity="warning",
        column="owner_id",
        each="{account_id} is owned by {owner_id}, but its last order is {last_rep}'s.",
        whole=f"{{count}} of {int(owned.sum()):,} accounts with orders are owned by another rep "
        f"than that of their last order.",
        advice="Decide which is today's owner: what counts as a move rests on it.",
        subject="account_id",
        shown=3,
    )


def check_thin_periods(history: pd.DataFrame, plan: Currency) -> list[Finding]:
    """Report quarters and months with hardly any rows beside the median."""
    return [
        finding
        for frequency, word, share in (("Q", "quarter", THIN_QUARTER), ("M", "month", THIN_MONTH))
        for finding in _check_thin(history, plan, frequency, word, share)
    ]


def _check_thin(
    history: pd.DataFrame, plan: Currency, frequency: str, word: str, share: float
) -> list[Finding]:
    import pandas as pd

    dates = history["date"].dt.to_period(frequency)
    found = history["amount"].groupby(dates).agg(["sum", "size"])
    every = pd.period_range(found.index.min(), found.index.max(), freq=frequency)
    found = found.reindex(every, fill_value=0)
    usual = float(found["size"].median())
    thin = found[found["size"] < share * usual]
    if thin.empty or usual < 10:
        return []
    listed = ", ".join(
        f"{period} ({size:,} rows, {plan.to_text(total)})"
        for period, total, size in thin.head(NAMED).itertuples()
    )
    return [
        Finding(
            severity="warning",
            code=f"history.thin_{word}",
            message=f"{count_of(len(thin), word, 'has', 'have')} hardly any history where {usual:,.0f} rows are "
            f"usual: {listed}.",
            advice=f"Check whether the export is complete, or begins or ends within the {word}.",
            table="history",
            column="date",
            value=str(thin.index[0]),
            count=len(thin),
        )
    ]


def check_thin_quotas(quotas: pd.DataFrame, history: pd.DataFrame) -> list[Finding]:
    """Report quotas of periods in which their rep has hardly an order."""
    import numpy as np

    orders = np.zeros(len(quotas), dtype=np.int64)
    dates = {rep: rows.to_numpy() for rep, rows in history.groupby("rep_id")["date"]}
    for position, (rep, start, end) in enumerate(
        zip(quotas["rep_id"], quotas["start"].to_numpy(), quotas["end"].to_numpy(), strict=True)
    ):
        own = dates.get(rep)
        if own is not None:
            orders[position] = int(((own >= start) & (own < end)).sum())
    if float(np.median(orders)) < 10:
        return []
    return report_rows(
        quotas.assign(orders=orders),
        orders < FEW_ORDERS,
        table="quotas",
        code="few_orders",
        severity="warning",
        column="start",
        each="{rep_id} has a quota from {start} to {end} and {orders} orders in that time.",
        whole=f"{{count}} quotas are of periods in which their rep has fewer than {FEW_ORDERS} "
        f"orders.",
        advice="Attainment of such a period says little about the rep.",
        subject="rep_id",
        shown=3,
    )


def check_starts(people: People, history: pd.DataFrame) -> list[Finding]:
    """Report reps who began while the history runs: their record is shorter than others'."""
    import pandas as pd

    first, last = history["date"].min(), history["date"].max()
    margin = first + pd.Timedelta(days=31)
    late = [r for r in people.reps if r.hire_date and margin < pd.Timestamp(r.hire_date) <= last]
    if not late:
        return []
    names = ", ".join(f"{rep.name} ({rep.hire_date})" for rep in late[:NAMED])
    more = f" and {len(late) - NAMED} more" if len(late) > NAMED else ""
    return [
        Finding(
            severity="info",
            code="reps.start_within_history",
            message=f"{len(late):,} reps began while the history runs: {names}{more}.",
            advice="Nothing to do: run rates and ramps count from the hire date.",
            table="reps",
            column="hire_date",
            subject=late[0].rep_id,
            count=len(late),
        )
    ]


def check_managers(people: People, events: Mapping[str, Events]) -> list[Finding]:
    """Report people called managers who would receive accounts as any rep does."""
    credited = {
        name: set(events[name].table["rep_id"].dropna().unique()) if name in events else set()
        for name in ("history", "quotas")
    }
    return [
        Finding(
            severity="warning",
            code="reps.manager_receives_accounts",
            message=f"{rep.name} ({rep.rep_id}), {rep.role}, has coverage {rep.coverage} and would "
            f"receive accounts{_describe_record(rep.rep_id, credited)}.",
            advice="Set coverage to none, or leave the row out with [inputs.reps] where.",
            table="reps",
            row=rep.row,
            column="coverage",
            value=rep.coverage,
            subject=rep.rep_id,
        )
        for rep in people.reps
        if rep.receives_accounts
        and "manager" in rep.role.casefold().split()
        and "account" not in rep.role.casefold()
    ]


def _describe_record(rep_id: str, credited: Mapping[str, set[str]]) -> str:
    words = {"history": "orders", "quotas": "quotas"}
    found = [words[name] for name, reps in credited.items() if rep_id in reps]
    return f"; has {' and '.join(found)} of its own" if found else ""
