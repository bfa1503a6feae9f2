"""The reps that most tests of this stage start from."""

from __future__ import annotations

import pytest

from planner.inputs.reps import Rep


@pytest.fixture
def reps() -> list[Rep]:
    """Three people: Ada in New York, Ben in Chicago, and Cleo, a strategic rep in Boston."""
    return [
        Rep(rep_id="ADA", name="Ada", role="AE", latitude=40.71, longitude=-74.01),
        Rep(rep_id="BEN", name="Ben", role="AE", latitude=41.88, longitude=-87.63),
        Rep(rep_id="CLEO", name="Cleo", role="Strategic AE", latitude=42.36, longitude=-71.06),
    ]
