"""The columns that tell accounts apart, as numbers."""

from __future__ import annotations

import numpy as np
import pandas as pd

from planner.potential.attributes import encode, read_attributes
from tests.potential.conftest import make_company


def test_rare_categories_stand_together() -> None:
    """Beyond thirty values the rare ones share a code, and missing ones have none."""
    column = pd.Series(["common"] * 50 + [f"rare {n}" for n in range(60)] + [None], dtype="string")
    codes, names = encode(column)
    assert names[0] == "common"
    assert names[-1] == "(others)"
    assert len(names) == 30
    assert codes[0] == 0
    assert codes[-1] == -1


def test_numbers_are_found_and_ids_are_not() -> None:
    """Further numeric columns are features, even as text; ids and constants are not."""
    accounts = pd.DataFrame({"account_id": [f"A{n}" for n in range(5)]})
    accounts["staff"] = ["10", "20", None, "40", "5"]
    accounts["same"] = 3
    accounts["note"] = ["a", "b", "c", "d", "7"]
    attributes = read_attributes(make_company(None, accounts).accounts, None, None)
    assert list(attributes.numeric) == ["staff"]
    assert np.isfinite(attributes.design()).all()


def test_named_features_alone_are_used() -> None:
    """What the scenario names is used, and nothing else."""
    accounts = pd.DataFrame({"account_id": ["A", "B"], "state": ["x", "y"], "staff": [1, 2]})
    attributes = read_attributes(make_company(None, accounts).accounts, ("state",), None)
    assert list(attributes.categories) == ["state"]
    assert not attributes.numeric
