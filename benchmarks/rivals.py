"""Side by side in one run: ours, one CP-SAT model, and spopt, on arrays that each can take.

k-means-constrained chooses centres and cannot take homes, so that it stands in ``kmeans``. What a
rival cannot do is said in its row. spopt runs under another Python that has it.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from benchmarks.companies import make_company
from planner.territories import AlignmentProblem, align
from planner.territories.alignment import evaluate

Floats = npt.NDArray[np.float64]
SPOPT = """
import json, sys, time
import numpy as np, pulp
from spopt.locate import PMedian
given = json.load(sys.stdin)
cost, load = np.array(given["cost"]), np.array(given["load"])
clock = time.perf_counter()
homes = np.arange(cost.shape[1])
model = PMedian.from_cost_matrix(
    cost / load[:, None], load, p_facilities=len(homes), predefined_facilities_arr=homes,
    facility_capacities=np.array(given["most"]),
)
model.solve(pulp.PULP_CBC_CMD(msg=False, timeLimit=given["seconds"], threads=1), results=False)
owner = [-1] * len(cost)
for unit, row in enumerate(model.cli_assgn_vars):
    for home, variable in enumerate(row):
        if (variable.value() or 0) > 0.5:
            owner[unit] = home
print(json.dumps([owner, time.perf_counter() - clock]))
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Say what the command takes."""
    parser.add_argument("sizes", nargs="*", default=("300x6x1", "1000x10x2", "10000x50x2"))
    parser.add_argument("--time-limit", type=float, default=120.0, help="seconds for each rival")
    parser.add_argument("--tolerance", type=float, default=0.05)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--rival-python", type=Path, help="a Python that has spopt")


def tabulate(problem: AlignmentProblem) -> Floats:
    """Return the cost of every pair, (units, territories)."""
    blocks = [term.block(np.arange(problem.unit_count)) for term in problem.terms]
    return np.asarray(sum(blocks[1:], start=blocks[0]), dtype=float)


def solve_cp_sat(problem: AlignmentProblem, arguments: argparse.Namespace) -> Any:
    """Return the territories that one CP-SAT model of all pairs finds, or None."""
    from ortools.sat.python import cp_model

    cost = tabulate(problem)
    whole = np.rint(cost * (1e6 / cost.max())).astype(np.int64)
    model: Any = cp_model.CpModel()
    chosen = [[model.new_bool_var("") for _ in row] for row in whole]
    for row in chosen:
        model.add_exactly_one(row)
    for measure in problem.measures:
        amounts = np.rint(measure.amounts * 1000).astype(np.int64).tolist()
        for territory in range(problem.territory_count):
            total = cp_model.LinearExpr.weighted_sum([row[territory] for row in chosen], amounts)
            low, high = measure.lower[territory] * 1000, measure.upper[territory] * 1000
            model.add_linear_constraint(total, int(np.ceil(low)), int(np.floor(high)))
    flat = [variable for row in chosen for variable in row]
    model.minimize(cp_model.LinearExpr.weighted_sum(flat, whole.ravel().tolist()))
    solver: Any = cp_model.CpSolver()
    solver.parameters.max_time_in_seconds = arguments.time_limit
    solver.parameters.num_workers = 2
    if solver.solve(model) not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return None
    return np.array([[solver.boolean_value(one) for one in row] for row in chosen]).argmax(axis=1)


def solve_spopt(problem: AlignmentProblem, arguments: argparse.Namespace) -> Any:
    """Return the territories that spopt's capacitated p-median of fixed homes finds, or None."""
    measure = problem.measures[0]
    given = {
        "cost": tabulate(problem).tolist(),
        "load": measure.amounts.tolist(),
        "most": measure.upper.tolist(),
        "seconds": arguments.time_limit,
    }
    answer = subprocess.run(
        [str(arguments.rival_python), "-c", SPOPT],
        input=json.dumps(given),
        capture_output=True,
        check=False,
        text=True,
        timeout=20 * arguments.time_limit,
    )
    if answer.returncode:
        raise RuntimeError(answer.stderr.strip().splitlines()[-1])
    owner = np.array(json.loads(answer.stdout)[0])
    return owner if (owner >= 0).all() else None


def solve_ours(problem: AlignmentProblem, arguments: argparse.Namespace) -> Any:
    """Return ours at the counted effort, or None."""
    result = align(problem, seed=arguments.seed)
    return None if result.alignment is None else result.alignment.territory_of


def show(
    name: str, solve: Callable[[AlignmentProblem, argparse.Namespace], Any], *what: Any
) -> None:
    """Run one and print what it found, in the words of our rules."""
    problem, arguments = what
    start, spent = time.perf_counter(), time.process_time()
    try:
        owner = solve(problem, arguments)
        words = "no alignment found" if owner is None else judge(problem, owner)
    except (RuntimeError, subprocess.TimeoutExpired, MemoryError) as problem_of_rival:
        words = f"could not: {str(problem_of_rival)[:120]}"
    seconds, spent = time.perf_counter() - start, time.process_time() - spent
    print(f"  {name:18}{seconds:9.1f} s {spent:9.1f} s cpu here  {words}", flush=True)


def judge(problem: AlignmentProblem, owner: Any) -> str:
    """Return cost and broken rules of an alignment."""
    found = evaluate(problem, np.asarray(owner, dtype=np.int64))
    broken = len(found.violations)
    return f"cost {found.cost:,.2f}" + (f", {broken} limits broken" if broken else ", keeps all")


def run(arguments: argparse.Namespace) -> None:
    """Solve the same companies with each and print cost, seconds and broken limits."""
    for size in arguments.sizes:
        units, territories, measures = (int(part) for part in size.split("x"))
        problem = make_company(
            units, territories, measures, tolerance=arguments.tolerance, seed=arguments.seed
        )
        print(f"{size}, every measure within {arguments.tolerance:.0%}")
        show("planner", solve_ours, problem, arguments)
        show("one CP-SAT model", solve_cp_sat, problem, arguments)
        if arguments.rival_python is None:
            print("  spopt              not run: give --rival-python")
        elif units * territories > 100_000:
            print("  spopt              not run: a model in Python of more than 100,000 pairs")
        else:
            show("spopt", solve_spopt, problem, arguments)
            print("  spopt has no lower limits and one measure: the others' limits are left out")
