"""The reps table: holders of seats, leavers, open headcount, managers, overlays and SDRs."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

import numpy as np
import pandas as pd

from planner.inputs.demo.design import (
    EXECUTIVE,
    HISTORY_START,
    INSIDE,
    OTE_OF_ROLE,
    ROLES,
    SEGMENTS_OF_ROLE,
    Design,
    Ints,
)
from planner.inputs.demo.names import people_names
from planner.inputs.demo.people import Seats
from planner.inputs.demo.places import THIN_REGION, Cities

Row = dict[str, str | float | date | None]

COLUMNS = (
    "rep_id", "name", "role", "manager_id", "territory_id", "coverage", "supports",
    "city", "state", "region", "latitude", "longitude", "hire_date", "role_start", "leave_date",
    "absence_start", "absence_end", "covered_by", "capacity", "ote", "variable_share",
    "segments", "status",
)  # fmt: skip
LEAVE_DATE = date(2026, 12, 18)
OPEN_STARTS = (date(2027, 2, 1), date(2027, 3, 1), date(2027, 4, 1))
ABSENCE = (date(2027, 2, 15), date(2027, 6, 30))
EXTRA_START = date(2027, 1, 15)
EXTRA_SEATS = 4
METROS = ("Northeast", "West")
HEAD = "M1000"
LIST_SEPARATOR = ";"


def manager_of_seat(design: Design) -> Ints:
    """Return the first-line manager of each seat; neighbours in role and region share one."""
    groups = np.array_split(np.arange(design.reps), design.managers)
    return np.repeat(np.arange(design.managers), [len(group) for group in groups])


def sdr_ids(design: Design) -> list[str]:
    """Return the ids of the SDRs, one for about ten seats."""
    return [f"D{number + 1:03d}" for number in range(max(1, design.reps // 10))]


def make_roster(design: Design, seats: Seats, cities: Cities) -> pd.DataFrame:
    """Return the reps table, sorted by kind of person."""
    rows = [
        *_managers(design),
        *_holders(design, seats, cities),
        *_open_seats(design, seats, cities),
        *_engineers(design, seats),
        *_developers(design, seats),
    ]
    return _table(rows)


def make_extra_seats(design: Design, roster: pd.DataFrame, cities: Cities) -> pd.DataFrame:
    """Return the reps table with four more open seats: the thin region and two metros."""
    thin = cities.region == THIN_REGION
    largest = np.argsort(-cities.population, kind="stable")
    metros = [largest[cities.region[largest] == region][0] for region in METROS]
    chosen = [*largest[thin[largest]][: EXTRA_SEATS - len(metros)], *metros]
    managers = roster.loc[roster["role"] == "Sales Manager", "rep_id"].to_list()
    extra = [
        {
            **_seat_row(EXECUTIVE, design.reps + number),
            "rep_id": f"TBH{100 + number}",
            "name": f"Added headcount {cities.name[city]}",
            "manager_id": managers[-1 - number % len(managers)],
            **_home(cities, int(city), float(cities.latitude[city]), float(cities.longitude[city])),
            "role_start": EXTRA_START,
            "status": "tbh",
        }
        for number, city in enumerate(chosen)
    ]
    if not design.specialised:
        extra = [{**row, "segments": None} for row in extra]
    return pd.concat([roster, _table(extra)], ignore_index=True)


def _table(rows: list[Row]) -> pd.DataFrame:
    columns = {name: [row.get(name) for row in rows] for name in COLUMNS}
    return pd.DataFrame({name: pd.Series(cells, dtype=object) for name, cells in columns.items()})


def _home(cities: Cities, city: int, latitude: float, longitude: float) -> Row:
    place = {"city": cities.name[city], "state": cities.state[city], "region": cities.region[city]}
    return {**place, "latitude": latitude, "longitude": longitude}


def _seat_row(role: int, number: int) -> Row:
    return {
        "role": ROLES[role],
        "territory_id": f"T{number + 1:03d}",
        "coverage": "pool" if role == INSIDE else "direct",
        "capacity": 1.0,
        "ote": OTE_OF_ROLE[role],
        "variable_share": 0.4 if role == INSIDE else 0.5,
        "segments": SEGMENTS_OF_ROLE[role],
        "status": "active",
    }


def _managers(design: Design) -> Iterator[Row]:
    names = people_names(design.reps, design.managers + 1, design.stream(6))
    base: Row = {"coverage": "none", "variable_share": 0.4, "status": "active"}
    hired = date(2019, 3, 4)
    yield {**base, "rep_id": HEAD, "name": names[0], "role": "VP Sales", "ote": 520_000,
           "hire_date": hired}  # fmt: skip
    for number, name in enumerate(names[1:]):
        yield {**base, "rep_id": _manager_id(number), "name": name, "role": "Sales Manager",
               "manager_id": HEAD, "ote": 290_000,
               "hire_date": hired + timedelta(days=97 * (number % 20))}  # fmt: skip


def _manager_id(number: int) -> str:
    return f"M{1001 + number}"


def _holders(design: Design, seats: Seats, cities: Cities) -> Iterator[Row]:
    managers, rng = manager_of_seat(design), design.stream(18)
    raises = rng.choice([0, 5_000, 10_000, 15_000], design.reps)
    covers = _covers(seats, managers)
    part_time = _part_time(design, seats)
    for seat in np.flatnonzero(seats.held):
        row = _seat_row(int(seats.role[seat]), int(seat))
        row |= {
            "rep_id": seats.holder_ids[seat],
            "name": seats.names[seat],
            "manager_id": _manager_id(int(managers[seat])),
            "hire_date": HISTORY_START + timedelta(days=int(seats.hired[seat])),
            "ote": OTE_OF_ROLE[int(seats.role[seat])] + int(raises[seat]),
            "capacity": 0.6 if seat in part_time else 1.0,
        }
        # Inside sales sit in an office: their home plays no part.
        if seats.role[seat] != INSIDE:
            row |= _home_of(seats, cities, int(seat))
        if seats.backfilled[seat]:
            row |= {"status": "leaving", "leave_date": LEAVE_DATE}
        if seats.absent[seat]:
            row |= {"absence_start": ABSENCE[0], "absence_end": ABSENCE[1],
                    "covered_by": seats.holder_ids[covers]}  # fmt: skip
        yield row if design.specialised else {**row, "segments": None}


def _home_of(seats: Seats, cities: Cities, seat: int) -> Row:
    city = int(seats.city[seat])
    return _home(cities, city, float(seats.latitude[seat]), float(seats.longitude[seat]))


def _ordinary(seats: Seats) -> Ints:
    planted = seats.open | seats.ramping | seats.absent | seats.best | seats.lucky
    return np.flatnonzero(~planted & (seats.role == EXECUTIVE))


def _part_time(design: Design, seats: Seats) -> set[int]:
    return {int(seat) for seat in _ordinary(seats)[: design.reps // 60]}


def _covers(seats: Seats, managers: Ints) -> int:
    """Return the seat whose holder stands in for the absent one: a colleague of his team."""
    absent = np.flatnonzero(seats.absent)
    if not len(absent):
        return 0
    others = np.flatnonzero(seats.held & ~seats.backfilled & ~seats.absent)
    same_team = managers[others] != managers[absent[0]]
    same_role = seats.role[others] != seats.role[absent[0]]
    return int(others[np.lexsort((np.abs(others - absent[0]), same_team, same_role))[0]])


def _open_seats(design: Design, seats: Seats, cities: Cities) -> Iterator[Row]:
    """Return open headcount: backfills of leavers, and new seats, the last without a site."""
    managers = manager_of_seat(design)
    # Backfills first, so that the seat without a site is a new one where there are two.
    order = np.flatnonzero(seats.open)
    order = order[np.argsort(~seats.backfilled[order], kind="stable")]
    for number, seat in enumerate(order):
        row = _seat_row(int(seats.role[seat]), int(seat))
        row |= {
            "rep_id": f"TBH{number + 1:02d}",
            "name": f"Open headcount {number + 1}",
            "manager_id": _manager_id(int(managers[seat])),
            "role_start": OPEN_STARTS[min(number, 2)],
            "status": "tbh",
        }
        if number < len(order) - 1 or seats.backfilled[seat]:
            row |= _home_of(seats, cities, int(seat))
        yield row if design.specialised else {**row, "segments": None}


def _engineers(design: Design, seats: Seats) -> Iterator[Row]:
    """Return overlay engineers, each for a part of the reps of the field."""
    count = max(1, design.reps // 20)
    people = [
        seats.holder_ids[seat] for seat in np.flatnonzero(seats.held & (seats.role != INSIDE))
    ]
    names = people_names(2 * design.reps, count, design.stream(6))
    for number, group in enumerate(np.array_split(np.array(people), count)):
        yield {
            "rep_id": f"S{number + 1:03d}", "name": names[number], "role": "Sales Engineer",
            "manager_id": HEAD, "coverage": "overlay",
            "supports": LIST_SEPARATOR.join(group.tolist()),
            "hire_date": date(2021, 5, 3), "ote": 190_000,
            "variable_share": 0.2, "status": "active",
        }  # fmt: skip


def _developers(design: Design, seats: Seats) -> Iterator[Row]:
    """Return SDRs, each working for about ten reps of the field."""
    ids, managers = sdr_ids(design), manager_of_seat(design)
    field = np.flatnonzero(seats.held & (seats.role != INSIDE))
    names = people_names(3 * design.reps, len(ids), design.stream(6))
    for number, group in enumerate(np.array_split(field, len(ids))):
        boss = _manager_id(int(managers[group[0]])) if len(group) else HEAD
        yield {
            "rep_id": ids[number], "name": names[number], "role": "SDR", "manager_id": boss,
            "coverage": "none",
            "supports": LIST_SEPARATOR.join(seats.holder_ids[seat] for seat in group),
            "hire_date": date(2024, 9, 2), "ote": 85_000,
            "variable_share": 0.35, "status": "active",
        }  # fmt: skip
