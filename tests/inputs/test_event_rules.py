"""Events of the year: applied in the order of their days, all of them or none."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planner.inputs.account_events import last_name
from planner.inputs.event_rules import apply_events
from planner.inputs.period import Period
from planner.inputs.reps import Rep
from planner.inputs.roster import Roster, Surroundings, change_rep
from planner.inputs.roster_start import derive_events, start_roster
from planner.inputs.year_events import YearEvent
from planner.units.presence import months_in_seat

YEAR = Period(
    starts=tuple(date(2027, month, 1) for month in range(1, 13)),
    end=date(2028, 1, 1),
    as_of=date(2026, 12, 31),
)
AROUND = Surroundings(account_ids=frozenset({"A1", "A2", "A3"}))


def make_roster() -> Roster:
    """Six reps in seats T1 to T6, the first three under M1, the others under M2."""
    people = [Rep(rep_id=m, name=m, coverage="none") for m in ("M1", "M2")]
    people += [
        Rep(
            rep_id=f"R{i}",
            name=f"R{i}",
            manager_id="M1" if i < 4 else "M2",
            territory_id=f"T{i}",
            row=i + 3,
        )
        for i in range(1, 7)
    ]
    seats = [f"T{i}" for i in range(1, 7)]
    return start_roster(people, seats, [f"R{i}" for i in range(1, 7)], YEAR)


def on(day: int, month: int = 4) -> date:
    return date(2027, month, day)


def leave(rep_id: str, day: date, **rest: object) -> YearEvent:
    return YearEvent(kind="leave", rep_id=rep_id, day=day, **rest)  # type: ignore[arg-type]


def apply(*events: YearEvent) -> Roster:
    after, findings = apply_events(make_roster(), events, AROUND)
    assert findings == ()
    return after


def refuse(*events: YearEvent) -> list[str]:
    before = make_roster()
    after, findings = apply_events(before, events, AROUND)
    assert after == before, "something was half-applied"
    return [finding.code for finding in findings]


def test_a_leavers_seat_is_open_from_the_day_after_his_last() -> None:
    """The seat outlives its holder, and nobody serves it."""
    after = apply(leave("R1", on(9)))
    assert [after.serves("T1", day) for day in (on(9), on(10))] == ["R1", ""]
    assert after.reps["R1"].territory_id == "T1"


def test_whoever_covers_serves_until_somebody_is_hired() -> None:
    """A covered seat is served by its cover, then by the hire."""
    hire = YearEvent(kind="hire", rep_id="N1", territory_id="T1", day=on(1, 6), name="Nora")
    after = apply(leave("R1", on(9), covered_by="R2"), hire)
    assert [after.serves("T1", d) for d in (on(9), on(10), on(31, 5), on(1, 6))] == [
        *("R1", "R2", "R2", "N1")
    ]
    assert (after.reps["N1"].manager_id, after.reps["N1"].role_start) == ("M1", on(1, 6))
    covered = apply(leave("R1", on(9), covered_by="M2"), hire)
    assert covered.reps["N1"].manager_id == "M1", "like the seat's last holder, not its cover"


def test_two_may_swap_their_seats_on_one_day() -> None:
    """People leave seats before others take them, whatever the order of the rows."""
    there = YearEvent(kind="transfer", rep_id="R1", territory_id="T2", day=on(5))
    back = YearEvent(kind="transfer", rep_id="R2", territory_id="T1", day=on(5))
    for events in ((there, back), (back, there)):
        after = apply(*events)
        assert (after.holder_of("T1", on(5)), after.holder_of("T2", on(5))) == ("R2", "R1")


@pytest.mark.parametrize(
    ("event", "code"),
    [
        (leave("R9", on(1)), "events.unknown_rep"),
        (leave("M1", on(1)), "events.manager_leaves"),
        (leave("R1", on(1), covered_by="R9"), "events.unknown_rep"),
        (YearEvent(kind="hire", rep_id="N1", territory_id="T2", day=on(1)), "events.two_holders"),
        (YearEvent(kind="hire", rep_id="R1", territory_id="T1", day=on(1)), "events.already_here"),
        (YearEvent(kind="hire", rep_id="N1", day=on(1)), "events.no_seat"),
        (
            YearEvent(kind="transfer", rep_id="R1", territory_id="T2", day=on(1)),
            "events.two_holders",
        ),
        (YearEvent(kind="transfer", rep_id="R1", day=on(1)), "events.no_target"),
        (leave("M1", on(1), manager_id="R1"), "events.manager_of_himself"),
        (
            YearEvent(kind="transfer", rep_id="M1", manager_id="R2", day=on(1)),
            "events.manager_of_himself",
        ),
        (YearEvent(kind="lost", account_id="A9", day=on(1)), "events.unknown_account"),
        (
            YearEvent(kind="merged", account_id="A1", into="A1", day=on(1)),
            "events.merged_into_itself",
        ),
    ],
)
def test_an_impossible_event_is_found_and_nothing_applied(event: YearEvent, code: str) -> None:
    """A sound event beside an impossible one is not applied either."""
    assert code in refuse(event)
    assert code in refuse(leave("R6", on(1)), event)


def test_a_manager_may_leave_when_somebody_takes_his_team() -> None:
    """The team reports to the manager whom the event names."""
    after = apply(leave("M1", on(1), manager_id="M2"))
    assert {after.reps[f"R{i}"].manager_id for i in (1, 2, 3)} == {"M2"}


def test_a_team_changes_hands_on_the_day_after_its_manager_left() -> None:
    """Up to his last day it is his; the open seat of somebody who left before goes along."""
    after = apply(leave("R1", on(9)), leave("M1", on(31, 5), manager_id="M2"))
    for rep in ("R1", "R2"):
        days = (on(1), on(31, 5), on(1, 6))
        assert [after.manager_of(rep, day) for day in days] == ["M1", "M1", "M2"]
    back = YearEvent(kind="transfer", rep_id="R2", manager_id="M1", day=on(1, 5))
    away = YearEvent(kind="transfer", rep_id="R2", manager_id="M2", day=on(1, 3))
    twice = apply(back, away)
    assert [twice.manager_of("R2", on(9, m)) for m in (2, 3, 5)] == ["M1", "M2", "M1"]


def test_a_hire_takes_the_seat_of_headcount_to_be_hired() -> None:
    """The row that stood for it is gone from his first day on; a person in it is in the way."""
    before = make_roster()
    waiting = replace(before.reps["R1"], status="tbh")
    hire = YearEvent(kind="hire", rep_id="N1", territory_id="T1", day=on(5), name="Nora")
    after, found = apply_events(change_rep(before, waiting), [hire], AROUND)
    assert found == ()
    assert [after.serves("T1", on(day)) for day in (4, 5)] == ["R1", "N1"]
    assert after.reps["R1"].leave_date == on(4)


def test_whoever_comes_back_is_himself() -> None:
    """A leaver who is hired again keeps his name and manager, and ramps from his new day."""
    again = YearEvent(kind="hire", rep_id="R4", territory_id="T1", day=on(1, 6))
    after = apply(leave("R4", on(9)), leave("R1", on(9)), again)
    rep = after.reps["R4"]
    assert (rep.name, rep.manager_id, rep.role_start) == ("R4", "M2", on(1, 6))
    assert after.holder_of("T1", on(1, 6)) == "R4"


def test_a_cover_ends_with_the_seats_holder_and_with_who_covers() -> None:
    """Told of an absence after the leave that cuts it, and of a leaver who covers somebody."""
    away = YearEvent(kind="absence", rep_id="R1", day=on(1, 5), until=on(31, 12), covered_by="R2")
    left, _ = apply_events(apply(leave("R1", on(30, 6))), [away], AROUND)
    assert [left.serves("T1", day) for day in (on(30, 6), on(1, 7))] == ["R2", ""]
    gone = apply(away, leave("R2", on(30, 6)))
    assert [gone.serves("T1", day) for day in (on(30, 6), on(1, 7))] == ["R2", "R1"]


@pytest.mark.parametrize("names", [("A1", "A2", "A3"), ("A3", "A2", "A1")])
def test_accounts_may_merge_one_into_another_on_a_day(names: tuple[str, str, str]) -> None:
    """Whatever they are called; a circle is refused, since no account would be left."""
    first, second, third = names
    merges = [
        YearEvent(kind="merged", account_id=first, into=second, day=on(1)),
        YearEvent(kind="merged", account_id=second, into=third, day=on(1)),
    ]
    after = apply(*merges)
    assert last_name(first, {c.account_id: c.into for c in after.accounts}) == third
    circle = YearEvent(kind="merged", account_id=third, into=first, day=on(1))
    assert {"events.merged_in_circle", "events.account_gone"} & set(refuse(*merges, circle))


def test_an_account_that_is_gone_cannot_be_named_again() -> None:
    """Merged or lost accounts are gone for all later events."""
    merged = YearEvent(kind="merged", account_id="A1", into="A2", day=on(1))
    assert "events.account_gone" in refuse(
        merged, YearEvent(kind="lost", account_id="A1", day=on(2))
    )


KINDS = st.sampled_from(["leave", "cover", "hire", "absence", "transfer", "merge", "goal"])


@st.composite
def independent_events(draw: st.DrawFn) -> list[YearEvent]:
    """Events about different people, seats and accounts on any days."""
    events: list[YearEvent] = []
    for i in draw(st.sets(st.integers(1, 6), max_size=6)):
        day = YEAR.start + timedelta(days=draw(st.integers(0, 300)))
        kind = draw(KINDS)
        if kind in {"leave", "cover"}:
            events.append(leave(f"R{i}", day, covered_by="M2" if kind == "cover" else ""))
        elif kind == "hire":
            after = day + timedelta(days=draw(st.integers(1, 60)))
            events.append(leave(f"R{i}", day))
            events.append(YearEvent(kind="hire", rep_id=f"N{i}", territory_id=f"T{i}", day=after))
        elif kind == "absence":
            events.append(
                YearEvent(kind="absence", rep_id=f"R{i}", day=day, until=day + timedelta(days=20))
            )
        elif kind == "transfer":
            events.append(
                YearEvent(kind="transfer", rep_id=f"R{i}", territory_id=f"T1{i}", day=day)
            )
        elif i < 3:
            events.append(YearEvent(kind="lost", account_id=f"A{i}", day=day))
        else:
            events.append(YearEvent(kind="goal", amount=1000 + i, day=day + timedelta(days=i)))
    return events


@settings(max_examples=60, deadline=None)
@given(events=independent_events(), seed=st.randoms(use_true_random=False))
def test_the_order_of_the_rows_does_not_matter(events: list[YearEvent], seed: object) -> None:
    """Whatever order independent events come in, the roster after them is the same."""
    shuffled = list(events)
    seed.shuffle(shuffled)  # type: ignore[attr-defined]
    assert apply_events(make_roster(), events, AROUND) == apply_events(
        make_roster(), shuffled, AROUND
    )


@settings(max_examples=60, deadline=None)
@given(events=independent_events(), data=st.data())
def test_a_seat_has_one_holder_on_every_day(events: list[YearEvent], data: st.DataObject) -> None:
    """Tenures of holders never overlap and leave no day of the plan out."""
    after, findings = apply_events(make_roster(), events, AROUND)
    day = YEAR.start + timedelta(days=data.draw(st.integers(0, 364)))
    if not findings:
        for seat in (f"T{i}" for i in range(1, 7)):
            holders = [t for t in after.tenures if t.territory_id == seat and t.role == "holder"]
            assert sum(t.includes(day) for t in holders) == 1


def test_the_reps_table_tells_of_managers_and_of_headcount_that_was_hired() -> None:
    """A manager of before an event says only that the table is older than the event."""
    roster = apply(YearEvent(kind="transfer", rep_id="R1", manager_id="M2", day=on(1)))
    table = list(make_roster().reps.values())
    assert derive_events(roster, table, (), on(10), YEAR) == ()
    told = [replace(r, manager_id="M1") if r.rep_id == "R6" else r for r in table]
    (derived,) = derive_events(roster, told, (), on(10), YEAR)
    assert (derived.kind, derived.rep_id, derived.manager_id) == ("transfer", "R6", "M1")
    open_seat = change_rep(roster, replace(roster.reps["R5"], status="tbh"))
    hired = [r for r in table if r.rep_id != "R5"]
    hired.append(Rep(rep_id="N5", name="N5", territory_id="T5", hire_date=on(1, 3), row=9))
    derived_too = derive_events(open_seat, hired, (), on(10), YEAR)
    assert [(e.kind, e.rep_id, e.day) for e in derived_too] == [("hire", "N5", on(1, 3))]


def test_the_reps_table_alone_tells_leavers_hires_and_transfers() -> None:
    """What today's table says without an event becomes one."""
    roster = apply(
        leave("R6", on(1, 2)),
        YearEvent(kind="hire", rep_id="N6", territory_id="T6", day=on(1, 3)),
    )
    table = [rep for rep in roster.reps.values() if rep.rep_id not in {"R1", "R2", "N6"}]
    table = [
        *table,
        Rep(rep_id="R2", name="R2", territory_id="T2", leave_date=on(30)),
        Rep(rep_id="N2", name="N2", territory_id="T2", hire_date=on(1, 5)),
    ]
    derived = derive_events(roster, table, (), on(10), YEAR)
    assert {(e.kind, e.rep_id, e.day) for e in derived} == {
        ("leave", "R1", on(9)),
        ("leave", "R2", on(30)),
        ("hire", "N2", on(1, 5)),
    }
    told = (leave("R1", on(1)),)
    assert "R1" not in {e.rep_id for e in derive_events(roster, table, told, on(10), YEAR)}


