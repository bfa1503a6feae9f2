"""The measures that a scenario balances, account by account: what is missing is filled and said."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from planner.errors import ScenarioError
from planner.findings import EXAMPLES_SHOWN, Finding
from planner.inputs.data import PlanningData
from planner.potential.result import Potential
from planner.units.account_rows import MONEY_COLUMNS, as_floats
from planner.units.names import count_of, join_names, unknown_name
from planner.units.result import Bools, Floats
from planner.units.workload import AccountWork

NOT_MEASURES = frozenset({"latitude", "longitude", "row"})
COUNTS = ("account_count", "accounts")


def account_measures(
    data: PlanningData,
    potential: Potential,
    work: AccountWork,
    names: Sequence[str],
) -> tuple[dict[str, Floats], tuple[Finding, ...]]:
    """Return each named measure by account, with what was filled or cannot be used.

    Parameters
    ----------
    data, potential, work
        Where measures come from: potential, revenue, pipeline, whitespace, workload, visits and
        account_count are made by the planner, every other name is a numeric column of accounts.
    names
        Measures, in the scenario's order.

    Returns
    -------
    dict
        (accounts,) by name; money in minor units.
    tuple of Finding
        A missing value is filled by its segment's median with a warning; a negative or infinite
        one is an error.

    Raises
    ------
    ScenarioError
        When a name is neither made by the planner nor a numeric column.
    """
    made = _made_measures(data, potential, work)
    measures: dict[str, Floats] = {}
    findings: list[Finding] = []
    for name in names:
        if name in made and not _is_given(name, data):
            measures[name], said = _at_least_zero(name, made[name])
        else:
            measures[name], said = _from_column(name, data, [*made])
        findings += said
    return measures, tuple(findings)


def is_money(name: str, data: PlanningData) -> bool:
    """Return whether a measure is in minor units of the plan currency."""
    made = name in {"potential", "revenue", "pipeline", "whitespace"}
    return name in MONEY_COLUMNS or (made and not _is_given(name, data))


def _made_measures(
    data: PlanningData, potential: Potential, work: AccountWork
) -> dict[str, Floats]:
    ones = np.ones(len(data.accounts))
    return {
        **dict.fromkeys(COUNTS, ones),
        "potential": potential.expected.astype(np.float64),
        "revenue": potential.trailing.astype(np.float64),
        "pipeline": potential.pipeline.astype(np.float64),
        "whitespace": potential.whitespace.astype(np.float64),
        "workload": work.hours,
        "visits": work.visits,
    }


def _is_given(name: str, data: PlanningData) -> bool:
    """Return whether the file's own column of this name counts: not where the planner makes it."""
    return name in data.accounts and name not in {"potential", "workload", *COUNTS}


def _at_least_zero(name: str, values: Floats) -> tuple[Floats, list[Finding]]:
    below = int((values < 0).sum())
    if not below:
        return values, []
    finding = Finding(
        severity="warning",
        code="measures.below_zero",
        message=f"{name} is below zero for {count_of('account', below)} (more returns than sales); "
        "each counts as 0.",
        advice="Check the returns in history; an amount to be balanced cannot be negative.",
        table="accounts",
        subject=name,
        count=below,
    )
    return np.maximum(values, 0.0), [finding]


def _from_column(name: str, data: PlanningData, made: list[str]) -> tuple[Floats, list[Finding]]:
    values = _numbers(name, data, made)
    bad = np.isinf(values) | (values < 0)
    findings = _bad_findings(name, values, bad, data.accounts)
    missing = np.isnan(values)
    if missing.all():
        return np.zeros(len(values)), [*findings, _empty_finding(name)]
    if missing.any():
        values = _fill_by_segment(values, missing | bad, data.accounts["segment"])
        values = np.rint(values) if is_money(name, data) else values
        findings += _filled_findings(name, missing, data.accounts)
    return values, findings


def _numbers(name: str, data: PlanningData, made: list[str]) -> Floats:
    accounts = data.accounts
    numeric = [
        str(column)
        for column in accounts.columns
        if column not in NOT_MEASURES and pd.api.types.is_numeric_dtype(accounts[column])
    ]
    if name not in numeric:
        raise ScenarioError(unknown_name("alignment.measures", name, [*made, *numeric]))
    return as_floats(accounts[name])


def _fill_by_segment(values: Floats, missing: Bools, segment: pd.Series) -> Floats:
    """Fill what is missing by the median of the segment, of all accounts where it has none."""
    known = pd.Series(np.where(missing, np.nan, values))
    groups = segment.astype("string").fillna("").reset_index(drop=True)
    median = known.groupby(groups).transform("median").fillna(known.median())
    return np.asarray(known.fillna(median).fillna(0.0).to_numpy(np.float64))


def _filled_findings(name: str, missing: Bools, accounts: pd.DataFrame) -> list[Finding]:
    shown = accounts[missing].iloc[:EXAMPLES_SHOWN]
    number = int(missing.sum())
    named = join_names(shown["account_id"], number)
    finding = Finding(
        severity="warning",
        code="measures.missing",
        message=f"{name} is missing for {count_of('account', number)} and filled by the segment's "
        f"median: {named}.",
        advice=f"Give {name} for these accounts (0 where there is nothing).",
        table="accounts",
        column=name,
        subject=name,
        count=number,
    )
    return [finding]


def _bad_findings(name: str, values: Floats, bad: Bools, accounts: pd.DataFrame) -> list[Finding]:
    where = np.flatnonzero(bad)
    findings = [
        Finding(
            severity="error",
            code="measures.negative",
            message=f"{name} of account {accounts['account_id'].iloc[i]} is {values[i]:g}, which "
            "cannot be balanced.",
            advice="Correct the value, or choose another measure.",
            table="accounts",
            row=int(accounts["row"].iloc[i]),
            column=name,
            value=f"{values[i]:g}",
            subject=str(accounts["account_id"].iloc[i]),
        )
        for i in where[:EXAMPLES_SHOWN]
    ]
    if len(where) > EXAMPLES_SHOWN:
        findings.append(_many_bad(name, len(where)))
    return findings


def _many_bad(name: str, number: int) -> Finding:
    return Finding(
        severity="error",
        code="measures.negative",
        message=f"{name} is negative or infinite for {count_of('account', number)} in all.",
        advice="Correct the column, or choose another measure.",
        table="accounts",
        column=name,
        count=number,
    )


def _empty_finding(name: str) -> Finding:
    return Finding(
        severity="error",
        code="measures.empty",
        message=f"{name} is to be balanced, but no account has a value.",
        advice=f"Give the column {name} in accounts, or take it out of alignment.measures.",
        table="accounts",
        column=name,
        subject=name,
    )
