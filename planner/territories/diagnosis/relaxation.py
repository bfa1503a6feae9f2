"""A linear model of the rules in which each group of them may give way at a price."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
from scipy import sparse

from planner.territories.diagnosis.bunches import Bunches
from planner.territories.diagnosis.program import Block, assemble
from planner.territories.diagnosis.proof import Weights
from planner.territories.diagnosis.terms import (
    ELIGIBILITY,
    RuleGroup,
    Scales,
    group_of,
)
from planner.territories.problem import AlignmentProblem
from planner.territories.rules.check import Rows

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
NOTHING = 1e-7
"""A relief this small is rounding."""
ROUNDS = 6
MOST_COLUMNS = 40_000
"""Above so many pairs of bunch and territory, only some of them are looked at."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Columns:
    """Which bunch goes where, and what that takes.

    Parameters
    ----------
    bunch, territory
        (columns,)
    against_hold
        Which group of holds it leaves, -1 none, (columns,).
    ineligible
        Whether eligibility forbids it, (columns,).
    """

    bunch: Ints
    territory: Ints
    against_hold: Ints
    ineligible: Bools


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Relaxed:
    """The least relief that a model needs.

    Parameters
    ----------
    reliefs
        By group, those that are not nothing.
    total
        Weighed.
    weights
        What the limits weigh at that point, for a proof; None with whole bunches.
    """

    reliefs: Mapping[RuleGroup, float]
    total: float
    weights: Weights | None


@dataclass(slots=True, kw_only=True, eq=False)
class Relaxation:
    """The rules over bunches of units, each group of which may be strict, priced or left out.

    Parameters
    ----------
    problem, scales
        What is relaxed.
    bunches
        Units taken together.
    rows
        The limited amounts that are looked at.
    whole
        Whether a bunch may not be split.
    seconds
        Deterministic seconds that one solve may take; after one that took more, none is begun.
    gave_up
        Whether some solve did not settle its question.
    """

    problem: AlignmentProblem
    scales: Scales
    bunches: Bunches
    rows: list[Rows]
    whole: bool = False
    seconds: float = 4.0
    groups: tuple[RuleGroup, ...] = ()
    columns: Columns = field(init=False)
    holds: tuple[RuleGroup, ...] = field(init=False)
    fixed: list[Block] = field(init=False)
    gave_up: bool = False
    tables: dict[tuple[str, float], Floats] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.holds, hold_of_unit = self.scales.hold_groups(self.problem)
        self.columns = list_columns(self.problem, self.bunches, hold_of_unit)
        barred = (ELIGIBILITY,) * bool(self.columns.ineligible.any())
        limits = tuple(dict.fromkeys(group_of(rows) for rows in self.rows))
        self.groups = (*limits, *self.holds, *barred)
        self.fixed = [self._hold_block(number) for number in range(len(self.holds))]
        self.fixed += [self._bar_block()] * bool(barred)

    @property
    def settled(self) -> bool:
        """Whether every solve so far settled its question."""
        return not self.gave_up

    def least(
        self, priced: Mapping[RuleGroup, float], free: Collection[RuleGroup] = ()
    ) -> Relaxed | None:
        """Return the least relief of the priced groups that makes the strict ones possible.

        Parameters
        ----------
        priced
            Cost of a relief of 1 of each group that may give way.
        free
            Groups that are left out.

        Returns
        -------
        Relaxed or None
            None where no relief of these groups is enough, or the solver gave up.
        """
        reliefs: Mapping[RuleGroup, float] = {}
        if self.gave_up:
            return None
        for _ in range(ROUNDS):
            found = self._solve(priced, free, reliefs)
            if found is None or not self._grows(found.reliefs, reliefs):
                return found
            # Wider limits count more of the large units: what they need is summed again.
            reliefs = found.reliefs
        return found

    def _grows(self, after: Mapping[RuleGroup, float], before: Mapping[RuleGroup, float]) -> bool:
        for rows in self.rows:
            by = after.get(group_of(rows), 0.0)
            wider = rows.upper + by * self.scales.step(self.problem, rows)
            large = rows.capped and self.bunches.largest(rows) > rows.upper.min(initial=np.inf)
            if (
                large
                and by > before.get(group_of(rows), 0.0) + NOTHING
                and np.isfinite(wider).any()
            ):
                return True
        return False

    def _solve(
        self,
        priced: Mapping[RuleGroup, float],
        free: Collection[RuleGroup],
        reliefs: Mapping[RuleGroup, float],
    ) -> Relaxed | None:
        loose = {*priced, *free}
        use = self._usable(loose)
        blocks = [
            block
            for block in (*self._limit_blocks(reliefs, use), *self._pick(use, loose))
            if block.group not in free
        ]
        names, shares = list(priced), int(use.sum())
        program = assemble(blocks, self.columns.bunch[use], len(self.bunches.size), names)
        cost = np.array([priced[name] for name in names])
        values, duals, settled = program.solve(cost, shares, self.whole, self.seconds)
        self.gave_up = self.gave_up or not settled
        if values is None:
            return None
        kept = {
            name: float(by)
            for name, by in zip(names, values[shares:].tolist(), strict=True)
            if by > NOTHING
        }
        return Relaxed(
            reliefs=kept,
            total=sum(priced[group] * by for group, by in kept.items()),
            weights=None if duals is None else program.weigh(duals, cost, self._labels()),
        )

    def _labels(self) -> dict[str, int]:
        """Return how many prices there are under each label."""
        return {rows.label: len(rows.upper) for rows in self.rows}

    def _usable(self, loose: Collection[RuleGroup]) -> Bools:
        """Return which columns the strict groups leave, (columns,)."""
        lifted = np.array([group in loose for group in self.holds] + [True])
        use = lifted[self.columns.against_hold]
        return use if ELIGIBILITY in loose else use & ~self.columns.ineligible

    def _pick(self, use: Bools, loose: Collection[RuleGroup]) -> list[Block]:
        """Return the blocks of holds and eligibility that are not strict: those are no columns."""
        return [
            Block(
                group=block.group,
                matrix=block.matrix[:, use],
                lower=block.lower,
                upper=block.upper,
                step=block.step,
            )
            for block in self.fixed
            if block.group in loose
        ]

    def _limit_blocks(self, reliefs: Mapping[RuleGroup, float], use: Bools) -> list[Block]:
        where, bunch = self.columns.territory[use], self.columns.bunch[use]
        blocks = []
        for rows in self.rows:
            step = self.scales.step(self.problem, rows)
            amounts = self._table(rows, reliefs.get(group_of(rows), 0.0), step)[bunch, where]
            place = np.zeros_like(where) if rows.plan_wide else where
            shape = (len(rows.upper), len(where))
            matrix = sparse.csr_array((amounts, (place, np.arange(len(where)))), shape=shape)
            group = group_of(rows)
            block = Block(
                group=group,
                matrix=matrix,
                lower=rows.lower,
                upper=rows.upper,
                step=step,
                label=rows.label,
            )
            blocks.append(block)
        return blocks

    def _table(self, rows: Rows, relief: float, step: Floats) -> Floats:
        """Return what each bunch adds at each territory, large units as the limit widened."""
        key = (rows.label, relief)
        if key not in self.tables:
            cap = rows.upper + relief * step if rows.capped else None
            self.tables[key] = self.bunches.table(self.problem, rows, cap)
        return self.tables[key]

    def _hold_block(self, number: int) -> Block:
        """Return the row of a group of holds: the share of its accounts that leaves."""
        leaves = self.columns.against_hold == number
        accounts = self.bunches.accounts * (self.bunches.hold == number)
        return self._share_block(self.holds[number], leaves, float(accounts.sum()))

    def _bar_block(self) -> Block:
        barred = self.columns.ineligible
        return self._share_block(ELIGIBILITY, barred, float(self.bunches.accounts.sum()))

    def _share_block(self, group: RuleGroup, against: Bools, total: float) -> Block:
        amounts = np.where(against, self.bunches.accounts[self.columns.bunch], 0.0)[None, :]
        return Block(
            group=group,
            matrix=sparse.csr_array(amounts),
            lower=np.array([-np.inf]),
            upper=np.zeros(1),
            step=np.array([max(total, 1.0)]),
        )


