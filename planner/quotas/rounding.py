"""Rounding to a stated step that keeps the total exact and every limit whole."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from planner.quotas.limits import UNLIMITED, QuotaLimits
from planner.quotas.seasonality import split_exactly


@dataclass(frozen=True, slots=True, kw_only=True)
class Rounded:
    """Rounded quotas.

    Parameters
    ----------
    quotas
        Minor units, (people,); they sum to the total exactly.
    step
        The step that was used; smaller than asked for where limits left no room.
    residue
        What is left of the total below one step, minor units.
    residue_on
        Position of the one quota that carries it, None where nothing is left.
    unrounded
        Positions whose limits are narrower than a step, beside those set by hand.
    """

    quotas: tuple[int, ...]
    step: int
    residue: int
    residue_on: int | None
    unrounded: tuple[int, ...]


def round_quotas(
    wanted: Sequence[float], total: int, step: int, limits: QuotaLimits, receives: Sequence[bool]
) -> Rounded:
    """Round quotas to multiples of a step inside their limits, by largest remainders.

    What is left of the total below one step goes to the largest quota with room for it. Where
    limits leave no multiple for the total, the step is made ten times smaller, down to one.

    Parameters
    ----------
    wanted
        The optimum, minor units, (people,), in the order of ids, which breaks ties.
    total
        What they sum to.
    step
        Minor units.
    limits
        The limits, which hold together with the total.
    receives
        Who may have a quota at all, (people,).
    """
    while True:
        rounded = _round_at(wanted, total, step, limits, receives)
        if rounded is not None or step == 1:
            break
        step = max(step // 10, 1)
    if rounded is None:
        raise AssertionError("limits that hold together leave whole minor units")
    return rounded


def round_within(
    full: Sequence[Fraction], room: Sequence[tuple[int, int]], target: int, step: int
) -> list[int]:
    """Return amounts in whole steps, within the room of each; the largest takes the residue.

    Parameters
    ----------
    full
        What is wanted, minor units.
    room
        The least and the most of each; where they cannot hold the target, they are left aside.
    target
        What the amounts sum to.
    step
        Minor units.
    """
    lower, upper = zip(*room, strict=True)
    limited = any(low > 0 for low in lower) or any(high < UNLIMITED for high in upper)
    if limited and sum(lower) <= target <= sum(upper):
        limits = QuotaLimits(lower=lower, upper=upper, overrides={}, kinds=())
        wanted = [float(amount) for amount in full]
        return list(round_quotas(wanted, target, step, limits, [True] * len(full)).quotas)
    steps, residue = divmod(target, step)
    parts = [part * step for part in split_exactly(steps, [amount / step for amount in full])]
    largest = max(range(len(full)), key=lambda at: (full[at], at))
    parts[largest] += residue
    return parts


def _round_at(
    wanted: Sequence[float], total: int, step: int, limits: QuotaLimits, receives: Sequence[bool]
) -> Rounded | None:
    """Return the rounding at one step, None where the limits leave none."""
    people = range(len(wanted))
    low = [-(-limits.lower[i] // step) if receives[i] else 0 for i in people]
    high = [limits.upper[i] // step if receives[i] else 0 for i in people]
    narrow = [i for i in people if receives[i] and (low[i] > high[i] or i in limits.overrides)]
    quotas = [0] * len(wanted)
    for i in narrow:
        quotas[i] = min(max(round(wanted[i]), limits.lower[i]), limits.upper[i])
    free = [i for i in people if receives[i] and i not in set(narrow)]
    steps, residue = divmod(total - sum(quotas), step)
    counts = _largest_remainders(wanted, free, steps, step, low, high)
    if counts is None:
        return None
    for i, count in counts.items():
        quotas[i] = count * step
    holder = _residue_holder(quotas, free, residue, limits)
    if residue and holder is None:
        return None
    if holder is not None:
        quotas[holder] += residue
    unrounded = tuple(i for i in narrow if i not in limits.overrides)
    return Rounded(
        quotas=tuple(quotas), step=step, residue=residue, residue_on=holder, unrounded=unrounded
    )


def _largest_remainders(
    wanted: Sequence[float],
    free: Sequence[int],
    steps: int,
    step: int,
    low: Sequence[int],
    high: Sequence[int],
) -> dict[int, int] | None:
    """Give whole steps to people, nearest to what is wanted, inside the limits."""
    if not sum(low[i] for i in free) <= steps <= sum(high[i] for i in free):
        return None
    counts = {i: min(max(int(wanted[i] // step), low[i]), high[i]) for i in free}
    missing = steps - sum(counts.values())
    while missing > 0:
        open_ = [i for i in free if counts[i] < high[i]]
        open_.sort(key=lambda i: (counts[i] - wanted[i] / step, i))
        for i in open_[:missing]:
            counts[i] += 1
        missing = steps - sum(counts.values())
    while missing < 0:
        open_ = [i for i in free if counts[i] > low[i]]
        open_.sort(key=lambda i: (wanted[i] / step - counts[i], i))
        for i in open_[:-missing]:
            counts[i] -= 1
        missing = steps - sum(counts.values())
    return counts


def _residue_holder(
    quotas: Sequence[int], free: Sequence[int], residue: int, limits: QuotaLimits
) -> int | None:
    if not residue:
        return None
    able = [i for i in free if quotas[i] + residue <= limits.upper[i]]
    return max(able, key=lambda i: (quotas[i], -i), default=None)
