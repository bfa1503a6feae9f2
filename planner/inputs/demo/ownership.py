"""Who owns what today: an alignment grown by habit, and who owned it before."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from planner.inputs.demo.accounts import Nature
from planner.inputs.demo.design import ROLES, Bools, Design, Floats, Ints, Texts
from planner.inputs.demo.people import Seats
from planner.inputs.demo.places import distances, sphere

NOBODY = -1
ORPHANS = 0.03
QUEUE = "QUEUE-INBOUND"
FORMER_REPS = ("E0914", "E0927", "E0951")
SPREAD_WANTED = 0.55
HABITS = (0.45, 0.6, 0.75, 0.9, 1.1, 1.4)
CHUNK = 8192
# Within this distance nearness plays little part; beyond it chances fall with this power.
NEAR_KM = 30.0
NEARNESS = 2.5
# How much more of the richest accounts the planted lucky rep draws.
LUCK = 1.7
DAYS = 1096


@dataclass(frozen=True, slots=True, kw_only=True)
class Ownership:
    """Owners by account, each array (accounts,).

    Parameters
    ----------
    seat
        Seat of today's owner, ``NOBODY`` where the owner is a queue or has left.
    former
        Position in ``FORMER_REPS`` or beyond it (the queue), for accounts without a seat.
    before
        Seat of the owner before; ``NOBODY`` where that was a rep who has left.
    since
        Day of the history on which today's owner took over; negative before it.
    """

    seat: Ints
    former: Ints
    before: Ints
    since: Ints

    def owner_ids(self, seats: Seats) -> Texts:
        """Return today's owner ids, as the CRM has them."""
        return _ids(seats, self.seat, self.former)

    def at(self, account: Ints, day: Ints) -> Ints:
        """Return the seat whose holder served each account on that day."""
        return np.where(day >= self.since[account], self.seat[account], self.before[account])

    def rep_ids_at(self, seats: Seats, account: Ints, day: Ints) -> Texts:
        """Return who served each account on that day."""
        people = np.minimum(self.former[account], len(FORMER_REPS) - 1)
        return _ids(seats, self.at(account, day), people)


def _ids(seats: Seats, seat: Ints, former: Ints) -> Texts:
    known = np.array(seats.holder_ids, dtype=object)
    gone = np.array([*FORMER_REPS, QUEUE], dtype=object)
    return np.where(seat >= 0, known[seat], gone[former])


def draw_ownership(design: Design, nature: Nature, seats: Seats, expected: Floats) -> Ownership:
    """Return today's owners, out of balance enough that a plan is worth making.

    Habit is a pull on accounts that some reps have more of than others; the least habit is
    taken under which the coefficient of variation of expected bookings by rep is large.
    """
    seat = before = np.empty(0, dtype=np.int64)
    for habit in HABITS:
        rng = design.stream(7)
        seat, before = _by_habit(nature, seats, expected, habit, rng)
        if _spread(seats, seat, expected) >= SPREAD_WANTED:
            break
    rng = design.stream(8)
    former = rng.choice(len(FORMER_REPS) + 1, design.accounts, p=[0.2, 0.2, 0.2, 0.4])
    seat = np.where(rng.random(design.accounts) < ORPHANS, NOBODY, seat)
    since = _draw_since(design, seats, seat, rng)
    lost = (rng.random(design.accounts) < 0.12) & (seat >= 0)
    before = np.where((before == seat) | lost, NOBODY, before)
    return Ownership(seat=seat, former=former, before=before, since=since)


def _spread(seats: Seats, seat: Ints, expected: Floats) -> float:
    """Return the smallest coefficient of variation of any role with several holders."""
    books = np.bincount(seat, expected, minlength=len(seats.role))
    spreads = []
    for role in range(len(ROLES)):
        book = books[(seats.role == role) & seats.held]
        if len(book) > 2:
            spreads.append(float(book.std() / book.mean()))
    return min(spreads)


def _by_habit(
    nature: Nature, seats: Seats, expected: Floats, habit: float, rng: np.random.Generator
) -> tuple[Ints, Ints]:
    """Return the owner of today and the one before, (accounts,) each."""
    pull = _draw_pull(seats, habit, rng)
    today, before = (np.empty(len(expected), dtype=np.int64) for _ in range(2))
    for role in np.unique(nature.role):
        rows = np.flatnonzero(nature.role == role)
        rich = expected[rows] > np.quantile(expected[rows], 0.7)
        columns = np.flatnonzero((seats.role == role) & seats.held)
        settled = seats.hired[columns] <= 0
        veterans = columns[settled] if settled.any() else columns
        for begin in range(0, len(rows), CHUNK):
            part = slice(begin, begin + CHUNK)
            for owner, able in ((today, columns), (before, veterans)):
                owner[rows[part]] = _choose(
                    nature, seats, rows[part], rich=rich[part], pull=pull, columns=able, rng=rng
                )
    # Half of the families were brought under one owner at some time; the others never were.
    united = (rng.random(len(expected)) < 0.55)[nature.family] & (nature.parent >= 0)
    return np.where(united, today[nature.parent], today), before


def _draw_pull(seats: Seats, habit: float, rng: np.random.Generator) -> Floats:
    """Return how strongly each rep draws accounts: newcomers hardly, others by their ways."""
    pull = np.exp(habit * np.clip(rng.standard_normal(len(seats.role)), -1.5, 1.5))
    pull = np.where(seats.hired > 90, 0.6 * pull, pull)
    pull = np.where(seats.best, np.clip(pull, 1.0, 1.5), pull)
    return np.where(seats.ramping, 0.15, np.where(seats.lucky, 1.5, pull))


def _choose(
    nature: Nature,
    seats: Seats,
    rows: Ints,
    *,
    rich: Bools,
    pull: Floats,
    columns: Ints,
    rng: np.random.Generator,
) -> Ints:
    """Return a seat for each account, near ones more likely (an exponential race)."""
    km = distances(
        sphere(nature.latitude[rows], nature.longitude[rows]),
        sphere(seats.latitude[columns], seats.longitude[columns]),
    )
    favour = np.where(rich[:, None] & seats.lucky[columns][None, :], LUCK, 1.0)
    far = (km + NEAR_KM) / (pull[columns] * favour)
    race = rng.standard_exponential(km.shape) * far**NEARNESS
    return np.asarray(columns[np.argmin(race, axis=1)])


def _draw_since(design: Design, seats: Seats, seat: Ints, rng: np.random.Generator) -> Ints:
    """Return takeover days: most long ago, some within the history, a few just now."""
    count = design.accounts
    chance = rng.random(count)
    since = np.where(chance < 0.75, -rng.integers(30, 1500, count), rng.integers(0, 900, count))
    since = np.where(chance > 0.98, DAYS - rng.integers(5, 85, count), since)
    hired = np.where(seat >= 0, seats.hired[seat], 0)
    late = np.minimum(hired + rng.integers(0, 60, count), DAYS - 5)
    return np.where((hired > 0) & (since < hired), late, since)
