"""A plan's own basis as it can be replayed on past periods: by role, and by component."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from planner.findings import Finding
from planner.inputs.money import Currency
from planner.quotas.basis import HALVES
from planner.quotas.components import component_goals
from planner.quotas.parameters import QuotaParameters, is_by_role
from planner.quotas.past_attainment import REPLAYED, BasisPart, Blend


def replayed_basis(quota: QuotaParameters, currency: Currency) -> tuple[BasisPart, ...]:
    """Return the basis of each direct component as past periods can be shared out by it.

    Only history, potential, run_rate, equal and, by the quotas that there were, submitted are
    known of the past: the weight of any other measure falls to them, or to halves of the first two
    where a table names none of them.

    Parameters
    ----------
    quota
        The scenario's ``[quota]``; a basis of ``backtest`` stands for halves.
    currency
        The plan currency, for the components' goals.

    Raises
    ------
    ScenarioError
        When goals or shares do not add up to the company's goal.
    """
    direct = {name: part for name, part in quota.components.items() if part.in_direct_sum}
    if not direct:
        return (BasisPart(tables=_tables(quota.basis)),)
    goals = component_goals(quota, currency)
    return tuple(
        BasisPart(
            weight=float(goals[name]),
            roles=part.roles,
            tables=_tables(quota.basis if part.basis is None else part.basis),
        )
        for name, part in direct.items()
    )


def _tables(basis: Mapping[str, object] | str) -> dict[str, Blend]:
    """Return a basis by role; under an empty name for every role that is not named."""
    if isinstance(basis, str):
        return {"": dict(HALVES)}
    if not is_by_role(basis):
        return {"": _known(basis)}
    named = {role: _known(table) for role, table in basis.items() if isinstance(table, dict)}
    return named | {"": named.get("default", dict(HALVES))}


def _known(table: Mapping[str, object]) -> Blend:
    weights = {name: float(str(table.get(name, 0.0))) for name in REPLAYED}
    total = sum(weights.values())
    if total <= 0:
        return dict(HALVES)
    return {name: weight / total for name, weight in weights.items() if weight}


def names_potential(basis: tuple[BasisPart, ...]) -> bool:
    """Return whether any weight is on a forecast, so that past ones have to be made.

    Parameters
    ----------
    basis
        From :func:`replayed_basis`.
    """
    tables = (table for part in basis for table in part.tables.values())
    return any(table.get("potential") or table.get("run_rate") for table in tables)


def find_unreplayed(quota: QuotaParameters) -> tuple[Finding, ...]:
    """Say which measures of a plan's basis are not known of past periods.

    Parameters
    ----------
    quota
        The scenario's ``[quota]``.
    """
    unknown = sorted({name for name in _named(quota) if name not in REPLAYED})
    if not unknown:
        return ()
    return (
        Finding(
            severity="info",
            code="backtest.basis_in_part",
            message=f"The plan's basis names {', '.join(unknown)}, of which past periods are not "
            "known: it is tried on them by its other measures.",
            advice="No change is needed; read the tests on past periods with that in mind.",
            subject="quota.basis",
        ),
    )


def _named(quota: QuotaParameters) -> Iterator[str]:
    bases = [quota.basis, *(part.basis for part in quota.components.values() if part.in_direct_sum)]
    for basis in bases:
        if basis is None or isinstance(basis, str):
            continue
        for table in basis.values() if is_by_role(basis) else (basis,):
            yield from (name for name, weight in table.items() if weight)  # type: ignore[union-attr]  # tables of numbers, as the parameters checked