def list_columns(problem: AlignmentProblem, bunches: Bunches, hold_of_unit: Ints) -> Columns:
    """Return every bunch with every territory, and which rule each pair goes against.

    Parameters
    ----------
    problem, bunches
        The model.
    hold_of_unit
        Which group of holds holds each unit, (units,).
    """
    eligible = problem.eligible_block(bunches.first)
    bunch, territory = np.nonzero(_looked_at(problem, bunches, eligible))
    held = problem.held[bunches.first][bunch]
    hold = hold_of_unit[bunches.first][bunch]
    return Columns(
        bunch=bunch,
        territory=territory,
        against_hold=np.where((held >= 0) & (held != territory), hold, -1),
        ineligible=~eligible[bunch, territory],
    )


def _looked_at(problem: AlignmentProblem, bunches: Bunches, eligible: Bools) -> Bools:
    """Return the pairs that stand in the model: all, or today's, the held, and some of the rest."""
    count, territories = eligible.shape
    stride = -(-count * territories // MOST_COLUMNS)
    if stride == 1:
        return np.ones_like(eligible)
    rank = np.where(eligible, eligible.cumsum(axis=1), (~eligible).cumsum(axis=1))
    kept = (rank + np.arange(count)[:, None]) % stride == 0
    kept |= eligible & (eligible.sum(axis=1) <= stride)[:, None]
    for seat in (problem.current[bunches.first], problem.held[bunches.first]):
        rows = np.flatnonzero(seat >= 0)
        kept[rows, seat[rows]] = True
    return np.asarray(kept)
