"""The whole stage: sums, limits, and what is refused."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from planner.errors import DataError, InfeasibleError, ScenarioError
from planner.inputs.money import currency
from planner.inputs.period import Period
from planner.quotas.parameters import QuotaParameters
from planner.quotas.setting import set_quotas
from tests.quotas.conftest import USD, YEAR, assert_exact, make_books, make_reps

TREE = {"A": "D1", "B": "D1", "C": "D2", "D1": "V1", "D2": "V1", "V1": None}
SETTLE = settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


def quotas_of(sheet: Any) -> dict[str, int]:
    return {derived.rep_id: derived.quota for derived in sheet.derivations}


def test_goal_becomes_proportional_quotas(settle):
    """Without limits a quota is the basis' share of the goal with the reps' uplift."""
    sheet = settle(make_reps(TREE), make_books(["A", "B", "C"], [100_00, 200_00, 700_00]))
    assert quotas_of(sheet) == {"A": 110_000_00, "B": 220_000_00, "C": 770_000_00}
    assert sheet.of_rep("D1") == 315_000_00
    assert sheet.of_rep("V1") == 1_050_000_00
    assert sheet.totals["manager"] == 1_050_000_00
    assert_exact(sheet, 1_000_000_00)


def test_rates_are_never_compounded_at_any_depth(settle):
    """Two levels of managers both total 105% of the goal, and reps 110%."""
    sheet = settle(make_reps(TREE), make_books(["A", "B", "C"], [1, 1, 1]), round_to=1000)
    of_depth = {1: 0, 2: 0}
    for line in sheet.lines:
        if line.level == "manager":
            of_depth[line.depth] += line.quota
    assert of_depth == {1: 1_050_000_00, 2: 1_050_000_00}
    assert sum(quotas_of(sheet).values()) == 1_100_000_00


def test_history_and_potential_weigh_by_role(settle):
    """A hunter's share follows potential, a farmer's history, once both are in one scale."""
    reps = make_reps({"A": None, "B": None}, A={"role": "Hunter"}, B={"role": "AM"})
    books = make_books(["A", "B"], [100, 300], [300, 100])
    basis = {"Hunter": {"potential": 1}, "AM": {"history": 1}}
    assert quotas_of(settle(reps, books, basis=basis)) == {"A": 550_000_00, "B": 550_000_00}


def test_a_derivation_says_how_much_rests_on_what_was_booked(settle):
    """A hunter's basis is all potential, a farmer's half history once both are in one scale."""
    reps = make_reps({"A": None, "B": None}, A={"role": "Hunter"}, B={"role": "AM"})
    books = make_books(["A", "B"], [100, 300], [300, 100])
    basis = {"Hunter": {"potential": 1}, "AM": {"history": 1, "potential": 3}}
    derived = {one.rep_id: one for one in settle(reps, books, basis=basis).derivations}
    assert derived["A"].past_share == 0.0
    assert derived["B"].past_share == pytest.approx(0.25 * 300 / (0.25 * 300 + 0.75 * 100))


def test_ramp_and_leave_reduce_the_quota(settle):
    """Half a year in the seat is half the quota of a whole one, and none before the start."""
    reps = make_reps({"A": None, "B": None}, B={"hire_date": date(2027, 7, 1)})
    sheet = settle(reps, make_books(["A", "B"], [100, 100]), ramp=[])
    quotas = quotas_of(sheet)
    assert quotas["A"] + quotas["B"] == 1_100_000_00
    assert quotas["A"] == pytest.approx(2 * quotas["B"], abs=3_00)
    early = [x.quota for x in sheet.lines if x.rep_id == "B" and x.period_start < date(2027, 7, 1)]
    assert early == [0] * 6


def test_change_limit_binds_and_is_named(settle):
    """A quota stops at its limit, the others take the rest, and the sheet says which."""
    books = make_books(["A", "B"], [100, 100], last=[200_000_00, 800_000_00])
    sheet = settle(make_reps({"A": None, "B": None}), books, change_limits={"max": 0.35})
    assert quotas_of(sheet) == {"A": 270_000_00, "B": 830_000_00}
    assert sheet.derivations[0].limits == ("change_limits.max",)
    assert sheet.derivations[1].limits == ()


def test_pay_limit_is_on_the_unramped_annual_quota(settle):
    """A rep who works half the year may owe half of what the ratio allows a whole one."""
    reps = make_reps({"A": None, "B": None}, A={"ote": 200_000_00, "hire_date": date(2027, 7, 1)})
    sheet = settle(reps, make_books(["A", "B"], [900, 100]), ramp=[], ote_ratio={"max": 5.0})
    allowed = 5 * 200_000_00 * 0.5
    assert quotas_of(sheet)["A"] == pytest.approx(allowed, abs=1)
    assert "reps.ote_missing" in {finding.code for finding in sheet.findings}


def test_pay_in_another_currency_is_converted(settle):
    """On-target earnings of 100,000 EUR at 1.25 are 125,000 USD."""
    reps = make_reps({"A": None, "B": None}, A={"ote": 100_000_00, "currency": "EUR"})
    sheet = settle(reps, make_books(["A", "B"], [900, 100]), ote_ratio={"max": 4.0})
    assert quotas_of(sheet)["A"] == 500_000_00
    line = next(x for x in sheet.lines if x.rep_id == "A")
    assert line.currency == "EUR"
    local = sum(x.quota_local for x in sheet.lines if x.rep_id == "A")
    assert local == 400_000_00


def test_limits_that_cannot_hold_are_named_with_the_least_relaxation(settle):
    """The message says what the limit would have to be, and that value then works."""
    books = make_books(["A", "B"], [100, 100], last=[400_000_00, 400_000_00])
    reps = make_reps({"A": None, "B": None})
    with pytest.raises(InfeasibleError) as caught:
        settle(reps, books, change_limits={"max": 0.2})
    assert [f.subject for f in caught.value.findings] == ["change_limits.max"]
    assert "0.375 instead of 0.2 for A, B." in str(caught.value)
    settle(reps, books, change_limits={"max": 0.375})


def test_overrides_stay_and_the_rest_resettles(settle):
    """A manual quota is kept to the unit while the total is still exact."""
    reps, books = make_reps(TREE), make_books(["A", "B", "C"], [100, 200, 700])
    sheet = settle(reps, books, overrides={"C": 500_000}, round_to=1000)
    assert quotas_of(sheet) == {"A": 200_000_00, "B": 400_000_00, "C": 500_000_00}
    assert [x.override for x in sheet.derivations] == [False, False, True]
    assert_exact(sheet, 1_000_000_00)


def test_residue_stands_on_one_named_quota(settle):
    """What is left below the step is on one quota, and a finding says whose."""
    books = make_books(["A", "B", "C"], [100, 200, 700])
    sheet = settle(make_reps(TREE), books, goal="1000000.01", round_to=1000)
    odd = [rep for rep, quota in quotas_of(sheet).items() if quota % 1000_00]
    assert odd == ["C"]
    assert sum(quotas_of(sheet).values()) == 1_100_000_01
    said = [f for f in sheet.findings if f.code == "quota.rounding_residue"]
    assert [f.subject for f in said] == ["C"]


@pytest.mark.parametrize(
    ("keys", "subject"),
    [
        ({"seasonality": (1, 2, 3)}, "quota.seasonality"),
        ({"components": {"new": {"goal": 1}, "old": {"goal": 2}}}, "quota.components"),
        ({"components": {"new": {}, "old": {}}}, "quota.components"),
        (
            {"components": {"new": {"share": 1, "roles": ["Astronaut"]}}},
            "quota.components.new.roles",
        ),
        ({"basis": {"hope": 1.0}}, "quota.basis"),
        ({"goal": "0.001"}, "quota.goal"),
    ],
)
def test_a_key_that_cannot_be_meant_is_refused_with_a_finding(settle, keys, subject):
    """A script reads from the finding which key is wrong, and what to do."""
    with pytest.raises(ScenarioError) as caught:
        settle(make_reps({"A": None}), make_books(["A"], [100]), **keys)
    (found,) = caught.value.findings
    assert (found.severity, found.subject) == ("error", subject)
    assert found.advice
    assert found.message in str(caught.value)


def test_whoever_a_coarse_step_leaves_nothing_is_named(settle):
    """A step wider than the whole total puts it on one quota, which nobody should miss."""
    books = make_books(["A", "B", "C"], [100, 200, 700])
    sheet = settle(make_reps(TREE), books, round_to=10_000_000)
    assert sum(quota > 0 for quota in quotas_of(sheet).values()) == 1
    assert_exact(sheet, 1_000_000_00)
    (found,) = [f for f in sheet.findings if f.code == "quota.rounded_to_nothing"]
    assert (found.severity, found.count) == ("warning", 2)
    idle = sorted(rep for rep, quota in quotas_of(sheet).items() if not quota)
    assert ", ".join(idle) in found.message
    fine = settle(make_reps(TREE), books, round_to=1000)
    assert "quota.rounded_to_nothing" not in {f.code for f in fine.findings}


def test_components_add_up_and_limits_are_on_the_sum(settle):
    """Each component totals its own goal while limits hold for a person's whole quota."""
    reps = make_reps(
        {"A": None, "B": None, "C": None}, A={"role": "AE"}, B={"role": "AE"}, C={"role": "AM"}
    )
    books = make_books(["A", "B", "C"], [100, 100, 200], last=[200_000_00, 0, 0])
    parts = {"new": {"goal": 600_000, "roles": ["AE"]}, "renewal": {}}
    sheet = settle(reps, books, components=parts, change_limits={"max": 0.2}, round_to=1000)
    totals = {"new": 0, "renewal": 0}
    for derived in sheet.derivations:
        totals[derived.component] += derived.quota
    assert totals == {"new": 660_000_00, "renewal": 440_000_00}
    assert sheet.of_rep("A") == 240_000_00
    assert {d.rep_id for d in sheet.derivations if d.component == "new"} == {"A", "B"}
    assert_exact(sheet, 1_000_000_00)


