"""The small company of the tests of keys."""

from __future__ import annotations

from pathlib import Path

import pytest

from planner.outputs import charts
from tests.cli.small_company import SmallCompany, make_company


@pytest.fixture
def small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> SmallCompany:
    """A company of four reps and 60 accounts, not yet written.

    Its plans go without the report's drawings, which would be most of their time.
    """
    monkeypatch.setattr(charts, "figure_svg", lambda _figure, _name, words: f"<p>{words}</p>")
    return make_company(tmp_path)
