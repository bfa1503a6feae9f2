"""Every rule alone: at the edge, one past it, by moves, and in the engine's rows."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import planner.territories.rules as rules_package
from planner.territories import AlignmentProblem
from planner.territories.limits import LossLimit
from planner.territories.rules import RULES, Moves, change_rules, check_rules, collect_rows
from planner.territories.rules.totals import total_rows

EDGES = [(0, 1), (1, 2), (2, 3)]


def make_ruled_problem(**change: object) -> AlignmentProblem:
    """Four units in a row and two territories, with one of every rule."""
    given: dict[str, object] = {
        "measures": {
            "load": np.array([1.0, 2.0, 3.0, 4.0]),
            "work": np.array([4.0, 1.0, 1.0, 4.0]),
        },
        "lower": {"load": 3.0},
        "upper": {"load": 7.0},
        "tolerance": {"work": 0.1},
        "soft": {"work": {"buffer": 0.1, "penalty": (10.0, 50.0)}},
        "current": [0, 0, 1, 1],
        "held": [0, -1, -1, -1],
        "budgets": {"accounts": {"limit": 1.0}},
        "max_accounts": 3,
        "neighbours": EDGES,
        "eligible": np.array([[True, True], [True, True], [True, True], [False, True]]),
    }
    return AlignmentProblem.from_arrays(np.zeros((4, 2)), **(given | change))


def broken_rules(problem: AlignmentProblem, territory_of: list[int]) -> set[str]:
    """The names of the rules that an alignment breaks."""
    checks = check_rules(problem, np.array(territory_of, dtype=np.int64))
    return {found.rule for check in checks for found in check.violations}


def test_every_module_of_rules_is_registered() -> None:
    """Each rule's module stands in the registry once, under a name of its own."""
    folder = Path(str(rules_package.__file__)).parent
    modules = {path.stem for path in folder.glob("*.py")} - {"__init__", "check", "totals"}
    assert {type(rule).__module__.rsplit(".", 1)[-1] for rule in RULES} == modules
    assert len({rule.name for rule in RULES}) == len(RULES)


def test_plain_and_engine_forms_agree_by_name() -> None:
    """Every rule that gives the engine rows checks the same amounts, by the same names."""
    problem = make_ruled_problem()
    checks = check_rules(problem, np.array([0, 0, 1, 1]))
    checked = [(check.rule, check.name) for check in checks]
    assert set(checked) >= {(rows.rule, rows.name) for rows in collect_rows(problem)}


def test_rows_total_what_plain_checks() -> None:
    """The rows of measures total what the plain rules report."""
    problem = make_ruled_problem()
    territory_of = np.array([0, 1, 1, 1])
    checks = {(check.rule, check.name): check for check in check_rules(problem, territory_of)}
    for rows in collect_rows(problem):
        if rows.rule in ("measure limits", "soft limits", "maximum accounts"):
            total = total_rows(problem, rows, territory_of)
            assert total == pytest.approx(checks[rows.rule, rows.name].value)


@pytest.mark.parametrize(
    ("rule", "change", "edge", "past"),
    [
        ("measure limits", {"upper": {"load": 9.0}, "lower": {"load": 1.0}}, [0, 1, 1, 1], None),
        ("measure limits", {}, [0, 0, 1, 1], [0, 1, 1, 1]),
        ("holds", {}, [0, 0, 1, 1], [1, 0, 1, 1]),
        ("eligibility", {}, [0, 0, 1, 1], [0, 0, 1, 0]),
        ("eligibility", {}, [0, 0, 1, 1], [0, 0, 1, -1]),
        ("maximum accounts", {}, [0, 1, 1, 1], [1, 1, 1, 1]),
        ("disruption budgets", {}, [0, 1, 1, 1], [1, 1, 1, 1]),
        ("contiguity", {}, [0, 0, 1, 1], [0, 1, 0, 1]),
    ],
)
def test_rule_at_the_edge_and_one_past_it(
    rule: str, change: dict[str, object], edge: list[int], past: list[int] | None
) -> None:
    """A rule holds at its limit and is broken one past it."""
    problem = make_ruled_problem(**change)
    assert rule not in broken_rules(problem, edge)
    if past is not None:
        assert rule in broken_rules(problem, past)


def test_loss_limit_at_the_edge_and_one_past_it() -> None:
    """A territory may lose as much as its limit and no more."""
    base = make_ruled_problem()
    stay = base.budgets[0].stay
    for limit, broken in ((1.0, False), (0.5, True)):
        loss = LossLimit(name="revenue", stay=stay, limit=np.array([limit, np.inf]))
        problem = AlignmentProblem.build(
            unit_ids=base.unit_ids, territory_ids=base.territory_ids, loss_limits=[loss]
        )
        assert ("loss limits" in broken_rules(problem, [0, 1, 1, 1])) is broken


def test_soft_limit_costs_by_zone() -> None:
    """Free within the tolerance, the first penalty in the buffer, the second beyond."""
    problem = make_ruled_problem(tolerance={"work": 0.1})
    check = next(c for c in check_rules(problem, np.array([0, 0, 0, 1])) if c.rule == "soft limits")
    # Targets are 5 each; 6 and 4 are 20% off: 10% in the buffer at 10.
    assert check.cost == pytest.approx(2 * 0.1 * 10.0)
    check = next(c for c in check_rules(problem, np.array([0, 1, 1, 1])) if c.rule == "soft limits")
    assert check.cost == pytest.approx(2 * 0.1 * 10.0)


def test_words_name_territory_amount_and_limit() -> None:
    """A violation says which territory has how much, and what is allowed."""
    checks = check_rules(make_ruled_problem(), np.array([0, 1, 1, 1]))
    words = [found.words for check in checks for found in check.violations]
    assert "territory 1 has 9 of load; at most 7 is allowed" in words


@given(
    st.lists(st.integers(-1, 1), min_size=4, max_size=4),
    st.lists(st.integers(-1, 1), min_size=4, max_size=4),
    st.sets(st.integers(0, 3)),
)
@settings(max_examples=60, deadline=None)
def test_change_equals_full_recomputation(
    before: list[int], after: list[int], moved: set[int]
) -> None:
    """What a rule says after moves is what it says of the result afresh."""
    problem = make_ruled_problem()
    territory_of = np.array(before, dtype=np.int64)
    units = np.array(sorted(moved), dtype=np.int64)
    moves = Moves(units=units, to=np.array(after, dtype=np.int64)[units])
    changed = change_rules(problem, territory_of, check_rules(problem, territory_of), moves)
    fresh = check_rules(problem, moves.apply(territory_of))
    for one, other in zip(changed, fresh, strict=True):
        assert (one.rule, one.name) == (other.rule, other.name)
        assert one.value == pytest.approx(other.value, abs=1e-9)
        assert [found.words for found in one.violations] == [
            found.words for found in other.violations
        ]
        assert one.cost == (None if other.cost is None else pytest.approx(other.cost))
