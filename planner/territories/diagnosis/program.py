"""A linear program of rules that may give way, as OR-Tools takes it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import sparse

from planner.territories.diagnosis.proof import Weights
from planner.territories.diagnosis.terms import RuleGroup

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
MOST_RELIEF = 1e5
WHOLE_SETTINGS = (
    "num_workers:1,max_deterministic_time:{seconds},mip_var_scaling:1e6,mip_max_bound:1e12"
)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Block:
    """Rows of one group: amounts of columns, limits, and by how much a relief moves them.

    Parameters
    ----------
    group
        Whose they are.
    matrix
        (rows, columns)
    lower, upper, step
        (rows,)
    label
        Of the limited amount; empty for a structural rule.
    """

    group: RuleGroup
    matrix: sparse.csr_array
    lower: Floats
    upper: Floats
    step: Floats
    label: str = ""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Part:
    """Rows of one block on one side, as they stand in the program.

    Parameters
    ----------
    label
        Of the limited amount.
    place
        Which of its limits, (rows,).
    factor
        What the amount was multiplied by, negative on the lower side, (rows,).
    """

    label: str
    place: Ints
    factor: Floats


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Program:
    """A linear program over shares of bunches and reliefs, rows scaled to about 1."""

    matrix: sparse.csr_matrix
    lower: Floats
    upper: Floats
    bunches: int
    parts: tuple[_Part, ...]

    def solve(
        self, weights: Floats, shares: int, whole: bool, seconds: float
    ) -> tuple[Floats | None, Floats | None, bool]:
        """Return the columns' values and the rows' duals, and whether the question is settled.

        Parameters
        ----------
        weights
            Cost of a relief of 1, (reliefs,).
        shares
            How many of the columns are shares.
        whole
            Whether those must be 0 or 1.
        seconds
            Most deterministic time for whole shares.
        """
        from ortools.linear_solver.python import model_builder_helper as builder

        model: Any = builder.ModelBuilderHelper()
        ceiling = np.concatenate([np.ones(shares), np.full(len(weights), MOST_RELIEF)])
        cost = np.concatenate([np.zeros(shares), weights])
        model.fill_model_from_sparse_data(
            np.zeros(len(cost)), ceiling, cost, self.lower, self.upper, self.matrix
        )
        for column in range(shares if whole else 0):
            model.set_var_integrality(column, True)  # noqa: FBT003 (a compiled signature)
        solver = builder.ModelSolverHelper("sat" if whole else "glop")
        solver.set_solver_specific_parameters(f"max_deterministic_time:{seconds}")
        if whole:
            solver.set_solver_specific_parameters(WHOLE_SETTINGS.format(seconds=seconds))
        solver.solve(model)
        status = solver.status()
        settled = status in (builder.SolveStatus.OPTIMAL, builder.SolveStatus.INFEASIBLE)
        if status not in (builder.SolveStatus.OPTIMAL, builder.SolveStatus.FEASIBLE):
            return None, None, settled
        duals = None if whole else np.asarray(solver.dual_values(), dtype=float)
        return np.asarray(solver.variable_values(), dtype=float), duals, settled

    def weigh(self, duals: Floats, cost: Floats, labels: Mapping[str, int]) -> Weights:
        """Return the duals as weights of the limits that no relief undercuts.

        Parameters
        ----------
        duals
            (rows,)
        cost
            Of a relief of 1, (reliefs,).
        labels
            How many limits there are under each label.
        """
        weight = np.maximum(-duals, 0.0)
        weight[: self.bunches] = 0.0
        reliefs = -(self.matrix[:, -len(cost) :].T @ weight) if len(cost) else np.zeros(0)
        # The duals keep to the reliefs' costs but for rounding: scaled down, they surely do.
        weight /= max(1.0, float((reliefs / cost).max(initial=0.0)))
        prices = {label: np.zeros(count) for label, count in labels.items()}
        start = self.bunches
        for part in self.parts:
            rows = weight[start : start + len(part.place)]
            start += len(part.place)
            if part.label:
                prices[part.label][part.place] += rows * part.factor
        return Weights(
            prices=prices, constant=float(weight[self.bunches :] @ self.upper[self.bunches :])
        )


def assemble(blocks: list[Block], bunch: Ints, bunches: int, names: list[RuleGroup]) -> Program:
    """Return the program: each bunch is shared out, each block kept up to its group's relief.

    Parameters
    ----------
    blocks
        The rows that are kept.
    bunch
        Of each column, (columns,).
    bunches
        How many there are.
    names
        The groups that have a relief.
    """
    place = (bunch, np.arange(len(bunch)))
    ones = sparse.csr_array((np.ones(len(bunch)), place), shape=(bunches, len(bunch)))
    rows = [sparse.hstack([ones, sparse.csr_array((bunches, len(names)))])]
    limits, parts = [np.ones(bunches)], []
    for block in blocks:
        for sign, limit in ((1.0, block.upper), (-1.0, -block.lower)):
            used = np.flatnonzero(np.isfinite(limit))
            scale = 1.0 / _row_scale(block, limit)[used]
            relief = np.zeros((len(used), len(names)))
            if block.group in names:
                relief[:, names.index(block.group)] = -block.step[used] * scale
            amounts = sparse.diags_array(sign * scale) @ block.matrix[used]
            rows.append(sparse.hstack([amounts, sparse.csr_array(relief)]))
            limits.append(limit[used] * scale)
            parts.append(_Part(label=block.label, place=used, factor=sign * scale))
    upper = np.concatenate(limits)
    return Program(
        matrix=sparse.csr_matrix(sparse.vstack(rows)),
        lower=np.where(np.arange(len(upper)) < bunches, 1.0, -np.inf),
        upper=upper,
        bunches=bunches,
        parts=tuple(parts),
    )


def _row_scale(block: Block, limit: Floats) -> Floats:
    scale = np.where(block.step > 0, block.step, np.abs(np.where(np.isfinite(limit), limit, 0.0)))
    return np.asarray(np.where(scale > 0, scale, 1.0))
