"""Balanced k-means beside k-means-constrained, where that is installed for another Python."""

from __future__ import annotations

import argparse
import json
import subprocess
import time
from pathlib import Path

import numpy as np

from planner.territories import AlignmentProblem, align

RIVAL = """
import json, sys, time
import numpy as np
from k_means_constrained import KMeansConstrained
points = np.array(json.load(sys.stdin))
least, most, territories, seed = (int(word) for word in sys.argv[1:])
start = time.perf_counter()
model = KMeansConstrained(territories, size_min=least, size_max=most, n_init=1, random_state=seed)
model.fit(points)
print(json.dumps([float(model.inertia_), time.perf_counter() - start]))
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Say what the command takes."""
    parser.add_argument("--points", type=int, default=10_000)
    parser.add_argument("--territories", type=int, default=100)
    parser.add_argument("--slack", type=float, default=0.2, help="how far sizes may differ")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--rival-python", type=Path, help="a Python that has k-means-constrained")


def make_points(count: int, seed: int) -> np.ndarray:
    """Return points of which most lie in a few towns."""
    rng = np.random.default_rng(seed)
    towns = rng.uniform(0, 100, (20, 2))
    return towns[rng.integers(20, size=count)] + rng.normal(0, 8, (count, 2))


def run(arguments: argparse.Namespace) -> None:
    """Solve the same points with both and print cost and seconds."""
    points = make_points(arguments.points, arguments.seed)
    mean = arguments.points / arguments.territories
    least = int(np.ceil(mean * (1 - arguments.slack)))
    most = int(np.floor(mean * (1 + arguments.slack)))
    problem = AlignmentProblem.from_points(
        points,
        arguments.territories,
        {"points": np.ones(arguments.points)},
        lower={"points": least},
        upper={"points": most},
        distance="squared",
        centres="mean",
    )
    for name in ("planner, first run (compiles)", "planner"):
        start = time.perf_counter()
        result = align(problem, seed=arguments.seed)
        seconds = time.perf_counter() - start
        print(f"{name:32}{result.cost or float('nan'):16,.2f}{seconds:10.1f} s  {result.status}")
    if arguments.rival_python is None:
        print("k-means-constrained: give --rival-python to run it beside")
        return
    words = [str(number) for number in (least, most, arguments.territories, arguments.seed)]
    answer = subprocess.run(
        [str(arguments.rival_python), "-c", RIVAL, *words],
        input=json.dumps(points.tolist()),
        capture_output=True,
        check=True,
        text=True,
    )
    cost, seconds = json.loads(answer.stdout)
    print(f"{'k-means-constrained':32}{cost:16,.2f}{seconds:10.1f} s")
