"""What people call the groups of territories that are compared with each other."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from planner.pipeline.preparation import Company

Ints = npt.NDArray[np.int64]


def name_groups(company: Company) -> tuple[str, ...]:
    """Return the name of each territory's peer group, by its roles and countries, (territories,)."""
    from planner.units.peers import peer_groups

    group = peer_groups(company.eligibility, company.seats, "eligibility").group_of_territory
    names = _join_attribute(company, group, "role")
    if len(set(names)) < len(names):
        countries = _join_attribute(company, group, "country")
        names = [f"{name} {where}".strip() for name, where in zip(names, countries, strict=True)]
    if len(set(names)) < len(names):
        names = [f"{name} {number}" for number, name in enumerate(names, start=1)]
    return tuple(names[number] or "All" for number in group.tolist())


def _join_attribute(company: Company, group: Ints, column: str) -> list[str]:
    values = company.seats.attributes.get(column, ("",) * len(group))
    return [
        " and ".join(sorted({values[t] for t in np.flatnonzero(group == number).tolist()} - {""}))
        for number in range(int(group.max(initial=-1)) + 1)
    ]
