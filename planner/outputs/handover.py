"""Each rep's transition: which accounts he gains and loses, what goes with them, and why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from planner.inputs.membership import are_among
from planner.outputs.columns import Column, Table, figures, money, text
from planner.outputs.moves import (
    hold_over_until,
    plan_moves,
    previous_reps,
    proposed_reps,
    quota_effects,
)
from planner.outputs.plan import Plan

NO_OWNER, NOBODY = "No owner", "Nobody"


@dataclass(frozen=True, slots=True, kw_only=True)
class Deal:
    """An open opportunity of an account that changes hands; money in minor units."""

    opportunity_id: str
    stage: str
    amount: int
    close_date: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Handover:
    """One account that comes to a rep or leaves him; money in minor units.

    Parameters
    ----------
    rep_id, gained
        Whose sheet it stands on, and whether the account comes or goes.
    other
        The rep at the other end, empty where there is none.
    quota_effect
        What it puts on the rep's quota, or takes off, by the quota's basis and his own rate.
    hold_over_until
        Until when the former owner keeps the open deals.
    """

    rep_id: str
    gained: bool
    account_id: str
    name: str
    other: str
    trailing_revenue: int
    open_pipeline: int
    deals: tuple[Deal, ...]
    quota_effect: int
    hold_over_until: date
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Transition:
    """One rep's sheet.

    Parameters
    ----------
    rep_id, name
        Who.
    gained, lost
        The accounts, largest revenue first.
    kept
        Number of accounts that stay with him.
    quota
        Over the plan, minor units.
    """

    rep_id: str
    name: str
    gained: tuple[Handover, ...]
    lost: tuple[Handover, ...]
    kept: int
    quota: int


def plan_transitions(plan: Plan) -> tuple[Transition, ...]:
    """Return the sheet of every rep who gains or loses an account, by id.

    Accounts that had no owner come as gains too: whoever takes them over has to know.

    Parameters
    ----------
    plan
        With or without quotas; without them no quota effect.
    """
    rows = list_handovers(plan)
    names = {rep.rep_id: rep.name for rep in plan.data.reps}
    owed = plan.quotas.by_person("rep") if plan.quotas else {}
    kept: dict[str, int] = {}
    for old, new in zip(previous_reps(plan), proposed_reps(plan), strict=True):
        if old and old == new:
            kept[new] = kept.get(new, 0) + 1
    own: dict[str, dict[bool, list[Handover]]] = {}
    for row in sorted(rows, key=lambda row: (-row.trailing_revenue, row.account_id)):
        own.setdefault(row.rep_id, {True: [], False: []})[row.gained].append(row)
    return tuple(
        Transition(
            rep_id=rep_id,
            name=names.get(rep_id, rep_id),
            gained=tuple(own[rep_id][True]),
            lost=tuple(own[rep_id][False]),
            kept=kept.get(rep_id, 0),
            quota=owed.get(rep_id, 0),
        )
        for rep_id in sorted(own)
    )


def list_handovers(plan: Plan) -> list[Handover]:
    """Return every gain and every loss of any rep, by account, the loss first."""
    old, new = previous_reps(plan), proposed_reps(plan)
    changed = [row for row in range(len(old)) if old[row] != new[row]]
    deals, until = _open_deals(plan, changed), hold_over_until(plan)
    names = plan.data.accounts["name"].fillna("").astype(str).tolist()
    ids = plan.data.accounts["account_id"].astype(str).tolist()
    moved = plan_moves(plan)
    gains, losses = quota_effects(plan), quota_effects(plan, plan.today.seat_of_account)
    found = []
    for row in changed:
        for rep_id, other, effect, gained in (
            (old[row], new[row], -int(losses[row]), False),
            (new[row], old[row], int(gains[row]), True),
        ):
            if rep_id:
                found.append(
                    Handover(
                        rep_id=rep_id,
                        gained=gained,
                        account_id=ids[row],
                        name=names[row],
                        other=other,
                        trailing_revenue=int(plan.potential.trailing[row]),
                        open_pipeline=int(plan.potential.pipeline[row]),
                        deals=deals.get(ids[row], ()),
                        quota_effect=effect,
                        hold_over_until=until,
                        reason=plan.reasons[row] if moved[row] else "It had no owner.",
                    )
                )
    return found


def _open_deals(plan: Plan, changed: Sequence[int]) -> dict[str, tuple[Deal, ...]]:
    """Return the open opportunities of the accounts that change hands, the nearest close first."""
    from planner.potential.opportunities import outcomes

    table = plan.data.opportunities
    if table is None or table.empty or not changed:
        return {}
    wanted = plan.data.accounts["account_id"].iloc[list(changed)]
    open_now = table[(outcomes(table) == "open") & are_among(table["account_id"], wanted)]
    found: dict[str, list[Deal]] = {}
    columns = ("opportunity_id", "account_id", "stage", "amount", "close_date")
    rows = zip(*(open_now[name].tolist() for name in columns), strict=True)
    for opportunity, account, stage, amount, closes in rows:
        known = closes == closes and closes is not None  # noqa: PLR0124 - a missing date differs from itself
        deal = Deal(
            opportunity_id=str(opportunity),
            stage=str(stage),
            amount=0 if amount != amount or amount is None else int(amount),  # noqa: PLR0124 - likewise
            close_date=closes.date() if known else None,
        )
        found.setdefault(str(account), []).append(deal)
    return {account: tuple(sorted(deals, key=_by_close)) for account, deals in found.items()}


def _by_close(deal: Deal) -> tuple[date, str]:
    return deal.close_date or date.max, deal.opportunity_id


def handover_tables(plan: Plan) -> dict[str, Table]:
    """Return the workbook's tables: every rep's gains and losses, and their sums."""
    sheets = plan_transitions(plan)
    tables = (_rows_table(sheets), _totals_table(sheets))
    return {table.name: table for table in tables if table.rows}


def _rows_table(sheets: Sequence[Transition]) -> Table:
    rows = [(sheet, row) for sheet in sheets for row in (*sheet.gained, *sheet.lost)]
    columns: tuple[Column, ...] = (
        text("rep_id", [row.rep_id for _, row in rows]),
        text("rep_name", [sheet.name for sheet, _ in rows]),
        text("direction", ["gains" if row.gained else "loses" for _, row in rows]),
        text("account_id", [row.account_id for _, row in rows]),
        text("name", [row.name for _, row in rows]),
        text("other_rep_id", [row.other for _, row in rows], "From or to rep"),
        money("trailing_revenue", [row.trailing_revenue for _, row in rows]),
        money("open_pipeline", [row.open_pipeline for _, row in rows]),
        text("open_deals", ["; ".join(d.opportunity_id for d in row.deals) for _, row in rows]),
        figures("hold_over_until", "date", [row.hold_over_until for _, row in rows]),
        money("quota_effect", [row.quota_effect for _, row in rows]),
        text("reason", [row.reason for _, row in rows]),
    )
    return Table(name="handover", columns=columns)


def _totals_table(sheets: Sequence[Transition]) -> Table:
    columns: list[Column] = [
        text("rep_id", [sheet.rep_id for sheet in sheets]),
        text("rep_name", [sheet.name for sheet in sheets]),
        figures("kept", "integer", [sheet.kept for sheet in sheets]),
    ]
    for word in ("gained", "lost"):
        rows = [getattr(sheet, word) for sheet in sheets]
        columns.append(figures(f"{word}_accounts", "integer", [len(own) for own in rows]))
        columns += [
            money(f"{word}_{figure}", [sum(getattr(row, figure) for row in own) for own in rows])
            for figure in ("trailing_revenue", "open_pipeline", "quota_effect")
        ]
    columns.append(money("quota", [sheet.quota for sheet in sheets]))
    return Table(name="handover_totals", columns=tuple(columns))
