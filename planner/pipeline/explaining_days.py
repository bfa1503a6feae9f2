"""Who owned what and who owed what on one day of a plan, from its folder alone."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

from planner.errors import ScenarioError
from planner.outputs.plan import Plan
from planner.outputs.report_tables import rep_names
from planner.pipeline.tracking import ownership_of
from planner.quotas.parts import Owner, QuotaPart, owed_on, owed_until, parts_of_sheet

LEVELS = ("company", "manager", "rep")


@dataclass(frozen=True, slots=True, kw_only=True)
class Debt:
    """What somebody owed on a day.

    Parameters
    ----------
    level, rep_id, name
        Who.
    component
        Of which part of the quota.
    on_day, to_date
        For the day alone, and from the plan's first day to the day's end, units of the currency;
        counts where the component is counted.
    digits
        After the decimal point: the currency's, none for counts.
    """

    level: str
    rep_id: str
    name: str
    component: str
    on_day: float
    to_date: float
    digits: int = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class DayRecord:
    """One day of a plan.

    Parameters
    ----------
    day
        Which.
    currency
        The plan currency.
    serving
        Who served each seat; empty text is nobody.
    accounts
        The seat of each account, by id; empty text is nobody's.
    names
        Of the people, by id.
    debts
        Who owed what, the company first.
    absent
        Why accounts of the year were not in the plan on the day, by id.
    """

    day: date
    currency: str
    serving: dict[str, str]
    accounts: dict[str, str]
    names: dict[str, str]
    debts: tuple[Debt, ...]
    absent: dict[str, str] = field(default_factory=dict)

    @property
    def seats(self) -> list[tuple[str, str, int]]:
        """Return each seat with who served it and its number of accounts."""
        counts = Counter(self.accounts.values())
        rows = [(seat, rep, counts[seat]) for seat, rep in sorted(self.serving.items())]
        return [row for row in rows if row[1] or row[2]]

    def who_has(self, account_id: str) -> tuple[str, str]:
        """Return an account's seat on the day and who served it.

        Raises
        ------
        ScenarioError
            When the account was not in the plan on that day.
        """
        if account_id not in self.accounts:
            why = self.absent.get(account_id, "no table of the plan has it")
            raise ScenarioError(
                f"Account {account_id!r} was not in the plan on {self.day.isoformat()}: {why}."
            )
        seat = self.accounts[account_id]
        return seat, self.serving.get(seat, "")

    def as_dict(self) -> dict[str, Any]:
        """Return the day as plain values, for JSON."""
        return {
            "day": self.day.isoformat(),
            "currency": self.currency,
            "seats": [
                {"territory_id": seat, "rep_id": rep, "accounts": count}
                for seat, rep, count in self.seats
            ],
            "accounts": {
                account: {"territory_id": seat, "rep_id": self.serving.get(seat, "")}
                for account, seat in self.accounts.items()
            },
            "owed": [
                {
                    "level": debt.level,
                    "rep_id": debt.rep_id,
                    "component": debt.component,
                    "on_day": debt.on_day,
                    "to_date": debt.to_date,
                }
                for debt in self.debts
            ],
        }


def describe_day(plan: Plan, day: date) -> DayRecord:
    """Return who owned what and who owed what on a day.

    Parameters
    ----------
    plan
        With every change that was made in its year.
    day
        One of the plan's.

    Raises
    ------
    ScenarioError
        When the day is outside the plan.
    """
    period = plan.data.period
    last = period.end - timedelta(days=1)
    if not period.start <= day <= last:
        raise ScenarioError(
            f"{day.isoformat()} is outside the plan, which runs from {period.start.isoformat()} "
            f"to {last.isoformat()}."
        )
    own = ownership_of(plan)
    holders, accounts = own.serving(day), {a: seat for a, (seat, _) in own.on(day).items()}
    # A seat that was given up since had its holder and accounts on the day.
    seats = sorted({*plan.territory_ids, *accounts.values(), *holders} - {""})
    return DayRecord(
        day=day,
        currency=plan.data.currency.code,
        serving={seat: holders.get(seat, "") for seat in seats},
        accounts=accounts,
        names=rep_names(plan) | {"company": "Company"},
        debts=_debts(plan, day),
        absent=_absent(plan, day),
    )


def _absent(plan: Plan, day: date) -> dict[str, str]:
    """Return why accounts were not there yet, or not any more, on a day."""
    if plan.year is None:
        return {}
    begun: dict[str, date] = {}
    for tenure in plan.year.accounts:
        begun.setdefault(tenure.account_id, tenure.start)
    words = {a: f"it came on {start}" for a, start in begun.items() if start > day}
    for before, after in pairwise(plan.year.accounts):
        if before.account_id == after.account_id and before.end and before.end <= day < after.start:
            account = before.account_id
            words[account] = f"it was lost on {before.end} and came back on {after.start}"
    ends = {"merged": "it became part of {into} on {day}", "lost": "it was lost on {day}"}
    gone = (c for c in plan.year.account_changes if c.kind in ends and c.day <= day)
    return words | {c.account_id: ends[c.kind].format(into=c.into, day=c.day) for c in gone}


def _debts(plan: Plan, day: date) -> tuple[Debt, ...]:
    if plan.quotas is None:
        return ()
    parts = plan.year.parts if plan.year else parts_of_sheet(plan.quotas, plan.data.period)
    names, money = rep_names(plan) | {"company": "Company"}, plan.data.currency
    counted = {line.component for line in plan.quotas.lines if line.counted}
    to_date = owed_until(parts, day + timedelta(days=1))
    today = _of_day(parts, day)
    owners = sorted(
        {owner for owner in (*to_date, *today) if to_date.get(owner) or today.get(owner)},
        key=lambda owner: (LEVELS.index(owner[1]), owner[0], owner[2]),
    )

    def amount(owed: dict[Owner, int], owner: Owner) -> float:
        whole = owner[2] in counted or not money.digits
        return owed.get(owner, 0) if whole else owed.get(owner, 0) / money.scale

    return tuple(
        Debt(
            level=owner[1],
            rep_id=owner[0],
            name=names.get(owner[0], owner[0]),
            component=owner[2],
            on_day=amount(today, owner),
            to_date=amount(to_date, owner),
            digits=0 if owner[2] in counted else money.digits,
        )
        for owner in owners
    )


def _of_day(parts: tuple[QuotaPart, ...], day: date) -> dict[Owner, int]:
    sums: dict[Owner, int] = {}
    for (owner, _), quota in owed_on(parts, day).items():
        sums[owner] = sums.get(owner, 0) + quota
    return sums
