"""Prices: sweeps that leave out only what cannot matter, steps within a box, work in halves."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse

from planner.territories import AlignmentProblem, align, blocks
from planner.territories.costs import MoveTerm, SumTerm, TourTerm, TravelTerm, sort_entries
from planner.territories.given.borders import draw_borders
from planner.territories.given.model import make_model
from planner.territories.limits import Budget, Measure
from planner.territories.prices import sources
from planner.territories.prices.boxes import climb_box, find_diagonal, multiply
from planner.territories.prices.candidates import list_candidates
from planner.territories.prices.curvature import Curvature
from planner.territories.prices.dual import find_ease
from planner.territories.prices.hill import Hill
from planner.territories.prices.sources import Listed, Swept, drop_misfits, open_source
from tests.territories.small_problems import make_company

Floats = npt.NDArray[np.float64]
UNITS, HOMES = 60, 40


def make_real(seed: int) -> AlignmentProblem:
    """Families on the sphere, some nowhere; homes that do not travel; workload, owners, holds."""
    rng = np.random.default_rng(seed)
    counts = rng.integers(1, 4, UNITS)
    indptr = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
    points = rng.uniform([30.0, -120.0], [48.0, -70.0], (int(indptr[-1]), 2))
    points[rng.random(len(points)) < 0.05] = np.nan
    homes = rng.uniform([30.0, -120.0], [48.0, -70.0], (HOMES, 2))
    homes[::9] = np.nan
    hours = rng.random(len(points)) * 0.1
    travels = np.isfinite(homes[:, 0]).astype(float)
    tours = rng.random(UNITS)
    road = TravelTerm(name="travel", points=points, weights=hours, homes=homes, indptr=indptr)
    paid = TravelTerm(
        name="travel", points=points, weights=hours * 60.0, homes=homes, indptr=indptr
    )
    owners = rng.integers(0, HOMES, UNITS)
    stayed = (rng.random(UNITS) * 40, (np.arange(UNITS), owners))
    stay = sort_entries(sparse.csr_array(stayed, shape=(UNITS, HOMES)))
    allowed = rng.random((3, HOMES)) < 0.7
    allowed[:, :2] = True
    held = np.where(rng.random(UNITS) < 0.1, rng.integers(0, 2, UNITS), -1)
    least = np.ones(HOMES)
    by_pair = SumTerm(
        name="workload", parts=(road, TourTerm(name="tours", amounts=tours, travels=travels))
    )
    potential, work = rng.lognormal(0, 1, UNITS), rng.random(UNITS)
    measures = (
        Measure(
            name="potential", amounts=potential, lower=np.ones(HOMES), upper=np.full(HOMES, 5.0)
        ),
        Measure(name="workload", amounts=work, lower=least, upper=900 * least, by_pair=by_pair),
    )
    return AlignmentProblem.build(
        unit_ids=[f"u{number}" for number in range(UNITS)],
        territory_ids=[f"t{number}" for number in range(HOMES)],
        terms=(
            paid,
            TourTerm(name="tours", amounts=tours * 60.0, travels=travels),
            MoveTerm(name="disruption", stay=stay, rate=0.2),
        ),
        measures=measures,
        class_of_unit=rng.integers(0, 3, UNITS),
        allowed=allowed,
        held=held,
        current=owners,
        budgets=(Budget(name="revenue", stay=stay, limit=float(stay.sum()) / 2),),
    )


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10_000), margin=st.sampled_from([0.0, 30.0, 300.0, np.inf]))
def test_sweep_finds_what_a_list_of_all_pairs_does(seed: int, margin: float) -> None:
    """The swept least prices, dual value and near candidates are those of every pair.

    Only what alone breaks a limit is still a bound in a sweep, where a list has dropped it: lower.
    """
    problem = make_real(seed)
    model = make_model(problem)
    whole = list_candidates(problem, model.by_pair)
    everything = drop_misfits(model, whole)
    same = np.diff(everything.start) == np.diff(whole.start)
    listed = Listed(model=model, candidates=everything)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sources, "PAIRS_HELD", 10)
        swept = open_source(problem, model)
    assert isinstance(swept, Swept)
    assert swept.plane is not None
    prices = np.random.default_rng(seed).normal(0, 60, (HOMES, len(model.rows)))
    one, other = listed.look(prices, margin), swept.look(prices, margin)
    np.testing.assert_allclose(other.least[same], one.least[same], rtol=1e-9, atol=1e-9)
    assert (other.least <= one.least + 1e-9 * np.abs(one.least)).all()
    if same.all():
        assert other.value == pytest.approx(one.value, rel=1e-9)
    pairs = zip(one.near.unit_of.tolist(), one.near.territory.tolist(), strict=True)
    wanted = {(unit, owner) for unit, owner in pairs if same[unit]}
    found = set(zip(other.near.unit_of.tolist(), other.near.territory.tolist(), strict=True))
    assert wanted <= found


def make_curvature(rng: np.random.Generator, size: int, wide: bool) -> tuple[Curvature, Floats]:
    """Return a curvature of two columns, the second perhaps one over the plan; and as a matrix."""
    factor = rng.normal(size=(2 * size, 2 * size + 2))
    # Only territories near each other meet.
    near = np.abs(np.subtract.outer(np.arange(size), np.arange(size))) <= 3
    full = (factor @ factor.T).reshape(size, 2, size, 2).transpose(0, 2, 1, 3)
    full = full * near[:, :, None, None] + 6.0 * size * np.eye(2) * np.eye(size)[:, :, None, None]
    ones, others = np.nonzero(near)
    start = np.concatenate([[0], np.cumsum(near.sum(axis=1))]).astype(np.int64)
    flags, own = np.array([0, int(wide)]), np.full((size, 2), 0.1)
    own[1:, flags == 1] = 0.0
    shared = full.sum(axis=1) if wide else np.zeros((0, 2, 2))
    curvature = Curvature(start, others.astype(np.int32), full[ones, others], own, flags, shared)
    spread = np.eye(2 * size)
    if wide:
        spread[1::2, 1] = 1.0
        spread[3::2, 3::2] = 0.0
    matrix = full.transpose(0, 2, 1, 3).reshape(2 * size, 2 * size)
    return curvature, spread.T @ matrix @ spread + np.diag(own.ravel())


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 10_000), size=st.integers(1, 20), wide=st.booleans())
def test_step_within_a_box_is_the_best_there(seed: int, size: int, wide: bool) -> None:
    """No price could go on: its slope is nothing, or points into the wall it stands at."""
    rng = np.random.default_rng(seed)
    curvature, matrix = make_curvature(rng, size, wide)
    below, above = -rng.random((size, 2)), rng.random((size, 2))
    if wide:
        below[1:, 1] = above[1:, 1] = 0.0
    gradient, move = rng.normal(0, 20 * size, (size, 2)), np.zeros((size, 2))
    left = gradient.copy()
    stiff = find_diagonal(curvature)
    climb_box(curvature, np.maximum(stiff, 1e-9), below, above, move, left)
    assert (move >= below).all()
    assert (move <= above).all()
    slope = gradient - (matrix @ move.ravel()).reshape(size, 2)
    free = below < above
    np.testing.assert_allclose(left[free], slope[free], atol=1e-6 * np.abs(gradient).max())
    np.testing.assert_allclose(stiff[free], np.diag(matrix).reshape(size, 2)[free])
    gain = float((move * (gradient + slope)).sum()) / 2
    room = np.where(slope > 0, above - move, move - below)
    assert float((np.abs(slope) * room).sum()) <= 0.2 * gain + 1e-9


def test_curvature_is_how_the_slope_falls() -> None:
    """Blocks found by their bits are what differences of the smoothed dual's slope say."""
    problem = make_real(3)
    model = make_model(problem)
    candidates = list_candidates(problem, model.by_pair)
    rng = np.random.default_rng(0)
    hill = Hill(
        model=model,
        candidates=candidates,
        weight=rng.integers(1, 3, UNITS).astype(float),
        temperature=30.0,
        ease=find_ease(model),
        totals={},
        faint=0.0,
    )
    point = rng.normal(0, 0.1, (HOMES, len(model.rows)))
    here, curvature = hill.look(point), hill.curve(hill.look(point))
    move, product = rng.normal(0, 1, point.shape), np.empty(point.shape)
    wide = model.wide.astype(bool)
    move[1:, wide] = 0.0
    multiply(curvature, move, product)
    step = 1e-5
    ahead = hill.look(point + step * move)
    fallen = (here.gradient - ahead.gradient) / step
    # The limits' part is bent downwards too in places, and damped a little.
    product -= curvature.own * move
    fallen -= here.bend * move
    known = np.isfinite(fallen)
    np.testing.assert_allclose(fallen[known], product[known], rtol=1e-2, atol=5e-2)


def test_halves_share_no_territory_and_miss_none() -> None:
    """Halves of a ring of territories are its two arcs."""
    ones = np.arange(20)
    borders = draw_borders(ones, (ones + 1) % 20, 20)
    every = np.ones(20, dtype=np.bool_)
    one, other = borders.halve(every, 4)
    assert (one ^ other).all()
    assert int((one & ~np.roll(one, 1)).sum()) == 1
    chosen = np.zeros(20, dtype=np.bool_)
    chosen[3] = True
    assert np.flatnonzero(borders.reach(chosen, 2)).tolist() == [1, 2, 3, 4, 5]


def test_threads_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """One thread finds what two do, in halves and swept."""
    problem = make_company(5, 1_100, 110, tolerance=0.4)
    monkeypatch.setattr(sources, "PAIRS_HELD", 10)
    monkeypatch.setattr(blocks, "SMALL", 100)
    two = align(problem, effort=0.05)
    monkeypatch.setattr(blocks, "THREADS", 1)
    one = align(problem, effort=0.05)
    assert two.alignment is not None
    assert one.alignment is not None
    assert one.bound == two.bound
    np.testing.assert_array_equal(one.alignment.territory_of, two.alignment.territory_of)
