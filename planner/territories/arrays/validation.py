"""Checks of a problem before anything is solved: each raises a message that names what is wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from planner.territories.arrays.numbers import LARGEST

if TYPE_CHECKING:
    from planner.territories.problem import AlignmentProblem

Floats = npt.NDArray[np.float64]


def check_problem(problem: AlignmentProblem) -> None:
    """Check that the parts of a problem agree.

    Parameters
    ----------
    problem
        What was built.

    Raises
    ------
    ValueError
        Naming the unit, territory or measure.
    """
    _check_counts(problem)
    _check_shapes(problem)
    _check_measures(problem)
    _check_numbers(problem)
    _check_edges(problem)
    _check_holds(problem)


def _check_counts(problem: AlignmentProblem) -> None:
    members = problem.unit_of_member
    units, territories = problem.unit_count, problem.territory_count
    rows = units if members is None else len(members)
    if territories < 1:
        raise ValueError("at least one territory is needed")
    if territories > rows:
        raise ValueError(f"there are more territories ({territories:,}) than units ({rows:,})")
    _check_sites(problem)


def _check_sites(problem: AlignmentProblem) -> None:
    given = problem.sites
    if given is None or given.centres == "mean":
        return
    spots = given.points if given.sites is None else given.sites
    count = len(spots) if spots is not None else 0 if given.cost is None else given.cost.shape[1]
    wanted = given.count
    if given.fixed is not None:
        wanted = int(np.isnan(given.fixed).any(axis=1).sum())
    if wanted > count:
        raise ValueError(f"{wanted:,} centres are wanted, but there are only {count:,} sites")


def _check_shapes(problem: AlignmentProblem) -> None:
    units, territories = problem.unit_count, problem.territory_count
    wanted = {
        "class_of_unit": (problem.class_of_unit.shape, (units,)),
        "allowed": (problem.allowed.shape, (len(problem.allowed), territories)),
        "held": (problem.held.shape, (units,)),
        "current": (problem.current.shape, (units,)),
        "unit_accounts": (problem.unit_accounts.shape, (units,)),
    }
    if problem.listed is not None:
        wanted["listed"] = (problem.listed.shape, (units, territories))
    stays = {budget.name: budget.stay for budget in problem.budgets}
    stays |= {f"loss of {loss.name}": loss.stay for loss in problem.loss_limits}
    for name, stay in stays.items():
        wanted[f"stay of {name}"] = (stay.shape, (units, territories))
    for name, (found, needed) in wanted.items():
        if tuple(found) != needed:
            raise ValueError(f"{name} has shape {tuple(found)}; it must be {needed}")


def _check_measures(problem: AlignmentProblem) -> None:
    names = [measure.name for measure in problem.measures]
    if len(set(names)) < len(names):
        raise ValueError(f"two measures share a name: {', '.join(sorted(names))}")
    for measure in problem.measures:
        if measure.amounts.shape != (problem.unit_count,):
            raise ValueError(
                f"measure {measure.name!r} has shape {measure.amounts.shape}; it must be ({problem.unit_count},)"
            )
        _check_amounts(problem, measure.name, measure.amounts, measure.amounts)
        table = getattr(measure.by_pair, "amounts", None)
        if isinstance(table, np.ndarray):
            _check_amounts(problem, measure.name, table.min(axis=1), table.sum(axis=1))
        elif table is not None:
            sums = np.asarray(table.sum(axis=1)).ravel()
            _check_amounts(
                problem, measure.name, np.minimum(table.min(axis=1).toarray().ravel(), sums), sums
            )
        _check_limits(problem, measure.name, measure.lower, measure.upper)


def _check_amounts(problem: AlignmentProblem, name: str, least: Floats, sums: Floats) -> None:
    bad = np.flatnonzero(~(np.abs(sums) <= LARGEST))
    if len(bad):
        raise ValueError(
            f"measure {name!r} of {problem.unit_ids[int(bad[0])]} is not a number, or too large"
        )
    bad = np.flatnonzero(least < 0)
    if len(bad):
        unit = int(bad[0])
        raise ValueError(
            f"measure {name!r} of {problem.unit_ids[unit]} is {least[unit]:g}; it must not be negative"
        )


def _check_limits(problem: AlignmentProblem, name: str, lower: Floats, upper: Floats) -> None:
    if np.isnan(lower).any() or np.isnan(upper).any():
        raise ValueError(f"a limit of measure {name!r} is not a number")
    if np.isposinf(lower).any() or np.isneginf(upper).any():
        raise ValueError(f"a limit of measure {name!r} is infinite, and nothing can keep it")
    if lower.shape != upper.shape:
        raise ValueError(
            f"the limits of measure {name!r} differ in length: {len(lower)} and {len(upper)}"
        )
    bad = np.flatnonzero(lower > upper)
    if len(bad):
        place = int(bad[0])
        who = (
            problem.territory_ids[place]
            if len(lower) == problem.territory_count
            else f"site {place}"
        )
        raise ValueError(
            f"measure {name!r}, {who}: the lower limit {lower[place]:g} is above the upper {upper[place]:g}"
        )


def _check_numbers(problem: AlignmentProblem) -> None:
    if np.isnan(problem.max_accounts).any() or (problem.max_accounts < 0).any():
        raise ValueError("max_accounts must be 0 or more for every territory")
    bad = np.flatnonzero(~((problem.unit_accounts >= 0) & (problem.unit_accounts <= LARGEST)))
    if len(bad):
        raise ValueError(
            f"unit_accounts of {problem.unit_ids[int(bad[0])]} must be a number of 0 or more"
        )
    for name, array in (("held", problem.held), ("current", problem.current)):
        bad = np.flatnonzero((array < -1) | (array >= problem.territory_count))
        if len(bad):
            unit = int(bad[0])
            raise ValueError(
                f"{name} of {problem.unit_ids[unit]} is territory {int(array[unit])}, which does not exist"
            )
    for budget in problem.budgets:
        if np.isnan(budget.limit) or budget.limit < 0:
            raise ValueError(f"the budget of {budget.name} is {budget.limit}; it must be 0 or more")


def _check_edges(problem: AlignmentProblem) -> None:
    edges = problem.neighbours
    if edges is None:
        return
    if edges.ndim != 2 or edges.shape[1] != 2:
        raise ValueError(f"neighbours has shape {edges.shape}; it must be (edges, 2)")
    if len(edges) and (edges.min() < 0 or edges.max() >= problem.unit_count):
        raise ValueError("neighbours name a unit that does not exist")


def _check_holds(problem: AlignmentProblem) -> None:
    units = np.flatnonzero(problem.held >= 0)
    bad = units[~problem.eligible_pairs(units, problem.held[units])]
    if len(bad):
        unit = int(bad[0])
        raise ValueError(
            f"{problem.unit_ids[unit]} is held to {problem.territory_ids[int(problem.held[unit])]}, "
            "which is not eligible to serve it"
        )
