"""What closing a centre costs and opening another saves, before any limit is looked at."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from planner.territories.compiled import compiled
from planner.territories.sites.costs import SiteCosts, unit_cost
from planner.territories.sites.state import SiteState

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@compiled
def closing_losses(costs: SiteCosts, state: SiteState, slots: Ints) -> Floats:
    """Return what the units of some territories lose if each goes to its next centre, (slots,).

    Parameters
    ----------
    costs, state
        The problem and its partition.
    slots
        Territories that may be closed.
    """
    losses = np.zeros(slots.size)
    for s in range(slots.size):
        slot = slots[s]
        for unit in state.rows[slot, : state.size[slot]]:
            least = np.inf
            for other in range(state.centre.size):
                if other != slot:
                    least = min(least, unit_cost(costs, unit, state.centre[other]))
            losses[s] += least - unit_cost(costs, unit, state.centre[slot])
    return losses


@compiled
def opening_gains(costs: SiteCosts, state: SiteState, sites: Ints) -> Floats:
    """Return what the units save that find each of some sites cheaper than their centre, (sites,).

    Parameters
    ----------
    costs, state
        The problem and its partition.
    sites
        Sites that may be opened.
    """
    gains = np.zeros(sites.size)
    for unit in range(state.slot_of.size):
        today = unit_cost(costs, unit, state.centre[state.slot_of[unit]])
        for s in range(sites.size):
            gains[s] += max(0.0, today - unit_cost(costs, unit, sites[s]))
    return gains
