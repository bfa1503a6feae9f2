"""Anytime: a limit of time is kept in every phase, and what is broken off ends soon."""

from __future__ import annotations

import time
from collections.abc import Iterator

import numba
import numpy as np
import pytest

from planner.territories import AlignmentProblem, align, blocks
from planner.territories.compiled import CompileClock, watch_compiling
from planner.territories.given import search
from planner.territories.given.model import make_model
from planner.territories.given.search import Search, start_search
from planner.territories.prices import sources
from planner.territories.prices.candidates import list_candidates
from planner.territories.prices.dual import price_candidates
from planner.territories.progress import Progress, ProgressCallback, Run
from tests.territories.small_problems import make_company

FEW = 60
"""How often a solve may still ask for the time when there is none left."""


TICK = 1_000.0
"""Seconds by which the clock moves on when it is asked: the real ones beside them count for nothing."""


class Ticks:
    """A clock that moves on whenever it is asked, and by nothing else."""

    def __init__(self) -> None:
        """Begin at the real time, as every solve does."""
        self.began = self.now = time.monotonic()

    def __call__(self) -> float:
        """Return the time, a tick later than before."""
        self.now += TICK
        return self.now

    @property
    def asked(self) -> int:
        """How often it was asked."""
        return round((self.now - self.began) / TICK)


@pytest.fixture(name="ticks")
def make_ticks(monkeypatch: pytest.MonkeyPatch) -> Ticks:
    """Return the clock of every solve."""
    ticks = Ticks()
    monkeypatch.setattr(time, "monotonic", ticks)
    return ticks


@pytest.fixture(name="company", scope="module")
def make_large() -> AlignmentProblem:
    """Return a company of more territories than are worked on in one lane."""
    return make_company(5, 1_100, 110, tolerance=0.4)


@pytest.mark.parametrize("limit", [1, 4, 12, 30])
def test_limit_is_kept_wherever_it_falls(
    company: AlignmentProblem, ticks: Ticks, monkeypatch: pytest.MonkeyPatch, limit: int
) -> None:
    """Whatever phase the time ends in, the solve ends there and says what it has."""
    monkeypatch.setattr(sources, "PAIRS_HELD", 10)
    monkeypatch.setattr(search, "PAIRS_AT_ONCE", 20)
    result = align(company, time_limit=limit * TICK)
    assert ticks.asked <= limit + FEW
    assert result.bound is not None
    if result.alignment is None:
        assert result.status == "unknown"
        assert result.violations
    else:
        assert result.status == "feasible"
        assert result.gap is not None


def make_search(company: AlignmentProblem) -> Search:
    """Return a search from where each unit is cheapest."""
    model = make_model(company)
    candidates = list_candidates(company, model.by_pair)
    prices = model.zones.low * 0.0
    return start_search(model, candidates, price_candidates(model, candidates, prices), 1e3)


def test_exchanges_in_parts_find_what_they_do_at_once(
    company: AlignmentProblem, monkeypatch: pytest.MonkeyPatch
) -> None:
    """How often exchanges ask for the time changes nothing of what they do."""
    found = []
    for at_once in (7, 10_000):
        monkeypatch.setattr(search, "PAIRS_AT_ONCE", at_once)
        one = make_search(company)
        before = one.territory_of
        one.exchange()
        found.append(one.territory_of.tolist())
        assert found[-1] != before.tolist()
    assert found[0] == found[1]