def absence(rep_id: str, first: date, last: date | None = None, **rest: object) -> YearEvent:
    return YearEvent(kind="absence", rep_id=rep_id, day=first, until=last, **rest)  # type: ignore[arg-type]


@pytest.mark.parametrize("chained", [False, True])
def test_two_absences_of_one_person_both_count(chained: bool) -> None:
    """They are kept side by side, told at once or one after another, in either order."""
    spring = absence("R1", on(1), on(20), covered_by="R2")
    autumn = absence("R1", on(1, 10), on(31, 10))
    if chained:
        later, _ = apply_events(make_roster(), [autumn], AROUND)
        after, findings = apply_events(later, [spring], AROUND)
        assert findings == ()
    else:
        after = apply(autumn, spring)
    away = [(one.start, one.end, one.covered_by) for one in after.reps["R1"].absences]
    assert away == [(on(1), on(20), "R2"), (on(1, 10), on(31, 10), None)]
    present = months_in_seat(after.reps["R1"], YEAR)
    assert present[3] == pytest.approx(10 / 30)
    assert present[9] == 0
    assert present.sum() == pytest.approx(10 + 10 / 30)
    assert after.serves("T1", on(20)) == "R2"
    assert after.serves("T1", on(10, 10)) == "R1"


@pytest.mark.parametrize(
    ("first", "last"), [(on(10), on(12)), (on(20), None), (on(1, 3), on(1)), (on(1, 3), None)]
)
def test_absences_that_overlap_are_refused(first: date, last: date | None) -> None:
    """One that shares a day with another is a finding, whichever begins first."""
    assert refuse(absence("R1", on(1), on(20)), absence("R1", first, last)) == [
        "events.absence_overlaps"
    ]


