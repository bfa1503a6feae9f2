"""Someone else's alignment under the scenario's own rules."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from planner.errors import DataError, ScenarioError
from planner.findings import EXAMPLES_SHOWN, Finding, count_of
from planner.inputs.parameters import TableParameters
from planner.inputs.raw import UnreadableError
from planner.outputs.plan import AlignmentSummary
from planner.pipeline.assembly import summarise_alignment
from planner.pipeline.centres import place_homes
from planner.pipeline.preparation import Company, build_company, estimate_potential, read_tables
from planner.pipeline.progress import Progress, Silence, Stopwatch
from planner.territories.alignment import AlignmentResult, evaluate, make_gap

if TYPE_CHECKING:
    from planner.scenario.model import Scenario

Ints = npt.NDArray[np.int64]
COLUMNS = ("account_id", "territory_id")


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """How good an alignment is that came from elsewhere.

    Parameters
    ----------
    summary
        Cost, violations and every measure, by the scenario's rules.
    best_known
        The cheapest alignment that the engine found, units of the plan currency a year.
    findings
        What is wrong with the file, and what the data had to say.
    seconds
        By stage.
    currency
        Of the plan.
    """

    summary: AlignmentSummary
    best_known: float | None
    currency: str
    findings: tuple[Finding, ...]
    seconds: dict[str, float]

    def as_dict(self) -> dict[str, Any]:
        """Return the score as plain values, for JSON."""
        from planner.outputs.summary import plain_json

        measures = {
            name: {
                "tolerance": measure.tolerance,
                "max_deviation": measure.max_deviation,
                "cv": measure.cv_proposed,
                "cv_today": measure.cv_today,
            }
            for name, measure in self.summary.measures.items()
        }
        values: dict[str, Any] = plain_json(
            {
                "status": "feasible" if not self.summary.violations else "violations",
                "violations": list(self.summary.violations),
                "cost": self.summary.cost,
                "cost_by_term": self.summary.cost_by_term,
                "bound": self.summary.bound,
                "gap": self.summary.gap,
                "bound_relaxes": list(self.summary.bound_relaxes),
                "best_known": self.best_known,
                "measures": measures,
                "moved": {
                    "accounts": self.summary.moved.accounts,
                    "account_share": self.summary.moved.account_share,
                    "revenue_share": self.summary.moved.revenue_share,
                    "pipeline_share": self.summary.moved.pipeline_share,
                },
                "findings": [finding.as_dict() for finding in self.findings],
                "seconds": self.seconds,
            }
        )
        return values


def score_alignment(
    scenario: Scenario, folder: Path, assignments: Path, progress: Progress | None = None
) -> Score:
    """Score an alignment by the scenario's rules, and against the proven bound.

    Parameters
    ----------
    scenario
        The rules.
    folder
        Where the tables are.
    assignments
        A CSV file or workbook with the columns account_id and territory_id (a seat, or its rep).
    progress
        Who is told where the work is.

    Raises
    ------
    DataError
        When the tables or the file cannot be used.
    ScenarioError
        When the file is missing or has not the two columns.
    """
    from planner.territories.engine import align

    watch = Stopwatch(progress or Silence())
    given = read_assignments(assignments)
    with watch.stage("inputs"):
        data = read_tables(scenario, folder)
    with watch.stage("potential"):
        potential = estimate_potential(scenario, data)
    with watch.stage("units"):
        company = build_company(scenario, data, potential)
        single = _split_company(scenario, company)
    of_account, findings = match_assignments(company, given)
    with watch.stage("scoring"):
        result = align(company.problem.problem, seed=scenario.seed)
        summary = _score(scenario, company, single, of_account, result)
    return Score(
        summary=summary,
        best_known=result.cost,
        currency=scenario.currency,
        findings=(*findings, *company.findings),
        seconds=watch.seconds,
    )


def _split_company(scenario: Scenario, company: Company) -> Company:
    """Return the company with every account a unit of its own, so that any alignment can be judged.

    Homes of open headcount and targets stay those of the plan's own units.
    """
    rules = scenario.alignment.model_copy(update={"families": "ignore"})
    alone = scenario.model_copy(update={"alignment": rules})
    split = build_company(alone, company.data, company.potential)
    kept = replace(split, targets=company.targets, peers=company.peers)
    return place_homes(alone, kept, company.seats.homes)


def _score(
    scenario: Scenario, company: Company, single: Company, of_account: Ints, result: AlignmentResult
) -> AlignmentSummary:
    territory_of = np.full(single.problem.unit_count, -1, dtype=np.int64)
    territory_of[single.units.unit_of_account] = of_account
    evaluation = evaluate(single.problem.problem, territory_of[single.problem.kept])
    summary = summarise_alignment(scenario, single, result, evaluation, territory_of)
    violations = (*summary.violations, *split_families(company, of_account))
    gap = None if violations or evaluation.cost is None else make_gap(evaluation.cost, result.bound)
    return replace(summary, violations=violations, gap=gap)


def split_families(company: Company, of_account: Ints) -> list[str]:
    """Return, in words, each unit whose accounts are not all with one territory."""
    unit = company.units.unit_of_account
    first = np.full(len(company.units.unit_ids), -2, dtype=np.int64)
    first[unit[::-1]] = of_account[::-1]
    torn = np.unique(unit[of_account != first[unit]])
    names = np.array([*company.seats.territory_ids, "nobody"], dtype=object)
    words = []
    for one in torn.tolist():
        served = sorted(set(names[of_account[unit == one]].tolist()))
        words.append(
            f"{company.units.unit_ids[one]} is split between {', '.join(served)}; its accounts belong together"
        )
    return words


def read_assignments(path: Path) -> list[tuple[int, str, str]]:
    """Read (row, account_id, territory_id) from a table as it comes: any CSV, or a workbook.

    Raises
    ------
    DataError
        When the file holds no table.
    ScenarioError
        When the file is missing, or lacks a column.
    """
    from planner.inputs.cells import read_text
    from planner.inputs.files import read_file

    if not path.is_file():
        raise ScenarioError(f"There is no file {path}.")
    try:
        raw = read_file("assignments", TableParameters(path=path.name, outside=True), path.parent)
    except UnreadableError as error:
        raise DataError("The alignment cannot be scored.", (error.finding,)) from None
    headers = [header.strip().casefold() for header in raw.headers]
    missing = [name for name in COLUMNS if name not in headers]
    if missing:
        raise ScenarioError(f"{path.name} has no column {' and no column '.join(missing)}.")
    accounts, territories = (
        read_text(raw.cells[headers.index(name)]).values.fillna("").tolist() for name in COLUMNS
    )
    return list(zip(raw.rows.tolist(), accounts, territories, strict=True))


def match_assignments(
    company: Company, given: list[tuple[int, str, str]]
) -> tuple[Ints, tuple[Finding, ...]]:
    """Return the territory of each account, -1 where the file names none.

    Raises
    ------
    DataError
        When a territory or an account does not exist, or an account stands twice.
    """
    ids = company.data.accounts["account_id"].astype(str).tolist()
    position = {account: at for at, account in enumerate(ids)}
    seat = {
        **company.seats.seat_of_rep,
        **{t: at for at, t in enumerate(company.seats.territory_ids)},
    }
    of_account = np.full(len(ids), -1, dtype=np.int64)
    seen: set[str] = set()
    errors: list[Finding] = []
    for row, account, territory in given:
        wrong = _find_fault(account, territory, position, seat, seen)
        seen.add(account)
        if wrong:
            errors.append(_fault(row, *wrong))
        elif territory:
            of_account[position[account]] = seat[territory]
    if errors:
        rows = "one row is" if len(errors) == 1 else f"{len(errors)} rows are"
        raise DataError(
            f"The alignment cannot be scored: {rows} wrong.",
            tuple(errors[:EXAMPLES_SHOWN]),
        )
    return of_account, tuple(_left_out(ids, seen))


def _find_fault(
    account: str,
    territory: str,
    position: Mapping[str, int],
    seat: Mapping[str, int],
    seen: set[str],
) -> tuple[str, str, str] | None:
    if account not in position:
        return "account_id", account, "is not an account that is planned"
    if account in seen:
        return "account_id", account, "stands more than once"
    if territory and territory not in seat:
        return "territory_id", territory, "is neither a territory nor a rep who has one"
    return None


def _fault(row: int, column: str, value: str, what: str) -> Finding:
    return Finding(
        severity="error",
        code="assignments.wrong_row",
        message=f"{value!r} {what}.",
        advice="Correct the row or take it out.",
        table="assignments",
        row=row,
        column=column,
        value=value,
    )


def _left_out(ids: list[str], seen: set[str]) -> list[Finding]:
    missing = [account for account in ids if account not in seen]
    if not missing:
        return []
    shown = ", ".join(missing[:5])
    return [
        Finding(
            severity="warning",
            code="assignments.missing_account",
            message=f"{count_of(len(missing), 'account', 'is', 'are')} not in the file and served by "
            f"nobody: {shown}.",
            advice="Add a row for each account.",
            table="assignments",
            count=len(missing),
        )
    ]
