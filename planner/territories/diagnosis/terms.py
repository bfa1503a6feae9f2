"""What a diagnosis speaks of: groups of rules, how far each gives way, and what stands against what."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import numpy.typing as npt

from planner.territories.problem import AlignmentProblem
from planner.territories.rules.check import Rows, Side

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
GroupKind = Literal[
    "measure",
    "accounts",
    "budget",
    "loss",
    "holds",
    "eligibility",
    "contiguity",
    "territories",
    "families",
]
KIND_OF_RULE: dict[str, GroupKind] = {
    "measure limits": "measure",
    "maximum accounts": "accounts",
    "disruption budgets": "budget",
    "loss limits": "loss",
    "holds": "holds",
    "eligibility": "eligibility",
    "contiguity": "contiguity",
}
BUDGET_KEYS = {
    "accounts": "max_account_share",
    "revenue": "max_revenue_share",
    "pipeline": "max_pipeline_share",
}
KEYS = {
    "accounts": "alignment.max_accounts",
    "loss": "alignment.disruption.max_rep_revenue_share",
    "holds": "alignment.holds",
    "eligibility": "alignment.eligibility",
    "contiguity": "alignment.contiguity",
    "territories": "alignment.territories",
    "families": "alignment.families",
}


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class RuleGroup:
    """Rules that stand or fall together: one key of the scenario.

    Parameters
    ----------
    kind
        What is limited.
    name
        The measure, the budget or the hold; empty where there is one of the kind.
    """

    kind: GroupKind
    name: str = ""

    @property
    def key(self) -> str:
        """The scenario's key that sets it."""
        if self.kind == "measure":
            return f"alignment.measures.{self.name}.tolerance"
        if self.kind == "budget":
            return f"alignment.disruption.{BUDGET_KEYS.get(self.name, self.name)}"
        return KEYS[self.kind]


HOLDS = RuleGroup(kind="holds")
ELIGIBILITY = RuleGroup(kind="eligibility")
CONTIGUITY = RuleGroup(kind="contiguity")
TERRITORIES = RuleGroup(kind="territories")
FAMILIES = RuleGroup(kind="families")
"""Units that several accounts were merged into, for whatever reason."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Relief:
    """How far one group of rules must give way.

    Parameters
    ----------
    group
        Which.
    by
        What is added: to a tolerance, a fraction of the target; to a budget or a loss limit, a
        share of its total; to the most accounts, accounts; of holds and eligibility, the share of
        their accounts that is let go.
    """

    group: RuleGroup
    by: float


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Obstacle:
    """One thing that cannot be, shown by adding up.

    Parameters
    ----------
    groups
        The rules that it takes: without any one of them the sum proves nothing.
    counted
        What is added up: the measure, the budget, or accounts.
    side
        ``upper`` where ``amount`` is more than ``limit`` allows, ``lower`` where it is less than
        is needed.
    territories, units
        Whom it concerns, the largest units first: those that must be there for ``upper``, those
        that can be there at all for ``lower``; positions.
    amount, limit
        What it comes to at best, and what is allowed or needed.
    reliefs
        What would lift it: each alone.
    joined
        Whether only units that hang together could be there.
    """

    groups: tuple[RuleGroup, ...]
    counted: str
    side: Side
    territories: Ints
    units: Ints
    amount: float
    limit: float
    reliefs: tuple[Relief, ...] = ()
    joined: bool = False


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Conflict:
    """The rules that cannot stand together, and what would let them.

    Parameters
    ----------
    groups
        An irreducible set: without any one of them the others can stand, as far as these
        models see.
    reliefs
        Each alone makes all rules possible, as far as these models see; the least first.
    joint
        Where no single one does: the least of several together.
    proven
        Whether it is proven on every unit that the rules cannot stand together.
    whole_units
        Whether only that units are whole makes it impossible; with split units it would go.
    exact
        Whether the reliefs were found with whole units: then they suffice, contiguity aside.
        Else they are the least with units split, and whole units may need slightly more.
    """

    groups: tuple[RuleGroup, ...]
    reliefs: tuple[Relief, ...]
    joint: tuple[Relief, ...]
    proven: bool
    whole_units: bool = False
    exact: bool = False


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Scales:
    """What one whole of each relief is, where the problem alone does not tell.

    Parameters
    ----------
    targets
        Of a measure, (territories,): a tolerance is a fraction of it.
    budgets
        What a budget's share is a share of.
    today
        What each territory has today, by loss limit, (territories,).
    hold_of_unit
        Which hold holds each unit, -1 none, (units,); None: all holds are one.
    hold_names
        What the holds are called.
    """

    targets: Mapping[str, Floats] = field(default_factory=dict)
    budgets: Mapping[str, float] = field(default_factory=dict)
    today: Mapping[str, Floats] = field(default_factory=dict)
    hold_of_unit: Ints | None = None
    hold_names: tuple[str, ...] = ()

    def step(self, problem: AlignmentProblem, rows: Rows) -> Floats:
        """Return by how much a relief of 1 moves each limit, as the limits."""
        kind = KIND_OF_RULE[rows.rule]
        if kind == "accounts":
            return np.ones(problem.territory_count)
        if kind == "budget":
            return np.array([self.budgets.get(rows.name, _budget_total(problem, rows.name))])
        if kind == "loss":
            found = [loss.today for loss in problem.loss_limits if loss.name == rows.name]
            return self.today.get(rows.name, found[0])
        return self.targets.get(rows.name, _middle(rows))

    def hold_groups(self, problem: AlignmentProblem) -> tuple[tuple[RuleGroup, ...], Ints]:
        """Return the groups of holds in use, and which holds each unit, -1 none, (units,)."""
        held = problem.held >= 0
        nameless = self.hold_of_unit is None or bool((self.hold_of_unit[held] < 0).any())
        if self.hold_of_unit is None or nameless:
            return (HOLDS,) * bool(held.any()), np.where(held, 0, -1)
        number = np.where(held, self.hold_of_unit, -1)
        used = np.unique(number[number >= 0])
        groups = tuple(RuleGroup(kind="holds", name=self.hold_names[i]) for i in used.tolist())
        return groups, np.where(number >= 0, np.searchsorted(used, number), -1)


def group_of(rows: Rows) -> RuleGroup:
    """Return the group that a limited amount belongs to."""
    kind = KIND_OF_RULE[rows.rule]
    return RuleGroup(kind=kind, name="" if kind == "accounts" else rows.name)


def hard_rows(problem: AlignmentProblem) -> list[Rows]:
    """Return the limited amounts whose limits must hold."""
    from planner.territories.rules import collect_rows

    return [rows for rows in collect_rows(problem) if rows.is_hard]


def _budget_total(problem: AlignmentProblem, name: str) -> float:
    return next(budget.total for budget in problem.budgets if budget.name == name)


def _middle(rows: Rows) -> Floats:
    """Return the target between two limits; the limit itself where there is but one."""
    low, high = rows.lower, rows.upper
    with np.errstate(invalid="ignore"):
        both = np.where(np.isfinite(low) & np.isfinite(high), (low + high) / 2, np.nan)
    single = np.where(np.isfinite(high), np.abs(high), np.where(np.isfinite(low), np.abs(low), 0))
    found = np.where(np.isfinite(both) & (low > 0), both, single)
    return np.asarray(np.where(np.isfinite(found), found, 0.0))