def test_components_beside_the_goal_never_enter_the_sum(settle):
    """An overlay's quota and an SDR's leads have totals of their own."""
    reps = make_reps(
        {"A": None, "B": None, "O": None, "S": None},
        O={"coverage": "overlay", "supports": ("A",)},
        S={"coverage": "none", "role": "SDR"},
    )
    parts = {
        "overlay": {"goal": 300_000, "kind": "overlay"},
        "leads": {"goal": 1200, "unit": "leads", "roles": ["SDR"], "basis": {"equal": 1}},
        "retention": {"retention": 1.05},
    }
    books = make_books(["A", "B"], [100_00, 300_00])
    sheet = settle(reps, books, components=parts)
    assert_exact(sheet, 1_000_000_00)
    assert sheet.totals["rep"] == 1_100_000_00
    assert sheet.totals["beside:overlay"] == 330_000_00
    assert sheet.totals["beside:leads"] == 1320
    assert sheet.totals["beside:retention"] == 420_00
    assert sheet.of_rep("O") == 0
    leads = [x for x in sheet.lines if x.component == "leads" and x.rep_id == "S"]
    assert {x.currency for x in leads} == {"leads"}


def test_player_manager_has_both_quotas(settle):
    """A manager with a book rolls his own quota up to himself."""
    reps = make_reps({"A": "M", "M": None})
    sheet = settle(reps, make_books(["A", "M"], [100, 300]))
    assert sheet.by_person("rep") == {"A": 275_000_00, "M": 825_000_00}
    assert sheet.of_rep("M") == 1_050_000_00
    own = [x for x in sheet.lines if x.rep_id == "M" and x.level == "rep"]
    assert {x.parent_id for x in own} == {"M"}
    assert_exact(sheet, 1_000_000_00)


