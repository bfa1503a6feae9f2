"""The stages before the engine: from a scenario and its tables to the problem to be solved."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import numpy as np
import numpy.typing as npt

from planner.errors import DataError
from planner.findings import Finding, count_of, has_errors
from planner.pipeline.people import settle_people, with_ramp
from planner.pipeline.progress import Stopwatch
from planner.pipeline.seating import build_company_seats, place_open_sites
from planner.territories.planning import CompanyProblem, build_problem, depends_on_who_serves
from planner.units.peers import PeerGroups
from planner.units.result import ControlUnits, Eligibility, RunningSeats, Seats, Today
from planner.units.targets import Targets

if TYPE_CHECKING:
    from concurrent.futures import Future

    from planner.inputs.data import PlanningData
    from planner.inputs.frames import Frame
    from planner.outputs.plan import Plan
    from planner.potential.result import Potential
    from planner.scenario.model import Scenario
    from planner.units.holds import AccountHolds
    from planner.units.workload import AccountWork

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Company:
    """A company as the engine meets it.

    Parameters
    ----------
    peers
        Who is compared, by measure.
    values
        What was shared out as targets, by measure, (units,).
    account_measures
        Every measure by account, money in minor units, (accounts,).
    ramp
        Share of full productivity by month since hire, stated or measured; empty is none.
    findings
        Of all stages so far, in their order.
    """

    data: PlanningData
    potential: Potential
    units: ControlUnits
    seats: Seats
    eligibility: Eligibility
    today: Today
    peers: dict[str, PeerGroups]
    targets: dict[str, Targets]
    values: dict[str, Floats]
    account_measures: dict[str, Floats]
    problem: CompanyProblem
    findings: tuple[Finding, ...]
    ramp: tuple[float, ...] = ()


def read_tables(
    scenario: Scenario,
    folder: Path,
    begun: Mapping[str, Future[Frame]] | None = None,
    told_later: Container[str | None] = (),
) -> PlanningData:
    """Read and check the tables of a scenario.

    Parameters
    ----------
    scenario, folder
        Which tables, and where they are.
    begun
        Tables that are on their way already.
    told_later
        As in :func:`planner.inputs.loading.load`.

    Raises
    ------
    DataError
        When they cannot be planned on; carries every finding.
    """
    from planner.inputs.loading import load

    return load(
        scenario.inputs,
        scenario.period,
        scenario.control,
        scenario.currency,
        scenario.fx,
        folder,
        begun,
        told_later,
    )


def prepare(
    scenario: Scenario, folder: Path, watch: Stopwatch, earlier: Plan | None = None
) -> Company:
    """Run every stage before the engine.

    Parameters
    ----------
    scenario
        The plan's settings.
    folder
        Where the tables are.
    watch
        Times and announces the stages.
    earlier
        A plan whose tables and potential are taken over; the folder is not read then.

    Raises
    ------
    DataError
        When an error is found in the tables, or in what they come to.
    ScenarioError
        When the scenario asks for something that the tables do not have, or that no alignment
        could give.
    """
    if earlier is not None:
        with watch.stage("units"):
            return build_company(scenario, earlier.data, earlier.potential)
    with watch.stage("inputs"):
        data = read_tables(scenario, folder)
    with watch.stage("potential"):
        potential = estimate_potential(scenario, data)
        ramp, data = settle_people(scenario, data)
    with watch.stage("units"):
        ready = with_ramp(scenario, ramp)
        return _with_settings_checked(ready, build_company(ready, data, potential))


def _with_settings_checked(scenario: Scenario, company: Company) -> Company:
    """Return the company with what the stages behind the engine have to say of the settings."""
    from planner.pipeline.setting_checks import check_settings

    found = (*company.findings, *check_settings(scenario, company))
    return replace(company, findings=tuple(dict.fromkeys(found)))


def estimate_potential(scenario: Scenario, data: PlanningData) -> Potential:
    """Estimate what each account could book.

    Raises
    ------
    DataError
        When an error is found in the tables.
    """
    from planner.potential.estimation import estimate

    potential = estimate(data, scenario.potential, scenario.seed)
    refuse_errors((*data.findings, *potential.findings))
    return potential


def build_company(
    scenario: Scenario,
    data: PlanningData,
    potential: Potential,
    standing: RunningSeats | None = None,
) -> Company:
    """Make units, seats, targets and the problem of a company.

    Parameters
    ----------
    scenario, data, potential
        The plan's settings, and what they apply to.
    standing
        Of a running plan: its seats, and who serves what in it.

    Raises
    ------
    DataError
        When an error is found in what the tables come to.
    ScenarioError
        When the scenario asks for something that the tables do not have.
    """
    from planner.units.eligibility import build_eligibility
    from planner.units.holds import resolve_holds
    from planner.units.measures import account_measures
    from planner.units.today import build_today
    from planner.units.workload import measure_work

    rules = scenario.alignment
    seats = standing.seats if standing else build_company_seats(scenario, data)
    work = measure_work(data, scenario.workload)
    owner = standing.seat_of_account if standing else None
    holds = resolve_holds(data, potential, seats, rules.holds, owner)
    names = tuple(rules.measures)
    units = _group_units(scenario, data, potential, work, holds, standing)
    eligibility = build_eligibility(
        data, potential, units, seats, rules=rules.eligibility, unassigned=rules.unassigned
    )
    refuse_surplus(seats, units, data)
    if standing is None:
        seats = place_open_sites(scenario, units, seats, eligibility)
    today = build_today(
        data, potential, units, seats, holds=holds, eligibility=eligibility, standing=standing
    )
    found = (data, potential, seats, holds, units, eligibility, today)
    findings = _all_findings(found)
    refuse_errors(findings)
    peers, targets, values, oversize = _share_targets(scenario, units, seats, eligibility)
    scale = data.currency.scale
    columns = [name for name in names if name not in _unit_only(data, names)]
    return Company(
        data=data,
        potential=potential,
        units=units,
        seats=seats,
        eligibility=eligibility,
        today=today,
        peers=peers,
        targets=targets,
        values=values,
        account_measures=account_measures(data, potential, work, columns)[0],
        problem=build_problem(units, seats, eligibility, today, targets, rules, scale),
        findings=(*findings, *oversize),
        ramp=scenario.quota.ramp if scenario.quota else (),
    )


def _group_units(
    scenario: Scenario,
    data: PlanningData,
    potential: Potential,
    work: AccountWork,
    holds: AccountHolds,
    standing: RunningSeats | None,
) -> ControlUnits:
    """Make the units; a family that a running plan splits stays split as it is."""
    from planner.units.control_units import build_units
    from planner.units.holds import keep_parts

    rules = scenario.alignment
    if standing is not None and not rules.contiguity:
        holds = keep_parts(holds, standing.seat_of_account)
    return build_units(
        data,
        potential,
        work,
        holds,
        measure_names=tuple(rules.measures),
        families=rules.families,
        geographic=rules.contiguity,
    )


def refuse_surplus(seats: Seats, units: ControlUnits, data: PlanningData) -> None:
    """Stop where there are more territories than pieces to fill them with.

    Raises
    ------
    DataError
        With every finding so far.
    """
    territories, pieces = len(seats.territory_ids), len(units.unit_ids)
    if territories <= pieces:
        return
    surplus = Finding(
        severity="error",
        code="units.fewer_than_territories",
        message=f"There are {territories:,} territories to fill, but only "
        f"{count_of(pieces, 'piece')} to fill them with: "
        f"{count_of(len(data.accounts), 'account')}, families kept together.",
        advice="Check that the tables are whole and parent_id is right, or plan fewer "
        "territories (alignment.territories, or the coverage of reps).",
        table="accounts",
    )
    refuse_errors((surplus, *_all_findings((data, seats, units))))


def _unit_only(data: PlanningData, names: Iterable[str]) -> set[str]:
    """Return the measures that only the table of geographic units has."""
    if data.units is None:
        return set()
    return {
        name for name in names if name in data.units.columns and name not in data.accounts.columns
    }


def _share_targets(
    scenario: Scenario, units: ControlUnits, seats: Seats, eligibility: Eligibility
) -> tuple[dict[str, PeerGroups], dict[str, Targets], dict[str, Floats], tuple[Finding, ...]]:
    from planner.units.pace import paced_hours
    from planner.units.peers import peer_groups
    from planner.units.targets import oversize_units, share_targets
    from planner.units.travel import nearest_travel

    peers, targets, values = {}, {}, {}
    findings: list[Finding] = []
    for name, rule in scenario.alignment.measures.items():
        amounts = units.measures[name]
        if depends_on_who_serves(name, scenario.alignment):
            amounts = amounts + nearest_travel(units, seats, eligibility)
        if name == "workload":
            amounts = amounts + paced_hours(units, seats, eligibility)
        peers[name] = peer_groups(eligibility, seats, rule.within)
        targets[name] = share_targets(
            amounts, eligibility, peers[name], seats, target=rule.target, tolerance=rule.tolerance
        )
        values[name] = amounts
        if rule.hard:
            upper = targets[name].upper
            findings += oversize_units(name, amounts, upper, units, eligibility).findings
    return peers, targets, values, tuple(findings)


def refuse_errors(findings: Iterable[Finding]) -> None:
    """Stop where any finding is an error.

    Raises
    ------
    DataError
        With every finding, errors first.
    """
    found = tuple(findings)
    if has_errors(found):
        errors = sum(finding.severity == "error" for finding in found)
        ranked = tuple(sorted(found, key=lambda finding: finding.severity != "error"))
        plural = "s" if errors > 1 else ""
        raise DataError(f"The data cannot be planned on: {errors} error{plural}.", ranked)


class _Finder(Protocol):
    """A stage's result that has something to say."""

    @property
    def findings(self) -> tuple[Finding, ...]: ...


def _all_findings(stages: Iterable[_Finder]) -> tuple[Finding, ...]:
    """Return what all stages found, in their order, each once."""
    return tuple(dict.fromkeys(finding for stage in stages for finding in stage.findings))
