"""The one CP-SAT model: some units, their candidates, and the rows that they share."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from planner.territories.given.moves import Ground

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
COST_RANGE = 2.0**40
AMOUNT_RANGE, SOFT_RANGE = 2.0**28, 2.0**22
FINER = 2.0**8
"""How much finer costs and amounts are told apart where a proof depends on it."""
LARGEST_SUM = 2.0**60
"""No sum of costs and penalties may be larger than what the solver can count to."""
LARGEST_WHOLE = 2.0**40
"""Whole amounts up to here are taken as they are, without rounding."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Piece:
    """Some units to be assigned afresh while everything else stays.

    Parameters
    ----------
    start
        Candidates of the piece's unit ``i`` are ``start[i]:start[i + 1]``, (units + 1,).
    territory
        Of each candidate, (candidates,).
    cost
        Of each candidate, (candidates,).
    amounts
        What each adds to every column, (candidates, columns).
    rest
        Totals without these units, (territories, columns), plan-wide ones in row 0.
    hint
        Which candidate each unit has now, (units,); empty where there is nothing to go by.
    hard
        Which columns have limits that must hold, (columns,).
    elastic
        Whether hard limits may be broken at the ground's slopes.
    outer
        Whether rounding must never forbid what is allowed: for a proof, instead of never
        allowing what is forbidden.
    clauses
        Candidates of which one must be taken, or one of the second list must not be.
    cutoff
        Only choices that cost no more are looked for, where no limit is soft or elastic.
    """

    start: Ints
    territory: Ints
    cost: Floats
    amounts: Floats
    rest: Floats
    hint: Ints
    hard: Bools
    elastic: bool = False
    outer: bool = False
    clauses: tuple[tuple[list[int], list[int]], ...] = ()
    cutoff: float = np.inf


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Answer:
    """What CP-SAT says of a piece.

    Parameters
    ----------
    chosen
        Candidate of each unit, (units,), or None.
    finished
        Whether it is proven best, or proven impossible.
    bound
        No choice costs less, soft and elastic limits included; minus infinity when unknown.
    work
        Deterministic seconds spent.
    """

    chosen: Ints | None
    finished: bool
    bound: float
    work: float


def solve_piece(
    ground: Ground, piece: Piece, *, work: float, seed: int, seconds: float = np.inf
) -> Answer:
    """Assign a piece's units at least cost, within the limits of the rows they share.

    Parameters
    ----------
    ground
        Limits and slopes.
    piece
        The units.
    work
        Deterministic seconds at most.
    seed
        Of the solver.
    seconds
        Seconds of the clock at most.
    """
    from ortools.sat.python import cp_model

    model: Any = cp_model.CpModel()
    chosen = [model.new_bool_var("") for _ in range(len(piece.cost))]
    for first, last in zip(piece.start[:-1].tolist(), piece.start[1:].tolist(), strict=True):
        model.add_exactly_one(chosen[first:last])
    least = np.minimum.reduceat(piece.cost, piece.start[:-1])
    over = piece.cost - np.repeat(least, np.diff(piece.start))
    scale = _cost_scale(ground, piece, over)
    costs = np.floor(over * scale) if piece.outer else np.rint(over * scale)
    objective = _Objective(list(chosen), costs.astype(np.int64).tolist(), scale)
    for territory in np.unique(piece.territory).tolist():
        at = np.flatnonzero(piece.territory == territory)
        for column in np.flatnonzero(ground.wide == 0).tolist():
            _add_row(model, chosen, objective, ground, piece, at, (territory, column))
    for column in np.flatnonzero(ground.wide == 1).tolist():
        _add_row(model, chosen, objective, ground, piece, np.arange(len(chosen)), (0, column))
    for taken, left in piece.clauses:
        model.add_bool_or([chosen[c] for c in taken] + [~chosen[c] for c in left])
    total = cp_model.LinearExpr.weighted_sum(objective.variables, objective.weights)
    if np.isfinite(piece.cutoff):
        model.add(total <= int(np.ceil(max(piece.cutoff - least.sum(), -1.0) * scale)))
    model.minimize(total)
    _hint(model, chosen, piece)
    solver: Any = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.random_seed = seed
    # Else it takes Ctrl-C from Python, and leaves it without a handler afterwards.
    solver.parameters.catch_sigint_signal = False
    # Small models: probing and symmetry cost more than they save.
    solver.parameters.cp_model_probing_level = 0
    solver.parameters.symmetry_level = 0
    if piece.outer:
        # Here OR-Tools 9.15 loses answers: it called feasible choices of centres infeasible.
        solver.parameters.presolve_inclusion_work_limit = 0
    solver.parameters.max_deterministic_time = work
    if np.isfinite(seconds):
        solver.parameters.max_time_in_seconds = max(seconds, 0.01)
    status = solver.solve(model)
    return _read_answer(solver, status, chosen, piece, float(least.sum()), scale)


