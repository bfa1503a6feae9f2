"""Path relinking: two lanes with draws of their own, which hand over the best after each round.

The lanes work beside each other, each for as much counted work, and meet only between rounds: both
threads find what one does.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from planner.territories.blocks import run_blocks
from planner.territories.compiled import RandomState, seed_state
from planner.territories.given.chains import DEPTH, Board, Hand, keeps_all, lay_out
from planner.territories.given.lanes import Lane, keep_good, run_lane
from planner.territories.given.neighbourhoods import read_places
from planner.territories.given.search import Search
from planner.territories.prices.conjugate import row_worth

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
LANES = 2
KEPT = 20
"""Good assignments that a lane keeps."""
STOPS = 10
"""Assignments on a walk that are improved."""
LIGHT = 1e-3
"""What a limit without a price costs at least, as a share of the mean regret for a typical unit."""


@dataclass(slots=True, kw_only=True, eq=False)
class Relinking:
    """Lanes over a search's candidates, kept from call to call.

    Parameters
    ----------
    search
        What is improved.
    order
        The place among the search's candidates of each candidate of the boards.
    rank
        The place among the boards' candidates of each candidate of the search.
    boards, hands, lanes, states
        Of each lane: its own penalties, what it works on, what it keeps, and its draws.
    base
        How steep penalties are at least, (territories, columns).
    """

    search: Search
    order: Ints
    rank: Ints
    boards: list[Board]
    hands: list[Hand]
    lanes: list[Lane]
    states: list[RandomState]
    base: Floats

    def run_round(self, work: int) -> bool:
        """Let each lane work, hand over the best, and return whether the search has a better one.

        Parameters
        ----------
        work
            How many units each lane looks at.
        """
        before = min(float(lane.least[0]) for lane in self.lanes)
        self._narrow(before)

        def run(number: int) -> None:
            board, hand = self.boards[number], self.hands[number]
            lane, order = self.lanes[number], np.arange(len(hand.place))
            run_lane(board, hand, self.states[number], lane, self.base, order, work)

        run_blocks(run, len(self.lanes))
        best = min(self.lanes, key=lambda lane: float(lane.least[0]))
        if best.least[0] >= before:
            return False
        self.search.place_units(self.order[best.best])
        self._share(best)
        return True

    def take_search(self) -> None:
        """Go on from where the search stands, if that is better than what the lanes have."""
        place = self.rank[self.search.state.place]
        for board, hand, lane in zip(self.boards, self.hands, self.lanes, strict=True):
            hand.place[:] = place
            lost = lay_out(board, hand)
            if lost < lane.least[0] and keeps_all(board, hand.loads):
                lane.least[0], lane.best[:] = lost, place
                keep_good(board, hand, lane, np.empty_like(hand.loads))

    def _narrow(self, gap: float) -> None:
        """Leave out what no assignment that is better than the best can have."""
        board = self.boards[0]
        near = np.flatnonzero(board.regret <= gap)
        board.end[:] = board.start[:-1] + np.bincount(
            np.searchsorted(board.start, near, side="right") - 1, minlength=len(board.end)
        )

    def _share(self, best: Lane) -> None:
        for board, hand, lane in zip(self.boards, self.hands, self.lanes, strict=True):
            if lane.least[0] > best.least[0]:
                lane.least[0], lane.best[:] = best.least[0], best.best
                hand.place[:] = best.best
                keep_good(board, hand, lane, np.empty_like(hand.loads))


def start_relinking(search: Search, rng: np.random.Generator) -> Relinking:
    """Return lanes that begin at a search's assignment.

    Parameters
    ----------
    search
        Over near candidates.
    rng
        For the lanes' own draws.
    """
    ground, unit_of = search.ground, search.candidates.unit_of
    order = np.lexsort((ground.regret, unit_of))
    rank = np.empty_like(order)
    rank[order] = np.arange(len(order))
    place = rank[search.state.place]
    spread = float(ground.regret.mean()) or 1.0
    base = np.maximum(np.abs(ground.price), LIGHT * spread / search.model.scale)
    first = _make_board(search, order, base)
    boards = [first._replace(slope=base.copy()) for _ in range(LANES)]
    for board in boards:
        board.slope[:, ~first.hard] = ground.inner[:, ~first.hard]
    hands = [_make_hand(search, place) for _ in boards]
    lanes = [_make_lane(board, hand) for board, hand in zip(boards, hands, strict=True)]
    return Relinking(
        search=search,
        order=order,
        rank=rank,
        boards=boards,
        hands=hands,
        lanes=lanes,
        states=[seed_state(rng) for _ in boards],
        base=base,
    )


def _make_board(search: Search, order: Ints, base: Floats) -> Board:
    ground, model, start = search.ground, search.model, search.candidates.start
    unit_of, owner = search.candidates.unit_of, ground.territory[order].astype(np.int64)
    seat = np.full((model.unit_count, model.territory_count), -1, dtype=np.int32)
    seat[unit_of, owner] = np.arange(len(order))
    worth = row_worth(model.zones, ground.price)
    rows = (ground.low, ground.high, ground.far_low, ground.far_high, ground.outer)
    return Board(
        start=start,
        end=start[1:].copy(),
        owner=owner,
        regret=ground.regret[order],
        amount=np.ascontiguousarray(read_places(ground, unit_of, order)),
        seat=seat,
        zone=np.stack([*rows, ground.price, worth], axis=-1),
        slope=base,
        wide=model.wide,
        hard=model.hard,
        size=model.scale,
    )


def _make_hand(search: Search, place: Ints) -> Hand:
    units, territories = len(place), search.model.territory_count
    return Hand(
        place=place.copy(),
        loads=np.zeros_like(search.state.loads),
        loss=np.zeros(territories + 1),
        head=np.empty(territories, dtype=np.int64),
        after=np.empty(units, dtype=np.int64),
        before=np.empty(units, dtype=np.int64),
        used=np.zeros(units, dtype=np.bool_),
        units=np.empty(DEPTH + 1, dtype=np.int64),
        joins=np.empty(DEPTH + 1, dtype=np.int64),
        left=np.empty(DEPTH + 1, dtype=np.int64),
        seen=np.zeros(1, dtype=np.int64),
    )


def _make_lane(board: Board, hand: Hand) -> Lane:
    lost, units = lay_out(board, hand), len(hand.place)
    return Lane(
        kept=np.zeros((KEPT, units), dtype=np.int64),
        tally=np.zeros(1, dtype=np.int64),
        best=hand.place.copy(),
        least=np.array([lost if keeps_all(board, hand.loads) else np.inf]),
        walk=np.zeros((STOPS, units), dtype=np.int64),
        value=np.zeros(STOPS),
        apart=np.zeros(units, dtype=np.int64),
    )