def test_rep_without_accounts_owes_nothing(settle):
    """An empty book is a finding and a quota of 0, and the others carry the total."""
    sheet = settle(make_reps({"A": None, "B": None}), make_books(["A", "B"], [0, 100]))
    assert quotas_of(sheet) == {"A": 0, "B": 1_100_000_00}
    about = [f.subject for f in sheet.findings if f.code == "quota.rep_without_accounts"]
    assert about == ["A"]


def test_everyone_on_leave_is_refused(settle):
    """Nobody productive is a data error, never a division by zero."""
    away = {"absence_start": date(2026, 1, 1), "absence_end": date(2028, 6, 1)}
    reps = make_reps({"A": None, "B": None}, A=away, B=away)
    with pytest.raises(DataError) as caught:
        settle(reps, make_books(["A", "B"], [100, 100]))
    assert caught.value.findings[0].code == "quota.nobody_productive"


@pytest.mark.parametrize("goal", [0, -5, "nan", "inf"])
def test_goal_must_be_positive(goal):
    """A goal of zero, below it, or not finite is refused by name."""
    with pytest.raises(ValueError, match="goal"):
        QuotaParameters(goal=goal)


def test_goal_below_the_minor_unit_is_refused(settle):
    """A goal that rounds to nothing in yen is refused."""
    with pytest.raises(ScenarioError, match="nothing in whole minor units"):
        set_quotas(
            make_reps({"A": None}),
            YEAR,
            currency("JPY"),
            {},
            make_books(["A"], [1]),
            QuotaParameters(goal="0.2"),
        )


