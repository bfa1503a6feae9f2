"""Districts of counties: centres among the counties, two-sided limits, with and without contiguity."""

from __future__ import annotations

import argparse
import csv
from pathlib import Path

import numpy as np

from benchmarks.table import Table
from planner.territories import AlignmentProblem, align


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Say what the command takes."""
    parser.add_argument("folder", type=Path, help="folder with best_known.csv and the states")
    parser.add_argument("--time-limit", type=float, default=60.0, help="seconds for each instance")
    parser.add_argument("--only", default="", help="run instances whose name contains this")
    parser.add_argument("--seed", type=int, default=0)


def read_problem(folder: Path, row: dict[str, str]) -> AlignmentProblem:
    """Return the problem of one row of the table of references."""
    state = folder / row["instance"].split("_", maxsplit=1)[0]
    with (state / "nodes.csv").open(newline="", encoding="utf-8") as file:
        people = np.array([float(node["population"]) for node in csv.DictReader(file)])
    distance = np.loadtxt(state / "distance_km.csv", delimiter=",")
    edges = np.loadtxt(state / "edges.csv", delimiter=",", skiprows=1, dtype=np.int64)
    return AlignmentProblem.from_sites(
        people[:, None] * (distance / 1000) ** 2,
        int(row["k"]),
        {"population": people},
        lower={"population": float(row["L"])},
        upper={"population": float(row["U"])},
        neighbours=None if "no_contiguity" in row["instance"] else edges,
    )


def run(arguments: argparse.Namespace) -> None:
    """Solve every instance and print the table."""
    with (arguments.folder / "best_known.csv").open(newline="", encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if arguments.only in row["instance"]]
    table = Table()
    for row in rows:
        result = align(
            read_problem(arguments.folder, row),
            seed=arguments.seed,
            time_limit=arguments.time_limit,
        )
        table.add(
            row["instance"],
            value=result.cost,
            reference=float(row["best_known"]),
            bound=result.bound,
            proven=result.gap,
            seconds=result.seconds,
            status=result.status,
        )
    table.close("districting")
