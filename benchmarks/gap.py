"""Generalised assignment: cost and workload depend on the pair, upper limits only."""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np

from benchmarks.table import Table, read_references
from planner.territories import AlignmentProblem, align


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Say what the command takes."""
    parser.add_argument("folder", type=Path, help="folder with best_known.csv and the instances")
    parser.add_argument("--time-limit", type=float, default=60.0, help="seconds for each instance")
    parser.add_argument("--only", default="", help="run instances whose name contains this")
    parser.add_argument("--seed", type=int, default=0)


def read_problem(path: Path) -> AlignmentProblem:
    """Return the problem of one file of the OR-Library's format."""
    numbers = np.array(path.read_text(encoding="utf-8").split(), dtype=float)
    agents, jobs = int(numbers[0]), int(numbers[1])
    tables = numbers[2 : 2 + 2 * agents * jobs].reshape(2, agents, jobs)
    capacity = numbers[2 + 2 * agents * jobs :][:agents]
    return AlignmentProblem.from_arrays(
        tables[0].T, {"workload": tables[1].T}, upper={"workload": capacity}
    )


def run(arguments: argparse.Namespace) -> None:
    """Solve every instance and print the table."""
    references = read_references(arguments.folder / "best_known.csv")
    families: dict[str, list[str]] = {}
    for name in references:
        if arguments.only in name:
            stem = name.split("/")[-1]
            family = "gap1-12" if stem.startswith("gap") else f"type {stem[0]}"
            families.setdefault(family, []).append(name)
    for family, names in families.items():
        table = Table()
        for name in names:
            result = align(
                read_problem(arguments.folder / name),
                seed=arguments.seed,
                time_limit=arguments.time_limit,
            )
            table.add(
                name,
                value=result.cost,
                reference=references[name],
                bound=result.bound,
                proven=result.gap,
                seconds=result.seconds,
                status=result.status,
            )
        table.close(family)
