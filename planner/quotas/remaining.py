"""What each person owes for each seat in the days that remain, in whole minor units."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction

import numpy as np

from planner.quotas.change_terms import (
    OpenComponent,
    QuotaChange,
    Stretch,
    open_name,
    productive_share,
)
from planner.quotas.limits import UNLIMITED
from planner.quotas.mistakes import no_room
from planner.quotas.rounding import round_within
from planner.quotas.seasonality import split_exactly
from planner.quotas.tables import fit_table

# A row is a person and the seat he owes for; empty text where he has none.
Key = tuple[str, str]
Rows = dict[Key, list[Fraction]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """What one person owes for one seat, by stretch of days, minor units."""

    rep_id: str
    territory_id: str | None
    amounts: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FittedRows:
    """All rows of a component, whose quota changed, and whose was no longer set by hand."""

    rows: tuple[Row, ...]
    touched: frozenset[str]
    dropped: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class SeatRows:
    """What rows are made from.

    Parameters
    ----------
    change, component
        What has changed, and for which part of the quota.
    columns
        What the company and all reps owe in each stretch that remains, minor units.
    """

    change: QuotaChange
    component: OpenComponent
    columns: Mapping[Stretch, tuple[int, int]]


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenRows:
    """What people would owe of one component in the days that remain, not yet whole.

    Parameters
    ----------
    seats
        What the rows are made from.
    before, wanted
        By person and seat: as it was, and as it would be; every stretch of ``wanted`` adds up.
    fixed
        Rows that stand, since a person set them.
    refitted
        Rows that are no longer what they were.
    dropped
        People whose quota was set by hand before the change touched it.
    room
        The least and the most that a row may come to, minor units; none: anything.
    """

    seats: SeatRows
    before: Rows
    wanted: Rows
    fixed: frozenset[Key]
    refitted: frozenset[Key]
    dropped: frozenset[str]
    room: Mapping[Key, tuple[int, int]] = field(default_factory=dict)


def open_rows(seats: SeatRows) -> OpenRows:
    """Return what each person would owe in each stretch, so that all stretches add up.

    Raises
    ------
    InfeasibleError
        When quotas set by hand leave nothing, or nobody, for the rest.
    """
    before = _rows_before(seats)
    wanted = _wanted(seats, before)
    none = [Fraction(0)] * len(seats.columns)
    changed = {k for k in {*before, *wanted} if before.get(k, none) != wanted.get(k, none)}
    people = {rep_id for rep_id, _ in changed}
    decided = set(seats.change.decided)
    fixed = {key for key in wanted if key[0] in decided - people}
    fixed |= _set_by_hand(seats, wanted)
    again = _share_out(seats, wanted, fixed)
    refitted = {key for key in wanted if key in changed - fixed or (again and key not in fixed)}
    return OpenRows(
        seats=seats,
        before=before,
        wanted=wanted,
        fixed=frozenset(fixed),
        refitted=frozenset(refitted),
        dropped=frozenset(decided & people - set(seats.component.targets)),
    )


def round_rows(rows: OpenRows) -> FittedRows:
    """Return rows in whole minor units, with every stretch exact and quotas in whole steps."""
    before, wanted = rows.before, rows.wanted
    cells = _fit(rows, sorted(rows.refitted))
    made = tuple(
        Row(rep_id=rep_id, territory_id=seat or None, amounts=cells[rep_id, seat])
        for rep_id, seat in sorted(wanted)
    )
    none = [Fraction(0)] * len(rows.seats.columns)
    now = {(row.rep_id, row.territory_id or ""): row.amounts for row in made}
    moved = {
        key[0]
        for key in {*before, *now}
        if tuple(before.get(key, none)) != now.get(key, tuple(none))
    }
    return FittedRows(rows=made, touched=frozenset(moved), dropped=rows.dropped)


def _rows_before(seats: SeatRows) -> Rows:
    """Return what people owed for their seats in the running plan."""
    place = {stretch: j for j, stretch in enumerate(seats.columns)}
    rows: Rows = {}
    for part in seats.component.open:
        if part.level == "rep":
            key = part.rep_id, part.territory_id or ""
            row = rows.setdefault(key, [Fraction(0)] * len(place))
            row[place[part.start, part.end]] += part.quota
    return rows


def _wanted(seats: SeatRows, before: Rows) -> Rows:
    """Return what people would owe: quota rests with the seat, and follows its accounts."""
    wanted: Rows = {}
    books = _books(seats, before)
    servers = _servers_before(before)
    for (rep_id, seat), row in before.items():
        if not seat:
            wanted[rep_id, ""] = [
                amount if _is_here(seats, rep_id, start) else Fraction(0)
                for amount, (start, _) in zip(row, seats.columns, strict=True)
            ]
    for seat, amounts in books.items():
        for at, (start, _) in enumerate(seats.columns):
            closes = seats.change.after.closed.get(seat, date.max)
            if start >= closes:
                continue
            rep_id, share = _server(seats, seat, start, servers.get((seat, at), ""))
            row = wanted.setdefault((rep_id, seat), [Fraction(0)] * len(seats.columns))
            row[at] += amounts[at] * share
    return wanted


def _is_here(seats: SeatRows, rep_id: str, day: date) -> bool:
    rep = seats.change.after.reps.get(rep_id)
    return rep is None or rep.leave_date is None or day <= rep.leave_date


def _servers_before(before: Rows) -> dict[tuple[str, int], str]:
    """Return who owed for a seat in a stretch of the running plan."""
    return {
        (seat, at): rep_id
        for (rep_id, seat), row in before.items()
        for at, amount in enumerate(row)
        if amount
    }


def _books(seats: SeatRows, before: Rows) -> dict[str, list[Fraction]]:
    """Return what each seat's accounts bring to it in each stretch, (stretches,) by seat."""
    empty = [Fraction(0)] * len(seats.columns)
    base: dict[str, list[Fraction]] = {}
    for (_, place), row in before.items():
        if place:
            mine = base.get(place, empty)
            base[place] = [a + b for a, b in zip(mine, row, strict=True)]
    books = {seat: list(row) for seat, row in base.items()}
    whole = sum(seats.change.seat_weights.values())
    for book in seats.change.books:
        weight = seats.change.seat_weights.get(book.source, 0) if book.source else whole
        if not weight or not book.weight:
            continue
        share = Fraction(book.weight, weight)
        for at, (start, _) in enumerate(seats.columns):
            if start < book.day:
                continue
            source = base.get(book.source, empty)[at] if book.source else _sum_at(base, at)
            if book.source:
                books[book.source][at] -= source * share
            if book.target:
                books.setdefault(book.target, list(empty))[at] += source * share
    return books


