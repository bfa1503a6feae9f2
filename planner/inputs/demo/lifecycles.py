"""When each account became a customer, renews and leaves, and so what 2027 should bring."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from planner.inputs.demo.accounts import Nature
from planner.inputs.demo.design import HISTORY_MONTHS, Bools, Design, Floats, Ints

NEVER = 9_999
# Anniversaries by month of the year, January first: few fall near the start of the plan.
ANNIVERSARIES = np.array([2, 2, 4, 8, 9, 17, 8, 8, 17, 10, 10, 5]) / 100
NEW_IN_WINDOW = 0.28
EXPANSION_SHARE = 0.25
EXPANSION_SPREAD = 0.9
EXPANSION_MEAN = EXPANSION_SHARE * float(np.exp(EXPANSION_SPREAD**2 / 2))
# Share of the grown level in the first, second and later years as a customer.
MATURITY = np.array([0.55, 0.80, 1.00])
MIDDLE_OF_PLAN = HISTORY_MONTHS + 6
WIN_BACK = 0.06


@dataclass(frozen=True, slots=True, kw_only=True)
class Lifecycle:
    """The customer's years, each array (accounts,); month 0 is the first of the history.

    Parameters
    ----------
    start, churned
        Month of the first order and of the renewal that was lost; ``NEVER`` where none.
    anniversary
        Month of the first anniversary inside the history, 0 to 11.
    growth
        Yearly growth of the level, fraction.
    term
        Years of the present contract.
    """

    start: Ints
    churned: Ints
    anniversary: Ints
    growth: Floats
    term: Ints

    @property
    def active(self) -> Bools:
        """Return whether the account is a customer at the end of the history."""
        return np.asarray((self.start < HISTORY_MONTHS) & (self.churned == NEVER))

    def level_factor(self, month: Ints) -> Floats:
        """Return the share of the grown level that a month of the account's life is at."""
        years = np.clip((month - self.start) // 12, 0, 2)
        return np.asarray(MATURITY[years] * (1 + self.growth) ** ((month - HISTORY_MONTHS) / 12))


def draw_lifecycles(design: Design, nature: Nature) -> Lifecycle:
    """Return when each account started, and which renewal it lost."""
    rng, count = design.stream(3), design.accounts
    month_of_year = rng.choice(12, count, p=ANNIVERSARIES)
    anniversary = (month_of_year + 1) % 12
    new = rng.random(count) < NEW_IN_WINDOW
    years = np.where(new, rng.integers(0, 3, count), -rng.integers(1, 6, count))
    start = np.where(nature.prospect, NEVER, anniversary + 12 * years)
    churned = np.full(count, NEVER, dtype=np.int64)
    for year in range(3):
        month = anniversary + 12 * year
        due = (month > start) & (churned == NEVER)
        churned = np.where(due & (rng.random(count) < nature.churn), month, churned)
    return Lifecycle(
        start=start,
        churned=churned,
        anniversary=anniversary,
        growth=np.clip(0.04 + 0.06 * rng.standard_normal(count), -0.12, 0.20),
        term=rng.choice([1, 2, 3], count, p=[0.5, 0.25, 0.25]),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Truth:
    """What the plan's year holds, each array (accounts,), currency units.

    Parameters
    ----------
    level
        What a typical rep renews in the year, if it is renewed.
    renewal, deals
        Probability of the renewal (or of the first order), and expansion deals expected.
    expected
        Expected bookings with a typical rep.
    """

    level: Floats
    renewal: Floats
    deals: Floats

    @property
    def expected(self) -> Floats:
        """Return expected bookings with a typical rep, currency units."""
        return np.asarray(self.level * (self.renewal + self.deals * EXPANSION_MEAN))

    @property
    def any_booking(self) -> Floats:
        """Return the probability that the account books anything at all."""
        return np.asarray(1 - (1 - self.renewal) * np.exp(-self.deals))

    def draw(self, design: Design) -> Floats:
        """Return one year as it may come with typical reps, currency units."""
        rng, count = design.stream(4), design.accounts
        order = (rng.random(count) < self.renewal) * np.exp(0.22 * rng.standard_normal(count))
        deals = rng.poisson(self.deals)
        which = np.repeat(np.arange(count), deals)
        size = EXPANSION_SHARE * np.exp(EXPANSION_SPREAD * rng.standard_normal(len(which)))
        return np.asarray(self.level * (order + np.bincount(which, size, minlength=count)))


def truth_of(nature: Nature, life: Lifecycle) -> Truth:
    """Return the planted truth of the plan's year."""
    active, former = life.active, life.churned < NEVER
    middle = np.full(len(active), MIDDLE_OF_PLAN)
    grown = np.where(active, life.level_factor(middle), MATURITY[0])
    win = np.where(former, WIN_BACK, nature.win)
    return Truth(
        level=nature.level * grown,
        renewal=np.where(active, 1 - nature.churn, win),
        deals=nature.appetite * np.where(active, 1 - nature.churn / 2, win * 0.4),
    )
