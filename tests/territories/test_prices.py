"""Prices: sweeps that leave out only what cannot matter, steps within a box, work in halves."""

from __future__ import annotations

import numpy as np
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
from planner.territories.prices.boxes import climb_box
from planner.territories.prices.candidates import list_candidates
from planner.territories.prices.sources import Listed, Swept, drop_misfits, open_source
from tests.territories.small_problems import make_company

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
    """The swept dual value, the least prices and the near candidates are those of every pair."""
    problem = make_real(seed)
    model = make_model(problem)
    everything = drop_misfits(model, list_candidates(problem, model.by_pair))
    listed = Listed(model=model, candidates=everything)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sources, "PAIRS_HELD", 10)
        swept = open_source(problem, model)
    assert isinstance(swept, Swept)
    assert swept.plane is not None
    prices = np.random.default_rng(seed).normal(0, 60, (HOMES, len(model.rows)))
    one, other = listed.look(prices, margin), swept.look(prices, margin)
    np.testing.assert_allclose(other.least, one.least, rtol=1e-9, atol=1e-9)
    assert other.value == pytest.approx(one.value, rel=1e-9)
    wanted = set(zip(one.near.unit_of.tolist(), one.near.territory.tolist(), strict=True))
    found = set(zip(other.near.unit_of.tolist(), other.near.territory.tolist(), strict=True))
    assert wanted <= found


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 10_000), size=st.integers(1, 30))
def test_step_within_a_box_is_the_best_there(seed: int, size: int) -> None:
    """No price could go on: its slope is nothing, or points into the wall it stands at."""
    rng = np.random.default_rng(seed)
    factor = rng.normal(size=(size, size + 2))
    matrix = sparse.csr_array(factor @ factor.T)
    extra = np.full(size, 0.1)
    below, above = -rng.random(size), rng.random(size)
    gradient, move = rng.normal(0, 20, size), np.zeros(size)
    climb_box(
        matrix.indptr.astype(np.int64),
        matrix.indices.astype(np.int64),
        matrix.data,
        matrix.diagonal() + extra,
        extra,
        below,
        above,
        move,
        gradient.copy(),
    )
    assert (move >= below).all()
    assert (move <= above).all()
    slope = gradient - matrix @ move - extra * move
    gain = float((move * (gradient - 0.5 * (matrix @ move + extra * move))).sum())
    room = np.where(slope > 0, above - move, move - below)
    assert float((np.abs(slope) * room).sum()) <= 0.2 * gain + 1e-9


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
