"""Quotas settled again within the year: closed days stand, and every day adds up."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planner.errors import InfeasibleError, ScenarioError
from planner.inputs.event_rules import apply_events
from planner.inputs.reps import Rep
from planner.inputs.roster import Roster, Surroundings
from planner.inputs.roster_start import start_roster
from planner.inputs.year_events import YearEvent
from planner.quotas.change_terms import BookChange, QuotaChange, open_name
from planner.quotas.parameters import QuotaParameters
from planner.quotas.parts import QuotaPart, owed_on, owed_until, parts_of_sheet
from planner.quotas.republication import republish
from planner.quotas.resettlement import Resettled, resettle
from planner.quotas.result import QuotaSheet
from planner.quotas.setting import set_quotas
from tests.quotas.conftest import USD, YEAR, make_books

REPS = tuple(f"R{i}" for i in range(1, 7))
PEOPLE = [
    *(Rep(rep_id=m, name=m, manager_id="V0", coverage="none") for m in ("M1", "M2")),
    Rep(rep_id="V0", name="V0", coverage="none"),
    *(
        Rep(
            rep_id=rep,
            name=rep,
            manager_id="M1" if i < 3 else "M2",
            territory_id=f"T-{rep}",
            hire_date=date(2026, 11, 15) if rep == "R6" else date(2019, 1, 1),
        )
        for i, rep in enumerate(REPS)
    ),
]
PARAMETERS = QuotaParameters(
    goal=Decimal(6_000_000),
    round_to=Decimal(1000),
    seasonality=(1, 1, 2, 1, 1, 2, 1, 1, 2, 1, 1, 3),
    overrides={"R2": Decimal(1_000_000)},
)
ROSTER = start_roster(PEOPLE, [f"T-{r}" for r in REPS], REPS, YEAR)
WEIGHTS = {f"T-{r}": 1000 * (i + 1) for i, r in enumerate(REPS)}


@pytest.fixture(scope="module")
def sheet() -> QuotaSheet:
    """Six reps of two managers, one quota set by hand, one rep on ramp."""
    books = make_books(REPS, [1000 * (i + 3) for i in range(6)])
    return set_quotas(PEOPLE, YEAR, USD, {}, books, PARAMETERS)


def change(after: Roster, day: date, **rest: object) -> QuotaChange:
    plain = QuotaChange(
        effective=day,
        period=YEAR,
        currency=USD,
        rates={},
        parameters=PARAMETERS,
        goal_from=day,
        before=ROSTER,
        after=after,
        seat_weights=WEIGHTS,
        decided={"R2": 100_000_000},
    )
    return replace(plain, **rest)  # type: ignore[arg-type]


def after_events(*events: YearEvent) -> Roster:
    after, findings = apply_events(ROSTER, events, Surroundings(account_ids=frozenset()))
    assert findings == ()
    return after


def by_month(parts: tuple[QuotaPart, ...], level: str) -> dict[date, int]:
    sums = dict.fromkeys(YEAR.starts, 0)
    for part in parts:
        if part.level == level:
            month = max(start for start in YEAR.starts if start <= part.start)
            sums[month] += part.quota
    return sums


def check_sums(settled: Resettled, goal: int) -> None:
    company, reps = by_month(settled.parts, "company"), by_month(settled.parts, "rep")
    assert sum(company.values()) == goal
    assert all(Fraction(reps[m]) == Fraction(company[m]) * Fraction(11, 10) for m in company)
    assert all(part.quota >= 0 for part in settled.parts)


def test_a_change_without_anything_changes_nothing(sheet: QuotaSheet) -> None:
    """Settled again with the same people, books and goal, the sheet is the same in every line."""
    settled = resettle(sheet, parts_of_sheet(sheet, YEAR), change(ROSTER, date(2027, 5, 12)))
    again = republish(sheet, settled, change(ROSTER, date(2027, 5, 12)))
    assert (settled.touched, again.lines, again.derivations) == (
        frozenset(),
        sheet.lines,
        sheet.derivations,
    )
    assert again.totals == sheet.totals


def test_an_open_seat_owes_its_quota_and_nobody_else_is_touched(sheet: QuotaSheet) -> None:
    """A leaver owes up to his last day, the seat the rest, and all others what they owed."""
    after = after_events(YearEvent(kind="leave", rep_id="R1", day=date(2027, 5, 20)))
    settled = resettle(sheet, parts_of_sheet(sheet, YEAR), change(after, date(2027, 4, 1)))
    name = open_name(after, "T-R1")
    assert settled.touched == {"R1", name}
    now = owed_until(settled.parts, YEAR.end)
    total = ("rep", "total")
    assert now["R1", *total] + now[name, *total] == sheet.by_person("rep")["R1"]
    assert all(part.end <= date(2027, 5, 21) for part in settled.parts if part.rep_id == "R1")
    check_sums(settled, 600_000_000)


def test_a_hires_ramp_is_shared_by_all_but_those_set_by_hand(sheet: QuotaSheet) -> None:
    """What a ramp takes off a seat is carried by the others; a quota set by hand stands."""
    after = after_events(
        YearEvent(kind="leave", rep_id="R1", day=date(2027, 3, 31)),
        YearEvent(kind="hire", rep_id="N1", territory_id="T-R1", day=date(2027, 4, 1)),
    )
    settled = resettle(sheet, parts_of_sheet(sheet, YEAR), change(after, date(2027, 4, 1)))
    now = owed_until(settled.parts, YEAR.end)
    assert now["R2", "rep", "total"] == 100_000_000
    assert "R2" not in settled.touched
    assert now["N1", "rep", "total"] < sheet.by_person("rep")["R1"] * 3 // 4
    assert all(now[r, "rep", "total"] > sheet.by_person("rep")[r] for r in ("R3", "R4", "R5"))
    check_sums(settled, 600_000_000)


def test_an_account_takes_its_part_along(sheet: QuotaSheet) -> None:
    """A seat that gives up half its potential gives up half its quota from that day on."""
    day = date(2027, 7, 1)
    move = BookChange(source="T-R3", target="T-R4", weight=WEIGHTS["T-R3"] // 2, day=day)
    settled = resettle(sheet, parts_of_sheet(sheet, YEAR), change(ROSTER, day, books=(move,)))
    assert settled.touched >= {"R3", "R4"}
    assert "R5" not in settled.touched
    before = owed_until(parts_of_sheet(sheet, YEAR), YEAR.end)
    done = owed_until(parts_of_sheet(sheet, YEAR), day)
    now = owed_until(settled.parts, YEAR.end)
    owner = ("R3", "rep", "total")
    left = (before[owner] - done[owner]) // 2
    assert abs(before[owner] - now[owner] - left) <= 200_000, "beyond a rounding step"
    check_sums(settled, 600_000_000)


def test_a_touched_quota_is_no_longer_set_by_hand(sheet: QuotaSheet) -> None:
    """A rep who loses his accounts loses the quota that was set for them."""
    day = date(2027, 7, 1)
    move = BookChange(source="T-R2", target="T-R4", weight=WEIGHTS["T-R2"] // 2, day=day)
    settled = resettle(sheet, parts_of_sheet(sheet, YEAR), change(ROSTER, day, books=(move,)))
    assert settled.dropped == ("R2",)


@pytest.mark.parametrize(
    ("rep_id", "words"), [("R7", "is not in the reps table"), ("M1", "has no seat with accounts")]
)
def test_a_quota_set_by_hand_for_nobody_who_owes_is_refused(
    sheet: QuotaSheet, rep_id: str, words: str
) -> None:
    """An id that nobody has is a wrong scenario, as in the plan itself, and no infeasible one."""
    wrong = PARAMETERS.model_copy(update={"overrides": {rep_id: Decimal(5)}})
    day = date(2027, 7, 1)
    with pytest.raises(ScenarioError, match=words) as caught:
        resettle(sheet, parts_of_sheet(sheet, YEAR), change(ROSTER, day, parameters=wrong))
    assert [finding.subject for finding in caught.value.findings] == [rep_id]


def test_a_new_goal_below_what_is_closed_is_refused(sheet: QuotaSheet) -> None:
    """Closed months do not change, so a goal cannot fall below them."""
    low = PARAMETERS.model_copy(update={"goal": Decimal(1_000_000)})
    with pytest.raises(InfeasibleError, match="closed months do not change"):
        resettle(
            sheet,
            parts_of_sheet(sheet, YEAR),
            change(ROSTER, date(2027, 10, 1), parameters=low),
        )


@st.composite
def changes(draw: st.DrawFn) -> tuple[Roster, date, Decimal, tuple[BookChange, ...]]:
    """Leavers, covers and hires, moves of accounts, and a new goal, on any day."""
    day = YEAR.start + timedelta(days=draw(st.integers(1, 330)))
    events = []
    for rep in sorted(draw(st.sets(st.sampled_from(REPS[2:]), max_size=2))):
        last = day + timedelta(days=draw(st.integers(-1, 20)))
        cover = draw(st.sampled_from(["", "R1"]))
        events.append(YearEvent(kind="leave", rep_id=rep, day=last, covered_by=cover))
        if draw(st.booleans()):
            start = last + timedelta(days=draw(st.integers(1, 10)))
            events.append(
                YearEvent(kind="hire", rep_id=f"N{rep}", territory_id=f"T-{rep}", day=start)
            )
    moves = tuple(
        BookChange(source=a, target=b, weight=draw(st.integers(1, 300)), day=day)
        for a, b in draw(
            st.lists(
                st.tuples(st.sampled_from([*WEIGHTS, ""]), st.sampled_from([*WEIGHTS])), max_size=3
            )
        )
        if a != b
    )
    goal = Decimal(draw(st.sampled_from([6_000_000, 6_500_000, 6_123_457])))
    return after_events(*events), day, goal, moves


@settings(max_examples=40, deadline=None)
@given(drawn=changes(), at=st.integers(1, 365))
def test_closed_days_stand_and_every_day_adds_up(
    sheet: QuotaSheet, drawn: tuple[Roster, date, Decimal, tuple[BookChange, ...]], at: int
) -> None:
    """Whatever changes, closed days keep their quotas and each level is exact on every day."""
    after, day, goal, moves = drawn
    parameters = PARAMETERS.model_copy(update={"goal": goal})
    before = parts_of_sheet(sheet, YEAR)
    settled = resettle(sheet, before, change(after, day, parameters=parameters, books=moves))
    check_sums(settled, int(goal) * 100)
    changed = republish(sheet, settled, change(after, day, parameters=parameters, books=moves))
    closed = [line for line in sheet.lines if dict(YEAR.bounds)[line.period_start] <= day]
    assert [line for line in changed.lines if line in closed] == closed
    until = owed_until(settled.parts, YEAR.start + timedelta(days=at))
    company = until["company", "company", "total"]
    reps = sum(v for (_, level, _), v in until.items() if level == "rep")
    assert abs(reps - Fraction(company) * Fraction(11, 10)) <= 1
    managers = [
        line.rep_id for line in changed.lines if line.level == "manager" and line.depth == 1
    ]
    tops = sum(until.get((m, "manager", "total"), 0) for m in set(managers))
    assert abs(tops - Fraction(company) * Fraction(105, 100)) <= 1


def test_the_days_of_a_month_add_up_to_it(sheet: QuotaSheet) -> None:
    """What is owed day by day is what is owed in the month, person by person."""
    parts = parts_of_sheet(sheet, YEAR)
    days = [date(2027, 3, 1) + timedelta(days=i) for i in range(31)]
    sums: dict[str, int] = {}
    for day in days:
        for ((rep_id, level, _), _), quota in owed_on(parts, day).items():
            if level == "rep":
                sums[rep_id] = sums.get(rep_id, 0) + quota
    month = {p.rep_id: p.quota for p in parts if p.level == "rep" and p.start == days[0]}
    assert sums == month


@settings(max_examples=25, deadline=None)
@given(drawn=changes(), later=st.integers(0, 60), at=st.integers(0, 365))
def test_what_was_owed_up_to_a_closed_day_stays_exactly(
    sheet: QuotaSheet,
    drawn: tuple[Roster, date, Decimal, tuple[BookChange, ...]],
    later: int,
    at: int,
) -> None:
    """Days inside a month that changes cut once or twice keep what everybody owed up to them."""
    after, day, goal, moves = drawn
    parameters = PARAMETERS.model_copy(update={"goal": goal})
    parts = parts_of_sheet(sheet, YEAR)
    first = resettle(sheet, parts, change(after, day, parameters=parameters, books=moves))
    when = min(day + timedelta(days=later), date(2027, 12, 31))
    again = republish(sheet, first, change(after, day, parameters=parameters, books=moves))
    second = resettle(
        again, first.parts, change(after, when, parameters=parameters, before=after, decided={})
    )
    until = YEAR.start + timedelta(days=at)
    if until <= day:
        assert _owing(first.parts, until) == _owing(parts, until)
    if until <= when:
        assert _owing(second.parts, until) == _owing(first.parts, until)


def _owing(parts: tuple[QuotaPart, ...], day: date) -> dict[object, int]:
    return {owner: quota for owner, quota in owed_until(parts, day).items() if quota}
