"""What a territory has, what binds it, and what comes and goes, from a plan's folder alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from planner.outputs.plan import Plan
from planner.pipeline.explaining import find_name

Ints = npt.NDArray[np.int64]
SHOWN = 15
BINDS_WITHIN = 0.005


@dataclass(frozen=True, slots=True, kw_only=True)
class TerritoryExplanation:
    """What a territory has, and what binds it.

    Parameters
    ----------
    facts
        What is known of the territory, by name.
    measures
        For each measure: today, proposed, target, lower, upper, and what binds.
    gained, lost
        The largest accounts that come and go: id, name, whence or whither, reason.
    """

    facts: dict[str, Any]
    measures: tuple[dict[str, Any], ...]
    gained: tuple[dict[str, Any], ...]
    lost: tuple[dict[str, Any], ...]
    currency: str

    def as_dict(self) -> dict[str, Any]:
        """Return the explanation as plain values, for JSON."""
        return {
            **self.facts,
            "measures": list(self.measures),
            "gained": list(self.gained),
            "lost": list(self.lost),
            "currency": self.currency,
        }


def explain_territory(plan: Plan, territory_id: str) -> TerritoryExplanation:
    """Explain one territory of a plan.

    Parameters
    ----------
    plan
        As read from its folder.
    territory_id
        Which territory, or the rep who has it.

    Raises
    ------
    ScenarioError
        When the plan has no such territory; names the nearest.
    """
    names = list(plan.territory_ids)
    wanted = (
        names[plan.seats.seat_of_rep[territory_id]]
        if territory_id in plan.seats.seat_of_rep
        else territory_id
    )
    at = find_name(wanted, names, "territory")
    today, proposed = plan.today.seat_of_account, plan.territory_of_account
    people = {rep.rep_id: rep.name for rep in plan.data.reps}
    return TerritoryExplanation(
        facts={
            "territory_id": names[at],
            "rep": people.get(plan.seats.rep_ids[at]) or names[at],
            "accounts": int((proposed == at).sum()),
            "accounts_today": int((today == at).sum()),
            "held": int((plan.held & (proposed == at)).sum()),
            "capacity": float(plan.seats.capacity[at]),
            "peers": plan.peer_groups[at],
        },
        measures=tuple(_territory_measure(plan, name, at) for name in plan.alignment.measures),
        gained=_changes(plan, np.flatnonzero((proposed == at) & (today != at)), today),
        lost=_changes(plan, np.flatnonzero((today == at) & (proposed != at)), proposed),
        currency=plan.data.currency.code,
    )


def _territory_measure(plan: Plan, name: str, at: int) -> dict[str, Any]:
    measure = plan.alignment.measures[name]
    scale = plan.data.currency.scale if measure.kind == "money" else 1
    target, value = float(measure.target[at]), float(measure.proposed[at])
    lower, upper = float(measure.lower[at]), float(measure.upper[at])
    near = BINDS_WITHIN * max(abs(target), 1e-9)
    binds = (
        "upper limit" if value > upper - near else "lower limit" if value < lower + near else None
    )
    return {
        "measure": name,
        "today": round(float(measure.today[at]) / scale, 2),
        "proposed": round(value / scale, 2),
        "target": round(target / scale, 2),
        "lower": round(lower / scale, 2),
        "upper": round(upper / scale, 2),
        "deviation": round(value / target - 1, 4) if target > 0 else None,
        "binds": binds,
    }


def _changes(plan: Plan, accounts: Ints, other: Ints) -> tuple[dict[str, Any], ...]:
    """Return the accounts with the most revenue first."""
    order = np.lexsort((accounts, -plan.potential.trailing[accounts]))[:SHOWN]
    table, scale = plan.data.accounts, plan.data.currency.scale
    return tuple(
        {
            "account_id": str(table["account_id"].iloc[at]),
            "name": str(table["name"].iloc[at]),
            "other_territory_id": plan.territory_ids[other[at]] if other[at] >= 0 else None,
            "trailing_revenue": float(plan.potential.trailing[at]) / scale,
            "reason": plan.reasons[at],
        }
        for at in accounts[order].tolist()
    )
