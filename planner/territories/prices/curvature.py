"""How the slope of the smoothed dual falls as prices rise: blocks of the territories that share units.

Which territories meet is marked by bits, and a block found by counting them: that stays small
where a matrix of all pairs of thousands of territories would not.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from planner.territories.blocks import run_blocks, split_blocks
from planner.territories.compiled import compiled, inlined
from planner.territories.given.model import Model
from planner.territories.prices.candidates import Candidates
from planner.territories.prices.pricing import pair_amount

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Shorts = npt.NDArray[np.int32]
Bits = npt.NDArray[np.uint64]
PRODUCTS, PRODUCTS_EACH = 3_000_000, 2_000
"""With more products of candidates, in all and for each territory, only every so many-th unit counts."""
RUNS = 2
"""Runs of units that are added up beside each other."""
ONE, TWO, FOUR, SIX = np.uint64(1), np.uint64(2), np.uint64(4), np.uint64(56)
PAIRS, NIBBLES = np.uint64(0x5555555555555555), np.uint64(0x3333333333333333)
BYTES, SUM = np.uint64(0x0F0F0F0F0F0F0F0F), np.uint64(0x0101010101010101)


class Curvature(NamedTuple):
    """The curvature of the smoothed dual, turned positive, by blocks.

    Territory ``t`` meets those of ``across[start[t]:start[t + 1]]``, itself among them: ``block``
    holds by how much the slope of each of its prices falls with each price there, (blocks, columns,
    columns). ``own`` is what each price has beside that, (territories, columns). A column of
    ``wide`` has one price for all territories, in row 0; ``shared`` is what the prices of a
    territory share with such, (territories, columns, columns), empty where there are none.
    """

    start: Ints
    across: Shorts
    block: Floats
    own: Floats
    wide: Ints
    shared: Floats


@inlined
def count_bits(word: np.uint64) -> np.uint64:
    """Return how many bits of a word are set (Wilkes, Wheeler & Gill 1957)."""
    pairs = word - ((word >> ONE) & PAIRS)
    nibbles = (pairs & NIBBLES) + ((pairs >> TWO) & NIBBLES)
    return (((nibbles + (nibbles >> FOUR)) & BYTES) * SUM) >> SIX


@compiled
def gather_visible(begin: int, end: int, shares: Floats, faint: float, places: Ints) -> int:
    """Write which candidates of a unit have neither next to nothing of it nor all; return how many."""
    found = 0
    for place in range(begin, end):
        if faint < shares[place] < 1.0 - faint:
            places[found] = place
            found += 1
    return found if found > 1 else 0


@compiled
def count_products(first: int, last: int, start: Ints, shares: Floats, faint: float) -> int:
    """Return how many pairs of visible candidates units have."""
    products = 0
    for unit in range(first, last):
        found = 0
        for place in range(start[unit], start[unit + 1]):
            found += faint < shares[place] < 1.0 - faint
        products += found * found
    return products


@compiled
def mark_meeting(
    units: Ints, start: Ints, territory: Shorts, shares: Floats, faint: float, room: int, bits: Bits
) -> None:
    """Set the bit of each pair of territories that share a unit, the lower first."""
    places = np.empty(room, np.int64)
    for unit in units:
        count = gather_visible(start[unit], start[unit + 1], shares, faint, places)
        for one in range(count):
            mine = territory[places[one]]
            for other in range(one, count):
                theirs = territory[places[other]]
                bits[mine, theirs >> 6] |= ONE << np.uint64(theirs & 63)


@compiled
def rank_bits(bits: Bits, before: Ints) -> int:
    """Write how many bits are set before each word; return how many there are."""
    total = 0
    for row in range(bits.shape[0]):
        for word in range(bits.shape[1]):
            before[row, word] = total
            total += int(count_bits(bits[row, word]))
    return total


@compiled
def list_meeting(bits: Bits, ones: Ints, others: Ints) -> None:
    """Write the pairs of territories whose bits are set, ascending."""
    found = 0
    for row in range(bits.shape[0]):
        for word in range(bits.shape[1]):
            if bits[row, word] != 0:
                for bit in range(64):
                    if (bits[row, word] >> np.uint64(bit)) & ONE:
                        ones[found], others[found] = row, 64 * word + bit
                        found += 1


@compiled
def sum_curved(
    units: Ints,
    start: Ints,
    territory: Shorts,
    shares: Floats,
    faint: float,
    room: int,
    amounts: Floats,
    pair: Floats,
    pair_column: Ints,
    cap: Floats,
    weight: Floats,
    bits: Bits,
    before: Ints,
    blocks: Floats,
) -> None:
    """Add up each unit's covariance of amounts over its candidates, by pair of territories."""
    columns = amounts.shape[1]
    places, held = np.empty(room, np.int64), np.empty((room, columns))
    for unit in units:
        count = gather_visible(start[unit], start[unit + 1], shares, faint, places)
        for one in range(count):
            place = places[one]
            owner = territory[place]
            for column in range(columns):
                held[one, column] = pair_amount(
                    amounts, pair, pair_column, cap, unit, place, owner, column
                )
        for one in range(count):
            mine, part = territory[places[one]], weight[unit] * shares[places[one]]
            for other in range(one, count):
                theirs = territory[places[other]]
                factor = part * ((1.0 if one == other else 0.0) - shares[places[other]])
                below = bits[mine, theirs >> 6] & ((ONE << np.uint64(theirs & 63)) - ONE)
                block = before[mine, theirs >> 6] + int(count_bits(below))
                for column in range(columns):
                    for also in range(columns):
                        blocks[block, column, also] += (
                            factor * held[one, column] * held[other, also]
                        )


