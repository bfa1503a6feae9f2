"""The quota stage's place in a change: what each account takes along, and what is settled again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from planner.findings import EXAMPLES_SHOWN, Finding
from planner.inputs.roster import name_open_seat
from planner.pipeline.preparation import Company
from planner.pipeline.running import Succession
from planner.quotas.change_terms import BookChange, QuotaChange, seat_last_after
from planner.quotas.parts import QuotaPart, parts_of_sheet
from planner.quotas.republication import republish
from planner.quotas.resettlement import Resettled, resettle

if TYPE_CHECKING:
    from planner.inputs.money import Currency
    from planner.outputs.plan import Plan
    from planner.quotas.parameters import QuotaParameters
    from planner.quotas.result import QuotaSheet
    from planner.scenario.model import Scenario

LIMITS = ("change_limits", "ote_ratio", "floors", "caps")
# What quotas rest on when a plan is made, and what a change leaves as it is.
ANNUAL = ("basis", "seasonality")
ANNUAL_OF_COMPONENT = ("basis", "roles", "kind", "unit", "retention", "over_assignment")
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Settlement:
    """The quotas after a change.

    Parameters
    ----------
    sheet
        None where the plan has none.
    parts
        Everybody's quota by stretch of days.
    touched, dropped
        As in :class:`planner.quotas.resettlement.Resettled`.
    seat_last
        As in :class:`planner.tracking.record.YearRecord`.
    findings
        What was touched.
    """

    sheet: QuotaSheet | None
    parts: tuple[QuotaPart, ...] = ()
    touched: frozenset[str] = frozenset()
    dropped: tuple[str, ...] = ()
    seat_last: dict[str, int] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()


def settle_quotas(
    scenario: Scenario,
    running: Plan,
    succession: Succession,
    company: Company,
    of_account: Ints,
    day: date,
) -> Settlement:
    """Settle the quotas of the days that remain.

    Parameters
    ----------
    scenario
        With the goal as it now is.
    running, succession
        The plan before, and what has changed.
    company, of_account
        After the change: the company, and the seat of each account, (accounts,).
    day
        The first day that may change.

    Raises
    ------
    InfeasibleError
        As :func:`planner.quotas.resettlement.resettle`.
    """
    sheet = running.quotas
    if sheet is None or scenario.quota is None:
        return Settlement(sheet=None)
    parts = running.year.parts if running.year else parts_of_sheet(sheet, running.data.period)
    change = _describe(scenario, running, succession, company, of_account, day)
    settled = resettle(sheet, parts, change)
    return Settlement(
        sheet=republish(sheet, settled, change),
        parts=settled.parts,
        touched=settled.touched,
        dropped=settled.dropped,
        seat_last=seat_last_after(change),
        findings=(*_word(settled, day), *settled.findings, *_not_applied(scenario, running)),
    )


def _describe(
    scenario: Scenario,
    running: Plan,
    succession: Succession,
    company: Company,
    of_account: Ints,
    day: date,
) -> QuotaChange:
    assert scenario.quota is not None
    currency = running.data.currency
    before = _rules_before(running)
    by_hand = {
        d.rep_id for d in (running.quotas.derivations if running.quotas else ()) if d.override
    }
    decided = {rep: currency.to_minor(v) for rep, v in before.overrides.items() if rep in by_hand}
    goals = [goal.day for goal in succession.after.goals]
    return QuotaChange(
        effective=day,
        period=running.data.period,
        currency=currency,
        rates=scenario.fx,
        parameters=scenario.quota,
        goal_from=max(goals[-1], day) if goals else day,
        goal_steps=_goal_steps(succession),
        before=succession.before,
        after=succession.after,
        books=tuple(_books(scenario, running, succession, company, of_account, day)),
        seat_weights=_seat_weights(running, _back_to_seats(scenario, succession, company)),
        decided=decided,
        seat_last=_seat_last(running),
        same_limits=all(getattr(before, name) == getattr(scenario.quota, name) for name in LIMITS),
        goals=_component_goals(before, scenario.quota, currency),
    )


def _goal_steps(succession: Succession) -> tuple[tuple[date, int], ...]:
    """Return the goals of this change that others follow, in the order of their days."""
    days = [(e.day, e.amount) for e in succession.applied if e.kind == "goal" and e.amount]
    last = succession.after.goals[-1].day if succession.after.goals else None
    return tuple((when, amount) for when, amount in days if last is not None and when < last)


def _rules_before(running: Plan) -> QuotaParameters:
    from planner.quotas.parameters import QuotaParameters

    return QuotaParameters.model_validate(running.provenance.scenario["quota"])


def _seat_last(running: Plan) -> dict[str, int]:
    """Return last year's quota of each seat's accounts as the running plan has it."""
    if running.year is not None:
        return running.year.seat_last
    assert running.quotas is not None
    last = {d.rep_id: d.last_year for d in running.quotas.derivations if d.last_year}
    people = {rep.rep_id for rep in running.data.reps}
    names = [
        rep or name_open_seat(seat, people)
        for seat, rep in zip(running.territory_ids, running.seats.rep_ids, strict=True)
    ]
    pairs = zip(running.territory_ids, names, strict=True)
    return {seat: last[name] for seat, name in pairs if name in last}


def _component_goals(
    before: QuotaParameters, now: QuotaParameters, currency: Currency
) -> dict[str, int]:
    """Return the goals of components where the scenario states others than before."""
    from planner.quotas.components import component_goals

    sizes = [
        {name: (part.goal, part.share) for name, part in rules.components.items()}
        for rules in (before, now)
    ]
    return {} if sizes[0] == sizes[1] else component_goals(now, currency)


def _not_applied(scenario: Scenario, running: Plan) -> Iterator[Finding]:
    """Say which settings of the scenario differ and yet wait for the next annual plan."""
    assert scenario.quota is not None
    before, now = _rules_before(running), scenario.quota
    names = [f"quota.{name}" for name in ANNUAL if getattr(before, name) != getattr(now, name)]
    names += [
        f"quota.components.{name}.{key}"
        for name, part in now.components.items()
        for key in ANNUAL_OF_COMPONENT
        if name in before.components and getattr(before.components[name], key) != getattr(part, key)
    ]
    if names:
        yield Finding(
            severity="warning",
            code="change.setting_not_applied",
            message=f"{', '.join(names)}: other than in the running plan, and without effect on a "
            "change. A quota rests with its seat until the next annual plan; a change settles "
            "again what its events, goals, overrides and limits touch.",
            advice="Set quotas by quota.overrides, or make an annual plan without --from.",
            subject=names[0],
            count=len(names),
        )


def _seat_weights(running: Plan, back: Mapping[str, tuple[str, int]]) -> dict[str, int]:
    """Return the potential that each seat's quota is of, those of lost accounts that come back too."""
    sums = np.zeros(len(running.territory_ids), dtype=np.int64)
    placed = running.territory_of_account >= 0
    np.add.at(sums, running.territory_of_account[placed], running.potential.expected[placed])
    weights: dict[str, int] = dict(zip(running.territory_ids, sums.tolist(), strict=True))
    for seat, weight in back.values():
        weights[seat] += weight
    return weights


