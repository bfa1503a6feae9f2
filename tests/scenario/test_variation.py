"""Combinations of a sweep: what is read, how they are named, and what is refused."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planner.errors import ScenarioError
from planner.scenario.variation import combine, read_variation, short_keys, split_values

BASE = """
name = "Base"
[period]
start = 2027-01-01
[inputs.accounts]
path = "accounts.csv"
[quota]
goal = 1_000_000
"""


@pytest.fixture
def scenario(tmp_path: Path) -> Path:
    """Write a scenario file."""
    path = tmp_path / "scenario.toml"
    path.write_text(BASE, encoding="utf-8")
    return path


def test_combinations_are_the_product_in_order(scenario: Path) -> None:
    """The last key varies fastest, and each combination's scenario has its values in force."""
    varied = [read_variation("quota.goal=1_000_000,2e6"), read_variation("seed=1,2")]
    found = combine(scenario, varied)
    assert [
        (float(one.scenario.quota.goal), one.scenario.seed) for one in found if one.scenario.quota
    ] == [
        (1e6, 1),
        (1e6, 2),
        (2e6, 1),
        (2e6, 2),
    ]
    assert found[0].name == "quota.goal=1000000,seed=1"
    assert len({one.name for one in found}) == 4


def test_values_may_be_tables_and_lists(scenario: Path) -> None:
    """A comma inside brackets or quotes does not end a value."""
    varied = read_variation("quota.basis={history=1.0},{history=0.5, potential=0.5}")
    found = combine(scenario, [varied])
    assert [one.scenario.quota.basis for one in found if one.scenario.quota] == [
        {"history": 1.0},
        {"history": 0.5, "potential": 0.5},
    ]
    assert split_values('"a,b",[1,2],c') == ['"a,b"', "[1,2]", "c"]


@given(st.lists(st.integers(-(10**9), 10**9), min_size=1, max_size=6, unique=True))
def test_numbers_come_back_as_written(numbers: list[int]) -> None:
    """Plain values are split at each comma and kept as text."""
    texts = [str(number) for number in numbers]
    assert list(read_variation(f"quota.goal={','.join(texts)}").texts) == texts


@pytest.mark.parametrize(
    "text", ["quota.goal", "=1,2", "quota.goal=", "quota.goal=1,,2", "quota.goal=5,5.0e0,5"]
)
def test_what_varies_nothing_is_refused(text: str) -> None:
    """No key, no value, an empty value and a value twice are refused with what was written."""
    with pytest.raises(ScenarioError):
        read_variation(text)


@pytest.mark.parametrize(
    ("varied", "told"),
    [
        (["quota.gaol=1,2"], "goal"),
        (["quota.goal=1,-2"], "--vary quota.goal"),
        (["seed=1,2", "seed=3"], "twice"),
        (["name='a','b'"], "changes nothing"),
        ([], "at least one"),
    ],
)
def test_a_wrong_key_or_value_is_refused_before_any_work(
    scenario: Path, varied: list[str], told: str
) -> None:
    """An unknown key, a value out of range and a key twice end with a message that names them."""
    with pytest.raises(ScenarioError, match=told):
        combine(scenario, [read_variation(one) for one in varied])


def test_names_tell_keys_and_values_apart(scenario: Path) -> None:
    """Keys that end alike are told apart, and so are values that clean to the same name."""
    assert short_keys(["a.x.limit", "a.y.limit"]) == ("x.limit", "y.limit")
    found = combine(scenario, [read_variation('currency="USD","EUR"'), read_variation("seed=1")])
    assert [one.name for one in found] == ["currency=USD,seed=1", "currency=EUR,seed=1"]