def test_loop_and_unknown_manager_are_refused(settle):
    """A loop and a manager who is not in the table stop the plan, each by name."""
    reps = make_reps({"A": "D1", "B": "X", "D1": "V1", "V1": "D1"})
    with pytest.raises(DataError) as caught:
        settle(reps, make_books(["A", "B"], [1, 1]))
    codes = [(f.code, f.subject) for f in caught.value.findings]
    assert codes == [
        ("reps.unknown_manager", "B"),
        ("reps.manager_loop", "D1"),
        ("reps.manager_loop", "V1"),
    ]


def test_two_roots_are_said(settle):
    """Several people without a manager are a finding; each reports to the company."""
    reps = make_reps({"A": "D1", "B": "D2", "C": None, "D1": None, "D2": None})
    sheet = settle(reps, make_books(["A", "B", "C"], [1, 1, 2]))
    assert "reps.several_roots" in {f.code for f in sheet.findings}
    assert sheet.totals["manager"] == 1_050_000_00
    assert sheet.totals["manager_direct"] == 525_000_00


def test_ramp_longer_than_the_plan_is_said(settle):
    """A ramp that outlasts a quarter's plan is a warning, and quotas are still sound."""
    quarter = Period(starts=YEAR.starts[:3], end=date(2027, 4, 1), as_of=date(2026, 11, 30))
    reps = make_reps({"A": None, "B": None}, B={"hire_date": date(2027, 1, 1)})
    sheet = settle(reps, make_books(["A", "B"], [100, 100]), period=quarter)
    assert "quota.ramp_longer_than_plan" in {f.code for f in sheet.findings}
    assert_exact(sheet, 1_000_000_00)


def test_unknown_names_are_refused(settle):
    """Overrides, measures and roles that do not exist are refused with what is known."""
    reps, books = make_reps({"A-1": None}), make_books(["A-1"], [1])
    with pytest.raises(ScenarioError, match="did you mean A-1"):
        settle(reps, books, overrides={"A-l": 5})
    with pytest.raises(ScenarioError, match="known: accounts, equal, history"):
        settle(reps, books, basis={"vibes": 1})
    with pytest.raises(ScenarioError, match="Nobody carries"):
        settle(reps, books, components={"new": {"roles": ["Hunter"]}})
    with pytest.raises(ScenarioError, match="add up to"):
        settle(reps, books, components={"new": {"goal": 1}, "old": {"goal": 2}})


