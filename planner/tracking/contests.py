"""Leader boards and contests: who did most, with eligibility and ties settled by stated rules."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from planner.inputs.period import Period
from planner.inputs.reps import Rep
from planner.inputs.roster import SeatTenure
from planner.tracking.parameters import ContestParameters


@dataclass(frozen=True, slots=True, kw_only=True)
class Deed:
    """Something that counts in contests.

    Parameters
    ----------
    rep_id, day
        Who is credited with it, and when.
    kind
        ``bookings`` or a kind of activity.
    amount
        Minor units for bookings, else how many.
    """

    rep_id: str
    day: date
    kind: str
    amount: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """One person's place in a contest.

    Parameters
    ----------
    rep_id
        Who.
    place
        1 is the first; who is equal may share it. 0 takes no part.
    amount
        What was reached.
    reached
        The day on which it was.
    wins
        Whether the place wins.
    why_not
        Why somebody takes no part.
    """

    rep_id: str
    place: int
    amount: float
    reached: date | None
    wins: bool
    why_not: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Board:
    """A contest as it stands.

    Parameters
    ----------
    name, of, start, end
        What is counted, and from when to when.
    standings
        By place, then those who take no part, by id.
    rules
        The rules in words.
    """

    name: str
    of: str
    start: date
    end: date
    standings: tuple[Place, ...]
    rules: str


def settle_contest(
    contest: ContestParameters,
    deeds: Iterable[Deed],
    reps: Sequence[Rep],
    tenures: Sequence[SeatTenure],
    period: Period,
    as_of: date,
    *,
    scale: int = 1,
) -> Board:
    """Rank everybody in a contest as it stands on a day.

    Parameters
    ----------
    contest
        What counts, for whom, and how ties are settled.
    deeds
        In any order; those outside the contest's days do not count.
    reps
        The plan's people; only those who hold a seat take part.
    tenures
        Who held which seat when.
    period, as_of
        The plan's months, and the last day known.
    scale
        How many of what deeds are counted in make one of what the contest's least is stated in.
    """
    start, end = contest.start or period.start, contest.end or period.end - timedelta(days=1)
    last = min(end, as_of)
    sums, reached = _add_up(contest, deeds, start, last)
    days = _days_in_seat(tenures, start, last)
    able, out = [], []
    for rep in sorted(reps, key=lambda rep: rep.rep_id):
        why = _why_not(contest, rep, days.get(rep.rep_id, 0))
        entry = (rep.rep_id, sums.get(rep.rep_id, 0.0), reached.get(rep.rep_id))
        if why is None:
            able.append(entry)
        elif why:
            out.append(_place(*entry, place=0, wins=False, why_not=why))
    return Board(
        name=contest.name,
        of=contest.of,
        start=start,
        end=end,
        standings=(*_rank(contest, able, contest.least * scale), *out),
        rules=word_rules(contest),
    )


def _add_up(
    contest: ContestParameters, deeds: Iterable[Deed], start: date, end: date
) -> tuple[dict[str, float], dict[str, date]]:
    """Return what each person reached, and on which day he got there."""
    kind = "bookings" if contest.of == "orders" else contest.of.casefold()
    sums: dict[str, float] = {}
    reached: dict[str, date] = {}
    for deed in sorted(deeds, key=lambda deed: (deed.day, deed.rep_id)):
        counts = deed.amount > 0 if contest.of == "orders" else deed.amount != 0
        if deed.kind != kind or not deed.rep_id or not counts:
            continue
        if start <= deed.day <= end:
            amount = 1.0 if contest.of == "orders" else deed.amount
            sums[deed.rep_id] = sums.get(deed.rep_id, 0.0) + amount
            reached[deed.rep_id] = deed.day
    return sums, reached


def _days_in_seat(tenures: Sequence[SeatTenure], start: date, last: date) -> dict[str, int]:
    days: dict[str, int] = {}
    for tenure in tenures:
        if tenure.rep_id and tenure.role == "holder":
            end = tenure.end or date.max
            inside = (min(end, last + timedelta(days=1)) - max(tenure.start, start)).days
            days[tenure.rep_id] = days.get(tenure.rep_id, 0) + max(inside, 0)
    return days


def _why_not(contest: ContestParameters, rep: Rep, days: int) -> str | None:
    """Return None for who takes part, empty text for who is no candidate, else the reason."""
    if contest.roles and rep.role not in contest.roles:
        return ""
    if not days or rep.status == "tbh":
        return ""
    if days < contest.least_days:
        return f"{days} days in a seat, {contest.least_days} are needed"
    return None


def _rank(
    contest: ContestParameters, entries: Sequence[tuple[str, float, date | None]], least: float
) -> list[Place]:
    def key(entry: tuple[str, float, date | None]) -> tuple[object, ...]:
        rep_id, amount, day = entry
        tie = (day or date.max,) if contest.ties == "first" else ()
        return (-amount, *tie, rep_id)

    ordered = sorted(entries, key=key)
    standings: list[Place] = []
    for at, entry in enumerate(ordered):
        same = at > 0 and key(entry)[:-1] == key(ordered[at - 1])[:-1]
        place = standings[-1].place if same else at + 1
        enough = entry[1] > 0 and entry[1] >= least
        standings.append(_place(*entry, place=place, wins=enough and place <= contest.places))
    return standings


def _place(
    rep_id: str, amount: float, day: date | None, *, place: int, wins: bool, why_not: str = ""
) -> Place:
    return Place(rep_id=rep_id, place=place, amount=amount, reached=day, wins=wins, why_not=why_not)


def word_rules(contest: ContestParameters) -> str:
    """Return a contest's rules in one sentence."""
    who = (
        f"Reps in the role {' or '.join(contest.roles)}" if contest.roles else "All who hold a seat"
    )
    need = f" for at least {contest.least_days} days" if contest.least_days else ""
    tie = (
        "who is equal shares the place and the next are left out"
        if contest.ties == "share"
        else "of equals, who got there on an earlier day is ahead, and on one day they share"
    )
    least = f"; at least {contest.least:,.0f} is needed to win" if contest.least else ""
    return f"{who}{need} take part; the first {contest.places} places win{least}; {tie}."