def _hint(model: Any, chosen: list[Any], piece: Piece) -> None:
    if not len(piece.hint):
        return
    hinted = np.zeros(len(chosen), dtype=np.int64)
    hinted[piece.hint] = 1
    for variable, value in zip(chosen, hinted.tolist(), strict=True):
        model.add_hint(variable, value)


@dataclass(slots=True)
class _Objective:
    variables: list[Any]
    weights: list[int]
    scale: float

    def add(self, variable: Any, slope: float, *, outer: bool) -> None:
        weight = slope * self.scale
        self.variables.append(variable)
        self.weights.append(int(np.floor(weight) if outer else max(np.rint(weight), 1)))


def _add_row(
    model: Any,
    chosen: list[Any],
    objective: _Objective,
    ground: Ground,
    piece: Piece,
    at: Ints,
    row: tuple[int, int],
) -> None:
    """Limit one row's total: hard, elastic, or at a price in two zones."""
    from ortools.sat.python import cp_model

    amounts = piece.amounts[at, row[1]]
    used = np.flatnonzero(amounts)
    priced = piece.elastic or not piece.hard[row[1]]
    rest = piece.rest[row]
    low, high = ground.low[row] - rest, ground.high[row] - rest
    if not np.isfinite(low) and not np.isfinite(high):
        return
    factor, exact = _amount_scale(amounts[used], (low, high), soft=priced, outer=piece.outer)
    whole = np.rint(amounts[used] * factor).astype(np.int64)
    units = len(piece.start) - 1
    margin = 0.0 if exact else min(units, len(used)) / 2 * (-1.0 if piece.outer else 1.0)
    total = cp_model.LinearExpr.weighted_sum(
        [chosen[place] for place in at[used].tolist()], whole.tolist()
    )
    reach = int(np.abs(whole).sum())
    if priced:
        _add_zones(model, objective, ground, piece, row, total, (factor, margin, reach), rest)
        return
    most = _clip(np.floor(high * factor - margin + 1e-6), reach)
    least = _clip(np.ceil(low * factor + margin - 1e-6), reach)
    if most < least:
        model.add_bool_or([])
        return
    model.add_linear_constraint(total, least, most)


def _add_zones(
    model: Any,
    objective: _Objective,
    ground: Ground,
    piece: Piece,
    row: tuple[int, int],
    total: Any,
    scaling: tuple[float, float, int],
    rest: float,
) -> None:
    factor, margin, reach = scaling
    zones = (
        (ground.low[row], ground.high[row], ground.inner[row]),
        (ground.far_low[row], ground.far_high[row], ground.outer[row]),
    )
    for low, high, slope in zones:
        if slope <= 0:
            continue
        top = 2 * reach + int(min(abs((low if np.isfinite(low) else 0.0) - rest) * factor, 2.0**52))
        top += int(min(abs((high if np.isfinite(high) else 0.0) - rest) * factor, 2.0**52)) + 2
        off = model.new_int_var(0, top, "")
        objective.add(off, slope / factor, outer=piece.outer)
        if np.isfinite(high):
            model.add(off >= total - _round((high - rest) * factor - margin, up=piece.outer))
        if np.isfinite(low):
            model.add(off >= _round((low - rest) * factor + margin, up=not piece.outer) - total)


