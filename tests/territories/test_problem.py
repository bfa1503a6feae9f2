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
        ({"neighbours": [(0, 9)]}, "pair 0: 9 names no unit"),
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


@pytest.mark.parametrize("option", ["weights", "tolerence"])
def test_options_that_are_not_known_are_refused(option: str) -> None:
    """A misspelt option, or one that another kind of problem takes, is named and not ignored."""
    load = {"load": np.ones(8)}
    with pytest.raises(ValueError, match=f"'{option}' is not known here; known are budgets"):
        AlignmentProblem.from_sites(np.ones((8, 4)), 2, load, **{option: 0.1})


FLAT = np.ones((4, 2))
POINTS = np.arange(8.0).reshape(4, 2)


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: AlignmentProblem.from_arrays([[1, 2], [3]]), "all rows of one length"),
        (lambda: AlignmentProblem.from_arrays(np.zeros((3, 0))), "there is no territory"),
        (
            lambda: AlignmentProblem.from_arrays(
                np.array([[1.0, np.nan]] * 2), unit_names=["Acme", "Bolt"]
            ),
            "the cost of Acme with territory 1 is not a number",
        ),
        (lambda: AlignmentProblem.from_arrays(1e300 * FLAT), "too large"),
        (lambda: AlignmentProblem.from_arrays(FLAT, [np.ones(4)]), "measures must be a dictionary"),
        (lambda: AlignmentProblem.from_arrays(FLAT, held=[np.nan, -1, -1, -1]), "held of unit 0"),
        (lambda: AlignmentProblem.from_arrays(FLAT, neighbours=np.eye(4)), "neighbours has shape"),
        (lambda: AlignmentProblem.from_arrays(FLAT, neighbours=[[0, 4]]), "4 names no unit"),
        (lambda: AlignmentProblem.from_arrays(FLAT, neighbours=[[0, 0.5]]), "0.5 names no unit"),
        (lambda: AlignmentProblem.from_arrays(FLAT, unit_accounts=[1, -1, 1, 1]), "of unit 1"),
        (lambda: AlignmentProblem.from_arrays(FLAT, unit_names=list("abca")), "'a' is there twice"),
        (
            lambda: AlignmentProblem.from_arrays(
                FLAT, current=[0] * 4, budgets={"accounts": {"limit": 1, "units": [9]}}
            ),
            "'accounts' names unit 9",
        ),
        (
            lambda: AlignmentProblem.from_arrays(
                FLAT, {"w": np.ones(4)}, soft={"w": {"penalty": (1, 2), "buffer": -1}}
            ),
            "the buffer of measure 'w' is -1",
        ),
        (
            lambda: AlignmentProblem.from_arrays(FLAT, {"w": np.ones(4)}, lower={"w": np.inf}),
            "limit of measure 'w' is infinite",
        ),
        (
            lambda: AlignmentProblem.from_homes(POINTS, [[0, np.nan], [1, 1]]),
            "home 0 has one coordinate",
        ),
        (
            lambda: AlignmentProblem.from_homes([[91, 0]], [[0, 0]], distance="haversine"),
            "unit 0 stands at 91, 0, which is out of range",
        ),
        (lambda: AlignmentProblem.from_points(POINTS, 2, distance="road"), "distance is 'road'"),
        (lambda: AlignmentProblem.from_points(POINTS, 2.5), "territories is 2.5"),
        (lambda: AlignmentProblem.from_sites(FLAT, 3), "only 2 sites"),
        (lambda: align(AlignmentProblem.from_arrays(FLAT), seed=-1), "seed is -1"),
    ],
)
def test_what_is_no_problem_is_refused_before_any_solving(make, words) -> None:
    """Whatever is wrong with what was handed in is told by the name of what it stands for."""
    with pytest.raises(ValueError, match=words):
        make()


def test_families_may_leave_fewer_units_than_territories() -> None:
    """More territories than accounts are refused, not more than families."""
    problem = AlignmentProblem.from_arrays(np.ones((3, 3)), families=[0, 0, 0])
    assert align(problem).cost == pytest.approx(3.0)


def test_an_infinite_entry_of_a_sparse_table_is_not_eligible() -> None:
    """As in a dense table."""
    cost = sparse.csr_array(np.array([[np.inf, 2.0], [1.0, np.inf]]))
    result = align(AlignmentProblem.from_arrays(cost))
    assert result.alignment is not None
    assert result.alignment.territory_of.tolist() == [1, 0]


def test_targets_count_units_from_their_nearest_eligible_home() -> None:
    """A home that may not serve a unit does not say what the unit amounts to."""
    points, homes = np.array([[0.0, 0.0], [10.0, 0.0]]), np.array([[0.0, 0.0], [10.0, 0.0]])
    hours = np.array([[1.0, 5.0], [5.0, 3.0]])
    problem = AlignmentProblem.from_homes(
        points, homes, {"hours": hours}, eligible=np.array([[0, 1], [1, 1]]), tolerance=0.5
    )
    assert problem.measures[0].upper.tolist() == pytest.approx([6.0, 6.0])
