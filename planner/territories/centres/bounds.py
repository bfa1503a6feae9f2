"""What the prices lead to: centres to start from, and a tree over the sites that they leave."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from planner.territories.centres.cycles import CentreSearch
from planner.territories.centres.model import Choice
from planner.territories.centres.starts import spread_sites
from planner.territories.sites.branching import SiteTree, can_branch
from planner.territories.sites.costs import price_choice
from planner.territories.sites.dual import SiteLists, gather_sites

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
LOWER_CELLS = 300_000
TREE_REACH, TREE_SHARE, TREE_WORK = 0.1, 0.15, 2.0


def guess_target(search: CentreSearch) -> float:
    """Return the best cost, or a likely one: somewhat above the last attempt's.

    Parameters
    ----------
    search
        With an attempt at least.
    """
    if np.isfinite(search.cost):
        return search.cost
    assert search.attempt is not None
    slot_of, centres = search.attempt
    return 1.1 * float(price_choice(search.choice.costs, centres[slot_of]).sum())


def lower_table(choice: Choice, lists: SiteLists) -> Floats:
    """Return all costs where lower limits can be counted in the bound, else nothing."""
    cells = choice.units * choice.sites
    if np.isfinite(lists.lower).any() and cells <= LOWER_CELLS and choice.costs.table.size:
        return choice.costs.table
    return np.zeros((0, 0))


def pick_sites(search: CentreSearch, lists: SiteLists, number: int) -> Ints:
    """Return centres to start from: rounded from the prices, at times shaken."""
    choice = search.choice
    if search.sites is None:
        return spread_sites(choice, search.rng)
    weight = search.sites.weight
    if number > 0:
        weight = weight * search.rng.uniform(0.7, 1.3, weight.size)
    chosen = gather_sites(lists, weight, choice.site_unit)
    fixed = choice.rules.fixed
    centres = fixed.copy()
    centres[fixed < 0] = chosen[chosen < choice.open_sites]
    return centres


def prove(search: CentreSearch, lists: SiteLists, number: int) -> None:
    """Settle branch by branch which sites are best, from where the last call left off.

    While nothing is known that keeps every rule, only what costs at most somewhat more than the
    bound is looked for, and more each time that there is nothing.

    Parameters
    ----------
    search
        Its best, its bound and its tree are changed.
    lists
        As in :func:`planner.territories.sites.dual.climb_prices`.
    number
        Of the call.
    """
    choice, run = search.choice, search.run
    if not np.isfinite(search.bound) or not can_branch(choice):
        return
    tree = search.tree
    if tree is None or (tree.is_done and np.isinf(tree.unsettled)):
        reach = TREE_REACH * 2.0**number * max(abs(search.bound), abs(guess_target(search)))
        tree = search.tree = SiteTree(choice, lists, min(search.cost, search.bound + reach))
    tree.cutoff = min(tree.cutoff, search.cost)
    until = run.seconds + TREE_SHARE * run.remaining
    tree.explore(run, TREE_WORK * run.effort, until)
    if tree.found is not None:
        found = tree.found
        search.offer(*seat(choice, found.sites, found.slot_of), found.cost)
    search.bound = max(search.bound, min(tree.bound, search.cost))
    search.tell("branches")


def seat(choice: Choice, sites: Ints, slot_of: Ints) -> tuple[Ints, Ints]:
    """Return territories and centres in the problem's order, homes that stand in their own.

    Parameters
    ----------
    choice
        The problem.
    sites, slot_of
        Chosen sites, ascending, and which of them serves each unit, (units,).
    """
    centres = choice.rules.fixed.copy()
    centres[centres < 0] = np.setdiff1d(sites, centres)
    return np.argsort(centres)[slot_of], centres
