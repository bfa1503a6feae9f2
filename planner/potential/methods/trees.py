"""Boosted trees in two parts: whether an account buys at all, and how much when it does."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor

if TYPE_CHECKING:
    from planner.potential.features import Snapshot
    from planner.potential.panel import Lesson

Floats = npt.NDArray[np.float64]

ROWS_FITTED = 30_000
SETTINGS = {
    "max_iter": 60,
    "learning_rate": 0.08,
    "max_leaf_nodes": 8,
    "min_samples_leaf": 40,
    "l2_regularization": 5.0,
    "early_stopping": False,
}


@dataclass(frozen=True, slots=True)
class Trees:
    """Two-part boosted trees."""

    name: str = "trees"

    def fit(self, lessons: Sequence[Lesson], snapshot: Snapshot, seed: int) -> Forest | NoForest:
        """Fit both parts; with too few purchases to learn from, repeat last year."""
        if not lessons or sum(int((lesson.rate > 0).sum()) for lesson in lessons) < 100:
            return NoForest()
        rows = np.vstack([columns(lesson.snapshot) for lesson in lessons])
        target = np.concatenate([lesson.rate / lesson.snapshot.typical_rate for lesson in lessons])
        kept = np.random.default_rng(seed).permutation(len(target))[:ROWS_FITTED]
        return _fit_forest(rows[kept], target[kept], seed)


def _fit_forest(rows: Floats, target: Floats, seed: int) -> Forest:
    buys = target > 0
    buying = None
    amount = HistGradientBoostingRegressor(loss="gamma", **SETTINGS, random_state=seed)
    if not buys.all():
        buying = HistGradientBoostingClassifier(**SETTINGS, random_state=seed)
        buying.fit(rows, buys)
    amount.fit(rows[buys], target[buys])
    return Forest(buying, amount)


@dataclass(frozen=True, slots=True)
class Forest:
    """The two fitted parts; ``buying`` is None where every account bought."""

    buying: Any
    amount: Any

    def predict(self, snapshot: Snapshot) -> Floats:
        """Return the chance of buying times the amount."""
        rows = columns(snapshot)
        chance = 1.0 if self.buying is None else self.buying.predict_proba(rows)[:, 1]
        amount = self.amount.predict(rows)
        return np.asarray(chance * amount * snapshot.typical_rate)


@dataclass(frozen=True, slots=True)
class NoForest:
    """Stands in where there is too little to learn from."""

    def predict(self, snapshot: Snapshot) -> Floats:
        """Return last year's bookings a month."""
        return snapshot.levels["last 12 months"]


def columns(snapshot: Snapshot) -> Floats:
    """Return the features: levels and peers against the typical account, signals, attributes."""
    scale = snapshot.typical_rate
    levels = [np.log1p(level / scale) for level in snapshot.levels.values()]
    signals = [
        np.log1p(values / scale) if name == "open pipeline" else values
        for name, values in snapshot.signals.items()
    ]
    attributes = snapshot.attributes
    codes = [codes.astype(float) for codes in attributes.categories.values()]
    peers = np.log1p(snapshot.peers / scale)
    return np.column_stack([*levels, *signals, peers, *attributes.numeric.values(), *codes])
