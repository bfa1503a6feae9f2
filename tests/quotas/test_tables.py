"""Whole-number tables: margins are exact and cells are near what was wanted."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planner.errors import FaultError
from planner.quotas import tables
from planner.quotas.tables import fit_table, round_table


@settings(max_examples=40, deadline=None)
@given(cells=st.lists(st.lists(st.floats(0, 50), min_size=4, max_size=4), min_size=1, max_size=6))
def test_margins_are_exact_and_cells_near(cells):
    """Any table is rounded to whole margins with each cell within two of what was wanted."""
    wanted = np.array(cells)
    rows = [int(np.floor(value)) for value in wanted.sum(axis=1)]
    columns = [int(np.floor(value)) for value in wanted.sum(axis=0)]
    columns[-1] += sum(rows) - sum(columns)
    if columns[-1] < 0:
        return
    rounded = np.array(round_table(wanted, rows, columns))
    assert rounded.sum(axis=1).tolist() == rows
    assert rounded.sum(axis=0).tolist() == columns
    assert (rounded >= 0).all()


def test_whole_margins_round_every_cell_up_or_down():
    """Where the margins of the wanted table are whole, no cell is off by one or more."""
    wanted = np.array([[0.5, 0.5, 1.0], [1.5, 0.25, 0.25], [1.0, 0.25, 1.75]])
    rounded = np.array(round_table(wanted, [2, 2, 3], [3, 1, 3]))
    assert (np.abs(rounded - wanted) < 1).all()


def test_blocks_give_exact_margins_too(monkeypatch):
    """A table longer than a block is rounded in two stages with the same margins."""
    rng = np.random.default_rng(1)
    monkeypatch.setattr(tables, "BLOCK", 5)
    weights = rng.uniform(0.5, 2.0, (23, 6))
    rows = rng.integers(50, 500, 23).tolist()
    columns = np.full(6, sum(rows) // 6)
    columns[0] += sum(rows) - columns.sum()
    table = fit_table(weights, rows, columns.tolist())
    cells = np.array(table.cells)
    assert cells.sum(axis=1).tolist() == rows
    assert cells.sum(axis=0).tolist() == columns.tolist()
    assert not table.widened


def test_empty_cells_stay_empty_where_the_margins_allow():
    """A month before the start has no quota."""
    table = fit_table(np.array([[1.0, 1.0], [0.0, 1.0]]), [100, 50], [70, 80])
    assert table.cells == ((70, 30), (0, 50))
    assert not table.widened


def test_a_pattern_that_cannot_carry_the_margins_is_widened():
    """When nobody else can carry a month, the empty cell is used and it is said."""
    table = fit_table(np.array([[1.0, 0.0], [0.0, 1.0]]), [60, 40], [50, 50])
    assert table.widened
    assert table.cells == ((50, 10), (0, 40))


def test_amounts_beyond_double_precision_are_exact():
    """Sums of 10^17 minor units lose none of them."""
    total = 10**17 + 12_345
    rows = [total // 3, total // 3, total - 2 * (total // 3)]
    columns = [total // 7] * 6 + [total - 6 * (total // 7)]
    cells = fit_table(np.ones((3, 7)), rows, columns).cells
    assert [sum(row) for row in cells] == rows
    assert [sum(column) for column in zip(*cells, strict=True)] == columns


def test_margins_that_differ_are_a_fault():
    """Rows and columns must add up to the same."""
    with pytest.raises(FaultError):
        round_table(np.ones((2, 2)), [2, 2], [2, 3])