def _back_to_seats(
    scenario: Scenario, succession: Succession, company: Company
) -> dict[str, tuple[str, int]]:
    """Return the seat and potential of accounts that come back and whose quota never left it."""
    if scenario.change.lost_accounts == "relieve":
        return {}
    ids = company.data.accounts["account_id"].tolist()
    expected = dict(zip(ids, company.potential.expected.tolist(), strict=True))
    return {name: (seat, int(expected[name])) for name, seat in succession.back.seats.items()}


def _books(
    scenario: Scenario,
    running: Plan,
    succession: Succession,
    company: Company,
    of_account: Ints,
    day: date,
) -> Iterator[BookChange]:
    """Yield what every account that changes its seat takes along, by account id."""
    names = ("", *running.territory_ids)
    before = {
        account: (names[at + 1], int(weight))
        for account, at, weight in zip(
            running.data.accounts["account_id"].tolist(),
            running.territory_of_account.tolist(),
            running.potential.expected.tolist(),
            strict=True,
        )
    }
    before |= _back_to_seats(scenario, succession, company)
    seats = ("", *company.seats.territory_ids)
    after = {
        account: seats[at + 1]
        for account, at in zip(
            company.data.accounts["account_id"].tolist(), of_account.tolist(), strict=True
        )
    }
    expected = dict(zip(after, company.potential.expected.tolist(), strict=True))
    for account, target in after.items():
        source, weight = before.get(account, ("", int(expected[account])))
        if source != target:
            when = seat_day(succession, account, source, day)
            yield BookChange(source=source, target=target, weight=weight, day=when)
    for account, lost in succession.back.away.items():
        source, weight = before[account]
        if source and scenario.change.lost_accounts == "relieve":
            yield BookChange(source=source, target="", weight=weight, day=max(lost, day))
            again = seat_day(succession, account, source, day)
            yield BookChange(source=source, target="", weight=-weight, day=again)
    seat_of = {name: seat for name, (seat, _) in before.items()} | after
    for account in succession.gone:
        source, weight = before.get(account, ("", 0))
        if source:
            stays = _stays(scenario, succession, account, seat_of)
            yield from _way(source, weight, stays, day)


