"""What a move would do is what the planner itself would say of the moved plan."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from planner.outcomes.attainment import Simulation
from planner.outputs.folder import load_plan
from planner.pipeline.quota_setting import set_company_quotas
from planner.pipeline.simulation import simulate_company
from planner.pipeline.what_if.bench import Bench, fill_basket, prepare_bench
from planner.pipeline.what_if.chances import draw_plan, foresee_moves
from planner.pipeline.what_if.effects import territories_after, weigh_moves
from planner.pipeline.what_if.resettlement import settle_overrides
from planner.territories.alignment import evaluate


@pytest.fixture(scope="module")
def bench(demo_plan: Path) -> Bench:
    """The small demo plan, ready to be asked."""
    return prepare_bench(load_plan(demo_plan))


@pytest.fixture(scope="module")
def drawn(bench: Bench) -> Simulation:
    """The small demo plan's simulated year."""
    found = draw_plan(bench)
    assert found is not None
    return found


def draw_moves(bench: Bench, seed: int, count: int) -> dict[str, str]:
    generator = np.random.default_rng(seed)
    chosen = generator.choice(len(bench.account_at), size=count, replace=False)
    to = bench.plan.territory_ids[int(generator.integers(len(bench.plan.territory_ids)))]
    return {bench.account_id(at): to for at in chosen.tolist()}


def moved_units(bench: Bench, moves: dict[str, str]) -> np.ndarray:
    basket = fill_basket(bench, moves)
    territory_of = bench.territory_of.copy()
    territory_of[basket.units] = basket.to
    return territory_of


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(seed=st.integers(0, 10_000), count=st.integers(1, 40))
def test_balance_and_cost_are_those_of_the_moved_plan(bench: Bench, seed: int, count: int) -> None:
    """Totals, cost by term and broken rules equal a whole evaluation after the moves."""
    moves = draw_moves(bench, seed, count)
    effect = weigh_moves(bench, moves)
    company = bench.company
    after = evaluate(company.problem.problem, moved_units(bench, moves)[company.problem.kept])
    assert effect.cost_change == pytest.approx(after.cost - bench.evaluation.cost, abs=0.01)
    for balance in effect.balances:
        scale = company.data.currency.scale if balance.kind == "money" else 1
        at = bench.territory_at[balance.territory_id]
        assert balance.after == pytest.approx(after.totals[balance.measure][at] / scale)
    known = {(v.rule, v.subject, v.name) for v in bench.evaluation.violations}
    fresh = {(v.rule, v.subject, v.name) for v in after.violations} - known
    assert len(effect.breaks) == len(fresh)


@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(seed=st.integers(0, 10_000))
def test_quotas_are_those_that_the_planner_would_set(bench: Bench, seed: int) -> None:
    """Each changed quota equals the whole quota stage on the moved alignment."""
    moves = draw_moves(bench, seed, 5)
    effect = weigh_moves(bench, moves)
    assert effect.quotas is not None
    assert bench.scenario.quota is not None
    assert bench.plan.quotas is not None
    if effect.quotas.refusal:
        return
    of_account = territories_after(bench, fill_basket(bench, moves))
    whole = set_company_quotas(bench.company, of_account, bench.scenario.quota).by_person("rep")
    before = bench.plan.quotas.by_person("rep")
    expected = {rep: whole[rep] for rep in whole if whole[rep] != before.get(rep, 0)}
    assert {change.rep_id: change.after for change in effect.quotas.changes} == expected


def test_chances_are_those_of_a_whole_simulation(bench: Bench, drawn: Simulation) -> None:
    """Drawing only what moved gives the draws of the moved plan to the last unit."""
    moves = draw_moves(bench, 3, 4)
    found = foresee_moves(bench, drawn, moves)
    assert bench.scenario.quota is not None
    territory_of = moved_units(bench, moves)
    of_account = territory_of[bench.company.units.unit_of_account]
    quotas = set_company_quotas(bench.company, of_account, bench.scenario.quota)
    whole = simulate_company(bench.scenario, bench.company, territory_of, quotas)
    assert found.goal_after == whole.outcomes.goal_probability
    chances = {
        one.rep_id: one.probability_of_quota
        for one in whole.outcomes.outcomes
        if one.level == "rep"
    }
    assert found.reps
    for chance in found.reps:
        if chance.after is not None:
            assert chance.after == chances[chance.rep_id]


