"""What a unit costs with a territory: terms that add up, each known by its name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol, cast, runtime_checkable

import numpy as np
import numpy.typing as npt
from scipy import sparse

from planner.territories.distances import Distance, measure_distances

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]


@runtime_checkable
class PairTerm(Protocol):
    """An amount for each unit and territory: a term of the cost, or of a measure."""

    @property
    def name(self) -> str:
        """What the term is called in reports."""
        ...

    def pairs(self, units: Ints, territories: Ints) -> Floats:
        """Return the amounts of chosen pairs, (pairs,)."""
        ...

    def block(self, units: Ints) -> Floats:
        """Return the amounts of chosen units with every territory, (chosen, territories)."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class MatrixTerm:
    """Amounts given outright.

    Parameters
    ----------
    name
        What the term is called in reports.
    amounts
        (units, territories); in a sparse matrix an absent entry counts 0 here, and it is the
        problem's eligibility that keeps it from being chosen.
    """

    name: str
    amounts: Floats | sparse.csr_array

    def pairs(self, units: Ints, territories: Ints) -> Floats:
        """Return the amounts of chosen pairs, (pairs,)."""
        if isinstance(self.amounts, np.ndarray):
            return np.asarray(self.amounts[units, territories], dtype=float)
        return look_up(self.amounts, units, territories)

    def block(self, units: Ints) -> Floats:
        """Return the amounts of chosen units with every territory, (chosen, territories)."""
        rows = self.amounts[units]
        return rows if isinstance(rows, np.ndarray) else np.asarray(rows.toarray(), dtype=float)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TravelTerm:
    """Distance from each territory's home to the members of a unit, weighed and summed.

    Parameters
    ----------
    name
        What the term is called in reports.
    points
        Where the members are, (members, 2); a member with NaN adds nothing.
    weights
        Amount for each unit of distance, (members,): trips × hours a km × cost an hour.
    homes
        (territories, 2); a territory with NaN has no travel.
    indptr
        Members of unit ``u`` are ``indptr[u]:indptr[u + 1]``, (units + 1,); None where each
        unit is one point.
    distance
        ``euclidean``, ``squared`` or ``haversine``.
    """

    name: str
    points: Floats
    weights: Floats
    homes: Floats
    indptr: Ints | None = None
    distance: Distance = "haversine"

    def pairs(self, units: Ints, territories: Ints) -> Floats:
        """Return the amounts of chosen pairs, (pairs,)."""
        if self.indptr is None:
            far = measure_distances(self.points[units], self.homes[territories], self.distance)
            return far * self.weights[units]
        counts = self.indptr[units + 1] - self.indptr[units]
        rows = np.repeat(np.arange(len(units)), counts)
        members = self._members(units, counts)
        far = measure_distances(self.points[members], self.homes[territories[rows]], self.distance)
        heavy = far * self.weights[members]
        return np.bincount(rows, weights=heavy, minlength=len(units)).astype(float)

    def block(self, units: Ints) -> Floats:
        """Return the amounts of chosen units with every territory, (chosen, territories)."""
        count = len(self.homes)
        owners = np.tile(np.arange(count), len(units))
        return self.pairs(np.repeat(units, count), owners).reshape(len(units), count)

    def _members(self, units: Ints, counts: Ints) -> Ints:
        assert self.indptr is not None
        starts = np.repeat(self.indptr[units] - np.cumsum(counts) + counts, counts)
        return np.asarray(starts + np.arange(counts.sum()), dtype=np.int64)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class MoveTerm:
    """What it costs that a unit leaves who serves it today: nothing where it stays.

    Parameters
    ----------
    name
        What the term is called in reports.
    stay
        Amount that stays when a unit goes to a territory, sparse (units, territories): its
        revenue by the seat that has it today, continuing owners only.
    rate
        Share of what moves that is lost.
    """

    name: str
    stay: sparse.csr_array
    rate: float

    def pairs(self, units: Ints, territories: Ints) -> Floats:
        """Return the amounts of chosen pairs, (pairs,)."""
        total = np.asarray(self.stay.sum(axis=1), dtype=float).ravel()[units]
        return self.rate * (total - look_up(self.stay, units, territories))

    def block(self, units: Ints) -> Floats:
        """Return the amounts of chosen units with every territory, (chosen, territories)."""
        stay = np.asarray(self.stay[units].toarray(), dtype=float)
        return np.asarray(self.rate * (stay.sum(axis=1, keepdims=True) - stay))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TourTerm:
    """An amount of a unit times a factor of whoever serves it.

    Parameters
    ----------
    name
        What the term is called in reports.
    amounts
        (units,)
    travels
        The factor: whether the territory travels, or by how much its role's hours differ,
        (territories,).
    """

    name: str
    amounts: Floats
    travels: Floats

    def pairs(self, units: Ints, territories: Ints) -> Floats:
        """Return the amounts of chosen pairs, (pairs,)."""
        return np.asarray(self.amounts[units] * self.travels[territories])

    def block(self, units: Ints) -> Floats:
        """Return the amounts of chosen units with every territory, (chosen, territories)."""
        return np.outer(self.amounts[units], self.travels)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SumTerm:
    """Several amounts of a pair as one.

    Parameters
    ----------
    name
        What the sum is called in reports.
    parts
        What is added.
    """

    name: str
    parts: tuple[PairTerm, ...]

    def pairs(self, units: Ints, territories: Ints) -> Floats:
        """Return the amounts of chosen pairs, (pairs,)."""
        return np.asarray(sum(part.pairs(units, territories) for part in self.parts), dtype=float)

    def block(self, units: Ints) -> Floats:
        """Return the amounts of chosen units with every territory, (chosen, territories)."""
        return np.asarray(sum(part.block(units) for part in self.parts), dtype=float)


CostTerm = PairTerm


def look_up(matrix: sparse.csr_array, units: Ints, territories: Ints) -> Floats:
    """Return chosen entries of a sparse matrix, 0 where there is none.

    Parameters
    ----------
    matrix
        (units, territories), each row's columns ascending and unique.
    units, territories
        Which entries, (pairs,).

    Returns
    -------
    Floats
        (pairs,)
    """
    place, found = find_entries(matrix, units, territories)
    amounts = np.zeros(len(units))
    amounts[found] = matrix.data[place[found]]
    return amounts


def find_entries(matrix: sparse.csr_array, units: Ints, territories: Ints) -> tuple[Ints, Bools]:
    """Return where chosen entries of a sparse matrix are stored, and which are at all.

    Parameters
    ----------
    matrix
        (units, territories), each row's columns ascending and unique.
    units, territories
        Which entries, (pairs,).

    Returns
    -------
    tuple of Ints and Bools
        Place in ``matrix.data``, and whether the entry is stored, (pairs,).
    """
    columns = matrix.shape[1]
    rows = np.repeat(np.arange(matrix.shape[0], dtype=np.int64), np.diff(matrix.indptr))
    keys = rows * columns + matrix.indices
    wanted = units * columns + territories
    place = np.searchsorted(keys, wanted)
    found = place < len(keys)
    found[found] = keys[place[found]] == wanted[found]
    return place, found


def sort_entries(matrix: Any) -> sparse.csr_array:
    """Return a matrix in rows whose columns ascend, entries for one place added up.

    Parameters
    ----------
    matrix
        Dense or sparse, (units, territories); stored zeros stay.
    """
    tidy: Any = sparse.csr_array(matrix, dtype=float)
    if not tidy.has_canonical_format:
        tidy = tidy.copy()
        tidy.sum_duplicates()
    return cast("sparse.csr_array", tidy)
