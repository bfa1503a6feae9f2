"""A company of reps under two directors, small enough to add up by hand."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from planner.inputs.money import currency
from planner.inputs.period import Period
from planner.inputs.reps import Rep
from planner.quotas.books import Books
from planner.quotas.parameters import QuotaParameters
from planner.quotas.result import QuotaSheet
from planner.quotas.setting import set_quotas

YEAR = Period(
    starts=tuple(date(2027, month, 1) for month in range(1, 13)),
    end=date(2028, 1, 1),
    as_of=date(2026, 11, 30),
)
USD = currency("USD")


def make_books(
    rep_ids: Sequence[str],
    history: Sequence[int],
    potential: Sequence[int] | None = None,
    last: Sequence[int] | None = None,
    **measures: Sequence[float],
) -> Books:
    """Books of one seat a rep, in minor units; last quotas above zero are comparable."""
    known = np.array(last if last is not None else [0] * len(rep_ids), dtype=np.int64)
    return Books(
        territory_ids=tuple(f"T-{rep_id}" for rep_id in rep_ids),
        rep_ids=tuple(rep_ids),
        accounts=np.where(np.array(history) > 0, 10, 0),
        history=np.array(history, dtype=np.int64),
        potential=np.array(history if potential is None else potential, dtype=np.int64),
        measures={name: np.array(values, dtype=np.float64) for name, values in measures.items()},
        last_quota=known,
        comparable=known > 0,
    )


def make_reps(managers: dict[str, str | None], **changes: dict[str, Any]) -> list[Rep]:
    """Reps by id with their manager; further fields by id."""
    plain = {
        rep_id: Rep(
            rep_id=rep_id,
            name=rep_id,
            manager_id=manager,
            coverage="none" if rep_id.startswith(("D", "V")) else "direct",
            row=row,
        )
        for row, (rep_id, manager) in enumerate(managers.items(), start=2)
    }
    return [replace(rep, **changes.get(rep_id, {})) for rep_id, rep in plain.items()]


def assert_exact(sheet: QuotaSheet, goal: int, rep: str = "0.10", manager: str = "0.05") -> None:
    """Check every sum of the contract, in every month and component, from the lines alone."""
    up_rep, up_manager = 1 + Fraction(rep), 1 + Fraction(manager)
    direct = [line for line in sheet.lines if line.component not in sheet.beside]
    assert sum(x.quota for x in direct if x.level == "company") == goal
    assert sum(x.quota for x in direct if x.level == "rep") == round(goal * up_rep)
    assert all(x.quota >= 0 for x in sheet.lines)
    cells: dict[tuple[str, Any], dict[str, int]] = {}
    for line in direct:
        key = (line.component, line.period_start)
        cells.setdefault(key, {"company": 0, "rep": 0})
        if line.level != "manager":
            cells[key][line.level] += line.quota
    for cell in cells.values():
        assert abs(cell["rep"] - cell["company"] * up_rep) < 1
    _assert_teams(direct, up_rep, up_manager)


def _assert_teams(direct: Sequence[Any], up_rep: Any, up_manager: Any) -> None:
    parents = {(x.rep_id, x.level): x.parent_id for x in direct}
    for part in sorted({x.component for x in direct}):
        for start in sorted({x.period_start for x in direct}):
            lines = [x for x in direct if x.component == part and x.period_start == start]
            team: dict[str, int] = {}
            for line in lines:
                above = line.parent_id if line.level == "rep" else None
                while above is not None and above != "company":
                    team[above] = team.get(above, 0) + line.quota
                    above = parents[above, "manager"]
            quotas = {x.rep_id: x.quota for x in lines if x.level == "manager"}
            for manager, owed in team.items():
                wanted = owed * up_manager / up_rep
                assert abs(quotas.get(manager, 0) - wanted) <= 1, (manager, part, start)
    for manager in {x.rep_id for x in direct if x.level == "manager"}:
        owed = sum(x.quota for x in direct if x.level == "rep" and _below(x, manager, parents))
        quota = sum(x.quota for x in direct if x.level == "manager" and x.rep_id == manager)
        parts = len({x.component for x in direct})
        assert abs(quota - owed * up_manager / up_rep) <= parts


def _below(line: Any, manager: str, parents: dict[Any, str | None]) -> bool:
    above = line.parent_id
    while above is not None and above != "company":
        if above == manager:
            return True
        above = parents[above, "manager"]
    return False


@pytest.fixture
def settle() -> Callable[..., QuotaSheet]:
    """Set quotas in USD for the year with the given [quota] keys."""

    def run(reps: Sequence[Rep], books: Books, period: Period = YEAR, **keys: Any) -> QuotaSheet:
        given = {"goal": 1_000_000, "seasonality": "even", **keys}
        return set_quotas(reps, period, USD, {"EUR": 1.25}, books, QuotaParameters(**given))

    return run