def test_a_family_goes_together_and_says_so(bench: Bench) -> None:
    """Moving one member takes the others along; two wishes for one family are refused."""
    sizes = np.diff(bench.company.units.member_indptr)
    unit = int(np.flatnonzero((sizes > 1) & (bench.row_of_unit >= 0))[0])
    start = bench.company.units.member_indptr[unit]
    members = bench.company.units.members[start : start + sizes[unit]].tolist()
    ids = [bench.account_id(at) for at in members]
    here = int(bench.territory_of[unit])
    others = [name for at, name in enumerate(bench.plan.territory_ids) if at != here]
    effect = weigh_moves(bench, {ids[0]: others[0]})
    assert {row["account_id"] for row in effect.accounts} == set(ids)
    assert {row["account_id"] for row in effect.accounts if row["comes_along"]} == set(ids[1:])
    torn = weigh_moves(bench, {ids[0]: others[0], ids[1]: others[1]})
    assert [account for account, _ in torn.refused] == [ids[1]]
    assert ids[0] in torn.refused[0][1]


def test_a_hold_is_named_before_the_move_is_made(bench: Bench) -> None:
    """Taking a held account away breaks its hold, and the words say which."""
    held = bench.company.today.hold_of_unit[bench.company.units.unit_of_account]
    at = int(np.flatnonzero((held >= 0) & (bench.plan.territory_of_account >= 0))[0])
    here = int(bench.plan.territory_of_account[at])
    to = bench.plan.territory_ids[(here + 1) % len(bench.plan.territory_ids)]
    found = [
        one for one in weigh_moves(bench, {bench.account_id(at): to}).breaks if one.name == "hold"
    ]
    assert len(found) == 1
    assert bench.company.today.hold_names[held[at]] in found[0].words
    assert found[0].rule == "alignment.holds"


def test_who_may_not_serve_an_account_is_named_with_the_rule(bench: Bench) -> None:
    """A territory that a rule forbids is a break that carries the rule's name."""
    forbidden = bench.company.eligibility.forbidden_by
    classes = bench.company.eligibility.class_of_unit[bench.company.units.unit_of_account]
    pairs = np.argwhere(forbidden[classes] >= 0)
    at, to = (int(value) for value in pairs[0])
    rule = bench.company.eligibility.rule_names[forbidden[classes[at], to]]
    effect = weigh_moves(bench, {bench.account_id(at): bench.plan.territory_ids[to]})
    assert any(one.name == "who may serve it" and rule in one.words for one in effect.breaks)


def test_moving_nothing_changes_nothing(bench: Bench) -> None:
    """An account that is already there, and one that does not exist, leave the plan as it is."""
    at = int(np.flatnonzero(bench.plan.territory_of_account >= 0)[0])
    home = bench.plan.territory_ids[bench.plan.territory_of_account[at]]
    effect = weigh_moves(bench, {bench.account_id(at): home, "no such account": home})
    assert (effect.accounts, effect.breaks, effect.balances, effect.cost_change) == ((), (), (), 0)
    assert effect.quotas is not None
    assert effect.quotas.changes == ()
    assert [account for account, _ in effect.refused] == ["no such account"]


def test_a_quota_set_by_hand_settles_the_rest_around_it(bench: Bench) -> None:
    """The rep has what was typed, the others make up for it, and the goal stands."""
    assert bench.plan.quotas is not None
    before = bench.plan.quotas
    rep_id, quota = max(before.by_person("rep").items(), key=lambda pair: pair[1])
    scale = bench.company.data.currency.scale
    typed = round(quota / scale * 0.98, -3)
    effect = settle_overrides(bench, {rep_id: typed})
    assert effect is not None
    assert effect.refusal == ""
    assert effect.owed[rep_id] == round(typed * scale)
    assert effect.sheet is not None
    assert effect.sheet.totals == before.totals


def test_an_impossible_quota_is_refused_in_words(bench: Bench) -> None:
    """Somebody's quota above the whole goal cannot be settled around."""
    assert bench.plan.quotas is not None
    rep_id = max(bench.plan.quotas.by_person("rep"))
    effect = settle_overrides(bench, {rep_id: bench.plan.quotas.goal})
    assert effect is not None
    assert effect.refusal
    assert effect.sheet is None
