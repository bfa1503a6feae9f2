"""The small company of the tests of keys, and commands that draw nothing."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.small_company import SmallCompany, make_company
from tests.drawings import leave_out_drawings


@pytest.fixture(scope="module", autouse=True)
def _no_drawings() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        leave_out_drawings(patch.setattr)
        yield


@pytest.fixture
def small(tmp_path: Path) -> SmallCompany:
    """A company of four reps and 60 accounts, not yet written."""
    return make_company(tmp_path)
