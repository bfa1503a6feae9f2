"""Families: rows that must stay together become one unit, and back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import sparse

from planner.territories.arrays.numbers import read_edges, read_mapping, read_whole
from planner.territories.chosen import Sites
from planner.territories.costs import TravelTerm, sort_entries

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
Table = Floats | sparse.csr_array


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Grouping:
    """Which rows of a caller's arrays make up which unit.

    Parameters
    ----------
    rows
        How many rows the arrays have.
    count
        How many units there are.
    unit_of_row
        (rows,), or None where every row is its own unit.
    """

    rows: int
    count: int
    unit_of_row: Ints | None = None

    @property
    def matrix(self) -> sparse.csr_array:
        """The table of ones that adds rows up, (units, rows)."""
        units = np.arange(self.rows) if self.unit_of_row is None else self.unit_of_row
        ones = (np.ones(self.rows), (units, np.arange(self.rows)))
        return sparse.csr_array(ones, shape=(self.count, self.rows))

    @property
    def first_row(self) -> Ints:
        """The first row of each unit, (units,)."""
        if self.unit_of_row is None:
            return np.arange(self.rows)
        return np.unique(self.unit_of_row, return_index=True)[1].astype(np.int64)

    def add_up(self, table: Any) -> Any:
        """Return the sums over each unit's rows, of (rows,) or (rows, territories)."""
        if self.unit_of_row is None:
            return table
        if sparse.issparse(table):
            return sort_entries(self.matrix @ sort_entries(table))
        return np.asarray(self.matrix @ np.asarray(table, dtype=float))

    def keep_shared(self, listed: sparse.csr_array | None) -> sparse.csr_array | None:
        """Return the entries that every row of a unit has."""
        if listed is None or self.unit_of_row is None:
            return listed
        ones = sparse.csr_array((np.ones(listed.nnz), listed.indices, listed.indptr), listed.shape)
        counts = sort_entries(self.matrix @ ones)
        rows = np.repeat(np.arange(self.count), np.diff(counts.indptr))
        whole = counts.data == np.bincount(self.unit_of_row, minlength=self.count)[rows]
        place = (rows[whole], counts.indices[whole])
        return sort_entries(sparse.csr_array((np.ones(int(whole.sum())), place), counts.shape))

    def keep_allowed(self, allowed: Bools | None) -> Bools | None:
        """Return who may serve every row of a unit, (units, territories)."""
        if allowed is None or self.unit_of_row is None:
            return allowed
        barred = self.matrix @ (~allowed).astype(float)
        return np.asarray(barred == 0)

    def merge_travel(self, term: TravelTerm) -> TravelTerm:
        """Return the travel of each unit to all of its rows' points."""
        if self.unit_of_row is None:
            return term
        order, indptr = self._sort_rows()
        return replace(term, points=term.points[order], weights=term.weights[order], indptr=indptr)

    def merge_points(self, sites: Sites) -> Sites:
        """Return the sites, where centres may stand at any row's point, with each unit's points."""
        if self.unit_of_row is None or sites.points is None:
            return sites
        order, indptr = self._sort_rows()
        return replace(
            sites,
            points=sites.points[order],
            weights=sites.heavy[order],
            indptr=indptr,
            sites=sites.spots,
        )

    def _sort_rows(self) -> tuple[Ints, Ints]:
        """Return the rows unit by unit, and where each unit's begin, (units + 1,)."""
        assert self.unit_of_row is not None
        counts = np.bincount(self.unit_of_row, minlength=self.count)
        indptr = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
        return np.argsort(self.unit_of_row, kind="stable"), indptr

    def pick(self, given: npt.ArrayLike | None, name: str) -> Ints | None:
        """Return one number for each unit: the largest of its rows' (-1 is none).

        Raises
        ------
        ValueError
            When there is not one whole number for each row.
        """
        if given is None:
            return None
        array = read_whole(given, name, self.rows)
        if self.unit_of_row is None:
            return array
        picked = np.full(self.count, -1, dtype=np.int64)
        np.maximum.at(picked, self.unit_of_row, array)
        return picked

    def move_neighbours(self, given: npt.ArrayLike | None) -> Ints | None:
        """Return the pairs of units whose rows touch."""
        if given is None:
            return None
        edges = read_edges(given, self.rows)
        return edges if self.unit_of_row is None else self.unit_of_row[edges]

    def keep_neighbours(self, given: npt.ArrayLike | None) -> Ints | None:
        """Return the pairs of rows that touch, None where every unit's rows hang together."""
        if given is None or self.unit_of_row is None:
            return None
        from scipy.sparse.csgraph import connected_components

        edges = read_edges(given, self.rows)
        inside = edges[self.unit_of_row[edges[:, 0]] == self.unit_of_row[edges[:, 1]]]
        ones = (np.ones(len(inside)), (inside[:, 0], inside[:, 1]))
        graph = sparse.coo_array(ones, shape=(self.rows, self.rows))
        return None if connected_components(graph, directed=False)[0] == self.count else edges


