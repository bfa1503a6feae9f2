"""A very small company, for work that is done several times."""

from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def tiny_tables(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tables and scenarios of a company of fifty accounts; nobody may change them."""
    from planner.inputs.demo.company import build_company
    from planner.inputs.demo.writing import write_company

    folder = tmp_path_factory.mktemp("tiny")
    write_company(build_company(accounts=50, reps=4, seed=7), folder)
    return folder
