"""Scale: generated companies from 10,000 accounts and 50 reps to 1,000,000 and 1,000."""

from __future__ import annotations

import argparse
import resource

from benchmarks.companies import make_company
from benchmarks.table import Table
from planner.territories import align

SIZES = ("10000x50x2", "100000x500x3", "1000000x1000x3")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Say what the command takes."""
    parser.add_argument("sizes", nargs="*", default=SIZES, help="accounts x reps x measures")
    parser.add_argument("--time-limit", type=float, default=None, help="seconds for each")
    parser.add_argument("--tolerance", type=float, default=0.05)
    parser.add_argument("--seed", type=int, default=0)


def run(arguments: argparse.Namespace) -> None:
    """Solve every size and print the table."""
    table = Table()
    for size in arguments.sizes:
        units, territories, measures = (int(part) for part in size.split("x"))
        problem = make_company(
            units, territories, measures, tolerance=arguments.tolerance, seed=arguments.seed
        )
        result = align(problem, seed=arguments.seed, time_limit=arguments.time_limit)
        table.add(
            size,
            value=result.cost,
            reference=None,
            bound=result.bound,
            proven=result.gap,
            seconds=result.seconds,
            status=result.status,
        )
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2
    print(f"peak memory {peak:.2f} GiB")