def _round(limit: float, *, up: bool) -> int:
    return int(np.ceil(limit - 1e-6) if up else np.floor(limit + 1e-6))


def _clip(limit: float, reach: int) -> int:
    return int(min(max(limit, -reach - 1), reach + 1))


def _cost_scale(ground: Ground, piece: Piece, over: Floats) -> float:
    largest, priced = float(over.max(initial=0.0)), _is_priced(piece)
    whole = largest < LARGEST_WHOLE / len(over) and np.array_equal(over, np.rint(over))
    if not priced and (whole or largest <= 0):
        return 1.0
    if not priced:
        finest = COST_RANGE * (FINER if piece.outer else 1.0)
        return float(finest / (largest * max(np.sqrt(len(over)), 1.0)))
    dearest = _reach_penalties(ground, piece) + largest * len(over)
    room = LARGEST_SUM / dearest if dearest > 1e-200 else 1.0
    if piece.outer or largest <= 0:
        return float(room)
    return float(min(COST_RANGE / (largest * max(np.sqrt(len(over)), 1.0)), room))


def _is_priced(piece: Piece) -> bool:
    return piece.elastic or not piece.hard.all()


def _reach_penalties(ground: Ground, piece: Piece) -> float:
    """Return more than all penalties of limits that may be broken could come to."""
    priced = np.full_like(piece.hard, fill_value=True) if piece.elastic else ~piece.hard
    total = np.abs(piece.amounts).sum(axis=0)
    limits = np.zeros_like(ground.low)
    for limit in (ground.low, ground.high, ground.far_low, ground.far_high):
        limits += np.where(np.isfinite(limit), np.abs(limit - piece.rest), 0.0)
    slopes = np.maximum(ground.inner, 0.0) + np.maximum(ground.outer, 0.0)
    return float(((3.0 * total + limits)[:, priced] * slopes[:, priced]).sum())


def _amount_scale(
    amounts: Floats, limits: tuple[float, float], *, soft: bool, outer: bool
) -> tuple[float, bool]:
    """Return what amounts are multiplied by, and whether nothing is lost in rounding."""
    top = float(np.abs(amounts).max(initial=0.0))
    finite = [abs(limit) for limit in limits if np.isfinite(limit)]
    whole = np.array_equal(amounts, np.rint(amounts)) and top < AMOUNT_RANGE
    if whole and not soft:
        return 1.0, True
    size = max([top * 8, *finite[:1]]) if finite else top * 8
    size = min(size, top * len(amounts)) if top > 0 else max([*finite, 1.0])
    finest = (SOFT_RANGE if soft else AMOUNT_RANGE) * (FINER if outer else 1.0)
    factor = float(finest) / max(size, 1e-200)
    # Where deviations cost, whole amounts need fractions too: limits are seldom whole.
    return (max(2.0 ** np.floor(np.log2(factor)), 1.0), True) if whole else (factor, False)


def _read_answer(
    solver: Any, status: Any, chosen: list[Any], piece: Piece, least: float, scale: float
) -> Answer:
    from ortools.sat.python import cp_model

    work = float(solver.response_proto.deterministic_time)
    if status == cp_model.INFEASIBLE:
        return Answer(chosen=None, finished=True, bound=piece.cutoff, work=work)
    bound = least + solver.best_objective_bound / scale
    if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return Answer(chosen=None, finished=False, bound=-np.inf, work=work)
    values = np.array([solver.boolean_value(variable) for variable in chosen])
    return Answer(
        chosen=np.flatnonzero(values),
        finished=bool(status == cp_model.OPTIMAL),
        bound=bound,
        work=work,
    )
