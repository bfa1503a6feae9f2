"""The stores that the tests of this folder run against: SQLite, and PostgreSQL where it is."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from planner.review.plans import OpenPlan, open_plan
from planner.review.store import Store, open_store
from planner.review.versions import register
from tests.reviews import split_managers


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of an empty database of each kind."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'review.sqlite'}"
    address: str = request.getfixturevalue("empty_postgres_url")
    return address


@pytest.fixture
def store(database: str) -> Iterator[Store]:
    """An empty store of each kind."""
    opened = open_store(database)
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def managed_plan(demo_plan: Path, tmp_path_factory: pytest.TempPathFactory) -> OpenPlan:
    """The small demo company's plan under two managers."""
    target = tmp_path_factory.mktemp("managed") / "baseline"
    split_managers(demo_plan, target)
    return open_plan("baseline", target)


@pytest.fixture
def opened(store: Store, managed_plan: OpenPlan) -> OpenPlan:
    """The same plan, known to the store."""
    assert register(store, managed_plan.folder, managed_plan.plan) == "baseline"
    return managed_plan
