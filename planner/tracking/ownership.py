"""Who owned which account on which day, and who is credited with what was booked on it."""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

import numpy as np
import numpy.typing as npt

from planner.inputs.roster import SeatTenure, name_open_seat

Ints = npt.NDArray[np.int64]
Days = npt.NDArray[np.datetime64]


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountTenure:
    """The seat that an account belongs to from one day to another.

    Parameters
    ----------
    account_id, territory_id
        Which account, and which seat; empty text is nobody's.
    start, end
        The first day, and the first day after; None is open.
    """

    account_id: str
    territory_id: str
    start: date
    end: date | None = None

    def includes(self, day: date) -> bool:
        """Return whether it runs on a day."""
        return self.start <= day and (self.end is None or day < self.end)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ownership:
    """Everybody's accounts on every day of a plan.

    Parameters
    ----------
    territory_of
        The seat of each account that kept it all the time, by account id.
    moved
        The seats of the others, one after another.
    seats
        Who was in each seat.
    """

    territory_of: Mapping[str, str]
    moved: tuple[AccountTenure, ...]
    seats: tuple[SeatTenure, ...]

    def on(self, day: date) -> dict[str, tuple[str, str]]:
        """Return the seat of each account on a day and who serves it, by account id.

        Accounts that are not there yet, or not any more, are left out.
        """
        serves = self.serving(day)
        owned = {
            account: (seat, serves.get(seat, "")) for account, seat in self.territory_of.items()
        }
        owned |= {
            tenure.account_id: (tenure.territory_id, serves.get(tenure.territory_id, ""))
            for tenure in self.moved
            if tenure.includes(day)
        }
        return {account: owned[account] for account in sorted(owned)}

    def serving(self, day: date) -> dict[str, str]:
        """Return who serves each seat on a day: who covers it, else its holder, else nobody."""
        found: dict[str, str] = {}
        for role in ("holder", "cover"):
            found |= {
                tenure.territory_id: tenure.rep_id
                for tenure in self.seats
                if tenure.role == role and tenure.includes(day)
            }
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldOver:
    """The window in which a former owner still closes the deals that were open when he gave up.

    Parameters
    ----------
    days
        Its length.
    open_on
        Accounts with an open deal on a day they changed hands, or merged, with that day.
    """

    days: int = 90
    open_on: frozenset[tuple[str, date]] = field(default_factory=frozenset)


def name_credit(rep_id: str, territory_id: str, people: Container[str]) -> str:
    """Return under what name a booking counts: the rep's, else that of the seat's open headcount.

    Parameters
    ----------
    rep_id, territory_id
        Who is credited with it for which seat, empty text for nobody.
    people
        Ids of the plan's people: a seat that is called like one of them is told apart.
    """
    if rep_id or not territory_id:
        return rep_id
    return name_open_seat(territory_id, people)


def credit_bookings(
    account_ids: Sequence[str],
    days: Days,
    sellers: Sequence[str],
    ownership: Ownership,
    hold_over: HoldOver | None = None,
    into: Mapping[str, str] | None = None,
) -> list[tuple[str, str]]:
    """Return who is credited with each booking, and for which seat; empty text is nobody.

    Whoever serves the account's seat on the day of the booking is credited with it, once. Within
    the hold-over window after an account changed hands, or became part of another seat's, a booking
    that the former owner is named as the seller of is his, where a deal was open on that day.

    Parameters
    ----------
    account_ids, days, sellers
        Of each booking; a seller that is not known is empty text, (rows,).
    ownership
        Who owned what.
    hold_over
        The window; None is none.
    into
        What each merged account became part of: up to that day what was booked on it is its own
        seat's, and from then on that of the account that is left.
    """
    table = _Serving(ownership)
    moved: dict[str, list[AccountTenure]] = {}
    for tenure in ownership.moved:
        moved.setdefault(tenure.account_id, []).append(tenure)
    parts = _parts_of(into or {})
    credited = []
    place = table.place(days)
    for row, (booked_on, seller) in enumerate(zip(account_ids, sellers, strict=True)):
        account = booked_on
        if into and booked_on in into:
            account = _standing(
                booked_on, days[row].astype("datetime64[D]").astype(date), moved, into
            )
        if account not in moved and account not in parts:
            seat = ownership.territory_of.get(account, "")
            credited.append((table.who(seat, int(place[row])), seat))
            continue
        day: date = days[row].astype("datetime64[D]").astype(date)
        mine = moved.get(account)
        seat = (
            ownership.territory_of.get(account, "")
            if mine is None
            else next((t.territory_id for t in mine if t.includes(day)), "")
        )
        past = [t for name in (account, *parts.get(account, ())) for t in moved.get(name, ())]
        former = _former(past, day, seller, ownership, hold_over)
        who = table.who(seat, int(place[row]))
        credited.append((seller, former) if former else (who, seat))
    return credited


def _standing(
    account: str,
    day: date,
    moved: Mapping[str, Sequence[AccountTenure]],
    into: Mapping[str, str],
) -> str:
    """Return the account itself while it was one, then what it is part of on a day."""
    while account in into and not any(t.includes(day) for t in moved.get(account, ())):
        account = into[account]
    return account


def _parts_of(into: Mapping[str, str]) -> dict[str, list[str]]:
    """Return the accounts that each account has taken up, directly or through others."""
    parts: dict[str, list[str]] = {}
    for name in sorted(into):
        seen, whole = {name}, into[name]
        while whole and whole not in seen:
            parts.setdefault(whole, []).append(name)
            seen.add(whole)
            whole = into.get(whole, "")
    return parts


def _former(
    tenures: Sequence[AccountTenure],
    day: date,
    seller: str,
    ownership: Ownership,
    hold_over: HoldOver | None,
) -> str:
    """Return the seat that a deal is still credited to, empty text where it is not."""
    if hold_over is None or not seller:
        return ""
    for tenure in tenures:
        if tenure.end is None or not tenure.end <= day < tenure.end + timedelta(hold_over.days):
            continue
        if (tenure.account_id, tenure.end) not in hold_over.open_on:
            continue
        before = tenure.end - timedelta(days=1)
        if ownership.serving(before).get(tenure.territory_id) == seller:
            return tenure.territory_id
    return ""


class _Serving:
    """Who serves each seat in each stretch of days in which nothing changes."""

    def __init__(self, ownership: Ownership) -> None:
        days = {t.start for t in ownership.seats} | {t.end for t in ownership.seats if t.end}
        self._starts = sorted(days)
        self._edges = np.array(self._starts, dtype="datetime64[D]")
        self._serving = [ownership.serving(day) for day in self._starts]

    def place(self, days: Days) -> Ints:
        """Return the stretch of each day; before the first one nobody is known to serve."""
        found = np.searchsorted(self._edges, days.astype("datetime64[D]"), side="right") - 1
        return np.asarray(found, dtype=np.int64)

    def who(self, seat: str, place: int) -> str:
        """Return who serves a seat in a stretch, empty text for nobody."""
        return self._serving[place].get(seat, "") if place >= 0 else ""
