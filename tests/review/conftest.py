"""The stores that the tests of this folder run against: SQLite, and PostgreSQL where it is."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from planner.review.plans import OpenPlan, open_plan
from planner.review.store import Store, open_store
from planner.review.versions import register
from tests.drawings import leave_out_drawings


@pytest.fixture(scope="module", autouse=True)
def _no_drawings() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        leave_out_drawings(patch.setattr)
        yield


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
def managed_plan(managed_demo_plan: Path) -> OpenPlan:
    """The small demo company's plan under two managers."""
    return open_plan("baseline", managed_demo_plan)


@pytest.fixture
def opened(store: Store, managed_plan: OpenPlan) -> OpenPlan:
    """The same plan, known to the store."""
    assert register(store, managed_plan.folder, managed_plan.plan) == "baseline"
    return managed_plan
