"""Quotas set again, by the planner's own code, after moves or with figures set by hand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from planner.errors import PlannerError
from planner.pipeline.what_if.bench import Bench, QuotaBench
from planner.quotas.changes import QuotaChange, describe_changes, list_changes
from planner.quotas.result import QuotaSheet

if TYPE_CHECKING:
    from planner.quotas.parameters import QuotaParameters

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class QuotaEffect:
    """Whose quota changes, or why none can be set.

    Parameters
    ----------
    changes
        The largest first, minor units.
    words
        The same in one sentence.
    refusal
        Why the goal and the limits cannot hold together; empty where they can.
    owed
        Everybody's quota afterwards, minor units; as before where it is refused.
    sheet
        All levels and months, where they were asked for.
    """

    changes: tuple[QuotaChange, ...]
    words: str
    refusal: str
    owed: dict[str, int]
    sheet: QuotaSheet | None = None


def move_quotas(bench: Bench, territory_of_account: Ints) -> QuotaEffect | None:
    """Set everybody's quota of the plan again and list whose differs.

    Parameters
    ----------
    bench
        The plan.
    territory_of_account
        Position of each account's territory, -1 none, (accounts,).

    Returns
    -------
    QuotaEffect or None
        None where the plan sets no quotas.
    """
    if bench.quotas is None:
        return None
    from planner.pipeline.quota_setting import sum_books
    from planner.quotas.settlement import settle_people

    books = sum_books(bench.company, territory_of_account, bench.quotas.sources)
    try:
        owed = settle_people(bench.quotas.payroll, books, bench.quotas.parameters)
    except PlannerError as error:
        return _refuse(bench.quotas, error)
    changes = _compare(bench.quotas.owed, owed)
    words = describe_changes(changes, bench.plan.data.currency)
    return QuotaEffect(changes=changes, words=words, refusal="", owed=owed)


def _refuse(quotas: QuotaBench, error: PlannerError) -> QuotaEffect:
    return QuotaEffect(changes=(), words="", refusal=str(error), owed=quotas.owed)


def _compare(before: Mapping[str, int], after: Mapping[str, int]) -> tuple[QuotaChange, ...]:
    changes = [
        QuotaChange(
            rep_id=rep_id,
            before=before.get(rep_id, 0),
            after=after.get(rep_id, 0),
            overridden=False,
        )
        for rep_id in sorted(before.keys() | after.keys())
        if before.get(rep_id, 0) != after.get(rep_id, 0)
    ]
    return tuple(sorted(changes, key=lambda change: (-abs(change.difference), change.rep_id)))


def settle_overrides(bench: Bench, overrides: Mapping[str, float]) -> QuotaEffect | None:
    """Show how all quotas settle around some that are set by hand, before they are accepted.

    Parameters
    ----------
    bench
        The plan.
    overrides
        Quotas by rep id, units of the plan currency, beside the scenario's own.

    Returns
    -------
    QuotaEffect or None
        With every level and month; None where the plan sets no quotas.
    """
    if bench.quotas is None or bench.plan.quotas is None:
        return None
    try:
        sheet = set_by_hand(bench, bench.quotas, overrides)
    except PlannerError as error:
        return _refuse(bench.quotas, error)
    changes = list_changes(bench.plan.quotas, sheet)
    return QuotaEffect(
        changes=changes,
        words=describe_changes(changes, bench.plan.data.currency),
        refusal="",
        owed=sheet.by_person("rep"),
        sheet=sheet,
    )


def set_by_hand(bench: Bench, quotas: QuotaBench, overrides: Mapping[str, float]) -> QuotaSheet:
    """Set all quotas of a plan around those that a person set.

    Raises
    ------
    DataError, ScenarioError, InfeasibleError
        As :func:`planner.quotas.setting.set_quotas`.
    """
    from planner.pipeline.quota_setting import sum_books
    from planner.quotas.setting import set_quotas

    data = bench.company.data
    books = sum_books(bench.company, bench.plan.territory_of_account, quotas.sources)
    return set_quotas(
        data.reps,
        data.period,
        data.currency,
        data.rates,
        books,
        add_overrides(quotas.parameters, overrides),
        bench.company.potential.season,
    )


def add_overrides(parameters: QuotaParameters, overrides: Mapping[str, float]) -> QuotaParameters:
    """Return a scenario's ``[quota]`` with more quotas set by hand, checked as if read."""
    values = parameters.model_dump(by_alias=True)
    values["overrides"] = {**values["overrides"], **overrides}
    return type(parameters).model_validate(values)