def _sum_at(base: Mapping[str, Sequence[Fraction]], at: int) -> Fraction:
    return sum((row[at] for row in base.values()), Fraction(0))


def _server(seats: SeatRows, seat: str, day: date, before: str) -> tuple[str, Fraction]:
    """Return who owes for a seat on a day, and the share of its full quota that he owes."""
    change = seats.change
    rep_id = change.after.serves(seat, day)
    if not rep_id:
        return open_name(change.after, seat), Fraction(1)
    if rep_id != change.after.holder_of(seat, day):
        return rep_id, Fraction(1)
    now = productive_share(change.after.reps.get(rep_id), day, change)
    was = Fraction(1)
    if before in change.before.reps and before == change.before.holder_of(seat, day):
        was = productive_share(change.before.reps[before], day, change)
    if now == was:
        return rep_id, Fraction(1)
    return rep_id, now / was if was else now


def _set_by_hand(seats: SeatRows, wanted: Rows) -> set[Key]:
    """Bring the rows of people whose quota is newly set by hand to it."""
    keys: set[Key] = set()
    for rep_id, target in seats.component.targets.items():
        mine = [key for key in wanted if key[0] == rep_id]
        total = sum((sum(wanted[key]) for key in mine), Fraction(0))
        if target < 0 or (target and not total):
            raise no_room(
                "quota.overrides",
                "quota.override_below_closed",
                f"The quota of {rep_id} cannot be what was set by hand: the closed months hold more, "
                "or he serves no seat in those that remain.",
                "Change quota.overrides.",
            )
        for key in mine:
            wanted[key] = [amount * target / total if total else amount for amount in wanted[key]]
        keys |= set(mine)
    return keys


