"""Limits of quotas within the year: whoever reaches one stops, and the sums stay exact."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planner.errors import InfeasibleError
from planner.inputs.roster import Roster
from planner.inputs.roster_start import start_roster
from planner.inputs.year_events import YearEvent
from planner.quotas.change_terms import BookChange, QuotaChange, seat_last_after
from planner.quotas.parameters import ChangeLimits, PayLimits, QuotaParameters
from planner.quotas.parts import parts_of_sheet
from planner.quotas.republication import republish
from planner.quotas.resettlement import Resettled, resettle
from planner.quotas.result import QuotaSheet
from planner.quotas.setting import set_quotas
from tests.quotas.conftest import USD, YEAR, make_books
from tests.quotas.test_resettlement import PARAMETERS, PEOPLE, REPS, WEIGHTS, after_events

DAY = date(2027, 4, 1)
PAID = [replace(rep, ote=20_000_000) if rep.rep_id in REPS else rep for rep in PEOPLE]
ROSTER = start_roster(PAID, [f"T-{r}" for r in REPS], REPS, YEAR)
PLAIN = PARAMETERS.model_copy(update={"overrides": {}})


@pytest.fixture(scope="module")
def sheet() -> QuotaSheet:
    """Six reps of two managers, paid alike, one of them on ramp."""
    books = make_books(REPS, [1000 * (i + 3) for i in range(6)])
    return set_quotas(PAID, YEAR, USD, {}, books, PLAIN)


def settle(
    sheet: QuotaSheet,
    parameters: QuotaParameters,
    after: Roster = ROSTER,
    day: date = DAY,
    **rest: object,
) -> tuple[Resettled, dict[str, int]]:
    """Return what is settled, and everybody's quota of the whole plan."""
    change = QuotaChange(
        effective=day,
        period=YEAR,
        currency=USD,
        rates={},
        parameters=parameters,
        goal_from=day,
        before=ROSTER,
        after=after,
        seat_weights=WEIGHTS,
    )
    change = replace(change, **rest)  # type: ignore[arg-type]
    settled = resettle(sheet, parts_of_sheet(sheet, YEAR), change)
    return settled, republish(sheet, settled, change).by_person("rep")


def limited(**keys: object) -> QuotaParameters:
    return PLAIN.model_copy(update=keys)


def test_a_raise_stops_at_the_cap_and_the_others_carry_it(sheet: QuotaSheet) -> None:
    """Of a goal raised by a quarter, whoever reaches the cap carries no more."""
    raised = {"goal": Decimal(7_500_000)}
    cap = Decimal(1_700_000)
    _, free = settle(sheet, limited(**raised))
    settled, quotas = settle(sheet, limited(**raised, caps={"default": cap}))
    above = {rep for rep in REPS[:5] if free[rep] > cap * 100}
    assert above
    assert all(quotas[rep] <= cap * 100 for rep in REPS[:5])
    assert all(quotas[rep] > free[rep] for rep in REPS[:5] if rep not in above)
    assert sum(quotas.values()) == Fraction(750_000_000) * Fraction(11, 10)
    assert {rep for rep, names in settled.bound.items() if names == ("caps",)} >= above


def test_a_limit_that_nothing_touches_leaves_everybody(sheet: QuotaSheet) -> None:
    """Limits that the running plan already broke stand, unless they are new."""
    caps = limited(caps={"default": Decimal(1_200_000)})
    settled, quotas = settle(sheet, caps)
    assert settled.touched == frozenset()
    assert quotas == sheet.by_person("rep")
    settled, quotas = settle(sheet, caps, same_limits=False)
    assert max(quotas[rep] for rep in REPS[:5]) <= 120_000_000


def test_whoever_covers_a_seat_stays_within_his_pay(sheet: QuotaSheet) -> None:
    """Two seats are more than the pay of one bears: the excess goes to those who are free."""
    after = after_events_of(YearEvent(kind="leave", rep_id="R5", day=DAY, covered_by="R4"))
    ratio = PayLimits(max=9.0)
    _, free = settle(sheet, PLAIN, after)
    settled, quotas = settle(sheet, limited(ote_ratio=ratio), after)
    assert free["R4"] > 180_000_000 >= quotas["R4"]
    assert settled.bound["R4"] == ("ote_ratio.max",)
    assert sum(quotas.values()) == sum(free.values())


