"""How far a solve is, how long it may go on, and whom to tell."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
COMPILING = 0.5
"""Share of a limit of time that loops may take to compile before it is lengthened."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """What a solve has reached.

    Parameters
    ----------
    stage
        What it is doing.
    cost, bound, gap
        As in the result; None while unknown.
    worst_balance
        The largest relative excess over any hard limit of the best alignment; 0 when all hold.
    seconds
        Since the solve began.
    """

    stage: str
    cost: float | None = None
    bound: float | None = None
    gap: float | None = None
    worst_balance: float | None = None
    seconds: float = 0.0


ProgressCallback = Callable[[Progress], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """The terms of one solve.

    Parameters
    ----------
    seed
        Of all draws.
    effort
        Multiplies the counted work.
    time_limit
        Seconds after which to return the best so far; None: the counted work alone.
    progress
        Whom to tell.
    began
        When it started, on the monotonic clock.
    compiling
        Seconds that loops have taken to compile, once on a machine.
    """

    seed: int = 0
    effort: float = 1.0
    time_limit: float | None = None
    progress: ProgressCallback | None = None
    began: float = field(default_factory=time.monotonic)
    compiling: Callable[[], float] = lambda: 0.0

    @property
    def elapsed(self) -> float:
        """Seconds since the solve began, whatever it did."""
        return time.monotonic() - self.began

    @property
    def seconds(self) -> float:
        """How long the solve has gone on; compiling counts for half of the limit at most."""
        spent = self.compiling()
        counted = spent if self.time_limit is None else min(spent, COMPILING * self.time_limit)
        return self.elapsed - spent + counted

    @property
    def remaining(self) -> float:
        """Seconds that are left, infinite without a limit."""
        return float("inf") if self.time_limit is None else self.time_limit - self.seconds

    def is_over(self, share: float = 1.0) -> bool:
        """Return whether a share of the time has passed."""
        return self.time_limit is not None and self.seconds >= share * self.time_limit

    def make_rng(self) -> np.random.Generator:
        """Return the generator of this solve's draws."""
        return np.random.default_rng(self.seed)

    def tell(
        self,
        stage: str,
        cost: float | None = None,
        bound: float | None = None,
        worst_balance: float | None = None,
    ) -> None:
        """Tell whoever wants to know what has been reached."""
        if self.progress is None:
            return
        gap = None
        if cost and bound is not None:
            gap = max(cost - bound, 0.0) / abs(cost)
        self.progress(
            Progress(
                stage=stage,
                cost=cost,
                bound=bound,
                gap=gap,
                worst_balance=worst_balance,
                seconds=self.seconds,
            )
        )


def worst_excess(amounts: Floats, lower: Floats, upper: Floats, territory_of: Ints) -> float:
    """Return the largest excess over a limit, relative to it, 0 where all hold.

    Parameters
    ----------
    amounts
        (measures, units)
    lower, upper
        (measures, territories), infinite where there is none.
    territory_of
        Territory of each unit, (units,).
    """
    worst, territories = 0.0, lower.shape[1]
    for row, low, high in zip(amounts, lower, upper, strict=True):
        loads = np.bincount(territory_of, row, territories)
        for limit, over in ((high, loads - high), (low, low - loads)):
            known = np.isfinite(limit)
            share = over[known] / np.maximum(np.abs(limit[known]), 1e-300)
            worst = max(worst, float(share.max(initial=0.0)))
    return worst if worst > 1e-9 else 0.0
