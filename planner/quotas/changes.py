"""What moved between two settings of the quotas, and the bridge from last year's."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from planner.inputs.money import Currency
from planner.quotas.result import QuotaDerivation, QuotaSheet


@dataclass(frozen=True, slots=True, kw_only=True)
class QuotaChange:
    """One person's quota before and after.

    Parameters
    ----------
    rep_id
        Who.
    before, after
        Over the plan and all direct components, minor units; 0 where the person had none.
    overridden
        Whether the quota after was set by hand.
    """

    rep_id: str
    before: int
    after: int
    overridden: bool

    @property
    def difference(self) -> int:
        """Return after less before, minor units."""
        return self.after - self.before


def list_changes(before: QuotaSheet, after: QuotaSheet) -> tuple[QuotaChange, ...]:
    """List the reps whose quota differs, the largest difference first.

    Parameters
    ----------
    before, after
        Two settings, such as without and with one more override.
    """
    old, new = before.by_person("rep"), after.by_person("rep")
    by_hand = {derived.rep_id for derived in after.derivations if derived.override}
    changes = [
        QuotaChange(
            rep_id=rep_id,
            before=old.get(rep_id, 0),
            after=new.get(rep_id, 0),
            overridden=rep_id in by_hand,
        )
        for rep_id in sorted(old.keys() | new.keys())
        if old.get(rep_id, 0) != new.get(rep_id, 0)
    ]
    return tuple(sorted(changes, key=lambda change: (-abs(change.difference), change.rep_id)))


def describe_changes(changes: Sequence[QuotaChange], currency: Currency) -> str:
    """Return in one sentence what was set by hand and what else moved."""
    if not changes:
        return "No quota changed."
    by_hand = [change for change in changes if change.overridden]
    others = [change for change in changes if not change.overridden]
    words = [f"{_step(change, currency)} by hand" for change in by_hand]
    if others:
        total = sum(change.difference for change in others)
        shown = ", ".join(_step(change, currency) for change in others[:3])
        more = f" and {len(others) - 3} more" if len(others) > 3 else ""
        words.append(f"{len(others)} others moved by {_signed(total, currency)}: {shown}{more}")
    return "; ".join(words) + "."


def _step(change: QuotaChange, currency: Currency) -> str:
    return (
        f"{change.rep_id} {currency.to_text(change.before)} → {currency.to_text(change.after)} "
        f"({_signed(change.difference, currency)})"
    )


def _signed(amount: int, currency: Currency) -> str:
    return ("+" if amount >= 0 else "") + currency.to_text(amount)


@dataclass(frozen=True, slots=True, kw_only=True)
class QuotaBridge:
    """How last year's quota became this one's, step by step, minor units.

    The steps add up: ``last_year + growth + basis + ramp + limits + override + rounding = quota``.

    Parameters
    ----------
    rep_id, component
        Whose, and which.
    last_year
        Run rate of the same accounts; 0 where not comparable.
    growth
        What the company's growth alone would add, the same share for everybody comparable.
    basis
        What the book's share of the basis adds beyond that.
    ramp
        What months not in the seat and ramp take off, and what others' ramp puts on.
    limits
        What limits, and those of others, add or take off.
    override
        What a person added by hand.
    rounding
        What rounding added.
    quota
        What was set.
    """

    rep_id: str
    component: str
    last_year: int
    growth: int
    basis: int
    ramp: int
    limits: int
    override: int
    rounding: int
    quota: int


def bridge_quotas(sheet: QuotaSheet) -> tuple[QuotaBridge, ...]:
    """Bridge each person's quota from last year's, component by component.

    Last year's run rate is spread over components as this year's quota is.

    Parameters
    ----------
    sheet
        The quotas as set.
    """
    bridges = []
    totals = sheet.by_person("rep")
    for part in dict.fromkeys(derived.component for derived in sheet.derivations):
        if part in sheet.beside:
            continue
        rows = [derived for derived in sheet.derivations if derived.component == part]
        bridges.extend(_bridge_part(rows, totals))
    return tuple(bridges)


def _bridge_part(rows: Sequence[QuotaDerivation], totals: dict[str, int]) -> list[QuotaBridge]:
    quota = sum(row.quota for row in rows)
    basis = sum(row.basis for row in rows) or 1
    last = {row.rep_id: _last_of_part(row, totals) for row in rows}
    known = [row for row in rows if last[row.rep_id]]
    whole = {row.rep_id: round(row.basis * quota / basis) for row in rows}
    before = sum(last.values())
    factor = sum(whole[row.rep_id] for row in known) / before if before else 1.0
    return [_bridge(row, last[row.rep_id], whole[row.rep_id], factor) for row in rows]


def _last_of_part(row: QuotaDerivation, totals: dict[str, int]) -> int:
    if row.last_year is None or not totals.get(row.rep_id):
        return row.last_year or 0
    return round(row.last_year * row.quota / totals[row.rep_id])


def _bridge(row: QuotaDerivation, last: int, whole: int, factor: float) -> QuotaBridge:
    growth = round(last * factor) - last
    settled = row.quota - row.rounding
    moved = settled - row.fair_share
    return QuotaBridge(
        rep_id=row.rep_id,
        component=row.component,
        last_year=last,
        growth=growth,
        basis=whole - last - growth,
        ramp=row.fair_share - whole,
        limits=0 if row.override else moved,
        override=moved if row.override else 0,
        rounding=row.rounding,
        quota=row.quota,
    )
