"""Colours of territories: neighbours differ, and those that are alike lie apart."""

from __future__ import annotations

import numpy as np
from shapely import box

from planner.outputs.maps.colours import PALETTE, colour_territories


def test_neighbours_never_share_a_colour() -> None:
    """On a board of squares no two that touch, even at a corner, are alike."""
    squares = [box(x, y, x + 1, y + 1) for x in range(6) for y in range(6)]
    colours = colour_territories(squares, np.full((36, 2), np.nan))
    for a in range(36):
        for b in range(a):
            if squares[a].intersects(squares[b]):
                assert colours[a] != colours[b]


def test_no_colour_is_used_twice_while_others_are_free() -> None:
    """As many territories as there are colours have one each, though none of them touch."""
    apart = [box(2 * x, 0, 2 * x + 1, 1) for x in range(len(PALETTE))]
    colours = colour_territories(apart, np.full((len(PALETTE), 2), np.nan))
    assert sorted(colours) == list(range(len(PALETTE)))


def test_territories_without_a_place_have_a_colour_too() -> None:
    """Neither an area nor a home: some colour of the palette."""
    colours = colour_territories([None, None], np.full((2, 2), np.nan))
    assert all(0 <= colour < len(PALETTE) for colour in colours)
    assert colour_territories([], np.zeros((0, 2))) == []
