"""Capacitated p-median: free centres among the points, upper limits."""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np

from benchmarks.table import Table, read_references
from planner.territories import AlignmentProblem, align


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Say what the command takes."""
    parser.add_argument("folder", type=Path, help="folder with best_known.csv and the instances")
    parser.add_argument("--time-limit", type=float, default=10.0, help="seconds for each instance")
    parser.add_argument("--only", default="", help="run instances whose name contains this")
    parser.add_argument("--large", action="store_true", help="the instances of 10,150 points")
    parser.add_argument("--seed", type=int, default=0)


def read_problem(path: Path, *, rounded_down: bool) -> AlignmentProblem:
    """Return the problem of one file: number of points and centres, then x, y, capacity, demand."""
    numbers = np.array(path.read_text(encoding="utf-8").split(), dtype=float)
    count, centres = int(numbers[0]), int(numbers[1])
    rows = numbers[2 : 2 + 4 * count].reshape(count, 4)
    points, capacity, demand = rows[:, :2], rows[:, 2], rows[:, 3]
    limit = float(capacity[0]) if (capacity == capacity[0]).all() else capacity
    limits = {"measures": {"demand": demand}, "upper": {"demand": limit}}
    if not rounded_down:
        return AlignmentProblem.from_points(points, centres, **limits)
    gaps = points[:, None, :] - points[None, :, :]
    return AlignmentProblem.from_sites(
        np.floor(np.hypot(gaps[..., 0], gaps[..., 1])), centres, **limits
    )


def run(arguments: argparse.Namespace) -> None:
    """Solve every instance and print the table."""
    table_name = "best_known_large.csv" if arguments.large else "best_known.csv"
    references = read_references(arguments.folder / table_name)
    table = Table()
    for name, reference in references.items():
        if arguments.only not in name:
            continue
        path = next(p for p in sorted(arguments.folder.glob(f"{name}.*")) if p.suffix != ".csv")
        result = align(
            # The group of cpmp01 to cpmp20 is published with each distance rounded down.
            read_problem(path, rounded_down=name.startswith("cpmp")),
            seed=arguments.seed,
            time_limit=arguments.time_limit,
        )
        table.add(
            name,
            value=result.cost,
            reference=reference,
            bound=result.bound,
            proven=result.gap,
            seconds=result.seconds,
            status=result.status,
        )
    table.close("cpmp")
