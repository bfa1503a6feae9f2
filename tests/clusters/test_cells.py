"""Points gathered into cells."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from planner.clusters.cells import gather_cells
from planner.units.sphere import unit_vectors

rows_of_points = st.lists(
    st.tuples(st.floats(-90, 90), st.floats(-180, 180), st.floats(0, 1e6)), min_size=1, max_size=40
)


@given(rows_of_points, st.integers(8, 40))
def test_weights_are_conserved(rows: Any, most: int) -> None:
    """No weight is lost, there are no more cells than asked, and each lies on the sphere."""
    table = np.array(rows)
    cells = gather_cells(table[:, :2], table[:, 2], most)
    assert cells.weights.sum() == pytest.approx(table[:, 2].sum())
    assert len(cells.weights) <= most
    assert np.linalg.norm(cells.vectors, axis=1).tolist() == pytest.approx(
        [1.0] * len(cells.weights)
    )


def test_few_points_stay_themselves() -> None:
    """Where there is room, no two places share a cell."""
    points = np.array([[1.0, 2.0], [1.0, 2.0], [1.0, 2.001]])
    cells = gather_cells(points, np.array([1.0, 2.0, 4.0]), 100)
    assert sorted(cells.weights.tolist()) == [3.0, 4.0]
    assert cells.vectors[cells.cell_of_point] == pytest.approx(unit_vectors(points))
