"""Productivity as a multiplier of capacity, for scenarios that ask for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from planner.findings import Finding
from planner.potential.attributes import read_attributes
from planner.potential.rep_effects import estimate_rep_effects

if TYPE_CHECKING:
    from planner.inputs.data import PlanningData
    from planner.inputs.reps import Rep

# However sure the figure is, nobody's territory doubles by it.
LEAST, MOST = 0.5, 2.0


def measure_productivity(data: PlanningData) -> dict[str, float]:
    """Return the multiple of a typical rep that each rep books with, by rep_id.

    It is drawn toward 1 by how little the data say; reps that no order tells apart are left out.
    """
    effects = estimate_rep_effects(data, read_attributes(data.accounts, None, None))
    if effects is None:
        return {}
    known = sorted({rep.rep_id for rep in data.reps} & set(effects.rep_ids))
    return {rep: float(np.clip(np.exp(effects.of(rep)), LEAST, MOST)) for rep in known}


def scale_capacity(data: PlanningData, productivity: Mapping[str, float]) -> PlanningData:
    """Return the same data with each rep's capacity times his productivity.

    Parameters
    ----------
    data
        The company's tables.
    productivity
        By rep_id; reps that are not in it keep their capacity.
    """
    reps = tuple(_scale(rep, productivity.get(rep.rep_id, 1.0)) for rep in data.reps)
    table = data.reps_table.copy()
    if "capacity" in table:
        by_id = {rep.rep_id: rep.capacity for rep in reps}
        table["capacity"] = [by_id[rep] for rep in table["rep_id"]]
    findings = (*data.findings, _summary(productivity))
    return replace(data, reps=reps, reps_table=table, findings=findings)


def _scale(rep: Rep, multiple: float) -> Rep:
    return replace(rep, capacity=rep.capacity * multiple)


def _summary(productivity: Mapping[str, float]) -> Finding:
    if not productivity:
        return Finding(
            severity="warning",
            code="capacity.productivity_unknown",
            message="Capacity stays as stated: no history tells the reps' productivity apart.",
            advice='Give rep_id on the history, or leave out alignment.capacity = "productivity".',
            table="history",
            column="rep_id",
        )
    low = min(productivity, key=lambda rep: (productivity[rep], rep))
    high = max(productivity, key=lambda rep: (productivity[rep], rep))
    return Finding(
        severity="info",
        code="capacity.productivity",
        message=f"Capacity counts times measured productivity for {len(productivity)} reps, from "
        f"{productivity[low]:.2f} ({low}) to {productivity[high]:.2f} ({high}).",
        advice="A more productive rep gets a larger territory; leave the key out to give everybody "
        "the stated capacity.",
        table="reps",
        column="capacity",
        count=len(productivity),
    )
