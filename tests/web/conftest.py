"""The application that the tests of this folder ask."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.reviews import Review, run_review, split_managers


@pytest.fixture(scope="session")
def review_plan(demo_plan: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small demo company's plan under two managers; nobody may change it."""
    target = tmp_path_factory.mktemp("managed") / "baseline"
    split_managers(demo_plan, target)
    return target


@pytest.fixture
def review(review_plan: Path, tmp_path: Path) -> Iterator[Review]:
    """An application of one's own, its plan still a draft."""
    with run_review(review_plan, tmp_path) as running:
        yield running


@pytest.fixture(scope="module")
def shared_review(review_plan: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Review]:
    """An application that a module's tests share, its plan in review."""
    with run_review(review_plan, tmp_path_factory.mktemp("shared")) as running:
        done = running.client("ops").post("/api/plans/baseline/state", json={"stage": "review"})
        assert done.status_code == 200, done.text
        yield running
