"""The demo company on disk: its tables as CSV, and the scenarios beside them."""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd

from planner.errors import FaultError, StoreError
from planner.inputs.demo.company import DemoCompany

TABLES = (
    "accounts", "history", "reps", "quotas", "opportunities", "activities", "places",
    "reps_more_headcount",
)  # fmt: skip
TRUTHS = ("truth", "truth_reps")
SCENARIOS = ("baseline.toml", "more_headcount.toml", "little_disruption.toml", "higher_goal.toml")
HIGHER_GOAL = 1.10


def write_company(company: DemoCompany, folder: Path, *, truth: bool = False) -> list[Path]:
    """Write the tables of a company and the scenarios that plan it.

    Parameters
    ----------
    company
        What ``build_company`` returned.
    folder
        Made where it is missing; files of the same names are replaced.
    truth
        Whether the truth, by account and by rep, is written too.

    Returns
    -------
    list of Path
        The files, in the order in which they were written; the baseline scenario is among them.

    Raises
    ------
    StoreError
        When the disk does not take them.
    """
    names = TABLES + (TRUTHS if truth else ())
    try:
        folder.mkdir(parents=True, exist_ok=True)
        tables = [_write_table(getattr(company, name), folder / f"{name}.csv") for name in names]
        return tables + write_scenarios(company, folder)
    except OSError as error:
        raise StoreError(f"the demo company cannot be written to {folder}: {error}") from error


def write_scenarios(company: DemoCompany, folder: Path) -> list[Path]:
    """Write the scenarios with the goal, seed and ledger total of this company."""
    source = scenario_folder()
    paths = []
    for name in SCENARIOS:
        text = fit_scenario((source / name).read_text(encoding="utf-8"), name, company)
        paths.append(_replace(folder / name, text.encode()))
    return paths


def scenario_folder() -> Path:
    """Return where the demo's scenarios are: in the installed package, else in the checkout.

    Raises
    ------
    FaultError
        When they are in neither place.
    """
    here = Path(__file__).resolve()
    for folder in (here.parent / "scenarios", here.parents[3] / "scenarios" / "demo"):
        if (folder / SCENARIOS[0]).is_file():
            return folder
    raise FaultError("the demo's scenarios are missing from this installation")


def fit_scenario(text: str, name: str, company: DemoCompany) -> str:
    """Return a scenario's text with the figures that depend on the company's size and seed."""
    goal = round(company.goal * (HIGHER_GOAL if name == "higher_goal.toml" else 1.0))
    ledger = f"{round(company.history['amount'].sum(), 2):_.2f}"
    for key, value in (
        ("goal", f"{goal:_}"),
        ("seed", str(company.seed)),
        ("history_total", ledger),
    ):
        text = re.sub(rf"(?m)^{key} = [\d_.]+$", f"{key} = {value}", text)
    return text


def _write_table(table: pd.DataFrame, path: Path) -> Path:
    text = table.to_csv(index=False, lineterminator="\n", date_format="%Y-%m-%d")
    return _replace(path, text.encode())


def _replace(path: Path, content: bytes) -> Path:
    """Write a file whole: under a temporary name first, so that no reader meets half of it."""
    temporary = path.with_name(f".{path.name}.partial")
    temporary.write_bytes(content)
    return temporary.replace(path)