def group_families(
    families: npt.ArrayLike | None, held: npt.ArrayLike | None, rows: int, names: Sequence[str]
) -> Grouping:
    """Return which rows stay together.

    Parameters
    ----------
    families
        Family of each row, -1 for none, (rows,).
    held
        Territory that each row is held to, -1 for none, (rows,).
    rows
        How many rows there are.
    names
        Names of the rows.

    Raises
    ------
    ValueError
        When members of one family are held to different territories.
    """
    if families is None:
        return Grouping(rows=rows, count=rows)
    family = read_whole(families, "families", rows)
    if held is not None:
        _refuse_split(family, read_whole(held, "held", rows), names)
    alone = family < 0
    keys = np.where(alone, np.arange(rows), rows + family)
    _, first, inverse = np.unique(keys, return_index=True, return_inverse=True)
    order = np.argsort(np.argsort(first, kind="stable"), kind="stable")
    return Grouping(rows=rows, count=len(first), unit_of_row=order[inverse].astype(np.int64))


def _refuse_split(family: Ints, held: Ints, names: Sequence[str]) -> None:
    first: dict[int, int] = {}
    for row in np.flatnonzero((family >= 0) & (held >= 0)).tolist():
        other = first.setdefault(int(family[row]), row)
        if held[other] != held[row]:
            raise ValueError(
                f"family {int(family[row])} is split by holds: {names[other]} is held to territory "
                f"{int(held[other])} and {names[row]} to territory {int(held[row])}"
            )


def merge_weights(grouping: Grouping, given: Mapping[str, Any] | None) -> dict[str, Any]:
    """Return the measures with their rows added up by unit.

    Parameters
    ----------
    grouping
        Which rows make up which unit.
    given
        (rows,) or (rows, territories) each.

    Raises
    ------
    ValueError
        When an array has another number of rows.
    """
    merged = {}
    for name, amounts in read_mapping(given, "measures", "amounts by name").items():
        found = np.shape(amounts)
        if not found or found[0] != grouping.rows:
            raise ValueError(
                f"measure {name!r} has shape {tuple(found)}; it must have {grouping.rows} rows, one a unit"
            )
        merged[name] = grouping.add_up(amounts)
    return merged


def collapse_members(given: Ints, members: Ints | None, units: int, territories: int) -> Ints:
    """Return the territory of each unit from that of each row, -1 where members disagree.

    Parameters
    ----------
    given
        Territories, -1 where unknown, by rows or by units.
    members
        Unit of each row, None where rows are units, (rows,).
    units, territories
        How many there are.

    Raises
    ------
    ValueError
        When the length fits neither rows nor units, or an entry names no territory.
    """
    rows = units if members is None else len(members)
    if given.shape not in ((rows,), (units,)):
        raise ValueError(f"start has {given.size} territories for {rows} rows")
    if given.size and not (given.min() >= -1 and given.max() < territories):
        raise ValueError(f"start names territories outside of -1 to {territories - 1}")
    if members is None or given.shape != (rows,):
        return given
    low = np.full(units, territories, dtype=np.int64)
    high = np.full(units, -1, dtype=np.int64)
    np.minimum.at(low, members, given)
    np.maximum.at(high, members, given)
    return np.where(low == high, low, -1)