def after_events_of(*events: YearEvent) -> Roster:
    """Return the paid roster after some events."""
    plain = after_events(*events)
    reps = {rep_id: replace(rep, ote=20_000_000) for rep_id, rep in plain.reps.items()}
    return replace(plain, reps=reps)


def test_limits_that_cannot_hold_with_the_goal_are_named(sheet: QuotaSheet) -> None:
    """A goal that all caps together cannot carry is refused, with the least relaxation."""
    low = limited(goal=Decimal(9_000_000), caps={"default": Decimal(1_500_000)})
    with pytest.raises(InfeasibleError, match="caps would have to give way"):
        settle(sheet, low)


def test_an_account_takes_its_part_of_last_year_along(sheet: QuotaSheet) -> None:
    """Change limits follow the accounts: a tenth of a book is a tenth of its last quota."""
    last = {"T-R1": 1_000_000, "T-R2": 2_000_000}
    book = BookChange(source="T-R1", target="T-R2", weight=100, day=DAY)
    change = QuotaChange(
        effective=DAY, period=YEAR, currency=USD, rates={}, parameters=PLAIN, goal_from=DAY,
        before=ROSTER, after=ROSTER, books=(book,), seat_weights=WEIGHTS, seat_last=last,
    )  # fmt: skip
    assert seat_last_after(change) == {"T-R1": 900_000, "T-R2": 2_100_000}
    strange = BookChange(source="T-R3", target="T-R2", weight=900, day=DAY)
    assert "T-R2" not in seat_last_after(replace(change, books=(strange,)))


@settings(max_examples=25, deadline=None)
@given(
    goal=st.integers(5_500_000, 7_600_000),
    low=st.floats(-0.3, 0.0),
    high=st.floats(0.05, 0.4),
    moved=st.integers(0, 900),
    leaver=st.sampled_from(["", "R2", "R5"]),
)
def test_sums_are_exact_and_no_limit_is_broken(
    sheet: QuotaSheet, goal: int, low: float, high: float, moved: int, leaver: str
) -> None:
    """Whatever changes: the reps' total to the minor unit, and change limits for whoever stays."""
    last = {f"T-{rep}": sheet.by_person("rep")[rep] for rep in REPS[:5]}
    rules = limited(goal=Decimal(goal), change_limits=ChangeLimits(min=low, max=high))
    books = [BookChange(source="T-R4", target="T-R3", weight=moved, day=DAY)] if moved else []
    events = [YearEvent(kind="leave", rep_id=leaver, day=DAY)] if leaver else []
    try:
        _, quotas = settle(
            sheet, rules, after_events_of(*events), seat_last=last, books=tuple(books)
        )
    except InfeasibleError:
        return
    assert sum(quotas.values()) == round(Fraction(goal * 110))
    assert all(quota >= 0 for quota in quotas.values())
    for rep in {"R1", "R2", "R5"} - {leaver}:
        seat = last[f"T-{rep}"]
        assert seat * (1 + low) - 100 <= quotas[rep] <= seat * (1 + high) + 100


def test_who_comes_or_goes_is_productive_for_his_part_of_the_year(sheet: QuotaSheet) -> None:
    """The derivation of a leaver's and a hire's quota says how much of the plan each is there."""
    after = after_events_of(
        YearEvent(kind="leave", rep_id="R1", day=date(2027, 6, 30)),
        YearEvent(kind="hire", rep_id="N1", territory_id="T-R1", day=date(2027, 7, 1)),
    )
    change = QuotaChange(
        effective=DAY, period=YEAR, currency=USD, rates={}, parameters=PLAIN, goal_from=DAY,
        before=ROSTER, after=after, seat_weights=WEIGHTS,
    )  # fmt: skip
    settled = resettle(sheet, parts_of_sheet(sheet, YEAR), change)
    ramp = {one.rep_id: one.ramp for one in republish(sheet, settled, change).derivations}
    assert ramp["R1"] == pytest.approx(8 / 17, abs=1e-4)
    months = [1, 1, 2, 1, 1, 3]
    steps = [0.25, 0.25, 0.25, 0.6, 0.6, 0.6]
    expected = sum(m * s for m, s in zip(months, steps, strict=True)) / 17
    assert ramp["N1"] == pytest.approx(expected, abs=1e-4)