def test_an_absence_told_again_is_corrected() -> None:
    """The same first day with another end takes the place of what was told, its cover too."""
    before = apply(absence("R1", on(1), on(20), covered_by="R2"))
    after, findings = apply_events(before, [absence("R1", on(1), on(10))], AROUND)
    assert findings == ()
    assert [(one.start, one.end) for one in after.reps["R1"].absences] == [(on(1), on(10))]
    assert [after.serves("T1", on(day)) for day in (10, 11)] == ["R2", "R1"]


def test_a_seat_of_before_a_transfer_says_only_that_the_table_is_older() -> None:
    """The reps table need not be written again for the next change; another seat is news."""
    left = apply(
        leave("R2", on(1)), YearEvent(kind="transfer", rep_id="R1", territory_id="T2", day=on(5))
    )
    table = [rep for rep in make_roster().reps.values() if rep.rep_id != "R2"]
    assert derive_events(left, table, (), on(10), YEAR) == ()
    told = [replace(rep, territory_id="T9") if rep.rep_id == "R1" else rep for rep in table]
    (derived,) = derive_events(left, told, (), on(10), YEAR)
    assert (derived.kind, derived.rep_id, derived.territory_id) == ("transfer", "R1", "T9")


def test_an_absence_of_the_reps_table_stands_beside_one_of_an_event() -> None:
    """Other days are another absence; of the same days the event knows better."""
    roster = make_roster()
    row = replace(roster.reps["R1"], absence_start=on(1, 10), absence_end=on(31, 10))
    table = [row, *(rep for rep in roster.reps.values() if rep.rep_id != "R1")]
    (derived,) = derive_events(roster, table, (absence("R1", on(1), on(20)),), on(1), YEAR)
    assert (derived.kind, derived.day, derived.until) == ("absence", on(1, 10), on(31, 10))
    assert derive_events(roster, table, (absence("R1", on(5, 10), on(9, 10)),), on(1), YEAR) == ()
