"""The quota stage's place in a change: what each account takes along, and what is settled again."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from planner.findings import Finding
from planner.pipeline.preparation import Company
from planner.pipeline.running import Succession
from planner.quotas.change_terms import BookChange, QuotaChange
from planner.quotas.parts import QuotaPart, parts_of_sheet
from planner.quotas.republication import republish
from planner.quotas.resettlement import Resettled, resettle

if TYPE_CHECKING:
    from planner.outputs.plan import Plan
    from planner.quotas.result import QuotaSheet
    from planner.scenario.model import Scenario

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
    findings
        What was touched.
    """

    sheet: QuotaSheet | None
    parts: tuple[QuotaPart, ...] = ()
    touched: frozenset[str] = frozenset()
    dropped: tuple[str, ...] = ()
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
        findings=tuple(_word(settled, day)),
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
    decided = {}
    if running.provenance.scenario.get("quota"):
        from planner.quotas.parameters import QuotaParameters

        before = QuotaParameters.model_validate(running.provenance.scenario["quota"]).overrides
        by_hand = {
            d.rep_id for d in (running.quotas.derivations if running.quotas else ()) if d.override
        }
        decided = {rep: currency.to_minor(v) for rep, v in before.items() if rep in by_hand}
    goals = [goal.day for goal in succession.after.goals]
    return QuotaChange(
        effective=day,
        period=running.data.period,
        currency=currency,
        rates=scenario.fx,
        parameters=scenario.quota,
        goal_from=max(goals[-1], day) if goals else day,
        before=succession.before,
        after=succession.after,
        books=tuple(_books(running, succession, company, of_account, day)),
        seat_weights=_seat_weights(running),
        decided=decided,
    )


def _seat_weights(running: Plan) -> dict[str, int]:
    weights = np.zeros(len(running.territory_ids), dtype=np.int64)
    placed = running.territory_of_account >= 0
    np.add.at(weights, running.territory_of_account[placed], running.potential.expected[placed])
    return dict(zip(running.territory_ids, weights.tolist(), strict=True))


def _books(
    running: Plan, succession: Succession, company: Company, of_account: Ints, day: date
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
    for account, change in succession.gone.items():
        source, weight = before.get(account, ("", 0))
        target = after.get(change.into, "")
        if change.kind == "merged" and target and source and source != target:
            when = max(change.day, day)
            yield BookChange(source=source, target=target, weight=weight, day=when)


def seat_day(succession: Succession, account: str, source: str, day: date) -> date:
    """Return the first day of an account with its new seat."""
    if account in succession.added:
        return max(succession.added[account], day)
    return max(succession.after.closed.get(source, day), day)


def _word(settled: Resettled, day: date) -> Iterator[Finding]:
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
