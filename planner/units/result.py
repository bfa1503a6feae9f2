"""Control units, seats, who may serve whom, and what stays: arrays that the engine can take."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
from scipy import sparse

from planner.findings import Finding

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]


def _no_ints() -> Ints:
    return np.zeros(0, dtype=np.int64)


def _no_floats() -> Floats:
    return np.zeros(0, dtype=np.float64)


def _no_points() -> Floats:
    return np.zeros((0, 2), dtype=np.float64)


@dataclass(frozen=True, slots=True, kw_only=True)
class ControlUnits:
    """The smallest pieces that are never split, with the totals of their accounts.

    Parameters
    ----------
    unit_ids
        Names, ascending: an account's id, a family's, or a geographic unit's.
    unit_of_account
        Unit of each account in the order of the accounts table, (accounts,).
    accounts
        Number of accounts in each unit, (units,).
    points
        Latitude and longitude in degrees, NaN where unplaced, (units, 2).
    measures
        Totals of each measure by name, (units,); money in minor units, hours for workload
        (without travel).
    visits
        Visits a year, what travel is weighed by, (units,).
    revenue
        Trailing twelve months' revenue, minor units, (units,).
    pipeline
        Open pipeline, minor units, (units,).
    neighbours
        Pairs of units that touch, (edges, 2); None unless geographic units are used.
    hours
        Hours of work a year without travel, (units,).
    tour_hours
        Hours a year on the road between one account and the next of the same trip, whoever
        travels, (units,).
    member_indptr
        The accounts of unit u are positions ``member_indptr[u]`` to ``member_indptr[u + 1]`` of
        the ``member_`` arrays, (units + 1,).
    members
        Positions in the accounts table, by unit, (accounts,).
    member_points
        Latitude and longitude of each member in degrees, NaN where unplaced, (accounts, 2).
    member_hours_per_km
        Hours a year on the road for each kilometre between the member and whoever serves it
        (out and back, all trips of a year), (accounts,). The travel of a unit is the sum over
        its members, so a family that is spread out costs what its accounts cost.
    money_measures
        Names of the measures that are money (minor units).
    """

    unit_ids: tuple[str, ...]
    unit_of_account: Ints
    accounts: Ints
    points: Floats
    measures: dict[str, Floats]
    visits: Floats
    revenue: Ints
    pipeline: Ints
    neighbours: Ints | None = None
    hours: Floats = field(default_factory=_no_floats)
    tour_hours: Floats = field(default_factory=_no_floats)
    member_indptr: Ints = field(default_factory=_no_ints)
    members: Ints = field(default_factory=_no_ints)
    member_points: Floats = field(default_factory=_no_points)
    member_hours_per_km: Floats = field(default_factory=_no_floats)
    money_measures: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Seats:
    """The territories to fill, one for each seat that receives accounts, by territory id.

    Parameters
    ----------
    territory_ids
        Ascending; the seat's id, else its rep's.
    rep_ids
        Who holds the seat in the plan period (an open headcount has a rep row too); empty text
        where the last holder leaves and no row stands for a successor.
    homes
        Latitude and longitude in degrees, NaN where there is no home, (territories, 2).
    travels
        Whether travel from the home is counted; a pool has none, (territories,).
    open_site
        Whether the home is still to be chosen (open headcount without a home), (territories,).
    capacity
        Steady state, 1 is a full rep, (territories,).
    period_capacity
        Capacity times the share of the plan's months in the seat, with ramp, (territories,).
    attributes
        Columns of the reps for peer groups: role, country, manager_id, …, (territories,) of text.
    pool
        Whether the seat is a pool, without home and travel, (territories,).
    profile_ids
        The rep whose row describes the seat: its holder, else its last one, (territories,).
    seat_of_rep
        Territory (its position) of every rep who has or had one that is still filled, by rep_id.
    pace
        Multiple of an account's visit hours that the seat's role takes, (territories,); empty
        where every role takes the same.
    """

    territory_ids: tuple[str, ...]
    rep_ids: tuple[str, ...]
    homes: Floats
    travels: Bools
    open_site: Bools
    capacity: Floats
    period_capacity: Floats
    attributes: dict[str, tuple[str, ...]] = field(default_factory=dict)
    pool: Bools = field(default_factory=lambda: np.zeros(0, dtype=np.bool_))
    profile_ids: tuple[str, ...] = ()
    seat_of_rep: dict[str, int] = field(default_factory=dict)
    pace: Floats = field(default_factory=_no_floats)
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Eligibility:
    """Who may serve whom: units of one class have the same eligible territories.

    Parameters
    ----------
    class_of_unit
        (units,)
    allowed
        (classes, territories)
    rules
        For each class, the names of the rules that restrict it.
    rule_names
        Every rule, those of the scenario first, then what reps' own columns restrict.
    forbidden_by
        The first rule (its position in ``rule_names``) that forbids a class to a territory, -1
        where it is allowed, (classes, territories).
    accounts
        Number of accounts of each class; 0 for geographic units without any, (classes,).
    """

    class_of_unit: Ints
    allowed: Bools
    rules: tuple[tuple[str, ...], ...]
    rule_names: tuple[str, ...] = ()
    forbidden_by: Ints = field(default_factory=lambda: np.zeros((0, 0), dtype=np.int64))
    accounts: Ints = field(default_factory=_no_ints)
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Today:
    """Who serves what today, and what must stay.

    Parameters
    ----------
    seat_of_account
        Territory of each account's owner, -1 where the owner has no seat, (accounts,).
    continues
        Whether the account's owner continues in that seat in the plan period, (accounts,);
        an account whose owner leaves, or who has none, does not count as disruption.
    current
        Territory that serves the unit today: the seat of its largest revenue, -1 none, (units,).
    stay
        Revenue (minor units) of a unit's accounts by the seat they are with, continuing owners
        only: what is disrupted when the unit goes elsewhere, sparse (units, territories).
    stay_accounts, stay_pipeline
        Likewise the number of accounts, and their open pipeline.
    held
        Territory a unit is held to, -1 none, (units,).
    hold_of_unit
        Which hold (its position in the scenario) holds the unit, -1 none, (units,).
    hold_names
        Each hold in words, in the scenario's order.
    """

    seat_of_account: Ints
    continues: Bools
    current: Ints
    stay: sparse.csr_array
    stay_accounts: sparse.csr_array
    stay_pipeline: sparse.csr_array
    held: Ints
    hold_of_unit: Ints
    hold_names: tuple[str, ...]
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RunningSeats:
    """Who serves what in a running plan, in terms of the seats that there are now.

    Parameters
    ----------
    seats
        The seats as they are filled after the change; open ones keep their place.
    seat_of_account
        Territory that serves each account, -1 where it is new or its seat is closed, (accounts,).
    continues
        Whether who held that seat in the running plan still does, (accounts,).
    """

    seats: Seats
    seat_of_account: Ints
    continues: Bools
