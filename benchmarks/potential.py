"""Potential: tables in Parquet to potential, workload, score cards, pipeline and ramp."""

from __future__ import annotations

import argparse
import multiprocessing
import resource
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd

TABLES = ("accounts", "history", "reps", "quotas", "opportunities", "activities")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Say what the command takes."""
    parser.add_argument("--accounts", type=int, default=100_000)
    parser.add_argument("--reps", type=int, default=500)
    parser.add_argument("--rows", type=int, default=5_000_000, help="rows of the history")
    parser.add_argument("--seed", type=int, default=1)


def run(arguments: argparse.Namespace) -> None:
    """Write a company as Parquet, then time a fresh process that reads and judges it."""
    context = multiprocessing.get_context("spawn")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for target in (write_company, judge_company):
            process = context.Process(target=target, args=(folder, vars(arguments)))
            process.start()
            process.join()


def write_company(folder: Path, arguments: dict[str, int]) -> None:
    """Write the demo company of a size, its orders split until the history is long enough."""
    from planner.inputs.demo.company import build_company
    from planner.inputs.demo.writing import write_company as write_demo

    company = build_company(arguments["accounts"], arguments["reps"], arguments["seed"])
    write_demo(company, folder)
    for name in TABLES:
        frame = getattr(company, name)
        if name == "history":
            frame = split_orders(frame, arguments["rows"], arguments["seed"])
        frame.to_parquet(folder / f"{name}.parquet")
        print(f"{name}: {len(frame):,} rows")


def split_orders(history: pd.DataFrame, rows: int, seed: int) -> pd.DataFrame:
    """Return the same bookings in more, smaller orders within a month of each."""
    times = max(1, -(-rows // len(history)))
    rng = np.random.default_rng(seed)
    frame = history.loc[history.index.repeat(times)].head(rows).reset_index(drop=True)
    share = rng.dirichlet(np.ones(times), len(history)).ravel()[: len(frame)]
    frame["amount"] = (frame["amount"].astype(float) * share).round(2)
    back = pd.to_timedelta(rng.integers(0, 28, len(frame)), unit="D")
    frame["date"] = pd.to_datetime(frame["date"]) - back
    return frame


def judge_company(folder: Path, arguments: dict[str, int]) -> None:
    """Read the tables and run every method of the stage; print seconds and peak memory."""
    from planner.pipeline.preparation import estimate_potential, read_tables
    from planner.potential.standing import assess_standing
    from planner.quotas.parameters import DEFAULT_RAMP
    from planner.scenario.reading import read_scenario
    from planner.units.workload import measure_work

    del arguments
    tables = [f"inputs.{name}.path={name}.parquet" for name in TABLES]
    scenario = read_scenario(folder / "baseline.toml", tables)
    began = time.perf_counter()
    data = read_tables(scenario, folder)
    _say("read and checked", began)
    potential = estimate_potential(scenario, data)
    _say(f"potential ({potential.method})", began)
    measure_work(data, scenario.workload)
    _say("workload", began)
    assess_standing(data, potential, DEFAULT_RAMP, scenario.performance)
    _say("score cards, pipeline and ramp", began)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2
    print(f"peak memory {peak:.2f} GiB")


def _say(what: str, began: float) -> None:
    print(f"{time.perf_counter() - began:7.1f} s  {what}")
