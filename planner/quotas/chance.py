"""How far chance alone leaves reps apart: single orders that come, stay away, or go elsewhere."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from planner.findings import Finding
from planner.quotas.fairness_result import DISPERSION, FEWEST, Evidence, FairnessTest, Light
from planner.quotas.past_attainment import (
    Basis,
    PastPeriod,
    attain,
    quota_shares,
    relate_to_company,
)
from planner.quotas.statistics import Estimate

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Verdict = Literal["below", "within", "above"]
TOSSES = 500
BLOCK = 512
INTERVAL = (0.025, 0.975)


@dataclass(frozen=True, slots=True, kw_only=True)
class Chance:
    """The dispersion that quotas would leave which are each rep's exact mean.

    Parameters
    ----------
    dispersion
        In the middle: chance leaves more as often as less.
    low, high
        What it leaves in 95 of 100 cases.
    observed
        The dispersion that there was under the quotas themselves.
    count
        Reps and periods.
    """

    dispersion: float
    low: float
    high: float
    observed: float
    count: int

    @property
    def verdict(self) -> Verdict:
        """Return where the observed dispersion lies."""
        if self.observed < self.low:
            return "below"
        return "above" if self.observed > self.high else "within"

    @property
    def beyond(self) -> float:
        """Return what is left of the observed dispersion when chance is taken out (squares add)."""
        return float(np.sqrt(max(self.observed**2 - self.dispersion**2, 0.0)))


def toss_surprises(periods: Sequence[PastPeriod], seed: int) -> tuple[Floats, ...] | None:
    """Toss for each account whether what surprised came as more or as less than expected.

    A rep's bookings are the sum of what his accounts book. Where these are independent, and each
    surprise (bookings less forecast) could as well have had the other sign, the sums of surprises
    under tossed signs are what could have happened to reps whose mean was known exactly: the wild
    bootstrap (Wu 1986; Rademacher signs by Davidson & Flachaire 2008). The surprises hold the
    error of the forecast of each account too, so chance is what the plan's own forecast calls
    so; what moves all accounts of a rep together is not in it.

    Parameters
    ----------
    periods
        With ``surprises``.
    seed
        Of the tosses.

    Returns
    -------
    Sums by toss and rep, minor units, one array (tosses, reps) a period; None where the
    surprises of a period are not known.
    """
    if not periods or any(period.surprises is None for period in periods):
        return None
    rng = np.random.default_rng(seed)
    return tuple(_toss(period, rng) for period in periods)


def _toss(period: PastPeriod, rng: np.random.Generator) -> Floats:
    assert period.surprises is not None
    sums = np.zeros((TOSSES, len(period.actual)))
    for rep, surprises in enumerate(period.surprises):
        for first in range(0, len(surprises), BLOCK):
            block = surprises[first : first + BLOCK]
            heads = rng.integers(0, 2, (TOSSES, len(block)), dtype=np.int8)
            # Not a matrix product: its order of summing may depend on the number of threads.
            sums[:, rep] += 2.0 * np.einsum("ta,a->t", heads, block) - block.sum()
    return sums


def measure_chance(
    periods: Sequence[PastPeriod], tossed: Sequence[Floats], blend: Basis | None
) -> Chance | None:
    """Return how far chance alone would have left reps apart under one basis.

    Parameters
    ----------
    periods
        The past, oldest first.
    tossed
        From :func:`toss_surprises`.
    blend
        The basis; None for the quotas that there were.

    Returns
    -------
    None where nobody took part.
    """
    observed, chance = [], []
    for period, sums in zip(periods, tossed, strict=True):
        attainment = attain(period, blend)
        observed.append(relate_to_company(period, attainment))
        part = np.isfinite(attainment)
        share = quota_shares(period, blend)[part]
        if share.sum() <= 0 or period.actual[part].sum() <= 0:
            continue
        mean = share * (period.actual[part].sum() / share.sum())
        booked = mean + sums[:, part]
        total = np.maximum(booked.sum(axis=1, keepdims=True), 1.0)
        chance.append(booked / mean * (mean.sum() / total))
    apart = np.concatenate(observed)
    if not chance or len(apart) < 2:
        return None
    spread = np.concatenate(chance, axis=1).std(axis=1)
    low, middle, high = np.quantile(spread, [INTERVAL[0], 0.5, INTERVAL[1]])
    return Chance(
        dispersion=float(middle),
        low=float(low),
        high=float(high),
        observed=float(apart.std()),
        count=len(apart),
    )


def find_chance(best: Chance | None, past: Chance | None) -> tuple[Finding, ...]:
    """Say how much of the dispersion is chance, under the best basis and the past quotas.

    Parameters
    ----------
    best
        Under the basis that did best; None where it cannot be said.
    past
        Under the quotas that there were.
    """
    sentences = (
        ("backtest.chance", best and _best_words(best)),
        ("backtest.past_chance", past and _past_words(past)),
    )
    return tuple(
        Finding(severity="info", code=code, message=words[0], advice=words[1], subject="quota")
        for code, words in sentences
        if words
    )


def _best_words(best: Chance) -> tuple[str, str]:
    message = (
        f"Of the dispersion of {best.observed:.2f} that the best basis leaves, about "
        f"{min(best.dispersion, best.observed):.2f} is chance ({_range(best)}): single orders that "
        "come, stay away or go to another rep."
    )
    if best.verdict == "above":
        return message, (
            f"The other {best.beyond:.2f} (squares add) is how well people sold, or what another "
            "basis could still take out."
        )
    return message, "No basis that knows no more of the accounts can be relied on to leave less."


def _past_words(past: Chance) -> tuple[str, str]:
    message = f"The past quotas left {past.observed:.2f}; chance alone leaves {_range(past)}: "
    if past.verdict == "below":
        return f"{message}they lie below it.", (
            "Quotas that only know the past are not so near to the result: these look as though "
            "they were set, or corrected, when it was known, and are no yardstick."
        )
    if past.verdict == "above":
        return f"{message}they lie above it.", (
            "A basis that shares the total better would have left reps less far apart."
        )
    return f"{message}they lie within it.", (
        "A basis that leaves a little more or less than they did is no worse and no better."
    )


def _range(chance: Chance) -> str:
    return f"{chance.low:.2f} to {chance.high:.2f}"


SOURCE = (
    "What chance leaves: dispersion when each account's surprise falls on either side by the toss "
    "of a coin (wild bootstrap, Wu 1986), around quotas that are each rep's mean; 95 of 100 tosses."
)


def check_dispersion(found: Chance, evidence: Evidence) -> FairnessTest:
    """Test whether reps were further apart than chance alone explains, or nearer.

    Never red: people sell unlike well, which no quota should hide.

    Parameters
    ----------
    found
        What chance leaves, and what there was.
    evidence
        Under the plan's basis on past periods, or under the quotas that there were.
    """
    few = found.count < FEWEST or found.dispersion <= 0
    light: Light = "grey" if few else "green" if found.verdict == "within" else "amber"
    verdict = {
        "below": "nearer to each other than chance leaves, as though quotas had known the result",
        "within": "no further apart than chance alone leaves",
        "above": "further apart than chance alone leaves: people sold unlike well, or the basis "
        "misses something",
    }[found.verdict]
    words = (
        f"Reps were {verdict} (dispersion of attainment {found.observed:.2f}, by chance "
        f"{_range(found)})."
    )
    return FairnessTest(
        name=DISPERSION,
        evidence=evidence,
        figure=Estimate(
            value=None if few else found.observed / found.dispersion,
            low=None if few else found.observed / found.high,
            high=None if few or found.low <= 0 else found.observed / found.low,
            count=found.count,
        ),
        light=light,
        sentence=f"Too few reps ({found.count}) to part chance from the rest." if few else words,
        threshold=SOURCE,
    )
