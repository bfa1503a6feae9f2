"""Linear programs, solved by SciPy's HiGHS at a vertex."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


def solve_program(
    costs: Floats,
    equal: Any,
    equal_to: Floats,
    *,
    most: Any = None,
    at_most: Floats | None = None,
    upper: Floats | None = None,
) -> Floats | None:
    """Minimise costs · x over x >= 0 with the dual simplex method, which ends at a vertex.

    Parameters
    ----------
    costs
        (variables,)
    equal, equal_to
        Sparse (rows, variables) and what each row equals, (rows,).
    most, at_most
        Sparse (rows, variables) and what each row is at most, (rows,).
    upper
        Upper bounds, infinity where there is none, (variables,).

    Returns
    -------
    The vertex, (variables,), or None where nothing satisfies the rows.
    """
    # Loaded where it is used: most commands that read quotas set none.
    from scipy.optimize import linprog

    highest = np.full(len(costs), np.inf) if upper is None else upper
    options: dict[str, Any] = {
        "A_eq": equal,
        "b_eq": equal_to,
        "bounds": np.column_stack([np.zeros(len(costs)), highest]),
        "method": "highs-ds",
    }
    if most is not None and at_most is not None and len(at_most):
        options |= {"A_ub": most, "b_ub": at_most}
    solution = linprog(costs, **options).x
    return None if solution is None else np.asarray(solution, dtype=np.float64)
