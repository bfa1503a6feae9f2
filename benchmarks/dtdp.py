"""Connected territories of a planar graph: three measures within 5%, least largest diameter."""

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
    """Return the problem of one file: a line of sizes, the units, then the edges with lengths."""
    lines = path.read_text(encoding="utf-8").splitlines()
    head = lines[0].split()
    units, edges, activities, territories = (int(number) for number in head[:4])
    table = np.array([line.split() for line in lines[1 : units + 1]], dtype=float)
    links = np.array([line.split() for line in lines[units + 1 : units + 1 + edges]], dtype=float)
    names = ("workload", "demand", "customers")[:activities]
    return AlignmentProblem.from_graph(
        links[:, :2].astype(np.int64),
        links[:, 2],
        territories,
        {name: table[:, 1 + place] for place, name in enumerate(names)},
        tolerance=float(head[4]),
        compactness="diameter",
    )


def run(arguments: argparse.Namespace) -> None:
    """Solve every instance and print the table."""
    references = read_references(arguments.folder / "best_known.csv")
    table = Table()
    for name, reference in references.items():
        if arguments.only not in name:
            continue
        result = align(
            read_problem(arguments.folder / f"{name}.txt"),
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
    table.close("dtdp")
