"""Seats and the people in them: roles, homes, skill, ramp, leavers and open headcount."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from planner.inputs.demo.accounts import Nature
from planner.inputs.demo.design import (
    EXECUTIVE,
    INSIDE,
    ROLES,
    Bools,
    Design,
    Floats,
    Ints,
)
from planner.inputs.demo.names import people_names
from planner.inputs.demo.places import REGIONS, THIN_REGION, Cities, scatter

THIN_SHARE = 0.3
BEST_SKILL = 1.3
USUAL_SKILL_SPREAD = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class Seats:
    """The seats that receive accounts, each array (seats,), sorted by role and region.

    Parameters
    ----------
    role
        Position in ``ROLES``.
    city
        Position of the home's city.
    latitude, longitude
        Home in degrees.
    skill
        What the holder books, as a multiple of what a typical rep would.
    hired
        Days from the first day of the history to the holder's first, negative before.
    open, leaving, backfilled, ramping, absent, best, lucky
        Who is planted as what; a backfilled seat is held today by the one who leaves.
    names
        The holders of today.
    """

    role: Ints
    city: Ints
    latitude: Floats
    longitude: Floats
    skill: Floats
    hired: Ints
    open: Bools
    backfilled: Bools
    ramping: Bools
    absent: Bools
    best: Bools
    lucky: Bools
    names: list[str] = field(default_factory=list)

    @property
    def held(self) -> Bools:
        """Return which seats have a holder today."""
        return ~self.open | self.backfilled

    @property
    def seat_ids(self) -> list[str]:
        """Return the seats' ids, which outlive their holders."""
        return [f"T{number + 1:03d}" for number in range(len(self.role))]

    @property
    def holder_ids(self) -> list[str]:
        """Return the rep ids of today's holders; an open seat's own is never an owner."""
        return [f"E{number + 1001}" for number in range(len(self.role))]


def draw_seats(design: Design, cities: Cities, nature: Nature) -> Seats:
    """Return the seats: near the market, but too few in the thin region."""
    rng = design.stream(5)
    role = np.repeat(np.arange(len(ROLES)), design.seats)
    city = np.concatenate(
        [
            _draw_homes(nature, cities, wanted, seats, rng)
            for wanted, seats in enumerate(design.seats)
        ]
    )
    latitude, longitude = scatter(cities, city, rng)
    planted = _plant(design, role, cities.region[city] == THIN_REGION, rng)
    return Seats(
        role=role,
        city=city,
        latitude=latitude,
        longitude=longitude,
        skill=_draw_skill(role, planted["best"], planted["lucky"], rng),
        hired=_draw_hired(role, planted, rng),
        **planted,
        names=people_names(0, design.reps, design.stream(6)),
    )


def _draw_homes(
    nature: Nature, cities: Cities, role: int, seats: int, rng: np.random.Generator
) -> Ints:
    """Return home cities by systematic sampling of the role's market from west to east."""
    rows = np.flatnonzero((nature.role == role) & (cities.population[nature.city] >= 20_000))
    if not seats:
        return np.empty(0, dtype=np.int64)
    order = {name: number for number, name in enumerate(REGIONS)}
    region = np.array([order[name] for name in cities.region[nature.city[rows]]])
    rows = rows[np.lexsort((nature.longitude[rows], region))]
    thin = cities.region[nature.city[rows]] == THIN_REGION
    weight = np.cumsum(nature.market[rows] * np.where(thin, THIN_SHARE, 1.0))
    marks = (np.arange(seats) + rng.random()) / seats * weight[-1]
    return np.asarray(nature.city[rows[np.searchsorted(weight, marks)]])


def _plant(design: Design, role: Ints, thin: Bools, rng: np.random.Generator) -> dict[str, Bools]:
    """Return who is planted as what; nobody is two of them.

    All are account executives: a strategic rep's few large accounts say too little about skill.
    """
    field_reps = rng.permutation(np.flatnonzero(role == EXECUTIVE))
    # A rich territory lies where reps are few.
    field_reps = field_reps[np.argsort(~thin[field_reps], kind="stable")]
    lucky, rest = field_reps[: design.lucky], rng.permutation(field_reps[design.lucky :])
    ends = np.cumsum([design.open_seats, design.on_ramp, int(design.reps >= 6), design.best])
    opened, ramping, absent, best = np.split(rest, ends)[:4]
    chosen = {
        "open": opened,
        "backfilled": opened[: design.leavers],
        "ramping": ramping,
        "absent": absent,
        "best": best,
        "lucky": lucky,
    }
    return {name: np.isin(np.arange(design.reps), who) for name, who in chosen.items()}


def _draw_skill(role: Ints, best: Bools, lucky: Bools, rng: np.random.Generator) -> Floats:
    usual = 1 + USUAL_SKILL_SPREAD * np.clip(rng.standard_normal(len(role)), -2, 2)
    skill = np.where(best, BEST_SKILL + 0.04 * rng.random(len(role)), usual)
    return np.where(lucky | (role == INSIDE), 1.0, skill)


def _draw_hired(role: Ints, planted: dict[str, Bools], rng: np.random.Generator) -> Ints:
    """Return first days: most long ago, a fifth within the history, some on ramp."""
    count = len(planted["best"])
    long_ago, within = -rng.integers(60, 3600, count), rng.integers(90, 800, count)
    settled = planted["best"] | planted["lucky"] | planted["backfilled"]
    settled |= role == INSIDE
    hired = np.where((rng.random(count) < 0.2) & ~settled, within, long_ago)
    # Two to five months before the history ends, on its 1,096th day.
    return np.where(planted["ramping"], 1095 - rng.integers(62, 150, count), hired)
