"""What quota setting would refuse under any alignment: found before anything is aligned."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from planner.errors import ScenarioError
from planner.findings import Finding
from planner.inputs.money import Currency
from planner.inputs.period import Period
from planner.inputs.reps import Rep
from planner.quotas.books import Books
from planner.quotas.components import size_parts
from planner.quotas.parameters import QuotaParameters, is_by_role
from planner.quotas.refusals import check_goal, nobody_productive, unknown_overrides
from planner.quotas.seasonality import season_weights
from planner.quotas.setting import list_people, prepare_setting
from planner.units.names import unused_name


def check_quotas(
    reps: Sequence[Rep],
    period: Period,
    currency: Currency,
    rates: Mapping[str, float],
    books: Books,
    parameters: QuotaParameters,
    season: Sequence[float] = (),
) -> tuple[Finding, ...]:
    """Find what keeps quotas from being set, whoever serves which account.

    Parameters
    ----------
    reps, period, currency, rates, parameters, season
        As :func:`planner.quotas.setting.set_quotas`.
    books
        Of any alignment in which every account has a seat: only their totals matter.

    Returns
    -------
    tuple of Finding
        What quota setting will remark, and names in ``[quota]`` that nobody has.

    Raises
    ------
    ScenarioError
        When keys contradict each other or name what does not exist; says all of it.
    DataError
        When the managers form no tree, or nobody can carry a component.
    """
    people = list_people(reps, books)
    _raise_all(
        lambda: check_goal(parameters, currency),
        lambda: season_weights(parameters.seasonality, season, period),
        lambda: unknown_overrides(parameters, people, books),
        lambda: size_parts(parameters, currency, people, books),
    )
    setting, findings = prepare_setting(reps, period, currency, rates, books, parameters, season)
    for part in setting.parts:
        carriers = list(part.carriers)
        if part.in_direct_sum and not setting.capacity.productive[carriers].any():
            raise nobody_productive(part.name, [people[i] for i in carriers])
    return (*findings, *_unused_names(parameters, people))


def _raise_all(*steps: Callable[[], object]) -> None:
    """Run every step, and raise what they refuse as one.

    Raises
    ------
    ScenarioError
        When any of them does.
    """
    refused = []
    for step in steps:
        try:
            step()
        except ScenarioError as error:
            refused.append(error)
    if refused:
        findings = tuple(finding for error in refused for finding in error.findings)
        raise ScenarioError(" ".join(str(error) for error in refused), findings)


def _unused_names(parameters: QuotaParameters, people: Sequence[Rep]) -> Iterator[Finding]:
    """Yield a warning for each role or rep that a table of ``[quota]`` names and nobody has."""
    ids = {rep.rep_id for rep in people}
    roles = {rep.role for rep in people if rep.role}
    tables: list[tuple[str, Sequence[str], set[str], str]] = [
        ("quota.floors", list(parameters.floors), ids | roles, "rep or role"),
        ("quota.caps", list(parameters.caps), ids | roles, "rep or role"),
        ("quota.submitted", list(parameters.submitted), ids, "rep"),
    ]
    if not isinstance(parameters.basis, str) and is_by_role(parameters.basis):
        tables.append(("quota.basis", list(parameters.basis), roles, "role"))
    for name, part in parameters.components.items():
        key = f"quota.components.{name}"
        tables.append((f"{key}.roles", part.roles, roles, "role"))
        if part.basis is not None and is_by_role(part.basis):
            tables.append((f"{key}.basis", list(part.basis), roles, "role"))
    for key, names, known, kind in tables:
        for name in names:
            if name not in known and name != "default":
                yield unused_name(key, name, known, kind)