def test_month_without_anybody_moves_to_the_others(settle):
    """When nobody is there in January its part of the goal falls into the other months."""
    late = {"hire_date": date(2027, 2, 1)}
    reps = make_reps({"A": None, "B": None}, A=late, B=late)
    sheet = settle(reps, make_books(["A", "B"], [100, 100]))
    assert "quota.month_without_capacity" in {f.code for f in sheet.findings}
    january = [x.quota for x in sheet.lines if x.period_start == date(2027, 1, 1)]
    assert january == [0] * len(january)
    assert_exact(sheet, 1_000_000_00)


@st.composite
def companies(draw: Any) -> dict[str, Any]:
    """Any tree of managers above reps with any bases, rates, rounding and currency."""
    count = draw(st.integers(1, 7))
    managers = draw(st.integers(0, 4))
    tree: dict[str, str | None] = {}
    for i in range(managers):
        tree[f"V{i}"] = draw(st.sampled_from([None, *[f"V{j}" for j in range(i)]]))
    for i in range(count):
        tree[f"R{i}"] = draw(st.sampled_from([None, *[f"V{j}" for j in range(managers)]]))
    bases = draw(st.lists(st.integers(1, 10**9), min_size=count, max_size=count))
    hires = draw(
        st.lists(
            st.one_of(st.none(), st.dates(date(2026, 1, 1), date(2027, 11, 30))),
            min_size=count,
            max_size=count,
        )
    )
    return {
        "tree": tree,
        "bases": bases,
        "hires": hires,
        "goal": draw(st.integers(10_000, 10**13)),
        "round_to": draw(st.sampled_from(["1", "50", "1000", "0.01"])),
        "rep": draw(st.sampled_from(["0.10", "0", "0.333", "0.07"])),
        "manager": draw(st.sampled_from(["0.05", "0", "0.1"])),
        "code": draw(st.sampled_from(["USD", "JPY", "IDR", "KWD"])),
        "season": draw(st.lists(st.integers(1, 20), min_size=12, max_size=12)),
    }


@SETTLE
@given(company=companies())
def test_any_company_adds_up(company):
    """For any tree, rates, season, rounding and currency every sum is exact."""
    count = len(company["bases"])
    ids = [f"R{i}" for i in range(count)]
    changes = {
        rep_id: {"hire_date": hire} for rep_id, hire in zip(ids, company["hires"], strict=True)
    }
    reps = make_reps(company["tree"], **changes)
    money = currency(company["code"])
    rates = {"rep": company["rep"], "manager": company["manager"]}
    sheet = set_quotas(
        reps,
        YEAR,
        money,
        {},
        make_books(ids, company["bases"]),
        QuotaParameters(
            goal=company["goal"],
            round_to=company["round_to"],
            over_assignment=rates,
            seasonality=company["season"],
        ),
    )
    assert_exact(sheet, company["goal"] * money.scale, company["rep"], company["manager"])