def _share_out(seats: SeatRows, wanted: Rows, fixed: set[Key]) -> bool:
    """Scale what is not set by hand so that each stretch adds up; return whether it had to be."""
    free = [key for key in wanted if key not in fixed]
    changed = False
    for at, (stretch, (_, total)) in enumerate(seats.columns.items()):
        held = sum((wanted[key][at] for key in fixed), Fraction(0))
        mine = sum((wanted[key][at] for key in free), Fraction(0))
        if held + mine == total:
            continue
        changed = True
        if total < held or not mine:
            raise no_room(
                "quota.overrides",
                "quota.overrides_leave_nothing",
                "Quotas set by hand leave nothing for the others, or nobody to carry the rest, from "
                f"{stretch[0]} on (component {seats.component.name}).",
                "Take names out of quota.overrides.",
            )
        for key in free:
            wanted[key][at] *= (total - held) / mine
    return changed


def _fit(rows: OpenRows, fitted: Sequence[Key]) -> dict[Key, tuple[int, ...]]:
    """Round rows to whole minor units with every stretch exact; the others are whole already."""
    seats, wanted = rows.seats, rows.wanted
    kept = {key: row for key, row in wanted.items() if key not in rows.refitted}
    # A quota set by hand and scaled may have parts of a minor unit: it is rounded by itself.
    whole = {key: _round_row(row) for key, row in kept.items()}
    columns = [
        total - sum(row[at] for row in whole.values())
        for at, (_, total) in enumerate(seats.columns.values())
    ]
    if not fitted:
        return whole
    margins = _margins(rows, fitted, sum(columns))
    weights = np.array([[float(v) for v in wanted[key]] for key in fitted])
    table = fit_table(weights, margins, columns)
    return {**whole, **dict(zip(fitted, table.cells, strict=True))}


def _round_row(row: Sequence[Fraction]) -> tuple[int, ...]:
    return tuple(split_exactly(round(sum(row)), row))


def _margins(rows: OpenRows, fitted: Sequence[Key], total: int) -> list[int]:
    """Return each row's sum: the quotas of the plan are whole steps for those who stay."""
    seats, wanted = rows.seats, rows.wanted
    sums = {key: sum(wanted[key], Fraction(0)) for key in fitted}
    step = seats.change.currency.to_minor(seats.change.parameters.round_to) or 1
    stays = [key for key in fitted if wanted[key][-1] and seats.component.direct]
    settled = dict(_stepped(rows, sums, stays, total, step)) if step > 1 and stays else {}
    if not settled or min(settled.values()) < 0:
        return split_exactly(total, [sums[key] for key in fitted])
    rest = [key for key in fitted if key not in settled]
    left = split_exactly(total - sum(settled.values()), [sums[key] for key in rest]) if rest else []
    return [settled[key] if key in settled else left[rest.index(key)] for key in fitted]


def _stepped(
    rows: OpenRows, sums: Mapping[Key, Fraction], stays: Sequence[Key], total: int, step: int
) -> Iterator[tuple[Key, int]]:
    """Yield row sums that bring people's quotas of the whole plan to whole steps."""
    done = _closed(rows.seats, stays)
    staying = set(stays)
    others = round(sum((sums[key] for key in sums if key not in staying), Fraction(0)))
    target = total - others + sum(done.values())
    full = [sums[key] + done[key] for key in stays]
    room = [rows.room.get(key, (-done[key], UNLIMITED)) for key in stays]
    inside = [
        (low + done[key], min(high + done[key], UNLIMITED))
        for key, (low, high) in zip(stays, room, strict=True)
    ]
    for key, amount in zip(stays, round_within(full, inside, target, step), strict=True):
        yield key, amount - done[key]


def _closed(seats: SeatRows, keys: Sequence[Key]) -> dict[Key, int]:
    """Return what people owed in closed days; on the first row of whoever has several."""
    done = dict.fromkeys(keys, 0)
    first: dict[str, Key] = {}
    for key in keys:
        first.setdefault(key[0], key)
    for part in seats.component.closed:
        if part.level == "rep" and part.rep_id in first:
            done[first[part.rep_id]] += part.quota
    return done
