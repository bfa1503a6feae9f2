"""The one optimisation: quotas closest to the fair shares under all limits at once.

The quotas minimise the relative entropy to the fair shares, sum x log(x / w) - x, subject to
the total of each component and the limits of each person. The problem is strictly convex, so
the answer is unique and does not depend on the order of rows; and because the minimiser is the
gradient of a convex function of log w, raising one basis never lowers that quota, whatever the
limits are (Csiszár 1975, I-divergence geometry; Rockafellar 1970, theorem 24.9). Without limits
it is the plain proportional share. The dual has one variable a total and one a person and is
solved by block ascent (Bregman 1967); with one component by a search for its single price.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import sparse

from planner.quotas.limits import Limit, QuotaLimits
from planner.quotas.programs import solve_program

Floats = npt.NDArray[np.float64]
SWEEPS = 5_000
PRECISION = 1e-13


def allocate(weights: Floats, totals: Floats, lower: Floats, upper: Floats) -> Floats:
    """Allocate totals to people as close to their weights as the limits allow.

    Parameters
    ----------
    weights
        Fair shares up to a factor for each component, (people, components); 0 never receives.
    totals
        What each component adds up to, (components,).
    lower, upper
        Limits of each person's sum over components, (people,); they must be able to hold.

    Returns
    -------
    Quotas, (people, components), whose columns add up to the totals.
    """
    if weights.shape[1] == 1:
        return _clip_to_total(weights[:, 0], float(totals[0]), lower, upper)[:, None]
    prices = totals / weights.sum(axis=0)
    scales = np.ones(len(weights))
    for _ in range(SWEEPS):
        sums = weights @ prices
        scales = np.clip(sums, lower, upper) / np.where(sums > 0, sums, 1.0)
        fresh = totals / (weights * scales[:, None]).sum(axis=0)
        done = np.allclose(fresh, prices, rtol=PRECISION, atol=0.0)
        prices = fresh
        if done:
            break
    return np.asarray(weights * scales[:, None] * prices)


def _clip_to_total(weights: Floats, total: float, lower: Floats, upper: Floats) -> Floats:
    """Find the price at which the clipped shares add up to the total: exact, by breakpoints."""
    active = weights > 0
    low, high = np.where(active, lower, 0.0), np.where(active, upper, 0.0)
    safe = np.where(active, weights, 1.0)
    breaks = np.unique(np.concatenate([low[active] / safe[active], high[active] / safe[active]]))

    def clipped(price: float) -> Floats:
        return np.asarray(np.clip(price * weights, low, high))

    first, last = 0, len(breaks) - 1
    while first < last:
        middle = (first + last) // 2
        if clipped(breaks[middle]).sum() < total:
            first = middle + 1
        else:
            last = middle
    # Between two breakpoints the same people are free, so the price is a quotient.
    under = breaks[max(first - 1, 0)]
    free = active & (low / safe <= under) & (high / safe > under)
    if not free.any():
        return clipped(float(breaks[first]))
    fixed = clipped(float(under))[~free].sum()
    return clipped(float((total - fixed) / weights[free].sum()))


@dataclass(frozen=True, slots=True, kw_only=True)
class Relaxation:
    """How far one kind of limit would have to give way.

    Parameters
    ----------
    limit
        Its name: ``change_limits.max``.
    by
        In the key's own unit, positive; a fraction of the amount for floors, caps, overrides.
    people
        Positions of those who would use it.
    """

    limit: str
    by: float
    people: tuple[int, ...]


def can_hold(weights: Floats, totals: Sequence[int], limits: QuotaLimits) -> bool:
    """Return whether the totals and all limits can hold together."""
    carried = np.asarray(weights > 0)
    receives = [bool(row.any()) for row in carried]
    low = [amount if ok else 0 for amount, ok in zip(limits.lower, receives, strict=True)]
    high = [amount if ok else 0 for amount, ok in zip(limits.upper, receives, strict=True)]
    if any(a > b for a, b in zip(low, high, strict=True)):
        return False
    if not sum(low) <= sum(totals) <= sum(high):
        return False
    if weights.shape[1] == 1 or bool((carried == np.array(receives)[:, None]).all()):
        return True
    return not find_relaxation(weights, totals, limits)


def find_relaxation(
    weights: Floats, totals: Sequence[int], limits: QuotaLimits
) -> tuple[Relaxation, ...]:
    """Find the least relaxation of the limits under which the totals hold (a linear program).

    Each kind of limit gives way by one amount for everybody; the program minimises the sum of
    the amounts, relative to the limit's own value, and an optimal vertex uses few of them.

    Returns
    -------
    The kinds that must give way; empty when everything holds as it is.
    """
    kinds = [*limits.kinds, *_override_kinds(limits, len(weights))]
    kinds = [_without_overridden(kind, limits.overrides) for kind in kinds]
    people, parts = np.nonzero(weights > 0)
    unit = float(max(sum(totals), 1))
    count = len(people)
    columns = sparse.csr_array(
        (np.ones(count), (parts, np.arange(count))), shape=(len(totals), count)
    )
    blocks, bounds = _limit_rows(kinds, people, count, unit)
    solution = solve_program(
        np.concatenate([np.zeros(count), [_price(kind) for kind in kinds]]),
        sparse.hstack([columns, sparse.csr_array((len(totals), len(kinds)))]),
        np.array([total / unit for total in totals]),
        most=blocks,
        at_most=bounds,
    )
    if solution is None:
        return ()
    needed = solution[count:]
    sums = np.zeros(len(weights))
    np.add.at(sums, people, solution[:count] * unit)
    return tuple(
        Relaxation(limit=kind.name, by=float(by), people=_users(kind, sums))
        for kind, by in zip(kinds, needed, strict=True)
        if by > 1e-9
    )


def _override_kinds(limits: QuotaLimits, count: int) -> list[Limit]:
    """Return the overrides as limits that may give way like any other."""
    amounts = tuple(limits.overrides.get(i) for i in range(count))
    if not limits.overrides:
        return []
    per_unit = np.array([float(amount or 1) for amount in amounts])
    return [
        Limit(name="overrides", upper=upper, amounts=amounts, per_unit=per_unit, value=None)
        for upper in (False, True)
    ]


def _without_overridden(kind: Limit, overrides: dict[int, int]) -> Limit:
    if kind.name == "overrides":
        return kind
    amounts = tuple(None if i in overrides else amount for i, amount in enumerate(kind.amounts))
    return Limit(
        name=kind.name,
        upper=kind.upper,
        amounts=amounts,
        per_unit=kind.per_unit,
        value=kind.value,
    )


def _limit_rows(
    kinds: Sequence[Limit], people: npt.NDArray[np.intp], count: int, unit: float
) -> tuple[sparse.csr_array, Floats]:
    """Return A and b of: sign × sum over components - relaxation × its worth <= sign × amount."""
    rows: list[int] = []
    columns: list[int] = []
    values: list[float] = []
    bounds: list[float] = []
    cells_of: dict[int, list[int]] = {}
    for cell, person in enumerate(people.tolist()):
        cells_of.setdefault(person, []).append(cell)
    for k, kind in enumerate(kinds):
        sign = 1.0 if kind.upper else -1.0
        for person, cells in cells_of.items():
            amount = kind.amounts[person]
            if amount is None:
                continue
            rows += [len(bounds)] * (len(cells) + 1)
            columns += [*cells, count + k]
            values += [sign] * len(cells) + [-float(kind.per_unit[person]) / unit]
            bounds.append(sign * amount / unit)
    shape = (len(bounds), count + len(kinds))
    return sparse.csr_array((values, (rows, columns)), shape=shape), np.array(bounds)


def _price(kind: Limit) -> float:
    """Weigh a kind by its own size; a person's override gives way last."""
    if kind.name == "overrides":
        return 10.0
    if kind.name.startswith("ote_ratio") and kind.value:
        return 1.0 / kind.value
    return 1.0


def _users(kind: Limit, sums: Floats) -> tuple[int, ...]:
    """Return who goes beyond the limit as it stands."""
    users = []
    for i, amount in enumerate(kind.amounts):
        if amount is None:
            continue
        over = sums[i] - amount if kind.upper else amount - sums[i]
        if over > max(abs(amount), 1) * 1e-9:
            users.append(i)
    return tuple(users)
