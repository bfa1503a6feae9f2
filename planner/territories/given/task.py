"""What a search works on, and on which terms."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from planner.territories.given.incumbent import Incumbent, finite
from planner.territories.given.model import Model
from planner.territories.given.search import Search
from planner.territories.prices.candidates import Candidates
from planner.territories.prices.dual import Priced
from planner.territories.progress import Run


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Task:
    """What a search works on, and on which terms.

    Parameters
    ----------
    model, candidates, priced
        What is searched, at the bound's prices.
    scale
        The typical difference in cost.
    run
        Seed, effort, time and whom to tell.
    rng
        For all draws.
    best
        Where to keep what is found, whatever interrupts.
    """

    model: Model
    candidates: Candidates
    priced: Priced
    scale: float
    run: Run
    rng: np.random.Generator
    best: Incumbent

    def offer(self, search: Search, stage: str) -> None:
        """Keep an assignment if it is the best so far, and tell."""
        if self.best.offer(search):
            self.tell(stage)

    def tell(self, stage: str) -> None:
        """Tell how far the search is."""
        best = self.best
        self.run.tell(stage, finite(best.cost), best.bound, best.worst)

    @property
    def gap(self) -> float:
        """Relative gap between the best cost and the bound; infinite without an assignment."""
        best = self.best
        return (
            (best.cost - best.bound) / max(abs(best.cost), 1e-300) if best.excess == 0 else np.inf
        )
