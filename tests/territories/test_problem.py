"""What is refused before any solving, and how it is named."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import sparse

from planner.territories import AlignmentProblem, align

COST = np.arange(8.0).reshape(4, 2)
LOAD = {"load": np.array([1.0, 2.0, 3.0, 4.0])}


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"measures": {"load": np.ones(3)}}, "'load'.*4"),
        ({"measures": {"load": -LOAD["load"]}}, "'load' of unit 0 is -1"),
        ({"measures": {"load": LOAD["load"] * np.nan}}, "'load' of unit 0 is not a number"),
        (
            {"lower": {"load": 3.0}, "upper": {"load": 2.0}},
            "'load', territory 0: the lower limit 3",
        ),
        ({"lower": {"lod": 3.0}}, "'lod', which is not given"),
        ({"upper": {"load": [1.0, 2.0, 3.0]}}, "upper limit of measure 'load'"),
        ({"held": [5, -1, -1, -1]}, "held of unit 0 is territory 5"),
        (
            {"held": [0, 1, -1, -1], "families": [1, 1, -1, -1]},
            "family 1 is split by holds: unit 0",
        ),
        ({"eligible": np.ones((3, 2), dtype=bool)}, "eligible has shape"),
        ({"budgets": {"accounts": {"limit": 1}}}, "need current"),
        ({"soft": {"load": {"penalty": (3.0, 1.0)}}}, "second not below the first"),
        ({"neighbours": [(0, 9)]}, "neighbours name a unit"),
        ({"unit_names": ["a"]}, "unit_names holds 1 names for 4"),
    ],
)
def test_bad_input_is_refused_by_name(given: dict[str, object], words: str) -> None:
    """Each fault raises a ValueError that names the unit, territory or measure."""
    with pytest.raises(ValueError, match=words):
        AlignmentProblem.from_arrays(COST, given.pop("measures", LOAD), **given)


def test_cost_that_is_no_number_is_refused() -> None:
    """NaN among the costs names the unit and the territory."""
    cost = COST.copy()
    cost[2, 1] = np.nan
    with pytest.raises(ValueError, match="unit 2 with territory 1"):
        AlignmentProblem.from_arrays(cost, LOAD)


def test_more_territories_than_units_are_refused() -> None:
    """Every territory needs at least one unit."""
    with pytest.raises(ValueError, match="more territories"):
        AlignmentProblem.from_arrays(np.ones((2, 3)))


def test_held_unit_must_be_eligible() -> None:
    """A hold on a pair that is not eligible names both."""
    eligible = np.array([[True, False]] * 4)
    with pytest.raises(ValueError, match="Acme is held to West, which is not eligible"):
        AlignmentProblem.from_arrays(
            COST,
            LOAD,
            eligible=eligible,
            held=[1, -1, -1, -1],
            unit_names=["Acme", "B", "C", "D"],
            territory_names=["East", "West"],
        )


def test_absent_entry_is_not_eligible_and_stored_zero_is() -> None:
    """In a sparse table of costs an absent entry bars the pair, a stored zero does not."""
    cost = sparse.csr_array(
        (np.array([0.0, 2.0, 1.0]), np.array([0, 1, 1]), np.array([0, 2, 3])), shape=(2, 2)
    )
    result = align(AlignmentProblem.from_arrays(cost, max_accounts=1))
    assert result.alignment is not None
    assert result.alignment.territory_of.tolist() == [0, 1]
    assert result.cost == 1.0


def test_infinite_cost_is_not_eligible() -> None:
    """In a dense table infinity bars the pair."""
    cost = np.array([[np.inf, 1.0], [0.0, 5.0]])
    result = align(AlignmentProblem.from_arrays(cost))
    assert result.alignment is not None
    assert result.alignment.territory_of.tolist() == [1, 0]


def test_tolerance_stands_around_the_mean() -> None:
    """A tolerance gives both limits around the mean of the measure."""
    measure = AlignmentProblem.from_arrays(COST, LOAD, tolerance=0.2).measures[0]
    assert measure.lower.tolist() == [4.0, 4.0]
    assert measure.upper.tolist() == [6.0, 6.0]


@pytest.mark.parametrize("option", ["eligible", "tolerence"])
def test_options_that_are_not_known_are_refused(option: str) -> None:
    """A misspelt option, or one that another kind of problem takes, is named and not ignored."""
    load = {"load": np.ones(8)}
    with pytest.raises(ValueError, match=f"'{option}' is not known here; known are budgets"):
        AlignmentProblem.from_sites(np.ones((8, 4)), 2, load, **{option: 0.1})