@SETTLE
@given(
    last=st.lists(st.integers(50_000_00, 400_000_00), min_size=4, max_size=4),
    history=st.lists(st.integers(1, 10**6), min_size=4, max_size=4),
    low=st.floats(-0.5, 0.0),
    high=st.floats(0.0, 2.0),
    round_to=st.sampled_from([1, 500, 1000]),
)
def test_no_limit_is_broken(settle, last, history, low, high, round_to):
    """Whatever the limits, quotas keep them, or the stage refuses because none could."""
    reps = make_reps(dict.fromkeys("ABCE"))
    books = make_books(list("ABCE"), history, last=last)
    lowest = sum(int(-(-amount * (1 + low) // 1)) for amount in last)
    highest = sum(int(amount * (1 + high)) for amount in last)
    try:
        sheet = settle(reps, books, change_limits={"min": low, "max": high}, round_to=round_to)
    except InfeasibleError:
        assert not lowest + 4 <= 1_100_000_00 <= highest - 4
        return
    for quota, amount in zip(quotas_of(sheet).values(), last, strict=True):
        assert amount * (1 + low) - 0.01 <= quota <= amount * (1 + high) + 0.01


@SETTLE
@given(
    history=st.lists(st.integers(1, 1000), min_size=4, max_size=4),
    person=st.integers(0, 3),
    more=st.integers(1, 3000),
    round_to=st.sampled_from([1, 1000, 20_000]),
    parts=st.booleans(),
)
def test_raising_a_basis_never_lowers_that_quota(settle, history, person, more, round_to, parts):
    """More history in a book never means a lower quota for it, rounding included."""
    reps = make_reps(dict.fromkeys("ABCE"))
    keys: dict[str, Any] = {"round_to": round_to, "basis": {"history": 0.7, "potential": 0.3}}
    if parts:
        keys["components"] = {"new": {"share": 0.4}, "renewal": {}}
    potential = [500, 400, 300, 200]
    last = [300_000_00, 0, 250_000_00, 0]
    raised = [amount + more * (i == person) for i, amount in enumerate(history)]
    sheets = [
        settle(
            reps,
            make_books(list("ABCE"), amounts, potential, last),
            change_limits={"min": -0.3, "max": 0.3},
            **keys,
        )
        for amounts in (history, raised)
    ]
    rep_id = "ABCE"[person]
    assert sheets[1].of_rep(rep_id) >= sheets[0].of_rep(rep_id)


@SETTLE
@given(order=st.permutations(range(4)), seats=st.permutations(range(3)))
def test_row_order_never_matters(settle, order, seats):
    """Shuffled reps and books give the very same lines."""
    reps = make_reps({"A": "D1", "B": "D1", "C": None, "D1": None})
    history, last = [333, 333, 334], [100_000_00, 200_000_00, 0]
    keys: dict[str, Any] = {"round_to": 1000, "change_limits": {"min": -0.9, "max": 1.9}}
    plain = settle(reps, make_books(list("ABC"), history, last=last), **keys)
    shuffled = settle(
        [reps[i] for i in order],
        make_books(
            ["ABC"[i] for i in seats], [history[i] for i in seats], last=[last[i] for i in seats]
        ),
        **keys,
    )
    assert shuffled.lines == plain.lines
    assert shuffled.derivations == plain.derivations


def test_trillions_of_rupiah_are_exact(settle):
    """50 trillion IDR with two digits stay exact to the sen in every month."""
    ids = [f"R{i:03d}" for i in range(40)]
    rng = np.random.default_rng(5)
    books = make_books(ids, (rng.lognormal(20, 1, 40) * 100).astype(np.int64).tolist())
    sheet = set_quotas(
        make_reps(
            {
                **{rep_id: f"D{int(rep_id[1:]) % 4}" for rep_id in ids},
                **dict.fromkeys(["D0", "D1", "D2", "D3"]),
            }
        ),
        YEAR,
        currency("IDR"),
        {},
        books,
        QuotaParameters(goal=50_000_000_000_123, round_to=1_000_000),
    )
    assert_exact(sheet, 50_000_000_000_123_00)


def test_bottom_up_stands_beside(settle):
    """What managers submitted, else the potential, is shown beside the quota."""
    books = make_books(["A", "B"], [100, 100], [70_00, 80_00])
    sheet = settle(make_reps({"A": None, "B": None}), books, submitted={"A": 90})
    assert [d.bottom_up for d in sheet.derivations] == [90_00, 80_00]


def test_backtest_has_to_be_resolved_first(settle):
    """The word backtest is no basis by itself."""
    with pytest.raises(ScenarioError, match="backtest"):
        settle(make_reps({"A": None}), make_books(["A"], [1]), basis="backtest")


def test_plan_currency_is_what_limits_are_in():
    """The scale of the dollar is a hundred."""
    assert USD.to_minor(QuotaParameters(goal=12.34).goal) == 1234
