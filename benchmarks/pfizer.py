"""Sales bricks: rep offices, a band on the workload, travel against disruption."""

from __future__ import annotations

import argparse
import csv
import re
from pathlib import Path

import numpy as np
import numpy.typing as npt

from benchmarks.table import Table, read_references
from planner.territories import AlignmentProblem, align

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Say what the command takes."""
    parser.add_argument("folder", type=Path, help="folder with best_known.csv and the bricks")
    parser.add_argument("--time-limit", type=float, default=60.0, help="seconds for each instance")
    parser.add_argument("--seed", type=int, default=0)


def read_bricks(path: Path) -> tuple[Floats, Ints, Floats]:
    """Return the index, the current rep (-1 none) and the distances of each brick."""
    with path.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    index = np.array([float(row["index"]) for row in rows])
    owner = np.array([int(float(row["current_sr"] or 0)) - 1 for row in rows])
    columns = [name for name in rows[0] if name.startswith("d_")]
    if columns:
        return index, owner, np.array([[float(row[name]) for name in columns] for row in rows])
    points = np.array([[float(row["x"]), float(row["y"])] for row in rows])
    offices = {
        int(float(row["office_of_sr"])) - 1: number
        for number, row in enumerate(rows)
        if row["office_of_sr"]
    }
    homes = points[[offices[rep] for rep in sorted(offices)]]
    return index, owner, np.linalg.norm(points[:, None] - homes[None], axis=2)


def make_problem(name: str, folder: Path) -> AlignmentProblem:
    """Return the problem that an instance's name describes."""
    size, goal, low, high = re.match(r"(\w+)_min_(\w+)_\[([\d.]+),([\d.]+)\]", name).groups()  # type: ignore[union-attr]
    index, owner, distance = read_bricks(folder / f"bricks_{size}.csv")
    stays = owner[:, None] == np.arange(distance.shape[1])
    cost = distance if goal == "distance" else np.where(stays, 0.0, index[:, None])
    return AlignmentProblem.from_arrays(
        cost, {"index": index}, lower={"index": float(low)}, upper={"index": float(high)}
    )


def run(arguments: argparse.Namespace) -> None:
    """Solve every instance and print the table."""
    table = Table()
    for name, reference in read_references(arguments.folder / "best_known.csv").items():
        problem = make_problem(name, arguments.folder)
        result = align(problem, seed=arguments.seed, time_limit=arguments.time_limit)
        table.add(
            name,
            value=result.cost,
            reference=reference,
            bound=result.bound,
            proven=result.gap,
            seconds=result.seconds,
            status=result.status,
        )
    table.close("pfizer bricks")