@compiled
def join_blocks(
    ones: Ints, others: Ints, half: Floats, unit: Floats, start: Ints, across: Shorts, block: Floats
) -> None:
    """Write blocks of both orders, by territory, in temperatures for a typical amount."""
    for number in range(len(ones)):
        start[ones[number] + 1] += 1
        if ones[number] != others[number]:
            start[others[number] + 1] += 1
    for row in range(len(start) - 1):
        start[row + 1] += start[row]
    at, columns = start.copy(), len(unit)
    for number in range(len(ones)):
        one, other = ones[number], others[number]
        mine, theirs = at[one], at[other]
        across[mine], across[theirs] = other, one
        at[one] += 1
        if one != other:
            at[other] += 1
        for column in range(columns):
            for also in range(columns):
                value = half[number, column, also] * unit[column] * unit[also]
                block[mine, column, also] = value
                block[theirs, also, column] = value


def curve_dual(
    model: Model,
    candidates: Candidates,
    weight: Floats,
    shares: Floats,
    faint: float,
    unit: Floats,
) -> tuple[Ints, Shorts, Floats]:
    """Return how the totals of the smoothed dual fall as prices rise, by pair of territories.

    Parameters
    ----------
    model, candidates
        What is priced.
    weight
        How often each unit counts, over its warmth, (units,).
    shares
        Of each candidate in its unit, (pairs,).
    faint
        Shares up to here are left out.
    unit
        What counts as 1 of each column, (columns,).

    Returns
    -------
    tuple of Ints, Shorts and Floats
        Start, across and block as :class:`Curvature` has them.
    """
    start, territory = candidates.start, candidates.territory
    runs = split_blocks(start, RUNS)
    stride = find_stride(model, start, shares, faint)
    chosen = [np.arange(first, last, stride) for first, last in runs]
    room = int(np.diff(start).max(initial=1))
    territories, columns = model.territory_count, len(model.rows)
    marks = np.zeros((len(runs), territories, territories // 64 + 1), dtype=np.uint64)

    def mark(number: int) -> None:
        mark_meeting(chosen[number], start, territory, shares, faint, room, marks[number])

    run_blocks(mark, len(runs))
    bits = np.bitwise_or.reduce(marks, axis=0)
    before = np.empty(bits.shape, dtype=np.int64)
    count = rank_bits(bits, before)
    parts = np.zeros((len(runs), count, columns, columns))

    def run(number: int) -> None:
        sum_curved(
            *(chosen[number], start, territory, shares, faint, room),
            *(model.amounts, candidates.pair, model.pair_column, model.zones.cap),
            *(weight, bits, before, parts[number]),
        )

    run_blocks(run, len(runs))
    ones, others = np.empty(count, dtype=np.int64), np.empty(count, dtype=np.int64)
    list_meeting(bits, ones, others)
    whole = 2 * count - int((ones == others).sum())
    begin, across = np.zeros(territories + 1, dtype=np.int64), np.empty(whole, dtype=np.int32)
    block = np.empty((whole, columns, columns))
    join_blocks(ones, others, stride * parts.sum(axis=0), unit, begin, across, block)
    return begin, across, block


def find_stride(model: Model, start: Ints, shares: Floats, faint: float) -> int:
    """Return which units the curvature is added up over: every so many-th.

    Parameters
    ----------
    model
        What is priced.
    start, shares, faint
        As in :func:`curve_dual`.
    """
    runs = split_blocks(start, RUNS)
    counts = np.zeros(len(runs), dtype=np.int64)

    def run(number: int) -> None:
        counts[number] = count_products(*runs[number], start, shares, faint)

    run_blocks(run, len(runs))
    most = max(PRODUCTS, PRODUCTS_EACH * model.territory_count)
    return int(counts.sum()) // most + 1
