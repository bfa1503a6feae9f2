"""Which units a seat without home could serve, so that its site is chosen among them."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from planner.units.result import ControlUnits, Eligibility, Floats, Ints, Seats


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenGroup:
    """Seats whose homes are to be chosen, and that may serve the same units.

    Parameters
    ----------
    seats
        Positions of the seats, ascending.
    units
        Positions of the placed units that they may serve, ascending, never empty.
    peers
        Positions of the seats with a home that may serve any of those units, ascending.
    """

    seats: Ints
    units: Ints
    peers: Ints


def open_groups(
    units: ControlUnits, seats: Seats, eligibility: Eligibility
) -> tuple[OpenGroup, ...]:
    """Group the seats whose homes are to be chosen by the units that they may serve.

    A seat that may serve no placed unit is in no group: it has no home, and no travel counts.

    Parameters
    ----------
    units, seats, eligibility
        Who may serve what.
    """
    open_seats = np.flatnonzero(seats.open_site & np.isnan(seats.homes[:, 0]))
    if len(open_seats) == 0:
        return ()
    columns = eligibility.allowed[:, open_seats].T
    _, first, kind = np.unique(columns, axis=0, return_index=True, return_inverse=True)
    groups = [
        _group(open_seats[kind.reshape(-1) == number], units, seats, eligibility)
        for number in np.argsort(first, kind="stable")
    ]
    return tuple(group for group in groups if len(group.units))


def place_group(seats: Seats, group: OpenGroup, sites: Floats) -> Seats:
    """Return the seats with sites as the homes of a group, in the order of their ids.

    Parameters
    ----------
    seats
        All seats.
    group
        As many seats as there are sites.
    sites
        Latitude and longitude in degrees; the first seat takes the westernmost, (sites, 2).
    """
    homes = seats.homes.copy()
    homes[group.seats] = sites[np.lexsort((sites[:, 0], sites[:, 1]))]
    return replace(seats, homes=homes)


def _group(members: Ints, units: ControlUnits, seats: Seats, eligibility: Eligibility) -> OpenGroup:
    classes = eligibility.allowed[:, members[0]]
    placed = ~np.isnan(units.points[:, 0])
    homed = ~np.isnan(seats.homes[:, 0]) & seats.travels
    shared = np.asarray(eligibility.allowed[classes].any(axis=0))
    return OpenGroup(
        seats=members,
        units=np.flatnonzero(classes[eligibility.class_of_unit] & placed),
        peers=np.flatnonzero(shared & homed),
    )