def test_exchanges_stop_where_there_is_no_time(
    company: AlignmentProblem, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A pass over all pairs ends after the part in which the time did."""
    monkeypatch.setattr(search, "PAIRS_AT_ONCE", 7)
    one = make_search(company)
    asked: list[int] = []

    def stop() -> bool:
        asked.append(1)
        return len(asked) > 4

    one.stop = stop
    one.exchange()
    assert len(asked) <= 4 + len(one.lanes)
    assert 0 < int((one.checked > 0).sum()) <= 4 * 7


def test_one_task_that_is_broken_off_ends_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ctrl-C in one task leaves the others at their next step, and begins no more."""
    monkeypatch.setattr(blocks, "THREADS", 2)
    steps, begun = [0], []

    def run(number: int) -> Iterator[None]:
        begun.append(number)
        if number == 0:
            while not steps[0]:
                time.sleep(0.001)
            raise KeyboardInterrupt
        while steps[0] < 5_000:
            steps[0] += 1
            time.sleep(0.001)
            yield

    with pytest.raises(KeyboardInterrupt):
        blocks.run_blocks(run, 6)
    assert steps[0] < 5_000
    assert sorted(begun) == [0, 1]


def break_off(at: int) -> ProgressCallback:
    """Return progress that presses Ctrl-C when it is told something for the so-many-th time."""
    told = []

    def tell(step: Progress) -> None:
        told.append(step.stage)
        if len(told) == at:
            raise KeyboardInterrupt

    return tell


def make_choices() -> dict[str, AlignmentProblem]:
    """Return a small problem of each kind whose centres, or whose shape, are chosen."""
    points = np.random.default_rng(3).uniform(0.0, 10.0, (120, 2))
    cells = np.arange(100).reshape(10, 10)
    beside = [(cells[:, :-1], cells[:, 1:]), (cells[:-1], cells[1:])]
    grid = np.concatenate([np.column_stack([a.ravel(), b.ravel()]) for a, b in beside])
    return {
        "sites": AlignmentProblem.from_points(points, 6),
        "means": AlignmentProblem.from_points(points, 6, centres="mean"),
        "graph": AlignmentProblem.from_graph(
            grid, np.ones(len(grid)), 4, {"size": np.ones(100)}, tolerance=0.5,
            compactness="diameter",
        ),
    }  # fmt: skip


@pytest.mark.parametrize(("kind", "at"), [("sites", 3), ("means", 1), ("graph", 1)])
def test_every_kind_says_that_it_was_broken_off(kind: str, at: int) -> None:
    """Ctrl-C keeps the best so far where there is one, and is said; a search in peace says nothing."""
    problem = make_choices()[kind]
    found = align(problem, effort=0.1, progress=break_off(at))
    assert found.interrupted
    assert found.alignment is not None
    assert not align(problem, effort=0.1).interrupted


@pytest.mark.parametrize(
    ("kind", "place"),
    [
        ("sites", "planner.territories.centres.solving.spread_sites"),
        ("means", "planner.territories.centres.means.search_means"),
        ("graph", "planner.territories.compactness.solving.search_starts"),
    ],
)
def test_ctrl_c_before_there_is_anything_returns_nothing(
    kind: str, place: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No half of a start passes for the best so far."""

    def press(*_anything: object, **_more: object) -> None:
        raise KeyboardInterrupt

    problem = make_choices()[kind]
    monkeypatch.setattr(place, press)
    found = align(problem)
    assert found.interrupted
    assert found.alignment is None
    assert found.status == "unknown"


@pytest.mark.parametrize(
    ("limit", "compiling", "counted"), [(None, 7.0, 9.0), (4.0, 7.0, 4.0), (60.0, 7.0, 9.0)]
)
def test_compiling_takes_half_of_a_limit_at_most(
    monkeypatch: pytest.MonkeyPatch, limit: float | None, compiling: float, counted: float
) -> None:
    """Nine seconds, most of them spent compiling, leave a short limit time to solve."""
    monkeypatch.setattr(time, "monotonic", lambda: 109.0)
    run = Run(time_limit=limit, began=100.0, compiling=lambda: compiling)
    assert run.seconds == counted
    assert run.elapsed == 9.0


def test_loops_within_loops_are_timed_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """A loop that compiles while another does adds nothing, and one that still compiles counts."""
    moments = iter([10.0, 13.0, 20.0, 21.0])
    monkeypatch.setattr(time, "perf_counter", lambda: next(moments))
    clock = CompileClock()
    clock.on_start(None)
    clock.on_start(None)
    clock.on_end(None)
    clock.on_end(None)
    assert clock.read() == 3.0
    clock.on_start(None)
    assert clock.read() == 4.0


def test_what_compiles_is_heard() -> None:
    """A loop that nobody has compiled yet takes time, and one that is there takes none."""

    def add_one(value: int) -> int:
        return value + 1

    with watch_compiling() as clock:
        loop = numba.njit(add_one)
        assert loop(1) == 2
        taken = clock.read()
        assert taken > 0
        assert loop(2) == 3
        assert clock.read() == taken
