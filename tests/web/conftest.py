"""The application that the tests of this folder ask."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from planner.review.views.years import YearTables
from tests.drawings import leave_out_drawings
from tests.postgres import Cluster
from tests.reviews import Review, run_review, write_bookings


@pytest.fixture(scope="module", autouse=True)
def _no_drawings() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        leave_out_drawings(patch.setattr)
        yield


@pytest.fixture(scope="session")
def review_plan(managed_demo_plan: Path) -> Path:
    """The small demo company's plan under two managers; nobody may change it."""
    return managed_demo_plan


@pytest.fixture(params=["sqlite", "postgresql"])
def review(request: pytest.FixtureRequest, review_plan: Path, tmp_path: Path) -> Iterator[Review]:
    """An application of one's own on each kind of database, its plan still a draft."""
    on_server = request.param == "postgresql"
    database = request.getfixturevalue("empty_postgres_url") if on_server else None
    with run_review(review_plan, tmp_path, database) as running:
        yield running


@pytest.fixture(scope="session")
def bookings(demo_tables: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What came in of the plan's year."""
    return write_bookings(demo_tables, tmp_path_factory.mktemp("year") / "bookings.csv")


@pytest.fixture(scope="module")
def shared_review(
    request: pytest.FixtureRequest,
    review_plan: Path,
    bookings: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Review]:
    """An application that a module's tests share, its plan in review; SQLite unless asked."""
    database = None
    if getattr(request, "param", "sqlite") == "postgresql":
        cluster: Cluster = request.getfixturevalue("postgres")
        database = cluster.add_database(f"shared_{request.node.name.rpartition('/')[2][:-3]}")
    year = YearTables(history=bookings)
    folder = tmp_path_factory.mktemp("shared")
    with run_review(review_plan, folder, database, year=year) as running:
        done = running.client("ops").post("/api/plans/baseline/state", json={"stage": "review"})
        assert done.status_code == 200, done.text
        yield running
