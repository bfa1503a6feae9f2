"""Credibility: own history at several spans, pulled toward what similar accounts book.

Each span of the history is an unbiased but noisy estimate, and so are the peers. How far to
trust each is learned from past days: weights that are not negative and sum to one, so that the
company's total is kept, and that minimise a robust error (Bühlmann & Straub 1970 with
empirical weights; pseudo-Huber loss, since sales are lumpy).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
from scipy.optimize import LinearConstraint, minimize

if TYPE_CHECKING:
    from planner.potential.features import Snapshot
    from planner.potential.panel import Lesson

Floats = npt.NDArray[np.float64]

ROWS_FITTED = 30_000
# The loss is quadratic below this error (in typical accounts) and absolute above it.
ROBUST_FROM = 0.05
# Shares of the company's total that each part is believed to explain before any past day.
PRIOR = {
    "customer life": 0.4,
    "customer life, last year": 0.4,
    "last 12 months": 0.14,
    "peers": 0.06,
}
PRIOR_OF_KINDS = {
    "recurring, customer life": 0.4,
    "recurring, last 12 months": 0.3,
    "expansion, last 12 months": 0.08,
    "expansion, customer life": 0.08,
    "last 12 months": 0.08,
    "peers": 0.06,
}
# How strongly the learned shares are held to these.
PRIOR_STRENGTH = 0.03
# Accounts that never bought are believed to book this share of the total, and where they are few
# this share of what their peers book, as if two full lessons had shown it.
NEW_SHARE, NEW_RATE, NEW_EVIDENCE = 0.03, 0.1, 2.0
NEW = "peers, new"
# Over how many months newcomers are counted, the longest that half of what is known holds; and
# the most that they are believed to book, in units of what all others do.
LATELY, MOST_NEW = (6, 3), 1.0
YEAR = 12


@dataclass(frozen=True, slots=True)
class Credibility:
    """Weights of the parts that an estimate is made of.

    Parameters
    ----------
    weights
        What a part counts for, by name; a part is monthly bookings.
    """

    weights: dict[str, float]

    def predict(self, snapshot: Snapshot) -> Floats:
        """Return the weighted parts."""
        return np.asarray(sum(self.contributions(snapshot).values()))

    def contributions(self, snapshot: Snapshot) -> dict[str, Floats]:
        """Return what each part adds to each account, minor units a month."""
        return {
            name: part * self.weights[name]
            for name, part in parts(snapshot).items()
            if self.weights.get(name, 0.0) > 0
        }


@dataclass(frozen=True, slots=True)
class Shrinkage:
    """Own history pulled toward similar accounts, with learned trust."""

    name: str = "shrinkage"

    def fit(self, lessons: Sequence[Lesson], snapshot: Snapshot, seed: int) -> Credibility:
        """Learn how far each part is to be trusted."""
        names = list(own_parts(snapshot))
        useful = [lesson for lesson in lessons if lesson.rate[lesson.snapshot.bought].sum() > 0]
        weights = (
            _learned(useful, believed_shares(names), seed)
            if useful
            else _of_shares(believed_shares(names), snapshot)
        )
        named = dict(zip(names, weights.tolist(), strict=True))
        return Credibility({**named, NEW: _new_weight(useful, snapshot, named)})


def believed_shares(names: Sequence[str]) -> Floats:
    """Return the shares believed beforehand, (parts,), summing to one."""
    prior = PRIOR_OF_KINDS if "recurring, customer life" in names else PRIOR
    shares = np.array([prior.get(name, 0.0) for name in names])
    return np.asarray(shares / shares.sum())


def _of_shares(shares: Floats, snapshot: Snapshot) -> Floats:
    """Return the weights under which each part explains its share of the present total."""
    rows = _typical_parts(snapshot)
    means = rows[snapshot.bought].mean(axis=0) if snapshot.bought.any() else np.zeros(len(shares))
    return np.divide(shares, means, out=np.zeros(len(shares)), where=means > 0)


def _learned(lessons: Sequence[Lesson], belief: Floats, seed: int) -> Floats:
    """Return the weights learned from the accounts that had bought."""
    bought = [lesson.snapshot.bought for lesson in lessons]
    rows = np.vstack(
        [_typical_parts(one.snapshot)[own] for one, own in zip(lessons, bought, strict=True)]
    )
    target = [
        one.rate[own] / one.rate[own].mean() for one, own in zip(lessons, bought, strict=True)
    ]
    weight = [np.full(int(own.sum()), one.weight) for one, own in zip(lessons, bought, strict=True)]
    kept = _sample(len(rows), seed)
    chosen = np.concatenate(weight)[kept]
    return Shares(
        rows=rows[kept],
        target=np.concatenate(target)[kept],
        weight=chosen / chosen.sum(),
        belief=belief,
        strength=PRIOR_STRENGTH / min(sum(one.weight for one in lessons), 1.0),
    ).solve()


def _new_weight(lessons: Sequence[Lesson], snapshot: Snapshot, own: dict[str, float]) -> float:
    """Return the weight of the peers for accounts that never bought.

    It is the share of bookings that such accounts brought on past days, held to a belief, in
    the measure of the weights of those that had bought.
    """
    expected = sum(float(part.sum()) * own[name] for name, part in own_parts(snapshot).items())
    peers = float(snapshot.peers[~snapshot.bought].sum())
    if peers <= 0:
        return 0.0
    present = peers / max(float(snapshot.peers[snapshot.bought].sum()), 1e-9)
    odds = NEW_EVIDENCE * min(NEW_SHARE, NEW_RATE * present)
    evidence = NEW_EVIDENCE
    lately = None if lessons else newcomers_lately(snapshot)
    if lately is not None:
        odds, evidence = odds + lately, evidence + 1
    for lesson in lessons:
        before = ~lesson.snapshot.bought
        mass = float(lesson.snapshot.peers[before].sum()) / max(
            float(lesson.snapshot.peers[~before].sum()), 1e-9
        )
        shown = float(lesson.rate[before].sum()) / float(lesson.rate[~before].sum())
        odds += lesson.weight * shown * (present / mass if mass > 0 else 0.0)
        evidence += lesson.weight
    return odds / evidence * expected / peers


def newcomers_lately(snapshot: Snapshot) -> float | None:
    """Return what accounts that first bought lately booked, over what all others did then.

    It stands in where no past window is over. None with less than half a year known, and with
    more than a year, when those who buy once a year would count as new.
    """
    span = next((months for months in LATELY if snapshot.months >= 2 * months), None)
    if span is None or snapshot.months > YEAR:
        return None
    age, booked = (
        snapshot.signals["months since first purchase"],
        snapshot.levels[f"last {span} months"],
    )
    fresh = float(booked[age <= span].sum())
    return min(fresh / max(float(booked.sum()) - fresh, 1e-9), MOST_NEW)


def own_parts(snapshot: Snapshot) -> dict[str, Floats]:
    """Return the parts that an estimate of a customer may be made of, minor units a month."""
    own = {name: level for name, level in snapshot.levels.items() if "smoothed" not in name}
    own["peers"] = np.where(snapshot.bought, snapshot.peers, 0.0)
    if "open pipeline" in snapshot.signals:
        own["open pipeline"] = snapshot.signals["open pipeline"]
    return own


def parts(snapshot: Snapshot) -> dict[str, Floats]:
    """Return all parts, with what peers of accounts that never bought would book."""
    return {**own_parts(snapshot), NEW: np.where(snapshot.bought, 0.0, snapshot.peers)}


def _typical_parts(snapshot: Snapshot) -> Floats:
    return np.column_stack(list(own_parts(snapshot).values())) / snapshot.typical_rate


def _sample(rows: int, seed: int) -> npt.NDArray[np.int64]:
    if rows <= ROWS_FITTED:
        return np.arange(rows)
    return np.sort(np.random.default_rng(seed).choice(rows, ROWS_FITTED, replace=False))


@dataclass(frozen=True, slots=True, kw_only=True)
class Shares:
    """The search for the parts' shares of the total.

    Parameters
    ----------
    rows
        Parts in units of the typical account, (observations, parts).
    target
        What was booked in units of the mean account, (observations,).
    weight
        Of each observation, summing to one.
    belief
        Shares believed beforehand, (parts,).
    strength
        How strongly the shares are held to the belief.
    robust_from
        The loss is quadratic below this error, in mean accounts, and absolute above it.
    """

    rows: Floats
    target: Floats
    weight: Floats
    belief: Floats
    strength: float
    robust_from: float = ROBUST_FROM

    def solve(self) -> Floats:
        """Return weights of the parts, not negative, under which the total is kept, (parts,)."""
        means = self.weight @ self.rows
        usable = means > 0
        # In shares of the total each variable is of the order of one, which the solver needs.
        shares = self.rows[:, usable] / means[usable]
        believed = self.belief[usable] / max(self.belief[usable].sum(), 1e-12)
        count = shares.shape[1]

        def loss(share: Floats) -> tuple[float, Floats]:
            miss, away = shares @ share - self.target, share - believed
            size = np.sqrt(self.robust_from**2 + miss**2)
            value = self.weight @ (size - self.robust_from) + self.strength * (away @ away)
            return float(value), (self.weight * miss / size) @ shares + 2 * self.strength * away

        answer = minimize(
            loss,
            np.full(count, 1 / count),
            jac=True,
            bounds=[(0.0, 1.0)] * count,
            constraints=LinearConstraint(np.ones((1, count)), 1.0, 1.0),
            method="SLSQP",
            options={"maxiter": 200, "ftol": 1e-9},
        )
        weights = np.zeros(len(means))
        weights[usable] = np.clip(answer.x, 0, None) / means[usable]
        return weights