def _stays(
    scenario: Scenario, succession: Succession, account: str, seat_of: Mapping[str, str]
) -> list[tuple[date, str]]:
    """Return where an account that is gone goes on: each seat with the first day in it.

    It goes along with the account that it merged into, and on with that one; lost, it stays with
    its seat, or with nobody where seats are relieved.
    """
    stays = []
    change = succession.gone.get(account)
    while change is not None:
        if change.kind == "merged":
            stays.append((change.day, seat_of.get(change.into, "")))
        elif scenario.change.lost_accounts == "relieve":
            stays.append((change.day, ""))
        change = succession.gone.get(change.into)
    return stays


def _way(
    source: str, weight: int, stays: Sequence[tuple[date, str]], day: date
) -> Iterator[BookChange]:
    """Yield how an account's part of its seat's quota goes from seat to seat."""
    at = source
    for when, target in stays:
        first = max(when, day)
        if target == at:
            continue
        if at != source:
            # Its part is of the first seat's quota: what it had taken along goes back, and on.
            yield BookChange(source=source, target=at, weight=-weight, day=first)
        if target != source:
            yield BookChange(source=source, target=target, weight=weight, day=first)
        at = target


def seat_day(succession: Succession, account: str, source: str, day: date) -> date:
    """Return the first day of an account with its new seat."""
    if account in succession.added:
        return max(succession.added[account], day)
    return max(succession.after.closed.get(source, day), day)


def _word(settled: Resettled, day: date) -> Iterator[Finding]:
    if settled.bound:
        stopped = sorted(rep_id for rep_id in settled.bound if rep_id in settled.touched)
        kinds = sorted({name for rep_id in stopped for name in settled.bound[rep_id]})
        shown = ", ".join(stopped[:EXAMPLES_SHOWN])
        if stopped:
            yield Finding(
                severity="info",
                code="quota.limits_bind",
                message=f"{len(stopped)} of the quotas that changed end at a limit "
                f"({', '.join(kinds)}): {shown}"
                + ("." if len(stopped) <= EXAMPLES_SHOWN else " and others.")
                + " What they do not carry is shared by those who are free.",
                advice="Widen the limit, or set the quotas in quota.overrides.",
                subject="quota",
                count=len(stopped),
            )
    if settled.dropped:
        yield Finding(
            severity="warning",
            code="quota.override_touched",
            message=f"Quotas set by hand that the change touched are settled again from {day} on: "
            f"{', '.join(settled.dropped)}.",
            advice="Set them again in quota.overrides, with another figure, if they are to stand.",
            subject="quota.overrides",
            count=len(settled.dropped),
        )
    yield Finding(
        severity="info",
        code="quota.settled_again",
        message=f"{len(settled.touched)} people's quotas changed for the days from {day} on; all "
        "others, and every closed month, stand as they were.",
        subject="quota",
        count=len(settled.touched),
    )
