"""The demo: a realistic company is made, written and planned."""

from __future__ import annotations

from pathlib import Path

from planner.outputs.folder import disk_errors, save_plan
from planner.outputs.plan import Plan
from planner.outputs.swap import (
    Placing,
    discarded_if_interrupted,
    nothing_more,
    replace_files,
    staging_files,
)
from planner.pipeline.planning import make_plan
from planner.pipeline.progress import Progress
from planner.scenario.reading import read_scenario


def make_demo(
    out: Path,
    *,
    accounts: int,
    reps: int,
    seed: int,
    force: bool,
    progress: Progress,
    placing: Placing = nothing_more,
) -> tuple[Plan, Path]:
    """Make a company, write its tables and scenarios, plan the baseline, and write the plan.

    Parameters
    ----------
    out
        Folder for the tables; the plan goes into its folder ``plan``.
    accounts, reps
        The company's size.
    seed
        Another seed, another company.
    force
        Whether an earlier demo may be replaced.
    progress
        Who is told where the work is.
    placing
        Called when all is written, just before the plan's folder takes its name.

    Returns
    -------
    tuple of Plan and Path
        The plan and its folder.
    """
    from planner.inputs.demo.company import build_company
    from planner.inputs.demo.writing import write_company

    progress.start("company")
    company = build_company(accounts=accounts, reps=reps, seed=seed)
    folder = out / "plan"
    with discarded_if_interrupted(out):
        with disk_errors(out, "written"), staging_files(out) as staging:
            write_company(company, staging)
            replace_files(staging, out)
        plan = make_plan(read_scenario(out / "baseline.toml"), out, progress=progress)
        progress.start("writing")
        plan = save_plan(plan, folder, force=force, progress=progress.note, placing=placing)
    return plan, folder
