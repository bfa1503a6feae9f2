"""Bounds of a choice of centres: prices that climb, and a tree over the sites that they leave."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from planner.territories.centres.cycles import CentreSearch
from planner.territories.centres.model import Choice
from planner.territories.centres.starts import spread_sites
from planner.territories.sites.branching import SiteTree, can_branch
from planner.territories.sites.costs import price_choice
from planner.territories.sites.dual import SiteLists, climb_prices, gather_sites

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
PRICE_STEPS = 300
PRICE_SHARE = 0.2
LOWER_CELLS = 300_000
TREE_REACH, TREE_SHARE, TREE_WORK = 0.1, 0.15, 2.0


def price(search: CentreSearch, lists: SiteLists, table: Floats) -> None:
    """Climb to a better bound, from where the last climb ended.

    Parameters
    ----------
    search
        Its bound and sites are changed.
    lists, table
        As in :func:`planner.territories.sites.dual.climb_prices`.
    """
    run, choice = search.run, search.choice
    until = run.seconds + PRICE_SHARE * run.remaining
    target = search.cost
    if not np.isfinite(target):
        target = _guess_target(search)
    if search.sites is None:
        middle = min(lists.cost.shape[1] - 1, int(1.5 * choice.sites / choice.territories))
        prices = np.minimum(lists.cost[:, middle], lists.ceiling)
    else:
        prices = search.sites.prices

    def keep_going(bound: float) -> bool:
        search.tell("prices")
        return run.seconds < until

    steps = int(PRICE_STEPS * max(1.0, run.effort))
    found = climb_prices(lists, table, prices, target, steps, keep_going)
    # A margin for the order of the sums.
    bound = found.bound - 1e-11 * float(np.abs(found.prices).sum())
    if bound > search.bound:
        search.bound, search.sites = bound, found
    elif search.sites is not None:
        search.sites = search.sites._replace(weight=found.weight)


def _guess_target(search: CentreSearch) -> float:
    """Return a likely cost while no answer keeps every rule: somewhat above the last attempt's."""
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
        reach = TREE_REACH * 2.0**number * max(abs(search.bound), abs(_guess_target(search)))
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
