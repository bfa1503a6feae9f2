"""Anytime: a limit of time is kept in every phase, and what is broken off ends soon."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from planner.territories import AlignmentProblem, align, blocks
from planner.territories.given import search
from planner.territories.given.model import make_model
from planner.territories.given.search import Search, start_search
from planner.territories.prices import sources
from planner.territories.prices.candidates import list_candidates
from planner.territories.prices.dual import price_candidates
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
