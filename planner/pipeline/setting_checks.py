"""What later stages would refuse or overlook in a scenario, said before anything is aligned."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

import numpy as np

from planner.findings import Finding
from planner.pipeline.preparation import Company
from planner.units.names import unused_name

if TYPE_CHECKING:
    from planner.quotas.parameters import QuotaParameters
    from planner.scenario.model import Scenario


def check_settings(scenario: Scenario, company: Company) -> tuple[Finding, ...]:
    """Check the keys of the stages behind the engine, and names that nothing in the data has.

    Parameters
    ----------
    scenario, company
        The plan's settings, and what they apply to.

    Returns
    -------
    tuple of Finding
        What those stages will remark, and what has no effect.

    Raises
    ------
    ScenarioError, DataError
        When no quotas can be set, whatever the alignment.
    """
    return (*_check_quotas(company, scenario.quota), *_unused_names(scenario, company))


def _check_quotas(company: Company, parameters: QuotaParameters | None) -> tuple[Finding, ...]:
    if parameters is None:
        return ()
    from planner.pipeline.quota_setting import build_company_books
    from planner.quotas.checking import check_quotas

    if parameters.basis == "backtest":
        # It is chosen on past periods, among weights that always exist.
        parameters = parameters.model_copy(update={"basis": {"history": 0.5, "potential": 0.5}})
    data = company.data
    # Only totals matter, so accounts without an owner may lie in any seat.
    seats = np.maximum(company.today.seat_of_account, 0)
    books = build_company_books(company, seats, parameters)
    season = company.potential.season
    return check_quotas(
        data.reps, data.period, data.currency, data.rates, books, parameters, season
    )


def _unused_names(scenario: Scenario, company: Company) -> Iterator[Finding]:
    """Yield a warning for each role, column or value that a table names and nothing has."""
    accounts = company.data.accounts
    roles = {rep.role for rep in company.data.reps if rep.role}
    most, by = scenario.alignment.max_accounts, scenario.workload.by
    tables: list[tuple[str, Iterable[str], Iterable[str], str]] = [
        ("compensation.plans", scenario.compensation.plans, roles, "role"),
    ]
    if isinstance(most, dict):
        tables.append(("alignment.max_accounts", most, roles, "role"))
    if "common_by" in scenario.outcomes.model_fields_set:
        columns = [str(name) for name in accounts.columns]
        tables.append(("outcomes.common_by", scenario.outcomes.common_by, columns, "column"))
    values = set(accounts[by].dropna().astype(str)) if by in accounts else set()
    for key in ("visits_per_year", "hours_per_visit"):
        given = getattr(scenario.workload, key)
        if isinstance(given, dict):
            tables.append((f"workload.{key}", given, values, by))
    for key, names, known, kind in tables:
        everything = set(known)
        for name in names:
            if name not in everything and name != "default":
                yield unused_name(key, name, everything, kind)
