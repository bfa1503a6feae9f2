"""What the pages say of each territory: quota, measures, who comes and goes, what to watch."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

import numpy as np

from planner.outputs.moves import gained_and_lost, previous_reps, proposed_reps
from planner.outputs.pdf.fonts import is_readable, readable_name
from planner.outputs.plan import Ints, Plan
from planner.outputs.tables import deviations
from planner.outputs.wording import long_date, measure_title, percent, short_money

MOST_LISTED = 9
SURE_AT_MOST = 0.35
MOST_CHANGE = 0.30
MOST_WARNINGS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What every page looks up, found once.

    Parameters
    ----------
    people, accounts
        Readable name of each rep by id, and of each account, (accounts,).
    replaced
        How many names are given by id because the font cannot show them.
    quota, last_year
        Of each rep, minor units; ``last_year`` only where it is comparable.
    months
        Quota of each territory by first day of the month.
    chance
        Probability of quota by rep.
    gained, lost
        Accounts that come and go, (territories,).
    limits
        Limits that a rep's quota lies on.
    """

    plan: Plan
    people: dict[str, str]
    accounts: tuple[str, ...]
    replaced: int
    quota: dict[str, int]
    last_year: dict[str, int]
    months: dict[str, dict[date, int]]
    chance: dict[str, float]
    gained: Ints
    lost: Ints
    limits: dict[str, tuple[str, ...]]


def gather_facts(plan: Plan) -> Facts:
    """Return what the pages of a plan look up."""
    names = plan.data.accounts["name"]
    ids: list[str] = plan.data.accounts["account_id"].tolist()
    texts = names.astype(object).where(names.notna(), "").astype(str).tolist()
    people = {rep.rep_id: rep.name for rep in plan.data.reps}
    gained, lost = gained_and_lost(plan)
    outcomes = plan.outcomes.outcomes if plan.outcomes else ()
    return Facts(
        plan=plan,
        people={rep_id: readable_name(name, rep_id) for rep_id, name in people.items()},
        accounts=tuple(readable_name(one, key) for one, key in zip(texts, ids, strict=True)),
        replaced=sum(not is_readable(one) for one in (*texts, *people.values())),
        quota=plan.quotas.by_person("rep") if plan.quotas else {},
        last_year=_last_year(plan),
        months=_months(plan),
        chance={one.rep_id: one.probability_of_quota for one in outcomes if one.level == "rep"},
        gained=gained,
        lost=lost,
        limits=_limits(plan),
    )


def _last_year(plan: Plan) -> dict[str, int]:
    found: dict[str, int] = {}
    for one in plan.quotas.derivations if plan.quotas else ():
        if one.last_year is not None:
            found[one.rep_id] = found.get(one.rep_id, 0) + one.last_year
    return found


def _months(plan: Plan) -> dict[str, dict[date, int]]:
    sheet = plan.quotas
    found = {name: dict.fromkeys(plan.data.period.starts, 0) for name in plan.territory_ids}
    for line in sheet.lines if sheet else ():
        known = line.territory_id in found and line.level == "rep"
        if known and sheet is not None and line.component not in sheet.beside:
            found[line.territory_id or ""][line.period_start] += line.quota
    return found


def _limits(plan: Plan) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for one in plan.quotas.derivations if plan.quotas else ():
        found[one.rep_id] = (*found.get(one.rep_id, ()), *one.limits)
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """Some accounts of a territory, the most telling first, and how many there are in all."""

    rows: tuple[int, ...]
    total: int


def top_accounts(facts: Facts, territory: int) -> Listed:
    """Return the accounts with the largest potential of a territory."""
    plan = facts.plan
    return _largest(np.flatnonzero(plan.territory_of_account == territory), plan.potential.expected)


def gained_accounts(facts: Facts, territory: int) -> Listed:
    """Return the accounts that come to a territory, by trailing revenue."""
    plan = facts.plan
    came = (plan.territory_of_account == territory) & (plan.today.seat_of_account != territory)
    return _largest(np.flatnonzero(came), plan.potential.trailing)


