"""Peer groups: whose totals are compared, and how much of each unit class belongs to a group."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import sparse
from scipy.sparse.csgraph import connected_components

from planner.errors import ScenarioError
from planner.units.names import unknown_name
from planner.units.result import Bools, Eligibility, Floats, Ints, Seats


@dataclass(frozen=True, slots=True, kw_only=True)
class PeerGroups:
    """Territories that are compared with each other.

    Parameters
    ----------
    names
        A name for each group.
    group_of_territory
        (territories,)
    share
        How much of each unit class's total belongs to each group; a row sums to 1, or to 0 where
        nobody may serve the class, (classes, groups).
    """

    names: tuple[str, ...]
    group_of_territory: Ints
    share: Floats


def peer_groups(eligibility: Eligibility, seats: Seats, within: str) -> PeerGroups:
    """Group the territories whose totals are compared.

    ``all`` is one group. ``eligibility`` makes the connected parts of who may serve what
    (geographic units without accounts, open to everyone, join nobody). A
    column of reps, such as role or country, makes one group for each of its values. Then a class
    of units that several groups may serve belongs to each of them in proportion to the steady
    capacity of those of its territories that may serve the class: so the groups' totals add up
    to the total of all units, and exactly the units that one group alone may serve are its own.

    Parameters
    ----------
    eligibility, seats
        Who may serve what, and the columns of reps.
    within
        ``all``, ``eligibility``, or a column.

    Returns
    -------
    PeerGroups
        Groups in the order of their names.

    Raises
    ------
    ScenarioError
        When there is no such column.
    """
    names, group = _groups(_linking(eligibility), seats, within)
    share = _shares(eligibility.allowed, seats.capacity, group, len(names))
    return PeerGroups(names=names, group_of_territory=group, share=share)


def _linking(eligibility: Eligibility) -> Bools:
    """Return who may serve the classes that have accounts: empty units join nobody."""
    if len(eligibility.accounts) == 0:
        return eligibility.allowed
    return np.asarray(eligibility.allowed[eligibility.accounts > 0])


def _groups(allowed: Bools, seats: Seats, within: str) -> tuple[tuple[str, ...], Ints]:
    if within == "all":
        return ("all",), np.zeros(len(seats.territory_ids), dtype=np.int64)
    if within == "eligibility":
        return _connected_parts(allowed, seats)
    return _column_groups(seats, within)


def _connected_parts(allowed: Bools, seats: Seats) -> tuple[tuple[str, ...], Ints]:
    classes, territories = allowed.shape
    kind, territory = np.nonzero(allowed)
    nodes = classes + territories
    served = np.ones(len(kind))
    links = sparse.csr_array((served, (kind, classes + territory)), shape=(nodes, nodes))
    _, part = connected_components(links, directed=False)
    # Territories come in the order of their ids, so a part is named by its first one.
    _, first, group = np.unique(part[classes:], return_index=True, return_inverse=True)
    order = np.argsort(first, kind="stable")
    rank = np.empty(len(order), dtype=np.int64)
    rank[order] = np.arange(len(order))
    names = tuple(f"reachable with {seats.territory_ids[i]}" for i in first[order])
    return names, rank[group.reshape(territories)]


def _column_groups(seats: Seats, within: str) -> tuple[tuple[str, ...], Ints]:
    if within not in seats.attributes:
        known = ["eligibility", "all", *seats.attributes]
        raise ScenarioError(unknown_name("alignment.measures.within", within, known))
    names, group = np.unique(np.array(seats.attributes[within], dtype=object), return_inverse=True)
    return tuple(str(name) for name in names), group.reshape(-1).astype(np.int64)


def _shares(allowed: Bools, capacity: Floats, group: Ints, groups: int) -> Floats:
    """Return each class's split over groups by eligible capacity, evenly where all have none."""
    member = np.zeros((len(group), groups))
    member[np.arange(len(group)), group] = 1.0
    weight = np.asarray(allowed @ (capacity[:, None] * member), dtype=np.float64)
    idle = weight.sum(axis=1) <= 0
    weight[idle] = allowed[idle] @ member
    total = weight.sum(axis=1, keepdims=True)
    return weight / np.where(total > 0, total, 1.0)
