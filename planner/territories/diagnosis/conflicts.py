"""Why no alignment keeps the rules: what adding up shows, the rules in conflict, the least relief."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import chain

import numpy as np
import numpy.typing as npt

from planner.territories.diagnosis.bunches import bunch_units
from planner.territories.diagnosis.counts import count_large_units, count_obstacles
from planner.territories.diagnosis.moves import count_forced_moves
from planner.territories.diagnosis.pieces import count_pieces_apart
from planner.territories.diagnosis.proof import prove
from planner.territories.diagnosis.relaxation import NOTHING, Relaxation, Relaxed
from planner.territories.diagnosis.terms import (
    Conflict,
    Obstacle,
    Relief,
    RuleGroup,
    Scales,
    hard_rows,
)
from planner.territories.problem import AlignmentProblem

Floats = npt.NDArray[np.float64]
MOST_PAIRS = 24_000
"""Above so many units times territories, units are taken in bunches."""
MOST_LOOKED_AT = 1_000_000
"""Above so many units times territories, only the counting is done."""
MOST_WHOLE = 600
"""Up to so many units times territories, units are kept whole as well."""
STRUCTURE = {"holds": 1.0, "eligibility": 2.0}
"""What letting go of all accounts weighs beside a tolerance of 1."""


def find_obstacles(problem: AlignmentProblem, scales: Scales | None = None) -> tuple[Obstacle, ...]:
    """Find what cannot be, by adding up alone.

    Each obstacle proves that no alignment keeps the rules; that there is none proves nothing.
    Looked at are single territories, the lists of who may serve, their unions in pairs, the
    connected parts of who may serve what, and all: what must be there against the upper limits,
    and what can be there against the lower ones.

    Parameters
    ----------
    problem
        What is to be aligned; nothing is found unless its territories are given.
    scales
        What one whole of a relief is, where the problem does not tell.

    Returns
    -------
    tuple of Obstacle
        Empty where adding up shows nothing.
    """
    if problem.kind != "territories":
        return ()
    told = scales or Scales()
    return tuple(
        chain(
            count_forced_moves(problem, told),
            count_large_units(problem),
            count_obstacles(problem, told),
            count_pieces_apart(problem, told),
        )
    )


def find_conflict(problem: AlignmentProblem, scales: Scales | None = None) -> Conflict | None:
    """Find an irreducible set of rules that cannot stand together, and the least relief.

    Units may be split between territories here, so what is found impossible is; small problems
    are looked at with whole units as well. Deletion filtering: each group of rules is left out
    in turn, and stays out where the others still cannot stand.

    Parameters
    ----------
    problem, scales
        As in :func:`find_obstacles`.

    Returns
    -------
    Conflict or None
        None where the rules can stand together as far as these models see; where the
        territories are not given; and where there are too many units and territories to look.
    """
    pairs = problem.unit_count * problem.territory_count
    if problem.kind != "territories" or pairs > MOST_LOOKED_AT:
        return None
    told = scales or Scales()
    model = make_relaxation(problem, told)
    split = _examine(model)
    if pairs > MOST_WHOLE:
        return split
    whole = _examine(make_relaxation(problem, told, whole=True))
    return split if whole is None else replace(whole, whole_units=split is None)


def make_relaxation(
    problem: AlignmentProblem, scales: Scales, *, whole: bool = False
) -> Relaxation:
    """Return the model in which rules may give way, of a size that is soon solved.

    Parameters
    ----------
    problem, scales
        As in :func:`find_obstacles`.
    whole
        Whether units may not be split.
    """
    rows = hard_rows(problem)
    _, hold_of_unit = scales.hold_groups(problem)
    most = MOST_PAIRS // problem.territory_count
    bunches = bunch_units(problem, rows, hold_of_unit, problem.unit_count if whole else most)
    return Relaxation(problem=problem, scales=scales, bunches=bunches, rows=rows, whole=whole)


def _examine(model: Relaxation) -> Conflict | None:
    limits = {group: 1.0 for group in model.groups if group.kind not in STRUCTURE}
    strict = model.least(limits)
    if not model.settled or (strict is not None and strict.total <= NOTHING):
        return None
    core = _filter(model, limits)
    reliefs = _single_reliefs(model, core)
    joint = () if reliefs else _joint_reliefs(model, model.groups)
    conflict = Conflict(
        groups=core,
        reliefs=reliefs,
        joint=joint,
        proven=_is_proven(model, strict),
        exact=model.whole,
    )
    return conflict if model.settled else None


def _is_proven(model: Relaxation, strict: Relaxed | None) -> bool:
    """Return whether the conflict of bunches is one of the units themselves."""
    if model.bunches.single or strict is None or strict.weights is None:
        return model.bunches.single
    return prove(model.problem, strict.weights) > NOTHING


def _conflicts(
    model: Relaxation, limits: Mapping[RuleGroup, float], free: Sequence[RuleGroup]
) -> bool:
    """Return whether the groups that are not free cannot stand together."""
    left = model.least({group: w for group, w in limits.items() if group not in free}, free)
    return left is None or left.total > NOTHING


def _filter(model: Relaxation, limits: Mapping[RuleGroup, float]) -> tuple[RuleGroup, ...]:
    """Return groups that cannot stand together, each of which is needed for that."""
    free: list[RuleGroup] = []
    for group in sorted(model.groups, key=_order):
        if _conflicts(model, limits, (*free, group)):
            free.append(group)
    return tuple(group for group in model.groups if group not in free)


def _order(group: RuleGroup) -> int:
    """Return who is left out first: what a planner would rather not hear blamed."""
    order = ("eligibility", "holds", "loss", "budget", "accounts", "measure")
    return order.index(group.kind) if group.kind in order else len(order)


def _single_reliefs(model: Relaxation, core: Sequence[RuleGroup]) -> tuple[Relief, ...]:
    found = []
    for group in core:
        relaxed = model.least({group: 1.0})
        if relaxed is not None and relaxed.reliefs:
            found.append(Relief(group=group, by=relaxed.reliefs[group]))
    return tuple(found)


def _joint_reliefs(model: Relaxation, groups: Sequence[RuleGroup]) -> tuple[Relief, ...]:
    """Return the least of several reliefs together, the holds and eligibility kept if possible."""
    weights = {group: _weight(model, group) for group in groups}
    limits = {group: w for group, w in weights.items() if group.kind not in STRUCTURE}
    relaxed: Relaxed | None = model.least(limits) or model.least(weights)
    if relaxed is None:
        return ()
    return tuple(Relief(group=group, by=by) for group, by in relaxed.reliefs.items())


def _weight(model: Relaxation, group: RuleGroup) -> float:
    if group.kind == "accounts":
        limits = model.problem.max_accounts
        return 1.0 / max(float(limits[np.isfinite(limits)].mean()), 1.0)
    return STRUCTURE.get(group.kind, 1.0)