def lost_accounts(facts: Facts, territory: int) -> Listed:
    """Return the accounts that leave a territory, by trailing revenue."""
    plan = facts.plan
    gone = (plan.today.seat_of_account == territory) & (plan.territory_of_account != territory)
    return _largest(np.flatnonzero(gone), plan.potential.trailing)


def _largest(rows: Ints, amounts: Ints) -> Listed:
    order = np.argsort(-amounts[rows], kind="stable")[:MOST_LISTED]
    return Listed(rows=tuple(rows[order].tolist()), total=len(rows))


def names_of(facts: Facts, today: bool) -> Callable[[int], str]:
    """Return how to say who owns an account, today or in the plan."""
    owners = previous_reps(facts.plan) if today else proposed_reps(facts.plan)
    nobody = "no owner" if today else "nobody"
    return lambda row: facts.people.get(owners[row], owners[row]) or nobody


def warnings_of(facts: Facts, territory: int) -> list[str]:
    """Return what a manager should look at before he hands the page out."""
    plan = facts.plan
    rep_id, name = plan.seats.rep_ids[territory], plan.territory_ids[territory]
    found = [*_balance_warnings(plan, territory), *_people_warnings(facts, territory)]
    subjects = {name, rep_id} - {""}
    of_code = {
        one.code: one.message
        for one in reversed(plan.findings)
        if one.severity != "info" and one.subject in subjects
    }
    found += [message for message in of_code.values() if message not in found]
    more = len(found) - MOST_WARNINGS
    return [*found[:MOST_WARNINGS], *([f"and {more:,} more in report.html"] if more > 0 else [])]


def _balance_warnings(plan: Plan, territory: int) -> list[str]:
    found = []
    for name, measure in plan.alignment.measures.items():
        off = float(deviations(measure.proposed, measure.target)[territory])
        if measure.tolerance is not None and abs(off) > measure.tolerance + 5e-4:
            found.append(
                f"{measure_title(name)} is {percent(abs(off), 1)} "
                f"{'above' if off > 0 else 'below'} its target; {percent(measure.tolerance)} is "
                "allowed."
            )
    return found


def _people_warnings(facts: Facts, territory: int) -> list[str]:
    plan = facts.plan
    rep_id = plan.seats.rep_ids[territory]
    rep = next((one for one in plan.data.reps if one.rep_id == rep_id), None)
    found = []
    if rep is None or rep.status == "tbh":
        found.append("Nobody holds this territory yet (to be hired).")
    elif rep.status == "leaving":
        leaves = f" on {long_date(rep.leave_date)}" if rep.leave_date else ""
        found.append(f"{facts.people[rep_id]} leaves{leaves}.")
    quota, before = facts.quota.get(rep_id, 0), facts.last_year.get(rep_id, 0)
    if before > 0 and abs(quota / before - 1) > MOST_CHANGE:
        found.append(
            f"The quota is {percent(abs(quota / before - 1))} "
            f"{'above' if quota > before else 'below'} last year's figure of the same accounts."
        )
    if facts.chance.get(rep_id, 1.0) < SURE_AT_MOST:
        found.append(f"The quota is reached in only {percent(facts.chance[rep_id])} of the years.")
    found += [f"The quota lies on a limit: {words}." for words in facts.limits.get(rep_id, ())]
    return found


def contents(facts: Facts, territory: int) -> list[tuple[str, str, str]]:
    """Return (what, today, proposed) of what a territory holds beside its measures."""
    plan = facts.plan
    currency = plan.data.currency
    both = (plan.today.seat_of_account == territory, plan.territory_of_account == territory)
    counts = [f"{int(mine.sum()):,}" for mine in both]
    rows = [("Accounts", counts[0], counts[1])]
    for name, amounts in (
        ("Revenue, 12 months", plan.potential.trailing),
        ("Open pipeline", plan.potential.pipeline),
        ("Whitespace", plan.potential.whitespace),
    ):
        sums = [short_money(currency, int(amounts[mine].sum())) for mine in both]
        rows.append((name, sums[0], sums[1]))
    held = int((plan.held & both[1]).sum())
    return [*rows, ("Held by a rule", "", f"{held:,}")]
