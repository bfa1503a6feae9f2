"""Who served an account, who would, and what that change carries with it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

import numpy as np

from planner.outputs.plan import Bools, Floats, Ints, MovedSummary, Plan

HOLD_OVER_DAYS = 90


def previous_reps(plan: Plan) -> list[str]:
    """Return each account's owner of today, empty where it has none that is in the reps table."""
    owners: list[str] = plan.data.accounts["owner_id"].fillna("").astype(str).tolist()
    return owners


def proposed_reps(plan: Plan) -> list[str]:
    """Return each account's rep in the plan, empty where it is unassigned, or its seat is open."""
    reps = serving_reps(plan)
    return [reps[place] if place >= 0 else "" for place in plan.territory_of_account.tolist()]


def serving_reps(plan: Plan) -> tuple[str, ...]:
    """Return who serves each seat at the plan's end: its holder, else whoever covers it, (seats,)."""
    if plan.year is None:
        return plan.seats.rep_ids
    last = plan.data.period.end - timedelta(days=1)
    covers = {
        t.territory_id: t.rep_id
        for t in plan.year.tenures
        if t.role == "cover" and t.includes(last)
    }
    pairs = zip(plan.territory_ids, plan.seats.rep_ids, strict=True)
    return tuple(rep_id or covers.get(seat, "") for seat, rep_id in pairs)


def proposed_territories(plan: Plan) -> list[str]:
    """Return each account's territory in the plan, empty where it is unassigned."""
    names = plan.territory_ids
    return [names[place] if place >= 0 else "" for place in plan.territory_of_account.tolist()]


def moved_accounts(previous: Sequence[str], proposed: Sequence[str]) -> Bools:
    """Return whether each account leaves an owner; one that had none does not move."""
    pairs = zip(previous, proposed, strict=True)
    return np.array([bool(old) and old != new for old, new in pairs], dtype=np.bool_)


def plan_moves(plan: Plan) -> Bools:
    """Return whether each account of a plan leaves its owner, (accounts,)."""
    return moved_accounts(previous_reps(plan), proposed_reps(plan))


def summarise_moves(
    *, moved: Bools, continues: Bools, revenue: Ints, pipeline: Ints
) -> MovedSummary:
    """Return how much changes owner, of what continuing owners have and of everything.

    Parameters
    ----------
    moved, continues
        Whether each account leaves its owner, and whether that owner stays in a seat, (accounts,).
    revenue, pipeline
        Trailing revenue and open pipeline in minor units, (accounts,).
    """
    counted = moved & continues
    ones = np.ones(len(moved), dtype=np.int64)
    return MovedSummary(
        accounts=int(counted.sum()),
        account_share=_share(ones, counted, continues),
        revenue_share=_share(revenue, counted, continues),
        pipeline_share=_share(pipeline, counted, continues),
        accounts_all=int(moved.sum()),
        account_share_all=_share(ones, moved, None),
        revenue_share_all=_share(revenue, moved, None),
        pipeline_share_all=_share(pipeline, moved, None),
    )


def _share(amounts: Ints, part: Bools, whole: Bools | None) -> float:
    total = int(amounts.sum() if whole is None else amounts[whole].sum())
    return float(int(amounts[part].sum()) / total) if total else 0.0


def gained_and_lost(plan: Plan) -> tuple[Ints, Ints]:
    """Return how many accounts come to and leave each territory, (territories,) each.

    Today's accounts plus gained less lost are the plan's: a seat that only changes its holder
    gains and loses nothing.
    """
    today, proposed = plan.today.seat_of_account, plan.territory_of_account
    changed = today != proposed
    size = len(plan.territory_ids)
    return count_by(proposed[changed], size), count_by(today[changed], size)


def revenue_at_risk(plan: Plan) -> Ints:
    """Return the trailing revenue each territory takes over from another owner, minor units."""
    moved = plan_moves(plan) & (plan.territory_of_account >= 0)
    totals = np.zeros(len(plan.territory_ids), dtype=np.int64)
    np.add.at(totals, plan.territory_of_account[moved], plan.potential.trailing[moved])
    return totals


def count_by(places: Ints, size: int) -> Ints:
    """Return how often each territory occurs, places below zero left out."""
    return np.bincount(places[places >= 0], minlength=size).astype(np.int64)


def hold_over_until(plan: Plan) -> date:
    """Return the day until which a former owner keeps the open deals of moved accounts."""
    if plan.year is not None:
        rules = plan.provenance.scenario.get("change") or {}
        return plan.year.effective + timedelta(days=rules.get("hold_over_days", HOLD_OVER_DAYS))
    return plan.data.period.start + timedelta(days=HOLD_OVER_DAYS)


def quota_effects(plan: Plan, seats: Ints | None = None) -> Ints:
    """Return what each account puts on the quota of a seat's rep, minor units, (accounts,).

    The rep's quota times the account's share of his book in the plan: of its trailing revenue as
    far as the quota's basis rests on what was booked, else of its potential.

    Parameters
    ----------
    plan
        With or without quotas; without them nothing.
    seats
        Position of a seat for each account, -1 none, (accounts,); default: the plan's own.
    """
    of_seat = plan.territory_of_account if seats is None else seats
    booked, expected = (
        np.maximum(values, 0).astype(np.float64)
        for values in (plan.potential.trailing, plan.potential.expected)
    )
    in_books = [_sum_books(plan, values) for values in (booked, expected)]
    past = _past_shares(plan)
    # What a book has none of leaves its part to the other.
    past = np.where(in_books[0] > 0, np.where(in_books[1] > 0, past, 1.0), 0.0)
    effects = np.zeros(len(of_seat))
    for values, whole, part in zip((booked, expected), in_books, (past, 1.0 - past), strict=True):
        quota = territory_quotas(plan) * part
        rate = np.divide(quota, whole, out=np.zeros(len(whole)), where=whole > 0)
        effects += values * np.append(rate, 0.0)[of_seat]
    return np.rint(effects).astype(np.int64)


def _sum_books(plan: Plan, values: Floats) -> Floats:
    """Return the sum of a figure over each territory's accounts, (territories,)."""
    placed = plan.territory_of_account >= 0
    where, size = plan.territory_of_account[placed], len(plan.territory_ids)
    return np.asarray(np.bincount(where, values[placed], size), dtype=np.float64)


def _past_shares(plan: Plan) -> Floats:
    """Return which share of each territory's quota rests on what was booked, (territories,)."""
    past: dict[str, float] = {}
    quotas: dict[str, int] = {}
    for one in plan.quotas.derivations if plan.quotas else ():
        if plan.quotas is not None and one.component not in plan.quotas.beside:
            past[one.rep_id] = past.get(one.rep_id, 0.0) + one.past_share * one.quota
            quotas[one.rep_id] = quotas.get(one.rep_id, 0) + one.quota
    shares = [past.get(rep, 0.0) / (quotas.get(rep) or 1) for rep in plan.seats.rep_ids]
    return np.clip(np.array(shares, dtype=np.float64), 0.0, 1.0)


def territory_quotas(plan: Plan) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """Return the quota of each territory's rep, direct parts alone, minor units, (territories,)."""
    totals = dict.fromkeys(plan.territory_ids, 0)
    beside = plan.quotas.beside if plan.quotas else ()
    for line in plan.quotas.lines if plan.quotas else ():
        if line.component in beside:
            continue
        if line.level == "rep" and line.territory_id in totals:
            totals[line.territory_id] += line.quota
    return np.array(list(totals.values()), dtype=np.float64)
